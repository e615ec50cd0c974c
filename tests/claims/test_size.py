"""Claims about size follow the chips of the scenario, not a stored answer."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("chips", "verdict"), [(100_000, "holds"), (96_000, "holds"), (50_000, "depends"), (20_000, "fails")]
)
def test_chips_per_site(verdicts, chips, verdict):
    """50,000 GB300 are more than 100,000 H100-equivalents; 20,000 are not."""
    found = verdicts(chips=chips)["S10"]
    assert found.verdict == verdict
    assert found.found_value == chips


def test_chips_of_an_old_generation_are_not_the_latest(verdicts):
    found = verdicts(chip="A100-80GB")["S10"]
    assert found.verdict == "depends"
    assert "2020" in found.found


@pytest.mark.parametrize(("chips", "verdict"), [(100_000, "holds"), (50_000, "depends"), (10_000, "fails")])
def test_ratio_to_present_ai_factories(verdicts, chips, verdict):
    """JUPITER has 5,884 nodes of four; most AI factories are far smaller."""
    found = verdicts(chips=chips)["S11"]
    assert found.verdict == verdict
    assert found.found_value == pytest.approx(chips / (5884 * 4))


def test_a_present_factory_has_that_many_chips_only_at_its_largest(verdicts):
    found = verdicts()["S12"]
    assert found.verdict == "depends"
    assert found.found_value < found.claimed_value / 2


@pytest.mark.parametrize(
    ("sites", "exactly", "at_least"), [(3, "fails", "fails"), (4, "holds", "holds"), (7, "depends", "holds")]
)
def test_number_of_sites(verdicts, sites, exactly, at_least):
    found = verdicts(sites=sites, budget_eur=200e9)
    assert found["S08"].verdict == found["S44"].verdict == exactly
    assert found["S09"].verdict == at_least


def test_sites_that_the_budget_does_not_pay_for(verdicts):
    found = verdicts(sites=4, budget_eur=10e9)
    assert found["S08"].verdict == found["S09"].verdict == "depends"


def test_posts_grow_with_the_sites(verdicts):
    assert verdicts(sites=1)["S26"].verdict == "depends"
    many = verdicts(sites=12)["S26"]
    assert many.verdict == "holds"
    assert many.found_value > 2000
