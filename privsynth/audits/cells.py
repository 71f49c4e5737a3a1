"""Scores that compare rows cell by cell, so that a copy with some cells changed is still found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Likeness = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Codes = np.ndarray[Any, np.dtype[np.int32]]
Keys = np.ndarray[Any, np.dtype[np.uint64]]

BINS = 20
DRAWS = 32
CHUNK_ROWS = 20_000
MEETINGS = 2_000_000
BUCKET = (2.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Rows as codes: equal cells, and numbers of one twentieth of all rows, have equal codes.

    Args:
        real: int32[rows, columns].
        synthetic: int32[synthetic rows, columns].
        weights: float32[rows, columns]: surprise at each real cell, -log of its share among the pooled rows.
    """

    real: Codes
    synthetic: Codes
    weights: Likeness


def code_cells(rows: pd.DataFrame, synthetic: pd.DataFrame, numeric: frozenset[str]) -> Cells:
    """Code all cells.

    Args:
        rows: Pooled real rows, aligned.
        synthetic: The synthetic table, with the same columns.
        numeric: Names of the numeric columns.
    """
    import pandas as pd

    real = len(rows)
    codes = np.empty((real + len(synthetic), len(rows.columns)), dtype=np.int32)
    weights = np.empty((real, len(rows.columns)), dtype=np.float32)
    for at, name in enumerate(rows.columns):
        column = pd.concat([rows[name], synthetic[name]], ignore_index=True)
        codes[:, at] = _binned(column.to_numpy(dtype=np.float64)) if name in numeric else column.factorize()[0]
        codes[:, at] += 1  # 0 is the missing cell
        counts = np.bincount(codes[:real, at], minlength=int(codes[:, at].max()) + 1) + 1
        weights[:, at] = np.log((real + len(counts)) / counts[codes[:real, at]])
    return Cells(real=codes[:real], synthetic=codes[real:], weights=weights)


def matched_scores(cells: Cells, *, seed: int) -> Floats:
    """How much more a synthetic row has in common with this row than with any other real row; the highest such excess.

    What two rows have in common is the surprise at the cells that they share, added up: a shared rare label counts more
    than a shared common one. Rows that have a random set of columns in common are compared (locality-sensitive
    hashing, 32 sets, each as small as keeps few real rows together), so the time grows with the rows and not with their pairs.

    Args:
        cells: The coded rows.
        seed: Draws the sets of columns.

    Returns:
        float64[rows]; rows that no synthetic row met have the lowest score.

    Source: locality-sensitive hashing by random coordinates is that of Indyk and Motwani 1998.
    """
    bucket = float(np.clip(MEETINGS / max(len(cells.synthetic), 1), *BUCKET))
    hashing = _Hashing.draw(cells.real, bucket, np.random.default_rng(seed))
    best = _Best.empty(len(cells.synthetic))
    for real, made, likeness in hashing.meetings(cells):
        best.update(real, made, likeness)
    scores = np.full(len(cells.real), -1.0 - float(cells.weights.sum(axis=1).max(initial=0.0)))
    for real, made, likeness in hashing.meetings(cells):
        np.maximum.at(scores, real, likeness - np.where(best.owner[made] == real, best.second[made], best.first[made]))
    return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hashing:
    """Sets of columns, and the odd multipliers that turn their codes into keys."""

    columns: tuple[Ints, ...]
    multipliers: Keys
    bucket: float

    @classmethod
    def draw(cls, real: Codes, bucket: float, rng: np.random.Generator) -> _Hashing:
        """Draw sets of columns; each grows until a real row has at most `bucket` real rows of its key, itself included."""
        width = real.shape[1]
        multipliers = rng.integers(1, 2**63, size=width, dtype=np.uint64) | np.uint64(1)
        sets = []
        for _ in range(DRAWS):
            order = rng.permutation(width)
            keys, used = np.zeros(len(real), dtype=np.uint64), width
            for at, column in enumerate(order):
                keys = _mixed(keys, real[:, column], multipliers[column])
                together = np.unique(keys, return_counts=True)[1].astype(np.float64)
                if float(together @ together) <= bucket * len(real):
                    used = at + 1
                    break
            sets.append(np.sort(order[:used]))
        return cls(columns=tuple(sets), multipliers=multipliers, bucket=bucket)

    def meetings(self, cells: Cells) -> Iterator[tuple[Ints, Ints, Likeness]]:
        """Yield real rows, the synthetic rows that they meet, and what each pair has in common."""
        for columns in self.columns:
            keys = self._keys(cells.real, columns)
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            for start in range(0, len(cells.synthetic), CHUNK_ROWS):
                made, place = self._met(keys, self._keys(cells.synthetic[start : start + CHUNK_ROWS], columns))
                if not len(made):
                    continue
                real, made = order[place], made + start
                same = cells.real[real] == cells.synthetic[made]
                yield real, made, np.einsum("ij,ij->i", cells.weights[real], same, dtype=np.float32)

    def _met(self, keys: Keys, asked: Keys) -> tuple[Ints, Ints]:
        """Pairs of (place among `asked`, place among the sorted `keys`) with equal keys; crowded keys are left out."""
        low = np.searchsorted(keys, asked, side="left")
        count = np.searchsorted(keys, asked, side="right") - low
        made = np.flatnonzero((count > 0) & (count <= 3 * self.bucket))
        count = count[made]
        first = np.cumsum(count) - count
        place = np.arange(int(count.sum())) - np.repeat(first - low[made], count)
        return np.repeat(made, count), place

    def _keys(self, codes: Codes, columns: Ints) -> Keys:
        keys = np.zeros(len(codes), dtype=np.uint64)
        for column in columns:
            keys = _mixed(keys, codes[:, column], self.multipliers[column])
        return keys


