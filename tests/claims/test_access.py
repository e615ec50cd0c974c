"""Claims about access follow waits and shares of the classes."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from claims.standins import TENANTS, applied, served, tenant_of
from gortyn.model import AccessRules, Mode

MODES = AccessRules(modes=(Mode(name="open", title="open", allocation_months=1.0),))


def users(**changes):
    """All tenants served at once, save for what a test changes by the name of the class."""
    return [served(name, kind, **changes.get(kind.replace("-", "_"), {})) for name, kind in TENANTS]


def test_all_are_served(verdicts):
    found = verdicts(access=users(), rules=MODES)
    assert found["S20"].verdict == found["S46"].verdict == "holds"


@pytest.mark.parametrize("trouble", [{"wait_h": 24 * 7}, {"share": 0.5}, {"wait_h": math.nan}])
def test_start_ups_that_wait_or_get_nothing_have_no_access(verdicts, trouble):
    found = verdicts(access=users(start_up=trouble), rules=MODES)
    assert found["S20"].verdict == found["S46"].verdict == "holds_if"


def test_one_kind_of_company_is_enough_where_companies_are_promised_but_not_where_all_are(verdicts):
    found = verdicts(access=users(sme={"share": 0.1}), rules=MODES)
    assert (found["S20"].verdict, found["S46"].verdict) == ("holds_if", "holds")


def test_a_machine_of_one_anchor_keeps_no_promise(verdicts):
    found = verdicts(access=[served("giant", "anchor", of_all=1.0)], rules=MODES)
    assert {found[id].verdict for id in ("S20", "S43", "S46")} == {"fails"}
    assert "no tenant is one of the researchers" in found["S20"].found.casefold()


@pytest.mark.parametrize(
    ("jain", "verdict"), [(0.95, "holds"), (0.7, "holds_if"), (0.4, "fails"), (math.nan, "not_checkable")]
)
def test_fairness_follows_jains_index(verdicts, jain, verdict):
    assert verdicts(jain=jain)["S42"].verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.2, "holds_if"), (0.4, "holds_if"), (0.7, "fails")])
def test_monopoly_follows_the_share_of_anchors(verdicts, share, verdict):
    """Four sites leave the largest owners over half of the world's compute."""
    found = verdicts(access=users(anchor={"of_all": share}))["S43"]
    assert found.verdict == verdict
    assert found.found_value == pytest.approx(share * 100)


def test_no_monopoly_needs_as_many_sites_as_the_break_even_says(verdicts):
    """60 % of 15 m H100-equivalents are half of 18 m: 3 m more of them, at 252,781 a site."""
    few = verdicts(access=users(anchor={"of_all": 0.2}))["S43"]
    assert few.break_even_value == pytest.approx(3e6 / 252_781, rel=1e-3)
    enough = verdicts(sites=12, access=users(anchor={"of_all": 0.2}))["S43"]
    assert enough.verdict == "holds"


def test_without_start_ups_not_all_have_access(verdicts):
    found = verdicts(access=[served(name, kind) for name, kind in TENANTS if kind != "start-up"], rules=MODES)
    assert found["S20"].verdict == found["S46"].verdict == "holds_if"
    assert "start-ups came at all" in found["S20"].condition


@pytest.mark.parametrize(
    ("admitted", "all_", "some"), [(95, "holds", "holds"), (60, "holds_if", "holds"), (0, "holds_if", "holds_if")]
)
def test_all_means_all_who_are_eligible_and_ask(verdicts, admitted, all_, some):
    """Whoever breaks a rule does not count; whoever is refused or finds no hours does."""
    rows = [applied("start-up", admitted=admitted, refused=100 - admitted, ineligible=500)]
    found = verdicts(used={"funnel": rows}, rules=MODES)
    assert (found["S20"].verdict, found["S46"].verdict) == (all_, some)
    assert f"{admitted} of 100 eligible applications" in found["S20"].found


def test_what_binds_is_told_with_its_line(verdicts):
    """Three quarters of the start-ups' applications are further from nine tenths than any other part of access."""
    rows = [applied("start-up", admitted=75, refused=25)]
    found = verdicts(used={"funnel": rows}, rules=MODES)["S20"]
    assert (found.found_value, found.break_even_value, found.unit) == (75, pytest.approx(90), "%")
    assert "start-ups" in found.condition
    queue = verdicts(access=users(research={"wait_h": 24 * 30}), used={"funnel": rows}, rules=MODES)["S20"]
    assert (queue.found_value, queue.unit) == (pytest.approx(30), "days")


def test_access_is_not_told_from_a_handful_of_decisions_or_without_modes(verdicts):
    asking = tuple(tenant_of(name, kind, mode="open") for name, kind in TENANTS)
    rows = [applied(kind, admitted=100) for _, kind in TENANTS if kind != "start-up"]
    few = verdicts(tenants=asking, used={"funnel": [*rows, applied("start-up", admitted=3)]}, rules=MODES)
    assert few["S46"].verdict == "not_checkable"
    assert "3 from start-ups" in few["S46"].sentence
    many = verdicts(tenants=asking, used={"funnel": [*rows, applied("start-up", admitted=30)]}, rules=MODES)
    assert many["S46"].verdict == "holds"
    assert verdicts()["S46"].verdict == "not_checkable"


def test_nobody_gets_more_than_all(verdicts):
    found = verdicts(access=users(sme={"share": 1.03}), rules=MODES)
    assert "103 %" not in " ".join((found["S20"].found, found["S42"].sentence))


def test_fairness_by_another_measure_is_a_condition(verdicts):
    uneven = SimpleNamespace(quantity="chip-hours", grouping="country", jain=0.5)
    found = verdicts(jain=1.0, used={"evenness": [uneven]})["S42"]
    assert found.verdict == "holds_if"
    assert "by country" in found.condition


def test_what_more_for_start_ups_would_cost_is_told(verdicts):
    points = [
        SimpleNamespace(
            demand="as-is",
            reserved_share=share,
            startup_wait_p90_s=wait_s,
            cost_chip_hours=cost,
            simulated_days=14.0,
        )
        for share, wait_s, cost in ((0.0, 7200.0, 0.0), (0.2, 3600.0, 5e5))
    ]
    why = verdicts(tradeoff=points, rules=MODES)["S20"].why
    assert "Keeping 20 % of every machine for start-ups would take their wait from 2 h to 1 h" in why
    assert "500,000 useful chip-hours in 14 days" in why


def test_users_are_those_who_get_the_chip_hours(verdicts):
    most = verdicts(access=users(start_up={"of_all": 0.4}, anchor={"of_all": 0.0}))["S55"]
    assert (most.verdict, most.found_value) == ("holds", pytest.approx(60))
    none = verdicts(access=[served("giant", "anchor", of_all=1.0)])
    assert none["S55"].verdict == "fails"
    assert none["S39"].verdict == "fails"
    assert verdicts(access=[served("giant", "anchor", of_all=math.nan)])["S55"].verdict == "not_checkable"
