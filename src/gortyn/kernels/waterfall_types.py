"""This module owns what the waterfall kernel takes and gives: the deal, one project's cash, and where it went."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Pay(IntEnum):
    """What one step of the waterfall pays."""

    # fmt: off
    (
        TAX, GUARANTEE_FEE, INTEREST, PRINCIPAL, DEBT_RESERVE, RECOVERY,
        OPERATING_RESERVE, REFRESH_RESERVE, SWEEP, LOCK_UP, RETURN, REST,
    ) = range(12)
    # fmt: on


class Kind(IntEnum):
    """How a layer is served."""

    GIVEN = 0
    DEBT = 1
    BEARER = 2


class Deal(NamedTuple):
    """What is agreed at financial close, by layer (most senior first), guarantee, step and period.

    Attributes
    ----------
    kind : `Kind` of each layer, int64[layer]
    draw_eur : paid in as planned, >= 0, float64[layer, period]; the sum over layers is the planned need
    overrun : share of each layer in what the need exceeds the plan, and in refreshes that no reserve pays,
        float64[layer]; sums to 1, or is 0 throughout where nobody has promised to pay more
    rate : interest of debt, return asked for by a bearer, per period, float64[layer]
    floating : 1 where the interest moves with the market's, 0 elsewhere, float64[layer]
    pays_from : first period in which interest is paid; before, it is added to the loan, int64[layer]
    left_share : what the schedule leaves of a loan at the end of each period, over all that was drawn and added until
        then, in [0, 1], float64[layer, period]; 1 until the end of construction and grace
    debt_target_eur : what the reserve account of each debt layer shall hold at the end of a period,
        float64[layer, period]
    operating_target_eur, refresh_target_eur : the same of the project's reserves, float64[period]; all reserves give
        back at once what stands above, but that for refreshes only in periods in which one is paid, and in the last
    debt_fill_eur, operating_fill_eur : part of the planned need that fills reserves, float64[layer, period], [period]
    covers : debt layer that each guarantee covers, int64[guarantee]
    cover_share : share of what is newly missed that the guarantor pays, float64[guarantee]
    fee_rate : fee per period on the covered part of the loan, float64[guarantee]
    rest : share of each layer in what is left at the end, float64[layer]; sums to 1, or is 0 throughout
    steps : `Pay` and its layer or guarantee (-1 for none), int64[step, 2]
    reserve_rate : interest on reserves per period
    tax_rate : share of taxable profit
    refund : whether a loss brings its tax at once, instead of lowering later profits
    lock_up : DSCR below which a lock-up keeps cash back; 0 for never
    """

    kind: NDArray[np.int64]
    draw_eur: Floats
    overrun: Floats
    rate: Floats
    floating: Floats
    pays_from: NDArray[np.int64]
    left_share: Floats
    debt_target_eur: Floats
    operating_target_eur: Floats
    refresh_target_eur: Floats
    debt_fill_eur: Floats
    operating_fill_eur: Floats
    covers: NDArray[np.int64]
    cover_share: Floats
    fee_rate: Floats
    rest: Floats
    steps: NDArray[np.int64]
    reserve_rate: float
    tax_rate: float
    refund: bool
    lock_up: float


class Cash(NamedTuple):
    """What a project earns and needs, float64[period] each [EUR].

    Attributes
    ----------
    operating_eur : income less operating cost, before tax; may be negative
    need_eur : capital cost, fees and first fill of reserves
    refresh_eur : cost of replacing chips
    depreciation_eur : deductible from profit
    residual_eur : part of `operating_eur` that lenders do not count, what is sold at the end
    """

    operating_eur: Floats
    need_eur: Floats
    refresh_eur: Floats
    depreciation_eur: Floats
    residual_eur: Floats


class Poured(NamedTuple):
    """Where the cash of one project went; layers first, then guarantees, where both are meant ("party").

    Attributes
    ----------
    drawn_eur, received_eur : paid in and received by each party, >= 0, float64[party, period]
    interest_eur : interest due of each layer, added to the loan or not, float64[layer, period]
    due_eur : scheduled interest and principal of each layer, without arrears, float64[layer, period]
    missed_eur : what is newly missed: by how much arrears, which are what is owed beyond the schedule with unpaid
        interest, exceed after cash and the layer's reserve, before guarantees, those that the period before left after
        guarantees; interest on arrears counts as new, float64[layer, period]
    balance_eur : loan at the end of each period, float64[layer, period]
    paid_eur : paid by each step, float64[step, period]; of a lock-up, what it kept back; of a step to debt, what came
        from cash, not from reserves
    tax_eur : tax, negative where refunded, float64[period]
    cfads_eur : cash flow available for debt service: operating cash without residual value, and less tax where tax
        stands before the first step to debt, float64[period]
    debt_reserve_eur : what reserve accounts of debt hold at the end, float64[layer, period]
    operating_reserve_eur, refresh_reserve_eur : the same of the project's reserves, float64[period]
    kept_eur : cash kept back by a lock-up, or claimed by nobody, float64[period]
    deficit_eur : operating deficit carried forward, float64[period]
    """

    drawn_eur: Floats
    received_eur: Floats
    interest_eur: Floats
    due_eur: Floats
    missed_eur: Floats
    balance_eur: Floats
    paid_eur: Floats
    tax_eur: Floats
    cfads_eur: Floats
    debt_reserve_eur: Floats
    operating_reserve_eur: Floats
    refresh_reserve_eur: Floats
    kept_eur: Floats
    deficit_eur: Floats


class Base(NamedTuple):
    """Cash of every site as planned, float64[site, period] each unless said otherwise; costs are positive.

    Attributes
    ----------
    chips_eur, building_eur : capital cost that the price of chips moves (chips), and the rest
    refresh_eur : cost of replacing chips
    market_energy_eur, other_energy_eur : electricity that the market price moves, and the rest
    other_eur : staff, maintenance, insurance, rent and connection
    income_eur : heat sold
    residual_eur : what is sold at the end of a life; no lender counts it
    chips_depreciation_eur, building_depreciation_eur : of what the first two bought, and of refreshes with the first
    chip_hours : installed
    energy_slope : relative change of energy cost per relative change of use, in [0, 1], float64[site]
    price_eur : what each tenant pays per chip-hour, in the first period's money, float64[tenant]
    price_index : what tenants pay for a chip-hour in each period over the first, float64[period]
    use : chip-hours delivered to each tenant per installed chip-hour, float64[tenant]
    floor_chip_hours : what each tenant pays for at least, as long as the planned chips are there,
        float64[tenant, period]
    lost_share : chip-hours that failures take, of those installed: down nodes and lost work
    growth : prices of a period over those of the one before, at which a delay moves cost, refreshes, heat and residual
        value, > 0; 1 without inflation
    """

    chips_eur: Floats
    building_eur: Floats
    refresh_eur: Floats
    market_energy_eur: Floats
    other_energy_eur: Floats
    other_eur: Floats
    income_eur: Floats
    residual_eur: Floats
    chips_depreciation_eur: Floats
    building_depreciation_eur: Floats
    chip_hours: Floats
    energy_slope: Floats
    price_eur: Floats
    price_index: Floats
    use: Floats
    floor_chip_hours: Floats
    lost_share: float
    growth: float


class Shocks(NamedTuple):
    """How each draw differs from the plan, float64[draw, site] unless said otherwise.

    Attributes
    ----------
    chip_price : factor on the cost of chips, float64[draw]
    power_price : factor on energy at market price
    demand : factor on what tenants use, float64[draw]
    delay : periods by which operation begins later, >= 0; a refresh is paid whole periods later, rounded up
    failure_rate : factor on `lost_share`, the mean over sites counts
    interest_rate : added to the interest of floating layers, per period, float64[draw]
    """

    chip_price: Floats
    power_price: Floats
    demand: Floats
    delay: Floats
    failure_rate: Floats
    interest_rate: Floats


class Drawn(NamedTuple):
    """What became of each draw.

    Attributes
    ----------
    flow_eur : received less drawn of each party, float64[draw, party, period]
    drawn_eur : paid in by each party, sum over periods, float64[draw, party]
    net_eur : operating cash less capital cost and refreshes of the project, before tax, float64[draw, period]
    cost_eur : capital and operating cost and refreshes less heat and residual value, float64[draw, period]
    tax_eur : tax, float64[draw, period]
    delivered_chip_hours : float64[draw, period]
    dscr_min : smallest DSCR over periods with debt service due; nan without, float64[draw]
    missed_eur : sum over periods, float64[draw, layer]
    unpaid_eur : loan at the end, float64[draw, layer]
    locked : periods in which a lock-up kept cash back, int64[draw]
    deficit_eur : operating deficit at the end, float64[draw]
    """

    flow_eur: Floats
    drawn_eur: Floats
    net_eur: Floats
    cost_eur: Floats
    tax_eur: Floats
    delivered_chip_hours: Floats
    dscr_min: Floats
    missed_eur: Floats
    unpaid_eur: Floats
    locked: NDArray[np.int64]
    deficit_eur: Floats
