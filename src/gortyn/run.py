"""This module owns the main path: one scenario in, one result out, stage after stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gortyn import access, admission, claims, energy, finance, machine, operation, spaces, tradeoff, training, workload
from gortyn.catalogue import Catalogue, Fact, Lookup
from gortyn.catalogue import load as load_catalogue
from gortyn.model import Scenario
from gortyn.resolve import Resolved, resolve
from gortyn.result import Funded, Operated, Reached, Result

if TYPE_CHECKING:
    from gortyn.energy import EnergyAccount
    from gortyn.model.series import AllSeries
    from gortyn.spaces import HeldSpace, Staging, TokenNeed
    from gortyn.tradeoff import TradePoint

    Data = tuple[tuple[HeldSpace, ...], tuple[Staging, ...], tuple[TokenNeed, ...]]


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

    Raises
    ------
    ValueError : the scenario names files of hourly values and was not loaded by `gortyn.load`.

    Returns
    -------
    The result of every stage. The same scenario, catalogue and seed give the same result on every machine.
    """
    catalogue = catalogue or load_catalogue()
    resolved = _resolved(scenario, catalogue)
    scenario, facts = resolved.scenario, catalogue.lookup()
    stages = _Stages(progress)
    operated = _operate(resolved, facts, stages)
    plans, partitions = operated.plans, operated.partitions
    held, staging, token_needs = _data(operated, facts, stages)
    curve = _curve(operated, facts, stages)
    with stages("energy"):
        power = account(operated, facts, resolved.series)
        swings = energy.swings(scenario, partitions, operated.jobs, operated.log, facts, operated.estimates)
        scores = energy.tender_scores(scenario, plans, power, facts, resolved.series)
    with stages("finance"):
        money = finance.appraise(scenario, plans, power, operated.access, operated.estimates, facts)
    with stages("claims"):
        done = scenario, plans, operated.estimates, power, operated.access, money, facts
        case = claims.Case(*done, token_needs, staging, curve, origins=resolved.origins)
        verdicts = claims.check(case)
    return Result(
        scenario=scenario,
        origins=resolved.origins,
        series=resolved.series,
        facts=_facts(resolved, facts.used),
        plans=plans,
        partitions=partitions,
        estimates=operated.estimates,
        admission=operated.admission,
        jobs=operated.jobs,
        log=operated.log,
        energy=power,
        swings=swings,
        scores=scores,
        access=operated.access,
        held=held,
        staging=staging,
        token_needs=token_needs,
        tradeoff=curve,
        finance=money,
        verdicts=verdicts,
        seconds=stages.seconds,
    )


def operate(
    scenario: Scenario | Resolved,
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Operated:
    """Carry a scenario as far as the queue: who runs when and where; arguments as of `run`."""
    catalogue = catalogue or load_catalogue()
    resolved = _resolved(scenario, catalogue)
    return _operate(resolved, catalogue.lookup(), _Stages(progress))


def account(operated: Operated, facts: Lookup, series: AllSeries) -> EnergyAccount:
    """Energy account of what was operated; `series` holds the hourly values of the files that the scenario names."""
    done = operated.partitions, operated.jobs, operated.log
    return energy.account(operated.scenario, operated.plans, *done, operated.tariffs, facts, series)


def reach(
    scenario: Scenario | Resolved,
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    curve: bool = True,
) -> Reached:
    """Carry a scenario as far as access: who is admitted, who waits, what data there are; arguments as of `run`.

    Parameters
    ----------
    curve : whether to compute the trade-off curve, which simulates a month again and again
    """
    catalogue = catalogue or load_catalogue()
    resolved = _resolved(scenario, catalogue)
    stages, facts = _Stages(progress), catalogue.lookup()
    operated = _operate(resolved, facts, stages)
    data = _data(operated, facts, stages)
    points = _curve(operated, facts, stages) if curve else ()
    return Reached(operated.scenario, operated, *data, points, _facts(resolved, facts.used), stages.seconds)


def fund(
    scenario: Scenario | Resolved,
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Funded:
    """Carry a scenario as far as its money; arguments as of `run`.

    Raises
    ------
    FundingError : fees and reserves of the fund go round in a circle that has no end.
    """
    catalogue = catalogue or load_catalogue()
    resolved = _resolved(scenario, catalogue)
    stages, facts = _Stages(progress), catalogue.lookup()
    operated = _operate(resolved, facts, stages)
    scenario, plans = operated.scenario, operated.plans
    with stages("energy"):
        power = account(operated, facts, resolved.series)
    with stages("finance"):
        money = finance.appraise(scenario, plans, power, operated.access, operated.estimates, facts)
    return Funded(scenario, operated, power, money, _facts(resolved, facts.used), stages.seconds)


def _resolved(scenario: Scenario | Resolved, catalogue: Catalogue) -> Resolved:
    """The scenario with every value filled.

    Raises
    ------
    ValueError : it names files, which only `gortyn.load` reads, and comes without their values.
    """
    resolved = scenario if isinstance(scenario, Resolved) else resolve(scenario, catalogue)
    for site in resolved.scenario.sites:
        named = (site.grid.price_file, site.grid.carbon_file, site.weather_file)
        if any(named) and site.name not in resolved.series:
            message = f"site '{site.name}' names files of hourly values; load the scenario with gortyn.load"
            raise ValueError(message)
    return resolved


def _operate(resolved: Resolved, facts: Lookup, stages: _Stages) -> Operated:
    scenario = resolved.scenario
    rng = np.random.default_rng(scenario.simulation.seed)
    with stages("machine"):
        plans = machine.plan(scenario, facts, resolved.series)
        partitions = machine.partitions(scenario, plans)
        tariffs = energy.tariffs(scenario, plans, facts, resolved.series)
    with stages("training"):
        estimates = training.estimates(scenario, plans, facts)
        stretch_pm = training.stretch_pm(scenario, plans, partitions, facts)
    with stages("admission"):
        admitted = admission.admit(scenario, plans, facts)
    with stages("workload"):
        jobs = workload.generate(scenario, partitions, estimates, facts, rng, admitted)
    with stages("operation"):
        goodput = {index: estimate.goodput_share for index, estimate in enumerate(estimates)}
        staging = operation.staging(scenario, partitions, facts)
        log = operation.simulate(scenario, partitions, jobs, tariffs, stretch_pm, goodput, staging)
    with stages("access"):
        users = access.account(scenario, partitions, jobs, log, admitted)
    return Operated(
        scenario=scenario,
        plans=plans,
        partitions=partitions,
        estimates=estimates,
        stretch_pm=stretch_pm,
        tariffs=tariffs,
        admission=admitted,
        jobs=jobs,
        log=log,
        access=users,
        seconds=stages.seconds,
    )


def _data(operated: Operated, facts: Lookup, stages: _Stages) -> Data:
    with stages("spaces"):
        scenario = operated.scenario
        return spaces.held(scenario), spaces.staging(scenario, facts), spaces.token_needs(scenario, facts)


def _curve(operated: Operated, facts: Lookup, stages: _Stages) -> tuple[TradePoint, ...]:
    with stages("tradeoff"):
        return tradeoff.curve(operated.scenario, operated.plans, operated.tariffs, operated.stretch_pm, facts)


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
