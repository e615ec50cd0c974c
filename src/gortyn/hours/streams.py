"""This module owns where random numbers come from: a generator for every name, so that no draw disturbs another."""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def generator(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for everything that bears these names.

    Parameters
    ----------
    seed : of the scenario or drawn from it, >= 0
    names : what the draws are for
    """
    words = np.frombuffer(sha256("\n".join(names).encode()).digest(), ">u4")
    return np.random.default_rng([seed, *words.tolist()])
