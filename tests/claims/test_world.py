"""Comparisons with the world follow what the scenario announces and builds."""

from __future__ import annotations

import pytest


def programme(total_eur):
    return {"mobilised_eur": total_eur, "public_eur": total_eur / 4, "private_eur": total_eur * 3 / 4}


@pytest.mark.parametrize(("total_eur", "verdict"), [(500e9, "holds"), (200e9, "holds_if"), (100e9, "fails")])
def test_the_largest_partnership_is_larger_than_the_others(verdicts, total_eur, verdict):
    """Stargate has 500 bn USD, at 1.17 a euro 427 bn EUR; France 109 bn EUR."""
    found = verdicts(**programme(total_eur))["S17"]
    assert found.verdict == verdict
    assert found.break_even_value == pytest.approx(500 / 1.17)


def test_a_plan_without_public_money_is_no_partnership(verdicts):
    found = verdicts(mobilised_eur=600e9, public_eur=0.0, private_eur=600e9)["S17"]
    assert found.verdict == "fails"


def test_the_share_of_the_world_is_that_of_early_2026(verdicts):
    """1,011,122 H100-equivalents beside 15 m are 6.3 %, beside 21.3 m 4.5 %."""
    found = verdicts(sites=4)["S38"]
    assert found.found_value == pytest.approx(100 * 1_011_122 / 16_011_122, rel=1e-4)
    assert "4.53 % to 6.32 %" in found.sentence


def test_the_world_grows_until_the_sites_are_there(verdicts):
    """Two years at a doubling every ten months make 79.2 m of 15 m, beside which 1.011 m are 1.26 %."""
    found = verdicts(sites=4)["S43"]
    assert "1.26 % in 2028" in found.found


def test_shares_of_the_world_are_drawn_against_sites(verdicts):
    found = verdicts(sites=4)["S43"]
    owners = {one.x: one.y for one in found.figures if one.series == "largest owners"}
    ours = {one.x: one.y for one in found.figures if one.series == "these sites"}
    assert (owners[0], ours[0]) == (60, 0)
    assert all(owners[count] < owners[count - 1] for count in range(1, len(owners)))
    assert owners[4] == pytest.approx(60 * 15_000_000 / 16_011_122, rel=1e-4)
    assert ours[4] == pytest.approx(100 * 1_011_122 / 16_011_122, rel=1e-4)


def test_spending_is_told_by_the_year(verdicts):
    """125 bn USD a year of Stargate, beside what the sites take until 2028."""
    found = verdicts()["S34"]
    yearly = {one.label: one.y for one in found.figures}
    assert yearly["Stargate, as announced"] == pytest.approx(125 / 1.17)
    assert 0 < yearly["sites of the scenario"] < 20


def test_earlier_funds_are_told_as_auditors_left_them(verdicts):
    """372 bn over 33.5 bn, of which a third would have come anyway."""
    bars = {one.label: one.y for one in verdicts()["S59"].figures}
    assert bars["plan of 2015, after audit"] == pytest.approx(372 / 33.5, rel=1e-2)
    assert bars["the same, only what was additional"] == pytest.approx(372 / 33.5 * 2 / 3, rel=1e-2)
    assert bars["plan of 2015, aim"] == 15
