"""A table that is read batch by batch gets the codes, the counts and the model that it gets in memory, and leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay import Recording, check
from replay_tables import (
    BASE,
    KEY,
    NAMES,
    PATIENTS,
    ROWS,
    Row,
    fit_declared,
    neighbours_of_patients,
    neighbours_of_rows,
)
from replay_tables import schema_of as schema_of_names
from test_table_coding import ODD, SPECS

from privsynth import fit
from privsynth.errors import PrivsynthError, ResourceError
from privsynth.fitting import execute, settled
from privsynth.plan import Plan
from privsynth.privacy import Budget, Private, Unit
from privsynth.table import coded as coded_table
from privsynth.table import codes as code_store
from privsynth.table import frames, source, units
from privsynth.table.coded import encode
from privsynth.table.codes import CodeStore
from privsynth.table.connection import spill_folder
from privsynth.table.counting import count, joint_tables
from privsynth.table.source import Source, open_table
from privsynth.table.units import rows_used
from privsynth.tableschema import schema_from_declaration

LABELS: list[Any] = [
    ["1", "0", "2.5", "true", "1e300", "-3", "12", "é", "2020-01-02", "2020-01-02 03:04:05"],
    ["1.0", "007", "0.1", "1000000000000000000", "100000", "2020-01-02 00:00:00"],
    [True, False],
]
NUMBERS: list[Any] = [
    {"lower": 0, "upper": 20, "integer": True},
    {"lower": -5, "upper": 1e6, "integer": True},
    {"lower": -1e15, "upper": 1e15, "integer": True},
    {"lower": 0, "upper": 1},
    {"lower": -1e6, "upper": 1e6},
    {"kind": "date", "lower": "1960-01-01", "upper": "2030-12-31"},
    {"kind": "datetime", "lower": "1850-01-01", "upper": "2030-12-31"},
    {"kind": "date", "lower": "1850-01-01", "upper": "2030-12-31", "format": "%Y-%d-%m"},
]
TOKENS = ("", "NA", "12", "-3", "0", "0.1", "2020-01-02", "1e5", "100000", "0.10000000149011612")
MOMENTS = [dt.datetime(1969, 12, 31, 23, 59, 59, 999_999), dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2, 3, 4, 5, 6)]
MOMENTS += [
    dt.datetime(1969, 12, 30, 23, 59, 59, 500_000),
    dt.datetime(1, 1, 1),
    dt.datetime(9999, 12, 31),
    dt.datetime(1851, 3, 4, 5, 6, 7, 800_000),
]
FLOATS = [
    0.0,
    -0.0,
    0.1,
    12.0,
    1e300,
    -1e300,
    1e5,
    5e-324,
    0.5,
    1.0,
    2.5,
    1e15,
    1e16,
    123456789.125,
    float("nan"),
    float("inf"),
]
WHOLE = [0, 1, -3, 12, 20, 21, 2**53 + 1, 10**18, 100_000, -(2**63), 2**63 - 1]
COLUMNS: dict[str, pa.Array] = {
    "int64": pa.array([*WHOLE, None], pa.int64()),
    "int8": pa.array([0, 1, -3, 12, 127, -128, None], pa.int8()),
    "uint64": pa.array([0, 1, 2**64 - 1, 12, None], pa.uint64()),
    "float64": pa.array([*FLOATS, -float("inf"), None], pa.float64()),
    "float32": pa.array([*FLOATS, None], pa.float64()).cast(pa.float32(), safe=False),
    "bool": pa.array([True, False, None]),
    "decimal": pa.array([Decimal("12.00"), Decimal("0.10"), Decimal("-3.00"), None]),
    "date32": pa.array([dt.date(2020, 1, 2), dt.date(1969, 12, 31), dt.date(1, 1, 1), dt.date(9999, 1, 1), None]),
    **{f"timestamp[{unit}]": pa.array([*MOMENTS, None], pa.timestamp(unit)) for unit in ("s", "ms", "us")},
    "timestamp[ns]": pa.array([*MOMENTS[:3], None], pa.timestamp("ns")),
    "far": pa.array([-(2**50), 2**50, 253402300800, -62135596801, None], pa.int64()).cast(pa.timestamp("ms")),
    "zoned": pa.array([*MOMENTS[:3], None], pa.timestamp("us", tz="Asia/Kolkata")),
    "ends": pa.array([2**63 - 1, 1 - 2**63, -1, None], pa.int64()).cast(pa.timestamp("ns", "America/New_York")),
    "text": pa.array(ODD, pa.string()),
    "large text": pa.array(ODD[:10], pa.large_string()),
    "dictionary": pa.array(["12", None, "1", "12.0", "é"]).dictionary_encode(),
    "bytes": pa.array([b"12", b"\xff", b"1", None], pa.binary()),
    "nothing": pa.nulls(3),
    "list": pa.array([[1], [], None, [1, 2]]),
}


def schema_of(spec: Any, *, missing: tuple[str, ...] = ("",)) -> Any:
    return replace(schema_from_declaration({"columns": {"x": spec}}, ["x"]), missing=missing)


def same_codes(path: Path, schema: Any, unit: Unit = ROWS, keep: Any = None) -> None:
    streamed, given = open_table(path), open_table(path)
    assert path.suffix != ".parquet" or streamed.stream is not None
    found = encode(streamed, schema, unit, KEY, keep=keep).rows().reveal()
    expected = encode(given.loaded(), schema, unit, KEY, keep=keep).rows().reveal()
    assert found.keys() == expected.keys()
    for name, codes in expected.items():
        assert codes.dtype == found[name].dtype
        assert codes.tolist() == found[name].tolist()


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_typed_cell_gets_the_code_of_its_text(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    specs = {f"x{number}": spec for number, spec in enumerate([*LABELS, *NUMBERS, SPECS[6]])}
    pq.write_table(pa.table(dict.fromkeys(specs, COLUMNS[kind])), path)
    for missing in (("",), TOKENS):
        same_codes(path, replace(schema_from_declaration({"columns": specs}, list(specs)), missing=missing))


@pytest.mark.parametrize("kind", ["ms", "us", "ns"])
def test_a_fraction_of_a_second_before_1970_falls_into_the_second_that_holds_it(kind: str, tmp_path: Path) -> None:
    spec = {"kind": "datetime", "lower": "1969-12-31 23:59:50", "upper": "1970-01-01 00:00:09"}
    pq.write_table(
        pa.table({"x": pa.array([-1, 0, None], pa.int64()).cast(pa.timestamp(kind))}), tmp_path / "t.parquet"
    )
    (tmp_path / "t.csv").write_text('x\n1969-12-31 23:59:59.999\n1970-01-01 00:00:00\n""\n')
    found = [
        encode(open_table(tmp_path / name), schema_of(spec), ROWS, KEY).rows().reveal()["x"].tolist()
        for name in ("t.parquet", "t.csv")
    ]
    assert found == [[9, 10, 20]] * 2


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(width=64) | st.none()), st.lists(st.integers(-(2**63), 2**63 - 1)), st.data())
def test_any_number_gets_the_code_of_its_text(
    tmp_path_factory: pytest.TempPathFactory, floats: list[float], whole: list[int], data: Any
) -> None:
    column = data.draw(st.sampled_from([pa.array(floats, pa.float64()), pa.array(whole, pa.int64())]))
    path = tmp_path_factory.mktemp("numbers") / "t.parquet"
    pq.write_table(pa.table({"x": column}), path)
    same_codes(path, schema_of(data.draw(st.sampled_from(NUMBERS[:5])), missing=("", str(whole[0] if whole else 0))))


def test_numbers_on_the_edges_of_cells(tmp_path: Path) -> None:
    for spec in NUMBERS[:5]:
        edges = encode(open_table(pa.table({"x": ["1"]})), schema_of(spec), ROWS, KEY).domains[0].edges
        assert edges is not None
        values = np.concatenate([edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)])
        path = tmp_path / "t.parquet"
        pq.write_table(pa.table({"x": values}), path)
        same_codes(path, schema_of(spec))


def table_of(rows: int) -> pa.Table:
    rng = np.random.default_rng(rows)
    patients = [None if i % 31 == 0 else f"p{i}" for i in rng.integers(0, max(rows // 4, 1), rows)]
    return pa.table(
        {
            "patient": pa.array(patients, pa.string()),
            "age": rng.integers(-3, 104, rows),
            "cost": rng.exponential(200, rows),
            "ward": [["A", "B", "C", "rare", None][i] for i in rng.integers(0, 5, rows)],
            "day": [dt.date(2019, 12, 20) + dt.timedelta(days=int(i)) for i in rng.integers(0, 400, rows)],
            "died": [["no", "yes", "?"][i] for i in rng.integers(0, 3, rows)],
        }
    )


@pytest.fixture(params=["parquet", "csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a table of 5000 rows whose readers yield batches of about 700."""
    monkeypatch.setattr(frames, "BATCH_ROWS", 700)
    monkeypatch.setattr(source, "_BATCH_ROWS", 700)
    path = tmp_path / f"t.{request.param}"
    (pq.write_table if request.param == "parquet" else csv.write_csv)(table_of(5000), path)
    return path


