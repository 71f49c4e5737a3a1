"""Tables of every kind are seen as the same columns of text; broken ones are refused without a cell in the message."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from privsynth.errors import SchemaError, UsageError
from privsynth.table.source import Source, open_table
from privsynth.table.sql import quoted

CANARY = "Zq7CANARYx9"


def rows(table: Any, **options: Any) -> list[tuple[Any, ...]]:
    source = open_table(table, **options)
    found = source.arrow([quoted(name) for name in source.names])
    return [tuple(row.values()) for row in found.to_pylist()]


def csv_file(folder: Path, data: bytes | str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("data", "names", "expected"),
    [
        ("a,b\n1,2\n3,\n", ("a", "b"), [("1", "2"), ("3", None)]),
        ("a,b\r\n1,2\r\n", ("a", "b"), [("1", "2")]),
        ("a,b\n1,2", ("a", "b"), [("1", "2")]),
        ("\ufeffa,b\n1,2\n", ("a", "b"), [("1", "2")]),
        ('\ufeff"a","b"\n1,2\n', ("a", "b"), [("1", "2")]),
        ("a;b\n1;2,5\n", ("a", "b"), [("1", "2,5")]),
        ("a|b\n1|2;5\n", ("a", "b"), [("1", "2;5")]),
        ("a\tb\n1\t2,5\n", ("a", "b"), [("1", "2,5")]),
        ('a,b\n"x\ny, ""z""",2\n', ("a", "b"), [('x\ny, "z"', "2")]),
        ('"a ""q""\nz","b,c"\n1,2\n', ('a "q"\nz', "b,c"), [("1", "2")]),
        ("größe,名前\nß,é\n", ("größe", "名前"), [("ß", "é")]),
        ("a\n1\n\n2\n", ("a",), [("1",), (None,), ("2",)]),
        ('a,b\n"",2\n', ("a", "b"), [(None, "2")]),
        ("a,b\n 1 ,012\n", ("a", "b"), [(" 1 ", "012")]),
        ("it's,\"x';--\"\n1,2\n", ("it's", "x';--"), [("1", "2")]),
        ("a,b\n", ("a", "b"), []),
        ("a,b", ("a", "b"), []),
    ],
)
def test_csv(tmp_path: Path, data: str, names: tuple[str, ...], expected: list[Any]) -> None:
    path = csv_file(tmp_path, data)
    assert open_table(path).names == names
    assert rows(path) == expected
    packed = csv_file(tmp_path, gzip.compress(data.encode()), "t.csv.gz")
    assert rows(packed) == expected


def test_a_tsv_is_split_at_tabs_only(tmp_path: Path) -> None:
    assert rows(csv_file(tmp_path, "a,x,y,z\tb\n1,5\t2\n", "t.tsv")) == [("1,5", "2")]


def test_a_path_is_no_pattern(tmp_path: Path) -> None:
    csv_file(tmp_path, "a\n2\n", "tx1.csv")
    assert rows(csv_file(tmp_path, "a\n1\n", "t*[1]?.csv")) == [("1",)]
    assert rows(csv_file(tmp_path, '{"a":1}\n', "t'*.jsonl")) == [("1",)]


def test_latin_1_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,b\n1,é\n".encode("latin-1"))
    assert rows(path, encoding="latin-1") == [("1", "é")]
    with pytest.raises(UsageError, match="encoding 'ebcdic' is not known"):
        open_table(path, encoding="ebcdic")


def test_long_cells_are_read_and_lines_over_16_mb_refused(tmp_path: Path) -> None:
    assert rows(csv_file(tmp_path, f"a,b\n{'x' * 1_000_000},2\n")) == [("x" * 1_000_000, "2")]
    with pytest.raises(SchemaError, match=r"line 2 is longer than 16 MB"):
        rows(csv_file(tmp_path, f"a,b\n{'x' * 17_000_000},2\n"))


