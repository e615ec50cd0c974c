"""The calendar of the scheduler against a sorted list and a sorted dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.kernels.queue_calendar import BLOCK, NEVER, UNUSED, calendar, earliest, expect, note, reach, take


def check_shape(dates):
    """What holds between any two calls: sorted, unused places marked, sums right, neighbours not too sparse."""
    used = dates.order[: dates.order[-1]]
    rows = [dates.at_s[block, : dates.entries[block]] for block in used]
    assert (np.diff(np.concatenate(rows)) <= 0).all()
    for block in used:
        assert (dates.at_s[block, dates.entries[block] :] == UNUSED).all()
        assert dates.entries[block] < BLOCK
        assert dates.total[block] == dates.what[block, : dates.entries[block]].sum()
    assert sorted(dates.order[:-1]) == list(range(dates.order.size - 1))


@pytest.mark.parametrize("seed", range(4))
def test_expected_nodes_equal_a_sorted_dictionary(seed):
    """Grows to many blocks and shrinks to none, so that blocks are split, fused and emptied."""
    rng = np.random.default_rng(seed)
    most = 3_000
    dates = calendar(most)
    twin: dict[int, int] = {}
    for turn in range(12_000):
        growing = (turn // 3_000) % 2 == 0
        if len(twin) < most and (not twin or rng.random() < (0.8 if growing else 0.1)):
            # Half of the times close together, so that blocks fill unevenly.
            when_s = int(rng.integers(10**6) if rng.random() < 0.5 else 500_000 + rng.integers(3_000))
            nodes = int(rng.integers(1, 50))
            twin[when_s] = twin.get(when_s, 0) + nodes
            expect(dates, when_s, nodes)
        else:
            when_s = list(twin)[int(rng.integers(len(twin)))]
            expect(dates, when_s, -twin.pop(when_s))
        if turn % 50 == 0 and twin:
            check_shape(dates)
            times = sorted(twin)
            back = np.cumsum([twin[when_s] for when_s in times])
            for need in (1, int(back[-1]), int(rng.integers(1, back[-1] + 1))):
                first = int(np.searchsorted(back, need))
                assert reach(dates, need) == (times[first], back[first])
            assert reach(dates, int(back[-1]) + 1) == (NEVER, back[-1] + 1)


@pytest.mark.parametrize("latest", [5, 10_000])
def test_entries_come_off_by_time_and_of_equals_the_oldest_first(latest):
    """Hundreds of equals lie across blocks; in turn more entries come and go."""
    rng = np.random.default_rng(latest)
    dates = calendar(5_000)
    twin: list[tuple[int, int]] = []
    for who in range(5_000):
        when_s = int(rng.integers(latest))
        note(dates, when_s, who)
        twin.append((when_s, who))
        if who % 1_000 > 600:
            twin.sort()
            for entry in (twin.pop(0), twin.pop(0)):
                assert earliest(dates) == entry
                assert take(dates) == entry[1]
    check_shape(dates)
    assert [take(dates) for _ in twin] == [who for _, who in sorted(twin)]
    assert earliest(dates) == (NEVER, -1)


@given(st.lists(st.integers(-2, 50), max_size=40))
def test_any_few_entries_come_off_in_order(seconds):
    dates = calendar(40)
    for who, at_s in enumerate(seconds):
        note(dates, at_s, who)
    assert [seconds[take(dates)] for _ in seconds] == sorted(seconds)
