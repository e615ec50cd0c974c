"""This module owns the comparison with commercial clouds: training runs and usual grants, here and at every offer.

A chip-hour of one chip stands for as many of another as their dense 16-bit peaks are apart; links, memory and how well
software uses a chip are left out, so that offers of weakly linked chips look better than they are. Offers count in the
euros of their date. Own cost is levelised over the life of the sites, per chip-hour delivered to tenants.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from gortyn.catalogue import Fact, Lookup
from gortyn.machine import REFERENCE_CHIP, SitePlan
from gortyn.model import Scenario, known
from gortyn.model.conversions import HOURS_PER_DAY
from gortyn.training import TrainingEstimate

OFFERS: Final = "cloud_prices"
GRANTS: Final = "access_modes"
PEAK: Final = "bf16_dense_tflops"
ON_DEMAND: Final = "on demand"
OWN: Final = "own"
"""Commitment of entries that are no offers: what hardware of one's own must earn."""
GRANT_SIZES: Final = ("chip_hours_limit", "chip_hours_largest_grant")
"""Fields that say how many chip-hours a mode of access grants; without a limit, the largest grant known."""
CLAIM: Final = ("claims", "S53", "saving_eur")
"""The saving that is claimed of a training run; its low end is the least that the words allow."""


@dataclass(frozen=True, slots=True)
class CloudRow:
    """One use of chips at one offer of a commercial cloud, beside the same work on the own sites.

    Attributes
    ----------
    use : training run, or a mode of access behind the word "grant"
    offer : entry of the catalogue
    provider, commitment, chip : as the offer says
    date : day, month or year that the price is of
    source : where the price is from
    chip_hours, h100_equivalent_hours : size of the use, on the chips of the own sites
    own_eur : at own levelised cost [EUR]
    tenant_eur : at the price that the tenant pays here; nan where the mode of access states none [EUR]
    cloud_eur : at the offer [EUR]
    saving_eur : cloud less own cost; negative where the cloud is cheaper [EUR]
    saving_share : the same over the cost of the cloud; nan where the offer is free
    break_even_chip_hours : chip-hours from which on the saving is the least that is claimed (`CLAIM`); nan if never
    break_even_utilisation_share : delivered share of installed chip-hours at which own cost equals the offer; nan where
        not even full use brings it down to that, or nothing is delivered
    """

    use: str
    offer: str
    provider: str
    commitment: str
    chip: str
    date: str
    source: str
    chip_hours: float
    h100_equivalent_hours: float
    own_eur: float
    tenant_eur: float
    cloud_eur: float
    saving_eur: float
    saving_share: float
    break_even_chip_hours: float
    break_even_utilisation_share: float


class Offer(NamedTuple):
    """A dated price of a cloud; `eur_per_h100_hour`: scaled by the 16-bit peak of its chip."""

    name: str
    provider: str
    commitment: str
    chip: str
    price: Fact
    eur_per_h100_hour: float


class Use(NamedTuple):
    """Chip-hours that somebody needs, how many H100-equivalents each of the chips is, and what the tenant pays."""

    name: str
    chip_hours: float
    h100_per_chip: float
    tenant_eur_per_chip_hour: float


def compare(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    estimates: tuple[TrainingEstimate, ...],
    own_eur_per_h100_hour: float,
    utilisation_share: float,
    facts: Lookup,
) -> tuple[CloudRow, ...]:
    """Every training run and every usual grant at every dated cloud price, uses in order, offers as the catalogue has.

    Parameters
    ----------
    scenario : resolved scenario
    plans, estimates : of its sites and training runs
    own_eur_per_h100_hour : levelised cost per delivered H100-equivalent-hour [EUR/h]
    utilisation_share : delivered share of installed chip-hours that this cost is at, in [0, 1]
    facts : catalogue; one without cloud prices gives no rows
    """
    if OFFERS not in facts.catalogue.kinds():
        return ()
    offered = tuple(offers(known(scenario.costs.usd_per_eur), facts))
    uses = (*_runs(scenario, estimates, facts), *_grants(plans, facts))
    claimed_eur = least_claimed_eur(facts)
    return tuple(
        _row(use, offer, own_eur_per_h100_hour, utilisation_share, claimed_eur) for use in uses for offer in offered
    )


