"""This module owns the text of Slurm's files: logical lines, keys and values, lengths of time, lists of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gortyn.model.conversions import HOURS_PER_DAY, MIN_PER_HOUR, S_PER_MIN
from gortyn.slurm.names import SlurmError

MOST_LINES: Final = 10**6  # unit: lines
ENDLESS: Final = ("infinite", "unlimited", "-1")
WORD: Final = re.compile(r"""(?P<key>[A-Za-z][\w/]*)\s*(?P<sign>[-+]?=)\s*(?P<value>"[^"]*"|'[^']*'|\S*)""")
TIME: Final = re.compile(r"(?:(?P<days>\d+)-)?(?P<parts>\d+(?::\d+){0,2})")
RANGE: Final = re.compile(r"(\d+)(?:-(\d+))?")
MOST_DIGITS: Final = 9  # unit: digits of a node's number


class Note(NamedTuple):
    """Something that a reader has to be told about a line: what was not read, or how it was taken."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class Line(NamedTuple):
    """A logical line: those that a backslash continues joined, its comment taken off; numbered by its first."""

    number: int
    text: str


def logical_lines(text: str, file: str) -> Iterator[Line]:
    """Lines of a slurm.conf that say something.

    Raises
    ------
    SlurmError : the text holds a null character or more lines than any configuration.
    """
    if "\0" in text:
        raise SlurmError(f"{file}: is no text: it holds a null character")
    rows = text.removeprefix("\ufeff").splitlines()
    if len(rows) > MOST_LINES:
        raise SlurmError(f"{file}: has {len(rows):,} lines; at most {MOST_LINES:,} are read")
    begun, joined = 0, ""
    for number, row in enumerate(rows, start=1):
        begun = begun or number
        said = re.sub(r"(?<!\\)#.*", "", row).replace("\\#", "#")
        if said.rstrip().endswith("\\"):
            joined += said.rstrip()[:-1]
            continue
        joined += said
        if joined.strip():
            yield Line(begun, joined.strip())
        begun, joined = 0, ""
    if joined.strip():
        yield Line(begun, joined.strip())


def words(line: Line, file: str) -> tuple[list[tuple[str, str]], list[Note]]:
    """Keys (in lower case) and values of a line, and what of it is neither."""
    found, notes, end = [], [], 0
    for match in WORD.finditer(line.text):
        notes += _between(line, file, end, match.start())
        found.append((match["key"].casefold(), match["value"].strip("\"'")))
        end = match.end()
    notes += _between(line, file, end, len(line.text))
    return found, notes


def _between(line: Line, file: str, begin: int, end: int) -> list[Note]:
    rest = line.text[begin:end].strip()
    return [Note(file, line.number, f"{_quoted(rest)} is no key with a value; not read")] if rest else []


def _quoted(text: str) -> str:
    longest = 40  # unit: letters that a message repeats
    return repr(text if len(text) <= longest else text[:longest] + "…")


def seconds(text: str) -> int | None:
    """Length of a time limit or a half-life [s]; None where there is no limit.

    Formats as of slurm.conf(5): minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on.

    Raises
    ------
    ValueError : the text is no such time.

    >>> seconds("90"), seconds("7-0"), seconds("2-12:30:00"), seconds("UNLIMITED")
    (5400, 604800, 217800, None)
    """
    if text.casefold() in ENDLESS:
        return None
    match = TIME.fullmatch(text.strip())
    if match is None or len(text) > MOST_DIGITS * 2:
        message = f"{_quoted(text)} is no length of time"
        raise ValueError(message)
    parts = [int(part) for part in match["parts"].split(":")]
    if match["days"] is not None:
        hours, minutes, rest = [*parts, 0, 0][:3]
        hours += int(match["days"]) * HOURS_PER_DAY
    else:
        # Without days, the first part is minutes unless there are three.
        hours, minutes, rest = ([0, *parts, 0] if len(parts) < len("hms") else parts)[:3]
    return (hours * MIN_PER_HOUR + minutes) * S_PER_MIN + rest


def node_count(text: str) -> int:
    """How many nodes a list of Slurm names.

    Raises
    ------
    ValueError : a bracket or a range is broken.

    >>> node_count("gb300-[0001-0100,0200],login1"), node_count("rack[1-4]node[1-18]")
    (102, 72)
    """
    total = 0
    for name in _split(text):
        product = 1
        for inside in re.findall(r"\[([^]]*)\]", name):
            product *= sum(_length(part) for part in inside.split(","))
        if "[" in re.sub(r"\[[^][]*\]", "", name) or "]" in re.sub(r"\[[^][]*\]", "", name):
            message = f"{_quoted(name)} has a bracket too many or too few"
            raise ValueError(message)
        total += product
    return total


def _split(text: str) -> Iterator[str]:
    """Names of a list that commas outside of brackets separate."""
    depth, name = 0, ""
    for letter in text:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            if name:
                yield name
            name = ""
        else:
            name += letter
    if name:
        yield name


def _length(part: str) -> int:
    match = RANGE.fullmatch(part)
    if match is None or max(map(len, part.split("-"))) > MOST_DIGITS:
        message = f"{_quoted(part)} is no range of nodes"
        raise ValueError(message)
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        message = f"{_quoted(part)} is a range that ends before it begins"
        raise ValueError(message)
    return last - first + 1
