"""A resolved scenario and a catalogue small enough to do the sums by hand."""

from __future__ import annotations

from datetime import date

import pytest

import plain
from gortyn.catalogue import load
from gortyn.model import Costs, Phase, Simulation

HEADER = "entry,field,value,unit,low,high,date,evidence,source,note\n"


@pytest.fixture
def facts(tmp_path):
    (tmp_path / "sources.csv").write_text("key,citation,url,date\nmade-up,Made up for a test,,2026\n")
    (tmp_path / "chips.csv").write_text(HEADER + "H100-SXM,bf16_dense_tflops,1000,TFLOP/s,,,2026,assumed,made-up,\n")
    return load(tmp_path).lookup()


@pytest.fixture
def machine():
    return plain.machine(
        name="double",
        chip="Twice-H100",
        domain_chips=64,
        pod_chips=1024,
        bf16_dense_tflops=2000.0,
        memory_gb=192.0,
        it_power_kw_per_chip=1.5,
        idle_power_share=0.3,
        active_power_share=0.8,
        server_usd_per_chip=40_000.0,
        network_usd_per_chip=5_000.0,
    )


@pytest.fixture
def scenario(machine):
    phases = (
        Phase(name="one", operational=date(2028, 1, 1), machine="double", chips=20_001, minimum_it_mw=30.0),
        Phase(
            name="two",
            operational=date(2028, 7, 1),
            machine="double",
            h100_equivalents=60_000.0,
            minimum_h100_equivalents=100_001.0,
            minimum_it_mw=80.0,
        ),
        Phase(
            name="three", operational=date(2030, 1, 1), machine="double", chips=8, minimum_h100_equivalents=100_001.0
        ),
    )
    return plain.scenario(
        costs=Costs(
            usd_per_eur=1.25,
            building_usd_per_mw=12.5e6,
            grid_connection_eur_per_mw=500_000.0,
            contingency_share=0.1,
            maintenance_share_per_year=0.05,
            insurance_share_per_year=0.005,
            staff_fte_per_mw=1.0,
            staff_eur_per_fte_year=80_000.0,
            chip_life_years=5.0,
        ),
        machines=(machine, machine.model_copy(update={"name": "other", "chips_per_node": 4})),
        sites=(plain.site(grid=plain.grid(connection_mw=100.0), phases=phases),),
        simulation=Simulation(start=date(2028, 4, 1), days=365),
    )
