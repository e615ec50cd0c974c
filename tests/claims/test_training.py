"""Claims about training follow the named runs, their baselines and the prices of clouds."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from claims.standins import TENANTS, served


def test_weeks_instead_of_months_needs_a_slow_baseline(verdicts):
    slow = verdicts(chip="H100-SXM", run={"chips": 80_000, "baseline_chips": 4_500})["S51"]
    assert slow.verdict == "holds"
    assert slow.found_value < 4
    quick = verdicts(chip="H100-SXM", run={"chips": 80_000, "baseline_chips": 20_000})["S51"]
    assert quick.verdict == "holds_if"
    neither = verdicts(chip="H100-SXM", run={"chips": 10_000, "baseline_chips": 9_000})["S51"]
    assert neither.verdict == "fails"


def test_what_a_condition_names_makes_the_claim_hold(verdicts):
    """The number of chips to be compared with, put in as the baseline, takes six months."""
    how = {"chips": 80_000, "baseline_chips": 6_000}
    condition = verdicts(chip="H100-SXM", run=how)["S51"].condition
    most = int(re.search(r"compared with at most ([\d,]+) chips", condition)[1].replace(",", ""))
    assert verdicts(chip="H100-SXM", run=how | {"baseline_chips": most})["S51"].verdict == "holds"


def test_the_queue_is_part_of_the_time(verdicts):
    how = {"chips": 80_000, "baseline_chips": 4_500}
    quick = verdicts(chip="H100-SXM", run=how)["S51"]
    users = [served(name, kind, wait_h=24 * 50 if kind == "anchor" else 1.0) for name, kind in TENANTS]
    slow = verdicts(chip="H100-SXM", run=how, access=users)["S51"]
    assert slow.found_value - quick.found_value == pytest.approx((24 * 50 - 1) / 168)
    assert (quick.verdict, slow.verdict) == ("holds", "holds_if")


def test_the_break_even_is_where_the_verdict_turns(verdicts):
    """On as many chips as it says a run takes a few weeks; a third fewer are too few."""
    how = {"chips": 80_000, "baseline_chips": 3_072}
    found = verdicts(chip="H100-SXM", run=how)["S51"]
    enough = int(found.break_even_value)
    assert found.verdict == "holds"
    assert verdicts(chip="H100-SXM", run=how | {"chips": enough})["S51"].verdict == "holds"
    assert verdicts(chip="H100-SXM", run=how | {"chips": enough * 2 // 3})["S51"].verdict == "holds_if"


def test_days_against_chips_are_drawn_with_the_lines_of_the_claim(verdicts):
    found = verdicts()["S51"]
    assert {"a few weeks, at most", "six months", "nine months", "big (Llama-3-405B)"} <= {
        one.series for one in found.figures
    }
    curve = [(one.x, one.y) for one in found.figures if one.role == "found"]
    assert len(curve) >= 3
    assert all(fewer < more and longer > shorter for (fewer, longer), (more, shorter) in pairwise(curve))
    assert any(one.role == "record" and one.x == 16_384 for one in found.figures)  # chips of the published run


@pytest.mark.parametrize(("baseline", "verdict"), [(2_000, "holds"), (10_000, "holds_if")])
def test_speed_up_follows_the_chips(verdicts, baseline, verdict):
    found = verdicts(run={"chips": 20_000, "baseline_chips": baseline})["S52"]
    assert found.verdict == verdict
    assert 1 < found.found_value < 20_000 / baseline
    turned = verdicts(run={"chips": 20_000, "baseline_chips": int(found.break_even_value)})["S52"]
    assert turned.verdict == "holds"


def test_savings_follow_own_cost_and_cloud_price(verdicts):
    big = {"chips": 20_000, "tokens": 15.6e12}
    assert verdicts(eur_per_chip_hour=0.5, price=0.0, run=big)["S53"].verdict == "holds"
    assert verdicts(eur_per_chip_hour=3.0, price=4.0, run=big)["S53"].verdict == "holds_if"
    assert verdicts(eur_per_chip_hour=90.0, price=90.0, run=big)["S53"].verdict == "fails"
    small = {"chips": 20_000, "model": "Llama-3-8B", "tokens": 1e11}
    assert verdicts(eur_per_chip_hour=0.5, price=0.0, run=small)["S53"].verdict == "fails"


def test_the_largest_models(verdicts):
    """Larger ones than the largest published one are not published, so that nothing makes it hold in full."""
    assert "published" in verdicts()["S18"].condition
    small = {"model": "Llama-3-8B", "tokens": 1e12, "chips": 8, "baseline_chips": 8}
    assert "all 100,000 chips" in verdicts(run=small | {"chips": 1024})["S18"].condition
    assert verdicts(run=small, chips=200)["S18"].verdict == "fails"


def test_emissions_are_those_of_a_year_and_depend_on_the_grid(verdicts):
    found = verdicts(carbon_g=100.0, sites=2)["S37"]
    assert found.found_value == pytest.approx(2 * 150 * 8760 * 0.1)
    assert found.verdict == "not_checkable"
    assert "Sweden" in found.sentence


def test_nothing_is_said_of_training_without_a_run(verdicts):
    found = verdicts(runs=0)
    assert {found[id].verdict for id in ("S18", "S51", "S52", "S53")} == {"not_checkable"}


def test_savings_are_drawn_against_chip_hours_and_broken_even_by_offer(verdicts):
    """On every curve the saving goes with the chip-hours, and offers that save tell from how many on."""
    found = verdicts(run={"chips": 20_000, "tokens": 15.6e12})["S53"]
    curves = {one.series for one in found.figures if one.x_unit == "chip-hours" and one.role == "found"}
    assert len(curves) >= 2
    for name in curves:
        points = [(one.x, one.y) for one in found.figures if one.series == name]
        slopes = {round(y / x, 12) for x, y in points if x}
        assert len(slopes) == 1
    offers = [one.y for one in found.figures if one.role == "break-even"]
    assert min(offers) == pytest.approx(found.break_even_value, rel=1e-9)
    dearest = max((one for one in found.figures if one.x_unit and one.role == "found"), key=lambda one: one.y)
    assert found.break_even_value * dearest.y / dearest.x == pytest.approx(20)  # m EUR, the plural of ten
