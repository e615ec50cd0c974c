"""Use of an enclave beside open nodes of the same machine, hour by hour and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import plain
from gortyn.access import account, overhead_shares
from gortyn.admission import Admission
from gortyn.machine.partition import Partition
from gortyn.model import AccessRules, Enclave

HOUR = 3600
VAULT = Enclave(name="vault", site="north", machine="plain", chips=16, takes=("health", "court"), overhead_share=0.25)
OPEN = Partition(0, "plain", 8, 8, np.zeros(1, np.int64), np.array([8]))
CLOSED = replace(OPEN, nodes=2, step_nodes=np.array([2]), enclave="vault")


@pytest.fixture
def scenario(make_scenario):
    made = make_scenario((("labs", "research", 0.0), ("clinics", "public", 0.0)), access=AccessRules(enclaves=(VAULT,)))
    clinics = made.tenants[1].model_copy(update={"sensitive": "health"})
    return made.model_copy(update={"tenants": (made.tenants[0], clinics)})


@pytest.fixture
def played():
    """Two jobs in the enclave: 5400 s of ten nodes' chips each, staged for ten and thirty minutes; one outside.

    The second is put off by ten minutes more, and waits for twenty after that.
    """
    jobs = plain.jobs(
        [16, 8, 64],
        run_s=np.array([4500, 4500, 7200]),
        submit_s=np.array([0, HOUR, 0]),
        tenant=np.array([1, 1, 0], np.int32),
        partition=np.array([1, 1, 0], np.int32),
    )
    busy = np.array([[64.0, 64, 0, 0], [16, 8, 8, 0]])
    log = plain.log(
        busy,
        np.array([[64.0] * 4, [16.0] * 4]),
        [600, 7200, 0],
        [600 + 5400, 7200 + 5400, 7200],
        staged_s=np.array([600, 1800, 0]),
        eligible_s=np.array([600, HOUR + 2400, 0]),
        place=np.array([1, 1, 0]),
        idle_chip_hours=np.array([128.0, 32.0]),
        queued_chips=np.array([[100.0, 4, 0, 0], [0, 0, 0, 0]]),
        tenant_chip_hours=np.zeros((2, 2, 4)),
        tenant_lost_chip_hours=np.zeros(2),
    )
    return jobs, log


def test_figures_by_hand(scenario, played):
    (vault,) = account(scenario, (OPEN, CLOSED), *played, Admission.none()).enclaves
    assert (vault.enclave, vault.site, vault.machine, vault.chips) == ("vault", "north", "plain", 16)
    assert (vault.takes, vault.tenants, vault.jobs) == ("health, court", "clinics", 2)
    assert (vault.chip_hours, vault.idle_chip_hours) == (32, 32)
    # Each holds its nodes 5400 s, of which 900 s to wipe them; 4500 s are an hour of work, a quarter longer.
    assert vault.overhead_chip_hours == pytest.approx(32 * (5400 - 3600) / 5400)
    # Idle chips by hour: 0, 8, 8, 16; wanted outside: 100, 4, 0, 0.
    assert vault.idle_wanted_chip_hours == 4
    assert vault.utilisation_share == pytest.approx(32 / 64)
    assert vault.staging_p50_s == pytest.approx((600 + 1800) / 2)
    # Being put off is part of the wait, bringing the data in is not.
    assert vault.wait_p50_s == pytest.approx((0 + 1800) / 2)
    assert vault.wait_p90_s == pytest.approx(0.9 * 1800)


def test_waits_are_the_same_everywhere(scenario, played):
    """Of the enclave, of the class and tenant whose only jobs are there, and of jobs of its sizes."""
    access = account(scenario, (OPEN, CLOSED), *played, Admission.none())
    (vault,) = access.enclaves
    public = next(row for row in access.classes if row.tenant_class == "public")
    clinics = access.tenants[1]
    group = next(row for row in access.groups if row.group == "public")
    for row in (public, clinics, group):
        assert (row.wait_p50_s, row.wait_p90_s) == (vault.wait_p50_s, vault.wait_p90_s)
        assert row.wait_mean_s == pytest.approx((0 + 1800) / 2)
        assert row.bounded_slowdown_mean == pytest.approx((1 + (5400 + 1800) / 5400) / 2)
    places = list(access.wait_quantiles[[row.tenant_class for row in access.classes].index("public"), [0, 100]])
    assert places == [0, 1800]


def test_open_nodes_have_no_overhead(scenario, played):
    shares = overhead_shares(scenario, (OPEN, CLOSED), *played)
    assert shares.tolist() == [0, pytest.approx(1 / 3)]


def test_launches_are_no_isolation(scenario, played):
    slow = scenario.model_copy(
        update={"operations": scenario.operations.model_copy(update={"launch_overhead_s": 1000.0})}
    )
    shares = overhead_shares(slow, (OPEN, CLOSED), *played)
    # 900 s to wipe; of the 4500 s left 1000 s are the launch, and 3500 s are 2800 s of work, a quarter longer.
    assert shares[1] == pytest.approx((900 + 700) / 5400)


def test_an_enclave_without_jobs(scenario, played):
    jobs, log = played
    away = jobs._replace(partition=np.zeros(3, np.int32))
    log = replace(log, place=np.zeros(3, np.int64), busy_chips=log.busy_chips * [[1], [0]])
    (vault,) = account(scenario, (OPEN, CLOSED), away, log, Admission.none()).enclaves
    assert (vault.jobs, vault.chip_hours, vault.overhead_chip_hours) == (0, 0, 0)
    assert np.isnan([vault.staging_p50_s, vault.wait_p50_s, vault.wait_p90_s]).all()


def test_an_enclave_that_comes_after_the_window_is_left_out(scenario, played):
    jobs, log = played
    jobs = jobs._replace(partition=np.zeros(3, np.int32))
    log = replace(log, place=np.zeros(3, np.int64), **{
        name: getattr(log, name)[:1]
        for name in ("busy_chips", "capacity_chips", "down_chips", "queued_chips", "idle_chip_hours",
                     "tenant_chip_hours", "lost_chip_hours")
    })  # fmt: skip
    assert account(scenario, (OPEN,), jobs, log, Admission.none()).enclaves == ()
