"""What is known of a table for free: a schema that was given, a declaration, or what its column names say."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from privsynth.derive import from_names, undetermined
from privsynth.errors import SchemaError, UsageError
from privsynth.generators.structure import check_known
from privsynth.pii import names_only
from privsynth.privacy import Unit
from privsynth.safe_harbor import transformations
from privsynth.table.coded import check_columns
from privsynth.table.source import Source
from privsynth.tableschema.declare import read_declaration, schema_from_declaration
from privsynth.tableschema.generalised import generalised_schema
from privsynth.tableschema.io import read_schema, schema_from_document
from privsynth.tableschema.model import LEAVES, Schema


def resolve_schema(source: Source, schema: Any, declare: Any) -> Schema:
    """Return what is known of a table for free: a schema, a declaration, or what its column names say.

    Args:
        source: The table; only its header is looked at.
        schema: A `Schema`, a path, plain values, or None.
        declare: A declaration as a path or plain values, or None.

    Raises:
        UsageError: both were given.
        SchemaError: either cannot be read, does not fit the header, or names the table as a codebook.
    """
    if schema is not None and declare is not None:
        raise UsageError("Both a schema and a declaration were given. Give one of them.")
    known = _stated(source, schema, declare)
    check_codebooks(source, known)
    return generalised_schema(known)


def check_codebooks(source: Source, schema: Schema) -> None:
    """Refuse a schema that names the table itself as a public codebook: what a codebook lists is published.

    Raises:
        SchemaError: one of the schema's files is the table's.
    """
    for book in schema.codebooks if source.path is not None else ():
        with suppress(OSError):
            if os.path.samefile(book, source.path or ""):
                raise SchemaError(
                    f"The schema names the table {source.where} itself as a codebook. What a codebook lists is published with the "
                    "model, so it must be a public file. Remove it from the schema, or let the budget pay with `learn: true`."
                )


def _stated(source: Source, schema: Any, declare: Any) -> Schema:
    if isinstance(schema, Schema):
        return schema
    if isinstance(schema, str | os.PathLike):
        return read_schema(Path(schema))
    if schema is not None:
        return schema_from_document(schema)
    if isinstance(declare, str | os.PathLike):
        return read_declaration(Path(declare), source.names)
    if declare is not None:
        return schema_from_declaration(declare, source.names)
    roles = {column.name: (column.role, column.action) for column in names_only(source.names).columns}
    return from_names(source.names, roles)


def read_any_schema(schema: Any) -> Schema:
    """Return a schema from a path, plain values or itself."""
    if isinstance(schema, Schema):
        return schema
    return read_schema(Path(schema)) if isinstance(schema, str | os.PathLike) else schema_from_document(schema)


def check_schema(schema: Schema, source: Source | None) -> list[str]:
    """Return what a fit under this schema would refuse or would have to learn.

    Raises:
        SchemaError: the schema names a column that the table lacks, or the table as a codebook.
    """
    read = {field.name: [leaf for leaf in LEAVES if field.source(leaf) == "data"] for field in schema.fields}
    found = [
        f"`{name}`: {', '.join(leaves)} read from the data; a fit refuses it until you mark it `declared`."
        for name, leaves in read.items()
        if leaves
    ]
    found += [f"`{name}`: {_said(schema, name, rule)}." for name, rule in transformations(schema).items()]
    found += [
        f"`{name}` lacks a kind, labels or bounds; a fit would learn them from the budget."
        for name in undetermined(schema)
    ]
    check_known(schema, undetermined(schema))
    if not schema.modelled:
        found.append("No column is left to model: all are dropped, identifiers or text.")
    if source is not None:
        check_codebooks(source, schema)
        check_columns(source, schema, Unit(column=schema.unit_column, max_rows=schema.max_rows))
        extra = [name for name in source.names if name not in schema.names]
        found += [f"The table's column `{name}` is not in the schema; it would be dropped." for name in extra]
    return found


def _said(schema: Schema, name: str, rule: str) -> str:
    generalisation = schema[name].generalisation
    if generalisation is None:
        return f"dropped under the policy {(schema.policy or {}).get('name')}"
    return f"generalised by the rule `{rule}`: {generalisation.says}"
