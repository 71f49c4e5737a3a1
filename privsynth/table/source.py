"""A table at rest: files and frames of any kind, seen as columns of text that have not been read yet.

Opening a table reads its header only. Its structure (encoding, quotes, damage) is checked once, before the first cell
is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError, UsageError
from privsynth.table.connection import connect, without_cells
from privsynth.table.frames import TYPED_ENDINGS
from privsynth.table.headers import Naming, checked_names, repaired_names
from privsynth.table.headers import check_names as check_names
from privsynth.table.sql import quoted
from privsynth.table.urls import is_database, is_url, local_path, refuse_flattened

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CSV_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
JSON_ENDINGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "latin-1": "latin-1", "latin1": "latin-1", "iso-8859-1": "latin-1"}
LOADED = "loaded"
_GIVEN = "given"
_BATCH_ROWS = 1 << 18
SMALL_BYTES = 1 << 25  # of a table that is read into memory as text
Stream = Callable[[Sequence[str]], "Iterator[pa.RecordBatch]"]


class Source:
    """Columns of text in an in-memory DuckDB, read when they are asked for.

    Only the column names are public. What a query returns is private; callers wrap it.

    Args:
        connection: An in-memory DuckDB.
        relation: SQL of a table or table function whose columns are all text.
        names: Column names in order.
        where: How messages name the table.
        prepare: Called once before the first read: checks the table's structure, or loads it into the connection.
        stream: Yields the rows of some columns in batches, with types of their own; None where only SQL reads the table.
        path: The file that the table was opened from, set by `open_table`; None where it was not.
        size_bytes: About the size of the table at rest, or 0. It decides how the table is read and nothing else.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: str,
        names: Sequence[str],
        where: str,
        *,
        prepare: Callable[[], None] | None = None,
        stream: Stream | None = None,
        size_bytes: int = 0,
    ) -> None:
        self._connection = connection
        self._relation = relation
        self._prepare = prepare
        self._size_bytes = size_bytes
        self.stream = stream
        self.names = tuple(names)
        self.where = where
        self.path: Path | None = None
        self.kept: object = None  # lives as long as the table does: the copy of a file that lies elsewhere
        self.said: pa.Table | None = None  # whose metadata is what a database says of where the table comes from

    def origin(self, table: Any) -> Any:
        """Return what may say where the rows come from: what a database says of them, their file, or the table that was opened."""
        return self.said if self.said is not None else self.path or table

    def arrow(self, expressions: Sequence[str]) -> pa.Table:
        """Evaluate SQL expressions over all rows, in row order."""
        with self._ready():
            query = f"SELECT {', '.join(expressions)} FROM {self._relation}"  # noqa: S608 - names are quoted, labels escaped
            return self._connection.sql(query).to_arrow_table()

    def batches(self, expressions: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Evaluate SQL expressions over all rows, in row order and in batches: no more than a few of them are in memory.

        Nothing else may be asked of the table until the last batch was taken.
        """
        with self._ready():
            query = f"SELECT {', '.join(expressions)} FROM {self._relation}"  # noqa: S608 - names are quoted, labels escaped
            reader = self._connection.sql(query).to_arrow_reader(_BATCH_ROWS)
        while True:
            with without_cells(self.where):
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    def beside(self, table: pa.Table) -> Source:
        """Return columns of text of the same names as a table of their own, on a connection of their own that knows the same types."""
        connection = self._connection.cursor()
        connection.register(_GIVEN, table)
        return Source(connection, _GIVEN, table.column_names, self.where)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run `query`, in which `{table}` stands for the table."""
        with self._ready():
            return self._connection.sql(query.replace("{table}", self._relation)).fetchall()

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with without_cells(self.where):
            self._connection.execute(statement)

    def loaded(self) -> Source:
        """Return the same table, read once into memory, for callers that pass over it several times.

        Raises:
            SchemaError: the table is damaged, ragged or not valid text; from here on no read can fail for its content.
        """
        if self._relation == LOADED:
            with self._ready():
                return self
        with self._ready():
            self._connection.execute(f"CREATE OR REPLACE TABLE {LOADED} AS SELECT * FROM {self._relation}")  # noqa: S608
        return Source(self._connection, LOADED, self.names, self.where)

    def settled(self, names: Sequence[str]) -> Source:
        """Return a table of which no later read can fail for its content: in memory if it is small, and else read through once.

        Args:
            names: Columns that will be read.

        Raises:
            SchemaError: as `loaded`.
        """
        if self._size_bytes < SMALL_BYTES:
            return self.loaded()
        if self.stream is not None:
            for _ in self.stream(names):
                pass
        else:
            cells = ", ".join(f"count({quoted(name)})" for name in self.names)
            self.rows(f"SELECT {cells} FROM {{table}}")  # noqa: S608 - names are quoted
        return self

    def replaced(self, cells: Mapping[str, str]) -> Source:
        """Return the same rows with the text of some columns computed anew.

        Args:
            cells: Column name -> SQL of its text, in terms of this table's columns.
        """
        if not cells:
            return self
        with self._ready():
            new = ", ".join(f"{expression} AS {quoted(name)}" for name, expression in cells.items())
        made = Source(self._connection, f"(SELECT * REPLACE ({new}) FROM {self._relation})", self.names, self.where)  # noqa: S608
        made.kept = self.kept
        return made

    def by_column(self) -> Source:
        """Return the same table for callers that read one column after the other: itself if it lies in memory as columns."""
        return self if self._relation == _GIVEN else self.loaded()

    @contextmanager
    def _ready(self) -> Iterator[None]:
        with without_cells(self.where):
            if self._prepare is not None:
                self._prepare()
                self._prepare = None
            yield


def open_table(table: Any, *, encoding: str = "utf-8", repair: bool = False) -> Source:
    """Open a file or a frame as columns of text; of a file, only the header is read.

    Args:
        table: A path (CSV/TSV, also .gz; Parquet; Arrow/Feather; JSON lines; Excel), the address of such a file (`s3://..`) or of a
            database's table (`postgresql://host/db::schema.table`), a frame that narwhals knows, or a `Source`.
        encoding: Of CSV files: "utf-8" or "latin-1".
        repair: Give columns without a name, or with the name of another, a name of their own instead of refusing them.

    Raises:
        UsageError: the type of the table, the encoding or the address is unknown, or a package for it is missing.
        SchemaError: there is no such table, or its structure is broken; never with a cell in the message.
    """
    if encoding.lower() not in _ENCODINGS:
        raise UsageError(f"The encoding {encoding!r} is not known. Use utf-8 or latin-1, or convert the file.")
    if isinstance(table, Source):
        return table
    codec, named = _ENCODINGS[encoding.lower()], repaired_names if repair else checked_names
    if isinstance(table, str | os.PathLike):
        if is_url(table):
            return _open_url(str(table), codec, named)
        return _opened(Path(table), codec, named)
    return _open_frame(table, named)


def opened_once(table: Any, *, encoding: str = "utf-8") -> Any:
    """Return a table that lies elsewhere as a `Source`, so that it is fetched once; any other as it is."""
    return open_table(table, encoding=encoding) if is_url(table) else table


def _opened(path: Path, codec: str, named: Naming) -> Source:
    source = _open_path(path, codec, named)
    source.path = path
    return source


def _open_url(url: str, codec: str, named: Naming) -> Source:
    if is_database(url):
        from privsynth.table.database import open_database

        return open_database(url, named)
    if (path := local_path(url)) is not None:
        return _opened(path, codec, named)
    from privsynth.table.remote import Copy

    copy = Copy(url)
    source = _opened(copy.path, codec, named)
    source.kept = copy
    return source


def _open_path(path: Path, codec: str, named: Naming) -> Source:
    name = path.name.lower()
    refuse_flattened(path)
    if not path.exists():
        raise SchemaError(f"There is no file {path}. Check the path.")
    if not path.is_file():
        raise SchemaError(f"{path} is not a file. Give the path of one table.")
    if not name.endswith(CSV_ENDINGS + JSON_ENDINGS + TYPED_ENDINGS):
        raise UsageError(
            f"{path.name} has an ending that is not known. Give .csv, .tsv or .jsonl (also .gz), .parquet, .arrow, "
            ".feather or .xlsx."
        )
    try:
        if name.endswith(CSV_ENDINGS):
            return _open_csv(path, codec, named)
        return _open_json_lines(path) if name.endswith(JSON_ENDINGS) else _open_typed(path, named)
    except OSError as error:
        raise SchemaError(f"{path.name} could not be read ({error.strerror}). Check the file and its rights.") from None


def _open_csv(path: Path, codec: str, named: Naming) -> Source:
    from privsynth.table.delimited import check_text, read_header, reader_sql

    names, delimiter = read_header(path, codec)
    names = named(names, path.name)
    return Source(
        connect(),
        reader_sql(path, names, delimiter, codec),
        names,
        path.name,
        prepare=lambda: check_text(path, codec),
        size_bytes=path.stat().st_size,
    )


def _open_json_lines(path: Path) -> Source:
    from privsynth.table.jsonlines import check_keys, columns_sql, read_keys

    connection = connect()
    with without_cells(path.name):
        names = read_keys(path)
        check_names(names, path.name)
    return Source(
        connection,
        columns_sql(path, names),
        names,
        path.name,
        prepare=lambda: check_keys(connection, path, names),
        size_bytes=path.stat().st_size,
    )


def _open_typed(path: Path, named: Naming) -> Source:
    from privsynth.table.frames import read_typed, to_text_table, typed_batches, typed_bytes, typed_names

    written = typed_names(path)
    names = named(written, path.name)
    connection = connect()

    def prepare() -> None:
        _register(connection, to_text_table(read_typed(path)).rename_columns(names))

    stream = typed_batches(path) if names == written else None
    size = 0 if stream is None else typed_bytes(path)
    return Source(connection, _GIVEN, names, path.name, prepare=prepare, stream=stream, size_bytes=size)


def _open_frame(frame: Any, named: Naming, *, where: str = "the table") -> Source:
    from privsynth.table.frames import frame_names, to_text_table

    names = named(frame_names(frame), where)
    connection = connect()

    def prepare() -> None:
        _register(connection, to_text_table(frame).rename_columns(names))

    return Source(connection, _GIVEN, names, where, prepare=prepare)


def _register(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    connection.register(_GIVEN, table)
