"""Every rule has an answer with a reason, and a closed door names the open ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from admission.make import mode
from gortyn.admission import Applicant, eligibility, instead, open_modes
from gortyn.admission.eligibility import RULES, open_countries
from gortyn.model.access import CRITERIA

FAST = mode("fast-lane", classes=("start-up", "sme"), least_chip_hours=10_000.0, most_chip_hours=50_000.0)
SCIENCE = mode("science", classes=("research", "public"), countries="union")
BOUGHT = mode("bought", countries="any", conditions=("legal-entity", "civil-use"))
FIRM = Applicant("start-up", "FR", 20_000.0)


def answers(applicant, chosen, facts):
    return {answer.rule: answer for answer in eligibility(applicant, chosen, facts)}


def test_a_start_up_that_meets_all_rules_is_told_why(facts):
    found = eligibility(FIRM, FAST, facts)
    assert [answer.rule for answer in found] == list(RULES)
    assert all(answer.passed and answer.reason for answer in found)
    assert (
        answers(FIRM, FAST, facts)["country"].reason
        == "established in FR (France), which is among the states that take part in EuroHPC"
    )


@pytest.mark.parametrize(
    ("changed", "chosen", "rule", "reason"),
    [
        ({"tenant_class": "industry"}, FAST, "class", "industry does not qualify; those who do are start-up, sme"),
        ({"chip_hours": 50_001.0}, FAST, "limits", "asks for 50,001 chip-hours, more than the limit of 50,000"),
        ({"chip_hours": 9_999.0}, FAST, "limits", "asks for 9,999 chip-hours, less than the least of 10,000"),
        ({"country": "US"}, FAST, "country", "established in US (United States), which is not among the states that"),
        ({"country": "ZZ"}, FAST, "country", "established in ZZ, which is not among the states that take part"),
        (
            {"tenant_class": "research", "country": "NO"},
            SCIENCE,
            "country",
            "established in NO (Norway), which is not in the European Union",
        ),
        *[
            ({"criteria_met": frozenset(CRITERIA) - {criterion}}, FAST, criterion, text)
            for criterion, text in [
                ("legal-entity", "no legal entity applies"),
                ("civil-use", "is not for civil use"),
                ("ai-act", "does not meet its obligations under the AI Act"),
                ("ethics", "does not pass the ethics check"),
            ]
        ],
    ],
)
def test_each_rule_can_say_no_and_then_it_alone_does(facts, changed, chosen, rule, reason):
    found = eligibility(replace(FIRM, **changed), chosen, facts)
    assert {answer.rule for answer in found if not answer.passed} == {rule}
    assert next(answer for answer in found if answer.rule == rule).reason.startswith(reason)


def test_limits_are_part_of_what_may_be_asked_for(facts):
    for chip_hours in (10_000.0, 50_000.0, None):
        assert answers(replace(FIRM, chip_hours=chip_hours), FAST, facts)["limits"].passed
    assert answers(FIRM, BOUGHT, facts)["limits"].reason.endswith("there is no limit to the chip-hours")


def test_what_a_mode_does_not_ask_for_is_no_obstacle(facts):
    found = answers(replace(FIRM, country="ZZ", criteria_met=frozenset({"legal-entity", "civil-use"})), BOUGHT, facts)
    assert all(answer.passed for answer in found.values())
    assert found["ethics"].reason == "the mode does not ask for it"


@pytest.mark.parametrize(
    ("model_flops", "said", "unsaid"),
    [
        # Llama 3 8B on a trillion tokens: 6 x 8e9 x 1e12.
        (4.8e22, "does not count as general-purpose (1e23 FLOP)", "Commission"),
        (1e23, "does not count as general-purpose", "Commission"),
        (6.4e24, "6.4e24 FLOP makes it a general-purpose model: technical documentation", "Commission"),
        (1e25, "makes it a general-purpose model", "Commission"),
        # Llama 3 405B: 3.8e25 by its report.
        (
            3.8e25,
            "of systemic risk: to be notified to the Commission within 14 days, evaluation with adversarial",
            "not ",
        ),
        (None, "more than 1e23 FLOP would have those of a general-purpose model", "systemic"),
    ],
)
def test_the_ai_act_asks_more_of_larger_models(facts, model_flops, said, unsaid):
    reason = answers(replace(FIRM, model_flops=model_flops), FAST, facts)["ai-act"].reason
    assert said in reason
    assert unsaid not in reason


def test_a_closed_mode_says_what_is_open_instead(facts):
    modes = (FAST, SCIENCE, BOUGHT)
    assert [one.name for one in open_modes(FIRM, modes, facts)] == ["fast-lane", "bought"]
    assert instead(FIRM, FAST, modes, facts) == ""
    said = instead(FIRM, SCIENCE, modes, facts)
    assert said.startswith("science is closed: start-up does not qualify")
    assert said.endswith("open are fast-lane, bought")
    nobody = replace(FIRM, criteria_met=frozenset())
    assert instead(nobody, FAST, modes, facts).endswith("no mode is open")


def test_the_union_has_27_members_and_450_million_people(facts):
    union = open_countries("union", facts)
    assert len(union) == 27
    people = sum(facts.number("countries", code, "population") for code in union)
    assert people == pytest.approx(450_380_300, abs=2_000)  # Eurostat, 1 January 2025; members are rounded to hundreds
    # EuroHPC in November 2025: all members of the Union and eleven others.
    others = open_countries("participating", facts) - union
    assert others == {"AL", "CH", "GB", "IL", "IS", "MD", "ME", "MK", "NO", "RS", "TR"}
    assert {"US", "CN"} <= open_countries("any", facts) - others - union
