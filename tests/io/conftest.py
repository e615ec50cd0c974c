"""The result of the small scenario, as Python values."""

from __future__ import annotations

from pathlib import Path

import pytest

import gortyn
from gortyn.result import Result

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"


@pytest.fixture(scope="session")
def small_result() -> Result:
    return gortyn.run(gortyn.load(SMALL))
