"""What stands in a table's place in a database before it is written, and the table that says where others come from."""

from __future__ import annotations

from typing import Protocol

from privsynth.errors import SchemaError, UsageError
from privsynth.table.urls import DatabaseTable

MANIFESTS = "privsynth_manifests"
_UNDOING = ("postgresql", "redshift", "sqlite", "duckdb", "mssql")


class Target(Protocol):
    """A table of a database that is about to be written."""

    def kind(self) -> str | None:
        """Return "table", "other" (a view), or None where nothing has that name."""
        ...

    def has_rows(self) -> bool:
        """Return whether the table has a row."""
        ...

    def columns(self) -> list[str]:
        """Return the names of the table's columns."""
        ...


def refuse_taken(target: Target, place: DatabaseTable, overwrite: bool) -> None:
    """Refuse a table that has rows, and what is no table.

    Args:
        target: What is there.
        place: The table.
        overwrite: Whether rows may be replaced.
    """
    kind = target.kind()
    if kind == "other":
        raise UsageError(f"{place.shown} is a view or the like. Rows are written to tables only: name another one.")
    if kind == "table" and not overwrite and target.has_rows():
        raise UsageError(
            f"The table {place.shown} has rows. Name another one, or ask for it to be replaced (--replace)."
        )


def undoes_tables(place: DatabaseTable) -> bool:
    """Return whether a database undoes that a table was made or dropped when its transaction fails.

    MySQL, MariaDB, Oracle and others commit at each such statement; what is not known here is taken to do so too.
    """
    return place.dialect in _UNDOING


def must_make(target: Target, place: DatabaseTable, names: list[str], overwrite: bool) -> bool:
    """Return whether the table has to be made: it is absent, or its columns are others and it may be replaced.

    Raises:
        SchemaError: an empty table has other columns.
        UsageError: a table has other columns, and could be lost: the database does not undo that it is dropped.
    """
    refuse_taken(target, place, overwrite)
    if target.kind() is None:
        return True
    if sorted(target.columns()) == sorted(names):
        return False
    if not overwrite:
        raise SchemaError(
            f"The table {place.shown} is empty and has other columns. Drop it, or ask for it to be replaced (--replace)."
        )
    if not undoes_tables(place):
        raise UsageError(
            f"The table {place.shown} has other columns, and {place.dialect} cannot replace a table in one transaction: it would be "
            "lost if writing failed. Drop it yourself, or name another one."
        )
    return True
