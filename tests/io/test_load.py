"""From file to resolved scenario: overrides, origins, and no surprise whatever value stands where."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gortyn.io.faults import ScenarioError
from gortyn.io.load import find, load, shipped_scenarios
from gortyn.resolve import Resolved

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "data" / "small.yaml"


def faults(*overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(SMALL, overrides)
    return [str(fault) for fault in caught.value.faults]


def test_shipped_scenarios_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert set(shipped_scenarios()) >= {"investai", "tender-lot1", "tender-lot2", "jupiter", "stargate-norway"}
    assert find("jupiter").name == "jupiter.yaml"
    # A file of that name in the working folder comes first.
    Path("jupiter").write_text("name: mine\n", encoding="utf-8")
    assert find("jupiter") == Path("jupiter")


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("sites.narvik.grid.connection_mw=9", 9),
        ("sites.0.grid.connection_mw=9.5", 9.5),
        ("sites.narvik.grid.connection_mw = 9e0", 9),
    ],
)
def test_list_items_go_by_name_or_number(override: str, value: float) -> None:
    assert load(SMALL, [override]).scenario.sites[0].grid.connection_mw == value


def test_all_forms_of_values() -> None:
    resolved = load(
        SMALL,
        [
            "simulation.start=2028-07-02",
            "simulation.seed=5",
            "title='A title: with = and #hash'",
            "sites.lavrion.cooling={kind: seawater}",
            "training_runs=[]",
            "costs.discount_rate=0.05",
            "operations.reliability.clock=observed",
            "sites.narvik.phases.second.chips=1e3",
        ],
    )
    scenario = resolved.scenario
    assert scenario.simulation.start == date(2028, 7, 2)
    assert scenario.simulation.seed == 5
    assert scenario.title == "A title: with = and #hash"
    assert scenario.sites[1].cooling.kind == "seawater"
    assert scenario.training_runs == ()
    assert scenario.costs.discount_rate == 0.05
    assert scenario.operations.reliability.clock == "observed"
    assert scenario.sites[0].phases[1].chips == 1000
    origin = resolved.origins["costs", "discount_rate"]
    assert (origin.kind, origin.where) == ("override", "--set costs.discount_rate=0.05")


def test_the_last_override_of_a_path_wins() -> None:
    assert load(SMALL, ["simulation.seed=1", "simulation.seed=2"]).scenario.simulation.seed == 2


def test_a_mapping_of_overrides_takes_python_values() -> None:
    scenario = load(
        SMALL,
        {
            "simulation.start": date(2028, 8, 1),
            "sites.narvik.phases": [
                {"name": "one", "operational": date(2028, 1, 1), "machine": "h100", "chips": 2048},
            ],
        },
    ).scenario
    assert scenario.simulation.start == date(2028, 8, 1)
    assert [phase.name for phase in scenario.sites[0].phases] == ["one"]


def test_an_override_of_one_site_leaves_those_with_the_same_anchor_alone() -> None:
    scenario = load("investai", ["sites.fouju.phases.phase-2.chips=80000"]).scenario
    assert [site.phases[1].chips for site in scenario.sites] == [75000, 80000, 75000, 75000]


@pytest.mark.parametrize("text", ["risk:\n", "risk: null\n", "risk: {}\n", ""])
def test_an_override_below_a_part_that_is_empty_or_absent(text: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL.read_text(encoding="utf-8") + text, encoding="utf-8")
    assert load(file, ["risk.draws=100"]).scenario.risk.draws == 100


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("simulation.seed", "must be path=value"),
        ("=5", "must be path=value"),
        ("sites.narvic.cooling.pue=1.1", "sites has no entry 'narvic'; did you mean narvik?"),
        ("sites.7.cooling.pue=1.1", "sites has no entry '7'"),
        ("sites.-1.cooling.pue=1.1", "sites has no entry '-1'"),
        ("name.first=x", "name is a single value; it holds no 'first'"),
        ("sites.narvik=1", "sets a whole entry of a list; set its fields"),
        ("title=[1", "is no valid YAML: a bracket that is not closed with ], or a comma that is missing"),
        ("costs={a: 1, a: 2}", "a: key is there already, in line 1"),
        ("simulation.sed=3", "simulation.sed: unknown key; did you mean seed?"),
        ("simulation.seed=", "simulation.seed: must be a whole number, is empty"),
        ("sites.narvik.cooling.pue=0.5", "sites.0.cooling.pue: must be at least 1, is 0.5"),
        ("costs.usd_per_eur=one", "costs.usd_per_eur: must be a number, is the text 'one'"),
    ],
)
def test_faults_of_an_override_name_it(override: str, said: str) -> None:
    assert faults(override) == [f"--set {override}: {said}"]


def test_faults_of_several_overrides_come_at_once() -> None:
    found = faults("sites.nowhere.title=x", "simulation.seed", "title.x=1")
    assert [fault.partition(": ")[0] for fault in found] == [
        "--set sites.nowhere.title=x",
        "--set simulation.seed",
        "--set title.x=1",
    ]


def test_a_rule_that_an_override_breaks_names_the_override() -> None:
    (found,) = faults("sites.narvik.grid.connection_mw=1")
    assert found.startswith("--set sites.narvik.grid.connection_mw=1: sites.0.grid.connection_mw: is 1 MW, but")


def test_an_override_of_any_length_keeps_its_message_short() -> None:
    (found,) = faults("simulation.seed=" + "[" * 5000)
    assert len(found) < 200
    assert "nests deeper" in found


def test_origins_say_where_each_value_comes_from() -> None:
    origins = load(SMALL).origins
    line = (
        SMALL.read_text(encoding="utf-8")
        .splitlines()
        .index("      share: 0.17        # source: tender/lot1, cap of the purchase of compute time")
    )
    union = origins["fund", "layers", 2, "share"]
    assert (union.kind, union.evidence, union.note) == (
        "file",
        "sourced",
        "tender/lot1, cap of the purchase of compute time",
    )
    assert union.where == f"{SMALL}:{line + 1}"
    assert origins["programme", "budget_eur"].evidence == "assumed"
    assert origins["name",].evidence == "unsourced"
    price = origins["sites", 0, "grid", "price_eur_per_mwh"]
    assert (price.kind, price.where, price.evidence) == ("catalogue", "grids/NO/price_eur_per_mwh", "published")
    assert price.fact is not None
    default = origins["costs", "contingency_share"]
    assert (default.kind, default.evidence) == ("default", "assumed")
    assert origins["operations", "scheduler"].kind == "file"
    assert origins["tenants", 0, "walltime_factor"].kind == "default"


# Whatever stands where --------------------------------------------------------------------------------------------


def paths(value: Any, path: tuple[str, ...] = ()) -> list[str]:
    """Every place of a scenario that an override can name."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    here = [".".join(path)] if path and not path[-1].isdigit() else []
    return here + [below for key, item in items for below in paths(item, (*path, str(key)))]


