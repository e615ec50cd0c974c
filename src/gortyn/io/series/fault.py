"""This module owns what is said of a file of hourly values: why it cannot be used, and what was put right in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gortyn.model.conversions import MIN_PER_HOUR, S_PER_MIN

LONGEST_QUOTE: Final = 60


class SeriesError(Exception):
    """A file that cannot be used; the text names the file, the line where there is one, and what is wrong."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {message}")

    @classmethod
    def said(cls, text: str) -> SeriesError:
        """Return an error whose text names its file already."""
        error = cls.__new__(cls)
        Exception.__init__(error, text)
        return error


def moment(minute: int) -> str:
    """Return minutes since 1970 as a date and time of UTC.

    >>> moment(28_401_120)
    '2024-01-01 00:00'
    """
    return f"{datetime.fromtimestamp(minute * S_PER_MIN, UTC):%Y-%m-%d %H:%M}"


def moment_of_hour(hour: int) -> str:
    """Return hours since 1970 as a date and time of UTC."""
    return moment(hour * MIN_PER_HOUR)


def counted(count: int, noun: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "row"), counted(8759, "hour")
    ('1 row', '8,759 hours')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def quoted(text: str) -> str:
    """Return a piece of a file as a message shows it."""
    return f"'{text}'" if len(text) <= LONGEST_QUOTE else f"'{text[:LONGEST_QUOTE]}…'"
