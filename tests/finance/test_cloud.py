"""Cloud offers against own cost: by hand, at the break-even, and with catalogues that disagree or say little."""

from __future__ import annotations

import dataclasses
import math
from datetime import date

import pytest

import plain
from gortyn.catalogue import load
from gortyn.finance.cloud import ON_DEMAND, break_even_utilisation_share, compare, offers
from gortyn.machine import plan
from gortyn.model import Costs, Phase, Simulation, TrainingRun
from gortyn.training import TrainingEstimate

USD_PER_EUR = 1.25
OWN_EUR, USED = 2.0, 0.75
SOURCES = "key,citation,url,date\nnews,A newspaper,,2026\n"
HEADER = "entry,field,value,unit,low,high,date,evidence,source,note\n"


def tenants(**stated):
    known = {"price_eur_per_chip_hour": 3.0, "discount_share": 0.5}
    return (plain.tenant(**known | stated),)


@pytest.fixture
def case():
    """A site of 9,890-TFLOP/s chips, each ten H100, and a run of 1,000 of them over ten days."""
    facts = load().lookup()
    phases = (Phase(name="one", operational=date(2028, 1, 1), machine="plain", chips=8_000),)
    scenario = plain.scenario(
        machines=(plain.machine(bf16_dense_tflops=9_890.0),),
        sites=(plain.site(phases=phases),),
        tenants=tenants(),
        costs=Costs(usd_per_eur=USD_PER_EUR, building_usd_per_mw=1e7, grid_connection_eur_per_mw=2e5),
        training_runs=(TrainingRun(name="big", model="Llama-3-8B", site="north", machine="plain", tenant="labs",
                                   chips=1_000, baseline_chips=100, tokens=1e12),),
        simulation=Simulation(start=date(2028, 1, 1)),
    )  # fmt: skip
    run = TrainingEstimate(
        "big", "Llama-3-8B", "north", "plain", 1_000, 1e12, 1e23, 0.4, 0.9, 9.0, 10.0, 1.0, 100, 99.0, 30.0, 50.0
    )
    return scenario, plan(scenario, facts), (run,), facts


def rows_of(case, use="big", **changes):
    scenario, plans, (run,), facts = case
    run = dataclasses.replace(run, **changes)
    return [row for row in compare(scenario, plans, (run,), OWN_EUR, USED, facts) if row.use == use]


def offer(rows, name):
    (row,) = (row for row in rows if row.offer == name)
    return row


def test_a_run_by_hand(case):
    """240,000 chip-hours are 2.4 m H100-hours: at USD 3.25 and 1.25 USD per EUR 2.60 each, beside 2.00 of one's own."""
    row = offer(rows_of(case), "Verda-H100")
    assert (row.provider, row.commitment, row.date) == ("DataCrunch/Verda", ON_DEMAND, "2026-08-23")
    assert (row.chip_hours, row.h100_equivalent_hours) == pytest.approx((240_000, 2.4e6))
    assert row.cloud_eur == pytest.approx(2.4e6 * 2.6)
    assert row.own_eur == pytest.approx(4.8e6)
    assert row.tenant_eur == pytest.approx(240_000 * 1.5)
    assert row.saving_eur == pytest.approx(1.44e6)
    assert row.saving_share == pytest.approx(0.6 / 2.6)
    assert row.break_even_chip_hours == pytest.approx(10e6 / 6)
    assert row.break_even_utilisation_share == pytest.approx(USED * 2 / 2.6)


def test_a_faster_chip_of_the_cloud_needs_fewer_hours(case):
    """A B200 has 2,250 dense TFLOP/s at 16 bits, an H100 989."""
    row = offer(rows_of(case), "Verda-B200")
    assert row.cloud_eur == pytest.approx(2.4e6 * 989 / 2250 * 6.11 / USD_PER_EUR)


def test_at_the_break_even_size_the_saving_is_that_of_the_claim(case):
    for row in rows_of(case):
        if math.isnan(row.break_even_chip_hours):
            assert row.saving_eur <= 0
            continue
        again = rows_of(case, days=10 * row.break_even_chip_hours / row.chip_hours)
        saved = [one.saving_eur for one in again if (one.offer, one.date) == (row.offer, row.date)]
        assert any(one == pytest.approx(10e6) for one in saved), row.offer


def test_at_the_break_even_utilisation_own_cost_is_the_offer():
    assert OWN_EUR * USED / break_even_utilisation_share(OWN_EUR, 1.8, USED) == pytest.approx(1.8)
    assert math.isnan(break_even_utilisation_share(OWN_EUR, 1.4, USED))
    assert math.isnan(break_even_utilisation_share(OWN_EUR, 0.0, USED))
    assert math.isnan(break_even_utilisation_share(OWN_EUR, 1.4, 0.0))


def test_prices_that_disagree_are_all_there(case):
    found = [(row.date, row.cloud_eur) for row in rows_of(case) if row.offer == "AWS-H100-on-demand"]
    quoted = {"2026-08-27": 12.29, "2026-01-15": 10.08, "2026-03": 6.88}
    assert {day: eur * USD_PER_EUR / 2.4e6 for day, eur in found} == pytest.approx(quoted)
    assert len(found) == 3


def test_a_price_in_euros_is_not_taken_through_dollars(case):
    assert offer(rows_of(case), "Scaleway-H100").cloud_eur == pytest.approx(2.4e6 * 3.31)


def test_what_is_no_offer_is_left_out(case):
    names = {row.offer for row in rows_of(case)}
    assert "GCP-H100-on-demand" in names
    assert not {"Break-even-H100", "AWS-commitment"} & names


def test_grants_are_of_the_size_that_their_mode_allows_and_free(case):
    fast, large = (offer(rows_of(case, f"grant {mode}"), "Lambda-H100") for mode in ("fast-lane", "large-scale"))
    assert (fast.chip_hours, fast.h100_equivalent_hours, fast.tenant_eur) == pytest.approx((50_000, 500_000, 0))
    assert large.chip_hours == 3e6
    assert fast.cloud_eur == pytest.approx(500_000 * 3.99 / USD_PER_EUR)
    assert not rows_of(case, "grant benchmark")


def written(folder, **kinds):
    for kind, text in {"sources": SOURCES, **{kind: HEADER + text for kind, text in kinds.items()}}.items():
        (folder / f"{kind}.csv").write_text(text)
    return load(folder).lookup()


def test_a_catalogue_of_ones_own(case, tmp_path):
    scenario, plans, runs, _ = case
    said = "2026,published,news,\n"
    chips = f"H100-SXM,bf16_dense_tflops,1000,TFLOP/s,,,{said}"
    assert compare(scenario, plans, runs, OWN_EUR, USED, written(tmp_path, chips=chips)) == ()
    prices = (
        f"one,provider,One,text,,,{said}one,chip,H100-SXM,text,,,{said}one,commitment,spot,text,,,{said}"
        f"one,price_usd_per_chip_hour,5,USD/h,,,{said}two,provider,Two,text,,,{said}two,chip,abacus,text,,,{said}"
        f"two,commitment,spot,text,,,{said}two,price_usd_per_chip_hour,5,USD/h,,,{said}"
    )
    facts = written(tmp_path, chips=chips, cloud_prices=prices)
    assert [(one.name, one.eur_per_h100_hour) for one in offers(USD_PER_EUR, facts)] == [("one", 4.0)]
    (row,) = compare(scenario, plans, runs, OWN_EUR, USED, facts)
    assert row.saving_eur > 0
    assert math.isnan(row.break_even_chip_hours)
