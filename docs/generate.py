"""Writes the reference pages from the scenario types and the column dictionary. Run by `make docs`; tests compare."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import PydanticUndefined

from gortyn.io.columns import dictionary
from gortyn.model import FromCatalogue, IfInCatalogue, Noun, Scenario
from gortyn.resolve import metadata, unit_of

HERE = Path(__file__).parent / "reference"


def scenario_page() -> str:
    """Return the page that describes every field of a scenario."""
    lines = ["# Every field of a scenario", "", "Made from the types; see [Writing a scenario](../scenario.md).", ""]
    for noun in _nouns(Scenario, []):
        lines += [f"## {noun.__name__}", "", noun.__doc__ or "", "", "| field | unit | default | range | meaning |"]
        lines += ["|---|---|---|---|---|"]
        for name, info in noun.model_fields.items():
            rule = next(metadata(info, FromCatalogue), None)
            row = (f"`{name}`", unit_of(info), _default(info, rule), _range(info), info.description or "")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
        lines.append("")
    return "\n".join(lines)


def results_page() -> str:
    """Return the page that describes every column of the results."""
    lines = [
        "# Every column of the results",
        "",
        "Made from the column dictionary; see [Reading the results](../results.md).",
    ]
    for table, columns in dictionary().items():
        file = "summary.json" if table == "summary" else f"{table}.parquet"
        lines += ["", f"## {table} (`{file}`)", "", "| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {c.dtype} | {c.unit} | {c.description} |" for name, c in columns.items()]
    return "\n".join(lines) + "\n"


def _nouns(noun: type[Noun], found: list[type[Noun]]) -> list[type[Noun]]:
    found.append(noun)
    for info in noun.model_fields.values():
        for below in metadata(info, type):
            if issubclass(below, Noun) and below not in found:
                _nouns(below, found)
    return found


def _default(info: object, rule: FromCatalogue | None) -> str:
    if rule:
        return f"catalogue{', if it has it' if isinstance(rule, IfInCatalogue) else ''}: `{rule.paths[0]}`"
    default = info.default
    if default is PydanticUndefined:
        return "required"
    if isinstance(default, Noun) or default == ():
        return "its defaults" if isinstance(default, Noun) else "none"
    return "none" if default is None else f"`{default}`"


def _range(info: object) -> str:
    words = {"ge": "≥ {}", "gt": "> {}", "le": "≤ {}", "lt": "< {}", "min_length": "at least {}"}
    limits = {}
    for item in metadata(info, object):
        for key, text in words.items():
            value = getattr(item, key, None)
            if isinstance(value, int | float):
                limits.setdefault(key, text.format(f"{value:g}"))
    choices = [arg for item in metadata(info, object) for arg in getattr(item, "__args__", ()) if isinstance(arg, str)]
    return ", ".join([*limits.values(), *(f"`{choice}`" for choice in choices)])


def pages() -> dict[Path, str]:
    """Return every generated page by its path."""
    return {HERE / "scenario.md": scenario_page(), HERE / "results.md": results_page()}


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
