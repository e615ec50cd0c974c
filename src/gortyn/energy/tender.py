"""This module owns the tender-style score of a site: its class and points on every scale, and what the next ones cost.

The scales are those that third parties quote from the tender's specifications (catalogue, kind ``tender``). Where the
quotes name classes and no points, the points of a class are an assumption that the catalogue calls so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from gortyn.energy.supply import KIND, annuity_share, backup_eur_per_year, yearly_cost

if TYPE_CHECKING:
    from gortyn.catalogue import Fact, Lookup

Lot = Literal["lot1", "lot2"]
LOTS: Final[tuple[Lot, ...]] = ("lot1", "lot2")
POINTS_OF_TABLE: Final = 100
NOISE: Final = 1e-9
"""What rounding may take from a share of one."""


class SiteFigures(NamedTuple):
    """What the score of a site rests on; `gortyn.energy.tender_figures.site_figures` takes them from a run.

    Attributes
    ----------
    it_mw : IT power at full load of all phases [MW]
    peak_mw : facility power at full load in the worst hour [MW]
    pue : mean of a year at full load
    cooling_kind : of the site
    cooling_pue : the same mean for each kind of cooling that the place allows, the site's own included
    it_mwh_per_year, load_mwh_per_year : energy of IT and of the facility [MWh/year]
    price_eur_per_mwh : mean of what one more megawatt-hour costs
    renewable_hourly_share, renewable_annual_share : renewable electricity of the same hour, and of the year, over load
    connection_mw : firm power of the grid connection [MW]
    backup_mw, backup_hours : power of the backup, and hours that its fuel lasts at that power
    flexible_share : share of the load that may move to other hours
    battery_mw, battery_hours : of the battery on site
    building_eur_per_it_mw, connection_eur_per_mw, capex_eur_per_it_mw : what building, connection, and all of it cost
    discount_rate : real, per year
    building_life_years, chip_life_years : of building and connection, and of the chips
    """

    it_mw: float
    peak_mw: float
    pue: float
    cooling_kind: str
    cooling_pue: Mapping[str, float]
    it_mwh_per_year: float
    load_mwh_per_year: float
    price_eur_per_mwh: float
    renewable_hourly_share: float
    renewable_annual_share: float
    connection_mw: float
    backup_mw: float
    backup_hours: float
    flexible_share: float
    battery_mw: float
    battery_hours: float
    building_eur_per_it_mw: float
    connection_eur_per_mw: float
    capex_eur_per_it_mw: float
    discount_rate: float
    building_life_years: float
    chip_life_years: float


class Step(NamedTuple):
    """What reaches a better class: in words, the points it brings, and its cost in a year; None where unknown."""

    text: str
    points: float
    eur_per_year: float | None

    @property
    def eur_per_point(self) -> float | None:
        """Cost of each point in a year; None where the cost is unknown, or no point is gained."""
        return None if self.eur_per_year is None or not self.points else self.eur_per_year / self.points


class Scored(NamedTuple):
    """One item of the score.

    Attributes
    ----------
    item : floor, pue, renewables, flexibility, connection, grid_share or backup
    value, unit : of the site
    rating : excellent, good, acceptable or poor; met or not met for floors, which bring no points
    points, most_points : of the technical table's 100
    evidence : of the scale: published (quoted by third parties), or assumed where points are
    why : the scale, and what the value is
    next : what the next better class takes; None at the top, or where nothing is known to reach it
    """

    item: str
    value: float
    unit: str
    rating: str
    points: float
    most_points: float
    evidence: str
    why: str
    next: Step | None


class _Scale(NamedTuple):
    """The tender's figures for one lot."""

    lot: Lot
    facts: Lookup

    def fact(self, field: str) -> Fact:
        return self.facts.fact("tender", self.lot, field)

    def number(self, field: str) -> float:
        return self.facts.number("tender", self.lot, field)

    def span(self, field: str) -> tuple[float, float]:
        """Ends of a range that is quoted; its middle twice where there is none."""
        fact = self.fact(field)
        return (fact.number if fact.low is None else fact.low, fact.number if fact.high is None else fact.high)

    def points(self, rating: str, most_points: float) -> float:
        return self.number(f"{rating}_share") * most_points


