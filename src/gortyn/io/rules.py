"""This module owns the rules that cross nouns: names that must exist, and sizes that must fit one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from gortyn import machine
from gortyn.catalogue import Catalogue, Lookup
from gortyn.io.faults import did_you_mean
from gortyn.model import Fault, Noun, Scenario

ROUNDING = 1e-9
LISTS = ("machines", "sites", "tenants", "training_runs")


def reference_faults(scenario: Scenario, names: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Fault]:
    """Yield names that nothing bears, names given twice, and windows in which nothing runs.

    `names` are all names that the file gives per list, those of entries that are themselves at fault included; a list
    that is at fault as a whole has none and is not looked into.
    """
    for field in LISTS:
        yield from _repeated(getattr(scenario, field), field)
    for i, site in enumerate(scenario.sites):
        for j, phase in enumerate(site.phases):
            yield from _unknown(phase.machine, names.get("machines"), "machine", ("sites", i, "phases", j, "machine"))
    for i, run in enumerate(scenario.training_runs):
        path = ("training_runs", i)
        yield from _unknown(run.machine, names.get("machines"), "machine", (*path, "machine"))
        yield from _unknown(run.site, names.get("sites"), "site", (*path, "site"))
        yield from _unknown(run.tenant, names.get("tenants"), "tenant", (*path, "tenant"))
        yield from _unknown(run.model, catalogue.entries("models"), "model of the catalogue", (*path, "model"))
    demand = sum(tenant.demand_share for tenant in scenario.tenants)
    if demand > 1 + ROUNDING:
        message = f"tenants ask for {demand:.0%} of all chip-hours; the queue would grow without end"
        yield Fault(("tenants",), message)
    first = min((phase.operational for site in scenario.sites for phase in site.phases), default=date.min)
    if first.toordinal() >= scenario.simulation.start.toordinal() + scenario.simulation.days:
        yield Fault(("simulation", "start"), f"the window ends before the first phase operates ({first})")


def size_faults(scenario: Scenario, facts: Lookup) -> Iterator[Fault]:
    """Yield sites that need more power than their connection, and runs that fit no machine, of a resolved scenario."""
    yield from machine.power_check(scenario, facts)
    end = scenario.simulation.start.toordinal() + scenario.simulation.days
    chips: dict[tuple[str, str], int] = {}
    for plan in machine.plan(scenario, facts):
        for phase in plan.phases:
            if phase.operational.toordinal() < end:
                chips[plan.name, phase.machine] = chips.get((plan.name, phase.machine), 0) + phase.chips
    for i, run in enumerate(scenario.training_runs):
        installed = chips.get((run.site, run.machine), 0)
        if run.chips > installed:
            where = f"{run.site} has {installed:,} chips of {run.machine} in the simulated window"
            yield Fault(("training_runs", i, "chips"), f"is {run.chips:,}, but {where}")


def _repeated(nouns: Iterable[Noun], field: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, noun in enumerate(nouns):
        name = str(getattr(noun, "name"))  # noqa: B009 - nouns of these lists all have a name; Noun itself has none
        if name in seen:
            yield Fault((field, index, "name"), f"'{name}' is there already")
        seen.add(name)


def _unknown(name: str, known: Sequence[str] | None, what: str, path: tuple[Any, ...]) -> Iterator[Fault]:
    if known is not None and name not in known:
        yield Fault(path, f"there is no {what} '{name}'{did_you_mean(name, known)}")
