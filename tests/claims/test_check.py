"""Every claim gets one verdict that says something, and the stages have what the evaluators read."""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from typing import get_args

import pytest

from gortyn.access import Access, EnclaveUse, Evenness, FunnelRow, GroupAccess, TenantAccess
from gortyn.catalogue import load
from gortyn.catalogue.fact import EVIDENCE
from gortyn.claims import EVALUATORS, Judgement, Role
from gortyn.claims.check import claimed
from gortyn.claims.verdict import Claim
from gortyn.energy import EnergyAccount
from gortyn.finance import Finance
from gortyn.resolve import Origin
from gortyn.spaces import TokenNeed
from gortyn.tradeoff import TradePoint


def test_each_claim_of_the_catalogue_has_one_verdict_in_order(verdicts):
    found = verdicts()
    assert list(found) == [f"S{number:02}" for number in range(1, 61)]
    assert set(EVALUATORS) <= set(found)


def test_the_claims_are_those_of_the_source_texts(verdicts, shared_data):
    with (shared_data / "facts" / "claims.csv").open(newline="") as file:
        published = {row["id"]: row for row in csv.DictReader(file)}
    found = verdicts()
    assert set(found) == set(published)
    for id in ("S01", "S04", "S05", "S06", "S07", "S08", "S16", "S57"):
        assert found[id].claimed_value == float(published[id]["value"]), id


def test_every_verdict_speaks_in_whole_sentences(verdicts):
    for verdict in verdicts().values():
        assert verdict.verdict in get_args(Judgement)
        assert verdict.claimed
        assert bool(verdict.condition) == (verdict.verdict == "holds_if"), verdict.id
        assert bool(verdict.break_even) == math.isfinite(verdict.break_even_value), verdict.id
        assert not re.search(r"\bnan\b|\?|\.\.| $", verdict.condition + verdict.baseline), verdict.id
        for sentence in (verdict.sentence, verdict.found, verdict.why):
            assert re.fullmatch(r"[A-Z0-9].*\.", sentence), f"{verdict.id}: {sentence!r}"
            assert not re.search(r"\bnan\b|\?", sentence), f"{verdict.id}: {sentence!r}"
            assert ".." not in sentence, f"{verdict.id}: {sentence!r}"


def test_numbers_come_with_a_unit(verdicts):
    for verdict in verdicts().values():
        if not math.isnan(verdict.found_value):
            assert verdict.unit, verdict.id


def test_a_size_is_always_shown_in_three_counts(verdicts):
    found = verdicts()
    for id in ("S08", "S10", "S11", "S18", "S26", "S37", "S51", "S52", "S53"):
        assert "H100-equivalents" in found[id].found, id
        assert "MW of IT" in found[id].found, id


def test_the_past_is_not_decided_by_a_scenario(verdicts):
    ours, other = verdicts(), verdicts(sites=1, chips=1000, public_share=1.0)
    past = [id for id, verdict in ours.items() if verdict.topic == "record"]
    assert {"S13", "S14", "S15", "S16", "S28", "S48", "S49", "S60"} <= set(past)
    assert [ours[id].verdict for id in past] == [other[id].verdict for id in past]
    assert [ours[id].verdict for id in ("S13", "S14", "S15")] == ["holds", "fails", "fails"]
    assert [ours[id].found_value for id in ("S13", "S14", "S15")] == [7, 12, 19]
    assert ours["S35"].found_value > 50


def test_nearly_all_can_be_checked(verdicts):
    unchecked = {id for id, verdict in verdicts().items() if verdict.verdict == "not_checkable"}
    assert unchecked == {"S19", "S20", "S27", "S37", "S38", "S46", "S47", "S50", "S57"}


def test_every_verdict_names_the_text_and_what_it_read(verdicts):
    texts = {"vietnamplus-2025-02-11", "hardware-news-2025-02", "ai-digest-2025-02-11", "tech-news-2025-02"}
    texts.add("news-digest-2024-01-24")
    catalogue = load()
    citations = {catalogue.sources[key].citation for key in texts}
    for verdict in verdicts().values():
        first, *rest = verdict.sources
        assert first.key == f"claims/{verdict.id}/statement"
        assert first.citation in citations
        assert len(set(verdict.sources)) == len(verdict.sources)
        assert all(one.evidence in EVIDENCE and one.citation and one.date for one in rest), verdict.id


