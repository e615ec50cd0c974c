"""This module owns what a data space holds, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from gortyn.model import Scenario
from gortyn.model.access import DataSpace
from gortyn.model.conversions import DAYS_PER_YEAR
from gortyn.model.noun import known


@dataclass(frozen=True, slots=True)
class HeldSpace:
    """What a data space holds in the middle of the simulated window; a row of the table `data_spaces`.

    Attributes
    ----------
    data_space, title : its name in the scenario and as printed
    size_tb : data held [TB]
    unique_tokens : tokens in them, once each
    sensitive : kind of sensitive data, None where they are not
    country : where the data lie (ISO 3166-1 alpha-2), None where in the country of the site that uses them
    licence : terms of use
    trains : whether models may be trained on them
    """

    data_space: str
    title: str
    size_tb: float
    unique_tokens: float
    sensitive: str | None
    country: str | None
    licence: str
    trains: bool


def held(scenario: Scenario) -> tuple[HeldSpace, ...]:
    """What the data spaces of a resolved scenario hold in the middle of its window, in their order."""
    middle_days = scenario.simulation.days / 2
    return tuple(
        HeldSpace(
            data_space=space.name,
            title=known(space.title),
            size_tb=held_tb(space, scenario.simulation.start, middle_days),
            unique_tokens=unique_tokens(space, scenario.simulation.start, middle_days),
            sensitive=space.sensitive,
            country=space.country,
            licence=known(space.licence),
            trains=space.trains,
        )
        for space in scenario.access.data_spaces
    )


def find(scenario: Scenario, name: str) -> DataSpace:
    """The data space of that name.

    Raises
    ------
    KeyError : the scenario has none.
    """
    for space in scenario.access.data_spaces:
        if space.name == name:
            return space
    message = f"there is no data space '{name}'"
    raise KeyError(message)


def held_tb(space: DataSpace, start: date, days: float) -> float:
    """Data that a resolved space holds `days` days after `start` [TB]."""
    return known(space.size_tb) * growth(space, start, days)


def unique_tokens(space: DataSpace, start: date, days: float) -> float:
    """Tokens in a resolved space `days` days after `start`, once each."""
    return known(space.tokens) * growth(space, start, days)


def growth(space: DataSpace, start: date, days: float) -> float:
    """What a resolved space holds `days` days after `start`, relative to the year that its size is of.

    Compound growth, in earlier years too; a space that shrinks is not taken to have been larger before.

    >>> ten = DataSpace(name="a", growth_share_per_year=0.1, of_year=2026.0)
    >>> round(growth(ten, date(2028, 1, 1), 0), 2), round(growth(ten, date(2027, 1, 1), 365), 2)
    (1.21, 1.21)
    """
    begin, after = date(start.year, 1, 1), date(start.year + 1, 1, 1)
    year = start.year + (start - begin).days / (after - begin).days + days / DAYS_PER_YEAR
    per_year, years = 1 + known(space.growth_share_per_year), year - known(space.of_year)
    return 1.0 if per_year < 1 and years < 0 else math.pow(per_year, years)
