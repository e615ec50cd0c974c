"""The file format: what the reader takes, and that it names the place and the fault of what it refuses."""

from __future__ import annotations

import csv
import io
import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import EVIDENCE, CatalogueError, Source
from gortyn.catalogue.reader import FACT_HEADER, read_facts, read_sources

HEADER = ",".join(FACT_HEADER)
SOURCES = {key: Source(key, f"Title of {key}", "", "2024") for key in ("ecb", "iea-2024")}
GOOD = {
    "entry": "H100",
    "field": "tdp_w",
    "value": "700",
    "unit": "W",
    "low": "650",
    "high": "720.5",
    "date": "2024-05-01",
    "evidence": "published",
    "source": "ecb",
    "note": "",
}


def row(**changes: str) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow({**GOOD, **changes}.values())
    return file.getvalue()


def read(*rows: str):
    return read_facts(f"{HEADER}\n" + "".join(rows), "chips.csv", "chips", SOURCES)


def test_a_row_becomes_a_fact():
    fact = read(row(source="ecb; iea-2024", note="first,\nsecond"))["H100"]["tdp_w"]
    assert (fact.key, fact.value, fact.unit, fact.low, fact.high) == ("chips/H100/tdp_w", 700.0, "W", 650.0, 720.5)
    assert (fact.date, fact.evidence, fact.note, fact.conflicts) == ("2024-05-01", "published", "first,\nsecond", ())
    assert fact.citations == (SOURCES["ecb"], SOURCES["iea-2024"])


def test_later_rows_of_a_field_are_conflicts_of_the_first():
    fact = read(row(), row(value="1000", low="", high=""), row(field="memory_gb"), row(value="690"))["H100"]["tdp_w"]
    assert fact.value == 700.0
    assert [other.value for other in fact.conflicts] == [1000.0, 690.0]
    assert all(other.key == fact.key and not other.conflicts for other in fact.conflicts)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit": ""}, "unit is missing"),
        ({"source": ""}, "source is missing"),
        ({"date": ""}, "date is missing"),
        ({"value": ""}, "value is missing"),
        ({"value": "   "}, "value is missing"),
        ({"evidence": ""}, "evidence is missing"),
        ({"entry": ""}, "entry is missing"),
        ({"field": ""}, "field is missing"),
        ({"source": "ecb;nobody"}, "source 'nobody' is not in sources.csv"),
        ({"source": "ecb;"}, "source '' is not in sources.csv"),
        ({"evidence": "sure"}, "evidence 'sure' is not one of published"),
        ({"value": "NaN"}, "value 'NaN' is not a finite number"),
        ({"value": "-inf"}, "value '-inf' is not a finite number"),
        ({"value": "1e999"}, "value '1e999' is not a finite number"),
        ({"value": "7OO"}, "value '7OO' does not go with unit 'W'"),
        ({"value": "1,000"}, "value '1,000' does not go with unit 'W'"),
        ({"value": "700", "unit": "text"}, "value '700' does not go with unit 'text'"),
        ({"low": "701"}, "value 700 lies outside its low 701"),
        ({"high": "699"}, "value 700 lies outside its high 699"),
        ({"low": "some"}, "low 'some' is not a finite number"),
        ({"high": "nan"}, "high 'nan' is not a finite number"),
        ({"value": "NVIDIA", "unit": "text"}, "low stands beside a text value"),
        ({"date": "May 2024"}, "date 'May 2024' is not YYYY"),
        ({"date": "2024-13"}, "date '2024-13' is not YYYY"),
        ({"entry": "H100 SXM"}, "entry 'H100 SXM' has a space or a slash"),
        ({"entry": "a/b"}, "entry 'a/b' has a space or a slash"),
        ({"field": "TDP"}, "field 'TDP' is not snake_case"),
    ],
)
def test_a_broken_row_is_named(changes: dict[str, str], said: str):
    with pytest.raises(CatalogueError) as error:
        read(row(), row(field="memory_gb", note="two\nlines"), row(**changes), row(field="release_year"))
    # The header is line 1 and a note above holds a line break, so the third row starts on line 5.
    assert all(line.startswith("chips.csv:5: ") for line in str(error.value).splitlines())
    assert said in str(error.value)


def test_all_faults_of_a_file_are_named_at_once():
    with pytest.raises(CatalogueError) as error:
        read(row(unit=""), row(date="", source=""), row(field="memory_gb"), row(evidence="sure", source="nobody"))
    places = [line.split(": ")[0] for line in str(error.value).splitlines()]
    assert places == ["chips.csv:2", "chips.csv:3", "chips.csv:3", "chips.csv:5", "chips.csv:5"]


