"""Sums done by hand, what published machines add up to, and what must hold for any size."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.machine import Capex, plan, size
from gortyn.model import Cooling, Phase
from gortyn.model.series import SiteSeries, WeatherSeries


def phase(**how):
    return Phase(name="p", operational=date(2028, 1, 1), machine="double", **how)


def test_a_phase_in_chips_is_bought_in_whole_nodes(scenario, facts):
    first = plan(scenario, facts)[0].phases[0]
    assert (first.chips, first.nodes, first.domains, first.pods) == (20_008, 2501, 313, 20)
    assert first.h100_equivalents == pytest.approx(40_016)
    assert first.it_mw == pytest.approx(30.012)
    assert first.facility_mw == pytest.approx(36.0144)
    assert first.exaflops == pytest.approx(40.016)


def test_a_phase_in_h100_equivalents_is_bought_in_whole_nodes(scenario, facts):
    second = plan(scenario, facts)[0].phases[1]
    assert (second.chips, second.nodes) == (30_000, 3750)
    assert second.h100_equivalents == pytest.approx(60_000)


def test_capex_by_part_and_grid_connection_paid_once(scenario, facts):
    north = plan(scenario, facts)[0]
    first, second, third = (p.capex for p in north.phases)
    assert first.chips_eur == pytest.approx(20_008 * 32_000)
    assert first.network_eur == pytest.approx(20_008 * 4_000)
    assert first.building_eur == pytest.approx(30.012 * 10e6)
    assert first.grid_eur == pytest.approx(100 * 500_000)
    assert first.contingency_eur == pytest.approx(0.1 * (first.total_eur - first.contingency_eur))
    assert second.grid_eur == third.grid_eur == 0
    assert north.capex.total_eur == pytest.approx(first.total_eur + second.total_eur + third.total_eur)


def test_floors_are_held_against_the_total_of_the_site(scenario, facts):
    north = plan(scenario, facts)[0]
    # 40,016 + 60,000 = 100,016 H100-equivalents and 75.012 MW after phase two
    assert north.meets_minimum_h100_equivalents == (None, True, True)
    assert north.meets_minimum_it_mw == (True, False, None)


def test_totals_are_sums_of_phases(scenario, facts):
    north = plan(scenario, facts)[0]
    assert north.chips == 20_008 + 30_000 + 8
    assert north.nodes * 8 == north.chips
    assert north.exaflops == pytest.approx(sum(p.exaflops for p in north.phases))
    assert (north.domains, north.pods) == (313 + 469 + 1, 20 + 30 + 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chips=st.integers(1, 2_000_000), per_node=st.sampled_from([1, 2, 4, 8, 72]), tflops=st.floats(50, 20_000))
def test_h100_equivalents_and_chips_are_two_names_of_one_size(machine, facts, chips, per_node, tflops):
    machine = machine.model_copy(update={"chips_per_node": per_node, "bf16_dense_tflops": tflops})
    bought = size(phase(chips=chips), machine, facts)
    assert chips <= bought.chips < chips + per_node
    assert bought.chips <= bought.domains * 64 < bought.chips + 64
    assert size(phase(h100_equivalents=bought.h100_equivalents), machine, facts) == bought


def test_a_stated_pue_holds_at_the_peak(scenario, facts):
    (north,) = plan(scenario, facts)
    assert (north.pue, north.peak_pue) == (1.2, 1.2)
    assert north.peak_facility_mw == pytest.approx(north.facility_mw)


def test_pue_left_out_follows_from_climate_and_file(scenario):
    """As LUMI at Kajaani: below 1.04 at full load; a year of one's own at 38 degC needs more in every hour."""
    facts = load().lookup()
    cooled = scenario.sites[0].model_copy(
        update={"cooling": Cooling(kind="warm-water"), "latitude_deg": 64.2, "longitude_deg": 27.7}
    )
    there = scenario.model_copy(update={"sites": (cooled,)})
    (typical,) = plan(there, facts)
    assert 1.02 < typical.pue < 1.04 < typical.peak_pue < 1.1
    assert typical.facility_mw == pytest.approx(typical.it_mw * typical.pue)
    same = np.full(8760, 38.0), np.full(8760, 0.4), np.zeros(8760), np.zeros(8760)
    file = SiteSeries(weather=WeatherSeries(np.datetime64("2024-01-01T00", "h"), *same))
    (hot,) = plan(there, facts, {cooled.name: file})
    assert hot.pue == pytest.approx(hot.peak_pue)
    assert hot.pue > typical.pue


def test_capex_adds_part_by_part():
    assert Capex(1, 2, 3, 4, 5) + Capex(10, 20, 30, 40, 50) == Capex(11, 22, 33, 44, 55)


def test_a_hundred_thousand_gb200_draw_what_was_published(scenario):
    """1,389 racks of 72 at 120 kW are 167 MW."""
    facts = load().lookup()
    rack = scenario.machines[0].model_copy(
        update={
            "chips_per_node": 4,
            "domain_chips": int(facts.number("chips", "GB200-NVL72", "scale_up_domain_chips")),
            "it_power_kw_per_chip": facts.number("chips", "GB200-NVL72", "it_power_kw_per_chip"),
            "bf16_dense_tflops": facts.number("chips", "GB200-NVL72", "bf16_dense_tflops"),
        }
    )
    site = size(phase(chips=100_000), rack, facts)
    assert site.domains == 1389
    assert site.it_mw == pytest.approx(167, rel=0.02)
    assert site.h100_equivalents > 2 * site.chips


def test_an_unresolved_scenario_is_refused(scenario, facts):
    bare = scenario.machines[0].model_copy(update={"chips_per_node": None})
    with pytest.raises(ValueError, match="not resolved"):
        plan(scenario.model_copy(update={"machines": (bare,)}), facts)
