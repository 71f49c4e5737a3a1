"""Outliers: who they are, what is found beside them, the smallest leak that would be found, and the list of rows at risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from audit_worlds import (
    audit,
    blurred,
    census_worlds,
    needs_census,
    outlying,
    planted,
    rarest,
    say,
    share_under,
    two_errors,
    worlds,
)

from privsynth.audits import audit_tables
from privsynth.audits.attacks import Score
from privsynth.audits.copies import Copies, count_copies
from privsynth.audits.outliers import MIN_OUTLIERS, Outliers, OutlyingRows, find_outliers, measure_outliers
from privsynth.audits.pool import Pool, assemble
from privsynth.audits.power import PLANTINGS, POWER, smallest_detectable
from privsynth.audits.risk import Mark, copied_rows, rank_rows
from privsynth.audits.statistics import bonferroni, excess_p
from privsynth.audits.strangeness import consensus, measure_strangeness
from privsynth.audits.tables import align, row_keys
from privsynth.privacy import Private


def pooled(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame, *, max_rows: int = 20_000) -> Pool:
    return assemble(align(train, synthetic, holdout), seed=0, max_rows=max_rows)


def outliers_of(pool: Pool) -> Outliers:
    return measure_outliers(find_outliers(pool), pool.member)


def by_score(found: Outliers) -> dict[str, float]:
    return {str(score["name"]): float(score["p_value"]) for score in found.scores if score["p_value"] is not None}


class TestStrangeness:
    def test_the_forest_and_the_rarity_find_rows_that_lie_far_out_and_rare_pairs(self) -> None:
        rng = np.random.default_rng(0)
        table = pd.DataFrame({"x": rng.standard_normal(500), "y": rng.choice(["a", "b"], 500).astype(object)})
        table["z"] = table["y"].to_numpy()
        table.loc[3, "x"], table.loc[7, "z"] = 40.0, "b" if table.loc[7, "y"] == "a" else "a"
        found = measure_strangeness(table, table[:0], frozenset({"x"}), seed=0)
        assert np.argmax(found.real["forest"]) == 3
        assert {3, 7} <= set(np.argsort(-found.real["rarity"])[:20])

    def test_synthetic_rows_are_scored_against_the_real_ones(self) -> None:
        rng = np.random.default_rng(1)
        table = pd.DataFrame({"x": rng.standard_normal(300), "y": rng.choice(["a", "b"], 300).astype(object)})
        made = pd.DataFrame({"x": [0.0, 50.0, np.nan], "y": np.array(["a", "new", None], dtype=object)})
        found = measure_strangeness(table, made, frozenset({"x"}), seed=0)
        for scores in found.synthetic.values():
            assert scores[0] < min(scores[1:])
        assert found.synthetic["rarity"][1] > 0.9 * np.log(300)

    def test_the_rarest_pair_decides_and_the_mean_breaks_ties(self) -> None:
        y = np.array(["a"] * 50 + ["b"] * 50 + ["c", "d"], dtype=object)
        table = pd.DataFrame({"y": y, "z": np.where(np.arange(102) % 2, "e", "f").astype(object)})
        rarity = measure_strangeness(table, table[:0], frozenset(), seed=0).real["rarity"]
        assert set(np.argsort(-rarity)[:2]) == {100, 101}
        assert rarity[100] == pytest.approx(np.log(102), abs=1e-4)

    def test_extreme_constant_and_empty_columns_are_met(self) -> None:
        table = pd.DataFrame({"x": [1e300, -1e300, 1e-300, *np.arange(47.0)], "y": np.nan, "z": 1.0})
        table["n"] = pd.Series([None] * 50, dtype=object)
        found = measure_strangeness(table, table, frozenset({"x", "y", "z"}), seed=0)
        assert all(np.isfinite(scores).all() for scores in (*found.real.values(), *found.synthetic.values()))

    def test_consensus_is_the_mean_rank(self) -> None:
        assert consensus([np.array([3.0, 1.0, 2.0]), np.array([30.0, 10.0, 10.0])]) == pytest.approx(
            [1, 5 / 12, 7 / 12]
        )


class TestStrata:
    def test_who_is_an_outlier_does_not_depend_on_who_is_in_train(self) -> None:
        pool = pooled(*worlds(0, 300))
        turned = replace(pool, member=~pool.member)
        one, other = find_outliers(pool), find_outliers(turned)
        assert all(np.array_equal(one.chosen[key], other.chosen[key]) for key in one.chosen)
        assert np.array_equal(one.hits, other.hits)
        assert np.array_equal(one.nearest, other.nearest)

    def test_each_score_has_three_strata_and_they_share_the_level(self) -> None:
        found = outliers_of(pooled(*worlds(1, 1_200)))
        assert [(s.score, s.share) for s in found.strata[:3]] == [("distance", q) for q in (0.01, 0.05, 0.1)]
        assert len(found.strata) == 12
        for score in found.scores:
            mine = [s.p_value for s in found.strata if s.score == score["name"] and s.p_value is not None]
            assert score["p_value"] == bonferroni(mine)
        assert found.p_value == bonferroni(list(by_score(found).values()))

    def test_under_fifty_outliers_a_side_nothing_is_said(self) -> None:
        train, synthetic, holdout = worlds(2, 400)
        result = audit(train, planted(synthetic, outlying(train, 8)), holdout)
        assert result.outlier_verdict == "inconclusive"
        assert result.outliers is not None
        assert result.outliers.p_value is None
        assert result.outliers.hit_rate_train is None
        assert all(min(s.train, s.holdout) < MIN_OUTLIERS for s in result.outliers.strata)

    @pytest.mark.parametrize("seed", range(2))
    def test_copied_rows_with_rare_labels_are_found_by_their_rarity_first(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        tables = [pd.DataFrame(rng.geometric(0.5, (1_500, 8)).clip(max=7).astype(str)) for _ in range(3)]
        train, synthetic, holdout = (
            table.add_prefix("c").astype(object).assign(x=rng.random(1_500)) for table in tables
        )
        surprise = np.max(
            [-np.log(train[c].map(train[c].value_counts(normalize=True))) for c in train if c != "x"], axis=0
        )
        chosen = train.iloc[np.argsort(-surprise)[:30]]
        found = by_score(outliers_of(pooled(train, planted(synthetic, blurred(chosen, 0.02, rng)), holdout)))
        assert found["rarity"] < 1e-3
        assert found["rarity"] < found["distance"]

    def test_only_a_part_of_the_rows_may_be_there_the_most_unusual_of_all(self) -> None:
        pool = pooled(*worlds(3, 1_000))
        part = replace(pool, share=0.2)  # as if these 2,000 were the farthest fifth of 10,000
        chosen = find_outliers(part).chosen
        assert [round(chosen["distance", q].sum(), -1) for q in (0.01, 0.05, 0.1)] == [100, 500, 1000]
        least = find_outliers(replace(pool, share=0.004)).chosen
        assert {share for _, share in least} == {0.004}
        assert all(stratum.all() for stratum in least.values())


class TestSyntheticSide:
    def test_several_synthetic_rows_beside_one_real_row_count_once(self) -> None:
        member = np.arange(10) < 5
        rows = OutlyingRows(
            chosen={("consensus", 0.1): np.ones(10, bool)},
            hits=np.zeros(10, bool),
            scores=np.zeros(10),
            nearest=np.array([0, 1, 2, 7]),
            looked=50,
        )
        side = measure_outliers(rows, member).synthetic_side
        assert (side.rows, side.real_rows, side.train, side.expected) == (50, 4, 3, 2.0)
        assert side.p_value == pytest.approx(excess_p(member_hits=3, hits=4, members=5, rows=10))

    def test_copied_outliers_of_train_draw_outlying_synthetic_rows_to_train(self) -> None:
        train, synthetic, holdout = worlds(4, 1_000)
        strange = find_outliers(pooled(train, synthetic, holdout)).chosen["consensus", 0.05]
        copies = train[strange[: len(train)]]
        side = outliers_of(pooled(train, planted(synthetic, copies), holdout)).synthetic_side
        assert 50 <= side.rows <= 52
        assert side.train > 1.2 * side.expected
        assert side.p_value < 0.05


class TestDetectable:
    def planting(self, seed: int = 5, rows: int = 1_000) -> tuple[Copies, Outliers, OutlyingRows, Pool]:
        train, synthetic, holdout = worlds(seed, rows)
        tables = align(train, synthetic, holdout)
        assert tables.holdout is not None
        keys = [row_keys(table, tables.numeric) for table in (tables.train, tables.synthetic, tables.holdout)]
        pool = assemble(tables, seed=0, max_rows=20_000)
        found = find_outliers(pool)
        return count_copies(*keys), measure_outliers(found, pool.member), found, pool

    def test_planted_leaks_of_that_size_are_found_with_the_power_that_is_told(self) -> None:
        copies, outliers, rows, pool = self.planting()
        found = smallest_detectable(copies, outliers, rows, pool.member, level=0.01, tests=6, seed=0)
        assert found.power is not None
        assert found.copied_rows is not None
        assert found.outlier_rows is not None
        assert POWER - 2 * (0.05 * 0.95 / PLANTINGS) ** 0.5 <= found.power <= 1
        around = rows.chosen["consensus", 0.1] & pool.member
        assert found.outlier_share == found.outlier_rows / around.sum()
        shares = {}
        for met in (found.outlier_rows, found.outlier_rows // 2):
            hits = []
            for draw in range(20):
                planted_rows = rows.hits.copy()
                free = np.flatnonzero(around & ~rows.hits)
                planted_rows[np.random.default_rng([draw, 7]).choice(free, met, replace=False)] = True
                p = measure_outliers(replace(rows, hits=planted_rows), pool.member).p_value
                hits.append(p is not None and p < 0.01 / 6)
            shares[met] = float(np.mean(hits))
        assert shares[found.outlier_rows] >= 0.8
        assert shares[found.outlier_rows // 2] < 0.6

    def test_chance_copies_make_copying_harder_to_find(self) -> None:
        copies, outliers, rows, pool = self.planting()

        def needed(**counts: int) -> int:
            found = smallest_detectable(
                replace(copies, **counts), outliers, rows, pool.member, level=0.01, tests=6, seed=0
            ).copied_rows
            assert found is not None
            return found

        assert needed() < needed(train_unique=30, holdout_unique=30) < needed(train_unique=20, holdout_unique=40)
        assert needed() < needed(train_unique_rows=500)

    def test_where_no_row_is_unique_no_share_would_be_found(self) -> None:
        copies, outliers, rows, pool = self.planting()
        none = replace(outliers, strata=tuple(replace(s, p_value=None) for s in outliers.strata))
        barren = replace(copies, train_unique_rows=3, holdout_unique_rows=3)
        found = smallest_detectable(barren, none, rows, pool.member, level=0.01, tests=6, seed=0)
        assert (found.copied_rows, found.copied_share, found.outlier_rows, found.power) == (None, None, None, None)


class TestRisk:
    def test_the_false_alarms_are_held_out_rows_that_score_as_high(self) -> None:
        member = np.array([True, True, False, False, False])
        scores = [Score(name="one", what="", values=np.array([5.0, 1.0, 4.0, 1.0, 0.0]))]
        risk = rank_rows(scores, [Mark(name="mark", rows=np.array([1, 9]), false_alarms=0.5)], member, np.array([4, 1]))
        assert risk.rows.tolist() == [4, 1, 9]
        assert risk.false_alarms == pytest.approx([2 * 0.25, 1.0, 1.0])
        assert risk.to_json() == []  # with three held-out rows nothing is under one in a hundred

    def test_the_list_names_copied_rows_first_by_their_number_in_the_table_as_given(self) -> None:
        train, synthetic, holdout = worlds(6, 500)
        overlapping = pd.concat([holdout[60:], train[:60]])
        shuffled = train.set_axis(np.random.default_rng(0).permutation(500), axis=0)
        copied = [499, 250, 70, 130]
        result = audit(shuffled, planted(synthetic, shuffled.iloc[copied]), overlapping)
        assert result.overlap is not None
        assert result.overlap.dropped == 60
        told = result.to_json()["at_risk"]
        assert {row["row"] for row in told[:4]} == set(copied)
        assert all({"copies", "nearest-1"} <= set(row["why"]) for row in told[:4])
        tests = len(result.attacks) + 2
        assert told[0]["false_alarms"] == pytest.approx(tests / 441)
        assert len(told) <= 50

    def test_all_rows_can_be_had_as_a_table_without_a_cell(self) -> None:
        train, synthetic, holdout = worlds(7, 200)
        for table in (train, synthetic, holdout):
            table["city"] = "CANARY-7731"
        frame = audit(train, pd.concat([synthetic, train[:9]]), holdout).rows_at_risk()
        assert list(frame.columns) == ["code", "row", "false_alarms", "why"]
        assert sorted(frame["row"]) == list(range(200))
        assert frame["false_alarms"].is_monotonic_increasing
        assert "7731" not in frame.to_csv()
        assert len(audit(train, synthetic, None).rows_at_risk()) == 0

    def test_rows_of_thinned_units_keep_their_number(self) -> None:
        train, synthetic, holdout = worlds(8, 300)
        doubled = pd.concat([train, train.assign(a=train["a"] + 0.01)], ignore_index=True)
        units = Private(pd.Series([*range(300)] * 2))
        result = audit_tables(
            Private(doubled), planted(synthetic, doubled[270:330]), Private(holdout), train_units=units
        )
        found = [row["row"] for row in result.to_json()["at_risk"] if "copies" in row["why"]]
        assert len(found) > 15
        assert all(270 <= row < 330 for row in found)

    def test_copied_rows_that_were_not_attacked_are_on_the_list(self) -> None:
        train, synthetic, holdout = worlds(9, 600)
        result = audit(train, planted(synthetic, train[:40]), holdout, max_rows=100)
        told = [row["row"] for row in result.to_json()["at_risk"] if "copies" in row["why"]]
        assert set(told) == set(range(40))

    def test_rows_that_repeat_are_nobodys_copy(self) -> None:
        keys = np.array([1, 1, 2, 3], dtype=np.uint64)
        mark = copied_rows(keys, np.array([1, 2, 9], dtype=np.uint64), np.array([7, 9, 3], dtype=np.uint64))
        assert mark.rows.tolist() == [2]
        assert mark.false_alarms == (1 + 1) / (3 + 1)

    def test_train_and_holdout_of_two_populations_give_no_list(self) -> None:
        train, synthetic, holdout = worlds(10, 300)
        result = audit(train, synthetic, holdout.assign(a=holdout["a"] + 3))
        assert result.verdict == "inconclusive"
        assert result.to_json()["at_risk"] == []


@needs_census
@pytest.mark.audit
@pytest.mark.parametrize("choose", ["distance", "rarest"])
def test_two_per_cent_of_census_outliers_with_noise_are_found_where_the_overall_test_sees_nothing(choose: str) -> None:
    found, overall = [], []
    for seed in range(6):
        train, synthetic, holdout = census_worlds(seed, 4_000)
        rng = np.random.default_rng(seed)
        chosen = rarest(train, 80) if choose == "rarest" else remote(train, 80)
        result = audit(train, planted(synthetic, blurred(chosen, 0.02, rng)), holdout)
        assert result.outliers is not None
        assert result.outliers.p_value is not None
        found.append(result.outliers.p_value)
        overall.append(result.attacks[0].rank_p)
    say(
        f"census, 80 outliers ({choose}) of 4,000: outlier p at most {max(found):.1e}; overall p {np.median(overall):.2f}"
    )
    assert max(found) < 1e-6
    assert np.median(overall) > 0.05


def remote(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The rows of a table that lie farthest from their five nearest others."""
    pool = pooled(table, table[:1], table[:1])
    return table.iloc[np.argsort(-pool.found.real[: len(table)].mean(axis=1))[:rows]]


def null_p_values(seeds: range, rows: int) -> tuple[list[float], list[float]]:
    found = [outliers_of(pooled(*worlds(seed, rows))) for seed in seeds]
    return [each.p_value for each in found if each.p_value is not None], [each.synthetic_side.p_value for each in found]


def check_null(p_values: Callable[[], tuple[list[float], list[float]]]) -> None:
    for found in p_values():
        for level in (0.05, 0.2):
            assert share_under(found, level) <= two_errors(level, len(found))


def test_without_a_leak_p_values_are_not_too_small() -> None:
    check_null(lambda: null_p_values(range(30), 540))


@pytest.mark.audit
def test_without_a_leak_p_values_are_not_too_small_in_many_runs() -> None:
    check_null(lambda: null_p_values(range(200), 600))
