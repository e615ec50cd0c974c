"""This module owns the comparison of starts one by one, with those that another simulator gave under stated rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gortyn.operation.replay import Replay
from gortyn.training.checks import Check, verdicts

SHOWN: Final = 20  # unit: starts that differ, of those that are named


@dataclass(frozen=True, slots=True, eq=False)
class StartsValidation:
    """Starts that another simulator gave, against a replay of the same trace."""

    file: str
    played: Replay
    given: int
    starts: tuple[dict[str, Any], ...]
    checks: tuple[Check, ...]

    @property
    def differences(self) -> list[dict[str, Any]]:
        """The starts that differ."""
        return [one for one in self.starts if one["difference_s"]]

    @property
    def passed(self) -> bool:
        """Whether every start is the same."""
        return all(check.passed for check in self.checks)

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate operation --json` prints it."""
        return {
            "passed": self.passed,
            "checks": [check.as_data() for check in self.checks],
            "file": self.file,
            "jobs": self.given,
            "nodes": self.played.nodes,
            "chips_per_node": self.played.chips_per_node,
            "policy": self.played.policy,
            "estimate": self.played.estimate,
            "differences": self.differences[:SHOWN],
        }

    def predictions(self) -> list[dict[str, Any]]:
        """Every start that was compared."""
        return list(self.starts)

    def lines(self) -> Iterator[str]:
        """The comparison as text."""
        yield f"{self.given:,} starts of {self.file} against {self.played.policy}, {self.played.estimate} times"
        differences = self.differences
        for one in differences[:SHOWN]:
            yield f"  job {one['job_id']}: starts at {one['start_s']}, given {one['expected_start_s']}"
        if len(differences) > SHOWN:
            yield f"  and {len(differences) - SHOWN:,} more"
        yield from verdicts(self.checks)


def validate_starts(played: Replay, given: Mapping[str, int], file: str) -> StartsValidation:
    """Compare every start of a replay with that given for the same job, on the trace's own clock."""
    jobs = played.trace.job_id.tolist()
    ours = dict(zip(jobs, played.start_s.tolist(), strict=True))
    both = [job for job in given if job in ours]
    starts = tuple(
        {"job_id": job, "start_s": ours[job], "expected_start_s": given[job], "difference_s": ours[job] - given[job]}
        for job in both
    )
    off_s = [abs(one["difference_s"]) for one in starts]
    checks = (
        Check("jobs that are in the trace too", len(given), len(both), 0, file),
        Check("jobs of the trace without a given start", 0, len(ours) - len(both), 0, file),
        Check("starts that are the same", len(both), off_s.count(0), 0, file),
        Check("largest difference of a start [s]", 0, max(off_s, default=0), 0, file),
    )
    return StartsValidation(file, played, len(given), starts, checks)
