"""This module owns how true replays are: recorded starts against those of every policy, beside null models.

A recorded trace does not say by which rules its jobs were started, nor which nodes were down, set aside or drained.
So the comparison is one of distributions: which policy, chosen on the first half of the jobs, comes nearest to the
second half, and whether it comes nearer than models that know nothing of queues.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import S_PER_HOUR
from gortyn.operation.measures import CLASS_STEP, PROMPT_S, ks_distance, log_ratio, rank_correlation, wait_summary
from gortyn.operation.replay import POLICIES, Estimate, PolicyName, Replay, replay
from gortyn.training.checks import Check, verdicts
from gortyn.workload.trace import UNKNOWN_S, Trace
from gortyn.workload.trace_statistics import size_classes

Waits = NDArray[np.int64]

LEAST_JOBS: Final = 2
DECIMALS: Final = 6  # unit: decimal places of a sum of shares of chips
FACTOR_LIMIT: Final = math.log(2)
"""The mean wait is meant to be right within a factor of two."""
AT_ONCE: Final = "every job starts at once"
MEDIAN: Final = "every job waits the median of the first half"
AGAIN: Final = "the waits of the first half come again"


def compare(real_s: Waits, got_s: Waits, paired: bool = True) -> dict[str, Any]:
    """Waits of some model against the recorded ones of the same jobs.

    Parameters
    ----------
    real_s, got_s : waits [s], at least one each; of the same jobs in the same order if `paired`

    Returns
    -------
    Summary of `got_s`; `bias_s`, mean less recorded mean; `log_error`, logarithm of the ratio of the means; `ks`,
    distance between the distributions; paired: `rank_correlation` (None where one of the two does not vary), and
    `job_log_error`, the median over jobs of the size of the logarithm of the ratio of their waits. All but the summary
    and the bias count waits below PROMPT_S as PROMPT_S.
    """
    real, got = np.maximum(real_s, PROMPT_S), np.maximum(got_s, PROMPT_S)
    correlation = rank_correlation(real, got) if paired else math.nan
    return {
        "jobs": int(real_s.size),
        "wait_s": wait_summary(got_s),
        "bias_s": float(got_s.mean() - real_s.mean()),
        "log_error": log_ratio(float(got_s.mean()), float(real_s.mean())),
        "ks": ks_distance(real, got),
        "rank_correlation": None if math.isnan(correlation) else correlation,
        "job_log_error": float(np.median(np.abs(np.log(got / real)))) if paired else None,
    }


@dataclass(frozen=True, slots=True, eq=False)
class PolicyFit:
    """One policy against the record: all jobs compared, their halves, and classes of size."""

    played: Replay
    wait_s: Waits
    whole: dict[str, Any]
    first_half: dict[str, Any]
    second_half: dict[str, Any]
    by_size: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class OperationValidation:
    """A recorded trace against its replays.

    Attributes
    ----------
    file : the trace
    jobs : jobs whose start is recorded, and which were played
    real_s : recorded waits [s]
    over_capacity_share : part of the recorded chip-seconds above the chips of the machine that was given
    fits : the policies that were played
    not_played : the others, with the reason
    best : the policy of least KS distance on the first half, or the one that was given
    given : whether it was given
    nulls : null models on the second half
    checks : comparisons with a stated limit
    """

    file: str
    jobs: Trace
    real_s: Waits
    over_capacity_share: float
    fits: Mapping[PolicyName, PolicyFit]
    not_played: Mapping[PolicyName, str]
    best: PolicyName
    given: bool
    nulls: Mapping[str, dict[str, Any]]
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check is within its limit."""
        return all(check.passed for check in self.checks)

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate operation --json` prints it."""
        half = self.real_s.size // 2
        first = next(iter(self.fits.values())).played
        return {
            "passed": self.passed,
            "checks": [check.as_data() for check in self.checks],
            "file": self.file,
            "jobs": int(self.real_s.size),
            "nodes": first.nodes,
            "chips_per_node": first.chips_per_node,
            "estimate": first.estimate,
            "excluded": len(first.excluded),
            "over_capacity_share": self.over_capacity_share,
            "real": {
                "wait_s": wait_summary(self.real_s),
                "first_half": wait_summary(self.real_s[:half]),
                "second_half": wait_summary(self.real_s[half:]),
            },
            "policies": {
                name: {
                    "utilisation": None if math.isnan(fit.played.utilisation()) else fit.played.utilisation(),
                    "engine_s": fit.played.engine_s,
                    "all": fit.whole,
                    "first_half": fit.first_half,
                    "second_half": fit.second_half,
                    "by_size": fit.by_size,
                }
                for name, fit in self.fits.items()
            },
            "not_played": dict(self.not_played),
            "best_first_half": None if self.given else self.best,
            "policy": self.best,
            "held_out": {"policy": self.best, **self.fits[self.best].second_half},
            "null_models": dict(self.nulls),
        }

    def predictions(self) -> list[dict[str, Any]]:
        """Recorded wait and that of every policy, one row a job."""
        columns = {f"{name}_wait_s": fit.wait_s for name, fit in self.fits.items()}
        return [
            {"job_id": job, "chips": chips, "wait_s": int(real)}
            | {name: int(column[place]) for name, column in columns.items()}
            for place, (job, chips, real) in enumerate(zip(self.jobs.job_id, self.jobs.chips, self.real_s, strict=True))
        ]

    def lines(self) -> Iterator[str]:
        """The comparison as text."""
        half = self.real_s.size // 2
        yield f"{self.real_s.size:,} jobs with a recorded start; waits in hours"
        excluded = Counter(job.reason for job in next(iter(self.fits.values())).played.excluded)
        for reason, count in excluded.items():
            yield f"{count:,} not played: the job {reason}"
        if self.over_capacity_share:
            yield f"{100 * self.over_capacity_share:.3g} % of the recorded chip-hours are above the machine's chips"
        heads = ("mean", "p50", "p75", "p90", "p99", "KS", "rank corr.", "log error")
        yield f"{'':46}" + "".join(f"{head:>11}" for head in heads)
        parts = (("all jobs", "whole", self.real_s), ("second half", "second_half", self.real_s[half:]))
        for title, part, real_s in parts:
            yield f"{title}:"
            yield _line("recorded", {"wait_s": wait_summary(real_s)})
            for name, fit in self.fits.items():
                yield _line(name, getattr(fit, part))
        for name, figures in self.nulls.items():
            yield _line(name, figures)
        for name, reason in self.not_played.items():
            yield f"  {name}: not played: {reason}"
        chosen = "given" if self.given else "nearest on the first half"
        yield f"{self.best} ({chosen}), by size:"
        for name, figures in self.fits[self.best].by_size.items():
            yield _line(f"{name} chips, {figures['jobs']:,} jobs, recorded", {"wait_s": figures["real_s"]})
            yield _line("replayed", figures)
        yield from verdicts(self.checks)


def validate_trace(
    trace: Trace,
    file: str,
    nodes: int,
    chips_per_node: int = 1,
    policy: PolicyName | None = None,
    estimate: Estimate = "requested",
    launch_overhead_s: int = 0,
) -> OperationValidation:
    """Replay a trace under every policy, or the given one, and compare the waits with the recorded ones.

    The jobs with a recorded start, in order of submission, are cut into two halves of as many jobs. The policy of
    least KS distance on the first one is tested on the second, beside null models calibrated on the first.

    Raises
    ------
    ValueError : no starts are recorded, or none that differs from the submission; the trace cannot be played.
    """
    recorded = trace.start_s != UNKNOWN_S
    if np.count_nonzero(recorded) < LEAST_JOBS:
        raise ValueError("records no starts: there are no waits to compare with")
    if not np.any(trace.start_s[recorded] > trace.submit_s[recorded]):
        raise ValueError("every recorded start is the submission: the file records no waits to compare with")
    fits: dict[PolicyName, PolicyFit] = {}
    not_played: dict[PolicyName, str] = {}
    real_s, jobs = np.zeros(0, np.int64), trace
    for name in POLICIES if policy is None else (policy,):
        try:
            played = replay(trace, nodes, chips_per_node, name, estimate, launch_overhead_s)
        except ValueError as error:
            not_played[name] = str(error)
            continue
        known = (played.trace.start_s != UNKNOWN_S) & played.served
        if np.count_nonzero(known) < LEAST_JOBS:
            raise ValueError("no job with a recorded start can be played")
        jobs = played.trace.take(known)
        real_s = jobs.start_s - jobs.submit_s
        fits[name] = _fit(played, (played.start_s - played.trace.submit_s)[known], real_s, jobs)
    if not fits:
        raise ValueError("; ".join(dict.fromkeys(not_played.values())))
    half = real_s.size // 2
    best = policy or min(fits, key=lambda name: (fits[name].first_half["ks"], abs(fits[name].first_half["log_error"])))
    nulls = _nulls(real_s[:half], real_s[half:])
    return OperationValidation(
        file=file,
        jobs=jobs,
        real_s=real_s,
        over_capacity_share=_over_capacity(trace, nodes * chips_per_node),
        fits=fits,
        not_played=not_played,
        best=best,
        given=policy is not None,
        nulls=nulls,
        checks=(*_sound(fits), *_close(best, fits[best], nulls, file)),
    )


def _fit(played: Replay, wait_s: Waits, real_s: Waits, jobs: Trace) -> PolicyFit:
    half = real_s.size // 2
    names, group = size_classes(jobs.chips, CLASS_STEP)
    by_size: dict[str, dict[str, Any]] = {}
    for place, name in enumerate(names):
        own = group == place
        by_size[name] = {"real_s": wait_summary(real_s[own])} | compare(real_s[own], wait_s[own])
    return PolicyFit(
        played=played,
        wait_s=wait_s,
        whole=compare(real_s, wait_s),
        first_half=compare(real_s[:half], wait_s[:half]),
        second_half=compare(real_s[half:], wait_s[half:]),
        by_size=by_size,
    )


def _nulls(first_s: Waits, second_s: Waits) -> dict[str, dict[str, Any]]:
    """Null models on the second half; the last one has no wait for any one job."""
    median_s = np.full_like(second_s, round(float(np.median(first_s))))
    return {
        AT_ONCE: compare(second_s, np.zeros_like(second_s)),
        MEDIAN: compare(second_s, median_s),
        AGAIN: compare(second_s, first_s, paired=False),
    }


def _sound(fits: Mapping[PolicyName, PolicyFit]) -> Iterator[Check]:
    """What every replay must keep to, whatever the record says; computed from the starts alone."""
    for name, fit in fits.items():
        played = fit.played
        early = int(np.count_nonzero((played.start_s < played.trace.submit_s) & played.served))
        peak = peak_chips(played.start_s[played.served], played.end_s[played.served], played.held_chips[played.served])
        yield Check(f"{name}: jobs that start before their submission", 0, early, 0, "definition of a queue")
        yield Check(f"{name}: jobs that never start", 0, int((~played.served).sum()), 0, "no policy starves a job")
        yield Check(f"{name}: most chips held at once", played.capacity_chips, peak, 0, "the machine given", True)


def _close(best: PolicyName, fit: PolicyFit, nulls: Mapping[str, dict[str, Any]], file: str) -> Iterator[Check]:
    """What the policy is meant to reach on the second half."""
    rival = min((AT_ONCE, MEDIAN), key=lambda name: nulls[name]["ks"])
    got, source = fit.second_half, f"recorded starts of {file}, second half of the jobs"
    name = f"{best}: KS distance of the waits, at most that of '{rival}'"
    yield Check(name, nulls[rival]["ks"], got["ks"], 0, source, at_most=True)
    yield Check(f"{best}: logarithm of the mean wait over the recorded one", 0, got["log_error"], FACTOR_LIMIT, source)


def peak_chips(start_s: NDArray[np.int64], end_s: NDArray[np.int64], chips: NDArray[np.float64]) -> float:
    """Most chips held at one time; a job that ends at an instant no longer holds its chips then.

    >>> peak_chips(np.array([0, 5, 10]), np.array([10, 20, 20]), np.array([4.0, 2.0, 3.0]))
    6.0
    """
    return float(_in_use(start_s, end_s, chips)[1].max(initial=0.0))


def _in_use(
    start_s: NDArray[np.int64], end_s: NDArray[np.int64], chips: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Instants at which the chips in use change, and how many are in use from then on."""
    at_s, place = np.unique(np.concatenate((start_s, end_s)), return_inverse=True)
    change = np.bincount(place, np.concatenate((chips, -chips)))
    return at_s, np.round(np.cumsum(change.astype(np.float64)), DECIMALS)


def _over_capacity(trace: Trace, capacity_chips: int) -> float:
    """Part of the recorded chip-seconds in which more chips are in use than the machine has."""
    known = trace.start_s != UNKNOWN_S
    start_s, run_s, chips = trace.start_s[known], trace.run_s[known], trace.chips[known]
    at_s, used = _in_use(start_s, start_s + run_s, chips)
    over = float(np.maximum(used - capacity_chips, 0)[:-1] @ np.diff(at_s).astype(np.float64))
    return over / float(chips @ run_s.astype(np.float64))


def _line(name: str, figures: Mapping[str, Any]) -> str:
    waits = "".join(f"{value / S_PER_HOUR:11.2f}" for value in figures["wait_s"].values())
    more = "".join(
        f"{'' if figures.get(key) is None else format(figures[key], '.2f'):>11}"
        for key in ("ks", "rank_correlation", "log_error")
    )
    return f"  {name:44}{waits}{more}".rstrip()
