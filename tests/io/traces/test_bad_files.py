"""Files that are broken as files: each is refused in one line or read with what is wrong counted and named."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from gortyn.io.traces import FORMATS, RULES, TraceError, detect, read
from gortyn.io.traces.lines import LONGEST_LINE

LINE = "{} {} 5 60 4 -1 -1 4 120 -1 1 7 2 -1 1 -1 -1 -1"
LIST = "job_id,arrival_s,service_sec,gpu_count"


@pytest.mark.parametrize("format", [None, *FORMATS])
@pytest.mark.parametrize("name", ["empty", "empty.gz"])
def test_empty_file(write, name, format) -> None:
    with pytest.raises(TraceError, match=r"empty"):
        read(write(name), format)


@pytest.mark.parametrize("format", [None, *FORMATS])
def test_text_of_no_format(write, format) -> None:
    with pytest.raises(TraceError, match=r"notes\.txt"):
        read(write("notes.txt", "Dear diary,", "nothing, happened", "today"), format)


@pytest.mark.parametrize("format", FORMATS)
def test_wrong_format_given_is_named_with_the_likely_one(write, format) -> None:
    if format == "swf":
        path, likely = write("a.csv", LIST, "a,0,1,1"), "list"
    else:
        path, likely = write("a.swf", LINE.format(1, 0)), "swf"
    with pytest.raises(TraceError, match=rf"\(it looks like {likely}\)"):
        read(path, format)


def test_unknown_format_has_a_suggestion(write) -> None:
    with pytest.raises(TraceError, match=r"no trace format 'slrum'; did you mean slurm\?"):
        read(write("a", "x"), "slrum")


def test_header_without_rows(write) -> None:
    with pytest.raises(TraceError, match="no job is left of 0 rows"):
        read(write("a.csv", LIST))


def test_only_excluded_rows(write) -> None:
    with pytest.raises(TraceError, match=r"no job is left of 2 rows \(1 run-unknown; 1 cpu-only\)"):
        read(write("a.csv", LIST, "a,0,-1,1", "b,0,5,0"))


@pytest.mark.parametrize("cut", [20, 200, -4])
def test_truncated_gzip_is_refused(tmp_path: Path, cut) -> None:
    raw = gzip.compress("\n".join(LINE.format(n, n * 7919 % 1000) for n in range(5000)).encode(), mtime=0)
    path = tmp_path / "log.swf.gz"
    path.write_bytes(raw[:cut])
    with pytest.raises(TraceError, match=r"log\.swf\.gz: the gzip file ends early"):
        read(path)


def test_damaged_gzip_is_refused(tmp_path: Path) -> None:
    raw = bytearray(gzip.compress(b"\n".join(LINE.format(n, n).encode() for n in range(500)), mtime=0))
    raw[-6] ^= 255  # the check sum
    path = tmp_path / "log.swf.gz"
    path.write_bytes(raw)
    with pytest.raises(TraceError, match="is damaged"):
        read(path, "swf")


@pytest.mark.parametrize("format", [None, "swf", "slurm", "list", "acme", "pai2020"])
def test_a_line_without_end_is_refused_without_loading_it(tmp_path: Path, format) -> None:
    path = tmp_path / "line.swf"
    with path.open("wb") as file:
        file.write((LINE.format(1, 0) + "\n").encode() if format in (None, "swf") else b"a,b")
        file.write(b"7" * LONGEST_LINE)
        file.truncate(2**36)
    tracemalloc.start()
    try:
        with pytest.raises(TraceError, match=r"line\.swf:\d: the line is longer than 1,048,576 bytes"):
            read(path, format)
        assert tracemalloc.get_traced_memory()[1] < 16 * LONGEST_LINE
    finally:
        tracemalloc.stop()


def test_a_json_element_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.write(b'[{"jobid": "')
        file.truncate(2**36)
    with pytest.raises(TraceError, match="damaged, or longer than"):
        read(path)


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"jobid": 1}', "[1, 2", "[tru]"])
def test_broken_json(write, text) -> None:
    with pytest.raises(TraceError, match=r"log:[12]: "):
        read(write("log", text))


def test_nul_bytes(write, counts) -> None:
    trace, report = read(write("a.swf", LINE.format(1, 0), b"\0\0\0\0", LINE.format(3, 0)))
    assert (trace.job_id.tolist(), counts(report)) == (["1", "3"], {"nul-bytes": 1})
    assert report.findings[0].line == 2


def test_bytes_that_are_not_utf_8(write, counts) -> None:
    trace, report = read(write("a.csv", LIST, b"j\xfc1,0,60,1"))
    assert (trace.job_id[0], counts(report)) == (r"j\xfc1", {"not-utf-8": 1})


def test_byte_order_mark_and_carriage_returns(write, counts) -> None:
    trace, report = read(write("a.csv", "\ufeff" + LIST, "a,0,60,1", end="\r\n"), strict=True)
    assert (len(trace), counts(report)) == (1, {"byte-order-mark": 1, "crlf": 1})


def test_utf_16_is_refused(write) -> None:
    with pytest.raises(TraceError, match="is UTF-16 text"):
        read(write("a.csv", LIST.encode("utf-16")))


def test_a_quote_that_does_not_close_takes_one_row_only(write, counts) -> None:
    trace, report = read(write("a.csv", LIST, '"a,0,60,1', '"b,c",0,60,1', "d,0,60,1"))
    assert (trace.job_id.tolist(), counts(report)) == (["b,c", "d"], {"unreadable": 1})


def test_a_column_twice_is_refused(write) -> None:
    with pytest.raises(TraceError, match="the column gpu_count is there twice"):
        read(write("a.csv", LIST + ",gpu_count", "a,0,60,1,1"), "list")


def test_a_folder_and_a_missing_file_are_the_systems_errors(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read(tmp_path)
    with pytest.raises(FileNotFoundError):
        detect(tmp_path / "none.swf")


def test_strict_names_the_first_fault_of_the_file(write) -> None:
    """Line 2 is put right after all lines are read, line 3 is excluded while reading; the lower line is told."""
    path = write("a.swf", LINE.format(1, 0), LINE.format(2, 0).replace(" 120 ", " 9 "), "x")
    with pytest.raises(TraceError, match=r"a\.swf:2: run-above-request: .*requested 9 of job 2"):
        read(path, strict=True)


def test_report_is_plain_data(write) -> None:
    _, report = read(write("a.csv", LIST, "a,0,60,1", "b,0,-5,1"))
    data = json.loads(json.dumps(report.as_data()))
    assert (data["rows"], data["kept"], data["excluded"]) == (2, 1, 1)
    assert data["rules"][0] | {"meaning": ""} == {
        "rule": "run-negative", "action": "excluded", "count": 1, "line": 3, "value": "run -5 of job b", "meaning": "",
    }  # fmt: skip
    (line,) = report.lines()
    assert line.startswith(f"{report.path}:3: excluded 1 (run-negative): the run time is negative")
    assert line.endswith("; first: run -5 of job b")


def test_every_rule_is_in_the_guide(repo_root: Path) -> None:
    guide = (repo_root / "docs" / "traces.md").read_text(encoding="utf-8")
    rows = {f"| `{rule.name}` | {rule.action}{'*' * rule.ordinary} | {rule.meaning} |" for rule in RULES}
    assert not rows - set(guide.splitlines())
    assert len({rule.name for rule in RULES}) == len(RULES)
