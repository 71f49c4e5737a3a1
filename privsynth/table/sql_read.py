"""Reading a table through SQLAlchemy: SQLite, PostgreSQL and what else it has a driver for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError, UsageError
from privsynth.table.manifests import MANIFESTS
from privsynth.table.sql import quoted
from privsynth.table.sql_errors import missing_driver, missing_table, told
from privsynth.table.urls import DatabaseTable

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection, Engine

_ROWS = 1 << 14
_CONNECT_SECONDS = 15
# Types of PostgreSQL by their object identifiers (pg_type.dat), and what of them Python can hold.
_AS_THEY_ARE = {16, 17, 20, 21, 23, 25, 700, 701, 1043}  # bool, bytea, int8, int2, int4, text, float4, float8, varchar
_MOMENTS = {1082: "date", 1114: "timestamp", 1184: "timestamptz"}
_NUMERIC, _INET = 1700, 869
_SETTINGS = (
    "SET LOCAL TIME ZONE 'UTC'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL synchronize_seqscans = off",  # rows in the order in which they lie, each time
    "SET LOCAL max_parallel_workers_per_gather = 0",
)


def read_header(place: DatabaseTable) -> tuple[list[str], str | None]:
    """Return the names of a table's columns, and what is said about it where privsynth wrote it; no row is read.

    Raises:
        UsageError: the driver is missing, or the database is not reached.
        SchemaError: there is no such table.
    """
    with told_and_connected(place) as connection:
        names = [column[0] for column in _header(connection, place)]
        return names, _manifest(connection, place)


def _manifest(connection: Connection, place: DatabaseTable) -> str | None:
    from sqlalchemy import column, inspect, select, table
    from sqlalchemy.exc import DBAPIError

    notes = table(MANIFESTS, column("table_name"), column("manifest"), schema=place.schema)
    try:
        if not inspect(connection).has_table(MANIFESTS, schema=place.schema):
            return None
        found = connection.execute(select(notes.c.manifest).where(same_table(notes.c.table_name, place))).scalar()
    except DBAPIError:  # a table of that name of somebody else's, or one that the user may not read
        return None
    return found if isinstance(found, str) else None


def same_table(name: Any, place: DatabaseTable) -> Any:
    """Return the condition that a column holds a table's name; to SQLite upper and lower case are the same."""
    from sqlalchemy import func

    return func.lower(name) == func.lower(place.table) if place.dialect == "sqlite" else name == place.table


def read_pieces(place: DatabaseTable, names: Sequence[str]) -> Iterator[pa.Table]:
    """Yield all rows as `pyarrow.Table`s of text, by one statement in one read-only transaction.

    Args:
        place: The table.
        names: As `read_header` gave them.

    Raises:
        SchemaError: the columns are others by now, or a row cannot be computed.
    """
    from privsynth.table.texts import texts_of_rows

    with told_and_connected(place) as connection:
        header = _header(connection, place)
        if [column[0] for column in header] != list(names):
            raise SchemaError(f"The columns of {place.shown} changed while it was read. Run it again.")
        query = f"SELECT {_cells(connection, header)} FROM {table_sql(connection, place)}"  # noqa: S608 - names are quoted
        result = connection.execution_options(yield_per=_ROWS).exec_driver_sql(query)
        for rows in result.partitions():
            yield texts_of_rows(rows, len(names))


def table_sql(connection: Connection, place: DatabaseTable) -> str:
    """Return a table's name in the SQL of its database."""
    quote = connection.dialect.identifier_preparer.quote_identifier if place.dialect not in _STANDARD else quoted
    return ".".join(quote(name) for name in (place.schema, place.table) if name is not None)


_STANDARD = ("postgresql", "sqlite")


def _header(connection: Connection, place: DatabaseTable) -> list[Any]:
    """Return the columns as the driver describes them: the name first, and then the type."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import DBAPIError

    query = f"SELECT * FROM {table_sql(connection, place)} WHERE 1 = 0"  # noqa: S608 - the name is quoted
    try:
        result = connection.exec_driver_sql(query)
    except DBAPIError:
        if place.dialect != "postgresql" and not inspect(connection).has_table(place.table, schema=place.schema):
            raise missing_table(place) from None
        raise
    with result:
        return list(result.cursor.description or ()) if result.cursor is not None else []


def _cells(connection: Connection, header: Sequence[Any]) -> str:
    """Return SQL of all cells, of which none can raise in the driver."""
    return ", ".join(map(_cell, header)) if connection.dialect.name == "postgresql" else "*"


def _cell(column: Any) -> str:
    name, kind = quoted(column[0]), column[1]
    if kind in _AS_THEY_ARE:
        return name
    if kind in _MOMENTS:  # Python's calendar has the years 1 to 9999, and no infinity
        first, after = (f"'{day}'::{_MOMENTS[kind]}" for day in ("0001-01-01", "10000-01-01"))
        return f"CASE WHEN {name} >= {first} AND {name} < {after} THEN {name} END"
    if kind == _INET:  # a cast adds the length of the mask
        return f"CASE WHEN {name} IS NOT NULL THEN format('%s', {name}) END"
    return f"nullif({name}, 'NaN')::text" if kind == _NUMERIC else f"{name}::text"


@contextmanager
def told_and_connected(place: DatabaseTable) -> Iterator[Connection]:
    """Yield a connection in a read-only transaction that sees one state of the database, and close it."""
    engine = engine_of(place)
    with told(place):
        try:
            with engine.connect() as connection:
                if place.dialect == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                connection.execution_options(no_parameters=True)  # so that % in a name is a character
                for setting in _SETTINGS if place.dialect == "postgresql" else ():
                    connection.exec_driver_sql(setting)
                yield connection
        finally:
            engine.dispose()


def engine_of(place: DatabaseTable, *, writing: bool = False) -> Engine:
    """Return an engine without a pool; nothing is connected yet.

    Raises:
        UsageError: SQLAlchemy or the driver is not installed, or there is no such file.
    """
    try:
        import sqlalchemy
    except ImportError:
        raise UsageError("Tables of databases need SQLAlchemy. Install it: pip install 'privsynth[sql]'.") from None
    from sqlalchemy.pool import NullPool

    if place.path is not None:
        if not writing and not place.path.is_file():
            raise SchemaError(f"There is no file {place.path}. Check the path.")
        return sqlalchemy.create_engine("sqlite://", creator=lambda: _sqlite(place, writing), poolclass=NullPool)
    try:
        url = sqlalchemy.make_url(place.url)
        return sqlalchemy.create_engine(url, poolclass=NullPool, connect_args=_patience(url), hide_parameters=True)
    except (ImportError, sqlalchemy.exc.NoSuchModuleError):
        raise UsageError(missing_driver(place.dialect)) from None
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise UsageError(
            f"The address {place.dialect}://... cannot be read. See docs/inputs.md for its form."
        ) from None


def _patience(url: Any) -> dict[str, Any]:
    """Return how long psycopg waits for a server, where nobody said so."""
    said = "connect_timeout" in url.query or "PGCONNECT_TIMEOUT" in os.environ
    return {"connect_timeout": _CONNECT_SECONDS} if url.drivername == "postgresql+psycopg" and not said else {}


def _sqlite(place: DatabaseTable, writing: bool) -> Any:
    import sqlite3

    assert place.path is not None  # noqa: S101 - for the type checker
    mode = "rwc" if writing else "ro"
    address = f"{place.path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    if not writing:
        connection.text_factory = _readable
    return connection


def _readable(cell: bytes) -> str | None:
    """Return a cell's text, or None where it is no valid UTF-8, which would raise."""
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return None
