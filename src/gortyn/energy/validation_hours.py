"""This module owns the comparison of recorded hours with what stands in for them: annual means, shapes, climates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Fact, Lookup
from gortyn.climate import facility, weather
from gortyn.climate.design import whole_days
from gortyn.energy.contracts import settle
from gortyn.energy.grid import grid_hours
from gortyn.energy.validation_figure import Figure
from gortyn.energy.validation_shifting import NEXT_WORKDAY, Gain, gains
from gortyn.hours import MONTHS_PER_YEAR, factors, profiles, shape
from gortyn.model import Cooling, Grid, Phase, Site
from gortyn.model.conversions import DAYS_PER_YEAR, DEG_PER_HOUR, HOURS_PER_DAY, HOURS_PER_YEAR, utc_offset_h
from gortyn.model.series import HourlySeries, SiteSeries, WeatherSeries
from gortyn.training.checks import Check

Quantity = Literal["price", "carbon", "direct_carbon"]
FIELDS: Final[dict[Quantity, str]] = {
    "price": "price_eur_per_mwh",
    "carbon": "carbon_g_per_kwh",
    "direct_carbon": "direct_carbon_g_per_kwh",
}
WINDOWS: Final = (date(2026, 1, 1), date(2026, 7, 1), date(2028, 1, 1))  # source: two common years and a leap year
SUM_LIMIT: Final = 0.01  # unit: share; what was asked of annual sums
MEAN_LIMITS: Final[dict[str, float]] = {  # unit: share; markets publish prices once, intensities are revised
    "price": 0.02,
    "carbon": 0.10,
}
MONTH_LIMIT_C: Final = 2.0
PUE_LIMIT: Final = 0.02  # unit: PUE
KINDS: Final[tuple[Literal["air", "liquid", "warm-water"], ...]] = ("air", "liquid", "warm-water")
ZONED: Final = ("DK", "IT", "NO", "SE")
"""Countries of several bidding zones: a file of one of them has another mean than the country."""
SPREAD_LIMIT: Final = 0.25  # unit: share of the recorded deviation; years differ by about a tenth
FLAT: Final = "flat annual mean"


class Recorded(NamedTuple):
    """Hours of a grid as a file has them; `offset_h`: standard time of its clocks ahead of UTC."""

    file: str
    country: str
    offset_h: int
    quantity: Quantity
    series: HourlySeries


class RecordedWeather(NamedTuple):
    """Weather as a file has it, and the climate it is of; None: that of the country which is nearest by its months."""

    file: str
    country: str
    climate: str | None
    series: WeatherSeries


class Compared(NamedTuple):
    """Figures of a file, what else is told of it, gains of shifting, and why it could not be used if it could not."""

    figures: tuple[Figure, ...] = ()
    data: tuple[dict[str, Any], ...] = ()
    gains: tuple[Gain, ...] = ()
    unused: str = ""


def annual_figures(facts: Lookup) -> Iterator[Figure]:
    """Annual sums of a constant load in every country of the catalogue against its annual means."""
    for quantity in ("price", "carbon"):
        off: dict[str, float] = {}
        for country in facts.catalogue.entries("grids"):
            mean = facts.number("grids", country, FIELDS[quantity])
            for start in WINDOWS:
                error = _annual_mean(_site(country, facts), quantity, start, facts) / mean - 1
                off[country] = max(off.get(country, 0.0), error, key=abs)
        worst = max(off, key=lambda country: abs(off[country]))
        name = f"annual sums of {quantity}, {len(off)} countries, worst ({worst})"
        yield Figure(Check(name, 0.0, off[worst], SUM_LIMIT, f"grids/*/{FIELDS[quantity]} of the catalogue"), True)


def embedded_gains(facts: Lookup, year: int) -> Iterator[Gain]:
    """The shifting experiments on the embedded hours, for the countries that they were published of."""
    for country in facts.text("comparators", NEXT_WORKDAY, "countries").split():
        site = _site(country, facts)
        hours = (date(year + 1, 1, 1) - date(year, 1, 1)).days * HOURS_PER_DAY
        from_utc = grid_hours(site, date(year, 1, 1), hours, facts).carbon_g_per_kwh
        signal = np.roll(from_utc, utc_offset_h(site.longitude_deg))  # the shape of a year begins where it ends
        yield from gains(signal, country, year, "embedded shape", facts)


def compare_hours(recorded: Recorded, facts: Lookup) -> Compared:
    """A file of prices or intensities against annual means and shapes of the catalogue, year by year."""
    years = tuple(_years(recorded.series, recorded.offset_h))
    if not years:
        return Compared(unused=f"has {recorded.series.values.size:,} hours; no calendar year is whole")
    figures: list[Figure] = []
    data: list[dict[str, Any]] = []
    gained: list[Gain] = []
    for year, begin, end in years:
        values = recorded.series.values[begin:end]
        about = {"file": recorded.file, "country": recorded.country, "quantity": recorded.quantity, "year": year}
        figures += _mean_figures(recorded, year, float(values.mean()), about, facts)
        start = recorded.series.start.astype("datetime64[h]") + np.timedelta64(begin, "h")
        figures += _shape_figures(recorded, year, start, values, about, facts)
        data.append(about | {"hours": int(values.size)})
        if recorded.quantity != "price":
            name = f"hours of the file, {'life cycle' if recorded.quantity == 'carbon' else 'direct'}"
            there = start + np.timedelta64(recorded.offset_h, "h")
            late = int((there - np.datetime64(f"{year:04d}-01-01", "h")).astype(int))
            from_midnight = np.pad(values, (late, 0), mode="edge")
            found = gains(from_midnight, recorded.country, year, name, facts)
            # The published figures are of life-cycle intensities.
            gained += (one._replace(published=one.published and recorded.quantity == "carbon") for one in found)
    return Compared(tuple(figures), tuple(data), tuple(gained))


def compare_weather(recorded: RecordedWeather, facts: Lookup) -> Compared:
    """A file of weather against the typical year of a climate: months, and PUE by either."""
    series = recorded.series
    if series.dry_bulb_c.size < HOURS_PER_YEAR:
        return Compared(unused=f"has {series.dry_bulb_c.size:,} hours; a year has 8,760")
    start, hours = whole_days(series)
    months = np.bincount(_month(start, hours), minlength=MONTHS_PER_YEAR)
    if recorded.climate is not None and not facts.catalogue.has("climates", recorded.climate, "country"):
        return Compared(unused=f"no climate {recorded.climate!r} in the catalogue")
    everywhere = facts.catalogue.entries("climates")
    own = [one for one in everywhere if facts.text("climates", one, "country") == recorded.country]
    candidates = [recorded.climate] if recorded.climate else own or list(everywhere)
    measured = _months(series, start, hours, months)
    normals = {one: _normals(one, facts) for one in candidates}
    climate = min(candidates, key=lambda one: float(np.abs(measured - normals[one]).mean()))
    means = normals[climate]
    off = float(np.abs(measured - means).mean())
    null = float(np.abs(measured - means.mean()).mean())
    chosen = "named" if recorded.climate else f"nearest by its months of {len(candidates)}"
    title = f"{climate} ({chosen}), {recorded.file}"
    check = Check(f"{climate}: monthly temperature, mean absolute error [K]", 0.0, off, MONTH_LIMIT_C, title)
    figures = [Figure(check, False, null, FLAT)]
    site = _site(recorded.country, facts, climate)
    real = weather(site, start, hours, facts, SiteSeries(weather=series))
    typical = weather(site, start, hours, facts)
    data: dict[str, Any] = {"file": recorded.file, "climate": climate, "chosen": chosen, "hours": hours}
    data |= {"bias_c": float((measured - means).mean()), "mean_absolute_error_c": off, "pue": {}}
    for kind in KINDS:
        pues = [facility(Cooling(kind=kind), one, np.ones(hours), facts).pue for one in (real, typical)]
        by_file, by_climate = (float(pue.mean()) for pue in pues)
        check = Check(
            f"{climate}: mean PUE, {kind}, by the climate against the file", by_file, by_climate, PUE_LIMIT, title
        )
        figures.append(
            Figure(check, False, facts.number("cooling", kind, "pue"), "constant PUE of the kind of cooling")
        )
        data["pue"][kind] = {
            "file": by_file,
            "climate": by_climate,
            "peak_file": float(pues[0].max()),
            "peak_climate": float(pues[1].max()),
        }
    return Compared(tuple(figures), (data,))


def _annual_mean(site: Site, quantity: str, start: date, facts: Lookup) -> float:
    """Cost or emissions of a year of one megawatt over its energy, by the way of the account."""
    hours = (date(start.year + 1, start.month, start.day) - start).days * HOURS_PER_DAY
    market = grid_hours(site, start, hours, facts)
    if quantity == "carbon":
        return float(market.carbon_g_per_kwh.sum()) / hours
    bill = settle(np.ones(hours), np.zeros(hours), market, (), {})
    return float(bill.wholesale_eur.sum()) / hours


def _site(country: str, facts: Lookup, climate: str | None = None) -> Site:
    """A site in the middle of a country, with its grid as the catalogue has it."""
    latitude, longitude = (facts.get_number("latency", country, f"{name}_deg") for name in ("latitude", "longitude"))
    price, carbon = (facts.get_number("grids", country, FIELDS[name]) for name in ("price", "carbon"))
    grid = Grid(connection_mw=1.0, energised=WINDOWS[0], price_eur_per_mwh=price, carbon_g_per_kwh=carbon)
    return Site(
        name="middle",
        title="Middle of the country",
        country=country,
        latitude_deg=latitude or 0.0,
        longitude_deg=longitude or 0.0,
        grid=grid,
        cooling=Cooling(kind="liquid"),
        climate=climate,
        phases=(Phase(name="one", operational=WINDOWS[0], machine="any", chips=1),),
    )


def _years(series: HourlySeries, offset_h: int) -> Iterator[tuple[int, int, int]]:
    """Calendar years of the clocks there that a series has but for a day at most: year, first and last position."""
    first = series.start.astype("datetime64[h]") + np.timedelta64(offset_h, "h")
    last = first + np.timedelta64(series.values.size, "h")
    for year in range(_year(first), _year(last) + 1):
        begin, end = (np.datetime64(f"{one:04d}-01-01", "h") for one in (year, year + 1))
        here, there = max(begin, first), min(end, last)
        if end - begin - (there - here) <= np.timedelta64(HOURS_PER_DAY, "h"):
            yield year, int((here - first).astype(int)), int((there - first).astype(int))


def _year(hour: np.datetime64) -> int:
    return hour.astype(object).year


def _mean_figures(recorded: Recorded, year: int, got: float, about: dict[str, Any], facts: Lookup) -> Iterator[Figure]:
    """Annual mean against the catalogue's row of the year, where there is one; the nearest row is told of otherwise."""
    about["mean"] = got
    field = FIELDS[recorded.quantity]
    if not facts.catalogue.has("grids", recorded.country, field):
        about["catalogue"] = None
        return
    fact = facts.fact("grids", recorded.country, field)
    # Figures of direct emissions differ in what they count, not only in their year.
    rows = (fact, *fact.conflicts) if recorded.quantity != "direct_carbon" else (fact,)
    row = min(rows, key=lambda one: abs(int(one.date[:4]) - year))
    about |= {"catalogue": row.number, "catalogue_year": int(row.date[:4])}
    if int(row.date[:4]) != year or recorded.country in ZONED or recorded.quantity == "direct_carbon":
        return
    limit = MEAN_LIMITS[recorded.quantity] * abs(got)
    name = f"{recorded.country} {year}: annual mean of {recorded.quantity}, catalogue against the file"
    check = Check(name, got, row.number, limit, f"{recorded.file}; {row.key}: {row.source}")
    yield Figure(check, False, fact.number, "latest annual mean of the catalogue")


