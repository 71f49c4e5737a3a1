"""A table at rest: files and frames of any kind, seen as columns of text that have not been read yet."""

from __future__ import annotations

import codecs
import gzip
import os
import re
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.errors import PrivsynthError, ResourceError, SchemaError, UsageError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CSV_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
PARQUET_ENDINGS = (".parquet", ".pq")
ARROW_ENDINGS = (".arrow", ".feather", ".ipc")
JSON_ENDINGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
EXCEL_ENDINGS = (".xlsx", ".xlsm")
_CHUNK_BYTES = 8 << 20
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "latin-1": "latin-1", "latin1": "latin-1", "iso-8859-1": "latin-1"}


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


class Source:
    """Columns of text in an in-memory DuckDB, read when they are asked for.

    Only the column names are public. What a query returns is private; callers wrap it.

    Args:
        connection: An in-memory DuckDB.
        relation: SQL of a table or table function whose columns are all text.
        names: Column names in order.
        where: How messages name the table.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str], where: str) -> None:
        self._connection = connection
        self._relation = relation
        self.names = tuple(names)
        self.where = where

    def arrow(self, expressions: Sequence[str]) -> pa.Table:
        """Evaluate SQL expressions over all rows, in row order."""
        with _without_cells(self.where):
            query = f"SELECT {', '.join(expressions)} FROM {self._relation}"  # noqa: S608 - names are quoted, labels escaped
            return self._connection.sql(query).to_arrow_table()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run `query`, in which `{table}` stands for the table."""
        with _without_cells(self.where):
            return self._connection.sql(query.replace("{table}", self._relation)).fetchall()

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with _without_cells(self.where):
            self._connection.execute(statement)

    def loaded(self) -> Source:
        """Return the same table, read once into memory, for callers that pass over it several times."""
        if self._relation == "loaded":
            return self
        with _without_cells(self.where):
            self._connection.execute(f"CREATE OR REPLACE TABLE loaded AS SELECT * FROM {self._relation}")  # noqa: S608
        return Source(self._connection, "loaded", self.names, self.where)


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that loads no extension and spills, encrypted, into a folder of mode 0700."""
    import duckdb

    spill = tempfile.mkdtemp(prefix="privsynth-")
    os.rmdir(spill)  # DuckDB makes it when it spills, and removes it; ours would stay behind
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_file_encryption": "true",
            "temp_directory": spill,
        }
    )
    connection.execute("SET enable_progress_bar=false")
    return connection


@contextmanager
def _without_cells(where: str) -> Iterator[None]:
    """Turn errors of the reader, which quote cells, into ours, which do not."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise _translated(str(error), where) from None


def _translated(text: str, where: str) -> PrivsynthError:
    found = re.search(r"(?:CSV Error on Line|[Ll]ine):? (\d+)", text)
    place = f"{where}, line {found[1]}" if found else where
    lower = text.split("Possible fixes")[0].split("Possible Solution")[0].lower()
    if "no space left" in lower or "out of memory" in lower:
        return ResourceError(f"There was not enough disk or memory while reading {where}. Free some and run it again.")
    if "unicode" in lower or "utf" in lower or "encod" in lower:
        return SchemaError(f"{place} is not valid UTF-8 text. Convert it, or name its encoding with --encoding latin-1.")
    if "column" in lower and ("expected" in lower or "number of" in lower):
        return SchemaError(
            f"{place} has more or fewer cells than the header: the table is ragged or was cut off. Repair the file."
        )
    if "quote" in lower:
        return SchemaError(f"{place} has a quote that is not closed or not escaped. Repair the file.")
    return SchemaError(f"{place} could not be read as a table. Check that the file is whole and of the type that its name says.")


def open_table(table: Any, *, encoding: str = "utf-8") -> Source:
    """Open a file or a frame as columns of text.

    Args:
        table: A path (CSV/TSV, also .gz; Parquet; Arrow/Feather; JSON lines; Excel), a pandas, polars or Arrow frame, or a
            `Source`.
        encoding: Of CSV files: "utf-8" or "latin-1".

    Raises:
        UsageError: the type of the table or the encoding is unknown.
        SchemaError: there is no such file, or its structure is broken; never with a cell in the message.
    """
    if isinstance(table, Source):
        return table
    if isinstance(table, str | os.PathLike):
        return _open_path(Path(table), encoding)
    return _open_frame(table)


def _open_path(path: Path, encoding: str) -> Source:
    name = path.name.lower()
    if not path.exists():
        raise SchemaError(f"There is no file {path}. Check the path.")
    if not path.is_file():
        raise SchemaError(f"{path} is not a file. Give the path of one table.")
    if name.endswith(CSV_ENDINGS):
        return _open_csv(path, encoding)
    if name.endswith(JSON_ENDINGS):
        return _open_json_lines(path)
    if name.endswith(PARQUET_ENDINGS + ARROW_ENDINGS + EXCEL_ENDINGS):
        return _open_frame(_read_typed(path, name), where=path.name)
    raise UsageError(
        f"{path.name} has an ending that is not known. Give .csv, .tsv (also .gz), .parquet, .arrow, .feather, .jsonl or .xlsx."
    )


