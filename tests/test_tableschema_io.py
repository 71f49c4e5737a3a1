"""Schemas: what is read is what was written, every file we write is valid, and whatever is wrong is said with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth import pipeline
from privsynth.errors import PrivsynthError, SchemaError
from privsynth.tableschema import (
    Domain,
    Field,
    Schema,
    canonical_label,
    dump_schema,
    read_declaration,
    read_schema,
    schema_from_declaration,
    schema_from_document,
    schema_to_document,
)

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
FORM = json.loads((SCHEMAS / "table_schema.schema.json").read_text("utf-8"))


def valid(document: Any) -> None:
    jsonschema.Draft202012Validator(FORM).validate(json.loads(json.dumps(document)))


def field(**leaves: Any) -> dict[str, Any]:
    return {"fields": [{"name": "x", **leaves}]}


def test_the_form_itself_is_a_json_schema_and_refuses_what_we_refuse() -> None:
    jsonschema.Draft202012Validator.check_schema(FORM)
    for wrong in ({}, {"fields": [{}]}, field(privsynth={"kind": "float"}), field(constraints={"enum": []})):
        with pytest.raises(jsonschema.ValidationError):
            valid(wrong)
        with pytest.raises(SchemaError):
            schema_from_document(wrong)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.yaml")), ids=lambda path: path.name)
def test_ready_made_schemas_are_valid_and_round_trip(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    valid(json.loads(json.dumps(document, default=str)))
    schema = read_schema(path)
    valid(schema_to_document(schema))
    assert schema_from_document(schema_to_document(schema)) == schema
    assert schema_from_document(yaml.safe_load(dump_schema(schema))) == schema
    assert schema_from_document(json.loads(dump_schema(schema, as_json=True))) == schema
    assert not schema.data_leaves()


def test_every_schema_that_is_made_is_valid(tmp_path: Path, people_csv: Path) -> None:
    for made in (
        pipeline.schema(people_csv),
        pipeline.schema(people_csv, epsilon=5.0),
        schema_from_declaration(
            {"columns": {"a": [1, 2], "b": {"lower": 0, "upper": 1}, "c": {"kind": "text"}}}, "abcd"
        ),
    ):
        valid(schema_to_document(made))
        path = tmp_path / "s.json"
        path.write_text(dump_schema(made, as_json=True), "utf-8")
        assert schema_to_document(read_schema(path)) == schema_to_document(made)


def test_unknown_keys_are_kept() -> None:
    document = {
        "title": "t",
        "fields": [
            {"name": "x", "rdfType": "y", "constraints": {"pattern": "a"}, "privsynth": {"kind": "text", "note": 1}}
        ],
        "privsynth": {"version": 1, "owner": "me"},
    }
    written = schema_to_document(schema_from_document(document))
    assert written["title"] == "t"
    assert written["privsynth"]["owner"] == "me"
    assert written["fields"][0]["rdfType"] == "y"
    assert written["fields"][0]["constraints"]["pattern"] == "a"
    assert written["fields"][0]["privsynth"]["note"] == 1


WRONG = [
    ([], "no list `fields`"),
    ({"columns": {}}, "(with `--declare D` if it is a declaration in the short form)"),
    ({"fields": [1]}, "field 1 of the schema is not a mapping"),
    ({"fields": [{"type": "string"}]}, "Field 1 of the schema has no name"),
    ({"fields": [{"name": "x"}, {"name": "x"}]}, "twice"),
    ({"fields": [], "privsynth": {"version": 99}}, "schema version 99"),
    ({"fields": [], "privsynth": {"target": "y"}}, "target is `y`"),
    ({"fields": [], "privsynth": {"target": ["y"]}}, "Give the name of a column"),
    ({"fields": [], "privsynth": {"unit": {"column": "u", "max_rows": 0}}}, "keeps 0 rows of a unit"),
    ({"fields": [], "privsynth": {"unit": {"max_rows": "2"}}}, "Give a whole number"),
    ({"fields": [], "privsynth": {"spend": 3}}, "`privsynth.spend` in the schema is not a mapping"),
    ({"fields": [], "missingValues": "?"}, "`missingValues` in the schema is not a list"),
    (field(privsynth={"kind": "float"}), "kind 'float'. Use one of: boolean"),
    (field(privsynth={"role": "public"}), "role 'public'"),
    (field(privsynth={"action": "mask"}), "action 'mask'"),
    (field(privsynth={"decimals": 16}), "from 0 to 15"),
    (field(privsynth={"decimals": 1.5}), "Give a whole number"),
    (field(privsynth={"faker": 1}), "faker 1. Give a text"),
    (field(privsynth={"provenance": {"kind": "guess"}}), "`provenance.kind` of the field `x` is 'guess'"),
    (field(type="integer", constraints={"minimum": 5, "maximum": 1}), "minimum 5 above its maximum 1"),
    (field(type="date", constraints={"minimum": "2021-01-01", "maximum": "2020-01-01"}), "above its maximum"),
    (field(type="number", constraints={"minimum": "low", "maximum": 1}), "bound 'low', which is not a finite number"),
    (field(type="number", constraints={"minimum": [1], "maximum": 1}), "bound"),
    (field(type="number", constraints={"minimum": 10**400, "maximum": 1}), "not a finite number"),
    (field(type="date", constraints={"minimum": "yesterday", "maximum": "2020-01-01"}), "not a finite date"),
    (field(constraints={"enum": ["a", "b", "a"]}), "lists the label 'a' twice"),
    (field(constraints={"enum": ["12", 12.0]}), "twice"),
    (field(constraints={"enum": []}), "not a list with labels"),
    (field(constraints={"enum": "ab"}), "not a list with labels"),
    (field(constraints={"enum": [["a"]]}), "no text or number"),
    (field(constraints={"enum": ["a\x00"]}), "NUL byte"),
    (field(constraints={"enum": [str(number) for number in range(60_001)]}), "at most 60000"),
    (field(type="date", format="%q"), "the directive '%q'"),
    (field(type="date", format="dd/mm/yyyy"), "no directive"),
    (field(type="date", format="%d/%m/%Y %"), "directive '%'"),
]


@pytest.mark.parametrize(("document", "message"), WRONG)
def test_a_wrong_schema_is_refused_with_its_place(document: Any, message: str) -> None:
    with pytest.raises(SchemaError, match="(?s).*".join(message.split("..."))) as caught:
        schema_from_document(document)
    assert caught.value.message.endswith(".")


DECLARED_WRONG = [
    ({}, "declares no `columns`"),
    ({"columns": {"z": ["a"]}}, "declares the column `z`, which the table lacks"),
    ({"columns": {"a": 1}}, "neither a list of labels nor a mapping"),
    ({"columns": {"a": []}}, "lists no label"),
    ({"columns": {"a": {"labels": 1}}}, "no list of texts or numbers"),
    ({"columns": {"a": ["x", None]}}, "no list of texts or numbers"),
    ({"columns": {"a": {"min": 1}}}, "unknown key 'min'"),
    ({"columns": {"a": {"kind": "float"}}}, "kind 'float'"),
    ({"columns": {"a": {"lower": 3, "upper": 1}}}, "above its maximum"),
    ({"columns": {"a": ["x"]}, "unit": "z"}, "declares the unit 'z', which the table lacks"),
    ({"columns": {"a": ["x"]}, "unit": "b", "max_rows": "many"}, "keeps 'many' rows"),
    ({"columns": {"a": ["x"]}, "target": "z"}, "target is `z`"),
]


@pytest.mark.parametrize(("document", "message"), DECLARED_WRONG)
def test_a_wrong_declaration_is_refused(document: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        schema_from_declaration(document, ["a", "b"])


def test_a_declaration_names_units_targets_and_drops_the_rest() -> None:
    schema = schema_from_declaration(
        {"columns": {"a": ["x"], "t": [True, False]}, "unit": "u", "max_rows": 3, "target": "a"}, ["a", "u", "t", "z"]
    )
    assert (schema.unit_column, schema.max_rows, schema.target) == ("u", 3, "a")
    assert [each.name for each in schema.modelled] == ["a", "t"]
    assert schema["t"].kind == "boolean"
    assert schema_from_declaration({"columns": {"a": ["x"]}, "unit": "row"}, ["a"]).unit_column is None


def test_files_that_are_no_schema(tmp_path: Path) -> None:
    for name, text, message in (
        ("a.yaml", "fields: [", "not readable as YAML or JSON at line"),
        ("a.json", "{", "not readable"),
        ("b.yaml", "\x00", "not readable"),
        ("c.yaml", "[" * 3000, "not readable"),
        ("d.yaml", "!!python/object/apply:os.system ['true']", "not readable"),
        ("e.yaml", "just text", "no list `fields`"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(SchemaError, match=message):
            read_schema(tmp_path / name)
    with pytest.raises(SchemaError, match="There is no file"):
        read_schema(tmp_path / "none.yaml")
    with pytest.raises(SchemaError, match="not a plain file"):
        read_schema(tmp_path)
    (tmp_path / "large.yaml").write_bytes(b" " * 16_000_001)
    with pytest.raises(SchemaError, match="larger than 16 MB"):
        read_declaration(tmp_path / "large.yaml", ["a"])


def test_a_field_without_bounds_or_labels_says_what_it_needs() -> None:
    with pytest.raises(SchemaError, match="no minimum"):
        Domain.of(Field(name="x", kind="integer", maximum=3))
    with pytest.raises(SchemaError, match="no labels"):
        Domain.of(Field(name="x", kind="categorical"))
    with pytest.raises(SchemaError, match="no whole number between"):
        Domain.of(Field(name="x", kind="integer", minimum=0.2, maximum=0.8))
    with pytest.raises(SchemaError, match="spans more than 1e300"):
        Domain.of(Field(name="x", kind="number", minimum=-1e308, maximum=1e308))
    with pytest.raises(SchemaError, match="no field `y`"):
        Schema(fields=(Field(name="x", kind="text"),))["y"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("12.0", "12"),
        ("+12", "12"),
        ("012", "012"),
        ("1e3", "1000"),
        ("-0.0", "0"),
        ("1_0", "1_0"),
        (" 1", " 1"),
        ("１", "１"),
    ],
)
def test_canonical_labels(text: str, label: str) -> None:
    assert canonical_label(text) == label


_LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.text(max_size=2), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1), st.sampled_from(["date", "integer", "%d", "%q", "a"]),
)  # fmt: skip
_FIELD = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b"])},
    optional={
        "type": _LEAF,
        "format": _LEAF,
        "constraints": st.dictionaries(st.sampled_from(["minimum", "maximum", "enum", "required"]), _LEAF) | _LEAF,
        "privsynth": st.dictionaries(
            st.sampled_from(["kind", "role", "action", "decimals", "faker", "provenance"]), _LEAF
        ),
    },
)
_ROOT = st.dictionaries(st.sampled_from(["version", "target", "unit", "spend"]), _LEAF)


@settings(max_examples=300, deadline=None)
@given(st.lists(_FIELD | _LEAF, max_size=3), _LEAF, _ROOT | _LEAF)
def test_no_document_raises_anything_but_our_errors(fields: Any, missing: Any, root: Any) -> None:
    try:
        schema = schema_from_document({"fields": fields, "missingValues": missing, "privsynth": root})
        dump_schema(schema)
        for each in schema.modelled:
            Domain.of(each)
    except PrivsynthError:
        pass
