"""Drawn frames as files, beside what is returned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privsynth.errors import UsageError
from privsynth.files import atomic_file
from privsynth.provenance import read_provenance, write_provenance
from privsynth.table.write import write_table


def output_path(folder: Path | str | None, table: str) -> Path | None:
    """Return where a table is to be written, before any row is drawn; None where it is not.

    Raises:
        UsageError: the file exists, or the table's name is none of a file.
    """
    if not folder:
        return None
    path = Path(folder) / f"{table}.csv"
    if path.parent != Path(folder):
        raise UsageError(
            f"The table {table!r} cannot be written: its name is a path. Name it otherwise in the metadata."
        )
    if path.exists():
        raise UsageError(f"The file {path} exists. Remove it, or give another folder.")
    return path


def write_frame(frame: Any, path: Path) -> None:
    """Write a frame as CSV, complete or not at all, and beside it what is said about it; its folder is made."""
    import pyarrow as pa

    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path, replace=False) as temporary, temporary.open("wb") as target:
        write_table(
            pa.Table.from_pandas(frame.set_axis(map(str, frame.columns), axis=1), preserve_index=False), path, target
        )
        if (said := read_provenance(frame)) is not None:
            write_provenance(path, said)
