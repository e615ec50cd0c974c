"""This module owns the sheets by quarter of a workbook: what the run found, revenue by tenant, and the cash flow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import irr, npv
from gortyn.io.workbook_cells import Formula, Sheet, address, span
from gortyn.io.workbook_inputs import nominal_rate, price_name

if TYPE_CHECKING:
    from gortyn.io.workbook import Book

Quarters = NDArray[np.float64]

TOTAL, FIRST = 2, 3
"""Columns of the totals and of the first quarter."""
PER_YEAR: Final = 4
PER_CHIP_HOUR: Final = "EUR/chip-hour"


class Line(NamedTuple):
    """One row by quarter.

    In its formula `{key}` stands for the cell of that row in the same quarter, `{-key}` for the one before it,
    `{run:key}` for the one on the sheet Run, `{revenue}` for the sum of the sheet Revenue.
    """

    key: str
    label: str
    unit: str
    formula: str
    total: bool = False
    section: str = ""


COSTS = ("energy_eur", "connection_eur", "staff_eur", "maintenance_eur", "insurance_eur", "rent_eur")
OTHER_COSTS = COSTS[1:]
RUN_LINES: Final = (
    ("capex_eur", "Capital cost", "EUR"),
    ("refresh_eur", "Replacement of chips", "EUR"),
    ("heat_eur", "Heat sold", "EUR"),
    ("residual_eur", "Residual value", "EUR"),
    ("energy_eur", "Electricity", "EUR"),
    ("connection_eur", "Grid connection", "EUR"),
    ("staff_eur", "Staff", "EUR"),
    ("maintenance_eur", "Maintenance", "EUR"),
    ("insurance_eur", "Insurance", "EUR"),
    ("rent_eur", "Rent", "EUR"),
    ("tax_eur", "Tax", "EUR"),
    ("debt_service_eur", "Debt service due", "EUR"),
    ("llcr", "Loan life cover ratio", "1"),
    ("debt_eur", "Debt at the end of the quarter", "EUR"),
    ("debt_reserve_eur", "Debt service reserve", "EUR"),
    ("operating_reserve_eur", "Operating reserve", "EUR"),
    ("refresh_reserve_eur", "Refresh reserve", "EUR"),
    ("kept_eur", "Cash kept back", "EUR"),
    ("deficit_eur", "Deficit carried forward", "EUR"),
    ("installed_chips", "Chips in operation", "count"),
    ("delivered_chip_hours", "Chip-hours delivered", "chip-hours"),
    ("paid_chip_hours", "Chip-hours delivered to tenants that pay", "chip-hours"),
)
_LABEL = {key: (label, unit) for key, label, unit in RUN_LINES}


def _moved(key: str, factor: str, section: str = "") -> Line:
    label, unit = _LABEL[key]
    return Line(key, label, unit, f"={{run:{key}}}*{factor}" if factor else f"={{run:{key}}}", True, section)


def _shown(key: str, *, total: bool = False, section: str = "") -> Line:
    return _moved(key, "", section)._replace(total=total)


CASH_LINES: Final = (
    _moved("capex_eur", "capex_factor", "Investment"),
    _moved("refresh_eur", "capex_factor"),
    Line("revenue_eur", "Revenue from chip-hours", "EUR", "={revenue}", True, "Income"),
    _moved("heat_eur", ""),
    _moved("residual_eur", ""),
    _moved("energy_eur", "energy_factor", "Operating cost"),
    *(_moved(key, "other_cost_factor") for key in OTHER_COSTS),
    Line(
        "operating_eur", "Operating cash flow", "EUR",
        "={revenue_eur}+{heat_eur}+{residual_eur}" + "".join(f"-{{{key}}}" for key in COSTS), True, "Cash flow",
    ),
    _moved("tax_eur", ""),
    Line(
        "cfads_eur", "Cash flow available for debt service", "EUR",
        "={operating_eur}-{residual_eur}-{tax_eur}*tax_before_debt", True,
    ),
    Line("net_eur", "Net cash flow before tax and finance", "EUR", "={operating_eur}-{capex_eur}-{refresh_eur}", True),
    Line("after_eur", "Net cash flow after tax, before finance", "EUR", "={net_eur}-{tax_eur}", True),
    _shown("debt_service_eur", total=True, section="Debt"),
    Line(
        "dscr", "Debt service cover ratio", "1",
        '=IF({debt_service_eur}>0,{cfads_eur}/{debt_service_eur},"")',
    ),
    *(_shown(key) for key in ("llcr", "debt_eur", "debt_reserve_eur", "operating_reserve_eur", "refresh_reserve_eur",
                              "kept_eur", "deficit_eur")),
    _shown("installed_chips", section="Use"),
    _moved("delivered_chip_hours", "use_factor"),
    _moved("paid_chip_hours", "use_factor"),
    Line("discount", "Discount factor of money", "1", "=(1+nominal_rate)^(-{period}/4)/first_index", False, "Measures"),
    Line("discount_hours", "Discount factor of chip-hours", "1", "=(1+discount_rate)^(-{period}/4)"),
    Line("present_eur", "Present value of the net cash flow", "EUR", "={net_eur}*{discount}", True),
    Line("present_after_eur", "Present value of it after tax", "EUR", "={after_eur}*{discount}", True),
    Line("sum_eur", "Net cash flow until now", "EUR", "={-sum_eur}+{net_eur}"),
    Line(
        "cost_eur", "Cost, less heat and residual value", "EUR",
        "={capex_eur}+{refresh_eur}" + "".join(f"+{{{key}}}" for key in COSTS) + "-{heat_eur}-{residual_eur}", True,
    ),
)  # fmt: skip


class Live(NamedTuple):
    """A figure that a formula derives: as the run found it, and the formula."""

    figure: str
    title: str
    unit: str
    formula: Formula


def series(book: Book) -> dict[str, Quarters]:
    """Values of every line of the cash flow as run; nan where there is none."""
    rows = book.tables["cash"]
    found: dict[str, Quarters] = {
        key: np.array([np.nan if row[key] is None else row[key] for row in rows], dtype=float)
        for key in rows[0]
        if key != "quarter"
    }
    periods = np.arange(len(rows))
    found["discount"] = (1 + nominal_rate(book)) ** (-periods / PER_YEAR) / book.price_index[0]
    found["discount_hours"] = (1 + book.discount_rate) ** (-periods / PER_YEAR)
    found["after_eur"] = found["net_eur"] - found["tax_eur"]
    found["present_eur"] = found["net_eur"] * found["discount"]
    found["present_after_eur"] = found["after_eur"] * found["discount"]
    found["sum_eur"] = np.cumsum(found["net_eur"])
    paid = found["capex_eur"] + found["refresh_eur"] + sum(found[key] for key in COSTS)
    found["cost_eur"] = paid - found["heat_eur"] - found["residual_eur"]
    return found


def _heading(sheet: Sheet, book: Book, total: str) -> int:
    """Write the row of the quarters and the one of their numbers; return the latter."""
    rows = book.tables["cash"]
    sheet.line(["", "unit", total, *(row["quarter"] for row in rows)], "header")
    sheet.paper.set_column(TOTAL, FIRST + len(rows), 15)
    period = sheet.line(["Quarters since the first", "count"])
    for column in range(len(rows)):
        sheet.put(period, FIRST + column, float(column), "count")
    sheet.paper.freeze_panes(period + 1, FIRST)
    return period


def run_sheet(sheet: Sheet, book: Book) -> dict[str, int]:
    """Write what the run found by quarter, values alone; return the row of each line."""
    _heading(sheet, book, "")
    values, rows = series(book), {}
    lines = [(key, label, unit, values[key]) for key, label, unit in RUN_LINES]
    lines.append(("revenue_index", "Price of a chip-hour over the base year", "1", np.asarray(book.revenue_index)))
    for one in book.billed:
        label = f"Chip-hours of {one.tenant}, used or contracted"
        lines.append((f"billed_{one.tenant}", label, "chip-hours", np.asarray(one.chip_hours)))
    for key, label, unit, line in lines:
        rows[key] = sheet.line([label, unit])
        for column, value in enumerate(line.tolist(), FIRST):
            sheet.put(rows[key], column, value, unit)
    return rows


def revenue_sheet(sheet: Sheet, book: Book, run: Mapping[str, int]) -> int:
    """Write revenue by tenant as formulas and return the row of its sum."""
    _heading(sheet, book, "total")
    index = np.asarray(book.revenue_index)
    first, total = sheet.row, np.zeros(index.size)
    for one in book.billed:
        row = sheet.line([f"Revenue from {one.tenant}", "EUR"])
        values = one.price_eur_per_chip_hour * index * np.asarray(one.chip_hours)
        total = total + values
        for quarter, value in enumerate(values.tolist()):
            column = FIRST + quarter
            hours, at = (f"Run!{address(run[key], column)}" for key in (f"billed_{one.tenant}", "revenue_index"))
            text = f"={hours}*use_factor*{price_name(one.tenant)}*{at}"
            sheet.put(row, column, Formula(text, value), "EUR")
        _put_total(sheet, row, index.size, float(values.sum()), "EUR")
    row = sheet.line(["Revenue", "EUR"])
    for quarter, value in enumerate(total.tolist()):
        column = FIRST + quarter
        cells = f"{address(first, column)}:{address(row - 1, column)}" if book.billed else ""
        sheet.put(row, column, Formula(f"=SUM({cells})" if cells else "=0", value), "total EUR")
    _put_total(sheet, row, index.size, float(total.sum()), "total EUR")
    return row


def _put_total(sheet: Sheet, row: int, quarters: int, value: float, unit: str) -> None:
    sheet.put(row, TOTAL, Formula(f"=SUM({span(row, FIRST, FIRST + quarters - 1)})", value), unit)


def cash_sheet(sheet: Sheet, book: Book, run: Mapping[str, int], revenue: int) -> tuple[Live, ...]:
    """Write the cash flow, every cell a formula, and return the figures that follow from it."""
    period = _heading(sheet, book, "total")
    values, rows = series(book), {"period": period}
    quarters = len(book.tables["cash"])
    for line in CASH_LINES:
        if line.section:
            sheet.row += 1
            sheet.line([line.section], "section")
        row = rows[line.key] = sheet.line([line.label, line.unit])
        for quarter, value in enumerate(values[line.key].tolist()):
            text = _formula(line, rows, run, revenue, FIRST + quarter)
            shown: Any = value if np.isfinite(value) else ""
            sheet.put(row, FIRST + quarter, Formula(text, shown), line.unit)
        if line.total:
            _put_total(sheet, row, quarters, float(np.nansum(values[line.key])), line.unit)
    return _live(sheet, book, rows, values)


def _formula(line: Line, rows: Mapping[str, int], run: Mapping[str, int], revenue: int, column: int) -> str:
    """The formula of a line in one column."""

    def cell(match: re.Match[str]) -> str:
        name = match[1]
        if name == "revenue":
            return f"Revenue!{address(revenue, column)}"
        if name.startswith("run:"):
            return f"Run!{address(run[name.removeprefix('run:')], column)}"
        if name.startswith("-"):
            return address(rows[name[1:]], column - 1) if column > FIRST else "0"
        return address(rows[name], column)

    text = re.sub(r"\{([^}]+)\}", cell, line.formula)
    if line.key == "llcr":  # a cell without a value stays empty, not 0
        return f'=IF({text[1:]}="","",{text[1:]})'
    return text


def _live(sheet: Sheet, book: Book, rows: Mapping[str, int], values: Mapping[str, Quarters]) -> tuple[Live, ...]:
    """Figures of the cash flow as formulas on another sheet."""
    last = FIRST + len(book.tables["cash"]) - 1
    cells = {key: sheet.over(row, FIRST, last) for key, row in rows.items()}
    dscr = values["dscr"][np.isfinite(values["dscr"])]
    cost = float(values["cost_eur"] @ values["discount"])

    def per_hour(key: str) -> Formula:
        hours = npv(book.discount_rate, values[key])
        text = f"SUMPRODUCT({cells['cost_eur']},{cells['discount']})/SUMPRODUCT({cells[key]},{cells['discount_hours']})"
        return Formula(f'=IFERROR({text},"none")', cost / hours if hours else None)

    def over_dscr(name: str, value: float | None) -> Formula:
        return Formula(f'=IF(COUNT({cells["dscr"]})>0,{name}({cells["dscr"]}),"none")', value)

    def total(key: str) -> Formula:
        return Formula(f"={sheet.at(rows[key], TOTAL)}", float(values[key].sum()))

    def rate(key: str) -> Formula:
        return irr_formula(cells[key], irr(values[key]))

    least, mean = (over_dscr(name, float(found(dscr)) if dscr.size else None)
                   for name, found in (("MIN", np.min), ("AVERAGE", np.mean)))  # fmt: skip
    return (
        Live("capex", "Capital cost, refreshes apart", "EUR", total("capex_eur")),
        Live("revenue", "Revenue from chip-hours", "EUR", total("revenue_eur")),
        Live("project-npv", "Project NPV before tax", "EUR", total("present_eur")),
        Live("project-npv-after-tax", "Project NPV after tax", "EUR", total("present_after_eur")),
        Live("project-irr", "Project IRR before tax", "1/year", rate("net_eur")),
        Live("project-irr-after-tax", "Project IRR after tax", "1/year", rate("after_eur")),
        Live("dscr-min", "Smallest DSCR", "1", least),
        Live("dscr-mean", "Mean DSCR", "1", mean),
        Live("levelised-useful", "Levelised cost per useful chip-hour", PER_CHIP_HOUR,
             per_hour("delivered_chip_hours")),
        Live("levelised-paid", "Levelised cost per paid chip-hour", PER_CHIP_HOUR, per_hour("paid_chip_hours")),
    )  # fmt: skip


def irr_formula(cells: str, rate: float) -> Formula:
    """Return the formula of a yearly IRR of quarterly payments; `none` where there is none.

    The search of a spreadsheet begins at a guess: the rate of the run, so that both find the same one where payments
    change sign more than once.
    """
    exists = bool(np.isfinite(rate))
    guess = round((1 + rate) ** (1 / PER_YEAR) - 1, 3) if exists else 0.0
    return Formula(f'=IFERROR((1+IRR({cells},{guess}))^{PER_YEAR}-1,"none")', rate if exists else None)
