"""Mean waits against closed forms of queueing theory."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest

from gortyn.kernels.scheduler import Policy, schedule
from gortyn.kernels.types import Queue

MEAN_RUN_S = 1e6  # so long that whole seconds are as good as real numbers
BATCHES = 40


def erlang_c(nodes, load):
    """Probability that a job waits in M/M/c at `load` erlangs (Erlang 1917)."""
    last = load**nodes / factorial(nodes) * nodes / (nodes - load)
    return last / (sum(load**k / factorial(k) for k in range(nodes)) + last)


def play(seed, nodes, utilisation, run, policy):
    """Waits and run times of jobs that take one node each, in mean run times, from the first batch on."""
    jobs = 400_000
    rng = np.random.default_rng(seed)
    submit_s = np.cumsum(rng.exponential(MEAN_RUN_S / nodes / utilisation, jobs)).astype(np.int64)
    run_s = np.ceil(run(rng, jobs) * MEAN_RUN_S).astype(np.int64)
    queue = Queue(submit_s, run_s, run_s.copy(), np.ones(jobs, np.int64))
    wait_s = schedule(queue, np.array([0]), np.array([nodes]), policy) - submit_s
    return wait_s[jobs // BATCHES :] / MEAN_RUN_S, run_s[jobs // BATCHES :] / MEAN_RUN_S


def check_mean(wait, expected):
    """The mean of the waits is the expected one within four standard errors by batch means, which are small."""
    batches = np.array([batch.mean() for batch in np.array_split(wait, BATCHES - 1)])
    error = batches.std(ddof=1) / (BATCHES - 1) ** 0.5
    assert error < 0.1 * expected
    assert abs(wait.mean() - expected) < 4 * error


@pytest.mark.parametrize("policy", [Policy.FCFS, Policy.EASY])
@pytest.mark.parametrize(("nodes", "utilisation"), [(1, 0.7), (5, 0.8), (40, 0.9)])
def test_exponential_run_times_wait_as_erlang_says(nodes, utilisation, policy):
    load = nodes * utilisation
    waits = erlang_c(nodes, load)
    wait, _ = play(11, nodes, utilisation, lambda rng, jobs: rng.exponential(1, jobs), policy)
    check_mean(wait, waits / (nodes - load))
    assert (wait > 0).mean() == pytest.approx(waits, rel=0.05)


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
    wait, _ = play(12, 1, utilisation, run, Policy.FCFS)
    check_mean(wait, utilisation * second_moment / 2 / (1 - utilisation))


def test_short_and_long_jobs_wait_as_cobham_says_under_shortest_job_first():
    """Two run times are two classes of a queue with non-preemptive priorities (Cobham 1954), each with its own wait."""
    short, long, utilisation = 0.5, 3.0, 0.8  # mean run time 1 where a fifth are long
    wait, run = play(13, 1, utilisation, lambda rng, jobs: np.where(rng.random(jobs) < 0.2, long, short), Policy.SJF)
    residual = utilisation * (0.8 * short**2 + 0.2 * long**2) / 2
    first = 1 - utilisation * 0.8 * short
    check_mean(wait[run < 1], residual / first)
    check_mean(wait[run > 1], residual / first / (1 - utilisation))


@pytest.mark.parametrize("utilisation", [0.5, 0.8])
def test_one_node_waits_as_phipps_says_under_shortest_job_first(utilisation):
    """A continuum of classes (Phipps 1956), here of exponential run times: load of the jobs shorter than x in closed
    form, mean over x by the midpoint rule."""
    wait, _ = play(14, 1, utilisation, lambda rng, jobs: rng.exponential(1, jobs), Policy.SJF)
    x = -np.log1p(-(np.arange(1_000_000) + 0.5) / 1_000_000)
    shorter = utilisation * (1 - np.exp(-x) * (1 + x))
    check_mean(wait, (utilisation / (1 - shorter) ** 2).mean())
    first_come, _ = play(14, 1, utilisation, lambda rng, jobs: rng.exponential(1, jobs), Policy.FCFS)
    assert wait.mean() < 0.8 * first_come.mean()
