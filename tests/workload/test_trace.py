"""A trace and its figures, against small cases done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gortyn.workload.trace import Trace
from gortyn.workload.trace_statistics import quantiles, size_shares, statistics


def trace_of(submit_s=(0, 3600, 7200), **changes) -> Trace:
    jobs = len(submit_s)
    text = np.full(jobs, "", dtype=object)
    columns = {
        "job_id": np.array([f"{n}" for n in range(jobs)], dtype=object),
        "submit_s": np.array(submit_s),
        "start_s": np.full(jobs, -1),
        "end_s": np.full(jobs, -1),
        "run_s": np.full(jobs, 3600),
        "requested_s": np.full(jobs, -1),
        "chips": np.full(jobs, 2.0),
        "nodes": np.zeros(jobs, dtype=int),
        "cpus": np.zeros(jobs, dtype=int),
        "user": text,
        "group": text,
        "job_type": text,
        "status": text,
    }
    return Trace(**columns | changes)


def test_unequal_columns_and_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        trace_of(chips=np.ones(2))
    with pytest.raises(ValueError, match="sorted by submit_s"):
        trace_of(submit_s=(5, 0, 7))


def test_take_keeps_all_columns_together() -> None:
    part = trace_of(chips=np.array([1.0, 2.0, 3.0]), origin="2024-01-01T00:00:00").take(np.array([0, 2]))
    assert (part.job_id.tolist(), part.chips.tolist(), part.origin) == (["0", "2"], [1.0, 3.0], "2024-01-01T00:00:00")


def test_figures_of_three_jobs() -> None:
    trace = trace_of(
        start_s=np.array([10, -1, 7230]),
        requested_s=np.array([7200, -1, 3600]),
        user=np.array(["a", "", "a"], dtype=object),
        status=np.array(["completed", "failed", "completed"], dtype=object),
    )
    figures = statistics(trace, capacity_chips=6)
    assert (figures.jobs, figures.span_s, figures.chip_hours) == (3, 7200, 6.0)
    assert figures.offered_load == 6 / (6 * 2)
    assert figures.wait_s is not None
    assert (figures.wait_s["mean"], figures.wait_s["max"], figures.waits_known) == (20.0, 30.0, 2 / 3)
    assert figures.run_per_request is not None
    assert figures.run_per_request["mean"] == 0.75
    assert figures.status == {"completed": 2 / 3, "failed": 1 / 3}
    assert (figures.users, figures.groups, figures.jobs_above_capacity) == (1, 0, 0)
    assert (figures.hour_shares, figures.begin) == (None, "")


def test_sizes_end_at_powers_of_two() -> None:
    chips = np.array([0.25, 1, 2, 3, 4, 5, 8, 9, 4096])
    classes = size_shares(chips, np.ones(9, dtype=int))
    assert list(classes) == ["<1", "1", "2", "3-4", "5-8", "9-16", "2049-4096"]
    assert [round(9 * jobs) for jobs, _ in classes.values()] == [1, 1, 1, 2, 2, 1, 1]
    assert sum(work for _, work in classes.values()) == pytest.approx(1)


def test_quantiles_of_a_straight_line() -> None:
    found = quantiles(np.arange(101))
    assert {name: found[name] for name in ("p5", "p50", "p99", "mean", "max")} == {
        "p5": 5, "p50": 50, "p99": 99, "mean": 50, "max": 100,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "zone", "hours", "weekday"),
    [
        ("2024-01-01T22:00:00", "", [22, 23, 0], 0),  # a Monday
        ("2024-01-01T22:00:00+01:00", "", [22, 23, 0], 0),
        ("2024-01-01T22:00:00+00:00", "Europe/Berlin", [23, 0, 1], 0),
        ("2024-03-31T00:30:00+01:00", "Europe/Berlin", [0, 1, 3], 6),  # the clock leaps over 2 o'clock
        ("2024-01-01T22:00:00+00:00", "Asia/Kolkata", [3, 4, 5], 1),  # five and a half hours ahead
        ("2024-01-01T22:00:00+00:00", "No/Where", [22, 23, 0], 0),
    ],
)
def test_hours_are_those_of_the_clusters_clock(origin, zone, hours, weekday) -> None:
    figures = statistics(trace_of(origin=origin, zone=zone))
    assert figures.hour_shares is not None
    assert figures.weekday_shares is not None
    assert [hour for hour, share in enumerate(figures.hour_shares) if share] == sorted(hours)
    assert figures.weekday_shares[weekday] > 0
    assert sum(figures.hour_shares) == sum(figures.weekday_shares) == pytest.approx(1)


def test_begin_is_the_first_submission() -> None:
    figures = statistics(trace_of(submit_s=(1535348017, 1535348018, 1535348019), origin="1970-01-01T00:00:00+00:00"))
    assert figures.begin == "2018-08-27T05:33:37+00:00"


@pytest.mark.parametrize("capacity", [0, -1, float("nan")])
def test_capacity_is_positive(capacity) -> None:
    with pytest.raises(ValueError, match="above 0 chips"):
        statistics(trace_of(), capacity)


def test_no_jobs_no_figures() -> None:
    with pytest.raises(ValueError, match="without jobs"):
        statistics(trace_of(submit_s=()))
