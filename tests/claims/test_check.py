"""Every claim gets one verdict that says something, and the stages have what the evaluators read."""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from typing import get_args

from gortyn.access import Access, TenantAccess
from gortyn.claims import EVALUATORS, Judgement
from gortyn.claims.check import claimed
from gortyn.claims.verdict import Claim
from gortyn.energy import EnergyAccount
from gortyn.finance import Finance


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
        for sentence in (verdict.found, verdict.why):
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
    history = [id for id, verdict in ours.items() if verdict.verdict == "history"]
    assert {"S13", "S16", "S34", "S48", "S49", "S60"} <= set(history)
    assert all(ours[id] == other[id] or math.isnan(ours[id].found_value) for id in history)
    assert (ours["S13"].found_value, ours["S14"].found_value, ours["S15"].found_value) == (7, 12, 19)
    assert ours["S35"].found_value > 50


def test_stages_have_what_the_evaluators_read():
    tenant = {"tenant", "tenant_class", "jobs", "served_share", "chip_hours_share", "wait_p50_s", "wait_p90_s"}
    finance = {"capex_eur", "public_share", "public_eur", "private_eur", "private_per_public", "funding_gap_eur"}
    for kind, names in (
        (TenantAccess, tenant),
        (Access, {"classes", "tenants", "jain"}),
        (Finance, finance | {"cloud", "layers", "risk"}),
        (EnergyAccount, {"facility_mw", "carbon_t"}),
    ):
        assert names <= {*dir(kind), *(field.name for field in dataclasses.fields(kind))}, kind.__name__


def test_claimed_values_are_printed_with_their_unit():
    def of(value, unit):
        return claimed(Claim("S00", "It is so", "Someone", "quantity", value, unit, None, None, "Nothing"))

    assert of(20.0, "bn EUR") == "20 bn EUR"
    assert of(100_000.0, "count") == "100,000"
    assert of(10.0, "1") == "10 times"
    assert of(2025.0, "year") == "2025"
    assert of("open access", "text") == "open access"
