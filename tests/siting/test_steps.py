"""What steps add is what the rest of Gortyn says of a site of that size."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

import plain
from gortyn.catalogue import load
from gortyn.climate.globe import great_circle_km
from gortyn.finance.metrics import levelised_eur
from gortyn.finance.operating import OperatingRates
from gortyn.finance.project import project_at
from gortyn.machine import size
from gortyn.machine.capex import phase_capex
from gortyn.model import Candidate, Phase, Simulation, Siting
from gortyn.resolve import resolve
from gortyn.siting.latency import latency_ms
from gortyn.siting.place import places
from gortyn.siting.steps import build_problem, present_years

FIRST, SECOND = date(2030, 7, 1), date(2032, 1, 1)
CATALOGUE = load()
OWN = Candidate(
    name="own",
    title="Own place",
    country="FI",
    latitude_deg=64.2,
    longitude_deg=27.7,
    connection_mw=300.0,
    energised=date(2029, 1, 1),
    price_eur_per_mwh=40.0,
    charges_eur_per_mwh=10.0,
    carbon_g_per_kwh=70.0,
    connection_eur_per_mw=500_000.0,
    latency_ms=30.0,
)


@pytest.fixture(scope="module")
def scenario():
    site = plain.site(phases=(Phase(name="first", operational=FIRST, machine="plain", chips=8),))
    made = plain.scenario(machines=(plain.machine(),), sites=(site,), simulation=Simulation(start=date(2030, 1, 1)))
    return resolve(made, CATALOGUE).scenario


def problem_of(scenario, **stated):
    siting = Siting(**{"places": (OWN,), "phases": (FIRST, SECOND), "chips": (10_000, 40_000)} | stated)
    return build_problem(scenario, siting, CATALOGUE.lookup())


@pytest.mark.parametrize(
    "stated",
    [
        {"chip_residual_share": 0.0},
        {"chip_residual_share": 0.2},
        {"rent_eur_per_mw_year": 50_000.0, "connection_eur_per_mw_year": 20_000.0, "inflation_rate": 0.03},
    ],
    ids=["worthless chips", "chips sold", "fees"],
)
@pytest.mark.parametrize("phase", [0, 1])
def test_cost_per_chip_hour_is_that_of_the_cash_flow(scenario, phase, stated):
    """The quarterly cash flow of the finance room, of the same phase over the same years, levelised."""
    scenario = scenario.model_copy(update={"costs": scenario.costs.model_copy(update=stated)})
    problem = problem_of(scenario)
    levels = np.array([[2, 2]]) if phase == 0 else np.array([[0, 2]])
    machine, day = scenario.machines[0], problem.phases[phase]
    what = size(Phase(name="x", operational=day, machine="plain", chips=40_000), machine, CATALOGUE.lookup())
    costs = scenario.costs.model_copy(update={"grid_connection_eur_per_mw": 500_000.0})
    connection_mw = float(problem.sum("connection_mw", levels))
    # The later phase has only what is left of the life of the first one's chips.
    years = 5 - (day - FIRST).days / 365
    scenario = scenario.model_copy(update={"costs": costs.model_copy(update={"chip_life_years": years})})
    planned = SimpleNamespace(
        operational=day,
        chips=what.chips,
        h100_equivalents=what.h100_equivalents,
        exaflops=what.exaflops,
        it_mw=what.it_mw,
        capex=phase_capex(what, machine, costs, connection_mw),
    )
    plans = (SimpleNamespace(phases=(planned,), connection_mw=connection_mw),)
    energy = np.array([[0.0, float(problem.running.eur_per_mw_year[0]) / 8760, 0.0, 0.0, 0.0]])
    made = project_at(scenario, plans, OperatingRates(np.array([problem.work.useful_share]), 0.0, energy, np.zeros(1)))
    delivered = made.delivered_chip_hours.sum(axis=0)
    expected = levelised_eur(costs.discount_rate, made.real(made.cost_eur), delivered)
    assert problem.ratio("cost", levels) == pytest.approx(expected, rel=0.01)
    assert problem.sum("capex_eur", levels) == pytest.approx(planned.capex.total_eur, rel=1e-12)
    assert sum(problem.part_by_place(part, levels)[0] for part in problem.parts) == pytest.approx(
        problem.sum("cost_eur", levels)
    )


def test_a_year_of_energy(scenario):
    """40 MW of IT at an idle half and a busy whole, nine tenths busy, at flat price and carbon times the mean PUE."""
    problem = problem_of(scenario)
    levels = np.array([[2, 2]])
    load_share = 0.5 + 0.9 * 0.5
    assert problem.work.power_share == pytest.approx(load_share)
    mwh = 40 * load_share * 8760 * problem.running.pue[0]
    assert problem.sum("yearly_mwh", levels) == pytest.approx(mwh)
    # Prices and carbon have shapes of the hour and the month; PUE moves little, so that their means hold nearly.
    assert problem.sum("yearly_energy_eur", levels) == pytest.approx(mwh * 50, rel=0.01)
    assert problem.sum("yearly_carbon_kg", levels) == pytest.approx(mwh * 70, rel=0.01)
    assert 1 < problem.running.pue[0] < problem.running.peak_pue[0] < 1.5


def test_connection_is_whole_megawatts_of_the_highest_hour(scenario):
    problem = problem_of(scenario)
    for levels in ([[1, 1]], [[2, 2]], [[1, 2]]):
        peak_mw = problem.sum("it_mw", np.array(levels)) * problem.running.peak_pue[0]
        assert problem.sum("peak_mw", np.array(levels)) == pytest.approx(peak_mw)
        assert problem.sum("connection_mw", np.array(levels)) == np.ceil(peak_mw)


def test_useful_chip_hours(scenario):
    """Nine tenths asked for, nothing fails: to the horizon, five years from the first phase."""
    problem = problem_of(scenario)
    hours = 0.9 * 8760 * (10_000 * 5 + 30_000 * (5 - (SECOND - FIRST).days / 365))
    assert problem.sum("useful_chip_hours", np.array([[1, 2]])) == pytest.approx(hours)


def test_failures_and_stated_utilisation_lower_what_is_useful(scenario):
    operations = scenario.operations.model_copy(
        update={"reliability": scenario.operations.reliability.model_copy(update={"rate_per_1000_node_days": 6.5})}
    )
    costs = scenario.costs.model_copy(update={"utilisation_share": 0.5})
    work = problem_of(scenario.model_copy(update={"operations": operations, "costs": costs})).work
    assert work.utilisation_share == 0.5
    assert 0.9 < work.goodput_share < 1
    assert problem_of(scenario).work.goodput_share == 1


def test_sizes_are_whole_nodes_each_once(scenario):
    problem = problem_of(scenario, chips=(10_001, 10_008, 5_000))
    assert problem.sizes.tolist() == [5_000, 10_008]


def test_what_contradicts_itself_is_said(scenario):
    with pytest.raises(ValueError, match="2036-01-01 comes after the 5 years that the chips of 2030-07-01 last"):
        problem_of(scenario, phases=(FIRST, date(2036, 1, 1)))
    with pytest.raises(ValueError, match="own stands among the candidates twice"):
        problem_of(scenario, places=(OWN, OWN))


def test_present_years_is_the_integral():
    steps = np.linspace(1.5, 5, 10_001)
    middle = (steps[1:] + steps[:-1]) / 2
    integral = (1.07**-middle * np.diff(steps)).sum()
    assert present_years(np.array([1.5]), 5.0, 0.07)[0] == pytest.approx(integral, rel=1e-6)


def test_places_of_catalogue_and_scenario(scenario):
    facts = CATALOGUE.lookup()
    siting = Siting(candidates=("lulea",), places=(OWN,), requested=date(2027, 1, 1))
    lulea, own = places(scenario, siting, facts)
    wait = facts.number("regions", "lulea", "connection_wait_years")
    assert lulea.energised == date(2027, 1, 1) + timedelta(days=round(365 * wait))
    assert lulea.price_eur_per_mwh == facts.number("grids", "SE", "price_eur_per_mwh")
    assert (own.energised, own.connection_eur_per_mw, own.wait_years) == (OWN.energised, 500_000.0, 2.0 + 1 / 365)
    everywhere = places(scenario, Siting(), facts)
    assert len(everywhere) == len(CATALOGUE.entries("regions")) >= 20
    assert everywhere[0].energised > date(scenario.programme.base_year, 12, 31)
    assert len(places(scenario, Siting(places=(OWN,)), facts)) == 1


def test_a_place_without_price_carbon_or_latency_has_its_countrys(scenario):
    facts = CATALOGUE.lookup()
    left_out = ("price_eur_per_mwh", "charges_eur_per_mwh", "carbon_g_per_kwh", "connection_eur_per_mw", "latency_ms")
    bare = OWN.model_copy(update=dict.fromkeys(left_out))
    (place,) = places(scenario, Siting(places=(bare,)), facts)
    assert place.carbon_g_per_kwh == facts.number("grids", "FI", "carbon_g_per_kwh")
    assert place.connection_eur_per_mw == scenario.costs.grid_connection_eur_per_mw
    assert place.latency_ms == latency_ms(64.2, 27.7, facts)


@pytest.mark.parametrize("region", CATALOGUE.entries("regions"))
def test_latency_of_regions_follows_from_the_formula(region):
    facts = CATALOGUE.lookup()
    latitude, longitude = (facts.number("regions", region, f"{name}_deg") for name in ("latitude", "longitude"))
    assert latency_ms(latitude, longitude, facts) == pytest.approx(
        facts.number("regions", region, "latency_ms"), abs=0.06
    )


def test_distance_between_capitals():
    """Madrid to Warsaw: 2,291 km by geodesic on the ellipsoid; a sphere is right to half a percent."""
    assert great_circle_km(40.42, -3.70, np.array([52.23]), np.array([21.01]))[0] == pytest.approx(2291, rel=0.005)
