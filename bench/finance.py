"""The finance room beside other ways to do the same, in one run: draws of a fund, and internal rates of return.

Usage: python bench/finance.py [--section draws|rates] [--repeat N]

Four sites, forty quarters, six layers and a guarantee, ten thousand draws. Everything runs on one core where the system
can pin. Read the ratios; seconds depend on the machine. numpy-financial stands in the comparison where it is installed.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from bench.operation import timed  # noqa: E402

import venture  # noqa: E402 - the project by hand lies with the tests
from gortyn.finance.copula import correlated_normals  # noqa: E402
from gortyn.finance.metrics import irr  # noqa: E402
from gortyn.finance.returns import irrs  # noqa: E402
from gortyn.finance.risk import assess  # noqa: E402
from gortyn.finance.shocks import shocks  # noqa: E402
from gortyn.kernels.money_draws import play  # noqa: E402
from gortyn.kernels.waterfall_types import Drawn, Shocks  # noqa: E402
from naive import waterfall as twin  # noqa: E402

DRAWS, SITES, QUARTERS = 10_000, 4, 40
TARGET_S = 2.0
TWIN_DRAWS, LOOP_SERIES = 20, 2000
AGREE, RATES_AGREE = 1e-9, 1e-6


def drawn(of: Any) -> tuple[Any, Any, Shocks]:
    """Project and structure of the fund by hand, and its shocks."""
    project, structure = venture.venture(of, venture.base(sites=SITES, periods=QUARTERS))
    return project, structure, shocks(of.risk, correlated_normals(of.risk, SITES, DRAWS))


def rates_of(found: Drawn) -> np.ndarray[Any, Any]:
    """Rates of return of every party in every draw, float64[draw, party]."""
    return np.stack([irrs(found.flow_eur[:, party]) for party in range(found.flow_eur.shape[1])], axis=1)


def draws(repeat: int) -> None:
    """Print the time of all draws with their rates of return, beside the twin in plain Python."""
    of = venture.scenario()
    before_mb = peak_mb()
    begin = time.perf_counter()
    project, structure, shock = drawn(of)
    parties = rates_of(play(structure.deal, project.base, structure.extra_eur, shock)).shape[1]
    first_s = time.perf_counter() - begin
    _, shocks_s = timed(partial(drawn, of), repeat)
    found, play_s = timed(partial(play, structure.deal, project.base, structure.extra_eur, shock), repeat)
    _, rates_s = timed(partial(rates_of, found), repeat)
    _, assess_s = timed(partial(assess, of, project, structure, DRAWS), repeat)
    after_mb = peak_mb()
    plain, plain_s = timed(partial(by_twin, structure, project, shock))
    agree("flow", plain, found)
    layers, total_s = len(of.fund.layers), shocks_s + play_s + rates_s
    print(
        f"{DRAWS:,} draws x {SITES} sites x {QUARTERS} quarters x {layers} layers ({parties} parties with guarantees);"
        f" first call {first_s:.2f} s"
    )
    print(f"{'':58}{'s':>9}")
    rows = [
        ("correlated shocks", shocks_s),
        ("cash and waterfall of every draw", play_s),
        (f"{DRAWS * parties:,} rates of return", rates_s),
        ("all three", total_s),
        ("assess: with room for delays, losses, quantiles, measures", assess_s),
    ]
    for name, seconds in rows:
        print(f"{name:58}{seconds:9.3f}")
    verdict = "met" if max(total_s, assess_s) <= TARGET_S else "MISSED"
    print(
        f"target {TARGET_S:g} s: {verdict}; peak memory {after_mb:,.0f} MB, {after_mb - before_mb:,.0f} MB of it here"
    )
    per_draw_us, twin_us = 1e6 * play_s / DRAWS, 1e6 * plain_s / TWIN_DRAWS
    print(
        f"a draw: {per_draw_us:.1f} us, by the plain twin {twin_us:,.0f} us, same flows: {twin_us / per_draw_us:,.0f} x"
    )


def plain(values: Any) -> Any:
    """A tuple of arrays as plain Python holds it."""
    return type(values)(*(value.tolist() if isinstance(value, np.ndarray) else value for value in values))


def by_twin(structure: Any, project: Any, shock: Shocks) -> list[dict[str, Any]]:
    """The first draws by the slow twin of the tests."""
    few = Shocks(*(values[:TWIN_DRAWS] for values in shock))
    return twin.play(plain(structure.deal), plain(project.base), structure.extra_eur.tolist(), plain(few))


def agree(what: str, slow: Sequence[dict[str, Any]], found: Drawn) -> None:
    """Leave if the twin says otherwise."""
    scale = np.abs(found.flow_eur).max()
    for draw, one in enumerate(slow):
        if not np.allclose(one["flow_eur"], found.flow_eur[draw], rtol=AGREE, atol=AGREE * scale):
            sys.exit(f"{what} of draw {draw} is not that of the twin")


def peak_mb() -> float:
    """Largest memory of this process so far [MB]."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def rates(repeat: int) -> None:
    """Print the time of a rate of return by ours, by pyxirr and by numpy-financial in a loop."""
    of = venture.scenario()
    project, structure, shock = drawn(of)
    flows = play(structure.deal, project.base, structure.extra_eur, shock).flow_eur
    equity = next(place for place, layer in enumerate(of.fund.layers) if layer.kind == "equity")
    series = np.ascontiguousarray(flows[:, equity])
    ours, ours_s = timed(partial(irrs, series), repeat)
    rows = [("ours, all at once", ours_s / len(series))]
    few = series[:LOOP_SERIES]
    for name, solve in solvers():
        found, seconds = timed(partial(loop, solve, few))
        rows.append((name, seconds / len(few)))
        known = np.isfinite(found) & (ours[: len(few)] > -1)
        if not np.allclose(found[known], ours[: len(few)][known], rtol=RATES_AGREE, atol=RATES_AGREE):
            sys.exit(f"rates: {name} finds others")
    print(f"rate of return of common equity, {len(series):,} series of {QUARTERS} quarters")
    print(f"{'':40}{'us each':>10}{'ratio':>9}")
    for name, seconds in rows:
        print(f"{name:40}{1e6 * seconds:10.1f}{seconds / rows[0][1]:9.1f}")


def solvers() -> list[tuple[str, Callable[[Any], float]]]:
    """Other ways to find one rate per year."""
    found: list[tuple[str, Callable[[Any], float]]] = [("pyxirr in a loop", irr)]
    try:
        import numpy_financial
    except ImportError:
        print("numpy-financial is not installed: left out")
        return found

    def by_numpy(flow: Any) -> float:
        rate = float(numpy_financial.irr(flow))
        return (1 + rate) ** 4 - 1 if math.isfinite(rate) else math.nan

    return [*found, ("numpy-financial in a loop", by_numpy)]


def loop(solve: Callable[[Any], float], series: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One rate after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array([solve(flow) for flow in series])


def main() -> None:
    """Measure and print the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--section", choices=("draws", "rates"))
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if options.section in (None, "draws"):
        draws(options.repeat)
        print()
    if options.section in (None, "rates"):
        rates(options.repeat)


if __name__ == "__main__":
    main()
