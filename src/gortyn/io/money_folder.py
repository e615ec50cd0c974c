"""This module owns the folder of a project's money for a bank: a CSV file per table, a workbook, and what columns mean.

CSV files are UTF-8 with commas, a header, dates as ISO 8601 and nothing in a cell where there is no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gortyn import __version__
from gortyn.io.columns import dictionary
from gortyn.io.csv_files import Rows, columns_of, write_csv
from gortyn.io.csv_files import rows_of as rows_of_table
from gortyn.io.money_tables import tables
from gortyn.io.results import MANIFEST, appear, manifest, sha256, write_json
from gortyn.io.workbook import Billed, Book, write_workbook
from gortyn.io.yaml_text import scenario_yaml
from gortyn.model import Scenario
from gortyn.resolve import Origin, PathKey, leaves, named_path, printed

if TYPE_CHECKING:
    from gortyn.finance import Finance
    from gortyn.result import Funded, Result

WORKBOOK: Final = "cash-flow.xlsx"
COLUMNS: Final = "columns.csv"
INPUTS: Final = "inputs"
ABOUT_MONEY: Final = ("programme", "fund", "costs", "risk")
"""Parts of a scenario whose values the workbook lists with their sources."""
BEFORE_DEBT: Final = ("interest", "principal")
SAID: Final = (
    ("values", "Sheet Run holds what the run found by quarter; other results stand as values on their sheets."),
    ("formulas", "All of Revenue and Cash flow, and the first list of Summary, from sheet Run and the inputs in blue."),
    ("formulas", "Beside them sums, shares, multiples and returns on every sheet."),
    ("limits", "Tax, debt service, reserves, draws and clouds stay as run when an input is changed."),
    ("limits", "For those, run again: gortyn fund FILE --set path=value. Cover ratios then are of the agreed debt."),
    ("money", "In money of its quarter; discounted at the rate with inflation, then deflated to the base year."),
    ("chip-hours", "Discounted at the rate before inflation, so that levelised cost is in prices of the base year."),
)


def rows_of(finance: Finance) -> dict[str, Rows]:
    """Return the rows of every table of money; None where a value does not exist."""
    return {name: rows_of_table(columns) for name, columns in tables(finance).items()}


def write(
    funded: Funded | Result, origins: Mapping[PathKey, Origin], folder: str | Path, *, force: bool = False
) -> Path:
    """Write the folder and return its path; it appears whole or not at all.

    Parameters
    ----------
    funded : a scenario with its money.
    origins : where each value of the scenario is from.
    folder : where to; its parent is made if need be.
    force : replace a folder that Gortyn wrote. Anything else that is there is never replaced.

    Raises
    ------
    ResultsError : the folder exists and is not to be replaced.
    OSError : the disk is full or not writable; nothing is left behind.
    """
    return appear(folder, partial(_fill, funded, origins), lambda _: None, force=force)


def _fill(funded: Funded | Result, origins: Mapping[PathKey, Origin], folder: Path) -> None:
    scenario, rows = funded.scenario, rows_of(funded.finance)
    written: dict[str, Callable[[Path], None]] = {
        f"{name}.csv": partial(write_csv, list(dictionary()[name]), table) for name, table in rows.items()
    }
    named = input_rows(scenario, origins)
    written[f"{INPUTS}.csv"] = partial(write_csv, list(dictionary()[INPUTS]), named)
    written[COLUMNS] = partial(write_csv, *columns_of((*rows, INPUTS)))
    written[WORKBOOK] = partial(write_workbook, book(scenario, funded.finance, rows, named))
    hashes = {}
    for name, make in written.items():
        make(folder / name)
        hashes[name] = sha256((folder / name).read_bytes())
    keys = [fact.key for fact in funded.facts]
    write_json(folder / MANIFEST, manifest(scenario, scenario_yaml(scenario), hashes, {}, keys, funded.seconds))


def input_rows(scenario: Scenario, origins: Mapping[PathKey, Origin]) -> Rows:
    """Return every value of the scenario about money, with where it comes from."""
    return [
        {
            "path": named_path(scenario, leaf.path),
            "value": printed(leaf.value),
            "unit": leaf.unit or None,
            "origin": origins[leaf.path].kind,
            "where": origins[leaf.path].where,
            "evidence": origins[leaf.path].evidence,
            "note": _source(origins[leaf.path]) or None,
        }
        for leaf in leaves(scenario)
        if leaf.path[0] in ABOUT_MONEY or "price" in leaf.field
    ]


def _source(origin: Origin) -> str:
    citation = "; ".join(source.citation for source in origin.fact.citations) if origin.fact else ""
    return "; ".join(text for text in (origin.note, citation) if text)


def book(scenario: Scenario, finance: Finance, rows: Mapping[str, Rows], named: Rows) -> Book:
    """Return what the workbook of a scenario is made of."""
    costs, project = scenario.costs, finance.project
    pays = [step.pay for step in finance.structure.order]
    debt = next((place for place, pay in enumerate(pays) if pay in BEFORE_DEBT), len(pays))
    prices = [scenario.paid_price_eur_per_chip_hour(tenant) for tenant in scenario.tenants]
    hours = zip(project.paid_chip_hours, project.delivered_chip_hours, strict=True)
    billed = [
        Billed(tenant.name, price, (paid if price else used).tolist())
        for tenant, price, (paid, used) in zip(scenario.tenants, prices, hours, strict=True)
    ]
    told = ("value", "unit", "evidence", "where", "note")
    notes = [(row["path"], " | ".join(row[name] for name in told if row[name])) for row in named]
    return Book(
        title=scenario.title,
        made_by=f"gortyn {__version__}, scenario {scenario.name}",
        tables=rows,
        discount_rate=costs.discount_rate,
        inflation_rate=costs.inflation_rate,
        tax_before_debt="tax" in pays[:debt],
        price_index=project.index.tolist(),
        revenue_index=project.revenue_index.tolist(),
        billed=billed,
        notes=(*SAID, *notes),
    )
