"""This module owns what the AI Act asks of whoever trains a model, by the computation that its training takes."""

from __future__ import annotations

from typing import Final, NamedTuple

from gortyn.catalogue import Lookup

KIND: Final = "access_modes"
RULE: Final = "rule-ai-act"


class Duty(NamedTuple):
    """Duties that begin above a number of operations.

    Attributes
    ----------
    name : kind of model
    training_flops : operations of its training above which it counts as one [FLOP]
    applies : whether the model of the question is above
    duties : what is to be done, in words
    """

    name: str
    training_flops: float
    applies: bool
    duties: str


def duties(model_flops: float, facts: Lookup) -> tuple[Duty, ...]:
    """Duties of a general-purpose model and of one with systemic risk, and whether they apply.

    Parameters
    ----------
    model_flops : of the whole training [FLOP]
    facts : catalogue, access_modes/rule-ai-act
    """
    general, systemic = (facts.number(KIND, RULE, f"{name}_flop") for name in ("general_purpose", "systemic_risk"))
    days = facts.number(KIND, RULE, "notice_days")
    more = facts.text(KIND, RULE, "systemic_risk_duties")
    further = f"to be notified to the Commission within {days:.0f} days, {more}"
    return (
        Duty("general-purpose", general, model_flops > general, facts.text(KIND, RULE, "general_purpose_duties")),
        Duty("systemic risk", systemic, model_flops > systemic, further),
    )


def duties_in_words(model_flops: float | None, facts: Lookup) -> str:
    """What Regulation (EU) 2024/1689 asks of whoever trains a model with so much computation; None where none is known.

    >>> from gortyn.catalogue import load
    >>> duties_in_words(1e22, load().lookup())
    'a model trained with 1e22 FLOP does not count as general-purpose (1e23 FLOP)'
    """
    general, systemic = duties(model_flops or 0.0, facts)
    if model_flops is None:
        limit = _flop(general.training_flops)
        return f"a model trained with more than {limit} would have those of a general-purpose model"
    if not general.applies:
        limit = _flop(general.training_flops)
        return f"a model trained with {_flop(model_flops)} does not count as general-purpose ({limit})"
    said = f"a general-purpose model: {general.duties}"
    if not systemic.applies:
        return f"{_flop(model_flops)} makes it {said}"
    limit = _flop(systemic.training_flops)
    return f"{_flop(model_flops)}, more than {limit}, makes it {said}; and of systemic risk: {systemic.duties}"


def _flop(number: float) -> str:
    return f"{number:.2g} FLOP".replace("e+", "e")