def _read_typed(path: Path, name: str) -> Any:
    """Read a file whose columns have types of their own."""
    import pyarrow as pa

    try:
        if name.endswith(PARQUET_ENDINGS):
            import pyarrow.parquet as pq

            return pq.read_table(path)
        if name.endswith(ARROW_ENDINGS):
            import pyarrow.feather as feather

            return feather.read_table(path)
        import pandas as pd

        return pd.read_excel(path, dtype=str)
    except ImportError:
        raise UsageError(f"Reading {path.name} needs openpyxl. Install privsynth[excel], or save the table as CSV.") from None
    except (pa.ArrowException, OSError, ValueError, KeyError, zlib.error) as error:
        raise SchemaError(
            f"{path.name} could not be read ({type(error).__name__}): it is damaged, cut off, or of another type. "
            "Write it again."
        ) from None


def _open_csv(path: Path, encoding: str) -> Source:
    if encoding.lower() not in _ENCODINGS:
        raise UsageError(f"The encoding {encoding!r} is not known. Use utf-8 or latin-1, or convert the file.")
    codec = _ENCODINGS[encoding.lower()]
    header = _check_text(path, codec)
    delimiter = "\t" if ".tsv" in path.name.lower() else _delimiter(header)
    names = _split_header(header, delimiter)
    check_names(names, path.name)
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    options = (
        f"columns={columns}, header=true, auto_detect=false, delim={literal(delimiter)}, quote='\"', escape='\"', "
        f"strict_mode=true, null_padding=false, nullstr='', encoding={literal(codec)}, max_line_size=16000000"
    )
    return Source(connect(), f"read_csv({literal(str(path))}, {options})", names, path.name)


def _check_text(path: Path, codec: str) -> str:
    """Check what no cell can change: encoding, NUL bytes, balanced quotes. Return the header line."""
    decoder = codecs.getincrementaldecoder(codec)()
    quotes, head = 0, ""
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
            for number, chunk in enumerate(iter(lambda: stream.read(_CHUNK_BYTES), b"")):
                if number == 0 and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise SchemaError(f"{path.name} is UTF-16 text. Save it as UTF-8.")
                if b"\x00" in chunk:
                    raise SchemaError(f"{path.name} has a NUL byte: it is no text file, or it was damaged. Write it again.")
                quotes += chunk.count(b'"')
                text = decoder.decode(chunk)
                head = text if number == 0 else head
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise SchemaError(f"{path.name} is not valid UTF-8 text. Convert it, or name its encoding with --encoding latin-1.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SchemaError(f"{path.name} is a truncated or damaged gzip file. Copy or write it again.") from None
    except OSError as error:
        raise SchemaError(f"{path.name} could not be read ({error.strerror}). Check the file and its rights.") from None
    if quotes % 2:
        raise SchemaError(f"{path.name} has an unbalanced quote: a cell was opened and never closed. Repair the file.")
    if not head.strip():
        raise SchemaError(f"{path.name} is empty. A table needs a header line with column names.")
    return head.lstrip("\ufeff")


def _delimiter(header: str) -> str:
    line = re.sub(r'"[^"]*"', "", header.splitlines()[0])
    return max((",", ";", "\t", "|"), key=line.count)


def _split_header(head: str, delimiter: str) -> list[str]:
    import csv
    import io

    return next(csv.reader(io.StringIO(head), delimiter=delimiter))


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse empty and duplicate column names.

    Raises:
        SchemaError: with the positions, counted from 1.
    """
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise SchemaError(f"Column {position} of {where} has an empty name. Give every column a name of its own.")
        if name.casefold() in seen:
            raise SchemaError(
                f"Columns {seen[name.casefold()]} and {position} of {where} have the same name `{name}` "
                "(upper and lower case count as the same). Rename one."
            )
        seen[name.casefold()] = position


def _open_json_lines(path: Path) -> Source:
    connection = connect()
    reader = f"read_ndjson_objects({literal(str(path))})"
    with _without_cells(path.name):
        first = connection.sql(f"SELECT json_keys(json) FROM {reader} LIMIT 1").fetchall()  # noqa: S608
    if not first or not first[0][0]:
        raise SchemaError(f"{path.name} holds no JSON object on its first line. Write one object a line.")
    names = list(first[0][0])
    check_names(names, path.name)
    fields = ", ".join(f"json_extract_string(json, {literal(_json_path(name))}) AS {quoted(name)}" for name in names)
    return Source(connection, f"(SELECT {fields} FROM {reader})", names, path.name)  # noqa: S608


def _json_path(name: str) -> str:
    escaped = name.replace('"', '\\"')
    return f'$."{escaped}"'


def _open_frame(frame: Any, *, where: str = "the table") -> Source:
    from privsynth.table.frames import to_text_table

    table = to_text_table(frame)
    check_names(table.column_names, where)
    connection = connect()
    connection.register("given", table)
    return Source(connection, "given", table.column_names, where)
