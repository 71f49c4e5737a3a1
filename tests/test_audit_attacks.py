"""Membership scores beyond the nearest neighbour: each finds a leak that the others miss, and none is fooled by chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from audit_worlds import World, planted, worlds

from privsynth.audits import cells, crowding
from privsynth.audits.attacks import measure_attack
from privsynth.audits.cells import code_cells, matched_scores
from privsynth.audits.pool import Pool, assemble
from privsynth.audits.result import LEVEL
from privsynth.audits.scores import claimed, crowded, matched, membership_scores
from privsynth.audits.tables import align

Floats = np.ndarray[Any, np.dtype[np.float64]]


SCORES: dict[str, Callable[[Pool], Floats]] = {"claimed": claimed, "matched": matched, "crowded": crowded}
NEW = tuple(SCORES)


def pooled(world: World, *, seed: int = 0) -> Pool:
    train, synthetic, holdout = world
    return assemble(align(train, synthetic, holdout), seed=seed, max_rows=20_000)


def p_values(world: World) -> dict[str, float]:
    pool = pooled(world)
    scores = membership_scores(pool)
    return {score.name: measure_attack(score.name, score.what, score.values, pool.member).p_value for score in scores}


def shaken(table: pd.DataFrame, noise: float, rng: np.random.Generator) -> pd.DataFrame:
    """Every number moved by so many interquartile ranges."""
    made = table.copy()
    for name in made.columns[:7]:
        spread = float(table[name].quantile(0.75) - table[name].quantile(0.25))
        made[name] += noise * spread * rng.standard_normal(len(made))
    return made


def noisy_copies(seed: int) -> World:
    """All synthetic rows are train rows under strong noise, half of their labels redrawn."""
    rng = np.random.default_rng([1, seed])
    train, _, holdout = worlds(seed, 120)
    synthetic = shaken(train, 0.9, rng)
    for name in ("city", "sex"):
        redrawn = rng.random(len(train)) < 0.5
        synthetic.loc[redrawn, name] = rng.choice(train[name].to_numpy(dtype=object), int(redrawn.sum()))
    return train, synthetic, holdout


def partly_redrawn_copies(seed: int) -> World:
    """An eighth of the synthetic rows are train rows in which four of nine cells are those of other train rows."""
    rng = np.random.default_rng([2, seed])
    train, synthetic, holdout = worlds(seed, 600)
    copies = train[:80].reset_index(drop=True)
    for row in range(len(copies)):
        for at in rng.choice(copies.shape[1], 4, replace=False):
            copies.iloc[row, at] = train.iloc[int(rng.integers(len(train))), at]
    return train, planted(synthetic, copies), holdout


def blurred_groups(seed: int) -> World:
    """Each cell of a synthetic row is that of another row out of a hundred train rows alike in one column, under noise."""
    rng = np.random.default_rng([3, seed])
    train, _, holdout = worlds(seed, 600)
    groups = np.argsort(train["a"].to_numpy(), kind="stable").reshape(-1, 100)
    group = groups[rng.integers(len(groups), size=1_500)]
    picked = {name: group[np.arange(len(group)), rng.integers(100, size=len(group))] for name in train}
    synthetic = pd.DataFrame({name: train[name].to_numpy()[rows] for name, rows in picked.items()})
    return train, shaken(synthetic, 0.1, rng), holdout


class TestPower:
    """Each score finds, at the level that Holm's correction leaves to one of nine tests, what nearest neighbours miss."""

    @pytest.mark.parametrize(
        ("leak", "finder", "seeds"),
        [(noisy_copies, "claimed", 5), (partly_redrawn_copies, "matched", 3), (blurred_groups, "crowded", 3)],
    )
    def test_each_score_finds_its_leak(self, leak: Callable[[int], World], finder: str, seeds: int) -> None:
        found = pd.DataFrame([p_values(leak(seed)) for seed in range(seeds)]) < LEVEL / 9
        assert found[finder].mean() >= 0.75
        assert found[["nearest-1", "nearest-5"]].mean().max() <= 0.5

    def test_a_row_that_shares_most_cells_with_a_synthetic_row_matches_best(self) -> None:
        rng = np.random.default_rng(0)
        rows, synthetic = (
            pd.DataFrame({f"column {at}": rng.integers(30, size=count).astype(str) for at in range(10)})
            for count in (400, 300)
        )
        synthetic.iloc[7, :7] = rows.iloc[5, :7]
        assert matched_scores(code_cells(rows, synthetic, frozenset()), seed=0).argmax() == 5