@pytest.mark.parametrize("unit", [ROWS, PATIENTS])
@pytest.mark.parametrize("held", [False, True])
def test_batches_and_their_borders_change_nothing(path: Path, unit: Unit, held: bool) -> None:
    keep = Private(np.random.default_rng(0).random(5000) < 0.8) if held else None
    same_codes(path, declared(), unit, keep)


def declared() -> Any:
    columns = {
        "patient": {"kind": "identifier"},
        "age": {"lower": 0, "upper": 100, "integer": True},
        "cost": {"lower": 0, "upper": 1000},
        "ward": ["A", "B", "C"],
        "day": {"kind": "date", "lower": "2020-01-01", "upper": "2020-12-31"},
        "died": ["no", "yes"],
    }
    return schema_from_declaration({"columns": columns}, list(columns))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_large_file_gives_the_model_that_it_gives_in_memory(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"t.{ending}"
    (pq.write_table if ending == "parquet" else csv.write_csv)(table_of(3000), path)

    for unit in (ROWS, PATIENTS):
        plan = Plan.make(declared(), unit=unit, budget=Budget(epsilon=1, delta=1e-6), generator="copula")
        whole = execute(plan, open_table(path).loaded(), noise=Recording(3))
        monkeypatch.setattr(source, "SMALL_BYTES", 0)
        large = settled(plan, open_table(path))
        assert large._relation != "loaded"
        assert execute(plan, large, noise=Recording(3)).digest() == whole.digest()


def test_a_damaged_large_file_is_refused_before_anything_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "SMALL_BYTES", 0)
    parquet, ragged = tmp_path / "t.parquet", tmp_path / "t.csv"
    pq.write_table(pa.table({"x": np.arange(20_000) % 90}), parquet, compression="snappy", use_dictionary=False)
    data = bytearray(parquet.read_bytes())
    data[200:3000] = bytes(2800)
    parquet.write_bytes(data)
    ragged.write_text("x,y\n" + "1,2\n" * 5000 + "secret\n")
    for path in (parquet, ragged):
        ledger = tmp_path / f"{path.name}.ledger"
        columns = {"x": {"lower": 0, "upper": 99, "integer": True}}
        with pytest.raises(PrivsynthError) as caught:
            fit(path, epsilon=1, declare={"columns": columns}, ledger=ledger)
        assert "secret" not in str(caught.value)
        assert not ledger.exists()


