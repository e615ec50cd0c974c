"""Claims about data follow the data spaces of the scenario and what training runs need of them."""

from __future__ import annotations

import pytest

from gortyn.model import AccessRules, DataSpace
from gortyn.spaces import TokenNeed

SECTORS = ("health", "media", "mobility", "tourism", "agriculture")


def space(name, tokens, **changes):
    stated = {"title": name, "size_tb": 1.0, "growth_share_per_year": 0.0, "of_year": 2028.0, "licence": "open"}
    return DataSpace(name=name, tokens=tokens, link_gbit_per_s=10.0, **stated, **changes)


def need(unique, needed, met):
    return TokenNeed(
        run="big",
        data_space="all",
        needed_tokens=needed,
        optimal_tokens=needed,
        unique_tokens=unique,
        epochs=needed / unique if unique else None,
        effective_tokens=unique,
        met=met,
        licence="open",
    )


@pytest.mark.parametrize(
    ("tokens", "met", "verdict"), [(20e12, "yes", "holds"), (5e12, "repeated", "holds_if"), (1e12, "no", "fails")]
)
def test_a_data_space_feeds_a_run_if_it_has_its_tokens(verdicts, tokens, met, verdict):
    rules = AccessRules(data_spaces=(space("media", tokens),))
    found = verdicts(rules=rules, token_needs=(need(tokens, 15.6e12, met),))["S27"]
    assert found.verdict == verdict
    assert found.found_value == pytest.approx(tokens / 1e12)
    assert found.break_even_value == pytest.approx(15.6)


def test_tokens_that_may_not_be_trained_on_feed_nobody(verdicts):
    rules = AccessRules(data_spaces=(space("media", 20e12, trains=False),))
    assert verdicts(rules=rules)["S27"].verdict == "not_checkable"


def test_without_spaces_of_its_own_nothing_is_said(verdicts):
    assert verdicts()["S27"].verdict == "not_checkable"


def test_spaces_that_no_run_draws_on_feed_it_if_it_does(verdicts):
    rules = AccessRules(data_spaces=(space("media", 20e12),))
    found = verdicts(rules=rules)["S27"]
    assert found.verdict == "holds_if"
    assert found.found_value > found.break_even_value


def test_sectors_are_those_that_are_opened(verdicts):
    assert verdicts()["S56"].verdict == "holds_if"
    all_ = AccessRules(data_spaces=tuple(space(name, 1e9) for name in SECTORS))
    assert verdicts(rules=all_)["S56"].verdict == "holds"
    fewer = verdicts(rules=AccessRules(data_spaces=all_.data_spaces[1:]))["S56"]
    assert (fewer.verdict, fewer.found_value) == ("holds_if", 4)
    assert "health" in fewer.condition
