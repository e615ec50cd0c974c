"""This module owns the files that `gortyn validate finance` reads: single-owner cases as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gortyn.cli.output import InvalidInput

if TYPE_CHECKING:
    from gortyn.finance.validation import FinanceValidation


def validated(files: Sequence[str]) -> FinanceValidation:
    """Read the cases and compare; InvalidInput where one cannot be read, ValueError where it has not what it needs."""
    from gortyn.catalogue import load
    from gortyn.finance.validation import validate_finance

    return validate_finance(load().lookup(), [(name, _case(Path(name))) for name in files])


def _case(path: Path) -> dict[str, Any]:
    """Contents of a file with one case."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path}: is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{path}:{error.lineno}:{error.colno}: is not JSON: {error.msg}") from None
    except RecursionError:
        raise InvalidInput(f"{path}: is nested too deeply") from None
    if not isinstance(data, dict):
        raise InvalidInput(f"{path}: must be an object with inputs and series; is {_what(data)}")
    return data


def _what(value: Any) -> str:
    return {list: "a list", str: "text", bool: "true or false", type(None): "null"}.get(type(value), "a number")
