"""Greedy self-consumption in exact fractions; the efficiency must be the square of one."""

from __future__ import annotations

from fractions import Fraction


def self_consume(
    surplus_mw: list[Fraction], battery_mw: Fraction, battery_mwh: Fraction, one_way: Fraction
) -> list[tuple[Fraction, ...]]:
    """Grid import, export, discharge, charge and energy stored of every hour."""
    stored, rows = Fraction(0), []
    for surplus in surplus_mw:
        room, content = (battery_mwh - stored) / one_way, stored * one_way
        charge = min(max(surplus, 0), battery_mw, room)
        discharge = min(max(-surplus, 0), battery_mw, content)
        stored += charge * one_way - discharge / one_way
        balance = surplus - charge + discharge
        rows.append((max(-balance, 0), max(balance, 0), discharge, charge, stored))
    return rows
