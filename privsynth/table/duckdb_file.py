"""A table of a DuckDB file, read only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from privsynth.errors import SchemaError, UsageError
from privsynth.table.connection import configuration, without_cells
from privsynth.table.manifests import MANIFESTS
from privsynth.table.sql import quoted
from privsynth.table.sql_errors import missing_table
from privsynth.table.urls import DatabaseTable

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_ROWS = 1 << 16


def read_header(place: DatabaseTable) -> tuple[list[str], str | None]:
    """Return the names of a table's columns, and what is said about it where privsynth wrote it; no row is read.

    Raises:
        SchemaError: there is no such file or table.
        UsageError: the file is of another kind, or another program writes to it.
    """
    with _opened(place) as connection, without_cells(place.shown):
        return list(_relation(connection, place).columns), _manifest(connection, place)


def read_pieces(place: DatabaseTable, names: Sequence[str]) -> Iterator[pa.Table]:
    """Yield all rows as `pyarrow.Table`s of text, by one statement.

    Raises:
        SchemaError: the columns are others by now, or a row cannot be computed.
    """
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    with _opened(place) as connection, without_cells(place.shown):
        found = _relation(connection, place)
        if list(found.columns) != list(names):
            raise SchemaError(f"The columns of {place.shown} changed while it was read. Run it again.")
        for batch in found.to_arrow_reader(_ROWS):
            yield to_text_table(pa.Table.from_batches([batch]))


def _manifest(connection: duckdb.DuckDBPyConnection, place: DatabaseTable) -> str | None:
    import duckdb

    notes = f"{quoted(place.schema or 'main')}.{quoted(MANIFESTS)}"
    query = f"SELECT manifest FROM {notes} WHERE lower(table_name) = lower(?)"  # noqa: S608 - the name is quoted
    try:
        found = connection.execute(query, [place.table]).fetchall()
    except duckdb.Error:  # there is none, or one of somebody else's
        return None
    return found[0][0] if found and isinstance(found[0][0], str) else None


def name_sql(place: DatabaseTable) -> str:
    """Return a table's name in SQL."""
    return f"{quoted(place.schema or 'main')}.{quoted(place.table)}"


@contextmanager
def _opened(place: DatabaseTable) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    assert place.path is not None  # noqa: S101 - for the type checker
    if not place.path.is_file():
        raise SchemaError(f"There is no file {place.path}. Check the path.")
    try:
        connection = duckdb.connect(str(place.path), read_only=True, config=configuration())
    except duckdb.Error:
        raise unopened(place) from None
    with connection:
        yield connection


def _relation(connection: duckdb.DuckDBPyConnection, place: DatabaseTable) -> duckdb.DuckDBPyRelation:
    import duckdb

    try:
        return connection.sql(f"SELECT * FROM {name_sql(place)}")  # noqa: S608 - the name is quoted
    except duckdb.CatalogException:
        raise missing_table(place) from None


def unopened(place: DatabaseTable) -> UsageError:
    """Return what to say where DuckDB cannot open a file."""
    return UsageError(
        f"{place.path} could not be opened as a database of DuckDB: it is of another kind, damaged, or open elsewhere (in this "
        "program too). Close it there, and check the file and its rights."
    )
