"""Audits under attack: tables that leak nothing and once were called a leak or refused, and leaks that once were missed."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from privsynth.audits import AuditResult, audit_tables
from privsynth.audits.carried import find_carried
from privsynth.audits.copies import exchangeable_part
from privsynth.audits.risk import carried_rows
from privsynth.audits.spellings import label_columns, moments
from privsynth.audits.statistics import excess_p, rank_test
from privsynth.audits.strangeness import features
from privsynth.audits.tables import Tables, align
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


def test_dates_that_pandas_lacks_are_dates() -> None:
    cells = ["1500-01-01", "9999-12-31 12:00:00", "1969-12-31", "0001-01-01", "15000101", None, "1500-13-01", "x"]
    expected = [-171_664.0, 2_932_896.5, -1.0, -719_162.0, np.nan, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(moments(pd.Series(cells, dtype=object)), expected)
    np.testing.assert_array_equal(moments(pd.Series([dt.date(1500, 1, 1), dt.date(1969, 12, 31)])), [-171_664.0, -1.0])


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


def registered(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Pairs of labels that are often one row's alone and met by chance all the same, and surnames, most of them seldom."""
    labels = {name: [f"{name}{each}" for each in rng.integers(0, 26, rows)] for name in "abcd"}
    often = rng.random(rows) < 0.15
    names = np.where(often, rng.integers(0, 9, rows), rng.integers(10, 10**9, rows))
    return pd.DataFrame({**labels, "name": [f"surname {each}" for each in names]}, dtype=object)


def test_chance_hits_of_pairs_do_not_hide_names_that_were_carried_over() -> None:
    rng = np.random.default_rng(6)
    train, synthetic, holdout = (registered(600, rng) for _ in range(3))
    nothing = audited(train, synthetic, holdout)
    assert nothing.verdict == "no leak found"
    synthetic.loc[rng.choice(600, 18, replace=False), "name"] = train["name"][train["name"].str.len() > 12].to_numpy()[
        :18
    ]
    result = audited(train, synthetic, holdout)
    assert result.carried is not None
    found = result.carried
    assert min(found.train, found.holdout) > 0.5 * 600
    assert found.columns["name"] == (18, 0)
    diluted = {"member_hits": found.train, "hits": found.train + found.holdout}
    assert excess_p(**diluted, members=found.train_rows, rows=found.train_rows + found.holdout_rows) > 0.01
    assert (result.verdict, result.p_holm["carried"] < 1e-3) == ("leak", True)
    assert result.risk is not None
    named = {row for row, why in zip(result.risk.rows, result.risk.why, strict=True) if "carried" in why}
    assert named == set(train.index[train["name"].isin(set(synthetic["name"])) & (train["name"].str.len() > 12)])


def test_many_values_on_both_sides_are_no_proof_and_few_are_not_asked_by_themselves() -> None:
    def tables(inside: int, outside: int) -> Tables:
        own = [[f"{side}{min(row, 40)}" for row in range(60)] for side in "mh"]  # forty are alone
        sides = [pd.DataFrame({"k": "z", "t": texts}) for texts in own]
        shown = [f"m{row}" for row in range(inside)] + [f"h{row}" for row in range(outside)]
        return align(sides[0], pd.DataFrame({"k": "z", "t": [*shown, "new"]}), sides[1])

    six, seven, even = (find_carried(tables(*hits))[0].p_value for hits in ((6, 0), (7, 0), (9, 9)))
    alone = excess_p(member_hits=6, hits=6, members=40, rows=80), excess_p(member_hits=7, hits=7, members=40, rows=80)
    assert even == 1.0
    assert six == pytest.approx(alone[0])  # over all columns
    assert seven == pytest.approx(2 * alone[1])  # and in this column by itself


def test_marks_of_values_carried_over_are_ranked_by_what_carries_them() -> None:
    grades = np.zeros(1_000, dtype=np.int8)
    grades[:600:2], grades[:4] = 1, (4, 3, 3, 0)
    grades[500] = 3
    mark = carried_rows(grades, 500)
    assert list(mark.rows) == [0, 1, 2]
    assert np.allclose(mark.false_alarms, np.array([1, 2, 2]) / 501)


def test_copies_in_other_case_or_with_other_spaces_are_copies() -> None:
    rng = np.random.default_rng(7)

    def drawn(rows: int) -> pd.DataFrame:
        wards = np.array(["Saint Mary", "General Ward", "Day care", "North Wing"], dtype=object)
        labels = {name: wards[rng.integers(0, 4, rows)] for name in "pqrst"}
        return pd.DataFrame({**labels, "x": rng.normal(0, 1, rows).round(2), "y": rng.normal(0, 1, rows).round(2)})

    train, synthetic, holdout = (drawn(700) for _ in range(3))
    changes = (
        str.upper,
        str.lower,
        lambda text: f" {text}",
        lambda text: f"{text}\t",
        lambda text: text.replace(" ", "  "),
    )
    copied = train[:14].copy()
    for name in "pqrst":
        copied[name] = [changes[rng.integers(0, 5)](text) for text in copied[name]]
    assert (copied[list("pqrst")] != train[:14][list("pqrst")]).any(axis=1).all()
    result = audited(train, pd.concat([synthetic[14:], copied], ignore_index=True), holdout)
    assert result.copies is not None
    assert (result.verdict, result.copies.train_unique) == ("leak", 14)


