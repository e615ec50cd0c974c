"""`gortyn advise` as typed: the answer, the same as JSON, and what is refused in one line."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from gortyn.advice import ReferenceLoad
from gortyn.advice.load import LEVEL, Group

TODAY = date.today()
SOON = (TODAY + timedelta(days=300)).isoformat()
ASKED = ("--model", "llama3-8b", "--tokens", "1e12", "--who", "start-up", "--country", "NO")


@pytest.fixture(autouse=True)
def load(monkeypatch) -> list[str]:
    """In place of the simulation: median waits of an hour at every size; collects the names of scenarios."""
    names: list[str] = []

    def simulate(resolved, *_) -> ReferenceLoad:
        names.append(resolved.scenario.name)
        waits = tuple(72.0 * percent for percent in range(101))
        groups = tuple(
            Group(LEVEL, level, enclave, octave, 100, waits)
            for level in ("standard", "urgent")
            for enclave in (False, True)
            for octave in range(14)
        )
        return ReferenceLoad(resolved.scenario.name, date(2028, 7, 1), 30, 4200, groups)

    monkeypatch.setattr("gortyn.io.reference_load.simulate", simulate)
    return names


@pytest.fixture
def ask(gortyn, small):
    """Ask at the small scenario; later words win over those that are always given."""

    def call(*words, on=small):
        given = dict(zip(ASKED[::2], ASKED[1::2], strict=True)) | dict(zip(words[::2], words[1::2], strict=False))
        typed = [word for pair in given.items() for word in pair]
        return gortyn("advise", "--on", on, *typed, *words[len(words) // 2 * 2 :])

    return call


def test_json_has_what_was_promised(ask):
    data = ask("--json").json
    assert {"question", "cheapest", "fastest", "ways", "closed", "cloud_basis", "clouds", "duties"} <= set(data)
    assert {"assumptions", "notes", "sources"} <= set(data)
    assert data["question"]["model"] == "Llama-3-8B"
    assert data["question"]["from"] == TODAY.isoformat()
    assert data["ways"]
    for way in data["ways"]:
        assert all(one["passed"] and one["reason"] for one in way["why"])
        for run in (way["recommended"], way["fastest"]):
            first = run["first_chip_hour"]
            parts = ("cutoff", "processing", "permit", "opening", "staging", "pool_p50", "queue_p50")
            assert sum(first[f"{part}_days"] for part in parts) == pytest.approx(first["p50_days"])
            assert first["p10_days"] <= first["p50_days"] <= first["p90_days"]
            assert run["chip_hours"] == pytest.approx(run["chips"] * run["run_days"] * 24)
            assert run["done_p50_days"] == pytest.approx(first["p50_days"] + run["run_days"] + run["requeue_days"])
            assert run["energy_mwh"] > 0
            assert run["carbon_t"] > 0
    for closed in data["closed"]:
        assert closed["reasons"]
    prices = [one["price_eur"] for one in data["clouds"]]
    assert prices == sorted(prices)
    assert all(one["date"] and one["source"] for one in data["clouds"])
    assert data["sources"]


def test_text_begins_with_the_answer(ask):
    said = ask("--by", SOON)
    lines = said.out.splitlines()
    assert lines[0].startswith("Cheapest")
    assert "done 20" in lines[0]
    assert any(line.startswith("through") for line in lines)
    for word in ("Not open", "On clouds", "AI Act", "Assumed", "Sources", "cheapest on demand", "dearest"):
        assert word in said.out
    assert "goodput" in said.out
    assert max(map(len, lines)) <= 120


def test_each_way_has_one_row_whose_days_add_up(ask):
    """First chip-hour, run and waits between jobs make the day on which it is done, parts of a day rounded up."""
    said = ask("--tokens", "2e12")
    lines = said.out.splitlines()
    begin = next(index for index, line in enumerate(lines) if line.startswith("through"))
    rows = lines[begin + 1 : lines.index("", begin)]
    data = ask("--tokens", "2e12", "--json").json
    assert len(rows) == len({(way["scenario"], way["mode"]) for way in data["ways"]})
    for row in rows:
        found = re.search(r" ([\d.]+) \([\d.]+-[\d.]+\)((?: +[\d.]+)+)  (\d{4}-\d\d-\d\d)", row)
        assert found is not None
        days = float(found[1]) + sum(map(float, found[2].split()))
        assert -0.2 <= (date.fromisoformat(found[3]) - TODAY).days - days <= 1.2
    for way in data["ways"]:
        for pick in ("recommended", "fewest", "fastest"):
            assert way["fewest"]["chips"] <= way[pick]["chips"]


def test_runs_that_nothing_can_do_are_refused_in_a_line_and_not_dated(ask):
    said = ask("--tokens", "1e30")
    assert said.code == 0
    assert "No mode of access is open" in said.out
    assert "chips live" in said.out
    assert "On clouds" not in said.out


def test_contracts_of_clouds_bind_for_longer_than_the_run_and_other_prices_are_told(ask):
    said = ask()
    contract = said.out[said.out.index("cheapest contract") : said.out.index("cheapest on demand")]
    assert "one pays for the whole term" in " ".join(contract.split())
    assert "by other sources" in said.out


def test_the_load_is_simulated_once_and_kept(ask, load, tmp_path):
    first, again = ask("--json"), ask("--json")
    assert load == ["small"]
    assert "no reference load" in first.err
    assert again.err == ""
    assert first.out == again.out
    assert len(list((tmp_path / "results" / ".reference").iterdir())) == 1
    assert "rebuilt" in ask("--rebuild").err


def test_several_scenarios(gortyn, small, load):
    data = gortyn("advise", *ASKED, "--on", small, "--on", "stargate-norway", "--json").json
    assert load == ["small"]  # nobody can apply to the other, so that nobody asks for its queue
    (closed,) = [one for one in data["closed"] if one["scenario"] == "stargate-norway"]
    assert "no modes of access" in closed["reasons"][0]


def test_a_closed_mode_is_no_fault(ask):
    said = ask("--who", "industry")
    assert said.code == 0
    assert "fast-lane" in said.out
    assert "industry does not qualify" in said.out
    assert "Open instead" in said.out


def test_sensitive_data_go_to_the_enclave(ask):
    data = ask("--who", "research", "--sensitive", "health", "--json").json
    assert {way["enclave"] for way in data["ways"]} == {"vault"}
    assert all(way["site"] == "narvik" for way in data["ways"])


def test_stated_chips(ask):
    data = ask("--chips", "64", "--tokens", "1e10", "--json").json
    assert {way["fastest"]["chips"] for way in data["ways"]} == {64}


@pytest.mark.parametrize(
    ("country", "code"), [("Norway", "NO"), ("france", "FR"), ("fr", "FR"), ("EL", "GR"), ("UK", "GB")]
)
def test_countries_by_name_or_code(ask, country, code):
    assert ask("--country", country, "--json").json["question"]["country"] == code


@pytest.mark.parametrize("name", ["startup", "Start-Up", "START UP"])
def test_classes_are_read_kindly(ask, name):
    assert ask("--who", name, "--json").json["question"]["who"] == "start-up"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--country", "FX"), "--country 'FX' is no country of the catalogue"),
        (("--country", "Frnace"), "did you mean France?"),
        (("--country", ""), "--country"),
        (("--who", "stat-up"), "did you mean start-up?"),
        (("--who", "bank"), "there are start-up, sme, research, public, industry, anchor"),
        (("--by", "2001-01-01"), "--by '2001-01-01' lies before"),
        (("--by", "soon"), "must be a date"),
        (("--by", "2027-02-30"), "must be a date"),
        (("--from", "2001-01-01"), f"lies before today ({TODAY})"),
        (("--tokens", "0"), "must be a number above 0"),
        (("--tokens", "-1e12"), "must be a number above 0"),
        (("--tokens", "nan"), "must be a number above 0"),
        (("--tokens", "inf"), "must be a number above 0"),
        (("--tokens", "many"), "must be a number, for example 1e12"),
        (("--chips", "0"), "must be a number above 0"),
        (("--chips", "1.5"), "must be a whole number"),
        (("--model", "lama3-70b"), "did you mean Llama-3-70B?"),
        (("--sensitive", "helth"), "did you mean health?; vault takes health"),
        (("--precision", "fp5"), "fp5"),
    ],
)
def test_bad_input_is_one_line(ask, words, said, tmp_path):
    found = ask(*words)
    assert (found.code, found.out) == (2, "")
    assert said in found.err
    assert len(found.err.splitlines()) <= 2
    assert not (tmp_path / "results").exists()


def test_a_day_before_the_application(ask):
    later = (TODAY + timedelta(days=30)).isoformat()
    found = ask("--from", later, "--by", (TODAY + timedelta(days=10)).isoformat())
    assert found.code == 2
    assert f"lies before the day of the application ({later})" in found.err


def test_a_scenario_with_faults(ask, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: broken\n")
    found = ask(on=broken)
    assert found.code == 2
    assert "broken.yaml:1:1" in found.err


def test_a_folder_that_cannot_be_written_is_no_fault(ask, tmp_path):
    (tmp_path / "results").write_text("")
    found = ask("--json")
    assert found.code == 0
    assert "is not kept" in found.err
