"""Small scenarios and stand-ins for the stages that claims are checked after."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import plain
from gortyn.finance.cloud import compare
from gortyn.model import Cooling, Phase


def machine_of(chip, facts):
    peak = facts.number("chips", chip, "bf16_dense_tflops")
    return plain.machine(
        name="it",
        chip=chip,
        chips_per_node=4,
        domain_chips=72,
        bf16_dense_tflops=peak,
        memory_gb=facts.number("chips", chip, "memory_gb"),
        it_power_kw_per_chip=facts.number("chips", chip, "it_power_kw_per_chip"),
        active_power_share=0.8,
        server_usd_per_chip=50_000.0,
        network_usd_per_chip=10_000.0,
    )


def site_of(name, chips, connection_mw=900.0):
    return plain.site(
        name=name,
        title=name.capitalize(),
        grid=plain.grid(connection_mw=connection_mw),
        cooling=Cooling(kind="liquid", pue=1.1),
        phases=(Phase(name="one", operational=date(2028, 1, 1), machine="it", chips=chips),),
    )


def tenant_of(name, kind, price=0.0, **more):
    return plain.tenant(name=name, tenant_class=kind, demand_share=0.1, price_eur_per_chip_hour=price, **more)


def served(name, kind, share=1.0, wait_h=1.0, of_all=0.2):
    return SimpleNamespace(
        tenant=name,
        tenant_class=kind,
        jobs=100,
        served_share=share,
        chip_hours_share=of_all,
        wait_p50_s=wait_h * 360,
        wait_p90_s=wait_h * 3600,
    )


def access_of(users, jain, *, funnel=(), groups=(), evenness=(), enclaves=()):
    tables = {"funnel": funnel, "groups": groups, "evenness": evenness, "enclaves": enclaves}
    return SimpleNamespace(classes=users, tenants=users, jain=jain, **tables)


def applied(kind, *, admitted, refused=0, crowded_out=0, ineligible=0, mode="fast-lane"):
    """Applications of a class, as the funnel counts them."""
    decided = {"admitted": admitted, "refused": refused, "crowded_out": crowded_out, "ineligible": ineligible}
    return SimpleNamespace(
        mode=mode, tenant_class=kind, country="FR", applications=sum(decided.values()), withdrawn=0, **decided
    )


def drawn(layer):
    """Debt that is safe, and a first loss that is not."""
    lost = layer.kind == "first-loss"
    return SimpleNamespace(party=layer.name, loss_probability=0.25 * lost, expected_loss_share=0.1 * lost)


def finance_of(scenario, plans, runs, facts, *, public_share, eur_per_chip_hour):
    capex_eur = sum(one.capex.total_eur for one in plans)
    h100_per_chip = sum(one.h100_equivalents for one in plans) / sum(one.chips for one in plans)
    return SimpleNamespace(
        capex_eur=capex_eur,
        levelised_eur_per_chip_hour=eur_per_chip_hour,
        public_share=public_share,
        public_eur=public_share * capex_eur,
        private_eur=(1 - public_share) * capex_eur,
        private_per_public=(1 - public_share) / public_share if public_share else float("nan"),
        funding_gap_eur=capex_eur - scenario.programme.budget_eur,
        cloud=compare(scenario, plans, runs, eur_per_chip_hour / h100_per_chip, 0.7, facts),
        layers=[SimpleNamespace(name=layer.name, loss_eur=0.0) for layer in scenario.fund.layers],
        risk=SimpleNamespace(draws=1000, parties=[drawn(layer) for layer in scenario.fund.layers]),
    )


TENANTS = (("labs", "research"), ("young", "start-up"), ("small", "sme"), ("firms", "industry"), ("giant", "anchor"))
