"""JSON lines: one object a line, whose first line names the columns."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError
from privsynth.table.delimited import MAX_LINE_BYTES, pattern
from privsynth.table.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb


def read_keys(path: Path) -> list[str]:
    """Return the keys of the object on the first line, in order; only that line is read.

    Raises:
        SchemaError: the line holds no object.
    """
    try:
        with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as stream:
            line = stream.readline(MAX_LINE_BYTES)
        pairs = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_Pairs)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SchemaError(f"{path.name} is a truncated or damaged gzip file. Copy or write it again.") from None
    except (ValueError, RecursionError):
        pairs = None
    if not isinstance(pairs, _Pairs) or not pairs:
        raise SchemaError(f"{path.name} holds no JSON object on its first line. Write one object a line, in UTF-8.")
    return [key for key, _ in pairs]


class _Pairs(list[tuple[str, Any]]):
    """Keys and values of an object, duplicates included."""


def columns_sql(path: Path, names: Sequence[str]) -> str:
    """Return SQL of a query that reads each key as a column of text."""
    fields = ", ".join(f"json_extract_string(json, {literal(_pointer(name))}) AS {quoted(name)}" for name in names)
    return f"(SELECT {fields} FROM {_reader(path)})"  # noqa: S608 - names are quoted


def check_keys(connection: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str]) -> None:
    """Refuse lines that are no objects or have keys that the first line lacks: they would be lost without a word.

    Raises:
        SchemaError: with the number of the first such line.
    """
    known = "[" + ", ".join(literal(name) for name in names) + "]"
    query = f"""
        SELECT min(line_) FROM (SELECT row_number() OVER () AS line_, json FROM {_reader(path)})
        WHERE json_type(json) <> 'OBJECT' OR NOT list_has_all({known}, json_keys(json))
    """  # noqa: S608 - names are quoted
    [(row,)] = connection.sql(query).fetchall()
    if row is not None:
        raise SchemaError(
            f"Row {row} of {path.name} is no object, or has a key that the first line lacks. "
            "The first line must have every key (with null where there is no value)."
        )


def _reader(path: Path) -> str:
    return f"read_ndjson_objects({pattern(path)}, maximum_object_size={MAX_LINE_BYTES})"


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")
