"""This module owns the job traces of Acme's clusters Seren and Kalos (AcmeTrace, CSV).

Their `duration` is end less start in one cluster and end less submission in the other, so it is computed anew. Dates
carry offsets, +08:00 in one cluster and +00:00 in the other; both stand in Shanghai.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.lines import Table, header_names
from gortyn.io.traces.recorded import read_recorded
from gortyn.io.traces.rows import Rows
from gortyn.io.traces.settle import Draft

SHANGHAI: Final = "Asia/Shanghai"
NEEDED: Final = (("job_id",), ("gpu_num",), ("submit_time",), ("start_time",), ("end_time",), ("type",))


def looks_like(first: Sequence[str]) -> bool:
    """The columns of AcmeTrace, whose jobs have a type."""
    return {name for (name,) in NEEDED} <= set(header_names(first[0], ","))


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:
    """Read one cluster's list of jobs."""
    table = Table(path, rows)
    table.need("Acme", *NEEDED)
    draft = read_recorded(table, "acme", zone)
    draft.zone = draft.zone or SHANGHAI
    return draft
