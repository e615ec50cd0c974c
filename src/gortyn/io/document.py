"""This module owns the seam between YAML text and plain data: values, and the line and column of each.

YAML 1.2 as ruamel reads it, so that `NO` is Norway and `3e9` a number. Sequences become tuples, which is what the
frozen scenario types hold. Every fault of the text that can be found is found in one pass.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, Event, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from gortyn.io.faults import Located, ScenarioError, kind_of, shortened, yaml_message

# Far above any scenario, and low enough that the worst text of this size is refused within seconds.
MAX_BYTES = 500_000
MAX_DEPTH = 30
MAX_NODES = 20_000
TAG = "tag:yaml.org,2002:"
LINE_BREAK = r"\r\n|\r|\n"
SCALARS = {f"{TAG}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}

PathKey = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in the file, counted from 1."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file.

    data: the root mapping as plain values. marks: where the value of each path stands. keys: where its key stands.
    comments: the comment at the end of each line, by line.
    """

    name: str
    data: dict[str, Any]
    marks: dict[PathKey, Mark]
    keys: dict[PathKey, Mark]
    comments: dict[int, str]

    def place(self, path: PathKey, *, key: bool = False) -> str:
        """Return `file:line:col` of a path, or of the nearest mapping above it that is in the file."""
        table = self.keys if key else self.marks
        while path and path not in table:
            path, table = path[:-1], self.marks
        mark = table.get(path, START)
        return f"{self.name}:{mark.line}:{mark.column}"

    def comment(self, path: PathKey) -> str:
        """Return the comment at the end of the line that holds the value of a path, or an empty text."""
        mark = self.marks.get(path)
        return self.comments.get(mark.line, "") if mark else ""


