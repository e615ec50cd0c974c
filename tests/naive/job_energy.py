"""What jobs and tenants used, hour by hour and job by job, as slowly as it is said."""

from __future__ import annotations


def job_use(start_s, end_s, held_s, mw, rates):
    """One job's use of each quantity: rates[quantity][hour], the last of which holds for all later hours."""
    if start_s < 0 or end_s <= start_s:
        return [0.0 for _ in rates]
    used = []
    for of_hour in rates:
        total, second = 0.0, start_s
        while second < end_s:
            hour = second // 3600
            until = min(end_s, (hour + 1) * 3600)
            total += of_hour[min(hour, len(of_hour) - 1)] * (until - second) / 3600
            second = until
        used.append(mw * total * held_s / (end_s - start_s))
    return used


def tenant_chip_seconds(jobs, written_share, restart_s, partitions, tenants):
    """Chip-seconds held, of it on named runs, writing, recovering; jobs as dictionaries."""
    total = [[[0.0] * tenants for _ in range(partitions)] for _ in range(4)]
    for job in jobs:
        place, tenant, held = job["place"], job["tenant"], job["chips"] * job["held_s"]
        total[0][place][tenant] += held
        total[1][place][tenant] += held if job["training_run"] >= 0 else 0
        total[2][place][tenant] += held * written_share[place][job["nodes"]]
        total[3][place][tenant] += job["chips"] * min(job["interruptions"] * restart_s, job["lost_s"])
    return total
