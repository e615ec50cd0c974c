"""This module owns the comparison of the energy room with published and recorded figures, as one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, figure_lines
from gortyn.energy.validation_hours import (
    Compared,
    Recorded,
    RecordedWeather,
    annual_figures,
    as_lines,
    compare_hours,
    compare_weather,
    embedded_gains,
)
from gortyn.energy.validation_nodes import NodesValidation, Row, catalogue_nodes, validate_nodes
from gortyn.energy.validation_pue import as_table, bloom_figures, pue_by_load, pue_figures
from gortyn.energy.validation_shifting import Gain

EXPERIMENT_YEAR: Final = 2020  # source: Wiesner et al. 2021 take the year 2020


@dataclass(frozen=True, slots=True)
class EnergyValidation:
    """What the energy room says against what is published, and against files.

    Attributes
    ----------
    figures : every check, with null models
    nodes : a table of metered nodes, None where none was given
    files : names and comparisons of files of hours, in the order given
    gains : of shifting, on embedded shapes and on the hours of files
    by_load : PUE of Frontier by the law over its load
    """

    figures: tuple[Figure, ...]
    nodes: NodesValidation | None
    files: tuple[tuple[str, Compared], ...]
    gains: tuple[Gain, ...]
    by_load: tuple[dict[str, float], ...]

    @property
    def passed(self) -> bool:
        """Whether every check is within its limit and everything given could be compared at least in part."""
        usable = (self.nodes is None or bool(self.nodes.found)) and not any(one.unused for _, one in self.files)
        return usable and all(figure.check.passed for figure in self.figures)

    def predictions(self) -> list[dict[str, object]]:
        """Every metered row predicted; without a table, every check."""
        if self.nodes is not None:
            return [one.as_data() for one in self.nodes.found]
        return [figure.as_data() for figure in self.figures]

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate energy --json` prints it."""
        return {
            "passed": self.passed,
            "checks": [figure.as_data() for figure in self.figures],
            "errors": {
                "all": errors(self.figures),
                "held_out": errors([one for one in self.figures if not one.seen]),
                "calibrated_on": errors([one for one in self.figures if one.seen]),
            },
            "nodes": None if self.nodes is None else self.nodes.as_data(),
            "files": [about for _, one in self.files for about in one.data],
            "unused": [{"file": name, "reason": one.unused} for name, one in self.files if one.unused],
            "shifting": [gain.as_data() for gain in self.gains],
            "pue_by_load": list(self.by_load),
        }

    def lines(self) -> Iterator[str]:
        """The comparison as text."""
        yield from figure_lines(self.figures)
        if self.nodes is not None:
            yield ""
            yield from self.nodes.lines()
        if self.files:
            yield ""
            yield from as_lines([one for _, one in self.files])
            yield from (f"unused: {name}: {one.unused}" for name, one in self.files if one.unused)
        yield ""
        yield "carbon saved by waiting, jobs in one piece:"
        yield from (gain.line() for gain in self.gains)
        yield ""
        yield from as_table(self.by_load)


def errors(figures: Sequence[Figure]) -> dict[str, float | int | None]:
    """Bias and mean absolute error relative to what was expected, null models beside; no bounds, bands and zeros."""
    sized = [one for one in figures if one.check.expected and not (one.check.at_most or one.band)]
    off = [one.check.error / abs(one.check.expected) for one in sized]
    null = [(one.null - one.check.expected) / abs(one.check.expected) for one in sized if one.null is not None]
    return {
        "checks": len(figures),
        "compared": len(sized),
        "bias": fmean(off) if off else None,
        "mean_error": fmean(map(abs, off)) if off else None,
        "null_bias": fmean(null) if null else None,
        "null_mean_error": fmean(map(abs, null)) if null else None,
    }


def validate_energy(
    facts: Lookup,
    rows: Sequence[Row] = (),
    file: str = "",
    hours: Sequence[Recorded] = (),
    weather: Sequence[RecordedWeather] = (),
) -> EnergyValidation:
    """Compare power, PUE, carbon and shifting with published figures, and with files where some are given.

    Parameters
    ----------
    facts : catalogue, with the published figures
    rows, file : lines and cells of a table of metered nodes, and its name
    hours : recorded prices and carbon intensities
    weather : recorded weather

    Raises
    ------
    ValueError : the table has no column of chips or none of power.
    """
    nodes = validate_nodes(rows, file, facts) if rows else None
    compared = [(one.file, compare_hours(one, facts)) for one in hours]
    compared += [(one.file, compare_weather(one, facts)) for one in weather]
    gained = (*embedded_gains(facts, EXPERIMENT_YEAR), *(gain for _, one in compared for gain in one.gains))
    figures = (
        *pue_figures(facts),
        *catalogue_nodes(facts),
        *(nodes.figures() if nodes else ()),
        *bloom_figures(facts),
        *annual_figures(facts),
        *(gain.figure() for gain in gained if gain.published),
        *(figure for _, one in compared for figure in one.figures),
    )
    return EnergyValidation(figures, nodes, tuple(compared), gained, tuple(pue_by_load(facts)))
