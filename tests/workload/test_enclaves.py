"""Sensitive jobs go to enclaves and to nothing else, run longer there by the overhead, and ask for no less."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gortyn.admission import Admission
from gortyn.model.access import AccessRules, Enclave
from gortyn.workload import generate, isolation
from workload.make import partition, scenario, tenant

KINDS = ("health", "tax")


def enclave(name="clinic", **stated):
    known = {"site": "north", "machine": "m", "chips": 400, "overhead_share": 0.25, "permit_days": 0.0}
    return Enclave(name=name, **known | {"clean_hours": 0.5} | stated)


def world(*tenants, enclaves=(), **stated):
    return scenario(*tenants, access=AccessRules(enclaves=tuple(enclaves)), **stated)


def draw(scene, places, facts, seed=1, estimates=(), admission=None):
    return generate(scene, places, estimates, facts, np.random.default_rng(seed), admission)


def same(one, other):
    return [column.tobytes() for column in one] == [column.tobytes() for column in other]


def chip_hours(jobs, own):
    return (jobs.chips * jobs.run_s / 3600.0)[own]


def test_rules_that_nobody_uses_change_no_byte(facts):
    senders, places = (tenant("a"), tenant("b", home="south")), [partition(0), partition(1)]
    plain = draw(scenario(*senders, days=30), places, facts)
    assert plain.submit_s.size > 1000
    assert (plain.allocation == -1).all()
    unused = world(*senders, enclaves=[enclave()], days=30)
    assert same(plain, draw(unused, places, facts, admission=Admission.none()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from((None, *KINDS)), min_size=1, max_size=4),
    st.lists(st.sets(st.sampled_from(KINDS), min_size=1), max_size=3),
    st.lists(st.sampled_from((None, "north", "south")), min_size=4, max_size=4),
    st.integers(0, 2**32),
)
def test_jobs_run_where_their_data_may_be_and_nowhere_else(facts, sensitive, takes, homes, seed):
    enclaves = [enclave(f"e{i}", takes=tuple(sorted(one)), site="south") for i, one in enumerate(takes)]
    places = [partition(0, 100), partition(1, 100)]
    places += [partition(1, 50, enclave=one.name) for one in enclaves]
    senders = [
        tenant(f"t{i}", sensitive=s, home=home, demand_share=0.1)
        for i, (s, home) in enumerate(zip(sensitive, homes, strict=False))
    ]
    jobs = draw(world(*senders, enclaves=enclaves, days=10), places, facts, seed)
    for t, sender in enumerate(senders):
        used = set(jobs.partition[jobs.tenant == t].tolist())
        may = {
            p
            for p, place in enumerate(places)
            if sender.home in (None, ("north", "south")[place.site])
            and (sender.sensitive in takes[p - 2] if place.enclave else sender.sensitive is None)
        }
        assert used <= may
        assert bool(used) == bool(may)


def test_the_demand_is_a_share_of_all_chips_and_spread_over_those_that_may_be_used(facts):
    enclaves = [enclave("one"), enclave("two", site="south", overhead_share=0.0)]
    places = [
        partition(0, 3_000),
        partition(0, 500, enclave="one"),
        partition(1, 2_000),
        partition(1, 1_500, enclave="two"),
    ]
    small = {"job_chips": 8, "demand_share": 0.1}
    senders = [tenant("clinics", sensitive="health", **small), tenant("all", **small)]
    jobs = draw(world(*senders, enclaves=enclaves), places, facts)
    whole = 7_000 * 4 * 364 * 24
    for t, stretch, of in ((0, (None, 1.25, None, 1.0), 2_000), (1, (1.0, None, 1.0, None), 5_000)):
        for p, place in enumerate(places):
            hours = chip_hours(jobs, (jobs.tenant == t) & (jobs.partition == p))
            if stretch[p] is None:
                assert not hours.size
            else:
                error = (hours**2).sum() ** 0.5 / stretch[p]
                assert hours.sum() / stretch[p] == pytest.approx(0.1 * whole * place.nodes / of, abs=4 * error)


@pytest.mark.parametrize("changed", [{}, {"mix": "vision-research", "job_chips": None, "run_hours": None}])
def test_run_times_are_longer_by_exactly_the_overhead(changed):
    from gortyn.catalogue import load

    facts = load().lookup()
    sender, place = tenant(sensitive="health", chains=True, **changed), partition(enclave="clinic")
    scenes = [world(sender, enclaves=[enclave(overhead_share=share)], days=20) for share in (0.0, 0.25)]
    free, enclosed = (draw(scene, [place], facts) for scene in scenes)
    assert free.run_s.size > 100
    assert (enclosed.run_s == np.rint(free.run_s * 1.25)).all()
    assert (enclosed.requested_s >= enclosed.run_s).all()
    alike = ("submit_s", "chips", "nodes", "outcome", "partition")
    assert all((getattr(free, name) == getattr(enclosed, name)).all() for name in alike)


def test_the_limit_of_the_walltime_holds_in_enclaves_too(facts):
    sender, place = tenant(sensitive="health", run_hours=20.0), partition(enclave="clinic")
    jobs = draw(world(sender, enclaves=[enclave()], limit_hours=24.0), [place], facts)
    assert jobs.run_s.max() == jobs.requested_s.max() == 24 * 3600
    hours = chip_hours(jobs, slice(None))
    demand = 0.4 * place.chips * 364 * 24
    assert hours.sum() / 1.25 == pytest.approx(demand, abs=4 * (hours**2).sum() ** 0.5)


def test_replicas_of_a_service_in_an_enclave_are_more(facts):
    served = tenant(service={"swing_share": 0.0}, run_hours=None, job_chips=8, demand_share=0.1, sensitive="health")
    place = partition(enclave="clinic")
    jobs = draw(world(served, enclaves=[enclave()], days=21), [place], facts)
    assert chip_hours(jobs, slice(None)).sum() == pytest.approx(0.1 * 1.25 * place.chips * 21 * 24, rel=0.01)


def test_a_sensitive_training_run_takes_the_enclave_of_its_site(facts):
    senders = tenant("open", demand_share=0.0), tenant("clinics", demand_share=0.0, sensitive="health")
    kept = {"site": "north", "machine": "m", "submit_days": 1.0}
    runs = tuple(SimpleNamespace(name=one.name, tenant=one.name, **kept) for one in senders)
    places = [partition(1), partition(0), partition(0, 50, enclave="clinic"), partition(0, 90, enclave="archive")]
    enclaves = [enclave(), enclave("archive", takes=("tax",))]
    estimates = [SimpleNamespace(run=one.name, chips=200, days=8.0) for one in senders]
    jobs = draw(world(*senders, enclaves=enclaves, runs=runs), places, facts, estimates=estimates)
    assert jobs.partition.tolist() == [1, 2]
    assert jobs.run_s.tolist() == jobs.requested_s.tolist() == [8 * 86_400, 10 * 86_400]
    with pytest.raises(ValueError, match="no m that takes its data operates at north"):
        draw(world(*senders, enclaves=enclaves[1:], runs=runs), places, facts, estimates=estimates)


def test_nodes_are_held_for_launch_and_cleaning():
    scene = world(enclaves=[enclave()])
    scene.operations = scene.operations.model_copy(update={"launch_overhead_s": 30.0})
    assert isolation(scene, partition()) == (1.0, 30)
    assert isolation(scene, partition(enclave="clinic")) == (1.25, 30 + 1800)
