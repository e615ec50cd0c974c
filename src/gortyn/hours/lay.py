"""This module owns how a recorded year is laid on the simulated window: same calendar, same weekdays."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from gortyn.hours.clock import MONTHS_PER_YEAR
from gortyn.model.conversions import DAYS_PER_WEEK, DAYS_PER_YEAR, HOURS_PER_DAY, HOURS_PER_WEEK
from gortyn.model.series import HourlySeries


def lay(series: HourlySeries, start: date, hours: int) -> NDArray[np.float64]:
    """Value of every hour of a window, from a series that may have been recorded in another year.

    A series that covers the window is used as it is. Otherwise each day of the window takes the day of the series'
    last year that has the same date, moved by at most three days (a week and three days at the ends of the series) so
    that it is the same weekday too; years after the first repeat that year. 29 February takes the day after
    28 February where the recorded year has none. The days depend on the first hour and the length of the series alone,
    so that price, carbon and weather of one year stay together hour by hour.

    Parameters
    ----------
    series : consecutive hours of UTC
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]

    Returns
    -------
    float64[hour]

    Raises
    ------
    ValueError : the series neither covers the window nor has 365 days.

    >>> import numpy as np
    >>> recorded = HourlySeries(np.datetime64("2024-01-01T00", "h"), np.arange(366 * 24) // 24 + 1.0)
    >>> float(lay(recorded, date(2024, 3, 1), 24)[0])  # the 61st day of a leap year
    61.0
    >>> float(lay(recorded, date(2028, 3, 1), 24)[0])  # a Wednesday, as was 28 February 2024
    59.0
    """
    first, count = int(series.start.astype("datetime64[h]").astype(np.int64)), series.values.size
    begin = int(np.datetime64(start, "h").astype(np.int64))
    if first <= begin and begin + hours <= first + count:
        return series.values[begin - first : begin - first + hours]
    if count < DAYS_PER_YEAR * HOURS_PER_DAY:
        message = f"a series of {count:,} hours must cover the window from {start} or have a year of 8,760 hours"
        raise ValueError(message)
    hour = np.arange(begin, begin + hours)
    position = _same_days(hour // HOURS_PER_DAY, first + count) * HOURS_PER_DAY + hour % HOURS_PER_DAY - first
    position += HOURS_PER_WEEK * ((position < 0).astype(np.int64) - (position >= count))
    return series.values[position]


def _same_days(day: NDArray[np.int64], end_hour: int) -> NDArray[np.int64]:
    """Day of the last recorded year with the date and the weekday of each day, as int64 days since 1970."""
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    of_month = day - month.astype("datetime64[D]").astype(np.int64)
    last = np.datetime64(end_hour - 1, "h").astype("datetime64[Y]").astype(np.int64)
    of_year = month.astype(np.int64) % MONTHS_PER_YEAR

    def in_year(year: NDArray[np.int64]) -> NDArray[np.int64]:
        return (year * MONTHS_PER_YEAR + of_year).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)

    here = in_year(np.full_like(day, last)) + of_month
    here = np.where(here * HOURS_PER_DAY < end_hour, here, in_year(np.full_like(day, last - 1)) + of_month)
    half = DAYS_PER_WEEK // 2
    return here + (day - here + half) % DAYS_PER_WEEK - half
