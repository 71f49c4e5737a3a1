"""The same cells in DuckDB, PostgreSQL and Spark, and the questions that are asked of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from privsynth.table.connection import connect
from privsynth.table.engines import EngineSource, duckdb_engine
from privsynth.table.engines_opening import engine_table

_SQL = {
    pa.string(): "text", pa.int64(): "bigint", pa.int32(): "integer", pa.float64(): "double precision", pa.float32(): "real",
    pa.bool_(): "boolean", pa.date32(): "date", pa.timestamp("us"): "timestamp",
}  # fmt: skip


def in_duckdb(table: pa.Table) -> EngineSource:
    """Return a table in a DuckDB of its own."""
    import ibis

    connection = connect()
    connection.register("cells", table)
    return EngineSource(ibis.table(ibis.Schema.from_pyarrow(table.schema), name="cells"), duckdb_engine(connection))


def into_postgres(table: pa.Table, url: str, name: str) -> EngineSource:
    """Write a table into a PostgreSQL and open it there."""
    import psycopg

    kinds = [
        f"numeric({field.type.precision},{field.type.scale})" if pa.types.is_decimal(field.type) else _SQL[field.type]
        for field in table.schema
    ]
    columns = ", ".join(f'"{field.name}" {kind}' for field, kind in zip(table.schema, kinds, strict=True))
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
        with connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                copy.write_row(row)
    return engine_table(f'{url}::"{name}"')


def into_spark(table: pa.Table, spark: Any) -> EngineSource:
    """Return a table as a data frame of Spark, opened for counting."""
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = from_arrow_schema(table.schema, prefer_timestamp_ntz=True)
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return engine_table(spark.createDataFrame(rows, schema))
