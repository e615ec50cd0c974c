"""Plain Python twin of the siting program: look at every choice there is, in the words of the scenario."""

from __future__ import annotations

from itertools import combinations, pairwise, product

SLACK = 1e-9


def paths(sizes, phases):
    """Every way to build one place: the size number reached by each phase (0: none yet), never falling, not all 0."""
    grown = product(range(sizes + 1), repeat=phases)
    return [path for path in grown if path[-1] > 0 and all(a <= b for a, b in pairwise(path))]


def built(path):
    """Steps of a path as (step, phase in which it is built)."""
    reached = 0
    for phase, level in enumerate(path):
        for step in range(reached, level):
            yield step, phase
        reached = max(reached, level)


def amounts(problem, place, path):
    """What one place adds up to, by name."""
    return {
        name: sum(float(adds[place, step, phase]) for step, phase in built(path)) for name, adds in problem.adds.items()
    }


def allowed_alone(problem, siting, place, path, got):
    """Whether a place may be built in this way, whatever else is built."""
    where = problem.places[place]
    first = problem.phases[next(phase for phase, level in enumerate(path) if level)]
    return (
        got["connection_mw"] <= where.connection_mw * (1 + SLACK)
        and where.energised <= first
        and (siting.latest is None or first <= siting.latest)
        and (siting.latency_ms is None or where.latency_ms <= siting.latency_ms)
        and (siting.minimum_site_chips is None or got["chips"] >= siting.minimum_site_chips)
    )


def allowed(problem, siting, compute, budget_eur, chosen):
    """Whether places that may be built each by itself may be built together; `chosen` maps place to amounts."""
    total = {name: sum(got[name] for got in chosen.values()) for name in problem.adds}
    countries = [problem.places[place].country for place in chosen]
    for country in set(countries):
        chips = sum(got["chips"] for place, got in chosen.items() if problem.places[place].country == country)
        if siting.country_share is not None and chips > siting.country_share * total["chips"] * (1 + SLACK):
            return False
        if siting.country_sites is not None and countries.count(country) > siting.country_sites:
            return False
    return (
        (siting.sites is None or len(chosen) == siting.sites)
        and total["h100_equivalents"] >= compute * (1 - SLACK)
        and total["capex_eur"] <= budget_eur * (1 + SLACK)
        and (siting.power_mw is None or total["peak_mw"] <= siting.power_mw * (1 + SLACK))
        and (
            siting.carbon_g_per_kwh is None
            or total["energy_carbon_kg"] <= siting.carbon_g_per_kwh * total["energy_mwh"] * (1 + SLACK)
        )
    )


def ratio(objective, chosen):
    """The objective of a choice, to be made small."""
    over, per, sign = {
        "cost": ("cost_eur", "discounted_chip_hours", 1),
        "carbon": ("carbon_kg", "useful_chip_hours", 1),
        "score": ("score_chips", "chips", -1),
    }[objective]
    return sign * sum(got[over] for got in chosen.values()) / sum(got[per] for got in chosen.values())


def choices(problem, siting, compute, budget_eur):
    """Every choice within the limits, as amounts by place."""
    ways = []
    for place in range(len(problem.places)):
        every = ((path, amounts(problem, place, path)) for path in paths(len(problem.sizes), len(problem.phases)))
        ways.append([got for path, got in every if allowed_alone(problem, siting, place, path, got)])
    counts = [siting.sites] if siting.sites is not None else range(1, len(ways) + 1)
    for count in counts:
        for where in combinations(range(len(ways)), count):
            for gots in product(*(ways[place] for place in where)):
                chosen = dict(zip(where, gots, strict=True))
                if allowed(problem, siting, compute, budget_eur, chosen):
                    yield chosen


def best(problem, siting, compute, budget_eur, objective):
    """The least ratio of all choices (points with their sign turned), or None where there is no choice."""
    return min((ratio(objective, one) for one in choices(problem, siting, compute, budget_eur)), default=None)
