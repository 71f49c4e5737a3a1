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


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A numeric column as a rank in [0, 1], a log-like scaled value that keeps tails apart, and a missing flag."""

    name: str
    ordered: np.ndarray[Any, np.dtype[np.float64]]
    middle: float
    spread: float

    def encode(self, column: pd.Series[Any]) -> Floats:
        """Return float32[rows, 3]."""
        values = column.to_numpy(dtype=np.float64)
        missing = np.isnan(values)
        filled = np.where(missing, self.middle, values)
        below, upto = (np.searchsorted(self.ordered, filled, side=side) for side in ("left", "right"))
        rank = np.where(missing, 0.5, (below + upto) / 2 / max(len(self.ordered), 1))
        # asinh of a standard normal has sd 0.80, a uniform rank 0.29: both views weigh the same in the bulk.
        scaled = np.arcsinh((filled - self.middle) / self.spread) * 0.36
        parts = (rank * np.sqrt(0.5), scaled * np.sqrt(0.5), missing * MISSING_STEP)
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
    import pandas as pd

    pooled = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    parts: list[NumberColumn | LabelColumn] = []
    for position, name in enumerate(pooled.columns):
        if pooled[name].nunique(dropna=False) < 2:
            continue
        rng = np.random.default_rng([seed, position])
        parts.append(_numbers(pooled[name]) if name in numeric else _labels(pooled[name], rng))
    return Encoding(parts=tuple(parts))


def _numbers(column: pd.Series[Any]) -> NumberColumn:
    values = column.to_numpy(dtype=np.float64)
    ordered = np.sort(values[~np.isnan(values)])
    low, middle, high = np.quantile(ordered, [0.25, 0.5, 0.75])
    spread = (high - low) / 1.349
    if not spread > 0:  # more than half of the values are one atom
        spread = float(np.mean(np.abs(ordered - middle)))
    return NumberColumn(
        name=str(column.name), ordered=ordered, middle=float(middle), spread=spread if spread > 0 else 1.0
    )


def _labels(column: pd.Series[Any], rng: np.random.Generator) -> LabelColumn:
    levels = sorted(str(level) for level in column.dropna().unique())
    codes = {level: i for i, level in enumerate(levels)}
    size = len(levels) + 2  # the last two points: missing, and a label that was not there
    points = np.eye(size) if size <= ONE_HOT_LEVELS else rng.standard_normal((size, CODE_WIDTH))
    points *= np.sqrt(0.5) / np.linalg.norm(points, axis=1, keepdims=True)
    return LabelColumn(name=str(column.name), codes=codes, points=points.astype(np.float32))
