"""This module owns the linear program behind the sizes at a site: a PyPSA network of one site, solved by HiGHS."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.supply import YearlyCost
from gortyn.energy.typical_weeks import HOURS_PER_WEEK
from gortyn.model.conversions import HOURS_PER_DAY, KG_PER_T

if TYPE_CHECKING:
    from gortyn.model import Site

Hours = NDArray[np.float64]
LOUD: Final = ("pypsa", "linopy")
MOVING_EUR_PER_MWH: Final = 1e-3
"""Keeps load from moving between hours of one price; not part of any cost that is told."""
DIGITS: Final = 1e4  # unit: hundredths of a percent in one
"""Shares are told to a hundredth of a percent, rounded down."""


class MissingExtra(ImportError):
    """A library of an extra is not installed; the message says how to install it."""


class Unreachable(ValueError):
    """No sizes within the limits do what is asked; the message says what to relax and by how much."""


class Sizes(NamedTuple):
    """Installed at a site: power of wind, sun and battery [MW], energy of the battery [MWh]."""

    wind_mw: float
    solar_mw: float
    battery_mw: float
    battery_mwh: float


class Year(NamedTuple):
    """Hours that stand for a year, float64[hour].

    Attributes
    ----------
    load_mw : to be met [MW]
    price, export_price : of electricity drawn and given [EUR/MWh]; None where nothing can be given
    carbon : of the grid [g/kWh]
    wind_share, solar_share : production over installed power
    weight : hours of a year that each stands for
    weeks : number of typical weeks; 0 where the hours follow one another
    """

    load_mw: Hours
    price: Hours
    carbon: Hours
    wind_share: Hours
    solar_share: Hours
    export_price: Hours | None
    weight: Hours
    weeks: int = 0

    @property
    def load_mwh(self) -> float:
        """Load of the year [MWh]."""
        return float(self.load_mw @ self.weight)


class Costs(NamedTuple):
    """Yearly costs of what can be built, and the round trip of the battery."""

    wind: YearlyCost
    solar: YearlyCost
    battery: YearlyCost
    efficiency_share: float

    def fixed_eur(self, sizes: Sizes) -> float:
        """What sizes cost in a year whether they run or not [EUR/year]."""
        prices = (self.wind.eur_per_mw, self.solar.eur_per_mw, self.battery.eur_per_mw, self.battery.eur_per_mwh_stored)
        return sum(size * price for size, price in zip(sizes, prices, strict=True))


class Found(NamedTuple):
    """What the program found; see `gortyn.energy.sizing.Sizing` for the fields."""

    sizes: Sizes
    matched_share: float
    plants_eur: float
    grid_eur: float
    carbon_t: float
    matching_eur_per_mwh: float
    moved_mwh: float


def solve(site: Site, year: Year, costs: Costs, match_share: float | None) -> Found:
    """Solve the program.

    Raises
    ------
    MissingExtra : PyPSA is not installed.
    Unreachable : the limits or the connection do not allow it.
    """
    with _quiet() as pypsa:
        network = _network(pypsa, site, year, costs)
        if not _optimise(network, year, costs, match_share):
            raise Unreachable(_why(pypsa, site, year, costs, match_share))
        return _read(network, year, costs, match_share)


@contextmanager
def _quiet() -> Iterator[Any]:
    """Yield PyPSA, with its and linopy's logs held back and its next major release's types chosen."""
    try:
        import pypsa
    except ImportError:
        raise MissingExtra("sizes are sought by PyPSA: pip install 'gortyn[site-energy]'") from None
    levels = {name: logging.getLogger(name).level for name in LOUD}
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with pypsa.option_context("api.legacy_string_dtype", False):
            yield pypsa
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _network(pypsa: Any, site: Site, year: Year, costs: Costs) -> Any:
    """Build the network of one site; what cannot be built is left out, which keeps the program small."""
    supply, grid = site.supply, site.grid
    network = pypsa.Network()
    network.set_snapshots(range(year.load_mw.size))
    network.snapshot_weightings = network.snapshot_weightings.assign(
        objective=year.weight, generators=year.weight, stores=1.0
    )
    network.add("Bus", "site")
    network.add("Load", "load", bus="site", p_set=year.load_mw)
    network.add("Generator", "grid", bus="site", p_nom=grid.connection_mw, marginal_cost=year.price)
    plants = (
        ("wind", supply.wind_mw, supply.wind_limit_mw, year.wind_share, costs.wind),
        ("solar", supply.solar_mw, supply.solar_limit_mw, year.solar_share, costs.solar),
    )
    for name, stands_mw, limit_mw, share, cost in plants:
        if max(stands_mw, limit_mw) > 0:
            network.add(
                "Generator", name, bus="site", p_nom_extendable=True, p_nom_min=stands_mw,
                p_nom_max=max(stands_mw, limit_mw), p_max_pu=share, capital_cost=cost.eur_per_mw,
                marginal_cost=cost.eur_per_mwh,
            )  # fmt: skip
    if year.export_price is not None:
        network.add(
            "Generator", "export", bus="site", p_nom=grid.connection_mw, p_min_pu=-1.0, p_max_pu=0.0,
            marginal_cost=year.export_price,
        )  # fmt: skip
    if supply.flexible_share:
        room_mw, flexible_mw = year.load_mw.max(initial=0.0) - year.load_mw, supply.flexible_share * year.load_mw
        network.add("Generator", "moved", bus="site", p_nom=1.0, p_max_pu=flexible_mw, marginal_cost=MOVING_EUR_PER_MWH)
        network.add("Generator", "came", bus="site", p_nom=1.0, p_min_pu=-room_mw, p_max_pu=0.0)
    if max(supply.battery_mw, supply.battery_limit_mw) > 0:
        _add_battery(network, site, costs)
    return network


def _add_battery(network: Any, site: Site, costs: Costs) -> None:
    """Add a converter that takes and gives the same power on the site's side, and a store of its own size."""
    supply, one_way = site.supply, float(np.sqrt(costs.efficiency_share))
    network.add("Bus", "battery")
    network.add(
        "Link", "charge", bus0="site", bus1="battery", efficiency=one_way, p_nom_extendable=True,
        p_nom_min=supply.battery_mw, p_nom_max=max(supply.battery_mw, supply.battery_limit_mw),
        capital_cost=costs.battery.eur_per_mw,
    )  # fmt: skip
    network.add("Link", "discharge", bus0="battery", bus1="site", efficiency=one_way, p_nom_extendable=True)
    network.add(
        "Store", "battery", bus="battery", e_nom_extendable=True, e_cyclic=True,
        e_nom_min=supply.battery_mw * supply.battery_hours, capital_cost=costs.battery.eur_per_mwh_stored,
    )  # fmt: skip


