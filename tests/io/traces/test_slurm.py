"""sacct: any columns, durations, GPUs, steps, arrays, unknown dates, and clocks that change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.io.traces import TraceError, detect, read
from gortyn.io.traces.clock import duration_s
from gortyn.io.traces.slurm import gres_gpus, resources

HEADER = "JobID|User|Account|Partition|QOS|Submit|Start|End|Elapsed|Timelimit|AllocTRES|ReqTRES|NNodes|State"
GPUS = "billing=64,cpu=64,gres/gpu:h100=8,gres/gpu=8,mem=500G,node=2"


def job(
    job_id="100",
    submit="2024-03-01T10:00:00",
    start="2024-03-01T10:05:00",
    end="2024-03-01T11:05:00",
    elapsed="01:00:00",
    limit="03:00:00",
    granted=GPUS,
    asked=GPUS,
    state="COMPLETED",
):
    return f"{job_id}|ada|phys|gpu|normal|{submit}|{start}|{end}|{elapsed}|{limit}|{granted}|{asked}|2|{state}"


def test_columns(write, counts) -> None:
    path = write("sacct.txt", HEADER, job(), job("101", submit="2024-03-01T10:01:00", limit="UNLIMITED"))
    trace, report = read(path, strict=True)
    assert detect(path) == report.format == "slurm"
    assert (report.rows, counts(report), trace.what) == (2, {}, "GPUs")
    assert (trace.origin, trace.submit_s.tolist()) == ("2024-03-01T10:00:00", [0, 60])
    assert (trace.start_s[0], trace.end_s[0], trace.run_s[0]) == (300, 3900, 3600)
    assert trace.requested_s.tolist() == [10800, -1]
    assert (trace.chips[0], trace.nodes[0], trace.cpus[0]) == (8.0, 2, 64)
    assert (trace.user[0], trace.group[0], trace.job_type[0]) == ("ada", "phys", "normal")


def test_steps_are_no_jobs_even_in_strict_reading(write, counts) -> None:
    path = write("s", HEADER, job(), job("100.batch"), job("100.extern"), job("100.0"), job("7_3"), job("7_3.batch"))
    trace, report = read(path, strict=True)
    assert trace.job_id.tolist() == ["100", "7_3"]
    assert counts(report) == {"job-step": 4}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (job("8_[1-10%2]", start="Unknown", end="Unknown", elapsed="00:00:00", state="PENDING"), "never-ran"),
        (job("9", start="None", end="2024-03-01T12:00:00", elapsed="00:00:00", state="CANCELLED by 1000"), "never-ran"),
        (
            job("9", end="2024-03-01T10:05:00", elapsed="00:00:00", granted="", state="CANCELLED by 1000"),
            "never-ran",
        ),
        (job("9", end="Unknown", state="RUNNING"), "still-running"),
        (job("9", submit="Unknown", start="Unknown", end="Unknown"), "no-submit"),
        (job("9", granted="cpu=8,node=1", asked="cpu=8"), "cpu-only"),
        (job("9", submit="yesterday"), "unreadable"),
        (job("9", elapsed="soon"), "unreadable"),
        ("9|ada|phys", "unreadable"),
        (job("9") + "|x", "unreadable"),
    ],
)
def test_what_is_excluded(write, counts, line, rule) -> None:
    trace, report = read(write("s", HEADER, job(), line))
    assert (len(trace), counts(report)) == (1, {rule: 1})


def test_requeued_attempts_each_held_chips(write, counts) -> None:
    first = job("5", state="NODE_FAIL")
    second = job("5", submit="2024-03-01T11:06:00", start="2024-03-01T11:10:00", end="2024-03-01T12:10:00")
    trace, report = read(write("s", HEADER, first, second, second))
    assert trace.job_id.tolist() == ["5", "5~2"]
    assert trace.status.tolist() == ["node_fail", "completed"]
    assert counts(report) == {"same-record": 1, "repeated-id": 1}


def test_without_gpus_processors_are_counted(write) -> None:
    trace, _ = read(
        write("s", "JobIDRaw|Submit|ElapsedRaw|Start|NCPUS", "1|2024-01-01T00:00:00|60|2024-01-01T00:00:09|48")
    )
    assert (trace.what, trace.chips[0], trace.cpus[0], trace.run_s[0]) == ("processors", 48.0, 48, 60)
    assert (trace.start_s[0], trace.end_s[0], trace.requested_s[0]) == (9, 69, -1)


def test_without_processors_nodes_are_counted(write) -> None:
    line = "1|2024-01-01T00:00:00|2024-01-01T00:00:00|2024-01-01T01:00:00|90|1.5K|"
    trace, _ = read(write("s", "JobID|Submit|Start|End|TimelimitRaw|NNodes|", line))
    assert (trace.chips[0], trace.requested_s[0], trace.run_s[0]) == (1500.0, 5400, 3600)


def test_a_missing_column_is_named(write) -> None:
    with pytest.raises(TraceError, match=r"s:1: is no sacct trace: it lacks the columns end or elapsed or elapsedraw"):
        read(write("s", "JobID|Submit|NNodes", "1|2024-01-01T00:00:00|1"))


def autumn(start, end, elapsed):
    """A job of the night in which Berlin's clock went from 3:00 back to 2:00, at 01:00 UTC."""
    return job(submit="2024-10-27T01:30:00", start=f"2024-10-27T{start}", end=f"2024-10-27T{end}", elapsed=elapsed)


