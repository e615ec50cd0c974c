"""Claims about money follow the money of the scenario."""

from __future__ import annotations

import pytest


def test_the_fund_holds_only_if_it_pays_for_the_sites(verdicts):
    assert verdicts(budget_eur=20e9, sites=1)["S04"].verdict == "holds"
    short = verdicts(budget_eur=20e9, sites=4)["S04"]
    assert short.verdict == "holds_if"
    assert "are missing" in short.found
    assert verdicts(budget_eur=10e9, sites=1)["S04"].verdict == "fails"


def test_the_total_holds_only_if_it_is_announced(verdicts):
    assert verdicts()["S01"].verdict == "holds_if"
    other = verdicts(mobilised_eur=100e9, public_eur=25e9, private_eur=75e9)
    assert {other[id].verdict for id in ("S01", "S05", "S06")} == {"fails"}
    assert other["S02"].verdict == "fails"
    assert other["S03"].verdict == "holds"
    above = verdicts(mobilised_eur=400e9, public_eur=100e9, private_eur=300e9)
    assert above["S03"].verdict == "fails"


def test_dollars_follow_the_exchange_rate(verdicts):
    found = verdicts()["S02"]
    assert found.verdict == "holds"
    assert found.found_value == pytest.approx(200 * 1.17)
    assert "1.03 USD per EUR" in found.why


@pytest.mark.parametrize(("public", "verdict"), [(0.25, "holds"), (0.26, "holds"), (0.34, "holds_if")])
def test_the_public_share_is_that_of_sites_and_programme(verdicts, public, verdict):
    found = verdicts(public_share=public)["S07"]
    assert found.verdict == verdict
    assert found.found_value == pytest.approx(public * 100)


def test_the_public_share_fails_where_neither_has_it(verdicts):
    assert verdicts(public_share=0.5, public_eur=100e9, private_eur=100e9)["S07"].verdict == "fails"


@pytest.mark.parametrize(("public", "times", "verdict"), [(0.1, 10, "holds"), (0.2, 5, "holds_if"), (1.0, 1, "fails")])
def test_leverage_is_all_money_per_public_euro(verdicts, public, times, verdict):
    found = verdicts(public_share=public)
    assert found["S59"].verdict == found["S58"].verdict == verdict
    assert found["S59"].found_value == pytest.approx(times)
    assert found["S58"].found_value == pytest.approx(times * 0.1)  # EUR 100 m, in bn


def test_leverage_cannot_be_told_without_public_money(verdicts):
    assert verdicts(public_share=0.0)["S59"].verdict == "not_checkable"


def test_structure_of_the_fund(verdicts):
    mixed, public = verdicts(public_share=0.25), verdicts(public_share=1.0)
    assert (mixed["S31"].verdict, mixed["S32"].verdict, mixed["S33"].verdict) == ("holds", "fails", "holds")
    assert (public["S32"].verdict, public["S33"].verdict) == ("holds", "fails")


def test_vendors(verdicts):
    assert verdicts(chip="GB300-NVL72")["S36"].verdict == "holds_if"
    assert verdicts(chip="TPU-v5p")["S36"].verdict == "fails"


def test_layers_are_told_with_what_they_risk(verdicts):
    found = verdicts()["S31"]
    assert found.verdict == "holds"
    assert "bank loses money in 0 % of the draws, on average 0 % of it" in found.found
    assert "union loses money in 25 % of the draws, on average 10 % of it" in found.found