def _optimise(network: Any, year: Year, costs: Costs, match_share: float | None) -> bool:
    def more(network: Any, _snapshots: Any) -> None:
        model = network.model
        power = model.variables["Generator-p"]
        if match_share is not None:
            drawn = power.sel(name="grid", drop=True)
            most = (1 - match_share) * year.load_mwh
            model.add_constraints((drawn * year.weight).sum() <= most, name="matched")
        if "moved" in network.generators.index:
            _daily(model, power.sel(name="moved", drop=True) + power.sel(name="came", drop=True))
        if "battery" in network.stores.index:
            nominal = model.variables["Link-p_nom"]
            one_way = float(np.sqrt(costs.efficiency_share))
            converter = nominal.sel(name="charge", drop=True) - one_way * nominal.sel(name="discharge", drop=True)
            model.add_constraints(converter == 0, name="converter")
            if year.weeks > 1:
                _weekly(model, model.variables["Store-e"].sel(name="battery", drop=True))

    status, _ = network.optimize(
        solver_name="highs",
        solver_options={"output_flag": False, "threads": 1, "random_seed": 0},
        extra_functionality=more,
        include_objective_constant=False,
        io_api="lp",  # the direct one prints a line that JSON on stdout cannot have
        log_to_console=False,
        progress=False,
    )
    return status == "ok"


