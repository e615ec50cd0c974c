"""This module owns the workbook of a project's money: figures of the run as values, what follows from them as formulas.

Sheet `Run` holds what the engine found by quarter. `Cash flow` derives everything from it and from the cells of
`Inputs` that may be changed: prices, factors on costs, the discount rate. Every formula carries the value that the run
gives, so that a viewer which does not calculate shows the same numbers. The same book gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gortyn.io import workbook_cash, workbook_lists
from gortyn.io.workbook_cells import Sheet, Styles
from gortyn.io.workbook_inputs import inputs

Rows = Sequence[Mapping[str, Any]]

LONGEST_TITLE = 255
CREATED = datetime(2000, 1, 1)
"""The same for every workbook, so that its bytes tell of what is in it alone."""


@dataclass(frozen=True, slots=True)
class Billed:
    """What one tenant pays for.

    price_eur_per_chip_hour: in prices of the base year, its discount taken off. chip_hours: paid for, used or not, or
    used where nothing is paid; one per quarter.
    """

    tenant: str
    price_eur_per_chip_hour: float
    chip_hours: Sequence[float]


@dataclass(frozen=True, slots=True)
class Book:
    """All that a workbook is made of.

    Attributes
    ----------
    title : of the scenario
    made_by : program and version
    tables : rows by table, with the columns of the column dictionary
    discount_rate : real, per year
    inflation_rate : per year
    tax_before_debt : whether tax is paid before debt is served
    price_index : prices of each quarter over those of the base year
    revenue_index : the same of what tenants pay for a chip-hour
    billed : what tenants pay for; revenue of the table `cash` is their sum
    notes : pairs of a word and what it means or where it is from
    """

    title: str
    made_by: str
    tables: Mapping[str, Rows]
    discount_rate: float
    inflation_rate: float
    tax_before_debt: bool
    price_index: Sequence[float]
    revenue_index: Sequence[float]
    billed: Sequence[Billed]
    notes: Sequence[tuple[str, str]] = ()


def write_workbook(book: Book, path: Path) -> None:
    """Write a workbook as .xlsx.

    Raises
    ------
    OSError : the file cannot be written.
    """
    from xlsxwriter.exceptions import FileCreateError
    from xlsxwriter.workbook import Workbook

    workbook = Workbook(str(path), {"in_memory": True})
    workbook.set_properties({"title": book.title[:LONGEST_TITLE], "comments": book.made_by, "created": CREATED})
    workbook.set_size(2400, 1400)
    styles = Styles(workbook)
    sheets = {
        name: Sheet(workbook, name, styles, f"{name}: {book.title}" if name != "Summary" else book.title)
        for name in ("Summary", "Inputs", "Cash flow", "Revenue", "Layers", "Waterfall", "Sources and uses", "Draws",
                     "Tornado", "Cloud", "Run", "Notes")
    }  # fmt: skip
    names = inputs(sheets["Inputs"], book)
    for name, cell in names.items():
        workbook.define_name(name, f"={cell}")
    run = workbook_cash.run_sheet(sheets["Run"], book)
    revenue = workbook_cash.revenue_sheet(sheets["Revenue"], book, run)
    cash = workbook_cash.cash_sheet(sheets["Cash flow"], book, run, revenue)
    equity = workbook_lists.layers(sheets["Layers"], book)
    workbook_lists.waterfall(sheets["Waterfall"], book)
    workbook_lists.sources_and_uses(sheets["Sources and uses"], book)
    workbook_lists.draws(sheets["Draws"], book)
    workbook_lists.tornado(sheets["Tornado"], book)
    workbook_lists.cloud(sheets["Cloud"], book)
    workbook_lists.notes(sheets["Notes"], book)
    workbook_lists.summary(sheets["Summary"], book, (*cash, *equity))
    try:
        workbook.close()
    except FileCreateError as error:
        raise _as_os_error(error, path) from None


def _as_os_error(error: Exception, path: Path) -> OSError:
    cause = error.args[0] if error.args else error
    return OSError(cause.errno, cause.strerror, str(path)) if isinstance(cause, OSError) else OSError(str(error))
