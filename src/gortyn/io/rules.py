"""This module owns the rules that cross nouns: names that must exist, and sizes that must fit one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from gortyn import machine
from gortyn.catalogue import Catalogue, Lookup
from gortyn.io.access_rules import access_faults, access_size_faults, counted_demand
from gortyn.io.money_rules import money_faults
from gortyn.io.names import repeated, unknown
from gortyn.model import Fault, Scenario, Siting
from gortyn.model.conversions import MIN_PER_HOUR
from gortyn.model.series import AllSeries

ROUNDING = 1e-9
LISTS = ("machines", "sites", "tenants", "training_runs")


def reference_faults(scenario: Scenario, names: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Fault]:
    """Yield names that nothing bears, names given twice, and windows in which nothing runs.

    `names` are all names that the file gives per list, those of entries that are themselves at fault included; a list
    that is at fault as a whole has none and is not looked into.
    """
    for field in LISTS:
        yield from repeated((noun.name for noun in getattr(scenario, field)), (field,))
    for i, site in enumerate(scenario.sites):
        for j, phase in enumerate(site.phases):
            yield from unknown(phase.machine, names.get("machines"), "machine", ("sites", i, "phases", j, "machine"))
        if site.climate is not None:
            climates = catalogue.entries("climates")
            yield from unknown(site.climate, climates, "climate of the catalogue", ("sites", i, "climate"))
    for i, run in enumerate(scenario.training_runs):
        path = ("training_runs", i)
        yield from unknown(run.machine, names.get("machines"), "machine", (*path, "machine"))
        yield from unknown(run.site, names.get("sites"), "site", (*path, "site"))
        yield from unknown(run.tenant, names.get("tenants"), "tenant", (*path, "tenant"))
        yield from unknown(run.model, catalogue.entries("models"), "model of the catalogue", (*path, "model"))
    if scenario.siting is not None:
        yield from _siting_faults(scenario.siting, names, catalogue)
    yield from _tenant_faults(scenario, names, catalogue)
    yield from _operation_faults(scenario, names)
    yield from access_faults(scenario, names, catalogue)
    first = min((phase.operational for site in scenario.sites for phase in site.phases), default=date.min)
    if first.toordinal() >= scenario.simulation.start.toordinal() + scenario.simulation.days:
        yield Fault(("simulation", "start"), f"the window ends before the first phase operates ({first})")


def _siting_faults(siting: Siting, names: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Fault]:
    """Yield names of machines and regions that nothing bears, and places named twice."""
    if siting.machine is not None:
        yield from unknown(siting.machine, names.get("machines"), "machine", ("siting", "machine"))
    regions = catalogue.entries("regions")
    for i, name in enumerate(siting.candidates):
        yield from unknown(name, regions, "region of the catalogue", ("siting", "candidates", i))
    seen = set(siting.candidates)
    for i, place in enumerate(siting.places):
        if place.name in seen:
            yield Fault(("siting", "places", i, "name"), f"'{place.name}' is there already")
        seen.add(place.name)
        if place.price_eur_per_mwh is None or place.carbon_g_per_kwh is None:
            path = ("siting", "places", i, "country")
            yield from unknown(place.country, catalogue.entries("grids"), "country of the catalogue", path)


def _tenant_faults(scenario: Scenario, names: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Fault]:
    """Yield what is wrong with tenants beyond each by itself."""
    accounts = [account.name for account in scenario.operations.accounts]
    for i, tenant in enumerate(scenario.tenants):
        if tenant.home is not None:
            yield from unknown(tenant.home, names.get("sites"), "site", ("tenants", i, "home"))
        if tenant.account is not None:
            yield from unknown(tenant.account, accounts, "account", ("tenants", i, "account"))
        if tenant.mix is not None:
            yield from unknown(tenant.mix, catalogue.entries("mixes"), "mix of the catalogue", ("tenants", i, "mix"))
        if tenant.chains and scenario.operations.walltime_limit_hours * MIN_PER_HOUR < _stop_min(scenario):
            message = "a walltime this short leaves no time between restart and checkpoint to the tenants with chains"
            yield Fault(("operations", "walltime_limit_hours"), message)
    demand = counted_demand(scenario)
    if demand > 1 + ROUNDING:
        message = f"tenants ask for {demand:.0%} of all chip-hours; the queue would grow without end"
        yield Fault(("tenants",), message)


def _operation_faults(scenario: Scenario, names: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """Yield names in accounts, reservations and power limits that nothing bears, and accounts that hang in a circle."""
    operations = scenario.operations
    above = {account.name: account.parent for account in operations.accounts}
    seen: set[str] = set()
    for i, account in enumerate(operations.accounts):
        path = ("operations", "accounts", i)
        if account.name in seen:
            yield Fault((*path, "name"), f"'{account.name}' is there already")
        seen.add(account.name)
        if account.parent is not None:
            yield from unknown(account.parent, list(above), "account", (*path, "parent"))
        up, steps = account.parent, 0
        while up is not None and steps <= len(above):
            up, steps = above.get(up), steps + 1
        if up is not None:
            yield Fault((*path, "parent"), f"'{account.name}' is above itself")
    for i, reservation in enumerate(operations.reservations):
        path = ("operations", "reservations", i)
        yield from unknown(reservation.tenant, names.get("tenants"), "tenant", (*path, "tenant"))
        yield from unknown(reservation.site, names.get("sites"), "site", (*path, "site"))
        yield from unknown(reservation.machine, names.get("machines"), "machine", (*path, "machine"))
    for i, limit in enumerate(operations.power_limits):
        yield from unknown(limit.site, names.get("sites"), "site", ("operations", "power_limits", i, "site"))


def _stop_min(scenario: Scenario) -> float:
    """Minutes of a segment that go to its restart and its last checkpoint."""
    reliability = scenario.operations.reliability
    lost_min = reliability.restart_min + scenario.operations.failures.detection_min + reliability.checkpoint_write_min
    return 2 * (lost_min + 1)


def size_faults(scenario: Scenario, facts: Lookup, series: AllSeries) -> Iterator[Fault]:
    """Yield what is too large for its site, and money that does not fit the sites, of a resolved scenario."""
    yield from machine.power_check(scenario, facts, series)
    plans = machine.plan(scenario, facts, series)
    yield from money_faults(scenario, plans)
    yield from access_size_faults(scenario, plans)
    partitions = machine.partitions(scenario, plans)
    tenants = {tenant.name: tenant for tenant in scenario.tenants}
    asked = [(("training_runs", i, "chips"), run) for i, run in enumerate(scenario.training_runs)]
    there = {site.name for site in scenario.sites}, {machine.name for machine in scenario.machines}
    asked += [
        (("operations", "reservations", i, "chips"), window)
        for i, window in enumerate(scenario.operations.reservations)
        if window.site in there[0] and window.machine in there[1]  # those without are reported or left out already
    ]
    for path, one in asked:
        tenant = tenants.get(one.tenant)
        if tenant is None or (tenant.sensitive is not None and not scenario.access.enclaves):
            continue  # reported
        place = machine.place_of(scenario, partitions, one.site, one.machine, tenant)
        installed = 0 if place is None else partitions[place].chips_for_jobs
        if one.chips > installed:
            kept = f" in an enclave for {tenant.sensitive} data" if tenant.sensitive else ""
            where = f"{one.site} has {installed:,} chips of {one.machine}{kept} for jobs in the simulated window"
            yield Fault(path, f"is {one.chips:,}, but {where}")
