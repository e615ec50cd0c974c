"""The reader of YAML: values, and the line and column of each, against a writer that notes where it puts them."""

from __future__ import annotations

import io
import json
import string
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gortyn.io.document import Document, Mark, PathKey, dotted, parse, parse_value
from gortyn.io.faults import Located, ScenarioError

T = TypeVar("T")

# Bare, these are no words.
NO_WORDS = ("null", "true", "false")
WORDS = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
# Every character that YAML can hold: no control characters, no lone surrogates, no byte order mark.
TEXTS = st.text(
    st.characters(
        min_codepoint=32, exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\ufffe\uffff"
    ),
    max_size=20,
)
SCALARS = st.one_of(
    TEXTS,
    WORDS,
    st.sampled_from(
        ["NO", "on", "yes", "null", "1e3", "2027-06-01", "#", "a #b", "'", '"', "- x", "a: b", "[", "", "22:30"]
    ),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.dates(min_value=date(1000, 1, 1)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(WORDS, VALUES, max_size=5)


class Writer:
    """A plain emitter that remembers where it put each key and value."""

    def __init__(self, choose: Any) -> None:
        self.choose = choose
        self.text = ""
        self.marks: dict[PathKey, Mark] = {}
        self.keys: dict[PathKey, Mark] = {}

    def here(self) -> Mark:
        return Mark(self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n"))

    def comment(self) -> None:
        self.text += self.choose(["\n", "  # 'a comment': {\n", "\n\n", "\n# a line of its own\n"])

    def block(self, value: Any, path: PathKey, indent: int) -> None:
        """Write what follows a `key:` or a dash, with the line break at its end."""
        if isinstance(value, dict) and value and self.choose([True, False]):
            self.comment()
            self.mapping(value, path, indent + self.choose([1, 2, 4]))
        elif isinstance(value, tuple) and value and self.choose([True, False]):
            self.comment()
            self.sequence(value, path, indent + self.choose([1, 2]))
        else:
            self.text += self.choose([" ", "  "])
            self.flow(value, path)
            self.comment()

    def mapping(self, value: dict[str, Any], path: PathKey, indent: int) -> None:
        for number, (key, item) in enumerate(value.items()):
            self.text += " " * indent
            if number == 0:
                self.marks[path] = self.here()
            self.key(key, path)
            self.block(item, (*path, key), indent)

    def sequence(self, value: tuple[Any, ...], path: PathKey, indent: int) -> None:
        for number, item in enumerate(value):
            self.text += " " * indent
            if number == 0:
                self.marks[path] = self.here()
            self.text += "-"
            self.block(item, (*path, number), indent + 1)

    def key(self, key: str, path: PathKey) -> None:
        self.keys[*path, key] = self.here()
        self.text += json.dumps(key) if key in NO_WORDS or self.choose([True, False]) else key
        self.text += ":"

    def flow(self, value: Any, path: PathKey) -> None:
        self.marks[path] = self.here()
        if isinstance(value, dict):
            self.text += "{"
            for number, (key, item) in enumerate(value.items()):
                self.text += ", " if number else ""
                self.key(key, path)
                self.text += " "
                self.flow(item, (*path, key))
            self.text += "}"
        elif isinstance(value, tuple):
            self.text += "["
            for number, item in enumerate(value):
                self.text += ", " if number else ""
                self.flow(item, (*path, number))
            self.text += "]"
        elif isinstance(value, date):
            self.text += value.isoformat()
        else:
            # JSON escapes what lies beyond 16 bits as two halves; YAML has another escape for it.
            halves = isinstance(value, str) and any(ord(character) > 0xFFFF for character in value)
            self.text += json.dumps(value, ensure_ascii=not halves and self.choose([True, False]))


@settings(max_examples=40)
@given(DOCUMENTS.filter(lambda data: data), st.data())
def test_values_and_places_of_any_document(data: dict[str, Any], draws: st.DataObject) -> None:
    writer = Writer(lambda options: draws.draw(st.sampled_from(options)))
    writer.comment()
    writer.mapping(data, (), 0)
    document = parse(writer.text, "f.yaml")
    assert document.data == data
    assert {path: type(value) for path, value in leaves(document.data)} == {p: type(v) for p, v in leaves(data)}
    assert document.marks == writer.marks
    assert document.keys == writer.keys


def leaves(value: Any, path: PathKey = ()) -> list[tuple[PathKey, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
    below = [leaf for key, item in items for leaf in leaves(item, (*path, key))]
    return below or [(path, value)]


@settings(max_examples=40)
@given(DOCUMENTS)
def test_what_the_library_writes_is_read_back(data: dict[str, Any]) -> None:
    text, yaml = io.StringIO(), YAML(typ="safe", pure=True)
    yaml.default_flow_style = False  # in flow style the library writes ':0' as what it cannot read
    yaml.dump(json_lists(data), text)
    assert parse(text.getvalue(), "f.yaml").data == data


def json_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: json_lists(item) for key, item in value.items()}
    return [json_lists(item) for item in value] if isinstance(value, tuple) else value


SYNTAX = st.text(st.sampled_from("abN09 \n\t:#-?,[]{}&*!|>'\"%@`\\.~=<+eE_xo\u00e9\u2028\x00\ufeff"), max_size=60)


@given(st.text() | SYNTAX)
@example("a: !!int ''")
@example("a: !!bool maybe")
@example("a: !!timestamp x")
@example("a: !!float x")
@example("? [a]\n: b")
@example("? &a {}\n: *a")
@example("&a a: *a")
@example("a: &x 1\nb: &x 2\nc: *x")
@example("%YAML 9.9\n---\na: 1")
@example("a: 1e999999")
@example("a: !!binary x")
@example("\ufeffa: 1")
@example("a: 0o8\nb: 0x\nc: 1_000\nd: 9999-99-99")
@example("? |\n  x\n: y")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a ScenarioError with places inside the text comes out."""
    document, faults = attempt(lambda: parse(text, "f.yaml"))
    places = [fault.place.split(":") for fault in faults]
    marks = [(int(line), int(column)) for _, line, column in places]
    if document is not None:
        assert isinstance(document.data, dict)
        marks = [*document.marks.values(), *document.keys.values()]
    lines = text.count("\n") + text.count("\r") + 1
    assert marks
    assert all(1 <= line <= lines and 1 <= column <= len(text) + 1 for line, column in marks)
    assert all(name == "f.yaml" for name, _, _ in places)
    assert not any("\n" in fault.message for fault in faults)


def attempt(read: Callable[[], T]) -> tuple[T | None, tuple[Located, ...]]:
    """What was read, or the faults."""
    try:
        return read(), ()
    except ScenarioError as error:
        return None, error.faults


@settings(max_examples=60)
@given(st.text() | SYNTAX)
def test_any_value_of_an_override_is_read_or_refused(text: str) -> None:
    value, faults = attempt(lambda: parse_value(text))
    assert value is None or not faults


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("country: NO", "NO"),
        ("country: no", "no"),
        ("scheduler: on", "on"),
        ("value: yes", "yes"),
        ("budget: 3e9", 3e9),
        ("budget: 3E9", 3e9),
        ("clock: 22:30", "22:30"),
        ("chips: 100_000", 100_000),
        ("mask: 0o17", 15),
        ("mask: 017", 17),
        ("flag: true", True),
        ("nothing: ~", None),
        ("start: 2027-06-01", date(2027, 6, 1)),
        ("start: '2027-06-01'", "2027-06-01"),
        ("text: >-\n  two\n  lines", "two lines"),
        ("list: [1, [2, 3]]", (1, (2, 3))),
    ],
)
def test_yaml_1_2(text: str, value: Any) -> None:
    """The words of YAML 1.1 (on, no, 22:30 in base sixty, octal 017) are no traps."""
    (found,) = parse(text, "f.yaml").data.values()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("a: 1  # source: x", "source: x"),
        ("a: 1 #source: x", "source: x"),
        ("a: 1", ""),
        ("a: b#c", ""),
        ("a: 'b # c'", ""),
        ('a: "b # c"  # d', "d"),
        ("a: it's  # d's", "d's"),
        ("a: {b: 1}\n# below: not this", ""),
        ("a: 'it''s # b'  # c", "c"),
        ("a: {b: 1, c: '#'}  # d # e", "d # e"),
        ("a: [1,  # first\n  2]  # second", "first"),
        ("a: >-  # header\n  text # no comment", "header"),
        ("a: 'two # no\n  lines'  # yes", ""),
        ("a: &x {b: 1}  # anchored", "anchored"),
        ("a:  # of a mapping\n  b: 1  # other", "other"),
    ],
)
def test_comment_at_the_end_of_the_line(line: str, comment: str) -> None:
    document = parse(f"# above: not this\n{line}\n", "f.yaml")
    path = ("a", "b") if isinstance(document.data["a"], dict) else ("a",)
    assert document.comment(path) == comment


def test_a_line_full_of_quotes_takes_no_time() -> None:
    assert parse("a: x" + "'x" * 20_000 + "  # end", "f.yaml").comment(("a",)) == "end"


def test_crlf_and_cr_count_as_one_line_each() -> None:
    for end in ("\n", "\r\n", "\r"):
        document = parse(end.join(["a: 1  # one", "b:", "  c: 2  # two", ""]), "f.yaml")
        assert document.marks["b", "c"] == (3, 6)
        assert document.comment(("b", "c")) == "two"


def test_an_alias_stands_where_its_anchor_does_but_is_a_value_of_its_own() -> None:
    document = parse("a: &x {n: 1}\nb: *x\n", "f.yaml")
    assert document.marks["b", "n"] == document.marks["a", "n"] == (1, 11)
    document.data["b"]["n"] = 2
    assert document.data["a"]["n"] == 1


def test_an_anchor_may_be_set_anew() -> None:
    assert parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "f.yaml").data == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_place_of_what_is_not_there_is_the_mapping_above() -> None:
    document = parse("a:\n  b:\n    c: 1\n", "f.yaml")
    assert document.place(("a", "b", "missing")) == "f.yaml:3:5"
    assert document.place(("a", "b", "missing", "deeper")) == "f.yaml:3:5"
    assert document.place(("missing",)) == "f.yaml:1:1"
    assert document.place(("a", "b"), key=True) == "f.yaml:2:3"


def test_all_faults_of_the_text_come_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("a: 1\na: 2\nb: !x 3\n4: 5\nc: 2027-13-01\n", "f.yaml")
    places = [(fault.place, fault.path) for fault in caught.value.faults]
    assert places == [("f.yaml:2:1", "a"), ("f.yaml:3:4", "b"), ("f.yaml:4:1", ""), ("f.yaml:5:4", "c")]


def test_comment_of_a_value_that_is_not_in_the_file() -> None:
    assert Document("f.yaml", {}, {}, {}, {1: "x"}).comment(("a",)) == ""


def test_dotted() -> None:
    assert dotted(("sites", 0, "grid")) == "sites.0.grid"
