"""Which real row a synthetic row lies closest to: the nearest-neighbour question asked from the synthetic side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.attacks import NO_DISTANCE
from privsynth.audits.neighbours import Ints, Points, encoded, nearest

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]


def claimed_scores(
    pool: Points,
    synthetic: pd.DataFrame,
    encode: Callable[[pd.DataFrame], Points],
    distances: Floats,
    index: Ints,
) -> Floats:
    """Log-ratio of how far a near synthetic row is from its nearest other real row, over how far it is from this one.

    The highest over the five synthetic rows nearest to this row. Positive when one of them lies closer to this row than
    to any other real row. A row in a sparse region is measured by what lies around the synthetic row, so that noisy
    copies show where the distance to the row itself is large. Distances below 1e-6 count as 1e-6.

    Args:
        pool: float32[rows, dimensions]: the pooled real rows; at least two.
        synthetic: The synthetic table.
        encode: Turns its rows into points.
        distances: float64[rows, k] from each pooled row to its nearest synthetic rows.
        index: int64[rows, k]: which synthetic rows those are.

    Returns:
        float64[rows].
    """
    chosen, place = np.unique(index, return_inverse=True)
    place = place.reshape(index.shape)
    parts = [nearest(points, [pool]) for points in encoded(synthetic.iloc[chosen], encode)]
    real = np.vstack([found[:, :2] for found, _ in parts])
    owner = np.concatenate([which[:, 0] for _, which in parts])
    own = owner[place] == np.arange(len(pool))[:, None]
    other = np.where(own, real[place, 1], real[place, 0])
    ratios = np.log(np.maximum(other, NO_DISTANCE)) - np.log(np.maximum(distances, NO_DISTANCE))
    return np.asarray(ratios.max(axis=1), dtype=np.float64)
