"""This module owns the ways through modes of access: which are open to an applicant, with what run, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from gortyn.admission.calendar import grant_dates
from gortyn.admission.eligibility import Answer, Applicant, eligibility
from gortyn.advice.load import Odds
from gortyn.advice.place import Ground, Place, alike, places
from gortyn.advice.question import Question
from gortyn.advice.run import MONTHS_PER_YEAR, Run, Schedule, filled, schedule
from gortyn.advice.sizing import Sizes
from gortyn.advice.timeline import staging_days, start
from gortyn.catalogue import Lookup
from gortyn.model import Scenario, known
from gortyn.model.access import CRITERIA, DataSpace, Mode
from gortyn.model.conversions import DAYS_PER_YEAR
from gortyn.model.tenant import Tenant
from gortyn.spaces import text_tb
from gortyn.training.target import site_target

DAYS_PER_MONTH: Final = DAYS_PER_YEAR / MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Way:
    """A mode of access at a place that is open to the applicant for this run.

    Attributes
    ----------
    scenario, site, title, country : where
    machine, chip : what runs there
    enclave : that the run stays in; None outside
    mode, mode_title : of access
    why : every rule of the mode and how it was answered
    limit_chip_hours : most that a grant has; None where nothing bounds it
    allocation_months : length of a grant
    eur_per_chip_hour, price_basis : price there, and where it is from
    recommended : the run on the fewest chips that is over in time; where there is no such day, that lasts no longer
        than a month; else the fastest of those that take the fewest grants
    fewest : the run on the fewest chips, of those that take the fewest grants
    fastest : the run that is over first
    odds : what became of applications like it in the simulated load; None where there were none
    """

    scenario: str
    site: str
    title: str
    country: str
    machine: str
    chip: str
    enclave: str | None
    mode: str
    mode_title: str
    why: tuple[Answer, ...]
    limit_chip_hours: float | None
    allocation_months: float
    eur_per_chip_hour: float | None
    price_basis: str
    recommended: Run
    fewest: Run
    fastest: Run
    odds: Odds | None


@dataclass(frozen=True, slots=True)
class Closed:
    """A mode that is not open to the applicant for this run, and what is open instead.

    Attributes
    ----------
    scenario, sites : where; no sites where it is closed in the whole scenario
    mode, mode_title : of access; None where the scenario has no modes or no place for the run
    reasons : why
    instead : names of the modes of the same scenario that are open
    """

    scenario: str
    sites: tuple[str, ...]
    mode: str | None
    mode_title: str | None
    reasons: tuple[str, ...]
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run on some chips, and the answers of the mode's rules to it."""

    schedule: Schedule
    answers: tuple[Answer, ...]

    @property
    def failed(self) -> int:
        """Rules that are not met."""
        return sum(not one.passed for one in self.answers)


class Choice(NamedTuple):
    """Runs that stand out of those that are possible; the attributes are as of `Way`."""

    recommended: Candidate
    fewest: Candidate
    fastest: Candidate


