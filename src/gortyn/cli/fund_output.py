"""This module owns how the money of a scenario is told: as data, and as tables on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gortyn.cli.output import print_table, quantity

if TYPE_CHECKING:
    from gortyn.model import Scenario

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
BY_QUARTER = ("cash", "layer_cash", "waterfall", "layer_losses", "money_flow")
"""Tables too long for a terminal; they are in the JSON and in the folder."""
MEASURES = {
    "npv_eur": "project NPV before tax",
    "irr_rate": "project IRR before tax",
    "equity_irr_rate": "equity IRR",
    "levelised_eur_per_chip_hour": "levelised cost per useful chip-hour",
    "dscr_min": "smallest DSCR",
    "unpaid_eur": "loans unpaid at the end",
    "deficit_eur": "operating deficit at the end",
    "kept_back_quarters": "quarters in which a lock-up kept cash",
    "delivered_chip_hours": "chip-hours delivered",
}
"""Measures of the draws in words."""


def as_data(scenario: Scenario, rows: Rows) -> dict[str, Any]:
    """Everything that was found, by table; None where a value does not exist."""
    risk = scenario.risk
    return {"scenario": scenario.name, "draws": risk.draws, "seed": risk.seed, **rows}


def print_all(scenario: Scenario, rows: Rows) -> None:
    """Print the tables of a fund."""
    cash = rows["cash"]
    print(f"{scenario.title}: money from {cash[0]['quarter']} over {len(cash)} quarters")
    _section("Sources and uses", _sources(rows["sources_and_uses"]), left=(0, 1))
    _section(
        "Layers, most senior first, and guarantees; amounts with later calls, without construction interest",
        _layers(rows["layers"]),
        left=(0, 1, 2),
    )
    _section(
        f"Risk of the layers in {scenario.risk.draws:,} draws, seed {scenario.risk.seed}; of all capital they lose",
        _risk(rows["layers"]),
    )
    _section("A year of full operation, by tenant", _revenue(rows["revenue"]), left=(0, 1))
    _section("What banks and funders ask", _figures(rows["bank_figures"]), left=(0, 2))
    _section("Rules of the programme", _rules(rows["fund_rules"]), left=(0, 3, 4))
    _section("Measures over all draws", _measures(rows["risk_measures"]))
    _section("Each factor alone, at its low and its high setting", _tornado(rows["tornado"]), left=(0, 1, 2, 3))
    _section("Layers at the default rates of past project finance", _portfolio(rows["portfolio_losses"]))
    _section("The same work on commercial clouds; own cost is levelised", _cloud(rows["cloud"]), left=(0, 3, 4, 7))


def _section(title: str, rows: list[tuple[str, ...]], left: tuple[int, ...] = (0,)) -> None:
    header, *body = rows
    if body:
        print(f"\n{title}")
        print_table(header, body, right=[column for column in range(len(header)) if column not in left])


def _listed(header: Sequence[str], rows: Sequence[Row], cells: Callable[[Row], Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(header), *(tuple(cells(row)) for row in rows)]


def _eur(row: Row, *names: str) -> list[str]:
    return [quantity(row[name], "EUR") for name in names]


def _shares(row: Row, *names: str) -> list[str]:
    return [quantity(row[name], "share") for name in names]


def _sources(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    shown = [row for row in rows if row["amount_eur"]]
    return _listed(
        ("", "", "amount", "share"),
        shown,
        lambda row: (row["side"], row["item"], *_eur(row, "amount_eur"), *_shares(row, "share")),
    )


def _layers(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("layer", "form", "provider", "share", "amount", "asks a year", "gets back", "multiple", "IRR", "min DSCR",
              "LLCR", "life")  # fmt: skip

    def cells(row: Row) -> list[str]:
        life = "" if row["wal_years"] is None else f"{row['wal_years']:.1f} y"
        covers = ["" if row[name] is None else f"{row[name]:.2f}" for name in ("smallest_dscr", "llcr")]
        return [
            *(row[name] for name in ("layer", "kind", "provider")),
            "" if row["share"] is None else quantity(row["share"], "share"),
            *_eur(row, "amount_eur"),
            f"{row['return_rate']:.2%}",
            *_eur(row, "paid_eur"),
            "none" if row["multiple"] is None else f"{row['multiple']:.2f}",
            *_shares(row, "irr_rate"),
            *covers,
            life,
        ]

    return _listed(header, rows, cells)


def _risk(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("layer", "loses from", "to", "loss in", "mean loss", "if any", "P95", "P99", "IRR P10", "P50", "P90")
    names = (
        "attachment_share", "detachment_share", "loss_probability_share", "expected_loss_share",
        "loss_given_loss_share", "loss_p95_share", "loss_p99_share", "irr_p10_rate", "irr_p50_rate", "irr_p90_rate",
    )  # fmt: skip
    asked = [row for row in rows if row["loss_probability_share"] is not None]
    return _listed(header, asked, lambda row: (row["layer"], *_shares(row, *names)))


def _revenue(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("tenant", "access", "chip-hours", "list EUR/h", "pays EUR/h", "revenue", "take-or-pay", "waived")

    def cells(row: Row) -> list[str]:
        prices = [f"{row[name]:.3f}" for name in ("list_eur_per_chip_hour", "paid_eur_per_chip_hour")]
        hours = quantity(row["chip_hours"], "chip-hours").removesuffix(" chip-hours")
        return [row["tenant"], row["mode"], hours, *prices, *_eur(row, "revenue_eur", "take_or_pay_eur", "waived_eur")]

    return _listed(header, rows, cells)


def _figures(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return _listed(
        ("figure", "", "how it is counted"),
        rows,
        lambda row: (row["title"], quantity(row["found_value"], row["unit"]), row["note"] or ""),
    )


def _rules(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    words = {True: "kept", False: "BROKEN", None: "does not apply"}

    def cells(row: Row) -> list[str]:
        values = [quantity(row[name], row["unit"]) for name in ("limit_value", "found_value")]
        return [row["rule"], *values, words[row["passed"]], row["source"] or ""]

    return _listed(("rule", "limit", "here", "", "source"), rows, cells)


def _measures(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    names = ("plan", "mean", "p05", "p10", "p50", "p90", "p95")
    return _listed(
        ("measure", *names),
        rows,
        lambda row: (MEASURES[row["measure"]], *(quantity(row[name], row["unit"]) for name in names)),
    )


def _tornado(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    def cells(row: Row) -> list[str]:
        values = [quantity(row[name], row["unit"]) for name in ("low", "plan", "high")]
        return [row["factor"], MEASURES[row["measure"]], row["low_setting"], row["high_setting"], *values]

    return _listed(("factor", "measure", "low", "high", "at low", "plan", "at high"), rows, cells)


def _portfolio(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    names = ("attachment_share", "detachment_share", "loss_probability_share", "expected_loss_share",
             "limit_expected_loss_share")  # fmt: skip
    header = ("layer", "loses from", "to", "loss in", "mean loss", "over countless sites")
    return _listed(header, rows, lambda row: (row["layer"], *_shares(row, *names)))


def _cloud(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Cheapest and dearest offer for each use."""
    header = ("use", "own cost", "tenant pays", "offer", "terms", "date", "cloud", "", "saves", "tens of millions from")
    uses: dict[str, list[Row]] = {}
    for row in rows:
        if row["cloud_eur"] is not None:
            uses.setdefault(row["use"], []).append(row)

    def cells(word: str, row: Row) -> tuple[str, ...]:
        size = row["break_even_chip_hours"]
        return (
            row["use"],
            *_eur(row, "own_eur", "tenant_eur"),
            f"{row['provider']}, {row['chip']}",
            row["commitment"] or "",
            row["date"],
            *_eur(row, "cloud_eur"),
            word,
            *_eur(row, "saving_eur"),
            "never" if size is None else quantity(size, "chip-hours"),
        )

    body = [
        cells(word, pick(offers, key=lambda row: row["cloud_eur"]))
        for offers in uses.values()
        for word, pick in (("cheapest", min), ("dearest", max))
    ]
    return [header, *body]
