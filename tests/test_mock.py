"""Rows from a schema alone: they keep all that it says, read no data, and say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import privsynth
from privsynth.cli import cli
from privsynth.errors import PrivsynthError, SchemaError, UsageError
from privsynth.generators.uniform import UniformModel
from privsynth.mocking import Mock
from privsynth.provenance import read_provenance
from privsynth.table.kept import broken_rows
from privsynth.tableschema import read_schema, schema_from_document
from privsynth.tableschema.model import LABELLED, Field, Schema

ROOT = Path(__file__).parents[1]
READY = ("hospital_admissions", "card_accounts")


def number(name: str, kind: str = "integer", **limits: Any) -> dict[str, Any]:
    return {"name": name, "constraints": {"required": True, **limits}, "privsynth": {"kind": kind}}


def small(**root: Any) -> dict[str, Any]:
    labels = {"name": "dept", "constraints": {"enum": ["a", "b"]}, "privsynth": {"kind": "categorical"}}
    return {"fields": [number("age", minimum=18, maximum=90), labels], "privsynth": root}


def inside(cells: pd.Series[Any], field: Field) -> bool:
    """Whether all cells that are present lie in the field's domain, as it is written."""
    present = cells.dropna()
    if field.kind in LABELLED:
        said = {str(each) for each in field.enum or ("true", "false")}
        return set(present.astype(str).str.lower() if field.truth else present.astype(str)) <= said
    if field.kind in ("date", "datetime"):
        if field.format is not None:
            moments = pd.to_datetime(present, format=field.format)
            if field.format not in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
                assert (moments.dt.strftime(field.format) == present).all()
        else:
            moments = pd.to_datetime(present)
        return bool(moments.between(pd.Timestamp(str(field.minimum)), pd.Timestamp(str(field.maximum))).all())
    low, high = field.bounds()
    assert field.kind == "number" or (present == present.round()).all()
    assert field.decimals is None or np.allclose(present, present.round(field.decimals), atol=1e-12)
    return bool(present.between(low, high).all())


@pytest.mark.parametrize("name", READY)
def test_ready_made_schemas_make_rows(name: str) -> None:
    schema = read_schema(ROOT / "schemas" / f"{name}.yaml")
    found = privsynth.mock(ROOT / "schemas" / f"{name}.yaml", 1_500, seed=1)
    assert list(found) == [each.name for each in schema.fields if each.modelled or each.action == "fake"]
    for field in schema.modelled:
        assert inside(found[field.name], field), field.name
        missing = found[field.name].isna().mean()
        assert missing == 0 if field.required else 0.02 < missing < 0.09, field.name
        if field.kind in LABELLED and len(field.enum or ()) < 50:
            assert found[field.name].nunique() == len(field.enum or ()), field.name
    assert found[schema.unit_column].is_unique
    again = privsynth.mock(schema, 1_500, seed=1)
    pd.testing.assert_frame_equal(found, again)
    assert not found.head(10).equals(privsynth.mock(schema, 10, seed=2))


def test_names_fit_the_sex_of_ready_made_patients_and_the_state_their_zip_code() -> None:
    from faker.providers.person.en_US import Provider

    found = privsynth.mock(ROOT / "schemas" / "hospital_admissions.yaml", 1_000, seed=1, rows_per_person=4)
    assert set(found.first_name[found.sex == "F"]) <= set(Provider.first_names_female)
    assert set(found.first_name[found.sex == "M"]) <= set(Provider.first_names_male)
    groups = found.groupby("patient_id")
    same = ["first_name", "last_name", "ssn", "phone", "email", "street_address", "zip_code", "birth_date", "sex"]
    assert (groups[same].nunique() == 1).all(axis=None)
    assert set(groups.size()) == {1, 2, 3, 4}
    new_jersey = {"201", "551", "609", "640", "732", "848", "856", "862", "908", "973"}
    assert set(found.phone[found.zip_code.astype(str).str.startswith("08")].str[1:4]) <= new_jersey


def test_constraints_hold_in_every_row() -> None:
    schema = read_schema(ROOT / "examples" / "constraints.yaml")
    assert len({type(each).__name__ for each in schema.constraints}) >= 5
    for missing in (0.0, 0.3):
        made = Mock.of(schema, missing=missing)
        assert made.unknown == ("FixedCombinations education, education_num",)
        for batch in made.batches(3_000, seed=1):
            assert batch.num_rows == 3_000
            assert not any(broken_rows(batch, made.schema).values())
            for field in schema.modelled:
                assert inside(batch.column(field.name).to_pandas(), field), field.name


