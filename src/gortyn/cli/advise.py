"""This module owns the verb that answers who wants to train a model: advise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gortyn.cli.author import load_scenario
from gortyn.cli.output import FAILED, InvalidInput, complain, progress, say_json

if TYPE_CHECKING:
    from gortyn.advice import Ground
    from gortyn.catalogue import Lookup
    from gortyn.resolve import Resolved

SHIPPED = ("jupiter", "investai")
"""Scenarios that are looked at where none is named: a machine that there is, and one that is planned."""
FOLDER = Path("results") / ".reference"
"""Where the waits of their loads are kept."""


def advise(
    *,
    model: str,
    tokens: str | None = None,
    who: str,
    country: str,
    sensitive: str | None = None,
    by: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    on: Sequence[str] = (),
    chips: str | None = None,
    precision: Literal["bf16", "fp8", "mxfp8", "fp4"] | None = None,
    rebuild: bool = False,
    json: bool = False,
) -> int:
    """Say how to get a model trained: access, days, price, clouds.

    Parameters
    ----------
    model
        Model of the catalogue, whatever case, for example llama3-70b.
    tokens
        Tokens to train on, for example 1e12; as many as the published run where not given.
    who
        Class of the applicant: start-up, sme, research, public, industry or anchor.
    country
        Country where the applicant is established: code or name.
    sensitive
        Kind of sensitive data among the training data, for example health.
    by
        Day on which the run must be over, for example 2027-06-01.
    from_
        Day on which the application could be sent; today where not given.
    on
        Scenario to look in: file, or name of a shipped one. Can be given several times; jupiter and investai where
        not given.
    chips
        Chips to train on; the advice chooses where not given.
    precision
        Number format of the matrix products; that of each machine's training where not given.
    rebuild
        Simulate the load of the scenarios anew, whatever is kept of it.
    json
        Print as JSON.
    """
    from gortyn.catalogue import CatalogueError, UnknownEntry
    from gortyn.catalogue import load as load_catalogue
    from gortyn.cli import advise_input as given

    catalogue = load_catalogue()
    begin = given.day("from", from_, date.today(), "today")
    last = None if by is None else given.day("by", by, begin, "the day of the application")
    applicant = given.tenant_class(who), given.country_code(country, catalogue)
    amount, count = given.amount("tokens", tokens, "1e12"), given.count("chips", chips)
    loaded = {name: load_scenario(name, ()) for name in on or SHIPPED}
    given.check_sensitive(sensitive, [one.scenario for one in loaded.values()], catalogue)
    question = given.question(
        catalogue, model, amount, *applicant, begin, last, sensitive=sensitive, chips=count, precision=precision
    )

    from gortyn.advice import advise as answer
    from gortyn.cli.advise_data import data_of
    from gortyn.cli.advise_text import lines_of

    facts = catalogue.lookup()
    try:
        grounds = [_ground(one, file, facts, rebuild) for file, one in loaded.items()]
        found = answer(question, grounds, facts)
    except (UnknownEntry, CatalogueError) as error:
        raise InvalidInput(f"gortyn advise: {error.args[0] if error.args else error}") from None
    except ValueError as error:  # a stage says why these values lead nowhere
        complain(f"gortyn: {error}")
        return FAILED
    if json:
        say_json(data_of(found))
    else:
        print("\n".join(lines_of(found)))
    return 0


def _ground(resolved: Resolved, file: str, facts: Lookup, rebuild: bool) -> Ground:
    """A scenario to look in, with the waits of its load."""
    from gortyn.advice import Ground, ReferenceLoad
    from gortyn.io.load import find
    from gortyn.io.reference_load import reference_load
    from gortyn.machine import plan

    scenario, name = resolved.scenario, resolved.scenario.name
    if not scenario.access.modes:
        return Ground(scenario, plan(scenario, facts, resolved.series), ReferenceLoad.empty(scenario))
    with progress(f"load of {name}") as tell:
        load = reference_load(
            resolved,
            FOLDER,
            source=str(find(file).resolve()),
            rebuild=rebuild,
            say=lambda words: complain(f"note: {words}"),
            progress=tell,
        )
    rules = [origin.fact for path, origin in resolved.origins.items() if path[0] == "access" and origin.fact]
    return Ground(scenario, plan(scenario, facts, resolved.series), load, tuple(rules))
