"""Mixes of the catalogue: tables kept, chip-hours met, and what they say of clusters that they were not set on."""

from __future__ import annotations

import csv
import importlib.util
import json

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.workload import OUTCOMES
from gortyn.workload.arrivals import Batches
from gortyn.workload.kind import Node
from gortyn.workload.mixes import JobType, RunTimes, read_mix

FACTS = load()
MIXES = FACTS.entries("mixes")
WHOLE = Node(1)
ALWAYS_S = 10**8
MANY = 10**6


def types_of(name, scale=1.0):
    names = FACTS.fact("mixes", name, "types").text.split()
    return dict(zip(names, read_mix(name, scale, FACTS.lookup()), strict=True))


def number(entry, field):
    return FACTS.fact("job_types", entry, field).number


def draw(kind, jobs=300_000, most=MANY, node=WHOLE, limit_s=ALWAYS_S, seed=1):
    rng = np.random.default_rng(seed)
    return kind.draw(rng, np.ones(jobs, np.int64), np.full(jobs, most), node, limit_s)


def share_at_most(values, bounds):
    return np.searchsorted(np.sort(values), bounds, side="right") / len(values)


@pytest.mark.parametrize("name", MIXES)
def test_shares_of_a_mix_are_whole(name):
    types = types_of(name)
    assert sum(kind.share for kind in types.values()) == pytest.approx(1)
    for kind_name, kind in types.items():
        assert number(f"{name}-{kind_name}", "job_share") == pytest.approx(kind.share, rel=2e-3)
        assert kind.size_share.sum() == pytest.approx(1)
        assert kind.ends.sum() == pytest.approx(1)
        assert (np.diff(kind.run.at_most) >= 0).all()
        assert (kind.run.at_most[0], kind.run.at_most[-1]) == (0, 1)


@pytest.mark.parametrize("name", MIXES)
def test_chip_hours_of_the_types_are_as_published(name):
    """Debugging jobs of Seren are the exception: they would have to run longer than their table allows."""
    types = types_of(name)
    asked = {one: kind.share * kind.mean_chip_seconds(MANY, WHOLE, ALWAYS_S) for one, kind in types.items()}
    mean_chip_s = FACTS.fact("mixes", name, "chip_seconds_per_job").number
    assert sum(asked.values()) == pytest.approx(mean_chip_s, rel=0.03)
    for one, chip_s in asked.items():
        published = number(f"{name}-{one}", "chip_hours_share")
        assert chip_s / sum(asked.values()) == pytest.approx(published, rel=0.1, abs=0.003), one


@pytest.mark.parametrize("name", MIXES)
def test_drawn_jobs_keep_both_tables_whatever_ties_them(name):
    for one, kind in types_of(name).items():
        jobs = draw(kind)
        coarse = kind.run.run_s > 10  # of shorter runs, whole seconds make steps
        found = share_at_most(jobs.run_s, kind.run.run_s[coarse])
        assert found == pytest.approx(kind.run.at_most[coarse], abs=0.008), one
        assert share_at_most(jobs.chips, kind.chips) == pytest.approx(np.cumsum(kind.size_share), abs=0.005)


