"""This module owns one run through one mode at one place: its days, hours, energy, carbon and price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from gortyn.advice.place import Place
from gortyn.advice.sizing import Sizes
from gortyn.advice.timeline import Start, day_after
from gortyn.catalogue import Lookup
from gortyn.energy.embodied import kg_per_chip
from gortyn.model import Scenario, known
from gortyn.model.access import Mode
from gortyn.model.conversions import DAYS_PER_YEAR, HOURS_PER_DAY, KG_PER_T, S_PER_DAY
from gortyn.training.strategy import Strategy

MONTHS_PER_YEAR: Final = 12
InTime = Literal["yes", "likely", "no"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a run on some chips would be done.

    Attributes
    ----------
    chips : chips held
    start : days to the first chip-hour
    run_days : days of the run, failures, checkpoints and the overhead of an enclave included
    jobs : jobs one after the other that it takes under the walltime limit
    requeue_days : mean wait of the jobs after the first, all together
    grants : grants one after the other that it takes, because each ends after the mode's length
    """

    chips: int
    start: Start
    run_days: float
    jobs: int
    requeue_days: float
    grants: int

    @property
    def chip_hours(self) -> float:
        """Chip-hours of the run."""
        return self.chips * self.run_days * HOURS_PER_DAY

    @property
    def done_p10_days(self) -> float:
        """Days from the application to the end that one run in ten is faster than."""
        return self.start.first_p10_days + self.run_days + self.requeue_days

    @property
    def done_p50_days(self) -> float:
        """Days from the application to the end, median."""
        return self.start.first_p50_days + self.run_days + self.requeue_days

    @property
    def done_p90_days(self) -> float:
        """Days from the application to the end that one run in ten is slower than."""
        return self.start.first_p90_days + self.run_days + self.requeue_days

    @property
    def done(self) -> date:
        """The day it is done, median."""
        return day_after(self.start.begin, self.done_p50_days)

    def in_time(self, by: date | None) -> InTime | None:
        """Whether it is done by a day: in nine cases of ten, or at least in the median; None without such a day."""
        if by is None:
            return None
        if day_after(self.start.begin, self.done_p90_days) <= by:
            return "yes"
        return "likely" if self.done <= by else "no"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that can be had, with what it takes.

    Attributes
    ----------
    schedule : when
    strategy, precision : how the chips share the work
    h100_equivalents : of the chips held
    mfu_share, goodput_share : of the dense peak; of the time, with failures and checkpoints
    compute_days : without failures
    energy_mwh : of the facility
    carbon_t : of that energy, by the mean of the country's grid
    embodied_t : part of making the chips and their hosts that falls on the run; nan where unknown
    price_eur : to be paid; None where no price is known
    """

    schedule: Schedule
    strategy: Strategy
    precision: str
    h100_equivalents: float
    mfu_share: float
    goodput_share: float
    compute_days: float
    energy_mwh: float
    carbon_t: float
    embodied_t: float
    price_eur: float | None


def schedule(scenario: Scenario, mode: Mode, chips: int, run_days: float, start: Start) -> Schedule:
    """When a run would be done, with the jobs and grants that it takes.

    Parameters
    ----------
    scenario : for the walltime limit
    mode : for the length of a grant
    chips, run_days : of the run
    start : days to its first chip-hour
    """
    jobs = max(1, math.ceil(run_days * HOURS_PER_DAY / scenario.operations.walltime_limit_hours))
    mean_wait_days = start.queue.mean_s / S_PER_DAY if start.queue else 0.0
    requeue_days = (jobs - 1) * mean_wait_days
    held_days = start.staging_days + start.queue_p50_days + run_days + requeue_days
    grants = max(1, math.ceil(held_days / grant_days(mode)))
    return Schedule(chips, start, run_days, jobs, requeue_days, grants)


def grant_days(mode: Mode) -> float:
    """Days that a grant of a mode lasts."""
    return known(mode.allocation_months) * DAYS_PER_YEAR / MONTHS_PER_YEAR


def filled(
    schedule: Schedule, sizes: Sizes, scenario: Scenario, place: Place, eur_per_chip_hour: float | None, facts: Lookup
) -> Run:
    """The run of a schedule with its strategy, energy, carbon and price.

    Parameters
    ----------
    schedule : when
    sizes : what the run takes on the machine
    scenario, place : where
    eur_per_chip_hour : price there; None where none is known
    facts : for the emissions of making chips
    """
    plan, machine = sizes.plan(schedule.chips), scenario.machine(place.machine)
    # The facility draws more where cooling takes more; the chips do not.
    energy_mwh = plan.energy_mwh * place.slowdown * place.plan.pue / sizes.target.pue
    life_days = known(scenario.costs.chip_life_years) * DAYS_PER_YEAR
    made_t = kg_per_chip(machine, facts) / KG_PER_T * schedule.chips
    return Run(
        schedule=schedule,
        strategy=plan.best.strategy,
        precision=plan.precision,
        h100_equivalents=plan.h100_equivalents,
        mfu_share=plan.best.step.mfu,
        goodput_share=plan.goodput.goodput_share,
        compute_days=plan.compute_days * place.slowdown,
        energy_mwh=energy_mwh,
        carbon_t=energy_mwh * known(place.site.grid.carbon_g_per_kwh) / KG_PER_T,
        embodied_t=made_t * schedule.run_days / life_days,
        price_eur=None if eur_per_chip_hour is None else eur_per_chip_hour * schedule.chip_hours,
    )