STRUCTURE = [
    ("t.csv", b"", "is empty"),
    ("t.csv", b"\n", "is empty"),
    ("t.csv", b"a,a\n1,2\n", "Columns 1 and 2 of t.csv have the same name `a`"),
    ("t.csv", b"a,A\n1,2\n", "same name"),
    ("t.csv", b"a,\n1,2\n", "Column 2 of t.csv has an empty name"),
    ("t.csv", "a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    ("t.csv", "a,b\n1,2\n".encode("utf-16-le"), "UTF-16"),
    ("t.csv", b"a,b\x00\n1,2\n", "NUL byte"),
    ("t.csv", b"a,b\r1,2\r3,4\r", "CR alone"),
    ("t.csv", b'"a,b\n1,2\n', "quote that is never closed"),
    ("t.csv", b'"a"x,b\n1,2\n', "header of t.csv has a quote"),
    ("t.csv", b"x" * (1 << 20), "longer than 1 MB"),
    ("t.csv", "ä,b\n1,2\n".encode("latin-1"), "not valid UTF-8"),
    ("t.csv.gz", b"a,b\n1,2\n", "damaged gzip"),
    ("t.parquet", b"PAR1 garbage", "could not be read"),
    ("t.arrow", b"ARROW1 garbage", "could not be read"),
    ("t.xlsx", b"PK garbage", "could not be read"),
    ("t.jsonl", b"", "no JSON object on its first line"),
    ("t.jsonl", b"[1]\n", "no JSON object"),
    ("t.jsonl", b'{"a":1,"a":2}\n', "same name"),
    ("t.jsonl", b'{"":1}\n', "empty name"),
    ("t.jsonl", b'{"a\\u0000":1}\n', "NUL byte"),
    ("t.jsonl.gz", b'{"a":1}\n', "damaged gzip"),
]


@pytest.mark.parametrize(("name", "data", "message"), STRUCTURE)
def test_a_header_that_is_broken_is_refused_when_the_table_is_opened(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        open_table(csv_file(tmp_path, data, name))


BODY = [
    ("t.csv", f"a,b,c\n1,2,3\n4,{CANARY}\n6,7,8\n".encode(), "line 3 has more or fewer cells"),
    ("t.csv", f"a,b,c\n1,2,3\n4,{CANARY}".encode(), "line 3 has more or fewer cells"),
    ("t.csv", f"a,b\n1,2\n3,4,{CANARY}\n".encode(), "line 3 has more or fewer cells"),
    ("t.csv", f'a,b\n"{CANARY},2\n3,4\n'.encode(), "unbalanced quote"),
    ("t.csv", f'a,b\n"{CANARY}"y,3\n'.encode(), "line 2 has a quote"),
    ("t.csv", f"a,b\n1,{CANARY}\x00\n".encode(), "NUL byte"),
    ("t.csv", f"a,b\n1,é{CANARY}\n".encode("latin-1"), "not valid UTF-8"),
    ("t.csv", f"a,b\n1,{CANARY}é"[:-1].encode() + "é".encode()[:1], "not valid UTF-8"),
    ("t.csv", f"a,b\n1,2\r\n3,{CANARY}\n".encode(), "mixes line ends"),
    ("t.csv.gz", gzip.compress(b"a,b\n" + f"1,{CANARY}\n".encode() * 9000)[:-12], "truncated or damaged gzip"),
    ("t.jsonl", f'{{"a":1}}\n{{"a":{CANARY}\n'.encode(), "line 2 could not be read"),
    ("t.jsonl", f'{{"a":1}}\n{{"a":2,"{CANARY}":3}}\n'.encode(), "Row 2 of t.jsonl is no object, or has a key"),
    ("t.jsonl", b'{"a":1}\n[2]\n', "Row 2"),
    ("t.jsonl", '{"a":1}\n{"a":"é"}\n'.encode("latin-1"), "not valid UTF-8"),
]


@pytest.mark.parametrize(("name", "data", "message"), BODY)
def test_a_body_that_is_broken_is_refused_when_it_is_read_and_no_cell_is_shown(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    source = open_table(csv_file(tmp_path, data, name))
    with pytest.raises(SchemaError, match=message) as caught:
        source.loaded()
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_last_line_of_a_message_says_what_is_wrong_whatever_the_cells_say(tmp_path: Path) -> None:
    data = "a,b\nOut of memory; Line: 77; unicode; quote; Possible fixes,2\n1,2,3,no space left unicode\n"
    with pytest.raises(SchemaError, match="line 3 has more or fewer cells"):
        rows(csv_file(tmp_path, data))


def test_files_that_are_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="There is no file"):
        open_table(tmp_path / "t.csv")
    with pytest.raises(SchemaError, match="is not a file"):
        open_table(tmp_path)
    with pytest.raises(UsageError, match="ending that is not known"):
        open_table(csv_file(tmp_path, "a\n1\n", "t.foo"))
    for other in (1, [1], {"a": [1]}, pd.Series([1])):
        with pytest.raises(UsageError, match="is no table"):
            open_table(other)


FRAME = {
    "i": [1, None, 3],
    "f": [1.5, float("nan"), None],
    "b": [True, None, False],
    "d": [dt.date(2020, 1, 2), None, dt.date(1, 1, 1)],
    "m": [dt.datetime(2020, 1, 2, 3, 4, 5, 6), None, None],
    "s": ["012", None, "NA"],
}
FRAME_TEXT = [
    ("1", "1.5", "true", "2020-01-02", "2020-01-02 03:04:05", "012"),
    (None, None, None, None, None, None),
    ("3", None, "false", "0001-01-01", None, "NA"),
]


def test_frames_and_typed_files_hold_the_same_text(tmp_path: Path) -> None:
    table = pa.table(FRAME)
    assert rows(table) == FRAME_TEXT
    assert rows(pl.DataFrame(table)) == FRAME_TEXT
    assert rows(table.to_pandas(types_mapper=pd.ArrowDtype)) == FRAME_TEXT
    assert rows(pa.RecordBatchReader.from_batches(table.schema, table.to_batches())) == FRAME_TEXT
    pq.write_table(table, tmp_path / "t.parquet")
    feather.write_feather(table, tmp_path / "t.feather")
    with pa.ipc.new_stream(tmp_path / "t.arrow", table.schema) as stream:
        stream.write_table(table)
    for name in ("t.parquet", "t.feather", "t.arrow"):
        assert open_table(tmp_path / name).names == tuple(FRAME)
        assert rows(tmp_path / name) == FRAME_TEXT


def test_a_parquet_file_whose_data_is_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [CANARY] * 5000, "b": list(range(5000))}), path, compression="snappy")
    data = bytearray(path.read_bytes())
    data[4:3000] = bytes(2996)
    path.write_bytes(data)
    with pytest.raises(SchemaError, match="could not be read") as caught:
        rows(path)
    assert CANARY not in str(caught.value)
    path.write_bytes(bytes(data[:200]))
    with pytest.raises(SchemaError, match="could not be read"):
        open_table(path)


