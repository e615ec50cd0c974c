"""This module owns the job lists of the Helios clusters (CSV); their dates are Beijing time without an offset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.lines import Table, header_names
from gortyn.io.traces.recorded import read_recorded
from gortyn.io.traces.rows import Rows
from gortyn.io.traces.settle import Draft

BEIJING: Final = "Asia/Shanghai"
NEEDED: Final = (("job_id",), ("gpu_num",), ("submit_time",), ("start_time",), ("end_time",))


def looks_like(first: Sequence[str]) -> bool:
    """The columns of a Helios list, which names virtual clusters."""
    return {"vc", *(name for (name,) in NEEDED)} <= set(header_names(first[0], ","))


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:
    """Read one cluster's list of jobs."""
    table = Table(path, rows)
    table.need("Helios", *NEEDED)
    return read_recorded(table, "helios", zone or ZoneInfo(BEIJING))
