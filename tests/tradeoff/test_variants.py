"""Chips that are kept, demand that asks for them, and enclaves dissolved: against hand-counted nodes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn import machine
from gortyn.admission import ADMITTED, Admission, Applications, Decisions
from gortyn.machine import Partition
from gortyn.model import AccessRules, Enclave, Phase, Reservation
from gortyn.tradeoff.period import days_of, period
from gortyn.tradeoff.variants import (
    asking,
    beneficiaries,
    granted_share,
    joined_jobs,
    kept_nodes,
    reserving,
    without_enclaves,
)

VAULT = Enclave(name="vault", site="north", machine="plain", chips=64, overhead_share=0.25, permit_days=0)


def parts_of(case):
    return machine.partitions(case.scenario, case.plans)


def test_nodes_are_kept_in_proportion_to_demand_and_whole(make_case, founders, labs):
    second = founders.model_copy(update={"name": "second", "demand_share": 0.05})
    case = make_case([founders, labs, second])
    assert beneficiaries(case.scenario) == [0, 2]
    kept = kept_nodes(case.scenario, parts_of(case), 0.1)  # 8 of 80 nodes, two to one
    assert kept.tolist() == [[5, 0, 3]]
    for share in np.linspace(0, 1, 21).tolist():
        assert kept_nodes(case.scenario, parts_of(case), share).sum() == round(80 * share)


def test_nobody_else_is_served(make_case, founders, labs):
    leftover = founders.model_copy(update={"qos": "leftover"})
    sensitive = founders.model_copy(update={"name": "clinics", "sensitive": "health"})
    idle = founders.model_copy(update={"name": "idle", "demand_share": 0.0})
    case = make_case([leftover, sensitive, idle, labs], access=AccessRules(enclaves=(VAULT,)))
    assert not kept_nodes(case.scenario, parts_of(case), 0.4).any()


def test_spares_and_enclaves_are_not_kept(make_case, founders, labs):
    case = make_case([founders, labs], access=AccessRules(enclaves=(VAULT,)))
    one, vault = parts_of(case)
    assert (one.enclave, one.nodes, vault.enclave, vault.nodes) == (None, 72, "vault", 8)
    held_ready = Partition(0, "plain", 72, 8, one.step_s, one.step_nodes, spares=70)
    assert kept_nodes(case.scenario, (held_ready, vault), 0.5).tolist() == [[2, 0], [0, 0]]


def test_reservations_stand_for_the_whole_window_beside_those_there(make_case, founders, labs):
    case = make_case([founders, labs])
    own = Reservation(
        name="own", tenant="labs", site="north", machine="plain", chips=8, begin=date(2027, 1, 3), days=1.0
    )
    scenario = case.scenario.model_copy(
        update={"operations": case.scenario.operations.model_copy(update={"reservations": (own,)})}
    )
    first, second = reserving(scenario, parts_of(case), np.array([[12, 0]])).operations.reservations
    assert first == own
    assert (second.tenant, second.site, second.machine, second.chips) == ("founders", "north", "plain", 96)
    assert (second.begin, second.days) == (date(2027, 1, 1), 30)


def test_start_ups_ask_for_their_share_and_others_for_the_rest(make_case, founders, labs):
    second = founders.model_copy(update={"name": "second", "demand_share": 0.05})
    anchor = labs.model_copy(update={"name": "anchor", "demand_share": 0.25})
    scraps = labs.model_copy(update={"name": "scraps", "qos": "leftover", "demand_share": 0.5})
    clinics = labs.model_copy(update={"name": "clinics", "sensitive": "health", "demand_share": 0.02})
    case = make_case([founders, labs, second, anchor, scraps, clinics], access=AccessRules(enclaves=(VAULT,)))
    # 0.1 + 0.5 + 0.05 + 0.25 = 0.9 is asked of open nodes; two to one among start-ups and among the others.
    for share in (0.1, 0.5):
        asked = asking(case.scenario, parts_of(case), share, Admission.none())
        theirs, rest = 0.9 * share, 0.9 * (1 - share)
        expected = [theirs * 2 / 3, rest * 2 / 3, theirs / 3, rest / 3, 0.5, 0.02]
        assert [tenant.demand_share for tenant in asked.tenants] == pytest.approx(expected)
    as_now = asking(case.scenario, parts_of(case), 0.15 / 0.9, Admission.none())
    stated = [tenant.demand_share for tenant in case.scenario.tenants]
    assert [tenant.demand_share for tenant in as_now.tenants] == pytest.approx(stated)


def grants(rows):
    """Grants from rows of (tenant, begin day, end day, chip-hours, used share)."""
    tenant, begin, end, asked, used = (np.array(column) for column in zip(*rows, strict=True))
    none, narrow, day_s = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int32), 86400
    return Admission(
        Applications(
            tenant.astype(np.int32), narrow, narrow, submit_s=none, asked_chip_hours=asked.astype(np.float64),
            flaw=np.full(len(rows), -1, np.int8), score=np.ones(len(rows)), used_share=used.astype(np.float64),
        ),
        Decisions(none, none, np.full(len(rows), ADMITTED, np.int8), begin * day_s, end * day_s),
        ("FR",), np.ones(1), np.ones(1),
    )  # fmt: skip


def test_whoever_holds_a_grant_keeps_it(make_case, founders, labs):
    """Start-ups ask for a share of what is asked for without grants and of what they hold, no longer by applying."""
    case = make_case([founders, labs, labs], days=10)
    hours = 640 * 10 * 24
    # Each is used over 15 of its 16 days, as jobs may take a day: a third of the first before the window.
    admission = grants([(0, -5, 11, 0.3 * hours / 0.5, 0.5), (2, -20, 30, 0.9 * hours, 1.0)])
    holder = case.scenario.tenants[2].model_copy(update={"mode": "calls"})
    tenants = (case.scenario.tenants[0].model_copy(update={"mode": "fast"}), case.scenario.tenants[1], holder)
    daily = case.scenario.operations.model_copy(update={"walltime_limit_hours": 24.0})
    scenario = case.scenario.model_copy(update={"tenants": tenants, "operations": daily})
    assert granted_share(scenario, admission, 640) == pytest.approx([0.2, 0, 0.9 * 10 / 49])
    asked = asking(scenario, parts_of(case), 0.4, admission).tenants
    assert [(tenant.demand_share, tenant.mode) for tenant in asked] == [
        (pytest.approx(0.4 * 0.7), None), (pytest.approx(0.6 * 0.7), None), (0.5, "calls"),
    ]  # fmt: skip


def test_dissolved_enclaves_have_the_same_jobs_without_their_walls(make_case, founders, labs):
    clinics = plain.tenant(name="clinics", tenant_class="public", demand_share=0.05, sensitive="health", stage_tb=1.0)
    case = make_case([founders, labs, clinics], access=AccessRules(enclaves=(VAULT,)))
    dissolved = without_enclaves(case.scenario)
    assert (dissolved.access.enclaves, dissolved.tenants[2].sensitive, dissolved.tenants[2].stage_tb) == ((), None, 0)
    joined = machine.partitions(dissolved, case.plans)
    jobs = plain.jobs([8, 16], run_s=np.array([5000, 5000]), partition=np.array([0, 1], np.int32))
    moved = joined_jobs(case.scenario, parts_of(case), joined, jobs)
    assert moved.partition.tolist() == [0, 0]
    assert (moved.run_s.tolist(), moved.requested_s.tolist()) == ([5000, 4000], [5000, 4000])
    assert moved.chips is jobs.chips


def test_the_period_begins_when_all_is_there(make_case, founders, labs):
    phases = tuple(
        Phase(name=name, operational=day, machine="plain", chips=320)
        for name, day in (("old", date(2026, 1, 1)), ("new", date(2027, 2, 1)), ("far", date(2029, 1, 1)))
    )
    case = make_case([founders, labs], phases=phases, days=120)
    cut = period(case.scenario, case.plans, case.tariffs)
    assert (cut.scenario.simulation.start, cut.scenario.simulation.days) == (date(2027, 2, 1), 21)
    assert (cut.uncounted_days, cut.counted_days, cut.counted_hours) == (7, 14, slice(168, 504))
    begin = 31 * 24
    np.testing.assert_array_equal(cut.tariffs.price_eur_per_mwh, case.tariffs.price_eur_per_mwh[:, begin : begin + 504])
    late = period(*make_case([founders, labs], phases=phases, days=40)[:3])
    assert late.scenario.simulation.start == date(2027, 1, 20)  # as late as 40 days leave room for
    assert days_of(case.scenario, case.plans) == (31, 21)
    short = period(*make_case([founders, labs], days=5)[:3])
    assert (short.scenario.simulation.days, short.uncounted_days, short.counted_days) == (5, 2, 3)
