"""How often rows of a population are equal, judged by a table from which repeats were taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.tables import row_keys

if TYPE_CHECKING:
    import pandas as pd

Keys = np.ndarray[Any, np.dtype[np.uint64]]


def chance_alike(table: pd.DataFrame, numeric: frozenset[str]) -> float:
    """Estimate the chance that two rows are equal in a population from which a table without any repeat was made.

    Pairs of rows that differ in one column alone are counted; by how often two cells of that column are equal, so many pairs for
    each of them will have been equal rows, of which one was taken out.

    Returns:
        The largest such chance over the columns: 1 for a single column (nothing is known), 0 where rows repeat.
    """
    names, rows = list(table.columns), len(table)
    if rows < 2 or _pairs_alike(row_keys(table, numeric)) > 0:
        return 0.0
    if len(names) < 2:
        return 1.0
    found = 0.0
    for name in names:
        same = _pairs_alike(row_keys(table[[name]], numeric))
        near = _pairs_alike(row_keys(table.drop(columns=name), numeric))
        found = max(found, near * same / (1 - same) if same < 1 else 0.0)
    return min(1.0, found)


def _pairs_alike(keys: Keys) -> float:
    """Share of pairs of rows that are equal."""
    counts = np.unique(keys, return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1)).sum() / (len(keys) * (len(keys) - 1.0)))
