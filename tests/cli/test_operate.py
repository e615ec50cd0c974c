"""`gortyn operate` and `gortyn validate operation` as typed: starts, figures, and what is refused in one line."""

from __future__ import annotations

import csv
import gzip
from typing import get_args

import pytest

from gortyn.cli.operate import Estimate, PolicyName
from gortyn.model import Operations
from gortyn.operation.replay import POLICIES
from recorded import excerpt, swf_of_excerpt

KEYS = {
    *("jobs", "engine_s", "jobs_per_s", "peak_mb", "utilisation", "wait_s", "by_class"),
    *("excluded", "policy", "estimate", "unstarted_jobs", "launch_overhead_s", "compile_s"),
}
WAIT = {"mean", "p50", "p75", "p90", "p99"}
CHECK = {"name", "expected", "got", "error", "limit", "passed", "source"}
BROKEN = """\
; MaxNodes: 8
1 0 -1 10 4 -1 -1 4 20 -1 1 1 1 1 1 1 -1 -1
2 5 -1 10 9 -1 -1 9 20 -1 1 2 1 1 1 1 -1 -1
3 6 -1 -1 4 -1 -1 4 20 -1 5 1 1 1 1 1 -1 -1
4 7 -1 30 0 -1 -1 0 20 -1 1 2 1 1 2 1 -1 -1
5 8 -1 30 8 -1 -1 8 -1 -1 1 2 1 1 2 1 -1 -1
"""


@pytest.fixture
def swf(tmp_path):
    """The milliseconds excerpt as a file."""
    path = tmp_path / "jobs.swf"
    path.write_text(swf_of_excerpt("starts_ms"), encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path):
    """Five jobs of which three cannot be played on eight nodes."""
    path = tmp_path / "broken.swf"
    path.write_text(BROKEN, encoding="utf-8")
    return path


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("policy", ["fcfs", "easy"])
def test_starts_are_those_of_other_simulators(gortyn, swf, tmp_path, policy):
    out = tmp_path / "starts.csv"
    said = gortyn("operate", "--trace", swf, "--nodes", "4096", "--policy", policy, "--out", out, "--json")
    assert said.code == 0, said.err
    theirs = excerpt("starts_ms")
    rows = rows_of(out)
    assert list(rows[0]) == ["job_id", "submit_s", "start_s", "end_s"]
    columns = {name: [int(row[name]) for row in rows] for name in rows[0]}
    assert columns["job_id"] == theirs["job_id"]
    assert columns["submit_s"] == theirs["submit"]
    assert columns["start_s"] == theirs[f"{policy}_requested"]
    assert [end - start for start, end in zip(columns["start_s"], columns["end_s"], strict=True)] == theirs["run"]
    waits = sorted(start - submit for start, submit in zip(columns["start_s"], columns["submit_s"], strict=True))
    data = said.json
    assert set(data) >= KEYS
    assert set(data["wait_s"]) == WAIT
    assert data["jobs"] == 776 == sum(one["jobs"] for one in data["by_class"].values())
    assert data["wait_s"]["mean"] == pytest.approx(sum(waits) / 776)
    assert waits[697] <= data["wait_s"]["p90"] <= waits[698]
    assert data["jobs_per_s"] == pytest.approx(776 / data["engine_s"])
    assert list(data["by_class"]) == ["1", "2-8", "9-64", "65-512", "513-4096"]
    held = sum(run * nodes for run, nodes in zip(theirs["run"], theirs["nodes"], strict=True)) / 3600
    assert sum(one["chip_hours"] for one in data["by_class"].values()) == pytest.approx(held)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("name", "workload", "policy", "estimate"),
    [
        ("cqsim_fcfs_w10000ms", "w10000ms", "fcfs", "requested"),
        ("cqsim_easy_req_w10000ms", "w10000ms", "easy", "requested"),
        ("accasim_fcfs_w10000", "w10000", "fcfs", "requested"),
        ("cqsim_easy_exact_w10000", "w10000", "easy", "actual"),
        ("ref_easy_req_batch_w10000", "w10000", "easy", "requested"),
    ],
)
def test_all_ten_thousand_starts_are_the_same(gortyn, shared_data, name, workload, policy, estimate):
    folder = shared_data / "oracle"
    words = ("--trace", folder / f"{workload}.swf", "--nodes", "4096", "--policy", policy, "--estimate", estimate)
    assert gortyn("operate", *words, "--out", "starts.csv", "--strict").code == 0
    data = gortyn("validate", "operation", folder / f"{name}.csv", *words, "--json").json
    assert data["passed"]
    assert data["jobs"] == 10_000
    assert all(set(check) == CHECK for check in data["checks"])


