"""This module owns how a policy that was read from Slurm becomes YAML: a fragment, or a scenario with its comments."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

from gortyn.io.yaml_text import LINE_WIDTH
from gortyn.model import Operations
from gortyn.slurm import Policy


def fragment(policy: Policy) -> str:
    """The policy as a part of a scenario: `operations`, and the tenants' own lines."""
    data = CommentedMap()
    data["operations"] = _styled(policy.operations)
    if policy.tenants:
        data["tenants"] = CommentedSeq([_flow({"name": name, **values}) for name, values in policy.tenants.items()])
    return _text(_yaml(), data)


def merged(text: str, policy: Policy, source: str) -> tuple[str, tuple[str, ...]]:
    """A scenario's text with the policy in it; what does not change keeps its place and its comments.

    What a scenario leaves out is added only where it differs from what leaving it out means.

    Parameters
    ----------
    text : of a scenario file, checked
    policy : what to put into it
    source : what the comment beside a changed value names as where it comes from

    Returns
    -------
    The new text, and the paths of the values that changed.
    """
    yaml = _yaml()
    data = yaml.load(text)
    changed: list[str] = []
    if not isinstance(data.get("operations"), CommentedMap):
        data["operations"] = CommentedMap()
    _put(data["operations"], policy.operations, "operations", source, changed, Operations().model_dump())
    for tenant in data["tenants"]:
        _put(tenant, policy.tenants.get(tenant["name"], {}), f"tenants.{tenant['name']}", source, changed)
    return _text(yaml, data), tuple(changed)


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = LINE_WIDTH * LINE_WIDTH  # a long line of the author stays one
    yaml.preserve_quotes = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _text(yaml: YAML, data: Any) -> str:
    text = io.StringIO()
    yaml.dump(data, text)
    return text.getvalue()


def _put(
    target: CommentedMap,
    values: Mapping[str, Any],
    path: str,
    source: str,
    changed: list[str],
    unsaid: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Put values under their keys; `unsaid` is what holds where a key is left out."""
    for key, value in values.items():
        place = f"{path}.{key}"
        if key not in target and key in unsaid and _holds(value, unsaid[key]):
            continue
        if isinstance(value, Mapping):
            if not isinstance(target.get(key), CommentedMap):
                target[key] = _flow({})
            before = len(changed)
            _put(target[key], value, place, source, changed, unsaid.get(key, {}))
            if len(changed) > before and target[key].fa.flow_style():
                _comment(target, key, source)
        elif key not in target or _plain(target[key]) != value:
            target[key] = _styled(value)
            changed.append(place)
            if not target.fa.flow_style() and not isinstance(value, list):
                _comment(target, key, source)


def _holds(value: Any, unsaid: Any) -> bool:
    """Whether a value, or each that it holds by name, is what leaving it out means."""
    if isinstance(value, Mapping):
        return all(name in unsaid and _holds(part, unsaid[name]) for name, part in value.items())
    return (tuple(value) if isinstance(value, list) else value) == unsaid


def _comment(target: CommentedMap, key: str, source: str) -> None:
    """Put a source beside a value, in place of what was said of the one before; lines that follow stay."""
    found = target.ca.items.get(key)
    token = found[2] if found and len(found) > 2 else None
    rest = "\n"
    if token is not None:
        first, newline, after = token.value.partition("\n")
        rest = newline + after if first.startswith("#") or not first.strip() else token.value
    comment = CommentToken(f" # source: {source}{rest}", CommentMark(0), None)
    if found:
        found[2] = comment
    else:
        target.ca.items[key] = [None, None, comment, None]


def _styled(value: Any) -> Any:
    if isinstance(value, Mapping):
        block = CommentedMap()
        for key, item in value.items():
            block[key] = _flow(item) if isinstance(item, Mapping) else _styled(item)
        return block
    if isinstance(value, list):
        return CommentedSeq([_flow(item) if isinstance(item, Mapping) else _number(item) for item in value])
    return _number(value)


def _flow(values: Mapping[str, Any]) -> CommentedMap:
    mapping = CommentedMap((key, _number(value)) for key, value in values.items())
    mapping.fa.set_flow_style()
    return mapping


def _number(value: Any) -> Any:
    """Write whole numbers without decimals, as authors do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
