"""`privsynth scan` as a command: files, folders, odd headers, rules, gates, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import privsynth
from faker import Faker
from jsonschema import Draft202012Validator

import privsynth as package
from privsynth.errors import UsageError
from privsynth.pii import ScanResult

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = [f"jane{n}.doe@example.org,{20 + n % 50},E-{100000 + n * 37},North {4 + n % 2}" for n in range(60)]
    path.write_text("mail,age,badge,place\n" + "\n".join(rows) + "\n")
    return path


def roles(result: ScanResult) -> dict[str, str]:
    return {column.name: column.role for column in result.columns}


def test_a_folder_is_one_summary_and_one_json_list(capsys: pytest.CaptureFixture[str], people: Path) -> None:
    inner = people.parent / "more"
    inner.mkdir()
    pq.write_table(pa.table({"dob": ["1980-01-02", "1991-11-30"]}), inner / "b.parquet")
    (inner / "notes.md").write_text("not a table")
    (inner / ".hidden.csv").write_text("ssn\n1\n")
    outcome = privsynth(capsys, "scan", people.parent, "--json", people.parent / "found.json")
    assert outcome.code == 0
    assert "2 tables" in outcome.out
    assert "mail" in outcome.out
    found = json.loads((people.parent / "found.json").read_text())
    assert [document["table"] for document in found] == ["b.parquet", "people.csv"]
    validator = Draft202012Validator(json.loads((ROOT / "schemas" / "scan.schema.json").read_text()))
    assert all(validator.is_valid(document) for document in found)


def test_a_folder_without_a_table_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = privsynth(capsys, "scan", tmp_path)
    assert (outcome.code, "holds no table" in outcome.err) == (2, True)


def test_columns_without_a_name_and_with_the_same_name_are_scanned(tmp_path: Path) -> None:
    frame = pd.DataFrame([["a@example.org", "x"], ["b@example.org", "y"]], columns=["", "Mail"])
    frame.to_csv(tmp_path / "odd.csv")
    found = package.scan(tmp_path / "odd.csv")
    assert [column.name for column in found.columns] == ["unnamed", "unnamed (2)", "Mail"]
    assert found.columns[1].entity == "EMAIL_ADDRESS"
    twice = package.scan(pa.table([["a@example.org"], ["x"]], names=["a", "A"]))
    assert [column.name for column in twice.columns] == ["a", "A (2)"]
    assert [column.name for column in package.scan(pd.DataFrame({0: [1], 1: [2]})).columns] == ["0", "1"]


def test_rules_of_the_owner_name_new_entities_and_settle_columns(people: Path, tmp_path: Path) -> None:
    plain = package.scan(people)
    assert roles(plain)["badge"] != "safe"
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "recognizers:\n"
        "  - name: Badge\n    supported_entity: BADGE\n    patterns: [{name: b, regex: '\\bE-\\d{6}\\b', score: 0.9}]\n"
        "entities:\n  BADGE: {role: direct, action: drop, laws: [GDPR 4(1)]}\n"
        "allow: {columns: [mail]}\n"
    )
    found = package.scan(people, rules=rules)
    assert (roles(found)["badge"], roles(found)["mail"]) == ("direct", "safe")
    badge = found.columns[2]
    assert (badge.entity, badge.gdpr, badge.action) == ("BADGE", "4(1)", "drop")
    assert any(item.rule.startswith("custom.") for item in badge.evidence)


def test_a_declared_country_brings_its_numbers(tmp_path: Path) -> None:
    numbers = ["111222333", "123456782", "232262536", "010464554", "324654982"]
    frame = pd.DataFrame({"v1": numbers})
    assert package.scan(frame).columns[0].entity is None
    assert package.scan(frame, countries=["NL"]).columns[0].entity == "NL_BSN"


def test_an_unknown_country_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="XX"):
        package.scan(pd.DataFrame({"a": ["1"]}), countries=["XX"])


def test_a_gate_passes_what_a_schema_settles(capsys: pytest.CaptureFixture[str], people: Path) -> None:
    schema = people.parent / "s.yaml"
    field = "{name: mail, type: string, privsynth: {kind: identifier, role: direct, action: drop}}"
    schema.write_text(f"fields: [{field}]\n")
    open_gate = ("scan", people, "--fail-on", "direct")
    failed = privsynth(capsys, *open_gate)
    assert failed.code == 6
    assert "direct" in failed.err
    left = privsynth(capsys, *open_gate, "--schema", schema)
    assert failed.err.replace("2 columns are", "1 column is") != left.err
    assert left.code == (6 if roles(package.scan(people))["badge"] == "direct" else 0)


def test_one_table_is_one_page_and_no_cell_is_printed(capsys: pytest.CaptureFixture[str], people: Path) -> None:
    page = people.parent / "p.html"
    outcome = privsynth(capsys, "scan", people, "--html", page)
    text = page.read_text("utf-8")
    assert outcome.code == 0
    assert "Personal data" in text
    assert "jane1.doe" not in text + outcome.out + outcome.err
    refused = privsynth(capsys, "scan", people, people.parent / "x.csv", "--html", page)
    assert refused.code == 2


def test_a_model_that_is_not_installed_is_refused(capsys: pytest.CaptureFixture[str], people: Path) -> None:
    outcome = privsynth(capsys, "scan", people, "--ner", "en_nothing_such")
    assert outcome.code == 2
    assert "en_nothing_such" in outcome.err


def test_a_schema_that_was_not_paid_for_carries_the_suggestions_of_the_scan_as_data() -> None:
    fake = Faker("en_US")
    fake.seed_instance(1)
    frame = pd.DataFrame(
        {"c1": [fake.name() for _ in range(300)], "c2": ["M", "F", "F"] * 100, "c3": [n % 9 for n in range(300)]}
    )
    schema = package.schema(frame)
    assert [(field.role, field.action) for field in schema.fields] == [
        ("direct", "fake"),
        ("quasi", "keep"),
        ("safe", "keep"),
    ]
    assert schema["c1"].faker == "name"
    assert (schema["c1"].source("action"), schema["c2"].source("role")) == ("data", "data")
    declared = package.schema(frame, declare={"columns": {"c1": ["a"], "c2": ["M", "F"], "c3": {"kind": "integer"}}})
    assert [field.role for field in declared.fields] == ["safe", "safe", "safe"]
