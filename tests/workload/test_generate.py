"""Jobs add up to the demand, fit their machine and do not depend on who else sends jobs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gortyn.catalogue import UnknownEntry, load
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
        ({"job_chips": 1, "job_chips_max": 64, "job_chips_spread": 0.5}, {"chips_per_node": 8, "nodes": 100}, 100.0),
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
    assert (jobs.nodes == -(-jobs.chips // 4)).all()
    assert (jobs.chips[jobs.chips > 4] % 4 == 0).all()
    assert ((jobs.run_s >= 1) & (jobs.run_s <= jobs.requested_s) & (jobs.requested_s <= 360_000)).all()
    early = jobs.submit_s < 50 * 86_400
    assert jobs.nodes[early].max() == 100
    assert 100 < jobs.nodes[~early].max() <= 1000
    kinds = {name: column.dtype for name, column in zip(Jobs._fields, jobs, strict=True)}
    narrow = {"tenant", "partition", "training_run", "allocation"}
    wide = {name: np.int32 if name in narrow else np.int64 for name in Jobs._fields}
    assert kinds == wide | {"outcome": np.int8}


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
        [129_600, 1, 1, 2, 8, 1, 1, 0, 0, -1],
        [129_600, 54 * day, 54 * day, 1001, 4004, 1, 1, 1, 0, -1],
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


def asked(jobs, tenant, place=None):
    """Chip-hours that a tenant's jobs ask for, at one partition or at all."""
    own = (jobs.tenant == tenant) & ((jobs.partition == place) if place is not None else True)
    return float((jobs.chips * jobs.run_s)[own].sum()) / 3600


def test_a_tenant_at_home_asks_for_all_of_its_demand_there(facts):
    senders = [tenant("a", home="south", demand_share=0.1), tenant("b", demand_share=0.1)]
    steps = [(0, 1_000), (182 * 86_400, 1_000)]
    places = [partition(0, 3_000), partition(1, 2_000, steps=steps), partition(1, 500, machine="old", chips_per_node=8)]
    jobs = draw(scenario(*senders), places, facts)
    whole = sum(capacity_chip_hours(place, 364) for place in places)
    assert asked(jobs, 0) == pytest.approx(0.1 * whole, rel=0.1)
    assert asked(jobs, 1) == pytest.approx(0.1 * whole, rel=0.1)
    assert asked(jobs, 0, 0) == 0
    # In proportion to the chips that the two machines of the site have in each half of the year.
    first, second = (0.1 * 4 * (3_000 + nodes + 2 * 500) * 182 * 24 for nodes in (1_000, 2_000))
    old = first * 4_000 / (4_000 + 4_000) + second * 4_000 / (8_000 + 4_000)
    assert asked(jobs, 0, 2) == pytest.approx(old, rel=0.12)


def test_chains_are_not_cut_and_others_are(facts):
    senders = [tenant("a", chains=True, run_hours=60.0), tenant("b", run_hours=60.0)]
    jobs = draw(scenario(*senders, limit_hours=72.0), [partition()], facts)
    chained = jobs.tenant == 0
    assert jobs.run_s[chained].max() > 3 * 72 * 3600
    assert (jobs.requested_s >= jobs.run_s).all()
    assert jobs.requested_s[chained].max() > jobs.run_s[chained].max()
    assert jobs.requested_s[~chained].max() == 72 * 3600
    for sender in (0, 1):
        chip_hours = (jobs.chips * jobs.run_s / 3600.0)[jobs.tenant == sender]
        error = (chip_hours**2).sum() ** 0.5  # of a compound Poisson sum
        assert asked(jobs, sender) == pytest.approx(0.4 * capacity_chip_hours(partition(), 364), abs=4 * error)


def test_small_jobs_share_nodes_unless_they_are_leftovers(facts):
    small = {"job_chips": 2, "job_chips_spread": 0.8, "job_chips_max": 64, "demand_share": 0.02}
    senders = [tenant("a", **small), tenant("b", qos="leftover", **small)]
    jobs = draw(scenario(*senders, days=60), [partition(chips_per_node=8)], facts)
    shared = jobs.chips < 8
    assert set(jobs.chips[shared].tolist()) == {1, 2, 4}
    assert (jobs.nodes[shared] == 1).all()
    assert 0.8 < shared[jobs.tenant == 0].mean() < 1
    assert not shared[jobs.tenant == 1].any()


