"""A resolved scenario, written and read again, is the same scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from gortyn.io.load import load, shipped_scenarios
from gortyn.io.yaml_text import scenario_yaml
from gortyn.resolve import leaves

SMALL = str(Path(__file__).parents[1] / "data" / "small.yaml")


@pytest.mark.parametrize("source", [*shipped_scenarios(), SMALL], ids=lambda source: Path(source).stem)
def test_written_and_read_again(source: str, tmp_path: Path) -> None:
    scenario = load(source).scenario
    text = scenario_yaml(scenario)
    file = tmp_path / "resolved.yaml"
    file.write_text(text, encoding="utf-8")
    again = load(file)
    assert again.scenario == scenario
    assert scenario_yaml(again.scenario) == text


def test_nothing_is_left_to_the_catalogue(tmp_path: Path) -> None:
    file = tmp_path / "resolved.yaml"
    file.write_text(scenario_yaml(load(SMALL).scenario), encoding="utf-8")
    again = load(file)
    assert {origin.kind for origin in again.origins.values()} <= {"file", "default"}
    # What still comes from a default is a value that is absent on purpose.
    assert all(leaf.value is None for leaf in leaves(again.scenario) if again.origins[leaf.path].kind == "default")


@pytest.mark.parametrize(
    "title",
    [
        "NO",
        "3e9",
        "yes",
        "a: b",
        "- a",
        "#1",
        "it's",
        '"quoted"',
        "two\nlines",
        " spaces ",
        "",
        "2027-06-01",
        "Jülich 𝄞",
        "~",
    ],
)
def test_any_title_survives(title: str, tmp_path: Path) -> None:
    scenario = load(SMALL, {"title": title}).scenario
    file = tmp_path / "resolved.yaml"
    file.write_text(scenario_yaml(scenario), encoding="utf-8")
    assert load(file).scenario.title == title
