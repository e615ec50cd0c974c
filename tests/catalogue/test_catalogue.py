"""Looking facts up: names and suggestions, search, and the record of what was read."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from gortyn.catalogue import Catalogue, CatalogueError, UnknownEntry, load
from gortyn.catalogue.reader import FACT_HEADER

HEADER = ",".join(FACT_HEADER) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.csv").write_text(
        "key,citation,url,date\nnasa,NASA planetary fact sheet,,2023\nmem,Remembered,,2024\n", encoding="utf-8"
    )
    (tmp_path / "planets.csv").write_text(
        HEADER
        + "Mars,radius_km,3390,km,,,2023,published,nasa,\n"
        + "Mars,radius_km,3397,km,,,2024,unverified,mem,equatorial\n"
        + "Mars,god,Ares,text,,,2023,published,nasa,of war\n"
        + "Venus,radius_km,6052,km,,,2023,published,nasa,\n",
        encoding="utf-8-sig",
    )
    (tmp_path / "moons.csv").write_text(
        HEADER + "Phobos,planet,Mars,text,,,2023,published,nasa,radius of 11 km\n", encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def planets(folder: Path) -> Catalogue:
    return load(folder)


def test_names_are_given_in_order(planets: Catalogue):
    assert planets.kinds() == ("moons", "planets")
    assert planets.entries("planets") == ("Mars", "Venus")
    assert list(planets.entry("planets", "Mars")) == ["radius_km", "god"]
    assert [fact.key for fact in planets.facts()] == [
        "moons/Phobos/planet",
        "planets/Mars/radius_km",
        "planets/Mars/god",
        "planets/Venus/radius_km",
    ]


def test_entries_cannot_be_changed(planets: Catalogue):
    with pytest.raises(TypeError):
        planets.entry("planets", "Mars")["god"] = planets.fact("planets", "Mars", "radius_km")  # type: ignore[index]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (("planet", "Mars", "god"), "no kind 'planet' in the catalogue; did you mean 'planets'?"),
        (("planets", "mars", "god"), "no entry 'mars' in planets; did you mean 'Mars'?"),
        (("planets", "Jupiter", "god"), "no entry 'Jupiter' in planets"),
        (("planets", "Mars", "radius"), "no field 'radius' in planets/Mars; did you mean 'radius_km'?"),
    ],
)
def test_a_wrong_name_gets_the_nearest(planets: Catalogue, where: tuple[str, str, str], said: str):
    with pytest.raises(UnknownEntry) as error:
        planets.fact(*where)
    assert str(error.value) == said
    assert isinstance(error.value, KeyError)


def test_suggest(planets: Catalogue):
    assert planets.suggest("planets", "Venis") == "Venus"
    assert planets.suggest("planets", "Betelgeuse") is None


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("MARS radius", ["planets/Mars/radius_km", "moons/Phobos/planet"]),
        ("ares", ["planets/Mars/god"]),
        ("of war", ["planets/Mars/god"]),
        ("equatorial", ["planets/Mars/radius_km"]),
        ("remembered", ["planets/Mars/radius_km"]),
        ("nasa 6052", ["planets/Venus/radius_km"]),
        ("mars venus", []),
    ],
)
def test_search_wants_every_word_and_puts_names_first(planets: Catalogue, query: str, keys: list[str]):
    assert [fact.key for fact in planets.search(query)] == keys


def test_an_empty_query_gives_everything(planets: Catalogue):
    assert set(planets.search("")) == set(planets.facts())


def test_a_lookup_remembers_what_was_read(planets: Catalogue):
    facts = planets.lookup()
    assert facts.catalogue is planets
    assert facts.used == ()
    assert facts.number("planets", "Venus", "radius_km") == 6052
    assert facts.text("planets", "Mars", "god") == "Ares"
    assert facts.get_number("planets", "Mars", "radius_km") == 3390
    assert facts.number("planets", "Venus", "radius_km") == 6052
    assert [fact.key for fact in facts.used] == [
        "planets/Mars/god",
        "planets/Mars/radius_km",
        "planets/Venus/radius_km",
    ]
    assert planets.lookup().used == ()


def test_where_the_catalogue_is_silent_nothing_is_recorded(planets: Catalogue):
    facts = planets.lookup()
    assert facts.get_number("planets", "Venus", "mass_kg") is None
    assert facts.get_number("planets", "Pluto", "radius_km") is None
    with pytest.raises(UnknownEntry):
        facts.get_number("stars", "Sun", "radius_km")
    with pytest.raises(UnknownEntry):
        facts.number("planets", "Pluto", "radius_km")
    assert facts.used == ()


def test_text_and_number_are_not_mixed(planets: Catalogue):
    facts = planets.lookup()
    with pytest.raises(CatalogueError, match=r"planets/Mars/god is text \('Ares'\), not a number"):
        facts.number("planets", "Mars", "god")
    with pytest.raises(CatalogueError, match="planets/Mars/god is text"):
        facts.get_number("planets", "Mars", "god")
    with pytest.raises(CatalogueError, match="planets/Mars/radius_km is a number"):
        facts.text("planets", "Mars", "radius_km")


def test_a_directory_is_refused_whole(folder: Path):
    (folder / "stars.csv").write_text(HEADER + "Sun,radius_km,695700,,,,2023,published,nasa,\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^stars.csv:2: Sun/radius_km: unit is missing$"):
        load(folder)


def test_a_directory_needs_sources(folder: Path):
    (folder / "sources.csv").unlink()
    with pytest.raises(CatalogueError, match=r"sources.csv:1: not found"):
        load(folder)


def test_a_file_in_another_encoding_is_named(folder: Path):
    (folder / "stars.csv").write_bytes(f"{HEADER}Sun,name,Sól".encode("latin-1"))
    with pytest.raises(CatalogueError, match=r"^stars.csv:2: not UTF-8$"):
        load(folder)


def test_the_shipped_catalogue_is_made_once():
    assert load() is load()


def test_facts_travel_to_workers(planets: Catalogue):
    assert pickle.loads(pickle.dumps(planets.facts())) == planets.facts()


def test_importing_reads_nothing_and_needs_the_standard_library_only():
    code = (
        "import sys; before = set(sys.modules); import gortyn.catalogue as c; catalogue = c.load(); "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names); "
        "assert new == {'gortyn'}, new; assert not catalogue._read; catalogue.entries('grids'); "
        "assert set(catalogue._read) == {'grids'}"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
