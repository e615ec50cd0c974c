"""This module owns the checks of single measures: returns by bisection, levelised cost, worked example, tender."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.finance.cloud import break_even_utilisation_share
from gortyn.finance.metrics import irr, levelised_eur, npv
from gortyn.hours import MONTHS_PER_YEAR
from gortyn.kernels.waterfall_types import Floats
from gortyn.training.checks import Check

FLOWS: Final = 300  # source: enough to meet returns from heavy loss to many times the money
SEED: Final = 20260602  # source: any
PERIODS: Final = 40  # unit: periods
LEAST: Final = 0.1  # source: payments at least this large keep returns of the random series within the next line
RATES: Final = (
    -0.95,
    15.0,
)  # unit: per period; one paid in for a tenth, and for one in each period from ten times less
HALVINGS: Final = 200  # source: an interval of floats is down to two neighbours long before
RATE_LIMIT: Final = 1e-7  # unit: per period; a hundredth of what is asked of an IRR
RELATIVE_LIMIT: Final = 1e-9
DIGITS_LIMIT: Final = 0.005  # source: figures of three digits are rounded by at most as much
WORKED_LIMIT: Final = 0.02  # source: the worked example is stated to three digits, and its later version differs by 6 %
CASE: Final = "lcoc-case"
TENDER: Final = "gigafactory"


def measure_figures() -> Iterator[Figure]:
    """Returns beside a plain bisection, and levelised cost as the price that earns nothing."""
    told = f"{FLOWS} random series of up to {PERIODS} payments that change sign once, seed {SEED}"
    rng = np.random.default_rng(SEED)
    apart, earned = 0.0, 0.0
    for _ in range(FLOWS):
        flows = _flows(rng)
        apart = max(apart, abs(irr(flows, 1) - bisected_irr(flows)))
        rate, hours = float(rng.uniform(0, 1)), rng.uniform(size=flows.size)
        cost = np.abs(flows)
        price = levelised_eur(rate, cost, hours)
        earned = max(earned, abs(npv(rate, price * hours - cost)) / npv(rate, cost))
    yield Figure(
        Check("IRR of pyxirr less that of a bisection, largest [1/period]", 0.0, apart, RATE_LIMIT, told), False
    )
    name = "NPV at the levelised cost as price, over cost, largest"
    yield Figure(Check(name, 0.0, earned, RELATIVE_LIMIT, told), False)


def bisected_irr(flows: Floats) -> float:
    """Rate per period at which payments that change sign once are worth nothing, by halving an interval.

    >>> round(bisected_irr(np.array([-100.0, 0.0, 121.0])), 12)
    0.1
    """
    low, high = RATES
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        worth = 0.0
        for flow in flows[::-1].tolist():
            worth = worth / (1 + middle) + flow
        low, high = (middle, high) if worth > 0 else (low, middle)
    return (low + high) / 2


def _flows(rng: np.random.Generator) -> Floats:
    """Payments in, then payments out, at least one of each."""
    size = int(rng.integers(2, PERIODS + 1))
    flows = rng.uniform(LEAST, 1, size)
    flows[: int(rng.integers(1, size))] *= -1
    return flows


class Worked(NamedTuple):
    """Monthly payments of the published worked example, float64[month] each [USD], [h]."""

    cost_usd: Floats
    revenue_usd: Floats
    hours: Floats


def worked(facts: Lookup) -> Worked:
    """Cash of the worked example, from its published inputs.

    Building and land are paid at once, chips when operation begins; at the end land is sold at cost, the building at
    what its straight-line life leaves and chips at a share of their price. A fee goes with revenue.
    """

    def of(field: str) -> float:
        return facts.number("finance", CASE, field)

    months, begin = int(of("months")), int(of("operation_month_begin"))
    month = np.arange(months)
    runs = (month >= begin).astype(np.float64)
    hours = of("chips") * of("utilisation_share") * of("hours_per_month") * runs
    revenue = hours * of("price_usd_per_chip_hour") * (1 - of("price_decay_per_year")) ** (month / MONTHS_PER_YEAR)
    facility, land, chips = of("facility_usd"), of("land_usd"), of("chips_usd")
    yearly = (of("maintenance_share") + of("insurance_share")) * facility + of("property_tax_usd_per_year")
    power = of("facility_mw") * of("hours_per_month") * of("power_usd_per_mwh")
    cost = yearly / MONTHS_PER_YEAR + runs * (power + of("staff_usd_per_year") / MONTHS_PER_YEAR)
    cost += of("fee_share_of_revenue") * revenue
    cost[0] += facility + land
    cost[begin] += chips
    cost[-1] -= land + facility * (1 - months / of("building_life_months")) + chips * of("chips_residual_share")
    return Worked(cost, revenue, hours)


def worked_figures(facts: Lookup) -> Iterator[Figure]:
    """A published worked example of the cost of compute, with its own intermediate results."""
    case, rate = worked(facts), facts.number("finance", CASE, "discount_rate")
    net = case.revenue_usd - case.cost_usd
    undiscounted = float(case.cost_usd.sum() / case.hours.sum())
    found = {
        "usd_per_chip_hour": levelised_eur(rate, case.cost_usd, case.hours, MONTHS_PER_YEAR),
        "pv_hours": npv(rate, case.hours, MONTHS_PER_YEAR),
        "pv_cost_usd": npv(rate, case.cost_usd, MONTHS_PER_YEAR),
        "npv_usd": npv(rate, net, MONTHS_PER_YEAR),
        "irr_rate": irr(net, MONTHS_PER_YEAR),
    }
    price = levelised_eur(rate, case.revenue_usd, case.hours, MONTHS_PER_YEAR)
    used = facts.number("finance", CASE, "utilisation_share")
    even = break_even_utilisation_share(found["usd_per_chip_hour"], price, used)
    found["break_even_utilisation_share"] = even
    titles = {
        "usd_per_chip_hour": "levelised cost [USD/chip-hour]",
        "pv_hours": "present value of chip-hours [h]",
        "pv_cost_usd": "present value of cost [USD]",
        "npv_usd": "NPV [USD]",
        "irr_rate": "IRR [1/year]",
        "break_even_utilisation_share": "break-even utilisation, all cost fixed",
    }
    nulls = {"usd_per_chip_hour": (undiscounted, "cost over chip-hours, not discounted")}
    for field, got in found.items():
        expected, source = facts.number("finance", CASE, field), source_of(facts, "finance", CASE, field)
        check = Check(f"worked example: {titles[field]}", expected, got, WORKED_LIMIT * abs(expected), source)
        yield Figure(check, False, *nulls.get(field, (None, "")))


def tender_figures(facts: Lookup) -> Iterator[Figure]:
    """The arithmetic of the tender: capital cost that the Union's caps imply, and the leverage of its money."""

    def of(field: str) -> float:
        return facts.number("finance", TENDER, field)

    share = of("union_share_of_capex")
    lots = [of(f"lot{lot}_union_cap_eur") / share for lot in (1, 2)]
    sites = [facts.number("tender", f"lot{lot}", "maximum_projects") for lot in (1, 2)]
    total = of("public_money_eur") + of("private_money_eur")
    for name, field, got in (
        ("lot 1: Union cap over its share of capex [EUR]", "lot1_implied_capex_eur", lots[0]),
        ("lot 2: Union cap over its share of capex [EUR]", "lot2_implied_capex_eur", lots[1]),
        ("all sites of both lots [EUR]", "implied_capex_all_eur", float(np.dot(sites, lots))),
        ("all money per euro of the Union", "leverage_on_union_money", total / of("union_money_eur")),
        ("all money per public euro", "leverage_on_public_money", total / of("public_money_eur")),
    ):
        expected, source = of(field), source_of(facts, "finance", TENDER, field)
        yield Figure(Check(f"tender: {name}", expected, got, DIGITS_LIMIT * expected, source), False)
