"""This module owns the verbs that explain: facts (what the catalogue knows) and doctor (what is installed)."""

from __future__ import annotations

import platform
import shutil
import time
from pathlib import Path

from gortyn.cli.output import FAILED, InvalidInput, say_json


def facts(*query: str, kind: str | None = None, json: bool = False) -> None:
    """Search the catalogue of sourced facts; every word must match.

    Parameters
    ----------
    query
        Words to look for in names, values, notes and sources; none lists the kinds of facts.
    kind
        Search only one kind, for example chips or grids.
    json
        Print as JSON.
    """
    from gortyn.catalogue import load

    catalogue = load()
    if kind is not None and kind not in catalogue.kinds():
        raise InvalidInput(f"there are no facts of kind '{kind}'; there are {', '.join(catalogue.kinds())}")
    if not query and kind is None:
        counts = {name: len(catalogue.entries(name)) for name in catalogue.kinds()}
        if json:
            say_json(counts)
        else:
            for name, count in counts.items():
                print(f"{name:16} {count:4} entries")
        return
    found = [fact for fact in catalogue.search(" ".join(query)) if kind in (None, fact.kind)]
    if json:
        say_json([_as_data(fact) for fact in found])
        return
    for fact in found:
        print("\n".join(_as_text(fact)))
    if not found:
        raise InvalidInput(f"no fact matches {' '.join(query)!r}")


def _as_text(fact) -> list[str]:  # noqa: ANN001 - Fact, imported only when a verb needs the catalogue
    from gortyn.resolve import printed

    span = f"  ({printed(fact.low)} to {printed(fact.high)})" if fact.low is not None and fact.high is not None else ""
    lines = [f"{fact.key} = {printed(fact.value)} {fact.unit}{span}  [{fact.evidence}, {fact.date}]"]
    lines += [f"    {source.citation}" for source in fact.citations]
    lines += [f"    note: {fact.note}"] if fact.note else []
    for other in fact.conflicts:
        sources = "; ".join(source.citation for source in other.citations)
        note = f"; {other.note}" if other.note else ""
        lines.append(f"    but: {printed(other.value)} {other.unit}  [{other.evidence}, {other.date}]  {sources}{note}")
    return lines


def _as_data(fact) -> dict[str, object]:  # noqa: ANN001 - as above
    return {
        "key": fact.key,
        "value": fact.value,
        "unit": fact.unit,
        "low": fact.low,
        "high": fact.high,
        "date": fact.date,
        "evidence": fact.evidence,
        "sources": [source.citation for source in fact.citations],
        "note": fact.note,
        "conflicts": [_as_data(other) for other in fact.conflicts],
    }


def doctor(*, warm: bool = False, json: bool = False) -> int:
    """Say what is installed and whether it works.

    Parameters
    ----------
    warm
        Compile the kernels now, so that the next run need not.
    json
        Print as JSON.
    """
    from importlib.metadata import PackageNotFoundError, version

    from gortyn import __version__
    from gortyn.catalogue import load
    from gortyn.io.load import load as load_scenario
    from gortyn.io.load import shipped_scenarios

    checks: dict[str, str] = {"gortyn": __version__, "python": platform.python_version(), "system": platform.platform()}
    problems: list[str] = []
    for name in ("numpy", "numba", "polars", "pydantic", "ruamel.yaml", "cyclopts", "rich", "pyxirr"):
        try:
            checks[name] = version(name)
        except PackageNotFoundError:
            problems.append(f"{name} is not installed")
    catalogue = load()
    checks["catalogue"] = (
        f"{sum(len(catalogue.entries(kind)) for kind in catalogue.kinds())} entries, every value sourced"
    )
    for name in shipped_scenarios():
        load_scenario(name)
    checks["scenarios"] = ", ".join(shipped_scenarios())
    checks["free disk"] = f"{shutil.disk_usage(Path.cwd()).free / 1e9:.1f} GB"
    if warm:
        begin = time.perf_counter()
        from gortyn.operation import warm as compile_scheduler
        from gortyn.training.search import warm as compile_search

        compile_scheduler()
        compile_search()
        checks["kernels"] = f"compiled in {time.perf_counter() - begin:.1f} s"
    if json:
        say_json({"checks": checks, "problems": problems})
    else:
        for name, value in checks.items():
            print(f"{name:12} {value}")
        for problem in problems:
            print(f"problem: {problem}")
    return FAILED if problems else 0
