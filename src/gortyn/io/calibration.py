"""This module owns a calibration's folder: written aside and renamed when whole, opened again as a machine.

A folder holds ``chips.csv`` and ``sources.csv`` in the catalogue's format, ``surfaces/`` in that of the shipped
surfaces, and ``calibration.json``: hardware, date, libraries, and how many points were measured.
"""

from __future__ import annotations

import csv
import json
import math
import platform
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gortyn import __version__
from gortyn.catalogue import CatalogueError, Lookup, load
from gortyn.catalogue.overlay import Overlay
from gortyn.catalogue.reader import FACT_HEADER, SOURCE_HEADER
from gortyn.catalogue.surface import MANIFEST_HEADER, NEAREST_HEADER, Surfaces, load_surfaces
from gortyn.training.calibrate import Calibration, Curve
from gortyn.training.grids import header, lines

ABOUT, CHIPS, SOURCES, SURFACES = "calibration.json", "chips.csv", "sources.csv", "surfaces"
SOURCE = "gortyn-calibration"
FORMAT = 1
PEAKS = {"bf16": "bf16", "fp8": "fp8", "fp8_block": "fp8", "fp4": "fp4"}
NOT_CARRIED = ("name", "vendor", "release_year", "tflops")
"""Parts of names of facts that one device never takes from another."""


class CalibrationError(ValueError):
    """A folder that holds no whole calibration, or one that must not be written to."""


@dataclass(frozen=True, slots=True)
class CalibratedMachine:
    """A machine as it was measured.

    Attributes
    ----------
    chip : its chip, an entry of `facts`
    chips : accelerators in it
    facts : reader of the shipped catalogue with the measured chip over it
    tables : the shipped surfaces with the measured ones over them
    about : hardware, date, libraries and counts
    """

    chip: str
    chips: int
    facts: Lookup
    tables: Surfaces
    about: Mapping[str, Any]


def check_target(folder: Path) -> None:
    """Raise CalibrationError where `write` would, before a measurement has cost any time."""
    if (folder.exists() or folder.is_symlink()) and not (folder.is_dir() and not any(folder.iterdir())):
        raise CalibrationError(f"{folder}: exists; give another folder")


