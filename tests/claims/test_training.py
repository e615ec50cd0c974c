"""Claims about training follow the named runs, their baselines and the prices of clouds."""

from __future__ import annotations

import pytest


def test_weeks_instead_of_months_needs_a_slow_baseline(verdicts):
    slow = verdicts(chip="H100-SXM", run={"chips": 40_000, "baseline_chips": 4_500})["S51"]
    assert slow.verdict == "holds"
    assert slow.found_value < 8
    quick = verdicts(chip="H100-SXM", run={"chips": 40_000, "baseline_chips": 20_000})["S51"]
    assert quick.verdict == "depends"
    neither = verdicts(chip="H100-SXM", run={"chips": 10_000, "baseline_chips": 9_000})["S51"]
    assert neither.verdict == "fails"


def test_chips_for_six_to_nine_months_take_that_long(verdicts):
    """The numbers of chips in the reason, put in as the baseline, give six months, but for how well each is used."""
    why = verdicts(chip="H100-SXM", run={"chips": 40_000, "baseline_chips": 6_000})["S51"].why
    many = int(why.split(" to ")[2].split(" chips")[0].replace(",", ""))
    found = verdicts(chip="H100-SXM", run={"chips": 40_000, "baseline_chips": many})["S51"].found
    weeks = float(found.split(" and ")[1].split(" weeks")[0])
    assert weeks == pytest.approx(26, rel=0.12)


@pytest.mark.parametrize(("baseline", "verdict"), [(2_000, "holds"), (10_000, "fails")])
def test_speed_up_follows_the_chips(verdicts, baseline, verdict):
    found = verdicts(run={"chips": 20_000, "baseline_chips": baseline})["S52"]
    assert found.verdict == verdict
    assert 1 < found.found_value < 20_000 / baseline


def test_savings_follow_own_cost_and_cloud_price(verdicts):
    big = {"chips": 20_000, "tokens": 15.6e12}
    assert verdicts(eur_per_chip_hour=0.5, price=0.0, run=big)["S53"].verdict == "holds"
    assert verdicts(eur_per_chip_hour=3.0, price=4.0, run=big)["S53"].verdict == "depends"
    assert verdicts(eur_per_chip_hour=90.0, price=90.0, run=big)["S53"].verdict == "fails"
    small = {"chips": 20_000, "model": "Llama-3-8B", "tokens": 1e11}
    assert verdicts(eur_per_chip_hour=0.5, price=0.0, run=small)["S53"].verdict == "fails"


def test_the_largest_models(verdicts):
    assert verdicts()["S18"].verdict == "holds"
    assert verdicts(run={"model": "Llama-3-8B", "tokens": 1e12})["S18"].verdict == "depends"


def test_emissions_are_those_of_a_year_and_depend_on_the_grid(verdicts):
    found = verdicts(carbon_g=100.0, sites=2)["S37"]
    assert found.found_value == pytest.approx(2 * 150 * 8760 * 0.1)
    assert found.verdict == "depends"


def test_nothing_is_said_of_training_without_a_run(verdicts):
    found = verdicts(runs=0)
    assert {found[id].verdict for id in ("S18", "S51", "S52", "S53")} == {"not-checkable"}
