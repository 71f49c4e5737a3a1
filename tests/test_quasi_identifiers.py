"""The search of quasi-identifiers gives exact counts: those of a plain group-by over every subset of columns."""

from __future__ import annotations

import datetime as dt
import json
import time
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privsynth.pii import quasi
from privsynth.pii.quasi import Combination, quasi_identifiers, searched
from privsynth.pii.quasi_codes import coded

few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)


def table(rows: int, sizes: list[int], seed: int) -> dict[str, npt.NDArray[np.int64]]:
    draw = np.random.default_rng(seed)
    return {f"c{place}": draw.integers(-size, size, rows) * 977 for place, size in enumerate(sizes)}


def counted(codes: dict[str, Any], subset: tuple[str, ...]) -> tuple[int, int, int]:
    sizes = pd.DataFrame(codes).groupby(list(subset)).size()
    return int((sizes == 1).sum()), len(sizes), int(sizes.min())


def expected(codes: dict[str, Any], largest: int) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """The definition, by brute force: each column of a set adds more than 1 % of the rows to the unique ones."""
    rows = len(next(iter(codes.values())))
    subsets = [subset for size in range(1, largest + 1) for subset in combinations(codes, size)]
    found = {subset: counted(codes, subset) for subset in subsets}

    def gain(subset: tuple[str, ...]) -> int:
        return found[subset][0] - max((found[p][0] for p in combinations(subset, len(subset) - 1) if p), default=0)

    return {subset: found[subset] for subset in subsets if gain(subset) > 0.01 * rows}


def as_counts(result: tuple[Combination, ...]) -> dict[tuple[str, ...], tuple[int, int, int]]:
    return {each.columns: (each.unique_rows, each.distinct, each.smallest_k) for each in result}


@few
@given(
    st.integers(1, 300), st.lists(st.integers(1, 400), min_size=1, max_size=5), st.integers(1, 3), st.integers(0, 99)
)
def test_counts_are_those_of_a_group_by(rows: int, sizes: list[int], largest: int, seed: int) -> None:
    codes = table(rows, sizes, seed)
    result = quasi_identifiers(codes, largest=largest)
    assert as_counts(result) == expected(codes, largest)
    assert all(each.rows == rows and each.unique_share == each.unique_rows / rows for each in result)


@few
@given(st.integers(1, 120), st.lists(st.integers(1, 60), min_size=4, max_size=5), st.integers(0, 99))
def test_larger_sets_too(rows: int, sizes: list[int], seed: int) -> None:
    codes = table(rows, sizes, seed)
    assert as_counts(quasi_identifiers(codes, largest=4)) == expected(codes, 4)


def test_codes_of_any_size_do_not_overflow() -> None:
    draw, ends = np.random.default_rng(1), np.iinfo(np.int64)
    codes = {name: draw.integers(ends.min, ends.max, 500)[draw.integers(0, 60, 500)] for name in "abc"}
    assert as_counts(quasi_identifiers(codes)) == expected(codes, 3)


def test_keys_too_long_to_be_packed_are_sorted_as_they_are() -> None:
    draw = np.random.default_rng(2)
    keys = draw.integers(0, 5000, 3000)
    packed, plain = quasi._sorted_groups(keys, 5000), quasi._sorted_groups(keys, 2**62)
    assert packed[2] == plain[2]
    assert all(np.array_equal(one, other) for one, other in zip(packed[:2], plain[:2], strict=True))