def score(lot: Lot, figures: SiteFigures, facts: Lookup) -> tuple[Scored, ...]:
    """Score a site on the scales of a lot.

    Parameters
    ----------
    lot : lot1 or lot2
    figures : of the site
    facts : catalogue, kinds ``tender`` and ``supply``

    Returns
    -------
    The floor of IT power, then the items that bring points: PUE, renewables and flexibility (sustainability), and
    connection, share of the grid that reaches IT, and backup (power infrastructure).
    """
    scale = _Scale(lot, facts)
    sustainability = scale.number("weight_sustainability") * POINTS_OF_TABLE
    infrastructure = scale.number("points_power_infrastructure")
    return (
        _floor(scale, figures),
        _pue(scale, figures, sustainability * scale.number("pue_points_share")),
        _renewables(scale, figures, sustainability * scale.number("renewables_points_share")),
        _flexibility(scale, figures, sustainability * scale.number("weight_grid_flexibility")),
        _connection(scale, figures, infrastructure * scale.number("connection_points_share")),
        _grid_share(scale, figures, infrastructure * scale.number("grid_share_points_share")),
        _backup(scale, figures, infrastructure * scale.number("backup_points_share")),
    )


def _floor(scale: _Scale, site: SiteFigures) -> Scored:
    least_mw = scale.number("minimum_it_mw")
    missing_mw = least_mw - site.it_mw
    step = None
    if missing_mw > 0:
        cost = missing_mw * site.capex_eur_per_it_mw * annuity_share(site.discount_rate, site.chip_life_years)
        step = Step(f"{missing_mw:.1f} MW more of IT, built as the rest, without its electricity", 0.0, cost)
    rating = "not met" if missing_mw > 0 else "met"
    why = f"at least {least_mw:g} MW of IT within phase 2"
    return Scored("floor", site.it_mw, "MW", rating, 0.0, 0.0, "published", why, step)


def _pue(scale: _Scale, site: SiteFigures, most: float) -> Scored:
    excellent, poor = scale.number("pue_excellent"), scale.number("pue_poor")

    def rate(pue: float) -> str:
        return "excellent" if pue <= excellent else "poor" if pue > poor else "acceptable"

    own = scale.points(rate(site.pue), most)
    annuity = annuity_share(site.discount_rate, site.building_life_years)

    def step(kind: str) -> Step:
        pue = site.cooling_pue[kind]
        extra = _extra(scale.facts, kind) - _extra(scale.facts, site.cooling_kind)
        energy_eur = (pue - site.pue) * site.it_mwh_per_year * site.price_eur_per_mwh
        cost = energy_eur + extra * site.building_eur_per_it_mw * site.it_mw * annuity
        text = f"{kind} cooling with a PUE of {pue:.3f}"
        return Step(text, scale.points(rate(pue), most) - own, cost)

    better = (step(kind) for kind, pue in site.cooling_pue.items() if scale.points(rate(pue), most) > own)
    why = f"excellent to {excellent:g}, poor above {poor:g}; mean of a year at full load; points of a class assumed"
    return Scored("pue", site.pue, "1", rate(site.pue), own, most, "assumed", why, _cheapest(better))


def _extra(facts: Lookup, kind: str) -> float:
    return facts.number(KIND, f"cooling-{kind}", "extra_share_of_building")


def _renewables(scale: _Scale, site: SiteFigures, most: float) -> Scored:
    hourly, annual = site.renewable_hourly_share, site.renewable_annual_share
    least = {
        "good": scale.number("renewables_good_annual_share"),
        "acceptable": scale.number("renewables_acceptable_share"),
    }
    whole = scale.number("renewables_excellent_hourly_share")
    if hourly >= whole - NOISE:
        rating = "excellent"
    else:
        rating = next((name for name, share in least.items() if annual >= share - NOISE), "poor")
    own = scale.points(rating, most)

    def steps() -> Iterator[Step]:
        for name, share in least.items():
            gained = scale.points(name, most) - own
            if gained > 0:
                missing_mwh = (share - annual) * site.load_mwh_per_year
                cost = missing_mwh * scale.facts.number(KIND, "certificates", "eur_per_mwh")
                yield Step(f"certificates of origin for {missing_mwh:,.0f} MWh a year", gained, cost)
        if rating != "excellent":
            missing_mwh = (whole - hourly) * site.load_mwh_per_year
            cost = missing_mwh * scale.facts.number(KIND, "hourly-contract", "premium_eur_per_mwh")
            text = f"a renewable contract that follows the load in every hour, for {missing_mwh:,.0f} MWh a year"
            yield Step(text, scale.points("excellent", most) - own, cost)

    why = (
        f"excellent at {whole:.0%} by the hour, good from {least['good']:.0%} and acceptable from "
        f"{least['acceptable']:.0%} over the year ({annual:.1%} here); points of a class assumed"
    )
    return Scored("renewables", hourly, "share", rating, own, most, "assumed", why, _least_gain(steps()))


