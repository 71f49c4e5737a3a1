"""Tables that are written elsewhere than to a file of this machine: to a database, or through fsspec."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from privsynth.errors import UsageError
from privsynth.provenance import Provenance, provenance_of
from privsynth.table.urls import is_database, local_path
from privsynth.table.write import check_output_name

Write = Callable[[Iterable[Any], Path], int]


def save_elsewhere(
    batches: Iterable[Any], url: str, *, write: Write, provenance: Provenance | None = None, overwrite: bool = False
) -> int:
    """Write batches of rows to an address, complete or not at all.

    Args:
        batches: `pyarrow.Table`s of one schema, at least one.
        url: `postgresql://host/db::schema.table`, `sqlite:///f.db::t`, `duckdb:///f.db::t`, or a file such as `s3://bucket/t.parquet`.
        write: Writes batches and their manifest to a file, and returns how many rows.
        provenance: Where the table comes from; by default what the first batch says of itself.
        overwrite: Replace the rows of a database's table that has some; a file is always replaced.

    Returns:
        How many rows were written.

    Raises:
        UsageError: the address cannot be read or written, or a table there has rows.
    """
    if not is_database(url):
        if (path := local_path(url)) is not None:
            return write(batches, path)
        from privsynth.table.remote import put_when_complete

        return put_when_complete(url, lambda path: write(batches, path))
    from privsynth.table.database_write import write_database

    each = iter(batches)
    first = next(each)
    said = provenance_of(first.schema.metadata) if provenance is None else provenance

    def manifest(rows: int) -> str | None:
        if said is None:
            return None
        return json.dumps(replace(said, rows=rows, columns=tuple(first.column_names)).to_json())

    return write_database(chain([first], each), url, overwrite=overwrite, manifest=manifest)


def check_destination(url: str, *, overwrite: bool = False) -> None:
    """Refuse an address that cannot be written, before any work is done.

    Raises:
        UsageError: with what to do.
    """
    if is_database(url):
        from privsynth.table.database_write import check_database

        check_database(url, overwrite=overwrite)
    elif (path := local_path(url)) is not None:
        check_output_name(path)
        if not path.absolute().parent.is_dir():
            raise UsageError(
                f"The folder {path.absolute().parent} does not exist. Make it first, or name another output."
            )
    else:
        from privsynth.table.remote import check_address

        check_address(url)
