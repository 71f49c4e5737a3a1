"""The policy `hipaa-safe-harbor`: what it does to columns, what it refuses, and where it says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import privsynth
from privsynth.cli import cli
from privsynth.errors import SchemaError, UsageError
from privsynth.safe_harbor import transformations, under_policy
from privsynth.tableschema import Field, Schema, read_schema, schema_from_declaration, schema_to_document

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"


def stated(name: str, **leaves: Any) -> Field:
    return Field(name=name, provenance=dict.fromkeys(leaves, "declared"), **leaves)


def settled(*fields: Field, as_of: int = 2024, **more: Any) -> Schema:
    return under_policy(Schema(fields=fields, **more), asked=True, as_of=as_of)


def from_header(*names: str) -> dict[str, str]:
    """Return what becomes of columns of which the names alone are known; what is kept is left out."""
    return transformations(settled(*(Field(name=name, kind="categorical") for name in names)))


def test_names_alone_decide_what_stays() -> None:
    rules = {
        "age": "age_90",
        "birth_date": "birth_year_90:2024",
        "date_of_birth": "birth_year_90:2024",
        "admission_date": "year",
        "zip_code": "zip3",
    }
    dropped = (
        "city", "county", "latitude", "street_address", "email", "phone", "ssn", "url", "ip_address", "mrn", "account_number", "vin",
        "notes", "first_name", "month", "weekday", "district", "census_tract", "region", "employer",
    )  # fmt: skip
    kept = (
        "sex",
        "state",
        "glucose",
        "diagnosis_code",
        "hours_per_week",
        "length_of_stay_days",
        "num_visits",
    )
    assert from_header(*rules, *dropped, *kept) == {**rules, **dict.fromkeys(dropped, "dropped")}


def test_a_date_is_reduced_to_its_year_whatever_it_is_called() -> None:
    schema = settled(stated("x", kind="date", minimum="2015-01-01", maximum="2020-06-30"), stated("y", kind="datetime"))
    assert transformations(schema) == {"x": "year", "y": "year"}
    assert (schema["x"].kind, schema["x"].minimum, schema["x"].maximum) == ("integer", 2015, 2020)
    assert schema["x"].source("minimum") == "declared"
    assert schema["x"].provenance["action"] == {"source": "public", "name": "45 CFR 164.514(b)(2)(i)(C)"}


def test_it_may_be_applied_again_and_travels_with_the_schema() -> None:
    schema = settled(
        stated("age", kind="integer", minimum=0, maximum=120),
        stated("dob", kind="date"),
        Field(name="mrn", kind="text"),
    )
    assert schema.policy == {"name": "hipaa-safe-harbor", "as_of": 2024, "vouched": []}
    assert under_policy(schema) == schema
    assert under_policy(schema, asked=True) == schema
    later = under_policy(schema, asked=True, as_of=2030)
    assert (later["dob"].rule, later["dob"].minimum, later["age"]) == ("birth_year_90:2030", 1940, schema["age"])
    broken = schema.with_fields(
        [stated("age", kind="integer", minimum=0, maximum=120, action="keep"), *schema.fields[1:]]
    )
    with pytest.raises(SchemaError, match="`age`"):
        under_policy(broken)


CONTRADICTIONS = [
    (stated("admitted", kind="date", action="keep"), "rule `year`"),
    (stated("admitted", kind="date", action="keep", role="safe"), r"164.514\(b\)\(2\)\(i\)\(C\)"),
    (stated("admitted", kind="integer", action="generalise", rule="month"), "generalised by the rule `month`"),
    (stated("age", kind="integer", minimum=0, maximum=120, action="keep"), "rule `age_90`"),
    (stated("age", kind="integer", action="generalise", rule="band:5"), "rule `age_90`"),
    (stated("age", kind="categorical", enum=("80-89", "90-99"), action="keep"), "rule `age_90`"),
    (stated("zip", kind="categorical", enum=("02139",), action="keep"), "rule `zip3`"),
    (stated("zip", kind="categorical", enum=("036",), action="keep"), "rule `zip3`"),
    (stated("zip", kind="categorical", action="generalise", rule="prefix:3"), "rule `zip3`"),
    (stated("dob", kind="date", action="generalise", rule="year"), "birth_year_90:2024"),
    (stated("dob", kind="integer", action="generalise", rule="birth_year_90:2015"), "birth_year_90:2024"),
    (stated("birth_year", kind="integer", minimum=1920, maximum=2020, action="keep"), "birth_year_90:2024"),
    (stated("city", kind="categorical", enum=("Boston",), action="keep"), r"\(B\)\) nothing of it may stay"),
    (stated("email", kind="categorical", enum=("a",), action="keep"), r"\(F\)"),
]


@pytest.mark.parametrize(
    ("field", "told"), CONTRADICTIONS, ids=lambda each: each.name if isinstance(each, Field) else ""
)
def test_what_the_owner_declares_against_it_is_refused_with_column_and_rule(field: Field, told: str) -> None:
    if field.name == "admitted" and field.kind == "integer":
        field = Field(
            name="admission_date", kind="integer", action="generalise", rule="month", provenance=dict(field.provenance)
        )
    with pytest.raises(SchemaError, match=told) as caught:
        settled(field)
    assert f"`{field.name}`" in str(caught.value)


@pytest.mark.parametrize(
    "field",
    [
        stated("age", kind="integer", minimum=18, maximum=89, action="keep"),
        stated("age", kind="categorical", enum=("0-44", "45-89", "90+"), action="keep"),
        stated("age", kind="categorical", enum=("young", "old"), action="keep"),
        stated("zip", kind="categorical", enum=("021", "100"), action="keep"),
        stated("admission_year", kind="integer", minimum=2010, maximum=2024, action="keep"),
        stated("admission_year", kind="categorical", enum=("2019", "2020"), action="keep"),
        stated("birth_year", kind="integer", minimum=1935, maximum=2020, action="keep"),
        stated("email", kind="identifier", action="fake", faker="email"),
        stated("email", kind="identifier", action="drop"),
    ],
    ids=lambda field: field.name,
)
def test_what_the_declaration_itself_keeps_within_the_rule_is_left_alone(field: Field) -> None:
    schema = settled(field)
    assert schema.fields == (field,)
    assert schema.policy is not None
    assert schema.policy["vouched"] == []


@pytest.mark.parametrize(
    "field",
    [
        stated("region", kind="categorical", enum=("Midwest", "South"), action="keep"),
        stated("month", kind="integer", minimum=1, maximum=12, action="keep"),
        stated("city", kind="boolean", action="keep", role="safe"),
    ],
    ids=lambda field: field.name,
)
def test_where_a_name_misleads_the_owner_may_vouch_and_is_quoted(field: Field) -> None:
    schema = settled(field, stated("cost", kind="number", minimum=0, maximum=9))
    assert schema.fields[0] == field
    assert schema.policy is not None
    assert schema.policy["vouched"] == [field.name]
    told = privsynth.plan_fit(pd.DataFrame({field.name: [1], "cost": [1]}), epsilon=1, schema=schema).to_json()
    assert told["policy"]["vouched"] == [field.name]


def test_the_unit_keeps_its_cells() -> None:
    schema = settled(
        stated("mrn", kind="identifier"), stated("cost", kind="number", minimum=0, maximum=1), unit_column="mrn"
    )
    assert transformations(schema) == {}


@pytest.mark.parametrize(("asked", "as_of"), [(False, 2024), (True, 24), (True, 3000)])
def test_a_reference_year_needs_the_policy_and_must_be_a_year(asked: bool, as_of: int) -> None:
    with pytest.raises(UsageError, match="reference year"):
        under_policy(Schema(fields=()), asked=asked, as_of=as_of)


# The whole way


def admissions(rows: int = 2500) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    days = pd.Timestamp("2018-01-01") + pd.to_timedelta(rng.integers(0, 2000, rows), unit="D")
    born = days - pd.to_timedelta(rng.integers(20 * 365, 100 * 365, rows), unit="D")
    return pd.DataFrame({
        "mrn": [f"M{place:07d}" for place in range(rows)],
        "birth_date": born.strftime("%Y-%m-%d"),
        "age": (days.year - born.year),
        "zip": rng.choice(["02139", "10001", "60606", "03601"], rows),
        "city": rng.choice(["Boston", "Chicago"], rows),
        "seen": days.strftime("%m/%d/%Y"),
        "ward": rng.choice(["A", "B", "C"], rows),
        "cost": rng.gamma(2, 500, rows).round(2),
    })  # fmt: skip


TOLD = {
    "mrn": "dropped",
    "birth_date": "birth_year_90:2024",
    "age": "age_90",
    "zip": "zip3",
    "city": "dropped",
    "seen": "year",
}


def only_years_areas_and_ages(made: pd.DataFrame) -> None:
    assert set(made.columns) == {"birth_date", "age", "zip", "seen", "ward", "cost"}
    assert pd.to_numeric(made["age"]).max() <= 90
    assert pd.to_numeric(made["birth_date"]).between(1934, 2024).all()
    assert pd.to_numeric(made["seen"]).dropna().between(2017, 2024).all()
    assert set(made["zip"].dropna().astype(str)) <= {"000", "021", "100", "606"}


def test_a_fit_without_a_schema_learns_the_dates_that_no_name_tells() -> None:
    model = privsynth.fit(admissions(), epsilon=20, safe_harbor=True, as_of=2024)
    assert transformations(model.schema) == TOLD
    assert model.schema["seen"].source("rule") == "dp"  # its kind was paid for
    assert model.schema["zip"].source("rule") == "public"
    only_years_areas_and_ages(privsynth.sample(model, 3000, seed=1))
    sentence = model.guarantee.sentence()
    assert (
        "Safe Harbor transformations applied (to columns; no legal advice): mrn -> dropped, birth_date -> birth_year"
        in sentence
    )
    again = privsynth.fit(admissions(), epsilon=1, schema=model.schema)
    assert again.guarantee.policy == "hipaa-safe-harbor"


def test_a_run_leaves_generalised_rows_and_says_so_everywhere(tmp_path: Path) -> None:
    table, out = tmp_path / "t.csv", tmp_path / "out"
    admissions(1500).to_csv(table, index=False)
    wanted = {"epsilon": 20, "generator": "copula", "safe_harbor": True, "as_of": 2024}
    owner = privsynth.run(table, out=out, seed=1, **wanted)
    only_years_areas_and_ages(pd.read_csv(out / "release" / "synthetic.csv", dtype=str))
    manifest = json.loads((out / "release" / "manifest.json").read_text("utf-8"))
    assert manifest["guarantee"]["transformed"] == TOLD
    assert manifest["guarantee"]["policy"] == "hipaa-safe-harbor"
    report = json.loads((out / "release" / "report.json").read_text("utf-8"))
    form = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(report)
    columns = {each["name"]: each for each in report["declarations"]["columns"]}
    assert columns["age"]["rule"] == "age_90"
    assert "90 stands for 90 or more" in columns["age"]["done"]
    assert columns["city"]["done"] == "dropped (45 CFR 164.514(b)(2)(i)(B))"
    assert any(each["what"] == "Safe Harbor" and "no legal advice" in each["why"] for each in report["not_tested"])
    assert "zip -&gt; zip3" in (out / "release" / "report.html").read_text("utf-8")
    assert "90 stands for 90 or more" in (out / "release" / "schema.yaml").read_text("utf-8")
    assert owner["audit"]["verdict"] != "leak"
    assert owner["evaluate"]["marginals"]["1"]["value"] < 0.2  # years beside years, not beside dates


def test_the_owner_is_told_of_columns_that_the_names_do_not_tell() -> None:
    from privsynth.report.personal import personal_data

    found = [{"name": name, "entity": "CITY", "role": "quasi", "hipaa": "B"} for name in ("loc", "town")]
    columns = [{"name": "loc", "done": "modelled"}, {"name": "town", "done": "dropped"}]
    for policy, told in ((None, 0), ({"name": "hipaa-safe-harbor"}, 1)):
        section = personal_data({"columns": found}, {"columns": columns, "policy": policy})
        assert str(section).count("Safe Harbor names what the scan found (B)") == told


def test_the_command_line_says_what_it_does(tmp_path: Path) -> None:
    table, made = tmp_path / "t.csv", tmp_path / "s.yaml"
    admissions(400).to_csv(table, index=False)
    policy = ["--hipaa-safe-harbor", "--as-of", "2024"]
    ran = CliRunner().invoke(cli, ["fit", str(table), "--epsilon", "1", "--dry-run", *policy], catch_exceptions=False)
    plan = json.loads(ran.stdout)
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / "plan.schema.json").read_text("utf-8"))).validate(plan)
    assert plan["transformed_columns"] == {name: rule for name, rule in TOLD.items() if name != "seen"}
    ran = CliRunner().invoke(cli, ["schema", str(table), "-o", str(made), *policy], catch_exceptions=False)
    assert "zip -> zip3" in ran.output
    schema = read_schema(made)
    form = json.loads((SCHEMAS / "table_schema.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(json.loads(json.dumps(schema_to_document(schema))))
    assert transformations(schema) == TOLD
    assert schema["seen"].source("rule") == "data"
    ran = CliRunner().invoke(cli, ["check", str(made), str(table)], catch_exceptions=False)
    assert "`age`: generalised by the rule `age_90`: whole years of age; 90 stands for 90 or more." in ran.output
    assert "`city`: dropped under the policy hipaa-safe-harbor." in ran.output


def test_check_holds_a_schema_against_the_policy() -> None:
    schema = schema_from_declaration({"columns": {"city": {"labels": ["a"], "action": "keep"}}}, ["city"])
    assert privsynth.check(schema) == []
    with pytest.raises(SchemaError, match="`city`"):
        privsynth.check(schema, safe_harbor=True)