def test_excel_dates_booleans_and_leading_zeros(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    frame = pd.DataFrame(
        {
            "a": [1, 2],
            "t": ["012", "NA"],
            "d": [dt.date(2020, 1, 1), None],
            "b": [True, False],
            "f": [1.5, None],
            "m": [dt.datetime(2020, 1, 1, 2, 3), None],
        }
    )
    frame.to_excel(path, index=False)
    assert rows(path) == [
        ("1", "012", "2020-01-01", "true", "1.5", "2020-01-01 02:03:00"),
        ("2", "NA", None, "false", None, None),
    ]
    frame.iloc[:0].to_excel(path, index=False)
    assert rows(path) == []
    pd.DataFrame([[1, 2]], columns=["x", "x"]).to_excel(path, index=False)
    with pytest.raises(SchemaError, match="same name"):
        open_table(path)


def test_json_lines_with_odd_keys_and_values(tmp_path: Path) -> None:
    text = '{"a.b":1,"q\\"x":null,"*":true,"c/d~":[1,2],"ü":"é"}\n\n{"*":"null","a.b":1e400}\n'
    path = csv_file(tmp_path, text, "t.jsonl")
    assert open_table(path).names == ("a.b", 'q"x', "*", "c/d~", "ü")
    assert rows(path) == [("1", None, "true", "[1,2]", "é"), ("1e400", None, "null", None, None)]


def no_cell_raises() -> list[Any]:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError(CANARY)

    berlin = pa.timestamp("us", tz="Europe/Berlin")
    return [
        pa.table({"x": pa.array([2**62, -(2**62), 0], type=pa.timestamp("s"))}),
        pa.table({"x": pa.array([2**30, -(2**30)], type=pa.int32()).cast(pa.date32())}),
        pa.table({"x": pa.array([0, None], type=pa.timestamp("s", tz="Mars/Olympus"))}),
        pa.table({"x": pa.array([dt.datetime(2020, 6, 2), None], type=berlin)}),
        pa.table({"x": [b"\xff\xfe", None], "l": [[1], None], "s": [{"a": 1}, None], "d": [Decimal("1.50"), None]}),
        pa.table({"x": pa.array(["x", None]).dictionary_encode(), "n": pa.nulls(2), "h": np.array([1, 2], np.float16)}),
        pd.DataFrame({"x": [Hostile(), "\ud800", 10**400, float("inf"), "a\x00b", object]}),
        pd.DataFrame(
            {"x": pd.period_range("2020-01", periods=2, freq="M"), "i": pd.interval_range(0, 2), "c": [1j, 2j]}
        ),
    ]


@pytest.mark.parametrize("place", range(8))
def test_no_cell_of_a_frame_raises(place: int) -> None:
    frame = no_cell_raises()[place]
    assert len(rows(frame)) == len(frame)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(3)], ids=str)
def test_bytes_that_are_no_text_do_not_change_how_other_cells_are_read(kind: Any) -> None:
    for columns in (pa.array([b"a\x00b", b"c\x00d"], type=kind), pa.array([b"a\x00b", b"\xff\xfe\xfd"], type=kind)):
        assert rows(pa.table({"x": columns}))[0] == ("ab",)
        assert rows(pa.table({"x": columns.dictionary_encode()}))[0] == ("ab",)