def test_a_verdict_cites_only_what_it_read(verdicts):
    found = verdicts()
    keys = {id: {one.key for one in verdict.sources} for id, verdict in found.items()}
    assert "finance/efsi/corrected_multiplier" in keys["S59"]
    assert not any("efsi" in key for key in keys["S13"])
    assert "comparators/Abilene-jobs/construction_jobs" in keys["S26"]


def test_contradictions_are_told(verdicts):
    found = verdicts()
    assert "9 February" in found["S28"].conflicts
    assert "2025-02-09" in found["S28"].conflicts
    assert "37.4" in found["S29"].conflicts
    assert found["S46"].conflicts == ""


def test_inputs_without_source_are_told_and_those_with_one_are_sources(verdicts):
    path = ("programme", "mobilised_eur")
    unsaid = verdicts()["S01"]
    assert "programme.mobilised_eur" in unsaid.assumptions
    origin = Origin("file", "plan.yaml:3", "sourced", "an announcement")
    said = verdicts(origins={path: origin})["S01"]
    assert "programme.mobilised_eur" not in said.assumptions
    assert ("programme.mobilised_eur", "an announcement", "sourced") in {
        (one.key, one.citation, one.evidence) for one in said.sources
    }


def test_charts_have_finite_points_and_known_roles(verdicts):
    for verdict in verdicts().values():
        for point in verdict.figures:
            assert math.isfinite(point.y)
            assert point.role in get_args(Role)
            assert bool(point.x_unit) == math.isfinite(point.x), verdict.id
            assert point.label
            assert point.unit


@pytest.mark.parametrize(
    "id", ["S01", "S04", "S07", "S08", "S10", "S11", "S14", "S26", "S34", "S43", "S51", "S53", "S59"]
)
def test_claims_with_numbers_have_a_chart(verdicts, id):
    roles = {point.role for point in verdicts()[id].figures}
    assert len(roles) >= 2


def test_stages_have_what_the_evaluators_read():
    tenant = {"tenant", "tenant_class", "jobs", "served_share", "chip_hours_share", "wait_p50_s", "wait_p90_s"}
    decided = {"mode", "tenant_class", "applications", "ineligible", "refused", "crowded_out", "withdrawn", "admitted"}
    enclave = {"enclave", "jobs", "chips", "chip_hours", "overhead_chip_hours", "idle_wanted_chip_hours", "wait_p90_s"}
    finance = {"capex_eur", "public_share", "public_eur", "private_eur", "private_per_public", "funding_gap_eur"}
    for kind, names in (
        (TenantAccess, tenant),
        (Access, {"classes", "tenants", "jain", "funnel", "groups", "evenness", "enclaves"}),
        (FunnelRow, decided),
        (GroupAccess, {"grouping", "group", "wait_p90_s", "refused_share"}),
        (Evenness, {"grouping", "quantity", "jain"}),
        (EnclaveUse, enclave | {"idle_chip_hours"}),
        (TokenNeed, {"run", "data_space", "needed_tokens", "unique_tokens", "epochs", "met"}),
        (TradePoint, {"demand", "reserved_share", "startup_wait_p90_s", "cost_chip_hours", "simulated_days"}),
        (Finance, finance | {"cloud", "layers", "risk", "levelised_eur_per_chip_hour"}),
        (EnergyAccount, {"facility_mw", "carbon_t"}),
    ):
        assert names <= {*dir(kind), *(field.name for field in dataclasses.fields(kind))}, kind.__name__


def test_claimed_values_are_printed_with_their_unit():
    def of(value, unit):
        return claimed(Claim("S00", "It is so", "Someone", "money", value, unit, None, None, "Nothing"))

    assert of(20.0, "bn EUR") == "20 bn EUR"
    assert of(100_000.0, "count") == "100,000"
    assert of(10.0, "1") == "10 times"
    assert of(2025.0, "year") == "2025"
    assert of("open access", "text") == "open access"
