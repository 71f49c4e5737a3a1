"""Tables of a real PostgreSQL: read in one snapshot, written in one transaction, and nothing of it in a message."""

from __future__ import annotations

import datetime as dt
import io
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from command_line import declaration, privsynth, small_table
from postgres_server import postgres_server

from privsynth.errors import PrivsynthError, SchemaError, UsageError
from privsynth.provenance import Provenance
from privsynth.saving import save_batches, save_table
from privsynth.table.source import open_table
from privsynth.table.sql import quoted

pytestmark = pytest.mark.integration

CANARY, PASSWORD = "Zq7CANARYx9", "pwZq7CANARY"
SAID = Provenance(
    generation=1,
    generator="maxent",
    model_digest=None,
    dp=True,
    guarantee=None,
    contains_real_rows=False,
    given=None,
    rows=2,
)
WILD = """
CREATE TABLE wild (a int, b numeric, c float8, d bool, e date, f timestamp, g timestamptz, h bytea, i int[], j text,
                   "K%s ""q" uuid, l char(5), m interval, n json, o real, p varchar(9), q time, r inet);
INSERT INTO wild VALUES
  (1, 1.50, 1e20, true, '2020-01-01', '2020-01-01 10:00:00.5', '2020-01-01 10:00+02', 'abc', '{1,2}', 'é',
   '62f07107-6fd8-4874-9f0e-ce16d3aececd', 'ab', '1 day', '[7]', 0.1, 'v', '10:00', '10.0.0.1'),
  (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
  (2, 'NaN', 'NaN', false, 'infinity', '-infinity', '4000-01-01 BC', '\\xff', '{}', '', null, '', '100000 years', 'null', 'inf',
   '', '24:00', null);
INSERT INTO wild(b, c, j) VALUES (123456789012345678901234567890.000000000000000001, 3, repeat('long', 500000));
CREATE SCHEMA s;
CREATE VIEW s.v AS SELECT a, b FROM wild WHERE a IS NOT NULL;
CREATE MATERIALIZED VIEW seen AS SELECT 1 AS q;
CREATE TABLE secret AS SELECT 'Zq7CANARYx9'::text AS x;
CREATE VIEW broken AS SELECT x::int AS y FROM secret;
CREATE TABLE zero();
CREATE TABLE empty_one (a int, b text);
CREATE TABLE "odd.Name" (x int, "X" int);
CREATE ROLE bob LOGIN PASSWORD 'pwZq7CANARY';
CREATE SCHEMA made AUTHORIZATION bob;
"""
FIRST = (
    "1", "1.50", "1e+20", "true", "2020-01-01", "2020-01-01 10:00:00", "2020-01-01 08:00:00", "abc", "{1,2}", "é",
    "62f07107-6fd8-4874-9f0e-ce16d3aececd", "ab", "1 day", "[7]", "0.1", "v", "10:00:00", "10.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    with postgres_server() as url:
        made = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with made.connect() as connection:
            for statement in filter(str.strip, WILD.split(";\n")):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        try:
            yield made
        finally:
            made.dispose()


def address(engine: sa.Engine, table: str, **changed: Any) -> str:
    return f"{engine.url.set(drivername='postgresql', **changed).render_as_string(hide_password=False)}::{table}"


def rows(table: Any, **options: Any) -> list[tuple[Any, ...]]:
    source = open_table(table, **options)
    found = source.arrow([quoted(name) for name in source.names])
    return [tuple(row.values()) for row in found.to_pylist()]


def test_every_type_is_text_and_no_cell_raises(engine: sa.Engine) -> None:
    found = rows(address(engine, "wild"))
    assert found[0] == FIRST
    assert found[1] == (None,) * 18
    assert found[2][:10] == ("2", None, None, "false", None, None, None, None, "{}", "")
    assert found[2][11:] == ("", "100000 years", "null", "inf", "", "24:00:00", None)
    assert found[3][1:3] == ("123456789012345678901234567890.000000000000000001", "3")
    assert found[3][9] == "long" * 500_000


def test_the_same_rows_from_a_frame_are_the_same_text(engine: sa.Engine) -> None:
    names = ["a", "c", "d", "e", "f", "j"]
    table = pa.table(
        {
            "a": [1],
            "c": [1e20],
            "d": [True],
            "e": [dt.date(2020, 1, 1)],
            "f": [dt.datetime(2020, 1, 1, 10, 0, 0, 500_000)],
            "j": ["é"],
        }
    )
    [ours] = rows(table)
    theirs = dict(zip(open_table(address(engine, "wild")).names, rows(address(engine, "wild"))[0], strict=True))
    assert ours == tuple(theirs[name] for name in names)


def test_the_calendar_ends_with_its_last_second_and_infinity_is_missing(engine: sa.Engine) -> None:
    cells = "('9999-12-31 23:59:59.5'), ('1969-12-31 23:59:59.5'), ('infinity'), ('-infinity'), ('10000-01-01'), ('0044-03-15 BC')"
    with engine.connect() as connection:
        for kind in ("date", "timestamp", "timestamptz"):
            query = f"SELECT x::{kind} FROM (VALUES {cells}) AS v(x)"  # noqa: S608 - of this test
            connection.exec_driver_sql(f"CREATE VIEW days_{kind} AS {query}")
    clock = " 23:59:59"
    for kind, after in (("date", ""), ("timestamp", clock), ("timestamptz", clock)):
        expected = [f"9999-12-31{after}", f"1969-12-31{after}", None, None, None, None]
        assert [row[0] for row in rows(address(engine, f"days_{kind}"))] == expected


def test_views_and_odd_tables(engine: sa.Engine) -> None:
    assert rows(address(engine, "s.v")) == [("1", "1.50"), ("2", None)]
    assert rows(address(engine, "seen")) == [("1",)]
    assert rows(address(engine, "empty_one")) == []
    assert open_table(address(engine, '"odd.Name"'), repair=True).names == ("x", "X (2)")
    with pytest.raises(SchemaError, match="the same name `X`"):
        open_table(address(engine, '"odd.Name"'))
    with pytest.raises(SchemaError, match="has no columns"):
        open_table(address(engine, "zero"))


@pytest.mark.parametrize("table", ["nothing", "nowhere.t", "Wild"])
def test_a_table_that_is_not_there_says_only_that(engine: sa.Engine, table: str) -> None:
    with pytest.raises(SchemaError, match=r"There is no table postgresql://127\.0\.0\.1") as refused:
        open_table(address(engine, table))
    assert "wild" not in refused.value.message


def test_nothing_of_an_error_gets_out(engine: sa.Engine) -> None:
    """No cell, no statement, no user and no password, in messages and in what a traceback shows."""
    with pytest.raises(SchemaError, match="could not be read") as refused:
        rows(address(engine, "broken"))
    shown = "".join(traceback.format_exception(refused.value))
    assert CANARY not in shown
    cases = {
        address(engine, "wild", password=PASSWORD): "refuses the user or the password",
        address(engine, "wild", username="nobodyCANARY", password=PASSWORD): "refuses the user or the password",
        address(engine, "wild", username="bob", password=PASSWORD): "may not read",
        address(engine, "wild", database="none", username="bob", password=PASSWORD): "is not reached",
        address(engine, "wild", port=1, username="bob", password=PASSWORD): "is not reached",
        address(engine, "wild", host="no.such.host.invalid", username="bob", password=PASSWORD): "is not reached",
    }
    for text, message in cases.items():
        with pytest.raises(UsageError, match=message) as refusal:
            open_table(text)
        told = refusal.value.message + "".join(traceback.format_exception(refusal.value))
        assert "CANARY" not in told
        assert "bob" not in refusal.value.message


def test_the_password_may_stand_in_the_environment(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = address(engine, "seen").replace(f":{engine.url.password}", "")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    with pytest.raises(UsageError, match="refuses the user"):
        open_table(text)
    (tmp_path / "pgpass").write_text(f"127.0.0.1:*:*:*:{engine.url.password}\n")
    (tmp_path / "pgpass").chmod(0o600)
    assert rows(text) == [("1",)]
    monkeypatch.delenv("PGPASSFILE")
    monkeypatch.setenv("PGPASSWORD", str(engine.url.password))
    assert rows(text) == [("1",)]


def test_a_table_is_read_in_one_snapshot(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE big AS SELECT i AS a, 0 AS b FROM generate_series(1, 60000) i")
    source = open_table(address(engine, "big"))
    from privsynth.table import sql_read

    pieces = sql_read.read_pieces(_place(address(engine, "big")), ["a", "b"])
    seen = next(pieces).num_rows
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE big SET b = 1")
        connection.exec_driver_sql("INSERT INTO big VALUES (0, 1)")
    for piece in pieces:
        assert set(piece.column(1).to_pylist()) == {"0"}
        seen += piece.num_rows
    assert seen == 60_000
    assert source.rows("SELECT count(*), count(DISTINCT a) FROM {table}") == [(60_001, 60_001)]
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE big")
    assert source.rows("SELECT count(*) FROM {table}") == [(60_001,)]


def _place(text: str) -> Any:
    from privsynth.table.urls import database_table

    return database_table(text)


def test_rows_are_written_in_one_transaction(engine: sa.Engine) -> None:
    table = pa.table(
        {
            "n": pa.array([1, None]),
            "x": [1.5, None],
            'T% "q"': ["a,\"\n'", ""],
            "f": [True, None],
            "d": pa.array([18262, None], pa.date32()),
            "m": pa.array([0, None], pa.timestamp("s")),
            "c": pa.array(["u", None]).dictionary_encode(),
            "l": [["x"], None],
        }
    )
    to = address(engine, "made.rows", username="bob", password=PASSWORD)
    assert save_batches([table, table], to, provenance=SAID) == 4
    expected = [
        ("1", "1.5", "a,\"\n'", "true", "2020-01-01", "1970-01-01 00:00:00", "u", "['x']"),
        (None, None, "", *(None,) * 5),
    ]
    assert rows(to) == expected * 2
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'rows' ORDER BY ordinal_position"
        ).scalars()
        assert list(found)[:6] == [
            "bigint",
            "double precision",
            "text",
            "boolean",
            "date",
            "timestamp without time zone",
        ]
    assert open_table(to).origin(None) is not None
    with pytest.raises(UsageError, match="has rows"):
        save_table(table, to)
    assert save_batches([table], to, overwrite=True) == 2
    assert open_table(to).origin(None) is None

    def broken() -> Any:
        yield pa.table({"other": [1]})
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        save_batches(broken(), to, overwrite=True)
    assert rows(to) == expected
    with pytest.raises(UsageError, match="may not read or write") as refused:
        save_table(table, address(engine, "s.rows", username="bob", password=PASSWORD))
    assert PASSWORD not in refused.value.message
    with pytest.raises(UsageError, match="is a view"):
        save_table(table, address(engine, "s.v"))
    with pytest.raises(PrivsynthError, match=r"no table .*::nowhere\.t"):
        save_table(table, address(engine, "nowhere.t"))


def test_an_empty_table_keeps_its_types(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE typed (b numeric(6,2), a int)")
    save_table(pa.table({"a": [1], "b": [1.5]}), address(engine, "typed"))
    assert rows(address(engine, "typed")) == [("1.50", "1")]
    with pytest.raises(SchemaError, match="has other columns"):
        save_table(pa.table({"z": [1]}), address(engine, "empty_one"))


def test_the_commands_say_no_password(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with engine.connect() as connection:
        pd.read_csv(io.StringIO(small_table(400))).to_sql("people", connection, index=False)
        connection.exec_driver_sql("GRANT SELECT ON people TO bob")
    table = address(engine, "people", username="bob", password=PASSWORD)
    made = address(engine, "made.people", username="bob", password=PASSWORD)
    declaration(tmp_path)
    fitted = ("--epsilon", 3, "--declare", "declared.yaml", "--ledger", "ledger.db")
    said = [
        privsynth(capsys, "scan", table, "--json", "scan.json"),
        privsynth(capsys, "schema", table, "--declare", "declared.yaml", "-o", "schema.yaml"),
        privsynth(capsys, "check", "schema.yaml", table),
        privsynth(capsys, "fit", table, *fitted, "-o", "model"),
        privsynth(capsys, "sample", "model", "-n", 300, "-o", made),
        privsynth(capsys, "run", table, *fitted, "-o", "out"),
        privsynth(capsys, "audit", "--train", table, "--synthetic", made, "--json", "audit.json"),
        privsynth(
            capsys, "evaluate", "--train", table, "--synthetic", made, "--target", "sick", "--json", "evaluate.json"
        ),
        privsynth(capsys, "ledger", "show", "--ledger", "ledger.db", "--dataset", table),
    ]
    assert [done.code for done in said] == [0] * len(said), [done.err for done in said]
    assert "::public.people" in said[-1].out
    assert PASSWORD not in "".join(done.out + done.err for done in said)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []
