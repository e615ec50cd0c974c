"""The search against a twin that tries everything, and against what must hold of any space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.kernels import search as kernel
from gortyn.kernels.search_space import Axes, Task, empty_found, empty_scratch
from gortyn.training.architecture import Architecture
from gortyn.training.coefficients import coefficients_of
from gortyn.training.hardware import hardware_of
from naive import search as naive

FACTS = load().lookup()
H100 = hardware_of("H100-SXM", FACTS, "bf16")
SOFTWARE = coefficients_of("megatron-core", FACTS)
DENSE = Architecture("dense", 6, 1024, 4096, 8, 4, 128, 32_000, 1024)
MIXTURE = Architecture(
    "mixture", 5, 1024, 4096, 8, 8, 128, 32_000, 1024, experts=8, experts_active=2, expert_ffn=512, dense_layers=1
)
AGREE = {"rel": 1e-12}


def integers(values):
    return np.array(sorted(values), dtype=np.int64)


def some(*values):
    return st.sets(st.sampled_from(values), min_size=1).map(integers)


@st.composite
def problems(draw):
    """A small space, a step in it and a machine on which some of it fits."""
    model = draw(st.sampled_from([DENSE, MIXTURE]))
    axes = Axes(
        tp=draw(some(1, 2, 4, 8)),
        pp=draw(some(*range(1, model.layers + 1))),
        dp=draw(some(1, 2, 3, 4, 6, 12)),
        cp=draw(some(1, 2, 4)),
        ep=draw(some(1, 2, 4, 8)) if model.experts else integers([1]),
        vp=draw(some(1, 2, 3)),
        microbatch=draw(some(1, 2, 4)),
        recompute=draw(some(0, 1, 2)),
        zero=draw(some(0, 1, 2, 3)),
        offload=draw(some(0, 1)),
        shard=draw(st.sampled_from([integers([0]), integers([-1, 0])])),
    )
    chips = draw(st.integers(1, 48))
    task = Task(
        batch=draw(st.sampled_from([4, 12, 24])),
        chips=chips,
        fewest=draw(st.sampled_from([0, chips // 2])),
        active_w=draw(st.sampled_from([700.0, 1000.0])),
        idle_w=draw(st.sampled_from([0.0, 300.0])),
        eur_per_chip_s=draw(st.sampled_from([0.0, 1e-3])),
        eur_per_j=draw(st.sampled_from([0.0, 1e-8])),
    )
    memory_gb = draw(st.floats(4.05, 8.0))
    return (
        model.shape(),
        H100._replace(memory_bytes=memory_gb * 1e9, domain_chips=draw(st.sampled_from([2, 8]))),
        axes,
        task,
    )


def searched(shape, hardware, axes, task, *, keep=3, quick=False, points=64):
    found = empty_found(axes, keep, points)
    kernel.search(shape, hardware, SOFTWARE, axes, task, quick, empty_scratch(axes, shape.layers), found)
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_the_twin_finds_the_same(problem):
    shape, hardware, axes, task = problem
    found, twin = searched(*problem), naive.search(shape, hardware, SOFTWARE, axes, task)
    assert found.counts[:3].tolist() == [twin.searched, twin.feasible, twin.state_too_large]
    assert found.counts[3] == twin.searched - twin.feasible - twin.state_too_large
    values = list(twin.layouts.values())
    for by in range(3):
        best = sorted(value[by] for value in values)[:3]
        assert found.values[by, : len(best), by] == pytest.approx(best, **AGREE)
        assert np.all(np.isinf(found.values[by, len(best) :]))
        for row, value in zip(found.layouts[by].tolist(), found.values[by].tolist(), strict=True):
            if np.isfinite(value[0]):
                assert value == pytest.approx(twin.layouts[tuple(row[:8])], **AGREE)
    front = found.front_values[: found.counts[5]]
    # Two points that differ by rounding alone may stand for one another.
    for ours, theirs in ((front.tolist(), naive.pareto(values)), (naive.pareto(values), front.tolist())):
        for one in ours:
            assert any(all(b <= a * (1 + 1e-12) for a, b in zip(one, other, strict=True)) for other in theirs)
    for i, tp in enumerate(axes.tp.tolist()):
        for j, pp in enumerate(axes.pp.tolist()):
            assert found.grid_s[i, j] == pytest.approx(twin.grid.get((tp, pp), np.inf), **AGREE)
            assert found.grid_bytes[i, j] == pytest.approx(twin.least_bytes.get((tp, pp), np.inf), rel=1e-9)


@settings(max_examples=40)
@given(problems())
def test_a_quick_search_finds_the_same_fastest(problem):
    full, quick = searched(*problem), searched(*problem, keep=1, quick=True)
    assert quick.values[0, 0, 0] == full.values[0, 0, 0]
    assert quick.counts[0] <= full.counts[0]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_fewest_chips_are_those_of_the_twin(problem):
    shape, hardware, axes, task = problem
    axes = axes._replace(microbatch=axes.microbatch[:1], vp=integers([1]))
    counts = np.zeros(6, np.int64)
    fewest = kernel.least(
        shape, hardware, SOFTWARE, axes, task.batch, task.chips, empty_scratch(axes, shape.layers), counts
    )
    twin = naive.search(shape, hardware, SOFTWARE, axes, task._replace(fewest=0))
    assert (fewest if fewest <= task.chips else None) == twin.fewest


def test_a_front_without_room_says_so():
    axes = Axes(*(integers(values) for values in ([1, 2], [1, 2, 3, 6], [1, 2, 3, 4, 6, 12], [1, 2], [1], [1, 2, 3])),
                integers([1, 2]), integers([0, 2]), integers([0, 1, 2, 3]), integers([0]), integers([0]))  # fmt: skip
    task = Task(12, 48, 0, 1000.0, 100.0, 0.0, 0.0)
    shape = DENSE.shape()
    roomy = searched(shape, H100, axes, task, points=64)
    assert roomy.counts[5] > 1
    assert np.all(np.diff(roomy.front_values[: roomy.counts[5], 0]) > 0)
    assert np.all(np.diff(roomy.front_values[: roomy.counts[5], 1]) < 0)
    assert searched(shape, H100, axes, task, points=1).counts[5] == -1


def test_nothing_depends_on_what_was_searched_before():
    """Scratch of one search leaves no trace in the next."""
    axes = Axes(
        *map(integers, ([1, 2], [1, 2], [1, 2, 4], [1], [1], [1], [1, 2], [0, 2], [0, 1, 2, 3], [0, 1], [-1, 0]))
    )
    task = Task(8, 16, 8, 1000.0, 300.0, 1e-3, 1e-8)
    first, again = (searched(DENSE.shape(), H100, axes, task) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
