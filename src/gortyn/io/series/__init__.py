"""This room owns the formats that hourly prices, carbon intensities and weather come in: each is read into hours."""

from gortyn.io.series.fault import SeriesError
from gortyn.io.series.read import Carbon, read_carbon, read_price, read_weather
from gortyn.io.series.reading import Place
from gortyn.io.series.sites import FilesRead, read_all
from gortyn.io.series.write import with_files, write_series

__all__ = [
    "Carbon",
    "FilesRead",
    "Place",
    "SeriesError",
    "read_all",
    "read_carbon",
    "read_price",
    "read_weather",
    "with_files",
    "write_series",
]
