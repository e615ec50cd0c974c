"""A workbook of a made-up project: two years, two layers, two tenants, its sums worked out in plain Python."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

from gortyn.finance.metrics import irr
from gortyn.io.columns import dictionary
from gortyn.io.workbook import Billed, Book

RATE, INFLATION = 0.07, 0.02
QUARTERS = tuple(date(2027 + number // 4, 1 + 3 * (number % 4), 1) for number in range(8))
INDEX = tuple(1.02 ** (1.125 + number / 4) for number in range(8))
HOURS = {"anchor": [0.0, 0.0, *[6e6] * 6], "start-ups": [0.0, 0.0, *[1e6, 2e6, 3e6, 3e6, 3e6, 2e6]]}
PRICES = {"anchor": 2.5, "start-ups": 0.8}
COST = {"energy_eur": 2e6, "connection_eur": 1e5, "staff_eur": 3e5, "maintenance_eur": 4e5, "insurance_eur": 5e4}
FLOWS = {"loan": ([4e7, 1e7] + [0.0] * 6, [0.0, 0.0] + [9e6] * 6), "equity": ([2e7, 1e7] + [0.0] * 6, [0.0] * 8)}


def cash_row(number: int) -> dict[str, Any]:
    """One quarter: three quarters of building are not enough to hide a wrong sign, so every part is there."""
    row: dict[str, Any] = dict.fromkeys(dictionary()["cash"], 0.0)
    works = number >= 2
    row |= {name: value * INDEX[number] if works else 0.0 for name, value in COST.items()}
    row["quarter"], row["rent_eur"], row["heat_eur"] = QUARTERS[number], 12_345.0 * works, 54_321.0 * works
    row["capex_eur"] = (6e7, 2e7, *[0.0] * 6)[number]
    row["refresh_eur"], row["residual_eur"] = 3e6 * (number == 5), 2e7 * (number == 7)
    row["revenue_eur"] = sum(PRICES[name] * INDEX[number] * hours[number] for name, hours in HOURS.items())
    costs = sum(row[name] for name in (*COST, "rent_eur"))
    row["operating_eur"] = row["revenue_eur"] + row["heat_eur"] + row["residual_eur"] - costs
    row["tax_eur"] = 7e5 * works
    row["cfads_eur"] = row["operating_eur"] - row["residual_eur"] - row["tax_eur"]
    row["net_eur"] = row["operating_eur"] - row["capex_eur"] - row["refresh_eur"]
    row["debt_service_eur"] = 9e6 * works
    row["dscr"] = row["cfads_eur"] / row["debt_service_eur"] if works else None
    row["llcr"] = 1.4 + number / 10 if works else None
    row["installed_chips"], row["debt_eur"] = 4000.0 * works, 1e6 * number
    row["delivered_chip_hours"] = sum(hours[number] for hours in HOURS.values()) * 1.1
    row["paid_chip_hours"] = sum(hours[number] for hours in HOURS.values())
    return row


def layer_row(name: str) -> dict[str, Any]:
    drawn, received = FLOWS[name]
    rate = irr([back - paid for paid, back in zip(drawn, received, strict=True)])
    return {
        "layer": name, "kind": "senior-debt" if name == "loan" else "equity", "provider": "private",
        "share": sum(drawn) / 8e7, "amount_eur": sum(drawn), "return_rate": 0.05, "paid_eur": sum(received),
        "irr_rate": rate if math.isfinite(rate) else None, "loss_eur": max(0.0, sum(drawn) - sum(received)),
        "multiple": sum(received) / sum(drawn), "smallest_dscr": 1.2,
    }  # fmt: skip


def tables() -> dict[str, list[dict[str, Any]]]:
    """Rows of every table."""
    layer_cash = [
        {"layer": name, "quarter": quarter, "drawn_eur": drawn, "received_eur": got, "flow_eur": got - drawn,
         "balance_eur": 1e6}
        for name, flows in FLOWS.items()
        for quarter, drawn, got in zip(QUARTERS, *flows, strict=True)
    ]  # fmt: skip
    steps = [
        {"quarter": quarter, "step": step, "pay": pay, "to": to, "paid_eur": 1e5 * step + number}
        for number, quarter in enumerate(QUARTERS)
        for step, pay, to in ((1, "tax", None), (2, "interest", "loan"), (3, "rest", None))
    ]
    sides = [("source", "loan", 5e7), ("source", "equity", 3e7), ("use", "chips", 7e7), ("use", "=1+1", 1e7)]
    made = {
        "cash": [cash_row(number) for number in range(8)],
        "layers": [layer_row(name) for name in FLOWS],
        "layer_cash": layer_cash,
        "waterfall": steps,
        "sources_and_uses": [
            {"side": side, "item": item, "amount_eur": eur, "share": eur / 8e7} for side, item, eur in sides
        ],
        "bank_figures": [
            {"figure": "payback", "title": "Payback", "found_value": 4.25, "unit": "years"},
            {"figure": "equity-irr", "title": "IRR of equity", "unit": "1/year", "note": "none"},
        ],
        "fund_rules": [
            {"rule": "cap", "limit_value": 0.17, "found_value": 0.1, "unit": "share", "passed": True, "source": "law"}
        ],
        "risk_measures": [{"measure": "npv", "unit": "EUR", "plan": 1.0, "mean": 0.5, "p05": -1.0, "p95": 2.0}],
        "layer_losses": [{"layer": "loan", "loss_share": 0.1, "exceed_share": 0.02}],
        "portfolio_losses": [],
        "tornado": [{"factor": "demand", "measure": "npv", "unit": "EUR", "low": -1.0, "high": 1.0, "plan": 0.5}],
        "cloud": [
            {"use": "run", "offer": "a", "own_eur": 7.0, "tenant_eur": None, "cloud_eur": 9.0, "saving_eur": 2.0,
             "saving_share": 2 / 9},
        ],
    }  # fmt: skip
    return {name: [dict.fromkeys(dictionary()[name]) | row for row in rows] for name, rows in made.items()}


BOOK = Book(
    title="=A project, whose name begins like a formula",
    made_by="gortyn 0",
    tables=tables(),
    discount_rate=RATE,
    inflation_rate=INFLATION,
    tax_before_debt=True,
    price_index=INDEX,
    revenue_index=INDEX,
    billed=[Billed(name, PRICES[name], hours) for name, hours in HOURS.items()],
    notes=[("capex", "from the catalogue")],
)


def with_rows(table: str, rows: list[dict[str, Any]]) -> Book:
    """The book with other rows of one table."""
    return replace(BOOK, tables={**BOOK.tables, table: rows})