class Survey:
    """Ways and closed modes of one scenario.

    Parameters
    ----------
    question : what is asked
    ground : the scenario, with its load
    facts : reader of the catalogue
    """

    def __init__(self, question: Question, ground: Ground, facts: Lookup) -> None:
        self.question, self.ground, self.facts = question, ground, facts
        self._sizes: dict[str, Sizes] = {}

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.ground.scenario

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Places for the run."""
        return tuple(places(self.ground, self.question.sensitive))

    @cached_property
    def everywhere(self) -> tuple[Place, ...]:
        """Places for a run without sensitive data."""
        return tuple(places(self.ground, None))

    @cached_property
    def space(self) -> DataSpace | None:
        """Data space that holds the sensitive data; None for the applicant's own."""
        kind = self.question.sensitive
        spaces = self.scenario.access.data_spaces
        return next((one for one in spaces if kind is not None and one.sensitive == kind), None)

    def sizes(self, place: Place) -> Sizes:
        """The run on the machine of a place."""
        if place.machine not in self._sizes:
            name = f"{self.scenario.name}:{place.site.name}"
            target = site_target(self.scenario, place.plan, place.machine, name, self.facts)
            self._sizes[place.machine] = Sizes(self.question, target)
        return self._sizes[place.machine]

    def look(self) -> tuple[tuple[Way, ...], tuple[Closed, ...]]:
        """Every way that is open, and every mode that is not, with the reasons."""
        name, modes = self.scenario.name, self.scenario.access.modes
        if not modes:
            return (), (Closed(name, (), None, None, ("the scenario names no modes of access",)),)
        if not self.places:
            kind = self.question.sensitive
            why = "all chips there are in enclaves" if kind is None else f"no enclave there takes {kind} data"
            return (), (Closed(name, (), None, None, (why,)),)
        ways: list[Way] = []
        reasons: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for mode in modes:
            for place in self.places:
                found = self._way(mode, place)
                if isinstance(found, Way):
                    ways.append(found)
                else:
                    reasons.setdefault((mode.name, found), []).append(place.site.name)
        everywhere = len({place.site.name for place in self.places})
        instead = tuple(dict.fromkeys(one.mode for one in ways))
        closed = tuple(
            Closed(
                name,
                () if len(set(sites)) == everywhere else tuple(dict.fromkeys(sites)),
                mode,
                self.scenario.access.mode(mode).title,
                why,
                tuple(one for one in instead if one != mode),
            )
            for (mode, why), sites in reasons.items()
        )
        return tuple(ways), closed

    def _way(self, mode: Mode, place: Place) -> Way | tuple[str, ...]:
        """The way through a mode at a place, or why there is none."""
        question, sizes = self.question, self.sizes(place)
        tenants = alike(self.scenario, mode, question.tenant_class, question.sensitive)
        if sizes.fault is not None:
            return (sizes.fault,)
        try:
            grant_dates(mode, question.begin)
        except ValueError as error:  # the last cut-off is over
            return (str(error),)
        node, asked = sizes.target.chips_per_node, question.chips
        if asked is not None and asked % node and asked > node:
            return (f"{asked:,} chips are no whole nodes of {node} chips",)
        usual = max((one.job_chips_max for one in tenants), default=place.chips)
        counts = sizes.counts(max(node, min(usual, place.chips)))
        candidates = [one for chips in counts if (one := self._candidate(mode, place, tenants, chips)) is not None]
        if not candidates:
            return (self._why_none(place, sizes, counts),)
        passed = [one for one in candidates if not one.failed]
        if not passed:
            return _why_closed(candidates, mode)
        chosen = choose(passed, question)
        eur, basis = self._price(mode)
        machine = self.scenario.machine(place.machine)
        runs = {one.schedule.chips: one.schedule for one in chosen}
        made = {chips: filled(when, sizes, self.scenario, place, eur, self.facts) for chips, when in runs.items()}
        return Way(
            scenario=self.scenario.name,
            site=place.site.name,
            title=place.site.title,
            country=place.site.country,
            machine=place.machine,
            chip=machine.chip,
            enclave=place.enclave.name if place.enclave else None,
            mode=mode.name,
            mode_title=known(mode.title),
            why=chosen.recommended.answers,
            limit_chip_hours=mode.most_chip_hours,
            allocation_months=known(mode.allocation_months),
            eur_per_chip_hour=eur,
            price_basis=basis,
            recommended=made[chosen.recommended.schedule.chips],
            fewest=made[chosen.fewest.schedule.chips],
            fastest=made[chosen.fastest.schedule.chips],
            odds=self.ground.load.odds_of(mode.name, question.tenant_class),
        )

    def _candidate(self, mode: Mode, place: Place, tenants: tuple[Tenant, ...], chips: int) -> Candidate | None:
        """The run on so many chips; None where it does not fit on them or they are never there."""
        question, opens = self.question, place.opens(chips)
        run_days = self.days(place, chips)
        if opens is None or run_days is None:
            return None
        level = tenants[0].qos if tenants else "standard"
        names = [one.name for one in tenants]
        queue = self.ground.load.wait(chips, names, level, enclave=place.enclave is not None)
        size_tb = text_tb(question.tokens, self.facts)
        data_days = staging_days(self.scenario, place.site, self.space, place.enclave, size_tb, self.facts)
        odds = self.ground.load.odds_of(mode.name, question.tenant_class)
        begins = start(question.begin, mode, opens, place.enclave, data_days, queue, odds)
        when = schedule(self.scenario, mode, chips, run_days, begins)
        # What one run needs is one request, however many grants carry it: the limit of a grant holds for all together.
        applicant = Applicant(
            tenant_class=question.tenant_class,
            country=question.country,
            chip_hours=when.chip_hours,
            criteria_met=frozenset(CRITERIA),
            model_flops=question.model_flops,
        )
        return Candidate(when, tuple(eligibility(applicant, mode, self.facts)))

    def days(self, place: Place, chips: int) -> float | None:
        """Days of the run on so many chips of a place; None where it does not go there or outlasts the chips."""
        run_days = self.sizes(place).days(chips) if chips <= place.chips else None
        return None if run_days is None or self._outlasts(place, run_days) else run_days * place.slowdown

    def _outlasts(self, place: Place, run_days: float) -> bool:
        return not run_days * place.slowdown <= known(self.scenario.costs.chip_life_years) * DAYS_PER_YEAR

    def _why_none(self, place: Place, sizes: Sizes, counts: tuple[int, ...]) -> str:
        most = counts[-1]
        if place.opens(most) is None:
            where = f"the enclave {place.enclave.name}" if place.enclave else place.site.title
            return f"{where} has {place.chips:,} chips of it, not {most:,}"
        run_days = sizes.days(most)
        if run_days is not None and self._outlasts(place, run_days):
            life_years = known(self.scenario.costs.chip_life_years)
            years = run_days * place.slowdown / DAYS_PER_YEAR
            return f"on {most:,} chips it takes {years:.3g} years; chips live {life_years:g}"
        return sizes.why_not(most)

    def _price(self, mode: Mode) -> tuple[float | None, str]:
        """Price of a chip-hour, and where it is from."""
        tenant_class = self.question.tenant_class
        own = [one for one in self.scenario.tenants if one.service is None and one.qos != "leftover"]
        own = [one for one in own if one.tenant_class == tenant_class and one.mode in (mode.name, None)]
        like = min(own, key=lambda one: one.mode is None, default=None)
        eur = self.scenario.price_eur_per_chip_hour(tenant_class, mode.name, like)
        if tenant_class in mode.free_for:
            return eur, f"free for the class {tenant_class}"
        if eur is None:
            return None, "no price is known"
        if mode.price_eur_per_chip_hour is None and like is not None:
            return eur, f"{eur:.3g} EUR/chip-hour, what {like.name} pay there"
        let_off = like is not None and like.mode == mode.name and like.discount_share
        less = f", {like.discount_share:.0%} off as for {like.name}" if like is not None and let_off else ""
        return eur, f"{eur:.3g} EUR/chip-hour, price of the mode{less}"


