"""This module owns the verb that accounts for megawatts: what each site draws, pays, emits, and how it scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.output import FAILED, InvalidInput, complain, progress, say_json

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup
    from gortyn.energy.account import EnergyAccount
    from gortyn.energy.ramps import Swing
    from gortyn.energy.sizing import Sizing
    from gortyn.energy.tender_figures import SiteScore
    from gortyn.model import Scenario, Site
    from gortyn.resolve import Resolved
    from gortyn.result import Operated


class Asked(NamedTuple):
    """What is to be sized: nothing, or the plants that match a share of the load, over typical weeks if said."""

    size: bool
    match_share: float | None
    weeks: int | None


class Accounted(NamedTuple):
    """A run as far as its energy: the scenario, its sites by index, and what was found of them."""

    scenario: Scenario
    sites: tuple[int, ...]
    operated: Operated
    account: EnergyAccount
    swings: tuple[Swing, ...]
    scores: tuple[SiteScore, ...]
    sizings: dict[int, Sizing]


def energy(
    file: str,
    /,
    *,
    site: str | None = None,
    size: bool = False,
    match: float | None = None,
    weeks: int | None = None,
    set_: Overrides = (),
    json: bool = False,
) -> int:
    """Account for the energy of a scenario: power, PUE, cost, carbon, water, ramps and the tender's score of each site.

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    site
        Only this site.
    size
        Also find the wind, solar and battery power that cost least, within the limits of each site's supply.
    match
        Share of the load, 0 to 1, that these plants must cover hour by hour; needs --size.
    weeks
        Typical weeks that the sizes are sought over; 10 where not given, 0 for every hour. Needs --size.
    set_
        Override a value of the scenario: path=value. Can be given several times.
    json
        Print as JSON.
    """
    asked = _asked(size, match, weeks)
    resolved = load_scenario(file, set_)
    scenario = resolved.scenario
    names = [one.name for one in scenario.sites]
    if site is not None and site not in names:
        raise InvalidInput(f"gortyn energy: --site {site}: {scenario.name} has {', '.join(names)}")
    chosen = tuple(index for index, name in enumerate(names) if site in (None, name))
    sizable = tuple(index for index in chosen if _limits(scenario, index)) if asked.size else ()
    if asked.size and not sizable:
        raise InvalidInput(
            "gortyn energy: --size has nothing to size: give a site limits, for example "
            f"--set sites.{names[chosen[0]]}.supply.wind_limit_mw=300 (also solar_limit_mw, battery_limit_mw)"
        )
    with progress(scenario.name) as tell:
        try:
            found = _account(resolved, chosen, sizable, asked, tell)
        except ValueError as error:  # a stage says why these values lead nowhere
            complain(f"gortyn: {error}")
            return FAILED
    from gortyn.cli import energy_output
    from gortyn.model.conversions import DAYS_PER_YEAR

    if scenario.simulation.days < DAYS_PER_YEAR:
        complain(f"note: figures of a year are those of {scenario.simulation.days} days, scaled")
    for index in sizable:
        if left_out := _left_out_of_sizing(scenario.sites[index]):
            complain(f"note: the sizes for {names[index]} leave out its {left_out}")
    data = energy_output.as_data(found)
    if json:
        say_json(data)
    else:
        energy_output.print_all(found, data)
    return 0


def _asked(size: bool, match: float | None, weeks: int | None) -> Asked:
    if not size and (match is not None or weeks is not None):
        raise InvalidInput("gortyn energy: --match and --weeks say how plants are sized; add --size")
    if match is not None and not (math.isfinite(match) and 0 <= match <= 1):
        raise InvalidInput(f"gortyn energy: --match is {match}, must be a share between 0 and 1")
    if weeks is not None and weeks < 0:
        raise InvalidInput(f"gortyn energy: --weeks is {weeks}, must be 0 (every hour) or more")
    return Asked(size, match, weeks)


def _limits(scenario: Scenario, index: int) -> bool:
    """Whether anything may be built at a site."""
    supply = scenario.sites[index].supply
    return max(supply.wind_limit_mw, supply.solar_limit_mw, supply.battery_limit_mw) > 0


def _left_out_of_sizing(site: Site) -> str:
    """What of a site's bill the search for sizes does not count, in words."""
    grid = site.grid
    parts = {"contracts": grid.contracts, "demand charge": grid.demand_charge_eur_per_kw_year}
    return ", ".join(name for name, there in (parts | {"heat sold": site.cooling.heat_reuse}).items() if there)


def _account(
    resolved: Resolved, chosen: tuple[int, ...], sizable: Sequence[int], asked: Asked, tell: Callable[[str], None]
) -> Accounted:
    from gortyn import energy as room
    from gortyn.catalogue import load
    from gortyn.energy.tender_figures import tender_scores
    from gortyn.run import account as energy_account
    from gortyn.run import operate

    catalogue = load()
    operated = operate(resolved, catalogue, progress=tell)
    scenario, facts = operated.scenario, catalogue.lookup()
    tell("energy")
    account = energy_account(operated, facts, resolved.series)
    swings = room.swings(scenario, operated.partitions, operated.jobs, operated.log, facts, operated.estimates)
    scores = tender_scores(scenario, operated.plans, account, facts, resolved.series)
    sizings: dict[int, Sizing] = {}
    for index in sizable:
        tell(f"sizes of {scenario.sites[index].name}")
        sizings[index] = _sized(operated, account, index, asked, facts)
    return Accounted(scenario, chosen, operated, account, swings, scores, sizings)


def _sized(operated: Operated, account: EnergyAccount, index: int, asked: Asked, facts: Lookup) -> Sizing:
    """Sizes of one site, over the load and the prices of the window; what is left over is sold at wholesale price."""
    from gortyn.climate import climate_of, solar_share, wind_share
    from gortyn.energy.sizing import WEEKS, size
    from gortyn.energy.sizing_program import MissingExtra

    site, weather = operated.scenario.sites[index], operated.tariffs.weather[index]
    climate, price = climate_of(site, facts), account.price_eur_per_mwh[index]
    shares: list[Any] = [curve(weather, facts, climate) for curve in (wind_share, solar_share)]
    try:
        return size(
            site, account.facility_mw[index], price, account.carbon_g_per_kwh[index], shares[0], shares[1], facts,
            discount_rate=operated.scenario.costs.discount_rate, match_share=asked.match_share,
            weeks=WEEKS if asked.weeks is None else asked.weeks,
            export_eur_per_mwh=price - site.grid.charges_eur_per_mwh - site.grid.taxes_eur_per_mwh,
        )  # fmt: skip
    except MissingExtra as error:
        raise InvalidInput(f"gortyn energy: {error}") from None
