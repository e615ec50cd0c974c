"""This module owns draws: the cash of a project under many sets of shocks, each poured through the same waterfall."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from gortyn.kernels import waterfall, waterfall_steps, waterfall_types
from gortyn.kernels.waterfall import blank, check, flow, uniform
from gortyn.kernels.waterfall_steps import ENTRY, INNER, Book, blank_book
from gortyn.kernels.waterfall_types import Base, Cash, Deal, Drawn, Floats, Poured, Shocks

COST, INCOME, RESIDUAL, DEPRECIATION, HOURS, REFRESH, LINES = range(7)  # unit: rows of a site
"""What a delay moves: operating cost, income, residual value, depreciation, installed chip-hours and refreshes."""


@njit(**INNER)
def use_factor(base: Base, shocks: Shocks, draw: int) -> float:
    """Use of every tenant over that of the plan: demand, as far as chips that work are there for it.

    A plan that uses more than it has working is taken at its word, as long as no more of them fail.
    """
    sites = base.chips_eur.shape[0]
    failures, used = 0.0, 0.0
    for site in range(sites):
        failures += shocks.failure_rate[draw, site] / sites
    for tenant in range(base.use.size):
        used += base.use[tenant]
    working = max(1.0 - base.lost_share * failures, 0.0)
    planned = 1.0 - base.lost_share
    if planned <= 0 or used <= 0:
        return 0.0
    available = working / planned
    return min(shocks.demand[draw] * available, max(working / used, available))


@njit(**INNER)
def plan_lines(base: Base, shocks: Shocks, draw: int, site: int, factor: float, lines: Floats) -> None:
    """What a site would cost, earn and offer without its delay, into `lines`, float64[LINES, period]."""
    chips = shocks.chip_price[draw]
    power = shocks.power_price[draw, site]
    energy = 1.0 + base.energy_slope[site] * (factor - 1.0)
    for period in range(base.price_index.size):
        market, charges = base.market_energy_eur[site, period], base.other_energy_eur[site, period]
        lines[COST, period] = energy * (power * market + charges) + base.other_eur[site, period]
        lines[INCOME, period] = base.income_eur[site, period]
        lines[RESIDUAL, period] = base.residual_eur[site, period]
        lines[REFRESH, period] = chips * base.refresh_eur[site, period]
        bought = chips * base.chips_depreciation_eur[site, period]
        lines[DEPRECIATION, period] = bought + base.building_depreciation_eur[site, period]
        lines[HOURS, period] = base.chip_hours[site, period]


@njit(**INNER)
def add_moved(lines: Floats, line: int, later: int, factor: float, total: Floats) -> None:
    """Add a line of a site, whole periods later and times a factor, to that of the project."""
    for period in range(later, lines.shape[1]):
        total[line, period] += factor * lines[line, period - later]


@njit(**INNER)
def add_late(lines: Floats, delay: float, growth: float, total: Floats) -> None:
    """Add the lines of a site, `delay` periods later, to those of the project.

    A part of a period moves that part of each period's amount into the next, so that sums stay but for prices and for
    what leaves at the end. A refresh is bought in one piece, once its site is due. Each part is paid at the prices of
    the period it moves to; but depreciation is of what was paid before, and hours have no price.
    """
    delay = min(max(delay, 0.0), float(lines.shape[1]))
    whole = math.floor(delay)
    part = delay - whole
    dearer = growth**whole
    for line in range(REFRESH):
        price, growing = (dearer, growth) if line < DEPRECIATION else (1.0, 1.0)
        add_moved(lines, line, whole, (1.0 - part) * price, total)
        if part > 0:
            add_moved(lines, line, whole + 1, part * price * growing, total)
    rounded_up = math.ceil(delay)
    add_moved(lines, REFRESH, rounded_up, growth**rounded_up, total)


@njit(**INNER)
def compose(
    base: Base, extra_eur: Floats, shocks: Shocks, draw: int, lines: Floats, total: Floats, cash: Cash, drawn: Drawn
) -> None:
    """Cash of one draw into `cash`; what it costs, nets and delivers into its row of `drawn`."""
    sites, periods = base.chips_eur.shape
    factor = use_factor(base, shocks, draw)
    total[:] = 0.0
    for site in range(sites):
        plan_lines(base, shocks, draw, site, factor, lines)
        add_late(lines, shocks.delay[draw, site], base.growth, total)
    for period in range(periods):
        planned, capital = 0.0, 0.0
        for site in range(sites):
            planned += base.chip_hours[site, period]
            capital += shocks.chip_price[draw] * base.chips_eur[site, period] + base.building_eur[site, period]
        hours = total[HOURS, period]
        # A tenant owes its minimum for chips that are there.
        there = min(hours / planned, 1.0) if planned > 0 else 0.0
        delivered, revenue = 0.0, 0.0
        for tenant in range(base.use.size):
            used = base.use[tenant] * factor * hours
            delivered += used
            revenue += base.price_eur[tenant] * max(used, there * base.floor_chip_hours[tenant, period])
        revenue *= base.price_index[period]
        operating = revenue + total[INCOME, period] + total[RESIDUAL, period] - total[COST, period]
        cash.operating_eur[period] = operating
        cash.need_eur[period] = capital + extra_eur[period]
        cash.refresh_eur[period] = total[REFRESH, period]
        cash.depreciation_eur[period] = total[DEPRECIATION, period]
        cash.residual_eur[period] = total[RESIDUAL, period]
        drawn.net_eur[draw, period] = operating - capital - total[REFRESH, period]
        drawn.cost_eur[draw, period] = capital + total[REFRESH, period] + total[COST, period]
        drawn.cost_eur[draw, period] -= total[INCOME, period] + total[RESIDUAL, period]
        drawn.delivered_chip_hours[draw, period] = delivered


@njit(**INNER)
def record(deal: Deal, poured: Poured, draw: int, drawn: Drawn) -> None:
    """What became of one draw, into its row."""
    parties, periods = poured.drawn_eur.shape
    layers = deal.kind.size
    for party in range(parties):
        paid_in = 0.0
        for period in range(periods):
            paid_in += poured.drawn_eur[party, period]
            drawn.flow_eur[draw, party, period] = poured.received_eur[party, period] - poured.drawn_eur[party, period]
        drawn.drawn_eur[draw, party] = paid_in
    for layer in range(layers):
        missed = 0.0
        for period in range(periods):
            missed += poured.missed_eur[layer, period]
        drawn.missed_eur[draw, layer] = missed
        drawn.unpaid_eur[draw, layer] = poured.balance_eur[layer, periods - 1]
    least, locked = np.inf, 0
    for period in range(periods):
        due, kept_back = 0.0, 0.0
        for layer in range(layers):
            due += poured.due_eur[layer, period]
        if due > 0:
            least = min(least, poured.cfads_eur[period] / due)
        for step in range(deal.steps.shape[0]):
            if deal.steps[step, 0] == waterfall_types.Pay.LOCK_UP:
                kept_back += poured.paid_eur[step, period]
        if kept_back > 0:
            locked += 1
        drawn.tax_eur[draw, period] = poured.tax_eur[period]
    drawn.dscr_min[draw] = least if least < np.inf else np.nan
    drawn.locked[draw] = locked
    drawn.deficit_eur[draw] = poured.deficit_eur[periods - 1]


def _entry(stamp: int) -> Any:
    """The function that is called from Python, kept on disk for as long as `stamp` stays the same.

    The cache of numba looks at the file of the function that is called and at what its closure holds. The stamp stands
    for the files of all that is called from here.
    """

    @njit(**ENTRY)
    def run(
        deal: Deal,
        base: Base,
        extra_eur: Floats,
        shocks: Shocks,
        lines: Floats,
        total: Floats,
        cash: Cash,
        poured: Poured,
        book: Book,
        drawn: Drawn,
    ) -> None:
        """Play all draws; see `play`."""
        assert stamp
        for draw in range(drawn.deficit_eur.size):
            compose(base, extra_eur, shocks, draw, lines, total, cash, drawn)
            flow(deal, cash, shocks.interest_rate[draw], poured, book)
            record(deal, poured, draw, drawn)

    return run


_modules = (waterfall, waterfall_steps, waterfall_types)
_text = b"".join(np.fromfile(str(module.__file__), np.uint8).tobytes() for module in _modules)
_run: Final = _entry(1 + int.from_bytes(_text, "little") % (2**61 - 1))  # source: a prime of Mersenne


def blank_drawn(draws: int, layers: int, guarantees: int, periods: int) -> Drawn:
    """Result of that many draws, to be filled."""
    parties = layers + guarantees
    by_period = ("net_eur", "cost_eur", "tax_eur", "delivered_chip_hours")
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(by_period, (draws, periods))
    shapes |= {"flow_eur": (draws, parties, periods), "drawn_eur": (draws, parties)}
    shapes |= dict.fromkeys(("missed_eur", "unpaid_eur"), (draws, layers))
    arrays: dict[str, Any] = {name: np.zeros(shapes.get(name, (draws,))) for name in Drawn._fields}
    arrays["locked"] = np.zeros(draws, np.int64)
    return Drawn(**arrays)


def check_draws(base: Base, extra_eur: Floats, shocks: Shocks) -> None:
    """Refuse a base and shocks whose arrays do not fit together.

    Raises
    ------
    ValueError : a shape is not what the others ask for, named with its value
    """
    (sites, periods), draws, tenants = base.chips_eur.shape, shocks.demand.size, base.use.size
    shapes = dict.fromkeys(Base._fields, (sites, periods))
    shapes |= {"energy_slope": (sites,), "price_eur": (tenants,), "use": (tenants,), "price_index": (periods,)}
    shapes |= {"floor_chip_hours": (tenants, periods), "lost_share": (), "growth": ()}
    found = {name: (np.shape(getattr(base, name)), shape) for name, shape in shapes.items()}
    found["extra_eur"] = (extra_eur.shape, (periods,))
    of_draw = ("chip_price", "demand", "interest_rate")
    for name in Shocks._fields:
        found[name] = (getattr(shocks, name).shape, (draws,) if name in of_draw else (draws, sites))
    for name, (shape, asked) in found.items():
        if shape != asked:
            raise ValueError(f"{name} has shape {shape}, not {asked}")


def play(deal: Deal, base: Base, extra_eur: Floats, shocks: Shocks) -> Drawn:
    """Let a project's cash flow through its waterfall once for each draw of shocks.

    Chips cost their factor more wherever they are bought, and so does what is deducted for them. A delay moves all that
    operation brings and costs, but not capital cost, and refreshes by whole periods, rounded up; all of it is paid at
    the prices of the period it moves to. A tenant's minimum counts for the share of the planned chip-hours that are
    there. Prices of compute keep the calendar's index. Failures above the plan's take working chips; tenants use what
    the plan gave them times demand and the chips that work, and never more than these. The energy of a site follows use
    by its slope, and what is bought at market price follows that price.

    Parameters
    ----------
    deal : what was agreed at financial close
    base : the project as planned
    extra_eur : need beside capital cost as planned, fees and first fill of reserves, float64[period]
    shocks : factors and delays of every draw

    Returns
    -------
    What became of each draw.

    Raises
    ------
    ValueError : arrays that do not fit together
    """
    deal, base, shocks = uniform(deal), uniform(base), uniform(shocks)
    extra_eur = np.require(extra_eur, np.float64, ["C", "W"])
    check_draws(base, extra_eur, shocks)
    periods, layers, guarantees = base.price_index.size, deal.kind.size, deal.covers.size
    check(deal, periods)
    drawn = blank_drawn(shocks.demand.size, layers, guarantees, periods)
    lines, total = np.zeros((2, LINES, periods))
    cash = Cash(*np.zeros((len(Cash._fields), periods)))
    poured = blank(layers, guarantees, deal.steps.shape[0], periods)
    _run(deal, base, extra_eur, shocks, lines, total, cash, poured, blank_book(layers, guarantees), drawn)
    return drawn
