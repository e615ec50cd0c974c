"""This module owns the main path: one scenario in, one result out, stage after stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from gortyn import access, claims, energy, finance, machine, operation, training, workload
from gortyn.catalogue import Catalogue, Fact
from gortyn.catalogue import load as load_catalogue
from gortyn.model import Scenario
from gortyn.resolve import Resolved, resolve
from gortyn.result import Result

HOURS_PER_DAY = 24


def run(
    scenario: Scenario | Resolved,
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Carry a scenario from euros to access.

    Parameters
    ----------
    scenario : as `gortyn.load` returns it, or built in Python.
    catalogue : the shipped one if left out.
    progress : called with the name of each stage as it begins.

    Returns
    -------
    The result of every stage. The same scenario, catalogue and seed give the same result on every machine.
    """
    catalogue = catalogue or load_catalogue()
    resolved = scenario if isinstance(scenario, Resolved) else resolve(scenario, catalogue)
    scenario = resolved.scenario
    facts = catalogue.lookup()
    rng = np.random.default_rng(scenario.simulation.seed)
    hours = scenario.simulation.days * HOURS_PER_DAY
    stages = _Stages(progress)

    with stages("machine"):
        plans = machine.plan(scenario, facts)
        partitions = machine.partitions(scenario, plans)
    with stages("training"):
        estimates = training.estimates(scenario, plans, facts)
    with stages("workload"):
        jobs = workload.generate(scenario, partitions, estimates, facts, rng)
    with stages("operation"):
        log = operation.simulate(jobs, partitions, scenario.operations, hours)
    with stages("energy"):
        power = energy.account(scenario, plans, partitions, log, facts)
    with stages("access"):
        users = access.account(scenario, partitions, jobs, log)
    with stages("finance"):
        money = finance.appraise(scenario, plans, power, users)
    with stages("claims"):
        verdicts = claims.check(scenario, plans, estimates, power, users, money, facts)

    return Result(
        scenario=scenario,
        origins=resolved.origins,
        facts=_facts(resolved, facts.used),
        plans=plans,
        partitions=partitions,
        estimates=estimates,
        jobs=jobs,
        log=log,
        energy=power,
        access=users,
        finance=money,
        verdicts=verdicts,
        seconds=stages.seconds,
    )


class _Stages:
    """Announces and times the stages."""

    def __init__(self, progress: Callable[[str], None] | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        if self.progress:
            self.progress(name)
        begin = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begin


def _facts(resolved: Resolved, read: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Return every catalogue entry that the result rests on, by key: those that filled the scenario, and those read."""
    filled = [origin.fact for origin in resolved.origins.values() if origin.fact]
    return tuple(sorted({fact.key: fact for fact in (*filled, *read)}.values(), key=lambda fact: fact.key))