def test_batches_keep_the_demand_and_come_together(facts):
    jobs = draw(scenario(tenant(batch_jobs=8.0, job_chips=8, run_hours=0.5)), [partition()], facts)
    assert asked(jobs, 0) == pytest.approx(0.4 * capacity_chip_hours(partition(), 364), rel=0.1)
    assert (np.diff(jobs.submit_s) <= 1).mean() > 1 - 1 / 8
    assert np.median(np.diff(np.unique(jobs.submit_s // 2))) > 2


def test_a_service_follows_the_day_and_asks_for_its_share(shapes):
    facts = shapes(hours=np.linspace(0.2, 1.8, 24))
    served = tenant("a", service={"swing_share": 0.6}, run_hours=None, job_chips=6, demand_share=0.1)
    place = partition(steps=[(0, 1_000), (10 * 86_400, 1_000)])
    jobs = draw(scenario(served, days=20), [place], facts)
    assert (jobs.chips == 8).all(), "a replica takes whole nodes"
    assert (jobs.run_s == jobs.requested_s).all()
    assert asked(jobs, 0) == pytest.approx(0.1 * capacity_chip_hours(place, 20), rel=0.01)
    end_s = jobs.submit_s + jobs.run_s
    assert end_s.max() <= 20 * 86_400

    def up(hour):
        return (jobs.chips * ((jobs.submit_s <= hour * 3600) & (end_s > hour * 3600))).sum()

    assert up(5 * 24) / up(5 * 24 + 23) == pytest.approx(0.4, abs=0.02)
    assert up(15 * 24 + 23) == pytest.approx(2 * up(5 * 24 + 23), rel=0.02)


def test_a_mix_asks_for_its_share_and_ends_as_measured():
    facts = load().lookup()
    sent = {"job_chips": None, "run_hours": None, "job_chips_max": 4096, "demand_share": 0.2}
    senders = [tenant("a", mix="llm-development", mix_scale=4.0, **sent), tenant("b", mix="vision-research", **sent)]
    place = partition(nodes=1_500, chips_per_node=8)
    drawn = [draw(scenario(*senders, days=60), [place], facts, seed) for seed in range(6)]
    demand = 0.2 * capacity_chip_hours(place, 60)
    for sender in (0, 1):
        chip_hours = np.concatenate([(jobs.chips * jobs.run_s / 3600.0)[jobs.tenant == sender] for jobs in drawn])
        error = (chip_hours**2).sum() ** 0.5 / 6  # of a compound Poisson sum
        assert error < 0.06 * demand
        assert chip_hours.sum() / 6 == pytest.approx(demand, abs=3.5 * error)
    jobs = drawn[0]
    first = jobs.tenant == 0
    assert np.bincount(jobs.outcome[first]) / first.sum() == pytest.approx([0.497, 0.075, 0.429], abs=0.01)
    assert not jobs.outcome[~first].any()
    assert jobs.run_s.max() <= 100 * 3600
    used = {fact.key for fact in facts.used}
    assert {"mixes/llm-development/types", "job_types/vision-research-node/run_2e10"} <= used


def test_a_mix_that_is_not_there_is_named():
    sender = tenant(mix="llm-developement", job_chips=None, run_hours=None)
    with pytest.raises(UnknownEntry, match="did you mean 'llm-development'"):
        draw(scenario(sender), [partition()], load().lookup())


def test_training_runs_beyond_all_time_keep_to_32_bits(facts):
    scene = scenario(tenant("b", demand_share=0.0), runs=(run(submit_days=1e300),))
    jobs = draw(scene, [partition(0), partition(1)], facts, estimates=[SimpleNamespace(run="llm", chips=8, days=1e9)])
    assert jobs.submit_s.tolist() == jobs.run_s.tolist() == [2**29]
