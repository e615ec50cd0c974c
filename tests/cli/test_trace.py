"""`gortyn trace` as typed: what stands on which stream, exit codes, and what is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

LOG = """\
; UnixStartTime: 1704067200
; TimeZoneString: Europe/Berlin
1 0 10 3600 32 -1 -1 32 7200 -1 1 1 1 -1 1 -1 -1 -1
2 60 -1 -1 -1 -1 -1 64 7200 -1 5 2 1 -1 1 -1 -1 -1
3 7200 3520 1800 64 -1 -1 64 3600 -1 1 2 1 -1 1 -1 -1 -1
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.swf"
    path.write_text(LOG)
    return path


@pytest.mark.usefixtures("log")
def test_import_and_show(gortyn) -> None:
    said = gortyn("trace", "import", "log.swf", "--format", "swf", "-o", "x.parquet")
    assert (said.code, said.out) == (0, "x.parquet\n")
    assert said.err.splitlines()[0].startswith("log.swf:4: excluded 1 (never-ran): ")
    assert said.err.splitlines()[-1] == "log.swf: 3 rows: 2 kept, 1 excluded"
    raw, table = (
        gortyn("trace", "show", name, "--nodes", "8", "--chips-per-node", "8", "--json")
        for name in ("log.swf", "x.parquet")
    )
    assert raw.code == table.code == 0
    assert {**raw.json, "import": None} == {**table.json, "import": None}
    assert raw.json["jobs"] == 2
    assert raw.json["begin"] == "2024-01-01T01:00:00+01:00"
    assert raw.json["offered_load"] == pytest.approx((32 * 3600 + 64 * 1800) / (64 * 7200))
    assert (raw.json["wait_s"]["max"], raw.json["what"]) == (3520, "processors")
    assert raw.json["import"]["rules"][0]["rule"] == "never-ran"


@pytest.mark.usefixtures("log")
def test_show_as_text(gortyn) -> None:
    said = gortyn("trace", "show", "log.swf", "--nodes", "50")
    assert said.code == 0
    lines = {line.split("  ")[0]: line for line in said.out.splitlines()}
    assert lines["jobs"].endswith("2 of 3 rows")
    assert lines["too large"].endswith("1 of 2 jobs ask for more chips than there are")
    assert "wait (100% known)" in said.out
    assert "Mon" in lines


@pytest.mark.usefixtures("log")
def test_import_as_json_with_a_name_of_its_own(gortyn, tmp_path) -> None:
    said = gortyn("trace", "import", "log.swf", "--json")
    assert said.code == 0
    assert (said.json["output"], said.json["rows"], said.json["kept"], said.json["excluded"]) == (
        "log.parquet",
        3,
        2,
        1,
    )
    assert (tmp_path / "log.parquet").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("log.swf", "--strict"), "log.swf:4: never-ran: "),
        (("log.swf", "--format", "slurm"), "log.swf:1: is no sacct trace: "),
        (("log.swf", "--format", "swff"), "there is no trace format 'swff'; did you mean swf?"),
        (("none.swf",), "none.swf: No such file or directory"),
        (("empty.swf",), "empty.swf: is empty"),
        ((".",), ".: Is a directory"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(gortyn, log, arguments, said) -> None:
    (log.parent / "empty.swf").touch()
    for verb in ("show", "import"):
        result = gortyn("trace", verb, *arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(said)
        assert result.err.count("\n") == 1
    assert not list(log.parent.glob("*.parquet"))


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("output", ["log.swf", "no/such/folder/x.parquet", "."])
def test_output_that_cannot_be(gortyn, output) -> None:
    said = gortyn("trace", "import", "log.swf", "-o", output)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"gortyn trace import: --output {output}: ")
    assert Path("log.swf").read_text() == LOG


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("nodes", [("--nodes", "0"), ("--nodes", "4", "--chips-per-node", "0")])
def test_machine_without_chips(gortyn, nodes) -> None:
    said = gortyn("trace", "show", "log.swf", *nodes)
    assert (said.code, said.err) == (2, "gortyn trace show: --nodes and --chips-per-node are 1 or more\n")


def test_verbs_are_told(gortyn) -> None:
    said = gortyn("trace", "--help")
    assert said.code == 0
    assert "import" in said.out
    assert "show" in said.out
