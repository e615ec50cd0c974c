"""This module owns the list of everything a bank or a funder asks that is one number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance import bank
from gortyn.finance.breakeven import BreakEven, break_even
from gortyn.finance.levelised import Levelised, levelised
from gortyn.finance.lifetime import lifetime
from gortyn.finance.metrics import irr, npv, payback_years
from gortyn.finance.public import PublicMoney, public_money
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.finance.project import Project
    from gortyn.kernels.waterfall_types import Deal, Poured
    from gortyn.machine import SitePlan

Floats = NDArray[np.float64]

PER_CHIP_HOUR: Final = "EUR/chip-hour"
BASE_YEAR: Final = "euros of the base year"


@dataclass(frozen=True, slots=True)
class Figure:
    """One answer.

    Attributes
    ----------
    figure : its name, by which it is found
    title : the same in words
    found : None where there is none, as an internal rate of return without a change of sign; never nan
    unit : of what is found
    note : what is counted, or which convention is followed; None where the title says it
    """

    figure: str
    title: str
    found: float | None
    unit: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What the figures are read from, with the parts that other tables and claims need as well.

    Attributes
    ----------
    figures : in the order in which they are shown
    cover : cover ratios by quarter
    levelised, break_even, public : measures by name
    """

    figures: tuple[Figure, ...]
    cover: bank.Cover
    levelised: Levelised
    break_even: BreakEven
    public: PublicMoney


