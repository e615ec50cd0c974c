"""Distil public job lists into the mixes of job types that the catalogue ships.

    python tools/distil_mixes.py ACME VENUS [OUT]

ACME is a JSON file with the published distributions of the Seren cluster by job type (shares of jobs and of GPU-time,
inverse distribution of run times, sizes, ends of jobs), VENUS the GPU jobs of the Venus cluster as Parquet (submit_s,
run_s, n_gpus); OUT is the folder for mixes.csv and job_types.csv, the catalogue's own if left out. Rules:

- a run-time table gives the share of jobs that run at most 2**k seconds, k = 0, 1, 2, … up to the first that is 1;
- the types of Venus, whose list has none, are classes of size. Its run times are cut at 48 hours, between two points;
- the ends of Seren's jobs are published for all types together, by number and by GPU-time. They are spread over the
  types by a multinomial logit on the logarithm of a type's mean GPU-time per job, which meets both.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

SHIPPED = Path(__file__).resolve().parents[1] / "src" / "gortyn" / "catalogue" / "data"
HEADER = ("entry", "field", "value", "unit", "low", "high", "date", "evidence", "source", "note")
ENDS = ("completed", "cancelled", "failed")
SEREN, VENUS = "llm-development", "vision-research"
# Sizes of Venus in GPUs, from and to.
CLASSES = {"one-chip": (1, 1), "part-node": (2, 7), "node": (8, 8), "few-nodes": (9, 32), "many-nodes": (33, 10**6)}
GROWING, SENT_TOGETHER = {"pretrain", "debug"}, {"evaluation", "one-chip", "part-node", "node"}
Row = tuple[Any, ...]


def row(entry: str, field: str, value: float | str, unit: str, date: str, known: str, source: str, note: str) -> Row:
    """One fact, to five significant digits."""
    return (
        entry,
        field,
        f"{value:.5g}" if isinstance(value, float) else value,
        unit,
        "",
        "",
        date,
        known,
        source,
        note,
    )


def common(entry: str, kind: str, date: str, source: str) -> Iterator[Row]:
    """What is assumed of a type in any mix."""
    grows = "1: `mix_scale` multiplies its sizes, as models outgrow the cluster of the list; 0: its sizes stay"
    yield row(entry, "grows", int(kind in GROWING), "1", date, "assumed", source, grows)
    sent = "1: part of its jobs are sent in sweeps (evaluations, trials of one experiment); 0: one by one"
    yield row(entry, "sweeps", int(kind in SENT_TOGETHER), "1", date, "assumed", source, sent)


def run_table(entry: str, at_most: list[float], date: str, known: str, source: str, note: str) -> Iterator[Row]:
    """Shares of jobs that run at most 2**k seconds, up to the first that is all of them."""
    for power, share in enumerate(at_most):
        yield row(entry, f"run_2e{power:02d}", float(share), "share", date, known, source, note)
        if share >= 1:
            return


def ends(shares: NDArray[Any], chip_time: NDArray[Any], by_jobs: list[float], by_time: list[float]) -> NDArray[Any]:
    """Share of each end in each type: a logit on the logarithm of chip-time per job that meets both totals."""
    weight = shares / shares.sum(), chip_time / chip_time.sum()
    wanted = np.array([np.divide(total, sum(total))[1:] for total in (by_jobs, by_time)]).ravel()
    height = np.log(weight[1] / weight[0])

    def of(p: NDArray[Any]) -> NDArray[Any]:
        odds = np.exp(np.stack([0 * height, p[0] + p[1] * height, p[2] + p[3] * height]))
        return odds / odds.sum(axis=0)

    def missed(p: NDArray[Any]) -> NDArray[Any]:
        return np.array([of(p)[end] @ w for w in weight for end in (1, 2)]) - wanted

    p = np.zeros(4)
    while np.abs(missed(p)).max() > 1e-9:
        slope = np.array([(missed(p + 1e-6 * unit) - missed(p)) / 1e-6 for unit in np.eye(4)]).T
        step = np.linalg.solve(slope, -missed(p))
        p = p + step * min(1, 1 / np.abs(step).max())
    return of(p).T


def seren(spec: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    """Facts of the mix and of its types from the published distributions."""
    types = {name: facts for name, facts in spec["Seren"].items() if not name.startswith("_")}
    real, state = spec["Seren"]["_real"], spec["status_gpu_jobs"]["Seren"]
    date, source, note = "2023", "acme-trace", "Acme, Seren cluster, GPU jobs of March to August 2023"
    mixes = [
        row(SEREN, "title", "Development of large language models", "text", date, "published", source, note),
        row(SEREN, "types", " ".join(types).lower(), "text", date, "published", source, note),
        row(SEREN, "jobs", real["gpu_jobs"], "count", date, "published", source, note + "; jobs counted"),
        row(
            SEREN, "chip_seconds_per_job", real["gpu_seconds"] / real["gpu_jobs"], "s", date, "derived", source,
            note + "; GPU-time over jobs",
        ),
    ]  # fmt: skip
    shares = np.array([facts["job_share"] for facts in types.values()])
    times = np.array([facts["gputime_share_real"] for facts in types.values()])
    ended = ends(shares, times, [state[e] for e in ENDS], [state["gputime"][e] for e in ENDS])
    rows: list[Row] = []
    for (name, facts), by_end in zip(types.items(), ended, strict=True):
        entry = f"{SEREN}-{name.lower()}"
        rows.append(row(entry, "job_share", float(facts["job_share"]), "share", date, "published", source, note))
        rows.append(
            row(entry, "chip_hours_share", float(facts["gputime_share_real"]), "share", date, "published", source, note)
        )
        rows += common(entry, name.lower(), date, source)
        said = note + "; totals by jobs and by GPU-time spread over the types by chip-time per job"
        for end, share in zip(ENDS, by_end, strict=True):
            rows.append(row(entry, f"{end}_share", float(share), "share", date, "derived", source, said))
        said = note + "; set by hand so that all types together have the published sizes and each its quartiles"
        for chips, share in facts["gpu_num_pmf_inferred"].items():
            rows.append(row(entry, f"chips_{int(chips):04d}", float(share), "share", date, "derived", source, said))
        table = facts["duration_s_inverse_cdf"]["F"][1:]
        rows += run_table(entry, table, date, "published", source, note + "; jobs that run at most 2**k seconds")
    return mixes, rows


def venus(jobs: pl.DataFrame) -> tuple[list[Row], list[Row]]:
    """Facts of the mix and of its types, classes of size, from a job list."""
    date, source, note = "2020", "helios-traces", "Helios, Venus cluster, GPU jobs of March to September 2020"
    chips, run_s = jobs["n_gpus"].to_numpy().astype(int), jobs["run_s"].to_numpy().astype(float)
    total = float(chips @ run_s)
    mixes = [
        row(VENUS, "title", "Research on computer vision", "text", date, "published", source, note),
        row(VENUS, "types", " ".join(CLASSES), "text", date, "derived", source, note + "; classes of size"),
        row(VENUS, "jobs", chips.size, "count", date, "measured", source, note + "; jobs counted"),
        row(
            VENUS, "chip_seconds_per_job", total / chips.size, "s", date, "measured", source,
            note + "; run times in the list are cut at 48 hours",
        ),
    ]  # fmt: skip
    rows: list[Row] = []
    for name, (low, high) in CLASSES.items():
        entry, own = f"{VENUS}-{name}", (chips >= low) & (chips <= high)
        rows.append(row(entry, "job_share", float(own.mean()), "share", date, "measured", source, note))
        share = float(chips[own] @ run_s[own]) / total
        rows.append(row(entry, "chip_hours_share", share, "share", date, "measured", source, note))
        rows += common(entry, name, date, source)
        sizes, counts = np.unique(chips[own], return_counts=True)
        rare = counts < 1e-3 * own.sum()
        for size, count in zip(sizes[~rare], counts[~rare], strict=True):
            share = float(count / counts[~rare].sum())
            said = note + "; sizes of fewer than one job in a thousand of the class left out"
            rows.append(row(entry, f"chips_{size:04d}", share, "share", date, "measured", source, said))
        table = [float((run_s[own] <= 2.0**power).mean()) for power in range(22)]
        said = note + "; jobs that run at most 2**k seconds; cut at 48 hours"
        rows += run_table(entry, table, date, "measured", source, said)
    return mixes, rows


def main(acme: str, venus_list: str, out: str = str(SHIPPED)) -> None:
    """Write both tables."""
    parts = seren(json.loads(Path(acme).read_text(encoding="utf-8"))), venus(pl.read_parquet(venus_list))
    for name, index in (("mixes", 0), ("job_types", 1)):
        with (Path(out) / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            for part in parts:
                writer.writerows(part[index])


if __name__ == "__main__":
    main(*sys.argv[1:])
