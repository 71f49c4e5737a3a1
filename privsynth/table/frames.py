"""Frames of pandas, polars and Arrow as Arrow tables of text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from privsynth.errors import UsageError


def to_text_table(frame: Any) -> Any:
    """Return a `pyarrow.Table` in which every column is text and missing is null.

    Args:
        frame: A pandas or polars data frame, a `pyarrow.Table`, or any object with `__arrow_c_stream__`.

    Raises:
        UsageError: the object is no frame.
    """
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        table = frame
    elif type(frame).__module__.startswith("pandas"):
        return _from_pandas(frame)
    elif hasattr(frame, "__arrow_c_stream__"):
        table = pa.table(frame)
    else:
        raise UsageError(f"A {type(frame).__name__} is no table. Give a path, or a pandas, polars or Arrow frame.")
    names = [str(name) for name in table.column_names]
    return pa.table([_text_column(table.column(i)) for i in range(table.num_columns)], names=names)


def _from_pandas(frame: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"A {type(frame).__name__} is no table. Give a data frame.")
    columns = []
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
            columns.append(pa.chunked_array([pa.array([_cell_text(cell) for cell in column.tolist()], type=pa.string())]))
        else:
            array = pa.array(column, from_pandas=True)
            columns.append(_text_column(array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])))
    return pa.table(columns, names=[str(name) for name in frame.columns])


def _cell_text(cell: Any) -> str | None:
    """Return the text of any Python object; it cannot raise."""
    if cell is None:
        return None
    try:
        if cell != cell:  # noqa: PLR0124 - NaN, NaT and NA
            return None
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, dt.datetime | dt.date):
            return _iso(cell)
        text = str(cell).replace("\x00", "")
        text.encode("utf-8")
    except Exception:  # a cell's own code may do anything, and no cell can raise
        return None
    return text


def _iso(moment: dt.datetime | dt.date) -> str:
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    return moment.isoformat()


def _text_column(column: Any) -> Any:
    """Cast an Arrow column to text: whole floats keep no ".0" apart from their type, dates become ISO."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        whole = column.combine_chunks()
        values = _text_column(pa.chunked_array([whole.dictionary])).combine_chunks()
        return pa.chunked_array([values.take(whole.indices)])
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.chunked_array([chunk.cast(pa.string()) for chunk in column.chunks], type=pa.string())
    if pa.types.is_timestamp(kind):
        return pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%d %H:%M:%S").cast(pa.string())
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, type=kind), column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        cells = [_cell_text(cell) for cell in column.to_pylist()]
        return pa.chunked_array([pa.array(cells, type=pa.string())])
