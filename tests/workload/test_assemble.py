"""Chunks of jobs become one table in order, whatever their number and size."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gortyn.kernels.types import Jobs
from gortyn.workload.assemble import Chunk, Pile

JOB = st.tuples(st.integers(0, 50), st.integers(1, 2**30), st.integers(1, 2**30), st.integers(1, 9), st.integers(0, 2))
CHUNK = st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([1, 4, 8]), st.lists(JOB, max_size=20))


@given(st.lists(CHUNK, max_size=6), st.integers(0, 40))
def test_jobs_are_stably_sorted_by_second(chunks, expected):
    pile, rows = Pile(expected), []
    for place, (tenant, partition, per_node, jobs) in enumerate(chunks):
        columns = np.array(jobs, np.int32).reshape(-1, 5).T
        pile.add(Chunk(tenant, partition, per_node, *columns[:4], columns[4].astype(np.int8), training_run=place - 1))
        for submit_s, run_s, requested_s, chips, outcome in jobs:
            nodes = -(-chips // per_node)
            rows.append((submit_s, run_s, requested_s, nodes, chips, tenant, partition, place - 1, outcome, -1))
    found = pile.jobs()
    assert list(zip(*(column.tolist() for column in found), strict=True)) == sorted(rows, key=lambda row: row[0])
    narrow = {"tenant", "partition", "training_run", "allocation"}
    kinds = {name: np.int32 if name in narrow else np.int64 for name in Jobs._fields} | {"outcome": np.int8}
    assert {name: column.dtype for name, column in zip(Jobs._fields, found, strict=True)} == kinds
