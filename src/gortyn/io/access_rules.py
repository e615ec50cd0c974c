"""This module owns the rules of access that cross nouns: modes, enclaves and data spaces, and those who use them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gortyn.catalogue import Catalogue
from gortyn.io.faults import did_you_mean
from gortyn.io.names import repeated, unknown
from gortyn.machine import SitePlan
from gortyn.model import Enclave, Fault, Mode, Scenario, Tenant, known

ACCESS_LISTS: Final = ("modes", "enclaves", "data_spaces")
"""Lists of `access` whose entries have names; `access.modes` and so on among the names of a file."""
ROUNDING: Final = 1e-9
MOST_NAMED: Final = 4


def access_faults(scenario: Scenario, names: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Fault]:
    """Yield names that nothing bears or that are given twice, tenants that may not apply, shares above the whole.

    Parameters
    ----------
    scenario : not resolved; entries that are at fault by themselves are left out
    names : all names that the file gives per list (`sites`, `access.modes`, ...), those of entries at fault included
    catalogue : for countries, and data spaces that could be named
    """
    rules = scenario.access
    for field in ACCESS_LISTS:
        yield from repeated((one.name for one in getattr(rules, field)), ("access", field))
    for i, tenant in enumerate(scenario.tenants):
        yield from _tenant_faults(scenario, tenant, names, catalogue, ("tenants", i))
    for i, run in enumerate(scenario.training_runs):
        path = ("training_runs", i, "data_spaces")
        yield from repeated(run.data_spaces, path, None)
        for j, space in enumerate(run.data_spaces):
            yield from _space_faults(space, names, catalogue, (*path, j))
    for i, enclave in enumerate(rules.enclaves):
        yield from _enclave_faults(scenario, enclave, names, ("access", "enclaves", i))
    granted = sum(mode.chip_hours_share or 0.0 for mode in rules.modes)
    if granted > 1 + ROUNDING:
        yield Fault(
            ("access", "modes"), f"grant {granted:.0%} of all chip-hours (chip_hours_share); at most 100% are there"
        )
    if rules.data_spaces and rules.transfer_share == 0:
        yield Fault(("access", "transfer_share"), "is 0: data of a data space would never arrive")


def access_size_faults(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Iterator[Fault]:
    """Yield what is at fault only with the catalogue's values filled in, and enclaves larger than their machine.

    Parameters
    ----------
    scenario : resolved; what is at fault by itself is left out
    plans : one per site of the scenario
    """
    for i, mode in enumerate(scenario.access.modes):
        if mode.processing_days is None and mode.processing_working_days is None:
            message = f"say processing_days or processing_working_days; the catalogue has neither for '{mode.name}'"
            yield Fault(("access", "modes", i), message)
    yield from _grant_faults(scenario)
    yield from _sensitive_faults(scenario)
    yield from _enclave_size_faults(scenario, plans)
    yield from _enclave_load_faults(scenario, plans)


def counted_demand(scenario: Scenario) -> float:
    """Chip-hours that can come to the queue, as a share of all in operation.

    Leftovers are not counted. The tenants of a mode with a share of its own are counted up to that share together, for
    what they apply for beyond it is not granted.
    """
    modes = {mode.name: mode for mode in scenario.access.modes}
    asked: defaultdict[str | None, float] = defaultdict(float)
    for tenant in scenario.tenants:
        if tenant.qos != "leftover" and (tenant.mode is None or tenant.mode in modes):
            asked[tenant.mode] += tenant.demand_share
    shares = {name: modes[name].chip_hours_share if name else None for name in asked}
    return sum(demand if (share := shares[name]) is None else min(demand, share) for name, demand in asked.items())


def _tenant_faults(
    scenario: Scenario,
    tenant: Tenant,
    names: Mapping[str, Sequence[str]],
    catalogue: Catalogue,
    path: tuple[Any, ...],
) -> Iterator[Fault]:
    """Yield what is wrong with how one tenant comes to the machines."""
    mode = next((one for one in scenario.access.modes if one.name == tenant.mode), None)
    if tenant.mode is not None:
        yield from unknown(tenant.mode, names.get("access.modes"), "mode of access", (*path, "mode"))
    if mode is not None and tenant.tenant_class not in mode.classes:
        yield Fault((*path, "mode"), f"'{mode.name}' is closed to {tenant.tenant_class}; {_open_to(scenario, tenant)}")
    if tenant.data_space is not None:
        yield from _space_faults(tenant.data_space, names, catalogue, (*path, "data_space"))
    codes = [one.country for one in tenant.countries]
    yield from repeated(codes, (*path, "countries"), "country")
    there = catalogue.entries("countries")
    for i, code in enumerate(codes):
        yield from unknown(code, there, "country of the catalogue", (*path, "countries", i, "country"))
    enclaves, named = scenario.access.enclaves, names.get("access.enclaves")
    if tenant.sensitive is None or named is None or len(named) != len(enclaves):
        return  # with enclaves at fault it is not known which data the others take
    taken = [one for one in enclaves if tenant.sensitive in one.takes and tenant.home in (None, one.site)]
    if not taken:
        where = "" if tenant.home is None else f" at {tenant.home}"
        takes = {kind: one for one in enclaves for kind in one.takes}
        other = takes.get(tenant.sensitive)
        hint = f", but {other.name} at {other.site}" if other else did_you_mean(tenant.sensitive, takes)
        yield Fault((*path, "sensitive"), f"no enclave{where} takes {tenant.sensitive} data{hint}")


def _open_to(scenario: Scenario, tenant: Tenant) -> str:
    """Which modes are open to the class of a tenant, in a few words."""
    found = [mode.name for mode in scenario.access.modes if tenant.tenant_class in mode.classes]
    if not found:
        return "none is open to it"
    more = ", ..." if len(found) > MOST_NAMED else ""
    return f"open to it: {', '.join(found[:MOST_NAMED])}{more}"


def _space_faults(
    space: str, names: Mapping[str, Sequence[str]], catalogue: Catalogue, path: tuple[Any, ...]
) -> Iterator[Fault]:
    there = names.get("access.data_spaces")
    if there is not None and space not in there and space in catalogue.entries("data_spaces"):
        message = (
            f"there is no data space '{space}' in access.data_spaces; add {{name: {space}}}, the catalogue knows it"
        )
        yield Fault(path, message)
    else:
        yield from unknown(space, there, "data space", path)


def _enclave_faults(
    scenario: Scenario, enclave: Enclave, names: Mapping[str, Sequence[str]], path: tuple[Any, ...]
) -> Iterator[Fault]:
    found = [
        *unknown(enclave.site, names.get("sites"), "site", (*path, "site")),
        *unknown(enclave.machine, names.get("machines"), "machine", (*path, "machine")),
    ]
    yield from found
    site = next((one for one in scenario.sites if one.name == enclave.site), None)
    if site is not None and not found:
        installed = list(dict.fromkeys(phase.machine for phase in site.phases))
        if enclave.machine not in installed:
            message = f"{enclave.site} installs no {enclave.machine}, but {', '.join(installed)}"
            yield Fault((*path, "machine"), message)


def _grant_faults(scenario: Scenario) -> Iterator[Fault]:
    """Yield usual grants outside what their mode grants."""
    modes: dict[str | None, Mode] = {mode.name: mode for mode in scenario.access.modes}
    for i, tenant in enumerate(scenario.tenants):
        mode, grant = modes.get(tenant.mode), tenant.grant_chip_hours
        if mode is None or grant is None:
            continue
        path = ("tenants", i, "grant_chip_hours")
        least, most = mode.least_chip_hours, mode.most_chip_hours
        if least is not None and grant < least:
            yield Fault(path, f"is {grant:,.0f}, less than {mode.name} grants at least ({least:,.0f} chip-hours)")
        if most is not None and grant > most:
            yield Fault(path, f"is {grant:,.0f}, more than {mode.name} grants at most ({most:,.0f} chip-hours)")


def _sensitive_faults(scenario: Scenario) -> Iterator[Fault]:
    """Yield sensitive data spaces in the hands of tenants whose jobs are not kept in an enclave for them."""
    kinds = {space.name: space.sensitive for space in scenario.access.data_spaces}
    tenants = {tenant.name: tenant for tenant in scenario.tenants}
    for i, tenant in enumerate(scenario.tenants):
        kind = kinds.get(tenant.data_space or "")
        if kind is not None and tenant.sensitive != kind:
            message = f"'{tenant.data_space}' holds {kind} data, which stay in enclaves: say sensitive: {kind}"
            yield Fault(("tenants", i, "data_space"), message)
    for i, run in enumerate(scenario.training_runs):
        tenant = tenants.get(run.tenant)
        for j, space in enumerate(run.data_spaces):
            kind = kinds.get(space)
            if tenant is not None and kind is not None and tenant.sensitive != kind:
                message = f"'{space}' holds {kind} data, which stay in enclaves; {tenant.name} is not sensitive: {kind}"
                yield Fault(("training_runs", i, "data_spaces", j), message)


def _enclave_size_faults(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Iterator[Fault]:
    """Yield enclaves that, with those named before, take more whole nodes than their machine ever has at the site."""
    nodes: defaultdict[tuple[str, str], int] = defaultdict(int)
    for plan in plans:
        for phase in plan.phases:
            nodes[plan.name, phase.machine] += phase.nodes
    per_node = {one.name: known(one.chips_per_node) for one in scenario.machines}
    taken: defaultdict[tuple[str, str], int] = defaultdict(int)
    for i, enclave in enumerate(scenario.access.enclaves):
        place = enclave.site, enclave.machine
        if place not in nodes:
            continue  # reported, or left out with its site
        before, chips = taken[place], per_node[enclave.machine]
        taken[place] += -(-enclave.chips // chips)
        if taken[place] > nodes[place]:
            left = (nodes[place] - before) * chips
            message = f"is {enclave.chips:,}, but {enclave.site} has {max(left, 0):,} chips of {enclave.machine} for it"
            yield Fault(("access", "enclaves", i, "chips"), message)


def _enclave_load_faults(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Iterator[Fault]:
    """Yield tenants whose sensitive work is more than the enclaves for it can do, so that their queue never ends."""
    installed = sum(plan.chips for plan in plans)
    modes: dict[str | None, Mode] = {mode.name: mode for mode in scenario.access.modes}
    asked: defaultdict[str, float] = defaultdict(float)
    for i, tenant in enumerate(scenario.tenants):
        taken = [one for one in scenario.access.enclaves if tenant.sensitive in one.takes]
        if tenant.sensitive is None or not taken:
            continue
        mode = modes.get(tenant.mode)
        used = 1.0 if mode is None else mode.pass_share * tenant.used_share
        longest = max(known(one.overhead_share) for one in taken)
        asked[tenant.sensitive] += tenant.demand_share * used * (1 + longest) * installed
        chips = sum(one.chips for one in taken)
        if asked[tenant.sensitive] > chips:
            message = (
                f"asks with those above for {asked[tenant.sensitive]:,.0f} chips around the clock, isolation included; "
                f"enclaves for {tenant.sensitive} have {chips:,}"
            )
            yield Fault(("tenants", i, "demand_share"), message)
