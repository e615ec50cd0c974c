"""A scheduler that looks at everything anew at every instant, for comparison with the compiled one."""

from __future__ import annotations

from typing import NamedTuple


class Job(NamedTuple):
    submit_s: int
    run_s: int
    estimate_s: int
    nodes: int


Steps = list[tuple[int, int]]


def schedule(jobs: list[Job], steps: Steps, policy: str) -> list[int]:
    """Start of each job, queued in the order of the list; `steps` are the seconds at which so many nodes come.

    `policy` is FCFS, SJF (the queue is ordered by estimate first) or EASY.
    """
    start: dict[int, int] = {}
    now = -1
    while len(start) < len(jobs):
        ends = [begin + jobs[i].run_s for i, begin in start.items()]
        instants = [*ends, *(job.submit_s for job in jobs), *(second for second, _ in steps)]
        now = min(instant for instant in instants if instant > now)
        still = [(i, begin) for i, begin in start.items() if begin + jobs[i].run_s > now]
        running = [(begin + jobs[i].estimate_s, jobs[i].nodes) for i, begin in still]
        free = installed(steps, now) - sum(nodes for _, nodes in running)
        waiting = [i for i, job in enumerate(jobs) if i not in start and job.submit_s <= now]
        if policy == "SJF":
            waiting.sort(key=lambda i: jobs[i].estimate_s)
        while waiting and jobs[waiting[0]].nodes <= free:
            i = waiting.pop(0)
            start[i] = now
            running.append((now + jobs[i].estimate_s, jobs[i].nodes))
            free -= jobs[i].nodes
        if policy == "EASY" and waiting:
            head = jobs[waiting[0]]
            later = sorted({end for end, _ in running} | {second for second, _ in steps if second > now})
            shadow = next(second for second in later if expected_free(steps, running, second) >= head.nodes)
            for i in waiting[1:]:
                with_it = [*running, (now + jobs[i].estimate_s, jobs[i].nodes)]
                if jobs[i].nodes <= free and expected_free(steps, with_it, shadow) >= head.nodes:
                    start[i] = now
                    running = with_it
                    free -= jobs[i].nodes
    return [start[i] for i in range(len(jobs))]


def installed(steps: Steps, at_s: int) -> int:
    return sum(nodes for second, nodes in steps if second <= at_s)


def expected_free(steps: Steps, running: list[tuple[int, int]], at_s: int) -> int:
    """Nodes that are free at a later second if every running job takes as long as it asked for and no other starts."""
    return installed(steps, at_s) - sum(nodes for end, nodes in running if end > at_s)