def test_one_pass_per_event_is_told_from_one_per_instant(gortyn, shared_data):
    """Another order of events at an instant moves 4.3 % of the starts."""
    table = shared_data / "oracle" / "cqsim_easy_req_perevent_w10000.csv"
    trace = shared_data / "oracle" / "w10000.swf"
    data = gortyn("validate", "operation", table, "--trace", trace, "--nodes", "4096", "--json").json
    assert not data["passed"]
    same = next(check for check in data["checks"] if check["name"] == "starts that are the same")
    assert same["got"] / same["expected"] == pytest.approx(1 - 0.043, abs=5e-4)


def test_text_names_classes_and_what_was_left_out(gortyn, broken):
    said = gortyn("operate", "--trace", broken, "--nodes", "8", "--out", "starts.csv")
    assert said.code == 0
    assert "2 jobs on 8 nodes, easy with requested times" in said.out
    assert "mean wait" in said.out
    assert f"{broken}:4: excluded 1 (never-ran)" in said.err
    assert f"{broken}:5: excluded 1 (size-not-positive)" in said.err
    assert "the job asks for more chips than the machine has (8): 2 (9 chips)" in said.err
    assert "no requested time, the run time stands in: 1 of 2 jobs" in said.err


def test_json_counts_every_job_of_the_file(gortyn, broken):
    data = gortyn("operate", "--trace", broken, "--nodes", "8", "--json").json
    assert data["rows"] == 5 == data["jobs"] + data["excluded"]
    reasons = {one["rule"]: one["line"] for one in data["exclusions"]}
    assert reasons == {"never-ran": 4, "size-not-positive": 5, "not-playable": None}
    assert data["exclusions"][-1]["jobs"] == ["2"]
    assert data["requests_unknown"] == 1


def test_strict_refuses_what_would_be_left_out(gortyn, broken, tmp_path):
    said = gortyn("operate", "--trace", broken, "--nodes", "8", "--strict", "--out", "starts.csv")
    assert said.code == 2
    assert said.err.startswith(f"{broken}:")
    sound = tmp_path / "sound.swf"
    sound.write_text("\n".join(BROKEN.splitlines()[:3]) + "\n", encoding="utf-8")
    assert gortyn("operate", "--trace", sound, "--nodes", "9", "--strict").code == 0
    said = gortyn("operate", "--trace", sound, "--nodes", "8", "--strict", "--out", "starts.csv")
    assert said.code == 2
    assert said.err == f"{sound}: job 2: asks for more chips than the machine has (9 of 8)\n"
    assert not (tmp_path / "starts.csv").exists()


def test_job_types_are_classes_where_there_are_several(gortyn, tmp_path):
    path = tmp_path / "queues.swf"
    queue = "{0} {0} -1 10 1 -1 -1 1 20 -1 1 1 1 1 {1} 1 -1 -1\n"
    names = "; Queue: 1 short\n; Queue: 2 long\n"
    path.write_text(names + "".join(queue.format(job, 1 + job % 2) for job in range(1, 6)), encoding="utf-8")
    data = gortyn("operate", "--trace", path, "--nodes", "1", "--json").json
    assert data["classes"] == "job_type"
    assert {name: one["jobs"] for name, one in data["by_class"].items()} == {"long": 3, "short": 2}


