"""A generator that trains on rows learns which of them belong to one unit: the right ones, and never more than it may."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.errors import PrivsynthError, UsageError
from privsynth.privacy import Private, Unit
from privsynth.table import units
from privsynth.table.coded import CodedTable, RowSource, encode
from privsynth.table.source import Source, open_table
from privsynth.tableschema import schema_from_declaration

KEY = bytes(range(32))
PATIENT = Unit(column="patient", max_rows=2)
NAMES = ["b", "a", "b", "", "c", "a", "b", "", "d", "a", "a", "NA", " a", "A"]
SCHEMA = schema_from_declaration(
    {"columns": {"row": {"lower": 0, "upper": 999, "integer": True}, "sex": ["f", "m"]}}, ["patient", "row", "sex"]
)


def table(path: Path, names: list[str], kind: str = "csv") -> Source:
    rows = [{"patient": name or None, "row": str(number), "sex": "fm"[number % 2]} for number, name in enumerate(names)]
    schema = pa.schema([(name, pa.string()) for name in ("patient", "row", "sex")])
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path / "t.parquet", row_group_size=5)
        return open_table(path / "t.parquet")
    text = "\n".join(["patient,row,sex", *(",".join(value or "" for value in row.values()) for row in rows)])
    (path / "t.csv").write_text(text + "\n", encoding="utf-8")
    return open_table(path / "t.csv")


def groups(coded: RowSource) -> list[list[int]]:
    """Return the rows of each unit, by their places in the file."""
    rows, owners = coded.rows().reveal()["row"], coded.owners().reveal()
    assert owners.dtype == np.int64
    assert len(rows) == len(owners)
    found: list[list[int]] = [[] for _ in range(max(owners, default=-1) + 1)]
    for row, owner in zip(rows.tolist(), owners.tolist(), strict=True):
        found[owner].append(row)
    return found


def wanted(names: list[str], rows: list[int]) -> list[list[int]]:
    """Return the rows of each unit, in the order of their first rows; a row without a unit alone."""
    found: dict[Any, list[int]] = {}
    for row in rows:
        found.setdefault(names[row] or row, []).append(row)
    return list(found.values())


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("most", [1, 2, 4, 9])
@pytest.mark.parametrize("part", [False, True])
def test_rows_of_a_unit_are_together_and_no_more_than_allowed(tmp_path: Path, kind: str, most: int, part: bool) -> None:
    unit = Unit(column="patient", max_rows=most)
    keep = Private(np.arange(len(NAMES)) % 4 != 1) if part else None
    source = table(tmp_path, NAMES, kind)
    coded = encode(source, SCHEMA, unit, KEY, keep=keep, owners=True)
    rows = coded.rows().reveal()["row"].tolist()
    found = groups(coded)
    assert found == wanted(NAMES, rows)
    assert max(len(each) for each in found) <= most
    present = Counter(name for row, name in enumerate(NAMES) if keep is None or keep.reveal()[row])
    assert Counter(NAMES[row] for row in rows) == {n: c if n == "" else min(c, most) for n, c in present.items()}
    without = encode(source, SCHEMA, unit, KEY, keep=keep)
    assert without.rows().reveal()["row"].tolist() == rows


def test_a_missing_unit_is_a_unit_of_its_own(tmp_path: Path) -> None:
    found = groups(encode(table(tmp_path, ["", "x", "", "x", ""]), SCHEMA, PATIENT, KEY, owners=True))
    assert found == [[0], [1, 3], [2], [4]]


def test_each_row_is_a_unit_where_no_column_says_otherwise(tmp_path: Path) -> None:
    source = table(tmp_path, NAMES)
    for owners in (False, True):
        coded = encode(source, SCHEMA, Unit(), KEY, owners=owners)
        assert coded.owners().reveal().tolist() == list(range(len(NAMES)))
    held = encode(source, SCHEMA, Unit(), KEY, keep=Private(np.arange(len(NAMES)) < 3), owners=True)
    assert groups(held) == [[0], [1], [2]]


def test_a_table_without_rows_has_no_units(tmp_path: Path) -> None:
    for unit in (Unit(), PATIENT):
        assert groups(encode(table(tmp_path, []), SCHEMA, unit, KEY, owners=True)) == []
    nobody = Private(np.zeros(len(NAMES), dtype=np.bool_))
    assert groups(encode(table(tmp_path, NAMES), SCHEMA, PATIENT, KEY, keep=nobody, owners=True)) == []


def test_whose_rows_they_are_is_kept_only_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(units, "_by_first_row", never)
    coded = encode(table(tmp_path, NAMES), SCHEMA, PATIENT, KEY)
    with pytest.raises(UsageError, match="owners=True"):
        coded.owners()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "c", "dd"]), max_size=40), st.integers(1, 5), st.integers(1, 9))
def test_units_are_numbered_by_their_first_rows(names: list[str], most: int, length: int) -> None:
    owners = pa.array([name or None for name in names], type=pa.string())
    parts = (owners.slice(start, length).dictionary_encode() for start in range(0, len(names), length))
    unit = Unit(column="patient", max_rows=most)
    used, numbers = units.rows_and_units(parts, unit, KEY, None)
    assert used.tolist() == units.rows_used(owners, unit, KEY, None).tolist()
    rows = np.flatnonzero(used).tolist()
    assert [[rows[at] for at in np.flatnonzero(numbers == each)] for each in range(max(numbers, default=-1) + 1)] == (
        wanted(names, rows)
    )


def test_a_table_of_codes_may_be_made_with_the_units_of_its_rows(tmp_path: Path) -> None:
    domains = encode(table(tmp_path, NAMES), SCHEMA, Unit(), KEY).domains
    codes = Private({each.name: np.zeros(4, dtype=each.dtype) for each in domains})

    def made(owners: list[int]) -> RowSource:
        return CodedTable(domains, codes, PATIENT, owners=Private(np.array(owners, dtype=np.int64)))

    assert made([0, 1, 0, 2]).owners().reveal().tolist() == [0, 1, 0, 2]
    for wrong in ([0, 0, 0, 1], [0, 1, 0], [0, 1, 0, 2, 2], [0, 2, 2, 0], []):
        with pytest.raises(PrivsynthError, match="This is a bug"):
            made(wrong).owners()
