"""Opening a table that stays in its engine: of Spark, PostgreSQL or DuckDB."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError, UsageError
from privsynth.table.connection import connect
from privsynth.table.engines import Engine, EngineSource, compiled, duckdb_engine, without_words
from privsynth.table.engines_cells import DUCKDB, POSTGRES, SPARK
from privsynth.table.sql import literal, quoted
from privsynth.table.urls import database_table, is_database, is_url

if TYPE_CHECKING:
    import pyarrow as pa


def engine_table(table: Any, *, where: str | None = None) -> EngineSource:
    """Open a table whose rows stay in their engine, for `fit`: it is counted there.

    Args:
        table: A Spark data frame; an Ibis table of a DuckDB or PostgreSQL connection; or the address of a table,
            `postgresql://user@host/database::schema.table` or `duckdb:///file.duckdb::table`.
        where: How messages name it; by default its address.

    Raises:
        UsageError: it is nothing of these, or what it needs is not installed.
        SchemaError: there is no such table.

    Example:
        >>> import ibis
        >>> database = ibis.duckdb.connect()
        >>> stays = database.create_table("stays", {"age": [30, 60]})
        >>> engine_table(stays).names
        ('age',)
    """
    if isinstance(table, EngineSource):
        return table
    if is_url(table) and is_database(table):
        return _of_address(table, where)
    kind = f"{type(table).__module__}.{type(table).__name__}"
    if kind.startswith("pyspark.sql") and hasattr(table, "sparkSession"):
        return _of_spark(table, where or "the Spark table")
    if kind.startswith("ibis.expr"):
        return _of_ibis(table, where or "the table")
    raise UsageError(
        "A table in an engine is a Spark data frame, an Ibis table, or an address such as postgresql://host/database::table. "
        "Files and other frames need no engine: give them to `fit` as they are."
    )


def _of_ibis(table: Any, where: str) -> EngineSource:
    backend = table.get_backend()
    if backend.name not in (DUCKDB, POSTGRES):
        raise UsageError(
            f"Tables of the Ibis backend {backend.name} are not counted in their engine. DuckDB and PostgreSQL are; of Spark, give "
            "the data frame."
        )
    if backend.name == DUCKDB:
        return EngineSource(table, duckdb_engine(backend.con, where))
    from privsynth.table.engines_postgres import postgres_run

    return EngineSource(table, Engine(dialect=POSTGRES, evaluate=postgres_run(backend.con), where=where))


def _of_address(address: str, where: str | None) -> EngineSource:
    place = database_table(address)
    name = where or place.shown
    if place.dialect == DUCKDB:
        return _of_duckdb(str(place.path), place.schema or "main", place.table, name, place.shown)
    if place.dialect == "postgresql":
        from privsynth.table.engines_postgres import open_postgres

        return open_postgres(place, name)
    raise UsageError(
        f"A table of {place.dialect} is not counted in its engine: DuckDB, PostgreSQL and Spark are. Export it."
    )


def _of_duckdb(path: str, schema: str, table: str, where: str, address: str) -> EngineSource:
    import ibis

    connection = connect()
    with without_words(where):
        connection.execute(f"ATTACH {literal(path)} AS lying (READ_ONLY)")
        connection.execute(f"USE lying.{quoted(schema)}")
        header = connection.sql(f"SELECT * FROM {quoted(table)} LIMIT 0").to_arrow_table()  # noqa: S608 - names are quoted
    known = ibis.table(ibis.Schema.from_pyarrow(header.schema), name=table)
    return EngineSource(known, duckdb_engine(connection, where), address=address)


def _of_spark(frame: Any, where: str) -> EngineSource:
    import ibis

    kinds = {}
    for field in frame.schema.fields:
        kinds[field.name] = _spark_type(field.dataType.simpleString())
    if len(kinds) != len(frame.columns):
        raise SchemaError(f"Two columns of {where} have the same name. Rename one.")
    session = frame.sparkSession
    view = f"privsynth_{id(frame):x}_{time.monotonic_ns():x}"

    def evaluate(expression: Any) -> pa.Table:
        frame.createOrReplaceTempView(view)
        try:
            return session.sql(compiled(expression, SPARK)).toArrow()
        finally:
            session.catalog.dropTempView(view)

    return EngineSource(ibis.table(kinds, name=view), Engine(dialect=SPARK, evaluate=evaluate, where=where))


def _spark_type(kind: str) -> Any:
    """Return the type of a Spark column as Ibis names it; a timestamp of Spark's is a moment in the session's time zone."""
    plain = {
        "string": "string", "boolean": "boolean", "tinyint": "int8", "smallint": "int16", "int": "int32", "bigint": "int64",
        "float": "float32", "double": "float64", "date": "date", "timestamp_ntz": "timestamp", "timestamp": "timestamp('UTC')",
    }  # fmt: skip
    if kind in plain or kind.startswith("decimal"):
        return plain.get(kind, kind)
    return "string" if kind.startswith(("varchar", "char")) else "binary"