class TestWithoutALeak:
    def test_p_values_are_not_small(self) -> None:
        found = pd.DataFrame([p_values(worlds(500 + seed, 100)) for seed in range(20)])[[*NEW, "combined"]]
        assert float(found.min().min()) > 0.001
        assert ((found < 0.1).mean() <= 0.3).all()

    def test_rows_that_everybody_shares_are_no_evidence(self) -> None:
        rng = np.random.default_rng(0)
        tables = [pd.DataFrame(rng.integers(0, 2, (200, 3)).astype(str), columns=list("abc")) for _ in range(3)]
        found = p_values((tables[0], tables[1], tables[2]))
        assert min(found[name] for name in NEW) > 0.01


class TestScores:
    @pytest.mark.parametrize("name", NEW)
    def test_order_of_rows_and_columns_does_not_matter(self, name: str) -> None:
        rng = np.random.default_rng(4)
        train, synthetic, holdout = worlds(6, 150)
        orders = [rng.permutation(150) for _ in range(3)]
        turned = [
            table.iloc[order, ::-1].reset_index(drop=True)
            for table, order in zip((train, synthetic, holdout), orders, strict=True)
        ]
        pool, other = pooled((train, synthetic, holdout)), pooled((turned[0], turned[1], turned[2]))
        scores = SCORES[name](pool)[np.concatenate([orders[0], 150 + orders[2]])]
        np.testing.assert_allclose(SCORES[name](other), scores, atol=1e-5)

    @pytest.mark.parametrize("name", NEW)
    def test_a_seed_gives_the_same_scores(self, name: str) -> None:
        pool = pooled(worlds(7, 80), seed=3)
        assert SCORES[name](pool).tobytes() == SCORES[name](pool).tobytes()

    @pytest.mark.parametrize("name", NEW)
    def test_odd_tables_have_scores_without_gaps(self, name: str) -> None:
        for world in odd_worlds():
            pool = pooled(world)
            scores = SCORES[name](pool)
            assert scores.dtype == np.float64
            assert scores.shape == (len(pool.rows),)
            assert np.isfinite(scores).all()

    def test_rows_are_compared_in_parts_with_the_same_result(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pool = pooled(worlds(8, 100))
        whole = matched(pool)
        monkeypatch.setattr(cells, "CHUNK_ROWS", 7)
        np.testing.assert_array_equal(matched(pool), whole)

    def test_at_most_so_many_synthetic_rows_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pool = pooled(worlds(9, 100))
        whole = crowded(pool)
        monkeypatch.setattr(crowding, "MOST_ROWS", 50)
        assert not np.array_equal(crowded(pool), whole)
        assert crowded(pool).tobytes() == crowded(pool).tobytes()


def odd_worlds() -> list[World]:
    """Tables with a missing or constant column, one column, one synthetic row, a copy of train, and few rows."""
    train, synthetic, holdout = worlds(10, 40)
    blank = [table.assign(c=np.nan, city=None, sex="m") for table in (train, synthetic, holdout)]
    return [
        (blank[0], blank[1], blank[2]),
        (train[["a"]], synthetic[["a"]], holdout[["a"]]),
        (train[["city"]], synthetic[["city"]], holdout[["city"]]),
        (train, synthetic[:1], holdout),
        (train, train, holdout),
        (train[:2], synthetic[:2], holdout[:2]),
    ]
