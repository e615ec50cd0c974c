"""Admission as one would do it with a diary and a pencil: day by day, one application after the other, in fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil

DAY = timedelta(days=1)
DAY_S = 86_400
SAVED_DAYS = 90


@dataclass
class Rules:
    """A mode: either `dates` or `a_year` (a whole number) cut-offs, or neither; processing in `days`."""

    days: int
    working: bool
    months: Fraction
    share: Fraction | None
    pass_share: float
    dates: list[date]
    a_year: int | None = None
    patience_s: int = 0
    longest_permit_s: int = 0
    classes: tuple[str, ...] = ()
    countries: frozenset[str] | None = None
    conditions: tuple[str, ...] = ()
    least: float = 0.0
    most: float = float("inf")


@dataclass
class Application:
    tenant_class: str
    permit_s: int
    country: str
    submit_s: int
    asked: int
    flaw: str | None
    score: float


@dataclass
class Decision:
    cutoff_s: int
    decided_s: int
    outcome: str
    begin_s: int | None = None
    end_s: int | None = None


class Diary:
    """What a mode does on which day, and how many chips there are."""

    def __init__(self, rules: Rules, start: date, window_days: int, phases: list[tuple[date, int]]) -> None:
        self.rules, self.start, self.window_s, self.phases = rules, start, window_days * DAY_S, phases

    def second(self, day: date) -> int:
        return (day - self.start).days * DAY_S

    def day(self, second: int) -> date:
        return self.start + timedelta(days=second // DAY_S)

    def chips(self, day: date) -> int:
        """Those of the first day of the window have always been there."""
        return sum(chips for opened, chips in self.phases if opened <= max(day, self.start))

    def collects(self, day: date) -> bool:
        if self.rules.dates:
            return day in self.rules.dates
        january = date(day.year, 1, 1)
        length = (date(day.year + 1, 1, 1) - january).days
        return any((day - january).days == part * length // self.rules.a_year for part in range(self.rules.a_year))

    def cutoff(self, day: date) -> date | None:
        if self.rules.dates and day > max(self.rules.dates):
            return None
        while not self.collects(day):
            day += DAY
        return day

    def granted(self, cutoff: date) -> date:
        if not self.rules.working:
            return cutoff + self.rules.days * DAY
        day, left = cutoff, self.rules.days
        while left or day.weekday() > 4:
            if left:
                day += DAY
                left -= day.weekday() <= 4
            else:
                day += DAY
        return day

    def first_s(self) -> int:
        """Second from which savings come in: early enough for what lives on the first day, and to fill."""
        rules = self.rules
        lasts = ceil(rules.months * Fraction(365, 12))
        until_granted = rules.days * (2 if rules.working else 1) + ceil(rules.longest_permit_s / DAY_S)
        return -(lasts + until_granted + rules.patience_s // DAY_S + SAVED_DAYS) * DAY_S

    def following(self, granted: date, cutoff: date) -> date:
        """First day on which grants of a later cut-off begin, if it is another one."""
        later = self.cutoff(cutoff + DAY)
        while later is not None:
            if self.granted(later) != granted:
                return self.granted(later)
            later = self.cutoff(later + DAY)
        dates = self.rules.dates
        gaps = [(b - a).days for a, b in pairwise(dates)]
        return granted + (max(gaps) if gaps else 365) * DAY

    def pool(self, granted: date, cutoff: date) -> Fraction:
        total, day, end = Fraction(0), granted, self.following(granted, cutoff)
        while day < end:
            total += self.rules.share * self.chips(day) * 24
            day += DAY
        return total


def decide(
    rules: Rules, applications: list[Application], start: date, window_days: int, phases: list[tuple[date, int]]
) -> list[Decision]:
    """Decision on each application to one mode; they are in order of submission."""
    diary = Diary(rules, start, window_days, phases)
    judge = at_cutoffs if rules.dates or rules.a_year else in_order
    decisions = judge(diary, applications)
    for application, decision in zip(applications, decisions, strict=True):
        if decision.decided_s >= diary.window_s:
            decision.outcome = "open"
        if decision.outcome == "admitted":
            decision.begin_s = decision.decided_s + application.permit_s
            decision.end_s = decision.begin_s + round(rules.months * Fraction(365 * DAY_S, 12))
    return decisions


def review(rules: Rules, application: Application) -> str | None:
    """Why an application is turned away whatever hours there are; None where it is not."""
    if application.flaw is not None and application.flaw in rules.conditions:
        return "ineligible"
    if application.tenant_class not in rules.classes:
        return "ineligible"
    if rules.countries is not None and application.country not in rules.countries:
        return "ineligible"
    if not rules.least <= application.asked <= rules.most:
        return "ineligible"
    return "refused" if application.score < 1 - rules.pass_share else None


def at_cutoffs(diary: Diary, applications: list[Application]) -> list[Decision]:
    by_grant: dict[date, list[int]] = {}
    decisions: list[Decision] = []
    for place, application in enumerate(applications):
        cutoff = diary.cutoff(diary.day(application.submit_s))
        if cutoff is None:
            decisions.append(Decision(application.submit_s, diary.window_s, "open"))
            continue
        granted = diary.granted(cutoff)
        # Cut-offs after this one whose grants begin on the same day are decided with it.
        last, later = cutoff, diary.cutoff(cutoff + DAY)
        while later is not None and diary.granted(later) == granted:
            last, later = later, diary.cutoff(later + DAY)
        decided = max(diary.second(granted), diary.second(last + DAY) - 1)
        outcome = review(diary.rules, application) or "crowded-out"
        decisions.append(Decision(diary.second(cutoff + DAY) - 1, decided, outcome))
        if outcome == "crowded-out":
            by_grant.setdefault(granted, []).append(place)
    for granted, places in by_grant.items():
        first = diary.day(min(decisions[place].cutoff_s for place in places))
        left = None if diary.rules.share is None else diary.pool(granted, first)
        for place in sorted(places, key=lambda one: -applications[one].score):
            if left is None or applications[place].asked <= left:
                decisions[place].outcome = "admitted"
                left = None if left is None else left - applications[place].asked
    return decisions


def in_order(diary: Diary, applications: list[Application]) -> list[Decision]:
    decisions: list[Decision] = []
    first = min([diary.first_s(), *(application.submit_s for application in applications)])
    purse = None if diary.rules.share is None else Purse(diary, first)
    for application in applications:
        granted = diary.granted(diary.day(application.submit_s))
        ready = max(diary.second(granted), application.submit_s)
        outcome = review(diary.rules, application)
        if outcome or purse is None:
            decisions.append(Decision(application.submit_s, ready, outcome or "admitted"))
            continue
        gives_up = ready + diary.rules.patience_s
        came = purse.wait(Fraction(application.asked), ready, min(gives_up, diary.window_s - 1))
        if came is not None:
            decisions.append(Decision(application.submit_s, came, "admitted"))
        else:
            left = max(ready, min(gives_up, diary.window_s))
            decisions.append(Decision(application.submit_s, left, "withdrawn"))
            if left >= diary.window_s:
                purse.closed = True
    return decisions


class Purse:
    """Hours left of a mode without cut-offs at a second; each day's come in evenly over the day."""

    def __init__(self, diary: Diary, now: int) -> None:
        self.diary, self.now, self.closed = diary, now, False
        self.left = Fraction(0)

    def an_hour(self, second: int) -> Fraction:
        return self.diary.rules.share * self.diary.chips(self.diary.day(second))

    def most(self, second: int) -> Fraction:
        return self.an_hour(second) * 24 * SAVED_DAYS

    def until(self, second: int) -> None:
        while self.now < second:
            end = min(second, (self.now // DAY_S + 1) * DAY_S)
            came = self.an_hour(self.now) * Fraction(end - self.now, 3600)
            self.left = min(self.most(self.now), self.left + came)
            self.now = end

    def wait(self, asked: Fraction, ready: int, last: int) -> int | None:
        """Second at which the hours are there and taken, or None if that is not until `last`."""
        if self.closed:
            return None
        self.until(ready)
        while self.now <= last:
            if self.left >= asked:
                self.left -= asked
                return self.now
            if self.now == last:
                return None
            tonight = min((self.now // DAY_S + 1) * DAY_S, last)
            rate, missing = self.an_hour(self.now) / 3600, asked - self.left
            enough = self.now + ceil(missing / rate) if rate else tonight + 1
            capped = self.left + missing > self.most(self.now)
            self.until(tonight if capped or enough > tonight else enough)
        return None
