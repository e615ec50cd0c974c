"""The workbook, calculated anew by a spreadsheet engine of others, gives what the run gave, and follows its inputs."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest

from gortyn.finance.metrics import npv
from gortyn.io.workbook import Billed, write_workbook
from money_book import BOOK, HOURS, INDEX, INFLATION, PRICES, RATE, cash_row, with_rows

EXACT, SEARCHED = 1e-9, 1e-7
"""Relative differences allowed: of sums and ratios, and of rates that each side searches for in its own way."""


class Calculated:
    """A workbook file as its cached values show it, and calculated anew."""

    def __init__(self, path: Path) -> None:
        self.formulas, self.cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        self.engine = formualizer.load_workbook(str(path), strategy="eager_all")
        self.engine.evaluate_all()

    def cells(self) -> list[tuple[str, Any, Any, Any]]:
        """Place, formula, cached value and calculated value of every formula."""
        return [
            (f"{sheet.title}!{cell.coordinate}", cell.value, self.cached[sheet.title][cell.coordinate].value,
             self.engine.get_value(sheet.title, cell.row, cell.column))
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]  # fmt: skip

    def row_of(self, sheet: str, label: str) -> int:
        (found,) = [row[0].row for row in self.cached[sheet].iter_rows(max_col=1) if row[0].value == label]
        return found

    def now(self, title: str) -> Any:
        """A figure of the summary, as calculated."""
        return self.engine.get_value("Summary", self.row_of("Summary", title), 3)

    def change(self, name: str, value: float) -> None:
        """Type another value into a named input."""
        row = next(row[3].row for row in self.cached["Inputs"].iter_rows(max_col=4) if row[3].value == name)
        self.engine.set_value("Inputs", row, 3, value)
        self.engine.evaluate_all()


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "cash-flow.xlsx"
    write_workbook(BOOK, path)
    return Calculated(path)


def flows() -> list[float]:
    return [cash_row(number)["net_eur"] for number in range(len(INDEX))]


def real_npv(net: list[float], rate: float = RATE) -> float:
    """Present value in euros of the base year: at the rate with inflation, and deflated once."""
    return npv((1 + rate) * (1 + INFLATION) - 1, net) / INDEX[0]


def differs(cached: Any, found: Any, formula: str) -> bool:
    if isinstance(cached, int | float):
        allowed = SEARCHED if "IRR" in formula else EXACT
        return not isinstance(found, int | float) or not math.isclose(cached, found, rel_tol=allowed, abs_tol=EXACT)
    return (found or "") != (cached or "")


def test_every_formula_gives_what_the_run_gave(made):
    cells = made.cells()
    assert len(cells) > 300
    changes = [cell for cell in cells if "IFERROR(C" in cell[1] and cell[0].startswith("Summary!E")]
    wrong = [cell for cell in cells if cell not in changes and differs(cell[2], cell[3], cell[1])]
    assert not wrong
    assert all(abs(found) < 1e-6 for _, _, cached, found in changes if isinstance(cached, int | float))


def test_everything_that_follows_is_a_formula(made):
    sheet = made.formulas["Cash flow"]
    numbers = [cell for row in sheet.iter_rows(min_row=5, min_col=3) for cell in row if cell.data_type == "n"]
    assert all(cell.value is None for cell in numbers)
    assert not [cell for row in made.formulas["Run"].iter_rows() for cell in row if cell.data_type == "f"]


def test_figures_of_the_summary_are_those_of_the_run(made):
    rows = [cash_row(number) for number in range(len(INDEX))]
    cover = [row["dscr"] for row in rows if row["dscr"] is not None]
    assert made.now("Project NPV before tax") == pytest.approx(real_npv(flows()), rel=EXACT)
    assert made.now("Smallest DSCR") == pytest.approx(min(cover), rel=EXACT)
    assert made.now("Mean DSCR") == pytest.approx(sum(cover) / len(cover), rel=EXACT)
    assert made.now("Capital cost, refreshes apart") == sum(row["capex_eur"] for row in rows)
    rate = made.now("Project IRR before tax")
    assert npv(rate, flows()) == pytest.approx(0, abs=1e-6 * sum(map(abs, flows())))


def test_levelised_cost_is_the_price_at_which_nothing_is_left(made):
    """At that price for every chip-hour, index included, the net present value is 0."""
    price = made.now("Levelised cost per paid chip-hour")
    hours = [row["paid_chip_hours"] for row in map(cash_row, range(len(INDEX)))]
    net = [flow - cash_row(number)["revenue_eur"] for number, flow in enumerate(flows())]
    earned = [price * one * (1 + INFLATION) ** (number / 4) * INDEX[0] for number, one in enumerate(hours)]
    assert real_npv([a + b for a, b in zip(net, earned, strict=True)]) == pytest.approx(0, abs=1e-3)


def test_a_dearer_chip_hour_raises_the_present_value_by_its_chip_hours(made):
    before = made.now("Project NPV before tax")
    made.change("price_anchor", PRICES["anchor"] + 1)
    extra = real_npv([index * hours for index, hours in zip(INDEX, HOURS["anchor"], strict=True)])
    assert made.now("Project NPV before tax") - before == pytest.approx(extra, rel=EXACT)
    assert extra > 0


def test_another_discount_rate_gives_the_present_value_at_that_rate(made):
    made.change("discount_rate", 0.11)
    assert made.now("Project NPV before tax") == pytest.approx(real_npv(flows(), 0.11), rel=EXACT)
    assert made.now("Project IRR before tax") == pytest.approx(
        made.cached["Summary"].cell(made.row_of("Summary", "Project IRR before tax"), 4).value,
        rel=SEARCHED,
    )


@pytest.mark.parametrize(
    ("name", "parts", "sign"),
    [
        ("capex_factor", ("capex_eur", "refresh_eur"), -1),
        ("energy_factor", ("energy_eur",), -1),
        ("use_factor", ("revenue_eur",), 1),
        ("other_cost_factor", ("connection_eur", "staff_eur", "maintenance_eur", "insurance_eur", "rent_eur"), -1),
    ],
)
def test_factors_move_what_they_say(made, name, parts, sign):
    before = made.now("Project NPV before tax")
    made.change(name, 1.1)
    moved = real_npv([0.1 * sum(cash_row(number)[part] for part in parts) for number in range(len(INDEX))])
    assert made.now("Project NPV before tax") - before == pytest.approx(sign * moved, rel=1e-8)


def test_every_table_has_its_sheet(made):
    names = ["Summary", "Inputs", "Cash flow", "Revenue", "Layers", "Waterfall", "Sources and uses", "Draws"]
    assert made.cached.sheetnames == [*names, "Tornado", "Cloud", "Run", "Notes"]
    for name in names:
        assert made.cached[name]["A1"].value
    quarters = [cell.value.date() for cell in made.cached["Cash flow"][3][3:]]
    assert (quarters[0], quarters[-1], len(quarters)) == (date(2027, 1, 1), date(2028, 10, 1), 8)


def test_what_does_not_exist_is_none_and_never_an_error(made):
    shown = [cell for cell in made.cells() if isinstance(cell[2], str) and cell[2]]
    assert {cell[2] for cell in shown} == {"none"}
    assert any("IRR" in cell[1] for cell in shown)  # equity gets nothing back
    every = [cell.value for sheet in made.cached for row in sheet.iter_rows() for cell in row]
    assert not [value for value in every if isinstance(value, str) and value.startswith("#")]


def test_no_text_is_taken_for_a_formula(made):
    assert made.formulas["Summary"]["A1"].data_type == "s"
    items = {cell.value: cell.data_type for (cell,) in made.formulas["Sources and uses"].iter_rows(max_col=1)}
    assert items["=1+1"] == "s"


def test_a_title_longer_than_a_cell_is_cut(tmp_path):
    write_workbook(replace(BOOK, title="x" * 40_000), tmp_path / "long.xlsx")
    assert len(openpyxl.load_workbook(tmp_path / "long.xlsx")["Summary"]["A1"].value) == 32_767


def test_the_same_book_gives_the_same_bytes(tmp_path):
    first, again = tmp_path / "first.xlsx", tmp_path / "again.xlsx"
    for path in (first, again):
        write_workbook(BOOK, path)
    assert again.read_bytes() == first.read_bytes()


def test_without_debt_there_is_no_cover(tmp_path):
    rows = [cash_row(number) | {"debt_service_eur": 0.0, "dscr": None, "llcr": None} for number in range(len(INDEX))]
    write_workbook(with_rows("cash", rows), tmp_path / "bare.xlsx")
    found = Calculated(tmp_path / "bare.xlsx")
    assert found.now("Smallest DSCR") == found.now("Mean DSCR") == "none"
    assert not [cell for cell in found.cells() if "IFERROR(C" not in cell[1] and differs(cell[2], cell[3], cell[1])]


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_workbook(BOOK, tmp_path / "nowhere" / "cash-flow.xlsx")


def test_a_tenant_that_pays_nothing_has_its_price_too(tmp_path):
    free = replace(BOOK, billed=[*BOOK.billed, Billed("research", 0.0, [1e6] * len(INDEX))])
    write_workbook(free, tmp_path / "free.xlsx")
    found = Calculated(tmp_path / "free.xlsx")
    found.change("price_research", 1.0)
    assert found.now("Project NPV before tax") - real_npv(flows()) == pytest.approx(real_npv([1e6 * i for i in INDEX]))
