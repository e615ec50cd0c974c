"""A run that trains, writes, fails, restarts and waits, event by event, for comparison with the closed forms."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field


@dataclass
class Run:
    """What the run is told; hours throughout.

    observed: failures strike only while nothing restarts, as rarely as leaves one in `mttf` hours of wall-clock. Else
    they strike at any time but while a spare is waited for.
    """

    mttf: float
    observed: bool
    restart: float
    interval: float
    write: float
    persist: float = 0.0
    memory_share: float = 0.0
    memory_restart: float = 0.0
    memory_interval: float = 0.0
    memory_write: float = 0.0
    spares: int | None = None
    repair: float = 0.0

    now: float = 0.0
    done: float = 0.0
    memory: float = 0.0  # training that the last in-memory checkpoint holds
    safe: float = 0.0  # training that storage holds
    taken: float = 0.0  # training that the last checkpoint for storage holds, on its way or safe
    pending: list[tuple[float, float]] = field(default_factory=list)  # (safe at, training) of checkpoints on their way
    repairs: list[float] = field(default_factory=list)  # when each unit in repair is a spare again
    shares: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("restart", "waiting", "writes"), 0.0))
    left: float = 0.0  # exposed hours until the next failure


def simulate(run: Run, failures: int, seed: int) -> dict[str, float]:
    """Shares of the wall-clock: new steps, restarts, waiting for spares, writes, and running steps again (the rest).

    Writes that had to be repeated count as running again.
    """
    dice = random.Random(seed)
    down = run.memory_share * run.memory_restart + (1 - run.memory_share) * run.restart
    mean = run.mttf - down if run.observed else run.mttf
    run.left = dice.expovariate(1 / mean)
    struck = 0
    while struck < failures:
        if train(run):
            continue
        struck += 1
        recover(run, dice, mean)
    useful = run.safe
    cost = run.write / run.interval + (run.memory_write / run.memory_interval if run.memory_interval else 0.0)
    run.shares["writes"] = useful * cost
    new = {name: hours / run.now for name, hours in run.shares.items()} | {"new": useful / run.now}
    return new | {"rework": 1 - sum(new.values())}


def survive(run: Run, hours: float) -> bool:
    """Let exposed time pass; False where a failure cuts it short."""
    if hours >= run.left:
        run.now += run.left
        return False
    run.now += hours
    run.left -= hours
    return True


def settle(run: Run) -> None:
    """Checkpoints whose way to storage is over by now are safe."""
    for at, training in run.pending:
        if at <= run.now:
            run.safe = max(run.safe, training)
    run.pending = [(at, training) for at, training in run.pending if at > run.now]


def train(run: Run) -> bool:
    """Train up to the next checkpoint of either kind and take it; False where a failure comes first."""
    target, to_storage = run.taken + run.interval, True
    if run.memory_interval and run.memory + run.memory_interval < target - run.interval / 1e6:
        target, to_storage = run.memory + run.memory_interval, False
    before = run.now
    if not survive(run, target - run.done):
        run.done += run.now - before
        return False
    run.done = target
    if run.memory_write and not survive(run, run.memory_write):
        return False
    if not to_storage:
        run.memory = run.done
        return True
    if not survive(run, run.write):
        return False
    run.memory = run.taken = run.done
    run.pending.append((run.now + run.persist, run.done))
    return True


def recover(run: Run, dice: random.Random, mean: float) -> None:
    """Restart after a failure, from memory or from storage, as often as it takes."""
    from_storage = False
    while True:
        settle(run)
        run.left = dice.expovariate(1 / mean)
        if dice.random() >= run.memory_share:
            from_storage = True
            run.pending = []  # what was on its way to storage is lost
        if not from_storage and not run.memory_interval:
            run.memory = run.done
        wait_for_spare(run, dice)
        begin = run.now
        hours = run.restart if from_storage else run.memory_restart
        if run.observed:
            run.now += hours
            whole = True
        else:
            whole = survive(run, hours)
        run.shares["restart"] += run.now - begin
        if whole:
            break
    if from_storage:
        run.memory = run.taken = run.safe
    run.done = run.memory


def wait_for_spare(run: Run, dice: random.Random) -> None:
    """Send a unit to repair and take a spare; without one, wait until a repair ends. Nothing fails meanwhile."""
    if run.spares is None:
        return
    run.repairs = [end for end in run.repairs if end > run.now]
    run.repairs.append(run.now + dice.expovariate(1 / run.repair))
    if len(run.repairs) > run.spares:
        first = min(run.repairs)
        run.shares["waiting"] += first - run.now
        run.now = first
        run.repairs.remove(first)


@dataclass
class Fleet:
    """Replicas of a run, of which each can fail by itself; hours throughout."""

    mttf: float
    observed: bool
    replicas: int
    stall: float
    rejoin: float
    hit: int = 1
    spares: int | None = None
    repair: float = 0.0


def simulate_replicas(fleet: Fleet, failures: int, seed: int) -> dict[str, float]:
    """Shares of replica time: new steps, stall of all, replicas on their way back, replicas without a spare.

    Observed failures are those that stall the others, one in `mttf` hours of wall-clock. Else every replica that does
    not wait for a spare fails at its rate, also on its way back, which then starts anew and stalls nobody.
    """
    dice = random.Random(seed)
    now, stalled_until = 0.0, 0.0
    back = [0.0] * fleet.replicas  # when each replica trains again; infinite while it waits for a spare
    repairs: list[float] = []
    waiting: list[int] = []
    totals = dict.fromkeys(("new", "restart", "away", "waiting"), 0.0)
    strike = dice.expovariate(1 / (fleet.mttf - fleet.stall if fleet.observed else fleet.mttf))
    for _ in range(failures):
        while now < strike:
            ends = [end for end in [*back, *repairs, stalled_until] if now < end]
            then = min([strike, *ends])
            hours = then - now
            short = sum(math.isinf(end) for end in back) / fleet.replicas
            away = sum(now < end < math.inf for end in back) / fleet.replicas
            if now < stalled_until:
                totals["restart"] += hours
            else:
                totals["new"] += hours * (1 - short - away)
                totals["away"] += hours * away
                totals["waiting"] += hours * short
            now = then
            for end in [end for end in repairs if end <= now]:
                repairs.remove(end)
                if waiting:
                    back[waiting.pop(0)] = now + fleet.rejoin
        present = [i for i, end in enumerate(back) if end <= now]
        struck = dice.sample(range(fleet.replicas), fleet.hit)
        if fleet.observed and present:
            struck = dice.sample(present, min(fleet.hit, len(present)))
        struck = [i for i in struck if not math.isinf(back[i])]
        if any(back[i] <= now for i in struck):
            stalled_until = now + fleet.stall
        for i in struck:
            back[i] = now + fleet.rejoin
        if struck and fleet.spares is not None:
            repairs.append(now + dice.expovariate(1 / fleet.repair))
            if len(repairs) > fleet.spares:
                waiting += struck
                for i in struck:
                    back[i] = math.inf
        gap = fleet.mttf - fleet.stall if fleet.observed else fleet.mttf
        strike = (max(now, stalled_until) if fleet.observed else now) + dice.expovariate(1 / gap)
    return {name: hours / now for name, hours in totals.items()}
