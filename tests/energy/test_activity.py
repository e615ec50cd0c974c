from __future__ import annotations

import numpy as np
import pytest

import plain
from gortyn.energy import active_shares
from gortyn.energy.activity import activity
from gortyn.model import Failures, Operations, Reliability, Service

TENANTS = (plain.tenant(),)
SURE = {"rate_per_1000_node_days": 0.0, "clock": "running"}


@pytest.fixture
def shares(make_scenario, make_log, rooms, facts):
    """Active shares of tenants on a machine that idles at 0.5 and trains at 0.9."""

    def make(jobs, operations=plain.UNFAILING, tenants=TENANTS, **logged):
        scenario = make_scenario(days=1, active=0.9).model_copy(update={"operations": operations, "tenants": tenants})
        _, parts, *_ = rooms(scenario)
        ran_s = jobs.run_s
        log = make_log(np.zeros((1, 24)), 1000.0, start_s=0 * ran_s, end_s=ran_s, **logged)
        return active_shares(scenario, parts, jobs, log, facts)[0]

    return make


def test_a_tenants_own_share_goes_before_all_else(shares):
    tenants = (plain.tenant(), plain.tenant(name="quiet", active_power_share=0.6))
    assert shares(plain.jobs([8, 8]), tenants=tenants) == pytest.approx([0.9, 0.6])


def test_a_mix_counts_by_its_chip_hours(facts):
    """Acme: 69.5 % of the chip-hours pretrain, 20.9 % train multimodal models, 6.2 % evaluate, and so on."""
    types = facts.text("mixes", "llm-development", "types").split()
    hours = {one: facts.number("job_types", f"llm-development-{one}", "chip_hours_share") for one in types}
    expected = sum(
        share * {"evaluation": 0.5, "sft": 0.95, "debug": 0.3, "other": 0.52}.get(one, 1.0)
        for one, share in hours.items()
    )
    tenant = plain.tenant(mix="llm-development", job_chips=None, run_hours=None)
    assert activity(tenant, facts) == pytest.approx(expected / sum(hours.values()))
    assert 0.8 < activity(tenant, facts) < 1


def test_services_infer_and_named_runs_train(shares, facts):
    service = plain.tenant(name="chat", service=Service(), run_hours=None)
    inferring = 0.5 + 0.4 * facts.number("power", "inference", "activity_share")
    assert shares(plain.jobs([8]), tenants=(service,)) == pytest.approx([inferring])
    # Half of the chip-hours on a named run.
    jobs = plain.jobs([8, 8], training_run=np.array([-1, 0], np.int32))
    assert shares(jobs, tenants=(service,)) == pytest.approx([(inferring + 0.9) / 2])


def test_checkpoints_dip_to_idle(shares):
    """A minute of writing after each nine minutes of work takes a tenth of what is above idle."""
    operations = Operations(
        failures=Failures(job_rate_per_hour=0.0, checkpoint_interval_min=9.0),
        reliability=Reliability(checkpoint_write_min=1.0, **SURE),
    )
    assert shares(plain.jobs([8]), operations) == pytest.approx([0.5 + 0.4 * 0.9])
    assert shares(plain.jobs([8]), operations, (plain.tenant(checkpoints=False),)) == pytest.approx([0.9])


def test_restarts_draw_idle_power(shares):
    """Two restarts of twelve minutes, detection included, in ten hours; never longer than what the job lost."""
    operations = Operations(
        failures=Failures(job_rate_per_hour=0.0, detection_min=2.0), reliability=Reliability(restart_min=10.0, **SURE)
    )
    jobs, hit = plain.jobs([16], run_s=36_000), {"interruptions": np.array([2])}
    lost = shares(jobs, operations, lost_s=np.array([7200]), **hit)
    assert lost == pytest.approx([0.5 + 0.4 * (1 - 1440 / 36_000)])
    barely = shares(jobs, operations, lost_s=np.array([60]), **hit)
    assert barely == pytest.approx([0.5 + 0.4 * (1 - 60 / 36_000)])
