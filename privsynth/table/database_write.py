"""Writing rows to a table of a database, in one transaction: all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from privsynth.errors import UsageError
from privsynth.files import PRIVATE_FILE
from privsynth.table.manifests import refuse_taken
from privsynth.table.urls import DatabaseTable, database_table

Manifest = Callable[[int], str | None]


def write_database(
    batches: Iterable[Any], url: str, *, overwrite: bool = False, manifest: Manifest, private: bool = False
) -> int:
    """Write batches of rows to a table of a database; it is made if it is not there.

    Args:
        batches: `pyarrow.Table`s of one schema, at least one.
        url: The table's address.
        overwrite: Replace the rows of a table that has some, and the table itself if its columns are others.
        manifest: Of the number of rows: what is said about them, or None. It is kept beside, in the table `privsynth_manifests` of
            the same schema.
        private: Give the file of a database that is made here mode 0600, before any row is in it.

    Returns:
        How many rows were written.

    Raises:
        UsageError: the table has rows, or is none, and `overwrite` was not asked for; or the database refuses.
        ResourceError: the disk is full.
    """
    place = database_table(url)
    each = iter(batches)
    first = next(each)
    with _written(place, first.schema, overwrite, private) as target:
        rows = 0
        for batch in chain([first], each):  # what goes wrong in drawing them is not the database's
            with target.told():
                target.insert(batch)
            rows += batch.num_rows
        stated = manifest(rows)
        with target.told():
            target.state(stated)
            target.commit()
    return rows


def check_database(url: str, *, overwrite: bool = False) -> None:
    """Refuse a table that cannot be written, before any work is done.

    Raises:
        UsageError: see `write_database`.
    """
    place = database_table(url)
    if place.path is not None and not place.path.exists():
        _check_folder(place.path)
        if place.dialect == "sqlite":
            from privsynth.table.sql_read import engine_of

            engine_of(place, writing=True).dispose()
        return
    with _opened(place) as target, target.told():
        refuse_taken(target, place, overwrite)


@contextmanager
def _written(place: DatabaseTable, schema: Any, overwrite: bool, private: bool) -> Iterator[Any]:
    new = place.path is not None and not place.path.exists()
    if new and place.path is not None:
        _check_folder(place.path)
    try:
        with _opened(place) as target:
            with target.told():
                target.begin(schema, overwrite)
            if new and private and place.path is not None:
                place.path.chmod(PRIVATE_FILE)
            yield target
    except BaseException:
        if new and place.path is not None:
            _remove(place.path)
        raise


@contextmanager
def _opened(place: DatabaseTable) -> Iterator[Any]:
    if place.dialect == "duckdb":
        from privsynth.table.duckdb_write import duckdb_target

        with duckdb_target(place) as target:
            yield target
        return
    from privsynth.table.sql_write import sql_target

    with sql_target(place) as made:
        yield made


def _check_folder(path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise UsageError(f"The folder {path.absolute().parent} does not exist. Make it first, or name another output.")


def _remove(path: Path) -> None:
    for each in (path, *(path.with_name(path.name + ending) for ending in ("-journal", "-wal", "-shm", ".wal"))):
        with suppress(OSError):
            each.unlink()
