"""This module owns the software side of the step model: which stack a run uses, and the coefficients of each."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from gortyn.catalogue import Lookup, UnknownEntry
from gortyn.kernels.training_types import Coefficients

KIND: Final = "step_model"
BASE: Final = "software"
"""Entry with the coefficients that a stack does not state itself."""
PREFIX: Final = "software-"
MOE: Final = "-moe"
"""Ending of the entry with what a stack does differently for mixtures of experts."""
WHOLE: Final = {"flash", "kept_low", "sequence_parallel"}
DEFAULT: Final = "megatron-core"
"""Stack of a planned run: the one with most published measurements."""
SOURCES: Final = (
    (("mlcommons", "mlperf"), "mlperf"),
    (("llm-foundry", "mosaicml"), "llm-foundry"),
    (("torchtitan",), "torchtitan"),
    (("fms-fsdp", "foundation-model-stack"), "fms-fsdp"),
    (("maxtext",), "maxtext"),
    (("2104.04473", "vtrain"), "megatron-2021"),
    (("2205.05198",), "megatron-2022"),
)
"""Words of a source and the software stack that its runs used; the first that occurs decides."""
CENTURY: Final = 2000  # unit: years before the two digits of a container's release
MONTHS: Final = 12
MIDDLE: Final = 1 / 2
"""Where in a year a source stands that names only the year."""
FIRST_ROUND: Final = 2020  # source: MLPerf training rounds x.0 and x.1 came in June and November of 2020 + x since 2.0
JUNE: Final = 0.42  # unit: share of a year
NOVEMBER: Final = 0.83  # unit: share of a year
LAST_PLAIN_YEAR: Final = 2022  # source: FlashAttention (arXiv:2205.14135) reached Megatron in 2023
"""Until this year an unknown source means Megatron without flash attention."""
LAST_BASELINE_YEAR: Final = 2024  # source: MegaScale (arXiv:2402.15627) and others of its time
"""Until this year papers that name Megatron-LM in their notes compare themselves with that."""


def software_names(facts: Lookup) -> tuple[str, ...]:
    """Software stacks that the catalogue knows."""
    entries = facts.catalogue.entries(KIND)
    return tuple(name.removeprefix(PREFIX) for name in entries if name.startswith(PREFIX) and not name.endswith(MOE))


def coefficients_of(
    software: str, facts: Lookup, *, chip: str | None = None, date: float | None = None, moe: bool = False
) -> Coefficients:
    """Coefficients of a software stack; what it does not state itself is that of all stacks.

    A stack gets faster until its `mature_date` and then stays. With `date` a layer takes `exp(r years)` longer, r the
    stack's `maturing_per_year` and at most `maturing_years`; without it the software is mature.

    Parameters
    ----------
    software : one of `software_names`
    facts : reader of the catalogue
    chip : name in the catalogue, for stacks whose attention kernels are older than the chip
    date : release of the software as a year with fraction, None where it is mature
    moe : whether the model is a mixture of experts, for which a stack may have coefficients of its own

    Raises
    ------
    UnknownEntry : no such stack; names those there are.
    """
    if software not in software_names(facts):
        raise UnknownEntry(f"no software {software!r}; there are {', '.join(software_names(facts))}")
    entries = _entries(software, facts, moe)
    values: dict[str, Any] = {field: _value(entries, field, facts) for field in Coefficients._fields}
    if chip is not None and facts.catalogue.has("step_model", chip, "attention_time"):
        # Attention kernels older than the chip do not use what is new in it.
        old = _value(entries, "old_attention", facts)
        values["attention_time"] *= facts.number(KIND, chip, "attention_time") ** old
    if date is not None:
        values["age_time"] *= _immature(entries, date, facts)
    return Coefficients(**values)


def software_of(row: Mapping[str, object]) -> str:
    """Software stack of a row of published runs, by its source, year and notes.

    >>> software_of({"source": "github pytorch/torchtitan", "notes": "Table 1, eager"})
    'torchtitan-eager'
    >>> software_of({"source": "a paper", "year": "2025"})
    'megatron-core'
    """
    source, notes = str(row.get("source") or "").lower(), str(row.get("notes") or "").lower()
    known = next((name for words, name in SOURCES if any(word in source for word in words)), None)
    if known == "torchtitan":
        return known + ("-eager" if re.search(r"\beager\b", notes) else "-async" if "async" in notes else "")
    if known is not None:
        return known
    year = float(str(row.get("year") or "").strip() or math.inf)
    if year <= LAST_PLAIN_YEAR or (year <= LAST_BASELINE_YEAR and "megatron-lm" in notes):
        return "megatron-2022"
    return DEFAULT + ("-tokendrop" if "tokendrop" in notes else "")


def release_date(row: Mapping[str, object]) -> float | None:
    """When the software of a row was released, as a year with fraction: of its container or benchmark round, else year.

    >>> round(release_date({"source": "Megatron-Bridge (26.04.01 container)", "year": "2026"}), 2)
    2026.25
    >>> release_date({"source": "mlcommons/training_results_v4.1", "year": "2024"}), release_date({"source": "a paper"})
    (2024.83, None)
    """
    source = str(row.get("source") or "")
    if found := re.search(r"\((\d\d)\.(\d\d)", source):
        return CENTURY + int(found[1]) + (int(found[2]) - 1) / MONTHS
    if found := re.search(r"results_v(\d)\.(\d)", source):
        return FIRST_ROUND + int(found[1]) + (NOVEMBER if found[2] == "1" else JUNE)
    year = str(row.get("year") or "").strip()
    return float(year) + MIDDLE if year else None


def _entries(software: str, facts: Lookup, moe: bool) -> list[str]:
    """Entries that may state a coefficient: the stack, those that it derives from, and last that of all stacks."""
    entries: list[str] = []
    name: str | None = PREFIX + software
    while name is not None:
        entries += [name + MOE, name] if moe else [name]
        has_parent = facts.catalogue.has(KIND, name, "parent")
        name = PREFIX + facts.text(KIND, name, "parent") if has_parent else None
    return [*entries, BASE]


def _immature(entries: list[str], date: float, facts: Lookup) -> float:
    """How much longer a layer takes with software of that date than with mature software."""
    years = min(max(0.0, _value(entries, "mature_date", facts) - date), _value(entries, "maturing_years", facts))
    return math.exp(_value(entries, "maturing_per_year", facts) * years)


def _value(entries: list[str], field: str, facts: Lookup) -> float:
    for entry in entries[:-1]:
        if (own := facts.get_number(KIND, entry, field)) is not None:
            return int(own) if field in WHOLE else own
    value = facts.number(KIND, entries[-1], field)
    return int(value) if field in WHOLE else value
