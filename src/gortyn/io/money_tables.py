"""This module owns the tables of money: cash by quarter, layers, waterfall, answers to banks, risk, clouds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from gortyn.io.columns import dictionary

if TYPE_CHECKING:
    from gortyn.finance import Finance
    from gortyn.result import Result

Columns = Mapping[str, Any]
USES = "uses of funds"
"""Where the money of all layers meets before it is spent."""
RENAMED = {
    "layer": "name",
    "irr_rate": "irr",
    "smallest_dscr": "dscr_min",
    "limit_value": "limit",
    "found_value": "found",
    "loss_probability_share": "loss_probability",
}
"""Columns whose names carry a unit that the field of the row leaves to its docstring."""


def tables(finance: Finance) -> dict[str, Columns]:
    """Every table of money by its name."""
    return {name: build(finance) for name, build in BUILD.items()}


def _rows(finance: Finance, table: str, field: str) -> Columns:
    """A table whose rows are the records of one field, or of a field of that."""
    rows: Iterable[Any] = attrgetter(field)(finance)
    return {name: [_value(row, name) for row in rows] for name in dictionary()[table]}


def _value(row: Any, name: str) -> Any:
    return getattr(row, name if hasattr(row, name) else RENAMED[name])


def _layers(finance: Finance) -> Columns:
    """What each party pays and gets as planned, beside its cover ratios and what the draws hold for it."""
    rows = [(row, party) for row, party in zip(finance.layers, finance.risk.parties, strict=True)]
    debts = len(finance.covers.wal_years)
    found: dict[str, Any] = {}
    for name in dictionary()["layers"]:
        field = RENAMED.get(name, name)
        if field in finance.covers._fields:
            found[name] = [*getattr(finance.covers, field), *[np.nan] * (len(rows) - debts)]
        else:
            found[name] = [_value(row if hasattr(row, field) else party, name) for row, party in rows]
    return found


def _cash(finance: Finance) -> Columns:
    cash = finance.cash
    names = [name for name in dictionary()["cash"] if name != "quarter"]
    return {"quarter": cash.quarter_start, **{name: getattr(cash, name) for name in names}}


def _layer_cash(finance: Finance) -> Columns:
    poured, quarters = finance.poured, finance.cash.quarter_start
    names = [row.name for row in finance.layers]
    balance = np.zeros_like(poured.drawn_eur)
    balance[: len(poured.balance_eur)] = poured.balance_eur
    return {
        "layer": np.repeat(names, len(quarters)),
        "quarter": list(quarters) * len(names),
        "drawn_eur": poured.drawn_eur.ravel(),
        "received_eur": poured.received_eur.ravel(),
        "flow_eur": (poured.received_eur - poured.drawn_eur).ravel(),
        "balance_eur": balance.ravel(),
    }


def _waterfall(finance: Finance) -> Columns:
    steps, quarters = finance.structure.order, finance.cash.quarter_start
    count = len(quarters)
    return {
        "quarter": list(quarters) * len(steps),
        "step": np.repeat(np.arange(1, len(steps) + 1), count),
        "pay": [step.pay for step in steps for _ in range(count)],
        "to": [step.to for step in steps for _ in range(count)],
        "paid_eur": finance.poured.paid_eur.ravel(),
    }


def _money_flow(finance: Finance) -> Columns:
    """Provider to layer to uses to each of them; every euro appears once per step."""
    providers = {row.name: row.provider for row in finance.layers}
    sources = [row for row in finance.sources_and_uses if row.side == "source" and row.amount_eur]
    uses = [row for row in finance.sources_and_uses if row.side == "use" and row.amount_eur]
    flows = [(providers.get(row.item, "income"), row.item, row.amount_eur) for row in sources]
    flows += [(row.item, USES, row.amount_eur) for row in sources]
    flows += [(USES, row.item, row.amount_eur) for row in uses]
    return {name: [flow[i] for flow in flows] for i, name in enumerate(("source", "target", "value_eur"))}


BUILD: Mapping[str, Callable[[Finance], Columns]] = {
    "cash": _cash,
    "waterfall": _waterfall,
    "sources_and_uses": partial(_rows, table="sources_and_uses", field="sources_and_uses"),
    "revenue": partial(_rows, table="revenue", field="revenue"),
    "layers": _layers,
    "layer_cash": _layer_cash,
    "money_flow": _money_flow,
    "bank_figures": partial(_rows, table="bank_figures", field="figures"),
    "fund_rules": partial(_rows, table="fund_rules", field="rules"),
    "risk_measures": partial(_rows, table="risk_measures", field="risk.measures"),
    "tornado": partial(_rows, table="tornado", field="tornado"),
    "layer_losses": partial(_rows, table="layer_losses", field="risk.losses"),
    "portfolio_losses": partial(_rows, table="portfolio_losses", field="portfolio"),
    "cloud": partial(_rows, table="cloud", field="cloud"),
}


def _of_result(result: Result, build: Callable[[Finance], Columns]) -> Columns:
    return build(result.finance)


TABLES: Mapping[str, Callable[[Result], Columns]] = {
    name: partial(_of_result, build=build) for name, build in BUILD.items()
}
