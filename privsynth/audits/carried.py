"""Values and pairs of labels of single real rows that the synthetic table shows too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.statistics import bonferroni, excess_p
from privsynth.audits.tables import Tables, significant

if TYPE_CHECKING:
    import pandas as pd

Codes = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Grades = np.ndarray[Any, np.dtype[np.int8]]

MAX_PAIRS = 150
MOST_CELLS = 1 << 24
LEAST_CARRIED = 7
PAIR, NUMBER, LABEL, ASIDE = 1, 2, 3, 4  # the more telling, the less a value is met by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Values and pairs of labels that a single real row has, and that the synthetic table shows too.

    Args:
        train: Train rows with such a value carried over (of `train_rows` rows that have one).
        holdout: The same for the holdout.
        columns: Per column, or pair joined by " + ": carried values of train rows and of held-out rows.
        p_value: Of the excess among train rows, over all columns and pairs and in single ones.
    """

    train: int
    train_rows: int
    holdout: int
    holdout_rows: int
    columns: dict[str, tuple[int, int]]
    p_value: float


def find_carried(tables: Tables, codes: dict[str, Codes] | None = None) -> tuple[Carried, Grades]:
    """Look for values (and pairs of labels, up to 150 pairs) that one real row alone has and the synthetic table shows.

    All rows of all tables are read, in time linear in them. Columns that stand aside (identifiers) are read here only, one
    by one. Three questions share the test by Bonferroni: rows with such a value in anything; in a column that stands aside, where
    nothing is met by chance; and in one column or pair by itself, where seven or more came back on both sides together, so that what
    pairs meet by chance does not hide a leak of one column.

    Args:
        tables: Aligned tables with a holdout.
        codes: Their `joint_codes`, where these are known.

    Returns:
        The finding, and how strongly each real row (train over holdout) is pointed at: int8[real rows], 0 where nothing of it
        came back, 1 a pair of labels, 2 a number, 3 a label, 4 a value of a column that stands aside.
    """
    codes, aside, member = codes or joint_codes(tables), aside_codes(tables), members(tables)
    every, apart, single, columns = Tally.none(len(member)), Tally.none(len(member)), [], {}
    grades = np.zeros(len(member), dtype=np.int8)
    for names, parts, grade in _sets(tables, codes, aside):
        found = _alone_and_carried(parts, len(member))
        every = every.with_(found)
        apart = apart.with_(found) if grade == ASIDE else apart
        np.maximum(grades, found.shown * np.int8(grade), out=grades)
        if found.shown.any():
            columns[" + ".join(names)] = (int(found.shown[member].sum()), int(found.shown[~member].sum()))
        if found.shown.sum() >= LEAST_CARRIED:
            single.append(found.p_value(member))
    tests = (
        [every.p_value(member)] + ([apart.p_value(member)] if aside else []) + ([bonferroni(single)] if single else [])
    )
    return Carried(
        train=int(every.shown[member].sum()),
        train_rows=int(every.has[member].sum()),
        holdout=int(every.shown[~member].sum()),
        holdout_rows=int(every.has[~member].sum()),
        columns=columns,
        p_value=bonferroni(tests),
    ), grades


def _sets(
    tables: Tables, codes: dict[str, Codes], aside: dict[str, Codes]
) -> Iterator[tuple[tuple[str, ...], list[Codes], int]]:
    """Columns, pairs of labels and columns that stand aside: names, codes, and how telling a value of theirs is."""
    labels = [name for name in codes if name not in tables.numeric]
    for name, code in codes.items():
        yield (name,), [code], NUMBER if name in tables.numeric else LABEL
    for pair in label_pairs(labels):
        yield pair, [codes[name] for name in pair], PAIR
    for name, code in aside.items():
        yield (name,), [code], ASIDE


@dataclass(frozen=True, slots=True)
class Tally:
    """bool[real rows] twice: rows that have a value or pair which no other real row has, and those of them that came back."""

    has: Flags
    shown: Flags

    @classmethod
    def none(cls, rows: int) -> Tally:
        """Return the tally of nothing."""
        return cls(np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool))

    def with_(self, other: Tally) -> Tally:
        """Return the rows of either."""
        return Tally(self.has | other.has, self.shown | other.shown)

    def p_value(self, member: Flags) -> float:
        """Return the chance of so many train rows among those that came back."""
        shown, has = self.shown, self.has
        return excess_p(
            member_hits=int(shown[member].sum()),
            hits=int(shown.sum()),
            members=int(has[member].sum()),
            rows=int(has.sum()),
        )


def label_pairs(labels: list[str]) -> list[tuple[str, str]]:
    """Return pairs of labels; of more than 150, every second, third and so on."""
    pairs = list(combinations(labels, 2))
    return pairs[:: max(1, -(-len(pairs) // MAX_PAIRS))]


def members(tables: Tables) -> Flags:
    """bool[train rows + held-out rows]: which are train rows."""
    rows = len(tables.train) + (0 if tables.holdout is None else len(tables.holdout))
    return np.asarray(np.arange(rows) < len(tables.train))


def joint_codes(tables: Tables) -> dict[str, Codes]:
    """Per compared column: int64[train + held-out + synthetic rows], equal for equal values, -1 for missing."""
    import pandas as pd

    codes = {}
    for name in tables.columns:
        cells = [table[name] for table in _stacked(tables)]
        if name in tables.numeric:
            cells = [pd.Series(significant(column.to_numpy(dtype=np.float64))) for column in cells]
        codes[name] = pd.concat(cells, ignore_index=True).factorize()[0].astype(np.int64)
    return codes


def aside_codes(tables: Tables) -> dict[str, Codes]:
    """The same for the columns that stand aside, where their order does not tell train from holdout."""
    import pandas as pd

    codes = {}
    for column in tables.aside:
        if not column.ordered:
            cells = np.concatenate([column.keys[at][table.index] for at, table in enumerate(_stacked(tables))])
            codes[column.name] = np.where(cells == 0, -1, pd.factorize(cells)[0]).astype(np.int64)
    return codes


def joined(codes: list[Codes]) -> Codes:
    """Return one code for a column or a pair of columns; -1 where any is missing."""
    import pandas as pd

    if len(codes) == 1:
        return codes[0]
    first, second = codes
    width = int(second.max(initial=0)) + 1
    keys = np.where((first < 0) | (second < 0), -1, first * width + second)
    if (int(first.max(initial=0)) + 1) * width <= MOST_CELLS:
        return keys
    return np.where(keys < 0, -1, pd.factorize(keys)[0])


def _stacked(tables: Tables) -> list[pd.DataFrame]:
    """Train, holdout and synthetic, in the order of joint codes."""
    return [table for table in (tables.train, tables.holdout, tables.synthetic) if table is not None]


def _alone_and_carried(codes: list[Codes], real_rows: int) -> Tally:
    """Rows whose value (or pair) no other real row has, and those of them whose value the synthetic rows show."""
    keys = joined(codes) + 1
    size = int(keys.max(initial=0)) + 1
    real, made = (np.bincount(part, minlength=size) for part in (keys[:real_rows], keys[real_rows:]))
    alone = real == 1
    alone[0] = False  # missing
    has = alone[keys[:real_rows]]
    return Tally(has, has & (made > 0)[keys[:real_rows]])