PLACES = [
    *paths(YAML(typ="safe", pure=True).load(SMALL)),
    "costs",
    "costs.discount_rate",
    "costs.chip_life_years",
    "operations.reliability.rate_per_1000_node_days",
]
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(-(10**20), 10**20),
    st.just(10**400),
    st.floats(),
    st.floats(0, 1),
    st.text(max_size=8),
    st.sampled_from(["h100", "gb300", "narvik", "NO", "GB300-NVL72", "start-up", "easy", "\ud800", "a\nb"]),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["name", "x"]), st.integers(), max_size=2),
    st.binary(max_size=3),
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(PLACES), ANYTHING, min_size=1, max_size=3))
@example({"simulation.seed": 10**400})
@example({"programme.budget_eur": 10**400})
@example({"simulation.start": date(9999, 12, 31)})
@example({"simulation.start": date(1, 1, 1)})
@example({"simulation.days": 0, "machines.0.pod_chips": -1})
@example({"machines.0.pod_chips": -1})
@example({"sites.0.phases.0.machine": "gb300", "sites.1.phases.0.machine": "x"})
@example({"sites.0.phases": ()})
@example({"machines": ()})
@example({"tenants": "x", "sites": None, "machines": 1, "training_runs": {}})
@example({"sites.0.country": "XX", "sites.0.cooling.kind": "ice"})
def test_a_scenario_is_resolved_or_refused_whatever_stands_where(overrides: dict[str, Any]) -> None:
    try:
        resolved: Resolved | None = load(SMALL, overrides)
    except ScenarioError as error:
        resolved = None
        said = [str(fault) for fault in error.faults]
    if resolved is None:
        assert said
        assert not [text for text in said if "\n" in text.replace("a\nb", "") or len(text) > 400]
        assert len(said) == len(set(said)), "a fault is said once"
    else:
        assert None not in [
            value
            for path, value in vars(resolved.scenario.costs).items()
            if path not in ("utilisation_share", "refresh")
        ]


def test_a_fault_brings_no_others_with_it(tmp_path: Path) -> None:
    """A part that is at fault is left out of the rules that cross nouns, and so is what depends on it."""
    text = SMALL.read_text(encoding="utf-8")
    for wrong, right, path in [
        ("pod_chips: 512", "pod_chips: -1", "machines.0.pod_chips"),
        ("latitude_deg: 68.44", "latitude_deg: 100", "sites.0.latitude_deg"),
        ("chip: H100-SXM", "chip: H-100", "machines.0.chip"),
        ("country: NO", "country: ZZ", "sites.0.country"),
        ("demand_share: 0.30", "demand_share: -1", "tenants.2.demand_share"),
        ("days: 30", "days: 1.5", "simulation.days"),
        ("name: h100\n", "name: H100\n", "machines.0.name"),
    ]:
        file = tmp_path / "one.yaml"
        assert wrong in text
        file.write_text(text.replace(wrong, right, 1), encoding="utf-8")
        with pytest.raises(ScenarioError) as caught:
            load(file)
        assert [fault.path for fault in caught.value.faults if fault.path == path] == [path]
        if path != "machines.0.name":  # those who name the machine by its right name are wrong, too
            assert [fault.path for fault in caught.value.faults] == [path]


def test_faults_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    text = SMALL.read_text(encoding="utf-8").replace("seed: 7", "seed: -1").replace("base_year: 2026", "base_year: x")
    file.write_text(text.replace("tenant: founders", "tenant: finders"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert [fault.path for fault in caught.value.faults] == [
        "programme.base_year",
        "training_runs.0.tenant",
        "simulation.seed",
    ]


def test_shares_that_sum_to_one_but_for_rounding_are_whole() -> None:
    shares = {"tenants.founders.demand_share": 0.1, "tenants.university.demand_share": 0.36}
    assert load(SMALL, {**shares, "tenants.carmaker.demand_share": 0.3 + 2**-52}).scenario.tenants
