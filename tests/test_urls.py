"""Tables come from and go to addresses: databases in files, files through fsspec, and frames of any engine."""

from __future__ import annotations

import builtins
import datetime as dt
import io
import math
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from command_line import DECLARED, HEADER, declaration, privsynth, small_table

import privsynth as package
from privsynth.errors import PrivsynthError, SchemaError, UsageError
from privsynth.fitting import dataset_name
from privsynth.provenance import Provenance
from privsynth.saving import check_destination, save_batches, save_table
from privsynth.table.frames import as_form
from privsynth.table.source import open_table, opened_once
from privsynth.table.sql import quoted
from privsynth.table.texts import cell_text, texts_of_rows
from privsynth.table.typed import typed_frame
from privsynth.table.urls import is_url, local_path, name_of, shown
from privsynth.tableschema import schema_from_declaration

SECRET = "Zq7CANARYx9"
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


def rows(table: Any, **options: Any) -> list[tuple[Any, ...]]:
    source = open_table(table, **options)
    found = source.arrow([quoted(name) for name in source.names])
    return [tuple(row.values()) for row in found.to_pylist()]


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "f.db"
    with sqlite3.connect(path) as made:
        made.execute('CREATE TABLE t (a INT, "B b%s" TEXT, "c""d" REAL, e BLOB, f BOOLEAN, g DATE)')
        made.execute("INSERT INTO t VALUES (1, 'x', 1.0, x'616263', 1, '2020-01-01')")
        made.execute("INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL, NULL)")
        made.execute("INSERT INTO t VALUES ('oops', 'yé', 1e300, x'ff', 0, '')")
        made.execute("INSERT INTO t(a, \"B b%s\") VALUES (9007199254740993, cast(x'ff41' AS TEXT))")
        made.execute("CREATE TABLE none_yet (a, b)")
        made.execute("CREATE VIEW v AS SELECT a, f FROM t")
        made.execute("CREATE VIEW broken AS SELECT * FROM nowhere")
        made.execute('CREATE TABLE "p.q" (x)')
    made.close()
    return path


@pytest.fixture
def duckdb_file(tmp_path: Path) -> Path:
    path = tmp_path / "k.db"
    with duckdb.connect(str(path)) as made:
        made.execute(
            "CREATE TABLE t AS SELECT 1 AS a, TIMESTAMP '2020-01-01 10:00:00.7' AS b, 1.50::DECIMAL(9,2) AS c, true AS d, 'x'::BLOB AS e "
            "UNION ALL SELECT NULL, NULL, NULL, NULL, NULL"
        )
        made.execute("CREATE TABLE n AS SELECT 'Zq7CANARYx9' AS x; CREATE VIEW broken AS SELECT x::INT AS y FROM n")
        made.execute("CREATE SCHEMA s; CREATE VIEW s.v AS SELECT a FROM main.t")
    return path


