"""This module owns what an import tells of a file: the rules, how often each applied, and where first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

Action = Literal["excluded", "repaired", "noted"]


class TraceError(Exception):
    """The file cannot be used as a trace; the text names the file, the line where there is one, and what is wrong."""


class Rule(NamedTuple):
    """What is done with one kind of fault."""

    name: str
    action: Action
    meaning: str
    ordinary: bool = False
    """Part of a sound file of its format: strict reading does not refuse it."""


RULES: Final[tuple[Rule, ...]] = (
    # Rows that hold no job of their own.
    Rule("unreadable", "excluded", "a field that must be a number or a time is none, or the row has too few fields"),
    Rule("nul-bytes", "excluded", "the line has NUL bytes"),
    Rule("job-step", "excluded", "a step of a job (123.batch, 123.0); the row of the job stands for it", True),
    Rule("swapped-part", "excluded", "a part of a job that was swapped out; the row of the whole job stands for it"),
    Rule("same-record", "excluded", "the same record (id, times and size) stands in the file before"),
    # Jobs that cannot be replayed.
    Rule("no-submit", "excluded", "neither the submission nor the start is known"),
    Rule("never-ran", "excluded", "the job was cancelled in the queue, or still waits: it has no run"),
    Rule("still-running", "excluded", "the job has a start and no end: how long it ran is unknown"),
    Rule("run-unknown", "excluded", "the run time is missing"),
    Rule("run-negative", "excluded", "the run time is negative, or the end lies before the start"),
    Rule("cpu-only", "excluded", "the job of a GPU trace has no GPU"),
    Rule("size-unknown", "excluded", "the number of chips is missing"),
    Rule("size-not-positive", "excluded", "the number of chips is zero or negative"),
    # Jobs that are kept with a value put right.
    Rule("run-zero", "repaired", "a run of 0 s counts as 1 s"),
    Rule("run-above-request", "repaired", "the job ran longer than requested; the request is raised to the run"),
    Rule("request-not-positive", "repaired", "a requested time of 0 or below -1 counts as unknown"),
    Rule("size-from-request", "repaired", "the allocated number of chips is missing; the requested one stands for it"),
    Rule("start-for-submit", "repaired", "the submission is missing; the start stands for it"),
    Rule("start-before-submit", "repaired", "the start lies before the submission; the submission is set to it"),
    Rule("duration-recomputed", "repaired", "the file's duration is not end less start; end less start is used"),
    Rule("clock-change", "repaired", "end less start is an hour off the stated duration, which is used"),
    Rule("ambiguous-hour", "repaired", "the local time occurs twice in autumn; resolved by the job's other times"),
    Rule("missing-hour", "repaired", "the local time does not exist in spring; read as an hour later"),
    Rule("rounded", "repaired", "a time with a fraction of a second is rounded to the nearest second"),
    Rule("not-utf-8", "repaired", "the line is not UTF-8; each foreign byte is written as \\xNN"),
    Rule("repeated-id", "repaired", "a job id occurs again (requeued, or numbered anew); ~2, ~3 are added to it"),
    Rule("unsorted", "repaired", "a submission lies before an earlier line's; jobs are sorted, ties keep their order"),
    # What a sound file may have.
    Rule("retried", "noted", "the job has several attempts; their run times are added up", True),
    Rule("attempt-without-times", "noted", "an attempt lacks its start or its end and is not counted"),
    Rule("byte-order-mark", "noted", "the file begins with a byte order mark, which is skipped", True),
    Rule("crlf", "noted", "the lines end with CR LF", True),
)
BY_NAME: Final = {rule.name: rule for rule in RULES}


@dataclass(slots=True)
class Finding:
    """How often a rule applied, and the first line and value that it applied to."""

    rule: Rule
    count: int
    line: int
    value: str


class Findings:
    """Collects what the rules did while a file is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.by_rule: dict[str, Finding] = {}

    def add(self, rule: str, line: int, value: object, count: int = 1) -> None:
        """Count a rule; the lowest line that it is told of is the first."""
        found = self.by_rule.get(rule)
        if found is None:
            found = self.by_rule[rule] = Finding(BY_NAME[rule], 0, line, _short(value))
        elif line < found.line:
            found.line, found.value = line, _short(value)
        found.count += count

    def refuse(self) -> None:
        """Raise the first fault of the file, if any rule applied that a sound file would not need."""
        faults = [found for found in self.by_rule.values() if not found.rule.ordinary]
        if faults:
            first = min(faults, key=lambda found: found.line)
            raise TraceError(f"{self.path}:{first.line}: {first.rule.name}: {first.rule.meaning}: {first.value}")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was read, what was kept, and what each rule did to the rest: rows = kept + excluded.

    Attributes
    ----------
    path, format : file as given, and the format that it was read as
    rows : records in the file (comments, headers and blank lines are none)
    kept : jobs of the trace
    findings : rules that applied, in the order of `RULES`
    header : what the file says of itself (SWF header fields)
    notes : how the file was read, where there was a choice
    """

    path: str
    format: str
    rows: int
    kept: int
    findings: tuple[Finding, ...]
    header: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    rules = RULES

    @property
    def excluded(self) -> int:
        """Rows that are not in the trace."""
        return sum(found.count for found in self.findings if found.rule.action == "excluded")

    def lines(self) -> list[str]:
        """Return one line per rule that applied: action, rule, how many, what it means, and the first case."""
        told = [f"{self.path}: {note}" for note in self.notes]
        told += [
            f"{self.path}:{found.line}: {found.rule.action} {found.count:,} ({found.rule.name}): "
            f"{found.rule.meaning}; first: {found.value}"
            for found in self.findings
        ]
        return told

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "path": self.path,
            "format": self.format,
            "rows": self.rows,
            "kept": self.kept,
            "excluded": self.excluded,
            "rules": [
                {
                    "rule": found.rule.name,
                    "action": found.rule.action,
                    "count": found.count,
                    "line": found.line,
                    "value": found.value,
                    "meaning": found.rule.meaning,
                }
                for found in self.findings
            ],
            "header": self.header,
            "notes": list(self.notes),
        }


LONGEST_VALUE: Final = 80


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
