"""This module owns what a site costs by quarter: building it, renewing its chips, running it, and what is left of it.

Chips and network last `costs.chip_life_years`. At the end of each life but the last the same compute is bought again,
at the price of the generation before less `costs.refresh.price_decline_share`: as many chips, drawing the same power,
for less money. The new ones are paid in the quarter that holds the end of the old ones' life, and operation goes on
without a gap. What is taken out brings `costs.chip_residual_share` of what such chips and network would have cost in
that quarter's money; contingency is taken as spent.

Building and connection last `costs.building_life_years`. When the last chips of a site retire, they bring what a
straight line leaves of their price, again in that quarter's money.

Depreciation is straight-line over the same lives, from the first day of operation, and contingency goes with the
building. What is left in the books when the site ends is written off in that quarter, in which the residual value
comes in as income; so depreciation adds up to all that was spent on capital, and profit over the life to cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import Calendar, construction_begin, life_ends, operation_end, quarter_of
from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.finance.operating import EnergyRates
from gortyn.model import Scenario, known

if TYPE_CHECKING:
    from gortyn.machine import PhasePlan, SitePlan

Floats = NDArray[np.float64]

CHIP_PARTS: Final = ("chips", "network")
BUILDING_PARTS: Final = ("building", "grid", "contingency")
CAPEX_PARTS: Final = (*CHIP_PARTS, *BUILDING_PARTS)
OTHER_PARTS: Final = ("connection", "staff", "maintenance", "insurance", "rent")
OPEX_PARTS: Final = ("energy", *OTHER_PARTS)
INCOME_PARTS: Final = ("heat", "residual")
INSTALLED: Final = ("chips", "h100_equivalents", "exaflops", "it_mw")
PARTS: Final = (*CAPEX_PARTS, "refresh", *OPEX_PARTS, *INCOME_PARTS)


@dataclass(frozen=True, slots=True, eq=False)
class SiteCosts:
    """One site by quarter, in money of each quarter, float64[quarter] each.

    Attributes
    ----------
    parts : capital and operating cost and income by the names of `PARTS` [EUR]
    market_energy_eur, plants_eur : what of the energy is bought at the price of the hour, and what own plants cost
    chips_depreciation_eur : of chips, network and refreshes
    building_depreciation_eur : of building, grid connection and contingency
    installed : ``chips``, ``h100_equivalents`` and ``exaflops`` in operation, mean over the quarter
    """

    parts: dict[str, Floats]
    market_energy_eur: Floats
    plants_eur: Floats
    chips_depreciation_eur: Floats
    building_depreciation_eur: Floats
    installed: dict[str, Floats]


class _Generation(NamedTuple):
    """Chips of a phase from one purchase to the next.

    Attributes
    ----------
    begin, end : of their life, in quarters
    price_share : price of the same compute over that of the first generation, in money of one year
    """

    begin: float
    end: float
    price_share: float


def site_costs(scenario: Scenario, plan: SitePlan, rates: EnergyRates, calendar: Calendar, index: Floats) -> SiteCosts:
    """Costs of a site over its life.

    Capital cost of a phase is spread evenly over the construction quarters before it operates. It then operates for
    the life of its chips and refreshes; yearly costs accrue by the day. Maintenance and insurance go by the price of
    the chips in operation, so that they fall with a refresh. Rent is paid while a phase operates, the connection fee
    from the first day of operation of the site to its last.

    Parameters
    ----------
    scenario : resolved scenario
    plan : of the site
    rates : electricity and heat per megawatt-hour of full load
    calendar : quarters that hold all of it
    index : prices of each quarter over those of the base year

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    costs = scenario.costs
    begin = min(quarter_of(phase.operational) for phase in plan.phases)
    end = max(operation_end(phase, scenario) for phase in plan.phases)
    operating = [_operating(phase, scenario, calendar) for phase in plan.phases]
    phases = [
        _capital(one, end, scenario, calendar, index) | _upkeep(one, scenario, calendar, index) for one in plan.phases
    ]
    sums = {name: np.sum([one[name] for one in phases], axis=0) for name in phases[0]}
    installed = {
        name: np.sum([getattr(phase, name) * part for phase, part in zip(plan.phases, operating, strict=True)], axis=0)
        for name in INSTALLED
    }
    it_mw = installed["it_mw"]
    full_mwh, it_mw_years = it_mw * calendar.hours * index, it_mw * index / QUARTERS_PER_YEAR
    fee_mw_years = plan.connection_mw * calendar.covered(begin, end) * index / QUARTERS_PER_YEAR
    staff_eur_per_mw_year = known(costs.staff_fte_per_mw) * known(costs.staff_eur_per_fte_year)
    chips_books, building_books = sums.pop("chips_books"), sums.pop("building_books")
    return SiteCosts(
        parts=sums
        | {
            "energy": full_mwh * (rates.market + rates.other + rates.plants),
            "connection": full_mwh * rates.demand + fee_mw_years * costs.connection_eur_per_mw_year,
            "staff": it_mw_years * staff_eur_per_mw_year,
            "rent": it_mw_years * costs.rent_eur_per_mw_year,
            "heat": full_mwh * rates.heat,
        },
        market_energy_eur=full_mwh * rates.market,
        plants_eur=full_mwh * rates.plants,
        chips_depreciation_eur=chips_books,
        building_depreciation_eur=building_books,
        installed=installed,
    )


