"""A table that stays in DuckDB answers as the coded table does, and a fit on it asks and gets the same; no row is read here."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import replay_tables as tables
from engine_tables import in_duckdb
from replay import Asked, check, record
from replay_tables import BASE, KEY, PATIENTS, ROWS, neighbours_of_patients, neighbours_of_rows

import privsynth
from privsynth.accounting import Spend
from privsynth.errors import ResourceError, UsageError
from privsynth.generators.copula import CopulaConfig
from privsynth.generators.maxent import MaxentConfig
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import encode, moment_sensitivity
from privsynth.table.engines import EngineSource, EngineTable
from privsynth.table.source import open_table
from privsynth.tableschema import Schema, schema_from_declaration

COLUMNS: dict[str, Any] = {
    "age": {"lower": 0, "upper": 100, "integer": True},
    "cost": {"lower": 0, "upper": 1000},
    "paid": {"lower": 0, "upper": 100},
    "ward": ["A", "B", "C"],
    "room": ["1", "2", "12"],
    "day": {"kind": "date", "lower": "2020-01-01", "upper": "2020-12-31"},
    "seen": {"kind": "datetime", "lower": "2020-01-01", "upper": "2020-12-31"},
    "died": [True, False],
}


def schema(*names: str) -> Schema:
    """Return the declared schema of a few columns, or of all."""
    columns = {name: COLUMNS[name] for name in names or COLUMNS}
    return schema_from_declaration({"columns": columns, "target": "died"}, list(columns))


def mixed(rows: int, seed: int = 0) -> pa.Table:
    """Return a table of all types that an engine counts, with cells that are missing or out of the domain."""
    rng = np.random.default_rng(seed)
    start, wards, rooms = dt.date(2019, 12, 1), ["A", "B", "C", "rare", None], ["1", "2.0", "012", "12", ""]
    days = [start + dt.timedelta(days=int(each)) for each in rng.integers(0, 420, rows)]
    cost = rng.exponential(200, rows)
    cost[: min(4, rows)] = [np.nan, np.inf, -np.inf, 1e300][: min(4, rows)]
    return pa.table(
        {
            "patient": [None if at % 13 == 0 else f"p{at}" for at in rng.integers(0, max(rows // 3, 1), rows)],
            "age": pa.array(rng.integers(-3, 104, rows)),
            "cost": cost,
            "paid": [Decimal(int(each)) / 100 for each in rng.integers(-500, 12_000, rows)],
            "ward": [wards[at] for at in rng.integers(0, 5, rows)],
            "room": [rooms[at] for at in rng.integers(0, 5, rows)],
            "day": days,
            "seen": [
                dt.datetime.combine(day, dt.time(at % 24, 59, 59, 999_999)) for at, day in enumerate(reversed(days))
            ],
            "died": pa.array([None if at == 2 else bool(at) for at in rng.integers(0, 3, rows)]),
        }
    )


def engine(source: EngineSource, known: Schema, unit: Unit = ROWS, key: bytes = KEY) -> EngineTable:
    return source.coded(known, unit, key)


def both(table: pa.Table, known: Schema | None = None) -> tuple[Any, EngineTable]:
    known = schema() if known is None else known
    return encode(open_table(table), known, ROWS, KEY), engine(in_duckdb(table), known)


def grouped(size: int) -> np.ndarray[Any, Any]:
    """Return a group of every code: runs of them, and the last one apart."""
    return np.append(np.arange(size) * min(12, size) // size, min(12, size))


def test_counts_and_distances_are_those_of_the_coded_table() -> None:
    own, data = both(mixed(3000))
    assert [each.name for each in data.domains] == [each.name for each in own.domains]
    assert data.unit == own.unit
    groups = {each.name: grouped(each.size) for each in own.domains if each.name != "ward"}
    questions: list[Any] = [(pair, groups) for pair in itertools.combinations(COLUMNS, 2)]
    questions += [(("age",), None), (("day",), None), (("died", "cost", "ward"), groups)]
    for one, other in zip(data.counts_many(questions), own.counts_many(questions), strict=True):
        assert np.array_equal(one.reveal(), other.reveal())
    made = [each.reveal() // 2 for each in own.counts_many(questions)]
    assert data.distances(questions, made).reveal().tolist() == own.distances(questions, made).reveal().tolist()


def test_many_tables_are_counted_by_few_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    own, data = both(mixed(50))
    asked: list[Any] = []
    run = EngineTable.run
    monkeypatch.setattr(EngineTable, "run", lambda self, each: asked.append(each) or run(self, each))
    groups = {each.name: grouped(each.size) for each in own.domains}
    data.counts_many([(pair, groups) for pair in itertools.combinations(COLUMNS, 2)])
    assert len(asked) == 1
    found = run(data, asked[0])
    assert found.column_names == ["cell_", "rows_"], "nothing but counts of cells leaves the engine"


def test_a_query_is_split_where_it_would_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    from privsynth.table import engines_answers

    own, data = both(mixed(200), schema("age", "ward", "room", "died"))
    questions: list[Any] = [([each.name], None) for each in own.domains]
    expected = [each.reveal().tolist() for each in own.counts_many(questions)]
    scores = scores_of(own, 1, 30)
    moments = own.moments(scores, radius=20).reveal().tolist()
    for limit in ("_MOST_PLACES", "_MOST_TABLES", "_MOST_CELLS"):
        with monkeypatch.context() as patch:
            patch.setattr(engines_answers, limit, 1)
            assert [each.reveal().tolist() for each in data.counts_many(questions)] == expected
    monkeypatch.setattr(engines_answers, "_MOST_PAIRS", 1)
    assert data.moments(scores, radius=20).reveal().tolist() == moments


def scores_of(own: Any, classes: int, limit: int, seed: int = 1) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        each.name: rng.integers(-limit, limit + 1, (classes, 9))[:, np.append(np.arange(each.size) * 8 // each.size, 8)]
        for each in own.domains
        if each.name != "died"
    }


@pytest.mark.parametrize(("limit", "radius"), [(160, 200), (160, 1), (3, 1000), (1, 2)])
def test_moments_are_those_of_the_coded_table(limit: int, radius: int) -> None:
    own, data = both(mixed(1000))
    scores, given = scores_of(own, 3, limit), ("died", np.array([2, 0, 1]))
    assert np.array_equal(
        data.moments(scores, radius=radius, given=given).reveal(),
        own.moments(scores, radius=radius, given=given).reveal(),
    )
    alone = {name: each[:1] for name, each in scores.items()}
    assert np.array_equal(data.moments(alone, radius=radius).reveal(), own.moments(alone, radius=radius).reveal())


def test_no_row_moves_the_moments_by_more_than_their_sensitivity() -> None:
    own, data = both(mixed(1))
    for seed in range(3):
        scores = scores_of(own, 1, 160, seed)
        moved = float(np.sqrt((data.moments(scores, radius=37).reveal().astype(float) ** 2).sum()))
        assert 0.8 * moment_sensitivity(len(scores), 37) < moved <= moment_sensitivity(len(scores), 37)


def test_scores_that_cannot_be_shortened_exactly_are_refused() -> None:
    own, data = both(mixed(1))
    with pytest.raises(UsageError, match="coarser grid"):
        data.moments(scores_of(own, 1, 10**6), radius=1000)


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_without_rows_are_counted(rows: int) -> None:
    own, data = both(mixed(1).slice(0, rows))
    assert data.counts(["age", "ward"]).reveal().sum() == rows
    scores = scores_of(own, 1, 5)
    assert np.array_equal(data.moments(scores, radius=3).reveal(), own.moments(scores, radius=3).reveal())


def test_names_of_columns_are_never_mistaken_for_ours() -> None:
    names = ["cell0_", "step0_0_", "owner_", "c0", "rows_", 'a"b', "a.b"]
    known = schema_from_declaration({"columns": {name: ["x", "y"] for name in names}}, names)
    rng = np.random.default_rng(0)
    table = pa.table({name: rng.choice(["x", "y", "z"], 50) for name in names})
    own, data = both(table, known)
    counted = engine(in_duckdb(table), known, Unit(column="cell0_", max_rows=50))
    pairs: list[Any] = [(pair, None) for pair in itertools.combinations(names, 2)]
    expected, *found = ([each.reveal().tolist() for each in one.counts_many(pairs)] for one in (own, data, counted))
    assert found == [expected, expected]


# What a fit asks and gets

RECIPES: dict[str, Any] = {"maxent": MaxentConfig(pairs_per_column=0.5), "copula": CopulaConfig()}


def fitted_by(name: str, known: Schema, unit: Unit = ROWS) -> Callable[[Any, Noise], Any]:
    made = RECIPES[name].calibrate(known, unit, Spend(mu_squared=400))

    def run(data: Any, noise: Noise) -> Any:
        arrays = made.run(data, noise).to_arrays()
        return {each: (array.dtype.str, array.shape, array.tobytes()) for each, array in arrays.items()}

    return run


def same_tape(one: list[Asked], other: list[Asked]) -> None:
    assert len(one) == len(other)
    for asked, again in zip(one, other, strict=True):
        assert (asked.kind, asked.public) == (again.kind, again.public)
        assert np.array_equal(asked.exact, again.exact)


@pytest.mark.parametrize("name", RECIPES)
def test_a_fit_asks_the_same_and_gets_the_same(name: str) -> None:
    own, data = both(mixed(800))
    mechanism = fitted_by(name, schema())
    tape, expected = record(mechanism, own)
    again, found = record(mechanism, data)
    same_tape(tape, again)
    assert found == expected


FEW = ("age", "ward", "died")


def text_of(rows: list[Any], known: Schema, unit: Unit = ROWS) -> EngineTable:
    columns = {name: pa.array([row.get(name) for row in rows], type=pa.string()) for name in tables.NAMES}
    return engine(in_duckdb(pa.table(columns)), known, unit)


def test_a_fit_in_an_engine_depends_on_a_row_through_the_noise_alone() -> None:
    known = tables.schema_of(*FEW, target="died")
    near = [text_of(rows, known) for rows in list(neighbours_of_rows().values())[5::9]]
    check(fitted_by("maxent", known), text_of(BASE, known), near, both=False)


def test_a_fit_in_an_engine_depends_on_a_patient_through_the_noise_alone() -> None:
    known = tables.schema_of(*FEW, target="died")
    near = [text_of(rows, known, PATIENTS) for rows in list(neighbours_of_patients().values())[2::5]]
    check(fitted_by("copula", known, PATIENTS), text_of(BASE, known, PATIENTS), near, both=False)


# Units of several rows


def test_a_unit_has_at_most_its_rows_and_they_depend_on_no_other() -> None:
    known = schema_from_declaration({"columns": {"x": [str(at) for at in range(200)]}}, ["x"])
    owners = [f"u{at % 10}" for at in range(60)] + [None] * 5
    cells = [str(at) for at in range(65)]

    def used(owners: list[Any], cells: list[str], key: bytes = KEY) -> np.ndarray[Any, Any]:
        table = pa.table({"who": pa.array(owners, pa.string()), "x": cells})
        return engine(in_duckdb(table), known, Unit(column="who", max_rows=3), key).counts(["x"]).reveal()

    found = used(owners, cells)
    assert found.max() == 1
    assert found.sum() == 10 * 3 + 5, "three of each, and every row of nobody"
    assert found[60:65].tolist() == [1] * 5
    order = np.random.default_rng(0).permutation(65)
    assert np.array_equal(used([owners[at] for at in order], [cells[at] for at in order]), found)
    assert np.array_equal(used([*owners, *["new"] * 4], [*cells, "100", "101", "102", "103"])[:100], found[:100])
    assert not np.array_equal(used(owners, cells, bytes(32)), found), "the key decides which"


def test_equal_rows_of_a_unit_are_kept_apart() -> None:
    known = schema_from_declaration({"columns": {"x": ["a", "b"]}}, ["x"])
    chosen = []
    for key in range(12):
        table = pa.table({"who": ["u"] * 10, "x": ["a"] * 9 + ["b"]})
        counted = engine(in_duckdb(table), known, Unit(column="who", max_rows=1), bytes([key] * 32)).counts(["x"])
        chosen.append(counted.reveal().tolist())
    assert all(sum(each) == 1 for each in chosen)
    assert sum(each[1] for each in chosen) < 6, "each row has the same chance, whatever it holds"


def test_rows_within_the_limit_are_counted_as_encode_counts_them() -> None:
    table, unit = mixed(300), Unit(column="patient", max_rows=300)
    own, data = encode(open_table(table), schema(), unit, KEY), engine(in_duckdb(table), schema(), unit)
    assert data.unit == unit
    assert data.counts(["age", "ward"]).reveal().tolist() == own.counts(["age", "ward"]).reveal().tolist()


# As the library's user sees it


def spent(ledger: Path, dataset: str) -> int:
    [account] = privsynth.Ledger(ledger).show(dataset)["datasets"]
    return len(account["entries"])


def test_a_fit_counts_where_the_table_lies(tmp_path: Path) -> None:
    source = in_duckdb(mixed(400))
    told: list[str] = []
    fitted = privsynth.fit(
        source,
        epsilon=3,
        schema=schema("ward", "day", "died"),
        unit="row",
        ledger=tmp_path / "l.db",
        dataset="t",
        progress=told.append,
    )
    assert list(fitted.sample(5, seed=1).column_names) == ["ward", "day", "died"]
    assert spent(tmp_path / "l.db", "t") == 1
    with pytest.raises(UsageError, match="stay in the engine"):
        privsynth.run(source, epsilon=3, out=tmp_path / "o", schema=schema(), unit="row", ledger=tmp_path / "l.db")
    with pytest.raises(UsageError, match="stay in the engine"):
        privsynth.scan(source)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"generator": "ctgan"}, "trains on rows"),
        ({"schema": None}, "not complete"),
        ({"unit": "cost"}, "told apart"),
    ],
)
def test_what_needs_rows_is_refused_before_anything_is_spent(change: Any, match: str, tmp_path: Path) -> None:
    options = {"epsilon": 3, "schema": schema(), "unit": "row", **change}
    if change.get("unit") == "cost":
        options["max_rows"] = 2
    with pytest.raises(UsageError, match=match):
        privsynth.plan_fit(in_duckdb(mixed(5)), **options)
    with pytest.raises(UsageError, match=match):
        privsynth.fit(in_duckdb(mixed(5)), ledger=tmp_path / "l.db", dataset="t", **options)
    assert not (tmp_path / "l.db").exists()


@pytest.mark.parametrize(
    ("spec", "kind", "missing", "match"),
    [
        (COLUMNS["day"], "string", ("",), "without time zone"),
        (COLUMNS["day"], "timestamp('UTC')", ("",), "without time zone"),
        (COLUMNS["day"], "date", ("1900-01-01",), "means missing"),
        (COLUMNS["died"], "float64", ("",), "true and false"),
        (COLUMNS["ward"], "date", ("",), "not coded"),
        (COLUMNS["cost"], "float64", ("-9",), "means missing"),
    ],
)
def test_what_an_engine_reads_in_its_own_way_is_refused(spec: Any, kind: str, missing: Any, match: str) -> None:
    import ibis

    source = in_duckdb(pa.table({"x": [1]}))
    source._table = ibis.table({"x": kind}, name="cells")
    known = replace(schema_from_declaration({"columns": {"x": spec}}, ["x"]), missing=missing)
    with pytest.raises(UsageError, match=match):
        privsynth.plan_fit(source, epsilon=1, schema=known, unit="row")


def test_a_column_with_a_rule_is_refused() -> None:
    known = tables.generalised_of("age")
    with pytest.raises(UsageError, match="rule"):
        privsynth.plan_fit(in_duckdb(pa.table({"age": [30]})), epsilon=1, schema=known, unit="row")


def test_what_an_engine_says_reaches_nobody(tmp_path: Path) -> None:
    source = in_duckdb(mixed(20))

    def failing(expression: Any) -> Any:
        raise RuntimeError("could not convert string 'Jane Doe'")

    object.__setattr__(source, "_engine", replace(source._engine, evaluate=failing))
    options = {"epsilon": 3, "schema": schema(), "unit": "row", "ledger": tmp_path / "l.db", "dataset": "t"}
    with pytest.raises(ResourceError) as caught:
        privsynth.fit(source, **options)
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert not (tmp_path / "l.db").exists(), "it was asked before anything was spent"


def test_an_engine_that_reads_in_its_own_way_is_told_before_anything_is_spent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from privsynth.table import engines

    options = {"epsilon": 3, "schema": schema(), "unit": "row", "ledger": tmp_path / "l.db", "dataset": "t"}
    true = engines.compiled
    for wrong in (("WHEN 'a\\b'", "WHEN 'ab'"), ("FLOOR(", "CEIL("), ("TRY_CAST", "CAST")):
        with monkeypatch.context() as patch:
            patch.setattr(engines, "compiled", lambda *given, wrong=wrong: true(*given).replace(*wrong))
            with pytest.raises((UsageError, ResourceError), match=r"way of its own|did not answer"):
                privsynth.fit(in_duckdb(mixed(20)), **options)
    assert not (tmp_path / "l.db").exists()


def test_a_table_in_an_engine_has_no_digest_and_no_rows() -> None:
    source = in_duckdb(mixed(5))
    with pytest.raises(UsageError, match="digest"):
        engine(source, schema()).keyed_digest(KEY)
    for ask in (
        lambda: source.loaded(),
        lambda: source.by_column(),
        lambda: source.arrow(["1"]),
        lambda: list(source.batches(["1"])),
        lambda: source.rows("SELECT 1"),
        lambda: source.execute("SELECT 1"),
        lambda: source.beside(mixed(1)),
        lambda: source.replaced({"x": "1"}),
    ):
        with pytest.raises(UsageError, match="stay in the engine"):
            ask()


def test_a_table_is_opened_by_its_address(tmp_path: Path) -> None:
    import duckdb

    table = mixed(30)
    with duckdb.connect(tmp_path / "f.duckdb") as database:
        database.register("given", table)
        database.execute('CREATE TABLE "stays" AS SELECT * FROM given')
    source = privsynth.engine_table(f"duckdb:///{tmp_path / 'f.duckdb'}::stays")
    assert privsynth.engine_table(source) is source
    assert list(source.names) == table.column_names
    assert source.address == f"duckdb:///{tmp_path / 'f.duckdb'}::main.stays"
    own = encode(open_table(table), schema(), ROWS, KEY)
    assert (
        engine(source, schema()).counts(["age", "day"]).reveal().tolist()
        == own.counts(["age", "day"]).reveal().tolist()
    )
    privsynth.fit(source, epsilon=1, schema=schema("ward", "died"), unit="row", ledger=tmp_path / "l.db")
    assert spent(tmp_path / "l.db", str(source.address)) == 1
    with pytest.raises(ResourceError, match="did not answer"):
        privsynth.engine_table(f"duckdb:///{tmp_path / 'f.duckdb'}::other")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ibis, when it looks the table up
def test_an_ibis_table_is_counted_by_its_own_connection() -> None:
    import ibis

    table, database = mixed(30), ibis.duckdb.connect()
    database.con.register("given", table)
    database.con.execute("CREATE TABLE stays AS SELECT * FROM given")
    source = privsynth.engine_table(database.table("stays"), where="the stays")
    assert source.where == "the stays"
    own = encode(open_table(table), schema(), ROWS, KEY)
    assert engine(source, schema()).counts(["age"]).reveal().tolist() == own.counts(["age"]).reveal().tolist()


@pytest.mark.parametrize("table", ["stays.csv", "sqlite:///f.db::t", mixed(1)])
def test_what_is_no_table_in_an_engine_is_refused(table: Any) -> None:
    with pytest.raises(UsageError):
        privsynth.engine_table(table)


def test_other_backends_of_ibis_are_refused() -> None:
    import ibis

    with pytest.raises(UsageError, match="polars"):
        privsynth.engine_table(ibis.polars.connect({"t": mixed(1)}).table("t"))
