"""This module owns what each party pays in and gets back: layers of capital in their order, then guarantees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gortyn.finance.bank import ROUNDING
from gortyn.finance.metrics import irr
from gortyn.finance.structure import Structure
from gortyn.kernels.waterfall_types import Floats, Poured

GUARANTEE: Final = "guarantee"
NONE: Final = float("nan")


@dataclass(frozen=True, slots=True)
class LayerResult:
    """What one layer of capital, or one guarantor, pays and receives.

    Attributes
    ----------
    name, kind, provider : as the scenario says; `kind` of a guarantee is ``guarantee``
    share : share of the uses of funds, construction interest included; nan for guarantees
    amount_eur : paid in, construction interest apart; of a guarantee what was called [EUR]
    return_rate : interest, return asked for or fee, per year
    paid_eur : received in all [EUR]
    irr : internal rate of return, effective per year; nan where none exists
    loss_eur : of a loan what is still owed at the end, interest on arrears left out beyond what was lent, construction
        interest included; of all others amount less receipts, at least 0 [EUR]; 0 for grants and capacity purchases,
        which ask for no money back
    multiple : receipts over amount; nan where nothing is paid in
    missed_eur : payments not made in time, interest on arrears among them, each counted once and before guarantees; nan
        without debt [EUR]
    unpaid_eur : loan that is left at the end; nan without debt [EUR]
    """

    name: str
    kind: str
    provider: str
    share: float
    amount_eur: float
    return_rate: float
    paid_eur: float
    irr: float
    loss_eur: float
    multiple: float
    missed_eur: float
    unpaid_eur: float


def layer_results(structure: Structure, poured: Poured | None = None) -> tuple[LayerResult, ...]:
    """Totals and return of every layer in the listed order, then of every guarantee.

    Parameters
    ----------
    structure : the financing
    poured : where the cash went; by default that of the plan
    """
    flow = structure.poured if poured is None else poured
    results: list[LayerResult] = []
    for place, layer in enumerate(structure.fund.layers):
        drawn, received = flow.drawn_eur[place], flow.received_eur[place]
        amount, paid = float(drawn.sum()), float(received.sum())
        results.append(
            LayerResult(
                name=layer.name,
                kind=layer.kind,
                provider=layer.provider,
                share=float(structure.share[place]),
                amount_eur=amount,
                return_rate=layer.return_rate,
                paid_eur=paid,
                irr=_irr(structure, drawn, received),
                loss_eur=_loss_eur(structure, flow, place),
                multiple=paid / amount if amount else NONE,
                missed_eur=float(flow.missed_eur[place].sum()) if layer.is_debt else NONE,
                unpaid_eur=float(flow.balance_eur[place, -1]) if layer.is_debt else NONE,
            )
        )
    return (*results, *_guarantee_results(structure, flow))


def _loss_eur(structure: Structure, flow: Poured, place: int) -> float:
    """Capital of a layer that never comes back: interest that was received makes up for none that is still lent."""
    layer, drawn_eur = structure.fund.layers[place], float(flow.drawn_eur[place].sum())
    if layer.is_given:
        return 0.0
    if not layer.is_debt:
        return max(0.0, drawn_eur - float(flow.received_eur[place].sum()))
    unpaid_eur = float(flow.balance_eur[place, -1])
    lent_eur = drawn_eur + float(flow.interest_eur[place, : structure.deal.pays_from[place]].sum())
    return min(unpaid_eur, lent_eur) if unpaid_eur > ROUNDING * lent_eur else 0.0


def _guarantee_results(structure: Structure, flow: Poured) -> tuple[LayerResult, ...]:
    results: list[LayerResult] = []
    first = len(structure.fund.layers)
    for place, one in enumerate(structure.fund.guarantees, first):
        drawn, received = flow.drawn_eur[place], flow.received_eur[place]
        called, paid = float(drawn.sum()), float(received.sum())
        results.append(
            LayerResult(
                name=one.name,
                kind=GUARANTEE,
                provider=one.provider,
                share=NONE,
                amount_eur=called,
                return_rate=one.fee_rate,
                paid_eur=paid,
                irr=_irr(structure, drawn, received),
                loss_eur=max(0.0, called - paid),
                multiple=paid / called if called else NONE,
                missed_eur=NONE,
                unpaid_eur=NONE,
            )
        )
    return tuple(results)


def _irr(structure: Structure, drawn: Floats, received: Floats) -> float:
    return irr(received - drawn, structure.outlook.periods_per_year)
