"""This module owns the sheets of a workbook beside the cash flow: summary, layers, waterfall, sources, draws, cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gortyn.finance.metrics import irr
from gortyn.io.columns import dictionary
from gortyn.io.workbook_cash import FIRST, TOTAL, Live, irr_formula
from gortyn.io.workbook_cells import NONE, Formula, Sheet, address, span

if TYPE_CHECKING:
    from gortyn.io.workbook import Book

Row = Mapping[str, Any]
Derive = Callable[[Row, Mapping[str, str]], Formula | float]

GIVEN: Final = ("grant", "capacity-purchase", "guarantee")
"""Kinds of which no money is asked back, or whose loss is that of the layer that they cover."""
EQUITY: Final = "equity"
UNIT_IN_ROW: Final = "see unit"
PLAIN: Final = ("text", "date", "1", UNIT_IN_ROW)


def words(column: str) -> str:
    """Return the name of a column as a header.

    >>> words("loss_given_loss_share"), words("amount_eur"), words("levelised_eur_per_chip_hour")
    ('loss given loss', 'amount', 'levelised per chip hour')
    """
    name = column
    for suffix in ("_eur", "_share", "_rate", "_years", "_value"):
        name = name.removesuffix(suffix)
    return name.replace("_eur_per_", " per ").replace("_", " ")


def _table(sheet: Sheet, book: Book, table: str, title: str, derived: Mapping[str, Derive] | None = None) -> None:
    """Write a table of the run below its title; the columns in `derived` as formulas of cells of their row."""
    rows, derived = book.tables.get(table, ()), derived or {}
    columns = dictionary()[table]
    sheet.line([title], "section")
    if not rows:
        sheet.line([NONE])
        sheet.row += 1
        return
    place = {name: column for column, name in enumerate(columns)}
    made, units = [], []
    for number, row in enumerate(rows, sheet.row + 1):
        cells = {name: address(number, column) for name, column in place.items()}
        made.append([derived[name](row, cells) if name in derived else row[name] for name in columns])
        units.append([row["unit"] if column.unit == UNIT_IN_ROW else column.unit for column in columns.values()])
    header = [words(name) if column.unit in PLAIN else f"{words(name)} [{column.unit}]"
              for name, column in columns.items()]  # fmt: skip
    sheet.table(header, units, made)


def _pivot(rows: Sequence[Row], key: Callable[[Row], Any], value: str) -> dict[Any, list[float]]:
    """Values of a long table by row and quarter, in the order in which they come; 0 where there is none."""
    quarters = {quarter: place for place, quarter in enumerate(sorted({row["quarter"] for row in rows}))}
    found: dict[Any, list[float]] = {}
    for row in rows:
        line = found.setdefault(key(row), [0.0] * len(quarters))
        line[quarters[row["quarter"]]] += row[value] or 0.0
    return found


def _quarters(sheet: Sheet, rows: Sequence[Row]) -> int:
    quarters = sorted({row["quarter"] for row in rows})
    sheet.line(["", "unit", "total", *quarters], "header")
    sheet.paper.set_column(TOTAL, FIRST + len(quarters), 15)
    return len(quarters)


def _by_quarter(sheet: Sheet, label: str, values: Sequence[float | Formula], total: float | None) -> int:
    """Write one row of euros by quarter, with its sum where asked for; return the row."""
    row = sheet.line([label, "EUR"])
    for column, value in enumerate(values, FIRST):
        sheet.put(row, column, value, "EUR")
    if total is not None:
        sheet.put(row, TOTAL, Formula(f"=SUM({span(row, FIRST, FIRST + len(values) - 1)})", total), "EUR")
    return row


def summary(sheet: Sheet, book: Book, live: Sequence[Live]) -> None:
    """Write the figures that formulas derive beside those of the run, then all that a bank asks for, and the rules."""
    found = {row["figure"]: row["found_value"] for row in book.tables.get("bank_figures", ())}
    sheet.line(
        ["Derived from cells; follows the sheet Inputs as far as Notes says: tax, debt and layers stay as run"],
        "section",
    )
    sheet.line(["figure", "unit", "now", "as run", "change"], "header")
    for one in live:
        row = sheet.line([one.title, one.unit])
        as_run = found.get(one.figure, one.formula.value)
        sheet.put(row, 2, one.formula._replace(value=as_run), one.unit)
        sheet.put(row, 3, NONE if as_run is None else as_run, one.unit)
        both = f"{address(row, 2)}-{address(row, 3)}"
        sheet.put(row, 4, Formula(f'=IFERROR({both},"")', "" if as_run is None else 0.0), one.unit)
    sheet.row += 1
    sheet.line(["As run"], "section")
    sheet.line(["figure", "unit", "value", "note"], "header")
    for row in book.tables.get("bank_figures", ()):
        at = sheet.line([row["title"], row["unit"]])
        value = row["found_value"]
        sheet.put(at, 2, NONE if value is None else value, "" if value is None else row["unit"])
        sheet.put(at, 3, row["note"] or "")
    sheet.row += 1
    _table(sheet, book, "fund_rules", "Rules of the programme")
    sheet.paper.set_column(2, 4, 18)


def layers(sheet: Sheet, book: Book) -> tuple[Live, ...]:
    """Write what each layer pays and gets by quarter, and its totals and returns as formulas.

    Returns
    -------
    Return and multiple of common equity, where there is any.
    """
    rows, cash = book.tables["layers"], book.tables["layer_cash"]
    series = {name: _pivot(cash, lambda row: row["layer"], name)
              for name in ("drawn_eur", "received_eur", "balance_eur")}  # fmt: skip
    # The list of layers stands first and refers to the rows by quarter below it.
    below = sheet.row + len(rows) + 3
    blocks = 4
    place = {row["layer"]: below + 1 + number * (blocks + 1) for number, row in enumerate(rows)}
    last = FIRST + len({row["quarter"] for row in cash}) - 1

    def cells(row: Row, part: int) -> str:
        return span(place[row["layer"]] + part, FIRST, last)

    derived: dict[str, Derive] = {
        "amount_eur": lambda row, _: Formula(f"=SUM({cells(row, 0)})", row["amount_eur"]),
        "paid_eur": lambda row, _: Formula(f"=SUM({cells(row, 1)})", row["paid_eur"]),
        "irr_rate": lambda row, _: irr_formula(cells(row, 2), np.nan if row["irr_rate"] is None else row["irr_rate"]),
        "multiple": lambda row, at: Formula(
            f'=IF({at["amount_eur"]}>0,{at["paid_eur"]}/{at["amount_eur"]},"none")', row["multiple"]
        ),
        "loss_eur": _loss,
    }
    _table(sheet, book, "layers", "Layers, most senior first", derived)
    sheet.row = below
    _quarters(sheet, cash)
    for row in rows:
        name = row["layer"]
        drawn, received, balance = (series[part][name] for part in ("drawn_eur", "received_eur", "balance_eur"))
        at = _by_quarter(sheet, f"{name}: paid in", drawn, sum(drawn))
        _by_quarter(sheet, f"{name}: received", received, sum(received))
        flow = [
            Formula(f"={address(at + 1, column)}-{address(at, column)}", back - paid)
            for column, (paid, back) in enumerate(zip(drawn, received, strict=True), FIRST)
        ]
        _by_quarter(sheet, f"{name}: net", flow, sum(received) - sum(drawn))
        _by_quarter(sheet, f"{name}: balance at the end", balance, None)
        sheet.row += 1
    common = [row["layer"] for row in rows if row["kind"] == EQUITY]
    return _equity(sheet, common, place, series) if common else ()


def _loss(row: Row, at: Mapping[str, str]) -> Formula | float:
    """Loss of a layer: as run where it is lent, for what is owed then is the engine's; else what did not come back."""
    if row["unpaid_eur"] is not None:
        return row["loss_eur"]
    return Formula("=0" if row["kind"] in GIVEN else f"=MAX(0,{at['amount_eur']}-{at['paid_eur']})", row["loss_eur"])