def test_conditions_and_constraints_hold_together() -> None:
    schema = read_schema(ROOT / "schemas" / "hospital_admissions.yaml")
    where = "birth_date < '1930-01-01' and sex = 'F' and icd10 in ('I10', 'O80')"
    found = privsynth.mock(schema, 300, seed=1, where=where)
    assert len(found) == 300
    assert set(found.sex) == {"F"}
    assert set(found.icd10) == {"I10", "O80"}
    assert (pd.to_datetime(found.birth_date) < "1930-01-01").all()


def test_a_rare_age_is_completed_with_a_birth_date_that_agrees() -> None:
    fields = [
        number("age", minimum=0, maximum=99),
        number("born", "date", minimum="1900-01-01", maximum="2024-12-31"),
        number("yob", minimum=1900, maximum=2024),
    ]
    person = {"columns": {"birth_date": "born"}, "as_of": "2024-06-30"}
    schema = schema_from_document({"fields": fields, "privsynth": {"person": person}})
    found = privsynth.mock(schema, 200, seed=1, where="age = 97")
    born = pd.to_datetime(found.born)
    assert set(found.age) == {97}
    assert born.between("1926-07-01", "1927-06-30").all()
    assert (born.dt.year == found.yob).all()
    before = privsynth.mock(schema, 500, seed=1)
    born = pd.to_datetime(before.born)
    later = np.array([(each.month, each.day) > (6, 30) for each in born])
    assert (before.age == 2024 - born.dt.year - later).all()
    assert (born.dt.year == before.yob).all()
    assert born.max() <= pd.Timestamp("2024-06-30")  # nobody is born after the day on which they have an age


def test_a_birth_date_that_an_inequality_binds_keeps_both() -> None:
    fields = [
        number("born", "date", minimum="1930-01-01", maximum="2024-12-31"),
        number("seen", "date", minimum="1990-01-01", maximum="2024-12-31"),
        number("age", minimum=0, maximum=40),
    ]
    constraint = {"type": "Inequality", "low": "born", "high": "seen"}
    person = {"columns": {"birth_date": "born"}, "as_of": "2024-12-31"}
    schema = schema_from_document({"fields": fields, "privsynth": {"constraints": [constraint], "person": person}})
    found = privsynth.mock(schema, 2_000, seed=1)
    born = pd.to_datetime(found.born)
    assert (born <= pd.to_datetime(found.seen)).all()
    assert (found.age == 2024 - born.dt.year).all()


def test_values_are_even_between_the_bounds() -> None:
    fields = [
        number("wide", "number", minimum=0, maximum=1_000_000, required=True),
        number("few", minimum=1, maximum=6),
        number("day", "date", minimum="2020-01-01", maximum="2020-01-10"),
        number("yes", "boolean"),
    ]
    found = privsynth.mock({"fields": fields}, 12_000, seed=1)
    quarters = np.histogram(found.wide, bins=4, range=(0, 1_000_000))[0] / 12_000
    assert np.abs(quarters - 0.25).max() < 0.02
    assert np.abs(found.few.value_counts(normalize=True) - 1 / 6).max() < 0.02
    assert np.abs(found.day.value_counts(normalize=True) - 0.1).max() < 0.02
    assert found.yes.dtype == bool
    schema = schema_from_document({"fields": fields})
    model = UniformModel.of(schema, 10, 0.5)
    assert model.total == 10
    assert model.to_arrays() == {}
    assert model.sample(7, np.random.default_rng(0)).count == 7
    assert np.allclose(model.shares("few"), [*[1 / 6] * 6, 0])
    nullable = number("few", minimum=1, maximum=2, required=False)
    shares = UniformModel.of(schema_from_document({"fields": [nullable]}), 10, 0.5).shares("few")
    assert np.allclose(shares, [0.25, 0.25, 0.5])


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_missing_cells_are_where_the_schema_allows_them(share: float) -> None:
    found = privsynth.mock(small(), 4_000, seed=1, missing=share)
    assert found.age.notna().all()
    assert abs(found.dept.isna().mean() - share) < 0.03


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan"), True])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="missing cells"):
        privsynth.mock(small(), 5, missing=share)


