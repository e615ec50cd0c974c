"""This module owns the inputs of a workbook: cells with a name that formulas refer to, and that may be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gortyn.finance.metrics import nominal
from gortyn.io.workbook_cells import Formula, Sheet

if TYPE_CHECKING:
    from gortyn.io.workbook import Book

FACTORS: Final = (
    ("capex_factor", "Factor on capital cost and refreshes"),
    ("energy_factor", "Factor on the cost of electricity"),
    ("other_cost_factor", "Factor on connection, staff, maintenance, insurance and rent"),
    ("use_factor", "Factor on chip-hours paid for and delivered"),
)


def price_name(tenant: str) -> str:
    """Return the name of the cell that holds a tenant's price.

    >>> price_name("start-ups")
    'price_start_ups'
    """
    return f"price_{tenant.replace('-', '_')}"


def nominal_rate(book: Book) -> float:
    """Rate that discounts money whose prices rise: ``(1 + r)(1 + i) - 1``."""
    return nominal(book.discount_rate, book.inflation_rate)


def inputs(sheet: Sheet, book: Book) -> dict[str, str]:
    """Write the inputs and return the cell that each name stands for."""
    names: dict[str, str] = {}

    def put(name: str, title: str, unit: str, value: Any, note: str, style: str = "") -> None:
        sheet.line([title, unit])
        sheet.put(sheet.row - 1, 2, value, f"{style}{unit}")
        sheet.put(sheet.row - 1, 3, name)
        sheet.put(sheet.row - 1, 4, note)
        names[name] = sheet.at(sheet.row - 1, 2)

    sheet.paper.set_column(2, 2, 15)
    sheet.paper.set_column(3, 3, 30)
    sheet.line(["Change these; the cash flow and the summary follow"], "section")
    sheet.line(["input", "unit", "value", "name", "note"], "header")
    put("discount_rate", "Discount rate", "1/year", book.discount_rate, "before inflation", "input ")
    for name, title in FACTORS:
        put(name, title, "1", 1.0, "1 as run", "input ")
    for one in book.billed:
        title = f"Price that {one.tenant} pays"
        note = "prices of the base year, its discount taken off"
        put(price_name(one.tenant), title, "EUR/chip-hour", one.price_eur_per_chip_hour, note, "input ")
    sheet.row += 1
    sheet.line(["As run; other values need another run (gortyn fund FILE --set path=value)"], "section")
    sheet.line(["input", "unit", "value", "name", "note"], "header")
    put("inflation_rate", "Inflation", "1/year", book.inflation_rate, "in all costs and in the price index of the run")
    put("tax_before_debt", "Tax is paid before debt", "1", float(book.tax_before_debt), "1 yes, 0 no")
    put("first_index", "Price index of the first quarter", "1", book.price_index[0], "over the base year")
    nominal = Formula("=(1+discount_rate)*(1+inflation_rate)-1", nominal_rate(book))
    put("nominal_rate", "Discount rate with inflation", "1/year", nominal, "discounts money")
    return names
