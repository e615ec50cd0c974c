"""Jobs of grants: as much as is granted and used, within the days of each grant, and never more than it has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import plain
from gortyn.admission import Admission
from gortyn.admission.types import ADMITTED, NOT_GRANTED, Applications, Decisions
from gortyn.model.access import AccessRules, Enclave, Mode
from gortyn.workload import generate
from gortyn.workload.grants import Grants, Sample, read_grants, share_out, used_before, used_between
from workload.make import partition, scenario, tenant

HOUR_S, DAY_S = 3600, 86_400
RULES = AccessRules(
    modes=(Mode(name="fast"),),
    enclaves=(Enclave(name="clinic", site="north", machine="m", chips=800, overhead_share=0.2, clean_hours=0.5),),
)


def admission(rows):
    """Applications from rows of (tenant, begin day, end day, chip-hours, used share); without a grant, begin None."""
    count = len(rows)
    tenants, begin, end, asked, used = zip(*rows, strict=True) if rows else ((),) * 5
    seconds = [[NOT_GRANTED if day is None else round(day * DAY_S) for day in days] for days in (begin, end)]
    narrow = np.zeros(count, np.int32)
    return Admission(
        Applications(
            np.array(tenants, np.int32),
            narrow,
            narrow,
            np.zeros(count, np.int64),
            np.array(asked, np.float64),
            np.full(count, -1, np.int8),
            np.ones(count),
            np.array(used, np.float64),
        ),
        Decisions(
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
            np.array([ADMITTED if day is not None else 1 for day in begin], np.int8),
            *(np.array(one, np.int64) for one in seconds),
        ),
        ("FI",),
        np.ones(1),
        np.ones(1),
    )


def draw(senders, rows, facts, places=None, seed=1, days=364):
    scene = scenario(*senders, access=RULES, days=days)
    return generate(scene, places or [partition()], (), facts, np.random.default_rng(seed), admission(rows))


def many(tenant_index, seed, number=200, days=364, largest=40_000.0):
    """Grants of 60 days, that begin before, within and after the window."""
    rng = np.random.default_rng(seed)
    begin = np.sort(rng.uniform(-90, days + 30, number))
    sizes, used = rng.uniform(10_000.0, largest, number), rng.uniform(0.5, 1.0, number)
    return [
        (tenant_index, b, b + 60.0, g, u) for b, g, u in zip(begin.tolist(), sizes.tolist(), used.tolist(), strict=True)
    ]


def held_chip_s(jobs, extra_s=0):
    return jobs.chips * (jobs.run_s + extra_s)


def check(jobs, rows, extra_s=0):
    """Every job with a grant is sent within its days, by its tenant, and no grant pays more than it has."""
    drawn = np.flatnonzero(jobs.allocation >= 0)
    granted = admission(rows)
    own = jobs.allocation[drawn]
    assert (granted.decisions.outcome[own] == ADMITTED).all()
    assert (granted.applications.tenant[own] == jobs.tenant[drawn]).all()
    assert (jobs.submit_s[drawn] >= granted.decisions.begin_s[own]).all()
    assert (jobs.submit_s[drawn] < granted.decisions.end_s[own]).all()
    paid = np.zeros(len(rows), np.int64)
    np.add.at(paid, own, held_chip_s(jobs, extra_s)[drawn])
    assert (paid <= granted.granted_chip_hours * HOUR_S).all()
    return paid / HOUR_S


@pytest.mark.parametrize(
    "changed",
    [{}, {"job_chips": 64, "run_hours": 8.0}, {"batch_jobs": 6.0}, {"sensitive": "health"}],
    ids=["small jobs", "jobs larger than grants", "sweeps", "enclosed"],
)
def test_as_much_is_sent_as_grants_are_used(facts, changed):
    sender = tenant(mode="fast", **changed)
    places = [partition(), partition(nodes=300, enclave="clinic")]
    enclosed = sender.sensitive is not None
    extra_s = 1800 if enclosed else 0
    wanted, sent, errors = 0.0, 0.0, 0.0
    for seed in range(6):
        rows = many(0, seed)
        jobs = draw([sender], rows, facts, places, seed)
        check(jobs, rows, extra_s)
        assert (jobs.partition == (1 if enclosed else 0)).all()
        hours = held_chip_s(jobs, extra_s) / HOUR_S
        sent, errors = sent + hours.sum(), errors + (hours**2).sum() * (6 if sender.batch_jobs > 1 else 1)
        # Evenly over the days of each but its last ones, of which grants of all ages have equally many.
        wanted += sum(g * u * (min(e, 364) - max(b, 0)) / 60 for _, b, e, g, u in rows if e > 0 and b < 364)
    assert errors**0.5 < 0.03 * wanted
    assert sent == pytest.approx(wanted, abs=4 * errors**0.5 + 0.03 * wanted)


def test_tenants_without_a_mode_send_what_they_always_sent(facts):
    rows = [*many(0, 1), *many(1, 2)]
    others = draw([tenant("a", demand_share=0.0), tenant("b")], [], facts, days=60)
    jobs = draw([tenant("a", mode="fast"), tenant("b")], rows, facts, days=60)
    own = jobs.tenant == 1
    assert (jobs.allocation[own] == -1).all(), "applications of a tenant without a mode are none"
    assert (jobs.allocation[~own] >= 0).all()
    assert 100 < own.sum() < own.size
    assert [column[own].tobytes() for column in jobs] == [column.tobytes() for column in others]


def test_no_grants_no_jobs(facts):
    for rows in ([], [(0, None, None, 1e4, 1.0)], [(0, 500.0, 560.0, 1e4, 1.0)], [(0, -90.0, -30.0, 1e4, 1.0)]):
        assert draw([tenant(mode="fast")], rows, facts).submit_s.size == 0


def test_the_same_seed_gives_the_same_grants(facts):
    first, again, other = (draw([tenant(mode="fast")], many(0, 1), facts, seed=seed) for seed in (1, 1, 2))
    assert [a.tobytes() for a in first] == [b.tobytes() for b in again]
    assert first.allocation.tolist() != other.allocation.tolist()


def test_jobs_that_no_grant_can_pay_are_not_sent(facts):
    alike = {"job_chips_spread": 0.0, "run_hours_spread": 0.0, "job_chips": 16, "run_hours": 10.0}
    sender = tenant(mode="fast", **alike)
    rows = [(0, 0.0, 300.0, 159.0, 1.0), (0, 0.0, 300.0, 160.0, 1.0), (0, 0.0, 300.0, 1_000.0, 1.0)]
    jobs = draw([sender], rows, facts)
    paid = check(jobs, rows)
    assert paid[0] == 0
    assert paid[1] in (0, 160)
    assert 0 < paid[2] <= 960


def test_a_grant_sends_jobs_evenly_until_its_last_ones_can_end():
    jobs = Sample(np.array([10, 10]) * HOUR_S, 10.0 * HOUR_S)
    daily = scenario(tenant(mode="fast"), access=RULES, limit_hours=24.0)
    granted = admission([(0, -1.0, 4.0, 1_200.0, 0.5), (1, 0.0, 1.0, 1.0, 1.0), (0, 1.01, 2.0, 480.0, 1.0)])
    found = read_grants(daily, granted, 0, jobs)
    assert found.application.tolist() == [0, 2]
    assert found.begin_h.tolist() == [-24, 25]
    assert found.end_h.tolist() == [96 - 24, 25 + 12], "a day before the end, but for half the days at least"
    assert found.chips.tolist() == [600 / 96, 480 / 12]
    assert found.left_chip_s.tolist() == [1_050 * HOUR_S, 480 * HOUR_S], "a quarter of what it uses lies behind it"
    asked = found.asked_chips(100)
    assert asked[[0, 24, 25, 36, 37, 71]].tolist() == [6.25, 6.25, 46.25, 46.25, 6.25, 6.25]
    assert asked[72:].tolist() == pytest.approx([0.0] * 28)


def test_what_is_used_before_the_window_is_what_jobs_would_have_used(facts):
    """A window that begins earlier sends about as much by the day on which the other begins as is said to be used."""
    rows = many(0, 3, days=60)
    earlier = [(t, b + 90, e + 90, g, u) for t, b, e, g, u in rows]
    scene = scenario(tenant(mode="fast"), access=RULES, days=60)
    said = used_before(scene, admission(rows))
    jobs = draw([tenant(mode="fast")], earlier, facts, days=150)
    held = held_chip_s(jobs) / HOUR_S
    before = jobs.submit_s < 90 * DAY_S
    error = (held[before] ** 2).sum() ** 0.5
    assert held[before].sum() == pytest.approx(said.sum(), abs=4 * error + 0.03 * said.sum())
    assert 4 * error < 0.2 * said.sum()
    whole = used_between(scene, admission(rows), -np.inf, np.inf)
    assert whole == pytest.approx([g * u for _, _, _, g, u in rows])
    parts = used_between(scene, admission(rows), 0, 700), used_between(scene, admission(rows), 700, np.inf)
    assert said + parts[0] + parts[1] == pytest.approx(whole)


def test_what_fits_is_the_part_of_the_chip_hours_in_small_jobs():
    jobs = Sample(np.arange(1, 101), 50.5)
    share = jobs.fit_share(np.array([0, 1, 50, 99, 100, 1000]))
    assert share.tolist() == pytest.approx([0, 1 / 5050, 1275 / 5050, 4950 / 5050, 1, 1])


GRANT = st.tuples(st.integers(-50, 99), st.integers(1, 80), st.integers(1, 5000), st.floats(0, 1))
JOB = st.tuples(st.integers(0, 99), st.integers(1, 900))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(GRANT, max_size=8), st.lists(JOB, max_size=60), st.integers(0, 9))
def test_no_grant_is_overdrawn_or_used_outside_its_hours(grants, jobs, seed):
    grants, jobs = sorted(grants), sorted(jobs)
    begin, length, granted, weight = (
        np.array(column) for column in (zip(*grants, strict=True) if grants else [[]] * 4)
    )
    own = Grants(np.arange(100, 100 + len(grants)), begin, begin + length, weight, granted * 8 * 5, granted * 8 * 4)
    own = own._replace(chips=own.chips.astype(np.float64))
    hour, run_s = (np.array(column, np.int64) for column in (zip(*jobs, strict=True) if jobs else [[]] * 2))
    asked = plain.jobs(8 * np.ones(len(jobs), np.int64), submit_s=hour * HOUR_S, run_s=run_s, requested_s=run_s)
    sent = share_out(asked, {0: own}, np.array([7]), {0: np.random.default_rng(seed)})
    place = sent.allocation - 100
    assert ((place >= 0) & (place < len(grants))).all()
    at = sent.submit_s // HOUR_S
    assert ((own.begin_h[place] <= at) & (at < own.end_h[place])).all()
    paid = np.bincount(place, sent.chips * (sent.run_s + 7), minlength=len(grants))
    assert (paid <= own.left_chip_s).all()
    # What was left out does not fit what is left of every grant that was alive and could be drawn.
    if len(grants) == 1 and weight[0] > 0:
        alive = (hour >= begin[0]) & (hour < begin[0] + length[0])
        left_out = sorted(
            set(zip(hour[alive].tolist(), run_s[alive].tolist(), strict=True))
            - set(zip(at.tolist(), sent.run_s.tolist(), strict=True))
        )
        assert all(8 * (run + 7) > own.left_chip_s[0] - paid[0] for _, run in left_out)
