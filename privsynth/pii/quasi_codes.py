"""Columns as integer codes for the search of quasi-identifiers: what a person who knows somebody would tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.pii.distinct import MISSING

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_FRACTION = r"[.eE]"
_ZEROS = r"\.0*$"  # of whole numbers that were once read as floats
_CLOCK = r"^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})[T ]+\d{1,2}:\d\d.*$"
_DIGITS = 3  # significant, of continuous numbers


def coded(columns: Mapping[str, Any]) -> dict[str, npt.NDArray[np.int64]]:
    """Code columns so that values which nobody would tell apart share a code.

    Moments count by their day and continuous numbers by their first three significant digits; all else counts as it is
    written, without blanks around it. A missing cell (blank, `NA`, `null` and the like) is a value of its own, 0.

    Args:
        columns: Name -> Arrow array, chunked array, or sequence of text cells (None is missing). No cell can raise.

    Returns:
        Name -> int64[rows] codes from 0.
    """
    return {name: _coded(cells) for name, cells in columns.items()}


def _coded(cells: Any) -> npt.NDArray[np.int64]:
    import pyarrow as pa

    whole = _text(cells).dictionary_encode()
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    if isinstance(whole, pa.ChunkedArray):  # no rows: nothing to combine
        return np.zeros(0, dtype=np.int64)
    levels = _coarse(whole.dictionary)
    places = whole.indices.fill_null(len(levels)).to_numpy(zero_copy_only=False)
    return np.asarray(np.append(levels, 0)[places], dtype=np.int64)


def _text(cells: Any) -> Any:
    """Return cells as an Arrow array of text."""
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    if isinstance(cells, pa.Array | pa.ChunkedArray):
        return to_text_table(pa.table({"c": cells})).column("c")
    try:
        return pa.array(cells, type=pa.string())
    except (pa.ArrowException, UnicodeError, TypeError, ValueError):
        return pa.array(_written(cells), type=pa.string())


def _written(cells: Iterable[object]) -> list[str | None]:
    return [None if cell is None else str(cell).encode("utf-8", "backslashreplace").decode() for cell in cells]


def _coarse(levels: Any) -> npt.NDArray[np.int64]:
    """Return the code of each distinct value: int64[levels]; 0 is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    levels = pc.replace_substring_regex(pc.utf8_trim_whitespace(levels), _CLOCK, r"\1")
    number = pc.match_substring_regex(levels, _NUMBER).to_numpy(zero_copy_only=False).astype(np.bool_)
    missing = pc.is_in(pc.utf8_lower(levels), value_set=pa.array(sorted(MISSING))).to_numpy(zero_copy_only=False)
    if number.any() and number.sum() >= 0.98 * np.count_nonzero(~missing):
        levels = _coarse_numbers(levels, number)
    codes = pa.chunked_array([levels]).dictionary_encode().combine_chunks()
    found = np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64) + 1
    found[missing] = 0
    return found


def _coarse_numbers(levels: Any, number: npt.NDArray[np.bool_]) -> Any:
    """Round the numbers of a continuous column; write whole ones without a point in any other."""
    import pyarrow as pa
    import pyarrow.compute as pc

    levels = pc.replace_substring_regex(levels, _ZEROS, "")
    fractions = pc.match_substring_regex(levels, _FRACTION).to_numpy(zero_copy_only=False)
    if fractions.sum() <= 0.02 * number.sum():
        return levels
    values = pc.filter(levels, pa.array(number)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return pc.replace_with_mask(levels, pa.array(number), pa.array(_rounded(values)).cast(pa.string()))


def _rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round to ``_DIGITS`` significant digits; zeros and infinities stay."""
    with np.errstate(all="ignore"):
        size = np.abs(values)
        places = np.where((size > 0) & np.isfinite(size), np.floor(np.log10(size)), 0.0) - (_DIGITS - 1)
        scale = np.power(10.0, places)
        rounded = np.rint(values / scale) * scale
    return np.where(np.isfinite(rounded) & (scale > 0), rounded, values)
