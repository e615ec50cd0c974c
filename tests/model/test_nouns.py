"""The types of a scenario are frozen and strict, and refuse what contradicts itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from gortyn.io.load import load
from gortyn.model import (
    Fund,
    Grid,
    Layer,
    Machine,
    Noun,
    Phase,
    Programme,
    Scenario,
    Simulation,
    Site,
    Tenant,
    suffix_unit,
)

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"
PROGRAMME = {
    "name": "P", "mobilised_eur": 100.0, "public_eur": 40.0, "private_eur": 60.0, "budget_eur": 50.0, "base_year": 2026,
}  # fmt: skip
HEDGE: dict[str, Any] = {"name": "hedge", "kind": "fixed", "share": 0.6, "price_eur_per_mwh": 50.0}
LAYER = {"name": "loan", "kind": "senior-debt", "provider": "private", "share": 1.0}
PHASE = {"name": "one", "operational": date(2028, 1, 1), "machine": "gpu", "chips": 8}
SITE: dict[str, Any] = {
    "name": "north",
    "title": "North",
    "country": "NO",
    "latitude_deg": 68.0,
    "longitude_deg": 17.0,
    "grid": {"connection_mw": 5.0, "energised": date(2027, 1, 1)},
    "cooling": {"kind": "liquid"},
    "phases": (PHASE,),
}
TENANT = {
    "name": "users", "tenant_class": "sme", "demand_share": 0.5, "job_chips": 8, "job_chips_max": 64, "run_hours": 2.0,
}  # fmt: skip


def faults(noun: type[Noun], data: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """What a noun's own rules say of valid values that contradict one another."""
    with pytest.raises(ValidationError) as caught:
        noun.model_validate(data)
    (error,) = caught.value.errors()
    assert error["type"] == "faults"
    return [tuple(fault) for fault in error["ctx"]["faults"]]


def errors(noun: type[Noun], data: dict[str, Any]) -> set[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        noun.model_validate(data)
    return {(error["loc"][0], error["type"]) for error in caught.value.errors()}


def nouns(noun: type[BaseModel] = Noun) -> list[type[BaseModel]]:
    return [below for child in noun.__subclasses__() for below in (child, *nouns(child))]


@pytest.mark.parametrize("noun", nouns(), ids=lambda noun: noun.__name__)
def test_every_noun_is_frozen_strict_and_explained(noun: type[BaseModel]) -> None:
    assert noun.model_config["frozen"]
    assert noun.model_config["strict"]
    assert noun.model_config["extra"] == "forbid"
    assert noun.__doc__
    assert all(info.description for info in noun.model_fields.values())


def test_a_scenario_cannot_be_changed() -> None:
    scenario = load(SMALL).scenario
    with pytest.raises(ValidationError, match="frozen"):
        scenario.simulation.seed = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.sites[0] = scenario.sites[1]  # type: ignore[index]


def test_programme_parts_add_up() -> None:
    assert Programme.model_validate(PROGRAMME).budget_eur == 50
    assert [path for path, _ in faults(Programme, PROGRAMME | {"public_eur": 41.0})] == [("mobilised_eur",)]
    assert [path for path, _ in faults(Programme, PROGRAMME | {"budget_eur": 101.0})] == [("budget_eur",)]
    both = faults(Programme, PROGRAMME | {"public_eur": 0.0, "budget_eur": 101.0})
    assert [path for path, _ in both] == [("mobilised_eur",), ("budget_eur",)]


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_programme_parts_may_be_rounded_as_floats_are(public_eur: float, private_eur: float) -> None:
    money = {"public_eur": public_eur, "private_eur": private_eur, "mobilised_eur": public_eur + private_eur}
    assert Programme.model_validate(PROGRAMME | money | {"budget_eur": 0.0})


@pytest.mark.parametrize(
    ("provider", "public"), [("union", True), ("state", True), ("development-bank", False), ("private", False)]
)
def test_public_layers(provider: str, public: bool) -> None:
    assert Layer.model_validate(LAYER | {"provider": provider}).public is public


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8))
def test_shares_that_sum_to_one_are_a_fund(weights: list[float]) -> None:
    shares = [weight / sum(weights) for weight in weights]
    layers = tuple(LAYER | {"name": f"l{i}", "share": share} for i, share in enumerate(shares))
    assert len(Fund.model_validate({"layers": layers}).layers) == len(weights)


def test_fund_layers_are_whole_and_have_names_of_their_own() -> None:
    half = LAYER | {"share": 0.5}
    assert faults(Fund, {"layers": (half, half | {"name": "other", "share": 0.4})}) == [
        (("layers",), "shares sum to 0.9, not 1: 0.1 of the uses is left uncovered")
    ]
    assert faults(Fund, {"layers": (half, half | {"name": "other", "share": 0.6})}) == [
        (("layers",), "shares sum to 1.1, not 1: 0.1 is paid twice")
    ]
    assert faults(Fund, {"layers": (half, half)}) == [(("layers", 1, "name"), "'loan' is there already")]
    assert errors(Fund, {"layers": ()}) == {("layers", "too_short")}


