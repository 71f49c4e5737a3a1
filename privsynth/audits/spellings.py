"""Columns of any table, read alike: what kind they are, how a missing cell, a truth value or a date is spelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from privsynth.table.columns import is_number
from privsynth.tableschema.model import canonical_label

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["number", "moment", "label"]
Labels = np.ndarray[Any, np.dtype[np.object_]]

DAY_SECONDS = 86_400.0
MISSING = frozenset(
    {"", "na", "n/a", "#n/a", "n.a.", "<na>", "nan", "nat", "null", "none", "nil", "missing", "?", "-", "--", "."}
)
TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
_NUMBERS = ("decimal", "integer", "floating", "mixed-integer-float")
_MOMENTS = ("datetime64", "datetime", "date")


def kind_of(column: pd.Series[Any]) -> Kind | None:
    """Say what a column holds, None where every cell is missing."""
    from pandas.api import types

    if not column.notna().any():
        return None
    if types.is_datetime64_any_dtype(column.dtype):
        return "moment"
    if types.is_object_dtype(column.dtype):
        found = types.infer_dtype(column, skipna=True)
        return "number" if found in _NUMBERS else "moment" if found in _MOMENTS else "label"
    return "number" if is_number(column) else "label"


def moments(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return days since 1970, UTC where a time zone is given; what is no date is missing."""
    import pandas as pd

    if kind_of(column) == "number":
        return np.full(len(column), np.nan)
    known = column.astype(object).where(column.notna(), None)
    found = pd.to_datetime(known, errors="coerce", utc=True, format="mixed").dt.tz_localize(None)
    seconds = np.array((found - pd.Timestamp(0)) / pd.Timedelta(seconds=1), dtype=np.float64)
    if (unread := np.isnan(seconds) & known.notna().to_numpy()).any():
        codes, texts = pd.factorize(known[unread].map(str))
        seconds[unread] = np.array([_far_seconds(text) for text in texts])[codes]
    return seconds / DAY_SECONDS


def _far_seconds(cell: str) -> float:
    """Return an ISO moment as seconds since 1970 though it is before 1677 or after 2262, which pandas lacks."""
    try:
        moment = dt.datetime.fromisoformat(cell if cell[4:5] == "-" else "")
    except ValueError:
        return np.nan
    zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    return (zoned - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds()


def label_columns(columns: Sequence[pd.Series[Any]], real: Sequence[int]) -> list[Labels]:
    """Return the labels of a column in several tables: str, or None where a cell is missing however that is spelled.

    1, 1.0 and "1" are one label. A synthetic label that differs from one real label only in case, or in spaces around or
    within it, is taken for that label: a copy so spelled is one still. Where every real table spells two truth values, each in
    one way, they are `true` and `false` in all.

    Args:
        columns: The column in each table.
        real: Which of the tables are real.
    """
    coded = [_factorized(column) for column in columns]
    known = _spellings(text for at in real for text in coded[at][1])
    coded = [(codes, [text if text is None else _respelled(text, known) for text in texts]) for codes, texts in coded]
    if all(is_truth([text for text in coded[at][1] if text is not None]) for at in real):
        coded = [(codes, [_truth(text) for text in texts]) for codes, texts in coded]
    return [np.array([*texts, None], dtype=object)[codes] for codes, texts in coded]


def is_truth(texts: Sequence[str]) -> bool:
    """Say whether labels are truth values, each spelled in one way."""
    folded = [text.casefold() for text in texts]
    return all(sum(text in values for text in folded) <= 1 for values in (TRUE, FALSE)) and all(
        text in TRUE | FALSE for text in folded
    )


def spelled(column: pd.Series[Any]) -> list[str]:
    """Return the labels of a column, each once."""
    return [text for text in _factorized(column)[1] if text is not None]


def _factorized(column: pd.Series[Any]) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str | None]]:
    codes, levels = column.factorize()
    return np.asarray(codes, dtype=np.int64), [_label(level) for level in levels]


def _label(level: object) -> str | None:
    text = canonical_label(level).encode("utf-8", "backslashreplace").decode()
    return None if len(text) < 8 and text.strip().casefold() in MISSING else text


def _spellings(texts: Iterable[str | None]) -> dict[str, set[str]]:
    """By folded label: how real tables spell it."""
    found: dict[str, set[str]] = {}
    for text in texts:
        if text is not None:
            found.setdefault(_folded(text), set()).add(text)
    return found


def _respelled(text: str, known: dict[str, set[str]]) -> str:
    """Return the one real spelling of a label; a label with none or several stays, so no two real labels become one."""
    spellings = known.get(_folded(text), ())
    return next(iter(spellings)) if len(spellings) == 1 else text


def _folded(text: str) -> str:
    return canonical_label(" ".join(text.split())).casefold()


def _truth(text: str | None) -> str | None:
    folded = (text or "").strip().casefold()
    return "true" if folded in TRUE else "false" if folded in FALSE else text
