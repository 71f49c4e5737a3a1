"""How much more often the few-column parts of a row occur in the synthetic table than among other real rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

PARTS = 200
MOST_COLUMNS = 3
CELLS_PER_COLUMN = (4.0, 30.0)
MOST_ROWS = 200_000
FEW_LEVELS = 12
PRIOR = 0.5


def crowded_scores(rows: pd.DataFrame, synthetic: pd.DataFrame, numeric: frozenset[str], *, seed: int) -> Floats:
    """Mean log-ratio of the count of synthetic rows, over that of other real rows, in 200 random parts of the row.

    A part is the row's cell in a grid over one to three random columns: labels as they are, numbers cut into 4 to 30
    shares at random offsets. High when the synthetic table repeats chance features of the rows it was made
    from without lying close to any single row. Counts are of at most 200,000 synthetic rows, and have half a row added.

    Args:
        rows: Pooled real rows, aligned; at least two.
        synthetic: The synthetic table, with the same columns.
        numeric: Names of the numeric columns.
        seed: Draws the parts and, of more than 200,000 synthetic rows, the sample.

    Returns:
        float64[rows].
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    if len(synthetic) > MOST_ROWS:
        synthetic = synthetic.iloc[rng.choice(len(synthetic), MOST_ROWS, replace=False)]
    both = pd.concat([rows, synthetic], ignore_index=True)
    columns = [_column(both[name], name in numeric) for name in both.columns]
    total = np.zeros(len(rows))
    for _ in range(PARTS):
        size = min(int(rng.integers(1, MOST_COLUMNS + 1)), len(columns))
        codes = np.zeros(len(both), dtype=np.int64)
        for at in rng.choice(len(columns), size, replace=False):
            cell = _cell(columns[at], rng)
            codes = np.unique(codes * (int(cell.max()) + 1) + cell, return_inverse=True)[1]
        total += _log_ratio(codes, len(rows))
    return total / PARTS


def _column(column: pd.Series[Any], is_number: bool) -> Floats | Ints:
    """Shares of lower values (float64, negative where missing) of a number; codes of a label."""
    if not is_number or column.nunique() <= FEW_LEVELS:
        return np.asarray(column.factorize(use_na_sentinel=False)[0], dtype=np.int64)
    return np.asarray(column.rank(pct=True).fillna(-1.0), dtype=np.float64)


def _cell(column: Floats | Ints, rng: np.random.Generator) -> Ints:
    cells, offset = np.exp(rng.uniform(*np.log(CELLS_PER_COLUMN))), rng.random()
    if column.dtype.kind == "i":
        return np.asarray(column, dtype=np.int64)
    return np.where(column < 0, 0, np.floor(column * cells + offset) + 1).astype(np.int64)


def _log_ratio(codes: Ints, real: int) -> Floats:
    """Per real row: log of the synthetic rows in its cell over the other real rows there, scaled to equal tables."""
    width = int(codes.max()) + 1
    ours, theirs = (np.bincount(part, minlength=width)[codes[:real]] for part in (codes[:real], codes[real:]))
    expected = (ours - 1) * ((len(codes) - real) / (real - 1))
    return np.asarray(np.log(theirs + PRIOR) - np.log(expected + PRIOR), dtype=np.float64)