def offers(usd_per_eur: float, facts: Lookup) -> Iterator[Offer]:
    """Offers with a chip of known peak, one for each price that a source states, conflicting ones too.

    Where a price is published in euros, that one counts and not what it makes in dollars.
    """
    reference = facts.number("chips", REFERENCE_CHIP, PEAK)
    for name in facts.catalogue.entries(OFFERS):
        fields = facts.catalogue.entry(OFFERS, name)
        quoted = next((f for f in ("price_eur_per_chip_hour", "price_usd_per_chip_hour") if f in fields), None)
        if quoted is None or not {"chip", "commitment", "provider"} <= fields.keys():
            continue
        chip, commitment = fields["chip"].text, fields["commitment"].text
        if commitment == OWN or not facts.catalogue.has("chips", chip, PEAK):
            continue
        per_unit_eur = 1 if quoted == "price_eur_per_chip_hour" else 1 / usd_per_eur
        per_chip = facts.number("chips", chip, PEAK) / reference
        stated = facts.fact(OFFERS, name, quoted)
        for price in (stated, *stated.conflicts):
            eur = price.number * per_unit_eur / per_chip
            yield Offer(name, fields["provider"].text, commitment, chip, price, eur)


def least_claimed_eur(facts: Lookup) -> float:
    """Least saving that the claim about training in clouds can mean [EUR]; nan where no such claim is known."""
    if "claims" not in facts.catalogue.kinds() or not facts.catalogue.has(*CLAIM):
        return math.nan
    fact = facts.fact(*CLAIM)
    return fact.number if fact.low is None else fact.low


def break_even_utilisation_share(own_eur: float, offer_eur: float, utilisation_share: float) -> float:
    """Utilisation at which own cost equals an offer: ``u * own / offer``; nan above full use.

    Takes all own cost as fixed, so that it goes with one over use. Idle chips draw less power, so the true share lies
    between the one found and the one at present.

    Parameters
    ----------
    own_eur, offer_eur : per unit of compute
    utilisation_share : share of installed chip-hours at which `own_eur` was found

    >>> break_even_utilisation_share(2.0, 3.2, 0.8), break_even_utilisation_share(2.0, 1.0, 0.8)
    (0.5, nan)
    """
    share = utilisation_share * own_eur / offer_eur if offer_eur else math.nan
    return share if 0 < share <= 1 else math.nan


def _row(
    use: Use, offer: Offer, own_eur_per_h100_hour: float, utilisation_share: float, claimed_eur: float
) -> CloudRow:
    h100_hours = use.chip_hours * use.h100_per_chip
    own, cloud = own_eur_per_h100_hour * h100_hours, offer.eur_per_h100_hour * h100_hours
    saving = cloud - own
    return CloudRow(
        use=use.name,
        offer=offer.name,
        provider=offer.provider,
        commitment=offer.commitment,
        chip=offer.chip,
        date=offer.price.date,
        source=offer.price.source,
        chip_hours=use.chip_hours,
        h100_equivalent_hours=h100_hours,
        own_eur=own,
        tenant_eur=use.chip_hours * use.tenant_eur_per_chip_hour,
        cloud_eur=cloud,
        saving_eur=saving,
        saving_share=saving / cloud if cloud else math.nan,
        break_even_chip_hours=claimed_eur * use.chip_hours / saving if saving > 0 else math.nan,
        break_even_utilisation_share=break_even_utilisation_share(own, cloud, utilisation_share),
    )


def _runs(scenario: Scenario, estimates: tuple[TrainingEstimate, ...], facts: Lookup) -> Iterator[Use]:
    """Training runs with the chip-hours of their estimates, failures included."""
    reference = facts.number("chips", REFERENCE_CHIP, PEAK)
    tenants = {one.name: one for one in scenario.tenants}
    whose = {run.name: tenants[run.tenant] for run in scenario.training_runs}
    for run in estimates:
        per_chip = known(scenario.machine(run.machine).bf16_dense_tflops) / reference
        price = scenario.paid_price_eur_per_chip_hour(whose[run.run])
        yield Use(run.run, run.chips * run.days * HOURS_PER_DAY, per_chip, price)


def _grants(plans: tuple[SitePlan, ...], facts: Lookup) -> Iterator[Use]:
    """Grants of the modes of access whose size is known, on the mean chip of the sites."""
    chips = sum(plan.chips for plan in plans)
    if not chips or GRANTS not in facts.catalogue.kinds():
        return
    per_chip = sum(phase.h100_equivalents for plan in plans for phase in plan.phases) / chips
    for mode in facts.catalogue.entries(GRANTS):
        sizes = (facts.get_number(GRANTS, mode, field) for field in GRANT_SIZES)
        size = next((one for one in sizes if one is not None), None)
        if size is not None:
            price = facts.get_number(GRANTS, mode, "price_eur_per_chip_hour")
            yield Use(f"grant {mode}", size, per_chip, math.nan if price is None else price)
