from __future__ import annotations

import csv
import math
import time
from dataclasses import replace

import numpy as np
import pytest

from gortyn.access import account, chip_hours_within
from gortyn.admission import Admission
from gortyn.kernels.types import Jobs
from gortyn.operation import Tariffs, simulate

TENANTS = (("lab", "research", 0.0), ("young", "start-up", 0.5), ("giant", "anchor", 2.0), ("next", "start-up", 1.0))
HOUR = 3600
NOBODY = Admission.none()


def test_chip_hours_are_cut_at_the_end_of_the_window():
    start = np.array([0, 23 * HOUR, 23 * HOUR + 1800, 24 * HOUR, 30 * HOUR])
    end = np.array([HOUR, 25 * HOUR, 100 * HOUR, 25 * HOUR, 31 * HOUR])
    found = chip_hours_within(np.full(5, 8), start, end, 24 * HOUR)
    assert found.tolist() == [8, 8, 4, 0, 0]


def test_classes_and_tenants_by_hand(make_scenario, make_jobs, partitions):
    scenario = make_scenario(TENANTS)
    jobs, log = make_jobs(
        [
            # tenant, chips, submit, start, run
            (0, 8, 0, 0, 2 * HOUR),
            (1, 16, 0, 600, HOUR),
            (1, 16, 0, 1200, HOUR),
            (2, 80, 0, 2 * HOUR, 44 * HOUR),  # half of it after the window
            (3, 8, 100, 100, HOUR),
        ]
    )
    access = account(scenario, partitions, jobs, log, NOBODY)
    lab, young, giant, late = access.tenants
    assert [tenant.tenant for tenant in access.tenants] == ["lab", "young", "giant", "next"]
    assert (lab.chip_hours, young.chip_hours, giant.chip_hours, late.chip_hours) == (16, 32, 80 * 22, 8)
    assert giant.asked_chip_hours == 80 * 44
    # On an empty machine it would have had all 24 hours of the window.
    assert giant.served_share == pytest.approx(22 / 24)
    assert (lab.served_share, young.served_share) == (1, 1)
    assert (young.wait_p50_s, young.wait_mean_s, young.wait_p10_s) == (900, 900, 660)
    assert young.bounded_slowdown_mean == pytest.approx(1 + 900 / 3600)
    assert (lab.revenue_eur, young.revenue_eur, giant.revenue_eur) == (0, 16, 2 * 80 * 22)
    assert [group.tenant_class for group in access.classes] == ["start-up", "research", "anchor"]
    startups = access.classes[0]
    assert (startups.jobs, startups.chip_hours, startups.revenue_eur) == (3, 40, 24)
    assert (startups.wait_p50_s, startups.wait_mean_s) == (600, 600)
    assert access.wait_quantiles.shape == (3, 101)
    np.testing.assert_allclose(access.wait_quantiles[0], np.quantile([0, 600, 1200], np.arange(101) / 100))
    assert access.capacity_chip_hours == 24 * 80
    assert access.delivered_chip_hours == 16 + 32 + 80 * 22 + 8
    assert access.utilisation_share == pytest.approx(access.delivered_chip_hours / (24 * 80))
    assert sum(group.chip_hours_share for group in access.classes) == pytest.approx(1)
    assert sum(tenant.revenue_eur for tenant in access.tenants) == sum(group.revenue_eur for group in access.classes)


def test_a_job_stopped_at_its_walltime_is_served_in_full(make_scenario, make_jobs, partitions):
    jobs, log = make_jobs([(0, 8, 0, 0, 2 * HOUR)], tenants=1)
    stopped = jobs._replace(run_s=jobs.run_s * 5)
    (lab,) = account(make_scenario(TENANTS[:1]), partitions, stopped, log, NOBODY).tenants
    assert (lab.asked_chip_hours, lab.chip_hours, lab.served_share) == (80, 16, 1)


def test_fairness_counts_tenants_that_sent_jobs(make_scenario, make_jobs, partitions):
    scenario = make_scenario(TENANTS)
    jobs, log = make_jobs([(0, 8, 0, 0, HOUR), (1, 8, 0, 24 * HOUR, HOUR), (2, 8, 0, 0, HOUR)])
    access = account(scenario, partitions, jobs, log, NOBODY)
    # Shares 1, 0, 1 of three tenants; the fourth asked for nothing.
    assert access.gini == pytest.approx(1 / 3)
    assert access.jain == pytest.approx(2 / 3)
    assert [tenant.jobs for tenant in access.tenants] == [1, 1, 1, 0]
    young, idle = access.tenants[1], access.tenants[3]
    assert (young.asked_chip_hours, young.chip_hours, young.wait_p50_s) == (8, 0, 24 * HOUR)
    assert math.isnan(idle.wait_p50_s)
    assert math.isnan(idle.bounded_slowdown_mean)


