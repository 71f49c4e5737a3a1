"""Whether train and holdout look like one population; if not, no attack on them can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.statistics import bonferroni, two_sample_p

if TYPE_CHECKING:
    import pandas as pd

Flags = np.ndarray[Any, np.dtype[np.bool_]]

REFUSAL_LEVEL = 0.001
SHUFFLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchangeability:
    """A two-sample test of train against holdout.

    Args:
        p_value: Columns and neighbours, Bonferroni-combined.
        column_p: Of the most different column (Kolmogorov-Smirnov or chi-squared), corrected for their number.
        column: Its name, or None.
        neighbour_p: Of an excess of neighbours of one's own kind.
    """

    p_value: float
    column_p: float
    column: str | None
    neighbour_p: float

    @property
    def most_different(self) -> str | None:
        """Name of the column in which the tables differ beyond doubt by itself, if there is one."""
        return self.column if self.column_p < REFUSAL_LEVEL else None

    @property
    def differs(self) -> bool:
        """Whether the tables differ beyond doubt (level 0.001)."""
        return self.p_value < REFUSAL_LEVEL


def compare_populations(
    pool: pd.DataFrame,
    numeric: frozenset[str],
    member: Flags,
    index: np.ndarray[Any, np.dtype[np.int64]],
    *,
    seed: int,
) -> Exchangeability:
    """Test whether train and held-out rows could be draws from one population.

    Args:
        pool: Train rows over held-out rows.
        numeric: Names of the numeric columns.
        member: bool[rows].
        index: int64[rows, k]: each row's nearest other rows.
        seed: Draws the shuffles of the neighbour test.

    Source: the neighbour test is that of Schilling 1986 and Henze 1988, its null taken from shuffled labels.
    """
    found = {name: _column_p(pool[name], name in numeric, member) for name in pool.columns}
    column = min(found, key=lambda name: found[name]) if found else None
    column_p = bonferroni(list(found.values()))
    neighbour_p = _neighbour_p(member, index, np.random.default_rng(seed))
    return Exchangeability(
        p_value=bonferroni([column_p, neighbour_p]), column_p=column_p, column=column, neighbour_p=neighbour_p
    )


def _neighbour_p(member: Flags, index: np.ndarray[Any, np.dtype[np.int64]], rng: np.random.Generator) -> float:
    from scipy.stats import norm

    def same(labels: Flags) -> float:
        return float(np.mean(labels[index] == labels[:, None]))

    null = [same(rng.permutation(member)) for _ in range(SHUFFLES)]
    spread = float(np.std(null, ddof=1))
    return float(norm.sf((same(member) - float(np.mean(null))) / spread)) if spread > 0 else 1.0


def _column_p(column: pd.Series[Any], is_number: bool, member: Flags) -> float:
    missing = np.asarray(column.isna())
    if not is_number:
        return _table_p(column.fillna("\0missing").factorize()[0], member)
    values = column.to_numpy(dtype=float)
    inside, outside = values[member & ~missing], values[~member & ~missing]
    if not len(inside) or not len(outside):
        return _table_p(missing.astype(np.int64), member)
    p = two_sample_p(inside, outside)
    return bonferroni([p, _table_p(missing.astype(np.int64), member)]) if missing.any() else p


def _table_p(codes: np.ndarray[Any, np.dtype[np.int64]], member: Flags) -> float:
    """Chi-squared test of a label against membership; labels with under ten rows are one label."""
    from scipy.stats import chi2_contingency

    rare = np.bincount(codes)[codes] < 10
    codes = np.unique(np.where(rare, -1, codes), return_inverse=True)[1]
    table = np.stack([np.bincount(codes[side], minlength=codes.max() + 1) for side in (member, ~member)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return 1.0
    return float(chi2_contingency(table, correction=False).pvalue)
