from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import plain
from gortyn.finance.calendar import nominal_rate
from gortyn.finance.levelised import levelised
from gortyn.finance.metrics import npv
from gortyn.finance.project import project
from gortyn.model import Refresh
from gortyn.model.tenant import Offtake

INFLATED = {"inflation_rate": 0.03}
CASES = [{}, INFLATED, {"refresh": Refresh(count=1), "chip_residual_share": 0.1} | INFLATED]


@pytest.fixture
def worked(window):
    """Levelised cost and project of a scenario in whose window failures took a tenth of what was delivered."""

    def work(scenario):
        plans, energy, access = window(scenario)
        lost = 0.1 * access.delivered_chip_hours
        made = project(scenario, plans, energy, access)
        return levelised(scenario, made, replace(access, lost_chip_hours=lost)), made

    return work


@pytest.mark.parametrize("costs", CASES, ids=["real", "inflation", "refresh"])
def test_it_is_the_price_at_which_the_project_is_worth_nothing(worked, make_scenario, costs):
    found, _ = worked(make_scenario(prices=(3.0, 0.0), **costs))
    at_cost = make_scenario(prices=(found.paid_eur, 0.0), **costs)
    _, made = worked(at_cost)
    assert npv(nominal_rate(at_cost), made.net_eur) == pytest.approx(0, abs=1e-6 * made.capex_eur.sum())


def test_it_is_what_all_tenants_would_pay_alike(worked, make_scenario):
    found, _ = worked(make_scenario(prices=(3.0, 0.0)))
    _, made = worked(make_scenario(prices=(found.useful_eur,) * 2))
    assert npv(0.07, made.net_eur) == pytest.approx(0, abs=1e-6 * made.capex_eur.sum())


def test_contracted_hours_count_as_paid(worked, make_scenario):
    """An anchor that pays for 90 % of the chips and uses 40 %: cost is spread over what it pays for."""
    anchor = plain.tenant(
        name="tenant-0",
        tenant_class="anchor",
        demand_share=0.4,
        price_eur_per_chip_hour=3.0,
        offtake=Offtake(chips=900, years=5.0),
    )
    free = plain.tenant(name="tenant-1", demand_share=0.4)
    found, made = worked(make_scenario(tenants=(anchor, free)))
    assert found.paid_eur == pytest.approx(found.installed_eur / 0.9, rel=2e-3)
    at_cost = anchor.model_copy(update={"price_eur_per_chip_hour": found.paid_eur})
    _, made = worked(make_scenario(tenants=(at_cost, free)))
    assert npv(0.07, made.net_eur) == pytest.approx(0, abs=1e-6 * made.capex_eur.sum())


def test_hours_of_all_kinds(worked, make_scenario):
    """80 % delivered, half of it paid, a tenth of it lost once more; chips of 1,000 dense TFLOP/s."""
    found, made = worked(make_scenario(prices=(3.0, 0.0)))
    assert found.useful_eur == pytest.approx(found.installed_eur / 0.8)
    assert found.paid_eur == pytest.approx(found.installed_eur / 0.4)
    assert found.used_eur == pytest.approx(found.installed_eur / 0.88)
    h100_per_chip = made.h100_equivalents.max() / 1000
    assert found.useful_h100_eur == pytest.approx(found.useful_eur / h100_per_chip)
    assert found.exaflops_eur == pytest.approx(found.installed_eur * 1e18 / 1000e12)


def test_inflation_does_not_move_it(worked, make_scenario):
    """Costs of the years after the base year are deflated to it; its price then rises like all others."""
    still, _ = worked(make_scenario())
    rising, made = worked(make_scenario(**INFLATED))
    assert made.net_eur.sum() != pytest.approx(made.real(made.net_eur).sum())
    assert rising.installed_eur == pytest.approx(still.installed_eur, rel=1e-9)
    assert rising.useful_h100_eur == pytest.approx(still.useful_h100_eur, rel=1e-9)


def test_by_hand_without_interest(worked, make_scenario):
    """1,000 chips for five years: 61 m to build, 0.4 + 0.1 + 2.5 + 0.61 m a year, four fifths of the building left."""
    found, made = worked(make_scenario(discount_rate=0.0))
    hours = 1000 * 24 * (date(2033, 1, 1) - date(2028, 1, 1)).days
    energy = 400_000 * hours / (1000 * 8760)
    cost = 61e6 + energy + 5 * (0.1e6 + 2.5e6 + 0.61e6) - 0.8 * 11e6
    assert made.installed_chip_hours.sum() == pytest.approx(hours)
    assert found.installed_eur == pytest.approx(cost / hours, rel=1e-9)


def test_what_nobody_uses_has_a_cost_per_hour_installed_only(make_scenario, window):
    scenario = make_scenario()
    plans, energy, access = window(scenario, delivered_share=0.0)
    found = levelised(scenario, project(scenario, plans, energy, access), access)
    assert found.installed_eur > 0
    assert np.isnan([found.used_eur, found.useful_eur, found.paid_eur, found.useful_h100_eur]).all()
