"""A table read as it is written, so that it can be written again: text of a file of text, types of all others."""

from __future__ import annotations

from typing import Any

from privsynth.errors import SchemaError
from privsynth.table.frames import as_typed
from privsynth.table.source import open_table
from privsynth.table.sql import quoted
from privsynth.table.urls import is_url


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
    found = None if is_url(table) else as_typed(table)
    if found is None or found.num_columns != len(source.names):
        found = source.arrow([quoted(name) for name in source.names])
    found = (
        found.combine_chunks() if found.column_names == list(source.names) else found.rename_columns(list(source.names))
    )
    if not found.num_rows:
        raise SchemaError(f"{source.where} has no row. Draw some with `privsynth sample`.")
    return found, source.where
