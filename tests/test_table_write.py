"""What is coded comes out as it was written: types, labels, leading zeros, date formats, missing cells, column order."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from privsynth.errors import ResourceError, UsageError
from privsynth.privacy import Unit
from privsynth.saving import save_table
from privsynth.table.coded import encode
from privsynth.table.source import open_table
from privsynth.table.write import check_output_name, decode, write_table
from privsynth.tableschema import Domain, Schema, schema_from_declaration

CELLS = {
    "flag": ["true", "False", "1", "", "FALSE"],
    "age": ["41", "42.0", "", "43", "44"],
    "code": ["012", "12", "12.0", "", "012"],
    "level": ["1", "2.0", "3", "", "+1"],
    "day": ["31/12/2019", "1/1/2020", "", "02/01/2020", "2020-01-03 00:00:00"],
    "born": ["2020-02-29", "", "2020-03-01", "2020-02-28", "2020-02-28T11:00:00"],
    "seen": ["2020-01-01 00:00:59", "2020-01-01T00:01:00", "", "2020-01-01 00:00:00", "2020-01-01 00:02:00"],
    "price": ["0.5", "1.25", "-0.0", "", "2"],
    "odd": ["=1+1", "-5", "", 'a,\n"b"', "é"],
}
DECLARED = {
    "columns": {
        "flag": [True, False],
        "age": {"lower": 40, "upper": 50, "integer": True},
        "code": ["012", "12"],
        "level": [1, 2, 3],
        "day": {"kind": "date", "format": "%d/%m/%Y", "lower": "2019-12-01", "upper": "2020-03-01"},
        "born": {"kind": "date", "format": "%Y-%m-%d", "lower": "2020-01-01", "upper": "2020-12-31"},
        "seen": {"kind": "datetime", "lower": "2020-01-01 00:00:00", "upper": "2020-01-01 00:05:00"},
        "price": {"lower": -1, "upper": 3, "decimals": 2},
        "odd": ["=1+1", "-5", 'a,\n"b"', "é"],
    }
}
OUT = {
    "flag": [True, False, True, None, False],
    "age": [41, 42, None, 43, 44],
    "code": ["012", "12", "12", None, "012"],
    "level": [1, 2, 3, None, 1],
    "day": ["31/12/2019", "01/01/2020", None, "02/01/2020", "03/01/2020"],
    "born": ["2020-02-29", None, "2020-03-01", "2020-02-28", "2020-02-28"],
    "seen": ["2020-01-01 00:00:59", "2020-01-01 00:01:00", None, "2020-01-01 00:00:00", "2020-01-01 00:02:00"],
    "price": [0.5, 1.25, 0.0, None, 2.0],
    "odd": ["=1+1", "-5", None, 'a,\n"b"', "é"],
}
CSV = """flag,age,code,level,day,born,seen,price,odd
true,41,012,1,31/12/2019,2020-02-29,2020-01-01 00:00:59,0.5,'=1+1
false,42,12,2,01/01/2020,,2020-01-01 00:01:00,1.25,-5
true,,12,3,,2020-03-01,,0,
,43,,,02/01/2020,2020-02-28,2020-01-01 00:00:00,,"a,
""b""\"
false,44,012,1,03/01/2020,2020-02-28,2020-01-01 00:02:00,2,é
"""


def coded(table: pa.Table, schema: Schema) -> tuple[dict[str, Domain], dict[str, Any]]:
    found = encode(open_table(table), schema, Unit(), bytes(32))
    return {domain.name: domain for domain in found.domains}, found.rows().reveal()


def round_trip(cells: dict[str, list[str]], declared: dict[str, Any]) -> pa.Table:
    schema = schema_from_declaration(declared, list(cells))
    domains, codes = coded(pa.table(cells), schema)
    # A little inside each cell, so that rounding down and to the nearest agree.
    positions = {name: np.full(len(column), 1e-6) for name, column in codes.items()}
    return decode(schema, domains, codes, positions)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return round_trip(CELLS, DECLARED)


def plain(table: pa.Table) -> dict[str, list[Any]]:
    return {
        name: [str(cell) if hasattr(cell, "isoformat") else cell for cell in table.column(name).to_pylist()]
        for name in table.column_names
    }


def test_kinds_and_cells_survive(table: pa.Table) -> None:
    assert table.column_names == list(CELLS)
    assert plain(table) == OUT
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert types == {
        "flag": "bool",
        "age": "int64",
        "code": "string",
        "level": "int64",
        "day": "string",
        "born": "date32[day]",
        "seen": "timestamp[s]",
        "price": "double",
        "odd": "string",
    }


def test_csv_quotes_only_what_needs_it_and_neutralises_formulas(table: pa.Table) -> None:
    target = io.BytesIO()
    write_table(table.drop_columns(["odd"]), Path("t.csv"), target)
    assert target.getvalue().decode().splitlines() == [line.rsplit(",", 1)[0] for line in _lines_without_breaks(CSV)]
    target = io.BytesIO()
    write_table(table.select(["odd"]), Path("t.csv"), target)
    assert target.getvalue().decode() == 'odd\n"\'=1+1"\n"-5"\n\n"a,\n""b"""\n"é"\n'
    raw = io.BytesIO()
    write_table(table.select(["odd"]), Path("t.csv"), raw, raw=True)
    assert '"=1+1"' in raw.getvalue().decode()


