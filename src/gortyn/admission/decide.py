"""This module owns the decision: what a mode may grant and to whom, by rank at a cut-off or in order without one."""

from __future__ import annotations

from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.admission.calendar import DAY, cutoffs_between, granted_days, has_cutoffs, longest_gap_days
from gortyn.admission.capacity import Capacity
from gortyn.model.access import Mode
from gortyn.model.conversions import S_PER_DAY, S_PER_HOUR

SAVED_DAYS: Final = 90  # source: assumed, about as long as the shortest grants last
"""Days' worth of hours that a mode without cut-offs keeps at most while nobody asks; what comes on top lapses."""


class Rounds(NamedTuple):
    """Decisions of a mode with cut-offs: those of cut-offs whose grants begin on the same day are one.

    Attributes
    ----------
    cutoff_s : int64[cut-off], last second of each cut-off's day, after the start of the window
    round : int64[cut-off], decision that it belongs to
    decided_s : int64[round], when it is decided
    pool_chip_hours : float64[round], what may be granted; infinite where the mode is not bounded
    """

    cutoff_s: NDArray[np.int64]
    round: NDArray[np.int64]
    decided_s: NDArray[np.int64]
    pool_chip_hours: NDArray[np.float64]


def rounds(mode: Mode, start: np.datetime64, first_day: int, days: int, capacity: Capacity) -> Rounds:
    """Decisions on everything that is handed in from `first_day` to the end of the window.

    The pool of a decision is the mode's share of the chip-hours in operation until grants of the next one begin; that
    of the last of stated dates lasts as long as the longest gap between them.

    Parameters
    ----------
    mode : resolved, with cut-offs
    start : first day of the window
    first_day : first day of applications, in days after `start`
    days : length of the window [days]
    capacity : chips in operation
    """
    cutoffs = cutoffs_between(mode, start + first_day * DAY, start + days * DAY)
    granted = (granted_days(mode, cutoffs) - start).astype(np.int64) * S_PER_DAY
    cutoff_s = (cutoffs - start).astype(np.int64) * S_PER_DAY + S_PER_DAY - 1
    begin_s, of_round = np.unique(granted, return_inverse=True)
    decided_s = begin_s.copy()
    np.maximum.at(decided_s, of_round, cutoff_s)
    if mode.chip_hours_share is None:
        return Rounds(cutoff_s, of_round, decided_s, np.full(begin_s.size, np.inf))
    end_s = np.append(begin_s[1:], begin_s[-1] + longest_gap_days(mode) * S_PER_DAY)
    return Rounds(cutoff_s, of_round, decided_s, mode.chip_hours_share * capacity.chip_hours(begin_s, end_s))


def most_at_once(mode: Mode, start: np.datetime64, days: int, capacity: Capacity) -> float:
    """Most chip-hours that a mode could grant to one application in the window; infinite where it is not bounded."""
    if mode.chip_hours_share is None:
        return float("inf")
    if not has_cutoffs(mode):
        chips = float(capacity.chips(np.array(days * S_PER_DAY)))
        return mode.chip_hours_share * chips * SAVED_DAYS * S_PER_DAY / S_PER_HOUR
    found = rounds(mode, start, 0, days, capacity)
    return float(found.pool_chip_hours[found.decided_s <= days * S_PER_DAY].max(initial=0.0))


