"""Rows of jobs that come batch by batch are those of the arrays, whatever is asked of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from gortyn.io.job_tables import LARGEST, LOGGED, jobs, largest_jobs
from gortyn.result import Result


def some_jobs(result: Result, count: int, held_s: int) -> Result:
    """A result with its first jobs alone, each of which held one chip for so long."""
    asked = result.jobs._replace(**{name: getattr(result.jobs, name)[:count] for name in result.jobs._fields})
    logged = {name: getattr(result.log, name)[:count] for name in LOGGED} | {"held_s": np.full(count, held_s)}
    return replace(result, jobs=asked._replace(chips=np.ones(count, np.int64)), log=replace(result.log, **logged))


def test_rows_are_the_same_in_every_batch_and_choice(small_result: Result) -> None:
    whole, lazy = jobs(small_result).collect(), jobs(small_result)
    assert whole["submit_s"].to_list() == small_result.jobs.submit_s.tolist()
    names = [tenant.name for tenant in small_result.scenario.tenants]
    assert whole["tenant"].to_list() == [names[tenant] for tenant in small_result.jobs.tenant]
    odd = pl.col("job") % 2 == 1
    assert lazy.collect(engine="streaming").equals(whole)
    assert lazy.slice(100, 50).collect().equals(whole.slice(100, 50))
    assert lazy.filter(odd).select("wait_s", "site").collect().equals(whole.filter(odd).select("wait_s", "site"))


@pytest.mark.parametrize("count", [0, 1])
def test_no_jobs_no_rows(small_result: Result, count: int) -> None:
    few = some_jobs(small_result, count, held_s=60)
    assert jobs(few).collect().height == count
    assert jobs(few).collect_schema() == jobs(small_result).collect_schema()
    assert len(largest_jobs(few)["job"]) == count


def test_the_first_of_equally_large_jobs_are_listed(small_result: Result) -> None:
    alike = some_jobs(small_result, 3 * LARGEST, held_s=60)
    assert largest_jobs(alike)["job"].tolist() == list(range(LARGEST))
    alike.log.held_s[-2:] = 120, 180
    chosen = largest_jobs(alike)["job"].tolist()
    assert chosen == [3 * LARGEST - 1, 3 * LARGEST - 2, *range(LARGEST - 2)]
