"""Claims about size follow the chips of the scenario, not a stored answer."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("chips", "verdict"), [(100_000, "holds"), (96_000, "holds"), (50_000, "holds_if"), (20_000, "fails")]
)
def test_chips_per_site(verdicts, chips, verdict):
    """50,000 GB300 are more than 100,000 H100-equivalents; 20,000 are not."""
    found = verdicts(chips=chips)["S10"]
    assert found.verdict == verdict
    assert found.found_value == chips


def test_chips_of_an_old_generation_are_not_the_latest(verdicts):
    found = verdicts(chip="A100-80GB")["S10"]
    assert found.verdict == "holds_if"
    assert "2020" in found.found


@pytest.mark.parametrize(("chips", "verdict"), [(100_000, "holds"), (50_000, "holds_if"), (10_000, "fails")])
def test_ratio_to_present_ai_factories(verdicts, chips, verdict):
    """JUPITER has 5,884 nodes of four; most AI factories are far smaller."""
    found = verdicts(chips=chips)["S11"]
    assert found.verdict == verdict
    assert found.found_value == pytest.approx(chips / (5884 * 4))


def test_a_present_factory_has_that_many_chips_only_at_its_largest(verdicts):
    found = verdicts()["S12"]
    assert found.verdict == "holds_if"
    assert found.found_value < found.claimed_value / 2


@pytest.mark.parametrize(
    ("sites", "exactly", "at_least"), [(3, "fails", "fails"), (4, "holds", "holds"), (7, "holds_if", "holds")]
)
def test_number_of_sites(verdicts, sites, exactly, at_least):
    found = verdicts(sites=sites, budget_eur=200e9)
    assert found["S08"].verdict == found["S44"].verdict == exactly
    assert found["S09"].verdict == at_least


def test_sites_that_the_budget_does_not_pay_for(verdicts):
    found = verdicts(sites=4, budget_eur=10e9)
    assert found["S08"].verdict == found["S09"].verdict == "holds_if"


def test_posts_grow_with_the_sites(verdicts):
    """A hundred posts for 1,200 MW at Abilene: only very many sites have thousands of their own by that count."""
    assert verdicts(sites=1)["S26"].verdict == "fails"
    many = verdicts(sites=12)["S26"]
    assert many.verdict == "holds_if"
    assert many.found_value > 2000
    assert many.break_even_value == 2000
    assert verdicts(sites=12, staff_fte_per_mw=0.01)["S26"].verdict == "holds_if"


def test_posts_of_abilene_are_those_of_its_megawatts(verdicts):
    """1,500 builders at 1,200 MW make 916 at 733 MW."""
    found = verdicts(sites=4)["S26"]
    building = next(one.y for one in found.figures if one.label == "while building")
    assert building == pytest.approx(1500 / 1200 * found.found_value, rel=1e-9)  # one post per MW in this case


def test_money_and_power_of_a_site_count_too(verdicts):
    assert verdicts(budget_eur=40e9)["S10"].verdict == "holds"
    poor = verdicts(budget_eur=20e9)["S10"]
    assert poor.verdict == "holds_if"
    assert poor.break_even_value < 100_000
    assert "elsewhere than the fund" in poor.condition
    assert verdicts(chips=int(poor.break_even_value) - 4, budget_eur=20e9)["S04"].verdict == "holds"
    dark = verdicts(budget_eur=40e9, connection_mw=150.0)["S10"]
    assert dark.verdict == "holds_if"
    assert "MW more from the grid" in dark.condition


def test_a_factory_is_beaten_in_three_counts(verdicts):
    """50,000 GB300 are twice the chips of JUPITER and more than four times its H100-equivalents."""
    found = verdicts(chips=50_000)["S11"]
    assert "H100-equivalents" in found.condition
    assert found.break_even_value == 4 * 23_536
    assert verdicts(chips=int(found.break_even_value))["S11"].verdict == "holds"
    assert {one.series for one in found.figures} == {"chips", "H100-equivalents", "MW of IT"}