def test_a_key_hides_all_supersets_and_a_constant_says_nothing() -> None:
    key = np.arange(50)
    result = quasi_identifiers({"key": key, "constant": key * 0, "half": key // 2})
    assert [each.columns for each in result] == [("key",)]
    assert result[0].smallest_k == 1


def test_sorted_by_columns_then_share() -> None:
    result = quasi_identifiers(table(800, [5, 9, 15, 22, 40, 3], 4))
    order = [(len(each.columns), -each.unique_share) for each in result]
    assert order == sorted(order)
    assert {size for size, _ in order} >= {2, 3}


def test_the_report_is_bounded_with_room_for_each_size() -> None:
    codes = table(5000, [20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80], 5)
    codes["nearly_a_key"] = np.where(np.arange(5000) < 4000, 0, np.arange(5000))
    result = quasi_identifiers(codes)
    assert len(result) == quasi.SHOWN
    assert {len(each.columns) for each in result} == {1, 2, 3}


def test_too_many_columns_leave_those_with_fewest_values() -> None:
    codes = table(300, [2, 90, 3, 80], 6)
    assert searched(codes, most_columns=2) == ("c1", "c3")
    assert {name for each in quasi_identifiers(codes, most_columns=2) for name in each.columns} <= {"c1", "c3"}


def test_a_sample_of_rows_is_stated_repeats_and_is_spread() -> None:
    codes = table(20_000, [60, 60, 60], 7)
    result = quasi_identifiers(codes, most_rows=4000)
    assert result == quasi_identifiers(codes, most_rows=4000)
    assert {each.rows for each in result} == {4000}
    chosen = quasi._sampled(20_000, 4000)
    assert chosen is not None
    assert len(set(chosen.tolist())) == 4000
    assert np.abs(np.bincount(chosen // 2000, minlength=10) - 400).max() < 90


def test_no_rows_and_no_columns() -> None:
    assert quasi_identifiers({}) == ()
    assert quasi_identifiers({"a": np.zeros(0, dtype=np.int64)}) == ()
    assert quasi_identifiers({"a": np.zeros(1, dtype=np.int64)})[0].unique_rows == 1


def test_json_holds_counts_and_names_only() -> None:
    document = quasi_identifiers({"sex": np.array([0, 0, 1, 1]), "ward": np.array([0, 1, 0, 1])})[0].to_json()
    assert json.loads(json.dumps(document)) == {
        "columns": ["sex", "ward"],
        "unique_share": 1.0,
        "unique_rows": 4,
        "smallest_k": 1,
        "distinct": 4,
        "rows": 4,
    }


def same(cells: Any) -> list[list[int]]:
    """The partition of the rows that the codes make."""
    codes = coded({"c": cells})["c"]
    assert codes.dtype == np.int64
    return sorted(np.flatnonzero(codes == code).tolist() for code in set(codes.tolist()))


def test_missing_and_blank_are_one_value() -> None:
    assert same(["a", None, "", " ", "a ", "NA", "b"]) == [[0, 4], [1, 2, 3, 5], [6]]
    assert coded({"c": ["a", None]})["c"].tolist() == [1, 0]


def test_moments_count_by_their_day() -> None:
    assert same(["2024-03-01 10:00:00", "2024-03-01T23:59", "2024-03-02", "2024-03-02 00:00:00"]) == [[0, 1], [2, 3]]
    assert same(["1/2/2024 3:04 PM", "1/2/2024", "11/2/2024"]) == [[0, 1], [2]]
    moments = [dt.datetime(2024, 3, 1, 5), dt.datetime(2024, 3, 1, 6), None, dt.datetime(2024, 3, 2)]
    assert same(pa.chunked_array([moments[:2], moments[2:]])) == [[0, 1], [2], [3]]


def test_continuous_numbers_count_by_three_digits() -> None:
    assert same(["1.2341", "1.2349", "1.236", "-1.234", "1234.6", "1.23e3", None]) == [[0, 1], [2], [3], [4, 5], [6]]
    assert same(pa.array([0.0001234, 0.00012341, float("nan"), 0.0])) == [[0, 1], [2], [3]]
    assert same(["1e400", "0.5", "5e-1", "0.0", "1e-320"]) == [[0], [1, 2], [3], [4]]


def test_whole_numbers_and_codes_keep_all_digits() -> None:
    assert same(["123456", "123457", "123456.0"]) == [[0, 2], [1]]
    assert same(["01234", "1234", "A-1"]) == [[0], [1], [2]]


def test_no_cell_can_raise() -> None:
    assert same(["\ud800", "\ud801", "\ud800"]) == [[0, 2], [1]]
    assert same([1, "x", 2.5, 1]) == [[0, 3], [1], [2]]
    assert same(pa.array(["x", "y", None, "x"]).dictionary_encode()) == [[0, 3], [1], [2]]
    assert same([None, None]) == [[0, 1]]
    for empty in ([], pa.array([], pa.string()), pa.chunked_array([], pa.string())):
        assert coded({"c": empty})["c"].tolist() == []


@pytest.mark.integration
def test_all_triples_of_twenty_columns_in_seconds() -> None:
    codes = table(100_000, [2, 3, 5, 7, 10, 12, 20, 30, 50, 80, 100, 150, 200, 365, 1000, 3000, 20000, 8, 4, 16], 8)
    start = time.perf_counter()
    quasi_identifiers(codes)
    assert time.perf_counter() - start < 10
