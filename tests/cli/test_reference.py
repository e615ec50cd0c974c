"""The verbs that explain: facts and doctor."""

from __future__ import annotations

from pathlib import Path

import pytest

import gortyn as package
from gortyn.catalogue import load
from gortyn.io.load import shipped_scenarios

from .conftest import Call


def test_facts_without_a_word_list_the_kinds(gortyn: Call) -> None:
    said = gortyn("facts", "--json")
    catalogue = load()
    assert said.json == {kind: len(catalogue.entries(kind)) for kind in catalogue.kinds()}
    plain = gortyn("facts").out
    assert all(line.split()[0] in said.json for line in plain.splitlines())


def test_facts_show_value_unit_source_and_what_contradicts_it(gortyn: Call) -> None:
    said = gortyn("facts", "jupiter", "power_mw")
    assert said.code == 0
    first, *rest = said.out.splitlines()
    assert first.startswith("systems/JUPITER/power_mw = 16.7 MW")
    assert "[derived, " in first
    (but,) = [line for line in rest if line.strip().startswith("but: 11 MW")]
    assert "Press figure" in but


def test_every_word_must_match(gortyn: Call) -> None:
    both = {fact["key"] for fact in gortyn("facts", "lumi", "power", "--json").json}
    one = {fact["key"] for fact in gortyn("facts", "lumi", "--json").json}
    assert "systems/LUMI/power_mw" in both
    assert both < one


def test_facts_of_one_kind(gortyn: Call) -> None:
    found = gortyn("facts", "--kind", "cooling", "--json").json
    assert {fact["key"].split("/")[0] for fact in found} == {"cooling"}
    assert {"value", "unit", "sources", "evidence", "date", "conflicts"} <= set(found[0])
    assert all(fact["sources"] for fact in found)
    narrowed = gortyn("facts", "pue", "--kind", "cooling", "--json").json
    assert 0 < len(narrowed) < len(found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["unobtainium"], "no fact matches 'unobtainium'"),
        (["--kind", "dragons"], "there are no facts of kind 'dragons'; there are "),
    ],
)
def test_facts_that_are_not_there(arguments: list[str], said: str, gortyn: Call) -> None:
    found = gortyn("facts", *arguments)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


def test_doctor(gortyn: Call) -> None:
    said = gortyn("doctor", "--json")
    assert said.code == 0
    assert said.json["problems"] == []
    checks = said.json["checks"]
    assert checks["gortyn"] == package.__version__
    assert checks["scenarios"].split(", ") == list(shipped_scenarios())
    assert {"python", "numpy", "numba", "polars", "catalogue", "free disk"} <= set(checks)
    plain = gortyn("doctor")
    assert plain.code == 0
    assert all(any(line.startswith(name) for line in plain.out.splitlines()) for name in checks)
    assert not list(Path.cwd().iterdir())


def test_doctor_compiles_the_kernels(gortyn: Call) -> None:
    assert gortyn("doctor", "--warm", "--json").json["checks"]["kernels"].startswith("compiled in ")


def test_doctor_says_what_is_missing(gortyn: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    original = metadata.version

    def version(name: str) -> str:
        if name == "polars":
            raise metadata.PackageNotFoundError(name)
        return original(name)

    monkeypatch.setattr(metadata, "version", version)
    said = gortyn("doctor")
    assert said.code == 1
    assert "problem: polars is not installed" in said.out
