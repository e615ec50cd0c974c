"""This module owns the claim that a training run costs tens of millions less than in a commercial cloud."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from gortyn.claims.charts import bars, curve
from gortyn.claims.text import MILLION, chips_of, clauses, eur, number, weeks
from gortyn.claims.verdict import Case, Claim, ClaimFigure, Evaluator, Finding, unknown, weigh
from gortyn.finance.cloud import CLAIM, OFFERS, ON_DEMAND, CloudRow, least_claimed_eur
from gortyn.training import TrainingEstimate

PRICES: Final = ("price_eur_per_chip_hour", "price_usd_per_chip_hour")
STEPS: Final = (0, 1 / 2, 1, 2)
"""Where the curve of savings is told, in times of the run."""


def saving(_: Claim, case: Case) -> Finding:
    """S53: tens of millions of euros less than in a commercial cloud."""
    offered = {
        run.run: [row for row in case.finance.cloud if (row.use, row.commitment) == (run.run, ON_DEMAND)]
        for run in case.estimates
    }
    if not any(offered.values()):
        return unknown(
            "There is no training run, or no cloud price, to compare.",
            "It would take training runs in the scenario, and dated prices of clouds.",
        )
    meant = case.facts.number(*CLAIM)
    savings = {
        use: [row.cloud_eur - paid for row in rows for paid in (row.own_eur, row.tenant_eur)]
        for use, rows in offered.items()
    }
    largest = max(case.estimates, key=lambda run: run.model_flops)
    every = [row for rows in offered.values() for row in rows]
    low, high = _between([row.cloud_eur / row.h100_equivalent_hours for row in every])
    rows = offered[largest.run]
    cheapest, dearest = (pick(rows, key=lambda row: row.cloud_eur) for pick in (min, max))
    for row in (cheapest, dearest):
        _note(row, case)
    least, most = _between(savings[largest.run])
    enough = meant / (dearest.saving_eur / dearest.chip_hours) if dearest.saving_eur > 0 else math.nan
    sizes = _sizes(rows, meant)
    return Finding(
        verdict=weigh([amount >= meant for amounts in savings.values() for amount in amounts]),
        condition=_condition(largest.run, rows, meant, alone=len(case.estimates) == 1),
        sentence=f"Training {largest.model} here costs between {_more(least)} and {_more(most)} than in a cloud, "
        "depending on the cloud and on whether users pay cost or the tenant's price.",
        found=clauses(_told(run, offered[run.run], case) for run in case.estimates),
        why=f"Cloud at {eur(low)} to {eur(high)} per H100-hour on demand, scaled by the 16-bit peak of the chip; own "
        f"cost levelised over the life of the sites, {eur(rows[0].own_eur / rows[0].chip_hours)} per chip-hour. Holds "
        f"if each run saves {eur(meant)} both at cost and at the tenant's price, at any cloud price. The number is "
        f"the least saving of the largest run. {_enough(rows, case)}",
        baseline=f"{cheapest.provider} at {eur(cheapest.cloud_eur)} to {dearest.provider} at {eur(dearest.cloud_eur)} "
        "for the same run, on demand",
        found_value=least / MILLION,
        unit="m EUR",
        claimed_value=meant / MILLION,
        break_even_value=enough,
        break_even=f"chip-hours from which on a run saves {eur(meant)} at cost against {dearest.provider}, the "
        "dearest offer",
        inputs=(
            "training_runs.*.chips",
            "tenants.*.price_eur_per_chip_hour",
            "tenants.*.discount_share",
            "access.modes.*.price_eur_per_chip_hour",
            "access.modes.*.free_for",
            "costs.chip_life_years",
            "costs.discount_rate",
        ),
        figures=(
            *_curves(rows, meant),
            *bars("chip-hours", ((name, "break-even", hours) for name, hours in sizes.items())),
        ),
    )


def _condition(run: str, rows: list[CloudRow], meant: float, *, alone: bool) -> str:
    """How dear the cloud has to be for the largest run to save as much, at cost or at the tenant's price."""
    hours = rows[0].chip_hours
    low, high = _between([row.cloud_eur / hours for row in rows])
    cost, price = ((paid + meant) / hours for paid in (rows[0].own_eur, rows[0].tenant_eur))
    dear = max(cost, price)
    paid = ""
    if dear > high:
        dear = min(cost, price)
        paid = " and users pay what the sites cost" if cost < price else " and users pay the tenant's price"
    only = "" if alone else f"only runs as large as {run} are meant and "
    return (
        f"{only}a chip like those here costs at least {eur(dear)} an hour in the cloud{paid}; offers go from "
        f"{eur(low)} to {eur(high)}"
    )


def _note(row: CloudRow, case: Case) -> None:
    """Read the price of an offer, so that it is among the sources."""
    for field in PRICES:
        case.facts.get_number(OFFERS, row.offer, field)


def _more(amount_eur: float) -> str:
    return f"{eur(abs(amount_eur))} {'less' if amount_eur >= 0 else 'more'}"


def _told(run: TrainingEstimate, rows: list[CloudRow], case: Case) -> str:
    low, high = _between([row.cloud_eur for row in rows])
    return (
        f"{run.run} takes {chips_of(case.plans, run.machine, run.chips)} for {weeks(run.days)}: "
        f"{eur(rows[0].own_eur)} at cost, {eur(rows[0].tenant_eur)} at the tenant's price, {eur(low)} to {eur(high)} "
        "in a cloud"
    )


def _between(amounts: list[float]) -> tuple[float, float]:
    return min(amounts), max(amounts)


def _sizes(rows: list[CloudRow], meant: float) -> dict[str, float]:
    """Chip-hours from which on the claimed saving is reached at cost, by offer; nan where at none."""
    return {
        f"{row.provider}, {row.chip}, {row.date}": meant * row.chip_hours / row.saving_eur
        if row.saving_eur > 0
        else math.nan
        for row in rows
    }


def _curves(rows: list[CloudRow], meant: float) -> Iterator[ClaimFigure]:
    """Saving at cost against the size of the run, by the cheapest, the middle and the dearest offer."""
    ordered = sorted(rows, key=lambda row: row.cloud_eur)
    for row in dict.fromkeys((ordered[0], ordered[len(ordered) // 2], ordered[-1])):
        name = f"{row.provider}, {row.chip}, {row.date}"
        points = [(row.chip_hours * step, row.saving_eur * step / MILLION) for step in STEPS]
        yield from curve(name, "found", points, x_unit="chip-hours", unit="m EUR saved", label=name)
    line = [(rows[0].chip_hours * step, meant / MILLION) for step in (STEPS[0], STEPS[-1])]
    yield from curve("claimed", "claimed", line, x_unit="chip-hours", unit="m EUR saved", label="tens of millions")


def _enough(rows: list[CloudRow], case: Case) -> str:
    """From how many chip-hours on a use saves the least that the claim can mean, by offer."""
    least = least_claimed_eur(case.facts)
    sizes = [row.break_even_chip_hours for row in rows]
    reached = [size for size in sizes if not math.isnan(size)]
    if not reached:
        return f"At cost it saves {eur(least)} at no size and no offer."
    few, many = _between(reached)
    at_cheapest = f"{number(many)} at the cheapest" if len(reached) == len(sizes) else "at no size at the cheapest"
    return f"At cost it saves {eur(least)} from {number(few)} chip-hours on at the dearest offer and {at_cheapest}."


EVALUATORS: Final[dict[str, Evaluator]] = {"S53": saving}