def _shape_figures(
    recorded: Recorded,
    year: int,
    start: np.datetime64,
    values: NDArray[np.float64],
    about: dict[str, Any],
    facts: Lookup,
) -> Iterator[Figure]:
    """Error of the embedded shape, scaled to the mean of the file, in the hours of a year; spread of its days.

    Swings are weather that could have been: what can be compared of them is how far days are apart. Their error hour by
    hour is told beside, and larger than that of the shape.
    """
    kind = "price" if recorded.quantity == "price" else "carbon"
    country = recorded.country
    longitude = facts.get_number("latency", country, "longitude_deg")
    longitude = recorded.offset_h * DEG_PER_HOUR if longitude is None else longitude
    day = start.astype("datetime64[D]")
    skipped = int((start - day.astype("datetime64[h]")).astype(int))
    whole = -(-(skipped + values.size) // HOURS_PER_DAY) * HOURS_PER_DAY
    mean = float(values.mean())
    steady = shape(profiles(facts, kind, country), day.item(), whole, longitude)
    swinging = factors(facts, kind, country, day.item(), whole, longitude)
    ours, drawn = (one[skipped : skipped + values.size] for one in (steady, swinging))
    ours, drawn = (one * mean / one.mean() for one in (ours, drawn))
    error, drawn_error, null = (float(np.abs(one - values).mean()) for one in (ours, drawn, np.full_like(values, mean)))
    still = np.ptp(values) == 0 or np.ptp(ours) == 0
    about["shape"] = {
        "mean_absolute_error": error,
        "null_mean_absolute_error": null,
        "correlation": None if still else float(np.corrcoef(ours, values)[0, 1]),
        "swinging_mean_absolute_error": drawn_error,
        "day_deviation_share": None,
    }
    seen = _fitted(f"{kind}-hour-{country}", "h00", year, facts)
    name = f"{country} {year}: {recorded.quantity}, error of the embedded shape, at most that of a flat one"
    yield Figure(Check(name, null, error, 0.0, recorded.file, True), seen, null, FLAT)
    if still or mean <= 0:
        return
    apart, without, expected = (_day_deviation(one) / mean for one in (drawn, ours, values))
    about["shape"]["day_deviation_share"] = {"embedded": apart, "file": expected, "null": without}
    seen = _fitted(f"{kind}-swing-{country}", "deviation_share", year, facts)
    name = f"{country} {year}: {recorded.quantity}, deviation of days about their month, over the mean"
    check = Check(name, expected, apart, SPREAD_LIMIT * expected, recorded.file)
    yield Figure(check, seen, without, "shapes without swings")


def _day_deviation(values: NDArray[np.float64]) -> float:
    """Standard deviation of the means of days about the mean of the month around them."""
    days = values[: values.size // HOURS_PER_DAY * HOURS_PER_DAY].reshape(-1, HOURS_PER_DAY).mean(axis=1)
    half = DAYS_PER_YEAR // (2 * MONTHS_PER_YEAR)
    month = np.ones(2 * half + 1) / (2 * half + 1)
    return float((days[half:-half] - np.convolve(days, month, mode="valid")).std())


def _fitted(entry: str, field: str, year: int, facts: Lookup) -> bool:
    """Whether an entry of a country was made of hours of that year."""
    first: Fact | None = facts.fact("shapes", entry, field) if facts.catalogue.has("shapes", entry, field) else None
    return first is not None and first.date[:4] == str(year)


def _month(start: date, hours: int) -> NDArray[np.int64]:
    hour = np.datetime64(start, "h") + np.arange(hours)
    return hour.astype("datetime64[M]").astype(np.int64) % MONTHS_PER_YEAR


def _months(series: WeatherSeries, start: date, hours: int, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    begin = int((np.datetime64(start, "h") - series.start.astype("datetime64[h]")).astype(int))
    values = series.dry_bulb_c[begin : begin + hours]
    return np.bincount(_month(start, hours), values, MONTHS_PER_YEAR) / counts


def _normals(climate: str, facts: Lookup) -> NDArray[np.float64]:
    """Monthly mean temperatures of a climate [degC]."""
    fields = (f"mean_{month + 1:02d}_c" for month in range(MONTHS_PER_YEAR))
    return np.array([facts.number("climates", climate, field) for field in fields])


def as_lines(found: Sequence[Compared]) -> Iterator[str]:
    """What the files hold, as text."""
    for one in found:
        for about in one.data:
            yield from _weather_lines(about) if "climate" in about else _grid_lines(about)


def _weather_lines(about: dict[str, Any]) -> Iterator[str]:
    yield f"{about['file']}: {about['climate']} ({about['chosen']}), months off by {about['bias_c']:+.1f} K"
    for kind, pue in about["pue"].items():
        means = f"PUE {pue['file']:.4f} by the file, {pue['climate']:.4f} by the climate"
        yield f"  {kind:12} {means}; highest hour {pue['peak_file']:.3f} and {pue['peak_climate']:.3f}"


def _grid_lines(about: dict[str, Any]) -> Iterator[str]:
    row = "none" if about["catalogue"] is None else f"{about['catalogue']:g} of {about['catalogue_year']}"
    title = f"{about['file']}: {about['country']} {about['year']}, {about['quantity']}"
    yield f"{title}: mean {about['mean']:.2f}, catalogue {row}"
    shaped = about["shape"]
    said = "none" if shaped["correlation"] is None else f"{shaped['correlation']:.2f}"
    off = f"{shaped['mean_absolute_error']:.1f}, of a flat year {shaped['null_mean_absolute_error']:.1f}"
    yield f"  embedded shape: mean absolute error {off}; correlation {said}"
    if shaped["day_deviation_share"] is not None:
        deviation = shaped["day_deviation_share"]
        days = f"days deviate by {deviation['embedded']:.3f} of the mean, in the file {deviation['file']:.3f}"
        off = f"mean absolute error {shaped['swinging_mean_absolute_error']:.1f}"
        yield f"  with swings: {off}; {days}, without swings {deviation['null']:.3f}"
