"""What is published of access against what Gortyn says, and applications of a table."""

from __future__ import annotations

import pytest

from gortyn.advice.validation import validate_access
from gortyn.catalogue import load
from gortyn.catalogue.overlay import Overlay

FACTS = load().lookup()
ROWS = [
    (2, {"mode": "fast-lane", "submitted": "2026-06-19", "cutoff": "", "granted": "2026-06-26"}),
    (3, {"mode": "large-scale", "submitted": "", "cutoff": "2026-06-15", "granted": "2026-07-02"}),
    (4, {"mode": "frontier-grand-challenge", "submitted": "", "cutoff": "2026-04-13", "granted": "2026-06-19"}),
]


def test_all_that_is_published_is_met():
    report = validate_access(FACTS)
    assert report.passed
    assert not report.cases
    names = [figure.check.name for figure in report.figures]
    assert len(names) == len(set(names)) > 30
    subjects = (
        "days from cut-off",
        "chip-hours that may be asked for",
        "by hand",
        "Slurm",
        "texts",
        "node over its chips",
    )
    assert all(any(subject in name for name in names) for subject in subjects)


def test_errors_and_bias_of_a_table_are_those_on_paper():
    # Four working days from a Friday are the Thursday after, the 25th: a day early. Ten working days from Monday the
    # 15th are Monday the 29th: three days early. The challenge took the 67 days that are published.
    report = validate_access(FACTS, ROWS, "rows.csv")
    assert [case.predicted_days for case in report.cases] == [6, 14, 67]
    by_name = {figure.check.name: figure for figure in report.figures}
    mean = by_name["applications of the file: mean error [days]"]
    assert mean.check.got == pytest.approx(4 / 3)
    assert by_name["applications of the file: bias [days]"].check.got == pytest.approx(-4 / 3)
    # Published times are 2.8, 5.6, 14, 14, 17.5, 30, 67, 120 and 180 days, the median 17.5.
    assert mean.null == pytest.approx((10.5 + 0.5 + 49.5) / 3)
    assert report.predictions()[0]["error_days"] == -1


def test_a_calendar_that_is_off_fails():
    late = [(2, {"mode": "fast-lane", "submitted": "2026-06-19", "granted": "2026-12-01"})]
    report = validate_access(FACTS, late, "late.csv")
    assert not report.passed


def test_a_text_that_contradicts_itself_fails(tmp_path):
    rows = [line for line in (load_text("claims")) if line.startswith(("entry,", "S07,"))]
    changed = [line.replace("S07,value,25,", "S07,value,34,") for line in rows]
    (tmp_path / "claims.csv").write_text("".join(changed), encoding="utf-8")
    (tmp_path / "sources.csv").write_text("".join(load_text("sources")), encoding="utf-8")
    report = validate_access(Overlay(tmp_path).lookup())
    failed = [figure.check.name for figure in report.figures if not figure.check.passed]
    assert failed == ["texts: public part of the whole [%]"]


def load_text(kind: str) -> list[str]:
    from importlib.resources import files

    text = (files("gortyn.catalogue") / "data" / f"{kind}.csv").read_text(encoding="utf-8")
    return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"mode": "fastlane", "granted": "2026-06-19", "cutoff": "2026-06-10"}, "did you mean fast-lane"),
        ({"mode": "fast-lane", "granted": "soon", "cutoff": "2026-06-10"}, "granted: 'soon' is not a date"),
        ({"mode": "fast-lane", "granted": "2026-06-01", "cutoff": "2026-06-10"}, "is before cutoff 2026-06-10"),
        ({"mode": "fast-lane", "granted": "2026-06-01", "cutoff": ""}, "submitted: '' is not a date"),
        ({"mode": "strategic", "granted": "2026-06-01", "cutoff": ""}, "no time to grant is published of 'strategic'"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(cells, message):
    with pytest.raises(ValueError, match=message) as caught:
        validate_access(FACTS, [(7, cells)], "cases.csv")
    assert str(caught.value).startswith("cases.csv:7: ")


def test_missing_columns_are_named():
    with pytest.raises(ValueError, match=r"cases.csv:1: granted: the column is missing\n.*submitted or cutoff"):
        validate_access(FACTS, [(2, {"mode": "fast-lane"})], "cases.csv")
