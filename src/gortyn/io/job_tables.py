"""This module owns the tables of the operation: jobs, hours, and the balance of chip-hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.energy import JobRates, job_rates, job_use
from gortyn.model.conversions import S_PER_HOUR
from gortyn.result import Result
from gortyn.workload import OUTCOMES

if TYPE_CHECKING:
    import polars as pl

Columns = Mapping[str, Any]

ASKED: Final = ("submit_s", "run_s", "requested_s", "nodes", "chips", "tenant", "training_run", "outcome", "allocation")
LOGGED: Final = ("staged_s", "eligible_s", "start_s", "end_s", "held_s", "lost_s", "place", "attempts", "interruptions")
USED: Final = ("energy_mwh", "energy_eur", "carbon_t", "water_m3")
"""Columns of what tenants used, in the order of `energy.Use`."""
LARGEST: Final = 200
"""Jobs that the report draws one by one."""


def jobs(result: Result) -> pl.LazyFrame:
    """One row a job. Ten years have ten million, so rows come into being as they are written, batch by batch."""
    import polars as pl

    rows = partial(_job_rows, result, job_rates(result.scenario, result.partitions, result.energy))
    numbers = pl.select(job=pl.int_range(result.jobs.submit_s.size))
    schema = rows(numbers.clear()).schema
    return numbers.lazy().map_batches(
        rows, schema=schema, streamable=True, predicate_pushdown=False, projection_pushdown=False
    )


def _job_rows(result: Result, rates: JobRates, batch: pl.DataFrame) -> pl.DataFrame:
    """The rows of a batch of consecutive job numbers."""
    import polars as pl

    begin = batch["job"].item(0) if batch.height else 0
    here = slice(begin, begin + batch.height)
    asked, log = (
        {name: getattr(arrays, name)[here] for name in names}
        for arrays, names in ((result.jobs, ASKED), (result.log, LOGGED))
    )
    tenants, partitions, runs = result.scenario.tenants, result.partitions, result.scenario.training_runs
    named = {
        "site": _named(log["place"], (result.plans[part.site].name for part in partitions)),
        "machine": _named(log["place"], (part.machine for part in partitions)),
        "tenant_class": _named(asked["tenant"], (tenant.tenant_class for tenant in tenants)),
        "tenant": _named(asked["tenant"], (tenant.name for tenant in tenants)),
        "training_run": _named(asked["training_run"], (run.name for run in runs)),
        "outcome": _named(asked["outcome"], OUTCOMES),
    }
    use = job_use(rates, result.jobs, result.log, here)
    used = {"energy_mwh": use.energy_mwh, "energy_eur": use.cost_eur, "carbon_t": use.carbon_t}
    frame = pl.DataFrame({"job": batch["job"]} | asked | log | named | used)
    started = pl.col("start_s") >= 0
    return frame.with_columns(
        pl.when(started).then(pl.col("start_s", "end_s")),
        wait_s=pl.when(started).then(pl.col("start_s") - pl.col("submit_s") - pl.col("staged_s")),
        application=pl.when(pl.col("allocation") >= 0).then(pl.col("allocation")),
        lost_chip_hours=pl.col("chips") * pl.col("lost_s") / S_PER_HOUR,
    ).drop("place", "lost_s", "staged_s", "allocation")


def largest_jobs(result: Result) -> Columns:
    """The jobs that held the most chip-hours, largest first."""
    asked, log, scenario = result.jobs, result.log, result.scenario
    held = asked.chips * (log.held_s / S_PER_HOUR)
    least = np.partition(held, -LARGEST)[-LARGEST] if held.size > LARGEST else 0.0
    among = np.flatnonzero(held >= least)
    chosen = among[np.argsort(-held[among], kind="stable")][:LARGEST]
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


def hourly(result: Result) -> pl.LazyFrame:
    """One row per site and hour."""
    import polars as pl

    log, power = result.log, result.energy
    sites, hours = power.it_mw.shape
    by_site = ("busy_chips", "capacity_chips", "queued_jobs", "queued_chips", "down_chips", "lost_chip_hours")
    by_site += ("node_failures", "interrupted_jobs")
    by_energy = ("it_mw", "facility_mw", "pue", "grid_mw", "renewable_mw", "price_eur_per_mwh", "carbon_g_per_kwh")
    by_energy += ("cost_eur", "carbon_t", "market_carbon_t", "water_m3", "dry_bulb_c", "wet_bulb_c")
    # A machine counts once, however many enclaves its nodes are divided over: they have the same speed.
    places = [(part.site, part.machine) for part in result.partitions]
    weight = np.array([1 / places.count(place) for place in places])
    machines = np.maximum(np.bincount([site for site, _ in dict.fromkeys(places)], minlength=sites), 1)
    columns = {
        "site": _named(np.repeat(np.arange(sites), hours), (plan.name for plan in result.plans)),
        "hour": np.tile(np.arange(hours), sites),
        **{name: sum_by_site(result, getattr(log, name)).ravel() for name in by_site},
        "speed_share": (sum_by_site(result, log.speed * weight[:, None]) / machines[:, None]).ravel(),
        **{name: getattr(power, name).ravel() for name in by_energy},
    }
    return pl.LazyFrame(columns)


def hourly_classes(result: Result) -> pl.LazyFrame:
    """One row per site, hour and class of tenants."""
    import polars as pl

    tenants = [tenant.tenant_class for tenant in result.scenario.tenants]
    classes = [row.tenant_class for row in result.access.classes]
    sites, hours = len(result.plans), result.log.busy_chips.shape[1]
    busy = np.stack(
        [
            sum_by_site(result, result.log.tenant_chip_hours[:, [t == name for t in tenants]].sum(axis=1))
            for name in classes
        ],
        axis=2,
    )
    columns = {
        "site": _named(np.repeat(np.arange(sites), hours * len(classes)), (plan.name for plan in result.plans)),
        "hour": np.tile(np.repeat(np.arange(hours), len(classes)), sites),
        "tenant_class": _named(np.tile(np.arange(len(classes)), hours * sites), classes),
        "busy_chips": busy.ravel(),
    }
    return pl.LazyFrame(columns)


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
        "enclave": [part.enclave for part in partitions],
        "nodes": [part.nodes for part in partitions],
        "chips": [part.chips for part in partitions],
        "capacity_chip_hours": log.capacity_chips.sum(axis=1),
        **{f"{name}_chip_hours": part for name, part in balance.items()},
        "goodput_share": goodput,
        "node_failures": log.node_failures.sum(axis=1),
        "interruptions": log.interrupted_jobs.sum(axis=1),
        "moved_in_jobs": np.bincount(moved, minlength=len(partitions)),
    }


def tenant_use(result: Result) -> tuple[tuple[str, NDArray[np.float64]], ...]:
    """Energy, cost, carbon and water of the nodes at work for every tenant, by column, float64[tenant] each."""
    return tuple(zip(USED, result.energy.tenants, strict=True))


def sum_by_site(result: Result, series: NDArray[Any]) -> NDArray[np.float64]:
    """Add a series of partitions, shape (partition, hour), up to sites, shape (site, hour)."""
    total = np.zeros((len(result.plans), series.shape[1]))
    np.add.at(total, [part.site for part in result.partitions], series)
    return total


def _named(codes: NDArray[Any], names: Iterable[str]) -> pl.Series:
    """Names by their numbers; -1 has none."""
    import polars as pl

    return pl.Series([*names, None], dtype=pl.String).gather(codes)
