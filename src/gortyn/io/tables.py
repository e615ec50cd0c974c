"""This module owns the tables of a results folder: one function each, from a result to named columns.

What a column means stands in the column dictionary; `frames` refuses a table whose columns are not exactly those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gortyn.io.columns import dictionary
from gortyn.resolve import leaves, named_path, printed
from gortyn.result import Result

if TYPE_CHECKING:
    import polars as pl

Columns = Mapping[str, Any]


def frames(result: Result) -> dict[str, pl.DataFrame]:
    """Return every table of a result, checked against the column dictionary."""
    return {name: _frame(name, build(result)) for name, build in TABLES.items()}


def _frame(table: str, columns: Columns) -> pl.DataFrame:
    import polars as pl

    declared = dictionary()[table]
    if set(columns) != set(declared):
        message = f"table {table}: columns {sorted(set(columns) ^ set(declared))} are not both written and declared"
        raise ValueError(message)
    frame = pl.DataFrame(
        [
            pl.Series(name, _values(columns[name]), dtype=getattr(pl, column.dtype), strict=False)
            for name, column in declared.items()
        ]
    )
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
    plans, power = result.plans, result.energy
    busy, capacity = _by_site(result, result.log.busy_chips), _by_site(result, result.log.capacity_chips)
    with np.errstate(invalid="ignore"):
        utilisation = busy.sum(axis=1) / capacity.sum(axis=1)
    computed = {
        "site": [plan.name for plan in plans],
        "capex_eur": [plan.capex.total_eur for plan in plans],
        "energy_mwh": power.facility_mw.sum(axis=1),
        "energy_eur": power.cost_eur.sum(axis=1),
        "carbon_t": power.carbon_t.sum(axis=1),
        "utilisation_share": utilisation,
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


def _jobs(result: Result) -> Columns:
    jobs, log, scenario = result.jobs, result.log, result.scenario
    sites = np.array([result.plans[part.site].name for part in result.partitions])
    machines = np.array([part.machine for part in result.partitions])
    tenants = np.array([tenant.name for tenant in scenario.tenants])
    classes = np.array([tenant.tenant_class for tenant in scenario.tenants])
    runs = [run.name for run in scenario.training_runs]
    return {
        "job": np.arange(len(jobs.submit_s)),
        "site": sites[jobs.partition],
        "machine": machines[jobs.partition],
        "tenant": tenants[jobs.tenant],
        "tenant_class": classes[jobs.tenant],
        "training_run": [runs[i] if i >= 0 else None for i in jobs.training_run],
        "submit_s": jobs.submit_s,
        "start_s": log.start_s,
        "end_s": log.end_s,
        "wait_s": log.start_s - jobs.submit_s,
        "run_s": jobs.run_s,
        "requested_s": jobs.requested_s,
        "nodes": jobs.nodes,
        "chips": jobs.chips,
    }


def _hourly(result: Result) -> Columns:
    log, power = result.log, result.energy
    sites, hours = power.it_mw.shape
    by_site = ("busy_chips", "capacity_chips", "queued_jobs", "queued_chips")
    by_energy = ("it_mw", "facility_mw", "price_eur_per_mwh", "carbon_g_per_kwh", "cost_eur", "carbon_t")
    return {
        "site": np.repeat([plan.name for plan in result.plans], hours),
        "hour": np.tile(np.arange(hours), sites),
        **{name: _by_site(result, getattr(log, name)).ravel() for name in by_site},
        **{name: getattr(power, name).ravel() for name in by_energy},
    }


def _by_site(result: Result, series: np.ndarray) -> np.ndarray:
    """Add a series of partitions, shape (partition, hour), up to sites, shape (site, hour)."""
    total = np.zeros((len(result.plans), series.shape[1]))
    np.add.at(total, [part.site for part in result.partitions], series)
    return total


def _classes(result: Result) -> Columns:
    return _rows((asdict(row) for row in result.access.classes), dictionary()["classes"])


def _tenants(result: Result) -> Columns:
    return _rows((asdict(row) for row in result.access.tenants), dictionary()["tenants"])


def _wait_quantiles(result: Result) -> Columns:
    waits = result.access.wait_quantiles
    return {
        "tenant_class": np.repeat([row.tenant_class for row in result.access.classes], waits.shape[1]),
        "quantile_share": np.tile(np.linspace(0, 1, waits.shape[1]), waits.shape[0]),
        "wait_s": waits.ravel(),
    }


def _cash(result: Result) -> Columns:
    cash = result.finance.cash
    names = [name for name in dictionary()["cash"] if name != "quarter"]
    return {"quarter": cash.quarter_start, **{name: getattr(cash, name) for name in names}}


def _layers(result: Result) -> Columns:
    rows = ({**asdict(layer), "layer": layer.name, "irr_rate": layer.irr} for layer in result.finance.layers)
    return _rows(rows, dictionary()["layers"])


def _layer_cash(result: Result) -> Columns:
    cash, names = result.finance.cash, [layer.name for layer in result.finance.layers]
    return {
        "layer": np.repeat(names, len(cash.quarter_start)),
        "quarter": list(cash.quarter_start) * len(names),
        "flow_eur": cash.layer_eur.ravel(),
    }


def _money_flow(result: Result) -> Columns:
    """Provider to layer to capital cost to part of it; each euro of capital cost appears once per step."""
    flows = [(layer.provider, layer.name, layer.amount_eur) for layer in result.finance.layers]
    flows += [(layer.name, "capital cost", layer.amount_eur) for layer in result.finance.layers]
    parts = {"chips_eur": "chips", "network_eur": "network", "building_eur": "building", "grid_eur": "grid connection"}
    for name, target in (parts | {"contingency_eur": "contingency"}).items():
        flows.append(("capital cost", target, sum(getattr(plan.capex, name) for plan in result.plans)))
    return dict(zip(("source", "target", "value_eur"), zip(*flows, strict=True), strict=True))


def _claims(result: Result) -> Columns:
    rows = ({**asdict(verdict), "claim": verdict.id} for verdict in result.verdicts)
    return _rows(rows, dictionary()["claims"])


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


TABLES: Mapping[str, Callable[[Result], Columns]] = {
    "phases": _phases,
    "sites": _sites,
    "training": _training,
    "training_breakdown": _training_breakdown,
    "training_top": partial(_training_details, table="training_top", field="top"),
    "training_map": partial(_training_details, table="training_map", field="grid"),
    "training_scaling": partial(_training_details, table="training_scaling", field="scaling"),
    "training_roofline": partial(_training_details, table="training_roofline", field="roofline"),
    "jobs": _jobs,
    "hourly": _hourly,
    "classes": _classes,
    "tenants": _tenants,
    "wait_quantiles": _wait_quantiles,
    "cash": _cash,
    "layers": _layers,
    "layer_cash": _layer_cash,
    "money_flow": _money_flow,
    "claims": _claims,
    "sources": _sources,
    "inputs": _inputs,
}
