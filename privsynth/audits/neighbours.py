"""Exact nearest neighbours of some rows among very many, in bounded memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.threads import one_thread

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Points = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

NEIGHBOURS = 5
CHUNK_ROWS = 50_000
TARGET_ROWS = 512
STRIPE_ROWS = 2048
SPARE = 3
ROUNDING = 4e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Distances from each pooled real row to other real rows and to the synthetic rows.

    Args:
        real: float64[rows, k], ascending: nearest other real rows (the row itself is left out).
        index: int64[rows, k]: which real rows those are.
        synthetic: float64[rows, k'], ascending: nearest rows of the whole synthetic table.
        synthetic_index: int64[rows, k']: which synthetic rows those are.
    """

    real: Floats
    index: Ints
    synthetic: Floats
    synthetic_index: Ints


def among_themselves(points: Points, *, seed: int) -> tuple[Floats, Ints]:
    """Find the five nearest others of every row; of equally near ones chance takes some, since their order tells train from holdout.

    Args:
        points: float32[rows, dimensions], at least two rows.
        seed: Of the chance.

    Returns:
        float64[rows, k] distances, ascending, and int64[rows, k], which rows those are.
    """
    order = np.random.default_rng([seed, 4]).permutation(len(points))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    found, index = nearest(points, [points[order]], itself=place)
    return found, order[index]


def encoded(table: pd.DataFrame, encode: Callable[[pd.DataFrame], Points]) -> Iterator[Points]:
    """Yield the points of a table, 50,000 rows at a time."""
    for start in range(0, len(table), CHUNK_ROWS):
        yield encode(table.iloc[start : start + CHUNK_ROWS])


def nearest(targets: Points, others: Iterable[Points], *, itself: Ints | None = None) -> tuple[Floats, Ints]:
    """Find the five nearest of `others` to every target.

    Float32 matrix products tell which points may be among the five; those are measured in float64. So the distances
    are exact, unless more than three further points lie within float32's rounding of the fifth (then within 1e-5 of it).

    Args:
        targets: float32[rows, dimensions].
        others: float32[any, dimensions] one after the other; read once.
        itself: int64[rows]: where each target stands among the others; it is no neighbour of its own.

    Returns:
        float64[rows, k] distances, ascending, and int64[rows, k], which of the others those are; k is 5 or as many as there are.
    """
    best = np.full((len(targets), NEIGHBOURS), np.inf)
    index = np.full((len(targets), NEIGHBOURS), -1, dtype=np.int64)
    parts = [slice(start, start + TARGET_ROWS) for start in range(0, len(targets), TARGET_ROWS)]
    norms, seen = _squares(targets), 0
    with one_thread(), ThreadPoolExecutor(_workers()) as threads:
        for points in others:
            chunk = _Chunk(points=points, norms=_squares(points), first=seen)

            def search(part: slice, chunk: _Chunk = chunk) -> None:
                own = None if itself is None else itself[part]
                chunk.search(targets[part], norms[part], own, best[part], index[part])

            list(threads.map(search, parts))
            seen += len(points)
    k = min(NEIGHBOURS, seen - (itself is not None))
    return np.sqrt(best[:, :k]), index[:, :k]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some of the others: float32[rows, dimensions], their squared lengths, and the number of the first."""

    points: Points
    norms: Points
    first: int

    def search(self, targets: Points, norms: Points, itself: Ints | None, best: Floats, index: Ints) -> None:
        """Bring the squared distances of the best so far, and which those are, up to date in place."""
        product = np.empty((len(targets), STRIPE_ROWS), dtype=np.float32)
        doubled = targets * np.float32(-2)
        for start in range(0, len(self.points), STRIPE_ROWS):
            stripe = self.points[start : start + STRIPE_ROWS]
            found = np.dot(doubled, stripe.T, out=product[:, : len(stripe)] if len(stripe) == STRIPE_ROWS else None)
            found += self.norms[start : start + STRIPE_ROWS]
            slack = ROUNDING * (norms + self.norms[start : start + STRIPE_ROWS].max())
            bound = np.where(best[:, -1] > 0, best[:, -1] - norms + slack, -np.inf).astype(np.float32)
            rows, columns = _promising(found, bound)
            if len(rows):
                apart = targets[rows].astype(np.float64) - stripe[columns]
                squares = np.einsum("ij,ij->i", apart, apart)
                numbers = columns + (self.first + start)
                if itself is not None:
                    squares[numbers == itself[rows]] = np.inf
                _merge(best, index, rows, squares, numbers)


def _promising(found: Points, bound: Points) -> tuple[Ints, Ints]:
    """Return where a row is under its bound; of a row with more than eight such places, the eight lowest."""
    most = NEIGHBOURS + SPARE
    rows, columns = np.divmod(np.flatnonzero(found < bound[:, None]), found.shape[1])
    counts = np.bincount(rows, minlength=len(found))
    many = np.flatnonzero(counts > most)
    if not len(many):
        return rows, columns
    few = counts[rows] <= most
    lowest = np.argpartition(found[many], most, axis=1)[:, :most]
    return np.concatenate([rows[few], np.repeat(many, most)]), np.concatenate([columns[few], lowest.ravel()])


def _merge(best: Floats, index: Ints, rows: Ints, squares: Floats, numbers: Ints) -> None:
    """Put further candidates among the best five of their rows, in place."""
    touched = np.unique(rows)
    rows = np.concatenate([np.repeat(touched, NEIGHBOURS), rows])
    squares, numbers = (
        np.concatenate([best[touched].ravel(), squares]),
        np.concatenate([index[touched].ravel(), numbers]),
    )
    order = np.lexsort((numbers, squares, rows))
    rows = rows[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = place < NEIGHBOURS
    best[rows[kept], place[kept]] = squares[order][kept]
    index[rows[kept], place[kept]] = numbers[order][kept]


def _squares(points: Points) -> Points:
    return np.asarray(np.einsum("ij,ij->i", points, points), dtype=np.float32)


def _workers() -> int:
    """Return how many threads to use: as many as there are cores, or as `OMP_NUM_THREADS` says."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(int(asked), cores) if asked.isdigit() and int(asked) > 0 else cores
