"""What a schema remembers of SDV's metadata and has no word of its own for: kept under the key `sdv`, declared statements only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from privsynth.tableschema.model import Field, Schema

KEY = "sdv"
TABLE = "table"


def mark(field: Field, **said: Any) -> Field:
    """Return a field that remembers statements; those that are None are left out."""
    told = {**told_of(field), **{name: value for name, value in said.items() if value is not None}}
    return replace(field, extra={**field.extra, KEY: told}) if told else field


def told_of(field: Field | Schema) -> Mapping[str, Any]:
    """Return what a field or a schema remembers: `sdtype`, `regex_format`, `cells`; `table`, `primary_key`, `alternate_keys`."""
    found = field.extra.get(KEY, {})
    return found if isinstance(found, Mapping) else {}


def keys_of(schema: Schema) -> tuple[str, ...]:
    """Return the columns that were declared to be keys: their cells are unique in every sample."""
    told = told_of(schema)
    keys = [told.get("primary_key"), *told.get("alternate_keys", ())]
    return tuple(name for name in keys if isinstance(name, str) and name in schema.names)


def table_of(schema: Schema) -> str:
    """Return the name of the table."""
    return str(told_of(schema).get("table", TABLE))
