"""Schemas as YAML or JSON files, in the form of a Frictionless Table Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from privsynth.errors import SchemaError
from privsynth.tableschema import plain_file
from privsynth.tableschema.constraint_checks import check_constraints
from privsynth.tableschema.constraint_file import constraint_document, constraints_from_document
from privsynth.tableschema.generalised import generalised_schema
from privsynth.tableschema.hierarchy import found_hierarchy, hierarchy_document
from privsynth.tableschema.model import LEAVES, SOURCES, Field, Schema
from privsynth.tableschema.person import person_of
from privsynth.tableschema.plain_file import books_of, document_of, text_of

_TYPES = {
    "boolean": "boolean",
    "categorical": "string",
    "ordinal": "string",
    "integer": "integer",
    "number": "number",
    "datetime": "datetime",
    "date": "date",
    "text": "string",
    "identifier": "string",
    "constant": "string",
}
_KIND_OF_TYPE = {
    "integer": "integer",
    "year": "integer",
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
_FIELD_KEYS = ("name", "type", "format", "constraints", "privsynth")
_OWN_KEYS = ("kind", "role", "action", "rule", "decimals", "faker", "hierarchy", "provenance")
_ROOT_KEYS = ("version", "target", "unit", "spend", "policy", "constraints")
_CONSTRAINTS = ("minimum", "maximum", "enum", "required")
VERSION = 1
POLICIES = ("hipaa-safe-harbor",)


def read_document(path: Path | str) -> Any:
    """Read a YAML or JSON file into plain values.

    Raises:
        SchemaError: the file is missing, no plain file, not text, not YAML/JSON (without anchors and aliases), or over 16 MB.
    """
    return document_of(plain_file.read_text(Path(path)), path)


def read_schema(path: Path | str) -> Schema:
    """Read a schema file.

    Raises:
        SchemaError: the file is no schema; the message names the field and the key.
    """
    return schema_from_document(read_document(path), where=str(path), folder=Path(path).parent)


def schema_from_document(document: Any, *, where: str = "the schema", folder: Path | None = None) -> Schema:
    """Read a schema from plain values; codebooks that its constraints name are looked up in `folder` only."""
    if not isinstance(document, Mapping) or not isinstance(document.get("fields"), list):
        raise SchemaError(
            f"{where} is no table schema: it has no list `fields`. Make one with `privsynth schema TABLE -o S.yaml` "
            "(with `--declare D` if it is a declaration in the short form)."
        )
    root = _mapping(document.get("privsynth", {}), f"`privsynth` in {where}")
    if root.get("version", VERSION) != VERSION:
        raise SchemaError(
            f"{where} has the schema version {root['version']!r}; this privsynth reads {VERSION}. Use a newer one."
        )
    unit = _mapping(root.get("unit") or {}, f"`privsynth.unit` in {where}")
    constraints = constraints_from_document(root.get("constraints"), where=where, folder=folder)
    schema = Schema(
        fields=tuple(
            _field(each, position, where, folder) for position, each in enumerate(document["fields"], start=1)
        ),
        target=root.get("target"),
        unit_column=unit.get("column"),
        max_rows=_whole(unit.get("max_rows", 1), "privsynth.unit.max_rows", where),
        missing=_missing(document, where),
        policy=_policy(root.get("policy"), where),
        spend=None if root.get("spend") is None else _mapping(root["spend"], f"`privsynth.spend` in {where}"),
        constraints=constraints,
        codebooks=books_of(document, folder),
        extra=_unknown_of_table(document, root),
    )
    if constraints:
        check_constraints(generalised_schema(schema))
    person_of(schema)
    return schema


def _missing(document: Mapping[str, Any], where: str) -> tuple[str, ...]:
    missing = document.get("missingValues", [""])
    if not isinstance(missing, list):
        raise SchemaError(f"`missingValues` in {where} is not a list. Write it as a list of texts.")
    return tuple(str(token) for token in missing)


def _unknown_of_table(document: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a table that is not ours: it is kept and written again."""
    outer = {key: value for key, value in document.items() if key not in ("fields", "missingValues", "privsynth")}
    own = {key: value for key, value in root.items() if key not in _ROOT_KEYS}
    return outer | ({"privsynth": own} if own else {})


def _policy(given: Any, where: str) -> Mapping[str, Any] | None:
    if given is None:
        return None
    policy = _mapping(given, f"`privsynth.policy` in {where}")
    if policy.get("name") not in POLICIES or not isinstance(policy.get("as_of"), int):
        raise SchemaError(
            f"`privsynth.policy` in {where} is not known. Give `name` (one of: {', '.join(POLICIES)}) and `as_of`, a year."
        )
    return dict(policy)


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SchemaError(f"{what} is not a mapping. Write it as `key: value` pairs.")
    return value


