"""Curation: every kept row satisfies the schema and its constraints, shares are reached, and nothing but `mix` reads real rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth import Fitted
from privsynth.curation import Balance, Deduplicate, Keep, Mix, Recipe, Validate, at_least_of, balance_of
from privsynth.curation.edges import edges_of
from privsynth.errors import SchemaError, UsageError
from privsynth.provenance import provenance_of
from privsynth.table.checked import checked, unlearned
from privsynth.tableschema import Field, Schema, schema_from_declaration
from privsynth.tableschema.constraints import FixedCombinations, FixedIncrements, Inequality, OneHotEncoding, Sum

ROOT = Path(__file__).resolve().parents[1]
SHAPE = json.loads((ROOT / "schemas" / "curate.schema.json").read_text())
COLUMNS = list(PEOPLE_DECLARED["columns"])
DECLARED = replace(schema_from_declaration(PEOPLE_DECLARED, COLUMNS), missing=("", "NA"))
STRICT = Schema(
    missing=("", "NA"),
    fields=(
        Field(name="key", kind="identifier", action="fake", faker="uuid4", required=True),
        Field(name="age", kind="integer", minimum=0, maximum=120, required=True),
        Field(name="cost", kind="number", minimum=0, maximum=1000, decimals=2),
        Field(name="sex", kind="categorical", enum=("F", "M", "=X"), required=True),
        Field(name="well", kind="boolean"),
        Field(name="came", kind="date", minimum="2020-01-01", maximum="2020-12-31", format="%d/%m/%Y"),
        Field(name="left", kind="datetime", minimum="2020-01-01", maximum="2021-12-31"),
        Field(name="dose", kind="integer", minimum=0, maximum=100),
        Field(name="name", kind="text", action="drop"),
    ),
    constraints=(Inequality(low="came", high="left"), FixedIncrements(column="dose", increment=5)),
)
GOOD = {
    "key": "k", "age": "30", "cost": "10.25", "sex": "F", "well": "true", "came": "01/02/2020",
    "left": "2020-02-03 10:00:00", "dose": "15",
}  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Fitted:
    return privsynth.fit(people(2500), epsilon=30, delta=1e-6, schema=DECLARED, generator="copula")


@pytest.fixture(scope="module")
def made(model: Fitted) -> pd.DataFrame:
    return privsynth.sample(model, 3000, seed=1)


def broken(frame: Any, schema: Schema = DECLARED) -> dict[str, int]:
    return checked(pa.Table.from_pandas(frame) if isinstance(frame, pd.DataFrame) else frame, schema).reasons


def shares(column: pd.Series[Any]) -> dict[Any, float]:
    return column.value_counts(normalize=True).to_dict()


@pytest.mark.parametrize(
    ("name", "cell", "what"),
    [
        ("age", "", "`age` is missing"),
        ("age", "NA", "`age` is missing"),
        ("key", "", "`key` is missing"),
        ("sex", "", "`sex` is missing"),
        ("sex", "W", "`sex` is no label of the schema"),
        ("age", "x", "`age` is no whole number"),
        ("age", "30.5", "`age` is no whole number"),
        ("age", "inf", "`age` is no whole number"),
        ("age", "121", "`age` is out of its bounds"),
        ("cost", "-0.01", "`cost` is out of its bounds"),
        ("cost", "1.234", "`cost` is no number of 2 decimals"),
        ("well", "maybe", "`well` is no label of the schema"),
        ("came", "2020-02-01", "`came` is no date, written as %d/%m/%Y"),
        ("came", "31/02/2020", "`came` is no date, written as %d/%m/%Y"),
        ("came", "01/02/2021", "`came` is out of its bounds"),
        ("left", "yesterday", "`left` is no date and time"),
        ("left", "2020-01-31", "Inequality came <= left"),
        ("dose", "12", "`dose` is no multiple of 5"),
    ],
)
def test_a_row_that_breaks_a_rule_is_left_out_with_the_reason(name: str, cell: str, what: str) -> None:
    rows = pd.DataFrame([GOOD, {**GOOD, name: cell}]).replace("", None)
    found = privsynth.curate(rows, schema=STRICT)
    assert found.lot.count == 1
    assert found.to_pandas().iloc[0].to_dict() == GOOD
    assert found.steps[0].why == f"Left out: {what} (1). A row may break several."


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("cost", ""), ("cost", "10.5"), ("cost", "1000"), ("cost", "0"), ("age", "30.0"), ("well", "False"), ("well", "1"),
        ("sex", "'=X"), ("came", "NA"), ("dose", "0"), ("left", "2020-02-01T00:00:01"),
    ],
)  # fmt: skip
def test_a_row_that_keeps_all_rules_stays_as_it_is_written(name: str, cell: str, tmp_path: Path) -> None:
    row = {**GOOD, name: cell}
    pd.DataFrame([row, GOOD]).to_csv(tmp_path / "t.csv", index=False)
    found = privsynth.curate(tmp_path / "t.csv", schema=STRICT)
    assert found.lot.count == 2
    assert found.to_pandas().iloc[0].fillna("").to_dict() == row


def test_typed_columns_are_held_against_the_schema_too() -> None:
    day = pd.Timestamp("2020-05-01")
    rows = pd.DataFrame({
        "age": [30.0, 30.5, np.nan, 30], "cost": [1.0, 1.0, 1.0, 1e9], "sex": pd.Categorical(["F", "F", "F", "M"]),
        "well": [True, False, True, False], "came": [day, day, day, day], "left": [day, day, day, day],
        "dose": pd.array([5, 5, 5, None], dtype="Int64"),
    })  # fmt: skip
    schema = STRICT.with_fields(field for field in STRICT.fields if field.name != "key")
    found = privsynth.curate(rows, schema=schema)
    assert found.lot.count == 1
    assert found.to_pandas().dtypes.to_dict() == rows.dtypes.to_dict()
    noon = rows.assign(came=day + pd.Timedelta(hours=12), left=day + pd.Timedelta(days=2)).iloc[:1]
    with pytest.raises(SchemaError, match="No row satisfies the schema"):
        privsynth.curate(noon, schema=schema)


def test_constraints_of_every_kind_are_held() -> None:
    whole = {"kind": "integer", "minimum": 0, "maximum": 9}
    fields = (
        Field(name="a", kind="categorical", enum=("x", "y")),
        Field(name="b", kind="categorical", enum=("u", "v")),
        *(Field(name=name, **whole) for name in ("one", "two", "p", "q", "t")),
    )
    listed = FixedCombinations(columns=("a", "b"), combinations=(("x", "u"), ("y", "v")))
    schema = Schema(
        fields=fields,
        constraints=(
            listed,
            OneHotEncoding(columns=("one", "two")),
            Sum(total="t", parts=("p", "q")),
        ),
    )
    schema = schema.with_fields(replace(f, maximum=1) if f.name in ("one", "two") else f for f in fields)
    rows = pd.DataFrame(
        [("x", "u", 1, 0, 1, 2, 3), ("x", "v", 1, 0, 1, 2, 3), ("y", "v", 1, 1, 1, 2, 3), (None, "v", 0, 1, 1, 2, 4)],
        columns=[field.name for field in fields],
    )
    found = privsynth.curate(rows, schema=schema)
    assert found.lot.count == 1
    assert len(checked(pa.Table.from_pandas(rows), schema).reasons) == 3
    later = replace(schema, constraints=(replace(listed, combinations=None, learn=True),))
    assert unlearned(later) == ("FixedCombinations a, b",)
    assert "still to be learned: FixedCombinations a, b" in privsynth.curate(rows, schema=later).steps[0].why


def test_a_table_of_other_columns_is_refused(made: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="lacks the column `age`"):
        privsynth.curate(made.drop(columns="age"), schema=DECLARED)
    with pytest.raises(SchemaError, match="has the column `more`, which the schema does not know"):
        privsynth.curate(made.assign(more=1), schema=DECLARED)
    with pytest.raises(SchemaError, match="has the column `name`, which the schema drops"):
        privsynth.curate(pd.DataFrame([{**GOOD, "name": "Ann"}]), schema=STRICT)
    with pytest.raises(SchemaError, match="has no row"):
        privsynth.curate(made.iloc[:0], schema=DECLARED)
    with pytest.raises(SchemaError, match="No row satisfies the schema"):
        privsynth.curate(made.assign(age=500), schema=DECLARED)
    with pytest.raises(UsageError, match="models no column"):
        privsynth.curate(made, schema=Schema(fields=(Field(name="a", kind="text"),)))
    with pytest.raises(UsageError, match="neither a schema nor a model"):
        privsynth.curate(made)


def test_what_a_model_draws_satisfies_its_schema(model: Fitted, made: pd.DataFrame) -> None:
    found = privsynth.curate(made, model=model)
    assert found.steps[0].rows_kept == 3000
    pd.testing.assert_frame_equal(found.to_pandas(), made)


def test_rules_keep_and_drop(made: pd.DataFrame) -> None:
    found = privsynth.curate(made, schema=DECLARED, keep=["age >= 18", "visits > 1"], drop="region = isles")
    frame = found.to_pandas()
    wanted = made[(made.age >= 18) & (made.visits > 1) & (made.region != "isles")]
    pd.testing.assert_frame_equal(frame, wanted.reset_index(drop=True))
    assert [(step.stage, step.rows_kept) for step in found.steps][-1] == ("drop", len(wanted))
    assert "do not fulfil `age >= 18`" in found.steps[1].why
    with pytest.raises(UsageError, match="No row is left after `drop`"):
        privsynth.curate(made, schema=DECLARED, drop="age >= 0")
    with pytest.raises(UsageError, match="no modelled column has that name"):
        privsynth.curate(made, schema=DECLARED, keep="nothing > 1")


def test_equal_rows_are_kept_once() -> None:
    rows = pd.DataFrame([GOOD, {**GOOD, "key": "l", "age": "30.0"}, {**GOOD, "cost": None}, {**GOOD, "cost": None}])
    assert privsynth.curate(rows, schema=STRICT, deduplicate=True).to_pandas().index.size == 2
    assert privsynth.curate(rows, schema=STRICT, deduplicate=["sex"]).lot.count == 1
    found = privsynth.curate(rows, schema=STRICT, deduplicate=["key", "cost"])
    assert found.steps[-1].why.startswith("1 equal an earlier row on `key`, `cost`.")
    with pytest.raises(UsageError, match="`nothing`, which the table lacks"):
        privsynth.curate(rows, schema=STRICT, deduplicate="nothing")


@pytest.mark.parametrize(
    "balance", ["region", "region=isles:0.2", "region=isles:25%,north:0.75", "outcome=no:0.5,yes:0.5"]
)
def test_shares_are_reached_with_a_model(model: Fitted, made: pd.DataFrame, balance: str) -> None:
    found = privsynth.curate(made, model=model, balance=balance, deduplicate=True, keep="age > 20", seed=1)
    frame = found.to_pandas()
    column, _, _ = balance.partition("=")
    wanted = dict.fromkeys(("north", "south", "east", "west", "isles"), 0.2)
    wanted = {"region": wanted, "region=isles:0.2": {"isles": 0.2}, "region=isles:25%,north:0.75": {"isles": 0.25, "north": 0.75}}.get(
        balance, {"no": 0.5, "yes": 0.5}
    )  # fmt: skip
    assert all(abs(shares(frame[column])[label] - share) <= 0.01 for label, share in wanted.items())
    assert broken(frame) == {}
    assert not frame.duplicated().any()
    assert frame.age.min() > 20
    assert len(frame) == found.steps[2].rows_kept
    kept = found.steps[3].rows_kept
    assert set(found.lot.origins[:kept]) == {0}  # the rows that there were come first, in their order
    assert set(found.lot.origins[kept:]) <= {1}
    assert found.changed_shares
    assert "no longer those of the population" in found.provenance.steps[-1].why


def test_shares_are_reached_without_a_model_by_leaving_rows_out(made: pd.DataFrame) -> None:
    found = privsynth.curate(made, schema=DECLARED, balance={"outcome": {"no": 0.7, "yes": 0.3}}, seed=2)
    frame, have = found.to_pandas(), made.outcome.value_counts()
    assert abs(shares(frame.outcome)["yes"] - 0.3) <= 0.01
    assert len(frame) >= min(have["yes"] / 0.3, have["no"] / 0.7) - 2
    merged = made.reset_index().merge(frame.drop_duplicates(), how="inner", on=COLUMNS)["index"]
    assert merged.is_monotonic_increasing
    conditions = privsynth.curate(made, schema=DECLARED, balance="age < 40:0.5; age >= 40:0.5", seed=2).to_pandas()
    assert abs((conditions.age < 40).mean() - 0.5) <= 0.01
    one = privsynth.curate(made, schema=DECLARED, balance={"age < 40": 0.25, "age >= 60": 0.25}, seed=2).to_pandas()
    assert abs((one.age >= 60).mean() - 0.25) <= 0.01
    assert one.age.between(40, 59).any()


def test_rows_of_no_label_are_left_out_where_labels_take_all(made: pd.DataFrame) -> None:
    rows = made.assign(outcome=np.where(np.arange(3000) % 10 == 0, None, made.outcome))
    found = privsynth.curate(rows, schema=DECLARED, balance="outcome")
    assert found.to_pandas().outcome.notna().all()
    assert "300 rows are in no class" in found.steps[-1].why


@pytest.mark.parametrize(
    ("balance", "why"),
    [
        ("age", "Column `age` is a integer, which has no labels to balance. Give conditions"),
        ("nothing", "which the schema does not model"),
        ("region=atoll:0.5", "no label 'atoll'"),
        ("region=isles:0.7,north:0.6", "add up to 1.3"),
        ("region=isles:0,north:1", "Give a number above 0"),
        ("region=isles:0.5,isles:0.5", "two shares"),
        ("region=isles", "is no label|cannot be read|does not model"),
        ("region=isles:0.5,", None),
        ("age < 40:0.5; age < 50:0.5", "in two classes of `balance`: `age < 40` and `age < 50`"),
        ("age < 40:x; age < 50:0.5", "is compared with '40:x"),
        ("region=isles:x", "cannot be read at"),
        ({"region": {"isles": "half"}}, "the share 'half'"),
    ],
)
def test_shares_that_cannot_be_are_refused(made: pd.DataFrame, balance: Any, why: str | None) -> None:
    if why is None:
        assert balance_of(balance, ["region"]).shares == (("isles", 0.5),)
        return
    with pytest.raises(UsageError, match=why):
        privsynth.curate(made, schema=DECLARED, balance=balance)


def test_rows_are_never_invented_without_a_model(made: pd.DataFrame) -> None:
    rows = made[made.region != "isles"]
    for asked in ({"balance": "region=isles:0.5"}, {"at_least": "region = isles:9"}, {"edge_cases": 3}):
        with pytest.raises(UsageError, match="--model M"):
            privsynth.curate(rows, schema=DECLARED, **asked)
    with pytest.raises(UsageError, match="cannot be reached within 1%"):
        privsynth.curate(made.iloc[:7], schema=DECLARED, balance={"age >= 40": 0.013}, seed=1)
    with pytest.raises(UsageError, match="has no label in any row"):
        privsynth.curate(made.assign(region=None), schema=DECLARED, balance="region")


def test_a_balance_is_written_in_many_ways() -> None:
    labelled = ["region", "a=b"]
    assert balance_of(" region ", labelled) == Balance(column="region")
    assert balance_of("`region` = 'x':0.5, \"y\": 50%", labelled).shares == (("x", 0.5), ("y", 0.5))
    assert balance_of("region=a, (b):0.25,c:d:0.75", labelled).shares == (("a, (b)", 0.25), ("c:d", 0.75))
    assert balance_of("sex = F and age > 5:.5", labelled) == Balance(shares=(("sex = F and age > 5", 0.5),))
    assert balance_of("region = x:0.5; region = y:0.5", labelled).shares[1] == ("region = y", 0.5)
    assert (at_least_of("region = isles:500").condition, at_least_of("a:5").rows) == ("region = isles", 5)
    with pytest.raises(UsageError, match="has no number of rows"):
        at_least_of("region = isles")


def test_at_least_draws_what_is_lacking(model: Fitted, made: pd.DataFrame) -> None:
    have = int((made.region == "isles").sum())
    found = privsynth.curate(made, model=model, at_least=["region = isles:100", "age >= 0:50"], seed=1)
    assert (found.to_pandas().region == "isles").sum() == 100
    assert found.steps[1].rows_added == 100 - have
    assert found.steps[2].rows_added == 0
    pd.testing.assert_frame_equal(found.to_pandas().iloc[:3000], made)
    assert broken(found.to_pandas()) == {}
    with pytest.raises(UsageError, match=r"the share of .* and `balance` asks for it within 1%"):
        privsynth.curate(made, model=model, balance="region", at_least={"region = isles": 1500})
    with pytest.raises(UsageError, match=r"only .* will do"):
        privsynth.curate(made, model=model, deduplicate=["region"], at_least="region = isles:100")


def test_edge_cases_lie_at_the_edges(model: Fitted, made: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    edges = edges_of(model)
    assert any(edge.startswith("`age` >= ") for edge in edges)
    assert any("'" in edge and edge.startswith("`since` < ") for edge in edges)
    assert "`region` = 'isles'" in edges
    assert not any(edge.startswith("`gain` < ") for edge in edges)  # nine rows in ten have none
    monkeypatch.setattr("privsynth.curation.edges._POOL_ROWS", 1 << 13)
    found = privsynth.curate(made, model=model, edge_cases=40, origin="from", seed=1)
    frame = found.to_pandas()
    added = frame[frame["from"] == "edge case"]
    assert len(added) == 40
    assert broken(frame.drop(columns="from")) == {}
    table = pa.Table.from_pandas(added.drop(columns="from"))
    at_one = [np.asarray(found_by(edge, table)) for edge in edges]
    assert np.logical_or.reduce(at_one).all()
    assert sum(rows.any() for rows in at_one) >= len(edges) - 1
    assert "model's noisy marginals" in found.steps[-1].why
    few = privsynth.curate(made, model=model, edge_cases=2, keep="age < 60", seed=1).to_pandas()
    assert len(few) == (made.age < 60).sum() + 2
    assert few.age.max() < 60
    monkeypatch.setattr("privsynth.curation.edges._PASSES", 1)
    monkeypatch.setattr("privsynth.curation.edges._POOL_ROWS", 500)
    with pytest.raises(UsageError, match="edge cases that satisfy the rules"):
        privsynth.curate(made, model=model, edge_cases=5, deduplicate=["region"], seed=1)


def found_by(condition: str, table: pa.Table) -> Any:
    from privsynth.curation.bench import fulfilled

    return fulfilled(condition, checked(table, DECLARED).values, DECLARED)


def test_a_holdout_takes_its_share_of_every_class(made: pd.DataFrame) -> None:
    found = privsynth.curate(made, schema=DECLARED, balance="outcome", holdout=0.2, seed=3)
    held = found.holdout.to_pandas()
    both = pd.concat([found.to_pandas(), held])
    assert abs(len(held) / len(both) - 0.2) < 0.01
    for part in (held, found.to_pandas()):
        assert abs(shares(part.outcome)["yes"] - 0.5) <= 0.01
    assert provenance_of(found.holdout.schema.metadata).rows == len(held)
    assert "no longer those" in str(provenance_of(found.holdout.schema.metadata).to_json())
    with pytest.raises(UsageError, match="leaves one of the two parts empty"):
        privsynth.curate(made.iloc[:2], schema=DECLARED, holdout=0.1)


def test_a_seed_makes_it_reproducible(model: Fitted, made: pd.DataFrame) -> None:
    asked: dict[str, Any] = {"model": model, "balance": "region", "holdout": 0.1, "spot_check": 5}
    one, same, other = (privsynth.curate(made, seed=seed, **asked) for seed in (1, 1, 2))
    assert one.table.equals(same.table)
    assert one.spot_check is not None
    assert same.spot_check is not None
    assert list(one.spot_check.places) == list(same.spot_check.places)
    assert not one.table.equals(other.table)
    with pytest.raises(UsageError, match="is negative"):
        privsynth.curate(made, schema=DECLARED, seed=-1)


def test_what_is_said_goes_with_the_table(model: Fitted) -> None:
    drawn = model.sample(500, seed=1)
    found = privsynth.curate(drawn, model=model, balance="outcome", seed=1)
    said = provenance_of(found.table.schema.metadata)
    assert said is not None
    assert said.covered
    assert said.model_digest == model.digest()
    assert [step.stage for step in said.steps] == ["validate", "balance"]
    assert said.steps[-1].rows_kept == found.lot.count
    again = privsynth.curate(found.table, schema=DECLARED, deduplicate=True)
    assert [step.stage for step in again.provenance.steps] == ["validate", "balance", "validate", "deduplicate"]
    assert again.to_json()["covered_by_the_guarantee"]
    assert found.to_pandas().attrs["privsynth"]["covered_by_the_guarantee"]
    nobody = privsynth.curate(drawn.replace_schema_metadata(None), model=model)
    assert not nobody.provenance.covered
    assert nobody.provenance.generation is None
    jsonschema.validate(found.to_json(), SHAPE)


def test_a_table_that_holds_given_rows_stays_one_that_does(model: Fitted) -> None:
    given = privsynth.sample(model, given=people(50, seed=3)[["age"]])
    said: list[str] = []
    found = privsynth.curate(given, model=model, balance="outcome", spot_check=9, seed=1, progress=said.append)
    assert said[0] == "contains real rows: no guarantee"
    assert not found.provenance.covered
    assert found.to_json()["contains_real_rows"]
    from privsynth.curating import spot_check_sheet

    assert "Rows on this sheet may be real" in spot_check_sheet(found)
    assert "The rows on this sheet are synthetic" not in spot_check_sheet(found)


@pytest.mark.parametrize("kind", ["csv", "parquet", "feather", "jsonl"])
def test_new_rows_have_the_form_of_the_table(model: Fitted, tmp_path: Path, kind: str) -> None:
    from privsynth.curating import save_curated
    from privsynth.saving import save_table

    path, out = tmp_path / f"t.{kind}", tmp_path / f"o.{kind}"
    save_table(model.sample(400, seed=1), path)
    found = privsynth.curate(path, model=model, balance="region", seed=1)
    save_curated(found, out)
    again = privsynth.curate(out, schema=DECLARED)
    assert again.steps[0].rows_kept == found.lot.count == 400
    assert again.lot.table.schema.types == privsynth.curate(path, schema=DECLARED).lot.table.schema.types
    assert [step.stage for step in again.provenance.steps] == ["validate", "balance", "validate"]


def test_new_rows_are_spelled_as_the_others(model: Fitted, made: pd.DataFrame) -> None:
    rows = made.assign(
        age=made.age.map(lambda age: f"{age}.0"),
        region=pd.Categorical(made.region),
        postcode=made.postcode.astype("float32"),
        since=pd.to_datetime(made.since, format="%d/%m/%Y"),
        income=made.income.map(lambda cell: f"{cell:.2f}"),
    )
    numbers = [
        replace(field, enum=tuple(str(code) for code in range(40))) if field.name == "postcode" else field
        for field in DECLARED.fields
    ]
    found = privsynth.curate(rows, schema=DECLARED.with_fields(numbers), balance="outcome")
    assert found.to_pandas().dtypes.to_dict() == rows.dtypes.to_dict()
    text = rows.drop(columns="postcode").assign(postcode=made.postcode)[COLUMNS]
    drawn = privsynth.curate(text, model=model, at_least="region = isles:200", seed=1).to_pandas()
    assert drawn.dtypes.to_dict() == text.dtypes.to_dict()
    assert drawn.age.str.fullmatch(r"\d+\.0").all()
    assert drawn.income.str.fullmatch(r"\d+\.\d\d").all()
    odd = pa.Table.from_pandas(made).set_column(0, "age", pa.array(made.age.to_numpy(), pa.int8()))
    bounded = privsynth.curate(odd, schema=DECLARED, deduplicate=True)
    assert bounded.table.schema.field("age").type == pa.int8()


def test_types_that_cannot_hold_new_rows_are_refused(model: Fitted, made: pd.DataFrame) -> None:
    small = pa.Table.from_pandas(made).set_column(2, "income", pa.array([1.0] * 3000, pa.float64()).cast(pa.int8()))
    with pytest.raises(UsageError, match="`income` has the type int8, in which new rows cannot be written"):
        privsynth.curate(small, model=model, at_least="region = isles:200")
    other = replace(DECLARED, fields=(*DECLARED.fields, Field(name="more", kind="text")))
    with pytest.raises(UsageError, match="does not make the column `more`"):
        privsynth.curate(made.assign(more="x"), schema=other, model=model, at_least="region = isles:200")


def test_real_rows_void_the_guarantee(model: Fitted, tmp_path: Path) -> None:
    from privsynth.curating import save_curated

    drawn, real = model.sample(900, seed=1), people(400, seed=8)
    real.loc[:199, "age"] = 500  # half of them break the schema
    said: list[str] = []
    found = privsynth.curate(
        drawn,
        model=model,
        keep="age >= 20",
        mix=real,
        mix_share=0.1,
        holdout=0.1,
        seed=1,
        origin="from",
        progress=said.append,
    )
    assert said[0] == "contains real rows: no guarantee"
    frame = found.to_pandas()
    mixed = frame[frame["from"] == "real"]
    assert len(mixed) == round(len(frame) * 0.1)
    assert (mixed.index == np.arange(len(frame) - len(mixed), len(frame))).all()
    assert broken(frame.drop(columns="from")) == {}
    known = {tuple(row) for row in real[["income", "since", "postcode"]].itertuples(index=False)}
    assert {tuple(row) for row in mixed[["income", "since", "postcode"]].itertuples(index=False)} <= known
    assert mixed.age.min() >= 20
    assert found.contains_real_rows
    assert not found.provenance.covered
    assert found.held_provenance is not None
    assert found.held_provenance.covered  # the holdout has none of them
    assert "real" not in set(found.holdout.to_pandas()["from"])
    assert [step.real_rows for step in found.steps] == [False, False, False, True]
    jsonschema.validate(found.to_json(), SHAPE)
    assert "400" not in json.dumps(found.to_json()["steps"])  # how many real rows there are is not said
    for name in ("t.csv", "t.parquet"):
        save_curated(found, tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    beside = json.loads((tmp_path / "t.csv.manifest.json").read_text())
    assert beside["contains_real_rows"]
    assert not beside["covered_by_the_guarantee"]
    assert b"contains_real_rows" in pq.read_schema(tmp_path / "t.parquet").metadata[b"privsynth"]
    other = privsynth.curate(drawn, model=model, mix=real, mix_share=0.1, seed=1).to_pandas()
    assert not other.tail(50).equals(
        privsynth.curate(drawn, model=model, mix=real, mix_share=0.1, seed=1).to_pandas().tail(50)
    )


def test_identifiers_of_real_rows_are_made_anew() -> None:
    synthetic = pd.DataFrame([GOOD] * 9).assign(key=[str(i) for i in range(9)])
    real = pd.DataFrame([{**GOOD, "key": "REAL", "name": "Ann"}])
    found = privsynth.curate(synthetic, schema=STRICT, mix=real, mix_share=0.1).to_pandas()
    assert len(found) == 10
    assert "REAL" not in set(found.key)
    assert found.key.iloc[-1]
    with pytest.raises(SchemaError, match="fewer than 2 rows that the schema and the rules allow"):
        privsynth.curate(synthetic, schema=STRICT, mix=real, mix_share=0.2)
    with pytest.raises(SchemaError, match="lacks the column `age`"):
        privsynth.curate(synthetic, schema=STRICT, mix=real.drop(columns="age"), mix_share=0.1)
    with pytest.raises(UsageError, match="less than one row"):
        privsynth.curate(synthetic, schema=STRICT, mix=real, mix_share=0.001)
    with pytest.raises(UsageError, match="both --mix REAL and --mix-share"):
        privsynth.curate(synthetic, schema=STRICT, mix=real)


def test_a_recipe_is_the_same_as_options(model: Fitted, made: pd.DataFrame, tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "format: privsynth.recipe/1\nsteps:\n  - validate\n  - keep: [age >= 18, age < 90]\n  - drop: region = north\n"
        "  - deduplicate\n  - balance: {column: outcome, shares: {'no': 0.6, 'yes': 0.4}}\n"
        "  - at_least: {condition: region = isles, rows: 12}\n  - edge_cases: 3\n  - holdout: 0.25\n  - spot_check: 7\n"
    )
    one = privsynth.curate(made, model=model, recipe=recipe, seed=5)
    two = privsynth.curate(
        made, model=model, keep=["age >= 18", "age < 90"], drop=["region = north"], deduplicate=True,
        balance="outcome=no:0.6,yes:0.4", at_least="region = isles:12", edge_cases=3, holdout=0.25, spot_check=7, seed=5,
    )  # fmt: skip
    assert one.table.equals(two.table)
    assert one.to_json() == two.to_json()
    given = privsynth.curate(made, schema=DECLARED, recipe=Recipe(stages=(Keep(condition="age > 50"),)))
    assert isinstance(Recipe(stages=(Keep(condition="age > 50"),)).stages[0], Validate)
    assert given.to_pandas().age.min() > 50


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("x", "is no recipe"),
        ([{"keep": 5}], r"Step 1 of the recipe \(`keep`\) cannot be read"),
        ([{"keep": []}], "cannot be read"),
        (["nothing"], "cannot be read"),
        ([5], "is no stage"),
        ([{"keep": "a", "drop": "b"}], "is no stage"),
        ([{"validate": 1}], "cannot be read"),
        ([{"deduplicate": 1}], "cannot be read"),
        ([{"balance": {"columns": "a"}}], "cannot be read"),
        ([{"balance": {"column": "a", "shares": {False: 0.5}}}], "reads as true or false"),
        ([{"at_least": "a:5"}], "cannot be read"),
        ([{"edge_cases": "many"}], "'many' rows"),
        ([{"spot_check": 0}], "0 rows"),
        ([{"spot_check": "sheet.html"}], "1 or more. Its file is named by --spot-check."),
        ([{"edge_cases": 0}], "1 or more.$"),
        ([{"holdout": 1.5}], "the share 1.5"),
        ([{"holdout": 0.5}, {"keep": "a"}], "`keep` comes after `holdout`"),
        (["deduplicate", "deduplicate"], "is there twice"),
        ([{"mix": 0.1}], "does not mix in real rows"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(steps: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Recipe.read({"format": "privsynth.recipe/1", "steps": steps})


def test_a_recipe_and_stages_exclude_each_other(made: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="Both a recipe and `keep` were given"):
        privsynth.curate(made, schema=DECLARED, recipe=Recipe(), keep="age > 1")
    with pytest.raises(UsageError, match="`deduplicate` comes after `mix`"):
        Recipe(stages=(Mix(share=0.1), Deduplicate()))
    with pytest.raises(UsageError, match="--mix REAL"):
        privsynth.curate(made, schema=DECLARED, recipe=Recipe(stages=(Mix(share=0.1),)))
    with pytest.raises(UsageError, match="one of that name"):
        privsynth.curate(made, schema=DECLARED, origin="age")


def test_the_example_recipe_is_one() -> None:
    recipe = Recipe.read(ROOT / "examples" / "curate.yaml")
    schema = privsynth.read_schema(ROOT / "schemas" / "hospital_admissions.yaml")
    assert [stage.name for stage in recipe.stages] == [
        "validate", "keep", "drop", "deduplicate", "balance", "at_least", "edge_cases", "holdout"
    ]  # fmt: skip
    from privsynth.generators.where import Conditions

    for stage in recipe.stages:
        if hasattr(stage, "condition"):
            Conditions.parse(stage.condition, schema)


def test_a_column_in_the_sheets_note_is_shown_as_code() -> None:
    from privsynth.report.sheet import render_sheet

    page = render_sheet({"title": "t", "note": "all rows of one value of `id`<b>", "columns": [], "rows": []})
    assert "all rows of one value of <code><bdi>id</bdi></code>&lt;b&gt;" in page
