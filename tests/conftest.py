"""Fixtures that tests of several rooms share, and the settings every test runs under."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Compiled kernels are kept between runs. Set before anything imports numba; commands that tests start inherit it.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))

# "ci" tries the same examples every time; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """Folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Published facts and traces that are not part of the product, or a skip."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the repository")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; a skip without one, a failure where GORTYN_REQUIRE_BROWSER=1 asks for it."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"none of {', '.join(BROWSERS)} on PATH"
        if os.environ.get("GORTYN_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def small_result_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results folder of tests/data/small.yaml, made once per session through the public surface."""
    import gortyn

    result = gortyn.run(gortyn.load(ROOT / "tests" / "data" / "small.yaml"))
    return Path(gortyn.write(result, tmp_path_factory.mktemp("small") / "result"))
