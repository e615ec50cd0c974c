"""This module owns the verb that says where to build: site."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.output import InvalidInput, print_table, progress, quantity, say_json

if TYPE_CHECKING:
    from gortyn.resolve import Resolved
    from gortyn.siting import Answer, Choice, ChosenSite, Totals

FIGURES = ("capex", "EUR/chip-h", "kg/chip-h", "points")
Out = Annotated[Path | None, Parameter(name=("--out", "-o"))]


def site(
    file: str,
    /,
    *,
    sites: int | None = None,
    budget_eur: float | None = None,
    objective: Literal["cost", "carbon", "score"] | None = None,
    set_: Overrides = (),
    pareto: int = 0,
    out: Out = None,
    force: bool = False,
    json: bool = False,
) -> None:
    """Choose where to build, how large and when, among real regions and places of your own.

    Limits stand under `siting` in the scenario; what it leaves out has usual values (see docs/siting.md). The choice is
    the best one there is: a mixed-integer program, solved by HiGHS (pip install 'gortyn[siting]').

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    sites
        How many sites to build; short for --set siting.sites=N.
    budget_eur
        Money for capital costs; short for --set siting.budget_eur=EUR.
    objective
        What to make best: cost per useful chip-hour, carbon (emissions per useful chip-hour) or score (tender-style
        points); short for --set siting.objective=NAME.
    set_
        Override a value: path=value. Can be given several times.
    pareto
        Also find choices that no other beats in both cost and carbon, up to this many.
    out
        Results folder for the tables and the report.
    force
        Replace the results folder if it exists.
    json
        Print choice, totals, Pareto set and shadow prices as JSON.
    """
    from gortyn.io.results import ResultsError, check_target

    if pareto == 1 or pareto < 0:
        raise InvalidInput(f"gortyn site: --pareto is {pareto}, must be at least 2")
    if out is not None:
        try:
            check_target(out, force=force)
        except ResultsError as error:
            raise InvalidInput(str(error)) from None
    short = {"sites": sites, "budget_eur": budget_eur, "objective": objective}
    overrides = [*set_, *(f"siting.{name}={value}" for name, value in short.items() if value is not None)]
    resolved = load_scenario(file, overrides)
    answer = _answer(resolved, pareto)
    data = _data(resolved, answer)
    if out is not None:
        from gortyn.report import write_siting

        write_siting(resolved.scenario, answer, data, out, force=force)
    if json:
        say_json(data)
        return
    _print(resolved, answer)
    if out is not None:
        print(f"\n{out}")


def _answer(resolved: Resolved, points: int) -> Answer:
    """The answer, or leave with what to relax or to install."""
    from gortyn.catalogue import UnknownEntry, load
    from gortyn.siting import Infeasible, MissingExtra, choose_sites

    try:
        with progress(resolved.scenario.name) as tell:
            return choose_sites(resolved.scenario, load().lookup(), points=points, progress=tell)
    except Infeasible as error:
        raise InvalidInput(*error.lines) from None
    except (MissingExtra, ValueError, UnknownEntry) as error:
        raise InvalidInput(f"gortyn site: {error}") from None


def _data(resolved: Resolved, answer: Answer) -> dict[str, Any]:
    from gortyn.siting import tables

    choice, work = answer.choice, answer.problem.work
    rows = tables(answer)
    return {
        "scenario": resolved.scenario.name,
        "objective": choice.objective,
        "value": choice.value,
        "gap": choice.gap,
        "totals": asdict(choice.totals),
        "sites": rows["chosen_sites"],
        "phases": rows["chosen_phases"],
        "alternatives": [asdict(one) for one in choice.alternatives],
        "pareto": rows["pareto"],
        "shadow": rows["shadow"],
        "candidates": len(answer.problem.places),
        "horizon_years": answer.problem.horizon_years,
        "utilisation_share": work.utilisation_share,
        "goodput_share": work.goodput_share,
        "seconds": dict(answer.seconds),
    }


def _print(resolved: Resolved, answer: Answer) -> None:
    choice, problem, totals = answer.choice, answer.problem, answer.choice.totals
    names = {"cost": "cost per useful chip-hour", "carbon": "emissions per useful chip-hour", "score": "points"}
    print(
        f"{resolved.scenario.title}: {totals.sites} of {len(problem.places)} places, best by {names[choice.objective]}"
    )
    print()
    _print_sites(choice)
    share = 100 * problem.work.useful_share
    print(
        f"\n{totals.h100_equivalents:,.0f} H100-equivalents, {totals.it_mw:,.0f} MW of IT load, {share:.0f} % of the"
        f" chip-hours useful; electricity {quantity(totals.energy_eur_per_year, 'EUR/year')},"
        f" {totals.carbon_t_per_year / 1e3:,.0f} kt CO2e a year"
    )
    _print_alternatives(answer)
    _print_pareto(answer)
    print()
    for shadow in answer.shadow:
        if shadow.binding:
            print(shadow.words)
    silent = sum(not shadow.binding for shadow in answer.shadow)
    if silent:
        print(f"{silent} other limits and waits are worth nothing by one unit.")


def _print_sites(choice: Choice) -> None:
    header = ("site", "chips", "connection", "first phase", "PUE", "g/kWh", "ms", *FIGURES)
    rows = [
        (
            f"{one.title} ({one.country})",
            f"{one.chips:,}",
            f"{one.connection_mw:,.0f} MW",
            one.operational.isoformat(),
            f"{one.pue:.3f}",
            f"{one.carbon_g_per_kwh:.0f}",
            f"{one.latency_ms:.0f}",
            *_figures(one),
        )
        for one in choice.sites
    ]
    total = choice.totals
    amounts = (f"{total.chips:,}", f"{total.connection_mw:,.0f} MW", "", "")
    means = (f"{total.carbon_g_per_kwh:.0f}", f"{total.latency_ms:.0f}")
    print_table(header, [*rows, ("all", *amounts, *means, *_figures(total))], right=(1, 2, *range(4, len(header))))


def _figures(one: ChosenSite | Totals) -> tuple[str, ...]:
    """What a site and all of them are judged by, under `FIGURES`."""
    return (
        quantity(one.capex_eur, "EUR"),
        f"{one.cost_eur_per_chip_hour:.3f}",
        f"{one.carbon_kg_per_chip_hour:.3f}",
        f"{one.score:.1f}",
    )


def _print_alternatives(answer: Answer) -> None:
    titles = {place.name: place.title for place in answer.problem.places}
    print()
    for other in answer.choice.alternatives:
        if other.value is None:
            print(f"Without {titles[other.without]} no choice is left.")
        else:
            change = other.value / answer.choice.value - 1
            where = ", ".join(f"{titles[name]} {chips:,}" for name, chips in other.places.items())
            print(f"Without {titles[other.without]} {change:+.2%}: {where}")


def _print_pareto(answer: Answer) -> None:
    if not answer.pareto:
        return
    titles = {place.name: place.title for place in answer.problem.places}
    rows = [
        (
            f"{point.cost_eur_per_chip_hour:.3f}",
            f"{point.carbon_kg_per_chip_hour:.4f}",
            f"{point.score:.1f}",
            ", ".join(f"{titles[name]} {chips:,}" for name, chips in point.places.items()),
        )
        for point in answer.pareto
    ]
    print()
    print_table(("EUR/chip-h", "kg/chip-h", "points", "sites"), rows, right=(0, 1, 2))
