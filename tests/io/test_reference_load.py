"""The reference load on disk: simulated once, read again, rebuilt when anything changes, never in the way."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import gortyn
from gortyn.advice import ReferenceLoad
from gortyn.advice.load import LEVEL, Group, Odds
from gortyn.io import reference_load as owner
from gortyn.io.reference_load import fingerprint, reference_load

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"


class Simulated:
    """Stands in for the simulation and counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, resolved, *_) -> ReferenceLoad:
        self.times += 1
        group = Group(LEVEL, "standard", False, 4, 30 + self.times, tuple(float(one) for one in range(101)))
        odds = (Odds("fast-lane", "start-up", 10, 4, 0.0, 1.5, 2.0),)
        return ReferenceLoad(resolved.scenario.name, date(2028, 7, 1), 30, 31, (group,), odds)


@pytest.fixture
def simulated(monkeypatch) -> Simulated:
    stand_in = Simulated()
    monkeypatch.setattr(owner, "simulate", stand_in)
    return stand_in


@pytest.fixture(scope="module")
def small():
    return gortyn.load(SMALL)


def test_kept_and_read_again(simulated, small, tmp_path):
    said: list[str] = []
    folder = tmp_path / "results" / ".reference"
    first = reference_load(small, folder, say=said.append)
    assert ("no reference load of small yet" in said[0], len(said)) == (True, 1)
    again = reference_load(small, folder, say=said.append)
    assert (again, simulated.times, len(said)) == (first, 1, 1)
    (path,) = folder.iterdir()
    assert path.name == f"small-{fingerprint(small)}.json"


def test_stale_when_the_scenario_changes_and_the_old_one_goes(simulated, small, tmp_path):
    said: list[str] = []
    reference_load(small, tmp_path)
    other = gortyn.load(SMALL, ["simulation.seed=8"])
    reference_load(other, tmp_path, say=said.append)
    assert simulated.times == 2
    assert "stale" in said[0]
    assert [path.name for path in tmp_path.iterdir()] == [f"small-{fingerprint(other)}.json"]


@pytest.mark.usefixtures("simulated")
def test_scenarios_with_names_alike_leave_each_other_alone(small, tmp_path):
    neighbour = tmp_path / f"small-site-{'0' * 16}.json"
    neighbour.write_text("{}")
    reference_load(small, tmp_path)
    assert neighbour.exists()


@pytest.mark.usefixtures("simulated")
def test_two_files_whose_scenarios_have_the_same_name_leave_each_other_alone(small, tmp_path):
    other = gortyn.load(SMALL, ["simulation.seed=8"])
    reference_load(small, tmp_path, source="one/small.yaml")
    reference_load(other, tmp_path, source="two/small.yaml")
    assert len(list(tmp_path.iterdir())) == 2
    third = gortyn.load(SMALL, ["simulation.seed=9"])
    reference_load(third, tmp_path, source="two/small.yaml")
    names = {f"small-{fingerprint(one)}.json" for one in (small, third)}
    assert {path.name for path in tmp_path.iterdir()} == names


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("catalogue/data/chips.csv", True),
        ("catalogue/surfaces/h100.csv", True),
        ("operation/log.py", True),
        ("__init__.py", True),
        ("new.py", True),
        ("operation/__pycache__/log.cpython-312.pyc", False),
        ("report/page.html", False),
    ],
)
def test_stale_when_the_program_or_its_catalogue_changes(small, monkeypatch, tmp_path, changed, counts):
    for path in ("catalogue/data/chips.csv", "catalogue/surfaces/h100.csv", "operation/log.py", "__init__.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("as shipped")
    monkeypatch.setattr(owner, "files", lambda _package: tmp_path)
    prints = []
    for _ in range(2):
        owner._program_hash.cache_clear()
        prints.append(fingerprint(small))
        (tmp_path / changed).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / changed).write_text("changed")
    owner._program_hash.cache_clear()
    assert (prints[0] != prints[1]) == counts


def test_hourly_values_count(small):
    from dataclasses import replace

    from gortyn.model.series import HourlySeries, SiteSeries

    def priced(eur: float):
        series = HourlySeries(np.datetime64("2028-07-01", "h"), np.full(24, eur))
        return replace(small, series={"narvik": SiteSeries(price=series)})

    assert len({fingerprint(small), fingerprint(priced(40.0)), fingerprint(priced(41.0))}) == 3
    assert fingerprint(priced(40.0)) == fingerprint(priced(40.0))


def test_rebuilt_where_asked(simulated, small, tmp_path):
    said: list[str] = []
    reference_load(small, tmp_path)
    found = reference_load(small, tmp_path, rebuild=True, say=said.append)
    assert (simulated.times, found.groups[0].jobs) == (2, 32)
    assert "rebuilt" in said[0]
    assert reference_load(small, tmp_path) == found


@pytest.mark.parametrize("content", ["", "{", "[]", '{"scenario": "small"}', "\x00\x01"])
def test_a_broken_file_is_replaced(simulated, small, tmp_path, content):
    said: list[str] = []
    path = tmp_path / f"small-{fingerprint(small)}.json"
    path.write_text(content)
    reference_load(small, tmp_path, say=said.append)
    assert simulated.times == 1
    assert "cannot be read" in said[0]
    assert json.loads(path.read_text())["scenario"] == "small"


@pytest.mark.usefixtures("simulated")
def test_no_folder_to_write_to(small, tmp_path):
    said: list[str] = []
    (tmp_path / "results").write_text("a file where a folder should be")
    found = reference_load(small, tmp_path / "results" / ".reference", say=said.append)
    assert found.jobs == 31
    assert "is not kept" in said[-1]


def test_a_simulation_that_fails_leaves_nothing(small, tmp_path, monkeypatch):
    def fail(*_):
        raise ValueError("these values lead nowhere")

    monkeypatch.setattr(owner, "simulate", fail)
    with pytest.raises(ValueError, match="lead nowhere"):
        reference_load(small, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_is_simulated_agrees_with_the_account_of_access(small, tmp_path):
    """Over all sizes, a tenant's waits weighted by jobs have the number and the mean of the account's."""
    from gortyn.run import operate

    load, tenants = reference_load(small, tmp_path), {one.tenant: one for one in operate(small).access.tenants}
    for name in ("carmaker", "university"):  # whose jobs join the queue when they are sent
        own = [one for one in load.groups if (one.kind, one.name) == ("tenant", name)]
        assert sum(one.jobs for one in own) == tenants[name].jobs - tenants[name].unstarted_jobs
        means = [np.mean((np.array(one.wait_s)[1:] + np.array(one.wait_s)[:-1]) / 2) for one in own]
        mean_s = np.average(means, weights=[one.jobs for one in own])
        assert mean_s == pytest.approx(tenants[name].wait_mean_s, rel=0.1, abs=60)
    assert {one.mode for one in load.odds} <= {"fast-lane", "science", "pay"}
    assert load.odds_of("fast-lane", "start-up")
    assert reference_load(small, tmp_path) == load