# Units


def test_the_rows_of_a_unit_are_bounded_alike_in_one_part_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = table_of(4000).column("patient").combine_chunks()
    unit = Unit(column="patient", max_rows=2)
    whole = rows_used(owners, unit, KEY, None)
    monkeypatch.setattr(units, "_PART_ROWS", 100)
    parts = rows_used((owners.slice(start, 333).dictionary_encode() for start in range(0, 4000, 333)), unit, KEY, None)
    assert (whole == parts).all()
    kept = owners.filter(pa.array(whole)).value_counts().to_pylist()
    assert max(each["counts"] for each in kept if each["values"] is not None) == 2
    assert whole[np.asarray(owners.is_null())].all()


# Counts


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.data())
def test_many_questions_at_once_have_the_answers_of_each(sizes: list[int], data: Any) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    rows = [int(n) for n in rng.integers(0, 50, 3)]
    kinds = [np.min_scalar_type(size - 1) for size in sizes]
    chunks = [
        {str(i): rng.integers(0, size, n).astype(kind) for i, (size, kind) in enumerate(zip(sizes, kinds, strict=True))}
        for n in rows
    ]
    whole = {name: np.concatenate([chunk[name] for chunk in chunks]).astype(np.int64) for name in chunks[0]}
    names = st.lists(st.sampled_from(list(whole)), min_size=1, max_size=3, unique=True)
    questions = []
    for asked in data.draw(st.lists(names, max_size=8)):
        grouped = [name for name in asked if rng.random() < 0.5]
        questions.append((asked, {name: rng.integers(0, 4, sizes[int(name)]) for name in grouped}))
    answers = count(chunks, questions, {str(i): size for i, size in enumerate(sizes)})
    for (asked, groups), answer in zip(questions, answers, strict=True):
        columns = [groups[name][whole[name]] if name in groups else whole[name] for name in asked]
        shape = [int(groups[name].max()) + 1 if name in groups else sizes[int(name)] for name in asked]
        expected = np.zeros(shape, dtype=np.int64)
        np.add.at(expected, tuple(columns), 1)
        assert answer.dtype == np.int64
        assert np.array_equal(answer, expected)  # of shapes too; as lists they have millions of cells


