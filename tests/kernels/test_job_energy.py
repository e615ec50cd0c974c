"""The kernel of the jobs' energy against its slow twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gortyn.kernels.job_energy import job_use, tenant_chip_seconds
from naive import job_energy as naive

PLACES, TENANTS, HOURS, NODES = 2, 3, 5, 4


@st.composite
def job(draw):
    start_s = draw(st.integers(-1, 7 * 3600))
    end_s = -1 if start_s < 0 else start_s + draw(st.integers(0, 9 * 3600))
    span_s = max(0, end_s - start_s)
    held_s = draw(st.integers(0, span_s))
    return {
        "place": draw(st.integers(0, PLACES - 1)),
        "tenant": draw(st.integers(0, TENANTS - 1)),
        "nodes": draw(st.integers(1, NODES)),
        "chips": draw(st.integers(1, 40)),
        "training_run": draw(st.integers(-1, 1)),
        "start_s": start_s,
        "end_s": end_s,
        "held_s": held_s,
        "lost_s": draw(st.integers(0, held_s)),
        "interruptions": draw(st.integers(0, 3)),
    }


def columns(jobs, *names):
    kinds = {"tenant": np.int32, "training_run": np.int32}
    return [np.array([one[name] for one in jobs], kinds.get(name, np.int64)) for name in names]


@given(jobs=st.lists(job(), max_size=6), seed=st.integers(0, 99), restart_s=st.integers(0, 4000))
def test_tenants_did_what_the_slow_twin_says(jobs, seed, restart_s):
    written = np.random.default_rng(seed).random((PLACES, NODES + 1))
    total = np.zeros((4, PLACES, TENANTS))
    asked = columns(jobs, "place", "tenant", "nodes", "chips", "training_run", "held_s", "lost_s", "interruptions")
    tenant_chip_seconds(*asked, written, restart_s, total)
    np.testing.assert_allclose(total, naive.tenant_chip_seconds(jobs, written, restart_s, PLACES, TENANTS), rtol=1e-12)


@given(jobs=st.lists(job(), max_size=6), seed=st.integers(0, 99))
def test_jobs_used_what_the_slow_twin_says(jobs, seed):
    rng = np.random.default_rng(seed)
    site, mw = np.array([1, 0]), rng.random((PLACES, TENANTS))
    rates = rng.normal(size=(2, HOURS + 1, 3))  # prices may be negative
    sums = np.concatenate((np.zeros((2, 1, 3)), np.cumsum(rates[:, :-1], axis=1)), axis=1)
    used = np.full((3, len(jobs)), np.nan)
    names = ("place", "tenant", "chips", "start_s", "end_s", "held_s")
    job_use(*columns(jobs, *names), mw, site, rates, sums, used)
    for index, one in enumerate(jobs):
        power = one["chips"] * mw[one["place"], one["tenant"]]
        of_hours = rates[site[one["place"]]].T.tolist()
        expected = naive.job_use(one["start_s"], one["end_s"], one["held_s"], power, of_hours)
        np.testing.assert_allclose(used[:, index], expected, rtol=1e-9, atol=1e-9)
