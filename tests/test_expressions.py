"""The Ibis expression gives the codes and counts of `encode`, and no cell can make it fail."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from replay_tables import KEY, ROWS
from test_outofcore import COLUMNS, LABELS, NUMBERS, TOKENS, schema_of, table_of
from test_table_coding import ODD, SPECS

from privsynth.errors import UsageError
from privsynth.table.coded import encode
from privsynth.table.connection import connect
from privsynth.table.engines import EngineTable, compiled, duckdb_engine
from privsynth.table.expressions import coded
from privsynth.table.source import open_table
from privsynth.tableschema import schema_from_declaration

ibis = pytest.importorskip("ibis")
HOSTILE_NUMBERS = [
    "-3", "0.1", "1e5", "+-5", "-+5", "--5", "1__0", "1_", "_1", "1._5", "1_.5", "1e1_0", "00_12", "1e-400", "1e99999",
    "1e-99999", "0e99999", "0" * 600 + "12", "12\u2028", "12\u0085", "1d", "1f", "0x1p3", "12\n", "\x0b7", "\u00a012",
    "1e0000000000000005", "0.30000000000000004", "3e-324", "2.4703282292062328e-324", "1.7976931348623159e308", "1e308",
    "1.", "5.", "+.5", "1e+5", "  12", "12  ", "+12.0", "1.2e1", "12.", "0012.0", "1e15", "999999999999999", "0.5",
    "1000000000000000", "2.5", "1.5", "1e300", "-1e300", "1" + "0" * 400, "4.9e-324", "9223372036854775808", "a\r\nb\tc",
]  # fmt: skip


def engine(table: pa.Table) -> tuple[Any, Any]:
    """Return an Ibis table on a DuckDB, and the engine that evaluates expressions there."""
    connection = connect()
    connection.register("cells", table)
    return ibis.table(ibis.Schema.from_pyarrow(table.schema), name="cells"), duckdb_engine(connection)


def grouped(size: int) -> np.ndarray[Any, Any]:
    """Return a group of every code: runs of them, and the last one apart."""
    return np.append(np.arange(size) * min(12, size) // size, 3)


@pytest.mark.parametrize("kind", ["text", "int64", "int8", "uint64", "float64", "float32", "bool", "decimal"])
def test_hostile_cells_get_the_codes_of_encode(kind: str) -> None:
    table = pa.table({"x": COLUMNS[kind] if kind != "text" else pa.array([*ODD, *HOSTILE_NUMBERS], pa.string())})
    specs = [*LABELS, *NUMBERS[:2], NUMBERS[4], SPECS[6]]
    for spec, missing in itertools.product(specs, [("",)] if kind.startswith("float") else [TOKENS]):
        schema = schema_of(spec, missing=missing)
        if schema["x"].truth and kind.startswith("float"):
            continue
        own = encode(open_table(table), schema, ROWS, KEY)
        group = grouped(own.domains[0].size)
        cells, run = engine(table)
        found = run.run(coded(cells, schema, {"x": group})).column("x").to_pylist()
        assert found == group[own.rows().reveal()["x"]].tolist(), spec


def test_small_domains_get_every_code() -> None:
    for spec in (NUMBERS[0], *LABELS):
        table = pa.table({"x": pa.array(ODD, pa.string())})
        cells, run = engine(table)
        found = run.run(coded(cells, schema_of(spec))).column("x").to_pylist()
        assert found == encode(open_table(table), schema_of(spec), ROWS, KEY).rows().reveal()["x"].tolist()


def declared() -> Any:
    columns = {
        "age": {"lower": 0, "upper": 100, "integer": True},
        "cost": {"lower": 0, "upper": 1000},
        "ward": ["A", "B", "C"],
        "died": ["no", "yes"],
    }
    return schema_from_declaration({"columns": columns}, list(columns))


def test_an_engine_gives_the_counts_of_the_coded_table() -> None:
    table = table_of(3000)
    own = encode(open_table(table), declared(), ROWS, KEY)
    cells, run = engine(table)
    data = EngineTable(cells, declared(), run)
    assert [each.name for each in data.domains] == [each.name for each in own.domains]
    assert data.unit == own.unit
    groups = {each.name: grouped(each.size) for each in own.domains if each.name != "ward"}
    questions = [(pair, groups) for pair in itertools.combinations(["age", "cost", "ward", "died"], 2)]
    questions += [(("age",), None), (("died", "cost", "ward"), groups)]
    for one, other in zip(data.counts_many(questions), own.counts_many(questions), strict=True):
        assert one.reveal().tolist() == other.reveal().tolist()
    tables = [each.reveal() // 2 for each in own.counts_many(questions)]
    assert data.distances(questions, tables).reveal().tolist() == own.distances(questions, tables).reveal().tolist()


def test_the_expression_compiles_for_other_engines() -> None:
    cells = ibis.table({"age": "string", "cost": "float64", "ward": "string", "died": "string"}, name="admissions")
    groups = {"age": grouped(101), "cost": grouped(4860)}
    sql = compiled(coded(cells, declared(), groups, dialect="postgres"), "postgres")
    assert "admissions" in sql
    assert "TRY_CAST" not in sql
    assert sql.count(" ~ ") == 4, "a text is looked at before it is cast, which may fail"


def test_what_an_engine_reads_in_its_own_way_is_refused() -> None:
    for spec, kind in ((NUMBERS[5], "string"), (LABELS[2], "float64"), (LABELS[0], "date")):
        cells = ibis.table({"x": kind}, name="cells")
        with pytest.raises(UsageError):
            coded(cells, schema_of(spec))
    with pytest.raises(UsageError):
        coded(ibis.table({"x": "float64"}, name="cells"), schema_of(NUMBERS[0], missing=TOKENS))