def _equity(
    sheet: Sheet, common: Sequence[str], place: Mapping[str, int], series: Mapping[str, Mapping[str, list[float]]]
) -> tuple[Live, ...]:
    """Write what all common equity pays and gets, and return what it earns."""
    drawn, received = (
        np.sum([series[part][name] for name in common], axis=0) for part in ("drawn_eur", "received_eur")
    )
    sums: dict[int, int] = {}
    parts = (("paid in", drawn), ("received", received), ("net", received - drawn))
    for part, (words_of_part, values) in enumerate(parts):
        cells = [
            Formula("=" + "+".join(address(place[name] + part, column) for name in common), value)
            for column, value in enumerate(values.tolist(), FIRST)
        ]
        sums[part] = _by_quarter(sheet, f"common equity: {words_of_part}", cells, float(values.sum()))
    paid, got = (sheet.at(sums[part], TOTAL) for part in (0, 1))
    rate = irr_formula(sheet.over(sums[2], FIRST, FIRST + drawn.size - 1), irr(received - drawn))
    multiple = float(received.sum() / drawn.sum()) if drawn.sum() else None
    return (
        Live("equity-irr", "Equity IRR", "1/year", rate),
        Live("equity-multiple", "Multiple of invested equity (MOIC)", "1",
             Formula(f'=IF({paid}>0,{got}/{paid},"none")', multiple)),
    )  # fmt: skip


