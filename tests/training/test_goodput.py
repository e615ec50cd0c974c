"""Goodput against published points, a simulation of failures, and what must hold for any rate."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.training import goodput, mttf_hours, optimal_interval_h

# Minutes: mean time to failure, restart, interval (None: the best one), write; then Daly's exact form and the first
# order on the observed clock, as computed by others for the cases of Kokolis et al. 2025 and Meta's 100,000 GPUs.
PUBLISHED = [
    ("RSC-1, 16k GPUs, hourly", 110.8, 5, 60, 0, 0.720, 0.684),
    ("RSC-1, 16k GPUs, every 5 min", 110.8, 5, 5, 0, 0.934, 0.932),
    ("12k GPUs, 10 s writes", 147.7, 5, None, 1 / 6, 0.922, 0.921),
    ("12k GPUs, a rate of 1, 5 min writes", 960, 5, None, 5, 0.897, 0.898),
    ("12k GPUs, a rate of 6.5, 5 min writes", 147.7, 5, None, 5, 0.736, 0.740),
    ("100k GPUs, RSC-2 rate", 49.2, 2, 2, 0, 0.941, 0.939),
    ("100k GPUs, synchronous", 18, 10, 0, 0, 0.574, 0.444),
    ("100k GPUs, replicas", 18, 3, 0, 0, 0.846, 0.833),
]
hours = st.floats(1e-3, 1e4)
clocks = st.sampled_from(["running", "observed"])


@pytest.mark.parametrize("point", PUBLISHED, ids=lambda point: point[0])
def test_both_clocks_against_published_points(point):
    case, mttf, restart, interval, write, exact, first_order = point
    for clock, expected in (("running", exact), ("observed", first_order)):
        minutes = optimal_interval_h(mttf, restart, write, clock) if interval is None else interval
        got = goodput(mttf, restart, minutes, write, clock)
        assert got == pytest.approx(expected, abs=0.0031), f"{case}, {clock}: {got:.3f} against {expected}"


def test_the_clock_decides_at_a_hundred_thousand_chips():
    """Published: 44 % of the time with a failure every 18 min of wall-clock and a stall of 10 min."""
    observed, running = (goodput(18, 10, 0, 0, clock) for clock in ("observed", "running"))
    assert abs(observed - 0.44) < 0.01, f"observed {observed - 0.44:+.3f}, null model (running) {running - 0.44:+.3f}"
    assert abs(running - 0.44) > 0.1


def test_every_published_row_with_enough_said(shared_data):
    with (shared_data / "reliability" / "goodput_points.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    points = [row for row in rows if row["metric"] == "ETTR" and row["ckpt_write_s"] and row["daly_exact"]]
    rates = [row for row in rows if row["metric"] == "mttf_h"]
    assert len(points) >= 4
    assert len(rates) == 2
    for row in points:
        mttf = mttf_hours(float(row["rate_per_1000_node_days"]), int(row["n_chips"]))
        args = (mttf, float(row["restart_min"]) / 60, float(row["ckpt_interval_min"]) / 60)
        got = goodput(*args, float(row["ckpt_write_s"]) / 3600, "running")
        published = float(row["value"])
        error, null = got - published, 1 - published
        message = f"{row['id']}: {got:.3f} against {published} ({error:+.3f}; null model without failures {null:+.3f})"
        assert got == pytest.approx(float(row["daly_exact"]), abs=0.002), message
        assert abs(error) < min(0.05, null), message
    for row in rates:
        got = mttf_hours(float(row["rate_per_1000_node_days"]), int(row["n_chips"]))
        assert got == pytest.approx(float(row["value"]), rel=0.03), row["id"]


def test_llama_3_mean_time_to_failure():
    """Published: 419 unexpected interruptions in 54 days of 16,384 chips, and more than 90 % of the time effective."""
    rate = 419 / (54 * 16_384 / 8) * 1000
    mttf = mttf_hours(rate, 16_384)
    assert mttf == pytest.approx(54 * 24 / 419)
    interval = optimal_interval_h(mttf, 10 / 60, 1 / 60, "running")
    share = goodput(mttf, 10 / 60, interval, 1 / 60, "running")
    assert 0.84 < share < 1, f"{share:.3f} with assumed 10 min restarts and 1 min writes; published more than 0.90"
    faster = goodput(mttf, 5 / 60, optimal_interval_h(mttf, 5 / 60, 1 / 360, "running"), 1 / 360, "running")
    assert faster > 0.90, f"{faster:.3f} with 5 min restarts and 10 s writes; published more than 0.90"


def simulated(restart, interval, write, rng, segments=2000):
    """Useful share of the time of a run that fails once per hour on average and loses its segment each time."""
    elapsed = 0.0
    for _ in range(segments):
        needed = interval + write
        while (failure := rng.exponential(1.0)) < needed:
            elapsed += failure
            needed = restart + interval + write
        elapsed += needed
    return segments * interval / elapsed


@pytest.mark.parametrize(("restart", "interval", "write"), [(0.1, 0.5, 0.05), (0.5, 1.0, 0.0), (0.3, 2.0, 0.3)])
def test_exact_form_against_a_simulation_of_failures(restart, interval, write):
    rng = np.random.default_rng(7)
    got = goodput(1.0, restart, interval, write, "running")
    runs = [simulated(restart, interval, write, rng) for _ in range(10)]
    spread = np.std(runs, ddof=1) / math.sqrt(len(runs))
    assert abs(got - np.mean(runs)) < 4 * spread, f"{got:.4f} against {np.mean(runs):.4f} +- {spread:.4f}"


@given(mttf=hours, restart=st.floats(0, 10), write=st.floats(1e-6, 10), clock=clocks)
def test_no_other_interval_does_better(mttf, restart, write, clock):
    best = optimal_interval_h(mttf, restart, write, clock)
    here = goodput(mttf, restart, best, write, clock)
    assert 0 <= here <= 1
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert goodput(mttf, restart, best * factor, write, clock) <= here * (1 + 1e-9) + 1e-15


@given(mttf=st.floats(1e2, 1e4), write=st.floats(1e-6, 1e-3))
def test_young_is_the_limit_of_cheap_checkpoints(mttf, write):
    young = math.sqrt(2 * write * mttf)
    assert optimal_interval_h(mttf, 0.0, write, "running") == pytest.approx(young, rel=0.01)
    assert optimal_interval_h(mttf, 0.0, write, "observed") == pytest.approx(young, rel=0.01)


@given(mttf=hours, restart=st.floats(0, 10), interval=st.floats(0, 100), write=st.floats(0, 10), clock=clocks)
def test_goodput_is_a_share_that_grows_with_reliability(mttf, restart, interval, write, clock):
    here = goodput(mttf, restart, interval, write, clock)
    assert 0 <= here <= 1
    assert goodput(2 * mttf, restart, interval, write, clock) >= here * (1 - 1e-12)


def test_nothing_fails():
    assert mttf_hours(0.0, 1000) == math.inf
    assert optimal_interval_h(math.inf, 0.1, 0.1, "running") == math.inf
    assert goodput(math.inf, 5.0, 9.0, 1.0, "running") == pytest.approx(0.9)
    assert goodput(math.inf, 5.0, 9.0, 1.0, "observed") == pytest.approx(0.9)


def test_a_free_checkpoint_is_taken_all_the_time():
    assert optimal_interval_h(1.0, 0.1, 0.0, "running") == 0
    assert goodput(1.0, 0.1, 0.0, 0.0, "running") == pytest.approx(math.exp(-0.1))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: goodput(0.0, 0, 1, 0, "running"), "mttf_h is 0.0"),
        (lambda: goodput(1.0, -1, 1, 0, "running"), "restart_h is -1"),
        (lambda: goodput(1.0, 0, math.inf, 0, "running"), "interval_h is inf"),
        (lambda: goodput(1.0, 0, 1, -2, "observed"), "write_h is -2"),
        (lambda: goodput(math.nan, 0, 1, 0, "running"), "mttf_h is nan"),
        (lambda: optimal_interval_h(-1, 0, 1, "running"), "mttf_h is -1"),
        (lambda: mttf_hours(-1, 8), "rate_per_1000_node_days is -1"),
        (lambda: mttf_hours(1, 0), "chips is 0"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(call, named):
    with pytest.raises(ValueError, match=named):
        call()