@dataclass(frozen=True, slots=True)
class _Best:
    """By synthetic row: the most that a real row has in common with it, which row that is, and the most of another one."""

    first: Likeness
    owner: Ints
    second: Likeness

    @classmethod
    def empty(cls, rows: int) -> _Best:
        """Nobody owns anything."""
        zero = np.zeros(rows, dtype=np.float32)
        return cls(zero, np.full(rows, -1, dtype=np.int64), zero.copy())

    def update(self, real: Ints, made: Ints, likeness: Likeness) -> None:
        """Enter the two best pairs of each synthetic row, in place."""
        order = np.lexsort((real, -likeness, made))
        real, made, likeness = real[order], made[order], likeness[order]
        leads = np.r_[True, made[1:] != made[:-1]]
        follows = np.r_[False, leads[:-1]] & ~leads
        for chosen in (leads, follows):
            self._enter(real[chosen], made[chosen], likeness[chosen])

    def _enter(self, real: Ints, made: Ints, likeness: Likeness) -> None:
        """Enter one pair of each of these synthetic rows; a pair that owns already changes nothing."""
        new = self.owner[made] != real
        wins = new & (likeness > self.first[made])
        gains = new & ~wins & (likeness > self.second[made])
        self.second[made[gains]] = likeness[gains]
        at = made[wins]
        self.second[at], self.first[at], self.owner[at] = self.first[at], likeness[wins], real[wins]


def _mixed(keys: Keys, codes: Codes, multiplier: np.uint64) -> Keys:
    """Fold one column into 64-bit keys; unequal rows collide about as seldom as random numbers."""
    mixed = (keys ^ codes.astype(np.uint64)) * multiplier + multiplier
    return np.asarray(mixed ^ (mixed >> np.uint64(29)), dtype=np.uint64)


def _binned(values: Floats) -> Codes:
    """Codes of numbers, -1 where missing: each value its own while there are at most 20, else twenty equal shares."""
    known = values[~np.isnan(values)]
    levels = np.unique(known)
    if len(levels) > BINS:
        levels = np.unique(np.quantile(known, np.arange(1, BINS) / BINS))
    codes = np.searchsorted(levels, values, side="left")
    return np.where(np.isnan(values), -1, codes).astype(np.int32)
