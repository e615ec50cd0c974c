"""How far a running job gets, and when its attempt is over."""

from __future__ import annotations

import math

from naive.cluster.world import NEVER, Delay, Job, Part, World

HOUR_S = 3600
WORD = 2**64


def volume(part: Part, at_s: int) -> int:
    """V(p, t): seconds so far, each times the speed in per mille."""
    known = sum(pm * max(0, min(at_s, (h + 1) * HOUR_S) - h * HOUR_S) for h, pm in enumerate(part.speed))
    return known + 1000 * max(0, at_s - len(part.speed) * HOUR_S)


def inverse(part: Part, wanted: int) -> int:
    """Least t with V(p, t) >= wanted."""
    begin_s, pm = 0, 1000
    for hour, speed in enumerate([*part.speed, 1000]):
        begin_s, pm = hour * HOUR_S, speed
        if volume(part, begin_s + HOUR_S) >= wanted:
            break
    return begin_s + -((volume(part, begin_s) - wanted) // pm)


def interval(part: Part, job: Job) -> int:
    return part.interval_s[job.nodes] if job.tenant.saves else 0


def write(part: Part, job: Job) -> int:
    """Time that a checkpoint blocks the job; the work of immune jobs holds their writes already."""
    return 0 if job.immune else part.write_s


def span(part: Part, job: Job, work: int) -> int:
    """Time that so much work takes with its checkpoints; none is written at the end."""
    tau = interval(part, job)
    return work + write(part, job) * ((work - 1) // tau) if tau > 0 else work


def progress(part: Part, job: Job, time: int) -> int:
    """Work done in so much time, writes included."""
    tau = interval(part, job)
    if tau == 0:
        return time
    cycle = tau + write(part, job)
    return (time // cycle) * tau + min(time % cycle, tau)


def delay(part: Part, job: Job) -> int:
    """R of the next attempt."""
    return {Delay.NOTHING: 0, Delay.RESUME: part.resume_s, Delay.RECOVER: part.recover_s}[job.delay]


def real_length(part: Part, job: Job) -> int:
    """Length L of the next attempt if nothing cut it."""
    return delay(part, job) + span(part, job, job.work_s - job.done)


def expected_length(world: World, job: Job) -> int:
    """Length E of the next attempt."""
    part = world.parts[job.part]
    return cut(job, delay(part, job) + span(part, job, job.estimate_s - job.done))


def cut(job: Job, length: int) -> int:
    segment_s = job.tenant.segment_s
    return min(length, segment_s) if segment_s > 0 else length


def estimated_end(world: World, job: Job) -> int:
    """End that the checks before placement expect of a job that starts now."""
    if job.tenant.service:
        return job.until_s
    part = world.parts[job.part]
    return inverse(part, volume(part, world.now) + 1000 * expected_length(world, job))


def software_failure(world: World, job: Job) -> int:
    """When the attempt that begins now would fail by itself; nothing fails beyond the window."""
    if job.immune or math.isinf(job.tenant.mtbf_s):
        return NEVER
    z = (int(world.policy.seed) + job.number * 0x9E3779B97F4A7C15 + job.attempts * 0xBF58476D1CE4E5B9) % WORD
    z ^= z >> 30
    z = z * 0xBF58476D1CE4E5B9 % WORD
    z ^= z >> 27
    z = z * 0x94D049BB133111EB % WORD
    z ^= z >> 31
    u = ((z >> 11) + 0.5) * 2.0**-53
    at_s = world.now + 1 + math.floor(-math.log(u) * job.tenant.mtbf_s)
    return at_s if at_s < world.policy.window_s else NEVER


def done_seconds(part: Part, job: Job, at_s: int) -> int:
    """Eff: seconds at full speed that the running attempt has had."""
    attempt = job.running
    return (volume(part, at_s) - volume(part, attempt.begin_s)) // attempt.stretch
