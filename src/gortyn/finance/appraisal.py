"""This module owns the appraisal: from the project to its deal, where cash goes, what it is worth, who risks what."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gortyn.catalogue import Lookup
from gortyn.finance import bank
from gortyn.finance.cashflow import CashFlow, cash_flow
from gortyn.finance.cloud import CloudRow, compare
from gortyn.finance.figures import Answers, Figure, answers
from gortyn.finance.layers import LayerResult, layer_results
from gortyn.finance.portfolio import TrancheLoss, history
from gortyn.finance.project import Project, project
from gortyn.finance.public import FundRule, fund_rules
from gortyn.finance.revenue import RevenueRow, revenue_rows
from gortyn.finance.risk import RiskAssessment, assess
from gortyn.finance.structure import FundingError, SourceOrUse, Structure, structure
from gortyn.finance.tornado import TornadoBar, tornado
from gortyn.kernels.waterfall_types import Poured
from gortyn.machine import Capex, SitePlan
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.training import TrainingEstimate

NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Finance:
    """What the project costs and returns, to whom, and at what risk.

    Attributes
    ----------
    capex : capital cost of all sites by part, in prices of the base year
    project : cash of all sites before finance and tax, by quarter
    structure : the financing at close
    cash : cash flow by quarter
    layers : what each layer and guarantee pays and receives, most senior first
    covers : cover ratios and average life of each layer's debt
    answers : everything a bank or funder asks that is one number
    rules : rules of the programme beside what the fund does
    revenue : income by tenant in a year of full operation
    risk : thousands of draws
    tornado : each factor alone
    portfolio : losses of the layers by the history of project loans
    cloud : training runs and usual grants beside commercial clouds
    funding_gap_eur : capital cost less the programme's budget; negative where the budget is larger [EUR]
    """

    capex: Capex
    project: Project
    structure: Structure
    cash: CashFlow
    layers: tuple[LayerResult, ...]
    covers: bank.LayerCovers
    answers: Answers
    rules: tuple[FundRule, ...]
    revenue: tuple[RevenueRow, ...]
    risk: RiskAssessment
    tornado: tuple[TornadoBar, ...]
    portfolio: tuple[TrancheLoss, ...]
    cloud: tuple[CloudRow, ...]
    funding_gap_eur: float

    @property
    def poured(self) -> Poured:
        """Where the cash goes if all comes as planned."""
        return self.structure.poured

    @property
    def sources_and_uses(self) -> tuple[SourceOrUse, ...]:
        """What is paid until operation, and by whom."""
        return self.structure.sources_and_uses

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Everything a bank or funder asks that is one number, the probability of a late payment among it."""
        share = self.risk.default_probability
        note = f"share of {self.risk.draws:,} draws in which cash and reserves cannot pay what is due to lenders"
        title = "Probability of a late payment to lenders"
        late = Figure("default-probability", title, None if math.isnan(share) else share, "share", note)
        return (*self.answers.figures, late)

    @property
    def capex_eur(self) -> float:
        """Capital cost of all sites, in prices of the base year [EUR]."""
        return self.capex.total_eur

    @property
    def levelised_eur_per_chip_hour(self) -> float:
        """Levelised cost of a chip-hour delivered; nan without any [EUR/chip-hour]."""
        return self.answers.levelised.useful_eur

    @property
    def public_eur(self) -> float:
        """Paid in by Union and states [EUR]."""
        return self.answers.public.public_eur

    @property
    def private_eur(self) -> float:
        """Paid in by all others, development banks among them [EUR]."""
        return self.answers.public.other_eur

    @property
    def public_share(self) -> float:
        """Public money over all money; nan without any."""
        total = self.public_eur + self.private_eur
        return self.public_eur / total if total else NAN

    @property
    def private_per_public(self) -> float:
        """Private euros per public euro; nan without public money."""
        return self.private_eur / self.public_eur if self.public_eur else NAN

    @property
    def debt_eur(self) -> float:
        """All loans at the end of construction, its interest included [EUR]."""
        return self.structure.uses_eur * self.structure.gearing_share

    @property
    def senior_loss_probability(self) -> float:
        """Share of draws in which the first debt layer does not get its money back; nan without debt."""
        debt = [i for i, layer in enumerate(self.structure.fund.layers) if layer.is_debt]
        return self.risk.parties[debt[0]].loss_probability if debt else NAN

    def figure(self, name: str) -> float:
        """One of the answers by its name; nan where it does not exist.

        Raises
        ------
        StopIteration : no answer has that name.
        """
        found = next(one for one in self.answers.figures if one.figure == name).found
        return NAN if found is None else found


def appraise(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    energy: EnergyAccount,
    access: Access,
    estimates: tuple[TrainingEstimate, ...],
    facts: Lookup,
) -> Finance:
    """Appraise the project over its whole life.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    energy, access : what the simulated window says; both are scaled by what is installed
    estimates : of the training runs, for the comparison with clouds
    facts : catalogue, for cloud prices and the history of project loans

    Raises
    ------
    ValueError : the scenario is not resolved.
    FundingError : the fund cannot pay for the project, or breaks a rule of a programme whose rules are checked.
    """
    sites = project(scenario, plans, energy, access)
    deal = structure(scenario, sites)
    poured, capex = deal.poured, sum((plan.capex for plan in plans), Capex())
    found = answers(scenario, plans, sites, deal.deal, poured, energy, access)
    rules = fund_rules(scenario, sites, deal.drawn_eur)
    _refuse_broken(scenario, rules)
    own_eur, share = found.levelised.useful_h100_eur, sites.rates.delivered_share
    return Finance(
        capex=capex,
        project=sites,
        structure=deal,
        cash=cash_flow(sites, deal, poured),
        layers=layer_results(deal, poured),
        covers=bank.layer_covers(deal.deal, poured),
        answers=found,
        rules=rules,
        revenue=revenue_rows(scenario, sites),
        risk=assess(scenario, sites, deal),
        tornado=tornado(scenario, sites, deal),
        portfolio=history(scenario, sites, deal, facts),
        cloud=compare(scenario, plans, estimates, own_eur, share, facts),
        funding_gap_eur=capex.total_eur - scenario.programme.budget_eur,
    )


def _refuse_broken(scenario: Scenario, rules: tuple[FundRule, ...]) -> None:
    """Refuse a fund that breaks a rule with fees and reserves counted, where the programme has its rules checked."""
    for rule in rules:
        if scenario.programme.rules == "checked" and rule.passed is False:
            message = f"{rule.rule}: {rule.limit:.4g} is asked for, and the fund has {rule.found:.4g} ({rule.source})"
            raise FundingError(("fund", "layers"), message)
