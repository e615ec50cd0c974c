"""At the edges of what a scenario may say, a run ends well or says in one line why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from gortyn.io.results import open_result

from .conftest import Call

FREE = [f"machines.{machine}.{part}_usd_per_chip=0" for machine in ("h100", "gb300") for part in ("server", "network")]
TENANTS = ("founders", "university", "carmaker", "model-maker", "laboratory", "assistant", "hospital", "volunteers")
NOBODY = [f"tenants.{tenant}.demand_share=0" for tenant in TENANTS]

SHORT = "simulation.days=12"
UNCUT = "tenants.model-maker.chains=false"

LOANS = ("bank", "development-bank", "guarantee")
EDGES = {
    "a day": ["simulation.days=1"],
    "two years": ["simulation.days=730"],
    "a year of another age": ["simulation.start=9999-12-31"],
    "a phase that is never built": ["sites.narvik.phases.second.operational=9999-01-01"],
    "a phase of the first century": [
        "sites.narvik.grid.energised=0001-01-01",
        "sites.narvik.phases.first.operational=0001-02-01",
    ],
    "chips for a century": ["costs.chip_life_years=100"],
    "chips for days": ["costs.chip_life_years=0.01", *(f"fund.layers.{name}.tenor_years=0.01" for name in LOANS)],
    "a building that falls down": ["costs.building_life_years=0.1"],
    "ten years of building": ["costs.construction_quarters=40"],
    "a walltime of seconds": ["operations.walltime_limit_hours=0.001"],
    "jobs without end": ["tenants.carmaker.run_hours=1e300"],
    "wild jobs": ["tenants.carmaker.run_hours_spread=4", "tenants.carmaker.job_chips_spread=3"],
    "no failures": ["operations.reliability.rate_per_1000_node_days=0"],
    "constant failures": ["operations.reliability.restart_min=100000", UNCUT],
    "constant failures of jobs": ["operations.reliability.restart_min=100000", UNCUT, "training_runs=[]"],
    "restarts of years": ["operations.reliability.restart_min=1e9", UNCUT],
    "restarts of ages": ["operations.reliability.restart_min=1e9", UNCUT, "training_runs=[]"],
    "six minutes between failures": ["operations.failures.job_rate_per_hour=10", "training_runs=[]", SHORT],
    "nodes that always fail": ["operations.reliability.rate_per_1000_node_days=1000", "training_runs=[]"],
    "sites that always fail": ["operations.failures.site_outage_rate=100"],
    "all nodes are spares": ["operations.failures.spare_share=1", "training_runs=[]", "operations.reservations=[]"],
    "hardly any power": ["operations.power_limits.0.limit_mw=0.001"],
    "a throttled crawl": ["operations.power_limits.0.limit_mw=0.001", "operations.power_policy=throttle"],
    "everybody is urgent": ["tenants.carmaker.qos=urgent", "tenants.university.qos=urgent"],
    "nobody may start": ["tenants.carmaker.quota_chips=1"],
    "data of a library": ["tenants.carmaker.data_tb=1e6", "operations.transfer_gbit_per_s=0.001"],
    "no budget": ["programme.budget_eur=0"],
    "nobody comes": NOBODY,
    "only a training run": [*NOBODY, "simulation.days=10"],
    "no training run": ["training_runs=[]"],
    "neither": [*NOBODY, "training_runs=[]"],
    "a run after the window": ["training_runs.language-8b.submit_days=1000"],
    "a run after all time": ["training_runs.language-8b.submit_days=1e300"],
    "one token": ["training_runs.language-8b.tokens=1"],
    "more tokens than atoms": ["training_runs.language-8b.tokens=1e300"],
    "a run on a slow machine": ["machines.h100.bf16_dense_tflops=0.001"],
    "machines that cost nothing": [*FREE, "costs.building_usd_per_mw=0", "costs.grid_connection_eur_per_mw=0"],
    "idle machines that draw more": ["machines.h100.idle_power_share=1", "machines.h100.active_power_share=0"],
    "power that pays": ["sites.narvik.grid.price_eur_per_mwh=-500"],
    "power for nothing": ["sites.narvik.grid.price_eur_per_mwh=0", "sites.narvik.grid.carbon_g_per_kwh=0"],
    "money that loses its worth": ["costs.discount_rate=-0.5"],
    "no one waits for money": ["costs.discount_rate=1"],
    "paid for nothing": ["costs.utilisation_share=0"],
    "a loan of days": ["fund.layers.bank.tenor_years=0.01"],
    "a loan of a century": ["fund.layers.bank.tenor_years=100"],
    "a loan that costs the bank": ["fund.layers.bank.return_rate=-0.5"],
    "the pole": ["sites.narvik.latitude_deg=90", "sites.narvik.longitude_deg=180"],
}


@pytest.mark.parametrize("name", EDGES)
def test_a_run_ends_well_or_says_why_not(name: str, small: Path, gortyn: Call) -> None:
    said = gortyn("run", small, "-o", "out", *(part for override in EDGES[name] for part in ("--set", override)))
    if said.code == 0:
        summary = open_result("out").summary
        assert summary["chips"] == 2048 + 1024 + 572
        return
    assert said.out == ""
    assert not list(Path.cwd().iterdir())
    *faults, _ = [*said.err.splitlines(), ""]
    assert faults
    if said.code == 1:
        assert len(faults) == 1
        assert said.err.startswith("gortyn: ")
    else:
        assert said.code == 2
        assert all(line.startswith("--set ") for line in faults[:-1])


def test_what_a_run_cannot_do_is_named(small: Path, gortyn: Call) -> None:
    broken = ("operations.reliability.restart_min=100000", "operations.reliability.clock=observed", UNCUT)
    said = gortyn("run", small, *(part for override in broken for part in ("--set", override)))
    assert said.code == 1
    assert "training run 'language-8b' never ends" in said.err
