from __future__ import annotations

import csv
import math
from importlib.resources import files

import numpy as np
import pytest

from gortyn.finance.figures import answers
from gortyn.finance.metrics import npv
from gortyn.finance.project import project
from gortyn.finance.structure import structure
from gortyn.model import Fund, Layer, Refresh

PUBLIC = Layer(name="grant", kind="grant", provider="union", share=0.15)
STATE = Layer(name="match", kind="grant", provider="state", share=0.15)
EQUITY = Layer(name="equity", kind="equity", provider="private", share=0.3, return_rate=0.1)
SCULPTED = Layer(
    name="senior",
    kind="senior-debt",
    provider="development-bank",
    share=0.4,
    return_rate=0.04,
    tenor_years=4.0,
    repayment="sculpted",
    dscr=1.5,
    reserve_months=6.0,
    fee_share=0.01,
)
FUND = Fund(layers=(PUBLIC, STATE, SCULPTED, EQUITY), gearing_cap_share=0.6)
TAXED = {"tax_share": 0.25, "inflation_rate": 0.02}


@pytest.fixture
def answered(window):
    """All answers about a scenario, with its project and structure."""

    def answer(scenario, **stated):
        plans, energy, access = window(scenario, **stated)
        made = project(scenario, plans, energy, access)
        deal = structure(scenario, made)
        return answers(scenario, plans, made, deal.deal, deal.poured, energy, access), made, deal

    return answer


@pytest.fixture
def by_name(answered):
    return lambda scenario, **stated: {one.figure: one.found for one in answered(scenario, **stated)[0].figures}


def test_every_figure_has_a_name_a_unit_and_no_nan(answered, make_scenario):
    found, _, _ = answered(make_scenario(fund=FUND, **TAXED))
    names = [one.figure for one in found.figures]
    assert len(set(names)) == len(names)
    assert all(one.title and one.unit and one.note != "" for one in found.figures)
    assert all(one.found is None or math.isfinite(one.found) for one in found.figures)


def test_units_are_those_of_the_dictionary(answered, make_scenario):
    """A figure has the unit of some column of the tables, or one such unit over another."""
    text = (files("gortyn.io") / "columns.csv").read_text(encoding="utf-8")
    known = {row["unit"] for row in csv.DictReader(text.splitlines())}
    parts = known | {"chip-hour", "H100-equivalent-hour", "EFLOP/s-hour", "quarters"}
    found, _, _ = answered(make_scenario(fund=FUND))
    for one in found.figures:
        assert one.unit in parts or all(part in parts for part in one.unit.split("/", 1)), one.unit


def test_what_no_rate_makes_good_has_none(by_name, make_scenario):
    """Access for nothing: payments of one sign have no internal rate, and nothing breaks even."""
    found = by_name(make_scenario(prices=(0.0,)))
    for name in ("project-irr", "project-irr-after-tax", "equity-irr", "payback", "levelised-paid", "break-even-price"):
        assert name in found
    chips_bring_nothing = by_name(make_scenario(prices=(0.0,), building_life_years=5.0))
    for name in (
        "project-irr",
        "equity-irr",
        "payback",
        "levelised-paid",
        "break-even-price",
        "break-even-utilisation",
    ):
        assert chips_bring_nothing[name] is None


def test_without_debt_ratios_of_debt_are_none(by_name, make_scenario):
    found = by_name(make_scenario())
    for name in ("dscr-min", "dscr-mean", "llcr", "llcr-min", "plcr", "debt-tail", "debt-life"):
        assert found[name] is None
    assert found["gearing"] == 0
    assert found["default-quarters"] == 0
    assert "lock-up-quarters" not in found


def test_a_sculpted_loan_shows_its_ratio(by_name, make_scenario):
    found = by_name(make_scenario(fund=FUND, **TAXED))
    # Cash is scarce enough for the loan to be what the ratio allows.
    tight = by_name(make_scenario(fund=FUND, prices=(1.7,), **TAXED))
    assert tight["gearing"] < found["gearing"]
    for name in ("dscr-min", "dscr-mean", "llcr", "llcr-min"):
        assert tight[name] == pytest.approx(1.5, rel=1e-6)
    assert tight["plcr"] > tight["llcr"]
    assert tight["debt-tail"] == 4
    assert 0 < tight["debt-reserve-min"] <= tight["debt-reserve-max"]


