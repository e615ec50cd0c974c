"""What tests of the report share: the screens, a page that notes what it says and asks for, and numbers as printed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TABS = {
    "overview": "Overview",
    "machine": "Machine",
    "training": "Training",
    "operation": "Operation",
    "access": "Access",
    "energy": "Energy and carbon",
    "money": "Money",
    "claims": "Claims",
    "sources": "Sources",
}
CHARTS = {
    "overview": 1,
    "machine": 1,
    "training": 1,
    "operation": 4,
    "access": 3,
    "energy": 10,
    "money": 11,
    "claims": 0,
    "sources": 0,
}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = ("file:", "data:", "blob:")
SLOT = '<script id="gortyn-data" type="application/json">'
PHONE, DESK = 390, 1280


@dataclass
class Watched:
    """A page with what it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def check(self) -> None:
        assert not self.said
        assert not [url for url in self.asked if not url.startswith(LOCAL)]


Open = Callable[..., Watched]


def with_data(built: Path, data: object, target: Path) -> Path:
    """Write the built page with other data in it."""
    text = built.read_text(encoding="utf-8")
    start = text.index(SLOT) + len(SLOT)
    filled = json.dumps(data).replace("<", "\\u003c")
    target.write_text(text[:start] + filled + text[text.index("</script>", start) :], encoding="utf-8")
    return target


def three_digits(value: float) -> str:
    """Three significant digits, written on its own from the rule that the report follows."""
    decimals = 2 if value == 0 else max(0, 2 - math.floor(math.log10(abs(float(f"{value:.3g}")))))
    return f"{float(f'{value:.3g}'):,.{decimals}f}"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


def scaled(value: float, steps: dict[float, str]) -> str:
    for factor, word in steps.items():
        if float(f"{value:.3g}") >= factor:
            return f"{three_digits(value / factor)} {word}".strip()
    return three_digits(value)


OVERLAPS = """
section => [...section.querySelectorAll('.chart svg')].flatMap(svg => {
  const seen = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim())
    .map(text => ({ text: text.textContent, box: text.getBoundingClientRect() }));
  return seen.flatMap((a, i) => seen.slice(i + 1).filter(b => {
    const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    return width > 3 && height > 4;
  }).map(b => `${a.text} / ${b.text}`));
})
"""


def drawn(page: Page, tab: str) -> list[int]:
    """Shapes in each chart of a tab."""
    return page.locator(f"#screen-{tab} .chart").evaluate_all(
        "charts => charts.map(chart => chart.querySelectorAll('svg path, svg rect').length)"
    )


def downloaded(page: Page, figure: str) -> list[dict[str, str]]:
    return downloaded_by(page, page.locator(f"#{figure}").get_by_role("button", name="Download"))


def downloaded_by(page: Page, button: Locator) -> list[dict[str, str]]:
    with page.expect_download() as download:
        button.click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
