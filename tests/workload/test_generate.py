"""Jobs add up to the demand, fit their machine and do not depend on who else sends jobs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gortyn.workload import Jobs, generate
from workload.make import partition, scenario, tenant


def draw(scene, places, facts, seed=1, estimates=()):
    return generate(scene, places, estimates, facts, np.random.default_rng(seed))


def capacity_chip_hours(place, days):
    in_service_h = np.maximum(days * 24 - place.step_s / 3600, 0)
    return float((place.step_nodes * in_service_h).sum()) * place.chips_per_node


@pytest.mark.parametrize(
    ("changed", "place", "limit_hours"),
    [
        ({}, {}, 100.0),
        ({"job_chips_max": 20, "job_chips_spread": 2.0}, {}, 100.0),
        ({"run_hours": 20.0, "run_hours_spread": 2.0}, {}, 24.0),
        ({"job_chips": 1, "job_chips_max": 64, "job_chips_spread": 0.5}, {"chips_per_node": 8}, 100.0),
        ({"job_chips": 1500, "job_chips_max": 8_000}, {"steps": [(0, 500), (100 * 86_400, 1_500)]}, 48.0),
        ({"job_chips": 1500, "job_chips_max": 8_000}, {"steps": [(200 * 86_400, 1_500)]}, 48.0),
        ({"job_chips_spread": 0.0, "run_hours_spread": 0.0}, {}, 100.0),
    ],
    ids=["plain", "cut size", "cut run", "part of a node", "grows", "comes late", "all alike"],
)
def test_jobs_ask_for_the_share_of_the_chip_hours(facts, changed, place, limit_hours):
    sender, place = tenant(**changed), partition(**place)
    scene = scenario(sender, limit_hours=limit_hours)
    asked, errors = [], []
    for seed in range(5):
        jobs = draw(scene, [place], facts, seed)
        chip_hours = jobs.chips * jobs.run_s / 3600
        asked.append(chip_hours.sum())
        errors.append((chip_hours**2).sum())  # variance of a compound Poisson sum
    demand = sender.demand_share * capacity_chip_hours(place, 364)
    error = sum(errors) ** 0.5 / 5
    assert error < 0.05 * demand
    assert np.mean(asked) == pytest.approx(demand, abs=4 * error)


def test_every_partition_gets_its_share_and_every_tenant_its_own(facts):
    shares = {"a": 0.1, "b": 0.3, "c": 0.0}
    senders = [tenant(name, demand_share=share) for name, share in shares.items()]
    places = [partition(0, 2_000), partition(1, 6_000), partition(1, 1_000, machine="old", chips_per_node=8)]
    jobs = draw(scenario(*senders), places, facts)
    for p, place in enumerate(places):
        for t, sender in enumerate(senders):
            own = (jobs.partition == p) & (jobs.tenant == t)
            asked = (jobs.chips * jobs.run_s)[own].sum() / 3600
            assert asked == pytest.approx(sender.demand_share * capacity_chip_hours(place, 364), rel=0.1)


def test_jobs_are_sorted_whole_and_fit(facts):
    place = partition(steps=[(0, 100), (50 * 86_400, 900)])
    jobs = draw(scenario(tenant(job_chips=300, job_chips_max=4_000)), [place], facts)
    assert jobs.submit_s.size > 1000
    assert (np.diff(jobs.submit_s) >= 0).all()
    assert (jobs.submit_s < 364 * 86_400).all()
    assert (jobs.chips == jobs.nodes * 4).all()
    assert ((jobs.run_s >= 1) & (jobs.run_s <= jobs.requested_s) & (jobs.requested_s <= 360_000)).all()
    early = jobs.submit_s < 50 * 86_400
    assert jobs.nodes[early].max() == 100
    assert 100 < jobs.nodes[~early].max() <= 1000
    kinds = {name: column.dtype for name, column in zip(Jobs._fields, jobs, strict=True)}
    narrow = {"tenant", "partition", "training_run"}
    assert kinds == {name: np.int32 if name in narrow else np.int64 for name in Jobs._fields}


def test_a_day_and_a_week_look_as_the_catalogue_says(shapes):
    hours = np.linspace(0.2, 1.8, 24)
    days = np.array([1.4, 1.2, 1.0, 1.0, 1.0, 0.8, 0.6])
    facts = shapes(hours, days, gamma_shape=1e6)
    jobs = draw(scenario(tenant(job_chips=4, run_hours=0.5)), [partition()], facts)
    assert jobs.submit_s.size > 100_000
    by_hour = np.bincount(jobs.submit_s // 3600 % 24)
    by_day = np.bincount(jobs.submit_s // 86_400 % 7)  # the window starts on a Monday and has whole weeks
    assert by_hour / by_hour.mean() == pytest.approx(hours, abs=0.03)
    assert by_day / by_day.mean() == pytest.approx(days, abs=0.02)


def test_same_seed_same_bytes_other_seed_other_jobs(facts):
    scene, places = scenario(tenant(), days=30), [partition()]
    first, again, other = (draw(scene, places, facts, seed) for seed in (1, 1, 2))
    assert [a.tobytes() for a in first] == [b.tobytes() for b in again]
    assert first.submit_s.tolist() != other.submit_s.tolist()


def test_a_tenant_or_site_more_leaves_the_jobs_of_others_alone(facts):
    def own(jobs, scene, name, site):
        named = np.array([sender.name for sender in scene.tenants])[jobs.tenant] == name
        there = np.array([scene.sites[place.site].name for place in places])[jobs.partition] == site
        return {tuple(row) for row in np.array(jobs[:5]).T[named & there].tolist()}

    places = [partition(0)]
    small = scenario(tenant("a"), days=60)
    alone = own(draw(small, places, facts), small, "a", "north")
    places = [partition(0, nodes=500), partition(1)]
    large = scenario(tenant("b"), tenant("a"), sites=("south", "north"), days=60)
    assert own(draw(large, places, facts), large, "a", "north") == alone
    assert own(draw(large, places, facts), large, "b", "north").isdisjoint(alone)


def test_bursts_of_a_tenant_are_the_same_at_all_sites_and_others_than_its_neighbours(shapes):
    facts = shapes(gamma_shape=0.5, autocorrelation=0.5)
    jobs = draw(scenario(tenant("a", job_chips=4), tenant("b", job_chips=4)), [partition(0), partition(1)], facts)
    counts = {
        (t, p): np.bincount(jobs.submit_s[(jobs.tenant == t) & (jobs.partition == p)] // 3600, minlength=364 * 24)
        for t in (0, 1)
        for p in (0, 1)
    }
    assert np.corrcoef(counts[0, 0], counts[0, 1])[0, 1] > 0.8
    assert abs(np.corrcoef(counts[0, 0], counts[1, 0])[0, 1]) < 0.1


def run(**changed):
    values = {"name": "llm", "site": "south", "machine": "m", "tenant": "b", "submit_days": 1.5}
    return SimpleNamespace(**{**values, **changed})


def test_training_runs_are_jobs_that_the_walltime_limit_does_not_cut(facts):
    senders = (tenant("a", demand_share=0.0), tenant("b", demand_share=0.0))
    scene = scenario(*senders, runs=(run(name="first"), run()), limit_hours=24.0)
    estimates = [SimpleNamespace(run="llm", chips=4_001, days=54.0), SimpleNamespace(run="first", chips=8, days=1e-9)]
    jobs = draw(scene, [partition(0), partition(1)], facts, estimates=estimates)
    rows = np.array(jobs).T.tolist()
    day = 86_400
    assert rows == [
        [129_600, 1, 1, 2, 8, 1, 1, 0],
        [129_600, 54 * day, 54 * day, 1001, 4004, 1, 1, 1],
    ]


def test_training_runs_that_cannot_be_placed_are_refused(facts):
    scene = scenario(tenant("b"), runs=(run(machine="other"),))
    with pytest.raises(ValueError, match="training run 'llm': no other operates at south"):
        draw(scene, [partition(0), partition(1)], facts, estimates=[SimpleNamespace(run="llm", chips=4, days=1.0)])
    with pytest.raises(ValueError, match="training run 'llm' has no estimate"):
        draw(scene, [partition(0)], facts)


def test_more_jobs_than_memory_are_refused_before_they_are_drawn(facts):
    scene = scenario(tenant("big"), tenant("swarm", job_chips=1, job_chips_max=1, run_hours=0.001))
    with pytest.raises(ValueError, match="most of them 'swarm'"):
        draw(scene, [partition()], facts)


def test_no_machine_no_jobs(facts):
    jobs = draw(scenario(tenant()), [], facts)
    assert [column.size for column in jobs] == [0] * len(Jobs._fields)
