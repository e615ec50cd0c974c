"""This module owns how access is told: as data, and as tables on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gortyn.cli.output import print_table, quantity
from gortyn.model.conversions import S_PER_DAY

if TYPE_CHECKING:
    from gortyn.model import Scenario

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
CHANCE_SHARE = 0.01  # unit: share of useful chip-hours by which two simulations differ without a reason
MOST_GROUPS = 12
"""Groups of one grouping that a terminal shows; all are in the JSON and in the folder."""
OUTCOMES = ("ineligible", "refused", "crowded_out", "withdrawn", "open", "admitted", "started")
GROUPINGS = {"class": "by class", "size": "by chips of a job", "country": "by country of the grant"}


def as_data(scenario: Scenario, rows: Rows) -> dict[str, Any]:
    """Everything that was found, by table; None where a value does not exist."""
    window = scenario.simulation
    return {"scenario": scenario.name, "start": window.start, "days": window.days, "seed": window.seed, **rows}


def print_all(scenario: Scenario, rows: Rows, period: tuple[int, int]) -> None:
    """Print the tables of access; those without rows are left out.

    `period` holds the first day of the window that the curve stands on, and how many days it simulates.
    """
    window = scenario.simulation
    print(f"{scenario.title}: access from {window.start} over {window.days} days, seed {window.seed}")
    _section("Modes of access", _modes(scenario, rows["modes"]), left=(0, 1, 4))
    _section("Granted by mode, decided in the window", _granted(rows["modes"]))
    _section("What became of applications submitted in the window", _funnel(rows["funnel"]), left=(0, 1))
    _section("Days of waiting for the first job, admitted in the window", _waits(rows["mode_waits"]), left=(0, 1))
    for grouping, words in GROUPINGS.items():
        found = [row for row in rows["groups"] if row["grouping"] == grouping]
        _section(f"Who got what, {words}", _groups(found), left=(0,))
        if len(found) > MOST_GROUPS:
            print(f"and {len(found) - MOST_GROUPS} more, in --json")
    _section("How evenly (Gini 0 and Jain 1: all alike)", _evenness(rows["evenness"]), left=(0, 1))
    _section("Enclaves", _enclaves(rows["enclaves"]), left=(0, 1, 2))
    if cost := _isolation(rows["tradeoff"]):
        print(cost)
    _section("Data spaces, and the time to bring all of one to a site", _spaces(rows), left=(0, 3, 4, 6, 7))
    _section("Tokens that training runs need", _tokens(rows["token_needs"]), left=(0, 1, 7))
    _section("What a share kept for start-ups costs", _tradeoff(rows["tradeoff"]))
    if rows["tradeoff"]:
        print(_basis(scenario, rows, period))


def _section(title: str, rows: list[tuple[str, ...]], left: tuple[int, ...] = (0,)) -> None:
    """Print a table without the columns in which nothing stands; nothing at all where there are no rows."""
    header, *body = rows
    shown = [column for column in range(len(header)) if any(row[column] for row in body)]
    if body:
        print(f"\n{title}")
        cells = [[row[column] for column in shown] for row in body]
        right = [place for place, column in enumerate(shown) if column not in left]
        print_table([header[column] for column in shown], cells, right=right)


def _listed(header: Sequence[str], rows: Sequence[Row], cells: Callable[[Row], Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(header), *(tuple(cells(row)) for row in rows)]


def _amount(value: float | None) -> str:
    """Chip-hours or tokens, the unit being said by the header."""
    return "" if value is None else quantity(value, "chip-hours").removesuffix("chip-hours").strip()


def _days(value_s: float | None) -> str:
    return "" if value_s is None else f"{value_s / S_PER_DAY:.1f}"


def _share(value: float | None) -> str:
    return "" if value is None else quantity(value, "share")


def _time(value_s: float | None) -> str:
    return "" if value_s is None else quantity(value_s, "s")


def _long(value_s: float) -> str:
    """A time that may be years: whole days from one on."""
    return f"{value_s / S_PER_DAY:,.0f} d" if value_s >= S_PER_DAY else quantity(value_s, "s")


def _number(value: float | None, form: str = ",.0f") -> str:
    return "" if value is None else f"{value:{form}}"


def _modes(scenario: Scenario, rows: Sequence[Row]) -> list[tuple[str, ...]]:
    dates = {mode.name: mode.cutoffs for mode in scenario.access.modes}

    def cells(row: Row) -> list[str]:
        least, most = row["least_chip_hours"], row["most_chip_hours"]
        parts = [f"from {_amount(least)}" if least else "", f"up to {_amount(most)}" if most else ""]
        cutoffs, stated = row["yearly_cutoffs"], dates[row["mode"]]
        when = "in order" if cutoffs is None else f"{cutoffs:.3g} cut-offs a year"
        if stated:
            when = f"on {stated[0]}" if len(stated) == 1 else f"{len(stated)} from {stated[0]}"
        return [
            row["mode"],
            row["classes"],
            " ".join(part for part in parts if part) or "any",
            _number(row["allocation_months"], ".3g"),
            when,
            _number(row["processing_days"], ".3g"),
        ]

    return _listed(("mode", "open to", "chip-hours", "months", "decided", "days to it"), rows, cells)


def _granted(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("mode", "applications", "admitted", "share", "pool chip-hours", "granted", "used", "lapsed")

    def cells(row: Row) -> list[str]:
        decided = row["applications"]
        pool = "unbounded" if row["pool_chip_hours"] is None else _amount(row["pool_chip_hours"])
        share = _share(row["admitted"] / decided) if decided else ""
        hours = [_amount(row[name]) for name in ("granted_chip_hours", "used_chip_hours", "lapsed_chip_hours")]
        return [row["mode"], f"{decided:,}", f"{row['admitted']:,}", share, pool, *hours]

    return _listed(header, rows, cells)


def _funnel(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """By mode and class, all countries together."""
    header = (
        "mode",
        "class",
        "countries",
        "applied",
        *(name.replace("_", " ") for name in OUTCOMES),
        "asked",
        "granted",
    )
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        grouped.setdefault((row["mode"], row["tenant_class"]), []).append(row)
    body = []
    for key, members in grouped.items():
        counts = [f"{sum(row[name] for row in members):,}" for name in ("applications", *OUTCOMES)]
        hours = [_amount(sum(row[name] for row in members)) for name in ("asked_chip_hours", "granted_chip_hours")]
        body.append((*key, str(len(members)), *counts, *hours))
    return [header, *body]


def _waits(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Medians of the steps, and percentiles of all together."""
    header = ("mode", "class", "admitted", "to cut-off", "decision", "grant", "in queue", "all P10", "P50", "P90")
    steps = ("cut-off", "decision", "grant", "queue")
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        found.setdefault((row["mode"], row["tenant_class"]), {})[row["stage"]] = row
    body = []
    for key, stages in found.items():
        whole = stages["all"]
        medians = [_or_not_yet(stages[stage]["wait_p50_s"]) for stage in steps]
        told = [_or_not_yet(whole[name]) for name in ("wait_p10_s", "wait_p50_s", "wait_p90_s")]
        body.append((*key, f"{whole['applications']:,}", *medians, *told))
    return [header, *body]


