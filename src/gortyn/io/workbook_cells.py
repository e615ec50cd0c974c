"""This module owns how one cell of a workbook is written: value or formula, its number format, and its address."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NONE: Final = "none"
"""What stands where a figure does not exist, such as the IRR of payments of one sign."""
WIDTH, WIDE = 15, 46
LONGEST: Final = 32_767
"""Characters that a cell of the format holds."""
FORMATS: Final[Mapping[str, str]] = {
    "EUR": "#,##0;[Red]-#,##0",
    "chip-hours": "#,##0",
    "count": "#,##0",
    "share": "0.00%",
    "1/year": "0.00%",
    "date": "yyyy-mm-dd",
    "1": "0.0000",
    "years": "0.00",
}
PER_HOUR = "0.0000"


class Formula(NamedTuple):
    """A formula, and what it gives with the values of the run: shown where nothing recalculates."""

    text: str
    value: Any


def address(row: int, column: int, *, absolute: bool = False) -> str:
    """Return the name of a cell, counted from 0.

    >>> address(0, 0), address(9, 27), address(9, 27, absolute=True)
    ('A1', 'AB10', '$AB$10')
    """
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"${letters}${row + 1}" if absolute else f"{letters}{row + 1}"


def span(row: int, first: int, last: int) -> str:
    """Return the name of the cells of one row, from column `first` to `last`.

    >>> span(4, 3, 6)
    'D5:G5'
    """
    return f"{address(row, first)}:{address(row, last)}"


class Sheet:
    """One sheet under construction, written from the top down; `row` is the next empty one."""

    def __init__(self, workbook: Workbook, name: str, styles: Styles, title: str) -> None:
        self.name, self.styles = name, styles
        self.paper: Worksheet = workbook.add_worksheet(name)
        self.paper.set_column(0, 0, WIDE)
        self.paper.set_column(1, 1, WIDTH)
        self.row = 0
        self.line([title], style="title")
        self.row += 1

    def put(self, row: int, column: int, value: Any, style: str = "") -> None:
        """Write one cell; what is absent or not a finite number is left empty."""
        shown = self.styles[style]
        match value:
            case None:
                self.paper.write_blank(row, column, None, shown)
            case Formula():
                shows: Any = NONE if value.value is None else value.value
                self.paper.write_formula(row, column, value.text, shown, shows)
            case bool():
                self.paper.write_string(row, column, "yes" if value else "no", shown)
            case date():
                day = datetime(value.year, value.month, value.day)
                self.paper.write_datetime(row, column, day, self.styles[style or "date"])
            case str():  # never read as a formula, whatever a title of a scenario begins with
                self.paper.write_string(row, column, value[:LONGEST], shown)
            case _ if math.isfinite(value):
                self.paper.write_number(row, column, value, shown)
            case _:
                self.paper.write_blank(row, column, None, shown)

    def line(self, values: Iterable[Any], style: str = "", first: int = 0) -> int:
        """Write values side by side in the next empty row and return its number."""
        for column, value in enumerate(values, first):
            self.put(self.row, column, value, style)
        self.row += 1
        return self.row - 1

    def table(
        self, header: Sequence[str], units: Sequence[Sequence[str]], rows: Sequence[Sequence[Any]]
    ) -> tuple[int, int]:
        """Write a header and rows, each cell in the format of its unit; return the first row and the one after."""
        self.line(header, style="header")
        if len(header) > 2:
            self.paper.set_column(2, max(2, len(header) - 1), WIDTH)
        first = self.row
        for values, own in zip(rows, units, strict=True):
            for column, (value, unit) in enumerate(zip(values, own, strict=True)):
                self.put(self.row, column, value, "" if isinstance(value, str | bool) else unit)
            self.row += 1
        last = self.row
        self.row += 1
        return first, last

    def at(self, row: int, column: int) -> str:
        """Return the name of one of its cells for a formula on another sheet."""
        return f"'{self.name}'!{address(row, column, absolute=True)}"

    def over(self, row: int, first: int, last: int) -> str:
        """Return the name of cells of one of its rows for a formula on another sheet."""
        return f"'{self.name}'!{address(row, first, absolute=True)}:{address(row, last, absolute=True)}"


class Styles:
    """Formats of a workbook by unit, and of its titles, headers and inputs."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.made: dict[str, Format | None] = {"": None}

    def __getitem__(self, style: str) -> Format | None:
        """The format of a unit such as `EUR`, of `title`, `header`, `section`, or of `input UNIT`: what may be changed.

        Formats are made when first asked for.
        """
        if style not in self.made:
            words = {"title": {"bold": True, "font_size": 14}, "section": {"bold": True}, "note": {"italic": True}}
            words["header"] = {"bold": True, "bottom": 1, "num_format": FORMATS["date"], "align": "left"}
            kind, _, unit = style.rpartition(" ") if style.startswith(("input ", "total ")) else ("", "", style)
            made: dict[str, Any] = dict(words.get(unit) or {"num_format": _number_format(unit)})
            if kind == "input":
                made |= {"font_color": "blue", "bg_color": "#FFF8DC", "border": 4}
            elif kind == "total":
                made |= {"bold": True, "top": 1}
            self.made[style] = self.workbook.add_format(made)
        return self.made[style]


def _number_format(unit: str) -> str:
    return FORMATS.get(unit) or (PER_HOUR if "/" in unit else "General")
