"""Jobs and logs written by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

import plain
from gortyn.admission import OUTCOMES, Admission, Applications, Decisions
from gortyn.kernels.hourly import hourly_mean
from gortyn.kernels.types import Jobs
from gortyn.machine.partition import Partition
from gortyn.model import Phase, Simulation


@pytest.fixture
def make_scenario():
    """Scenario whose tenants are (name, class, price); nothing else of it matters to access."""

    def make(tenants, days=1, **stated):
        return plain.scenario(
            machines=(plain.machine(),),
            sites=(plain.site(phases=(Phase(name="one", operational=date(2026, 1, 1), machine="plain", chips=80),)),),
            tenants=tuple(
                plain.tenant(name=name, tenant_class=tenant_class, demand_share=0.1, price_eur_per_chip_hour=price)
                for name, tenant_class, price in tenants
            ),
            simulation=Simulation(start=date(2027, 1, 1), days=days),
            **stated,
        )

    return make


@pytest.fixture
def make_jobs():
    """Jobs and log from rows of (tenant, chips, submit, start, run)."""

    def make(rows, hours=24, capacity_chips=80.0, tenants=4):
        tenant, chips, submit, start, run = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        jobs = Jobs(
            submit_s=submit,
            run_s=run,
            requested_s=run,
            nodes=chips // 8,
            chips=chips,
            tenant=tenant.astype(np.int32),
            partition=np.zeros(len(rows), np.int32),
            training_run=np.full(len(rows), -1, np.int32),
            outcome=np.zeros(len(rows), np.int8),
            allocation=np.full(len(rows), -1, np.int32),
        )
        by_tenant = np.zeros((1, tenants, hours))
        for one in range(tenants):
            own = tenant == one
            by_tenant[0, one] = hourly_mean(start[own], (start + run)[own], chips[own], hours)
        busy = by_tenant.sum(axis=1)
        log = plain.log(
            busy,
            capacity_chips,
            start,
            start + run,
            tenant_chip_hours=by_tenant,
            tenant_lost_chip_hours=np.zeros(tenants),
        )
        return jobs, log

    return make


@pytest.fixture
def partitions():
    """One partition of ten nodes."""
    return (Partition(0, "plain", 10, 8, np.zeros(1, np.int64), np.array([10])),)


@pytest.fixture
def make_admission():
    """Applications from rows of (tenant, mode, country, submit, cut-off, decided, begin, end, asked, outcome)."""

    def make(rows, countries=("FR", "DE"), population=(60e6, 80e6), pools=(math.nan, math.nan)):
        columns = list(zip(*rows, strict=True))
        tenant, mode, country, submit, cutoff, decided, begin, end, asked, outcome = columns
        whole = [np.array(column, np.int64) for column in (cutoff, decided, begin, end)]
        return Admission(
            Applications(
                tenant=np.array(tenant, np.int32),
                mode=np.array(mode, np.int32),
                country=np.array([countries.index(one) for one in country], np.int32),
                submit_s=np.array(submit, np.int64),
                asked_chip_hours=np.array(asked, np.float64),
                flaw=np.full(len(rows), -1, np.int8),
                score=np.full(len(rows), 0.5),
                used_share=np.full(len(rows), 0.8),
            ),
            Decisions(whole[0], whole[1], np.array([OUTCOMES.index(o) for o in outcome], np.int8), whole[2], whole[3]),
            tuple(countries),
            np.array(population),
            np.array(pools),
        )

    return make
