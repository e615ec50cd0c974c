"""`gortyn access` as typed: who gets in, as tables, as JSON and as a folder, and what is refused in one line."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from gortyn.io.columns import dictionary
from gortyn.io.load import load

RUN = importlib.import_module("gortyn.run")
TABLES = {
    *("modes", "applications", "funnel", "mode_waits", "groups", "evenness", "enclaves"),
    *("data_spaces", "staging", "token_needs", "tradeoff"),
}
SHORT = ("--set", "simulation.days=10")


@pytest.fixture(scope="module")
def reached():
    """The small scenario, ten days of it, as far as its access."""
    return RUN.reach(load(Path(__file__).parents[1] / "data" / "small.yaml", ["simulation.days=10"]))


@pytest.fixture
def quick(gortyn, small, reached, monkeypatch):
    """The command, with the run that is made already."""

    def reach(*_, curve):
        return reached if curve else reached._replace(tradeoff=())

    monkeypatch.setattr(RUN, "reach", reach)
    return lambda *more: gortyn("access", small, *SHORT, *more)


def test_everything_is_in_the_json(quick):
    data = quick("--json").json
    assert set(data) == {"scenario", "start", "days", "seed", *TABLES}
    assert (data["scenario"], data["start"], data["days"], data["seed"]) == ("small", "2028-07-01", 10, 7)
    for name in TABLES:
        assert data[name], name
        assert list(data[name][0]) == list(dictionary()[name])


def test_tables_read_well_in_a_terminal(quick):
    said = quick()
    assert said.code == 0
    assert not said.err
    for title in ("Modes of access", "What became of applications", "Days of waiting for the first job",
                  "Who got what, by class", "by chips of a job", "by country of the grant", "How evenly", "Enclaves",
                  "Without enclaves, over 5 days", "Data spaces", "Tokens that training runs need",
                  "What a share kept for start-ups costs"):  # fmt: skip
        assert title in said.out, title
    assert not re.search(r"\bnan\b|\binf\b|None", said.out)
    assert max(map(len, said.out.splitlines())) <= 130
    (lane,) = re.findall(r"^fast-lane +start-up, sme .*$", said.out, re.MULTILINE)
    assert re.search(r"from 500 up to 50,000 +3 +in order +5\.6$", lane)
    assert re.search(r"^science .* any +2 +5 from 2028-05-02 +7$", said.out, re.MULTILINE)
    assert re.search(r"^2028-07-06 to 2028-07-10, with \d+ grants in force", said.out, re.MULTILINE)
    points = re.findall(r"^(as-is|asked-for|no-enclaves) +([\d.]+ %).*?(EUR)?$", said.out, re.MULTILINE)
    assert [bool(euros) for _, _, euros in points] == [share != "0.0 %" for _, share, _ in points]


def test_the_curve_can_be_left_out(quick):
    said = quick("--no-curve")
    assert "What a share kept" not in said.out
    assert "Without enclaves" not in said.out
    assert quick("--no-curve", "--json").json["tradeoff"] == []


def test_a_folder_is_written_whole_and_named_last(quick, tmp_path):
    said = quick("-o", "who")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "who"
    names = {path.name for path in (tmp_path / "who").iterdir()}
    assert names == {f"{name}.csv" for name in (*TABLES, "columns")} | {"manifest.json", "scenario.yaml"}
    assert quick("-o", "who").code == 2
    assert quick("-o", "who", "--force", "--json").json["folder"] == "who"


def test_the_seed_reaches_the_run(gortyn, small, reached, monkeypatch):
    seen = []
    monkeypatch.setattr(RUN, "reach", lambda resolved, *_, curve: seen.append((resolved.scenario, curve)) or reached)
    assert gortyn("access", small, "--seed", "5", "--no-curve", "--json").code == 0
    assert (seen[0][0].simulation.seed, seen[0][1]) == (5, False)


def test_what_cannot_be_is_refused_before_anything_runs(gortyn, small, tmp_path, monkeypatch):
    monkeypatch.setattr(RUN, "reach", lambda *_, **__: pytest.fail("has run"))
    said = gortyn("access", small, "--seed", "-1")
    assert (said.code, said.err.splitlines()) == (2, ["gortyn access: --seed is -1, must be at least 0"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    said = gortyn("access", small, "-o", "mine")
    assert (said.code, said.err.splitlines()) == (2, ["mine: exists and is no results folder; it is left as it is"])


def test_a_stage_that_fails_is_told_in_one_line(gortyn, small, monkeypatch):
    def fail(*_, **__):
        raise ValueError("too many jobs")

    monkeypatch.setattr(RUN, "reach", fail)
    said = gortyn("access", small)
    assert (said.code, said.out, said.err) == (1, "", "gortyn: too many jobs\n")


def test_a_scenario_without_modes_has_the_rest(gortyn):
    said = gortyn("access", "tender-lot1", "--set", "simulation.days=2", "--no-curve")
    assert said.code == 0
    assert "Modes of access" not in said.out
    assert "Who got what, by class" in said.out


def test_the_scenario_of_the_guide_can_be_used(gortyn, tmp_path, repo_root):
    """What the guide says of modes, enclaves, data spaces and tenants, put into a shipped scenario."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe")
    guide = (repo_root / "docs" / "access.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    said = yaml.load(block)
    shipped = yaml.load((repo_root / "src" / "gortyn" / "scenarios" / "jupiter.yaml").read_text(encoding="utf-8"))
    for part in ("enclaves", "data_spaces"):
        shipped["access"][part] = said["access"][part]
    shipped["access"]["modes"].append(said["access"]["modes"][1])
    shipped["tenants"].append(said["tenants"][0])
    shipped["simulation"] |= {"start": said["access"]["modes"][1]["cutoffs"][0], "days": 60}
    shipped["access"]["enclaves"][0]["permit_days"] = 2  # the usual permit takes longer than this window
    with (tmp_path / "mine.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(shipped, file)
    data = gortyn("access", "mine.yaml", "--no-curve", "--json")
    assert data.code == 0, data.err
    (mode,) = [row for row in data.json["modes"] if row["mode"] == "summer-call"]
    assert mode["applications"] >= mode["admitted"] > 0
    (vault,) = data.json["enclaves"]
    assert (vault["tenants"], vault["chips"]) == ("clinics", 512)
    assert vault["jobs"] > 0
