"""The score of the tender against its quoted scales, and the cost of steps against arithmetic by hand."""

from __future__ import annotations

import pytest

from gortyn.catalogue import load
from gortyn.energy.tender import LOTS, SiteFigures, score

FACTS = load().lookup()


def figures(**stated):
    """A site of 130 MW of IT that does well in everything that lot 1 asks for."""
    known = {
        **{"it_mw": 130.0, "peak_mw": 143.0, "pue": 1.08, "cooling_kind": "liquid", "cooling_pue": {"liquid": 1.08}},
        **{"it_mwh_per_year": 1e6, "load_mwh_per_year": 1.08e6, "price_eur_per_mwh": 70.0},
        **{"renewable_hourly_share": 1.0, "renewable_annual_share": 1.0, "connection_mw": 150.0},
        **{"backup_mw": 143.0, "backup_hours": 72.0, "flexible_share": 0.25, "battery_mw": 0.0, "battery_hours": 4.0},
        **{"building_eur_per_it_mw": 10e6, "connection_eur_per_mw": 200e3, "capex_eur_per_it_mw": 40e6},
        **{"discount_rate": 0.0, "building_life_years": 25.0, "chip_life_years": 5.0},
    }
    return SiteFigures(**known | stated)


def items(lot="lot1", **stated):
    return {item.item: item for item in score(lot, figures(**stated), FACTS)}


def test_a_site_that_does_all_has_all_points_and_nothing_left_to_do():
    """Sustainability is 10 and power infrastructure 8 of the technical table's 100 points."""
    found = items()
    assert sum(item.points for item in found.values()) == pytest.approx(18)
    assert sum(item.most_points for item in found.values()) == pytest.approx(18)
    assert all(item.next is None for item in found.values())
    assert found["flexibility"].most_points == pytest.approx(1)  # a tenth of sustainability


def test_parts_of_the_points_sum_up_in_both_lots():
    for lot in LOTS:
        number = {field: FACTS.number("tender", lot, field) for field in (
            "pue_points_share", "renewables_points_share", "weight_grid_flexibility",
            "connection_points_share", "grid_share_points_share", "backup_points_share",
        )}  # fmt: skip
        shares = list(number.values())
        assert sum(shares[:3]) == pytest.approx(1)
        assert sum(shares[3:]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("pue", "rating"),
    [(1.02, "excellent"), (1.10, "excellent"), (1.11, "acceptable"), (1.25, "acceptable"), (1.26, "poor")],
)
def test_pue_classes_end_where_the_quotes_say(pue, rating):
    assert items(pue=pue)["pue"].rating == rating


@pytest.mark.parametrize(
    ("hourly", "annual", "rating"),
    [
        (1.0, 1.0, "excellent"),
        (0.99, 1.0, "good"),
        (0.3, 0.8, "good"),
        (0.3, 0.79, "acceptable"),
        (0.5, 0.5, "acceptable"),
        (0.49, 0.49, "poor"),
    ],
)
def test_renewable_classes_end_where_the_quotes_say(hourly, annual, rating):
    found = items(renewable_hourly_share=hourly, renewable_annual_share=annual)
    assert found["renewables"].rating == rating


@pytest.mark.parametrize(
    ("hours", "rating"), [(47.9, "poor"), (48.0, "acceptable"), (71.0, "acceptable"), (72.0, "excellent")]
)
def test_backup_classes_end_where_the_quotes_say(hours, rating):
    assert items(backup_hours=hours)["backup"].rating == rating


def test_backup_counts_for_the_part_of_the_site_that_it_carries():
    assert items(backup_mw=71.5, backup_hours=96.0)["backup"].value == pytest.approx(48)


@pytest.mark.parametrize(("lot", "floor_mw"), [("lot1", 120), ("lot2", 150)])
def test_floor_of_it_power(lot, floor_mw):
    found = items(lot, it_mw=130.0)["floor"]
    assert found.rating == ("met" if floor_mw <= 130 else "not met")
    assert (found.points, found.most_points) == (0, 0)
    if found.next:
        assert found.next.eur_per_year == pytest.approx(20 * 40e6 / 5)


def test_better_cooling_is_paid_for_by_the_electricity_it_saves():
    """1.30 to 1.08 saves 0.22 x 1 TWh at 70 EUR; 3 % more of a building of 1.3 bn over 25 years is 1.56 m."""
    kinds = {"air": 1.30, "liquid": 1.08, "warm-water": 1.20}
    found = items(pue=1.30, cooling_kind="air", cooling_pue=kinds)["pue"]
    assert found.rating == "poor"
    assert found.next is not None
    assert "liquid cooling with a PUE of 1.080" in found.next.text
    assert found.next.points == pytest.approx(found.most_points)
    assert found.next.eur_per_year == pytest.approx(-0.22e6 * 70 + 0.03 * 1.3e9 / 25)
    assert found.next.eur_per_point == pytest.approx(found.next.eur_per_year / found.most_points)


def test_no_step_is_offered_where_no_cooling_does_better():
    found = items(pue=1.30, cooling_kind="air", cooling_pue={"air": 1.30, "liquid": 1.27})["pue"]
    assert found.next is None


def test_certificates_reach_the_next_class_of_renewables():
    found = items(renewable_hourly_share=0.2, renewable_annual_share=0.3)["renewables"]
    missing_mwh = (0.5 - 0.3) * 1.08e6
    assert found.next is not None
    assert found.next.eur_per_year == pytest.approx(missing_mwh * FACTS.number("supply", "certificates", "eur_per_mwh"))
    best = items(renewable_hourly_share=0.9, renewable_annual_share=0.95)["renewables"].next
    assert best is not None
    premium = FACTS.number("supply", "hourly-contract", "premium_eur_per_mwh")
    assert best.eur_per_year == pytest.approx(0.1 * 1.08e6 * premium)


def test_a_connection_that_does_not_carry_the_worst_hour_is_made_larger():
    found = items(connection_mw=140.0)["connection"]
    assert (found.rating, found.points) == ("poor", 0)
    assert found.next is not None
    assert found.next.eur_per_year == pytest.approx(3 * 200e3 / 25)


def test_an_idle_connection_is_given_back_unless_auxiliaries_need_it():
    found = items(connection_mw=200.0)["grid_share"]
    assert found.rating == "poor"
    assert found.next is not None
    assert found.next.eur_per_year == pytest.approx(-(200 - 130 / 0.85) * 200e3 / 25)
    needed = items(connection_mw=200.0, peak_mw=180.0)["grid_share"].next
    assert needed is not None
    assert needed.eur_per_year is None
    assert "1.176" in needed.text


def test_flexibility_comes_from_load_that_waits_and_from_the_battery():
    half = items(flexible_share=0.0, battery_mw=0.125 * 143)["flexibility"]
    assert half.value == pytest.approx(0.125)
    assert half.points == pytest.approx(half.most_points / 2)
    assert half.next is not None
    assert half.next.eur_per_year is not None
    assert half.next.eur_per_year > 0


def test_what_the_quotes_do_not_say_is_called_assumed():
    quoted = {fact.field: fact.evidence for fact in load().entry("tender", "lot1").values()}
    assert quoted["pue_excellent"] == "published"
    assumed = ("pue_points_share", "good_share", "acceptable_share", "backup_points_share", "flexible_load_full_share")
    assert {quoted[field] for field in assumed} == {"assumed"}
    found = items()
    assert {found[item].evidence for item in ("pue", "renewables", "backup")} == {"assumed"}
    assert found["floor"].evidence == "published"
