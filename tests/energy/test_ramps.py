from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plain
from gortyn.energy import swings
from gortyn.energy.ramps import storage_mw
from gortyn.model import Failures, Operations, Ramp, Reliability, Service

TENANTS = (plain.tenant(),)
OPERATIONS = Operations(
    failures=Failures(job_rate_per_hour=0.0, checkpoint_interval_min=19.0),
    reliability=Reliability(rate_per_1000_node_days=1.0, clock="running", checkpoint_write_min=1.0),
)


@pytest.fixture
def swung(make_scenario, make_log, rooms, facts):
    """Swings of one job of so many chips that ran ten hours, by event."""

    def make(chips, ramp=None, tenants=TENANTS, estimates=(), jobs=None, active=0.9, **machine):
        scenario = make_scenario(days=1, active=active, chips=100_000)
        site = scenario.sites[0].model_copy(update={"grid": plain.grid(ramp=ramp)})
        kind = scenario.machines[0].model_copy(update=machine)
        update = {"operations": OPERATIONS, "tenants": tenants, "sites": (site,), "machines": (kind,)}
        scenario = scenario.model_copy(update=update)
        _, parts, *_ = rooms(scenario)
        jobs = plain.jobs(chips, run_s=36_000) if jobs is None else jobs
        log = make_log(np.zeros((1, 24)), 100_000.0, start_s=0 * jobs.run_s, end_s=jobs.run_s, place=0 * jobs.run_s)
        return {one.event: one for one in swings(scenario, parts, jobs, log, facts, estimates)}

    return make


def test_sixteen_thousand_chips_swing_by_tens_of_megawatts(swung, facts):
    """Published of the run of Llama 3: swings of the order of tens of megawatts."""
    shares = {name: facts.number("chips", "H100-SXM", name) for name in ("it_power_kw_per_chip", "idle_power_share")}
    found = swung([16_384], active=0.76, **shares)
    assert set(found) == {"start", "end or failure", "checkpoint", "step"}
    assert 10 <= found["start"].swing_mw < 100
    assert found["start"].swing_mw == pytest.approx(16_384 * 1.275 * (0.76 - 0.24) / 1e3)


def test_how_often_they_come(swung):
    """2,048 nodes that fail once in 1,000 days each fail together every 11.7 hours."""
    found = swung([16_384])
    assert math.isnan(found["start"].period_s)
    assert found["end or failure"].period_s == pytest.approx(1000 * 86_400 / 2048)
    assert found["checkpoint"].period_s == 20 * 60
    assert found["start"].passes is None
    assert math.isnan(found["start"].limit_mw)


def test_steps_of_named_runs_are_their_own(swung, facts):
    jobs = plain.jobs([800], training_run=np.zeros(1, np.int32))
    found = swung(None, jobs=jobs, estimates=(SimpleNamespace(step_s=4.5),))
    assert found["step"].period_s == 4.5
    assert "assumed" not in found["step"].note
    # The mean over a step stays the training power: what is missing in its low phase is on top in the other.
    low = facts.number("power", "step", "dip_time_share")
    high_mw = found["step"].swing_mw / facts.number("power", "step", "dip_share")
    assert high_mw * (1 - low) + (high_mw - found["step"].swing_mw) * low == pytest.approx(found["start"].swing_mw)


def test_services_do_not_work_in_step(swung):
    service = plain.tenant(name="chat", service=Service(), run_hours=None)
    jobs = plain.jobs([8000, 800], tenant=np.array([1, 0], np.int32))
    assert swung(None, jobs=jobs, tenants=(plain.tenant(), service))["start"].chips == 800
    assert swung([8], tenants=(service,)) == {}


def test_burning_keeps_the_load_level_and_costs_energy(swung):
    found = swung([10_000], Ramp(limit_mw=1.0, buffer="burn"))
    assert all(one.passes and one.residual_mw == 0 for one in found.values())
    # 4 MW burnt and let down at 1 MW/s: a triangle of 8 MJ x 1e6; once up and once down.
    assert found["start"].buffer_mwh == pytest.approx(8 / 3600)
    bare = swung([10_000], Ramp(limit_mw=1.0))
    assert not any(one.passes for one in bare.values())
    assert swung([10_000], Ramp(limit_mw=5.0))["start"].passes


def test_storage_takes_what_its_power_and_energy_allow():
    plenty = Ramp(limit_mw=1.0, buffer="storage", storage_mw=20.0, storage_kwh=1e6)
    assert storage_mw(plenty, 30.0, math.nan, 0.0) == 20.0
    assert storage_mw(plenty, 5.0, math.nan, 0.0) == 5.0
    # 50 kWh are 180 MJ: a triangle of height 18.97 MW let down at 1 MW/s.
    little = Ramp(limit_mw=1.0, buffer="storage", storage_mw=20.0, storage_kwh=50.0)
    assert storage_mw(little, 30.0, math.nan, 0.0) == pytest.approx(math.sqrt(2 * 180))
    # A step of ten seconds, a fifth of it low: 180 MJ level 112 MW, more than the storage's power.
    assert storage_mw(little, 30.0, 10.0, 0.2) == 20.0


@given(
    swing=st.floats(0, 500),
    power=st.floats(0, 500),
    energy=st.floats(0, 1e5),
    limit=st.floats(0.1, 50),
    low=st.floats(0, 0.9),
)
def test_storage_never_takes_more_than_there_is(swing, power, energy, limit, low):
    ramp = Ramp(limit_mw=limit, buffer="storage", storage_mw=power, storage_kwh=energy)
    taken = storage_mw(ramp, swing, 10.0, low)
    assert 0 <= taken <= min(swing, power)
    more = ramp.model_copy(update={"storage_kwh": 2 * energy})
    assert storage_mw(more, swing, 10.0, low) >= taken
