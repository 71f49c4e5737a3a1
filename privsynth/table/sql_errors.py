"""What goes wrong with a database, in our words: its own quote cells, statements and passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from privsynth.errors import PrivsynthError, ResourceError, SchemaError, UsageError
from privsynth.table.urls import DatabaseTable

_MISSING = ("42P01", "3F000")  # undefined table, undefined schema (PostgreSQL, appendix A)
_DENIED = ("42501",)
_FULL = ("53100", "53200", "54000")
_REFUSED = ("password", "authentication", "no pg_hba.conf entry", "role", "access denied")
_UNOPENED = ("locked", "unable to open", "not a database", "malformed", "readonly", "read-only")  # by SQLite
_DRIVERS = {"postgresql": "pip install 'privsynth[sql]'"}


@contextmanager
def told(place: DatabaseTable) -> Iterator[None]:
    """Turn any error of a database and its driver into ours."""
    import sqlalchemy.exc

    try:
        yield
    except (MemoryError, PrivsynthError):
        raise
    except (ModuleNotFoundError, sqlalchemy.exc.NoSuchModuleError):
        raise UsageError(missing_driver(place.dialect)) from None
    except Exception as error:  # of any driver, whose classes are not known here
        raise _in_our_words(error, place) from None


def missing_driver(dialect: str) -> str:
    """Return what to say where the driver of a database is not installed."""
    install = _DRIVERS.get(dialect, "pip install 'privsynth[sql]' and SQLAlchemy's driver of that database")
    return f"The driver of {dialect} is not installed. Install it: {install}."


def missing_table(place: DatabaseTable) -> SchemaError:
    """Return what to say where there is no such table."""
    return SchemaError(
        f"There is no table {place.shown}. Check the names of database, schema and table, as they are spelled."
    )


def _in_our_words(error: Exception, place: DatabaseTable) -> PrivsynthError:
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None)
    if state in _MISSING:
        return missing_table(place)
    if state in _DENIED:
        return UsageError(f"The user may not read or write {place.shown}. Ask its owner for the right to.")
    if state in _FULL or "disk is full" in str(cause):
        return ResourceError(
            f"There was not enough disk or memory in the database of {place.shown}. Free some and run it again."
        )
    said = str(cause).lower()
    if place.path is not None and any(word in said for word in _UNOPENED):
        return UsageError(
            f"{place.path} could not be opened as a database of {place.dialect}: it is of another kind, damaged, or locked by "
            "another program. Check the file and its rights."
        )
    if place.path is None and type(cause).__name__ == "OperationalError" and state is None:
        return _unreached(said, place)
    return SchemaError(
        f"{place.shown} could not be read or written by the database ({type(cause).__name__}). If it is a view, check that it "
        "can be read to its end."
    )


def _unreached(said: str, place: DatabaseTable) -> PrivsynthError:
    """Choose our sentence by what the driver says; nothing of that is repeated."""
    if any(word in said for word in _REFUSED):
        return UsageError(
            f"The database of {place.shown} refuses the user or the password. Check them; a password may stand in the "
            "environment (PGPASSWORD) or in ~/.pgpass instead of the address."
        )
    return UsageError(
        f"The database of {place.shown} is not reached, or its connection was lost. Check host, port and database, and that "
        "the server runs."
    )