def test_labels_that_differ_in_case_alone_stay_two_where_real_tables_have_both() -> None:
    real, made = pd.Series(["US", "us", "Fr", "012"]), pd.Series(["us", "Us", " FR", "fr ", "12", " 012 ", "x  Y"])
    assert [list(each) for each in label_columns([real, made], [0])] == [
        ["US", "us", "Fr", "012"],
        ["us", "Us", "Fr", "Fr", "12", "012", "x  Y"],
    ]


@pytest.mark.parametrize("identifiers", [frozenset(), frozenset("k")])
def test_a_single_unit_and_columns_with_a_single_value_raise_no_warning(identifiers: frozenset[str]) -> None:
    rng = np.random.default_rng(8)

    def drawn(rows: int) -> pd.DataFrame:
        lone = np.where(np.arange(rows) < 1, 1.5, np.nan)
        return pd.DataFrame({"x": rng.normal(0, 1, rows), "k": rng.choice(list("abc"), rows), "gap": lone})

    train, synthetic, holdout = (drawn(60) for _ in range(3))
    one = [Private(pd.Series([name] * 60)) for name in "uv"]
    for units in ((None, None), one):
        result = audit_tables(
            Private(train),
            synthetic,
            Private(holdout),
            train_units=units[0],
            holdout_units=units[1],
            sensitive=(),
            identifiers=identifiers,
        )
        assert result.verdict == ("no leak found" if units[0] is None else "inconclusive")


def test_a_holdout_of_another_population_is_refused_with_the_column_that_tells() -> None:
    rng = np.random.default_rng(9)

    def drawn(older: float, together: float) -> pd.DataFrame:
        x = rng.normal(0, 1, 300)
        return pd.DataFrame({"age": rng.normal(older, 1, 300), "x": x, "y": together * x + rng.normal(0, 0.1, 300)})

    train, synthetic = drawn(0, 1), drawn(0, 1)
    assert "most clearly in `age`), so no attack" in " ".join(audited(train, synthetic, drawn(0.6, 1)).reasons)
    turned = audited(train, synthetic, drawn(0, -1))
    assert "not from one population" in turned.reasons[0]
    assert "most clearly" not in turned.reasons[0]


def test_what_would_have_been_found_are_copies_of_whole_rows() -> None:
    rng = np.random.default_rng(10)
    tables = [pd.DataFrame(rng.normal(0, 1, (150, 2)), columns=["x", "y"]) for _ in range(3)]
    assert "Verbatim copies, in every compared column, of" in audited(*tables).reasons[1]


def test_tables_that_were_split_by_rows_and_not_by_units_are_told() -> None:
    def told(train: list[object], holdout: list[object]) -> str:
        sides = [(pd.DataFrame({"x": range(len(each))}), pd.Series(each, dtype=object)) for each in (train, holdout)]
        return " ".join(one_row_per_unit(*sides[0], *sides[1], seed=0)[2])

    train, holdout = [1.0, 2.0, 3.0, None, None], ["3", "4", "5", "6", "7", None]
    assert "1 held-out rows belong to units that train has" in told(train, holdout)
    assert "split by rows" not in told(train, holdout)  # one unit of ten
    assert "split by rows, not by units: 11% of the units" in told(train[:4], holdout)
    assert "Split by units." in told(train[:4], holdout)


def test_the_unit_that_a_schema_states_is_audited_by_one_row_of_each() -> None:
    from privsynth import audit
    from privsynth.tableschema import schema_from_declaration

    rng = np.random.default_rng(11)
    people = [
        pd.DataFrame({"id": np.repeat(np.arange(60) + 100 * side, 3), "x": rng.normal(size=180)}) for side in (0, 1)
    ]
    made = pd.DataFrame({"x": rng.normal(size=120)})
    declared = {"unit": "id", "max_rows": 3, "columns": {"x": {"lower": -5, "upper": 5}}}
    schema = schema_from_declaration(declared, ["id", "x"])
    thinned = "One row of each unit was audited: 60 of 180 train rows."
    assert thinned in audit(people[0], made, people[1], schema=schema).warnings
    without = audit(people[0], made, people[1].drop(columns="id"), schema=schema).warnings
    assert not [each for each in without if "One row of each unit" in each]
    assert thinned in audit(people[0], made, people[1].drop(columns="id").assign(id=range(180)), schema=schema).warnings
