"""This module owns the appraisal of the project: returns, levelised cost per chip-hour and public money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gortyn.finance.calendar import calendar
from gortyn.finance.cashflow import CashFlow, project_cash
from gortyn.finance.layers import LayerResult, layer_results, waterfall
from gortyn.finance.metrics import irr, levelised_eur, npv, payback_years
from gortyn.finance.operating import operating_rates
from gortyn.machine import Capex, SitePlan
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount


@dataclass(frozen=True, slots=True, eq=False)
class Finance:
    """What the project costs and returns, and to whom; real euros of the programme's base year.

    Attributes
    ----------
    cash : cash flow by quarter
    layers : what each layer pays and receives, most senior first
    capex : capital cost of all sites by part
    capex_eur : its total [EUR]
    npv_eur : net present value at the discount rate, at the first quarter [EUR]
    irr : internal rate of return of the project before finance, per year; nan where none exists
    payback_years : years from the first capex until the project has paid for itself; nan if never
    levelised_eur_per_chip_hour : present cost net of residual value over present delivered chip-hours [EUR/chip-hour]
    levelised_eur_per_paid_chip_hour : the same over chip-hours of tenants that pay
    public_eur, private_eur : capex paid by Union and states, and by all others (development banks among them) [EUR]
    public_share : public over all capex
    private_per_public : private euros per public euro; nan without public money
    funding_gap_eur : capex less the programme's budget; negative where the budget is larger [EUR]
    dscr_min, dscr_mean : cash flow available, without residual value, over scheduled debt service of all debt layers,
        over the quarters that have one; nan without debt
    retained_eur : cash that no layer has a claim to, in funds without equity [EUR]
    deficit_eur : operating deficit that the project never makes good [EUR]
    """

    cash: CashFlow
    layers: tuple[LayerResult, ...]
    capex: Capex
    capex_eur: float
    npv_eur: float
    irr: float
    payback_years: float
    levelised_eur_per_chip_hour: float
    levelised_eur_per_paid_chip_hour: float
    public_eur: float
    private_eur: float
    public_share: float
    private_per_public: float
    funding_gap_eur: float
    dscr_min: float
    dscr_mean: float
    retained_eur: float
    deficit_eur: float


def appraise(scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount, access: Access) -> Finance:
    """Appraise the project over its whole life.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    energy, access : what the simulated window says; both are scaled by what is installed

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    layers = scenario.fund.layers
    rate = scenario.costs.discount_rate
    rates = operating_rates(scenario, plans, energy, access)
    project = project_cash(scenario, plans, rates, calendar(scenario, plans))
    flow = waterfall(layers, project)
    cash = replace(project, debt_service_eur=flow.debt_service_eur, layer_eur=flow.receipt_eur - flow.draw_eur)
    results = layer_results(layers, flow)
    capex = sum((plan.capex for plan in plans), Capex())
    public_eur = sum(result.amount_eur for layer, result in zip(layers, results, strict=True) if layer.public)
    private_eur = capex.total_eur - public_eur
    cost_eur = cash.capex_eur + cash.opex_eur - cash.residual_eur
    dscr_min, dscr_mean = debt_service_cover(cash)
    return Finance(
        cash=cash,
        layers=results,
        capex=capex,
        capex_eur=capex.total_eur,
        npv_eur=npv(rate, cash.net_eur),
        irr=irr(cash.net_eur),
        payback_years=payback_years(cash.net_eur),
        levelised_eur_per_chip_hour=levelised_eur(rate, cost_eur, cash.delivered_chip_hours),
        levelised_eur_per_paid_chip_hour=levelised_eur(rate, cost_eur, cash.paid_chip_hours),
        public_eur=public_eur,
        private_eur=private_eur,
        public_share=public_eur / capex.total_eur if capex.total_eur else float("nan"),
        private_per_public=private_eur / public_eur if public_eur else float("nan"),
        funding_gap_eur=capex.total_eur - scenario.programme.budget_eur,
        dscr_min=dscr_min,
        dscr_mean=dscr_mean,
        retained_eur=flow.retained_eur,
        deficit_eur=flow.deficit_eur,
    )


def debt_service_cover(cash: CashFlow) -> tuple[float, float]:
    """Smallest and mean debt service cover ratio over the quarters in which the schedules ask for payments.

    Lenders look to what operation earns: the residual value of the last quarter does not count.
    """
    due = cash.debt_service_eur > 0
    if not due.any():
        return float("nan"), float("nan")
    cover = (cash.cfads_eur - cash.residual_eur)[due] / cash.debt_service_eur[due]
    return float(np.min(cover)), float(np.mean(cover))