def answers(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    project: Project,
    deal: Deal,
    poured: Poured,
    energy: EnergyAccount,
    access: Access,
) -> Answers:
    """Every one-number answer about a project and its fund, as planned.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    project : its cash before finance
    deal, poured : what was agreed, and where the cash went
    energy, access : accounts of the simulated window

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    ratios = bank.cover(deal, poured, refresh_eur=project.refresh_eur)
    life = lifetime(scenario, plans, energy, project)
    costs, even = levelised(scenario, project, access), break_even(scenario, project, life.energy_mwh)
    public = public_money(scenario, project, bank.amounts(deal, poured), life)
    figures = (
        *_returns(scenario, project, poured),
        *_cover(ratios, deal, poured),
        *_trouble(ratios, deal, poured, scenario.fund.default_dscr),
        *_levelised(costs),
        *_break_even(even, project.rates.delivered_share),
        *_public(public),
    )
    return Answers(figures, ratios, costs, even, public)


def _figure(figure: str, title: str, value: float | None, unit: str, note: str | None = None) -> Figure:
    return Figure(figure, title, None if value is None or not math.isfinite(value) else float(value), unit, note)


def _returns(scenario: Scenario, project: Project, poured: Poured) -> Iterator[Figure]:
    net_eur, after_eur = project.net_eur, project.net_eur - poured.tax_eur
    real_rate = scenario.costs.discount_rate
    kind = "nominal" if scenario.costs.inflation_rate else "real"
    common = [layer.kind == "equity" for layer in scenario.fund.layers]
    layers = len(common)
    drawn, received = poured.drawn_eur[:layers][common], poured.received_eur[:layers][common]
    levered = "after the tax that is paid, which interest lowers"
    yield _figure("project-irr", "Project IRR before tax", irr(net_eur), "1/year", f"{kind}, before finance")
    yield _figure("project-irr-after-tax", "Project IRR after tax", irr(after_eur), "1/year", f"{kind}, {levered}")
    yield _figure("equity-irr", "Equity IRR", irr((received - drawn).sum(axis=0)), "1/year", f"{kind}, common equity")
    at_rate = f"at {real_rate:.1%} real, {BASE_YEAR}"
    yield _figure("project-npv", "Project NPV before tax", npv(real_rate, project.real(net_eur)), "EUR", at_rate)
    yield _figure(
        "project-npv-after-tax", "Project NPV after tax", npv(real_rate, project.real(after_eur)), "EUR", at_rate
    )
    multiple = received.sum() / drawn.sum() if drawn.sum() else None
    yield _figure("equity-multiple", "Multiple of invested equity (MOIC)", multiple, "1", "received over paid in")
    yield _figure("payback", "Payback", payback_years(net_eur), "years", "from the first capital cost, not discounted")


def _cover(ratios: bank.Cover, deal: Deal, poured: Poured) -> Iterator[Figure]:
    lives = bank.average_lives(deal, poured)
    loans = np.where(np.isnan(lives), 0.0, bank.amounts(deal, poured))
    life_years = float(np.nansum(lives * loans) / loans.sum()) if loans.any() else None
    cash = "cash flow available without residual value, over"
    yield _figure("dscr-min", "Smallest DSCR", bank.least(ratios.dscr), "1", f"{cash} debt service due")
    yield _figure("dscr-mean", "Mean DSCR", bank.mean(ratios.dscr), "1", "over quarters with debt service due")
    yield _figure("llcr", "LLCR at the first repayment", bank.at_first(ratios.llcr), "1", f"present {cash} the loans")
    yield _figure("llcr-min", "Smallest LLCR", bank.least(ratios.llcr), "1", "from the first repayment on")
    note = "to the end of the project, less what chips cost that are bought again"
    yield _figure("plcr", "PLCR at the first repayment", bank.at_first(ratios.plcr), "1", note)
    yield _figure(
        "gearing", "Gearing", bank.gearing(deal, poured), "share", "debt over uses, construction interest in both"
    )
    tail = bank.tail_quarters(deal, poured)
    yield _figure("debt-tail", "Debt tail", tail, "quarters", "operation after the last payment due")
    yield _figure("debt-life", "Weighted average life of debt", life_years, "years", "counted from when it was drawn")


def _trouble(ratios: bank.Cover, deal: Deal, poured: Poured, default_dscr: float) -> Iterator[Figure]:
    locked = bank.lock_up_quarters(deal, ratios.dscr)
    defaults = bank.default_quarters(deal, poured, ratios.dscr, default_dscr)
    if deal.lock_up:
        yield _figure("lock-up-quarters", "Quarters in lock-up", locked, "quarters", f"DSCR below {deal.lock_up:g}")
    why = f"DSCR below {default_dscr:g}, or a payment missed"
    yield _figure("default-quarters", "Quarters in default", defaults, "quarters", why)
    names = {"debt": "Debt service reserve", "operating": "Operating reserve", "refresh": "Refresh reserve"}
    for name, held in bank.reserves(deal, poured)._asdict().items():
        if not held.most_eur:
            continue  # none is agreed
        note = "over the quarters in which it is meant to hold something"
        yield _figure(f"{name}-reserve-min", f"{names[name]}, smallest", held.least_eur, "EUR", note)
        yield _figure(f"{name}-reserve-max", f"{names[name]}, largest", held.most_eur, "EUR", note)
    yield _figure("deficit", "Operating deficit never made good", float(poured.deficit_eur[-1]), "EUR")


def _levelised(costs: Levelised) -> Iterator[Figure]:
    title = "Levelised cost per"
    used = "jobs, lost work included"
    for name, words, value, unit, note in (
        ("installed", "installed chip-hour", costs.installed_eur, PER_CHIP_HOUR, "used or not"),
        ("used", "used chip-hour", costs.used_eur, PER_CHIP_HOUR, used),
        ("useful", "useful chip-hour", costs.useful_eur, PER_CHIP_HOUR, "delivered, without what was lost"),
        ("paid", "paid chip-hour", costs.paid_eur, PER_CHIP_HOUR, "take-or-pay included"),
        ("h100", "useful H100-equivalent-hour", costs.useful_h100_eur, "EUR/H100-equivalent-hour", "delivered"),
        ("exaflops", "EFLOP/s-hour", costs.exaflops_eur, "EUR/EFLOP/s-hour", "dense 16-bit peak installed"),
    ):
        yield _figure(f"levelised-{name}", f"{title} {words}", value, unit, f"{note}; {BASE_YEAR}")


def _break_even(even: BreakEven, planned_share: float) -> Iterator[Figure]:
    use = f"delivered over installed chip-hours, mix of tenants as planned; the plan has {planned_share:.1%}"
    yield _figure("break-even-utilisation", "Break-even utilisation", even.utilisation_share, "share", use)
    price = f"mean over paid chip-hours, {BASE_YEAR}"
    yield _figure("break-even-price", "Break-even price", even.price_eur_per_chip_hour, PER_CHIP_HOUR, price)
    yield _figure("break-even-price-factor", "The same over planned prices", even.price_factor, "1")
    power = f"mean of all electricity, demand charge left out, {BASE_YEAR}"
    yield _figure("break-even-power-price", "Break-even power price", even.power_eur_per_mwh, "EUR/MWh", power)
    market = "factor on what is bought at the market's price"
    yield _figure("break-even-power-factor", "The same over the planned market price", even.power_factor, "1", market)


def _public(public: PublicMoney) -> Iterator[Figure]:
    yield _figure("public-money", "Public money", public.public_eur, "EUR", "of Union and states at financial close")
    yield _figure("union-money", "Union money", public.union_eur, "EUR")
    headline, others = "headline leverage", "of neither Union nor states"
    additional = "the part that would not have come without it"
    for name, title, value, note in (
        ("leverage-public", "All money per public euro", public.per_public_eur, headline),
        ("leverage-union", "All money per Union euro", public.per_union_eur, headline),
        ("private-per-public", "Private euro per public euro", public.private_per_public_eur, others),
        ("private-per-union", "Private euro per Union euro", public.private_per_union_eur, others),
        (
            "additional-per-public",
            "Additional private euro per public euro",
            public.additional_per_public_eur,
            additional,
        ),
        ("additional-per-union", "Additional private euro per Union euro", public.additional_per_union_eur, additional),
    ):
        yield _figure(name, title, value, "EUR/EUR", note)
    life = "all public money over"
    yield _figure(
        "public-per-start-up-hour",
        "Public euro per start-up chip-hour",
        public.eur_per_start_up_chip_hour,
        PER_CHIP_HOUR,
        f"{life} chip-hours delivered to start-ups in the whole life",
    )
    served = f"{life} members of start-up tenants, or grants of usual size"
    yield _figure("start-ups", "Start-ups served", public.start_ups, "count", "over the life")
    yield _figure("public-per-start-up", "Public euro per start-up served", public.eur_per_start_up, "EUR", served)
    yield _figure("carbon", "Emissions of electricity", public.carbon_t, "tCO2e", "over the life, location-based")
    yield _figure("embodied", "Embodied emissions", public.embodied_t, "tCO2e", "chips and building, over their lives")
    carbon = f"{life} emissions of electricity"
    yield _figure("public-per-tonne", "Public euro per tonne emitted", public.eur_per_t, "EUR/tCO2e", carbon)
    yield _figure(
        "compute-price",
        "Price of compute time bought",
        public.compute_eur_per_h100_hour,
        "EUR/H100-equivalent-hour",
        "cost-effectiveness of the tender: what purchases of capacity pay over the hours delivered for them",
    )
