"""This module owns the tender-style points of a place, for the objective `score`.

Two things decide them. The technical table is scored as for a site of a scenario (`gortyn.energy.tender`): of its items
PUE, connection, and share of the grid that reaches IT follow from the place; renewables, flexibility and backup follow
from what is bought and built there, are the same for all places, and count as nothing here. Cost-effectiveness has the
weight that is quoted for X3 in the ranking, with all its points for the cheapest candidate and the ratio of cheapest to
own cost for the others, which is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.tender import POINTS_OF_TABLE, Lot, SiteFigures, score
from gortyn.model import Scenario, Siting, known
from gortyn.siting.place import Place
from gortyn.siting.problem import Steps
from gortyn.siting.running import Running

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup

LOT: Final[Lot] = "lot1"
SCORED: Final = ("pue", "connection", "grid_share")


def score_chips(
    scenario: Scenario,
    siting: Siting,
    places: Sequence[Place],
    sizes: NDArray[np.int64],
    year: Running,
    adds: Mapping[str, Steps],
    facts: Lookup,
) -> Steps:
    """Points times chips of every step, float64[place, size, phase]; over the chips of a choice: their mean.

    Parameters
    ----------
    scenario, siting : resolved scenario and what is asked, for prices and cooling
    places : candidates
    sizes : chips of each size
    year : PUE of every place
    adds : what every step adds: `chips`, `it_mw`, `peak_mw`, `connection_mw`, `capex_eur`, `cost_eur`,
        `discounted_chip_hours`
    facts : catalogue, kind ``tender``
    """
    totals = {name: adds[name].cumsum(axis=1)[:, :, 0] for name in ("it_mw", "peak_mw", "connection_mw", "capex_eur")}
    table = np.empty((len(places), sizes.size))
    for place, size in np.ndindex(table.shape):
        of_size = {name: float(values[place, size]) for name, values in totals.items()}
        figures = _figures(scenario, siting, places[place], float(year.full_pue[place]), of_size)
        table[place, size] = sum(one.points for one in score(LOT, figures, facts) if one.item in SCORED)
    cost = adds["cost_eur"] / adds["discounted_chip_hours"]
    frugal = POINTS_OF_TABLE * facts.number("tender", LOT, "weight_x3") * cost.min() / cost
    return np.diff(table * sizes, axis=1, prepend=0.0)[:, :, None] + adds["chips"] * frugal


def _figures(scenario: Scenario, siting: Siting, place: Place, pue: float, of_size: Mapping[str, float]) -> SiteFigures:
    """The place at one size, with its connection alone: no backup, battery, or renewable contract."""
    costs, it_mw = scenario.costs, of_size["it_mw"]
    return SiteFigures(
        it_mw=it_mw,
        peak_mw=of_size["peak_mw"],
        pue=pue,
        cooling_kind=siting.cooling,
        cooling_pue={siting.cooling: pue},
        it_mwh_per_year=0.0,
        load_mwh_per_year=0.0,
        price_eur_per_mwh=place.price_eur_per_mwh + place.charges_eur_per_mwh,
        renewable_hourly_share=0.0,
        renewable_annual_share=0.0,
        connection_mw=of_size["connection_mw"],
        backup_mw=0.0,
        backup_hours=0.0,
        flexible_share=0.0,
        battery_mw=0.0,
        battery_hours=0.0,
        building_eur_per_it_mw=known(costs.building_usd_per_mw) / known(costs.usd_per_eur),
        connection_eur_per_mw=place.connection_eur_per_mw,
        capex_eur_per_it_mw=of_size["capex_eur"] / it_mw,
        discount_rate=costs.discount_rate,
        building_life_years=costs.building_life_years,
        chip_life_years=known(costs.chip_life_years),
    )
