"""Hierarchies: public groups of labels, from a codebook of ours, a file, a mapping, or first letters."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from privsynth.errors import SchemaError
from privsynth.tableschema import Domain, Field, dump_schema, read_schema, schema_from_declaration, schema_from_document
from privsynth.tableschema.hierarchy import CODEBOOKS, OTHER, codebook, group_names, parents_of

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"


def groups_of(hierarchy: Any, *labels: str) -> list[str]:
    field = Field(name="code", kind="categorical", enum=labels, hierarchy=hierarchy)
    parents, names = parents_of(field), group_names(field)
    assert parents is not None
    return [names[number] for number in parents]


def document(hierarchy: Any, **own: Any) -> dict[str, Any]:
    labels = ["410", "428.0", "250", "x"]
    return {
        "fields": [
            {
                "name": "code",
                "type": "string",
                "constraints": {"enum": labels},
                "privsynth": {"kind": "categorical", "hierarchy": hierarchy, **own},
            }
        ]
    }


@pytest.mark.parametrize(
    ("book", "label", "group"),
    [
        ("icd9cm", "10", "infectious and parasitic diseases"),
        ("icd9cm", "010", "infectious and parasitic diseases"),
        ("icd9cm", "250.83", "endocrine, nutritional, metabolic, immunity"),
        ("icd9cm", "25083", "endocrine, nutritional, metabolic, immunity"),
        ("icd9cm", "428", "circulatory system"),
        ("icd9cm", "V57", "factors influencing health status"),
        ("icd9cm", "e909", "external causes"),
        ("icd9cm", "E8130", "external causes"),
        ("icd9cm", "999", "injury and poisoning"),
        ("icd9cm", "?", OTHER),
        ("icd10", "I10", "circulatory system"),
        ("icd10", "I10.9", "circulatory system"),
        ("icd10", "i109", "circulatory system"),
        ("icd10", "D48.9", "neoplasms"),
        ("icd10", "C7A.00", "neoplasms"),
        ("icd10", "D50", "blood, blood-forming organs, immune mechanism"),
        ("icd10", "H59", "eye and adnexa"),
        ("icd10", "H60", "ear and mastoid process"),
        ("icd10", "O9A.1", "pregnancy, childbirth, puerperium"),
        ("icd10", "Y98", "external causes"),
        ("icd10", "410", OTHER),
        ("icd10", "I1", OTHER),
        ("atc", "C09AA05", "cardiovascular system"),
        ("atc", "E", OTHER),
        ("naics", "311812", "manufacturing"),
        ("naics", "62", "health care and social assistance"),
        ("nace", "1", "A agriculture, forestry, fishing"),
        ("nace", "01.11", "A agriculture, forestry, fishing"),
        ("nace", "86", "Q human health and social work"),
    ],
)
def test_a_codebook_knows_the_group_of_a_code(book: str, label: str, group: str) -> None:
    assert groups_of(book, label, "zz") == [group, OTHER]


@pytest.mark.parametrize("name", CODEBOOKS)
def test_every_codebook_states_its_source_and_its_ranges_do_not_meet(name: str) -> None:
    book = codebook(name)
    assert book["name"] == name
    assert len(book["source"]) > 20
    ranges = sorted(tuple(item.split("-")) for items in book["groups"].values() for item in items)
    assert all(low <= high for low, high in ranges)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ranges))


def test_every_three_digit_code_has_a_chapter() -> None:
    labels = [f"{number:03d}" for number in range(1, 1000)]
    assert OTHER not in groups_of("icd9cm", *labels)


def test_a_label_that_is_listed_goes_before_a_range() -> None:
    hierarchy = {"circulatory": ["390-459", 785], "failure": ["428"], "bands": ["60-69"]}
    assert groups_of(hierarchy, "410.1", "428", "785", "60-69", "4280", "-1", "65") == [
        "circulatory", "failure", "circulatory", "bands", OTHER, OTHER, "bands",
    ]  # fmt: skip


def test_whole_numbers_go_by_value_and_codes_by_their_first_characters() -> None:
    assert groups_of({"low": ["5-9"], "high": ["10-99"]}, "50", "7", "7.5", "007", "100") == [
        "high",
        "low",
        "low",
        "low",
        OTHER,
    ]
    assert groups_of({"one": ["A1-A5"], "two": ["A6-A9"]}, "A17", "A6x", "B1", "A") == ["one", "two", OTHER, OTHER]


def test_first_letters_are_groups() -> None:
    assert groups_of("prefix:2", "ab-1", "AB2", "a.c", "a") == ["AB", "AB", "AC", OTHER]


def test_a_domain_knows_the_parents_of_its_codes() -> None:
    domain = Domain.of(Field(name="code", kind="categorical", enum=("428", "?", "410", "V10"), hierarchy="icd9cm"))
    assert domain.parents is not None
    assert domain.parents.tolist() == [0, 2, 0, 1]
    assert domain.parents.dtype == np.int64
    assert Domain.of(Field(name="code", kind="categorical", enum=("428",))).parents is None
    assert Domain.of(Field(name="age", kind="integer", minimum=0, maximum=9)).parents is None


@pytest.mark.parametrize(
    "hierarchy",
    [
        "icd11",
        "prefix:0",
        "prefix:21",
        "book.csv",
        {},
        {"a": []},
        {"a": "b"},
        {"a": [None]},
        {"a": ["9-1"]},
        {"a": ["A1-B22"]},
        3,
        [],
    ],
)
def test_what_is_no_hierarchy_is_refused(hierarchy: Any) -> None:
    with pytest.raises(SchemaError, match="hierarchy"):
        Field(name="code", kind="categorical", enum=("1",), hierarchy=hierarchy)


@pytest.mark.parametrize("hierarchy", ["icd9cm", "prefix:1", {"heart": ["390-459"], "sugar": ["250"]}])
def test_a_schema_file_keeps_its_hierarchy(tmp_path: Path, hierarchy: Any) -> None:
    path = tmp_path / "s.yaml"
    schema = schema_from_document(document(hierarchy))
    path.write_text(dump_schema(schema), encoding="utf-8")
    again = read_schema(path)
    assert again["code"].hierarchy == schema["code"].hierarchy
    assert again["code"].provenance["hierarchy"] == schema["code"].provenance["hierarchy"]
    assert group_names(again["code"]) == group_names(schema["code"]) != ()
    jsonschema.validate(
        json.loads(dump_schema(schema, as_json=True)), json.loads((SCHEMAS / "table_schema.schema.json").read_text())
    )


def test_a_codebook_of_ours_is_public_and_a_mapping_is_declared() -> None:
    ours, own = schema_from_document(document("icd9cm"))["code"], schema_from_document(document({"a": ["x"]}))["code"]
    assert ours.source("hierarchy") == "public"
    assert ours.provenance["hierarchy"]["name"] == "icd9cm"
    assert len(ours.provenance["hierarchy"]["sha256"]) == 64
    assert own.source("hierarchy") == "declared"


def test_groups_that_were_read_from_the_data_are_counted_as_such() -> None:
    schema = schema_from_document(document({"a": ["x"]}, provenance={"hierarchy": "data"}))
    assert schema.data_leaves() == ("code.hierarchy",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("book.csv", "code,parent\n410,heart\n428.0,heart\n250,sugar\n,\n"),
        ("book.tsv", "parent\tcode\nheart\t400-459\nsugar\t250\n"),
        ("book.yaml", "heart: [400-459]\nsugar: ['250']\n"),
        ("book.json", '{"heart": ["400-459"], "sugar": [250]}'),
    ],
)
def test_a_codebook_lies_beside_the_schema(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    path = tmp_path / "s.json"
    path.write_text(json.dumps(document(name)), encoding="utf-8")
    field = read_schema(path)["code"]
    assert parents_of(field).tolist() == [0, 0, 1, 2]  # type: ignore[union-attr]
    assert group_names(field) == ("heart", "sugar", OTHER)
    assert field.provenance["hierarchy"]["name"] == name
    (tmp_path / name).unlink()
    path.write_text(dump_schema(read_schema_again(path, field), as_json=True), encoding="utf-8")
    assert group_names(read_schema(path)["code"]) == group_names(field)


def read_schema_again(path: Path, field: Field) -> Any:
    """Return the schema with the field as it was read: it holds the codebook and needs the file no more."""
    found = json.loads(path.read_text(encoding="utf-8"))
    del found["fields"][0]["privsynth"]["hierarchy"]
    return schema_from_document(found).with_fields([field])


@pytest.mark.parametrize("text", ["label,group\n1,2\n", "code,parent\n", "\xff"])
def test_a_bad_codebook_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "book.csv").write_text(text, encoding="latin-1")
    (tmp_path / "s.json").write_text(json.dumps(document("book.csv")), encoding="utf-8")
    with pytest.raises(SchemaError, match=r"book\.csv"):
        read_schema(tmp_path / "s.json")
    with pytest.raises(SchemaError, match="hierarchy"):
        schema_from_document(document("book.csv"))


def test_a_declaration_may_name_one(tmp_path: Path) -> None:
    spec = {"columns": {"code": {"labels": ["410", "250"], "hierarchy": "icd9cm"}, "sex": ["f", "m"]}}
    schema = schema_from_declaration(spec, ["code", "sex"])
    assert schema["code"].source("hierarchy") == "public"
    assert schema["code"].source("enum") == "declared"
    assert group_names(schema["code"]) == ("endocrine, nutritional, metabolic, immunity", "circulatory system")
    assert schema["sex"].hierarchy is None
    (tmp_path / "book.csv").write_text("code,parent\n410,heart\n", encoding="utf-8")
    spec["columns"]["code"] = {"labels": ["410", "250"], "hierarchy": "book.csv"}
    found = schema_from_declaration(spec, ["code", "sex"], folder=tmp_path)
    assert group_names(found["code"]) == ("heart", OTHER)