def waterfall(sheet: Sheet, book: Book) -> None:
    """Write what each step of the waterfall pays by quarter, in the order of payment."""
    rows = book.tables["waterfall"]
    if not rows:
        sheet.line([NONE])
        return
    count = _quarters(sheet, rows)
    first = sheet.row
    steps = _pivot(rows, lambda row: (row["step"], row["pay"], row["to"]), "paid_eur")
    for (step, pay, to), values in steps.items():
        _by_quarter(sheet, f"{step}. {pay}{f': {to}' if to else ''}", values, sum(values))
    totals = np.sum(list(steps.values()), axis=0).tolist()
    sums = [
        Formula(f"=SUM({address(first, column)}:{address(first + len(steps) - 1, column)})", total)
        for column, total in zip(range(FIRST, FIRST + count), totals, strict=True)
    ]
    _by_quarter(sheet, "All steps", sums, sum(totals))


def sources_and_uses(sheet: Sheet, book: Book) -> None:
    """Write where the money comes from and what it pays for, with shares and sums as formulas."""
    rows = book.tables["sources_and_uses"]
    totals: dict[str, str] = {}
    for side in dict.fromkeys(row["side"] for row in rows):
        own = [row for row in rows if row["side"] == side]
        whole = sum(row["amount_eur"] for row in own)
        last = sheet.row + len(own) + 1
        end = address(last, 1, absolute=True)
        lines = [
            (row["item"], row["amount_eur"], Formula(f"=IF({end}>0,{address(number, 1)}/{end},0)", row["share"]))
            for number, row in enumerate(own, sheet.row + 1)
        ]
        first, end_row = sheet.table([side, "amount [EUR]", "share"], [["text", "EUR", "share"]] * len(own), lines)
        sheet.row = end_row
        sheet.line(["all"])
        sheet.put(end_row, 1, Formula(f"=SUM({address(first, 1)}:{address(end_row - 1, 1)})", whole), "total EUR")
        totals[side] = address(end_row, 1)
        sheet.row += 1
    if len(totals) > 1:
        one, other = totals.values()
        sheet.line(["difference, 0 where all is paid for"])
        sides = [sum(row["amount_eur"] for row in rows if row["side"] == side) for side in totals]
        sheet.put(sheet.row - 1, 1, Formula(f"=ROUND({one}-{other},2)", round(sides[0] - sides[1], 2)), "EUR")


def draws(sheet: Sheet, book: Book) -> None:
    """Write what the draws of the risks found."""
    _table(sheet, book, "risk_measures", "Measures over all draws")
    _table(sheet, book, "layer_losses", "Probability that the loss of a layer exceeds a share of it")
    _table(sheet, book, "portfolio_losses", "Losses of the layers at the default rates of past project finance")


def tornado(sheet: Sheet, book: Book) -> None:
    """Write what each factor does alone."""
    _table(sheet, book, "tornado", "Each factor alone, at its low and its high setting")


def cloud(sheet: Sheet, book: Book) -> None:
    """Write the same work on commercial clouds; what is saved as formulas."""
    derived: dict[str, Derive] = {
        "saving_eur": lambda row, at: Formula(f"={at['cloud_eur']}-{at['own_eur']}", row["saving_eur"]),
        "saving_share": lambda row, at: Formula(
            f'=IF({at["cloud_eur"]}>0,{at["saving_eur"]}/{at["cloud_eur"]},"none")', row["saving_share"]
        ),
    }
    _table(sheet, book, "cloud", "Cost of the same work here and at dated prices of clouds", derived)


def notes(sheet: Sheet, book: Book) -> None:
    """Write where the numbers come from."""
    sheet.line(["made by", book.made_by])
    sheet.paper.set_column(1, 1, 120)
    for word, text in book.notes:
        sheet.line([word, text])