@pytest.mark.parametrize(
    ("address", "printed"),
    [
        (
            f"postgresql+psycopg://me:{SECRET}@Host:5432/care?sslmode=require&password={SECRET}::t",
            "postgresql://host/care::public.t",
        ),
        (f"postgres://me:{SECRET}@h/db::s.T", "postgresql://h/db::s.T"),
        (f"postgresql://me:{SECRET}@[::1]:99/db::t", "postgresql://[::1]:99/db::public.t"),
        ('postgresql:///db?host=/run&user=me::"a.b"."c""d"', 'postgresql:///db?host=/run::"a.b"."c""d"'),
        (f"mysql://me:{SECRET}@h:3306/db::t", "mysql://h/db::t"),
        (f"postgresql://u:{SECRET}/w@h/db::t", "postgresql://..."),
        (f"postgresql://u:{SECRET}@w@h/db::t", "postgresql://..."),
        (f"postgresql://u:w?{SECRET}@h/db::t", "postgresql://..."),
        (f"postgresql://u:{SECRET}@h/db", "postgresql://..."),
        (f"postgresql://u:{SECRET}@h::t", "postgresql://..."),
        (f"https://u:{SECRET}@h/t.csv?sig={SECRET}#{SECRET}", "https://h/t.csv"),
        (f"https://h:8443/t.csv?sig={SECRET}", "https://h:8443/t.csv"),
        (f"ftp://u:{SECRET}/x@h/t.csv", "ftp://..."),
        (f"ftp://u:1/{SECRET}@h/t.csv", "ftp://..."),
        (f"sftp://{SECRET}@h/t.csv", "sftp://h/t.csv"),
        ("s3://bucket/x@y.csv?versionId=2", "s3://bucket/x@y.csv"),
        ("abfs://container@account/t.csv", "abfs://container@account/t.csv"),
        (f"simplecache::s3://u:{SECRET}@b/t.csv", "://..."),
        (f"postgresql:/u:{SECRET}@h/db::t", "postgresql:/..."),
        ("folder/t.csv", "folder/t.csv"),
    ],
)
def test_an_address_is_printed_without_user_password_and_options(address: str, printed: str) -> None:
    assert shown(address) == printed
    assert SECRET not in printed


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://u:p/w@h/db::t", "write @ as %40"),
        (f"postgresql://u:{SECRET}@h/db", "names no table"),
        (f"postgresql://u:{SECRET}@h::t", "names no|cannot be read"),
        (f"postgresql://u:{SECRET}@h/::t", "names no database"),
        ("sqlite:///::t", "names no file"),
        ("sqlite:///f.db?mode=rw::t", "names no file"),
        ("file://host/t.csv", "a file of this machine"),
        (f"ftp://u:{SECRET}/x@h/t.csv", "cannot be read"),
        (f"simplecache::s3://{SECRET}@b/t.csv", "is a chain"),
        ("reference://t.csv", "are not known"),
        ("nowhere://t.csv", "are not known"),
        ("s3://b/t.csv", "pip install s3fs"),
        ("https://localhost/t.csv", "pip install aiohttp"),
        (f"mysql://u:{SECRET}@h/db::t", "driver of mysql is not installed"),
    ],
)
def test_an_address_that_cannot_be_taken_is_refused_without_it(address: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        open_table(address)
    assert SECRET not in refused.value.message


def test_an_address_that_was_made_a_path_is_refused_without_it() -> None:
    with pytest.raises(UsageError, match="given as a path") as refused:
        open_table(Path(f"postgresql://u:{SECRET}@h/db::t"))
    assert SECRET not in refused.value.message


def test_the_ledger_knows_a_table_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    same = {
        dataset_name(f"postgresql://{who}h:5432/db{end}::t", None)
        for who in ("", f"me:{SECRET}@")
        for end in ("", "?a=b")
    }
    assert same == {"postgresql://h/db::public.t"}
    assert dataset_name(None, f"postgresql://me:{SECRET}@h/db::t") == "postgresql://h/db::public.t"
    assert dataset_name("sqlite:///f.db::T", None) == dataset_name(f"sqlite:///{tmp_path}/f.db::main.t", None)
    (tmp_path / "t.csv").write_text("a\n1\n")
    assert dataset_name(f"file://{tmp_path}/t.csv", None) == dataset_name("t.csv", None)
    assert name_of(f"https://u:{SECRET}@h/t.csv") == "https://h/t.csv"


def test_sqlite(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sqlite_file.parent)
    expected = [
        ("1", "x", "1", "abc", "1", "2020-01-01"),
        (None,) * 6,
        ("oops", "yé", "1e+300", None, "0", ""),
        ("9007199254740993", None, None, None, None, None),
    ]
    assert open_table("sqlite:///f.db::t").names == ("a", "B b%s", 'c"d', "e", "f", "g")
    assert rows("sqlite:///f.db::t") == expected
    assert rows(f"sqlite:///{sqlite_file}::main.T") == expected
    assert rows("sqlite:///f.db::v") == [("1", "1"), (None, None), ("oops", "0"), ("9007199254740993", None)]
    assert rows("sqlite:///f.db::none_yet") == []
    assert rows('sqlite:///f.db::"p.q"') == []


def test_duckdb(duckdb_file: Path) -> None:
    assert rows(f"duckdb:///{duckdb_file}::t") == [("1", "2020-01-01 10:00:00", "1.50", "true", "x"), (None,) * 5]
    assert rows(f"duckdb:///{duckdb_file}::s.v") == [("1",), (None,)]


MOMENTS = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ")


@pytest.mark.parametrize("kind", MOMENTS)
def test_an_infinite_date_is_missing(kind: str, tmp_path: Path) -> None:
    cells = ["infinity", "-infinity", "1969-12-31 23:59:59.5"]
    cells += [] if kind == "TIMESTAMP_NS" else ["1500-02-03", "9999-12-31", "12000-01-01", "0044-03-15 (BC)"]
    query = f"SELECT unnest({cells})::{kind} AS x"
    clock = "" if kind == "DATE" else " 00:00:00"
    expected = [None, None, "1969-12-31" + ("" if kind == "DATE" else " 23:59:59")]
    expected += [] if kind == "TIMESTAMP_NS" else [f"1500-02-03{clock}", f"9999-12-31{clock}", None, None]
    with duckdb.connect(str(tmp_path / "k.db")) as made:
        made.execute("SET TimeZone = 'UTC'")
        made.execute(f"CREATE TABLE t AS {query}")
        made.execute(f"COPY t TO '{tmp_path}/t.parquet'")
        assert rows(made.sql("FROM t")) == [(text,) for text in expected]
    assert rows(f"duckdb:///{tmp_path}/k.db::t") == [(text,) for text in expected]
    assert rows(tmp_path / "t.parquet") == [(text,) for text in expected]


def test_text_of_sqlite_keeps_what_stands_there(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "f.db") as made:
        made.execute("CREATE TABLE t (x TIMESTAMP)")
        made.executemany("INSERT INTO t VALUES (?)", [("1969-12-31 23:59:59.5",), ("1500-02-03",), ("infinity",)])
    made.close()
    assert rows(f"sqlite:///{tmp_path}/f.db::t") == [("1969-12-31 23:59:59.5",), ("1500-02-03",), ("infinity",)]
    spec = {"kind": "datetime", "lower": "1500-01-01", "upper": "2030-12-31"}
    schema = schema_from_declaration({"columns": {"x": spec}}, ["x"])
    found = typed_frame(open_table(f"sqlite:///{tmp_path}/f.db::t"), schema).reveal()["x"].tolist()
    assert found[0] == -1
    assert found[1] == (dt.datetime(1500, 2, 3) - dt.datetime(1970, 1, 1)).total_seconds()
    assert math.isnan(found[2])


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_what_is_not_there_or_broken_says_so_without_a_cell(
    kind: str, sqlite_file: Path, duckdb_file: Path, tmp_path: Path
) -> None:
    here, other = (sqlite_file, duckdb_file) if kind == "sqlite" else (duckdb_file, sqlite_file)
    with pytest.raises(SchemaError, match=r"There is no table .*::main\.nothing"):
        open_table(f"{kind}:///{here}::nothing")
    with pytest.raises(SchemaError, match="There is no file"):
        open_table(f"{kind}:///{tmp_path}/none.db::t")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(UsageError, match="could not be opened as a database"):
        open_table(f"{kind}:///{other}::t")
    with pytest.raises(SchemaError, match="could not be read") as refused:
        rows(f"{kind}:///{here}::broken")
    assert SECRET not in refused.value.message


def test_a_database_is_read_once(sqlite_file: Path) -> None:
    source = open_table(f"sqlite:///{sqlite_file}::t")
    first = source.rows("SELECT count(*) FROM {table}")
    with sqlite3.connect(sqlite_file) as other:
        other.execute("DELETE FROM t")
    other.close()
    assert source.rows("SELECT count(*) FROM {table}") == first == [(4,)]
    assert source.loaded() is source


def test_columns_that_change_before_the_rows_are_read_are_refused(sqlite_file: Path, duckdb_file: Path) -> None:
    ours, theirs = open_table(f"sqlite:///{sqlite_file}::t"), open_table(f"duckdb:///{duckdb_file}::t")
    with sqlite3.connect(sqlite_file) as other:
        other.execute("ALTER TABLE t ADD COLUMN z")
    other.close()
    with duckdb.connect(str(duckdb_file)) as made:
        made.execute("DROP VIEW s.v; ALTER TABLE t ADD COLUMN z INT")
    for source in (ours, theirs):
        with pytest.raises(SchemaError, match="changed while it was read"):
            source.loaded()


def test_names_that_differ_by_case_are_refused_or_repaired(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "f.db") as made:
        made.execute("CREATE TABLE t (a)")
        made.execute("CREATE TABLE other (a)")
        made.execute('CREATE VIEW v AS SELECT t.a AS a, other.a AS "A " FROM t, other')
        made.execute("CREATE VIEW twice AS SELECT 1 AS a, 2 AS a")
    made.close()
    found = open_table(f"sqlite:///{tmp_path}/f.db::twice", repair=True).names
    assert len({name.casefold() for name in found}) == 2


def test_without_sqlalchemy_the_message_names_the_extra(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "sqlalchemy":
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'privsynth\[sql\]'"):
        open_table(f"sqlite:///{sqlite_file}::t")


OBJECTS = [
    1,
    -5,
    2**70,
    True,
    1.5,
    1e300,
    float("nan"),
    "x",
    "a\x00b",
    "\ud800",
    b"abc",
    b"\xff",
    memoryview(b"m"),
    None,
]


@pytest.mark.parametrize(
    "cells",
    [
        OBJECTS,
        [1, None, 2**70],
        [1, 10**5000],
        ["x", None, ""],
        ["x", "a\x00b"],
        ["\ud800", "y"],
        [None, None],
        [1.5, math.nan, None, -0.0, 1e22, math.inf],
        [True, None, False],
        [dt.date(1, 1, 1), None],
        [dt.datetime(2020, 1, 1, 5, 6, 7, 8), None, dt.datetime(9999, 12, 31, tzinfo=dt.UTC)],
    ],
)
def test_a_cell_is_written_the_same_whatever_is_beside_it(cells: list[Any]) -> None:
    assert texts_of_rows([(cell,) for cell in cells], 1).column(0).to_pylist() == [cell_text(cell) for cell in cells]
    assert cell_text(memoryview(b"m")) == "m"


@pytest.fixture
def memory_csv() -> str:
    with fsspec.open("memory://folder/t.csv", "w") as file:
        file.write("a,b\n1,x\n2,\n")
    return "memory://folder/t.csv"


def test_a_file_elsewhere_is_copied_for_as_long_as_it_is_used(memory_csv: str) -> None:
    source = open_table(memory_csv)
    path = source.path
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    changed = source.replaced({"a": "'z'"})
    del source
    assert changed.arrow(['"a"']).column(0).to_pylist() == ["z", "z"]
    del changed
    assert not path.parent.exists()
    assert rows(memory_csv) == [("1", "x"), ("2", None)]


def test_a_file_elsewhere_of_types_of_its_own_is_streamed(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "t.parquet")
    fsspec.filesystem("memory").put_file(str(tmp_path / "t.parquet"), "/t.parquet")
    source = open_table("memory://t.parquet")
    assert source.stream is not None
    assert sum(batch.num_rows for batch in source.stream(["a"])) == 2
    assert rows(f"file://{tmp_path}/t.parquet") == [("1",), ("2",)]


def test_a_file_elsewhere_that_is_not_there_says_so(memory_csv: str) -> None:
    with pytest.raises(SchemaError, match=r"no file memory://folder/none\.csv"):
        open_table("memory://folder/none.csv")
    with pytest.raises(SchemaError, match="is a folder"):
        open_table("memory://folder")


@pytest.mark.parametrize(
    ("failure", "kind", "message"),
    [
        (PermissionError(SECRET), UsageError, "may not be read"),
        (OSError(28, SECRET), PrivsynthError, "disk or the quota is full"),
        (OSError(SECRET), SchemaError, "could not be read or written"),
        (ValueError(SECRET), SchemaError, "ValueError"),
        (NotImplementedError(SECRET), UsageError, "is for reading"),
    ],
)
def test_what_a_service_says_is_not_repeated(
    memory_csv: str, monkeypatch: pytest.MonkeyPatch, failure: Exception, kind: type[PrivsynthError], message: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "get_file", fail)
    with pytest.raises(kind, match=message) as refused:
        open_table(memory_csv)
    assert SECRET not in refused.value.message


def test_a_table_elsewhere_is_fetched_once(memory_csv: str) -> None:
    assert opened_once(memory_csv).names == ("a", "b")
    assert opened_once("t.csv") == "t.csv"
    assert is_url(memory_csv)
    assert local_path("file:///a%20b/t.csv") == Path("/a b/t.csv")


TABLE = pa.table({"n": [1, 2, None], "x": [1.5, None, 2.0], "t": ["a", "", None], "f": [True, None, False]})
EXPECTED = [("1", "1.5", "a", "true"), ("2", None, "", None), (None, "2", None, "false")]


def duckdb_relation(frame: pd.DataFrame) -> Any:
    return duckdb.connect().from_arrow(TABLE)


def ibis_table(frame: pd.DataFrame) -> Any:
    import ibis

    return ibis.memtable(TABLE)


@pytest.mark.parametrize(
    "made",
    [
        lambda _: TABLE,
        lambda _: TABLE.to_batches()[0],
        lambda _: pl.from_arrow(TABLE),
        lambda _: pl.from_arrow(TABLE).lazy(),
        duckdb_relation,
        ibis_table,
        lambda _: TABLE.to_pandas(types_mapper=pd.ArrowDtype),
    ],
    ids=["arrow", "batch", "polars", "lazy", "duckdb", "ibis", "pandas"],
)
def test_a_frame_of_any_engine_is_the_same_table(made: Callable[[Any], Any]) -> None:
    frame = made(None)
    source = open_table(frame)
    assert source.names == ("n", "x", "t", "f")
    assert rows(frame) == EXPECTED


def test_an_error_of_a_lazy_frame_does_not_quote_its_cells() -> None:
    lazy = pl.LazyFrame({"a": [SECRET]}).with_columns(pl.col("a").cast(pl.Int64))
    with pytest.raises(SchemaError, match="LazyFrame could not be computed") as refused:
        rows(lazy)
    assert SECRET not in refused.value.message


def test_what_is_no_frame_is_refused() -> None:
    for thing in (3, [1], {"a": [1]}, pd.Series([1]), pl.Series([1])):
        with pytest.raises(UsageError, match="is no table"):
            open_table(thing)


def test_names_of_a_polars_frame_are_repaired() -> None:
    assert rows(pl.DataFrame({"a": [1], "A": [2]}), repair=True) == [("1", "2")]


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_table_is_written_to_a_database(kind: str, tmp_path: Path) -> None:
    address = f"{kind}:///{tmp_path}/out.db::made"
    many = pa.table({**{name: TABLE.column(name) for name in TABLE.column_names}, 'odd % "name"': [b"y", None, b"z"]})
    many = many.append_column("d", pa.array([18262, None, 1], pa.date32())).append_column(
        "c", pa.array([["x"], None, []])
    )
    check_destination(address)
    assert save_batches([many, many], address, provenance=SAID) == 6
    made = open_table(address)
    truth = {"true": "1", "false": "0"} if kind == "sqlite" else {}
    wanted = [(*row[:3], truth.get(row[3], row[3])) for row in EXPECTED]
    assert [row[:4] for row in rows(address)] == wanted * 2
    assert rows(address)[0][4:6] == ("y", "2020-01-01")
    assert made.names == tuple(many.column_names)
    assert made.origin(None).schema.metadata[b"privsynth"]
    with pytest.raises(UsageError, match="has rows"):
        save_table(TABLE, address)
    with pytest.raises(UsageError, match="has rows"):
        check_destination(address)
    assert save_batches([TABLE], address, overwrite=True) == 3
    assert open_table(address).names == tuple(TABLE.column_names)
    assert open_table(address).origin(None) is None
    assert save_batches([TABLE.slice(0, 1)], address, overwrite=True) == 1
    assert len(rows(address)) == 1


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_table_that_fails_half_way_is_not_written(kind: str, tmp_path: Path) -> None:
    def broken() -> Any:
        yield TABLE
        raise RuntimeError("half way")

    new, old = tmp_path / "new.db", tmp_path / "old.db"
    with pytest.raises(RuntimeError, match="half way"):
        save_batches(broken(), f"{kind}:///{new}::t")
    assert list(tmp_path.iterdir()) == []
    save_table(TABLE, f"{kind}:///{old}::t")
    for address in (f"{kind}:///{old}::t", f"{kind}:///{old}::other"):
        with pytest.raises(RuntimeError, match="half way"):
            save_batches(broken(), address, overwrite=True)
    assert len(rows(f"{kind}:///{old}::t")) == 3
    with pytest.raises(SchemaError, match="no table"):
        open_table(f"{kind}:///{old}::other")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_an_empty_table_is_filled_and_a_view_is_not(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    opened: Any = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
    for statement in (
        "CREATE TABLE t (x INTEGER, n INTEGER)",
        "CREATE TABLE u (z INTEGER)",
        "CREATE VIEW v AS SELECT 1 AS n",
    ):
        opened.execute(statement)
    opened.close()
    save_table(pa.table({"n": [1], "x": [2]}), f"{kind}:///{path}::t")
    assert rows(f"{kind}:///{path}::t") == [("2", "1")]
    with pytest.raises(SchemaError, match="is empty and has other columns"):
        save_table(TABLE, f"{kind}:///{path}::u")
    with pytest.raises(UsageError, match="is a view"):
        save_table(
            TABLE,
            f"{kind}:///{path}::v",
        )
    with pytest.raises(UsageError, match="does not exist"):
        save_table(TABLE, f"{kind}:///{tmp_path}/none/f.db::t")
    with pytest.raises(UsageError, match="does not exist"):
        check_destination(f"{kind}:///{tmp_path}/none/f.db::t")


@pytest.fixture
def committing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return the statements sent to a MySQL, which is played by an SQLite that commits whenever a table is made or dropped."""
    statements: list[str] = []

    def played(place: Any, *, writing: bool = False) -> sa.Engine:
        engine = sa.create_engine(f"sqlite:///{tmp_path}/played.db")

        @sa.event.listens_for(engine, "before_cursor_execute")
        def told(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            word = statement.split()[0]
            if word in ("CREATE", "DROP"):
                connection.connection.commit()
            if word in ("CREATE", "DROP", "DELETE", "INSERT"):
                statements.append(" ".join(statement.split()[:3]))

        return engine

    monkeypatch.setattr("privsynth.table.sql_write.engine_of", played)
    return statements


def test_where_making_a_table_commits_it_is_made_before_any_row_is_touched(
    committing: list[str], tmp_path: Path
) -> None:
    address = "mysql://h/db::t"
    save_table(TABLE, address, provenance=SAID)
    made = ["CREATE TABLE privsynth_manifests", "CREATE TABLE t"]
    written = ["INSERT INTO t", "DELETE FROM privsynth_manifests", "INSERT INTO privsynth_manifests"]
    assert committing == [*made, *written]
    committing.clear()
    save_batches([TABLE], address, overwrite=True, provenance=SAID)
    assert committing == ["DELETE FROM t", *written]


def test_a_table_is_not_dropped_where_that_cannot_be_undone(committing: list[str], tmp_path: Path) -> None:
    address = "mysql://h/db::t"
    save_table(TABLE, address)
    committing.clear()
    with pytest.raises(UsageError, match="has other columns, and mysql cannot replace a table in one transaction"):
        save_batches([pa.table({"other": [1]})], address, overwrite=True)
    assert committing == []

    def broken() -> Any:
        yield TABLE
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        save_batches(broken(), address, overwrite=True)
    assert committing[0] == "DELETE FROM t"
    assert len(rows(f"sqlite:///{tmp_path}/played.db::t")) == 3


def test_a_file_elsewhere_is_written_with_its_manifest() -> None:
    system = fsspec.filesystem("memory")
    check_destination("memory://out/t.csv")
    assert save_batches([TABLE], "memory://out/t.csv", provenance=SAID) == 3
    assert system.exists("/out/t.csv.manifest.json")
    copy = open_table("memory://out/t.csv")
    assert copy.path is not None
    assert (copy.path.parent / "t.csv.manifest.json").exists()
    assert save_batches([TABLE], "memory://out/t.csv") == 3
    assert not system.exists("/out/t.csv.manifest.json")
    assert len(rows("memory://out/t.csv")) == 3


def test_a_file_elsewhere_stays_as_it_was_when_its_successor_fails(memory_csv: str, tmp_path: Path) -> None:
    def broken() -> Any:
        yield TABLE
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        save_batches(broken(), memory_csv)
    assert rows(memory_csv) == [("1", "x"), ("2", None)]
    save_table(TABLE, f"file://{tmp_path}/t.parquet")
    assert pq.read_table(tmp_path / "t.parquet").num_rows == 3


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("https://h/t.csv", "for reading only"),
        ("memory://t.txtx", "cannot be written"),
        ("s3://b/t.csv", "pip install s3fs"),
        ("file:///nowhere/t.csv", "does not exist"),
    ],
)
def test_a_destination_that_cannot_be_written_is_refused_before_any_work(address: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_destination(address)


def test_the_commands_take_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with fsspec.open("memory://cli/t.csv", "w") as file:
        file.write(small_table())
    with sqlite3.connect("f.db") as made:
        pd.read_csv("memory://cli/t.csv").to_sql("t", made, index=False)
    made.close()
    declaration(tmp_path)
    ledger = ("--ledger", "ledger.db")
    for table in ("memory://cli/t.csv", "sqlite:///f.db::t"):
        done = privsynth(
            capsys, "fit", table, "--epsilon", 3, "--declare", "declared.yaml", "-o", f"m{len(table)}", *ledger
        )
        assert done.code == 0, done.err
    model = f"m{len('sqlite:///f.db::t')}"
    for out in ("sqlite:///out.db::made", "memory://cli/made.parquet"):
        done = privsynth(capsys, "sample", model, "-n", 20, "-o", out)
        assert done.code == 0, done.err
        assert len(rows(out)) == 20
    again = privsynth(capsys, "sample", model, "-n", 20, "-o", "sqlite:///out.db::made")
    assert (again.code, "--replace" in again.err) == (2, True)
    assert privsynth(capsys, "sample", model, "-n", 5, "-o", "sqlite:///out.db::made", "--replace").code == 0
    assert f"sqlite:///{tmp_path}/f.db::main.t" in privsynth(capsys, "ledger", "show", *ledger).out
    refused = privsynth(capsys, "audit", "--train", "a", "--synthetic", "b", "--json", f"s3://u:{SECRET}@b/x.json")
    assert (refused.code, SECRET in refused.err) == (2, False)


@pytest.mark.parametrize("to", ["pandas", "polars", "arrow"])
def test_rows_come_back_as_the_caller_likes(to: str, tmp_path: Path) -> None:
    frame = pd.read_csv(io.StringIO(small_table(100)))
    model = package.fit(frame, epsilon=5, declare=DECLARED, ledger=tmp_path / "ledger.db")
    found = package.sample(model, 7, seed=1, to=to)
    assert type(found).__module__.partition(".")[0] == {"arrow": "pyarrow"}.get(to, to)
    assert len(found) == 7
    if to == "pandas":
        assert found.attrs["privsynth"]["rows"] == 7
    if to == "arrow":
        assert b"privsynth" in found.schema.metadata
    kept, held = package.split(as_form(pa.Table.from_pandas(frame), to), to=to)
    assert {type(kept), type(held)} == {type(found)}
    assert len(kept) + len(held) == 100
    made = package.mock(model.schema, 5, seed=1, to=to)
    assert (type(made), len(made)) == (type(found), 5)
    if to == "polars":
        curated = package.curate(found, model=model)
        assert curated.to_polars().equals(pl.from_arrow(curated.table))
    with pytest.raises(UsageError, match="cannot come back as 'spark'"):
        package.sample(model, 7, to="spark")
    for refused in (lambda: package.split(frame, to="spark"), lambda: package.mock(model.schema, 5, to="spark")):
        with pytest.raises(UsageError, match="cannot come back as 'spark'"):
            refused()


def test_the_page_of_inputs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_docs import ROOT, blocks, run_commands

    from privsynth.tableschema import dump_schema
    from privsynth.tableschema.declare import schema_from_declaration

    monkeypatch.chdir(tmp_path)
    names = HEADER.split(",")
    Path("schema.yaml").write_text(dump_schema(schema_from_declaration(DECLARED, names)))
    with sqlite3.connect("care.db") as made:
        pd.read_csv(io.StringIO(small_table())).to_sql("stays", made, index=False)
    made.close()
    for body in blocks(ROOT / "docs" / "inputs.md", "console"):
        run_commands(body)
    assert len(rows("sqlite:///shared.db::stays")) == len(rows("stays.parquet"))
