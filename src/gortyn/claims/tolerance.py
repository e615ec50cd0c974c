"""This module owns the lines between holds, depends and fails, each with its reason."""

from __future__ import annotations

from typing import Final

# News round amounts and counts ("about 100,000", "20 bn") to one or two digits.
ROUNDED: Final = 0.05  # source: half a step of the second digit of a number that starts with 1

# "A quarter" is neither a fifth nor three tenths.
SHARE_POINTS: Final = 0.025  # source: half the way from 25 % to 20 % or 30 %

# A chip is of the latest generation if it came out at most this long before the newest in the catalogue.
GENERATION_YEARS: Final = 1  # source: vendors bring a new generation every one to two years

# Jain's index is k/n where k of n tenants share evenly and the rest get nothing (Jain, Chiu, Hawe 1984).
JAIN_FAIR: Final = 0.9  # source: as even as if one tenant in ten got nothing
JAIN_UNFAIR: Final = 0.5  # source: as uneven as if half of the tenants got nothing

# Shares of the market below and above which merger control sees no harm and dominance.
UNSUSPICIOUS_SHARE: Final = 0.25  # source: Regulation (EC) 139/2004, recital 32
DOMINANT_SHARE: Final = 0.5  # source: EU horizontal merger guidelines (2004/C 31/03), paragraph 17

# Of what it would have got on an empty machine, a class that has access gets nearly all in the same year.
SERVED_SHARE: Final = 0.9  # source: assumed, what waits there are move less than a tenth of the work out of the year

# "All" who are eligible and apply are admitted, and some of them.
ALL_ADMITTED: Final = 0.9  # source: assumed, all but one in ten
SOME_ADMITTED: Final = 0.1  # source: assumed, one in ten, below which most who apply would not speak of access

# Decisions from which on a share of them says something.
LEAST_DECIDED: Final = 10  # source: assumed, with fewer one decision moves the share by more than a tenth

# "Six to nine months" in weeks.
MONTHS_FROM_WEEKS: Final = 26  # source: half a year
MONTHS_TO_WEEKS: Final = 39  # source: three quarters of a year

# "Thousands" is a plural.
THOUSANDS: Final = 2 * 1000  # source: the least plural of a thousand


def near(found: float, claimed: float, tolerance: float = ROUNDED) -> bool:
    """Whether a number is the claimed one as far as rounding goes; never for nan.

    >>> near(19.2e9, 20e9), near(23536, 25000)
    (True, False)
    """
    return abs(found - claimed) <= tolerance * abs(claimed)


def reaches(found: float, claimed: float, tolerance: float = ROUNDED) -> bool:
    """Whether a number is at least the claimed one as far as rounding goes; never for nan."""
    return found >= claimed * (1 - tolerance)