def _capital(
    phase: PhasePlan, site_end: float, scenario: Scenario, calendar: Calendar, index: Floats
) -> dict[str, Floats]:
    """Capital cost of a phase, its refreshes and residual values, and what the books of both lives write down."""
    costs, capex, begin = scenario.costs, phase.capex, quarter_of(phase.operational)
    chips_eur, building_eur = capex.chips_eur + capex.network_eur, capex.building_eur + capex.grid_eur
    built = calendar.covered(construction_begin(phase, scenario), begin) / costs.construction_quarters * index
    refresh, residual, chips_books = (np.zeros(calendar.count) for _ in range(3))  # unit: three series
    for generation in _generations(phase, scenario):
        price_eur = chips_eur * generation.price_share
        spent_eur = chips_eur * float(built.sum())
        if generation.begin > begin:
            paid = calendar.holding(generation.begin)
            spent_eur = price_eur * (1 + costs.contingency_share) * float(index[paid])
            refresh[paid] += spent_eur
        residual[calendar.holding(generation.end)] += known(costs.chip_residual_share) * price_eur
        chips_books += _books(spent_eur, generation.begin, known(costs.chip_life_years), calendar)
    closing, lasting_eur = calendar.holding(site_end), (building_eur + capex.contingency_eur) * float(built.sum())
    age_years = (site_end - begin) / QUARTERS_PER_YEAR
    residual[closing] += building_eur * max(0.0, 1 - age_years / costs.building_life_years)
    books = _books(lasting_eur, begin, costs.building_life_years, calendar)
    return {name: getattr(capex, f"{name}_eur") * built for name in CAPEX_PARTS} | {
        "refresh": refresh,
        "residual": residual * index,
        "chips_books": chips_books,
        "building_books": _written_off(books, lasting_eur, closing),
    }


def _upkeep(phase: PhasePlan, scenario: Scenario, calendar: Calendar, index: Floats) -> dict[str, Floats]:
    """What goes every year by the price of what is in operation."""
    costs, capex = scenario.costs, phase.capex
    chips_eur, with_contingency = capex.chips_eur + capex.network_eur, 1 + costs.contingency_share
    lives = _generations(phase, scenario)
    worth_share = sum(
        (one.price_share * calendar.covered(one.begin, one.end) for one in lives), np.zeros(calendar.count)
    )
    fixed_eur = capex.total_eur - chips_eur * with_contingency
    insured_eur = chips_eur * with_contingency * worth_share + fixed_eur * _operating(phase, scenario, calendar)
    prices = index / QUARTERS_PER_YEAR
    return {
        "maintenance": known(costs.maintenance_share_per_year) * chips_eur * worth_share * prices,
        "insurance": known(costs.insurance_share_per_year) * insured_eur * prices,
    }


def _operating(phase: PhasePlan, scenario: Scenario, calendar: Calendar) -> Floats:
    """Part of each quarter in which a phase operates."""
    return calendar.covered(quarter_of(phase.operational), operation_end(phase, scenario))


def _generations(phase: PhasePlan, scenario: Scenario) -> list[_Generation]:
    """The first chips of a phase and those of each refresh."""
    ends = life_ends(phase, scenario)
    begins = (quarter_of(phase.operational), *ends[:-1])
    decline = scenario.costs.refresh.price_decline_share if scenario.costs.refresh else 0.0
    return [
        _Generation(begin, end, (1 - decline) ** number)
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ]


def _books(spent_eur: float, begin: float, life_years: float, calendar: Calendar) -> Floats:
    """Straight-line depreciation from a first day of operation, as far as the calendar goes, float64[quarter]."""
    life = life_years * QUARTERS_PER_YEAR
    return spent_eur * calendar.covered(begin, begin + life) / life


def _written_off(books: Floats, spent_eur: float, last: int) -> Floats:
    """The same, with all that is left after a quarter written off in it."""
    kept = np.where(np.arange(books.size) <= last, books, 0.0)
    kept[last] += spent_eur - kept.sum()
    return kept
