"""This module owns the pod list of Alibaba's openb cluster of 2023 (CSV), whose pods take shares of a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.lines import Table, header_names
from gortyn.io.traces.rows import Rows, number, status, text_of
from gortyn.io.traces.settle import Draft

NEEDED: Final = (("name",), ("num_gpu",), ("gpu_milli",), ("creation_time",), ("deletion_time",), ("scheduled_time",))
MILLI: Final = 1e-3


def looks_like(first: Sequence[str]) -> bool:
    """The columns of a pod list."""
    return {name for (name,) in NEEDED} <= set(header_names(first[0], ","))


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:  # noqa: ARG001 (one signature for all formats)
    """Read pods as jobs; one that was never scheduled has no run."""
    table = Table(path, rows)
    table.need("openb", *NEEDED)
    name, gpus, milli, cores = (table.place(each) for each in ("name", "num_gpu", "gpu_milli", "cpu_milli"))
    created, scheduled, deleted = (table.place(each) for each in ("creation_time", "scheduled_time", "deletion_time"))
    phase, qos = table.place("pod_phase"), table.place("qos")
    for line, row in table:
        try:
            rows.add(
                line, row[name].strip(), submit=number(row[created]), start=number(row[scheduled]),
                end=number(row[deleted]), chips=number(row[gpus]) * number(row[milli]) * MILLI, nodes=1,
                cpus=number(row[cores]) * MILLI, job_type=text_of(row[qos]), status=status(row[phase]),
            )  # fmt: skip
        except ValueError as error:
            rows.exclude("unreadable", line, f"{error} (pod {row[name]})")
    return Draft(path, "openb2023", rows)