def test_a_machine_that_is_not_there_yet(make_scenario, make_jobs, partitions):
    jobs, log = make_jobs([(0, 8, 0, 30 * HOUR, HOUR)], capacity_chips=0.0, tenants=1)
    access = account(make_scenario(TENANTS[:1]), partitions, jobs, log, NOBODY)
    assert (access.utilisation_share, access.classes[0].chip_hours_share) == (0, 0)


def test_another_log_is_refused(make_scenario, make_jobs, partitions):
    jobs, log = make_jobs([(0, 8, 0, 0, HOUR)])
    with pytest.raises(ValueError, match="1 partitions, not 2"):
        account(make_scenario(TENANTS[:1]), partitions * 2, jobs, log, NOBODY)


def test_waits_of_another_simulator(shared_data, make_scenario, make_jobs, partitions):
    """Mean wait, slowdown and quantiles of ten thousand jobs that CQSim scheduled, by a loop over its table."""
    with (shared_data / "oracle" / "cqsim_fcfs_w10000.csv").open(encoding="utf-8") as file:
        table = [{key: int(value) for key, value in row.items()} for row in csv.DictReader(file)]
    rows = [(0, r["procs"], r["submit"], r["start"], r["end"] - r["start"]) for r in table]
    jobs, log = make_jobs(rows, hours=48, capacity_chips=4096.0, tenants=1)
    access = account(make_scenario(TENANTS[:1], days=2), partitions, jobs, log, NOBODY)
    (lab,) = access.tenants
    waits = sorted(r["start"] - r["submit"] for r in table)
    slowdowns = [max((r["end"] - r["submit"]) / max(r["end"] - r["start"], 10), 1) for r in table]
    inside = [r["procs"] * max(0, min(r["end"], 48 * HOUR) - r["start"]) for r in table if r["start"] < 48 * HOUR]
    assert lab.wait_mean_s == pytest.approx(sum(waits) / len(waits))
    assert lab.bounded_slowdown_mean == pytest.approx(sum(slowdowns) / len(slowdowns))
    assert abs(lab.wait_p50_s - waits[len(waits) // 2]) <= waits[len(waits) // 2 + 1] - waits[len(waits) // 2 - 1]
    assert lab.chip_hours == pytest.approx(sum(inside) / HOUR)
    assert 0 < access.utilisation_share <= 1


def test_chips_of_jobs_are_the_busy_chips_of_the_log(make_scenario, make_jobs, partitions):
    """Two ways to the same chip-hours: by job here, by hour in the operation room."""
    rng = np.random.default_rng(7)
    submit = np.sort(rng.integers(0, 24 * HOUR, 200))
    rows = [
        (int(tenant), 8 * int(nodes), int(at), 0, int(run))
        for tenant, nodes, at, run in zip(
            rng.integers(0, 4, 200), rng.integers(1, 11, 200), submit, rng.integers(1, 4 * HOUR, 200), strict=True
        )
    ]
    jobs, _ = make_jobs(rows)
    scenario = make_scenario(TENANTS)
    level = np.zeros((1, 24))
    log = simulate(scenario, partitions, jobs, Tariffs(level, level, np.ones_like(level)))
    access = account(scenario, partitions, jobs, log, NOBODY)
    assert access.delivered_chip_hours == pytest.approx(log.busy_chips.sum())
    assert access.capacity_chip_hours == 24 * 80
    assert all(0 < tenant.served_share <= 1 for tenant in access.tenants)


def test_a_million_jobs_take_less_than_a_second(make_scenario, make_jobs, partitions):
    rng = np.random.default_rng(1)
    count = 1_000_000
    submit = np.sort(rng.integers(0, 8760 * HOUR, count))
    run = rng.integers(1, 10**5, count)
    wait = rng.integers(0, 10**5, count)
    chips = 8 * rng.integers(1, 100, count)
    jobs = Jobs(
        submit_s=submit,
        run_s=run,
        requested_s=2 * run,
        nodes=chips // 8,
        chips=chips,
        tenant=rng.integers(0, 4, count).astype(np.int32),
        partition=np.zeros(count, np.int32),
        training_run=np.full(count, -1, np.int32),
        outcome=np.zeros(count, np.int8),
        allocation=np.full(count, -1, np.int32),
    )
    _, log = make_jobs([(0, 8, 0, 0, 1)], hours=8760)
    log = replace(log, start_s=submit + wait, end_s=submit + wait + run, staged_s=np.zeros(count, np.int64))
    scenario = make_scenario(TENANTS, days=365)
    best = np.inf
    for _ in range(3):
        begin = time.process_time()
        access = account(scenario, partitions, jobs, log, NOBODY)
        best = min(best, time.process_time() - begin)
    assert sum(group.jobs for group in access.classes) == count
    assert best < 1.0
