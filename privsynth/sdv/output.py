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
    """Write a frame as CSV, complete or not at all, and beside it what is said about it; its folder is made.

    A file that is said to contain real rows gets mode 0600.

    Raises:
        UsageError: rows that were given have other types than those that were drawn.
    """
    import pyarrow as pa

    try:
        rows = pa.Table.from_pandas(frame.set_axis(map(str, frame.columns), axis=1), preserve_index=False)
    except pa.ArrowException:  # its message quotes a cell
        raise UsageError(
            f"{path} cannot be written: it would have a column of several types. Give rows in the types that `sample` returns."
        ) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    said = read_provenance(frame)
    private = said is not None and said.private
    with atomic_file(path, private=private, replace=False) as temporary, temporary.open("wb") as target:
        write_table(rows, path, target)
        if said is not None:
            write_provenance(path, said)
