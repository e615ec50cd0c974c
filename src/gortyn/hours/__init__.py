"""The hours room owns consecutive hours: a site's clock, shapes, swings of the weather, recorded years on a window."""

from gortyn.hours.clock import MONTHS_PER_YEAR, Clock, local_clock, reference_hours
from gortyn.hours.lay import lay
from gortyn.hours.shapes import Profiles, profiles, shape
from gortyn.hours.swings import factors, swing

__all__ = [
    "MONTHS_PER_YEAR",
    "Clock",
    "Profiles",
    "factors",
    "lay",
    "local_clock",
    "profiles",
    "reference_hours",
    "shape",
    "swing",
]
