"""This module owns the way to the first chip-hour: cut-off, processing, permit, opening of the site, data, queue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from gortyn.admission.calendar import grant_dates
from gortyn.advice.load import Odds, QueueWait
from gortyn.catalogue import Lookup
from gortyn.model import Scenario, Site, known
from gortyn.model.access import DataSpace, Enclave, Mode
from gortyn.model.conversions import S_PER_DAY
from gortyn.spaces import gate_s, own_stage_s, stage_s


@dataclass(frozen=True, slots=True)
class Start:
    """Days from the application to the first chip-hour, part by part.

    Attributes
    ----------
    begin : day on which the application is sent
    cutoff_days : until applications are collected
    processing_days : from then until the grant
    pool_p10_days, pool_p50_days, pool_p90_days : until the mode has the hours, as in the simulated load
    permit_days : until sensitive data may be used
    opening_days : until the site operates that many chips, where that is later
    staging_days : until the data to train on have come
    queue_p10_days, queue_p50_days, queue_p90_days : in the queue of the simulated load
    queue : what the queue is known from; None where the load has no jobs like it, and the queue counts as none
    """

    begin: date
    cutoff_days: float
    processing_days: float
    pool_p10_days: float
    pool_p50_days: float
    pool_p90_days: float
    permit_days: float
    opening_days: float
    staging_days: float
    queue_p10_days: float
    queue_p50_days: float
    queue_p90_days: float
    queue: QueueWait | None

    @property
    def certain_days(self) -> float:
        """Days of the parts that the calendar and the links settle."""
        return self.cutoff_days + self.processing_days + self.permit_days + self.opening_days + self.staging_days

    @property
    def first_p10_days(self) -> float:
        """Days to the first chip-hour where all waits are as short as one in ten."""
        return self.certain_days + self.pool_p10_days + self.queue_p10_days

    @property
    def first_p50_days(self) -> float:
        """Days to the first chip-hour with median waits."""
        return self.certain_days + self.pool_p50_days + self.queue_p50_days

    @property
    def first_p90_days(self) -> float:
        """Days to the first chip-hour where all waits are as long as one in ten."""
        return self.certain_days + self.pool_p90_days + self.queue_p90_days


def start(
    begin: date,
    mode: Mode,
    opens: date,
    enclave: Enclave | None,
    staging_days: float,
    queue: QueueWait | None,
    odds: Odds | None = None,
) -> Start:
    """Days to the first chip-hour through a mode.

    An application is sent in time for the opening of a site: what lies before it is not lost from the grant.

    Parameters
    ----------
    begin : day on which the application is sent
    mode : of access, for its calendar
    opens : first day on which the site operates the chips
    enclave : that the job runs in, for its permit; None outside
    staging_days : to bring the data
    queue : simulated wait; None where it is not known
    odds : what became of applications in the simulated load, for the wait for hours; None where it is not known
    """
    calendar = grant_dates(mode, begin)
    permit_days = known(enclave.permit_days) if enclave else 0.0
    pool = (odds.pool_p10_days, odds.pool_p50_days, odds.pool_p90_days) if odds else (0.0, 0.0, 0.0)
    usable_days = (calendar.granted - begin).days + pool[1] + permit_days
    waits = (queue.p10_s, queue.p50_s, queue.p90_s) if queue else (0.0, 0.0, 0.0)
    p10, p50, p90 = (wait_s / S_PER_DAY for wait_s in waits)
    return Start(
        begin=begin,
        cutoff_days=float((calendar.cutoff - begin).days),
        processing_days=float((calendar.granted - calendar.cutoff).days),
        pool_p10_days=pool[0],
        pool_p50_days=pool[1],
        pool_p90_days=pool[2],
        permit_days=permit_days,
        opening_days=max(0.0, (opens - begin).days - usable_days),
        staging_days=staging_days,
        queue_p10_days=p10,
        queue_p50_days=p50,
        queue_p90_days=p90,
        queue=queue,
    )


def day_after(begin: date, days: float) -> date:
    """The day that so many days have passed on, parts of a day rounded up.

    >>> day_after(date(2027, 1, 1), 1.5)
    datetime.date(2027, 1, 3)
    """
    return begin + timedelta(days=math.ceil(days))


def staging_days(
    scenario: Scenario, site: Site, space: DataSpace | None, enclave: Enclave | None, size_tb: float, facts: Lookup
) -> float:
    """Days to bring the data to train on to a site.

    Data of a space come from those who hold it, other data from a holder with the usual link; each link gives a
    transfer its usual part. What goes into an enclave passes its gate at the rate of the gate.

    Parameters
    ----------
    scenario, site : where to
    space : data space that holds the data; None for the applicant's own
    enclave : that they go into; None for none
    size_tb : data to bring [TB]
    facts : for the links
    """
    if space is not None:
        seconds = stage_s(scenario, facts, space.name, site.name, size_tb)
    else:
        seconds = own_stage_s(scenario, facts, site, size_tb)
    return (seconds if enclave is None else max(seconds, gate_s(enclave, size_tb))) / S_PER_DAY
