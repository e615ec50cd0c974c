"""The curve against counts by hand over the jobs of a simulation, and against what must come out of a full machine."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

import plain
from gortyn import machine, operation, workload
from gortyn.admission import Admission
from gortyn.model import AccessRules, Enclave
from gortyn.tradeoff import curve
from gortyn.tradeoff.period import period
from gortyn.tradeoff.variants import asking, kept_nodes, reserving

HOUR, DAY = 3600, 86400
SHARES = (0.05, 0.1, 0.2, 0.3, 0.4)
ASKED = SHARES[1:]
VAULT = Enclave(name="vault", site="north", machine="plain", chips=64, overhead_share=0.25, permit_days=0)


def by(points, demand):
    return {point.reserved_share: point for point in points if point.demand == demand}


def clinics(**stated):
    known = {"name": "clinics", "tenant_class": "public", "demand_share": 0.05, "sensitive": "health"}
    return plain.tenant(**known | {"job_chips": 8, "job_chips_max": 8, "run_hours": 3.0} | stated)


def simulated(case):
    """Jobs and log of the period, played apart from the curve."""
    cut = period(case.scenario, case.plans, case.tariffs)
    parts = machine.partitions(cut.scenario, case.plans)
    rng = np.random.default_rng(cut.scenario.simulation.seed)
    jobs = workload.generate(cut.scenario, parts, (), case.facts, rng, Admission.none())
    return jobs, operation.simulate(cut.scenario, parts, jobs, cut.tariffs, case.stretch_pm)


def within(jobs, log, begin_s, end_s, chosen):
    """Chip-hours of some jobs between two instants, job by job."""
    total = 0.0
    for job in np.flatnonzero(chosen).tolist():
        seconds = min(int(log.end_s[job]), end_s) - max(int(log.start_s[job]), begin_s)
        total += max(seconds, 0) * int(jobs.chips[job]) / HOUR
    return total


def test_points_and_their_order(make_case, founders, labs):
    points = curve(*make_case([founders, labs]))
    expected = [("as-is", share) for share in (0.0, *SHARES)] + [("asked-for", share) for share in ASKED]
    assert [(point.demand, point.reserved_share) for point in points] == expected
    assert {point.simulated_days for point in points} == {14}
    assert [math.isnan(point.cost_chip_hours) for point in points] == [True] + [False] * 9
    assert [math.isnan(point.cost_eur) for point in points] == [True] + [False] * 9
    for point in points:
        assert point.occupied_chip_hours == pytest.approx(point.useful_chip_hours)  # nothing fails here
        assert point.useful_share == pytest.approx(point.useful_chip_hours / (640 * 14 * 24))
        assert point.startup_wait_p50_s <= point.startup_wait_p90_s


def test_nothing_kept_is_the_scenario_itself(make_case, founders, labs):
    case = make_case([founders, labs])
    (point, *_) = curve(*case)
    jobs, log = simulated(case)
    every = log.start_s >= 0
    own = every & (jobs.tenant == 0)
    used = within(jobs, log, 7 * DAY, 21 * DAY, every)
    assert point.useful_chip_hours == pytest.approx(used)
    of_founders = within(jobs, log, 7 * DAY, 21 * DAY, own)
    assert point.startup_chip_hours_share == pytest.approx(of_founders / used)
    assert point.revenue_eur == pytest.approx(2.0 * (used - of_founders))
    waits = sorted((log.start_s - jobs.submit_s)[own & (jobs.submit_s >= 7 * DAY)].tolist())
    assert abs(point.startup_wait_p50_s - waits[len(waits) // 2]) <= waits[-1] - waits[0]
    assert point.startup_wait_p90_s == pytest.approx(np.quantile(waits, 0.9))


def test_what_is_kept_for_nobody_stands_idle(make_case, founders, labs):
    """A full machine with hardly any start-up gives just the share that is not kept."""
    none = founders.model_copy(update={"demand_share": 1e-4})
    full = labs.model_copy(update={"demand_share": 1.0, "run_hours": 8.0, "run_hours_spread": 0.2})
    flood = full.model_copy(update={"name": "flood", "demand_share": 0.15})
    points = by(curve(*make_case([none, full, flood], days=14)), "as-is")
    assert points[0.0].useful_share > 0.97
    for share in SHARES:
        assert points[share].useful_share == pytest.approx(1 - share, abs=0.02)
        assert points[share].cost_chip_hours == pytest.approx(share * 640 * 7 * 24, rel=0.1, abs=3000)
        assert points[share].cost_eur == pytest.approx(2.0 * points[share].cost_chip_hours, rel=0.02, abs=200)


def test_start_ups_that_ask_for_a_share_of_all_work_get_it(make_case, founders, labs):
    full = labs.model_copy(update={"demand_share": 0.75})
    points = by(curve(*make_case([founders, full])), "asked-for")
    for share in ASKED:
        assert points[share].startup_chip_hours_share == pytest.approx(share, abs=0.05)  # of two weeks with bursts


def test_what_is_asked_for_costs_only_what_keeping_it_does(make_case, founders, labs):
    """The same jobs with and without the reservation, played apart from the curve and counted job by job."""
    full = labs.model_copy(update={"demand_share": 0.9})
    case = make_case([founders, full])
    points = by(curve(*case), "asked-for")
    cut = period(case.scenario, case.plans, case.tariffs)
    parts = machine.partitions(cut.scenario, case.plans)
    asked = asking(cut.scenario, parts, 0.3, Admission.none())
    rng = np.random.default_rng(cut.scenario.simulation.seed)
    jobs = workload.generate(asked, parts, (), case.facts, rng, Admission.none())
    useful, revenue = [], []
    for scenario in (asked, reserving(asked, parts, kept_nodes(cut.scenario, parts, 0.3))):
        log = operation.simulate(scenario, parts, jobs, cut.tariffs, case.stretch_pm)
        every = log.start_s >= 0
        useful.append(within(jobs, log, 7 * DAY, 21 * DAY, every))
        revenue.append(2.0 * within(jobs, log, 7 * DAY, 21 * DAY, every & (jobs.tenant == 1)))
    assert points[0.3].useful_chip_hours == pytest.approx(useful[1])
    assert points[0.3].cost_chip_hours == pytest.approx(useful[0] - useful[1])
    assert points[0.3].cost_eur == pytest.approx(revenue[0] - revenue[1])


def test_demand_that_moves_to_start_ups_is_no_cost(make_case, founders, labs):
    """Where the machine has room for all, keeping chips costs nothing, though start-ups pay nothing for theirs."""
    points = by(curve(*make_case([founders, labs.model_copy(update={"demand_share": 0.3})])), "asked-for")
    for share in ASKED:
        assert abs(points[share].cost_chip_hours) < 0.02 * points[share].useful_chip_hours
        assert abs(points[share].cost_eur) < 0.02 * points[share].revenue_eur
    assert points[0.4].revenue_eur < 0.8 * points[0.1].revenue_eur


def test_chips_kept_shorten_the_waits_of_start_ups_and_lengthen_those_of_others(make_case, founders, labs):
    large = labs.model_copy(update={"demand_share": 0.85, "job_chips": 64, "job_chips_max": 256, "run_hours": 12.0})
    points = by(curve(*make_case([founders, large])), "as-is")
    assert points[0.0].startup_wait_p90_s > HOUR
    assert points[0.4].startup_wait_p90_s < points[0.0].startup_wait_p90_s / 10
    assert points[0.4].other_wait_p90_s > points[0.0].other_wait_p90_s


def test_without_start_ups_there_is_no_curve(make_case, labs):
    assert curve(*make_case([labs])) == ()


def test_enclaves_alone_give_the_pair_that_tells_their_cost(make_case, labs):
    case = make_case([labs, clinics()], access=AccessRules(enclaves=(VAULT,)))
    as_is, dissolved = curve(*case)
    assert (as_is.demand, dissolved.demand, dissolved.reserved_share) == ("as-is", "no-enclaves", 0)
    assert math.isnan(as_is.startup_wait_p50_s)
    assert as_is.startup_chip_hours_share == 0
    jobs, log = simulated(case)
    vault = jobs.partition == 1
    assert vault.any()
    # Vault jobs run a quarter longer, and their nodes are wiped afterwards.
    useful = within(jobs, log, 7 * DAY, 21 * DAY, ~vault)
    held = (log.end_s - log.start_s)[vault]
    bare = (held - VAULT.clean_hours * HOUR) / 1.25
    isolated = 1 - float((bare * jobs.chips[vault]).sum() / (held * jobs.chips[vault]).sum())
    useful += within(jobs, log, 7 * DAY, 21 * DAY, vault) * (1 - isolated)
    assert as_is.useful_chip_hours == pytest.approx(useful)
    assert as_is.occupied_chip_hours == pytest.approx(within(jobs, log, 7 * DAY, 21 * DAY, log.start_s >= 0))
    assert dissolved.occupied_chip_hours < as_is.occupied_chip_hours
    assert math.isnan(as_is.cost_eur)
    assert math.isnan(dissolved.cost_chip_hours)
    # On a machine with room for all, the work done without walls is the same, up to jobs at the edges of the period.
    assert dissolved.useful_chip_hours == pytest.approx(as_is.useful_chip_hours, rel=0.02)


def test_the_same_seed_gives_the_same_points(make_case, founders, labs):
    case = make_case([founders, labs], days=8)
    assert repr(curve(*case)) == repr(curve(*case))


def test_a_machine_that_comes_later_has_no_curve(make_case, founders, labs):
    assert curve(*make_case([founders, labs], start=date(2025, 1, 1), days=20)) == ()
