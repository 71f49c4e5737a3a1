"""Tables whose columns have types of their own (frames, Parquet, Arrow, Excel) as Arrow tables of text."""

from __future__ import annotations

import datetime as dt
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from privsynth.errors import PrivsynthError, SchemaError, UsageError

_PARQUET = (".parquet", ".pq")
_EXCEL = (".xlsx", ".xlsm")
BATCH_ROWS = 1 << 18
_CELL_BYTES = 8


def typed_names(path: Path) -> list[str]:
    """Return the column names of a Parquet, Arrow, Feather or Excel file; no cell is read.

    Raises:
        SchemaError: the file is damaged or of another type.
        UsageError: Excel was given and openpyxl is not installed.
    """
    with _explained(path):
        if path.name.lower().endswith(_PARQUET):
            import pyarrow.parquet as pq

            return [str(name) for name in pq.read_schema(path).names]
        if path.name.lower().endswith(_EXCEL):
            header = _excel(path, rows=1)
            return [] if not len(header) else [_cell_text(cell) or "" for cell in header.iloc[0].tolist()]
        with _arrow_reader(path) as reader:
            return [str(name) for name in reader.schema.names]


def renamed(table: Any, names: Sequence[str]) -> Any:
    """Return a frame or an Arrow table whose columns have these names; the same where they have them already."""
    if frame_names(table) == list(names):
        return table
    if hasattr(table, "set_axis"):
        return table.set_axis(list(names), axis=1)
    return table.rename_columns(list(names)) if hasattr(table, "rename_columns") else table


def read_typed(path: Path) -> Any:
    """Read a Parquet, Arrow or Feather file as a `pyarrow.Table`, or an Excel sheet as a data frame.

    Raises:
        SchemaError: the file is damaged or of another type.
    """
    with _explained(path):
        if path.name.lower().endswith(_PARQUET):
            import pyarrow.parquet as pq

            return pq.read_table(path)
        if path.name.lower().endswith(_EXCEL):
            sheet = _excel(path)
            return sheet.iloc[1:].map(_excel_cell).set_axis(typed_names(path), axis=1)
        with _arrow_reader(path) as reader:
            return reader.read_all()


def typed_bytes(path: Path) -> int:
    """Return about how many bytes the cells of a Parquet file take once they are unpacked, by its footer."""
    import pyarrow.parquet as pq

    with _explained(path):
        footer = pq.read_metadata(path)
        return int(footer.num_rows * footer.num_columns * _CELL_BYTES)


def typed_batches(path: Path) -> Callable[[Sequence[str]], Iterator[Any]] | None:
    """Return what yields some columns of a Parquet file in record batches of bounded size; None for other files."""
    if not path.name.lower().endswith(_PARQUET):
        return None

    def stream(names: Sequence[str]) -> Iterator[Any]:
        import pyarrow.parquet as pq

        with _explained(path):
            file = pq.ParquetFile(path, pre_buffer=False)
            if not set(names) <= set(file.schema_arrow.names):
                raise SchemaError(f"{path.name} changed while it was read. Let nothing write to it, and run it again.")
            batches = file.iter_batches(BATCH_ROWS, columns=list(names))
        with file:
            while True:
                with _explained(path):
                    batch = next(batches, None)
                if batch is None:
                    return
                yield batch

    return stream


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn any error of a reader, which may quote cells, into ours, which does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that a workbook has and we do not need
            yield
    except ImportError:
        raise UsageError(
            f"Reading {path.name} needs openpyxl. Install privsynth[excel], or save the table as CSV."
        ) from None
    except (MemoryError, PrivsynthError):
        raise
    except Exception as error:  # readers of damaged files raise whatever they meet
        raise SchemaError(
            f"{path.name} could not be read ({type(error).__name__}): it is damaged, cut off, or of another type. "
            "Write it again."
        ) from None


@contextmanager
def _arrow_reader(path: Path) -> Iterator[Any]:
    """Open an Arrow file of the file or of the stream format."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as mapped:
        try:
            reader = pa.ipc.open_file(mapped)
        except pa.ArrowInvalid:
            mapped.seek(0)
            reader = pa.ipc.open_stream(mapped)
        with reader:
            yield reader


def _excel(path: Path, *, rows: int | None = None) -> Any:
    """Read the first sheet as Python objects, header included; empty cells are None."""
    import pandas as pd

    return pd.read_excel(path, header=None, nrows=rows, dtype=object, keep_default_na=False, na_values=[])


def _excel_cell(cell: Any) -> str | None:
    """Return a cell's text; Excel has no dates, so a moment at midnight is one."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return _cell_text(cell) or None


def frame_names(frame: Any) -> list[str]:
    """Return the column names of a pandas, polars or Arrow frame.

    Raises:
        UsageError: the object is no frame.
    """
    names = getattr(frame, "column_names", None)
    if names is None:
        names = getattr(frame, "columns", None)
    if names is None and hasattr(frame, "__arrow_c_stream__"):
        import pyarrow as pa

        names = pa.RecordBatchReader.from_stream(frame).schema.names
    if names is None or callable(names) or not _is_frame(frame):
        raise UsageError(f"A {type(frame).__name__} is no table. Give a path, or a pandas, polars or Arrow frame.")
    return [str(name) for name in names]


def _is_frame(frame: Any) -> bool:
    return hasattr(frame, "__arrow_c_stream__") or (
        type(frame).__module__.startswith("pandas") and hasattr(frame, "iloc")
    )


def to_text_table(frame: Any) -> Any:
    """Return a `pyarrow.Table` in which every column is text and missing is null.

    Args:
        frame: A pandas or polars data frame, a `pyarrow.Table`, or any object with `__arrow_c_stream__`.

    Raises:
        UsageError: the object is no frame.
    """
    import pyarrow as pa

    names = frame_names(frame)
    if type(frame).__module__.startswith("pandas"):
        return pa.table([_pandas_column(frame.iloc[:, place]) for place in range(frame.shape[1])], names=names)
    table = frame if isinstance(frame, pa.Table) else pa.table(frame)
    return pa.table([_text_column(table.column(place)) for place in range(table.num_columns)], names=names)


def _pandas_column(column: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    if column.dtype != object and not isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
        try:
            array = pa.array(column, from_pandas=True)
            return _text_column(array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array]))
        except pa.ArrowException:
            pass  # a type of pandas that Arrow lacks (periods, intervals, complex numbers): cell by cell
    elif pd.api.types.infer_dtype(column, skipna=True) == "string" and (texts := _plain_texts(column)) is not None:
        return texts
    return _texts(_cell_text(cell) for cell in column.tolist())


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


def _cell_text(cell: Any) -> str | None:
    """Return the text of any Python object; it cannot raise."""
    if cell is None:
        return None
    try:
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


def _iso(moment: dt.datetime | dt.date) -> str:
    """Return a moment as text, by the clock of its own time zone."""
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    return moment.isoformat()


def _text_column(column: Any) -> Any:
    """Cast an Arrow column to text: dates become ISO, moments keep the clock of their time zone; no cell can raise."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        whole = column.combine_chunks()
        values = _text_column(pa.chunked_array([whole.dictionary])).combine_chunks()
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
        local = pc.local_timestamp(column) if kind.tz is not None else column
        return pc.strftime(local.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%d %H:%M:%S").cast(pa.string())
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _readable(column)
    return column.cast(pa.string())


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
            yield _cell_text(scalar.as_py())
        except Exception:  # a moment that Python's calendar lacks, or bytes that are no text
            yield None
