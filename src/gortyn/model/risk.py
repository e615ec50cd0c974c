"""This module owns the risk of a scenario: how far prices, demand, dates, failures and interest may move."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, refuse
from gortyn.model.units import FromCatalogue, Unit

Factor = Literal["chip-price", "power-price", "demand", "delay", "failure-rate", "interest-rate"]
FACTORS: Final[tuple[Factor, ...]] = get_args(Factor)
Spread = Annotated[float, Unit("1"), Field(ge=0, le=3, allow_inf_nan=False)]
Correlation = Annotated[float, Unit("1"), Field(ge=-1, le=1, allow_inf_nan=False)]


class Correlated(Noun):
    """How two factors move together."""

    first: Factor
    """One factor."""
    second: Factor
    """The other."""
    correlation: Correlation
    """Correlation of the two normals behind the factors."""


class Risk(Noun):
    """Shocks to the cash flow: one draw moves all factors together, by a Gaussian copula."""

    draws: Annotated[int, Unit("count"), Field(ge=1, le=1_000_000)] = 2000
    """Draws of a run."""
    seed: Annotated[int, Unit("1"), Field(ge=0, lt=2**32)] = 1
    """Seed of the draws."""
    chip_price_spread: Annotated[Spread | None, FromCatalogue("risk/chip-price/spread")] = None
    """Standard deviation of the logarithm of what chips cost, against the plan."""
    power_price_spread: Annotated[Spread | None, FromCatalogue("risk/power-price/spread")] = None
    """Standard deviation of the logarithm of the market price of power over the life."""
    demand_spread: Annotated[Spread | None, FromCatalogue("risk/demand/spread")] = None
    """Standard deviation of the logarithm of paid and free use, against what the simulator delivered."""
    delay_mean_quarters: Annotated[
        Annotated[float, Unit("quarters"), Field(ge=0, le=20)] | None, FromCatalogue("risk/delay/mean_quarters")
    ] = None
    """Mean delay of a site beyond the plan (exponential)."""
    failure_rate_spread: Annotated[Spread | None, FromCatalogue("risk/failure-rate/spread")] = None
    """Standard deviation of the logarithm of the failure rate."""
    interest_spread_rate: Annotated[
        Annotated[float, Unit("1/year"), Field(ge=0, le=0.2)] | None, FromCatalogue("risk/interest-rate/spread")
    ] = None
    """Standard deviation of the interest of floating layers [per year]."""
    site_correlation: Annotated[Correlation, Field(ge=0)] = 0.5
    """Correlation of power prices, delays and failure rates between sites (assumed); the rest is one for all sites."""
    correlations: tuple[Correlated, ...] = ()
    """Correlations between factors; those not named are 0."""

    @model_validator(mode="after")
    def _correlations_are_possible(self) -> Self:
        faults: list[Fault] = []
        seen: set[frozenset[str]] = set()
        for i, pair in enumerate(self.correlations):
            both = frozenset((pair.first, pair.second))
            if len(both) == 1:
                faults.append(
                    Fault(("correlations", i, "second"), f"is {pair.first} as well: a factor moves with itself")
                )
            if both in seen:
                faults.append(Fault(("correlations", i), f"{pair.first} and {pair.second} are there already"))
            seen.add(both)
        if not faults and self.correlations and not self._is_possible():
            message = "no six quantities can be correlated like this; move some of these closer to 0"
            faults.append(Fault(("correlations",), message))
        refuse(faults)
        return self

    @property
    def matrix(self) -> list[list[float]]:
        """Correlations of all factors in the order of `FACTORS`."""
        matrix = [[float(i == j) for j in range(len(FACTORS))] for i in range(len(FACTORS))]
        for pair in self.correlations:
            i, j = FACTORS.index(pair.first), FACTORS.index(pair.second)
            matrix[i][j] = matrix[j][i] = pair.correlation
        return matrix

    def _is_possible(self) -> bool:
        """Whether the matrix is positive semidefinite."""
        import numpy as np

        rounding = 1e-9
        return bool(np.linalg.eigvalsh(np.array(self.matrix)).min() >= -rounding)
