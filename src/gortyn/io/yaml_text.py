"""This module owns the text of a scenario: resolved values as YAML that `gortyn.load` reads back unchanged."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

from gortyn.model import Scenario

LINE_WIDTH = 120


def scenario_yaml(scenario: Scenario) -> str:
    """Return a resolved scenario as YAML; loading the text gives an equal scenario."""
    yaml = YAML(typ="rt", pure=True)  # the one that keeps the order of keys
    yaml.width = LINE_WIDTH
    text = io.StringIO()
    yaml.dump(_plain(scenario.model_dump(exclude_none=True)), text)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """Turn tuples into lists, which YAML writes as sequences."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
