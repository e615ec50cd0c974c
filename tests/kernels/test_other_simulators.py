"""Start times that other simulators gave for the same workloads, job by job."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from gortyn.kernels.scheduler import Policy, schedule
from gortyn.kernels.types import Queue

NODES = 4096
# Columns of the Standard Workload Format.
JOB, SUBMIT, RUN, NODES_ASKED, REQUESTED = 0, 1, 3, 7, 8


def read_swf(path):
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(";")]
    rows = np.array(lines, np.int64)
    return rows[np.lexsort((rows[:, JOB], rows[:, SUBMIT]))]


def starts(shared_data, workload, policy, estimate):
    rows = read_swf(shared_data / "oracle" / f"{workload}.swf")
    submit_s, run_s, nodes, requested_s = (rows[:, column].copy() for column in (SUBMIT, RUN, NODES_ASKED, REQUESTED))
    assert (run_s <= requested_s).all()
    queue = Queue(submit_s, run_s, run_s.copy() if estimate == "actual" else requested_s, nodes)
    start_s = schedule(queue, np.array([0]), np.array([NODES]), policy)
    return dict(zip(rows[:, JOB].tolist(), start_s.tolist(), strict=True))


def read_starts(shared_data, name):
    with (shared_data / "oracle" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["job_id"]): int(row["start"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("name", "workload", "policy", "estimate"),
    [
        ("ref_fcfs_w10000", "w10000", Policy.FCFS, "requested"),
        ("cqsim_fcfs_w10000", "w10000", Policy.FCFS, "requested"),
        ("accasim_fcfs_w10000", "w10000", Policy.FCFS, "requested"),
        ("cqsim_fcfs_w10000ms", "w10000ms", Policy.FCFS, "requested"),
        ("ref_easy_req_batch_w10000", "w10000", Policy.EASY, "requested"),
        ("cqsim_easy_exact_w10000", "w10000", Policy.EASY, "actual"),
        ("cqsim_easy_req_w10000ms", "w10000ms", Policy.EASY, "requested"),
    ],
)
def test_every_start_is_the_same(shared_data, name, workload, policy, estimate):
    theirs = read_starts(shared_data, name)
    assert len(theirs) == 10_000
    assert starts(shared_data, workload, policy, estimate) == theirs


def test_one_pass_per_event_is_another_schedule(shared_data):
    """Two simulators agree with each other on a pass after every event; one pass per instant moves 4.3 % of starts."""
    theirs = read_starts(shared_data, "cqsim_easy_req_perevent_w10000")
    assert theirs == read_starts(shared_data, "simgrid_easy_req_perevent_w10000")
    ours = starts(shared_data, "w10000", Policy.EASY, "requested")
    apart = [abs(ours[job] - start) for job, start in theirs.items() if ours[job] != start]
    assert len(apart) / len(theirs) == pytest.approx(0.043, abs=5e-4)
    assert max(apart) == 15_003
