"""Public traces give the figures that are published with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gortyn.io.traces import read
from gortyn.workload.trace_statistics import statistics

HPC2N, BLUE = "hpc2n_2002/HPC2N-2002-2.2-cln.swf.gz", "sdsc_blue_2000/SDSC-BLUE-2000-4.2-cln.swf.gz"
MIRA, NASA = "mira_2018/mira_2018.parquet", "nasa_ipsc_1993/nasa_ipsc_1993.parquet"
PHILLY, PAI = "philly_2017/philly_2017.parquet", "alibaba_pai_2020_sub/alibaba_pai_2020_sub.parquet"
LARGEST_CLASS = 8192  # what is larger, the README counts together
VENUS = "helios_venus_2020/helios_venus_2020.parquet"


def published(folder: Path) -> dict[str, Any]:
    """The statistics block of a trace's README."""
    match = re.search(r"```json\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert match
    return json.loads(match[1])


@pytest.mark.parametrize("name", [HPC2N, BLUE, MIRA, NASA, PHILLY, PAI, VENUS], ids=lambda name: name.split("/")[0])
def test_figures_are_the_published_ones(shared_data: Path, counts, name) -> None:
    path = shared_data / "traces" / name
    stated = published(path.parent)
    trace, report = read(path)
    figures = statistics(trace, stated.get("capacity"))
    assert report.rows == stated["n_jobs"]
    # Runs of 0 s count as 1 s, which moves no quantile by more.
    zeros = counts(report).get("run-zero", 0)
    assert figures.run_s == pytest.approx(stated["run_s"], rel=1e-4, abs=0.06 + bool(zeros))
    assert figures.span_s / 86400 == pytest.approx(stated["span_days"], abs=0.005)
    if "capacity" in stated:
        assert figures.offered_load == pytest.approx(stated["offered_load"], abs=6e-5)
    classes = [("size_share_restime", 1)] if name == BLUE else [("size_share_jobs", 0), ("size_share_restime", 1)]
    for key, place in classes:  # those of jobs count the cancelled ones too
        ours: dict[str, float] = {}
        for label, shares in figures.sizes.items():
            merged = label if int(label.lstrip("<").split("-")[-1]) <= LARGEST_CLASS else f">{LARGEST_CLASS}"
            ours[merged] = ours.get(merged, 0.0) + shares[place]
        assert ours == pytest.approx(stated[key], abs=6e-5)
    if "wait_s" in stated and name != BLUE:
        assert figures.wait_s == pytest.approx(stated["wait_s"], rel=1e-4, abs=0.06)


@pytest.mark.parametrize(
    ("name", "kept", "rules"),
    [
        (HPC2N, 202_871, {"run-above-request": 14_817}),
        (BLUE, 232_562, {"never-ran": 10_742, "run-unknown": 2}),
        ("alibaba_openb_2023/alibaba_openb_2023.parquet", 6_203, {"never-ran": 897, "cpu-only": 1_052}),
        ("lingjun_crux_2023/sample_crux.csv", 2_498, {"run-zero": 241}),
        ("theta_2018_train/sample_cqgym_theta2018_train.swf", 3_000, {}),
    ],
    ids=lambda value: value.split("/")[0] if isinstance(value, str) else "",
)
def test_what_is_left_out(shared_data: Path, counts, name, kept, rules) -> None:
    trace, report = read(shared_data / "traces" / name)
    assert len(trace) == kept
    assert rules.items() <= counts(report).items()


def test_blue_horizon_names_its_users_and_queues(shared_data: Path) -> None:
    trace, report = read(shared_data / "traces" / BLUE)
    assert len(set(trace.user)) == published((shared_data / "traces" / BLUE).parent)["users"] == 468
    assert {"express", "high", "normal", "low", "standby"} <= set(trace.job_type)
    assert report.header["MaxProcs"] == "1152"


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("acme_seren/sample_trace_seren.csv", "acme"),
        ("alibaba_openb_2023/sample_openb_pod_list_default.csv", "openb2023"),
        ("alibaba_pai_2020_sub/sample_alibaba_trace_sub.csv", "list"),
        ("helios_venus_2020/sample_cluster_log_from_readme.csv", "helios"),
        ("helios_venus_2020/sample_helios_venus_gpu_jobs.csv", "list"),
        ("mira_2018/sample_mira.swf", "swf"),
        ("philly_2017/sample_cluster_job_log_from_readme.json", "philly"),
        ("philly_2017/sample_philly_trace.csv", "list"),
    ],
    ids=lambda value: value,
)
def test_samples_are_read_as_what_they_are(shared_data: Path, counts, name, format) -> None:
    trace, report = read(shared_data / "traces" / name)
    assert report.format == format
    assert "unreadable" not in counts(report)
    assert trace.run_s.min() >= 1


@pytest.mark.parametrize(("raw", "table"), [("sample_mira.swf", MIRA), ("sample_NASA-iPSC-1993-3.1-cln.swf", NASA)])
def test_swf_sample_agrees_with_the_table_of_the_whole(shared_data: Path, raw, table) -> None:
    """The table was made by another program; it counts from the first submission."""
    whole, _ = read(shared_data / "traces" / table)
    sample, _ = read((shared_data / "traces" / table).parent / raw)
    times = {job: at for at, job in enumerate(whole.job_id)}
    places = [times[job] for job in sample.job_id]
    assert (sample.submit_s - sample.submit_s[0] == whole.submit_s[places]).all()
    assert (sample.run_s == whole.run_s[places]).all()
    assert (sample.chips == whole.chips[places]).all()
    assert (sample.requested_s == whole.requested_s[places]).all()
    known = sample.start_s >= 0
    assert (sample.start_s[known] - sample.submit_s[0] == whole.start_s[places][known]).all()


@pytest.mark.parametrize("name", ["w1000.swf", "w10000.swf", "w10000ms.swf"])
def test_workloads_of_the_oracle_need_no_repair(shared_data: Path, name) -> None:
    trace, report = read(shared_data / "oracle" / name, strict=True)
    assert len(trace) == report.rows == int(re.sub(r"\D", "", name))
    assert trace.origin == ""
