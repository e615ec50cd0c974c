"""This module owns the order of payments: the usual one where a fund names none, and its form for the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.waterfall_types import Kind, Pay
from gortyn.model import Fund, Layer, Step
from gortyn.model.fund import TO_BEARER, TO_DEBT, TO_GUARANTEE


def order(fund: Fund, refreshed: bool = False) -> tuple[Step, ...]:
    """Steps of a fund's waterfall: its own, or the usual ones.

    These are tax; fees of guarantors; for each debt layer in order interest, principal, its reserve and what its
    guarantors have paid; reserves of the project; lock-up; the return of each other layer in order; the rest. Steps of
    which nothing could ever be paid are left out.

    Parameters
    ----------
    fund : whose waterfall
    refreshed : whether chips are replaced, so that a reserve saves for it

    >>> layers = [("loan", "senior-debt", 0.5), ("shares", "equity", 0.5)]
    >>> fund = Fund(layers=tuple(Layer(name=n, kind=k, provider="private", share=s) for n, k, s in layers))
    >>> [step.pay if step.to is None else f"{step.pay} {step.to}" for step in order(fund)]
    ['tax', 'interest loan', 'principal loan', 'return shares', 'rest']
    """
    return fund.waterfall or tuple(_usual(fund, refreshed))


def _usual(fund: Fund, refreshed: bool) -> Iterator[Step]:
    yield Step(pay="tax")
    yield from (Step(pay="guarantee-fee", to=one.name) for one in fund.guarantees)
    for layer in fund.layers:
        if layer.is_debt:
            yield from _for_debt(fund, layer)
    if fund.operating_reserve_months:
        yield Step(pay="operating-reserve")
    if refreshed:
        yield Step(pay="refresh-reserve")
    if fund.lock_up_dscr is not None:
        yield Step(pay="lock-up")
    yield from (Step(pay="return", to=layer.name) for layer in fund.layers if layer.bears_risk)
    if any(layer.kind == "equity" for layer in fund.layers):
        yield Step(pay="rest")


def _for_debt(fund: Fund, layer: Layer) -> Iterator[Step]:
    yield Step(pay="interest", to=layer.name)
    yield Step(pay="principal", to=layer.name)
    if layer.reserve_months:
        yield Step(pay="debt-reserve", to=layer.name)
    yield from (Step(pay="recovery", to=one.name) for one in fund.guarantees if one.layer == layer.name)


def program(fund: Fund, steps: Sequence[Step]) -> NDArray[np.int64]:
    """Steps as the kernel takes them: `Pay` and its layer or guarantee, -1 for none, int64[step, 2].

    Raises
    ------
    ValueError : a step names a layer or guarantee that the fund has not.
    """
    layers = {layer.name: place for place, layer in enumerate(fund.layers)}
    guarantees = {one.name: place for place, one in enumerate(fund.guarantees)}
    rows = np.full((len(steps), 2), -1, dtype=np.int64)
    for row, step in zip(rows, steps, strict=True):
        row[0] = Pay[step.pay.upper().replace("-", "_")]
        if step.pay in (*TO_DEBT, *TO_BEARER, *TO_GUARANTEE):
            places = guarantees if step.pay in TO_GUARANTEE else layers
            if step.to not in places:
                message = f"step {step.pay} goes to '{step.to}', which is none of {', '.join(places) or 'none'}"
                raise ValueError(message)
            row[1] = places[step.to]
    return rows


def repaid_at(steps: NDArray[np.int64], layers: int) -> NDArray[np.int64]:
    """Position of the step that gives each layer its money back, principal or return: the smaller, the more senior.

    Parameters
    ----------
    steps : as in `Deal.steps`, int64[step, 2]
    layers : number of layers

    Returns
    -------
    -1 for a layer that no step gives its money back, int64[layer].

    >>> repaid_at(np.array([(Pay.PRINCIPAL, 1), (Pay.INTEREST, 0), (Pay.PRINCIPAL, 0)]), 3).tolist()
    [2, 0, -1]
    """
    position = np.full(layers, -1, dtype=np.int64)
    for at, (pay, to) in enumerate(steps.tolist()):
        if pay in (Pay.PRINCIPAL, Pay.RETURN):
            position[to] = at
    return position


def kind_of(layer: Layer) -> Kind:
    """How the kernel serves a layer."""
    if layer.is_debt:
        return Kind.DEBT
    return Kind.GIVEN if layer.is_given else Kind.BEARER