def test_a_conflict_in_another_unit_is_refused():
    with pytest.raises(CatalogueError, match=r"^chips.csv:3: H100/tdp_w: unit 'kW' differs from 'W'"):
        read(row(), row(unit="kW"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "chips.csv:1: empty"),
        ("entry,field,value\n", "chips.csv:1: header is 'entry,field,value'"),
        (row(), "chips.csv:1: header is"),
        (f"{HEADER}\nH100,tdp_w,700\n", "chips.csv:2: 3 columns, expected 10"),
        (f"{HEADER}\n\n", "chips.csv:2: 0 columns, expected 10"),
        (f'{HEADER}\n"H100"x,tdp_w\n', "chips.csv:2: not RFC 4180"),
        (f'{HEADER}\n{row()}"open,1\n', "chips.csv:3: not RFC 4180"),
    ],
)
def test_a_broken_file_is_named(text: str, said: str):
    with pytest.raises(CatalogueError) as error:
        read_facts(text, "chips.csv", "chips", SOURCES)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sources.csv:1: empty"),
        ("key,title\n", "sources.csv:1: header is"),
        ("Two Words,Title,,2024\n", "sources.csv:2: key 'Two Words' is not kebab-case"),
        ("ecb,,,2024\n", "sources.csv:2: source 'ecb' has no citation"),
        ("ecb,Title,,\n", "sources.csv:2: source 'ecb' has no date"),
        ("ecb,Title,,2024\necb,Title,,2024\n", "sources.csv:3: source 'ecb' is given twice"),
    ],
)
def test_a_broken_source_is_named(text: str, said: str):
    header = "" if said.startswith("sources.csv:1") else "key,citation,url,date\n"
    with pytest.raises(CatalogueError) as error:
        read_sources(header + text, "sources.csv")
    assert str(error.value).startswith(said)


finite = st.floats(allow_nan=False, allow_infinity=False)
label = st.text(string.ascii_letters + string.digits + "-.+", min_size=1)
snake = st.from_regex(r"[a-z][a-z0-9_]*", fullmatch=True)
# Surrounding blanks are trimmed, and carriage returns belong to the line ends of a CSV file.
prose = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])).map(str.strip)


@st.composite
def numeric_rows(draw: st.DrawFn) -> dict[str, str]:
    low, value, high = sorted(draw(st.tuples(finite, finite, finite)))
    return {
        "entry": draw(label),
        "field": draw(snake),
        "value": repr(value),
        "unit": draw(st.sampled_from(["1", "W", "EUR/MWh"])),
        "low": draw(st.sampled_from(["", repr(low)])),
        "high": draw(st.sampled_from(["", repr(high)])),
        "date": draw(st.dates()).isoformat(),
        "evidence": draw(st.sampled_from(EVIDENCE)),
        "source": draw(st.sampled_from(["ecb", "iea-2024", "ecb;iea-2024"])),
        "note": draw(prose),
    }


@given(st.lists(numeric_rows(), unique_by=lambda one: (one["entry"], one["field"])))
def test_what_is_written_is_read(rows: list[dict[str, str]]):
    facts = read(*(row(**one) for one in rows))
    assert sum(map(len, facts.values())) == len(rows)
    for one in rows:
        fact = facts[one["entry"]][one["field"]]
        assert fact.number == float(one["value"])
        assert [fact.low, fact.high] == [float(one[bound]) if one[bound] else None for bound in ("low", "high")]
        assert [fact.unit, fact.date, fact.evidence, fact.note] == [
            one[column] for column in ("unit", "date", "evidence", "note")
        ]


@given(st.text())
def test_any_text_is_read_or_refused_with_its_place(text: str):
    try:
        facts = read_facts(f"{HEADER}\n{text}", "chips.csv", "chips", SOURCES)
    except CatalogueError as error:
        places = [line.partition(":")[0] for line in str(error).splitlines()]
    else:
        places = []
        assert all(fact.unit and fact.citations for fields in facts.values() for fact in fields.values())
    assert set(places) <= {"chips.csv"}


@given(st.text(string.digits + "+-.eE_ infa\u0131\u0663", min_size=1))
def test_a_number_is_read_as_python_reads_it_or_is_no_number(text: str):
    try:
        fact = read(row(value=text, low="", high=""))["H100"]["tdp_w"]
    except CatalogueError:
        return
    assert math.isfinite(fact.number)
    assert fact.number == float(text)
