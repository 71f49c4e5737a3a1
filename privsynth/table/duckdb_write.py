"""Rows into a table of a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from privsynth.table.connection import configuration, without_cells
from privsynth.table.duckdb_file import name_sql, unopened
from privsynth.table.manifests import MANIFESTS, must_make
from privsynth.table.sql import quoted
from privsynth.table.urls import DatabaseTable

if TYPE_CHECKING:
    import duckdb

_ROWS_GIVEN = "rows_given"


@contextmanager
def duckdb_target(place: DatabaseTable) -> Iterator[DuckdbTarget]:
    """Yield a table to write to, in a transaction of its own."""
    import duckdb

    try:
        connection = duckdb.connect(str(place.path), config=configuration())
    except duckdb.Error:
        raise unopened(place) from None
    with connection:
        connection.begin()
        yield DuckdbTarget(connection, place)


class DuckdbTarget:
    """A table of a DuckDB file that is about to be written; its methods are those of `SqlTarget`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: DatabaseTable) -> None:
        self._connection = connection
        self._place = place

    def told(self) -> AbstractContextManager[None]:
        """Turn the errors of DuckDB into ours."""
        return without_cells(self._place.shown)

    def commit(self) -> None:
        """Keep what was written."""
        self._connection.commit()

    def kind(self) -> str | None:
        """Return "table", "other" (a view), or None where nothing has that name."""
        query = (
            "SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database() "
            "AND lower(table_schema) = lower(?) AND lower(table_name) = lower(?)"
        )
        found = self._connection.execute(query, [self._place.schema, self._place.table]).fetchall()
        return None if not found else "table" if found[0][0] == "BASE TABLE" else "other"

    def has_rows(self) -> bool:
        """Return whether the table has a row."""
        return self._connection.execute(f"SELECT 1 FROM {name_sql(self._place)} LIMIT 1").fetchall() != []  # noqa: S608

    def columns(self) -> list[str]:
        """Return the names of the table's columns."""
        return list(self._connection.sql(f"SELECT * FROM {name_sql(self._place)}").columns)  # noqa: S608

    def begin(self, schema: Any, overwrite: bool) -> None:
        """Make the table, or empty it."""
        table = name_sql(self._place)
        if not must_make(self, self._place, list(schema.names), overwrite):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608
            return
        self._connection.register(_ROWS_GIVEN, schema.empty_table())
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {_ROWS_GIVEN}")  # noqa: S608
        self._connection.unregister(_ROWS_GIVEN)

    def insert(self, batch: Any) -> None:
        """Add rows."""
        self._connection.register(_ROWS_GIVEN, batch)
        self._connection.execute(f"INSERT INTO {name_sql(self._place)} BY NAME SELECT * FROM {_ROWS_GIVEN}")  # noqa: S608
        self._connection.unregister(_ROWS_GIVEN)

    def state(self, manifest: str | None) -> None:
        """Keep what is said about the table beside it, in place of what was said before."""
        notes = f"{quoted(self._place.schema or 'main')}.{quoted(MANIFESTS)}"
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {notes} (table_name TEXT, manifest TEXT)")
        self._connection.execute(f"DELETE FROM {notes} WHERE lower(table_name) = lower(?)", [self._place.table])  # noqa: S608
        if manifest is not None:
            self._connection.execute(f"INSERT INTO {notes} VALUES (?, ?)", [self._place.table, manifest])  # noqa: S608
