"""The tables of an audit, brought to one form: the same columns, one kind per column, one label per category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.aside import Aside, is_of_its_own, set_aside
from privsynth.audits.spellings import Kind, is_truth, kind_of, label_columns, moments, spelled
from privsynth.table.columns import numbers

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT_DIGITS = 9
ORDER = {2: (1, 0), 3: (2, 1, 0)}  # of tables: whose cells decide the kind of a column
REAL = {2: (0,), 3: (0, 2)}
WORDS: dict[Kind, str] = {"number": "numbers", "moment": "dates", "label": "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Train, synthetic and holdout over the same columns.

    Numeric columns are float64 with NaN for missing; every other column is object dtype with str or None. Each table
    has the numbers of its rows as given for index: rows that are left out later leave gaps.

    Args:
        train: The members' rows.
        synthetic: The rows under audit.
        holdout: Rows of the same population that the generator never saw, or None.
        numeric: Names of the numeric columns.
        columns: Names of all columns that are compared, sorted (so that column order cannot matter).
        aside: Columns in which nearly every row has a value of its own: no part of distances or of whole rows.
        left_out: Names of columns that some table lacks, or of which the synthetic table shows no real value, sorted.
        shape_warnings: What had to be converted, in words without any cell.
    """

    train: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame | None
    numeric: frozenset[str]
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    shape_warnings: tuple[str, ...]
    aside: tuple[Aside, ...] = ()

    @property
    def taking_part(self) -> tuple[str, ...]:
        """Names of all columns that are read for anything, sorted."""
        return tuple(sorted({*self.columns, *(column.name for column in self.aside)}))


def align(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    *,
    identifiers: frozenset[str] = frozenset(),
) -> Tables:
    """Bring the tables to the columns that they share, with one kind per column.

    A column is numeric when the first of holdout, synthetic and train that has a value in it is numeric. Cells of
    another table that do not parse become missing.

    Args:
        train: Rows the generator was fitted on.
        synthetic: Rows it drew.
        holdout: Rows it never saw, or None.
        identifiers: Columns that are known to name somebody; they stand aside, as does each column in which nearly all
            real values differ.

    Returns:
        The aligned tables.
    """
    given = [train, synthetic] if holdout is None else [train, synthetic, holdout]
    named, told = _of_one_name(given)
    common = set.intersection(*(set(table.columns) for table in named))
    every = set.union(*(set(table.columns) for table in named))
    read: dict[str, _Column] = {}
    for name in sorted(common):
        read[name] = _Column.read(name, [table[name] for table in named])
        told += read[name].told()
    apart = {name for name, column in read.items() if name in identifiers or column.of_its_own}
    if len(apart) == len(read):  # nothing else to compare
        apart = set()
    aside = tuple(set_aside(name, read[name].cells, numeric=read[name].numeric) for name in sorted(apart))
    every_compared = {name: column for name, column in read.items() if name not in apart}
    compared = {name: column for name, column in every_compared.items() if not column.foreign} or every_compared
    foreign = [name for name in every_compared if name not in compared]
    told += [
        f"Column `{name}` has no value in the synthetic table that a real row has; it was left out." for name in foreign
    ]
    ready = [_frame(compared, at, len(table)) for at, table in enumerate(named)]
    return Tables(
        train=ready[0],
        synthetic=ready[1],
        holdout=ready[2] if holdout is not None else None,
        numeric=frozenset(name for name, column in compared.items() if column.numeric),
        columns=tuple(compared),
        left_out=tuple(sorted((every - common) | set(foreign))),
        shape_warnings=(*told, *_told_aside(aside)),
        aside=aside,
    )


def _of_one_name(given: Sequence[pd.DataFrame]) -> tuple[list[pd.DataFrame], list[str]]:
    """Return the tables with the first column of each name, and what is to be said of the others."""
    named = [table.set_axis([str(name) for name in table.columns], axis=1) for table in given]
    twice = sorted({name for table in named for name in table.columns[table.columns.duplicated()]})
    told = [f"There are several columns `{name}`; the first was compared." for name in twice]
    return [table.loc[:, ~table.columns.duplicated()] for table in named], told