@pytest.mark.parametrize(
    ("start", "end", "elapsed", "begins_s"),
    [
        ("01:40:00", "02:10:00", "00:30:00", 600),  # ends before the clock goes back
        ("01:40:00", "02:10:00", "01:30:00", 600),  # ends in the hour's second pass
        ("02:10:00", "03:30:00", "01:20:00", 6000),  # starts in its second pass
        ("02:10:00", "03:30:00", "02:20:00", 2400),  # starts in its first
        ("02:50:00", "02:05:00", "00:15:00", 4800),  # runs across
    ],
)
def test_hour_that_occurs_twice_is_settled_by_the_stated_run_time(write, counts, start, end, elapsed, begins_s) -> None:
    trace, report = read(write("s", HEADER, autumn(start, end, elapsed)), zone="Europe/Berlin")
    assert (trace.start_s[0], trace.run_s[0]) == (begins_s, duration_s(elapsed))
    assert trace.end_s[0] - trace.start_s[0] == trace.run_s[0]
    assert set(counts(report)) == {"ambiguous-hour"}
    assert trace.origin == "2024-10-27T01:30:00+02:00"


def test_hour_that_does_not_exist_is_named(write, counts) -> None:
    line = job(submit="2024-03-31T02:30:00", start="2024-03-31T03:40:00", end="2024-03-31T04:40:00")
    trace, report = read(write("s", HEADER, line), zone="Europe/Berlin")
    assert counts(report) == {"missing-hour": 1}
    assert trace.start_s[0] == 600


def test_without_a_zone_the_stated_run_time_is_believed(write, counts) -> None:
    path = write("s", HEADER, autumn("01:40:00", "02:10:00", "01:30:00"))
    trace, report = read(path)
    assert (trace.run_s[0], counts(report)) == (5400, {"clock-change": 1})


def test_unknown_zone_is_refused(write) -> None:
    with pytest.raises(TraceError, match="no time zone 'Mars/Olympus'"):
        read(write("s", HEADER, job()), zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("text", "gpus"),
    [
        ("gres/gpu=8", 8),
        ("cpu=1,gres/gpu:h100=8,node=1", 8),
        ("gres/gpu:a100=4,gres/gpu:v100=2", 6),
        ("gres/gpu=8,gres/gpu:h100=8", 8),
        ("gres/gpumem=80G,gres/gpuutil=5", 0),
        ("cpu=4", 0),
    ],
)
def test_gpus_of_a_tres_list(text, gpus) -> None:
    assert resources(text).gpus == gpus


@pytest.mark.parametrize(
    ("text", "gpus"), [("gpu:8", 8), ("gpu:a100:4", 4), ("gres:gpu:2", 2), ("gpu:h100:8(S:0-1)", 8)]
)
def test_gpus_of_an_older_list(text, gpus) -> None:
    assert gres_gpus(text) == gpus


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_durations_as_slurm_writes_them(days, hours, minutes, seconds) -> None:
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    assert duration_s(f"{days}-{hours:02}:{minutes:02}:{seconds:02}") == whole
    assert duration_s(f"{hours:02}:{minutes:02}:{seconds:02}") == whole - days * 86400
    assert duration_s(f"{minutes:02}:{seconds:02}") == minutes * 60 + seconds


@pytest.mark.parametrize("text", ["1:2:3:4", "x", "-5:00", "1-x", "nan:00"])
def test_no_durations(text) -> None:
    with pytest.raises(ValueError, match=r".+"):
        duration_s(text)