def _flexibility(scale: _Scale, site: SiteFigures, most: float) -> Scored:
    full = scale.number("flexible_load_full_share")
    value = min(1.0, site.flexible_share + (site.battery_mw / site.peak_mw if site.peak_mw else 0.0))
    reached = min(1.0, value / full)
    step = None
    if reached < 1 - NOISE:
        battery = yearly_cost("battery", scale.facts, site.discount_rate)
        missing_mw = (full - value) * site.peak_mw
        cost = missing_mw * (battery.eur_per_mw + site.battery_hours * battery.eur_per_mwh_stored)
        text = f"a battery of {missing_mw:.1f} MW for {site.battery_hours:g} h, or as much load that can wait"
        step = Step(text, (1 - reached) * most, cost)
    rating = "excellent" if step is None else "acceptable" if value > 0 else "poor"
    why = f"all points where {full:.0%} of the load can leave the grid on request, in proportion below (assumed)"
    return Scored("flexibility", value, "share", rating, reached * most, most, "assumed", why, step)


def _connection(scale: _Scale, site: SiteFigures, most: float) -> Scored:
    missing_mw = site.peak_mw - site.connection_mw
    carries = missing_mw <= NOISE * site.peak_mw
    rating = "excellent" if carries else "poor"
    own = scale.points(rating, most)
    step = None
    if not carries:
        annuity = annuity_share(site.discount_rate, site.building_life_years)
        cost = missing_mw * site.connection_eur_per_mw * annuity
        step = Step(f"{missing_mw:.1f} MW more of connection", most - own, cost)
    why = f"whether the connection carries the {site.peak_mw:.1f} MW of the worst hour; parts of the points assumed"
    return Scored("connection", site.connection_mw, "MW", rating, own, most, "assumed", why, step)


def _grid_share(scale: _Scale, site: SiteFigures, most: float) -> Scored:
    low, high = scale.span("grid_share_to_it")
    value = site.it_mw / site.connection_mw
    rating = "excellent" if value >= low - NOISE else "poor"
    own = scale.points(rating, most)
    step = None
    if rating == "poor" and site.peak_mw * low <= site.it_mw:
        spare_mw = site.connection_mw - site.it_mw / low
        annuity = annuity_share(site.discount_rate, site.building_life_years)
        text = f"{spare_mw:.1f} MW of connection given back, or filled with IT"
        step = Step(text, most - own, -spare_mw * site.connection_eur_per_mw * annuity)
    elif rating == "poor":
        text = f"a PUE of at most {1 / low:.3f} in the worst hour, and a connection to match"
        step = Step(text, most - own, None)
    why = f"{low:.0%} to {high:.0%} of the connection reaches IT, more is no fault; parts of the points assumed"
    return Scored("grid_share", value, "share", rating, own, most, "assumed", why, step)


def _backup(scale: _Scale, site: SiteFigures, most: float) -> Scored:
    low, high = scale.span("backup_h")
    carried = min(1.0, site.backup_mw / site.peak_mw) if site.peak_mw else 1.0
    hours = site.backup_hours * carried
    rating = "excellent" if hours >= high - NOISE else "acceptable" if hours >= low - NOISE else "poor"
    own = scale.points(rating, most)
    step = None
    if rating != "excellent":
        wanted = low if rating == "poor" else high
        add_mw = max(0.0, site.peak_mw - site.backup_mw)
        add_mwh = wanted * site.peak_mw - site.backup_hours * site.backup_mw
        cost = backup_eur_per_year(add_mw, max(0.0, add_mwh), scale.facts, site.discount_rate)
        text = f"generators of {add_mw:.1f} MW and fuel for {wanted:g} h of the whole site"
        reached = "acceptable" if rating == "poor" and wanted < high else "excellent"
        step = Step(text, scale.points(reached, most) - own, cost)
    why = f"{low:g} to {high:g} h without the grid, counted for the part of the site that it carries; points assumed"
    return Scored("backup", hours, "h", rating, own, most, "assumed", why, step)


def _cheapest(steps: Iterator[Step]) -> Step | None:
    """The step of least cost per point."""
    return min(steps, key=lambda step: (step.eur_per_year or 0.0) / step.points, default=None)


def _least_gain(steps: Iterator[Step]) -> Step | None:
    """The step to the next class."""
    return min(steps, key=lambda step: step.points, default=None)
