"""This module owns what `gortyn operate` does with a scenario: the stages up to the queue, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gortyn.cli.author import load_scenario
from gortyn.cli.output import FAILED, complain, print_table, progress, quantity, say_json
from gortyn.cli.queue_output import by_group, finite, mean_slowdown, peak_mb, print_figures, write_starts

if TYPE_CHECKING:
    from gortyn.result import Operated


def operate_scenario(file: str, overrides: Sequence[str], out: Path | None, json: bool) -> int:
    """Play the queue of a scenario; returns the exit code."""
    resolved = load_scenario(file, overrides)

    import numpy as np

    from gortyn import operation
    from gortyn.run import operate

    with progress(resolved.scenario.name) as tell:
        begin = time.perf_counter()
        tell("compiling")
        operation.warm()
        compile_s = time.perf_counter() - begin
        try:
            done = operate(resolved, progress=tell)
        except ValueError as error:  # a stage says why these values lead nowhere
            complain(f"gortyn: {error}")
            return FAILED
    if out is not None:
        numbers = np.arange(done.log.start_s.size)
        write_starts(out, numbers, done.jobs.submit_s, done.log.start_s, done.log.end_s)
    data = _data(done, compile_s)
    if json:
        say_json(data)
    else:
        _print(done, data)
    return 0


def _data(done: Operated, compile_s: float) -> dict[str, Any]:
    import numpy as np

    from gortyn.access import queue_wait_s
    from gortyn.operation.measures import wait_summary

    jobs, log = done.jobs, done.log
    operations = done.scenario.operations
    started = log.start_s >= 0
    wait_s = queue_wait_s(jobs, log)
    accounts = {one.tenant_class: one for one in done.access.classes}
    names = list(accounts)
    of_tenant = np.array([names.index(tenant.tenant_class) for tenant in done.scenario.tenants])
    run_s = log.end_s - log.start_s
    held = jobs.chips * (log.held_s / 3600)
    classes = by_group(names, of_tenant[jobs.tenant], wait_s, run_s, held, started)
    for name, one in accounts.items():
        # Inside the window, as the balance counts them.
        classes[name] |= {
            "chip_hours": one.chip_hours,
            "lost_chip_hours": one.lost_chip_hours,
            "goodput_share": finite(one.goodput_share),
            "unstarted_jobs": one.unstarted_jobs,
        }
    return {
        "jobs": int(started.size),
        "engine_s": log.engine_s,
        "jobs_per_s": started.size / log.engine_s,
        "peak_mb": peak_mb(),
        "utilisation": done.access.utilisation_share,
        "wait_s": wait_summary(wait_s[started]),
        "bounded_slowdown": mean_slowdown(wait_s[started], run_s[started]),
        "by_class": classes,
        "classes": "tenant_class",
        "compile_s": compile_s,
        "seconds": dict(done.seconds),
        "scenario": done.scenario.name,
        "policy": operations.scheduler,
        "estimate": operations.estimate,
        "launch_overhead_s": operations.launch_overhead_s,
        "excluded": 0,
        "unstarted_jobs": int((~started).sum()),
        "node_failures": int(log.node_failures.sum()),
        "interruptions": int(log.interrupted_jobs.sum()),
        "preemptions": log.preemptions,
        "moved_jobs": log.moved_jobs,
        "sites": _balance(done),
    }


def _balance(done: Operated) -> list[dict[str, Any]]:
    """Chip-hours of every site inside the window: paid + lost + failed + idle = capacity."""
    import numpy as np

    log, places = done.log, np.array([partition.site for partition in done.partitions])
    parts = log.balance_chip_hours
    found: list[dict[str, Any]] = []
    for place, plan in enumerate(done.plans):
        own = places == place
        machine = [partition for partition in done.partitions if partition.site == place]
        balance = {f"{name}_chip_hours": float(part[own].sum()) for name, part in parts.items()}
        capacity = float(log.capacity_chips[own].sum())
        found.append(
            {
                "site": plan.name,
                "nodes": sum(partition.nodes for partition in machine),
                "chips": sum(partition.chips for partition in machine),
                **balance,
                "capacity_chip_hours": capacity,
                "balance_error": abs(sum(balance.values()) / capacity - 1) if capacity else 0.0,
            }
        )
    return found


def _print(done: Operated, data: dict[str, Any]) -> None:
    days = done.scenario.simulation.days
    print(f"{done.scenario.title}: {data['jobs']:,} jobs of {days:,} days, {data['policy']}, {data['estimate']} times")
    parts = list(done.log.balance_chip_hours)
    header = ("site", "chips", "capacity", *parts)
    rows = []
    for site in data["sites"]:
        total = site["capacity_chip_hours"]
        shares = (site[f"{name}_chip_hours"] / total if total else 0.0 for name in parts)
        words = (f"{100 * share:.2f} %" for share in shares)
        rows.append((site["site"], f"{site['chips']:,}", quantity(total, "chip-hours"), *words))
    print()
    print_table(header, rows, right=range(1, len(header)))
    print_figures(data, "class")
    told = ("node_failures", "interruptions", "preemptions", "moved_jobs")
    print("\n" + ", ".join(f"{data[name]:,} {name.replace('_', ' ')}" for name in told))
    if data["unstarted_jobs"]:
        print(f"{data['unstarted_jobs']:,} jobs never start")