def test_site_phases_follow_one_another_and_the_grid() -> None:
    second = PHASE | {"name": "two", "operational": date(2027, 6, 1)}
    assert [path for path, _ in faults(Site, SITE | {"phases": (PHASE, second)})] == [("phases", 1, "operational")]
    early = PHASE | {"operational": date(2026, 12, 31)}
    ((path, message),) = faults(Site, SITE | {"phases": (early,)})
    assert path == ("phases", 0, "operational")
    assert "2026-12-31" in message
    assert "2027-01-01" in message
    same_day = PHASE | {"operational": date(2027, 1, 1)}
    assert Site.model_validate(SITE | {"phases": (same_day, same_day | {"name": "two"})})
    assert [path for path, _ in faults(Site, SITE | {"phases": (PHASE, PHASE)})] == [("phases", 1, "name")]


def test_phase_has_one_size() -> None:
    assert Phase.model_validate(PHASE).chips == 8
    sized = {key: value for key, value in PHASE.items() if key != "chips"}
    assert Phase.model_validate(sized | {"h100_equivalents": 25000.0}).chips is None
    assert faults(Phase, sized) == faults(Phase, PHASE | {"h100_equivalents": 1.0})


def test_tenant_sizes_are_ordered() -> None:
    assert Tenant.model_validate(TENANT | {"job_chips_max": 8})
    assert [path for path, _ in faults(Tenant, TENANT | {"job_chips_max": 7})] == [("job_chips_max",)]


@pytest.mark.parametrize(
    ("noun", "base", "field", "good", "bad"),
    [
        (Phase, PHASE, "chips", [1, 8.0, 1e5], [0, -8, 1.5, "8", True, None]),
        (Phase, PHASE, "operational", [date(2028, 2, 29)], ["2028-01-01", 2028, None]),
        (Phase, PHASE, "minimum_it_mw", [0.1, 120, None], [0, -1, "120"]),
        (Site, SITE, "country", ["NO", "GR"], ["no", "NOR", "N", "", False]),
        (Site, SITE, "latitude_deg", [-90, 0, 90.0], [-90.1, 91, "68"]),
        (Site, SITE, "longitude_deg", [-180, 180], [-181, 180.5]),
        (Tenant, TENANT, "demand_share", [0, 1, 0.5], [-0.1, 1.1, 50, "0.5"]),
        (Tenant, TENANT, "walltime_factor", [1, 100], [0.99, 101]),
        (Tenant, TENANT, "run_hours", [0.1], [0, -1, float("inf"), float("nan")]),
        (Tenant, TENANT, "tenant_class", ["start-up", "anchor"], ["startup", "", None]),
        (Tenant, TENANT, "name", ["a", "a-1", "9"], ["A", "a_b", "a b", "-a", "a-", "a--b", "", "x" * 61, "a\n"]),
        (Layer, LAYER, "return_rate", [-0.5, 0, 1], [-0.6, 1.1]),
        (Layer, LAYER, "tenor_years", [0.5, 100], [0, 101]),
        (Simulation, {"start": date(2028, 1, 1)}, "days", [1, 3660], [0, 3661, 1.5]),
        (Simulation, {"start": date(2028, 1, 1)}, "seed", [0, 2**63 - 1], [-1, 2**63, 1.0, True]),
        (Machine, {"name": "gpu", "chip": "H100-SXM"}, "training_dtype", ["bf16", "fp8", "fp4"], ["fp16", "BF16"]),
        (Machine, {"name": "gpu", "chip": "H100-SXM"}, "it_power_kw_per_chip", [0.1, 20, None], [0, 20.1, 1800]),
        (Grid, SITE["grid"], "connection_mw", [0.1, 1000], [0, -5, float("inf"), "5 MW"]),
        (Grid, SITE["grid"], "price_eur_per_mwh", [-500, 0, 4000], [-501, 4001]),
    ],
)  # fmt: skip
def test_ranges(noun: type[Noun], base: dict[str, Any], field: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert getattr(noun.model_validate(base | {field: value}), field) == value
    for value in bad:
        with pytest.raises(ValidationError):
            noun.model_validate(base | {field: value})


def test_a_whole_float_becomes_a_count() -> None:
    phase = Phase.model_validate(PHASE | {"chips": 1e5})
    assert type(phase.chips) is int


def test_a_scenario_finds_its_machine() -> None:
    scenario = load(SMALL).scenario
    assert scenario.machine("gb300").chip == "GB300-NVL72"
    assert Scenario.model_validate(scenario.model_dump()) == scenario


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("connection_mw", "MW"),
        ("price_eur_per_mwh", "EUR/MWh"),
        ("building_usd_per_mw", "USD/MW"),
        ("price_eur_per_chip_hour", "EUR/chip-hour"),
        ("discount_rate", "1/year"),
        ("rate_per_1000_node_days", "1/1000 node-days"),
        ("walltime_limit_hours", "h"),
        ("days", "days"),
        ("chips", None),
        ("jobs", None),
        ("address", None),
    ],
)
def test_the_longest_suffix_names_the_unit(name: str, unit: str | None) -> None:
    assert suffix_unit(name) == unit


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"contracts": (HEDGE, HEDGE)}, "'hedge' is there already"),
        ({"contracts": (HEDGE, HEDGE | {"name": "other"})}, "take 120% of the load"),
        ({"carbon_g_per_kwh": 50.0, "direct_carbon_g_per_kwh": 60.0}, "more than the life cycle's 50"),
    ],
)
def test_grids_that_cannot_be_are_refused(stated: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Grid.model_validate({"connection_mw": 10.0, "energised": date(2027, 1, 1), **stated})
    assert said in str(caught.value)
