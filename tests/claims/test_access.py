"""Claims about access follow waits and shares of the classes."""

from __future__ import annotations

import math

import pytest

from claims.standins import TENANTS, served


def users(**changes):
    """All tenants served at once, save for what a test changes by the name of the class."""
    return [served(name, kind, **changes.get(kind.replace("-", "_"), {})) for name, kind in TENANTS]


def test_all_are_served(verdicts):
    found = verdicts(access=users())
    assert found["S20"].verdict == found["S46"].verdict == "holds"


@pytest.mark.parametrize("trouble", [{"wait_h": 24 * 7}, {"share": 0.5}, {"wait_h": math.nan}])
def test_start_ups_that_wait_or_get_nothing_have_no_access(verdicts, trouble):
    found = verdicts(access=users(start_up=trouble))
    assert found["S20"].verdict == found["S46"].verdict == "depends"


def test_one_kind_of_company_is_enough_where_companies_are_promised_but_not_where_all_are(verdicts):
    found = verdicts(access=users(sme={"share": 0.1}))
    assert (found["S20"].verdict, found["S46"].verdict) == ("depends", "holds")


def test_a_machine_of_one_anchor_keeps_no_promise(verdicts):
    found = verdicts(access=[served("giant", "anchor", of_all=1.0)])
    assert {found[id].verdict for id in ("S20", "S43", "S46")} == {"fails"}
    assert "no tenant is research" in found["S20"].found.casefold()


@pytest.mark.parametrize(
    ("jain", "verdict"), [(0.95, "holds"), (0.7, "depends"), (0.4, "fails"), (math.nan, "not-checkable")]
)
def test_fairness_follows_jains_index(verdicts, jain, verdict):
    assert verdicts(jain=jain)["S42"].verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.2, "holds"), (0.4, "depends"), (0.7, "fails")])
def test_monopoly_follows_the_share_of_anchors(verdicts, share, verdict):
    found = verdicts(access=users(anchor={"of_all": share}))["S43"]
    assert found.verdict == verdict
    assert found.found_value == pytest.approx(share * 100)