@pytest.mark.parametrize("n", [-1, 1.5, True, 2 * 10**9])
def test_a_number_of_rows_that_is_none_is_refused(n: Any) -> None:
    with pytest.raises(UsageError, match="rows"):
        privsynth.mock(small(), n)


def test_no_rows_are_a_table_too() -> None:
    found = privsynth.mock(small(), 0)
    assert list(found) == ["age", "dept"]
    assert len(found) == 0


def test_a_schema_that_lacks_bounds_is_refused_with_all_that_it_lacks() -> None:
    fields = [
        number("age", minimum=0),
        number("income"),
        {"name": "dept", "privsynth": {"kind": "categorical"}},
        number("fine", minimum=0, maximum=3),
        {"name": "note", "privsynth": {"kind": "text"}},
    ]
    with pytest.raises(SchemaError) as found:
        privsynth.mock({"fields": fields}, 5)
    assert "`age` (maximum), `income` (minimum and maximum), `dept` (enum). Add" in found.value.message
    with pytest.raises(SchemaError, match="No column is left"):
        privsynth.mock({"fields": fields[-1:]}, 5)
    with pytest.raises(SchemaError, match=r"`c19` .* and 5 more"):
        privsynth.mock({"fields": [number(f"c{place}") for place in range(25)]}, 5)
    with pytest.raises(SchemaError, match="`faker` is None"):
        privsynth.mock({"fields": [{"name": "x", "privsynth": {"kind": "text", "action": "fake"}}]}, 5)


def test_a_schema_of_stand_ins_alone_makes_people() -> None:
    fields = [
        {"name": each, "privsynth": {"kind": "text", "role": "direct", "action": "fake", "faker": each}}
        for each in ("uuid4", "name", "email")
    ]
    document = {"fields": fields, "privsynth": {"unit": {"column": "uuid4", "max_rows": 3}}}
    found = privsynth.mock(document, 100, seed=1)
    assert found.uuid4.is_unique
    several = privsynth.mock(document, 100, seed=1, rows_per_person=3)
    assert (several.groupby("uuid4").name.nunique() == 1).all()
    assert several.uuid4.nunique() < 80
    with pytest.raises(UsageError, match="name"):
        privsynth.mock(document, 5, where="name = 'x'")


def with_source(source: str, **root: Any) -> Schema:
    document = small(**root)
    document["fields"][0]["privsynth"]["provenance"] = {"minimum": source, "maximum": source}
    return schema_from_document(document)


def test_a_schema_that_was_read_from_data_is_refused_or_voids_what_is_said() -> None:
    schema = with_source("data")
    with pytest.raises(SchemaError, match=r"read from the data without paying .*`age\.minimum`"):
        privsynth.mock(schema, 5)
    said = privsynth.mock(schema, 5, allow_data_dependent_schema=True).attrs["privsynth"]
    assert said["dp"] is False
    assert said["guarantee"]["epsilon"] is None
    assert said["note"].startswith("NO PRIVACY GUARANTEE: 2 statements")


def test_what_is_said_of_the_rows() -> None:
    said = privsynth.mock(small(), 5).attrs["privsynth"]
    assert (said["dp"], said["generation"], said["generator"], said["rows"]) == (True, 1, "schema", 5)
    assert said["guarantee"]["epsilon"] == 0
    assert said["note"] == "Made from the schema alone; no data were read (epsilon 0)."
    assert said["columns"] == ["age", "dept"]
    jsonschema.validate(said, json.loads((ROOT / "schemas" / "provenance.schema.json").read_text("utf-8")))
    spend = {"event": {}, "delta": 1e-6, "epsilon": 0.5}
    learned = privsynth.mock(with_source("dp", spend=spend), 5).attrs["privsynth"]
    assert (learned["guarantee"]["epsilon"], learned["guarantee"]["delta"]) == (0.5, 1e-6)
    assert "learned from a table at epsilon 0.5, and that guarantee covers these rows" in learned["note"]
    unrecorded = privsynth.mock(with_source("dp"), 5).attrs["privsynth"]
    assert "under a budget of its own" in unrecorded["note"]
    assert (unrecorded["dp"], unrecorded["guarantee"]["epsilon"], unrecorded["covered_by_the_guarantee"]) == (
        None, None, False,
    )  # fmt: skip
    by_row = privsynth.mock(
        with_source(
            "dp", spend={**spend, "unit": {"column": None, "max_rows": 1}}, unit={"column": "dept", "max_rows": 2}
        ),
        5,
    ).attrs["privsynth"]
    assert by_row["guarantee"]["unit"] == {"column": None, "max_rows": 1}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["mock", *arguments], prog_name="privsynth")


