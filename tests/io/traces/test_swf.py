"""SWF: columns, header, clock, the rules each job meets, and the tab-separated variant."""

from __future__ import annotations

import pytest

from gortyn.io.traces import TraceError, detect, read

HEADER = (
    "; Version: 2.2",
    "; UnixStartTime: 1000000000",
    "; TimeZoneString: Europe/Stockholm",
    "; MaxProcs: 64",
    "; Queue: 1 short",
    "; Note: a remark",
)


def job(number=1, submit=0, wait=5, run=60, procs=4, cpu=-1, asked=4, limit=120, status=1, user=7, group=2, queue=1):
    """One line of 18 columns."""
    used = f"{number} {submit} {wait} {run} {procs} {cpu} -1"
    return f"{used} {asked} {limit} -1 {status} {user} {group} -1 {queue} -1 -1 -1"


@pytest.mark.parametrize("name", ["log.swf", "log.swf.gz"])
def test_columns_and_header(write, counts, name) -> None:
    trace, report = read(write(name, *HEADER, job(), job(2, submit=3, queue=9, status=0)))
    assert detect(report.path) == report.format == "swf"
    assert (report.rows, counts(report)) == (2, {})
    assert report.header["MaxProcs"] == "64"
    assert trace.what == "processors"
    assert (trace.submit_s.tolist(), trace.start_s.tolist(), trace.end_s.tolist()) == ([0, 3], [5, 8], [65, 68])
    assert (trace.run_s.tolist(), trace.requested_s.tolist()) == ([60, 60], [120, 120])
    assert (trace.chips.tolist(), trace.cpus.tolist(), trace.nodes.tolist()) == ([4.0, 4.0], [4, 4], [0, 0])
    assert (trace.user[0], trace.group[0]) == ("7", "2")
    assert trace.job_type.tolist() == ["short", "9"]
    assert trace.status.tolist() == ["completed", "failed"]


def test_origin_is_on_the_clock_of_the_named_zone(write) -> None:
    """10^9 s after 1970 is 2001-09-09 01:46:40 UTC, summer time in Stockholm."""
    trace, _ = read(write("log.swf", *HEADER, job()))
    assert (trace.origin, trace.zone) == ("2001-09-09T03:46:40+02:00", "Europe/Stockholm")


def test_origin_without_a_named_zone_takes_the_offset(write) -> None:
    trace, _ = read(write("log.swf", "; UnixStartTime: 1000000000", "; TimeZone: -28800", job()))
    assert (trace.origin, trace.zone) == ("2001-09-08T17:46:40-08:00", "")


def test_a_start_of_zero_is_no_date(write) -> None:
    trace, _ = read(write("log.swf", "; UnixStartTime: 0", job()))
    assert trace.origin == ""


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (job(2, run=-1, status=5), "never-ran"),
        (job(2, run=-1, status=1), "run-unknown"),
        (job(2, run=-7), "run-negative"),
        (job(2, procs=0, asked=0), "size-not-positive"),
        (job(2, procs=-1, asked=-1), "size-unknown"),
        (job(2, procs=-8, asked=-1), "size-not-positive"),
        (job(2, submit=-1, wait=-1), "no-submit"),
        (job(2, submit=-500), "no-submit"),
        (job(2, run="soon"), "unreadable"),
        (job(2, run="inf"), "unreadable"),
        (job(2, run="1e300"), "unreadable"),
        ("2 0 5 60 4", "unreadable"),
        (job(1), "same-record"),
    ],
)
def test_what_is_excluded(write, counts, line, rule) -> None:
    path = write("log.swf", job(), line)
    trace, report = read(path)
    assert (len(trace), counts(report)) == (1, {rule: 1})
    assert report.findings[0].line == 2
    with pytest.raises(TraceError, match=rf"log\.swf:2: {rule}: "):
        read(path, strict=True)


@pytest.mark.parametrize(
    ("line", "rule", "column", "value"),
    [
        (job(2, run=0), "run-zero", "run_s", 1),
        (job(2, run=500), "run-above-request", "requested_s", 500),
        (job(2, limit=0), "request-not-positive", "requested_s", -1),
        (job(2, procs=-1, asked=6), "size-from-request", "chips", 6),
        (job(2, run=60.6), "rounded", "run_s", 61),
        (job(1, submit=9), "repeated-id", "job_id", "1~2"),
        (job(2, submit=9, wait=-4), "start-before-submit", "submit_s", 5),
    ],
)
def test_what_is_put_right(write, counts, line, rule, column, value) -> None:
    path = write("log.swf", job(), line)
    trace, report = read(path)
    assert counts(report) == {rule: 1}
    assert getattr(trace, column)[1] == value
    with pytest.raises(TraceError, match=rf"log\.swf:2: {rule}: "):
        read(path, strict=True)


def test_an_unknown_request_is_ordinary(write, counts) -> None:
    trace, report = read(write("log.swf", job(limit=-1, wait=-1)), strict=True)
    assert (trace.requested_s[0], trace.start_s[0], trace.end_s[0], counts(report)) == (-1, -1, -1, {})


def test_unsorted_lines_are_sorted_and_ties_keep_their_order(write, counts) -> None:
    trace, report = read(write("log.swf", job(1, submit=9), job(2, submit=5), job(3, submit=9), job(4, submit=5)))
    assert trace.job_id.tolist() == ["2", "4", "1", "3"]
    assert counts(report) == {"unsorted": 2}
    assert report.findings[0].line == 2


def test_parts_of_a_swapped_job_do_not_count_twice(write, counts) -> None:
    lines = [job(1, run=90, limit=200), job(1, run=40, status=2), job(1, submit=50, run=50, status=3), job(2, status=3)]
    trace, report = read(write("log.swf", *lines))
    assert (trace.job_id.tolist(), trace.run_s.tolist()) == (["1", "2"], [90, 60])
    assert counts(report) == {"swapped-part": 2}


def test_columns_behind_the_eighteenth_are_left_alone(write, counts) -> None:
    trace, report = read(write("log.swf", job() + " 0", job(2) + " 1 2 3"))
    assert (len(trace), counts(report)) == (2, {})


def test_tab_separated_variant_has_the_request_in_column_six(write, counts) -> None:
    """Unsorted, Unix submissions, no status, and the requested time where the format has the CPU time."""
    lines = [
        "\t".join(map(str, (number, submit, 30, run, 512, limit, *[-1] * 5, 99, *[-1] * 6)))
        for number, submit, run, limit in ((1, 1535348017, 100, 900), (2, 1535348000, 700, 600), (3, 1535349000, 5, 60))
    ]
    trace, report = read(write("mira.swf", "; MaxProcs: 49152 ", *lines))
    assert counts(report) == {"run-above-request": 1, "unsorted": 1}
    assert trace.submit_s.tolist() == [1535348000, 1535348017, 1535349000]
    assert trace.requested_s.tolist() == [700, 900, 60]
    assert trace.status.tolist() == ["", "", ""]
    assert trace.origin == "1970-01-01T00:00:00+00:00"
    assert any("column 6" in note for note in report.notes)


def test_tabs_alone_do_not_make_the_variant(write) -> None:
    trace, report = read(write("log.swf", job(cpu=300).replace(" ", "\t")))
    assert (trace.requested_s[0], report.notes) == (120, ())


def test_another_format_is_refused_after_a_few_rows(write) -> None:
    path = write("log.swf", *["a line of text"] * 50)
    with pytest.raises(TraceError, match=r"log\.swf:20: is no SWF trace"):
        read(path, "swf")