def _daily(model: Any, moved: Any) -> None:
    """What is moved out of an hour comes back in the same day."""
    import pandas as pd

    hours = moved.indexes["snapshot"]
    days = pd.Series(np.asarray(hours) // HOURS_PER_DAY, index=hours, name="day")
    model.add_constraints(moved.groupby(days).sum() == 0, name="same-day")


def _weekly(model: Any, stored: Any) -> None:
    """Every typical week ends with the battery as full as the last one does, as which the first begins."""
    hours = stored.indexes["snapshot"]
    for last in hours[HOURS_PER_WEEK - 1 : -1 : HOURS_PER_WEEK]:
        same = stored.sel(snapshot=last, drop=True) - stored.sel(snapshot=hours[-1], drop=True)
        model.add_constraints(same == 0, name=f"week-{last}")


def _read(network: Any, year: Year, costs: Costs, match_share: float | None) -> Found:
    power = network.generators_t.p

    def hours(name: str) -> Hours:
        return power[name].to_numpy(np.float64) if name in power else np.zeros(year.load_mw.size)

    def nominal(table: Any, name: str, column: str = "p_nom_opt") -> float:
        return max(float(table.at[name, column]), 0.0) if name in table.index else 0.0

    sizes = Sizes(
        nominal(network.generators, "wind"),
        nominal(network.generators, "solar"),
        nominal(network.links, "charge"),
        nominal(network.stores, "battery", "e_nom_opt"),
    )
    # An hour in which as much is drawn as given is one in which neither is.
    net_mw = hours("grid") + hours("export")
    drawn_mw, given_mw = np.maximum(net_mw, 0.0), np.maximum(-net_mw, 0.0)
    sold = 0.0 if year.export_price is None else given_mw * year.export_price
    variable = costs.wind.eur_per_mwh * hours("wind") + costs.solar.eur_per_mwh * hours("solar")
    dual = network.model.constraints["matched"].dual if match_share is not None else 0.0
    return Found(
        sizes,
        matched_share=1 - float(drawn_mw @ year.weight) / year.load_mwh if year.load_mwh else 1.0,
        plants_eur=costs.fixed_eur(sizes) + float(variable @ year.weight),
        grid_eur=float((drawn_mw * year.price - sold) @ year.weight),
        carbon_t=float((drawn_mw * year.carbon) @ year.weight) / KG_PER_T,
        matching_eur_per_mwh=max(-float(dual), 0.0),
        moved_mwh=float(np.maximum(hours("moved"), 0.0) @ year.weight),
    )


def _why(pypsa: Any, site: Site, year: Year, costs: Costs, match_share: float | None) -> str:
    """Say what stands in the way: the connection, or the limits, and how far they reach."""
    supply, connection_mw = site.supply, site.grid.connection_mw
    nothing = YearlyCost(0.0, 0.0, 0.0)
    free = Costs(nothing, nothing, nothing, costs.efficiency_share)
    drawn = year._replace(price=np.ones_like(year.price), export_price=None)
    network = _network(pypsa, site, drawn, free)
    if not _optimise(network, drawn, free, None):
        peak_mw = float(year.load_mw.max(initial=0.0))
        return (
            f"{site.name}: a load of up to {peak_mw:.1f} MW cannot be met from a connection of {connection_mw:.1f} MW "
            f"and the plants allowed; {peak_mw - connection_mw:.1f} MW more of connection would do"
        )
    most = _read(network, drawn, free, None).matched_share
    limits = f"wind {supply.wind_limit_mw:g}, solar {supply.solar_limit_mw:g}, battery {supply.battery_limit_mw:g} MW"
    return (
        f"{site.name}: {match_share:.1%} of the load cannot be matched by the hour within the limits ({limits}); "
        f"at most {np.floor(most * DIGITS) / DIGITS:.2%} can: raise supply.wind_limit_mw, solar_limit_mw or "
        f"battery_limit_mw, or ask for less"
    )
