"""SDV's `Metadata` and our schema, in both directions.

SDV detects metadata by reading the table: types, ranges, labels and keys are then facts about rows. So without a word of the caller
only what such detection takes from column names is used, and personal data that somebody marked by hand; all else is learned again
under the budget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from privsynth.derive import from_names
from privsynth.errors import SchemaError, UsageError
from privsynth.generators.fakes import PROVIDERS, is_known
from privsynth.pii import names_only
from privsynth.sdv.marks import KEY, TABLE, keys_of, mark, table_of, told_of
from privsynth.tableschema.model import LABELLED, NUMERIC, Field, Schema, canonical_label

STATISTICAL = ("numerical", "datetime", "categorical", "ordinal", "boolean")
_DETECTED = ("id", "unknown")  # what detection says of a column whose cells it has read
_TIMES = ("%H", "%I", "%M", "%S", "%f", "%p")
# SDV's types of personal data -> our stand-ins; others are made anew as texts without meaning.
_STAND_INS: Mapping[str, str] = {
    "administrative_unit": "state",
    "ipv4_address": "ipv4_private",
    "ssn": "invalid_ssn",
    "email": "safe_email",
    "ascii_email": "ascii_safe_email",
}
_SDTYPES: Mapping[str, str] = {stand_in: sdtype for sdtype, stand_in in _STAND_INS.items()}


def schema_from_metadata(
    metadata: Any,
    *,
    declared_types: bool = False,
    declared_ranges: bool = False,
    locales: Sequence[str] | str | None = None,
) -> Schema:
    """Return the schema that a metadata of one table stands for.

    Args:
        metadata: A `sdv.metadata.Metadata`, or what its `to_dict` returns.
        declared_types: The caller vouches that sdtypes, formats, decimal places and keys did not come from the data. Otherwise only
            column names count, and marks of personal data.
        declared_ranges: The caller vouches for the types and for `range_min`, `range_max`, `range_values` and `range_is_nullable`.
        locales: Of the stand-ins for personal data, such as `["de_DE"]`.

    Raises:
        UsageError: it describes several tables, a sequence, a key of several columns, or is no metadata.
        SchemaError: a vouched statement cannot be read.
    """
    table, described = single_table(metadata)
    columns, key = described["columns"], described.get("primary_key")
    known = from_names(
        list(columns), {each.name: (each.role, each.action) for each in names_only(list(columns)).columns}
    )
    local = [locales] if isinstance(locales, str) else list(locales or ())
    if declared_types or declared_ranges:
        fields = [_declared(known[name], columns[name], local, ranges=declared_ranges) for name in columns]
        said = {
            "table": table,
            "primary_key": key,
            "alternate_keys": list(described.get("alternate_keys") or ()) or None,
        }
        told = {name: value for name, value in said.items() if value is not None}
    else:
        marked = _identifiers(columns)
        fields = [
            _made_anew(name, marked[name], local, "default") if name in marked else _stand_in(known[name], local)
            for name in columns
        ]
        told = {"table": table}
    target = known.target if any(field.name == known.target and field.modelled for field in fields) else None
    return Schema(fields=tuple(fields), target=target, extra={KEY: told})


def single_table(metadata: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the name and the description of the only table of a metadata.

    Raises:
        UsageError: as `schema_from_metadata`.
    """
    document = metadata.to_dict() if hasattr(metadata, "to_dict") else metadata
    if isinstance(document, Mapping) and "columns" in document:
        document = {"tables": {TABLE: document}}
    tables = document.get("tables") if isinstance(document, Mapping) else None
    if not isinstance(tables, Mapping) or not tables:
        raise UsageError(
            f"The metadata, a {type(metadata).__name__}, describes no table. Give a `sdv.metadata.Metadata`, as from "
            "`Metadata.detect_from_dataframes({'table': frame})`."
        )
    if len(tables) > 1:
        raise UsageError(
            f"The metadata describes {len(tables)} tables ({', '.join(map(str, tables))}). Links between tables are not kept: join what "
            "belongs together, and fit each table with a metadata of its own."
        )
    table, described = next(iter(tables.items()))
    if not described.get("columns"):
        raise UsageError(f"The metadata of the table `{table}` lists no column. Add its columns.")
    if described.get("sequence_key") or described.get("sequence_index"):
        raise UsageError(
            f"The metadata of the table `{table}` has a sequence key or index. What the rows of one sequence have in common is not kept: "
            "remove both, and protect the owner of several rows with `unit=` and `max_rows=`."
        )
    if isinstance(described.get("primary_key"), list | tuple):
        raise UsageError(
            f"The primary key of the table `{table}` has several columns. Keys of one column are made anew; name one, or remove the key."
        )
    return str(table), described


