"""gortyn validate access, as users call it."""

from __future__ import annotations

from pathlib import Path

TABLE = "mode,submitted,cutoff,granted\nfast-lane,2026-06-19,,2026-06-26\nlarge-scale,,2026-06-15,2026-07-02\n"


def test_what_is_published_is_compared(gortyn):
    data = gortyn("validate", "access", "--json").json
    assert data["passed"]
    assert all(check["passed"] for check in data["checks"])
    assert {"name", "expected", "got", "error", "limit", "passed", "source"} <= data["checks"][0].keys()
    assert data["cases"] == []


def test_applications_of_a_table_are_predicted(gortyn, tmp_path: Path):
    table, out = tmp_path / "calls.csv", tmp_path / "predicted.csv"
    table.write_text(TABLE, encoding="utf-8")
    said = gortyn("validate", "access", str(table), "--out", str(out))
    assert said.code == 0
    assert "applications of the file: mean error [days]" in said.out
    # A day and three days early, by the working days on a calendar of 2026.
    rows = out.read_text(encoding="utf-8").splitlines()
    assert rows[0].split(",")[-1] == "error_days"
    assert [row.split(",")[-1] for row in rows[1:]] == ["-1", "-3"]


def test_what_a_table_lacks_is_said_with_its_line(gortyn, tmp_path: Path):
    table = tmp_path / "calls.csv"
    table.write_text(TABLE.replace("fast-lane", "fastlane").replace("2026-07-02", "July"), encoding="utf-8")
    said = gortyn("validate", "access", str(table))
    assert said.code == 2
    assert f"{table}:2: mode: no time to grant is published of 'fastlane'; did you mean fast-lane?" in said.err
    assert f"{table}:3: granted: 'July' is not a date as YYYY-MM-DD" in said.err


def test_options_of_other_subjects_are_refused(gortyn):
    said = gortyn("validate", "access", "--nodes", "8")
    assert (said.code, "--nodes is for operation" in said.err) == (2, True)
