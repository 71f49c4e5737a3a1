"""Real and synthetic tables as integer codes on the train table's bins and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.table import columns as frames
from privsynth.table.columns import decided_numeric, numbers

if TYPE_CHECKING:
    import pandas as pd

Codes = np.ndarray[Any, np.dtype[np.int64]]

BINS = 20
MISSING = "<NA>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Tables over the columns that all of them have.

    Args:
        tables: Train first, then synthetic, then the holdout if there is one; numeric columns are float64, every
            other column is object dtype with labels as text (`<NA>` for missing).
        numeric: Names of the numeric columns; the train table decides.
        columns: Names of all compared columns, in the order of the train table.
        left_out: Names of columns that some table lacks, sorted.
    """

    tables: tuple[pd.DataFrame, ...]
    numeric: frozenset[str]
    columns: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Integer codes of every table.

    Args:
        codes: Per table: name to int64[rows].
        sizes: Per column: number of codes.
    """

    codes: tuple[dict[str, Codes], ...]
    sizes: dict[str, int]


def align(tables: Sequence[pd.DataFrame]) -> Aligned:
    """Bring tables to their common columns and one kind per column, as the first table has it.

    Args:
        tables: Train first.

    Returns:
        The aligned tables; cells that do not parse as numbers in a numeric column are missing.
    """
    import pandas as pd

    named = [table.set_axis([str(name) for name in table.columns], axis=1) for table in tables]
    named = [table.loc[:, ~table.columns.duplicated()] for table in named]
    common = set.intersection(*(set(table.columns) for table in named))
    columns = tuple(name for name in named[0].columns if name in common)
    numeric = frozenset(name for name in columns if decided_numeric([table[name] for table in named]))
    ready = tuple(
        pd.DataFrame(
            {name: (numbers if name in numeric else labels)(table[name]) for name in columns},
            index=pd.RangeIndex(len(table)),
        )
        for table in named
    )
    every = set.union(*(set(table.columns) for table in named))
    return Aligned(tables=ready, numeric=numeric, columns=columns, left_out=tuple(sorted(every - common)))


def encode(aligned: Aligned) -> Coded:
    """Code all tables: numbers in 20 quantile bins of train, labels as in train, missing and unknown apart.

    Values outside train's range fall into the first or the last bin.
    """
    codes: tuple[dict[str, Codes], ...] = tuple({} for _ in aligned.tables)
    sizes = {}
    for name in aligned.columns:
        columns = [table[name] for table in aligned.tables]
        found, sizes[name] = _binned(columns) if name in aligned.numeric else _known(columns)
        for table_codes, column_codes in zip(codes, found, strict=True):
            table_codes[name] = column_codes
    return Coded(codes=codes, sizes=sizes)


def labels(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Labels as text; missing is `<NA>`, a label like any other."""
    return frames.labels(column, missing=MISSING)


def _binned(columns: Sequence[pd.Series[Any]]) -> tuple[list[Codes], int]:
    values = [column.to_numpy(dtype=np.float64) for column in columns]
    known = values[0][~np.isnan(values[0])]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1))) if len(known) else np.zeros(1)
    bins = max(len(edges) - 1, 1)
    placed = [np.clip(np.searchsorted(edges, v, side="right") - 1, 0, bins - 1) for v in values]
    return [np.where(np.isnan(v), bins, p).astype(np.int64) for v, p in zip(values, placed, strict=True)], bins + 1


def _known(columns: Sequence[pd.Series[Any]]) -> tuple[list[Codes], int]:
    import pandas as pd

    levels = pd.Index(sorted(columns[0].unique()))
    found = [levels.get_indexer(pd.Index(column)) for column in columns]
    return [np.where(codes < 0, len(levels), codes).astype(np.int64) for codes in found], len(levels) + 1
