"""Exact nearest neighbours in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Points = np.ndarray[Any, np.dtype[np.float32]]

NEIGHBOURS = 5
CHUNK_ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Distances from each pooled real row to other real rows and to the synthetic rows.

    Args:
        real: float64[rows, k], ascending: nearest other rows of the pool (the row itself is left out).
        index: int64[rows, k]: which rows of the pool those are.
        synthetic: float64[rows, k'], ascending: nearest rows of the whole synthetic table.
    """

    real: Floats
    index: np.ndarray[Any, np.dtype[np.int64]]
    synthetic: Floats


def find_neighbours(pool: Points, synthetic: pd.DataFrame, encode: Callable[[pd.DataFrame], Points]) -> Neighbours:
    """Find the five nearest neighbours of every pooled row, in the pool without itself and in the synthetic table.

    Args:
        pool: float32[rows, dimensions], at least two rows.
        synthetic: The aligned synthetic table, at least one row; encoded 50,000 rows at a time.
        encode: Turns rows into points.

    Returns:
        The distances (Euclidean, float64).
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(NEIGHBOURS, len(pool) - 1)
    real, index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(pool).kneighbors()
    best = np.empty((len(pool), 0))
    for start in range(0, len(synthetic), CHUNK_ROWS):
        points = encode(synthetic.iloc[start : start + CHUNK_ROWS])
        search = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(points)), algorithm="brute").fit(points)
        found = np.asarray(search.kneighbors(pool)[0], dtype=np.float64)
        best = np.sort(np.hstack([best, found]), axis=1)[:, :NEIGHBOURS]
    return Neighbours(real=np.asarray(real, dtype=np.float64), index=np.asarray(index, dtype=np.int64), synthetic=best)
