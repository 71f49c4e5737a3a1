"""A table of a database: read once, in one snapshot, into columns of text.

No cell and no statement of a driver's error gets out: a database quotes both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from privsynth.errors import SchemaError
from privsynth.table.connection import connect
from privsynth.table.headers import Naming
from privsynth.table.source import LOADED, Source
from privsynth.table.sql import quoted
from privsynth.table.urls import DatabaseTable, database_table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_PIECE = "piece"
Pieces = Callable[[], "Iterator[pa.Table]"]


def open_database(url: str, named: Naming) -> Source:
    """Open a table or a view of a database; only its columns' names are read.

    All rows are read by one statement when the first cell is asked for, in batches, into DuckDB's memory, which spills encrypted.
    From then on the database is not asked again, so that every look sees the same rows.

    Args:
        url: `dialect://user:password@host/database::schema.table`, `sqlite:///f.db::t` or `duckdb:///f.db::t`.
        named: Checks or repairs the names.

    Raises:
        UsageError: the address cannot be read, the driver is missing, or the database refuses or is not reached.
        SchemaError: there is no such table, or it has no columns or twice the same.
    """
    place = database_table(url)
    names, manifest, pieces = _duckdb(place) if place.dialect == "duckdb" else _sql(place)
    if not names:
        raise SchemaError(f"{place.shown} has no columns. Give a table with rows and columns.")
    columns = named(names, place.shown)
    connection = connect()
    source = Source(connection, LOADED, columns, place.shown, prepare=lambda: _pour(connection, columns, pieces()))
    if manifest is not None:
        source.said = _as_metadata(manifest)
    return source


def _as_metadata(manifest: str) -> pa.Table:
    """Return a manifest as an Arrow table without columns carries it."""
    import pyarrow as pa

    return pa.schema([], metadata={"privsynth": manifest}).empty_table()


def _duckdb(place: DatabaseTable) -> tuple[list[str], str | None, Pieces]:
    from privsynth.table.duckdb_file import read_header, read_pieces

    names, manifest = read_header(place)
    return names, manifest, lambda: read_pieces(place, names)


def _sql(place: DatabaseTable) -> tuple[list[str], str | None, Pieces]:
    from privsynth.table.sql_read import read_header, read_pieces

    names, manifest = read_header(place)
    return names, manifest, lambda: read_pieces(place, names)


def _pour(connection: duckdb.DuckDBPyConnection, names: list[str], pieces: Iterator[pa.Table]) -> None:
    columns = ", ".join(f"{quoted(name)} VARCHAR" for name in names)
    connection.execute(f"CREATE OR REPLACE TABLE {LOADED} ({columns})")
    for piece in pieces:
        connection.register(_PIECE, piece)
        connection.execute(f"INSERT INTO {LOADED} SELECT * FROM {_PIECE}")  # noqa: S608 - both are names of ours
        connection.unregister(_PIECE)
