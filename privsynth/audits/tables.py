"""The tables of an audit, brought to one form: the same columns, one kind per column, one label per category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.table.columns import decided_numeric, is_number, labels, numbers

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Train, synthetic and holdout over the same columns.

    Numeric columns are float64 with NaN for missing; every other column is object dtype with str or None.

    Args:
        train: The members' rows.
        synthetic: The rows under audit.
        holdout: Rows of the same population that the generator never saw, or None.
        numeric: Names of the numeric columns.
        columns: Names of all columns that are compared, sorted (so that column order cannot matter).
        left_out: Names of columns that some table lacks, sorted.
        shape_warnings: What had to be converted, in words without any cell.
    """

    train: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame | None
    numeric: frozenset[str]
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    shape_warnings: tuple[str, ...]


def align(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame | None) -> Tables:
    """Bring the tables to the columns that they share, with one kind per column.

    A column is numeric when the first of holdout, synthetic and train that has a value in it is numeric. Cells of
    another table that do not parse become missing.

    Args:
        train: Rows the generator was fitted on.
        synthetic: Rows it drew.
        holdout: Rows it never saw, or None.

    Returns:
        The aligned tables.
    """
    given = [train, synthetic] if holdout is None else [train, synthetic, holdout]
    named = [table.set_axis([str(name) for name in table.columns], axis=1) for table in given]
    named = [table.loc[:, ~table.columns.duplicated()] for table in named]
    common = set.intersection(*(set(table.columns) for table in named))
    every = set.union(*(set(table.columns) for table in named))
    columns = sorted(common)
    order = [named[i] for i in ((2, 1, 0) if holdout is not None else (1, 0))]
    numeric = frozenset(name for name in columns if decided_numeric([table[name] for table in order]))
    ready = [_converted(table, columns, numeric) for table in named]
    return Tables(
        train=ready[0],
        synthetic=ready[1],
        holdout=ready[2] if holdout is not None else None,
        numeric=numeric,
        columns=tuple(columns),
        left_out=tuple(sorted(every - common)),
        shape_warnings=tuple(
            f"Column `{name}` is numeric in some tables and text in others; it was compared as "
            f"{'numbers' if name in numeric else 'text'}."
            for name in columns
            if len({is_number(table[name]) for table in named if table[name].notna().any()}) > 1
        ),
    )


def row_keys(table: pd.DataFrame, numeric: frozenset[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """One 64-bit key per row; equal rows have equal keys (numbers are compared to nine significant digits).

    Args:
        table: An aligned table.
        numeric: Names of its numeric columns.

    Returns:
        uint64[rows].
    """
    import pandas as pd

    if not len(table) or not len(table.columns):
        return np.zeros(len(table), dtype=np.uint64)
    return np.asarray(pd.util.hash_pandas_object(comparable(table, numeric), index=False), dtype=np.uint64)


def comparable(table: pd.DataFrame, numeric: frozenset[str]) -> pd.DataFrame:
    """The table with numbers rounded to nine significant digits and missing text as one label of its own."""
    import pandas as pd

    return pd.DataFrame(
        {
            name: _significant(table[name].to_numpy(dtype=float))
            if name in numeric
            else table[name].fillna("\0missing").to_numpy(dtype=object)
            for name in table.columns
        },
        index=table.index,
    )


def _significant(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Round to nine significant digits; zero, negative zero and NaN have one form each."""
    magnitude = np.abs(values)
    known = (magnitude > 1e-290) & (magnitude < 1e290)
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.where(known, magnitude, 1.0))))
    rounded = np.where(known, np.round(np.where(known, values, 0.0) * scale) / scale, values)
    return np.asarray(np.where(np.isnan(rounded), np.nan, rounded + 0.0), dtype=np.float64)


def _converted(table: pd.DataFrame, columns: Sequence[str], numeric: frozenset[str]) -> pd.DataFrame:
    import pandas as pd

    ready = {name: numbers(table[name]) if name in numeric else labels(table[name], missing=None) for name in columns}
    return pd.DataFrame(ready, index=pd.RangeIndex(len(table)))
