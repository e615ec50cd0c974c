"""This module owns the swings of a site's load: what the largest job does when it starts, stops, saves and waits.

The chips of a synchronous job change their power together, within less than a second. Swings are those of IT power:
cooling follows over minutes. They are seen beside the hourly account, which holds their means.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.energy.losses import KIND
from gortyn.model import Ramp, Scenario, known
from gortyn.model.conversions import KW_PER_MW, S_PER_HOUR, S_PER_MIN
from gortyn.operation.failures import node_mttf_s
from gortyn.operation.sites import checkpoint_intervals_s

if TYPE_CHECKING:
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log

START: Final = "start"
END: Final = "end or failure"
CHECKPOINT: Final = "checkpoint"
STEP: Final = "step"


class StepTime(Protocol):
    """What the swings need of the estimate of a training run: its step [s]."""

    @property
    def step_s(self) -> float:
        """Time of one step [s]; NaN where unknown."""
        ...


class Swing(NamedTuple):
    """A change of the load of one site within a second, and what a buffer leaves of it.

    Attributes
    ----------
    site : index of the site
    event : what changes the load: start of the largest job, its end or failure, checkpoint, step
    chips : of that job
    swing_mw : change of the load
    period_s : how often it comes; NaN for what comes once, or is not known
    limit_mw : largest change allowed; NaN where no limit is stated
    buffer : none, storage or burn
    residual_mw : what the buffer leaves of the swing
    passes : whether that is within the limit; None where there is none
    buffer_mwh : energy that the buffer takes over the life of the job: burnt, or lost in storage
    note : how it was found
    """

    site: int
    event: str
    chips: int
    swing_mw: float
    period_s: float
    limit_mw: float
    buffer: str
    residual_mw: float
    passes: bool | None
    buffer_mwh: float
    note: str


class _Event(NamedTuple):
    """One kind of change: how much, how often, and for which share of the time the load is low."""

    name: str
    swing_mw: float
    period_s: float
    low_share: float
    times: float
    note: str


def swings(
    scenario: Scenario,
    partitions: tuple[Partition, ...],
    jobs: Jobs,
    log: Log,
    facts: Lookup,
    estimates: Sequence[StepTime] = (),
) -> tuple[Swing, ...]:
    """Swings that the largest job of each site causes, against the limit of its connection.

    The largest job is the one whose nodes rise most above idle; replicas of services do not work in step and do not
    count. A site on which no job started has none.

    Parameters
    ----------
    scenario : resolved
    partitions : where jobs ran
    jobs, log : of the simulation
    facts : catalogue, kind ``power``
    estimates : of the named training runs, for the length of their steps
    """
    rise_mw = np.array([_rise_mw_per_chip(scenario, partition) for partition in partitions])
    steady = np.array([tenant.service is not None for tenant in scenario.tenants])
    found: list[Swing] = []
    for site in range(len(scenario.sites)):
        largest = _largest(site, partitions, jobs, log, rise_mw, steady)
        if largest is not None:
            ramp = scenario.sites[site].grid.ramp
            held_h = float(log.held_s[largest]) / S_PER_HOUR
            events = _events(scenario, partitions[int(log.place[largest])], jobs, log, largest, facts, estimates)
            found += [_judged(site, int(jobs.chips[largest]), event, ramp, held_h, facts) for event in events]
    return tuple(found)


def _largest(
    site: int,
    partitions: tuple[Partition, ...],
    jobs: Jobs,
    log: Log,
    rise_mw: NDArray[np.float64],
    steady: NDArray[np.bool_],
) -> int | None:
    """The job of a site that rises most above idle; None where none started."""
    largest: list[tuple[float, int]] = []
    for index, partition in enumerate(partitions):
        if partition.site == site:
            here = np.flatnonzero((log.place == index) & (log.start_s >= 0) & ~steady[jobs.tenant])
            if here.size:
                job = int(here[np.argmax(jobs.chips[here])])
                largest.append((float(jobs.chips[job] * rise_mw[index]), job))
    return max(largest)[1] if largest else None


def _rise_mw_per_chip(scenario: Scenario, partition: Partition) -> float:
    """Power of a chip in training above that of an idle one [MW]."""
    machine = scenario.machine(partition.machine)
    share = known(machine.active_power_share) - known(machine.idle_power_share)
    return max(0.0, share) * known(machine.it_power_kw_per_chip) / KW_PER_MW


def _events(
    scenario: Scenario,
    partition: Partition,
    jobs: Jobs,
    log: Log,
    job: int,
    facts: Lookup,
    estimates: Sequence[StepTime],
) -> Iterator[_Event]:
    """All changes of the load by one job."""
    chips, nodes, run = int(jobs.chips[job]), int(jobs.nodes[job]), int(jobs.training_run[job])
    rise_mw = chips * _rise_mw_per_chip(scenario, partition)
    starts = float(log.attempts[job])
    mttf_s = node_mttf_s(scenario, partition.chips_per_node) / nodes
    said = f"{chips:,} chips from idle to training power"
    yield _Event(START, rise_mw, math.nan, 0.0, starts, said)
    failing = mttf_s if scenario.operations.failures.drawn and math.isfinite(mttf_s) else math.nan
    yield _Event(END, rise_mw, failing, 0.0, starts, f"{said} and back; as often as one of their nodes fails")
    write_s = round(scenario.operations.reliability.checkpoint_write_min * S_PER_MIN)
    interval_s = int(checkpoint_intervals_s(scenario, partition.chips_per_node, nodes, write_s)[nodes])
    if interval_s and write_s and scenario.tenants[int(jobs.tenant[job])].checkpoints:
        period_s = float(interval_s + write_s)
        dip_mw = rise_mw * facts.number(KIND, CHECKPOINT, "dip_share")
        times = float(log.held_s[job]) / period_s
        yield _Event(CHECKPOINT, dip_mw, period_s, write_s / period_s, times, f"{write_s} s of writing with chips idle")
    dip, low = facts.number(KIND, STEP, "dip_share"), facts.number(KIND, STEP, "dip_time_share")
    step_s = estimates[run].step_s if 0 <= run < len(estimates) else math.nan
    estimated = math.isfinite(step_s)
    period_s = step_s if estimated else facts.number(KIND, STEP, "period_s")
    # The mean over a step is the training power, so that its compute phase lies above it.
    dip_mw = dip * rise_mw / (1 - dip * low)
    note = f"a square wave: {dip:.0%} of the power above idle falls away for {low:.0%} of a step"
    note += "" if estimated else ", whose length is assumed"
    yield _Event(STEP, dip_mw, period_s, low, float(log.held_s[job]) / period_s, note)


def _judged(site: int, chips: int, event: _Event, ramp: Ramp | None, held_h: float, facts: Lookup) -> Swing:
    """What the buffer of a site leaves of a swing, what that takes, and whether it is within the limit."""
    limit_mw, kind = (math.nan, "none") if ramp is None else (ramp.limit_mw, ramp.buffer)
    absorbed_mw = buffer_mwh = 0.0
    if ramp is not None and kind != "none":
        absorbed_mw = (
            event.swing_mw if kind == "burn" else storage_mw(ramp, event.swing_mw, event.period_s, event.low_share)
        )
        # A change that is spread over time at the limit takes a triangle of energy; a low phase takes all of it.
        moved_mwh = min(
            event.times * absorbed_mw**2 / (2 * ramp.limit_mw) / S_PER_HOUR,
            absorbed_mw * held_h * event.low_share if event.low_share else math.inf,
        )
        lost = 1.0 if kind == "burn" else 1 - facts.number("supply", "battery", "efficiency_share")
        buffer_mwh = moved_mwh * lost
    residual_mw = event.swing_mw - absorbed_mw
    passes = None if ramp is None else residual_mw <= ramp.limit_mw
    named = event.name, chips, event.swing_mw, event.period_s
    return Swing(site, *named, limit_mw, kind, residual_mw, passes, buffer_mwh, event.note)


def storage_mw(ramp: Ramp, swing_mw: float, period_s: float, low_share: float) -> float:
    """Part of a swing that the storage of a connection takes up [MW].

    No more than its power; and no more than its energy lasts, either to spread the change over time at the limit,
    ``swing**2 / (2 limit)``, or to level a whole cycle, ``swing low (1 - low) period``, whichever takes less.

    Parameters
    ----------
    ramp : limit [MW] and storage [MW, kWh]
    swing_mw : change of the load
    period_s : time between changes; NaN where they do not repeat
    low_share : share of that time in which the load is low

    >>> from gortyn.model import Ramp
    >>> ramp = Ramp(limit_mw=1.0, buffer="storage", storage_mw=20.0, storage_kwh=50.0)
    >>> round(storage_mw(ramp, 30.0, math.nan, 0.0), 2)
    18.97
    """
    energy_mws = ramp.storage_kwh / KW_PER_MW * S_PER_HOUR
    reach_mw = math.sqrt(2 * ramp.limit_mw * energy_mws)
    if low_share and math.isfinite(period_s):
        reach_mw = max(reach_mw, energy_mws / (low_share * (1 - low_share) * period_s))
    return min(swing_mw, ramp.storage_mw, reach_mw)