def test_pairs_share_joint_tables() -> None:
    pairs = set(itertools.combinations(range(9), 2))
    tables = joint_tables(pairs, [20] * 9)
    assert all(any(set(pair) <= set(table) for table in tables) for pair in pairs)
    assert all(20 ** len(table) <= 2**15 for table in tables)
    assert len(tables) <= 18  # of 36 pairs
    assert sorted(joint_tables({(0, 1), (1, 2)}, [5000] * 3)) == [(0, 1), (1, 2)]


# What lies on disk


def store_of(folder: Path, most_bytes: int) -> tuple[CodeStore, list[dict[str, np.ndarray[Any, Any]]]]:
    rng = np.random.default_rng(0)
    chunks = [{"a": np.full(1000, 7, np.uint8), "b": rng.integers(0, 999, 1000).astype(np.uint16)} for _ in range(5)]
    store = CodeStore(lambda: str(folder), most_bytes=most_bytes)
    for chunk in chunks:
        store.add(chunk)
    return store, chunks


@pytest.mark.parametrize("most_bytes", [0, 7000, 10**6])
def test_codes_beyond_memory_come_back_from_disk(tmp_path: Path, most_bytes: int) -> None:
    store, chunks = store_of(tmp_path, most_bytes)
    for _ in range(2):
        for found, expected in zip(store, chunks, strict=True):
            assert {name: found[name].tolist() for name in found} == {n: c.tolist() for n, c in expected.items()}
            assert [found[name].dtype for name in found] == [np.uint8, np.uint16]
            assert len(found) == 2
    assert (store._file is None) == (most_bytes == 10**6)


@pytest.mark.skipif(os.name != "posix", reason="files without a name")
def test_the_file_of_codes_has_no_name_and_cannot_be_read(tmp_path: Path) -> None:
    store, _ = store_of(tmp_path, 0)
    assert os.listdir(tmp_path) == []
    assert store._file is not None
    store._file.seek(0)
    data = np.frombuffer(store._file.read(), dtype=np.uint8)
    assert len(data) == 15_000
    assert np.bincount(data[:1000], minlength=256).max() < 30  # of 1000 equal codes
    assert data[:1000].tolist() != data[3000:4000].tolist()
    assert store_of(tmp_path, 0)[0]._key != store._key


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CodeStore, "_write", full)
    with pytest.raises(ResourceError, match="not enough memory"):
        store_of(tmp_path, 0)


