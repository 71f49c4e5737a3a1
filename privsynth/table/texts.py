"""Cells of any type as text, one way for all: of pandas and Arrow columns, and of the objects that drivers of databases give."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # in a second
_CALENDAR = (-62_135_596_800, 253_402_300_799)  # the first second of the year 1 and the last one of the year 9999
_DAY_SECONDS = 86_400
_LAST_TICK = 2**63 - 1
_CLOCKS = ("h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")  # units of numpy that are shorter than a day


def texts_of_rows(rows: Sequence[Sequence[Any]], width: int) -> Any:
    """Return rows of Python objects, as drivers of databases give them, as a `pyarrow.Table` of text.

    Args:
        rows: At least one, each of `width` cells.
        width: Number of columns; they are named by their place.
    """
    import pyarrow as pa

    columns = [_texts_of(cells) for cells in zip(*rows, strict=True)]
    return pa.table(columns, names=[str(place) for place in range(width)])


def _texts_of(cells: Sequence[Any]) -> Any:
    """Return a column of Python objects as text; each cell by itself, so that none changes how another is written."""
    import pyarrow as pa

    kinds = set(map(type, cells)) - {type(None)}
    if len(kinds) == 1 and (quick := _QUICK.get(next(iter(kinds)))) is not None:
        with suppress(ValueError):  # of a whole number of more digits than Python writes
            return _texts([None if cell is None else quick(cell) for cell in cells])
    if kinds == {str} and not any("\x00" in cell for cell in cells if cell):
        try:
            return _texts(cells)
        except (pa.ArrowException, UnicodeError):  # a cell that is no valid text
            pass
    return _texts(cell_text(cell) for cell in cells)


def pandas_texts(column: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    if column.dtype != object and not isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
        try:
            array = pa.array(column, from_pandas=True)
            return arrow_texts(array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array]))
        except pa.ArrowException:
            pass  # a type of pandas that Arrow lacks (periods, intervals, complex numbers): cell by cell
    elif pd.api.types.infer_dtype(column, skipna=True) == "string" and (texts := _plain_texts(column)) is not None:
        return texts
    return _texts(cell_text(cell) for cell in column.tolist())


def _plain_texts(column: Any) -> Any:
    """Return a column of Python texts as Arrow text, or None if a cell of it has to be looked at by itself."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array(column.to_numpy(dtype=object), type=pa.string(), from_pandas=True)
    except (pa.ArrowException, UnicodeError, ValueError, TypeError):
        return None
    texts = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    return None if pc.any(pc.match_substring(texts, "\x00")).as_py() else texts


def cell_text(cell: Any) -> str | None:
    """Return the text of any Python object; it cannot raise."""
    if cell is None:
        return None
    try:
        if isinstance(cell, memoryview):
            cell = bytes(cell)
        if getattr(cell, "ndim", 0):  # an array within a cell
            return str(cell.tolist())
        if cell != cell:
            return None
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, bytes | bytearray):
            cell = bytes(cell).decode("utf-8")
        if isinstance(cell, float):
            return _float_text(float(cell))
        if isinstance(cell, np.datetime64):
            cell = cell.astype(
                "datetime64[s]" if np.datetime_data(cell.dtype)[0] in _CLOCKS else "datetime64[D]"
            ).item()
            return _iso(cell) if isinstance(cell, dt.date) else None
        if isinstance(cell, dt.datetime | dt.date):
            return _iso(cell)
        text = str(cell).replace("\x00", "")
        text.encode("utf-8")
    except Exception:  # a cell's own code may do anything, and no cell can raise
        return None
    return text


def _float_text(cell: float) -> str:
    """Write a float one way, whatever the column's type: whole numbers without a point."""
    if math.isfinite(cell) and cell == int(cell) and abs(cell) < 2**53:
        return str(int(cell))
    return repr(cell)


def _finite_text(cell: float) -> str | None:
    return None if cell != cell else _float_text(cell)


def _iso(moment: dt.datetime | dt.date) -> str:
    """Return a moment as text, by the clock of its own time zone."""
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    return moment.isoformat()


# What `cell_text` makes of types that cannot raise.
_QUICK: dict[type, Callable[[Any], str | None]] = {
    int: str,
    float: _finite_text,
    bool: lambda cell: "true" if cell else "false",
    dt.date: dt.date.isoformat,
    dt.datetime: _iso,
}


