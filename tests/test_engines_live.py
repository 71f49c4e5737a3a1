"""Spark and PostgreSQL give the codes of `encode`, whatever the cells; a job is the same wherever its table lies."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from engine_tables import in_duckdb, into_postgres, into_spark
from postgres_server import postgres_server
from replay import record
from replay_tables import KEY, ROWS
from test_engines import RECIPES, fitted_by, mixed, same_tape, schema, scores_of
from test_expressions import HOSTILE_NUMBERS
from test_outofcore import COLUMNS, LABELS, NUMBERS, TOKENS, schema_of
from test_table_coding import ODD

import privsynth
from privsynth.errors import ResourceError, SchemaError, UsageError
from privsynth.privacy import Unit
from privsynth.spark import sample_dataframe
from privsynth.table.coded import encode
from privsynth.table.engines import EngineSource
from privsynth.table.expressions import coded
from privsynth.table.source import open_table
from privsynth.tableschema import schema_from_declaration

pytestmark = pytest.mark.integration
Put = Callable[[pa.Table], EngineSource]
NUMBER = itertools.count()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "America/New_York",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = sql.SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("psycopg")
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["postgres", "spark"])
def put(request: pytest.FixtureRequest) -> Put:
    """Return what puts a table into an engine."""
    if request.param == "spark":
        session = request.getfixturevalue("spark")
        return lambda table: into_spark(table, session)
    url = request.getfixturevalue("server")
    return lambda table: into_postgres(table, url, f"table {next(NUMBER)}")


def codes_of(source: EngineSource, known: Any, groups: Any) -> list[int]:
    expression = coded(source._table, known, groups, dialect=source._engine.dialect)
    return list(source._engine.run(expression).column("x").to_pylist())


HOSTILE = {
    "text": pa.array([*ODD, *HOSTILE_NUMBERS], pa.string()),
    **{kind: COLUMNS[kind] for kind in ("int64", "float64", "float32", "bool", "decimal")},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_cells_get_the_codes_of_encode(kind: str, put: Put) -> None:
    table = pa.table({"x": HOSTILE[kind]})
    source = put(table)
    exotic = ["'", '"', "\\", "%d", "é", "\t7\n", "null", "x{0}", "a`b"]
    specs = [LABELS[0], LABELS[1], exotic, NUMBERS[0], NUMBERS[3], NUMBERS[4]]
    for spec in [*specs, LABELS[2]] if not kind.startswith("float") else specs:
        known = schema_of(spec, missing=("",) if kind.startswith("float") else TOKENS)
        own = encode(open_table(table), known, ROWS, KEY)
        size = own.domains[0].size
        group = np.append(np.arange(size) * min(60, size) // size, min(60, size))
        assert codes_of(source, known, {"x": group}) == group[own.rows().reveal()["x"]].tolist(), spec


def test_moments_in_time_get_the_codes_of_encode(put: Put) -> None:
    import datetime as dt

    days = [dt.date(1960, 1, 1), dt.date(1959, 12, 31), dt.date(2030, 12, 31), dt.date(2031, 1, 1), dt.date(1, 1, 1)]
    days += [dt.date(9999, 12, 31), dt.date(2020, 3, 8), dt.date(2020, 11, 1), None]
    moments = [
        None if day is None else dt.datetime.combine(day, dt.time(hour, 30, 0, 1))
        for day in days
        for hour in (0, 2, 23)
    ]
    for column in (
        pa.array(days),
        pa.array([each for each in moments if each is None or each.year > 1970 or not each.microsecond]),
    ):
        table = pa.table({"x": column})
        source = put(table)
        for spec in (NUMBERS[5], NUMBERS[6]):
            own = encode(open_table(table), schema_of(spec), ROWS, KEY)
            size = own.domains[0].size
            group = np.append(np.arange(size) * 400 // size, 400)
            assert codes_of(source, schema_of(spec), {"x": group}) == group[own.rows().reveal()["x"]].tolist()


@pytest.mark.parametrize("name", RECIPES)
def test_a_fit_asks_the_same_and_gets_the_same(name: str, put: Put) -> None:
    table, mechanism = mixed(500), fitted_by(name, schema())
    tape, expected = record(mechanism, encode(open_table(table), schema(), ROWS, KEY))
    again, found = record(mechanism, put(table).coded(schema(), ROWS, KEY))
    same_tape(tape, again)
    assert found == expected


def test_moments_are_those_of_the_coded_table(put: Put) -> None:
    table = mixed(400)
    own, data = encode(open_table(table), schema(), ROWS, KEY), put(table).coded(schema(), ROWS, KEY)
    for limit, radius in ((160, 200), (160, 1)):
        scores, given = scores_of(own, 3, limit), ("died", np.array([2, 0, 1]))
        expected = own.moments(scores, radius=radius, given=given).reveal()
        assert np.array_equal(data.moments(scores, radius=radius, given=given).reveal(), expected)


def test_a_unit_has_at_most_its_rows_and_they_depend_on_no_other(put: Put) -> None:
    known = schema_from_declaration({"columns": {"x": [str(at) for at in range(80)]}}, ["x"])
    unit = Unit(column="who", max_rows=3)
    owners, cells = [f"u{at % 10}" for at in range(60)] + [None] * 5, [str(at) for at in range(65)]

    def used(owners: list[Any], cells: list[str], where: Put) -> np.ndarray[Any, Any]:
        table = pa.table({"who": pa.array(owners, pa.string()), "x": cells})
        return where(table).coded(known, unit, KEY).counts(["x"]).reveal()

    found = used(owners, cells, put)
    assert found.tolist() == used(owners, cells, in_duckdb).tolist(), "the same rows in each engine"
    more = used(["new", *owners], ["70", *cells], put)
    assert more[:65].tolist() == found[:65].tolist()


def test_a_moment_with_a_zone_is_refused(spark: Any, server: str) -> None:
    import psycopg

    with psycopg.connect(server.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE zoned (x timestamptz)")
    known = schema_of(NUMBERS[5])
    for source in (
        privsynth.engine_table(f"{server}::zoned"),
        privsynth.engine_table(spark.sql("SELECT current_timestamp() AS x")),
    ):
        with pytest.raises(UsageError, match="without time zone"):
            privsynth.plan_fit(source, epsilon=1, schema=known, unit="row")


def test_what_cannot_be_opened_is_said_without_the_password(server: str) -> None:
    for address in (f"{server}::nothing", f"{server.replace('tester:', 'tester:wrong')}::nothing"):
        with pytest.raises(SchemaError, match="could not be opened") as caught:
            privsynth.engine_table(address)
        assert "tester" not in str(caught.value)


def test_a_setting_that_changes_texts_is_told_before_anything_is_spent(spark: Any, tmp_path: Path) -> None:
    source = into_spark(mixed(5), spark)
    options = {"epsilon": 1, "schema": schema(), "unit": "row", "ledger": tmp_path / "l.db", "dataset": "t"}
    spark.conf.set("spark.sql.parser.escapedStringLiterals", "true")
    try:
        with pytest.raises((UsageError, ResourceError), match=r"way of its own|did not answer"):
            privsynth.fit(source, **options)
    finally:
        spark.conf.unset("spark.sql.parser.escapedStringLiterals")
    assert not (tmp_path / "l.db").exists()
    privsynth.fit(source, **options)


# Sampling


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("model")
    fitted = privsynth.fit(mixed(3000), epsilon=20, schema=schema(), unit="row", ledger=folder / "l.db", dataset="t")
    fitted.save(folder / "model")
    return fitted, folder / "model"


def test_spark_draws_what_the_model_draws(spark: Any, model: Any) -> None:
    import json

    from privsynth.provenance import Provenance

    fitted, path = model
    frame = sample_dataframe(spark, path, 6001, seed=3, partitions=4)
    drawn = frame.toArrow()
    local = fitted.sample(6001, seed=3)
    assert drawn.num_rows == 6001
    assert drawn.column_names == local.column_names
    for one, other in zip(drawn.schema, local.schema, strict=True):
        assert one.type == (pa.timestamp("us") if pa.types.is_timestamp(other.type) else other.type)
    said = json.loads(frame.schema["age"].metadata["privsynth"])
    assert Provenance.from_json(said, where="it").rows == 6001
    assert sample_dataframe(spark, fitted, 6001, seed=3, partitions=4).toArrow().equals(drawn)
    assert not sample_dataframe(spark, fitted, 6001, seed=4, partitions=4).toArrow().equals(drawn)
    for name in ("ward", "died", "age"):
        shares = [
            {each["values"]: each["counts"] / 6001 for each in table.column(name).value_counts().to_pylist()}
            for table in (drawn, local)
        ]
        gap = sum(abs(shares[0].get(key, 0) - shares[1].get(key, 0)) for key in {*shares[0], *shares[1]}) / 2
        assert gap < 0.02, (name, gap)
    assert sample_dataframe(spark, fitted, 0).count() == 0
    assert sample_dataframe(spark, fitted, 3, partitions=5).count() == 3


def test_partitions_differ_from_each_other(spark: Any, model: Any) -> None:
    frame = sample_dataframe(spark, model[0], 400, seed=1, partitions=2)
    assert frame.rdd.getNumPartitions() == 2
    one, other = frame.rdd.glom().collect()
    assert len(one) == len(other) == 200
    assert one != other


@pytest.mark.parametrize(
    "options", [{"rows": -1}, {"rows": 5, "partitions": 0}, {"rows": 5, "seed": -1}, {"rows": 5, "partitions": True}]
)
def test_what_cannot_be_drawn_is_refused(options: Any, spark: Any, model: Any) -> None:
    with pytest.raises(UsageError):
        sample_dataframe(spark, model[0], **options)


# The same job wherever the table lies


def test_a_job_is_the_same_wherever_its_table_lies(spark: Any, server: str, tmp_path: Path) -> None:
    import polars as pl

    from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions

    known = privsynth.read_schema(HOSPITAL_SCHEMA_PATH)
    rows = hospital_admissions(4000, seed=5)
    names = ["patient_id", "sex", "race_ethnicity", "insurance", "department", "admission_type", "glucose", "bmi"]
    names += ["num_procedures", "length_of_stay_days", "charges", "smoker", "readmitted_30d"]
    frame = rows[names]
    known = known.with_fields(known[name] for name in names)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    places: dict[str, Any] = {
        "pandas": frame,
        "polars": pl.from_arrow(table),
        "duckdb": in_duckdb(table),
        "postgres": into_postgres(table, server, "stays"),
        "spark": into_spark(table, spark),
    }
    real = {name: frame[name].astype(str).value_counts(normalize=True) for name in ("department", "smoker", "sex")}
    types, errors = {}, {}
    for place, each in places.items():
        fitted = privsynth.fit(
            each, epsilon=5, schema=known, unit="patient_id", max_rows=4, ledger=tmp_path / "l.db", dataset=place
        )
        spread = place == "spark"
        drawn = sample_dataframe(spark, fitted, 4000, seed=1).toArrow() if spread else fitted.sample(4000, seed=1)
        types[place] = (drawn.schema.remove_metadata(), fitted.guarantee, fitted.schema, fitted.generator)
        made = drawn.to_pandas()
        gaps = [
            made[name].astype(str).value_counts(normalize=True).sub(each, fill_value=0).abs().sum() / 2
            for name, each in real.items()
        ]
        errors[place] = float(np.mean(gaps))
    assert all(each == types["pandas"] for each in types.values())
    assert max(errors.values()) < 0.06, errors
    assert max(errors.values()) - min(errors.values()) < 0.04, errors


def test_the_page_runs(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions
    from privsynth.tableschema.io import schema_to_document

    page = (Path(__file__).resolve().parents[1] / "docs" / "engines.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = ["patient_id", "sex", "department", "length_of_stay_days", "readmitted_30d"]
    hospital_admissions(1500, seed=2)[names].to_parquet("stays.parquet")
    known = privsynth.read_schema(HOSPITAL_SCHEMA_PATH)
    stays = known.with_fields(known[name] for name in names)
    Path("stays.yaml").write_text(yaml.safe_dump(schema_to_document(stays)), encoding="utf-8")
    for name in ("stays.parquet", "synthetic"):  # Spark's working folder is where it started
        assert example.count(f'"{name}"') == 1
        example = example.replace(f'"{name}"', repr(str(tmp_path / name)))
    exec(compile(example, "engines.md", "exec"), {"__name__": "page"})  # noqa: S102 - it is ours
    drawn = spark.read.parquet(str(tmp_path / "synthetic"))
    assert drawn.count() == 20_000
    assert set(names[1:]) <= set(drawn.columns)
    assert Path("model.zip").is_file()
