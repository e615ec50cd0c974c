"""Applications ask for the demand, come in the right mixture, and do not depend on who else applies."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission.make import START, mode, plans, scenario
from gortyn.admission import OUTCOMES, admit
from gortyn.admission.applications import lead_days
from gortyn.admission.asked import Asked
from gortyn.model import Simulation
from gortyn.model.access import CRITERIA, AccessRules, Applicants, CountryShare, Enclave

admission_draw, admission_decide = (import_module(f"gortyn.admission.{name}") for name in ("applications", "admit"))


def apply(catalogue, modes, tenants, seed=1, **stated):
    window = Simulation(start=START, days=364, seed=seed)
    scene = scenario(catalogue, modes, tenants, simulation=window, **stated)
    return scene, admit(scene, plans(scene, catalogue.lookup()), catalogue.lookup())


@given(
    st.floats(1.0, 1e5),
    st.floats(0.0, 3.0),
    st.floats(0.0, 1e4),
    st.floats(1.0, 1e5),
)
def test_the_mean_asked_for_is_that_of_the_cut_lognormal(median, spread, least, more):
    asked = Asked(median, spread, least, least + more)
    # Midpoints of a million equal probabilities would do; so do 20,001 steps of the normal variable.
    place = np.linspace(-9, 9, 20_001)
    weight = np.exp(-(place**2) / 2)
    size = np.clip(median * np.exp(spread * place), least, least + more)
    assert asked.mean_chip_hours == pytest.approx(float((size * weight).sum() / weight.sum()), rel=1e-3)


@pytest.mark.parametrize(
    ("rules", "tenant"),
    [
        ({}, {}),
        ({"least_chip_hours": 900.0, "most_chip_hours": 1_500.0}, {"grant_spread": 1.5}),
        ({"cutoffs_per_year": 6, "chip_hours_share": 0.05}, {"grant_chip_hours": 1e6, "grant_spread": 2.0}),
        ({"chip_hours_share": 0.001}, {"grant_spread": 1.0}),
        ({"processing_working_days": None, "processing_days": 200}, {}),
    ],
    ids=["plain", "cut", "cut to the pool", "cut to what is kept", "long processing"],
)
def test_applications_ask_for_the_demand(catalogue, rules, tenant):
    known = {"demand_share": 0.3, "grant_chip_hours": 1_000.0}
    asked, variance = [], 0.0
    for seed in range(5):
        _, found = apply(catalogue, (mode("open", **rules),), [("labs", "open", known | tenant)], seed)
        within = found.applications.submit_s >= 0
        sizes = found.applications.asked_chip_hours[within]
        asked.append(sizes.sum())
        variance += (sizes**2).sum()  # of a compound Poisson sum
    demand = 0.3 * 800 * 364 * 24
    error = variance**0.5 / 5
    assert error < 0.1 * demand
    assert np.mean(asked) == pytest.approx(demand, abs=4 * error)


def test_who_applies_for_chips_to_come_does_so_in_time(catalogue):
    # Ten times the chips from 30 November on: with 28 days of processing, ten times the applications from 2 November.
    slow = mode("open", processing_working_days=None, processing_days=28)
    phases = ((date(2026, 1, 1), 80), (date(2026, 11, 30), 720))
    _, found = apply(catalogue, (slow,), [("labs", "open", {"grant_chip_hours": 10.0})], phases=phases)
    day = found.applications.submit_s // 86_400
    step = (date(2026, 11, 2) - START).days
    before, after = ((day >= 0) & (day < step - step % 7)).sum() / (step - step % 7), (day >= step).sum() / (364 - step)
    assert after / before == pytest.approx(10, rel=0.1)


def test_a_window_begins_with_as_many_grants_as_it_ends_with(catalogue):
    rules = {"allocation_months": 12.0, "cutoffs_per_year": 4, "processing_working_days": 20, "pass_share": 1.0}
    _, found = apply(catalogue, (mode("open", **rules),), [("labs", "open", {"grant_chip_hours": 500.0})])
    begin_s, end_s = (column[found.admitted] for column in (found.decisions.begin_s, found.decisions.end_s))
    alive = [((begin_s <= at) & (end_s > at)).sum() for at in (0, 180 * 86_400, 363 * 86_400)]
    assert min(alive) > 5_000
    assert max(alive) < 1.2 * min(alive)  # four cut-offs a year: up to a fifth of a year's more or less


@pytest.mark.parametrize("demand_share", [0.3, 0.5])
def test_a_window_begins_as_if_it_had_gone_on_for_long(catalogue, monkeypatch, demand_share):
    """With a quarter of a machine to grant, applications wait in the first two months as they do after another year."""
    chosen = mode("counter", chip_hours_share=0.25, patience_days=30)

    def waits_days(days_more: int) -> list[float]:
        for room in (admission_draw, admission_decide):
            monkeypatch.setattr(room, "lead_days", lambda *whose: lead_days(*whose) + days_more)
        found = []
        for seed in range(6):
            tenants = [("labs", "counter", {"demand_share": demand_share, "grant_chip_hours": 2_000.0})]
            _, one = apply(catalogue, (chosen,), tenants, seed)
            early = (one.applications.submit_s >= 0) & (one.applications.submit_s < 60 * 86_400)
            found.append(float((one.decisions.decided_s - one.applications.submit_s)[early].mean() / 86_400))
        return found

    usual, longer = waits_days(0), waits_days(300)
    # Who asks for more than there is waits from the first day.
    assert np.mean(usual) > (15 if demand_share > 0.4 else 2)
    error = np.hypot(np.std(usual), np.std(longer)) / 6**0.5
    assert np.mean(usual) == pytest.approx(np.mean(longer), abs=4 * error)


def test_a_first_cutoff_far_ahead_collects_what_one_gap_brings(catalogue):
    """Cut-offs on days 300 and 330: the first takes thirty days of applications, not three hundred."""
    dates = tuple(START + timedelta(days=day) for day in (300, 330))
    _, found = apply(catalogue, (mode("call", cutoffs=dates),), [("labs", "call", {"grant_chip_hours": 100.0})])
    day = found.applications.submit_s // 86_400
    assert 270 <= day.min() < 275
    first, second = (day <= 300).sum(), ((day > 300) & (day <= 330)).sum()
    assert first > 1_000
    assert first == pytest.approx(second, rel=0.1)
    late = (START + timedelta(days=900),)
    _, nobody = apply(catalogue, (mode("call", cutoffs=late),), [("labs", "call", {})])
    assert nobody.applications.submit_s.size == 0


def test_the_same_seed_gives_the_same_bytes(catalogue):
    modes, tenants = (mode("open", chip_hours_share=0.2),), [("labs", "open", {"grant_chip_hours": 900.0})]
    (_, one), (_, same), (_, other) = (apply(catalogue, modes, tenants, seed) for seed in (1, 1, 2))
    for kind in ("applications", "decisions"):
        for first, second in zip(getattr(one, kind), getattr(same, kind), strict=True):
            assert first.tobytes() == second.tobytes()
            assert first.dtype == second.dtype
    assert one.applications.submit_s.tobytes() != other.applications.submit_s.tobytes()


def test_one_tenant_more_leaves_the_applications_of_the_others_alone(catalogue):
    modes = (mode("open"), mode("board", cutoffs_per_year=6))
    tenants = [("labs", "open", {"grant_chip_hours": 900.0}), ("firms", "board", {"tenant_class": "sme"})]
    _, before = apply(catalogue, modes, tenants)
    _, after = apply(catalogue, modes, [("newcomers", "board", {}), *tenants])
    for index in range(2):
        old = before.applications.at(np.flatnonzero(before.applications.tenant == index))
        new = after.applications.at(np.flatnonzero(after.applications.tenant == index + 1))
        for name in set(old._fields) - {"tenant"}:
            assert getattr(old, name).tobytes() == getattr(new, name).tobytes(), name
    assert (np.diff(after.applications.submit_s) >= 0).all()


def test_applicants_come_from_everywhere_in_proportion(catalogue):
    tenants = [("labs", "union", {"grant_chip_hours": 100.0})]
    _, found = apply(catalogue, (mode("union", countries="union"),), tenants)
    assert len(found.countries) == 27
    number = np.bincount(found.applications.country, minlength=27)
    share = found.population / found.population.sum()
    # Eurostat: 83.6 of 450.4 million live in Germany.
    assert share[found.countries.index("DE")] == pytest.approx(83.6 / 450.4, rel=1e-3)
    expected = share * number.sum()
    assert (np.abs(number - expected) < 5 * np.sqrt(expected) + 1).all()
    # Of the whole world, whoever takes part; a country that a tenant names goes before.
    tenants = [("labs", "any", {}), ("guests", "any", {"countries": (CountryShare(country="US"),)})]
    _, found = apply(catalogue, (mode("any", countries="any"),), tenants)
    assert len(found.countries) == 39
    assert {found.countries[one] for one in found.applications.country[found.applications.tenant == 1]} == {"US"}
    assert "US" not in {found.countries[one] for one in found.applications.country[found.applications.tenant == 0]}


def test_applicants_from_elsewhere_are_told_so(catalogue):
    shares = (CountryShare(country="FR", weight=3.0), CountryShare(country="US"), CountryShare(country="ZZ"))
    scene, found = apply(
        catalogue, (mode("open"),), [("labs", "open", {"countries": shares, "grant_chip_hours": 900.0})]
    )
    assert found.countries == ("FR", "US", "ZZ")
    assert np.isnan(found.population).tolist() == [False, False, True]
    decided = found.decisions.outcome != OUTCOMES.index("open")
    abroad = decided & (found.applications.country > 0)
    assert abroad.mean() == pytest.approx(0.4, abs=0.05)
    assert set(found.decisions.outcome[abroad]) == {OUTCOMES.index("ineligible")}
    reasons = {found.reason(scene, place) for place in np.flatnonzero(abroad & (found.applications.flaw < 0))}
    assert reasons == {
        f"not eligible: established in {code}, which is not among the states that take part in EuroHPC"
        for code in ("US", "ZZ")
    }


def test_the_funnel_has_the_shares_that_the_scenario_states(catalogue):
    applicants = Applicants(no_legal_entity_share=0.1, not_civil_share=0.2, ai_act_share=0.0, unethical_share=0.5)
    chosen = mode("open", conditions=("legal-entity", "civil-use", "ai-act"), pass_share=0.6)
    rules = AccessRules(modes=(chosen,), applicants=applicants)
    tenants = [("labs", "open", {"grant_chip_hours": 100.0, "used_share": 0.7})]
    _, found = apply(catalogue, (chosen,), tenants, access=rules)
    count = found.applications.submit_s.size
    noise = 4 * (0.25 / count) ** 0.5
    # Ethics is not asked for; the second flaw counts where the first is not there.
    flaws = [(found.applications.flaw == place).mean() for place in range(-1, len(CRITERIA))]
    assert flaws == pytest.approx([0.9 * 0.8, 0.1, 0.9 * 0.2, 0.0, 0.0], abs=noise)
    closed = found.decisions.outcome[found.decisions.outcome != OUTCOMES.index("open")]
    shares = [(closed == OUTCOMES.index(name)).mean() for name in ("ineligible", "refused", "admitted")]
    assert shares == pytest.approx([0.28, 0.72 * 0.4, 0.72 * 0.6], abs=noise)
    assert found.applications.used_share.mean() == pytest.approx(0.7, abs=noise)
    assert 0 <= found.applications.used_share.min() < found.applications.used_share.max() <= 1


def test_applications_prefer_the_hours_in_which_jobs_are_sent(catalogue, facts):
    _, found = apply(catalogue, (mode("open"),), [("labs", "open", {"grant_chip_hours": 20.0})])
    hour = found.applications.submit_s // 3600 % 24
    share = np.bincount(hour, minlength=24) / hour.size * 24
    expected = [facts.number("shapes", "arrivals-hour", f"h{one:02d}") for one in range(24)]
    assert share == pytest.approx(expected, rel=0.1)


def test_sensitive_data_wait_for_the_longest_permit_of_the_enclaves_that_take_them(catalogue):
    permits = [("vault", ("health",), 90), ("archive", ("genome", "health"), 30), ("annex", ("genome",), 120)]
    enclaves = tuple(
        Enclave(name=name, site="north", machine="plain", chips=8, takes=takes, permit_days=days, overhead_share=0.1)
        for name, takes, days in permits
    )
    chosen = mode("open")
    tenants = [
        ("clinic", "open", {"sensitive": "health", "grant_chip_hours": 900.0}),
        ("register", "open", {"sensitive": "genome", "grant_chip_hours": 900.0, "home": "north"}),
        ("labs", "open", {"grant_chip_hours": 900.0}),
    ]
    _, found = apply(catalogue, (chosen,), tenants, access=AccessRules(modes=(chosen,), enclaves=enclaves))
    own = found.admitted
    waited = (found.decisions.begin_s - found.decisions.decided_s)[own]
    for index, days in enumerate((90, 120, 0)):
        assert set(waited[found.applications.tenant[own] == index].tolist()) == {days * 86_400}
