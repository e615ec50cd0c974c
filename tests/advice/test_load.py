"""Waits of a simulated load: grouped by hand, and looked up where a tenant has too little to say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plain
from advice.conftest import groups, waits
from gortyn.admission import OUTCOMES, Admission, Applications, Decisions
from gortyn.advice import ReferenceLoad, measure
from gortyn.advice.load import LEVEL, TENANT, Group
from gortyn.machine import Partition
from gortyn.model import Phase, Simulation
from gortyn.model.access import AccessRules, Mode

JANUARY = date(2026, 1, 1)


def small():
    return plain.scenario(
        machines=(plain.machine(),),
        sites=(plain.site(phases=(Phase(name="all", operational=JANUARY, machine="plain", chips=64),)),),
        tenants=(plain.tenant(), plain.tenant(name="founders", tenant_class="start-up", qos="urgent")),
        simulation=Simulation(start=JANUARY, days=1),
    )


def partition(enclave: str | None) -> Partition:
    return Partition(0, "plain", 8, 8, np.zeros(1, np.int64), np.full(1, 8), enclave=enclave)


@given(
    st.lists(
        st.tuples(st.integers(1, 64), st.integers(0, 1), st.integers(0, 1), st.integers(-1, 500)),
        min_size=1,
        max_size=60,
    )
)
def test_groups_are_those_of_a_plain_loop(rows):
    """A slow twin: every started job by tenant or level, place and octave; medians by numpy."""
    chips, tenant, place, start = (np.array(column) for column in zip(*rows, strict=True))
    eligible = np.zeros(start.size, np.int64)
    log = plain.log(np.zeros((2, 24)), 64, start, start + 10, place=place, eligible_s=eligible)
    jobs = plain.jobs(chips, tenant=tenant.astype(np.int32))
    found = measure(small(), (partition(None), partition("vault")), jobs, log)
    expected: dict[tuple[str, str, bool, int], list[int]] = {}
    for one_chips, one_tenant, one_place, one_start in rows:
        if one_start >= 0:
            octave = int(np.floor(np.log2(one_chips)))
            names = (TENANT, ("labs", "founders")[one_tenant]), (LEVEL, ("standard", "urgent")[one_tenant])
            for kind, name in names:
                expected.setdefault((kind, name, bool(one_place), octave), []).append(one_start)
    assert {group[:4]: group.jobs for group in found.groups} == {key: len(value) for key, value in expected.items()}
    for group in found.groups:
        assert group.wait_s == pytest.approx(np.percentile(expected[group[:4]], np.arange(101)).tolist())
    assert found.jobs == sum(one[3] >= 0 for one in rows)


def test_time_before_the_queue_is_no_wait():
    log = plain.log(np.zeros((1, 24)), 64, [500], [600], eligible_s=np.array([400]))
    (group, _) = measure(small(), (partition(None),), plain.jobs([8]), log).groups
    assert set(group.wait_s) == {100.0}


def test_the_tenant_speaks_before_its_level_and_both_before_another_size():
    some = (
        Group(TENANT, "labs", False, 5, 100, waits(1, 2, 3)),
        Group(TENANT, "labs", False, 6, 5, waits(1, 9, 9)),
        Group(LEVEL, "standard", False, 6, 50, waits(2, 4, 6)),
        Group(LEVEL, "standard", True, 6, 50, waits(5, 8, 9)),
        Group(LEVEL, "standard", False, 8, 40, waits(7, 8, 9)),
    )
    load = ReferenceLoad("plain", JANUARY, 30, 245, some)
    median_h = {}
    for chips in (32, 63, 64, 128, 4096):
        found = load.wait(chips, ["labs"], "standard", enclave=False)
        assert found is not None
        median_h[chips] = found.p50_s / 3600
    # 128 lies between 64 and 256: of two sizes as near, the larger.
    assert median_h == pytest.approx({32: 2, 63: 2, 64: 4, 128: 8, 4096: 8})
    inside = load.wait(64, ["labs"], "standard", enclave=True)
    assert inside is not None
    assert inside.p50_s / 3600 == pytest.approx(8)
    assert load.wait(64, [], "urgent", enclave=False) is None


def test_mean_of_the_quantiles_is_the_mean_of_a_uniform_wait():
    even = tuple(float(percent) for percent in range(101))
    load = ReferenceLoad("plain", JANUARY, 30, 100, (Group(LEVEL, "standard", False, 3, 100, even),))
    found = load.wait(8, [], "standard", enclave=False)
    assert found is not None
    assert (found.p10_s, found.p50_s, found.p90_s, found.mean_s) == pytest.approx((10, 50, 90, 50))
    assert "8 to 15 chips" in found.basis


def test_odds_are_of_all_that_was_decided_in_the_window():
    """Sent before the window and decided in it counts; decided before it, or not yet, does not."""
    day = 86_400
    rows = [  # sent, decided, outcome
        (-50, -10, "admitted"),
        (-20, 0, "admitted"),
        (-5, 3, "refused"),
        (1, 4, "admitted"),
        (20, 29, "crowded-out"),
        (25, 30, "open"),
    ]
    sent, made, outcome = zip(*rows, strict=True)
    count, whole = len(rows), np.array(made, np.int64) * day
    zeros, flawless = np.zeros(count, np.int32), np.full(count, -1, np.int8)
    applications = Applications(
        zeros, zeros, zeros, np.array(sent, np.int64) * day, *(np.ones(count), flawless, np.ones(count), np.ones(count))
    )
    outcomes = np.array([OUTCOMES.index(one) for one in outcome], np.int8)
    decisions = Decisions(whole, whole, outcomes, whole, whole)
    call = Mode(name="call", title="Call", cutoffs_per_year=12, processing_days=5, classes=("start-up",))
    founders = plain.tenant(name="founders", tenant_class="start-up", mode="call")
    window = Simulation(start=JANUARY, days=30)
    scenario = small().model_copy(
        update={"tenants": (founders,), "access": AccessRules(modes=(call,)), "simulation": window}
    )
    log = plain.log(np.zeros((1, 24)), 64, [-1], [-1])
    admission = Admission(applications, decisions, ("FR",), np.array([68e6]), np.full(1, np.nan))
    (odds,) = measure(scenario, (partition(None),), plain.jobs([8]), log, admission).odds
    assert (odds.decided, odds.admitted) == (4, 2)


def test_nothing_started():
    log = plain.log(np.zeros((1, 24)), 64, [-1], [-1])
    found = measure(small(), (partition(None),), plain.jobs([8]), log)
    assert (found.jobs, found.groups) == (0, ())
    assert found.wait(8, ["labs"], "standard", enclave=False) is None
    assert len(groups(1.0)) == 20
