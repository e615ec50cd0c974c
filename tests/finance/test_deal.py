"""Who pays what no other layer pays, by hand."""

from __future__ import annotations

import numpy as np

from finance.outlooks import BUILD, RUN, fund, simple
from gortyn.finance.deal import common_equity, overruns
from gortyn.finance.structure import arrange
from gortyn.model import Step

SENIOR = ("senior", "senior-debt", "private", 0.6, 0.06, 4.0)
EQUITY = ("equity", "equity", "private", 0.4, 0.1, 5.0)


def test_common_equity_without_any_share_pays_in_equal_parts():
    rows = [("d", "senior-debt", "private", 1.0, 0.06, 4.0), *[(n, "equity", "private", 0.0, 0.1, 5.0) for n in "ab"]]
    assert common_equity(fund(rows)).tolist() == [0, 0.5, 0.5]
    assert common_equity(fund((SENIOR, EQUITY))).tolist() == [0, 1]
    assert common_equity(fund([rows[0]])).tolist() == [0]


def test_overruns_fall_on_common_equity_then_on_all_that_bears_risk_then_on_all():
    first = ("loss", "first-loss", "union", 0.4, 0.0, 5.0)
    assert overruns(fund((SENIOR, EQUITY))).tolist() == [0, 1]
    assert overruns(fund((SENIOR, (*first[:3], 0.3, 0.0, 5.0), (*EQUITY[:3], 0.1, 0.1, 5.0)))).tolist() == [0, 0, 1]
    assert overruns(fund((SENIOR, first))).tolist() == [0, 1]
    assert overruns(fund((SENIOR, ("grant", "grant", "state", 0.4, 0.0, 5.0)))).tolist() == [0.6, 0.4]


def test_without_common_equity_those_who_bear_risk_pay_refreshes_that_no_reserve_pays():
    """Shares of 0.3 and 0.1: a refresh of 40 takes 30 and 10 from them, and nothing from the lender."""
    costs = [0.0] * RUN
    costs[10] = 40.0
    rows = (
        ("senior", "senior-debt", "private", 0.4, 0.06, 4.0),
        ("preferred", "preferred-equity", "private", 0.3, 0.08, 5.0),
        ("loss", "first-loss", "union", 0.1, 0.0, 5.0),
        ("grant", "grant", "state", 0.2, 0.0, 5.0),
    )
    debt = [Step(pay=pay, to="senior") for pay in ("interest", "principal")]
    steps = (Step(pay="tax"), *debt, *[Step(pay="return", to=name) for name in ("preferred", "loss")])
    found = arrange(fund(rows, waterfall=steps), simple([10.0] * RUN, refresh=costs))
    np.testing.assert_allclose(found.poured.drawn_eur[:, BUILD + 10], [0, 30, 10, 0])
    # With nobody who bears risk, all pay by their shares.
    bare = fund([rows[0], ("grant", "grant", "state", 0.6, 0.0, 5.0)], waterfall=steps[:3])
    found = arrange(bare, simple([10.0] * RUN, refresh=costs))
    np.testing.assert_allclose(found.poured.drawn_eur[:, BUILD + 10], [16, 24])
