"""This module owns the units of a scenario: how a field states its unit and which suffix a name must carry for it.

A field is `Annotated[float, Unit("MW"), Field(ge=0)]`; the aliases below are the ones that the nouns use. The suffix
is the unit's place in code and in files, the metadata its place in schema, report and `gortyn show`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator, Field


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a numeric field, as printed beside its value."""

    symbol: str


@dataclass(frozen=True, slots=True)
class FromCatalogue:
    """Where a field that the scenario leaves out takes its value: the first catalogue path that has one.

    A path is `kind/entry/field`; `{name}` stands for a field of the same noun or of one that holds it, so that
    `chips/{chip}/tdp_w` reads the chip that the machine names.
    """

    paths: tuple[str, ...]

    def __init__(self, *paths: str) -> None:
        object.__setattr__(self, "paths", paths)


class IfInCatalogue(FromCatalogue):
    """The same, for a field that stays empty where the catalogue has no value either."""


# Longest suffix wins; a name with none of them is a pure number or a count.
SUFFIXES: Final[dict[str, str]] = {
    "_eur_per_chip_hour": "EUR/chip-hour",
    "_usd_per_chip": "USD/chip",
    "_usd_per_mw": "USD/MW",
    "_eur_per_mw": "EUR/MW",
    "_eur_per_mwh": "EUR/MWh",
    "_eur_per_mw_year": "EUR/MW/year",
    "_eur_per_fte_year": "EUR/FTE/year",
    "_fte_per_mw": "FTE/MW",
    "_usd_per_eur": "USD/EUR",
    "_g_per_kwh": "gCO2e/kWh",
    "_l_per_kwh": "l/kWh",
    "_eur_per_kw_year": "EUR/kW/year",
    "_kw_per_chip": "kW/chip",
    "_kg_per_chip": "kgCO2e/chip",
    "_per_hour": "1/h",
    "_chip_hours": "chip-hours",
    "_per_1000_node_days": "1/1000 node-days",
    "_share_per_year": "share/year",
    "_gbit_per_s": "Gbit/s",
    "_gb_per_s": "GB/s",
    "_tb_per_s": "TB/s",
    "_tflops": "TFLOP/s",
    "_share": "share",
    "_rate": "1/year",
    "_years": "years",
    "_quarters": "quarters",
    "_months": "months",
    "_days": "days",
    "_working_days": "working days",
    "_hours": "h",
    "_hour": "h",
    "_min": "min",
    "_deg": "deg",
    "_eur": "EUR",
    "_mw": "MW",
    "_kwh": "kWh",
    "_temperature_c": "degC",
    "_ms": "ms",
    "_gb": "GB",
    "_tb": "TB",
    "_s": "s",
}


def suffix_unit(name: str) -> str | None:
    """Return the unit that the suffix of a field name claims, or None where the name carries none.

    >>> suffix_unit("connection_mw"), suffix_unit("chips")
    ('MW', None)
    """
    matches = [suffix for suffix in SUFFIXES if name.endswith(suffix) or name == suffix[1:]]
    return SUFFIXES[max(matches, key=len)] if matches else None


def _whole(value: object) -> object:
    """Let a count be written `1e5`: YAML reads that as a float, and it is a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# The bounds stand before the validator, or they would be missing from the JSON Schema.
Count = Annotated[int, Field(ge=1, le=10**9), BeforeValidator(_whole), Unit("count")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
H100Equivalents = Annotated[float, Unit("H100-equivalents"), Field(gt=0)]
Eur = Annotated[float, Unit("EUR"), Field(ge=0, allow_inf_nan=False)]
PowerMw = Annotated[float, Unit("MW"), Field(gt=0, allow_inf_nan=False)]
PriceEurPerMwh = Annotated[float, Unit("EUR/MWh"), Field(ge=-500, le=4000, allow_inf_nan=False)]
CarbonGPerKwh = Annotated[float, Unit("gCO2e/kWh"), Field(ge=0, le=2000, allow_inf_nan=False)]
Share = Annotated[float, Unit("share"), Field(ge=0, le=1, allow_inf_nan=False)]
SharePerYear = Annotated[float, Unit("share/year"), Field(ge=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Unit("1/year"), Field(ge=-0.5, le=1, allow_inf_nan=False)]
Years = Annotated[float, Unit("years"), Field(gt=0, le=100, allow_inf_nan=False)]
Months = Annotated[float, Unit("months"), Field(ge=0, le=120, allow_inf_nan=False)]
Quarters = Annotated[int, Field(ge=0, le=80), BeforeValidator(_whole), Unit("quarters")]
Ratio = Annotated[float, Unit("1"), Field(ge=1, le=10, allow_inf_nan=False)]
Hours = Annotated[float, Unit("h"), Field(gt=0, allow_inf_nan=False)]
Minutes = Annotated[float, Unit("min"), Field(ge=0, allow_inf_nan=False)]
