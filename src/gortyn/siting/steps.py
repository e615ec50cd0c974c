"""This module owns what each step of size at each place adds: machines, money, energy, carbon, useful chip-hours.

Cost per useful chip-hour is levelised: present cost over present useful chip-hours, both up to one horizon for all
places, the end of the life of chips installed in the first phase. A later phase buys the same chips for less time,
because the value of a chip goes with the calendar; what is left of building and connection at the horizon counts as
residual value, straight-line, and so does what the chips and network bring. That is what a yearly annuity over the time
of use would say. One generation of chips counts, whether or not the scenario refreshes them: what comes after it is
bought at another price. A phase is paid evenly over the construction quarters before it, money and hours are discounted
continuously at the effective annual rate, and the connection grows with the phases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.embodied import kg_per_chip
from gortyn.machine import Size, size
from gortyn.machine.capex import phase_capex
from gortyn.machine.sizing import RELATIVE_NOISE
from gortyn.model import Costs, Machine, Phase, Scenario, Siting, known
from gortyn.model.conversions import DAYS_PER_YEAR, HOURS_PER_YEAR
from gortyn.siting.limits import limits
from gortyn.siting.place import Place, places
from gortyn.siting.problem import Problem, Steps
from gortyn.siting.running import Running, Work, running, work
from gortyn.siting.score import score_chips

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup

QUARTERS_PER_YEAR = 4  # source: definition
CAPEX_PARTS = ("chips", "network", "building", "grid", "contingency")


def present_years(begin: NDArray[np.float64], end: NDArray[np.float64] | float, rate: float) -> NDArray[np.float64]:
    """Present value of one a year paid evenly from `begin` to `end`: the integral of ``(1 + rate)^-t`` [years].

    Parameters
    ----------
    begin, end : times in years, the present at 0
    rate : effective annual rate, > -1; at 0 the value is ``end - begin``

    >>> present_years(np.array([0.0]), 5.0, 0.0).tolist(), present_years(np.array([0.0]), 5.0, 0.07).round(3).tolist()
    ([5.0], [4.242])
    """
    if not rate:
        return np.asarray(end - begin, np.float64)
    return ((1 + rate) ** -begin - (1 + rate) ** -np.asarray(end, np.float64)) / math.log1p(rate)


def build_problem(scenario: Scenario, siting: Siting, facts: Lookup) -> Problem:
    """The siting problem of a scenario.

    Parameters
    ----------
    scenario : resolved scenario: machine, costs, tenants, failures, and what the siting leaves out
    siting : candidates, sizes, phases and limits
    facts : catalogue

    Raises
    ------
    ValueError : a phase after the end of the first one's chips; a machine that the scenario does not have; two
        candidates of one name.
    UnknownEntry : a candidate that the catalogue does not have.
    """
    machine = scenario.machine(siting.machine) if siting.machine else scenario.machines[0]
    phases = tuple(sorted(set(siting.phases)))
    horizon = known(scenario.costs.chip_life_years)
    begin = np.array([(phase - phases[0]).days / DAYS_PER_YEAR for phase in phases])
    if begin[-1] >= horizon:
        message = f"siting.phases: {phases[-1]} comes after the {horizon:g} years that the chips of {phases[0]} last"
        raise ValueError(message)
    sizes = _sizes(siting, machine, phases[0], facts)
    candidates = places(scenario, siting, facts)
    expected = work(scenario, machine)
    year = running(scenario, siting, candidates, expected.power_share, facts)
    time = _time(scenario.costs, begin)
    adds = _physical(sizes, time, expected, year, float(np.nan_to_num(kg_per_chip(machine, facts))))
    capex = _capex(machine, scenario.costs, candidates, sizes, adds["connection_mw"].cumsum(axis=1)[:, :, 0])
    parts = _cost_parts(scenario.costs, capex, time, adds)
    chips = np.array([one.chips for one in sizes])
    adds["score_chips"] = score_chips(scenario, siting, candidates, chips, year, adds, facts)
    return Problem(
        places=candidates,
        sizes=chips,
        phases=phases,
        horizon_years=horizon,
        adds=adds,
        parts=parts,
        running=year,
        work=expected,
        limits=limits(scenario, siting, candidates, phases, adds, facts),
    )


def _sizes(siting: Siting, machine: Machine, day: date, facts: Lookup) -> list[Size]:
    """Sizes in whole nodes, each once, rising."""
    found = {
        one.chips: one
        for chips in siting.chips
        if (one := size(Phase(name="size", operational=day, machine=machine.name, chips=chips), machine, facts))
    }
    return [found[chips] for chips in sorted(found)]


class _Time(NamedTuple):
    """Phases against the horizon, float64[phase] each.

    Attributes
    ----------
    years : from a phase to the horizon
    present : present value of one a year over those years [years]
    paid : present value of one that is spent evenly over the construction before the phase
    left : present value of what is left at the horizon of one spent on the building
    sold : the same of one spent on chips and network
    """

    years: NDArray[np.float64]
    present: NDArray[np.float64]
    paid: NDArray[np.float64]
    left: NDArray[np.float64]
    sold: NDArray[np.float64]


def _time(costs: Costs, begin: NDArray[np.float64]) -> _Time:
    """Factors of phases that begin `begin` years after the first."""
    rate, horizon = costs.discount_rate, known(costs.chip_life_years)
    built, years = costs.construction_quarters / QUARTERS_PER_YEAR, horizon - begin
    return _Time(
        years=years,
        present=present_years(begin, horizon, rate),
        paid=present_years(begin - built, begin, rate) / built,
        left=np.maximum(0.0, 1 - years / costs.building_life_years) * (1 + rate) ** -horizon,
        sold=np.full_like(begin, known(costs.chip_residual_share) * (1 + rate) ** -horizon),
    )


def _steps(totals: NDArray[np.float64], places: int, phases: int) -> Steps:
    """From totals of a size, float64[size] or [place, size], to what its step adds in every phase."""
    table = np.broadcast_to(totals, (places, totals.shape[-1]))
    return np.repeat(np.diff(table, axis=1, prepend=0.0)[:, :, None], phases, axis=2)


def _physical(
    sizes: Sequence[Size], time: _Time, expected: Work, year: Running, embodied_kg_per_chip: float
) -> dict[str, Steps]:
    """Machines, energy, carbon and chip-hours of every step."""
    it_mw = np.array([one.it_mw for one in sizes])
    peak_mw = year.peak_pue[:, None] * it_mw

    def steps(totals: NDArray[np.float64]) -> Steps:
        return _steps(totals, year.pue.size, time.years.size)

    def yearly(per_mw: NDArray[np.float64]) -> Steps:
        return steps(it_mw) * per_mw[:, None, None]

    chips = steps(np.array([float(one.chips) for one in sizes]))
    hours = chips * expected.useful_share * HOURS_PER_YEAR
    first = np.zeros_like(chips)
    first[:, 0, :] = 1
    adds = {
        "sites": first,
        "chips": chips,
        "h100_equivalents": steps(np.array([one.h100_equivalents for one in sizes])),
        "it_mw": steps(it_mw),
        "peak_mw": steps(peak_mw),
        "connection_mw": steps(np.ceil(peak_mw * (1 - RELATIVE_NOISE))),  # rounding must not cost a megawatt
        "discounted_chip_hours": hours * time.present,
        "useful_chip_hours": hours * time.years,
        "yearly_chip_hours": hours,
        "yearly_mwh": yearly(year.mwh_per_mw_year),
        "yearly_energy_eur": yearly(year.eur_per_mw_year),
        "yearly_carbon_kg": yearly(year.kg_per_mw_year),
        "embodied_kg": chips * embodied_kg_per_chip,
    }
    adds["energy_mwh"] = adds["yearly_mwh"] * time.years
    adds["energy_carbon_kg"] = adds["yearly_carbon_kg"] * time.years
    adds["carbon_kg"] = adds["energy_carbon_kg"] + adds["embodied_kg"]
    return adds


def _cost_parts(
    costs: Costs, capex: Mapping[str, NDArray[np.float64]], time: _Time, adds: dict[str, Steps]
) -> dict[str, Steps]:
    """Parts of the present cost of every step; capital cost and the cost of a year are put among `adds`."""
    added = {part: _steps(value, value.shape[0], time.years.size) for part, value in capex.items()}
    total = sum(added.values(), np.zeros(1))
    chips = added["chips"] + added["network"]
    yearly = {
        "energy": adds["yearly_energy_eur"],
        "maintenance": chips * known(costs.maintenance_share_per_year),
        "insurance": total * known(costs.insurance_share_per_year),
        "staff": adds["it_mw"] * known(costs.staff_fte_per_mw) * known(costs.staff_eur_per_fte_year),
    }
    fees = {
        "rent": adds["it_mw"] * costs.rent_eur_per_mw_year,
        "connection": adds["connection_mw"] * costs.connection_eur_per_mw_year,
    }
    yearly |= {part: value for part, value in fees.items() if value.any()}
    parts = {part: value * time.paid for part, value in added.items()}
    parts |= {part: value * time.present for part, value in yearly.items()}
    parts["residual"] = -(added["building"] + added["grid"]) * time.left - chips * time.sold
    adds["capex_eur"] = total
    adds["yearly_opex_eur"] = sum(yearly.values(), np.zeros(1))
    adds["cost_eur"] = sum(parts.values(), np.zeros(1))
    return parts


def _capex(
    machine: Machine,
    costs: Costs,
    candidates: Sequence[Place],
    sizes: Sequence[Size],
    connection_mw: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Capital cost of every place and size by part, float64[place, size]."""
    own = [costs.model_copy(update={"grid_connection_eur_per_mw": place.connection_eur_per_mw}) for place in candidates]
    found = [
        [phase_capex(one, machine, cost, float(mw)) for one, mw in zip(sizes, row, strict=True)]
        for cost, row in zip(own, connection_mw, strict=True)
    ]
    return {part: np.array([[getattr(one, f"{part}_eur") for one in row] for row in found]) for part in CAPEX_PARTS}
