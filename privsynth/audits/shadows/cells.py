"""Cells of pairs of columns: what a synthetic table's marginals tell of a row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

BINS = 16
LEVELS = 32
MOST_PAIRS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of all pairs of columns, numbers in bins of equally many pooled rows.

    Args:
        edges: Numeric column -> inner edges of its bins.
        levels: Other column -> code of each of its most frequent labels; the others share a code.
        pairs: Pairs of columns.
    """

    edges: dict[str, Floats]
    levels: dict[str, dict[str, int]]
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def fitted(cls, rows: pd.DataFrame, numeric: frozenset[str], rng: np.random.Generator) -> Cells:
        """Choose bins and labels by the pooled rows; of very many pairs, some by chance."""
        edges, levels = {}, {}
        for name in rows.columns:
            if name in numeric:
                values = rows[name].to_numpy(dtype=np.float64)
                known = values[~np.isnan(values)]
                edges[name] = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.zeros(0)
            else:
                found = rows[name].value_counts().index[:LEVELS]
                levels[name] = {str(label): code for code, label in enumerate(found)}
        pairs = list(combinations(rows.columns, 2)) or [(name, name) for name in rows.columns]
        if len(pairs) > MOST_PAIRS:
            pairs = [pairs[at] for at in np.sort(rng.choice(len(pairs), MOST_PAIRS, replace=False))]
        return cls(edges=edges, levels=levels, pairs=tuple(pairs))

    def codes(self, rows: pd.DataFrame) -> dict[str, Ints]:
        """Return column -> int64[rows]; missing is a code of its own."""
        found = {}
        for name, edges in self.edges.items():
            values = rows[name].to_numpy(dtype=np.float64)
            found[name] = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right"))
        for name, levels in self.levels.items():
            index, texts = rows[name].factorize()
            known = np.array([*(levels.get(str(text), len(levels)) for text in texts), len(levels) + 1], dtype=np.int64)
            found[name] = known[index]
        return found

    def _size(self, name: str) -> int:
        return (len(self.edges[name]) if name in self.edges else len(self.levels[name])) + 2

    def places(self, rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Return int32[rows, pairs]: each row's cell of each pair, all cells of all pairs numbered in one line."""
        codes, start, found = self.codes(rows), 0, np.empty((len(rows), len(self.pairs)), dtype=np.int32)
        for at, (one, other) in enumerate(self.pairs):
            found[:, at] = start + codes[one] * self._size(other) + codes[other]
            start += self._size(one) * self._size(other)
        return found

    @property
    def count(self) -> int:
        """Number of cells."""
        return sum(self._size(one) * self._size(other) for one, other in self.pairs)

    def shares(self, rows: pd.DataFrame) -> Floats:
        """Return float64[cells]: the share of rows in each cell."""
        return np.bincount(self.places(rows).ravel(), minlength=self.count) / max(len(rows), 1)
