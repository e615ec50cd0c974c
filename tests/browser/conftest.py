"""A headless Chromium, the report of the small case, and its data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from browser.page import DESK, FLAGS, SLOT, Open, Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        if os.environ.get("GORTYN_REQUIRE_BROWSER") == "1":
            raise
        pytest.skip("playwright is not installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def report(small_result_dir: Path) -> Path:
    return small_result_dir / "report.html"


@pytest.fixture(scope="module")
def data(report: Path) -> dict[str, Any]:
    text = report.read_text(encoding="utf-8")
    start = text.index(SLOT) + len(SLOT)
    return json.loads(text[start : text.index("</script>", start)])


@pytest.fixture
def show(browser: Browser) -> Iterator[Open]:
    contexts = []

    def opened(
        file: Path, tab: str = "overview", width: int = DESK, scheme: Literal["light", "dark"] = "light"
    ) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.on("console", lambda message: watched.said.append(message.text))
        watched.page.on("pageerror", lambda error: watched.said.append(str(error)))
        watched.page.on("request", lambda request: watched.asked.append(request.url))
        watched.page.goto(f"{file.as_uri()}#{tab}")
        return watched

    yield opened
    for context in contexts:
        context.close()