def read(path: Path, name: str | None = None) -> Document:
    """Read and parse a scenario file.

    Raises
    ------
    ScenarioError : the file cannot be read, is no UTF-8, too large, or its YAML is broken; every fault with its place.
    """
    name = name or str(path)
    try:
        size = path.stat().st_size
        if path.is_file() and size > MAX_BYTES:
            raise _fault(name, f"is {size:,} bytes; a scenario has at most {MAX_BYTES:,}")
        with path.open("rb") as file:  # a device has no size and may have no end
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _fault(name, "no such file") from None
    except IsADirectoryError:
        raise _fault(name, "is a directory, not a scenario file") from None
    except OSError as error:
        raise _fault(name, f"cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise _fault(name, f"is not UTF-8: byte 0x{raw[error.start]:02x}", Mark(line, column)) from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Parse the text of a scenario; `name` is what faults call the file.

    Raises
    ------
    ScenarioError : the YAML is broken or is no mapping; every fault that can be found, with its place.
    """
    root, comments = _compose(text, name)
    if not isinstance(root, MappingNode):
        what = "empty" if root is None else "a list" if isinstance(root, SequenceNode) else "a single value"
        raise _fault(name, f"must be a mapping of keys to values, is {what}")
    walk = _Walk(name)
    data = walk.value(root, ())
    if walk.faults:
        raise ScenarioError(walk.faults)
    return Document(name, data, walk.marks, walk.keys, comments)


def parse_value(text: str, name: str = "--set") -> Any:
    """Return the value of one YAML scalar or flow collection, as `--set` takes it.

    Raises
    ------
    ScenarioError : the text is no YAML.

    >>> parse_value("3e9"), parse_value("NO"), parse_value("[1, 2]")
    (3000000000.0, 'NO', (1, 2))
    """
    root, _ = _compose(text, name)
    walk = _Walk(name)
    value = None if root is None else walk.value(root, ())
    if walk.faults:
        raise ScenarioError(walk.faults)
    return value


def _compose(text: str, name: str) -> tuple[Node | None, dict[int, str]]:
    """Return the root node of a text and the comment at the end of each line."""
    if len(text) > MAX_BYTES:
        raise _fault(name, f"is {len(text):,} characters; a scenario has at most {MAX_BYTES:,}")
    try:
        comments = _comments(text, _events(text, name))
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False  # YAML allows an anchor to be set anew
        return yaml.compose(text), comments
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        mark, message = yaml_message(error)
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        raise _fault(name, f"is no valid YAML: {message}", place) from None
    except ReaderError as error:
        lines = re.split(LINE_BREAK, text[: error.position])
        message = f"is no valid YAML: control character #x{ord(text[error.position]):02x}"
        raise _fault(name, message, Mark(len(lines), len(lines[-1]) + 1)) from None
    except (YAMLError, ValueError) as error:
        raise _fault(name, f"is no valid YAML: {shortened(str(error).splitlines()[0])}") from None


def _fault(name: str, message: str, mark: Mark = START) -> ScenarioError:
    return ScenarioError([Located(f"{name}:{mark.line}:{mark.column}", "", message)])


def _events(text: str, name: str) -> Iterable[Event]:
    """Yield the events of a text; refuse nesting that would exhaust the stack before anything recursive sees it."""
    depth = 0
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_NODES:
            what = f"nests deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else f"has over {MAX_NODES:,} values"
            raise _fault(name, what, Mark(event.start_mark.line + 1, event.start_mark.column + 1))
        yield event


def _comments(text: str, events: Iterable[Event]) -> dict[int, str]:
    """Return the comment at the end of each line that has one: what follows a `#` behind the last value of the line."""
    ends: dict[int, int] = {}
    for event in events:
        start, end = event.start_mark, event.end_mark
        if end.index == start.index:  # the end of an indented block has no text; at the end of a file it stands there
            continue
        if isinstance(event, ScalarEvent) and end.line > start.line:
            if event.style in ("|", ">"):
                end = start  # the header of a block can be followed by a comment, its text cannot
            else:
                ends[start.line] = sys.maxsize
        ends[end.line] = max(ends.get(end.line, 0), end.column)
    comments: dict[int, str] = {}
    for number, line in enumerate(re.split(LINE_BREAK, text)):
        if match := re.search(r"(?:^|\s)#\s?(.*)", line[ends.get(number, 0) :]):
            comments[number + 1] = match[1].strip()
    return comments


@dataclass(slots=True)
class _Walk:
    """One pass over the nodes that builds data, places and faults."""

    name: str
    marks: dict[PathKey, Mark] = field(default_factory=dict)
    keys: dict[PathKey, Mark] = field(default_factory=dict)
    faults: list[Located] = field(default_factory=list)
    nodes: int = 0
    open_nodes: list[Node] = field(default_factory=list)
    yaml: YAML = field(default_factory=lambda: YAML(typ="safe", pure=True))

    def value(self, node: Node, path: PathKey) -> Any:
        mark = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
        self.marks[path] = mark
        self.nodes += 1
        if self.nodes > MAX_NODES:  # aliases can multiply a small text
            raise _fault(self.name, f"has over {MAX_NODES:,} values once its aliases are followed", mark)
        if any(node is above for above in self.open_nodes):
            self._add(mark, path, "an alias that holds itself")
            return None
        if len(self.open_nodes) > MAX_DEPTH:  # aliases can nest a flat text
            raise _fault(self.name, f"nests deeper than {MAX_DEPTH} levels once its aliases are followed", mark)
        if isinstance(node, ScalarNode):
            return self._scalar(node, path, mark)
        if node.tag not in (f"{TAG}map", f"{TAG}seq"):
            self._add(mark, path, _tag_message(node.tag))
            return None
        self.open_nodes.append(node)
        try:
            if isinstance(node, SequenceNode):
                return tuple(self.value(child, (*path, index)) for index, child in enumerate(node.value))
            return self._mapping(node, path)
        finally:
            self.open_nodes.pop()

    def _mapping(self, node: Node, path: PathKey) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            key = key_node.value
            if key_node.tag == f"{TAG}merge":
                self._add(mark, path, "merge keys (<<) are not read; put an alias in place of the whole value")
                continue
            if key_node.tag != f"{TAG}str":
                what = f"'{shortened(key)}'" if isinstance(key_node, ScalarNode) else "a list or a mapping"
                self._add(mark, path, f"a key must be a word, is {what}")
                continue
            below = (*path, key)
            if key in data:
                self._add(mark, below, f"key is there already, in line {self.keys[below].line}")
                continue
            self.keys[below] = mark
            data[key] = self.value(value_node, below)
            if data[key] is None and value_node.start_mark.line > key_node.start_mark.line:
                self.marks[below] = mark  # an absent value stands where its key does, not where the next one begins
        return data

    def _scalar(self, node: ScalarNode, path: PathKey, mark: Mark) -> Any:
        if node.tag not in SCALARS:
            self._add(mark, path, _tag_message(node.tag))
            return None
        if re.search("[\ud800-\udfff]", node.value):
            self._add(mark, path, "holds half a surrogate pair, which no file can hold")
            return None
        try:
            return self.yaml.constructor.construct_object(node)
        except Exception as error:  # the library lets any error of a conversion through
            self._add(mark, path, f"cannot read {kind_of(node.value)}: {shortened(str(error).splitlines()[0])}")
            return None

    def _add(self, mark: Mark, path: PathKey, message: str) -> None:
        self.faults.append(Located(f"{self.name}:{mark.line}:{mark.column}", dotted(path), message))


def _tag_message(tag: str) -> str:
    return f"the tag {shortened(tag.replace(TAG, '!!'))} has no meaning in a scenario"


def dotted(path: PathKey) -> str:
    """Return a path as printed.

    >>> dotted(("sites", 0, "grid", "connection_mw"))
    'sites.0.grid.connection_mw'
    """
    return ".".join(str(part) for part in path)
