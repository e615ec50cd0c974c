"""Made-up siting problems with numbers of the size of real ones."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import strategies as st

from gortyn.model import Siting
from gortyn.siting.limits import bounds
from gortyn.siting.place import Place
from gortyn.siting.problem import Problem
from gortyn.siting.running import Running, Work

COUNTRIES = ("FI", "SE", "FR", "DE", "ES", "PL")
DAY = date(2030, 7, 1)
YEARS = 5.0


def place(number: int, random: np.random.Generator) -> Place:
    return Place(
        name=f"place-{number}",
        title=f"Place {number}",
        country=COUNTRIES[int(random.integers(len(COUNTRIES)))],
        latitude_deg=50.0,
        longitude_deg=10.0,
        climate=None,
        connection_mw=float(random.integers(60, 300)),
        energised=DAY + timedelta(days=int(random.integers(-700, 300))),
        wait_years=3.0,
        price_eur_per_mwh=float(random.uniform(25, 110)),
        charges_eur_per_mwh=20.0,
        carbon_g_per_kwh=float(random.uniform(20, 700)),
        connection_eur_per_mw=200_000.0,
        latency_ms=float(random.uniform(15, 40)),
    )


def adds_of(places, sizes, phases, random):
    """Costs, energy and carbon by place and phase, in proportion to chips but for a little noise."""
    shape = (len(places), len(sizes), len(phases))
    chips = np.broadcast_to(np.diff(sizes, prepend=0.0)[None, :, None], shape)
    years = YEARS - np.array([(phase - phases[0]).days / 365 for phase in phases])
    price = np.array([one.price_eur_per_mwh for one in places])[:, None, None]
    carbon = np.array([one.carbon_g_per_kwh for one in places])[:, None, None]
    pue = random.uniform(1.05, 1.3, len(places))
    noise = random.uniform(0.97, 1.03, shape)
    it_mw = chips * 1.8e-3
    first = np.zeros(shape)
    first[:, 0] = 1
    capex = chips * 70e3 * noise
    energy = it_mw * 8760 * pue[:, None, None] * years
    cost = 1.3 * capex + energy * (price + 20)
    hours = chips * 8760 * 0.6 * years
    return {
        "sites": first,
        "chips": chips.copy(),
        "h100_equivalents": chips * 2.5,
        "it_mw": it_mw,
        "peak_mw": it_mw * 1.1 * pue[:, None, None],
        "connection_mw": np.ceil(it_mw.cumsum(axis=1) * 1.1 * pue[:, None, None]).astype(float)
        - np.concatenate(
            [np.zeros((shape[0], 1, shape[2])), np.ceil(it_mw.cumsum(axis=1) * 1.1 * pue[:, None, None])[:, :-1]],
            axis=1,
        ),
        "capex_eur": capex,
        "cost_eur": cost,
        "discounted_chip_hours": hours * 0.8,
        "useful_chip_hours": hours,
        "yearly_chip_hours": hours / years,
        "yearly_mwh": energy / years,
        "yearly_energy_eur": energy / years * (price + 20),
        "yearly_opex_eur": energy / years * (price + 20),
        "yearly_carbon_kg": energy / years * carbon,
        "energy_mwh": energy,
        "energy_carbon_kg": energy * carbon,
        "embodied_kg": chips * 500.0,
        "carbon_kg": energy * carbon + chips * 500.0,
        "score_chips": chips * random.uniform(5, 43, shape),
    }, pue


def problem(siting: Siting, count: int, compute: float, budget_eur: float, seed: int) -> Problem:
    random = np.random.default_rng(seed)
    sizes, phases = np.array(sorted(siting.chips)), tuple(sorted(siting.phases))
    places = tuple(place(number, random) for number in range(count))
    adds, pue = adds_of(places, sizes, phases, random)
    return Problem(
        places=places,
        sizes=sizes,
        phases=phases,
        horizon_years=YEARS,
        adds=adds,
        parts={"energy": 0.4 * adds["cost_eur"], "chips": 0.6 * adds["cost_eur"]},
        running=Running(*[pue] * 6),
        work=Work(0.7, 0.9, 0.8),
        limits=bounds(siting, compute, budget_eur, places, phases, adds),
    )


LIMITS = {
    "sites": st.integers(1, 3),
    "power_mw": st.floats(50, 600),
    "country_sites": st.integers(1, 2),
    "country_share": st.floats(0.3, 1),
    "minimum_site_chips": st.sampled_from([25_000, 40_000, 100_000]),
    "carbon_g_per_kwh": st.floats(30, 500),
    "latency_ms": st.floats(20, 40),
    "latest": st.dates(DAY, date(2031, 12, 31)),
}
SIZES = ((50_000,), (25_000, 50_000), (25_000, 50_000, 100_000))
PHASES = ((DAY,), (DAY, date(2031, 7, 1)), (DAY, date(2031, 1, 1), date(2032, 1, 1)))


@st.composite
def cases(draw, most: int = 12):
    """A siting, its compute and budget, a number of places and a seed; small enough to look at every choice."""
    count = draw(st.integers(1, most))
    # Many places in few ways, few places in many, so that a plain search takes no longer than a blink.
    sizes, phases = (1, 1) if count > 9 else (2, 1) if count > 6 else (2, 2) if count > 3 else (3, 3)
    named = draw(st.sets(st.sampled_from(sorted(LIMITS)), max_size=3))
    limits = {"country_sites": None} | {name: draw(LIMITS[name]) for name in sorted(named)}
    siting = Siting(chips=draw(st.sampled_from(SIZES[:sizes])), phases=draw(st.sampled_from(PHASES[:phases])), **limits)
    compute = draw(st.floats(1e4, 6e4 * min(count, 4)))
    return siting, compute, draw(st.floats(4e9, 40e9)), count, draw(st.integers(0, 2**31))
