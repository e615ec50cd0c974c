"""Mean waits against closed forms of queueing theory."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest

from gortyn.kernels.scheduler import schedule
from gortyn.kernels.types import Queue

MEAN_RUN_S = 1e6  # so long that whole seconds are as good as real numbers
BATCHES = 40


def erlang_c(nodes, load):
    """Probability that a job waits in M/M/c at `load` erlangs (Erlang 1917)."""
    last = load**nodes / factorial(nodes) * nodes / (nodes - load)
    return last / (sum(load**k / factorial(k) for k in range(nodes)) + last)


def mean_wait_runs(seed, nodes, utilisation, run, backfill):
    """Mean wait in mean run times, its standard error by batch means, and the share of jobs that wait."""
    jobs = 400_000
    rng = np.random.default_rng(seed)
    submit_s = np.cumsum(rng.exponential(MEAN_RUN_S / nodes / utilisation, jobs)).astype(np.int64)
    run_s = np.ceil(run(rng, jobs) * MEAN_RUN_S).astype(np.int64)
    queue = Queue(submit_s, run_s, run_s.copy(), np.ones(jobs, np.int64))
    wait = (schedule(queue, np.array([0]), np.array([nodes]), backfill) - submit_s)[jobs // BATCHES :] / MEAN_RUN_S
    batches = np.array([batch.mean() for batch in np.array_split(wait, BATCHES - 1)])
    return wait.mean(), batches.std(ddof=1) / (BATCHES - 1) ** 0.5, (wait > 0).mean()


@pytest.mark.parametrize("backfill", [False, True])
@pytest.mark.parametrize(("nodes", "utilisation"), [(1, 0.7), (5, 0.8), (40, 0.9)])
def test_exponential_run_times_wait_as_erlang_says(nodes, utilisation, backfill):
    load = nodes * utilisation
    waits = erlang_c(nodes, load)
    mean, error, share = mean_wait_runs(11, nodes, utilisation, lambda rng, jobs: rng.exponential(1, jobs), backfill)
    expected = waits / (nodes - load)
    assert error < 0.1 * expected
    assert abs(mean - expected) < 4 * error
    assert share == pytest.approx(waits, rel=0.05)


@pytest.mark.parametrize(
    ("run", "second_moment"),
    [
        (lambda _, jobs: np.ones(jobs), 1),
        (lambda rng, jobs: rng.lognormal(-0.5, 1, jobs), exp(1)),
    ],
    ids=["constant", "lognormal"],
)
def test_one_node_waits_as_pollaczek_and_khinchine_say(run, second_moment):
    utilisation = 0.6
    mean, error, _ = mean_wait_runs(12, 1, utilisation, run, False)
    expected = utilisation * second_moment / 2 / (1 - utilisation)
    assert error < 0.1 * expected
    assert abs(mean - expected) < 4 * error
