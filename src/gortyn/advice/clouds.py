"""This module owns the same run on commercial clouds: every dated offer, in hours of H100-equivalents.

Offers are counted as `gortyn.finance.cloud` does: a chip-hour of one chip stands for as many of another as their dense
16-bit peaks are apart. A cloud is taken to have the chips at once, for as many days as the run takes elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from gortyn.advice.timeline import day_after
from gortyn.catalogue import Lookup
from gortyn.finance.cloud import OFFERS, PEAK, offers
from gortyn.machine import REFERENCE_CHIP
from gortyn.model.conversions import HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class CloudWay:
    """The run at one offer.

    Attributes
    ----------
    offer, provider, commitment, chip : as the offer says
    date, source, evidence : day, month or year of the price, where it is from and how it is known
    chips : as many as make the H100-equivalents of the run
    eur_per_h100_hour : price of an hour of one H100-equivalent
    run_days : days of the run; there is no queue
    done : the day it is over
    in_time : whether that is early enough; None where nobody asked
    price_eur : of the whole run
    """

    offer: str
    provider: str
    commitment: str
    chip: str
    date: str
    source: str
    evidence: str
    chips: int
    eur_per_h100_hour: float
    run_days: float
    done: date
    in_time: bool | None
    price_eur: float


def cloud_ways(
    h100_equivalents: float, run_days: float, begin: date, by: date | None, usd_per_eur: float, facts: Lookup
) -> tuple[CloudWay, ...]:
    """The run at every dated offer, the cheapest first.

    Parameters
    ----------
    h100_equivalents : of the chips that the run holds, > 0
    run_days : that it holds them
    begin, by : first day, and day to be done by
    usd_per_eur : exchange rate for offers in dollars
    facts : catalogue; one without cloud prices gives none
    """
    if OFFERS not in facts.catalogue.kinds():
        return ()
    done = day_after(begin, run_days)
    ways = [
        CloudWay(
            offer=one.name,
            provider=one.provider,
            commitment=one.commitment,
            chip=one.chip,
            date=one.price.date,
            source=one.price.source,
            evidence=one.price.evidence,
            chips=math.ceil(h100_equivalents * _h100_per(one.chip, facts)),
            eur_per_h100_hour=one.eur_per_h100_hour,
            run_days=run_days,
            done=done,
            in_time=None if by is None else done <= by,
            price_eur=one.eur_per_h100_hour * h100_equivalents * run_days * HOURS_PER_DAY,
        )
        for one in offers(usd_per_eur, facts)
    ]
    return tuple(sorted(ways, key=lambda one: (one.price_eur, one.offer)))


def _h100_per(chip: str, facts: Lookup) -> float:
    """Chips of a kind that one H100-equivalent is."""
    return facts.number("chips", REFERENCE_CHIP, PEAK) / facts.number("chips", chip, PEAK)
