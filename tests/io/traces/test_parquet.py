"""Gortyn's own file: what is written is read again, and plain tables of others are read too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gortyn.io.traces import TraceError, detect, read
from gortyn.io.traces.parquet import ORDER, write
from gortyn.workload.trace import TEXTS, TIMES, Trace


def trace_of(what="GPUs", **changes) -> Trace:
    columns = {
        "job_id": np.array(["a", "b", "c"], dtype=object),
        "submit_s": np.array([0, 5, 5]),
        "start_s": np.array([1, -1, 9]),
        "end_s": np.array([11, -1, 19]),
        "run_s": np.array([10, 3, 10]),
        "requested_s": np.array([20, -1, 10]),
        "chips": np.array([8.0, 2.0, 4.0]),
        "nodes": np.array([1, 0, 1]),
        "cpus": np.array([8, 2, 4]),
        "user": np.array(["u", "", "v"], dtype=object),
        "group": np.array(["", "g", ""], dtype=object),
        "job_type": np.array(["t", "", ""], dtype=object),
        "status": np.array(["completed", "", "failed"], dtype=object),
    }
    return Trace(**columns | changes, origin="2024-01-01T00:00:00+01:00", what=what, zone="Europe/Berlin")


@pytest.mark.parametrize("what", ["GPUs", "processors"])
def test_what_is_written_is_read_again(tmp_path: Path, counts, what) -> None:
    trace = trace_of(what)
    path = write(trace, tmp_path / "t.parquet")
    again, report = read(path, strict=True)
    assert detect(path) == "parquet"
    assert counts(report) == {}
    assert (again.origin, again.what, again.zone) == (trace.origin, trace.what, trace.zone)
    for name in (*TIMES, "chips", "nodes", "cpus", *TEXTS):
        assert getattr(again, name).tolist() == getattr(trace, name).tolist(), name
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]


def test_file_has_the_published_columns_and_nulls_for_the_unknown(tmp_path: Path) -> None:
    frame = pl.read_parquet(write(trace_of(chips=np.array([0.5, 2.0, 4.0])), tmp_path / "t.parquet"))
    assert tuple(frame.columns) == ORDER
    assert frame["start_s"].to_list() == [1, None, 9]
    assert frame["user"].to_list() == ["u", None, "v"]
    assert frame["n_gpus"].to_list() == [0.5, 2.0, 4.0]


def test_floats_nulls_and_missing_columns(tmp_path: Path, counts) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"submit_s": [5.0, 0.0, None], "run_s": [1.5, 2.0, 3.0], "n_gpus": [1, None, 2]}).write_parquet(path)
    trace, report = read(path)
    assert counts(report) == {"no-submit": 1, "size-unknown": 1, "rounded": 1}
    assert (trace.job_id.tolist(), trace.run_s.tolist(), trace.requested_s.tolist()) == (["1"], [2], [-1])


def test_run_from_start_and_end(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"submit_s": [0], "start_s": [3], "end_s": [9], "n_nodes": [4]}).write_parquet(path)
    trace, _ = read(path)
    assert (trace.run_s[0], trace.chips[0], trace.what) == (6, 4.0, "processors")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"x": [1]}, "lacks the columns submit_s, n_gpus, run_s"),
        ({"submit_s": ["soon"], "run_s": [1], "n_gpus": [1]}, "the column submit_s holds String, not numbers"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, columns, said) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame(columns).write_parquet(path)
    with pytest.raises(TraceError, match=said):
        read(path)


@pytest.mark.parametrize("raw", [b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_broken_file_is_refused(tmp_path: Path, raw) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(raw)
    with pytest.raises(TraceError, match="is no readable Parquet file"):
        read(path)


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").mkdir()
    with pytest.raises(OSError, match=r".+"):
        write(trace_of(), tmp_path / "t.parquet")
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]