def arrow_texts(column: Any) -> Any:
    """Cast an Arrow column to text: dates become ISO, moments keep the clock of their time zone; no cell can raise."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        whole = column.combine_chunks()
        values = arrow_texts(pa.chunked_array([whole.dictionary])).combine_chunks()
        return pa.chunked_array([values.take(whole.indices)])
    if not _is_bytes(kind):  # which are always read one by one: one that is no text must not change how others are read
        try:
            return _cast(column)
        except (pa.ArrowException, ValueError, OverflowError):
            pass
    return _texts(_cells(column))


def _texts(cells: Iterable[str | None]) -> Any:
    """Return cells as a chunked Arrow column; Arrow itself cuts one of more than 2 GB into chunks."""
    import pyarrow as pa

    array = pa.array(list(cells), type=pa.string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _is_bytes(kind: Any) -> bool:
    import pyarrow as pa

    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def _cast(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_timestamp(kind):
        return pc.strftime(clock_seconds(column), format="%Y-%m-%d %H:%M:%S").cast(pa.string())
    if pa.types.is_date(kind):
        return clock_seconds(column).cast(pa.date32()).cast(pa.string())
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _readable(column)
    return column.cast(pa.string())


def clock_seconds(column: Any) -> Any:
    """Return dates or moments in Arrow as whole seconds, rounded down, by the clock of their own time zone.

    What is not in the years 1 to 9999 is null; so is what DuckDB writes for `infinity`: the last value that its type holds.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    days = pa.types.is_date(column.type)
    kind = pa.timestamp("ms" if pa.types.is_date64(column.type) else "s") if days else column.type
    ticks = (column.cast(kind) if pa.types.is_date32(column.type) else column).cast(pa.int64())
    seconds = _whole_seconds(_between(ticks, 1 - _LAST_TICK, _LAST_TICK - 1), _TICKS[kind.unit])
    if kind.tz is not None:  # no zone is a day off
        near = _between(seconds, _CALENDAR[0] - _DAY_SECONDS, _CALENDAR[1] + _DAY_SECONDS)
        seconds = pc.local_timestamp(near.cast(pa.timestamp("s", kind.tz))).cast(pa.int64())
    return _between(seconds, *_CALENDAR).cast(pa.timestamp("s"))


def _between(numbers: Any, low: int, high: int) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    inside = pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high))
    return pc.if_else(inside, numbers, pa.scalar(None, type=pa.int64()))


def _whole_seconds(ticks: Any, in_a_second: int) -> Any:
    """Divide and round down; Arrow rounds towards zero."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if in_a_second == 1:
        return ticks
    towards_zero = pc.divide(ticks, in_a_second)
    over = pc.greater(pc.multiply(towards_zero, in_a_second), ticks)
    return pc.subtract(towards_zero, over.cast(pa.int64()))


def _readable(column: Any) -> Any:
    """Return text with the cells missing that are not valid UTF-8, which a file may claim to hold; the others are as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        cells = column.cast(pa.large_binary())
        good = pa.array([_is_text(cell) for cell in cells.to_pylist()], type=pa.bool_())
        column = pc.if_else(good, cells, pa.scalar(None, type=pa.large_binary())).cast(pa.large_string())
    return column.cast(pa.string())


def _is_text(cell: bytes | None) -> bool:
    try:
        return cell is not None and cell.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def _floats(column: Any) -> Any:
    """Write floats as `_float_text` does; Arrow's own text differs only for exponents, which are written cell by cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.cast(pa.float64())
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, type=pa.float64()), column)
    text = column.cast(pa.string())
    odd = pc.fill_null(pc.or_(pc.match_substring(text, "e"), pc.match_substring(text, ".0")), False)
    if not pc.any(odd).as_py():
        return text
    rewritten = [None if cell is None else _float_text(cell) for cell in pc.filter(column, odd).to_pylist()]
    new = pa.array(rewritten, type=pa.string())
    return pa.chunked_array([pc.replace_with_mask(text.combine_chunks(), odd.combine_chunks(), new)])


def _cells(column: Any) -> Iterator[str | None]:
    for scalar in column:
        try:
            yield cell_text(scalar.as_py())
        except Exception:  # a moment that Python's calendar lacks, or bytes that are no text
            yield None