def test_the_launch_overhead_is_a_part_of_every_run(gortyn, tmp_path):
    path = tmp_path / "two.swf"
    path.write_text("\n".join(BROKEN.splitlines()[:2]) + "\n", encoding="utf-8")
    said = gortyn("operate", "--trace", path, "--nodes", "8", "--launch-overhead-s", "2.5", "--out", "starts.csv")
    assert rows_of(tmp_path / "starts.csv") == [{"job_id": "1", "submit_s": "0", "start_s": "0", "end_s": "13"}]
    assert "taken as 3" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "neither a scenario nor --trace"),
        (("investai", "--trace", "jobs.swf", "--nodes", "8"), "give one of the two"),
        (("--trace", "jobs.swf"), "--trace needs --nodes"),
        (("--trace", "jobs.swf", "--nodes", "0"), "--nodes is 0"),
        (("--trace", "jobs.swf", "--nodes", "many"), "many"),
        (("--trace", "jobs.swf", "--nodes", "8", "--chips-per-node", "-1"), "--chips-per-node is -1"),
        (("--trace", "jobs.swf", "--nodes", "8", "--launch-overhead-s", "-1"), "--launch-overhead-s is -1"),
        (("--trace", "jobs.swf", "--nodes", "8", "--launch-overhead-s", "nan"), "--launch-overhead-s is nan"),
        (("--trace", "jobs.swf", "--nodes", "8", "--policy", "lifo"), "lifo"),
        (("--trace", "jobs.swf", "--nodes", "8", "--estimate", "perfect"), "perfect"),
        (("--trace", "jobs.swf", "--nodes", "8", "--format", "swif"), "no trace format 'swif'"),
        (("--trace", "jobs.swf", "--nodes", "8", "--format", "parquet"), "jobs.swf"),
        (("--trace", "none.swf", "--nodes", "8"), "none.swf"),
        (("--trace", ".", "--nodes", "8"), "."),
        (("--trace", "empty.swf", "--nodes", "8"), "is empty"),
        (("--trace", "cut.swf.gz", "--nodes", "8"), "gzip"),
        (("--trace", "jobs.swf", "--nodes", "8", "--out", "jobs.swf"), "is the input itself"),
        (("--trace", "jobs.swf", "--nodes", "8", "--out", "no/starts.csv"), "there is no folder no"),
        (("--trace", "jobs.swf", "--nodes", "8", "--out", "."), "is a folder"),
        (("--trace", "jobs.swf", "--nodes", "8", "--set", "simulation.days=3"), "--set is for a scenario"),
        (("--trace", "jobs.swf", "--nodes", "8", "--seed", "3"), "--seed is for a scenario"),
        (("investai", "--nodes", "8"), "--nodes is for --trace"),
        (("investai", "--strict"), "--strict is for --trace"),
        (("no-such-scenario",), "no-such-scenario"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(gortyn, swf, tmp_path, words, said):
    (tmp_path / "empty.swf").write_bytes(b"")
    (tmp_path / "cut.swf.gz").write_bytes(gzip.compress(swf.read_bytes())[:-400])
    before = sorted(tmp_path.iterdir())
    got = gortyn("operate", *words, "--json")
    assert got.code == 2
    assert said in got.err
    assert len([line for line in got.err.splitlines() if not line.startswith(("See", "1 fault"))]) == 1
    assert got.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_scenario_is_played_up_to_its_queue(gortyn, small, tmp_path):
    words = ("operate", small, "--set", "simulation.days=3", "--seed", "7", "--policy", "conservative")
    said = gortyn(*words, "--estimate", "actual", "--out", "starts.csv", "--json")
    assert said.code == 0, said.err
    data = said.json
    assert set(data) >= KEYS
    assert (data["policy"], data["estimate"]) == ("conservative", "actual")
    rows = rows_of(tmp_path / "starts.csv")
    assert [row["job_id"] for row in rows] == [str(job) for job in range(data["jobs"])]
    assert sum(row["start_s"] == "" for row in rows) == data["unstarted_jobs"]
    assert all(int(row["submit_s"]) <= int(row["start_s"]) < int(row["end_s"]) for row in rows if row["start_s"])
    assert sum(one["jobs"] for one in data["by_class"].values()) == data["jobs"]
    for site in data["sites"]:
        parts = sum(site[f"{part}_chip_hours"] for part in ("paid", "lost", "failed", "idle"))
        assert parts == pytest.approx(site["capacity_chip_hours"], rel=1e-9)
    text = gortyn(*words).out
    assert "interruptions" in text
    assert all(site["site"] in text for site in data["sites"])


def test_a_record_is_validated_under_every_policy(gortyn, tmp_path):
    path = tmp_path / "record.swf"
    path.write_text(swf_of_excerpt("starts_s", "easy_requested"), encoding="utf-8")
    said = gortyn("validate", "operation", path, "--nodes", "4096", "--json", "--out", "waits.csv")
    assert said.code == 0, said.err
    data = said.json
    assert data["passed"]
    assert data["best_first_half"] == "easy"
    assert set(data["policies"]) == {"fcfs", "sjf", "easy", "conservative", "multifactor"}
    assert all(set(check) == CHECK for check in data["checks"])
    rows = rows_of(tmp_path / "waits.csv")
    assert len(rows) == 776
    assert all(row["wait_s"] == row["easy_wait_s"] for row in rows)
    text = gortyn("validate", "operation", path, "--nodes", "4096", "--policy", "fcfs").out
    assert "every job starts at once" in text
    assert "FAILED" in text


def test_validation_names_what_was_not_compared(gortyn, tmp_path):
    path = tmp_path / "record.swf"
    large = "9000 9000 5 60 99 -1 -1 99 60 -1 1 1 1 -1 1 -1 -1 -1"
    cancelled = "9001 9000 5 -1 -1 -1 -1 2 60 -1 5 1 1 -1 1 -1 -1 -1"
    sound = [f"{n} {60 * n} {300 * (n % 3)} 300 4 -1 -1 4 300 -1 1 1 1 -1 1 -1 -1 -1" for n in range(1, 9)]
    path.write_text("\n".join((*sound, large, cancelled)) + "\n", encoding="utf-8")
    said = gortyn("validate", "operation", path, "--nodes", "8", "--policy", "easy")
    assert f"note: {path}:10: excluded 1 (never-ran)" in said.err
    assert "1 not played: the job asks for more chips than the machine has" in said.out
    assert "8 jobs with a recorded start" in said.out


def test_policies_are_those_of_the_room_and_of_scenarios():
    assert get_args(PolicyName) == POLICIES == get_args(Operations.model_fields["scheduler"].annotation)
    assert get_args(Estimate) == get_args(Operations.model_fields["estimate"].annotation)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("jobs.swf",), "needs --nodes"),
        (("jobs.swf", "--nodes", "-2"), "--nodes is -2"),
        (("jobs.swf", "--nodes", "4096"), "records no starts"),
        (("jobs.swf", "--nodes", "4096", "--software", "megatron-core"), "--software is for training"),
        (("none.swf", "--nodes", "4096"), "none.swf"),
        (("starts.csv", "--nodes", "4096"), "name the trace that they are of with --trace"),
        (("jobs.swf", "--nodes", "4096", "--trace", "jobs.swf"), "the table has no such column"),
        (("twice.csv", "--nodes", "4096", "--trace", "jobs.swf"), "twice.csv:3: job_id: 1 is there twice"),
        (("word.csv", "--nodes", "4096", "--trace", "jobs.swf"), "word.csv:2: start: 'soon' is not a whole number"),
    ],
)
def test_what_cannot_be_validated_is_one_line_and_exit_code_2(gortyn, swf, tmp_path, words, said):
    assert swf.name == "jobs.swf"
    (tmp_path / "starts.csv").write_text("job_id,submit,start,end,procs\n1,0,0,4,4\n", encoding="utf-8")
    (tmp_path / "twice.csv").write_text("job_id,start\n1,0\n1,5\n", encoding="utf-8")
    (tmp_path / "word.csv").write_text("job_id,start\n1,soon\n", encoding="utf-8")
    got = gortyn("validate", "operation", *words, "--json")
    assert got.code == 2
    assert said in got.err
    assert got.out == ""


def test_options_of_operation_are_not_for_training(gortyn, tmp_path):
    (tmp_path / "table.csv").write_text("id,metric,value\n", encoding="utf-8")
    got = gortyn("validate", "goodput", "table.csv", "--nodes", "8")
    assert got.code == 2
    assert "--nodes is for operation, not for goodput" in got.err
