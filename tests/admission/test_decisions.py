"""Every decision on random worlds is that of the plain-Python twin, and pools are never overdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admission.make import START, bare_plans, mode, plans, scenario
from gortyn.admission import NOT_GRANTED, OUTCOMES, admit, decided, eligibility
from gortyn.admission.applications import Countries
from gortyn.admission.capacity import in_operation
from gortyn.admission.eligibility import Applicant
from gortyn.admission.types import Applications
from gortyn.model.access import CLASSES, CRITERIA, Enclave
from naive.admission import Application, Rules, decide

CODES = ("FR", "NO", "US", "XX")
PLACES = Countries(CODES, np.array([68e6, 5e6, 340e6, np.nan]))
DAYS = st.integers(-60, 50)
# Shares that a double holds exactly, so that both count the same hours.
SHARES = st.sampled_from([None, 1 / 8, 1 / 4, 1 / 2, 1.0])


@st.composite
def modes(draw):
    processing = {draw(st.sampled_from(["processing_days", "processing_working_days"])): draw(st.integers(0, 12))}
    kind = draw(st.sampled_from(["dates", "evenly", "order"]))
    stated = {}
    if kind == "dates":
        days = sorted(draw(st.sets(st.integers(-20, 60), min_size=1, max_size=4)))
        stated["cutoffs"] = tuple(START + timedelta(days=day) for day in days)
    elif kind == "evenly":
        stated["cutoffs_per_year"] = float(draw(st.sampled_from([4, 12, 24, 52, 365])))
    least, most = sorted(draw(st.tuples(st.integers(0, 50), st.integers(100, 3_000))))
    return mode(
        **{"processing_working_days": None} | processing,
        **stated,
        allocation_months=draw(st.sampled_from([1.0, 3.0])),
        chip_hours_share=draw(SHARES),
        pass_share=draw(st.sampled_from([0.5, 0.75, 1.0])),
        patience_days=draw(st.integers(0, 20)),
        classes=tuple(draw(st.sets(st.sampled_from(CLASSES), min_size=3))),
        countries=draw(st.sampled_from(["union", "participating", "any"])),
        conditions=tuple(draw(st.sets(st.sampled_from(CRITERIA)))),
        least_chip_hours=least,
        most_chip_hours=most,
    )


@st.composite
def worlds(draw):
    chosen = draw(modes())
    phases = [(START + timedelta(days=day), chips) for day, chips in draw(st.lists(st.tuples(DAYS, st.integers(1, 4))))]
    row = st.fixed_dictionaries(
        {
            "submit_s": st.integers(-40 * 86_400, 45 * 86_400 - 1),
            "tenant": st.integers(0, 1),
            "country": st.integers(0, len(CODES) - 1),
            "asks": st.integers(1, 3_200),
            "flaw": st.sampled_from([-1, -1, -1, 0, 1, 2, 3]),
            "score": st.integers(0, 100).map(lambda place: place / 100),
        }
    )
    rows = sorted(draw(st.lists(row, max_size=25)), key=lambda one: one["submit_s"])
    return chosen, phases, rows, draw(st.lists(st.sampled_from(CLASSES), min_size=2, max_size=2))


def arrays(rows) -> Applications:
    def column(name, kind):
        return np.array([row[name] for row in rows], kind)

    return Applications(
        tenant=column("tenant", np.int32),
        mode=np.zeros(len(rows), np.int32),
        country=column("country", np.int32),
        submit_s=column("submit_s", np.int64),
        asked_chip_hours=column("asks", np.float64),
        flaw=column("flaw", np.int8),
        score=column("score", np.float64),
        used_share=np.full(len(rows), 0.8),
    )


def twin(world, permit_s, days):
    chosen, phases, rows, classes = world
    open_to = {
        "any": None,
        "participating": frozenset({"FR", "NO"}),
        "union": frozenset({"FR"}),
    }[chosen.countries]
    working = chosen.processing_working_days is not None
    rules = Rules(
        days=int(chosen.processing_working_days if working else chosen.processing_days),
        working=working,
        months=Fraction(chosen.allocation_months),
        share=None if chosen.chip_hours_share is None else Fraction(chosen.chip_hours_share),
        pass_share=chosen.pass_share,
        dates=list(chosen.cutoffs),
        a_year=None if chosen.cutoffs_per_year is None else int(chosen.cutoffs_per_year),
        patience_s=int(chosen.patience_days) * 86_400,
        longest_permit_s=max(permit_s),
        classes=chosen.classes,
        countries=open_to,
        conditions=chosen.conditions,
        least=chosen.least_chip_hours,
        most=chosen.most_chip_hours,
    )
    applications = [
        Application(
            tenant_class=classes[row["tenant"]],
            permit_s=permit_s[row["tenant"]],
            country=CODES[row["country"]],
            submit_s=row["submit_s"],
            asked=row["asks"],
            flaw=None if row["flaw"] < 0 else CRITERIA[row["flaw"]],
            score=row["score"],
        )
        for row in rows
    ]
    return decide(rules, applications, START, days, phases)


def build(world, catalogue, days=45):
    chosen, phases, rows, classes = world
    tenants = [
        ("plain", chosen.name, {"tenant_class": classes[0]}),
        ("clinic", chosen.name, {"tenant_class": classes[1], "sensitive": "health"}),
    ]
    scene = scenario(catalogue, (chosen,), tenants, days=days)
    enclave = Enclave(name="vault", site="north", machine="plain", chips=8, permit_days=9.5, overhead_share=0.1)
    scene = scene.model_copy(update={"access": scene.access.model_copy(update={"enclaves": (enclave,)})})
    capacity = in_operation(scene, bare_plans(*phases))
    return scene, decided(scene, arrays(rows), capacity, PLACES, catalogue.lookup())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(worlds())
def test_decisions_are_those_of_the_twin(catalogue, world):
    _, found = build(world, catalogue)
    expected = twin(world, [0, round(9.5 * 86_400)], 45)
    decisions = found.decisions
    assert [OUTCOMES[one] for one in decisions.outcome] == [one.outcome for one in expected]
    assert decisions.cutoff_s.tolist() == [one.cutoff_s for one in expected]
    assert decisions.decided_s.tolist() == [one.decided_s for one in expected]
    for name in ("begin_s", "end_s"):
        wanted = [getattr(one, name) for one in expected]
        assert getattr(decisions, name).tolist() == [NOT_GRANTED if one is None else one for one in wanted]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(worlds())
def test_the_rules_for_one_are_the_rules_for_all(catalogue, world):
    """An application is ineligible just where one of the answers given to a single person is no."""
    scene, found = build(world, catalogue)
    chosen, facts = scene.access.modes[0], catalogue.lookup()
    for place, row in enumerate(world[2]):
        met = frozenset(CRITERIA) - ({CRITERIA[row["flaw"]]} if row["flaw"] >= 0 else set())
        person = Applicant(scene.tenants[row["tenant"]].tenant_class, CODES[row["country"]], row["asks"], met)
        answers = eligibility(person, chosen, facts)
        outcome = OUTCOMES[found.decisions.outcome[place]]
        if outcome == "open":
            continue
        assert all(answer.passed for answer in answers) == (outcome != "ineligible")
        if outcome == "ineligible":
            said = found.reason(scene, place).removeprefix("not eligible: ")
            assert any(answer.reason.startswith(said.split(" (")[0].split(",")[0]) for answer in answers)


def test_pools_are_spent_down_to_less_than_anybody_left_out_asks(catalogue, facts):
    """Twice as much is asked for as the pools have."""
    scene = scenario(
        catalogue,
        (mode("board", cutoffs_per_year=12, chip_hours_share=0.5, pass_share=1.0, most_chip_hours=4_000.0),),
        [("labs", "board", {"demand_share": 1.0, "grant_chip_hours": 2_000.0, "grant_spread": 0.5})],
        start=date(2026, 1, 1),
        days=365,
    )
    found = admit(scene, plans(scene, facts), facts)
    decided_s, outcome = found.decisions.decided_s, found.decisions.outcome
    rounds_s = np.unique(decided_s[(decided_s >= 0) & (decided_s < 365 * 86_400)])
    assert rounds_s.size == 12
    pools = 400 * np.diff(rounds_s) / 3600  # half of 800 chips, from one first day of grants to the next
    for second, pool in zip(rounds_s.tolist(), pools.tolist(), strict=False):
        left = pool - found.granted_chip_hours[decided_s == second].sum()
        crowded_out = (decided_s == second) & (outcome == OUTCOMES.index("crowded-out"))
        assert crowded_out.sum() > 10
        assert 0 <= left < found.applications.asked_chip_hours[crowded_out].min()
    assert found.pool_chip_hours[0] == pytest.approx(400 * 365 * 24, rel=0.01)


def test_without_cutoffs_nobody_gets_more_than_came_in(catalogue, facts):
    """What is granted by any second is at most what has come in since the first application, to an empty purse."""
    scene = scenario(
        catalogue,
        (mode("counter", chip_hours_share=0.25, patience_days=30),),
        [("labs", "counter", {"demand_share": 0.5, "grant_chip_hours": 2_000.0})],
        phases=((date(2026, 1, 1), 400), (date(2026, 9, 1), 400)),
    )
    found = admit(scene, plans(scene, facts), facts)
    own = found.admitted[np.argsort(found.decisions.decided_s[found.admitted], kind="stable")]
    # A month's grant, two working days (four at most), a month of patience and 90 days to fill.
    at_s, first_s = found.decisions.decided_s[own], -(31 + 4 + 30 + 90) * 86_400
    more_s = (date(2026, 9, 1) - START).days * 86_400
    came = 100 * (at_s - first_s) / 3600 + 100 * np.maximum(at_s - more_s, 0) / 3600
    taken = np.cumsum(found.granted_chip_hours[own])
    assert (taken <= came + 1e-6).all()
    # More is asked for than there is: by the end all of it is gone but for what the next in line waits for.
    assert taken[-1] == pytest.approx(came[-1], rel=0.02)
    assert (found.decisions.outcome == OUTCOMES.index("withdrawn")).sum() > 10


def test_no_grant_begins_before_the_first_chips(catalogue, facts):
    scene = scenario(
        catalogue,
        (
            mode("board", cutoffs_per_year=12, chip_hours_share=0.5),
            mode("counter", chip_hours_share=0.25),
            mode("free"),
        ),
        [(name, name, {"demand_share": 0.3, "grant_chip_hours": 500.0}) for name in ("board", "counter", "free")],
        phases=((date(2026, 8, 15), 800),),
    )
    found = admit(scene, plans(scene, facts), facts)
    begin_s = found.decisions.begin_s[found.admitted]
    opening_s = (date(2026, 8, 15) - START).days * 86_400
    of = found.applications.mode[found.admitted]
    for index in range(3):
        assert opening_s <= begin_s[of == index].min() < opening_s + 40 * 86_400


def test_a_scenario_without_modes_has_no_applications(catalogue, facts):
    scene = scenario(catalogue, (), [("labs", None, {})])
    found = admit(scene, plans(scene, catalogue.lookup()), facts)
    assert found.admitted.size == found.granted_chip_hours.size == len(found.countries) == 0
    assert not facts.used