def _identifiers(columns: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the columns that are identifiers by their names, or by a mark of personal data, with their sdtypes.

    Detection takes personal data from column names alone. The marks `id` and `unknown` may say more: a column that is unique in the
    data becomes the primary key, one that refers to another table's key a foreign key, both of the type `id`, which stays when the key is
    removed or moved. So these two are not believed: such columns go by their names.
    """
    believed = {name: column for name, column in columns.items() if column.get("sdtype") not in _DETECTED}
    by_name = _by_name(list(columns)) if len(believed) < len(columns) else {}
    found = {name: believed.get(name, by_name.get(name, {})) for name in columns}
    return {name: str(column["sdtype"]) for name, column in found.items() if _is_identifier(column)}


def _is_identifier(column: Mapping[str, Any]) -> bool:
    sdtype = column.get("sdtype", "categorical")
    return sdtype == "id" or (sdtype not in STATISTICAL and bool(column.get("pii", True)))


def _by_name(names: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return what SDV's detection says of column names alone: of a table without rows."""
    import pandas as pd
    from sdv.metadata import Metadata

    empty = pd.DataFrame({name: pd.Series([], dtype=object) for name in names})
    found: Mapping[str, Any] = Metadata.detect_from_dataframes({TABLE: empty}, infer_keys=None).to_dict()
    columns: Mapping[str, Mapping[str, Any]] = found["tables"][TABLE]["columns"]
    return columns


def _stand_in(field: Field, locales: Sequence[str]) -> Field:
    """Return a field that is dropped for its name with a stand-in, where the name says which."""
    if field.role != "direct":
        return field
    faker = names_only([field.name]).columns[0].faker
    return _faked(field, faker, locales, "default") if faker is not None else field


def _made_anew(name: str, sdtype: str, locales: Sequence[str], source: str) -> Field:
    field = Field(
        name=name,
        kind="identifier",
        role="direct",
        action="drop",
        provenance=dict.fromkeys(("kind", "role", "action"), source),
    )
    if sdtype == "id":
        return mark(field, sdtype="id")
    return mark(_faked(field, _STAND_INS.get(sdtype, sdtype), locales, source), sdtype=sdtype)


def _faked(field: Field, provider: str, locales: Sequence[str], source: str) -> Field:
    """Return a field that is made anew by the first locale that has the provider; as it is, where none has."""
    wanted = [*(f"{locale}:{provider}" for locale in locales if locale != "en_US"), provider]
    found = next((each for each in wanted if is_known(each)), None)
    return field if found is None else field.with_(source, action="fake", faker=found)


def _declared(field: Field, column: Mapping[str, Any], locales: Sequence[str], *, ranges: bool) -> Field:
    """Return a field for whose type, and perhaps whose range, the caller vouches."""
    sdtype = str(column.get("sdtype", "unknown"))
    given = column if ranges else {}
    nullable = given.get("range_is_nullable")
    needed = {} if nullable is None else {"required": not nullable}
    if _is_identifier(column):
        made = _made_anew(field.name, sdtype, locales, "declared")
        return mark(made.with_("declared", **needed), regex_format=column.get("regex_format"))
    plain = Field(name=field.name, kind="categorical", provenance={"role": "declared", "action": "declared"})
    plain = plain.with_("declared", **needed)
    if sdtype == "numerical":
        return _number(plain, column, given)
    if sdtype == "datetime":
        return _moment(plain, column.get("datetime_format"), given)
    if sdtype in LABELLED:
        return _labels(plain, sdtype, given.get("range_values"))
    return mark(replace(plain, provenance={**plain.provenance, "kind": "default"}), sdtype=sdtype)


def _number(field: Field, column: Mapping[str, Any], given: Mapping[str, Any]) -> Field:
    low, high, places = given.get("range_min"), given.get("range_max"), column.get("decimal_places")
    if places is None and low is None and high is None:
        return field  # whole or not: the budget pays for the answer
    leaves: dict[str, Any] = {"kind": "integer" if places == 0 else "number"}
    if places:
        leaves["decimals"] = min(int(places), 15)
    bounds = {"minimum": low, "maximum": high}
    whole = int if places == 0 else float
    leaves.update({leaf: whole(value) for leaf, value in bounds.items() if value is not None})
    return field.with_("declared", **leaves)


def _moment(field: Field, form: str | None, given: Mapping[str, Any]) -> Field:
    kind = "date" if form is not None and not any(each in form for each in _TIMES) else "datetime"
    leaves: dict[str, Any] = {"kind": kind, **({} if form is None else {"format": form})}
    for leaf, name in (("minimum", "range_min"), ("maximum", "range_max")):
        if given.get(name) is not None:
            leaves[leaf] = _iso(field.name, str(given[name]), form, kind)
    return mark(field.with_("declared", **leaves), cells="moment" if form is None else None)


def _iso(name: str, text: str, form: str | None, kind: str) -> str:
    try:
        moment = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)
    except ValueError:
        raise SchemaError(
            f"The metadata's range of the column `{name}` is not written in its datetime_format. Correct one of them."
        ) from None
    return moment.date().isoformat() if kind == "date" else moment.replace(tzinfo=None).isoformat(sep=" ")