def test_counts_and_moments_from_disk_are_those_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(table_of(2000), path)
    monkeypatch.setattr(frames, "BATCH_ROWS", 300)
    kept = encode(open_table(path), declared(), ROWS, KEY)
    monkeypatch.setattr(code_store, "memory_bound", lambda: 5000)
    written = encode(open_table(path), declared(), ROWS, KEY)
    store = written._chunks.reveal()
    assert isinstance(store, CodeStore)
    assert store._file is not None
    names = [domain.name for domain in kept.domains]
    questions = [(pair, None) for pair in itertools.combinations(names, 2)]
    for one, other in zip(kept.counts_many(questions), written.counts_many(questions), strict=True):
        assert (one.reveal() == other.reveal()).all()
    scores = {d.name: np.arange(d.size + 1)[None, :] % 100 for d in kept.domains}
    moments = [each.moments(scores, radius=90).reveal() for each in (kept, written)]
    assert (moments[0] == moments[1]).all()
    assert (spill := Path(spill_folder())).stat().st_mode & 0o777 == 0o700
    assert (
        os.name != "posix" or [each for each in os.listdir(spill) if not each.startswith("copy-")] == []
    )  # those of open addresses


def test_rows_are_read_in_their_order_whatever_the_expression() -> None:
    texts = [[str(i) for i in range(start, start + 20_000)] for start in range(0, 200_000, 20_000)]
    table = open_table(pa.table({"x": pa.chunked_array(texts)}))
    long = "x IN ('1', '2', '3', '4', '5', '6', '7', '8') AS a"
    for each in (table, table.loaded()):
        found = each.arrow([long, "x AS b"]).column("b")
        assert found.to_pylist() == [text for part in texts for text in part]


@pytest.mark.parametrize("unit", [ROWS, PATIENTS])
def test_a_replay_finds_nothing_on_tables_that_are_read_in_batches(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "BATCH_ROWS", 25)
    monkeypatch.setattr(code_store, "memory_bound", lambda: 200)

    def written(name: str, rows: list[Row]) -> Source:
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({each: pa.array([row.get(each) for row in rows], pa.string()) for each in NAMES}), path)
        return open_table(path)

    neighbours = neighbours_of_rows() if unit is ROWS else neighbours_of_patients()
    tables = [written(str(number), rows) for number, rows in enumerate(list(neighbours.values())[::3])]
    check(fit_declared(schema_of_names("age", "cost", "ward", "died"), unit), written("base", BASE), tables)


def claimed_text(cells: list[bytes]) -> pa.Array:
    """Return a column that is text by its type, whatever its bytes are."""
    ends = np.cumsum([0, *map(len, cells)]).astype(np.int32)
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(cells))]
    return pa.Array.from_buffers(pa.string(), len(cells), buffers)


