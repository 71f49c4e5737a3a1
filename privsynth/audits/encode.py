"""One encoding of mixed rows as points, so that distance means the same for every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float32]]

ONE_HOT_LEVELS = 64
CODE_WIDTH = 32
MISSING_STEP = float(np.sqrt(0.5))
FARTHEST = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A numeric column as a rank in [0, 1], a log-like scaled value that keeps tails apart, and a missing flag.

    Args:
        name: Of the column.
        values: float64[distinct values], ascending.
        below: int64[distinct values + 1]: how many cells are less than each, and how many there are.
        middle: The median.
        spread: What counts as one standard deviation.
    """

    name: str
    values: np.ndarray[Any, np.dtype[np.float64]]
    below: np.ndarray[Any, np.dtype[np.int64]]
    middle: float
    spread: float

    def encode(self, column: pd.Series[Any]) -> Floats:
        """Return float32[rows, 3]."""
        cells = column.to_numpy(dtype=np.float64)
        missing = np.isnan(cells)
        filled = np.where(missing, self.middle, cells)
        at = np.searchsorted(self.values, filled)
        known = self.values[np.minimum(at, len(self.values) - 1)] == filled
        rank = np.where(missing, 0.5, (self.below[at] + self.below[at + known]) / 2 / max(int(self.below[-1]), 1))
        # asinh of a standard normal has sd 0.80, a uniform rank 0.29: both views weigh the same in the bulk.
        with np.errstate(over="ignore"):
            far = np.clip((filled - self.middle) / self.spread, -FARTHEST, FARTHEST)
        parts = (rank * np.sqrt(0.5), np.arcsinh(far) * 0.36 * np.sqrt(0.5), missing * MISSING_STEP)
        return np.column_stack(parts).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelColumn:
    """A categorical column as codes at distance 1 from each other (about 1 when it has very many labels)."""

    name: str
    codes: dict[str, int]
    points: Floats

    def encode(self, column: pd.Series[Any]) -> Floats:
        """Return float32[rows, width]; a label that was not there when the encoding was made is a point of its own."""
        codes, levels = column.factorize()
        unknown = len(self.points) - 1
        points = np.array([*(self.codes.get(str(level), unknown) for level in levels), unknown - 1], dtype=np.int64)
        return np.asarray(self.points[points[codes]], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """Points for rows; fitted on the pooled real rows and the synthetic ones, without their labels.

    The pool enters as one set: which of its rows were train and which holdout is not used, so an encoding cannot
    favour either side.
    """

    parts: tuple[NumberColumn | LabelColumn, ...]

    def encode(self, table: pd.DataFrame) -> Floats:
        """Return float32[rows, dimensions]."""
        if not self.parts:
            return np.zeros((len(table), 1), dtype=np.float32)
        return np.hstack([part.encode(table[part.name]) for part in self.parts])


def fit_encoding(tables: list[pd.DataFrame], numeric: frozenset[str], *, seed: int) -> Encoding:
    """Fit the encoding on all rows of `tables` together.

    Args:
        tables: Aligned tables; at least one.
        numeric: Names of their numeric columns.
        seed: Draws the codes of columns with more than 64 labels.

    Returns:
        The encoding; constant columns take no part in it.
    """
    parts: list[NumberColumn | LabelColumn] = []
    for position, name in enumerate(tables[0].columns):
        cells = [table[name] for table in tables]
        part = (
            _numbers(name, cells) if name in numeric else _labels(name, cells, np.random.default_rng([seed, position]))
        )
        if part is not None:
            parts.append(part)
    return Encoding(parts=tuple(parts))


def _numbers(name: str, cells: list[pd.Series[Any]]) -> NumberColumn | None:
    """Return None for a constant column."""
    numbers = np.concatenate([column.to_numpy(dtype=np.float64) for column in cells])
    known = numbers[~np.isnan(numbers)]
    if not len(known) or (len(known) == len(numbers) and known.min() == known.max()):
        return None
    low, middle, high = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    spread = (high - low) / 1.349
    if not spread > 0:  # more than half of the values are one atom
        spread = float(np.mean(np.abs(known - middle)))
    values, counts = np.unique(known, return_counts=True)
    below = np.concatenate([[0], np.cumsum(counts)])
    return NumberColumn(
        name=name, values=values, below=below, middle=middle, spread=spread if 0 < spread < np.inf else 1.0
    )


def _labels(name: str, cells: list[pd.Series[Any]], rng: np.random.Generator) -> LabelColumn | None:
    """Return None for a constant column."""
    found = [column.dropna().unique() for column in cells]
    levels = sorted({str(level) for some in found for level in some})
    if len(levels) + any(bool(column.isna().any()) for column in cells) < 2:
        return None
    codes = {level: i for i, level in enumerate(levels)}
    size = len(levels) + 2  # the last two points: missing, and a label that was not there
    points = np.eye(size) if size <= ONE_HOT_LEVELS else rng.standard_normal((size, CODE_WIDTH))
    points *= np.sqrt(0.5) / np.linalg.norm(points, axis=1, keepdims=True)
    return LabelColumn(name=name, codes=codes, points=points.astype(np.float32))
