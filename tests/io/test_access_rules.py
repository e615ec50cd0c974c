"""Rules of access on scenarios built in place: what they let through, and what counts as demand.

What a reader of a broken file is told is in tests/bad_access.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import plain
from gortyn import machine
from gortyn.catalogue import load as load_catalogue
from gortyn.io.access_rules import ACCESS_LISTS, access_faults, access_size_faults, counted_demand
from gortyn.io.load import load, shipped_scenarios
from gortyn.model import AccessRules, Enclave, Fault, Mode, Phase, Scenario, Simulation, Tenant
from gortyn.model.access import CLASSES, TenantClass
from gortyn.resolve import resolve

CATALOGUE = load_catalogue()
SHARES = st.floats(0, 1)


def world(*tenants: Tenant, **rules: Any) -> Scenario:
    phase = Phase(name="one", operational=date(2026, 1, 1), machine="plain", chips=80)
    return plain.scenario(
        machines=(plain.machine(),),
        sites=(plain.site(phases=(phase,)),),
        tenants=tenants or (plain.tenant(),),
        access=AccessRules(**rules),
        simulation=Simulation(start=date(2027, 1, 1)),
    )


def mode(name: str = "free", **stated: Any) -> Mode:
    return Mode(**{"name": name, "title": name, "processing_days": 5.0, "allocation_months": 3.0} | stated)


def names_of(scenario: Scenario) -> dict[str, list[str]]:
    names = {field: [one.name for one in getattr(scenario, field)] for field in ("machines", "sites", "tenants")}
    return names | {f"access.{field}": [one.name for one in getattr(scenario.access, field)] for field in ACCESS_LISTS}


def faults(scenario: Scenario, names: Mapping[str, Sequence[str]] | None = None) -> list[Fault]:
    return list(access_faults(scenario, names_of(scenario) if names is None else names, CATALOGUE))


@pytest.mark.parametrize("one", CLASSES)
@pytest.mark.parametrize("open_to", CLASSES)
def test_a_mode_takes_the_classes_it_is_for_and_no_other(one: TenantClass, open_to: TenantClass) -> None:
    scenario = world(plain.tenant(tenant_class=one, mode="free"), modes=(mode(classes=(open_to,)),))
    assert bool(faults(scenario)) == (one != open_to)


def test_a_closed_mode_names_those_that_are_open() -> None:
    modes = (mode("closed", classes=("anchor",)), *(mode(f"open-{number}") for number in range(6)))
    (fault,) = faults(world(plain.tenant(mode="closed"), modes=modes))
    assert fault.path == ("tenants", 0, "mode")
    assert fault.message.endswith("open to it: open-0, open-1, open-2, open-3, ...")


def test_names_that_are_at_fault_themselves_are_not_called_unknown() -> None:
    """The entry is left out of the scenario, but the file has its name; a list that is no list is not looked into."""
    tenant = plain.tenant(mode="broken", data_space="broken", sensitive="health")
    named = {f"access.{field}": ["broken"] for field in ACCESS_LISTS}
    assert not faults(world(tenant), named)
    assert not faults(world(tenant), {})
    assert len(faults(world(tenant))) == 3


@pytest.mark.parametrize("open_to", ["any", "union"])
def test_applicants_come_from_countries_that_there_are(open_to: str) -> None:
    nowhere, abroad = (plain.tenant(mode="free", countries=({"country": code},)) for code in ("ZZ", "US"))
    assert len(faults(world(nowhere, modes=(mode(countries=open_to),)))) == 1
    assert not faults(world(abroad, modes=(mode(countries=open_to),)))


def test_shares_that_fill_the_machine_exactly_are_no_fault() -> None:
    thirds = tuple(mode(f"m-{number}", chip_hours_share=share) for number, share in enumerate((0.7, 0.2, 0.1)))
    assert not faults(world(modes=thirds))
    assert [fault.path for fault in faults(world(modes=(*thirds, mode(chip_hours_share=0.01))))] == [
        ("access", "modes")
    ]


@pytest.mark.parametrize(("chips", "fits"), [((80,), True), ((73, 1), False), ((72, 8), True), ((81,), False)])
def test_enclaves_take_whole_nodes_of_eight(chips: tuple[int, ...], fits: bool) -> None:
    enclaves = tuple(
        Enclave(name=f"e-{number}", site="north", machine="plain", chips=one) for number, one in enumerate(chips)
    )
    scenario = resolve(world(enclaves=enclaves), CATALOGUE).scenario
    found = list(access_size_faults(scenario, machine.plan(scenario, CATALOGUE.lookup(), {})))
    assert not found if fits else [fault.path[-1] for fault in found] == ["chips"]


@given(demands=st.lists(SHARES, min_size=1, max_size=4), share=SHARES, besides=SHARES)
def test_demand_through_a_mode_counts_up_to_its_share(demands: list[float], share: float, besides: float) -> None:
    through = [plain.tenant(name=f"t-{n}", mode="free", demand_share=one) for n, one in enumerate(demands)]
    other = plain.tenant(name="besides", demand_share=besides)
    idle = plain.tenant(name="idle", demand_share=1.0, qos="leftover")
    bounded = counted_demand(world(*through, other, idle, modes=(mode(chip_hours_share=share),)))
    unbounded = counted_demand(world(*through, other, idle, modes=(mode(),)))
    assert bounded == pytest.approx(min(sum(demands), share) + besides)
    assert unbounded == pytest.approx(sum(demands) + besides)


def test_each_mode_has_a_bound_of_its_own() -> None:
    tenants = (plain.tenant(name="a", mode="a", demand_share=0.9), plain.tenant(name="b", mode="b", demand_share=0.1))
    modes = (mode("a", chip_hours_share=0.3), mode("b", chip_hours_share=0.5))
    assert counted_demand(world(*tenants, modes=modes)) == pytest.approx(0.4)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_keep_the_rules(name: str) -> None:
    scenario = load(name).scenario
    assert not faults(scenario)
    assert not list(access_size_faults(scenario, ()))
