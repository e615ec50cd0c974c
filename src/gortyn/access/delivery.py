"""This module owns the chip-hours that jobs get inside the simulated window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import S_PER_HOUR


def chip_hours_within(
    chips: NDArray[np.int64], start_s: NDArray[np.int64], end_s: NDArray[np.int64], window_s: int
) -> NDArray[np.float64]:
    """Chip-hours of each job between second 0 and the end of the window.

    Parameters
    ----------
    chips : chips of each job
    start_s, end_s : start and end, seconds after the start of the window, 0 <= start <= end
    window_s : length of the window [s]

    Returns
    -------
    float64[job] [chip-h], 0 for jobs that start after the window.

    >>> chip_hours_within(np.array([8, 8, 8]), np.array([0, 5400, 8000]), np.array([3600, 9000, 9000]), 7200).tolist()
    [8.0, 4.0, 0.0]
    """
    seconds = np.maximum(np.minimum(end_s, window_s) - start_s, 0)
    return chips * (seconds / S_PER_HOUR)