def by_rank(
    of_round: NDArray[np.int64],
    score: NDArray[np.float64],
    asked_chip_hours: NDArray[np.float64],
    pool_chip_hours: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Who is admitted at cut-offs: the best first while they fit; behind one too large, smaller ones may still fit.

    Parameters
    ----------
    of_round : int64[application], decision that each belongs to
    score : float64[application]; of equal ones, the earlier in the array goes first
    asked_chip_hours : float64[application]
    pool_chip_hours : float64[round]

    Returns
    -------
    bool[application]
    """
    if np.isinf(pool_chip_hours).all():
        return np.ones(of_round.size, np.bool_)
    admitted = np.zeros(of_round.size, np.bool_)
    order = np.lexsort((-score, of_round))
    left = pool_chip_hours.tolist()
    places, rounds_in_order, asked = order.tolist(), of_round[order].tolist(), asked_chip_hours[order].tolist()
    for place, turn, wanted in zip(places, rounds_in_order, asked, strict=True):
        if wanted <= left[turn]:
            left[turn] -= wanted
            admitted[place] = True
    return admitted


class Savings:
    """Hours that a mode without cut-offs has left: they come in with time, up to `SAVED_DAYS` days' worth.

    They begin empty, at a second that lies long enough before the window to forget it.

    Kept in chip-seconds, so that whole numbers stay exact.
    """

    def __init__(self, share: float, capacity: Capacity, now_s: int) -> None:
        """Empty at `now_s`."""
        here = capacity.step_s > now_s
        self._steps_s = [*capacity.step_s[here].tolist(), np.inf]
        self._rates = (share * capacity.chips(np.append(now_s, capacity.step_s[here]))).tolist()
        self._place = 0
        self.now_s = now_s
        self.left_chip_s = 0.0

    @property
    def _rate(self) -> float:
        return self._rates[self._place]

    @property
    def _cap_chip_s(self) -> float:
        return self._rate * SAVED_DAYS * S_PER_DAY

    def pass_until(self, later_s: int) -> None:
        """Let the hours come in that come until `later_s`; an earlier second changes nothing."""
        while self.now_s < later_s:
            until_s = int(min(later_s, self._steps_s[self._place]))
            self.left_chip_s = min(self._cap_chip_s, self.left_chip_s + self._rate * (until_s - self.now_s))
            self.now_s = until_s
            if until_s == self._steps_s[self._place]:
                self._place += 1

    def take(self, chip_s: float, last_s: int) -> bool:
        """Wait until there is so much, at most until `last_s`, and take it; say whether it came."""
        while self.left_chip_s < chip_s:
            missing = chip_s - self.left_chip_s
            comes = self._rate > 0 and chip_s <= self._cap_chip_s
            enough_s = self.now_s + ceil(missing / self._rate) if comes else np.inf
            if min(enough_s, self._steps_s[self._place]) > last_s:
                self.pass_until(last_s)
                return False
            if enough_s <= self._steps_s[self._place]:
                self.pass_until(int(enough_s))
                self.left_chip_s = max(self.left_chip_s, chip_s)  # no rounding may keep it waiting
            else:
                self.pass_until(int(self._steps_s[self._place]))
        self.left_chip_s -= chip_s
        return True


def in_order(
    ready_s: NDArray[np.int64],
    asked_chip_hours: NDArray[np.float64],
    patience_s: int,
    savings: Savings,
    window_s: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Who is admitted without cut-offs: whoever is first waits for enough hours, and all others behind.

    Parameters
    ----------
    ready_s : int64[application], rising: when each is processed
    asked_chip_hours : float64[application]
    patience_s : how long one waits from then on before it gives up [s]
    savings : hours of the mode
    window_s : length of the window [s], after which nothing is looked at any more

    Returns
    -------
    When each was admitted or gave up, int64[application], not before `window_s` where neither came before; and whether
    it was admitted, bool[application].
    """
    decided, admitted = np.empty(ready_s.size, np.int64), np.zeros(ready_s.size, np.bool_)
    for place, (ready, wanted) in enumerate(zip(ready_s.tolist(), asked_chip_hours.tolist(), strict=True)):
        gives_up_s = ready + patience_s
        last_s = min(gives_up_s, window_s - 1)
        savings.pass_until(min(ready, window_s))
        if savings.now_s <= last_s and savings.take(wanted * S_PER_HOUR, last_s):
            decided[place], admitted[place] = savings.now_s, True
            continue
        decided[place] = max(ready, min(gives_up_s, window_s))
        if gives_up_s >= window_s:  # still first when the window ends
            savings.pass_until(window_s)
    return decided, admitted