def test_the_command_writes_a_table_and_where_it_comes_from(tmp_path: Path) -> None:
    schema, out = ROOT / "schemas" / "card_accounts.yaml", tmp_path / "o.csv"
    made = run(str(schema), "-n", "50", "-o", str(out), "--seed", "1", "--licence", "CC0-1.0", "--rows-per-person", "2")
    assert made.exit_code == 0, made.output
    found = pd.read_csv(out)
    assert len(found) == 50
    assert found.customer_id.nunique() < 45
    assert "card_number" not in found
    assert "card_number" in made.stderr
    assert "no data were read" in made.stderr
    said = read_provenance(out)
    assert said is not None
    assert (said.dp, said.licence, said.rows) == (True, "CC0-1.0", 50)
    parquet = tmp_path / "o.parquet"
    assert run(str(schema), "-n", "5", "-o", str(parquet)).exit_code == 0
    assert json.loads(pq.read_schema(parquet).metadata[b"privsynth"])["guarantee"]["epsilon"] == 0
    shown = run(str(schema), "-n", "3", "-o", "-", "--where", "age > 50")
    assert shown.stdout.startswith("customer_id,name,iban")
    assert len(shown.stdout.splitlines()) == 4
    assert run(str(schema), "-n", "-3", "-o", "-").exit_code == 2


def test_the_command_says_first_that_a_schema_was_read_from_data(tmp_path: Path) -> None:
    from privsynth.tableschema import dump_schema

    path = tmp_path / "s.yaml"
    path.write_text(dump_schema(with_source("data")), encoding="utf-8")
    refused = run(str(path), "-n", "3", "-o", str(tmp_path / "o.csv"))
    assert isinstance(refused.exception, PrivsynthError)
    assert not (tmp_path / "o.csv").exists()
    void = run(str(path), "-n", "3", "-o", str(tmp_path / "o.csv"), "--allow-data-dependent-schema")
    assert void.exit_code == 0
    assert "NO PRIVACY GUARANTEE" in void.stderr.splitlines()[0]
    assert json.loads((tmp_path / "o.csv.manifest.json").read_text())["dp"] is False


def test_a_fit_takes_what_a_mock_makes(tmp_path: Path) -> None:
    schema = schema_from_document(small())
    table = privsynth.mock(schema, 400, seed=1)
    table.attrs.clear()
    fitted = privsynth.fit(table, epsilon=1, schema=schema, ledger=tmp_path / "l.db")
    assert set(privsynth.sample(fitted, 10)) == {"age", "dept"}


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    import yaml

    from privsynth.tableschema.person import person_of

    page = (ROOT / "docs" / "mock.md").read_text(encoding="utf-8")
    (tmp_path / "schemas").symlink_to(ROOT / "schemas")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["console", "python", "yaml"]
    for line in blocks[0][1].splitlines():
        words = line.removeprefix("$ privsynth ").replace('"age >= 60"', "age>=60").split()
        made = CliRunner().invoke(cli, words, prog_name="privsynth")
        assert made.exit_code == 0, made.output
    assert len(pd.read_csv("mock.csv")) == 1_000
    accounts = pd.read_parquet("accounts.parquet")
    assert accounts.age.min() >= 60
    assert set(accounts.groupby("customer_id").size()) == {1, 2, 3, 4}
    exec(compile(blocks[1][1], "docs/mock.md", "exec"), {})  # noqa: S102 - it is ours
    fields = [number(name, minimum=0, maximum=99) for name in ("age", "race", "iban")]
    fields += [number(name, "categorical", enum=["1", "2"]) for name in ("sex", "zip")]
    fields.append(number("dob", "date", minimum="1950-01-01", maximum="2000-01-01"))
    who = person_of(schema_from_document({"fields": fields, **yaml.safe_load(blocks[2][1])}))
    assert set(who.columns) == {"sex", "birth_date", "age", "postcode"}
    assert who.rows is not None
    assert (who.rows.most, who.rows.law, who.locale) == (4, "geometric", "de_DE")
