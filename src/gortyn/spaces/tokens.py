"""This module owns the tokens that a training run needs, beside those that its data spaces have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from gortyn.catalogue import Lookup
from gortyn.model import Scenario, TrainingRun
from gortyn.model.noun import known
from gortyn.spaces.space import find, unique_tokens

ALL: Final = "all"
Met = Literal["yes", "repeated", "no"]


@dataclass(frozen=True, slots=True)
class TokenNeed:
    """Whether one data space, or all that a run draws on together, has the tokens it needs; a row of `token_needs`.

    Attributes
    ----------
    run : training run
    data_space : data space, by itself; `all` where they are added up
    needed_tokens : tokens that the run trains on
    optimal_tokens : tokens that use the compute for a model of that size best
    unique_tokens : tokens there when the run is submitted, once each, that may be trained on
    epochs : how often each would be seen; None where there are none
    effective_tokens : what that many repetitions are worth in new tokens
    met : yes; repeated, within the scenario's limit of repetitions; or no
    licence : terms of use
    """

    run: str
    data_space: str
    needed_tokens: float
    optimal_tokens: float
    unique_tokens: float
    epochs: float | None
    effective_tokens: float
    met: Met
    licence: str


def token_needs(scenario: Scenario, facts: Lookup) -> tuple[TokenNeed, ...]:
    """Token needs of the training runs of a resolved scenario that name data spaces: a row for each, then `all`.

    The row of a space says how far it would go by itself.
    """
    return tuple(row for run in scenario.training_runs if run.data_spaces for row in _rows(scenario, run, facts))


def _rows(scenario: Scenario, run: TrainingRun, facts: Lookup) -> list[TokenNeed]:
    spaces = [find(scenario, name) for name in dict.fromkeys(run.data_spaces)]
    needed, optimal = float(known(run.tokens)), optimal_tokens(run.model, facts)
    decay = facts.number("tokens", "repeated", "decay_repetitions")
    there = {
        space.name: unique_tokens(space, scenario.simulation.start, run.submit_days) if space.trains else 0.0
        for space in spaces
    }
    licences = {space.name: known(space.licence) for space in spaces}
    offers = [(name, there[name], licences[name]) for name in there]
    offers.append((ALL, sum(there.values()), "; ".join(dict.fromkeys(licences.values()))))
    return [
        TokenNeed(
            run=run.name,
            data_space=name,
            needed_tokens=needed,
            optimal_tokens=optimal,
            unique_tokens=unique,
            epochs=needed / unique if unique else None,
            effective_tokens=effective_tokens(needed, unique, decay),
            met=_met(needed, unique, scenario.access.most_epochs),
            licence=licence,
        )
        for name, unique, licence in offers
    ]


def optimal_tokens(model: str, facts: Lookup) -> float:
    """Tokens with which the compute of a training run is used best, for a model of the catalogue.

    Tokens grow in step with parameters (Hoffmann et al. 2022, arXiv:2203.15556). Of a mixture of experts the
    parameters that a token uses are counted, as compute does; the law was measured on dense models.

    Raises
    ------
    UnknownEntry : the catalogue has no such model.

    >>> from gortyn.catalogue import load
    >>> optimal_tokens("Llama-3-70B", load().lookup()) / 1e12  # published: 1.4 for the 70 bn of Chinchilla
    1.411
    """
    per_parameter = facts.number("tokens", "compute-optimal", "tokens_per_parameter")
    return per_parameter * facts.number("models", model, "parameters_active")


def effective_tokens(needed: float, unique: float, decay_repetitions: float) -> float:
    """What training on `needed` tokens is worth in new ones where only so many are unique.

    D' = U + U R* (1 - exp(-R / R*)), with U unique tokens seen R times beyond the first (Muennighoff et al. 2023,
    arXiv:2305.16264, eq. 5).

    Parameters
    ----------
    needed : tokens of the run, > 0
    unique : unique tokens at hand, >= 0; what is more than `needed` is not looked at
    decay_repetitions : R*, repetitions after which a repeated token has lost all but 1/e of its worth, > 0

    >>> round(effective_tokens(4e11, 1e11, 15.39) / 1e11, 2)  # four epochs: nearly as good as new
    3.73
    """
    if not unique:
        return 0.0
    repetitions = max(needed / unique - 1, 0.0)
    worth = -decay_repetitions * math.expm1(-repetitions / decay_repetitions)
    return min(needed, unique) * (1 + worth)


def _met(needed: float, unique: float, most_epochs: float) -> Met:
    if needed <= unique:
        return "yes"
    return "repeated" if needed <= most_epochs * unique else "no"
