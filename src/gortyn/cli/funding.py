"""This module owns how verbs that finance a scenario report a fund that cannot be put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gortyn.cli.output import InvalidInput, fault_lines

if TYPE_CHECKING:
    from gortyn.resolve import Resolved


@contextmanager
def funding_faults(file: str, resolved: Resolved) -> Iterator[None]:
    """Leave with `file:line:col: path: message` where what runs inside finds that the fund cannot be put together."""
    from gortyn.finance import FundingError
    from gortyn.io.places import located

    try:
        yield
    except FundingError as error:
        raise InvalidInput(*fault_lines(located(file, resolved, error.path, str(error)))) from None