def test_dictionaries_of_floats_are_read_as_floats_are() -> None:
    cells = pa.array([1.0, 1e300, 0.5, None])
    assert rows(pa.table({"x": cells.dictionary_encode()})) == rows(pa.table({"x": cells}))


def test_moments_keep_the_clock_of_their_time_zone() -> None:
    moment = pa.array([dt.datetime(2020, 6, 2, 3, 4, 5)], type=pa.timestamp("us", tz="Europe/Berlin"))
    assert rows(pa.table({"x": moment})) == [("2020-06-02 05:04:05",)]
    assert rows(pa.table({"x": moment}).to_pandas()) == [("2020-06-02 05:04:05",)]


FLOORED = ["1969-12-31 23:59:59", "1969-12-31 23:59:58", "1969-12-31 23:59:59", "1970-01-01 00:00:00", None]


@pytest.mark.parametrize("zone", [None, "America/New_York", "+05:30"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_fraction_of_a_second_is_cut_before_1970_too(unit: str, zone: str | None) -> None:
    second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    behind = {None: 0, "America/New_York": 5 * 3600 * second, "+05:30": -19_800 * second}[zone]
    ticks = [-1, -second - 1, -second, second - 1, None]
    column = pa.array([None if tick is None else tick + behind for tick in ticks], pa.int64())
    table = pa.table({"x": column.cast(pa.timestamp(unit, zone))})
    expected = [(text,) for text in FLOORED]
    assert rows(table) == expected
    if zone != "+05:30":  # which polars does not know
        assert rows(pl.DataFrame(table)) == expected
    assert rows(table.to_pandas()) == expected
    objects = table.to_pandas().astype(object)
    assert rows(objects.where(objects["x"].notna(), None)) == expected


LAST_TICK = 2**63 - 1


@pytest.mark.parametrize("zone", [None, "America/New_York", "+05:30"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_ends_of_a_type_and_of_the_calendar_are_missing(unit: str, zone: str | None) -> None:
    """DuckDB writes `infinity` as the last value of a type; a clock must not wrap around there."""
    second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    ticks = [LAST_TICK, -LAST_TICK, -LAST_TICK - 1]
    if unit != "ns":
        ticks += [(253_402_300_800 + 86_400) * second, -(62_135_596_800 + 86_400) * second - 1]
    table = pa.table({"x": pa.array(ticks, pa.int64()).cast(pa.timestamp(unit, zone))})
    assert rows(table) == [(None,)] * len(ticks)


def test_years_that_pandas_lacks_are_read() -> None:
    days = [dt.date(1, 1, 1), dt.date(1500, 2, 3), dt.date(1969, 12, 31), dt.date(9999, 12, 31)]
    moments = [dt.datetime(day.year, day.month, day.day, 23, 59, 59, 999_999) for day in days]
    expected = [(str(day), f"{day} 23:59:59") for day in days]
    table = pa.table({"d": days, "m": pa.array(moments, pa.timestamp("us"))})
    assert rows(table) == rows(pl.DataFrame(table)) == rows(table.to_pandas()) == expected
    assert rows(pd.DataFrame({"d": days, "m": moments}, dtype=object)) == expected
    assert rows(pa.table({"d": pa.array([-1, -86_400_001], pa.int64()).cast(pa.date64(), safe=False)})) == [
        ("1969-12-31",),
        ("1969-12-30",),
    ]
    assert (
        rows(pa.table({"d": pa.array([2_932_897, -719_163, 2**31 - 1], pa.int32()).cast(pa.date32())})) == [(None,)] * 3
    )


def test_moments_of_numpy_among_objects_are_read_as_any() -> None:
    cells = [np.datetime64(-1, "ns"), np.datetime64("1500-01-01"), np.datetime64("12000-01-01"), np.datetime64("NaT")]
    assert rows(pd.DataFrame({"x": pd.Series(cells, dtype=object)})) == [
        ("1969-12-31 23:59:59",),
        ("1500-01-01",),
        (None,),
        (None,),
    ]


def test_a_loaded_table_is_read_once_and_opened_again_as_itself(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a\n1\n")
    source = open_table(path).loaded()
    path.unlink()
    assert isinstance(source, Source)
    assert source.loaded() is source
    assert open_table(source) is source
    assert source.rows("SELECT count(*) FROM {table}") == [(1,)]


def test_an_interrupt_within_the_database_is_an_interrupt() -> None:
    class Interrupted:
        def execute(self, _: str) -> None:
            raise RuntimeError("Query interrupted")

    with pytest.raises(KeyboardInterrupt):
        Source(Interrupted(), "given", ["a"], "t").execute("SELECT 1")  # type: ignore[arg-type]


def test_opening_reads_the_header_only(tmp_path: Path) -> None:
    path = csv_file(tmp_path, b'a,b\n\xff\x00,broken\n"')
    assert open_table(path).names == ("a", "b")
