"""This module owns the advice: a question in, every way to an answer out, the cheapest and the fastest named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gortyn.admission import Duty, duties
from gortyn.advice.clouds import CloudWay, cloud_ways
from gortyn.advice.options import Closed, Survey, Way
from gortyn.advice.place import Ground
from gortyn.advice.question import Question
from gortyn.advice.run import Run
from gortyn.catalogue import Fact, Lookup
from gortyn.finance.cloud import ON_DEMAND
from gortyn.model import known
from gortyn.model.conversions import DAYS_PER_WEEK
from gortyn.spaces import held, text_tb


@dataclass(frozen=True, slots=True)
class Pick:
    """A way that stands out.

    Attributes
    ----------
    way, run : a mode of access and the run through it; None for a cloud
    cloud : an offer of a cloud; None for a mode
    """

    way: Way | None = None
    run: Run | None = None
    cloud: CloudWay | None = None

    @property
    def price_eur(self) -> float | None:
        """To be paid; None where no price is known."""
        return self.cloud.price_eur if self.cloud else self.run.price_eur if self.run else None

    @property
    def done_days(self) -> float:
        """Days until it is over, median."""
        return self.cloud.run_days if self.cloud else self.run.schedule.done_p50_days if self.run else float("inf")

    def in_time(self, question: Question) -> bool:
        """Whether it is over in time in the median; so is everything where no day is given."""
        if question.by is None:
            return True
        return bool(self.cloud.in_time) if self.cloud else bool(self.run and self.run.schedule.done <= question.by)


@dataclass(frozen=True, slots=True)
class Basis:
    """The run that offers of clouds are counted by: H100-equivalents, days, and where it is taken from."""

    h100_equivalents: float
    run_days: float
    words: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer.

    Attributes
    ----------
    question : what was asked
    ways : open ways, the soonest done first
    closed : modes that are not open, with reasons
    clouds : the same run at every dated offer, the cheapest first
    basis : the run that they are counted by; None where no machine of the scenarios can do it
    cheapest, fastest : of all that are over in time, or of all where none is; None where there is no way at all. Of
        clouds only offers on demand count, since contracts bind for longer than a run, and none for sensitive data
    duties : of the AI Act
    assumptions : what was assumed, one sentence each
    notes : what is odd about ways, one sentence each
    facts : catalogue entries that the answer rests on
    """

    question: Question
    ways: tuple[Way, ...]
    closed: tuple[Closed, ...]
    clouds: tuple[CloudWay, ...]
    basis: Basis | None
    cheapest: Pick | None
    fastest: Pick | None
    duties: tuple[Duty, ...]
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]
    facts: tuple[Fact, ...]


def advise(question: Question, grounds: Sequence[Ground], facts: Lookup) -> Advice:
    """Find every way to do a training run: through the modes of access of some scenarios, and on clouds.

    Parameters
    ----------
    question : what is asked
    grounds : scenarios to look in, at least one, each with its simulated load
    facts : a fresh reader of the catalogue
    """
    surveys = [Survey(question, ground, facts) for ground in grounds]
    looked = [survey.look() for survey in surveys]
    ways = sorted((way for found, _ in looked for way in found), key=lambda one: _soonest(one.fastest))
    basis = _basis(question, ways, surveys)
    clouds: tuple[CloudWay, ...] = ()
    if basis is not None:
        usd_per_eur = known(grounds[0].scenario.costs.usd_per_eur)
        span = basis.h100_equivalents, basis.run_days, question.begin, question.by
        clouds = cloud_ways(*span, usd_per_eur, facts)
    picks = [Pick(way, run) for way in ways for run in (way.recommended, way.fewest, way.fastest)]
    if question.sensitive is None:
        picks += [Pick(cloud=one) for one in ([one for one in clouds if one.commitment == ON_DEMAND] or clouds)]
    timely = [one for one in picks if one.in_time(question)] or picks
    priced = [(one.price_eur, one.done_days, one) for one in timely if one.price_eur is not None]
    obligations = duties(question.model_flops, facts)
    rules = {fact.key: fact for ground in grounds for fact in ground.facts}
    return Advice(
        question=question,
        ways=tuple(ways),
        closed=tuple(one for _, closed in looked for one in closed),
        clouds=clouds,
        basis=basis,
        cheapest=min(priced, key=lambda one: one[:2])[-1] if priced else None,
        fastest=min(timely, key=_soonest_cheapest) if timely else None,
        duties=obligations,
        assumptions=tuple(_assumptions(question, grounds, ways, facts, clouds=bool(clouds))),
        notes=tuple(dict.fromkeys(note for survey in surveys for note in _notes(question, survey, ways))),
        facts=tuple((rules | {fact.key: fact for fact in facts.used}).values()),
    )


