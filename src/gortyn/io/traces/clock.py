"""This module owns the dates and durations of trace files: with an offset, in a named zone, or on a local clock."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from gortyn.io.traces.report import Findings, TraceError
from gortyn.io.traces.rows import MISSING, UNKNOWN
from gortyn.model.conversions import S_PER_HOUR

EPOCH: Final = datetime(1970, 1, 1)
EPOCH_UTC: Final = EPOCH.replace(tzinfo=UTC)
ONE_S: Final = timedelta(seconds=1)
LAST_S: Final = (datetime.max - EPOCH) / ONE_S


class Times(NamedTuple):
    """Submission, start and end of a job in seconds since 1970, NaN where unknown."""

    submit: float
    start: float
    end: float


class Clock:
    """Reads the dates of one file and remembers whether they say their offset."""

    def __init__(self, path: Path, findings: Findings, zone: tzinfo | None) -> None:
        self.path = path
        self.findings = findings
        self.zone = zone
        self.offset_s: float | None = None
        self._kind = ""

    @property
    def local(self) -> bool:
        """The dates are on a local clock whose zone is not known."""
        return self._kind == "local"

    def times(self, submit: str, start: str, end: str, run_s: float, line: int) -> Times:
        """Read a job's dates; an hour that occurs twice is settled by their order and by the stated run time.

        Raises
        ------
        ValueError : a date that is none.
        TraceError : some dates of the file say an offset, others do not, and no zone is given.
        """
        submit_s, submit_later = self._read(submit, line)
        start_s, start_later = self._read(start, line)
        end_s, end_later = self._read(end, line)
        if start_later and start_s < submit_s:
            start_s += start_later
        if end_later and (end_s < start_s or end_s + end_later - start_s == run_s):
            end_s += end_later
        elif start_later and end_s - start_s - start_later == run_s:
            start_s += start_later
        if submit_later and start_later and submit_s + submit_later <= start_s:
            submit_s += submit_later  # both in the hour that occurs twice: the shorter wait
        return Times(submit_s, start_s, end_s)

    def run_of(self, times: Times, stated_s: float, line: int) -> float:
        """Run time: the stated one if known, else end less start.

        On a local clock an end that is an hour off the stated run time is counted as a change of the clock.
        """
        spanned = times.end - times.start
        if math.isnan(stated_s):
            return spanned
        if self.local and abs(spanned - stated_s) == S_PER_HOUR:
            self.findings.add("clock-change", line, f"end - start {spanned:.0f} s, stated {stated_s:.0f} s")
        return stated_s

    def _read(self, text: str, line: int) -> tuple[float, float]:
        """Seconds since 1970, and how many more they are if the hour that occurs twice is meant the second time."""
        text = text.strip()
        if text.lower() in MISSING:
            return UNKNOWN, 0.0
        if text.isdecimal():
            if float(text) > LAST_S:
                raise ValueError(f"no date: {text}")
            self._see("offset", 0.0)
            return float(text), 0.0
        moment = datetime.fromisoformat(text)
        if (offset := moment.utcoffset()) is not None:
            self._see("offset", offset / ONE_S)
            return (moment - EPOCH_UTC) / ONE_S, 0.0
        if self.zone is None:
            self._see("local", None)
            return (moment - EPOCH) / ONE_S, 0.0
        return self._in_zone(moment, line)

    def _in_zone(self, moment: datetime, line: int) -> tuple[float, float]:
        early = self._offset(moment)
        late = self._offset(moment.replace(fold=1))
        self._see("offset", early)
        if early > late:
            self.findings.add("ambiguous-hour", line, moment)
        elif early < late:
            # The clock leaps over this hour; read with the offset before the leap it is an hour later.
            self.findings.add("missing-hour", line, moment)
        return (moment - EPOCH) / ONE_S - early, max(early - late, 0.0)

    def _offset(self, moment: datetime) -> float:
        return moment.replace(tzinfo=self.zone).utcoffset() / ONE_S  # pyright: ignore[reportOptionalOperand]

    def _see(self, kind: str, offset_s: float | None) -> None:
        if not self._kind:
            self._kind, self.offset_s = kind, offset_s
        elif self._kind != kind:
            raise TraceError(
                f"{self.path}: some dates say their offset and some do not; give the time zone of the rest"
            )


def offset_s_of(zone: tzinfo, seconds: float) -> float:
    """Offset of a zone's clock from UTC [s] at an instant in seconds since 1970."""
    moment = (EPOCH_UTC + seconds * ONE_S).astimezone(zone)
    return moment.utcoffset() / ONE_S  # pyright: ignore[reportOptionalOperand]


@lru_cache(maxsize=2**14)
def duration_s(text: str) -> float:
    """Seconds of a Slurm duration ([D-]HH:MM:SS, MM:SS, D-HH); NaN where there is no limit or no value.

    Raises
    ------
    ValueError : anything else.

    >>> duration_s("1-02:03:04"), duration_s("10:30"), duration_s("UNLIMITED")
    (93784.0, 630.0, nan)
    """
    text = text.strip()
    if text.lower() in NO_LIMIT:
        return UNKNOWN
    days, dash, clock = text.rpartition("-")
    parts = [float(part) for part in clock.split(":")]
    if (dash and not days.isdecimal()) or len(parts) > 3 or any(part < 0 or not math.isfinite(part) for part in parts):
        raise ValueError(f"no duration: {text}")
    if dash:
        parts += [0.0] * (3 - len(parts))
    elif len(parts) == 1:
        parts = [0.0, parts[0], 0.0]  # a bare number counts minutes, as in a job script
    hours, minutes, seconds = [0.0] * (3 - len(parts)) + parts
    return (24 * float(int(days or 0)) + hours) * 3600 + minutes * 60 + seconds


NO_LIMIT: Final = MISSING | {"unlimited", "partition_limit", "invalid", "infinite", "-1"}
