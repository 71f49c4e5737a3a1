"""The short form of a declared domain: `{"target", "unit", "columns": {name: labels | bounds | kind}}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from privsynth.errors import SchemaError
from privsynth.tableschema.constraint_checks import check_constraints
from privsynth.tableschema.constraint_file import constraints_from_document
from privsynth.tableschema.generalised import generalised_schema
from privsynth.tableschema.hierarchy import found_hierarchy
from privsynth.tableschema.io import read_document
from privsynth.tableschema.model import KINDS, NUMERIC, Field, Schema
from privsynth.tableschema.plain_file import books_of

_ALLOWED = {
    "lower",
    "upper",
    "integer",
    "kind",
    "format",
    "decimals",
    "required",
    "role",
    "action",
    "rule",
    "faker",
    "labels",
    "hierarchy",
}


def read_declaration(path: Path | str, header: Sequence[str]) -> Schema:
    """Read a declaration file for a table with these columns; see `schema_from_declaration`."""
    return schema_from_declaration(read_document(path), header, where=str(path), folder=Path(path).parent)


def schema_from_declaration(
    document: Any, header: Sequence[str], *, where: str = "the declaration", folder: Path | None = None
) -> Schema:
    """Make a schema from a declaration and the table's header.

    Args:
        document: `{"target": name, "unit": name, "max_rows": K, "columns": {name: spec}}`; a spec is a list of labels,
            or a mapping with `lower`, `upper`, `integer`, or with a `kind`; `hierarchy` groups the labels. `constraints` are those
            of a schema.
        header: Column names of the table, in order. Columns that the declaration does not name are dropped.
        where: Name of the document in messages.
        folder: Where codebooks of its constraints lie; None where no file may be read.

    Raises:
        SchemaError: a column is missing from the table, or a spec cannot be read.
    """
    columns = document.get("columns") if isinstance(document, Mapping) else None
    if not isinstance(columns, Mapping) or not columns:
        raise SchemaError(f"{where} declares no `columns`. Give a mapping from column names to labels or bounds.")
    lost = [name for name in columns if name not in header]
    if lost:
        raise SchemaError(
            f"{where} declares the column `{lost[0]}`, which the table lacks. Its columns are: {', '.join(header)}."
        )
    unit, max_rows = _unit(document.get("unit"), header, where), document.get("max_rows", 1)
    fields = [
        _grouped(_declared(name, columns[name]), columns[name], folder) if name in columns else _dropped(name)
        for name in header
    ]
    constraints = constraints_from_document(document.get("constraints"), where=where, folder=folder)
    schema = Schema(
        fields=tuple(fields),
        target=document.get("target"),
        unit_column=unit,
        max_rows=max_rows,
        constraints=constraints,
        codebooks=books_of(document, folder),
    )
    check_constraints(generalised_schema(schema))
    return schema


def _unit(given: Any, header: Sequence[str], where: str) -> Any:
    if given is None or (given == "row" and given not in header):
        return None
    if given not in header:
        raise SchemaError(
            f"{where} declares the unit {given!r}, which the table lacks. Its columns are: {', '.join(header)}."
        )
    return given


def _grouped(field: Field, spec: Any, folder: Path | None) -> Field:
    """Return a field with the hierarchy that its declaration names."""
    given = spec.get("hierarchy") if isinstance(spec, Mapping) else None
    hierarchy, source = found_hierarchy(given, folder, field.name)
    return field if hierarchy is None else field.with_(source.get("hierarchy", "declared"), hierarchy=hierarchy)


def _dropped(name: str) -> Field:
    return Field(name=name, kind="identifier", role="review", action="drop", provenance={"action": "declared"})


def _declared(name: str, spec: Any) -> Field:
    if isinstance(spec, list | tuple):
        return _labelled(name, spec, {})
    if not isinstance(spec, Mapping):
        raise SchemaError(f"The declaration of `{name}` is neither a list of labels nor a mapping. Correct it.")
    unknown = set(spec) - _ALLOWED
    if unknown:
        raise SchemaError(
            f"The declaration of `{name}` has the unknown key {sorted(unknown)[0]!r}. "
            f"Allowed: {', '.join(sorted(_ALLOWED))}."
        )
    if "labels" in spec:
        return _labelled(name, spec["labels"], spec)
    kind = spec.get("kind") or ("integer" if spec.get("integer") else "number")
    if kind not in KINDS:
        raise SchemaError(f"The declaration of `{name}` has the kind {kind!r}. Use one of: {', '.join(KINDS)}.")
    leaves: dict[str, Any] = {"kind": kind, **_common(spec)}
    if kind in NUMERIC and ("lower" in spec or "upper" in spec):
        leaves.update(minimum=spec.get("lower"), maximum=spec.get("upper"))
    if kind in ("text", "identifier"):
        leaves.setdefault("action", "drop")
    return _with_sources(name, leaves)


def _labelled(name: str, labels: Sequence[Any], spec: Mapping[str, Any]) -> Field:
    if not isinstance(labels, list | tuple) or any(isinstance(v, Mapping | list) or v is None for v in labels):
        raise SchemaError(
            f"The declaration of `{name}` has labels that are no list of texts or numbers. Write them as a list."
        )
    texts = tuple(("true" if v else "false") if isinstance(v, bool) else str(v) for v in labels)
    if not texts:
        raise SchemaError(f"The declaration of `{name}` lists no label. Give at least one, or declare another kind.")
    kind = spec.get("kind", "boolean" if all(isinstance(label, bool) for label in labels) else "categorical")
    return _with_sources(name, {"kind": kind, "enum": texts, **_common(spec)})


def _common(spec: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("format", "decimals", "required", "role", "action", "rule", "faker")
    return {key: spec[key] for key in keys if key in spec}


def _with_sources(name: str, leaves: dict[str, Any]) -> Field:
    return Field(name=name, provenance=dict.fromkeys(leaves, "declared"), **leaves)
