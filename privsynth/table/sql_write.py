"""Rows into a table through SQLAlchemy; into PostgreSQL by COPY."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from privsynth.table.manifests import MANIFESTS, must_make, undoes_tables
from privsynth.table.sql import quoted
from privsynth.table.sql_errors import told
from privsynth.table.sql_read import engine_of, same_table, table_sql
from privsynth.table.texts import arrow_texts
from privsynth.table.urls import DatabaseTable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

_ROWS = 1 << 14


@contextmanager
def sql_target(place: DatabaseTable) -> Iterator[SqlTarget]:
    """Yield a table to write to, in a transaction of its own."""
    engine = engine_of(place, writing=True)
    try:
        with told(place):
            connection = engine.connect()
        with connection:
            with told(place):
                if place.dialect == "sqlite":
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield SqlTarget(connection, place)
    finally:
        engine.dispose()


class SqlTarget:
    """A table of a database that is about to be written.

    Args:
        connection: In a transaction.
        place: The table.
    """

    def __init__(self, connection: Connection, place: DatabaseTable) -> None:
        self._connection = connection
        self._place = place
        self._table: Table | None = None

    def told(self) -> AbstractContextManager[None]:
        """Turn the errors of this database into ours."""
        return told(self._place)

    def commit(self) -> None:
        """Keep what was written."""
        self._connection.commit()

    def kind(self) -> str | None:
        """Return "table", "other" (a view), or None where nothing has that name."""
        from sqlalchemy import inspect

        seen = inspect(self._connection)
        spelled = str.casefold if self._place.dialect == "sqlite" else str
        if spelled(self._place.table) in map(spelled, seen.get_table_names(schema=self._place.schema)):
            return "table"
        return "other" if seen.has_table(self._place.table, schema=self._place.schema) else None

    def has_rows(self) -> bool:
        """Return whether the table has a row."""
        from sqlalchemy import literal, select

        return self._connection.execute(select(literal(1)).select_from(self._known()).limit(1)).first() is not None

    def columns(self) -> list[str]:
        """Return the names of the table's columns."""
        from sqlalchemy import inspect

        found = inspect(self._connection).get_columns(self._place.table, schema=self._place.schema)
        return [column["name"] for column in found]

    def begin(self, schema: Any, overwrite: bool) -> None:
        """Make the table, or empty it.

        Args:
            schema: Of Arrow.
            overwrite: Whether rows, and other columns, may be replaced.
        """
        from sqlalchemy import delete
        from sqlalchemy.schema import CreateTable, DropTable

        if self._place.dialect == "postgresql" and self.kind() == "table":
            lock = f"LOCK TABLE {table_sql(self._connection, self._place)} IN EXCLUSIVE MODE"
            self._connection.exec_driver_sql(lock, execution_options={"no_parameters": True})
        self._table = self._made(schema)
        absent = must_make(self, self._place, list(schema.names), overwrite)
        if not undoes_tables(self._place) and not self._has_notes():
            self._connection.execute(CreateTable(self._notes()))  # now: it commits whatever was done before
        if not absent:
            if overwrite:
                self._connection.execute(delete(self._table))
            return
        if self.kind() is not None:
            self._connection.execute(DropTable(self._table))
        self._connection.execute(CreateTable(self._table))

    def insert(self, batch: Any) -> None:
        """Add rows."""
        assert self._table is not None  # noqa: S101 - `begin` came first
        batch = _plain(batch)
        if self._connection.dialect.driver == "psycopg":
            self._copy(batch)
            return
        for part in batch.to_batches(max_chunksize=_ROWS):
            if part.num_rows:
                self._connection.execute(self._table.insert(), part.to_pylist())

    def state(self, manifest: str | None) -> None:
        """Keep what is said about the table beside it, in place of what was said before."""
        from sqlalchemy import delete, insert
        from sqlalchemy.schema import CreateTable

        notes, known = self._notes(), self._has_notes()
        if known:
            self._connection.execute(delete(notes).where(same_table(notes.c.table_name, self._place)))
        if manifest is None:
            return
        if not known:
            self._connection.execute(CreateTable(notes))
        self._connection.execute(insert(notes).values(table_name=self._place.table, manifest=manifest))

    def _copy(self, batch: Any) -> None:
        """Send rows as CSV: a missing cell is empty, and every other is quoted."""
        import io

        from pyarrow import csv

        names = ", ".join(quoted(name) for name in batch.column_names)
        statement = f"COPY {table_sql(self._connection, self._place)} ({names}) FROM STDIN (FORMAT csv)"
        rows = io.BytesIO()
        csv.write_csv(batch, rows, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
        with self._connection.connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            copy.write(rows.getvalue())

    def _has_notes(self) -> bool:
        from sqlalchemy import inspect

        return inspect(self._connection).has_table(MANIFESTS, schema=self._place.schema)

    def _notes(self) -> Table:
        from sqlalchemy import Column, MetaData, Table, Text

        columns = (Column("table_name", Text), Column("manifest", Text))
        return Table(MANIFESTS, MetaData(), *columns, schema=self._place.schema)

    def _known(self) -> Table:
        from sqlalchemy import MetaData, Table

        return Table(self._place.table, MetaData(), schema=self._place.schema)

    def _made(self, schema: Any) -> Table:
        from sqlalchemy import Column, MetaData, Table

        columns = [Column(field.name, _type(field.type)) for field in schema]
        return Table(self._place.table, MetaData(), *columns, schema=self._place.schema)


def _type(kind: Any) -> Any:
    """Return the type of a column in SQL for its type in Arrow; text for all that has none."""
    import pyarrow as pa
    import sqlalchemy as sa

    types = pa.types
    if types.is_boolean(kind):
        return sa.Boolean()
    if types.is_integer(kind):
        return sa.Numeric(20) if types.is_uint64(kind) else sa.BigInteger()
    if types.is_floating(kind):
        return sa.Double()
    if types.is_date(kind):
        return sa.Date()
    if types.is_timestamp(kind):
        return sa.DateTime(timezone=kind.tz is not None)
    return sa.Numeric(kind.precision, kind.scale) if types.is_decimal(kind) else sa.Text()


def _plain(batch: Any) -> Any:
    """Return rows whose columns of other types than `_type` knows are text."""
    import pyarrow as pa
    import sqlalchemy as sa

    columns = [arrow_texts(column) if isinstance(_type(column.type), sa.Text) else column for column in batch.columns]
    return pa.table(columns, names=batch.column_names)
