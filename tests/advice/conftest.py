"""A machine with modes of access, a load whose waits are known, and a question about a small model."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import plain
from gortyn import machine
from gortyn.advice import Advice, Ground, Question, ReferenceLoad, advise
from gortyn.advice.load import LEVEL, TENANT, Group, Odds
from gortyn.catalogue import load as load_catalogue
from gortyn.model import Phase, Simulation
from gortyn.model.access import AccessRules, DataSpace, Enclave, Mode
from gortyn.resolve import resolve
from gortyn.training.architecture import Architecture

MONDAY = date(2027, 3, 1)
HOUR_S = 3600.0


def waits(p10_h: float, p50_h: float, p90_h: float) -> tuple[float, ...]:
    """Quantiles that are these at 10, 50 and 90 %, straight lines between them, and level outside."""
    import numpy as np

    return tuple(np.interp(np.arange(101), (10, 50, 90), np.array((p10_h, p50_h, p90_h)) * HOUR_S).tolist())


def groups(p50_h: float, *, enclave: bool = False) -> tuple[Group, ...]:
    """Jobs of all sizes that wait so long in the median, the tenth of it and its double at the ends."""
    spread = waits(p50_h / 10, p50_h, 2 * p50_h)
    return tuple(
        Group(kind, name, enclave, octave, 100, spread)
        for kind, name in ((TENANT, "founders"), (LEVEL, "standard"))
        for octave in range(3, 13)
    )


def make(p50_h: float = 12.0, odds: tuple[Odds, ...] = (), **rules: Any) -> Ground:
    """A scenario of one site with 2,048 chips from the first of January 2026, and its load."""
    modes = rules.pop("modes", (mode(),))
    founders = plain.tenant(name="founders", tenant_class="start-up", job_chips_max=1024, price_eur_per_chip_hour=3.0)
    phases = rules.pop("phases", (Phase(name="all", operational=date(2026, 1, 1), machine="plain", chips=2048),))
    scenario = plain.scenario(
        machines=(plain.machine(training_dtype="bf16"),),
        sites=(plain.site(phases=phases),),
        tenants=rules.pop("tenants", (founders, plain.tenant(name="labs", demand_share=0.3))),
        access=AccessRules(modes=modes, **rules),
        simulation=Simulation(start=date(2026, 1, 1), days=30, seed=1),
    )
    catalogue = load_catalogue()
    resolved = resolve(scenario, catalogue).scenario
    plans = machine.plan(resolved, catalogue.lookup())
    known = groups(p50_h) + groups(p50_h, enclave=True)
    return Ground(resolved, plans, ReferenceLoad("plain", date(2026, 1, 1), 30, 2000, known, odds))


def mode(**stated: Any) -> Mode:
    """A mode for start-ups: cut-offs on two dates, ten working days, three months, a million chip-hours."""
    usual = {
        "name": "call",
        "title": "The call",
        "classes": ("start-up", "sme"),
        "free_for": ("start-up",),
        "cutoffs": (date(2027, 2, 15), date(2027, 3, 15)),
        "processing_working_days": 10.0,
        "allocation_months": 3.0,
        "most_chip_hours": 1e6,
    }
    return Mode(**usual | stated)


def ask(**stated: Any) -> Question:
    """Llama 3 8B on 2e11 tokens, asked on a Monday by a start-up in France."""
    usual = {
        "architecture": Architecture.from_catalogue("Llama-3-8B", load_catalogue().lookup()),
        "tokens": 2e11,
        "batch": 512,
        "tenant_class": "start-up",
        "country": "FR",
        "begin": MONDAY,
    }
    return Question(**usual | stated)


def answer(question: Question, *grounds: Ground) -> Advice:
    """The advice, by the shipped catalogue."""
    return advise(question, grounds, load_catalogue().lookup())


@pytest.fixture
def space() -> DataSpace:
    return DataSpace(name="registers", title="Registers", sensitive="health", size_tb=10.0, tokens=1e11,
                     growth_share_per_year=0.0, of_year=2027.0, link_gbit_per_s=10.0, licence="by permit")  # fmt: skip


@pytest.fixture
def vault() -> Enclave:
    return Enclave(name="vault", site="north", machine="plain", chips=256, permit_days=30.0, overhead_share=0.05)
