from __future__ import annotations

import numpy as np
import pytest

import plain
from gortyn.energy import account, job_rates, tariffs
from gortyn.energy import job_use as use
from gortyn.kernels.hourly import hourly_mean

HOUR = 3600


def job_use(scenario, parts, jobs, log, made, rows=slice(None)):
    return use(job_rates(scenario, parts, made), jobs, log, rows)


@pytest.fixture
def accounted(make_scenario, make_log, rooms, facts):
    """Scenario, partitions, jobs, log and account of jobs (start, end, chips, tenant) of two tenants in two days."""

    def make(rows, held_s=None, **scenario_stated):
        tenants = (plain.tenant(), plain.tenant(name="other", active_power_share=0.7))
        scenario = make_scenario(days=2, active=0.9, **scenario_stated).model_copy(update={"tenants": tenants})
        plans, parts, *_ = rooms(scenario)
        start_s, end_s, chips, tenant = np.array(rows, np.int64).T
        jobs = plain.jobs(chips, run_s=end_s - start_s, tenant=tenant.astype(np.int32))
        hours = np.stack(
            [hourly_mean(start_s[of], end_s[of], chips[of], 48) for of in (tenant == index for index in range(2))]
        )
        stated = {} if held_s is None else {"held_s": np.array(held_s)}
        log = make_log(hours.sum(axis=0)[None], 1000.0, start_s, end_s, tenant_chip_hours=hours[None], **stated)
        done = scenario, parts, jobs, log
        return *done, account(scenario, plans, parts, jobs, log, tariffs(scenario, plans, facts), facts)

    return make


def test_one_job_by_hand(accounted):
    """100 chips at 0.9 kW for an hour and a half, in the dear and the cheap hour as the clock says."""
    *done, made = accounted([(HOUR // 2, 2 * HOUR, 100, 0)])
    used = job_use(*done, made)
    assert used.energy_mwh == pytest.approx([0.09 * 1.5 * 1.25])
    price, carbon = made.price_eur_per_mwh[0], made.carbon_g_per_kwh[0]
    assert used.cost_eur == pytest.approx([0.09 * 1.25 * (price[0] / 2 + price[1])])
    assert used.carbon_t == pytest.approx([0.09 * 1.25 * (carbon[0] / 2 + carbon[1]) / 1000])


def test_jobs_of_a_tenant_add_up_to_it_and_all_with_idle_to_the_site(accounted):
    rng = np.random.default_rng(4)
    rows = [(s, s + d, 8 * c, t) for s, d, c, t in rng.integers((0, 60, 1, 0), (24 * HOUR, 24 * HOUR, 5, 2), (20, 4))]
    scenario, parts, jobs, log, made = accounted(rows, price=45.0, charges=12.0)
    used = job_use(scenario, parts, jobs, log, made)
    for of_jobs, of_tenants, total in zip(used, made.tenants, (arr[0] for arr in made.hourly[1:]), strict=True):
        by_tenant = np.bincount(jobs.tenant, of_jobs, 2)
        assert by_tenant == pytest.approx(of_tenants, rel=1e-9)
        idle_share = 0.5 * (1000.0 - log.busy_chips[0]) / (1000 * made.it_mw[0])
        assert of_tenants.sum() + (total * idle_share).sum() == pytest.approx(total.sum(), rel=1e-9)


def test_time_off_the_nodes_costs_nothing(accounted):
    whole = job_use(*(made := accounted([(0, 10 * HOUR, 80, 0)]))[:4], made[4])
    half = job_use(*(made := accounted([(0, 10 * HOUR, 80, 0)], held_s=[5 * HOUR]))[:4], made[4])
    assert half.energy_mwh == pytest.approx(whole.energy_mwh / 2)


def test_pieces_are_the_whole(accounted):
    *done, made = accounted([(hour * HOUR, (hour + 3) * HOUR, 16, hour % 2) for hour in range(10)])
    whole = job_use(*done, made)
    pieces = [job_use(*done, made, slice(begin, begin + 4)) for begin in (0, 4, 8)]
    for name in whole._fields:
        np.testing.assert_array_equal(np.concatenate([getattr(one, name) for one in pieces]), getattr(whole, name))


def test_hours_after_the_window_count_at_its_means(accounted):
    *done, made = accounted([(0, 48 * HOUR, 80, 0), (47 * HOUR, 148 * HOUR, 80, 0)])
    used = job_use(*done, made)
    mean_eur = made.cost_eur.sum() / made.it_mw.sum()
    last_eur = made.cost_eur[0, -1] / made.it_mw[0, -1]
    assert used.cost_eur[1] == pytest.approx(0.072 * (last_eur + 100 * mean_eur))
