"""This module owns how claims print numbers: money, shares, times and sizes, a size always in its three counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from gortyn.machine import SitePlan
from gortyn.model.conversions import DAYS_PER_WEEK, S_PER_DAY

BILLION: Final = 1e9
MILLION: Final = 1e6
THOUSAND: Final = 1e3
DIGITS: Final = 3  # source: more would pretend a precision that no plan has

CLASS_WORDS: Final = {
    "start-up": "Start-ups",
    "sme": "Small companies",
    "research": "Researchers",
    "public": "Public bodies",
    "industry": "Large companies",
    "anchor": "Anchor customers",
}


def word(tenant_class: str) -> str:
    """A class of tenants as a heading says it.

    >>> word("sme")
    'Small companies'
    """
    return CLASS_WORDS.get(tenant_class, tenant_class.capitalize())


def words(classes: Iterable[str]) -> list[str]:
    """Classes of tenants as a sentence says them.

    >>> words(["start-up", "public"])
    ['start-ups', 'public bodies']
    """
    return [word(name).lower() for name in classes]


def number(value: float) -> str:
    """A number with three significant digits, counts in full with separators; `?` for nan.

    >>> number(100_000), number(13.49), number(0.0421), number(23536), number(float("nan"))
    ('100,000', '13.5', '0.0421', '23,536', '?')
    """
    if not math.isfinite(value):
        return "∞" if value == math.inf else "?"
    if value == 0 or abs(value) >= THOUSAND or (float(value).is_integer() and abs(value) >= 1):
        return f"{value:,.0f}"
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:,.0f}"


def eur(amount: float) -> str:
    """An amount of euros.

    >>> eur(20e9), eur(-3.456e9), eur(56e6), eur(12_345.6), eur(3.217)
    ('EUR 20 bn', 'EUR -3.46 bn', 'EUR 56 m', 'EUR 12,346', 'EUR 3.22')
    """
    for unit, name in ((BILLION, " bn"), (MILLION, " m")):
        if abs(amount) >= unit:
            return f"EUR {number(amount / unit)}{name}"
    return f"EUR {number(amount)}"


def usd(amount: float) -> str:
    """An amount of dollars.

    >>> usd(500e9)
    'USD 500 bn'
    """
    return eur(amount).replace("EUR", "USD")


def percent(share: float) -> str:
    """A share in percent.

    >>> percent(0.25), percent(0.1249)
    ('25 %', '12.5 %')
    """
    return f"{number(share * 100)} %"


def weeks(days: float) -> str:
    """A time in weeks, in days or hours where it is shorter.

    >>> weeks(54), weeks(3.2), weeks(0.25)
    ('7.71 weeks', '3.2 days', '6 h')
    """
    if days >= DAYS_PER_WEEK:
        return f"{number(days / DAYS_PER_WEEK)} weeks"
    return hours(days * S_PER_DAY) if days < 1 else plural(days, "day")


def hours(seconds: float) -> str:
    """A wait in minutes, hours or days.

    >>> hours(90), hours(7200), hours(259_200)
    ('1.5 min', '2 h', '3 days')
    """
    for unit_s, name in ((S_PER_DAY, "days"), (3600, "h")):
        if seconds >= unit_s:
            return f"{number(seconds / unit_s)} {name}"
    return f"{number(seconds / 60)} min"


def size(chips: float, h100_equivalents: float, it_mw: float) -> str:
    """A size in its three counts.

    >>> size(23_536, 23_536, 16.7)
    '23,536 chips (23,536 H100-equivalents, 16.7 MW of IT)'
    """
    return f"{number(chips)} chips ({number(h100_equivalents)} H100-equivalents, {number(it_mw)} MW of IT)"


def chips_of(plans: Iterable[SitePlan], machine: str, chips: float) -> str:
    """The size of some chips of a machine that the plans install.

    Raises
    ------
    ValueError : no phase installs the machine.
    """
    for plan in plans:
        for phase in plan.phases:
            if phase.machine == machine:
                share = chips / phase.chips
                return size(chips, phase.h100_equivalents * share, phase.it_mw * share)
    message = f"no phase installs the machine '{machine}'"
    raise ValueError(message)


def plural(count: float, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "site"), plural(4, "site")
    ('1 site', '4 sites')
    """
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {noun}s"


def sentence(text: str) -> str:
    """A text as a sentence, from a capital to a full stop.

    >>> sentence("its 4 sites wait")
    'Its 4 sites wait.'
    """
    return f"{text[:1].upper()}{text[1:]}."


def clauses(parts: Iterable[str]) -> str:
    """Clauses of one sentence, apart by semicolons, from a capital to a full stop.

    >>> clauses(["sites wait", "chips in Jülich run"])
    'Sites wait; chips in Jülich run.'
    """
    return sentence("; ".join(parts))


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence with commas and an `and`.

    >>> listed(["a"]), listed("abc"), listed([])
    ('a', 'a, b and c', 'none')
    """
    *head, last = tuple(parts) or ("none",)
    return f"{', '.join(head)} and {last}" if head else last
