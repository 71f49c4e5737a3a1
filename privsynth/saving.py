"""Tables on their way out: to a file of this machine, to a database, or through fsspec; complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from privsynth.errors import UsageError
from privsynth.files import atomic_file
from privsynth.provenance import (
    Provenance,
    check_sidecar,
    forget_sidecar,
    kept_on_error,
    provenance_of,
    with_provenance,
    write_provenance,
)
from privsynth.table.urls import is_database, is_url, local_path
from privsynth.table.write import check_output_name, is_device, keeps_metadata, write_batches


def save_table(table: Any, path: Path | str, *, raw: bool = False, provenance: Provenance | None = None) -> None:
    """Write a table to a file or an address, complete or not at all; where it comes from goes with it, as for `save_batches`."""
    save_batches([table], path, raw=raw, provenance=provenance)


def save_batches(
    batches: Iterable[Any],
    path: Path | str,
    *,
    raw: bool = False,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> int:
    """Write batches of rows to a file or an address while they are drawn, complete or not at all.

    Args:
        batches: `pyarrow.Table`s of one schema, at least one.
        path: The file, whose ending says how it is written; or an address: `postgresql://host/db::schema.table`, `sqlite:///f.db::t`,
            `duckdb:///f.db::t`, or a file such as `s3://bucket/t.parquet`.
        raw: Leave text cells that a spreadsheet would run as formulas as they are.
        provenance: Where the table comes from; by default what the first batch says of itself. Parquet and Arrow files carry it in
            their metadata; beside others it is written as `PATH.manifest.json`. That of an earlier table is removed. A file that is
            said to contain real rows, or rows of a model without a guarantee, gets mode 0600.
        overwrite: Replace the rows of a database's table that has some; a file is always replaced.

    Returns:
        How many rows were written.

    Raises:
        UsageError: the ending is not known, a file that is not ours stands where the manifest is to be written, an address cannot be
            read or written, or a table there has rows.
    """
    if is_url(path):
        return _save_at(batches, str(path), raw=raw, provenance=provenance, overwrite=overwrite)
    path = Path(path)
    each = iter(batches)
    first = next(each)
    said = provenance_of(first.schema.metadata) if provenance is None else provenance
    first = first if said is None else with_provenance(first, said)
    noted = said if not keeps_metadata(path) and not is_device(path) else None
    if noted is not None:
        check_sidecar(path)
    private = said is not None and said.private
    kept = nullcontext() if noted is None else kept_on_error(path)
    with kept, atomic_file(path, private=private) as temporary, temporary.open("wb") as target:
        rows = write_batches(chain([first], each), path, target, raw=raw)
        if noted is not None:
            write_provenance(path, replace(noted, rows=rows, columns=tuple(first.column_names)))
    if noted is None:
        forget_sidecar(path)
    return rows


def _save_at(batches: Iterable[Any], url: str, *, raw: bool, provenance: Provenance | None, overwrite: bool) -> int:
    """Write batches to an address; arguments as of `save_batches`."""
    write = partial(save_batches, raw=raw, provenance=provenance)
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

    private = said is not None and said.private
    return write_database(chain([first], each), url, overwrite=overwrite, manifest=manifest, private=private)


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