def _soonest(run: Run) -> float:
    return run.schedule.done_p50_days


def _soonest_cheapest(pick: Pick) -> tuple[float, float]:
    """Order of picks by the end; of those that end together, by price."""
    return pick.done_days, float("inf") if pick.price_eur is None else pick.price_eur


def _basis(question: Question, ways: Sequence[Way], surveys: Sequence[Survey]) -> Basis | None:
    """The run that is over first, on as few chips as are in time where there is a day; without a way, any machine's.

    Where there is no way and no day either, it is as few chips as take no longer than a week.
    """
    if ways:
        way = ways[0]
        run = way.recommended if question.by else way.fastest
        words = f"{run.schedule.chips:,} chips of {way.chip} as at {way.title}"
        return Basis(run.h100_equivalents, run.schedule.run_days, words)
    for survey in surveys:
        for place in survey.everywhere:
            sizes = survey.sizes(place)
            counts = [] if sizes.fault else sizes.counts(place.chips)
            days = {one: survey.days(place, one) for one in counts}
            possible = {chips: span for chips, span in days.items() if span is not None}
            wanted_days = (question.by - question.begin).days if question.by else DAYS_PER_WEEK
            if possible:
                chips = next((one for one, span in possible.items() if span <= wanted_days), max(possible))
                plan = sizes.plan(chips)
                words = f"{chips:,} chips of {sizes.target.machine.chip} as at {place.site.title}"
                return Basis(plan.h100_equivalents, plan.days, words)
    return None


def _assumptions(
    question: Question, grounds: Sequence[Ground], ways: Sequence[Way], facts: Lookup, *, clouds: bool
) -> Iterator[str]:
    yield (
        f"the application is sent on {question.begin}, by a legal entity, for civil use, and meets the AI Act and the "
        "ethics check; it is good enough to be admitted"
    )
    for load in (ground.load for ground in grounds if ground.load.jobs):
        yield (
            f"queues at {load.scenario} are those of its simulated load: {load.jobs:,} jobs in {load.days} days from "
            f"{load.start}"
        )
    yield "each job stays under the walltime limit and goes on from its checkpoint in the next, after another wait"
    yield (
        f"the data to train on are {text_tb(question.tokens, facts):,.3g} TB of text, brought by one transfer at its "
        "usual part of the links"
    )
    yield "ranges add up the waits for hours and in the queue, both short (P10) or both long (P90)"
    if any(run.schedule.grants > 1 for way in ways for run in (way.recommended, way.fewest, way.fastest)):
        yield (
            "where several grants are needed, the next is applied for in time and begins when one ends; the limit of "
            "one grant is held against the chip-hours of all together"
        )
    yield f"batches of {question.batch:,} samples of {question.architecture.sequence:,} tokens"
    yield "carbon is that of the country's mean grid; what was emitted to make the chips comes on top"
    if clouds:
        yield (
            "clouds have as many H100-equivalents free at once, and the run takes as long there; links, memory and "
            "software are left out, so that weakly linked chips look better than they are"
        )
    if clouds and question.sensitive is not None:
        yield f"prices of clouds are for comparison: whether one may hold {question.sensitive} data is not looked at"


def _notes(question: Question, survey: Survey, ways: Sequence[Way]) -> Iterator[str]:
    """What is odd: queues that nothing is known of, and spaces that have too little."""
    scenario = survey.scenario
    for way in ways:
        for run in (way.recommended, way.fewest, way.fastest):
            if way.scenario == scenario.name and run.schedule.start.queue is None:
                yield f"the load of {scenario.name} has too few jobs like this one: its queue at {way.site} is unknown"
    if survey.space is None or not survey.places:
        return
    space = next(one for one in held(scenario) if one.data_space == survey.space.name)
    if not space.trains:
        yield f"the licence of {space.title} in {scenario.name} lets no models be trained: {space.licence}"
    epochs = question.tokens / space.unique_tokens if space.unique_tokens else float("inf")
    if epochs > 1:
        most = scenario.access.most_epochs
        yield (
            f"{space.title} in {scenario.name} holds {space.unique_tokens:.2g} tokens: each would be seen "
            f"{epochs:.1f} times, {'more' if epochs > most else 'no more'} than the {most:g} that are as good as new"
        )
