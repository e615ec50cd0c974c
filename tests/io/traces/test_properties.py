"""Whatever a file holds: every row is accounted for, and what is kept can be replayed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gortyn.io.traces import TraceError, read
from gortyn.workload.trace import Trace

NUMBERS = st.one_of(
    st.integers(-3, 2000).map(str),
    st.sampled_from(
        ["-1", "", "None", "nan", "inf", "1e400", "x", "0.5", "59.7", "1_000", "99999999999999999999", "٣"]
    ),
)
DATES = st.one_of(
    st.builds("2024-10-27 0{}:{:02}:00".format, st.integers(0, 4), st.integers(0, 59)),
    st.builds("2024-03-31 0{}:{:02}:00".format, st.integers(0, 4), st.integers(0, 59)),
    st.sampled_from(["", "None", "Unknown", "2024-13-01 00:00:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00", "7"]),
)
WORDS = st.sampled_from(["", "a", "1", "2.batch", "3_[1-4]", 'q"', "COMPLETED", "CANCELLED by 0", "PENDING", "RUNNING"])
TRES = st.sampled_from(["", "gres/gpu=8", "cpu=4,node=1", "gres/gpu:a=2,gres/gpu:b=1", "x"])
SPAN = st.sampled_from(["", "01:00:00", "1-00:00:00", "00:00:00", "UNLIMITED", "30", "x:y", "-1"])
IDS = st.integers(0, 9).map(str) | WORDS

TABLES = {
    "swf": (None, " ", [IDS, *[NUMBERS] * 17]),
    "slurm": (
        "JobID|Submit|Start|End|Elapsed|Timelimit|AllocTRES|NNodes|State",
        "|",
        [IDS, DATES, DATES, DATES, SPAN, SPAN, TRES, NUMBERS, WORDS],
    ),
    "acme": (
        "job_id,gpu_num,type,state,submit_time,start_time,end_time,duration",
        ",",
        [IDS, NUMBERS, WORDS, WORDS, DATES, DATES, DATES, NUMBERS],
    ),
    "helios": (
        "job_id,gpu_num,vc,state,submit_time,start_time,end_time,duration",
        ",",
        [IDS, NUMBERS, WORDS, WORDS, DATES, DATES, DATES, NUMBERS],
    ),
    "list": ("job_id,arrival_s,service_sec,gpu_count", ",", [IDS, NUMBERS, NUMBERS, NUMBERS]),
    "pai2020": (
        "job_name,task_name,inst_num,status,start_time,end_time,plan_cpu,plan_gpu",
        ",",
        [IDS, IDS, NUMBERS, WORDS, NUMBERS, NUMBERS, NUMBERS, NUMBERS],
    ),
    "openb2023": (
        "name,num_gpu,gpu_milli,pod_phase,creation_time,deletion_time,scheduled_time",
        ",",
        [IDS, NUMBERS, NUMBERS, WORDS, NUMBERS, NUMBERS, NUMBERS],
    ),
}
SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check_jobs(trace: Trace) -> None:
    assert len(trace)
    assert (np.diff(trace.submit_s) >= 0).all()
    assert (trace.submit_s >= 0).all()
    assert (trace.run_s >= 1).all()
    assert (trace.chips > 0).all()
    assert ((trace.requested_s == -1) | (trace.requested_s >= trace.run_s)).all()
    assert ((trace.start_s == -1) | (trace.start_s >= trace.submit_s)).all()
    assert ((trace.end_s == -1) | (trace.end_s >= trace.start_s)).all()
    assert len(set(trace.job_id)) == len(trace)


def check(path: Path, format: str, rows: int, zone: str | None = None) -> None:
    """Read a file of `rows` rows in both ways, and hold the result against what it must be."""
    try:
        trace, report = read(path, format, zone=zone)
    except TraceError:
        trace = None
    else:
        assert report.rows == rows == len(trace) + report.excluded
        assert report.kept == len(trace)
        check_jobs(trace)
    try:
        strict, _ = read(path, format, strict=True, zone=zone)
    except TraceError:
        return
    assert trace is not None
    assert len(strict) == len(trace)


@pytest.mark.parametrize("format", TABLES)
@SETTINGS
@given(data=st.data(), zone=st.sampled_from([None, "Europe/Berlin"]))
def test_rows_of_nasty_cells(format, data, zone, tmp_path_factory: pytest.TempPathFactory) -> None:
    header, delimiter, columns = TABLES[format]
    rows = [delimiter.join(cells) for cells in data.draw(st.lists(st.tuples(*columns), max_size=12))]
    rows += data.draw(st.lists(st.sampled_from(["?", "a,b", "1 2", "\0", "é", "|||||||||||"]), max_size=3))
    rows = [row for row in rows if row.strip() and not row.startswith(";")]
    path = tmp_path_factory.mktemp("t") / "trace"
    path.write_text("\n".join([header] * (header is not None) + rows) + "\n", encoding="utf-8")
    check(path, format, len(rows), zone)


ATTEMPT = st.fixed_dictionaries(
    {"start_time": DATES | st.none(), "end_time": DATES | st.none()},
    optional={
        "detail": st.lists(st.fixed_dictionaries({"ip": st.just("m"), "gpus": st.lists(st.just("g"))}) | st.none())
    },
)
PHILLY = st.fixed_dictionaries(
    {"jobid": WORDS, "submitted_time": DATES},
    optional={"attempts": st.lists(ATTEMPT | st.none(), max_size=3) | st.none() | st.integers(), "status": WORDS},
)


@SETTINGS
@given(jobs=st.lists(PHILLY | st.none() | st.text(max_size=3) | st.lists(st.none(), max_size=2), max_size=8))
def test_philly_objects(jobs, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "trace"
    path.write_text(json.dumps(jobs), encoding="utf-8")
    check(path, "philly", len(jobs))


@SETTINGS
@given(
    raw=st.binary(max_size=300), start=st.sampled_from([b"", b"PAR1", b"\x1f\x8b", b"[", b"; Version: 2\n", b"JobID|"])
)
def test_any_bytes(raw, start, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "trace"
    path.write_bytes(start + raw)
    with pytest.raises(TraceError):
        read(path)


JOB = st.tuples(
    st.integers(0, 10**6), st.integers(0, 1000), st.integers(1, 1000), st.integers(1, 64), st.integers(0, 1000)
)


@SETTINGS
@given(jobs=st.lists(JOB, min_size=1, max_size=30))
def test_sound_swf_is_read_as_it_was_written(jobs, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Submit, wait, run, processors, and what is requested beyond the run."""
    path = tmp_path_factory.mktemp("t") / "log.swf"
    jobs = sorted(jobs, key=lambda job: job[0])
    path.write_text(
        "".join(
            f"{n} {submit} {wait} {run} {chips} -1 -1 -1 {run + more} -1 1 -1 -1 -1 -1 -1 -1 -1\n"
            for n, (submit, wait, run, chips, more) in enumerate(jobs)
        )
    )
    trace, report = read(path, strict=True)
    assert (report.rows, report.findings) == (len(jobs), ())
    assert trace.job_id.tolist() == [str(n) for n in range(len(jobs))]
    columns = (trace.submit_s, trace.wait_s, trace.run_s, trace.chips.astype(int), trace.requested_s - trace.run_s)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == jobs
