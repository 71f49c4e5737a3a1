"""Tables whose columns have types of their own (frames, Parquet, Arrow, Excel) as Arrow tables of text."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from privsynth.errors import PrivsynthError, SchemaError, UsageError
from privsynth.table.texts import arrow_texts, cell_text, pandas_texts
from privsynth.threads import muted

_PARQUET = (".parquet", ".pq")
_EXCEL = (".xlsx", ".xlsm")
TYPED_ENDINGS = (*_PARQUET, ".arrow", ".feather", ".ipc", *_EXCEL)
FORMS = ("pandas", "polars", "arrow")
BATCH_ROWS = 1 << 18
_MARK = "privsynth"
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
            return [] if not len(header) else [cell_text(cell) or "" for cell in header.iloc[0].tolist()]
        with _arrow_reader(path) as reader:
            return [str(name) for name in reader.schema.names]


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


def as_typed(table: Any) -> Any:
    """Return a table that has types of its own as a `pyarrow.Table`.

    Args:
        table: A path or a frame.

    Returns:
        None for a file of text, and where Arrow has no such types.
    """
    import pyarrow as pa

    if isinstance(table, str | os.PathLike):
        if not str(table).lower().endswith(TYPED_ENDINGS):
            return None
        table = read_typed(Path(table))
    try:
        if type(table).__module__.startswith("pandas"):
            return pa.Table.from_pandas(table, preserve_index=False)
        return table if isinstance(table, pa.Table) else pa.table(table)
    except (pa.ArrowException, TypeError, ValueError):
        return None


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
        with muted():  # of styles and validations that a workbook has and we do not need
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
    return cell_text(cell) or None


def renamed(table: Any, names: Sequence[str]) -> Any:
    """Return a data frame of pandas whose columns have these names; the same where it has them already."""
    return table if frame_names(table) == list(names) else table.set_axis(list(names), axis=1)


def frame_names(frame: Any) -> list[str]:
    """Return the column names of a frame; no row of a lazy one is computed.

    Raises:
        UsageError: the object is no frame.
        SchemaError: the query of a lazy frame cannot be computed.
    """
    if _is_pandas(frame):
        return [str(name) for name in frame.columns]
    if hasattr(frame, "column_names"):
        return [str(name) for name in frame.column_names]
    with _computed(frame):
        if (known := _by_narwhals(frame)) is not None:
            return [str(name) for name in known.collect_schema().names()]
        if (names := _streamed_names(frame)) is not None:
            return names
    raise UsageError(f"A {type(frame).__name__} is no table. Give a path, an address, or a frame that narwhals knows.")


def _streamed_names(frame: Any) -> list[str] | None:
    """Return the column names of what Arrow can read as a stream of rows, or None."""
    import pyarrow as pa

    try:
        return [str(name) for name in pa.RecordBatchReader.from_stream(frame).schema.names]
    except (TypeError, pa.ArrowException):  # no stream, or one of single values
        return None


def read_frame(frame: Any) -> Any:
    """Return a frame of any kind as a pandas data frame or a `pyarrow.Table`; a lazy one is computed, once.

    Args:
        frame: What narwhals knows (pandas, Modin, polars eager or lazy, Arrow, a DuckDB relation, Ibis, PySpark and others), or any
            object with `__arrow_c_stream__`.

    Raises:
        UsageError: the object is no frame.
        SchemaError: the query of a lazy frame cannot be computed.
    """
    import pyarrow as pa

    if _is_pandas(frame) or isinstance(frame, pa.Table):
        return frame
    names = frame_names(frame)
    with _computed(frame):
        known = _by_narwhals(frame)
        if known is None:
            return pa.table(frame)
        if hasattr(frame, "toArrow"):  # PySpark, which asks for pandas otherwise
            return frame.toArrow()
        if hasattr(known, "collect"):
            return known.collect("pyarrow").to_native()
        read = known.to_pandas() if known.implementation.is_pandas_like() else known.to_arrow()
        return read.set_axis(names, axis=1) if _is_pandas(read) else read


def _is_pandas(frame: Any) -> bool:
    return type(frame).__module__.startswith("pandas") and hasattr(frame, "iloc") and hasattr(frame, "columns")


def _by_narwhals(frame: Any) -> Any:
    """Return a frame as narwhals sees it, or None where it does not know it."""
    import narwhals as nw

    try:
        return nw.from_native(frame)
    except TypeError:
        return None


@contextmanager
def _computed(frame: Any) -> Iterator[None]:
    """Turn any error of a lazy frame's engine, which may quote cells, into ours, which does not."""
    try:
        yield
    except (MemoryError, PrivsynthError):
        raise
    except Exception as error:  # of any engine, whose classes are not known here
        raise SchemaError(
            f"The {type(frame).__name__} could not be computed ({type(error).__name__}). Check the query that makes it."
        ) from None


def to_text_table(frame: Any) -> Any:
    """Return a `pyarrow.Table` in which every column is text and missing is null.

    Args:
        frame: As for `read_frame`.

    Raises:
        UsageError, SchemaError: as `read_frame`.
    """
    import pyarrow as pa

    table = read_frame(frame)
    names = frame_names(table)
    if _is_pandas(table):
        return pa.table([pandas_texts(table.iloc[:, place]) for place in range(table.shape[1])], names=names)
    return pa.table([arrow_texts(table.column(place)) for place in range(table.num_columns)], names=names)


def check_form(to: str) -> None:
    """Refuse a form of frames that is not known.

    Raises:
        UsageError: it is none of `FORMS`, or polars is not installed.
    """
    if to not in FORMS:
        raise UsageError(f"Rows cannot come back as {to!r}. Choose one of: {', '.join(FORMS)}.")
    if to == "polars" and importlib.util.find_spec("polars") is None:
        raise UsageError("Rows as polars need polars, which is not installed. Install it, or choose pandas or arrow.")


def as_form(table: Any, to: str) -> Any:
    """Return a `pyarrow.Table` as the caller likes it; what its metadata `privsynth` says are the `attrs` of a pandas frame.

    Args:
        table: A `pyarrow.Table`.
        to: One of `FORMS`.
    """
    check_form(to)
    if to == "arrow":
        return table
    if to == "polars":
        import polars

        return polars.from_arrow(table)
    frame = table.to_pandas()
    if (said := (table.schema.metadata or {}).get(_MARK.encode())) is not None:
        frame.attrs[_MARK] = json.loads(said)
    return frame