def _whole(value: Any, what: str, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SchemaError(f"`{what}` in {where} is {value!r}. Give a whole number.")
    return value


def _field(document: Any, position: int, where: str, folder: Path | None) -> Field:
    given = _mapping(document, f"field {position} of {where}")
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise SchemaError(f"Field {position} of {where} has no name. Every field needs one.")
    own = _mapping(given.get("privsynth") or {}, f"`privsynth` of the field `{name}`")
    limits = _mapping(given.get("constraints") or {}, f"`constraints` of the field `{name}`")
    labels = _labels(limits.get("enum"), name)
    hierarchy, source = found_hierarchy(own.get("hierarchy"), folder, name)
    source = {leaf: each for leaf, each in source.items() if leaf not in (own.get("provenance") or {})}
    return Field(
        name=name,
        kind=own.get("kind") or _kind_of(str(given.get("type", "string")), labels),
        role=own.get("role", "safe"),
        action=own.get("action", "keep"),
        minimum=_bound(limits.get("minimum")),
        maximum=_bound(limits.get("maximum")),
        enum=labels,
        required=bool(limits.get("required", False)),
        format=None if given.get("format") in (None, "default", "any") else str(given["format"]),
        decimals=None if own.get("decimals") is None else _whole(own["decimals"], f"{name}.decimals", where),
        faker=own.get("faker"),
        rule=own.get("rule"),
        hierarchy=hierarchy,
        provenance={**_provenance(name, own.get("provenance") or {}, limits, given), **source},
        extra=_unknown(given, limits, own),
    )


def _labels(given: Any, name: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not given:
        raise SchemaError(f"`enum` of the field `{name}` is not a list with labels. Write it as a list.")
    if any(isinstance(label, Mapping | list) or label is None for label in given):
        raise SchemaError(f"`enum` of the field `{name}` has a label that is no text or number. Write labels as texts.")
    return tuple(text_of(label) for label in given)


def _unknown(given: Mapping[str, Any], limits: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a field that is not ours: it is kept and written again."""
    outer = {key: value for key, value in given.items() if key not in _FIELD_KEYS}
    inner = {
        "constraints": {key: value for key, value in limits.items() if key not in _CONSTRAINTS},
        "privsynth": {key: value for key, value in own.items() if key not in _OWN_KEYS},
    }
    return {**outer, **{name: more for name, more in inner.items() if more}}


def _kind_of(type_name: str, labels: Sequence[str] | None) -> str:
    if labels is not None and type_name != "boolean":
        return "categorical"
    return _KIND_OF_TYPE.get(type_name, "text")


def _bound(value: Any) -> float | str | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return text_of(value)


def _provenance(name: str, given: Any, limits: Mapping[str, Any], field: Mapping[str, Any]) -> dict[str, Any]:
    """A leaf without a stated source was written by a person: declared."""
    stated = dict(_mapping(given, f"`provenance` of the field `{name}`"))
    for leaf, source in stated.items():
        found = source.get("source") if isinstance(source, Mapping) else source
        if found not in SOURCES:
            raise SchemaError(
                f"`provenance.{leaf}` of the field `{name}` is {found!r}. Use one of: {', '.join(SOURCES)}."
            )
    own = field.get("privsynth") or {}
    present = {leaf for leaf in LEAVES if leaf in limits or leaf in own or (leaf == "format" and field.get("format"))}
    return {**dict.fromkeys(present, "declared"), **stated}


def schema_to_document(schema: Schema) -> dict[str, Any]:
    """Return a schema as plain values, unknown keys included."""
    root: dict[str, Any] = {"version": VERSION, "target": schema.target}
    root["unit"] = {"column": schema.unit_column, "max_rows": schema.max_rows}
    if schema.policy is not None:
        root["policy"] = dict(schema.policy)
    if schema.spend is not None:
        root["spend"] = dict(schema.spend)
    if schema.constraints:
        root["constraints"] = [constraint_document(each) for each in schema.constraints]
    extra = dict(schema.extra)
    root.update(extra.pop("privsynth", {}))
    return {
        **extra,
        "fields": [_field_document(each) for each in schema.fields],
        "missingValues": list(schema.missing),
        "privsynth": root,
    }


def _field_document(field: Field) -> dict[str, Any]:
    extra = dict(field.extra)
    limits = _limits_document(field) | extra.pop("constraints", {})
    own = _own_document(field) | extra.pop("privsynth", {})
    document: dict[str, Any] = {"name": field.name, "type": _TYPES[field.kind]}
    if field.format is not None:
        document["format"] = field.format
    if limits:
        document["constraints"] = limits
    return {**document, **extra, "privsynth": own}


def _limits_document(field: Field) -> dict[str, Any]:
    limits = {
        "minimum": field.minimum,
        "maximum": field.maximum,
        "required": field.required or None,
        "enum": None if field.enum is None else list(field.enum),
    }
    return {leaf: value for leaf, value in limits.items() if value is not None}


def _own_document(field: Field) -> dict[str, Any]:
    own: dict[str, Any] = {"kind": field.kind, "role": field.role, "action": field.action}
    optional = (
        ("rule", field.rule),
        ("decimals", field.decimals),
        ("faker", field.faker),
        ("hierarchy", hierarchy_document(field.hierarchy)),
    )
    own.update({key: value for key, value in optional if value is not None})
    unstated = dict.fromkeys(("kind", "role", "action"), "default")
    own["provenance"] = {
        leaf: dict(source) if isinstance(source, Mapping) else source
        for leaf, source in {**unstated, **field.provenance}.items()
    }
    return own


def dump_schema(schema: Schema, *, as_json: bool = False) -> str:
    """Return the text of a schema file."""
    import yaml

    document = schema_to_document(schema)
    if as_json:
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    class PlainDumper(yaml.SafeDumper):
        def ignore_aliases(self, _: Any) -> bool:  # which are not read again
            return True

    return str(yaml.dump(document, Dumper=PlainDumper, sort_keys=False, allow_unicode=True, width=120))
