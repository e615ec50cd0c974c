"""The climate room owns the weather of a site and what follows from it: cooling, water, waste heat, wind and sun."""

from gortyn.climate.conditions import Weather
from gortyn.climate.cooling import Facility, facility
from gortyn.climate.design import DesignPue, design_pue, design_year
from gortyn.climate.heat import HeatBalance, heat_delivered_mw, mean_heating_degrees_c
from gortyn.climate.plants import solar_share, wind_share
from gortyn.climate.weather import climate_of, nearest, weather
from gortyn.climate.wet_bulb import wet_bulb_c

__all__ = [
    "DesignPue",
    "Facility",
    "HeatBalance",
    "Weather",
    "climate_of",
    "design_pue",
    "design_year",
    "facility",
    "heat_delivered_mw",
    "mean_heating_degrees_c",
    "nearest",
    "solar_share",
    "weather",
    "wet_bulb_c",
    "wind_share",
]
