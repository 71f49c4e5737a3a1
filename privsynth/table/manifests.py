"""What stands in a table's place in a database before it is written, and the table that says where others come from."""

from __future__ import annotations

from typing import Protocol

from privsynth.errors import SchemaError, UsageError
from privsynth.table.urls import DatabaseTable

MANIFESTS = "privsynth_manifests"


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


def must_make(target: Target, place: DatabaseTable, names: list[str], overwrite: bool) -> bool:
    """Return whether the table has to be made: it is absent, or its columns are others and it may be replaced.

    Raises:
        SchemaError: an empty table has other columns.
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
    return True
