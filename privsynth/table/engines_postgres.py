"""A table of PostgreSQL as an engine: one read-only transaction, whose snapshot all questions see."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError, UsageError
from privsynth.table.engines import Engine, EngineSource, compiled
from privsynth.table.engines_cells import POSTGRES
from privsynth.table.urls import DatabaseTable

if TYPE_CHECKING:
    import pyarrow as pa

_TYPES = {
    "bool": "boolean", "int2": "int16", "int4": "int32", "int8": "int64", "float4": "float32", "float8": "float64",
    "numeric": "decimal", "text": "string", "varchar": "string", "bpchar": "string", "date": "date", "timestamp": "timestamp",
    "timestamptz": "timestamp('UTC')", "uuid": "uuid",
}  # fmt: skip


def open_postgres(place: DatabaseTable, where: str) -> EngineSource:
    """Connect to PostgreSQL and open a table of it.

    Raises:
        UsageError: psycopg is not installed.
        SchemaError: there is no such table, or no way to it.
    """
    import ibis

    try:
        import psycopg
        from psycopg import sql
    except ImportError:
        raise UsageError("PostgreSQL is asked through psycopg. Install `privsynth[sql]`.") from None
    try:
        connection = psycopg.connect(_plain(place.url))
    except psycopg.Error as error:
        raise _unopened(where, error) from None
    evaluate = postgres_run(connection)
    weakref.finalize(evaluate, connection.close)
    try:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        name = sql.Identifier(*(each for each in (place.schema, place.table) if each))
        header = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(name)).description or []
    except psycopg.Error as error:
        raise _unopened(where, error) from None
    known = {column.name: _TYPES.get(_type_name(connection, column.type_code), "binary") for column in header}
    table = ibis.table(known, name=place.table, database=place.schema)
    return EngineSource(table, Engine(dialect=POSTGRES, evaluate=evaluate, where=where), address=place.shown)


def _plain(url: str) -> str:
    """Return an address as libpq reads it: without a driver."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def _unopened(where: str, error: Exception) -> SchemaError:
    return SchemaError(
        f"{where} could not be opened ({type(error).__name__}). Check the address, the rights and that the server runs."
    )


def _type_name(connection: Any, code: int) -> str:
    found = connection.adapters.types.get(code)
    return "" if found is None else str(found.name)


def postgres_run(connection: Any) -> Any:
    """Return what evaluates expressions on a connection of psycopg."""

    def run(expression: Any) -> pa.Table:
        import pyarrow as pa

        cursor = connection.execute(compiled(expression, POSTGRES))
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
        return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})

    return run