def _why_closed(candidates: Sequence[Candidate], mode: Mode) -> tuple[str, ...]:
    """Reasons why none of some runs is open, by the run that comes nearest to the rules of the mode."""
    fewest = min(one.failed for one in candidates)
    nearest = [one for one in candidates if one.failed == fewest]
    least, hours = mode.least_chip_hours, [one.schedule.chip_hours for one in nearest]
    short = least is not None and max(hours) < least
    run = nearest[hours.index(max(hours) if short else min(hours))]
    several = f" on {run.schedule.chips:,} chips, where it takes the {'most' if short else 'fewest'}"
    return tuple(
        answer.reason + (several if answer.rule == "limits" and len(candidates) > 1 else "")
        for answer in run.answers
        if not answer.passed
    )


def choose(passed: Iterable[Candidate], question: Question) -> Choice:
    """Of runs that are possible, those that stand out.

    Runs within one grant come before those that need several. In time is what is over by the day that is asked for,
    in nine cases of ten or else in the median; where there is no such day, what is over a month after its first
    chip-hour. Where no run is in time, the one that is over first is recommended.
    """
    every = list(passed)
    grants = min(one.schedule.grants for one in every)
    within = [one for one in every if one.schedule.grants == grants]
    fewest = min(within, key=lambda one: one.schedule.chips)
    if question.by is None:
        month = [one for one in within if one.schedule.run_days + one.schedule.requeue_days <= DAYS_PER_MONTH]
        first = min(within, key=_soonest)
        return Choice(min(month, key=lambda one: one.schedule.chips, default=first), fewest, min(every, key=_soonest))
    for wanted in ("yes", "likely"):
        timely = [one for one in within if one.schedule.in_time(question.by) == wanted]
        if timely:
            return Choice(min(timely, key=lambda one: one.schedule.chips), fewest, min(every, key=_soonest))
    return Choice(min(every, key=_soonest), fewest, min(every, key=_soonest))


def _soonest(one: Candidate) -> tuple[float, int]:
    return one.schedule.done_p50_days, one.schedule.chips