@pytest.mark.parametrize("name", MIXES)
@pytest.mark.parametrize(
    ("node", "most", "limit_s"),
    [(Node(8), MANY, ALWAYS_S), (Node(4), 64, 86_400), (Node(4, shared=False), 1024, 3600), (Node(72), 500, 10)],
)
def test_drawn_jobs_have_the_mean_that_sets_the_rate(name, node, most, limit_s):
    for one, kind in types_of(name, scale=3).items():
        jobs = draw(kind, most=most, node=node, limit_s=limit_s)
        chip_s = jobs.chips.astype(float) * jobs.run_s
        assert jobs.run_s.max() <= limit_s
        assert jobs.chips.max() <= -(-most // node.chips) * node.chips
        # Whole seconds move runs of a few seconds a little.
        error = 5 * chip_s.std() / chip_s.size**0.5 + 0.02 * jobs.chips.mean()
        assert chip_s.mean() == pytest.approx(kind.mean_chip_seconds(most, node, limit_s), abs=error), one


def test_mean_run_is_the_mean_over_quantiles():
    run = RunTimes(np.array([1.0, 4.0, 100.0, 900.0]), np.array([0.0, 0.5, 0.5, 1.0]))
    for low, high, limit_s in ((0, 1, np.inf), (0, 1, 50.0), (0.2, 0.7, np.inf), (0.6, 0.9, 200.0), (0.4, 0.45, 3.0)):
        ranks = low + (high - low) * (np.arange(200_000) + 0.5) / 200_000
        by_hand = np.minimum(run.quantile_s(ranks), limit_s).mean()
        assert run.mean_s(low, high, limit_s) == pytest.approx(by_hand, rel=1e-3), (low, high, limit_s)


@pytest.mark.parametrize("tie", [-1.0, -0.3, 0.0, 0.6, 1.0])
def test_a_tie_gives_large_jobs_long_or_short_runs(tie):
    run = RunTimes(np.array([1.0, 1000.0]), np.array([0.0, 1.0]))
    kind = JobType(1.0, np.array([1, 64]), np.array([0.9, 0.1]), run, tie, np.array([1.0, 0, 0]), Batches())
    jobs = draw(kind, seed=3)
    small, large = (jobs.run_s[jobs.chips == chips].mean() for chips in (1, 64))
    assert np.sign(round((large - small) / run.mean_s(0, 1), 1)) == np.sign(tie)
    if tie == 1:
        assert large == pytest.approx(run.mean_s(0.9, 1.0), rel=0.01)


def test_small_jobs_share_a_node_and_large_ones_take_whole_nodes():
    for kind in types_of("llm-development").values():
        jobs = draw(kind, 20_000, node=Node(8))
        assert (jobs.chips[jobs.chips > 8] % 8 == 0).all()
        assert set(jobs.chips[jobs.chips < 8].tolist()) <= {1, 2, 4}
        assert (draw(kind, 2000, node=Node(8, shared=False)).chips % 8 == 0).all()


def test_scale_enlarges_pretraining_and_leaves_evaluations():
    base, large = types_of("llm-development"), types_of("llm-development", 40)
    assert (large["pretrain"].chips == 40 * base["pretrain"].chips).all()
    assert (large["evaluation"].chips == base["evaluation"].chips).all()
    for one in base:
        assert large[one].tie == base[one].tie, "the mix is set at the size of the measured cluster"


def test_jobs_of_a_batch_are_of_one_size():
    kind = types_of("llm-development")["sft"]
    batch = np.full(2000, 5)
    jobs = kind.draw(np.random.default_rng(4), batch, np.full(2000, MANY), Node(8), ALWAYS_S)
    by_batch = jobs.chips.reshape(2000, 5)
    assert (by_batch == by_batch[:, :1]).all()
    assert (jobs.run_s.reshape(2000, 5).std(axis=1) > 0).mean() > 0.99


def test_ends_are_those_published_by_jobs_and_by_chip_time(shared_data):
    """Seren: 49.7, 7.5 and 42.9 % of the jobs, 21.2, 66.4 and 12.4 % of the GPU-time."""
    spec = json.loads((shared_data / "traces/acme_seren/generator_spec.json").read_text())["status_gpu_jobs"]["Seren"]
    types = types_of("llm-development").values()
    jobs = sum(kind.share * kind.ends for kind in types)
    chip_s = sum(kind.share * kind.mean_chip_seconds(MANY, WHOLE, ALWAYS_S) * kind.ends for kind in types)
    for place, outcome in enumerate(OUTCOMES):
        assert jobs[place] == pytest.approx(spec[outcome], abs=0.003)
        assert chip_s[place] / chip_s.sum() == pytest.approx(spec["gputime"][outcome], abs=0.003)
    drawn = draw(types_of("llm-development")["pretrain"])
    assert np.bincount(drawn.outcome, minlength=3) / drawn.outcome.size == pytest.approx(
        types_of("llm-development")["pretrain"].ends, abs=0.005
    )


def published(folder, cluster, metric):
    """Distribution function of a cluster as published: bounds and shares at most."""
    with (folder / "traces/acme_seren/cdf.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["cluster"], row["metric"]) == (cluster, metric)]
    return np.array([(float(row["x"]), float(row["cdf_pct"]) / 100) for row in rows if row["job_type"] == "all"]).T


def whole_mix(name, jobs=600_000):
    drawn = [draw(kind, round(jobs * kind.share), seed=7) for kind in types_of(name).values()]
    return np.concatenate([one.chips for one in drawn]), np.concatenate([one.run_s for one in drawn])


def test_the_mix_of_seren_against_its_totals(shared_data):
    """Run times of all types together are a check; sizes are not: their tables were set by hand to meet the total."""
    chips, run_s = whole_mix("llm-development")
    bounds, shares = published(shared_data, "Seren", "gpu_job_duration_s")
    assert share_at_most(run_s, bounds) == pytest.approx(shares, abs=0.015)
    bounds, shares = published(shared_data, "Seren", "gpu_num_jobs")
    assert share_at_most(chips, bounds) == pytest.approx(shares, abs=0.02)
    assert chips.mean() == pytest.approx(5.68, rel=0.05)
    bounds, shares = published(shared_data, "Seren", "gpu_num_gputime")
    order = np.argsort(chips)
    chip_s = np.cumsum((chips.astype(float) * run_s)[order])
    found = chip_s[np.searchsorted(chips[order], bounds, side="right") - 1] / chip_s[-1]
    assert found == pytest.approx(shares, abs=0.14), "GPU-time by size was used by type only"


def test_the_mix_of_one_cluster_against_the_four_that_it_is_one_of(shared_data):
    """Venus was distilled from its own job list; the whole of Helios, four clusters, was published apart."""
    chips, run_s = whole_mix("vision-research")
    bounds, shares = published(shared_data, "Helios", "gpu_job_duration_s")
    assert np.abs(share_at_most(run_s, bounds) - shares).max() < 0.1
    assert np.median(run_s) == pytest.approx(206, rel=0.1), "median of Helios: 206 s, interpolated"
    bounds, shares = published(shared_data, "Helios", "gpu_num_jobs")
    assert np.abs(share_at_most(chips, bounds) - shares).max() == pytest.approx(0.2, abs=0.02), "fewer jobs of one chip"


def test_shipped_tables_are_what_the_tool_makes_of_the_lists(shared_data, repo_root, tmp_path):
    spec = importlib.util.spec_from_file_location("distil_mixes", repo_root / "tools" / "distil_mixes.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    traces = shared_data / "traces"
    lists = traces / "acme_seren/generator_spec.json", traces / "helios_venus_2020/helios_venus_2020.parquet"
    tool.main(*map(str, lists), str(tmp_path))
    for name in ("mixes.csv", "job_types.csv"):
        assert (tmp_path / name).read_bytes() == (repo_root / "src/gortyn/catalogue/data" / name).read_bytes()