def _lines_without_breaks(text: str) -> list[str]:
    return text.replace('"a,\n""b"""', "x").splitlines()


@pytest.mark.parametrize(
    "name", ["t.csv", "t.tsv", "t.csv.gz", "t.parquet", "t.arrow", "t.feather", "t.jsonl", "t.jsonl.gz"]
)
def test_every_form_can_be_read_again_and_codes_alike(tmp_path: Path, table: pa.Table, name: str) -> None:
    schema = schema_from_declaration(DECLARED, list(CELLS))
    save_table(table, tmp_path / name, raw=True)
    _, before = coded(pa.table(CELLS), schema)
    source = open_table(tmp_path / name)
    assert source.names == tuple(CELLS)
    after = encode(source, schema, Unit(), bytes(32)).rows().reveal()
    for column, codes in before.items():
        np.testing.assert_array_equal(codes, after[column], err_msg=column)


def test_typed_forms_keep_types(tmp_path: Path, table: pa.Table) -> None:
    save_table(table, tmp_path / "t.parquet")
    save_table(table, tmp_path / "t.feather")
    assert pq.read_table(tmp_path / "t.parquet").schema.types[:4] == table.schema.types[:4]
    assert feather.read_table(tmp_path / "t.feather").equals(table)
    save_table(table, tmp_path / "t.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text("utf-8").splitlines()]
    assert lines[0]["flag"] is True
    assert lines[2]["age"] is None
    assert lines[0]["born"] == "2020-02-29"


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("=1+1", "'=1+1"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-", "'-"),
        ("-1_000", "'-1_000"),
        ("-inf", "'-inf"),
        ("-5", "-5"),
        ("+49 30", "'+49 30"),
        ("-1.5e-3", "-1.5e-3"),
        ("-1,5", "-1,5"),
        ("a=1", "a=1"),
    ],
)
def test_formulas(text: str, neutral: str) -> None:
    target = io.BytesIO()
    write_table(pa.table({text: [text, "z"], "n": [-1, -2.5]}), Path("t.csv"), target)
    header, first, *_ = list(csv.reader(io.StringIO(target.getvalue().decode(), newline="")))
    assert header == [neutral, "n"]
    assert first == [neutral, "-1"]


def test_names_that_need_quotes_are_quoted(tmp_path: Path) -> None:
    save_table(pa.table({"a,b": [1], 'c "d"\ne': [2], "größe": [3]}), tmp_path / "t.csv")
    assert open_table(tmp_path / "t.csv").names == ("a,b", 'c "d"\ne', "größe")


def test_no_rows_and_all_missing(tmp_path: Path) -> None:
    empty = round_trip({name: [] for name in CELLS}, DECLARED)
    assert empty.num_rows == 0
    assert empty.column_names == list(CELLS)
    for name in ("t.csv", "t.parquet", "t.jsonl", "t.feather"):
        save_table(empty, tmp_path / name)
    nothing = round_trip({name: ["", None, "?"] for name in CELLS}, DECLARED)
    assert set(nothing.column("age").to_pylist()) == {None}
    save_table(nothing, tmp_path / "n.csv")
    assert (tmp_path / "n.csv").read_text().splitlines()[1] == "," * (len(CELLS) - 1)


def test_an_unknown_ending_is_refused_before_work(tmp_path: Path) -> None:
    for name in ("t.xls", "t", "t.parquet.gz", "t.gz", "t.db"):
        with pytest.raises(UsageError, match="ending that cannot be written"):
            check_output_name(tmp_path / name)


def test_a_full_device_is_a_lack_of_resources(table: pa.Table) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    check_output_name(Path("/dev/full"))
    with pytest.raises(ResourceError, match="disk or the quota is full"):
        save_table(table, Path("/dev/full"))


def test_an_output_is_complete_or_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("before")

    def torn(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.csv.write_csv", torn)
    with pytest.raises(ResourceError):
        save_table(pa.table({"a": [1]}), path)
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["t.csv"]
