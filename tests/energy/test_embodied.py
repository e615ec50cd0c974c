from __future__ import annotations

import math

import numpy as np
import pytest

import plain
from gortyn.energy.embodied import embodied, kg_per_chip
from gortyn.machine import Partition


class Facts:
    """A catalogue of embodied carbon alone."""

    def __init__(self, **values):
        self.values = values
        self.catalogue = self

    def has(self, kind, entry, field):
        return f"{kind}/{entry}/{field}" in self.values

    def text(self, kind, entry, field):
        return self.values[f"{kind}/{entry}/{field}"]

    def get_number(self, kind, entry, field):
        return self.values.get(f"{kind}/{entry}/{field}")


def test_a_thousand_chips_by_hand(make_scenario):
    """1,000 chips of 2 t and 1 MW of building at 500 t, over 5 and 25 years."""
    scenario = make_scenario()
    parts = (Partition(0, "plain", 125, 8, np.zeros(1, np.int64), np.array([125])),)
    facts = Facts(**{"embodied/H100-SXM/kg_per_chip": 2000.0, "embodied/building/t_per_mw": 500.0})
    made = embodied(scenario, 0, parts, facts)
    assert made.total_t == pytest.approx(2000 + 500)
    assert made.per_year_t == pytest.approx(2000 / 5 + 500 / 25)
    assert embodied(scenario, 1, parts, facts).total_t == 0


def test_the_machines_own_figure_goes_first_and_nothing_is_made_up():
    facts = Facts(**{"embodied/accelerator/kg_per_chip": 900.0})
    assert kg_per_chip(plain.machine(embodied_kg_per_chip=150.0), facts) == 150.0
    assert kg_per_chip(plain.machine(), facts) == 900.0
    alike = Facts(**{"embodied/H100-SXM/alike": "A100-80GB", "embodied/A100-80GB/kg_per_chip": 460.0})
    assert kg_per_chip(plain.machine(), alike) == 460.0
    assert math.isnan(kg_per_chip(plain.machine(), Facts()))
