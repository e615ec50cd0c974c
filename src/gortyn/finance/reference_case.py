"""This module owns the reference case of project finance: one owner, one sculpted loan, whole years.

The form of the case is that of SAM's single-owner model (NREL). It runs through the same structure and waterfall as
every fund. Amounts are in the money of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from gortyn.catalogue import Lookup
from gortyn.finance.bank import cover
from gortyn.finance.deal import MONTHS_PER_YEAR, Outlook
from gortyn.finance.metrics import irr, nominal, npv
from gortyn.finance.structure import Structure, arrange
from gortyn.kernels.waterfall_types import Cash, Floats
from gortyn.model import Fund, Layer, Step

PER_CENT: Final = 0.01  # unit: share per percent
ENTRY: Final = "sam-single-owner"
MODELLED: Final[Mapping[str, float]] = {
    "debt_option": 1.0,
    "dscr_limit_debt_fraction": 0.0,
    "loan_moratorium": 0.0,
    "months_receivables_reserve": 0.0,
    "equip1_reserve_cost": 0.0,
    "equip2_reserve_cost": 0.0,
    "equip3_reserve_cost": 0.0,
    "salvage_percentage": 0.0,
}
"""Inputs of SAM that must be as here: debt sized by its cover, no grace, no receivables, equipment or salvage."""
WATERFALL: Final = (
    Step(pay="interest", to="debt"),
    Step(pay="principal", to="debt"),
    Step(pay="debt-reserve", to="debt"),
    Step(pay="tax"),
    Step(pay="operating-reserve"),
    Step(pay="return", to="owner"),
    Step(pay="rest"),
)
"""Debt is sized on cash before tax, so tax is paid after it."""


@dataclass(frozen=True, slots=True, eq=False)
class SingleOwner:
    """A plant of one owner by years; the first is that of construction, float64[year] for series.

    Attributes
    ----------
    revenue_usd, opex_usd, depreciation_usd : income, operating cost, and what is deductible from profit beside it
    energy_kwh : sold
    build_usd : cost without the loan's fee and reserves
    fee_share : arrangement fee over the loan
    interest_rate, tenor_years, dscr : of the loan
    debt_reserve_months, operating_reserve_months : months that reserves hold
    reserve_rate : interest on reserves
    tax_rate : of state and federation together
    nominal_rate, real_rate : discount rates
    """

    revenue_usd: Floats
    opex_usd: Floats
    depreciation_usd: Floats
    energy_kwh: Floats
    build_usd: float
    fee_share: float
    interest_rate: float
    tenor_years: float
    dscr: float
    debt_reserve_months: float
    operating_reserve_months: float
    reserve_rate: float
    tax_rate: float
    nominal_rate: float
    real_rate: float

    @classmethod
    def from_catalogue(cls, facts: Lookup) -> Self:
        """The case of the catalogue, entry ``finance/sam-single-owner``."""

        def number(field: str) -> float:
            return facts.number("finance", ENTRY, field)

        years = np.arange(number("years") + 1, dtype=np.float64)
        running = np.where(years > 0, 1.0, 0.0)
        build = number("plant_usd") + number("construction_financing_usd")
        real, inflation = number("real_discount_rate"), number("inflation_rate")
        state, federal = number("state_tax_rate"), number("federal_tax_rate")
        energy = running * number("energy_kwh_per_year")
        price = number("price_usd_per_kwh") * (1 + number("price_growth_rate")) ** (years - 1)
        opex = number("opex_usd_per_year") * (1 + number("opex_growth_rate")) ** (years - 1)
        return cls(
            revenue_usd=energy * price,
            opex_usd=running * opex,
            depreciation_usd=half_year_convention(build, int(number("depreciation_years")), years.size),
            energy_kwh=energy,
            build_usd=build,
            fee_share=number("fee_share"),
            interest_rate=number("interest_rate"),
            tenor_years=number("tenor_years"),
            dscr=number("dscr"),
            debt_reserve_months=number("debt_reserve_months"),
            operating_reserve_months=number("operating_reserve_months"),
            reserve_rate=number("reserve_rate"),
            tax_rate=together(state, federal),
            nominal_rate=nominal(real, inflation),
            real_rate=real,
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """A case as SAM gives it: ``inputs`` by SAM's names, and results, of which series start with ``cf_``.

        Income, operating cost and energy are those of SAM's plant. Two things are read back from its results: the cost
        before fee and reserves, and depreciation, which follows from the tax of the state (of the federation, where the
        state has none), so that the other tax is a test of it.

        Raises
        ------
        ValueError : the case asks for what is not modelled, or lacks a value; the message names it.
        """
        try:
            return cls._from_data(data, data["inputs"])
        except KeyError as error:
            message = f"the case has no {error.args[0]}"
            raise ValueError(message) from error

    @classmethod
    def _from_data(cls, data: Mapping[str, Any], inputs: Mapping[str, Any]) -> Self:
        for name, value in MODELLED.items():
            if inputs[name] != value:
                message = f"{name} is {inputs[name]}, but only cases with {value:g} are modelled"
                raise ValueError(message)
        revenue, opex, interest, service = (
            np.array(data[name], dtype=np.float64)
            for name in (
                "cf_total_revenue",
                "cf_operating_expenses",
                "cf_debt_payment_interest",
                "cf_debt_payment_total",
            )
        )
        state, federal = (float(np.ravel(inputs[f"{name}_tax_rate"])[0]) * PER_CENT for name in ("state", "federal"))
        debt_months, opex_months = inputs["dscr_reserve_months"], inputs["months_working_reserve"]
        reserve_rate = inputs["reserves_interest"] * PER_CENT
        fee_share = inputs["cost_debt_fee"] * PER_CENT
        held = (debt_months * _next(service) + opex_months * _next(opex)) / MONTHS_PER_YEAR
        earned = reserve_rate * np.concatenate(([0.0], held[:-1]))
        taxable = -np.array(data["cf_statax"]) / state if state else -np.array(data["cf_fedtax"]) / (federal or 1)
        return cls(
            revenue_usd=revenue,
            opex_usd=opex,
            depreciation_usd=revenue - opex + earned - interest - taxable,
            energy_kwh=np.array(data["cf_energy_net"], dtype=np.float64),
            build_usd=float(data["cost_installed"] - fee_share * data["size_of_debt"] - held[0]),
            fee_share=fee_share,
            interest_rate=inputs["term_int_rate"] * PER_CENT,
            tenor_years=inputs["term_tenor"],
            dscr=inputs["dscr"],
            debt_reserve_months=debt_months,
            operating_reserve_months=opex_months,
            reserve_rate=reserve_rate,
            tax_rate=together(state, federal),
            nominal_rate=data["nominal_discount_rate"],
            real_rate=inputs["real_discount_rate"] * PER_CENT,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PlayedCase:
    """What Gortyn says of a case; series float64[year].

    Attributes
    ----------
    debt_usd, cost_usd, debt_share : loan, all uses, and the one over the other
    dscr : nan in years without debt service
    dscr_min, llcr : smallest DSCR, and the loan life cover ratio at the first repayment; nan without debt
    irr_rate, npv_usd : of the owner, after tax and debt; nan where no rate exists
    levelised_nominal_usd_per_kwh, levelised_real_usd_per_kwh : present value of income less that of the owner's cash,
        over energy discounted at the nominal and at the real rate
    flow_usd, balance_usd, tax_usd : the owner's cash, the loan at the end of each year, tax
    structure : the financing
    """

    debt_usd: float
    cost_usd: float
    debt_share: float
    dscr: Floats
    dscr_min: float
    llcr: float
    irr_rate: float
    npv_usd: float
    levelised_nominal_usd_per_kwh: float
    levelised_real_usd_per_kwh: float
    flow_usd: Floats
    balance_usd: Floats
    tax_usd: Floats
    structure: Structure


def play_case(case: SingleOwner) -> PlayedCase:
    """Finance a case and let its cash flow.

    Raises
    ------
    FundingError : its reserves and fees do not settle.
    """
    structure = arrange(_fund(case), _outlook(case))
    poured = structure.poured
    flow = poured.received_eur[1] - poured.drawn_eur[1]
    ratios = cover(structure.deal, poured)
    due = ~np.isnan(ratios.dscr)
    value = npv(case.nominal_rate, flow, 1)
    cost = npv(case.nominal_rate, case.revenue_usd, 1) - value
    return PlayedCase(
        debt_usd=float(structure.amount_eur[0]),
        cost_usd=structure.uses_eur,
        debt_share=structure.gearing_share,
        dscr=ratios.dscr,
        dscr_min=float(ratios.dscr[due].min()) if due.any() else np.nan,
        llcr=float(ratios.llcr[structure.first_repayment[0]]) if due.any() else np.nan,
        irr_rate=irr(flow, 1),
        npv_usd=value,
        levelised_nominal_usd_per_kwh=cost / npv(case.nominal_rate, case.energy_kwh, 1),
        levelised_real_usd_per_kwh=cost / npv(case.real_rate, case.energy_kwh, 1),
        flow_usd=flow,
        balance_usd=poured.balance_eur[0],
        tax_usd=poured.tax_eur,
        structure=structure,
    )


def half_year_convention(cost: float, years: int, count: int) -> Floats:
    """Straight-line depreciation from year 1 on, half of it in the first and in one more year, float64[year].

    >>> half_year_convention(4.0, 2, 5).tolist()
    [0.0, 1.0, 2.0, 1.0, 0.0]
    """
    yearly = np.zeros(max(count, years + 2))
    yearly[1 : years + 2] = cost / years
    yearly[[1, years + 1]] /= 2
    return yearly[:count]


def together(state: float, federal: float) -> float:
    """Rate of two taxes of which the first is deductible from the profit that the second is paid on.

    >>> round(together(0.07, 0.21), 9)
    0.2653
    """
    return state + federal * (1 - state)


def _fund(case: SingleOwner) -> Fund:
    debt = Layer(
        name="debt",
        kind="senior-debt",
        provider="private",
        share=1.0,
        return_rate=case.interest_rate,
        tenor_years=case.tenor_years,
        repayment="sculpted",
        dscr=case.dscr,
        fee_share=case.fee_share,
        reserve_months=case.debt_reserve_months,
    )
    return Fund(
        layers=(debt, Layer(name="owner", kind="equity", provider="private", share=0.0)),
        operating_reserve_months=case.operating_reserve_months,
        reserve_rate=case.reserve_rate,
        waterfall=WATERFALL,
    )


def _outlook(case: SingleOwner) -> Outlook:
    none = np.zeros_like(case.revenue_usd)
    need = none.copy()
    need[0] = case.build_usd
    return Outlook(
        cash=Cash(case.revenue_usd - case.opex_usd, need, none, case.depreciation_usd, none),
        opex_eur=case.opex_usd,
        first_operating=1,
        last_construction=0,
        saving_periods=1,
        uses_eur={"plant": case.build_usd},
        tax_rate=case.tax_rate,
        refund=True,
        periods_per_year=1,
    )


def _next(series: Floats) -> Floats:
    """Values of the year after each; 0 after the last."""
    return np.concatenate((series[1:], [0.0]))
