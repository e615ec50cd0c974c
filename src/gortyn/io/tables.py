"""This module owns the tables of a results folder: one function each, from a result to named columns.

What a column means stands in the column dictionary; `frames` refuses a table whose columns are not exactly those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gortyn.io import access_tables, claim_tables, energy_tables, job_tables, money_tables
from gortyn.io.columns import dictionary
from gortyn.resolve import leaves, named_path, printed
from gortyn.result import Result

if TYPE_CHECKING:
    import polars as pl

Columns = Mapping[str, Any]


def frames(result: Result) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Yield every table of a result by its name, one after the other, checked against the column dictionary."""
    for name, build in TABLES.items():
        yield name, _frame(name, build(result))


def _frame(table: str, columns: Columns | pl.LazyFrame) -> pl.LazyFrame:
    import polars as pl

    declared = dictionary()[table]
    names = columns.collect_schema().names() if isinstance(columns, pl.LazyFrame) else list(columns)
    if set(names) != set(declared):
        message = f"table {table}: columns {sorted(set(names) ^ set(declared))} are not both written and declared"
        raise ValueError(message)
    if isinstance(columns, pl.LazyFrame):
        frame = columns.select(pl.col(name).cast(getattr(pl, column.dtype)) for name, column in declared.items())
    else:
        series = (
            pl.Series(name, _values(columns[name]), dtype=getattr(pl, column.dtype), strict=False)
            for name, column in declared.items()
        )
        frame = pl.DataFrame(list(series)).lazy()
    return frame.fill_nan(None)  # what does not exist is absent, not a number of its own


def _values(values: Any) -> Any:
    return values if isinstance(values, np.ndarray) else list(values)


def _rows(rows: Iterable[Mapping[str, Any]], names: Iterable[str]) -> Columns:
    rows = list(rows)
    return {name: [row[name] for row in rows] for name in names}


def _phases(result: Result) -> Columns:
    phases = [phase for plan in result.plans for phase in plan.phases]
    parts = ("chips_eur", "network_eur", "building_eur", "grid_eur", "contingency_eur")
    same = [name for name in dictionary()["phases"] if name not in (*parts, "phase", "capex_eur")]
    return {
        "phase": [phase.name for phase in phases],
        "capex_eur": [phase.capex.total_eur for phase in phases],
        **{name: [getattr(phase.capex, name) for phase in phases] for name in parts},
        **{name: [getattr(phase, name) for phase in phases] for name in same},
    }


def _sites(result: Result) -> Columns:
    plans = result.plans
    busy, capacity = (
        job_tables.sum_by_site(result, series) for series in (result.log.busy_chips, result.log.capacity_chips)
    )
    with np.errstate(invalid="ignore"):
        utilisation = busy.sum(axis=1) / capacity.sum(axis=1)
    computed = {
        "site": [plan.name for plan in plans],
        "capex_eur": [plan.capex.total_eur for plan in plans],
        "utilisation_share": utilisation,
        **energy_tables.site_columns(result),
    }
    same = [name for name in dictionary()["sites"] if name not in computed]
    return computed | {name: [getattr(plan, name) for plan in plans] for name in same}


def _training(result: Result) -> Columns:
    return {name: [getattr(estimate, name) for estimate in result.estimates] for name in dictionary()["training"]}


def _training_breakdown(result: Result) -> Columns:
    rows = [(run.run, part, seconds) for run in result.estimates for part, seconds in run.details.breakdown.items()]
    return {name: [row[i] for row in rows] for i, name in enumerate(("run", "part", "seconds"))}


def _training_details(result: Result, table: str, field: str) -> Columns:
    """Rows of one of the lists that stand behind the estimates, with the name of the run."""
    rows = ({"run": run.run, **asdict(row)} for run in result.estimates for row in getattr(run.details, field))
    return _rows(rows, dictionary()[table])


def _classes(result: Result) -> Columns:
    classes = [tenant.tenant_class for tenant in result.scenario.tenants]
    use = job_tables.tenant_use(result)
    rows = (
        asdict(row)
        | {name: sum(v for v, of in zip(part, classes, strict=True) if of == row.tenant_class) for name, part in use}
        for row in result.access.classes
    )
    return _rows(rows, dictionary()["classes"])


def _tenants(result: Result) -> Columns:
    use = job_tables.tenant_use(result)
    rows = (asdict(row) | {name: part[i] for name, part in use} for i, row in enumerate(result.access.tenants))
    return _rows(rows, dictionary()["tenants"])


def _wait_quantiles(result: Result) -> Columns:
    waits = result.access.wait_quantiles
    return {
        "tenant_class": np.repeat([row.tenant_class for row in result.access.classes], waits.shape[1]),
        "quantile_share": np.tile(np.linspace(0, 1, waits.shape[1]), waits.shape[0]),
        "wait_s": waits.ravel(),
    }


def _sources(result: Result) -> Columns:
    facts = result.facts
    return {
        "key": [fact.key for fact in facts],
        "value": [printed(fact.value) for fact in facts],
        "unit": [fact.unit for fact in facts],
        "date": [fact.date for fact in facts],
        "evidence": [fact.evidence for fact in facts],
        "citation": ["; ".join(source.citation for source in fact.citations) for fact in facts],
        "note": [fact.note or None for fact in facts],
        "conflicts": ["; ".join(map(_conflict, fact.conflicts)) or None for fact in facts],
    }


def _conflict(fact: Any) -> str:
    sources = ", ".join(source.citation for source in fact.citations)
    return f"{printed(fact.value)} {fact.unit} ({fact.evidence}, {fact.date}: {sources})"


def _inputs(result: Result) -> Columns:
    found = [(leaf, result.origins[leaf.path]) for leaf in leaves(result.scenario)]
    return {
        "path": [named_path(result.scenario, leaf.path) for leaf, _ in found],
        "value": [printed(leaf.value) for leaf, _ in found],
        "unit": [leaf.unit or None for leaf, _ in found],
        "origin": [origin.kind for _, origin in found],
        "where": [origin.where for _, origin in found],
        "evidence": [origin.evidence for _, origin in found],
        "note": [origin.note or None for _, origin in found],
    }


TABLES: Mapping[str, Callable[[Result], Columns | pl.LazyFrame]] = {
    "phases": _phases,
    "sites": _sites,
    "training": _training,
    "training_breakdown": _training_breakdown,
    "training_top": partial(_training_details, table="training_top", field="top"),
    "training_map": partial(_training_details, table="training_map", field="grid"),
    "training_scaling": partial(_training_details, table="training_scaling", field="scaling"),
    "training_roofline": partial(_training_details, table="training_roofline", field="roofline"),
    "jobs": job_tables.jobs,
    "hourly": job_tables.hourly,
    "hourly_classes": job_tables.hourly_classes,
    "energy_costs": energy_tables.energy_costs,
    "energy_parts": energy_tables.energy_parts,
    "swings": energy_tables.swings,
    "tender_scores": energy_tables.tender_scores,
    "operation": job_tables.operation,
    "largest_jobs": job_tables.largest_jobs,
    "classes": _classes,
    "tenants": _tenants,
    "wait_quantiles": _wait_quantiles,
    **access_tables.TABLES,
    **money_tables.TABLES,
    **claim_tables.TABLES,
    "sources": _sources,
    "inputs": _inputs,
}
