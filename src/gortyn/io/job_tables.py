"""This module owns the tables of the operation: jobs, hours, and the balance of chip-hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.energy import facility_mw_per_busy_chip
from gortyn.machine.conversions import S_PER_HOUR
from gortyn.result import Result
from gortyn.workload import OUTCOMES

if TYPE_CHECKING:
    import polars as pl

Columns = Mapping[str, Any]

LARGEST: Final = 200
"""Jobs that the report draws one by one."""


def jobs(result: Result) -> pl.LazyFrame:
    """One row a job. Ten years have ten million, so texts and differences come into being as the rows are written."""
    import polars as pl

    asked, log, scenario = result.jobs, result.log, result.scenario
    sites = [result.plans[part.site].name for part in result.partitions]
    machines = [part.machine for part in result.partitions]
    tenants = [tenant.name for tenant in scenario.tenants]
    classes = [tenant.tenant_class for tenant in scenario.tenants]
    runs = [run.name for run in scenario.training_runs]
    same = ("submit_s", "run_s", "requested_s", "nodes", "chips", "outcome")
    logged = ("eligible_s", "start_s", "end_s", "held_s", "lost_s", "attempts", "interruptions")
    frame = pl.DataFrame(
        {
            "job": np.arange(asked.submit_s.size),
            **{name: getattr(asked, name) for name in same},
            **{name: getattr(log, name) for name in logged},
            "place": log.place,
            "tenant": asked.tenant,
            "training_run": asked.training_run,
        }
    )

    def named(column: str, names: list[str]) -> pl.Expr:
        return pl.col(column).replace_strict(list(range(len(names))), names, default=None, return_dtype=pl.String)

    started = pl.col("start_s") >= 0
    chip_hours = pl.col("chips") * pl.col("held_s") / S_PER_HOUR
    mw_per_chip = _mw_per_chip(result)
    return frame.lazy().select(
        "job",
        site=named("place", sites),
        machine=named("place", machines),
        tenant_class=named("tenant", classes),
        tenant=named("tenant", tenants),
        training_run=named("training_run", runs),
        submit_s="submit_s",
        eligible_s="eligible_s",
        start_s=pl.when(started).then("start_s"),
        end_s=pl.when(started).then("end_s"),
        wait_s=pl.when(started).then(pl.col("start_s") - pl.col("submit_s")),
        run_s="run_s",
        requested_s="requested_s",
        held_s="held_s",
        nodes="nodes",
        chips="chips",
        attempts="attempts",
        interruptions="interruptions",
        lost_chip_hours=pl.col("chips") * pl.col("lost_s") / S_PER_HOUR,
        energy_mwh=chip_hours
        * pl.col("place").replace_strict(
            list(range(len(sites))), mw_per_chip.tolist(), default=0.0, return_dtype=pl.Float64
        ),
        outcome=named("outcome", list(OUTCOMES)),
    )


def largest_jobs(result: Result) -> Columns:
    """The jobs that held the most chip-hours, largest first."""
    asked, log, scenario = result.jobs, result.log, result.scenario
    held = asked.chips * (log.held_s / S_PER_HOUR)
    chosen = np.argsort(-held, kind="stable")[:LARGEST]
    place, tenant, run = log.place[chosen], asked.tenant[chosen].tolist(), asked.training_run[chosen].tolist()
    started = log.start_s[chosen] >= 0
    return {
        "rank": np.arange(chosen.size) + 1,
        "job": chosen,
        "site": [result.plans[result.partitions[p].site].name for p in place],
        "machine": [result.partitions[p].machine for p in place],
        "tenant": [scenario.tenants[t].name for t in tenant],
        "tenant_class": [scenario.tenants[t].tenant_class for t in tenant],
        "training_run": [scenario.training_runs[r].name if r >= 0 else None for r in run],
        "submit_s": asked.submit_s[chosen],
        "eligible_s": log.eligible_s[chosen],
        "start_s": [int(s) if begun else None for s, begun in zip(log.start_s[chosen], started, strict=True)],
        "end_s": [int(s) if begun else None for s, begun in zip(log.end_s[chosen], started, strict=True)],
        "nodes": asked.nodes[chosen],
        "chips": asked.chips[chosen],
        "chip_hours": held[chosen],
        "lost_chip_hours": asked.chips[chosen] * (log.lost_s[chosen] / S_PER_HOUR),
        "interruptions": log.interruptions[chosen],
    }


def hourly(result: Result) -> Columns:
    """One row per site and hour."""
    log, power = result.log, result.energy
    sites, hours = power.it_mw.shape
    by_site = ("busy_chips", "capacity_chips", "queued_jobs", "queued_chips", "down_chips", "lost_chip_hours")
    by_site += ("node_failures", "interrupted_jobs")
    by_energy = ("it_mw", "facility_mw", "price_eur_per_mwh", "carbon_g_per_kwh", "cost_eur", "carbon_t")
    machines = np.maximum(np.bincount([part.site for part in result.partitions], minlength=sites), 1)
    return {
        "site": np.repeat([plan.name for plan in result.plans], hours),
        "hour": np.tile(np.arange(hours), sites),
        **{name: sum_by_site(result, getattr(log, name)).ravel() for name in by_site},
        "speed_share": (sum_by_site(result, log.speed) / machines[:, None]).ravel(),
        **{name: getattr(power, name).ravel() for name in by_energy},
    }


def hourly_classes(result: Result) -> Columns:
    """One row per site, hour and class of tenants."""
    tenants = [tenant.tenant_class for tenant in result.scenario.tenants]
    classes = [row.tenant_class for row in result.access.classes]
    hours = result.log.busy_chips.shape[1]
    busy = np.stack(
        [
            sum_by_site(result, result.log.tenant_chip_hours[:, [t == name for t in tenants]].sum(axis=1))
            for name in classes
        ],
        axis=2,
    )
    return {
        "site": np.repeat([plan.name for plan in result.plans], hours * len(classes)),
        "hour": np.tile(np.repeat(np.arange(hours), len(classes)), len(result.plans)),
        "tenant_class": np.tile(classes, hours * len(result.plans)),
        "busy_chips": busy.ravel(),
    }


def operation(result: Result) -> Columns:
    """The balance of chip-hours of every partition, and what happened there."""
    log, partitions = result.log, result.partitions
    moved = log.place[log.place != result.jobs.partition]
    balance = log.balance_chip_hours
    with np.errstate(invalid="ignore"):
        goodput = balance["paid"] / (balance["paid"] + balance["lost"])
    return {
        "site": [result.plans[part.site].name for part in partitions],
        "machine": [part.machine for part in partitions],
        "nodes": [part.nodes for part in partitions],
        "chips": [part.chips for part in partitions],
        "capacity_chip_hours": log.capacity_chips.sum(axis=1),
        **{f"{name}_chip_hours": part for name, part in balance.items()},
        "goodput_share": goodput,
        "node_failures": log.node_failures.sum(axis=1),
        "interruptions": log.interrupted_jobs.sum(axis=1),
        "moved_in_jobs": np.bincount(moved, minlength=len(partitions)),
    }


def tenant_energy_mwh(result: Result) -> NDArray[np.float64]:
    """Facility energy of the chips at work for every tenant over the window [MWh], float64[tenant]."""
    return result.log.tenant_chip_hours.sum(axis=2).T @ _mw_per_chip(result)


def sum_by_site(result: Result, series: NDArray[Any]) -> NDArray[np.float64]:
    """Add a series of partitions, shape (partition, hour), up to sites, shape (site, hour)."""
    total = np.zeros((len(result.plans), series.shape[1]))
    np.add.at(total, [part.site for part in result.partitions], series)
    return total


def _mw_per_chip(result: Result) -> NDArray[np.float64]:
    pue = np.array([plan.pue for plan in result.plans])
    return facility_mw_per_busy_chip(result.scenario, result.partitions, pue)
