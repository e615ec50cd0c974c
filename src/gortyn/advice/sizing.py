"""This module owns the run on one machine: how many chips could do it, and how long each number takes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gortyn.advice.question import Question
from gortyn.training.hardware import UnknownChip
from gortyn.training.plan import TrainingPlan, days_on, plan_on, problem_of
from gortyn.training.search import NoStrategy
from gortyn.training.strategy import InvalidStrategy
from gortyn.training.target import Target

if TYPE_CHECKING:
    from gortyn.training.search import Problem


class Sizes:
    """The run of a question on one kind of machine; what was found is kept.

    The days of a run do not depend on the site, so that one of these serves all sites with that machine.
    """

    def __init__(self, question: Question, target: Target) -> None:
        self.question, self.target = question, target
        self._days: dict[int, float | None] = {}
        self._plans: dict[int, TrainingPlan] = {}

    @property
    def precision(self) -> str:
        """Number format of the matrix products."""
        return self.question.precision or self.target.machine.training_dtype

    @cached_property
    def fault(self) -> str | None:
        """Why the machine cannot do the run at all, such as a number format that its chips lack."""
        try:
            self._problem(self.target.chips_per_node)
        except (UnknownChip, InvalidStrategy) as error:
            return str(error)
        return None

    def counts(self, most: int) -> tuple[int, ...]:
        """Numbers of chips to look at, rising: one node, doubled while there are as many; or the one asked for."""
        if self.question.chips is not None:
            return (self.question.chips,)
        node, found = self.target.chips_per_node, []
        chips = node
        while chips <= most:
            found.append(chips)
            chips *= 2
        return tuple(found)

    def days(self, chips: int) -> float | None:
        """Days of the run with failures on so many chips by the fastest strategy; None where none runs."""
        if chips not in self._days:
            question = self.question
            self._days[chips] = days_on(self._problem(chips), self.target, question.tokens, chips)
        return self._days[chips]

    def plan(self, chips: int) -> TrainingPlan:
        """The plan of the run on so many chips; raises as of `gortyn.training.plan.plan_on`."""
        if chips not in self._plans:
            question = self.question
            self._plans[chips] = plan_on(
                question.architecture,
                self.target,
                chips,
                question.tokens,
                question.batch,
                precision=self.precision,
                top=1,
            )
        return self._plans[chips]

    def why_not(self, chips: int) -> str:
        """Why the run does not go on so many chips, in words."""
        try:
            self.plan(chips)
        except (NoStrategy, InvalidStrategy, ValueError) as error:
            return str(error)
        return f"{chips:,} chips would do"

    def _problem(self, chips: int) -> Problem:
        return problem_of(self.question.architecture, self.target, chips, self.question.batch, self.precision)
