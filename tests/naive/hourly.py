"""Hourly means by looking at every interval in every hour."""

from __future__ import annotations

from fractions import Fraction


def hourly_mean(intervals: list[tuple[int, int, int]], hours: int) -> list[float]:
    """Mean of the amounts of (begin, end, amount) in each hour, in exact fractions until the last step."""
    means = []
    for hour in range(hours):
        first, last = hour * 3600, (hour + 1) * 3600
        total = sum(amount * max(0, min(end, last) - max(begin, first)) for begin, end, amount in intervals)
        means.append(float(Fraction(total, 3600)))
    return means
