"""Audits under attack: tables that leak nothing and once were called a leak or refused, and leaks that once were missed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.audits import AuditResult, audit_tables
from privsynth.audits.copies import exchangeable_part
from privsynth.audits.statistics import rank_test
from privsynth.audits.strangeness import features
from privsynth.audits.units import one_row_per_unit
from privsynth.privacy import Private


def audited(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame, seed: int = 0) -> AuditResult:
    return audit_tables(Private(train), synthetic, Private(holdout), seed=seed, sensitive=())


def pairs(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Pairs of labels, some of which are far more frequent than others."""
    chance = 1 / np.arange(1, 10_001) ** 0.7
    drawn = rng.choice(10_000, rows, p=chance / chance.sum())
    return pd.DataFrame({"a": [f"v{each // 100}" for each in drawn], "b": [f"w{each % 100}" for each in drawn]})


@pytest.mark.parametrize(("members", "others", "marked"), [(20, 200, (0, 1)), (200, 20, (218, 219))])
def test_two_marked_rows_are_no_proof_where_all_others_are_tied(members: int, others: int, marked: list[int]) -> None:
    member, scores = np.arange(220) < members, np.zeros(220)
    scores[list(marked)] = 1.0 if members < others else -1.0
    chance = 20 * 19 / (220 * 219)
    assert chance <= rank_test(scores, member)[1] < 0.2  # the normal law says 1e-5


def test_ties_do_not_hide_what_many_rows_show() -> None:
    member, scores = np.arange(440) < 40, np.zeros(440)
    scores[:12] = 1.0
    assert rank_test(scores, member)[1] < 1e-6


def test_rows_of_few_kinds_are_not_refused_for_the_order_of_the_tables() -> None:
    rng = np.random.default_rng(1)

    def drawn(rows: int) -> pd.DataFrame:
        return pd.DataFrame({name: np.array(list("xyz"))[rng.integers(0, 3, rows)] for name in "abc"})

    found = [audited(drawn(160), drawn(100), drawn(40)) for _ in range(3)]
    assert {result.verdict for result in found} == {"no leak found"}  # once: refused, since ties went to train rows


def test_labels_that_are_equally_frequent_are_told_apart_by_their_names_and_not_by_their_rows() -> None:
    rows = pd.DataFrame({"k": ["d", "c", "b", None, "a", "a"]}, dtype=object)
    one, other = (features(part, frozenset(), 6)["k"] for part in (rows, rows[::-1].reset_index(drop=True)))
    assert np.array_equal(one, other[::-1])


def test_what_is_left_of_overlapping_tables_does_not_depend_on_whose_it_is() -> None:
    train, holdout = np.array([1, 1, 2, 3, 4], dtype=np.uint64), np.array([4, 5, 5, 6], dtype=np.uint64)
    kept = exchangeable_part(train, holdout)
    assert [list(each) for each in kept] == [[False, False, True, True, False], [False, False, False, True]]
    assert [list(each) for each in exchangeable_part(holdout, train)] == [list(each) for each in kept[::-1]]


def test_frequent_rows_and_a_holdout_that_has_train_rows_are_no_leak() -> None:
    rng = np.random.default_rng([5, 0])
    for _ in range(2):
        train, synthetic, holdout = (pairs(2_500, rng) for _ in range(3))
        holdout.iloc[:800] = train.iloc[rng.choice(2_500, 800, replace=False)].to_numpy()
        result = audited(train, synthetic, holdout)
        assert result.overlap is not None
        assert result.overlap.found
        assert result.verdict == "no leak found"
        assert result.p_holm["copies"] > 0.05  # once: a leak in half of such audits


def test_units_are_the_same_with_and_without_a_decimal_point() -> None:
    rows, held = pd.DataFrame({"x": range(30)}), pd.DataFrame({"x": range(5)})
    units = pd.Series([str(each) for each in range(30)], dtype=object), pd.Series([7.0, 8.0, 40.0, np.nan, np.nan])
    _, kept, told = one_row_per_unit(rows, units[0], held, units[1], seed=0)
    assert kept is not None
    assert list(kept["x"]) == [2, 3, 4]
    assert "2 held-out rows belong to units that train has" in told[1]


@pytest.mark.parametrize("spoilt", ["masked", "empty"])
def test_copies_are_found_where_a_column_of_the_synthetic_table_has_nothing_real(spoilt: str) -> None:
    rng = np.random.default_rng(3)

    def drawn(rows: int) -> pd.DataFrame:
        labels = {name: [f"{name}{each}" for each in rng.integers(0, 9, rows)] for name in "pq"}
        return pd.DataFrame({**labels, "x": rng.normal(0, 1, rows), "y": rng.normal(0, 1, rows)})

    train, synthetic, holdout = (drawn(400) for _ in range(3))
    synthetic.iloc[:12] = train.iloc[:12].to_numpy()
    column = "p" if spoilt == "masked" else "x"
    synthetic[column] = "***" if spoilt == "masked" else None
    result = audited(train, synthetic, holdout)
    assert (result.verdict, column in result.columns_left_out, column in result.columns_used) == ("leak", True, False)
    assert result.copies is not None
    assert result.copies.train_unique == 12
    assert any(f"`{column}` has no value in the synthetic table" in each for each in result.warnings)


def test_tables_without_repeats_meet_by_chance_and_copies_of_long_numbers_do_not() -> None:
    rng = np.random.default_rng(4)

    def distinct(rows: int) -> pd.DataFrame:
        found = pd.DataFrame(
            {"a": rng.integers(0, 25, rows), "b": rng.integers(0, 20, rows), "c": rng.integers(0, 10, rows)}
        )
        return found.drop_duplicates(ignore_index=True)

    result = audit_tables(Private(distinct(1_200)), distinct(1_200), None)
    assert result.verdict == "inconclusive"  # once a leak: no row repeats within either, so none was expected in both
    assert result.copies is not None
    assert result.copies.expected > 100
    long = pd.DataFrame({"x": rng.normal(0, 1, 300), "y": rng.normal(0, 1, 300), "a": rng.integers(0, 5, 300)})
    assert audit_tables(Private(long), long, None).verdict == "leak"
