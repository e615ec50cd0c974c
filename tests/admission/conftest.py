"""The shipped catalogue, read once."""

from __future__ import annotations

import pytest

from gortyn.catalogue import load


@pytest.fixture(scope="session")
def catalogue():
    return load()


@pytest.fixture
def facts(catalogue):
    return catalogue.lookup()
