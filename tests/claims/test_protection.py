"""Claims about protection follow enclaves, and what modes of access ask of applicants."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from claims.standins import TENANTS, applied, tenant_of
from gortyn.model import AccessRules, Enclave, Mode


def enclave(**changes):
    stated = {"name": "ward", "site": "site-0", "machine": "it", "chips": 1000, "permit_days": 90.0, **changes}
    return Enclave(**stated, overhead_share=0.1)


def used(jobs=10, wait_h=2.0):
    return SimpleNamespace(
        enclave="ward",
        jobs=jobs,
        chips=1000,
        chip_hours=600.0,
        overhead_chip_hours=50.0,
        idle_chip_hours=400.0,
        idle_wanted_chip_hours=100.0,
        wait_p90_s=wait_h * 3600 if jobs else float("nan"),
    )


HOSPITAL = (tenant_of("ward-users", "public", sensitive="health"), *(tenant_of(name, kind) for name, kind in TENANTS))


def test_hospitals_need_an_enclave(verdicts):
    assert verdicts(tenants=HOSPITAL)["S45"].verdict == "fails"
    other = AccessRules(enclaves=(enclave(takes=("finance",)),))
    assert verdicts(tenants=HOSPITAL, rules=other)["S45"].verdict == "fails"


@pytest.mark.parametrize(
    ("use", "lacking"), [(used(), "permit"), (used(wait_h=24 * 9), "9 days"), (used(jobs=0), "none does here")]
)
def test_an_enclave_is_held_to_the_waits_of_its_users(verdicts, use, lacking):
    found = verdicts(tenants=HOSPITAL, rules=AccessRules(enclaves=(enclave(),)), used={"enclaves": [use]})["S45"]
    assert found.verdict == "holds_if"
    assert lacking in found.condition
    assert "90 days" in found.sentence


def point(demand, useful, occupied, wait_h):
    return SimpleNamespace(
        demand=demand,
        reserved_share=0.0,
        simulated_days=14.0,
        startup_wait_p90_s=3600.0,
        other_wait_p90_s=wait_h * 3600,
        useful_chip_hours=useful,
        occupied_chip_hours=occupied,
        cost_chip_hours=float("nan"),
    )


def test_what_isolation_costs_is_that_of_the_same_jobs_without_it(verdicts):
    rules = AccessRules(enclaves=(enclave(),))
    pair = (point("as-is", 1000.0, 1300.0, 5.0), point("no-enclaves", 1200.0, 1250.0, 3.0))
    found = verdicts(tenants=HOSPITAL, rules=rules, used={"enclaves": [used()]}, tradeoff=pair)["S45"]
    assert "200 chip-hours less work" in found.sentence
    assert "50 chip-hours more" in found.found
    assert "within 5 h instead of 3 h" in found.found
    assert found.found_value == pytest.approx(90 + 2 / 24)
    alone = verdicts(tenants=HOSPITAL, rules=rules, used={"enclaves": [used()]})["S45"]
    assert "wiping take 50 chip-hours" in alone.sentence


def mode(name="open", **changes):
    return Mode(name=name, title=name, allocation_months=1.0, **changes)


def test_eligibility_is_that_of_every_mode_and_every_tenant(verdicts):
    through = tuple(tenant_of(name, kind, mode="open") for name, kind in TENANTS)
    assert verdicts()["S50"].verdict == "not_checkable"
    strict = AccessRules(modes=(mode(),))
    assert verdicts(tenants=through, rules=strict)["S50"].verdict == "holds"
    around = (*through[1:], tenant_of("labs", "research"))
    some = verdicts(tenants=around, rules=strict)["S50"]
    assert some.verdict == "holds_if"
    assert "need not apply: labs" in some.condition
    lenient = AccessRules(modes=(mode(conditions=("legal-entity",)),))
    assert verdicts(tenants=through, rules=lenient)["S50"].verdict == "fails"
    both = AccessRules(modes=(mode(), mode("loose", conditions=("legal-entity",))))
    assert "under loose as well" in verdicts(tenants=through, rules=both)["S50"].condition


def test_ethics_hold_at_most_as_far_as_they_are_asked_for(verdicts):
    assert verdicts(rules=AccessRules(modes=(mode(),)))["S47"].verdict == "not_checkable"
    mixed = AccessRules(modes=(mode(), mode("loose", conditions=("civil-use",))))
    assert verdicts(rules=mixed)["S47"].verdict == "fails"
    assert verdicts(rules=mixed)["S47"].found_value == 50


def test_those_who_break_a_rule_are_counted(verdicts):
    rows = [applied("start-up", admitted=6, ineligible=4, mode="open")]
    found = verdicts(rules=AccessRules(modes=(mode(),)), used={"funnel": rows})["S50"]
    assert "4 of 10 applications break a rule" in found.sentence
    assert found.found_value == pytest.approx(40)
