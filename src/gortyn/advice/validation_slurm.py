"""This module owns the check of priorities: what a real Slurm printed for accounts and jobs, and what ours come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.training.checks import Check

KIND: Final = "slurm"
ROOT: Final = "root"
ACCOUNT, JOB = "account-", "job-"
SHARE_LIMIT: Final = 2e-6  # unit: sshare prints six decimals
FACTORS: Final = ("age", "fair_share", "size", "qos")


def slurm_figures(facts: Lookup) -> Iterator[Figure]:
    """Fair-share factors and priorities that Slurm's daemons printed, against those of the simulator's kernel."""
    if KIND not in facts.catalogue.kinds():
        return
    yield from _fair_shares(facts)
    yield from _priorities(facts)


def _fair_shares(facts: Lookup) -> Iterator[Figure]:
    from gortyn.kernels.multifactor import fair_factors

    entries = [name for name in facts.catalogue.entries(KIND) if name.startswith(ACCOUNT)]
    above = [facts.text(KIND, name, "parent") for name in entries]
    shares = np.array([0.0, *(facts.number(KIND, name, "shares") for name in entries)])
    parents = [-1, *(0 if parent == ROOT else 1 + entries.index(ACCOUNT + parent) for parent in above)]
    # What sshare prints of an account includes what those below it used.
    used = np.array([0.0, *(facts.number(KIND, name, "raw_usage") for name in entries)])
    for account, parent in enumerate(parents):
        if parent > 0:
            used[parent] -= used[account]
    ours = fair_factors(np.array(parents, np.int32), shares, used)
    for account, name in enumerate(entries, start=1):
        if used[account] > 0:
            stated = facts.number(KIND, name, "fair_share")
            source = source_of(facts, KIND, name, "fair_share")
            told = f"Slurm: fair share of {name.removeprefix(ACCOUNT)}"
            yield Figure(
                Check(told, stated, float(ours[account]), SHARE_LIMIT, source), False, 1.0, "nobody used anything"
            )


def _priorities(facts: Lookup) -> Iterator[Figure]:
    from gortyn.kernels.multifactor import priority_of

    weights = np.array([facts.number(KIND, "weights", factor) for factor in FACTORS])
    for name in facts.catalogue.entries(KIND):
        if not name.startswith(JOB):
            continue
        read = {field: facts.number(KIND, name, field) for field in ("nodes", "of_nodes", "age", "fair_share")}
        points = facts.number(KIND, name, "qos_points")
        # Points of the quality of service are the exported level; the kernel's own factor of it stays out.
        factors = np.array([read["age"], read["fair_share"], read["nodes"] / read["of_nodes"], 0.0])
        ours = np.floor(priority_of(weights, 1.0, factors) + points)
        source = source_of(facts, KIND, name, "priority")
        told = f"Slurm: priority of {facts.text(KIND, name, 'name').lower()}"
        yield Figure(
            Check(told, facts.number(KIND, name, "priority"), float(ours), 0, source),
            False,
            points,
            "its quality of service",
        )
