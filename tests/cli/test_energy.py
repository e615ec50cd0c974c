"""`gortyn energy` as typed: what each site draws, pays and emits, how it scores, and what is refused in one line."""

from __future__ import annotations

import sys

import pytest

from gortyn.energy.tender import LOTS

FIELDS = {
    *("it_mw_full_load", "mean_mw", "peak_mw", "pue", "peak_pue", "energy_mwh", "cost_eur", "cost_parts_eur"),
    *("carbon_t", "market_carbon_t", "direct_carbon_t", "water_m3", "heat_mwh", "renewable_hourly_share"),
    *("renewable_annual_share", "ramps", "score", "sizing"),
}
SHORT = ("--set", "simulation.days=14")
WINDY = "sites.narvik.supply.wind_limit_mw=20"


@pytest.fixture
def accounted(gortyn, small):
    """Figures of the small scenario, two weeks of it."""
    said = gortyn("energy", small, *SHORT, "--json")
    assert said.code == 0
    return {site["site"]: site for site in said.json["sites"]}


def test_every_site_has_every_figure(accounted):
    assert list(accounted) == ["narvik", "lavrion"]
    for site in accounted.values():
        assert set(site) >= FIELDS
        assert site["energy_mwh"] == pytest.approx(site["it_energy_mwh"] * site["pue"])
        assert site["cost_eur"] == pytest.approx(sum(site["cost_parts_eur"].values()))
        assert site["cost_eur_per_mwh"] == pytest.approx(site["cost_eur"] / site["energy_mwh"])
        assert sum(site["energy_parts_mwh"].values()) == pytest.approx(site["energy_mwh"])
        assert site["mean_mw"] <= site["peak_mw"] <= site["connection_mw"]
        assert site["sizing"] is None


def test_both_lots_are_scored_and_what_is_missing_is_priced(accounted):
    for site in accounted.values():
        assert list(site["score"]) == list(LOTS)
        for lot in site["score"].values():
            assert lot["points"] == pytest.approx(sum(item["points"] for item in lot["items"]))
            floor = lot["items"][0]
            assert (floor["item"], floor["rating"]) == ("floor", "not met")
            assert floor["next_eur_per_year"] > 0
            lost = [item for item in lot["items"] if item["points"] < item["most_points"]]
            assert all(item["next_step"] for item in lost if item["item"] != "pue")


def test_tables_name_every_site_and_say_that_a_window_is_scaled(gortyn, small):
    said = gortyn("energy", small, *SHORT)
    assert said.code == 0
    for title in ("Power and energy", "Cost by part", "Carbon", "Swings", "lot1: narvik", "lot2: narvik"):
        assert title in said.out
    assert said.out.count("lavrion") > len(LOTS)
    assert "note: figures of a year are those of 14 days, scaled" in said.err


def test_one_site_alone_is_as_among_all(gortyn, small, accounted):
    said = gortyn("energy", small, *SHORT, "--site", "lavrion", "--json")
    assert said.json["sites"] == [accounted["lavrion"]]


def test_plants_are_sized_where_limits_allow(gortyn, small):
    pytest.importorskip("pypsa")
    bare = [f"sites.narvik.supply.{plant}_mw=0" for plant in ("wind", "solar", "battery")]
    asked = (*(word for one in (WINDY, *bare) for word in ("--set", one)), "--size", "--match", "0.5", "--weeks", "0")
    said = gortyn("energy", small, *SHORT, "--site", "narvik", *asked, "--json")
    sizing = said.json["sites"][0]["sizing"]
    assert 0 < sizing["wind_mw"] <= 20
    assert (sizing["solar_mw"], sizing["battery_mw"], sizing["weeks"]) == (0, 0, 0)
    assert sizing["matched_hourly_share"] >= 0.5 - 1e-6
    assert sizing["checked_matched_share"] == pytest.approx(sizing["matched_hourly_share"], abs=1e-6)
    assert sizing["checked_cost_eur_per_year"] == pytest.approx(sizing["cost_eur_per_year"], rel=1e-3)


def test_what_cannot_be_matched_fails_with_what_to_relax(gortyn, small):
    pytest.importorskip("pypsa")
    tiny = "sites.narvik.supply.wind_limit_mw=0.5"
    said = gortyn("energy", small, *SHORT, "--set", tiny, "--size", "--match", "0.9", "--weeks", "0")
    assert said.code == 1
    assert not said.out
    assert "raise supply.wind_limit_mw" in said.err


def test_a_missing_extra_is_one_line_with_the_command(gortyn, small, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypsa", None)
    said = gortyn("energy", small, *SHORT, "--set", WINDY, "--size")
    assert said.code == 2
    assert not said.out
    assert said.err.splitlines() == ["gortyn energy: sizes are sought by PyPSA: pip install 'gortyn[site-energy]'"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--site", "nowhere"], "--site nowhere: small has narvik, lavrion"),
        (["--size"], "--set sites.narvik.supply.wind_limit_mw=300"),
        (["--match", "0.9"], "add --size"),
        (["--weeks", "0"], "add --size"),
        (["--size", "--match", "1.5"], "--match is 1.5, must be a share between 0 and 1"),
        (["--size", "--match", "nan"], "--match is nan"),
        (["--size", "--weeks", "-1"], "--weeks is -1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(gortyn, small, typed, told):
    said = gortyn("energy", small, *typed)
    assert said.code == 2
    assert not said.out
    assert told in said.err
    assert len(said.err.splitlines()) == 1


def test_faults_of_the_file_are_told_as_everywhere(gortyn, bad):
    said = gortyn("energy", bad / "negative-power.yaml")
    assert said.code == 2
    assert not said.out
    assert "negative-power.yaml:" in said.err
