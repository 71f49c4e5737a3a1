"""A table read as it is written, so that it can be written again: text of a file of text, types of all others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from privsynth.errors import SchemaError
from privsynth.table.source import TYPED_ENDINGS, open_table
from privsynth.table.sql import quoted


def read_written(table: Any, *, encoding: str = "utf-8") -> tuple[Any, str]:
    """Read a synthetic table with the types and spellings that it has.

    Args:
        table: A path, a pandas, polars or Arrow frame, or a `Source`.
        encoding: Of CSV files.

    Returns:
        A `pyarrow.Table`, and how messages name the table.

    Raises:
        UsageError: the type of the table is not known.
        SchemaError: there is no such file, it is damaged, or it has no row.
    """
    source = open_table(table, encoding=encoding)
    found = _typed(table)
    if found is None or found.num_columns != len(source.names):
        found = source.arrow([quoted(name) for name in source.names])
    found = (
        found.combine_chunks() if found.column_names == list(source.names) else found.rename_columns(list(source.names))
    )
    if not found.num_rows:
        raise SchemaError(f"{source.where} has no row. Draw some with `privsynth sample`.")
    return found, source.where


def _typed(table: Any) -> Any:
    """Return a table that has types of its own as a `pyarrow.Table`, None where it is read as text."""
    import pyarrow as pa

    from privsynth.table.frames import read_typed

    if isinstance(table, str | os.PathLike):
        if "://" in str(table) or not str(table).lower().endswith(TYPED_ENDINGS):
            return None
        table = read_typed(Path(table))
    try:
        if type(table).__module__.startswith("pandas"):
            return pa.Table.from_pandas(table, preserve_index=False)
        return table if isinstance(table, pa.Table) else pa.table(table)
    except (pa.ArrowException, TypeError, ValueError):
        return None