def _labels(field: Field, kind: str, values: Sequence[Any] | None) -> Field:
    """Return a field of labels, which come back in the type that they were listed in."""
    if values is None or kind == "boolean":
        return field.with_("declared", kind=kind)
    if all(isinstance(value, bool) for value in values):
        return mark(field.with_("declared", kind="boolean"), sdtype=kind)
    texts = all(isinstance(value, str) for value in values)
    cells = "text" if texts else "number" if any(isinstance(value, float) for value in values) else None
    labels = tuple(value if texts else canonical_label(value) for value in values)
    return mark(field.with_("declared", kind=kind, enum=labels), cells=cells)


def metadata_of(schema: Schema, table: str | None = None) -> Any:
    """Return a schema as a `sdv.metadata.Metadata`: its bounds and labels as ranges, its identifiers as ids or personal data.

    Args:
        schema: Of a fit, a file or `schema_from_metadata`. Whatever it states is stated by the metadata too.
        table: Name of the table; by default the one that the schema remembers.
    """
    from sdv.metadata import Metadata

    described: dict[str, Any] = {"columns": {field.name: _column(field) for field in schema.fields}}
    told = told_of(schema)
    if told.get("primary_key") in keys_of(schema):
        described["primary_key"] = told["primary_key"]
    if others := [name for name in keys_of(schema) if name != told.get("primary_key")]:
        described["alternate_keys"] = others
    name = table_of(schema) if table is None else table
    return Metadata.load_from_dict({"tables": {name: described}, "relationships": [], "METADATA_SPEC_VERSION": "V2"})


def _column(field: Field) -> dict[str, Any]:
    nullable = {"range_is_nullable": not field.required}
    if field.kind in NUMERIC and field.modelled:
        return {**_range(field), **nullable}
    if field.kind in LABELLED and field.modelled:
        known = field.source("kind") != "default"
        return {**_values(field), **nullable} if known else {"sdtype": "unknown", "pii": False}
    if field.source("required") == "default":
        nullable = {}
    sdtype = told_of(field).get("sdtype", _stood_in(field))
    if sdtype is None and field.kind == "text":
        return {"sdtype": "unknown", "pii": True}
    if sdtype not in (None, "id"):
        return {"sdtype": sdtype, "pii": True, **nullable}
    regex = told_of(field).get("regex_format")
    return {"sdtype": "id", **({} if regex is None else {"regex_format": regex}), **nullable}


def _stood_in(field: Field) -> str | None:
    """Return SDV's name for the personal data that a stand-in stands for."""
    provider = (field.faker or "").rpartition(":")[2] if field.action == "fake" else ""
    return _SDTYPES.get(provider, provider) if provider in PROVIDERS and provider != "uuid4" else None


def _range(field: Field) -> dict[str, Any]:
    bounds = {"range_min": field.minimum, "range_max": field.maximum}
    if field.kind in ("integer", "number"):
        places = 0 if field.kind == "integer" else field.decimals
        column: dict[str, Any] = {"sdtype": "numerical", **({} if places is None else {"decimal_places": places})}
        return {**column, **{name: value for name, value in bounds.items() if value is not None}}
    form = field.format
    if form is None and told_of(field).get("cells") != "moment":
        form = "%Y-%m-%d" if field.kind == "date" else "%Y-%m-%d %H:%M:%S"
    written = {
        name: str(moment) if form is None else moment.strftime(form)
        for name, moment in (
            (name, datetime.fromisoformat(str(value))) for name, value in bounds.items() if value is not None
        )
    }
    return {"sdtype": "datetime", **({} if form is None else {"datetime_format": form}), **written}


def _values(field: Field) -> dict[str, Any]:
    from privsynth.sdv.frames import labels_of

    told = told_of(field)
    if field.truth:
        listed = {} if "sdtype" not in told else {"range_values": [True, False]}
        return {"sdtype": told.get("sdtype", "boolean"), **listed}
    values = labels_of(field)
    column = {"sdtype": "ordinal" if field.kind == "ordinal" else "categorical"}
    return {**column, **({} if values is None else {"range_values": values})}
