"""`gortyn validate finance` as typed: with and without cases of files, and what is refused."""

from __future__ import annotations

import csv
import json

import pytest


@pytest.fixture
def cases(repo_root):
    return repo_root / "tests" / "data" / "sam"


@pytest.fixture
def case(cases, tmp_path):
    """A case of a file that a test may change."""

    def write(**changes):
        data = json.loads((cases / "short_life.json").read_text(encoding="utf-8"))
        path = tmp_path / "case.json"
        path.write_text(json.dumps(data | changes), encoding="utf-8")
        return path

    return write


def test_without_any_file(gortyn):
    said = gortyn("validate", "finance", "--json")
    assert said.code == 0
    assert said.json["passed"] is True
    assert {"name", "expected", "got", "error", "limit", "passed", "source", "null"} <= set(said.json["checks"][0])
    assert len(said.json["cases"]) == 1
    text = gortyn("validate", "finance").out
    for word in ("SAM single owner: debt", "random waterfalls", "worked example", "tranche", "tender", "0 failed"):
        assert word in text, word


def test_cases_behind_one_option_or_several(gortyn, cases, tmp_path):
    short, capped, uncapped = (cases / f"{name}.json" for name in ("short_life", "capped", "uncapped"))
    behind = gortyn("validate", "finance", "--cases", short, capped, uncapped, "--json", "--out", tmp_path / "out.csv")
    assert behind.code == 0
    assert behind.json["passed"] is True
    assert [one["case"] for one in behind.json["cases"]][1:] == ["short_life.json", "capped.json", "uncapped.json"]
    assert [one["capped"] for one in behind.json["cases"]] == [False, False, False, True]
    again = gortyn("validate", "finance", "--cases", short, "--cases", capped, "--cases", uncapped, "--json").json
    assert again == behind.json
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(behind.json["checks"])
    assert "note: uncapped.json: lends more than all uses" in gortyn("validate", "finance", "--cases", uncapped).out


def test_a_case_that_differs_is_said_to(gortyn, case):
    said = gortyn("validate", "finance", "--cases", case(project_return_aftertax_irr=9.9), "--json").json
    assert said["passed"] is False
    (failed,) = (check for check in said["checks"] if not check["passed"])
    assert failed["name"] == "case.json: owner's IRR"
    assert failed["error"] == pytest.approx(failed["got"] - 0.099)


def test_what_is_no_case(gortyn, case, tmp_path):
    (tmp_path / "broken.json").write_text('{"inputs": {\n  "dscr": }}', encoding="utf-8")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{")
    for name, why in (
        ("absent.json", "absent.json: cannot be read"),
        ("broken.json", "broken.json:2:11: is not JSON"),
        ("list.json", "list.json: must be an object with inputs and series; is a list"),
        ("bytes.json", "bytes.json: is not UTF-8 text"),
        (str(tmp_path), "cannot be read"),
    ):
        said = gortyn("validate", "finance", "--cases", name, "--json")
        assert (said.code, said.out) == (2, "")
        assert why in said.err
    said = gortyn("validate", "finance", "--cases", case(cf_fedtax=[1, 2], inputs={"dscr": 1.3}))
    assert said.code == 2
    assert f"{tmp_path / 'case.json'}: inputs.term_tenor: is missing" in said.err
    assert "case.json: cf_fedtax: has 2 values, series before it have 16" in said.err


def test_options_of_other_subjects(gortyn, case):
    path = case()
    for arguments, why in (
        (["energy", "--cases", path], "--cases is for finance, not for energy"),
        (["finance", path], f"finance takes no table; name a case with --cases {path}"),
        (["finance", "--software", "megatron-core"], "--software is for training, not for finance"),
        (["finance", "--nodes", "4"], "--nodes is for operation, not for finance"),
        (["finance", "--country", "FI"], "--country is for energy, not for finance"),
    ):
        said = gortyn("validate", *arguments)
        assert said.code == 2
        assert why in said.err
