"""This module owns the unit conversions that the rooms share."""

from __future__ import annotations

from typing import Final

KW_PER_MW: Final = 1e3  # source: SI prefixes
W_PER_KW: Final = 1e3  # source: SI prefixes
KG_PER_T: Final = 1e3  # source: SI prefixes
BYTES_PER_GB: Final = 1e9  # source: SI prefixes
BYTES_PER_TB: Final = 1e12  # source: SI prefixes
BITS_PER_BYTE: Final = 8  # source: definition
BITS_PER_GBIT: Final = 1e9  # source: SI prefixes
GBIT_PER_TB: Final = BYTES_PER_TB * BITS_PER_BYTE / BITS_PER_GBIT
TFLOPS_PER_EXAFLOPS: Final = 1e6  # source: SI prefixes
FLOPS_PER_TFLOPS: Final = 1e12  # source: SI prefixes
S_PER_MIN: Final = 60  # source: definition
MIN_PER_HOUR: Final = 60  # source: definition
HOURS_PER_DAY: Final = 24  # source: definition
DAYS_PER_WEEK: Final = 7  # source: definition
HOURS_PER_WEEK: Final = DAYS_PER_WEEK * HOURS_PER_DAY
DAYS_PER_YEAR: Final = 365  # source: definition of a year without a leap day
HOURS_PER_YEAR: Final = 8760  # source: definition of a year of 365 days
S_PER_HOUR: Final = 3600  # source: definition
S_PER_DAY: Final = 86_400  # source: definition of the civil day without leap seconds
DEG_PER_HOUR: Final = 15  # source: the Earth turns 360 degrees in 24 hours


def utc_offset_h(longitude_deg: float) -> int:
    """Whole hours that the clock of a site is ahead of UTC: standard time by longitude, without summer time.

    >>> utc_offset_h(27.7), utc_offset_h(-9.1)
    (2, -1)
    """
    return round(longitude_deg / DEG_PER_HOUR)