@dataclass(frozen=True, slots=True)
class _Column:
    """A column in train, synthetic and (if there is one) holdout: float64 or object cells, and what its kind was in each."""

    name: str
    kind: Kind
    kinds: tuple[Kind | None, ...]
    cells: tuple[Any, ...]

    @classmethod
    def read(cls, name: str, columns: Sequence[pd.Series[Any]]) -> _Column:
        """Decide the kind by the first of holdout, synthetic and train that has a value."""
        kinds = tuple(kind_of(column) for column in columns)
        kind = next((kinds[at] for at in ORDER[len(kinds)] if kinds[at] is not None), None) or "label"
        texts = [column for column, own in zip(columns, kinds, strict=True) if own == "label"]
        if kind == "number" and texts and all(is_truth(spelled(column)) for column in columns):
            kind = "label"
        if kind == "label":
            return cls(name, kind, kinds, tuple(label_columns(columns, REAL[len(kinds)])))
        return cls(name, kind, kinds, tuple((numbers if kind == "number" else moments)(column) for column in columns))

    @property
    def numeric(self) -> bool:
        """Whether cells are float64."""
        return self.kind != "label"

    @property
    def of_its_own(self) -> bool:
        """Whether nearly all real cells differ."""
        return is_of_its_own(self.name, [self.cells[at] for at in REAL[len(self.cells)]], numeric=self.numeric)

    @property
    def foreign(self) -> bool:
        """Whether the synthetic table shows no value of the real ones, so that no whole row could be found again: labels that are all
        others (masked, spelled otherwise), or nothing at all."""
        import pandas as pd

        made, real = self.cells[1], [self.cells[at] for at in REAL[len(self.cells)]]
        known = set(pd.unique(made[pd.notna(made)])) if not self.numeric or pd.isna(made).all() else None
        shown = [pd.unique(cells[pd.notna(cells)]) for cells in real]
        return (
            known is not None
            and len(made) > 0
            and any(map(len, shown))
            and not any(known & set(cells) for cells in shown)
        )

    def told(self) -> list[str]:
        """Return what the reader should know of the conversion."""
        others = {other for other in self.kinds if other not in (None, self.kind)}
        if not others or (self.kind == "label" and "number" in others and self._truths):
            return []
        if "label" in others or self.kind == "label":
            named = "numeric" if "number" in {*others, self.kind} else "dates"
            return [
                f"Column `{self.name}` is {named} in some tables and text in others; it was compared as {WORDS[self.kind]}."
            ]
        return [
            f"Column `{self.name}` has dates in some tables and numbers in others; it was compared as {WORDS[self.kind]}."
        ]

    @property
    def _truths(self) -> bool:
        return all(set(part) <= {"true", "false", None} for part in self.cells)


def _frame(columns: dict[str, _Column], at: int, rows: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: column.cells[at] for name, column in columns.items()}, index=pd.RangeIndex(rows))


def _told_aside(columns: Sequence[Aside]) -> list[str]:
    told = []
    if columns:
        names = ", ".join(f"`{column.name}`" for column in columns)
        told.append(
            "Columns that seem to name somebody, free texts, and columns in which nearly every row has a value of its own were "
            f"left out of distances and of whole rows: {names}. There only values carried over were looked for."
        )
    ordered = ", ".join(f"`{column.name}`" for column in columns if column.ordered)
    if ordered:
        told.append(
            f"The values of {ordered} come in another order in train than in the holdout (such as numbers given in order of "
            "time), so that values carried over would prove nothing; they were not looked for there."
        )
    return told


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
            name: significant(table[name].to_numpy(dtype=float))
            if name in numeric
            else table[name].fillna("\0missing").to_numpy(dtype=object)
            for name in table.columns
        },
        index=table.index,
    )


def significant(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Round to nine significant digits; zero, negative zero and NaN have one form each."""
    magnitude = np.abs(values)
    known = (magnitude > 1e-290) & (magnitude < 1e290)
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.where(known, magnitude, 1.0))))
    rounded = np.where(known, np.round(np.where(known, values, 0.0) * scale) / scale, values)
    return np.asarray(np.where(np.isnan(rounded), np.nan, rounded + 0.0), dtype=np.float64)
