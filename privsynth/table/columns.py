"""Columns of data frames in one form, whoever made the table: numbers, or labels as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.tableschema.model import canonical_label

if TYPE_CHECKING:
    import pandas as pd


def is_number(column: pd.Series[Any]) -> bool:
    """Say whether a column holds numbers; booleans are labels."""
    from pandas.api import types

    return bool(types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype))


def decided_numeric(candidates: Sequence[pd.Series[Any]]) -> bool:
    """Let the first column that is not wholly missing decide whether all are numbers."""
    return next((is_number(column) for column in candidates if column.notna().any()), False)


def numbers(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return float64[rows]; what does not parse or is infinite is missing."""
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def labels(column: pd.Series[Any], *, missing: str | None) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return labels as text: 1, 1.0 and "1" are one label, "01" is another; missing cells are `missing`."""
    codes, levels = column.factorize()
    texts = np.array([*(_text(level) for level in levels), missing], dtype=object)
    return np.asarray(texts[codes], dtype=object)


def _text(level: object) -> str:
    return canonical_label(level).encode("utf-8", "backslashreplace").decode()