def _or_not_yet(value_s: float | None) -> str:
    return "not yet" if value_s is None else _days(value_s)


def _groups(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = (
        "",
        "jobs",
        "chip-hours",
        "share",
        "of people",
        "wait P50",
        "P90",
        "slowdown",
        "applications",
        "not admitted",
    )
    shown = sorted(rows, key=lambda row: -row["chip_hours"])[:MOST_GROUPS] if len(rows) > MOST_GROUPS else rows

    def cells(row: Row) -> list[str]:
        return [
            row["group"],
            f"{row['jobs']:,}",
            _amount(row["chip_hours"]),
            *(_share(row[name]) for name in ("chip_hours_share", "population_share")),
            *(_time(row[name]) for name in ("wait_p50_s", "wait_p90_s")),
            _number(row["bounded_slowdown_mean"], ",.1f"),
            _number(row["applications"]),
            _share(row["refused_share"]),
        ]

    return _listed(header, shown, cells)


def _evenness(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    def cells(row: Row) -> list[str]:
        return [
            row["grouping"],
            row["quantity"],
            str(row["members"]),
            *(_number(row[n], ".3f") for n in ("gini", "jain")),
        ]

    several = [row for row in rows if row["gini"] is not None]
    return _listed(("between", "of", "groups", "Gini", "Jain"), several, cells)


def _enclaves(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("enclave", "where", "takes", "chips", "jobs", "chip-hours", "isolation", "idle", "wanted", "busy",
              "staging", "wait P50", "P90")  # fmt: skip
    hours = ("chip_hours", "overhead_chip_hours", "idle_chip_hours", "idle_wanted_chip_hours")

    def cells(row: Row) -> list[str]:
        return [
            row["enclave"],
            f"{row['site']}, {row['machine']}",
            row["takes"],
            f"{row['chips']:,}",
            f"{row['jobs']:,}",
            *(_amount(row[name]) for name in hours),
            _share(row["utilisation_share"]),
            *(_time(row[name]) for name in ("staging_p50_s", "wait_p50_s", "wait_p90_s")),
        ]

    return _listed(header, rows, cells)


def _isolation(rows: Sequence[Row]) -> str | None:
    """What the enclaves cost everyone, in a sentence."""
    points = {(row["demand"], row["reserved_share"]): row for row in rows}
    as_is, dissolved = points.get(("as-is", 0.0)), points.get(("no-enclaves", 0.0))
    if as_is is None or dissolved is None:
        return None
    more = dissolved["useful_chip_hours"] - as_is["useful_chip_hours"]
    done = f"{_amount(abs(more))} chip-hours {'more' if more > 0 else 'fewer'} done"
    if abs(more) < CHANCE_SHARE * as_is["useful_chip_hours"]:
        done = f"as many chip-hours done ({_amount(abs(more))} {'more' if more > 0 else 'fewer'}, no more than chance)"
    walled, open_to_all = (_time(row["other_wait_p90_s"]) or "none" for row in (as_is, dissolved))
    return (
        f"Without enclaves, over {as_is['simulated_days']:.0f} days: {done};\n"
        f"P90 of waits, those of start-ups apart, {open_to_all} in place of {walled}."
    )


def _basis(scenario: Scenario, rows: Rows, period: tuple[int, int]) -> str:
    """What the curve stands on, and what its columns mean, in a few lines."""
    first_day, days = period
    counted = rows["tradeoff"][0]["simulated_days"]
    last = scenario.simulation.start + timedelta(days=first_day + days - 1)
    begin = last - timedelta(days=counted - 1)
    ends_s = (first_day + days) * S_PER_DAY
    alive = sum(
        row["begin_s"] is not None and row["begin_s"] < ends_s and row["end_s"] > ends_s - counted * S_PER_DAY
        for row in rows["applications"]
    )
    grants = f", with {alive:,} grants in force" if rows["modes"] else ""
    return (
        f"{begin} to {last}{grants}. Kept: of the open chips; of work done: what start-ups get.\n"
        "as-is: demand of the scenario; asked-for: as much, the share that is kept asked for by start-ups.\n"
        "Fewer and less than of the same jobs with nothing kept; another seed moves them by hundredths of the work."
    )


def _spaces(rows: Rows) -> list[tuple[str, ...]]:
    header = ("data space", "TB", "tokens", "sensitive", "where", "to a site", "narrowest link", "terms")
    times: dict[str, list[Row]] = {}
    for row in rows["staging"]:
        times.setdefault(row["data_space"], []).append(row)

    def cells(row: Row) -> list[str]:
        ways = sorted(times.get(row["data_space"], ()), key=lambda way: way["staging_s"])
        ends = list(dict.fromkeys(_long(way["staging_s"]) for way in (*ways[:1], *ways[-1:])))
        licence = row["licence"] or ""
        return [
            row["data_space"],
            _number(row["size_tb"]),
            _amount(row["unique_tokens"]),
            row["sensitive"] or "",
            row["country"] or "",
            " to ".join(ends),
            ", ".join(dict.fromkeys(way["narrowest"] for way in ways)),
            licence if row["trains"] else f"{licence} (no training)",
        ]

    return _listed(header, rows["data_spaces"], cells)


def _tokens(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("training run", "data space", "needs", "optimal", "there", "epochs", "worth", "met")
    tokens = ("needed_tokens", "optimal_tokens", "unique_tokens")

    def cells(row: Row) -> list[str]:
        return [
            row["run"],
            row["data_space"],
            *(_amount(row[name]) for name in tokens),
            _number(row["epochs"], ",.3g"),
            _amount(row["effective_tokens"]),
            row["met"],
        ]

    return _listed(header, rows, cells)


def _tradeoff(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    header = ("demand", "chips kept", "of work done", "wait P50", "P90", "others' P50", "P90", "useful",
              "fewer chip-hours", "less revenue")  # fmt: skip
    waits = ("startup_wait_p50_s", "startup_wait_p90_s", "other_wait_p50_s", "other_wait_p90_s")

    def cells(row: Row) -> list[str]:
        return [
            row["demand"],
            *(_share(row[name]) for name in ("reserved_share", "startup_chip_hours_share")),
            *(_time(row[name]) for name in waits),
            _share(row["useful_share"]),
            _amount(row["cost_chip_hours"]),
            "" if row["cost_eur"] is None else quantity(row["cost_eur"], "EUR"),
        ]

    return _listed(header, rows, cells)