def codes_of(path: Path, spec: Any, unit: Unit, most_bytes: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the codes of the column `x` (of `n` where `x` is the unit) of a file that is large from so many bytes on."""
    monkeypatch.setattr(source, "SMALL_BYTES", most_bytes)
    columns = {"x": spec} if unit.column is None else {"n": {"lower": 0, "upper": 9, "integer": True}}
    schema = schema_from_declaration({"columns": columns}, ["x", "n"])
    return list(encode(open_table(path).settled(["x", "n"]), schema, unit, KEY).rows().reveal()[next(iter(columns))])


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
@pytest.mark.parametrize("unit", [Unit(), Unit(column="x", max_rows=1)])
def test_a_cell_that_is_no_text_is_missing_and_changes_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: Unit, kind: pa.DataType
) -> None:
    cells = claimed_text([b"a", b"\xff", b"b", b"a\x00", b"a"])
    if kind == pa.large_string():
        cells = pa.Array.from_buffers(kind, 5, cells.cast(pa.large_binary()).buffers())
    elif kind == pa.string_view():
        cells = cells.cast(pa.binary_view()).view(kind)
    found = []
    for name, column in (("odd", cells), ("plain", pa.array(["a", None, "b", "a\x00", "a"]))):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({"x": column, "n": pa.array(range(5))}), path)
        found += [codes_of(path, ["a", "b"], unit, most, monkeypatch) for most in (1 << 40, 0)]
    assert len(found[0]) >= 4
    if unit.column is None:
        assert found == [[0, 2, 1, 2, 0]] * 4
    else:
        assert found[0] == found[1] == found[2] == found[3]


ODD_TYPES: dict[str, Any] = {
    "uuid": lambda: pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"a" * 16, None], type=pa.binary(16))),
    "json": lambda: pa.ExtensionArray.from_storage(pa.json_(), pa.array(["a", None])),
    "bool8": lambda: pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, None], type=pa.int8())),
    "zone": lambda: pa.array([0, None], type=pa.int64()).cast(pa.timestamp("us", "Mars/Olympus")),
    "offset": lambda: pa.array([0, None], type=pa.int64()).cast(pa.timestamp("us", "+05:30")),
    "decimal32": lambda: pa.array([Decimal("1.50"), None], pa.decimal32(5, 2)),
    "decimal256": lambda: pa.array([Decimal("1.50"), None], pa.decimal256(50, 2)),
    "half": lambda: pa.array([1.0, None], pa.float16()),
    "duration": lambda: pa.array([1, None], pa.duration("s")),
    "time": lambda: pa.array([1, None], pa.time64("ns")),
    "bytes": lambda: pa.array([b"a", b"\xff"], pa.binary_view()),
    "list": lambda: pa.array([[1], None], pa.list_(pa.int8())),
    "list of bytes": lambda: pa.ListArray.from_arrays([0, 1, 2], claimed_text([b"a", b"\xff"])),
    "struct": lambda: pa.array([{"a": 1}, None]),
}


@pytest.mark.parametrize("kind", ODD_TYPES)
def test_a_type_of_parquet_is_read_alike_at_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": ODD_TYPES[kind](), "n": pa.array([1, 2])}), path)
    for spec in (["a", "1.50", "1"], NUMBERS[3], NUMBERS[5], NUMBERS[6]):
        for unit in (Unit(), Unit(column="x", max_rows=1)):
            small, large = (codes_of(path, spec, unit, most, monkeypatch) for most in (1 << 40, 0))
            assert small == large


@pytest.mark.parametrize("rows", [5, 15, 0])
@pytest.mark.parametrize("unit", [Unit(), Unit(column="n", max_rows=1)])
def test_a_file_that_changes_between_passes_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: Unit, rows: int
) -> None:
    monkeypatch.setattr(source, "SMALL_BYTES", 0)
    schema = schema_from_declaration({"columns": {"x": ["a", "b"]}}, ["x", "n"])

    def write(rows: int, name: str = "x") -> Source:
        pq.write_table(pa.table({name: ["a"] * rows, "n": pa.array(range(rows))}), tmp_path / "t.parquet")
        return open_table(tmp_path / "t.parquet")

    settled, keep = write(10).settled(["x"]), Private(np.ones(10, dtype=np.bool_))
    write(rows)
    with pytest.raises(ResourceError, match="changed while it was read"):
        encode(settled, schema, unit, KEY, keep=keep)
    write(10, "other")
    with pytest.raises(PrivsynthError, match="changed while it was read"):
        encode(settled, schema, unit, KEY, keep=keep)


def test_a_file_that_grows_between_owners_and_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SMALL_BYTES", 0)
    path, unit = tmp_path / "t.parquet", Unit(column="n", max_rows=1)
    schema = schema_from_declaration({"columns": {"x": ["a", "b"]}}, ["x", "n"])
    for rows in (5, 15):
        pq.write_table(pa.table({"x": ["a"] * 10, "n": pa.array(range(10))}), path)
        settled = open_table(path).settled(["x", "n"])

        def used(*given: Any, rows: int = rows, **named: Any) -> Any:
            found = rows_used(*given, **named)
            pq.write_table(pa.table({"x": ["a"] * rows, "n": pa.array(range(rows))}), path)
            return found

        monkeypatch.setattr(coded_table, "rows_used", used)
        with pytest.raises(ResourceError, match="changed while it was read"):
            encode(settled, schema, unit, KEY)