def test_returns_are_those_of_the_flows(answered, make_scenario):
    found, made, deal = answered(make_scenario(fund=FUND, **TAXED))
    got = {one.figure: one.found for one in found.figures}
    quarters = np.arange(made.calendar.count) / 4
    assert got["project-irr"] is not None
    assert got["equity-irr"] is not None
    scale = made.capex_eur.sum()
    assert made.net_eur @ (1 + got["project-irr"]) ** -quarters == pytest.approx(0, abs=1e-7 * scale)
    equity = deal.poured.received_eur[3] - deal.poured.drawn_eur[3]
    assert equity @ (1 + got["equity-irr"]) ** -quarters == pytest.approx(0, abs=1e-7 * scale)
    assert got["project-irr-after-tax"] < got["project-irr"]
    # Base-year euros: what is paid at the nominal rate, less the inflation before the first quarter.
    nominal = npv(1.07 * 1.02 - 1, made.net_eur) / made.index[0]
    assert got["project-npv"] == pytest.approx(nominal, rel=1e-9)
    paid = deal.poured.received_eur[3].sum() / deal.poured.drawn_eur[3].sum()
    assert got["equity-multiple"] == pytest.approx(paid)


def test_the_plcr_pays_for_the_second_chips(answered, make_scenario):
    stated = make_scenario(fund=FUND, refresh=Refresh(count=1, price_decline_share=0.5))
    found, made, deal = answered(stated)
    assert made.refresh_eur.sum() > 0
    got = {one.figure: one.found for one in found.figures}
    first = int(deal.first_repayment[2])
    ahead = slice(first, None)
    discount = 1.04 ** (-np.arange(1, made.calendar.count - first + 1) / 4)
    cash = (deal.poured.cfads_eur - made.refresh_eur)[ahead] @ discount
    assert got["plcr"] == pytest.approx(cash / deal.poured.balance_eur[2, first - 1], rel=1e-9)


COSTS = {"inflation_rate": 0.02}
WINDOW_MWH = {"facility_mw": np.array([[9000.0]]), "it_mw": np.array([[8000.0]])}


def worth(made):
    """Net present value of a project over its capital cost."""
    return npv(0.07, made.real(made.net_eur)) / made.capex_eur.sum()


def test_the_break_even_price_put_back_leaves_nothing(by_name, answered, make_scenario):
    got = by_name(make_scenario(prices=(6.0, 0.0), **COSTS))
    assert got["break-even-price"] == pytest.approx(got["levelised-paid"])
    for price in (got["break-even-price"], 6.0 * got["break-even-price-factor"]):
        _, made, _ = answered(make_scenario(prices=(price, 0.0), **COSTS))
        assert worth(made) == pytest.approx(0, abs=1e-9)


def test_the_break_even_use_put_back_leaves_nothing(by_name, answered, make_scenario):
    scenario = make_scenario(prices=(6.0, 0.0), **COSTS)
    share = by_name(scenario, **WINDOW_MWH)["break-even-utilisation"]
    _, made, _ = answered(make_scenario(prices=(6.0, 0.0), utilisation_share=share, **COSTS), **WINDOW_MWH)
    # An assumed use leaves the electricity of the window as it is; that of the break-even follows the use.
    slope = made.base.energy_slope[0]
    assert 0 < slope < 1
    energy = npv(0.07, made.real(made.total("energy"))) / made.capex_eur.sum()
    assert worth(made) == pytest.approx(energy * slope * (share / 0.8 - 1), abs=1e-9)


def test_the_break_even_power_price_put_back_leaves_nothing(by_name, answered, make_scenario):
    scenario = make_scenario(prices=(6.0, 0.0), **COSTS)
    got = by_name(scenario, **WINDOW_MWH)
    factor = got["break-even-power-factor"]
    _, made, _ = answered(scenario, energy_eur=[400_000.0 * factor])
    assert worth(made) == pytest.approx(0, abs=1e-9)
    assert got["break-even-power-price"] == pytest.approx(400_000 * factor / 9000)
