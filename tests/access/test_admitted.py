"""Funnel, modes, groups and evenness of one small round of applications, counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from gortyn.access import account, processing_days, yearly_cutoffs
from gortyn.admission import NOT_GRANTED, Admission
from gortyn.model import AccessRules, Mode

DAY, HOUR = 86400, 3600
NO = NOT_GRANTED
TENANTS = (("young", "start-up", 1.0), ("lab", "research", 0.0), ("scraps", "research", 0.0))
RULES = AccessRules(
    modes=(
        Mode(
            name="fast", title="Fast", classes=("start-up",), most_chip_hours=500.0, allocation_months=3.0,
            processing_working_days=4.0,
        ),
        Mode(name="calls", title="Calls", processing_days=30.0, allocation_months=12.0, cutoffs_per_year=2.0),
    )
)  # fmt: skip
ROWS = [
    # tenant, mode, country, submit, cut-off, decided, begin, end, asked, outcome
    (0, 0, "FR", -6 * DAY, -6 * DAY, -4 * DAY, -4 * DAY, 2 * DAY, 400.0, "admitted"),  # began before the window
    (0, 0, "DE", 0, 0, 2 * DAY, 2 * DAY, 8 * DAY, 100.0, "admitted"),
    (0, 0, "FR", DAY, DAY, 3 * DAY, 3 * DAY, 90 * DAY, 200.0, "admitted"),
    (0, 0, "FR", DAY, DAY, 3 * DAY, NO, NO, 50.0, "ineligible"),
    (0, 0, "FR", 2 * DAY, 2 * DAY, 5 * DAY, NO, NO, 60.0, "withdrawn"),
    (1, 1, "DE", 3 * DAY, 5 * DAY, 7 * DAY, NO, NO, 70.0, "refused"),
    (1, 1, "DE", 3 * DAY, 5 * DAY, 7 * DAY, NO, NO, 80.0, "crowded-out"),
    (1, 1, "DE", 4 * DAY, 5 * DAY, 7 * DAY, 7 * DAY, 300 * DAY, 90.0, "admitted"),
    (1, 1, "FR", 9 * DAY, 20 * DAY, 50 * DAY, 50 * DAY, 300 * DAY, 90.0, "open"),
]
JOBS = [
    # tenant, chips, submit, start, run
    (0, 8, HOUR, 2 * HOUR, 10 * HOUR),  # the first grant: 80 chip-hours
    (0, 16, 3 * DAY, 3 * DAY + HOUR, 5 * HOUR),  # the second: 80
    (1, 80, 8 * DAY, 8 * DAY + 2 * HOUR, HOUR),  # that of the lab: 80
    (2, 8, 8 * DAY, 9 * DAY, 2 * HOUR),  # nobody's: 16
    (0, 8, 9 * DAY, 9 * DAY + 12 * HOUR, 24 * HOUR),  # the second again, half of it after the window: 96
]
ALLOCATION = (0, 1, 7, -1, 1)


@pytest.fixture
def access(make_scenario, make_jobs, make_admission, partitions):
    scenario = make_scenario(TENANTS, days=10, access=RULES)
    scraps = scenario.tenants[2].model_copy(update={"qos": "leftover"})
    daily = scenario.operations.model_copy(update={"walltime_limit_hours": 24.0})
    scenario = scenario.model_copy(update={"tenants": (*scenario.tenants[:2], scraps), "operations": daily})
    jobs, log = make_jobs(JOBS, hours=240, tenants=3)
    jobs = jobs._replace(allocation=np.array(ALLOCATION, np.int32))
    return account(scenario, partitions, jobs, log, make_admission(ROWS, pools=(5000.0, math.nan)))


def test_use_of_each_application(access):
    use = access.applications
    assert use.used_chip_hours.tolist() == [80, 176, 0, 0, 0, 0, 0, 80, 0]
    # The first grant lasts from four days before the window to its second day. Its holder sends jobs for five of these
    # six days, as a job may take one, and so has used four fifths of 320 of its 400 hours before the window.
    # The second asked for 100 and used more; the others have not ended, or got nothing.
    np.testing.assert_allclose(use.lapsed_chip_hours, [400 - 256 - 80, 0, *[math.nan] * 7])
    assert use.first_start_s.tolist() == [2 * HOUR, 3 * DAY + HOUR, -1, -1, -1, -1, -1, 8 * DAY + 2 * HOUR, -1]


def test_modes_count_what_is_decided_in_the_window(access):
    fast, calls = access.modes
    assert (fast.mode, fast.title, fast.classes, fast.countries) == ("fast", "Fast", "start-up", "participating")
    assert (fast.most_chip_hours, fast.processing_days, fast.pool_chip_hours) == (500, pytest.approx(5.6), 5000)
    assert all(map(math.isnan, (fast.least_chip_hours, fast.yearly_cutoffs, calls.pool_chip_hours)))
    assert (fast.applications, fast.admitted, fast.granted_chip_hours, fast.used_chip_hours) == (4, 2, 300, 176)
    # Of the same grants: the second lapses with nothing left, and the first was not granted in the window.
    assert fast.lapsed_chip_hours == 0
    assert (calls.applications, calls.admitted, calls.granted_chip_hours, calls.used_chip_hours) == (3, 1, 90, 80)
    assert (calls.yearly_cutoffs, calls.processing_days, calls.lapsed_chip_hours) == (2, 30, 0)


def test_funnel_counts_what_is_submitted_in_the_window(access):
    rows = {(row.mode, row.tenant_class, row.country): row for row in access.funnel}
    assert list(rows) == [
        ("fast", "start-up", "DE"), ("fast", "start-up", "FR"),
        ("calls", "research", "DE"), ("calls", "research", "FR"),
    ]  # fmt: skip
    for row in access.funnel:
        ends = row.ineligible + row.refused + row.crowded_out + row.withdrawn + row.open + row.admitted
        assert row.applications == ends
    fast = rows["fast", "start-up", "FR"]
    assert (fast.applications, fast.admitted, fast.ineligible, fast.withdrawn, fast.started) == (3, 1, 1, 1, 0)
    assert (fast.asked_chip_hours, fast.granted_chip_hours, fast.used_chip_hours) == (310, 200, 0)
    calls = rows["calls", "research", "DE"]
    assert (calls.applications, calls.admitted, calls.refused, calls.crowded_out, calls.started) == (3, 1, 1, 1, 1)
    assert (calls.asked_chip_hours, calls.granted_chip_hours, calls.lapsed_chip_hours) == (240, 90, 0)
    assert rows["calls", "research", "FR"].open == 1


def test_steps_to_the_first_job(access):
    steps = {(row.mode, row.stage): row for row in access.mode_waits}
    assert [stage for mode, stage in steps if mode == "calls"] == ["cut-off", "decision", "grant", "queue", "all"]
    # One is admitted to the calls: a day to the cut-off, two to the decision. Its holder takes a day to send a job,
    # which is no matter of access; that job waits for two hours.
    found = [steps["calls", stage].wait_p50_s for stage in ("cut-off", "decision", "grant", "queue", "all")]
    assert found == [DAY, 2 * DAY, 0, 2 * HOUR, 3 * DAY + 2 * HOUR]
    # Two to the fast lane: the job of one waits for an hour, the other has sent none when the window ends.
    first, whole = steps["fast", "queue"], steps["fast", "all"]
    assert (first.applications, first.wait_p10_s, first.wait_p90_s) == (2, HOUR, HOUR)
    assert (whole.wait_p10_s, whole.wait_p90_s) == (2 * DAY + HOUR, 2 * DAY + HOUR)
    assert (first.wait_mean_s, whole.wait_mean_s) == (HOUR, 2 * DAY + HOUR)
    assert steps["fast", "decision"].wait_mean_s == 2 * DAY


def test_the_queue_ends_with_the_window(make_scenario, make_jobs, make_admission, partitions):
    """A start after the window is none yet, in steps, funnel and applications alike; data on their way are no wait."""
    scenario = make_scenario(TENANTS, days=10, access=RULES)
    rows = [(0, 0, "FR", 0, 0, DAY, DAY, 60 * DAY, 100.0, "admitted")] * 4
    jobs, log = make_jobs(
        [
            (0, 8, 2 * DAY, 11 * DAY, HOUR),  # of the first: starts too late
            (0, 8, 3 * DAY, 12 * DAY, HOUR),
            (0, 8, 2 * DAY, 5 * DAY, HOUR),  # of the second: the later job starts first
            (0, 8, 3 * DAY, 4 * DAY, HOUR),
            (0, 8, 2 * DAY, -1, 0),  # of the third: never starts
        ],
        hours=240,
        tenants=3,
    )
    jobs = jobs._replace(allocation=np.array([0, 0, 1, 1, 2], np.int32))
    log = replace(log, staged_s=np.array([DAY, 0, 0, 6 * HOUR, 0]))
    access = account(scenario, partitions, jobs, log, make_admission(rows))
    assert access.applications.first_start_s.tolist() == [-1, 4 * DAY, -1, -1]
    assert access.applications.queue_s.tolist() == [7 * DAY, 18 * HOUR, 8 * DAY, 0]
    queue = next(row for row in access.mode_waits if row.stage == "queue")
    # The one that sent no job tells nothing; of the three others one has come to its end.
    assert (queue.applications, queue.wait_p10_s) == (4, 18 * HOUR)
    assert math.isnan(queue.wait_p50_s)
    assert sum(row.started for row in access.funnel) == 1


def test_groups_by_class_size_and_country(access):
    rows = {(row.grouping, row.group): row for row in access.groups}
    assert list(rows) == [
        ("class", "start-up"), ("class", "research"), ("size", "1-8"), ("size", "9-64"), ("size", "65-512"),
        ("country", "DE"), ("country", "FR"),
    ]  # fmt: skip
    startup, research = rows["class", "start-up"], rows["class", "research"]
    assert (startup.jobs, startup.chip_hours, startup.applications) == (3, 256, 4)
    assert startup.refused_share == pytest.approx(2 / 4)
    assert (research.applications, research.refused_share) == (3, pytest.approx(2 / 3))
    assert math.isnan(startup.population_share)
    small = rows["size", "1-8"]
    assert (small.jobs, small.chip_hours, small.applications) == (3, 80 + 16 + 96, None)
    assert small.chip_hours_share == pytest.approx(192 / 352)
    assert small.wait_p50_s == pytest.approx((HOUR + 12 * HOUR) / 2)  # without leftovers
    assert small.bounded_slowdown_mean == pytest.approx((11 / 10 + 36 / 24) / 2)
    germany, france = rows["country", "DE"], rows["country", "FR"]
    assert (germany.jobs, germany.chip_hours, france.jobs, france.chip_hours) == (3, 256, 1, 80)
    assert (germany.applications, germany.refused_share) == (4, pytest.approx(2 / 4))
    assert (france.applications, france.refused_share) == (3, pytest.approx(2 / 3))
    assert germany.population_share + france.population_share == pytest.approx(1)
    assert germany.population_share == pytest.approx(80 / 140)


def test_evenness_by_the_shares_of_two(access):
    rows = {(row.grouping, row.quantity): row for row in access.evenness}
    assert ("size", "refusals") not in rows
    # Of two shares x > y Gini is (x - y) / 2 (x + y), and Jain's index (x + y)^2 / 2 (x^2 + y^2).
    germany, france = 256 / 80, 80 / 60
    country = rows["country", "chip-hours"]
    assert country.members == 2
    assert country.gini == pytest.approx((germany - france) / (2 * (germany + france)))
    assert country.jain == pytest.approx((germany + france) ** 2 / (2 * (germany**2 + france**2)))
    refusals = rows["class", "refusals"]
    assert refusals.gini == pytest.approx((2 / 3 - 1 / 2) / (2 * (2 / 3 + 1 / 2)))
    assert (rows["tenant", "wait"].members, rows["tenant", "refusals"].members) == (2, 2)
    assert rows["tenant", "chip-hours"].gini == pytest.approx(access.gini)
    assert rows["tenant", "chip-hours"].jain == pytest.approx(access.jain)


def test_one_group_has_no_evenness(make_scenario, make_jobs, partitions):
    jobs, log = make_jobs([(0, 8, 0, 0, HOUR)], tenants=1)
    access = account(make_scenario(TENANTS[:1]), partitions, jobs, log, Admission.none())
    assert {row.members for row in access.evenness if row.quantity != "refusals"} == {1}
    assert all(math.isnan(row.gini) and math.isnan(row.jain) for row in access.evenness)


def test_without_modes_nobody_applies(make_scenario, make_jobs, partitions):
    jobs, log = make_jobs([(0, 8, 0, 0, HOUR), (1, 8, 0, 0, HOUR)], tenants=2)
    access = account(make_scenario(TENANTS[:2]), partitions, jobs, log, Admission.none())
    assert (access.modes, access.funnel, access.mode_waits, access.enclaves) == ((), (), (), ())
    assert {row.grouping for row in access.groups} == {"class", "size"}
    assert all(row.applications in (0, None) and math.isnan(row.refused_share) for row in access.groups)


def test_days_and_cutoffs_as_stated():
    working = Mode(name="a", processing_working_days=10.0)
    assert (processing_days(working), processing_days(Mode(name="b", processing_days=9.0))) == (14, 9)
    both = Mode(name="c", processing_working_days=10.0, processing_days=30.0)
    assert processing_days(both) == 14
    filled = Mode(name="g", processing_days=30.0).model_copy(update={"processing_working_days": 10.0})
    assert processing_days(filled.model_construct(_fields_set={"name", "processing_days"}, **dict(filled))) == 30
    dates = (date(2027, 1, 1), date(2027, 7, 2), date(2027, 12, 31))
    assert yearly_cutoffs(Mode(name="d", cutoffs=dates)) == pytest.approx(365 * 2 / 364)
    assert yearly_cutoffs(Mode(name="e", cutoffs=dates[:1])) == 1
    assert math.isnan(yearly_cutoffs(Mode(name="f")))
