"""The energy room beside other ways to do the same, in one run: a year of hours, siting, sizes of plants.

Usage: python bench/energy.py [--section hours|siting|sizes] [--repeat N]

Everything runs on one core where the system can pin. Read the ratios; seconds depend on the machine. Siting and sizes
need the extras `siting` and `site-energy`; a section whose extra is missing says so.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from bench.operation import timed  # noqa: E402

import gortyn  # noqa: E402
from gortyn import energy  # noqa: E402
from gortyn.catalogue import load  # noqa: E402
from gortyn.model import Siting  # noqa: E402
from gortyn.model.siting import Candidate  # noqa: E402
from gortyn.result import Operated  # noqa: E402
from gortyn.run import operate  # noqa: E402
from naive import siting as plain_siting  # noqa: E402 - the twins lie with the tests
from naive.siting_problems import DAY, problem  # noqa: E402

SCENARIO = "investai"
HOURS_MS, SITING_S, GAP = 50.0, 5.0, 1e-3
"""Targets: a year of four sites warm, the siting program, and the gap that it is solved to."""
CANDIDATES, PHASES = 60, 3
AGREE = 1e-9
MATCH_SHARE = 0.8
PLACES = 12


def hours(repeat: int) -> None:
    """Print the time of a year of four sites, warm, beside a plain loop over the same hours."""
    catalogue = load()
    done = operate(gortyn.load(SCENARIO, catalogue=catalogue), catalogue)
    facts, scenario = catalogue.lookup(), done.scenario
    begin = time.perf_counter()
    ours = account(done, facts)
    first_s = time.perf_counter() - begin
    _, tariffs_s = timed(partial(energy.tariffs, scenario, done.plans, facts), repeat)
    _, account_s = timed(partial(account, done, facts), repeat)
    _, jobs_s = timed(partial(energy.active_shares, scenario, done.partitions, done.jobs, done.log, facts), repeat)
    both_ms = 1e3 * (tariffs_s + account_s)
    plain, plain_s = timed(partial(plain_hours, done, ours, facts))
    mwh, eur, tonnes = (float(np.sum(part)) for part in (ours.energy_mwh, ours.cost_eur, ours.carbon_t))
    for name, got, twin in zip(("energy", "cost", "carbon"), (mwh, eur, tonnes), plain, strict=True):
        if not math.isclose(got, twin, rel_tol=AGREE):
            sys.exit(f"hours: {name} is {got}, by the plain loop {twin}")
    sites, count = ours.it_mw.shape
    print(
        f"{SCENARIO}: {sites} sites, {count:,} hours each, {done.jobs.submit_s.size:,} jobs; first call {first_s:.2f} s"
    )
    print(f"{'':52}{'ms':>9}")
    rows = [
        ("weather, prices, intensities, PUE at full load", 1e3 * tariffs_s),
        ("account: power, PUE, cost, carbon, water, tenants", 1e3 * account_s),
        ("  of it what jobs did on their nodes", 1e3 * jobs_s),
        ("a year of hourly energy, warm", both_ms),
        ("plain loop: PUE, power, cost and carbon alone", 1e3 * plain_s),
    ]
    for name, milliseconds in rows:
        print(f"{name:52}{milliseconds:9.1f}")
    verdict = "met" if both_ms <= HOURS_MS else "MISSED"
    print(f"target {HOURS_MS:g} ms: {verdict}; the plain loop takes {1e3 * plain_s / both_ms:.0f} times as long")


def account(done: Operated, facts: Any) -> energy.EnergyAccount:
    """Energy of every site and hour of a run."""
    return energy.account(done.scenario, done.plans, done.partitions, done.jobs, done.log, done.tariffs, facts)


def plain_hours(done: Operated, ours: energy.EnergyAccount, facts: Any) -> tuple[float, float, float]:
    """Facility energy, cost and carbon hour by hour in plain Python, from IT power, weather, prices, intensities."""
    mwh = eur = tonnes = 0.0
    for index, site in enumerate(done.scenario.sites):
        it_mw, full_mw = ours.it_mw[index].tolist(), energy_full(done, index)
        sky = done.tariffs.weather[index]
        dry, wet = sky.dry_bulb_c.tolist(), sky.wet_bulb_c.tolist()
        price, carbon = (series[index].tolist() for series in done.tariffs[:2])
        law = _law(site.cooling.kind, facts)
        for hour, power in enumerate(it_mw):
            load_share = power / full_mw[hour] if full_mw[hour] > 0 else 0.0
            drawn = power * plain_pue(dry[hour], wet[hour], load_share, law)
            mwh += drawn
            eur += drawn * price[hour]
            tonnes += drawn * carbon[hour] / 1e3
    return mwh, eur, tonnes


def energy_full(done: Operated, site: int) -> list[float]:
    """What the nodes of a site would draw at full load in each hour."""
    from gortyn.energy.power import full_it_mw

    full = full_it_mw(done.scenario, done.partitions, done.log)
    own = [row for row, partition in zip(full, done.partitions, strict=True) if partition.site == site]
    return np.sum(own, axis=0).tolist()


def _law(kind: str, facts: Any) -> dict[str, float]:
    """Parameters of the law of cooling."""
    common = {fact.field: fact.number for fact in facts.catalogue.entry("cooling", "every-kind").values()}
    own = {
        fact.field: fact.number
        for fact in facts.catalogue.entry("cooling", kind).values()
        if isinstance(fact.value, float | int)
    }
    return common | own


def plain_pue(dry_c: float, wet_c: float, load_share: float, law: dict[str, float]) -> float:
    """PUE of one hour by the law of cooling, for kinds with the outside air as their sink."""
    load_share = max(load_share, law["least_load_share"])
    supply_c, rise = law["supply_temperature_c"], law["coolant_rise_c"]
    hall_c = law["air_supply_temperature_c"] if law["liquid_share"] else supply_c
    cooling = (1 - law["liquid_share"]) * law["hall_fan_share"]
    for share, water_c in ((law["liquid_share"], supply_c), (1 - law["liquid_share"], hall_c - law["air_approach_c"])):
        not_dry = min(1.0, max(0.0, (dry_c + law["dry_approach_c"] - water_c) / rise))
        not_wet = min(1.0, max(0.0, (wet_c + law["wet_approach_c"] - water_c) / rise))
        lifted = not_dry - law["evaporation_share"] * max(not_dry - not_wet, 0.0)
        condensed_c = dry_c - law["evaporation_share"] * (dry_c - wet_c) + law["condenser_approach_c"]
        cold_c = water_c - law["evaporator_approach_c"]
        chiller = lifted * max(condensed_c - cold_c, 1.0) / (law["carnot_share"] * (cold_c + 273.15))
        spread = rise + law["dry_approach_c"]
        flow = spread / max(rise + water_c - dry_c, spread)
        cooling += share * (law["fan_share"] * flow**3 + chiller)
    standing = law["distribution_fixed_share"] + law["pump_share"] + law["other_share"]
    return 1 + law["distribution_loss_share"] + cooling + standing / load_share


def siting() -> None:
    """Print the time of 60 candidates in 3 sizes and 3 phases, and of 12 places beside a look at every choice."""
    from gortyn.siting import MissingExtra, choose_sites
    from gortyn.siting.choose import best
    from gortyn.siting.program import Program

    catalogue = load()
    scenario, facts = gortyn.load(SCENARIO, catalogue=catalogue).scenario, catalogue.lookup()
    asked = sixty(facts)
    try:
        answer, _ = timed(partial(choose_sites, scenario, facts, asked, gap=GAP))
    except MissingExtra as error:
        print(f"siting: {error}")
        return
    shape = answer.problem.adds["chips"].shape
    print(f"siting: {shape[0]} candidates x {shape[1]} sizes x {shape[2]} phases, gap at most {GAP:.1%}")
    for name, seconds in answer.seconds.items():
        print(f"{name:52}{seconds:9.2f} s")
    solved = sum(answer.seconds[name] for name in ("program", "choice"))
    verdict = "met" if solved <= SITING_S else "MISSED"
    print(f"program and choice {solved:.2f} s, target {SITING_S:g} s: {verdict}; gap {answer.choice.gap:.2e}")
    few = Siting(chips=(25_000, 50_000), phases=(DAY, DAY.replace(year=DAY.year + 1)), sites=4, country_sites=None)
    compute, budget = 4e5, 40e9
    made = problem(few, PLACES, compute, budget, 3)
    found, ours_s = timed(lambda: best(Program(made), "cost", 1e-9))
    least, plain_s = timed(partial(plain_siting.best, made, few, compute, budget, "cost"))
    if not math.isclose(found.value, least, rel_tol=1e-6):
        sys.exit(f"siting: {found.value} by the program, {least} by looking at every choice")
    print(f"{PLACES} places: program {ours_s:.2f} s, every choice {plain_s:.2f} s, same best: {plain_s / ours_s:.1f} x")


def sixty(facts: Any) -> Siting:
    """The shipped regions, and as many copies a little beside them as make 60."""
    names = facts.catalogue.entries("regions")
    places = []
    for name in names[: CANDIDATES - len(names)]:
        region = {fact.field: fact.value for fact in facts.catalogue.entry("regions", name).values()}
        places.append(
            Candidate(
                name=f"{name}-too",
                title=f"Beside {region['title']}",
                country=str(region["country"]),
                latitude_deg=float(region["latitude_deg"]) - 0.2,
                longitude_deg=float(region["longitude_deg"]) + 0.2,
                connection_mw=float(region["connection_mw"]) * 0.9,
                energised=DAY,
            )
        )
    phases = tuple(DAY.replace(year=DAY.year + later) for later in range(PHASES))
    budget_eur = 40e9  # enough for what the scenario asks for
    return Siting(candidates=names, places=tuple(places), phases=phases, country_sites=2, budget_eur=budget_eur)


def sizes() -> None:
    """Print PyPSA's time and cost in every hour of a year beside ten typical weeks."""
    from gortyn.climate import climate_of, solar_share, wind_share
    from gortyn.energy.sizing import size
    from gortyn.energy.sizing_program import MissingExtra
    from gortyn.model.supply import Supply

    catalogue = load()
    done = operate(gortyn.load(SCENARIO, catalogue=catalogue), catalogue)
    facts, index = catalogue.lookup(), 3
    ours = account(done, facts)
    supply = Supply(wind_limit_mw=2000.0, solar_limit_mw=2000.0, battery_limit_mw=1000.0)
    site = done.scenario.sites[index].model_copy(update={"supply": supply})
    sky, climate = done.tariffs.weather[index], climate_of(done.scenario.sites[index], facts)
    plants = wind_share(sky, facts, climate), solar_share(sky, facts, climate)
    power = ours.facility_mw[index], ours.price_eur_per_mwh[index], ours.carbon_g_per_kwh[index]
    rate = done.scenario.costs.discount_rate
    find = partial(size, site, *power, *plants, facts, discount_rate=rate, match_share=MATCH_SHARE)
    try:
        weeks, every = find(weeks=10), find(weeks=None)
    except MissingExtra as error:
        print(f"sizes: {error}")
        return
    print(f"sizes: {site.title}, {MATCH_SHARE:.0%} of the load matched by the hour")
    heads = f"{'wind MW':>9}{'solar MW':>9}{'battery MW':>11}{'m EUR/year':>12}{'in all hours':>14}{'matched':>9}"
    print(f"{'':24}{'s':>8}{heads}")
    for name, one in (("ten typical weeks", weeks), ("every hour", every)):
        built = f"{one.wind_mw:9.0f}{one.solar_mw:9.0f}{one.battery_mw:11.0f}"
        cost = f"{one.cost_eur_per_year / 1e6:12.1f}{one.checked_cost_eur_per_year / 1e6:14.1f}"
        print(f"{name:24}{one.seconds:8.1f}{built}{cost}{one.checked_matched_share:9.1%}")
    apart = weeks.cost_eur_per_year / every.cost_eur_per_year - 1
    print(f"typical weeks take {weeks.seconds / every.seconds:.0%} of the time; their cost is off by {apart:+.1%}")


def main() -> None:
    """Measure and print the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--section", choices=("hours", "siting", "sizes"))
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if options.section in (None, "hours"):
        hours(options.repeat)
        print()
    if options.section in (None, "siting"):
        siting()
        print()
    if options.section in (None, "sizes"):
        sizes()


if __name__ == "__main__":
    main()