def write(calibration: Calibration, folder: Path) -> Path:
    """Write a calibration as a folder, whole or not at all, and return its path.

    Raises
    ------
    CalibrationError : the folder exists and is not empty.
    """
    check_target(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        _write_files(calibration, aside)
        aside.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def is_calibration(folder: Path) -> bool:
    """Whether a folder is one that `write` made."""
    return (folder / ABOUT).is_file()


def open_calibration(folder: str | Path) -> CalibratedMachine:
    """Open a calibration's folder.

    Raises
    ------
    CalibrationError : the folder does not exist, or misses or breaks one of its files; it names which.
    """
    path = Path(folder)
    if not is_calibration(path):
        raise CalibrationError(f"{path}: is no calibration, it lacks {ABOUT}")
    try:
        about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        chip, chips = str(about["chip"]), int(about["chips"])
        catalogue = Overlay(path)
        catalogue.entry("chips", chip)
        own = load_surfaces(path / SURFACES, catalogue.sources)
    except (json.JSONDecodeError, KeyError, TypeError, CatalogueError) as error:
        raise CalibrationError(f"{path}: {error}") from error
    shipped = load_surfaces()
    tables = Surfaces(
        {**shipped.by_name, **own.by_name}, {**shipped.nearest, **own.nearest}, {**shipped.devices, **own.devices}
    )
    return CalibratedMachine(chip, chips, catalogue.lookup(), tables, about)


def chip_of(calibration: Calibration) -> tuple[str, bool]:
    """Name of the measured chip, and whether the catalogue knows it."""
    known = {device.casefold(): chip for device, chip in load_surfaces().devices.items()}.get(
        calibration.device.casefold()
    )
    return known or slug(calibration.device), known is not None


def slug(device: str) -> str:
    """A name without spaces for a device.

    >>> slug("Intel(R) Xeon(R) Platinum 8480+ CPU @ 2.00GHz")
    'Intel-Xeon-Platinum-8480-CPU-2.00GHz'
    """
    plain = re.sub(r"\((r|tm)\)", " ", device, flags=re.IGNORECASE)
    return "-".join(re.findall(r"[A-Za-z0-9_.]+", plain)) or "device"


def _write_files(calibration: Calibration, folder: Path) -> None:
    chip, known = chip_of(calibration)
    reference = chip if known else _reference(calibration)
    facts = _facts(calibration, chip, reference, known=known)
    cited = dict.fromkeys(key.strip() for row in facts for key in row[FACT_HEADER.index("source")].split(";"))
    libraries = ", ".join(f"{name} {version}" for name, version in calibration.libraries.items())
    citation = f"Gortyn {__version__}, calibration of {calibration.device} with {libraries}"
    sources = load().sources
    rows = [(key, sources[key].citation, sources[key].url, sources[key].date) for key in cited if key != SOURCE]
    _write_csv(folder / SOURCES, SOURCE_HEADER, [*rows, (SOURCE, citation, "", calibration.date)])
    _write_csv(folder / CHIPS, FACT_HEADER, facts)
    peaks = {row[1]: float(row[2]) for row in facts if row[1].endswith(("_dense_tflops", "_tb_per_s"))}
    (folder / SURFACES).mkdir()
    _write_surfaces(calibration, chip, peaks, folder / SURFACES)
    if not known:
        row = (chip, reference, "Not measured on this device; nearest 16-bit peak")
        _write_csv(folder / SURFACES / "nearest.csv", NEAREST_HEADER, [row])
    text = json.dumps(_about(calibration, chip), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8")


def _about(calibration: Calibration, chip: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "gortyn": __version__,
        "device": calibration.device,
        "kind": calibration.kind,
        "chip": chip,
        "chips": calibration.chips,
        "memory_gb": round(calibration.memory_bytes / 1e9, 2),
        "date": calibration.date,
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": calibration.libraries,
        "planned_min": round(calibration.planned_min, 3),
        "took_min": round(calibration.took_min, 3),
        "measured": {
            f"{file}/{series}": {"points": curve.measured, "of": curve.of, "best_per_s": float(f"{curve.best:.4g}")}
            for (file, series), curve in calibration.curves.items()
        },
        "refused": list(calibration.refused),
        "note": calibration.note,
    }


def _facts(calibration: Calibration, chip: str, reference: str, *, known: bool) -> list[list[str]]:
    """Rows of ``chips.csv``: measured values first, the rest from the catalogue's entry of the reference."""
    date, note = calibration.date, calibration.note
    rows: dict[str, list[str]] = {}

    def put(field: str, value: float | str, unit: str, evidence: str = "measured", said: str = note) -> None:
        text = value if isinstance(value, str) else f"{value:.6g}"
        rows[field] = [chip, field, text, unit, "", "", date, evidence, SOURCE, said]

    best = {series: curve.best / 1e12 for (file, series), curve in calibration.curves.items() if file == "gemm"}
    for series, tflops in best.items():
        put(f"{series}_max_achievable_tflops", tflops, "TFLOP/s")
        if not known:
            said = "No peak of this device is known: the best matrix product measured"
            put(f"{series}_dense_tflops", tflops, "TFLOP/s", said=f"{said}; {note}" if note else said)
    if not known:
        put("name", calibration.device, "text")
        put("memory_gb", calibration.memory_bytes / 1e9, "GB")
        put(
            "memory_tb_per_s", _streaming(calibration) / 1e12, "TB/s", said="Copy of the largest size that was measured"
        )
        put("chips_per_node", calibration.chips, "count")
        put("scale_up_domain_chips", calibration.chips, "count")
        rate = _link(calibration)
        if rate is not None:
            put("scale_up_gb_per_s", rate / 1e9, "GB/s", said="Best bus bandwidth of an all-gather")
    for field, fact in load().entry("chips", reference).items():
        if field in rows or (not known and any(part in field for part in NOT_CARRIED)):
            continue
        row = [fact.value if isinstance(fact.value, str) else f"{fact.value:.10g}", fact.unit]
        bounds = ["" if bound is None else f"{bound:.10g}" for bound in (fact.low, fact.high)]
        evidence, said = (fact.evidence, fact.note) if known else ("assumed", f"Not measured: taken from {reference}")
        rows[field] = [chip, field, *row, *bounds, fact.date, evidence, fact.source, said]
    return list(rows.values())


def _write_surfaces(calibration: Calibration, chip: str, peaks: Mapping[str, float], folder: Path) -> None:
    files: dict[str, list[list[str]]] = {}
    axes = {file: curve.axes for (file, _), curve in calibration.curves.items()}
    manifest: list[list[str]] = []
    for (file, series), curve in calibration.curves.items():
        unit, scale, peak = "GB/s", 1e-9, ""
        if file == "memory":
            unit, scale = "1/1000 of memory bandwidth", 1e-9 / peaks["memory_tb_per_s"]
        elif file != "collective":
            tflops = peaks[f"{PEAKS[series]}_dense_tflops"]
            unit, scale, peak = "1/1000 of peak", 1e-9 / tflops, f"{tflops:g}"
        files.setdefault(file, []).extend(lines(chip, series, curve.rates * scale, curve.axes))
        said = f"Measured at {curve.measured} of {curve.of} points, the rest filled"
        said = f"{said}; {calibration.note}" if calibration.note else said
        manifest.append([file, chip, series, unit, peak, calibration.date, "measured", SOURCE, said])
    for file, rows in files.items():
        _write_csv(folder / f"{file}.csv", header(axes[file]), rows)
    _write_csv(folder / "manifest.csv", MANIFEST_HEADER, manifest)


def _reference(calibration: Calibration) -> str:
    """The measured chip of the catalogue whose 16-bit peak is nearest."""
    best = calibration.curves["gemm", "bf16"].best / 1e12
    facts, chips = load().lookup(), dict.fromkeys(chip for _, chip, _ in load_surfaces().by_name)
    peaks = {chip: facts.number("chips", chip, "bf16_dense_tflops") for chip in chips if _in_catalogue(chip)}
    return min(peaks, key=lambda chip: abs(math.log(peaks[chip] / best)))


def _in_catalogue(chip: str) -> bool:
    return load().has("chips", chip, "bf16_dense_tflops")


def _streaming(calibration: Calibration) -> float:
    """Rate at the largest copy, which no cache holds [bytes/s]."""
    return float(calibration.curves["memory", "copy"].rates[-1])


def _link(calibration: Calibration) -> float | None:
    curve: Curve | None = calibration.curves.get(("collective", "all_gather"))
    return None if curve is None else float(np.max(curve.rates))


def _write_csv(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(list(columns))
        writer.writerows(rows)
