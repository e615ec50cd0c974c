"""This module owns the advice as text: the answer first, then the ways, why not others, what was assumed, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from gortyn.cli.output import quantity
from gortyn.finance.cloud import ON_DEMAND

if TYPE_CHECKING:
    from gortyn.advice import Advice, Closed, CloudWay, Pick, Question, Run, Start, Way

WIDTH = 120
"""Characters of a line, but for names that are longer."""
HEADER = ("through", "at", "chips", "first chip-hour", "run", "between", "done", "in time", "EUR")
RIGHT = frozenset({"first chip-hour", "run", "between", "EUR"})
"""Columns whose cells end where the column ends."""
ALWAYS = frozenset(HEADER) - {"between", "in time"}
"""Columns that are shown even where nothing is in them."""
DECIDING = ("country", "class", "limits")
"""Rules that differ from mode to mode; the others are conditions that nearly all have."""
ESSENTIAL = 3
"""Assumptions that the text tells; all of them stand in the JSON."""


def lines_of(found: Advice) -> Iterator[str]:
    """The advice, line by line."""
    for line in _lines(found):
        yield from _wrapped(line) if len(line) > WIDTH else (line,)


def _lines(found: Advice) -> Iterator[str]:
    yield from _head(found)
    yield ""
    yield from _ways(found)
    yield from _closed(found.closed, clouds=bool(found.clouds) and found.question.sensitive is None)
    yield from _clouds(found)
    yield from _duties(found)
    yield from _listed("Notes", found.notes)
    said, more = found.assumptions[:ESSENTIAL], len(found.assumptions[ESSENTIAL:])
    yield from _listed("Assumed" + (f" ({more} more with --json)" if more else ""), said)
    yield from _sources(found)


def _head(found: Advice) -> Iterator[str]:
    question, model = found.question, found.question.architecture
    if not found.ways:
        yield "No mode of access is open to this applicant for this run." + (
            f" A cloud is: {_pick_words(found.cheapest, found.clouds)}." if found.cheapest else ""
        )
    elif found.cheapest is not None and found.cheapest == found.fastest:
        yield f"Cheapest and fastest: {_pick_words(found.cheapest, found.clouds)}."
    else:
        for name, pick in (("Cheapest", found.cheapest), ("Fastest", found.fastest)):
            if pick is not None:
                yield f"{name}: {_pick_words(pick, found.clouds)}."
    late = [pick for pick in (found.cheapest, found.fastest) if pick and not pick.in_time(question)]
    if late:
        yield f"Nothing is over by {question.by}."
    data = f", {question.sensitive} data" if question.sensitive else ""
    by = f" by {question.by}" if question.by else ""
    yield (
        f"Asked for: {model.name} ({model.parameters / 1e9:.3g} bn parameters) on {question.tokens:.3g} tokens, "
        f"{question.model_flops:.2g} FLOP{data}; {question.tenant_class} in {question.country}, "
        f"from {question.begin}{by}"
    )


def _pick_words(pick: Pick, clouds: Sequence[CloudWay]) -> str:
    if pick.cloud is not None:
        one = pick.cloud
        return (
            f"{one.provider} ({one.commitment}, price of {one.date}), {one.chips:,} {one.chip}, done {one.done}, "
            f"{_eur(one.price_eur)}{_disputed(one, clouds)}"
        )
    assert pick.way is not None
    assert pick.run is not None
    way, when = pick.way, pick.run.schedule
    return (
        f"{way.mode_title} at {way.title} ({way.scenario}), {when.chips:,} {way.chip}, first chip-hour after "
        f"{when.start.first_p50_days:.0f} days, done {when.done}, {(when.done - when.start.begin).days} days after the "
        f"application, {_eur(pick.run.price_eur)}"
    )


def _ways(found: Advice) -> Iterator[str]:
    if not found.ways:
        return
    shown, question = _shown(found.ways), found.question
    rows = [_row(way, question) for way, _ in shown]
    yield "Open (days; first chip-hour as P50 (P10-P90) after the application; between: waits between jobs of the run)"
    kept = [index for index, name in enumerate(HEADER) if name in ALWAYS or {row[index] for row in rows} - {"0.0", ""}]
    header = [HEADER[index] for index in kept]
    right = [place for place, name in enumerate(header) if name in RIGHT]
    yield from _table(header, [[row[index] for index in kept] for row in rows], right)
    yield ""
    for way, sites in shown:
        yield from _details(way, sites)
    yield ""


def _shown(ways: Sequence[Way]) -> list[tuple[Way, list[str]]]:
    """The soonest site of each scenario and mode, with the titles of the others."""
    best: dict[tuple[str, str], tuple[Way, list[str]]] = {}
    for way in ways:
        key = (way.scenario, way.mode)
        if key in best:
            best[key][1].append(way.title)
        else:
            best[key] = (way, [])
    return list(best.values())


def _row(way: Way, question: Question) -> tuple[str, ...]:
    run = way.recommended
    when, start = run.schedule, run.schedule.start
    return (
        f"{way.mode}",
        f"{way.title} ({way.scenario})",
        f"{when.chips:,} {way.chip}",
        f"{start.first_p50_days:.1f} ({start.first_p10_days:.1f}-{start.first_p90_days:.1f})",
        f"{when.run_days:.1f}",
        f"{when.requeue_days:.1f}",
        f"{when.done}",
        when.in_time(question.by) or "",
        "?" if run.price_eur is None else f"{run.price_eur:,.0f}",
    )


def _details(way: Way, sites: Sequence[str]) -> Iterator[str]:
    """What stands behind the row of a way, in a few lines."""
    too = f"; open at {', '.join(sites)} too" if sites else ""
    yield f"{way.mode} ({way.scenario}): {way.price_basis}{_odds(way)}{too}"
    yield f"  open to you: {_why(way)}"
    yield f"  first chip-hour: {_parts(way.recommended.schedule.start)}"
    yield f"  run: {_run(way, way.recommended)}"
    others = [("fewest chips", way.fewest), ("fastest", way.fastest)]
    others = [(name, one) for name, one in others if one.schedule.chips != way.recommended.schedule.chips]
    if others:
        yield "  also: " + "; ".join(
            f"{name}: {one.schedule.chips:,} chips, run {one.schedule.run_days:,.1f} days, done {one.schedule.done}, "
            f"{one.schedule.chip_hours:,.0f} chip-hours, {_eur(one.price_eur)}"
            for name, one in others
        )


def _why(way: Way) -> str:
    """What decides, in full, and what else must hold, by name."""
    said = [one.reason for one in way.why if one.rule in DECIDING]
    others = ", ".join(one.rule for one in way.why if one.rule not in DECIDING)
    return "; ".join(said) + (f"; to be shown: {others}" if others else "")


def _odds(way: Way) -> str:
    if way.odds is None:
        return ""
    return f"; {way.odds.admitted:,} of {way.odds.decided:,} such applications are admitted in the simulated load"


def _parts(start: Start) -> str:
    """The way to the first chip-hour part by part, those that take time and the queue."""
    fixed = [
        ("cut-off", start.cutoff_days),
        ("processing", start.processing_days),
        ("permit", start.permit_days),
        ("opening of the site", start.opening_days),
        ("data", start.staging_days),
    ]
    said = [f"{name} {days:.1f}" for name, days in fixed if round(days, 1)]
    pool = start.pool_p10_days, start.pool_p50_days, start.pool_p90_days
    said += [f"until the mode has hours {_range(*pool)}"] if any(pool) else []
    queue = _range(start.queue_p10_days, start.queue_p50_days, start.queue_p90_days)
    return ", ".join([*said, f"queue {queue if start.queue else 'unknown'}"]) + " days"


def _range(p10: float, p50: float, p90: float) -> str:
    return f"{p50:.1f} ({p10:.1f}-{p90:.1f})"


def _run(way: Way, run: Run) -> str:
    when, layout = run.schedule, run.strategy
    parts = [f"{name}={getattr(layout, name)}" for name in ("tp", "pp", "dp", "cp", "ep") if getattr(layout, name) > 1]
    several = [f"{when.jobs} jobs one after the other"] if when.jobs > 1 else []
    several += [f"{when.grants} grants of {way.allocation_months:g} months"] if when.grants > 1 else []
    how = ", ".join(
        (
            " ".join((*parts, run.precision)),
            f"{100 * run.mfu_share:.0f} % of the peak",
            f"goodput {100 * run.goodput_share:.1f} %",
        )
    )
    takes = f"{when.chip_hours:,.0f} chip-hours, {run.energy_mwh:,.0f} MWh, {run.carbon_t:,.1f} t CO2e"
    return "; ".join((how, *several, takes))


def _closed(closed: Sequence[Closed], *, clouds: bool) -> Iterator[str]:
    for scenario in dict.fromkeys(one.scenario for one in closed):
        here = [one for one in closed if one.scenario == scenario]
        others = ", ".join(dict.fromkeys(mode for one in here for mode in one.instead))
        yield f"Not open in {scenario}. Open instead: {others or ('clouds' if clouds else 'nothing')}"
        for reasons in dict.fromkeys(one.reasons for one in here):
            names = ", ".join(_name(one) for one in here if one.reasons == reasons and one.mode)
            yield f"  {names}: {'; '.join(reasons)}" if names else f"  {'; '.join(reasons)}"
    if closed:
        yield ""


def _name(one: Closed) -> str:
    return f"{one.mode} ({', '.join(one.sites)})" if one.sites else f"{one.mode}"


def _clouds(found: Advice) -> Iterator[str]:
    if not found.clouds or found.basis is None:
        return
    basis = found.basis
    yield (
        f"On clouds, without a queue: {basis.h100_equivalents:,.0f} H100-equivalents for {basis.run_days:.1f} days "
        f"({basis.words}), done {found.clouds[0].done}"
    )
    on_demand = next((one for one in found.clouds if one.commitment == ON_DEMAND), found.clouds[0])
    if on_demand != found.clouds[0]:
        yield f"  cheapest contract   {_cloud(found.clouds[0], found.clouds)}"
    yield f"  cheapest on demand  {_cloud(on_demand, found.clouds)}"
    yield f"  dearest             {_cloud(found.clouds[-1], found.clouds)}"
    yield f"  {len(found.clouds)} dated offers; all of them with --json"
    yield ""


def _cloud(one: CloudWay, clouds: Sequence[CloudWay]) -> str:
    late = " too late" if one.in_time is False else ""
    unsure = " (unverified)" if one.evidence == "unverified" else ""
    binds = "" if one.commitment == ON_DEMAND else "; hours of the run alone, but one pays for the whole term"
    return (
        f"{_eur(one.price_eur)}: {one.provider}, {one.chips:,} {one.chip}, {one.commitment}, price of "
        f"{one.date}{unsure}{late}{binds}{_disputed(one, clouds)}"
    )


def _disputed(one: CloudWay, clouds: Sequence[CloudWay]) -> str:
    """What other sources make the run cost at the same offer."""
    prices = [other.price_eur for other in clouds if other.offer == one.offer and other is not one]
    if not prices:
        return ""
    span = " to ".join(dict.fromkeys(_eur(price) for price in (min(prices), max(prices))))
    return f" (by other sources {span})"


def _duties(found: Advice) -> Iterator[str]:
    flops = found.question.model_flops
    binding = [one for one in found.duties if one.applies]
    if not binding:
        least = min(one.training_flops for one in found.duties)
        yield f"AI Act: {flops:.2g} FLOP are below the {least:.0e} from which a model counts as general-purpose"
    for one in binding:
        yield f"AI Act, {one.name} model (above {one.training_flops:.0e} FLOP, this is {flops:.2g}): {one.duties}"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"  {line}" for line in lines]
    yield from [title, *listed] if listed else ()


def _sources(found: Advice) -> Iterator[str]:
    """Sources of the rules of access and of the offers that are shown; all of them stand in the JSON."""
    wanted = ("access_modes/", "enclaves/", "data_spaces/", "networks/", "tokens/")
    offers = {one.offer for one in (*found.clouds[:1], *found.clouds[-1:])}
    cited = dict.fromkeys(
        f"{source.citation} ({source.date})"
        for fact in found.facts
        if fact.key.startswith(wanted) or fact.entry in offers
        for source in fact.citations
    )
    yield from _listed("Sources", cited)


def _eur(value: float | None) -> str:
    if value is None:
        return "price unknown"
    return quantity(value, "EUR") if value else "free"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> Iterator[str]:
    """Rows in columns as wide as their widest cell; those in `right` are aligned to the right."""
    widths = [max(len(row[index]) for row in (header, *rows)) for index in range(len(header))]
    for row in (header, *rows):
        cells = (
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _wrapped(line: str) -> Iterator[str]:
    """A long line in several, those after the first further in."""
    indent = " " * (len(line) - len(line.lstrip()))
    wrapper = TextWrapper(
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from wrapper.wrap(line.strip())
