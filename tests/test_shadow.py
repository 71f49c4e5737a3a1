"""Shadow fits: a generator that memorises is found, one that is blind to its rows is not, and nothing of them is kept."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jsonschema
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import privsynth
from privsynth import shadowing
from privsynth.accounting import event_to_json
from privsynth.audits.attacks import measure_attack
from privsynth.audits.shadows import likelihood
from privsynth.audits.shadows.fits import Promise, audit_shadows
from privsynth.audits.shadows.pool import ShadowPool, Toss, assemble_pool
from privsynth.audits.shadows.queries import Worlds
from privsynth.audits.shadows.result import Bound, joined
from privsynth.audits.shadows.targets import TargetPool, choose_targets
from privsynth.cli import cli
from privsynth.errors import ArtifactError, UsageError
from privsynth.fitting import execute
from privsynth.generators.baselines import sdv_copula
from privsynth.generators.fitted import Fitted
from privsynth.noise import ExactAnswers
from privsynth.pipeline import plan_fit, shadow_audit
from privsynth.privacy import Private
from privsynth.table.source import open_table
from privsynth.table.stacked import stacked

DECLARED: dict[str, Any] = {
    "target": "sex",
    "columns": {"age": {"lower": 18, "upper": 95, "integer": True}, "sex": ["f", "m"], "city": list("abcdef")},
}


def people(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 96, rows).astype(float),
            "pay": rng.lognormal(3, 1, rows),
            "sex": rng.choice(np.array(["f", "m"], dtype=object), rows),
            "city": rng.choice(np.array(list("abcdef"), dtype=object), rows, p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.05]),
        }
    )


def pooled(train_rows: int, rows: int, seed: int = 0, **options: Any) -> ShadowPool:
    table = people(rows, seed)
    holdout = Private(table[train_rows:].reset_index(drop=True)) if train_rows < rows else None
    return assemble_pool(Private(table[:train_rows]), holdout, seed=seed, **options)


def blind(_: Toss, seed: int) -> pd.DataFrame:
    """Draw from the population, whatever the rows are."""
    return people(60, seed + 10_000)


class Memoriser:
    """A generator without noise that repeats one of its rows in `every`, always the same ones, among rows of the population."""

    def __init__(self, pool: ShadowPool, every: int) -> None:
        self.pool, self.every = pool, every

    def __call__(self, toss: Toss, seed: int) -> pd.DataFrame:
        repeated = toss.scored & (np.arange(len(toss.scored)) % self.every == 0)
        table: pd.DataFrame = pd.concat([blind(toss, seed), self.pool.rows[repeated]], ignore_index=True)
        return table


def audited(pool: ShadowPool, make: Any, **options: Any) -> Any:
    return audit_shadows(pool, make, generator="toy", **({"shadows": 8} | options))


class TestWhatIsFound:
    def test_a_generator_that_repeats_its_rows_is_found(self) -> None:
        pool = pooled(150, 200)
        make = Memoriser(pool, 1)
        target = pd.concat([people(100, 77), pool.rows[pool.member]], ignore_index=True)
        found = audited(pool, make, target=target)
        assert found.evidence.auc > 0.95
        assert found.evidence.attack.tpr_at_fpr["0.01"] > 0.8
        assert found.evidence.p_value < 1e-50
        assert found.target.auc > 0.95
        assert found.target.p_value < 1e-10

    def test_a_few_repeated_rows_are_found_and_named(self) -> None:
        pool = pooled(200, 200)
        found = audited(pool, Memoriser(pool, 20), shadows=16)
        assert found.evidence.p_value < 1e-4
        assert found.evidence.attack.tpr_at_fpr["0.001"] > 0.02
        named = {each["row"] for each in found.most_vulnerable[:10]}
        assert len(named & set(range(0, 200, 20))) >= 9
        assert all(each["auc"] > 0.9 for each in found.most_vulnerable[:9])

    def test_a_generator_that_is_blind_to_its_rows_is_not_found(self) -> None:
        every = [audited(pooled(90, 120, seed), blind, shadows=6, target=people(60, seed + 500)) for seed in range(10)]
        areas = np.array([each.evidence.auc for each in every])
        assert abs(areas.mean() - 0.5) < 0.025
        assert sum(low <= 0.5 <= high for low, high in (each.evidence.auc_ci for each in every)) >= 7
        assert sum(each.evidence.p_value < 0.05 for each in every) <= 2
        assert 0.25 < np.mean([each.target.p_value for each in every]) < 0.95
        assert sum(each.target.p_value < 0.01 for each in every) <= 1

    def test_p_values_of_single_scores_are_uniform_where_nothing_leaks(self) -> None:
        rng = np.random.default_rng(1)
        found = []
        for _ in range(100):
            scores = likelihood.settle(rng.standard_normal((2, 60, 8)) + rng.standard_normal((2, 60, 1)))
            coins = rng.random((60, 8)) < 0.5
            half = np.arange(8) < 4
            judged = likelihood._judged(scores, coins, half)
            found.append(measure_attack("", "", judged.ravel(), coins[:, ~half].ravel()).rank_p)
        assert 0.4 < np.mean(found) < 0.6
        assert np.mean(np.array(found) < 0.05) < 0.13

    def test_the_likelihood_ratio_is_that_of_two_normal_laws(self) -> None:
        rng = np.random.default_rng(2)
        coins = rng.random((2000, 32)) < 0.5
        scores = rng.standard_normal((1, 2000, 32)) * 3 + 3 * coins
        learned = likelihood.learn(scores, coins)
        assert np.allclose(learned.shift, 1, atol=0.5)
        assert abs(learned.shift.mean() - 1) < 0.05
        assert abs(learned.spread.mean() - 3) < 0.1
        evidence = likelihood.measure_shadows(likelihood.settle(scores), coins)
        assert abs(evidence.auc - 0.7602) < 0.02  # of two normal laws one spread apart
        assert evidence.auc_ci[0] < 0.7602 + 0.01
        assert evidence.row_auc.shape == (2000,)

    def test_rates_of_false_alarms_that_few_pairs_cannot_show_are_not_held_against_the_guarantee(self) -> None:
        coins = np.random.default_rng(4).random((60, 8)) < 0.5
        scores = likelihood.settle(10.0 * coins[None] + np.random.default_rng(5).standard_normal((1, 60, 8)))
        low = likelihood.measure_shadows(scores, coins).tpr_low
        assert low["0.001"] == low["0.01"] == 0
        assert low["0.1"] > 0.5

    def test_rows_that_no_table_holds_or_leaves_out_are_judged_as_all_others(self) -> None:
        rng = np.random.default_rng(3)
        coins = rng.random((50, 4)) < 0.5
        coins[0], coins[1] = True, False
        evidence = likelihood.measure_shadows(likelihood.settle(rng.standard_normal((2, 50, 4))), coins)
        assert evidence.row_auc[0] == evidence.row_auc[1] == 0.5
        assert np.isfinite(evidence.separation).all()
        nothing = likelihood.learn(np.zeros((1, 5, 2)), np.ones((5, 2), dtype=np.bool_))
        assert (nothing.separation == 0).all()


class TestTheGuarantee:
    def test_a_finding_beyond_the_guarantee_is_a_leak(self) -> None:
        pool = pooled(150, 150)
        promise = Promise(mu=0.2, delta=0.0, replaced=1.0, replaced_delta=1e-6)
        found = audited(pool, Memoriser(pool, 1), promise=promise)
        assert found.exceeds_bound
        document = joined({"verdict": "no leak found", "reasons": ["None."]}, found)
        assert document["verdict"] == "leak"
        assert "more than its guarantee" in document["reasons"][0]

    def test_what_a_guarantee_allows_is_no_leak(self) -> None:
        pool = pooled(150, 150)
        found = audited(
            pool, Memoriser(pool, 1), promise=Promise(mu=9.0, delta=0.0, replaced=90.0, replaced_delta=1e-6)
        )
        assert not found.exceeds_bound
        assert joined({"verdict": "inconclusive", "reasons": []}, found)["verdict"] == "inconclusive"

    def test_without_a_guarantee_telling_who_was_in_is_a_leak(self) -> None:
        pool = pooled(150, 150)
        found = audited(pool, Memoriser(pool, 1))
        assert found.exceeds_bound is None
        assert joined({"verdict": "inconclusive", "reasons": []}, found)["verdict"] == "leak"
        assert joined({"verdict": "inconclusive", "reasons": []}, audited(pool, blind))["verdict"] == "inconclusive"

    def test_the_bound_is_that_of_gaussian_dp(self) -> None:
        bound = Bound.of(1.0, 0.0, ("0.01",))
        assert bound.auc == pytest.approx(0.7602, abs=1e-4)
        assert bound.tpr_at_fpr["0.01"] == pytest.approx(0.0924, abs=1e-4)
        assert Bound.of(0.0, 0.0, ("0.01",)).tpr_at_fpr["0.01"] == pytest.approx(0.01)


class TestLabels:
    def test_which_rows_are_train_rows_enters_no_score(self) -> None:
        one, other = pooled(150, 200), pooled(60, 200)
        assert one.member.sum() != other.member.sum()
        seen = [pool.see(blind(pool.toss(0), 5)) for pool in (one, other)]
        assert np.array_equal(seen[0].nearness, seen[1].nearness)
        assert np.array_equal(one.scores(seen[0], one.weights(seen)), other.scores(seen[1], other.weights(seen)))
        assert np.array_equal(one.toss(3).scored, other.toss(3).scored)

    def test_coins_are_fair_and_differ_between_shadows(self) -> None:
        pool = pooled(400, 400)
        coins = np.stack([pool.toss(number).scored for number in range(20)])
        assert abs(coins.mean() - 0.5) < 0.03
        assert abs(np.asarray(np.corrcoef(coins))[np.triu_indices(20, 1)]).max() < 0.25

    def test_rows_of_a_unit_share_a_coin_and_one_of_them_is_scored(self) -> None:
        table = people(300, 0)
        units = pd.Series([f"u{at // 3}" for at in range(297)] + [None] * 3)
        pool = assemble_pool(
            Private(table[:200]),
            Private(table[200:].reset_index(drop=True)),
            train_units=Private(units[:200]),
            holdout_units=Private(units[200:].reset_index(drop=True)),
        )
        keep = pool.toss(0).keep.reveal()
        for unit in range(66):
            assert len(set(keep[3 * unit : 3 * unit + 3])) == 1
        assert not pool.usable[200:201].any()  # a held-out row of a unit that train has
        assert len(pool.rows) == 67 + 32 + 3
        assert len(set(pool.owner[pool.places])) == len(pool.rows)

    def test_without_rows_to_compare_the_own_table_is_not_tested(self) -> None:
        alone = audited(pooled(100, 100), blind, shadows=4, target=people(50, 1))
        assert alone.target is None
        assert "held-out" in alone.warnings[0]
        shifted = people(100, 1).assign(age=90.0)
        pool = assemble_pool(Private(people(100, 0)), Private(shifted))
        assert audited(pool, blind, shadows=4, target=people(50, 1)).target is None
        few = assemble_pool(Private(people(100, 0)), Private(people(10, 1)))
        assert not few.comparable

    def test_held_out_rows_that_train_has_take_no_part(self) -> None:
        table = people(200, 0)
        pool = assemble_pool(Private(table[:150]), Private(table[100:].reset_index(drop=True)))
        assert not pool.usable[150:200].any()
        assert pool.usable[200:].all()
        assert "also train rows" in pool.told[0]

    def test_too_few_rows_are_refused(self) -> None:
        with pytest.raises(UsageError, match="at least 40 rows"):
            pooled(30, 30)


def targeted(train_rows: int, rows: int, released: int, total: int, seed: int = 0) -> TargetPool:
    return choose_targets(pooled(train_rows, rows, seed), total=total, released=released)


class TestSyntheticRows:
    def test_targets_are_chosen_and_tossed_without_labels(self) -> None:
        one, other = targeted(700, 900, 1000, 1000), targeted(300, 900, 1000, 1000)
        assert one.member.sum() != other.member.sum()
        assert np.array_equal(one.places, other.places)
        assert np.array_equal(one.points, other.points)
        assert np.array_equal(one.toss(2).keep.reveal(), other.toss(2).keep.reveal())
        share = np.mean([targeted(700, 900, 1000, 1000, seed).member.mean() for seed in (1, 2, 3)])
        assert abs(share - 7 / 9) < 0.08

    def test_a_shadow_table_is_made_from_synthetic_rows_and_tossed_targets(self) -> None:
        pool = targeted(700, 900, 1000, 800)
        tosses = [pool.toss(number) for number in range(20)]
        assert len(pool.rows) == 800 // 11
        for toss in tosses:
            keep = toss.keep.reveal()
            assert np.array_equal(np.flatnonzero(keep[:900]), np.sort(pool.places[toss.scored]))
            assert keep[900:].sum() == pool.base == 800 - len(pool.rows)
            assert toss.rows == keep.sum() <= 800
        assert abs(np.mean([toss.scored.mean() for toss in tosses]) - 0.5) < 0.05
        assert not np.array_equal(tosses[0].keep.reveal()[900:], tosses[1].keep.reveal()[900:])

    @pytest.mark.parametrize(("released", "total"), [(450, 1000), (1000, 450)])
    def test_targets_never_dominate(self, released: int, total: int) -> None:
        pool = targeted(700, 900, released, total)
        assert 40 <= len(pool.rows) <= pool.base / 10
        assert pool.base <= min(released, total)

    def test_too_few_synthetic_rows_are_refused(self) -> None:
        for released, total in ((399, 1000), (1000, 439)):
            with pytest.raises(UsageError, match="--shadows-from real"):
                targeted(700, 900, released, total)

    def test_a_generator_that_repeats_all_that_it_is_given_is_found(self) -> None:
        pool, real = targeted(500, 900, 500, 500), people(900, 0)
        every = pd.concat([real, real[:500]], ignore_index=True)
        found = audited(pool, lambda toss, _: every[toss.keep.reveal()], target=real[:500])
        assert found.to_json()["source"] == "synthetic"
        assert found.evidence.auc > 0.95
        assert found.target.auc > 0.9
        assert found.target.p_value < 1e-6
        assert "no sign that it gives nothing away" in found.to_json()["limits"]

    def test_a_generator_that_is_blind_to_its_rows_is_not_found(self) -> None:
        every = [audited(targeted(500, 900, 900, 900, seed), blind, target=people(60, seed + 500)) for seed in range(6)]
        assert abs(np.mean([each.evidence.auc for each in every]) - 0.5) < 0.03
        assert sum(each.evidence.p_value < 0.05 for each in every) <= 2
        assert sum(each.target.p_value < 0.02 for each in every) <= 1

    def test_too_few_targets_of_a_side_leave_the_own_table_untested(self) -> None:
        alone = audited(targeted(860, 900, 500, 500), blind, shadows=4, target=people(50, 1))
        assert alone.target is None
        assert "Fewer than 20 targets" in alone.warnings[0]


class TestQueries:
    def test_a_generator_that_repeats_its_rows_shows_the_most_that_the_design_can(self) -> None:
        pool = pooled(100, 120)
        found = audited(pool, Memoriser(pool, 1), shadows=4, queries_fits=40).queries
        assert len(found) == 5
        assert all(each.auc > 0.9 for each in found)
        assert any(each.epsilon_low == each.epsilon_ceiling > 0.8 for each in found)
        assert all(each.row < 100 and each.fits == 20 for each in found)
        json.dumps([each.to_json() for each in found], allow_nan=False)

    def test_a_blind_generator_shows_nothing(self) -> None:
        found = audited(pooled(100, 120), blind, shadows=4, queries_fits=60).queries
        assert all(each.p_value > 0.0005 and each.epsilon_low < 0.6 for each in found)
        constant = people(50, 0)
        found = audited(pooled(100, 120), lambda *_: constant, shadows=4, queries_fits=40).queries
        assert all(each.auc == 0.5 and each.epsilon_low == 0 for each in found)

    def test_worlds_are_of_equal_size_and_differ_in_the_targets(self) -> None:
        pool = pooled(100, 120)
        worlds = Worlds.drawn(pool, 40, seed=0)
        tosses = [worlds.world(number) for number in range(40)]
        assert len({toss.rows for toss in tosses}) == 1
        inside = np.stack([toss.scored[worlds.targets] for toss in tosses])
        assert np.array_equal(inside, worlds.inside)
        assert (inside[:20].sum(axis=0) == 10).all()
        assert (inside[20:].sum(axis=0) == 10).all()

    def test_wide_tables_are_asked_random_sets_of_columns(self) -> None:
        wide = pd.DataFrame(np.random.default_rng(0).standard_normal((60, 12)), columns=[f"c{at}" for at in range(12)])
        worlds = Worlds.drawn(assemble_pool(Private(wide), None), 40, seed=0)
        assert 100 < len(worlds.questions) <= 256 + 13
        assert worlds.questions.sum(axis=1).max() == 12
        assert (worlds.answers(wide).max(axis=1) > 0).all()


class TestTime:
    def test_a_time_budget_ends_the_fits_after_four(self) -> None:
        found = audited(pooled(60, 60), blind, shadows=200, queries_fits=40, time_budget=1e-9)
        assert found.shadows == 4
        assert found.queries is None
        assert "4 of 200" in found.warnings[-2]
        assert "no result" in found.warnings[-1]

    def test_progress_is_told(self) -> None:
        told: list[str] = []
        audited(pooled(60, 60), blind, shadows=4, queries_fits=40, progress=told.append)
        assert told[0] == "shadow fit 1 of 4"
        assert told[-1].startswith("query fit")


def table_of(rows: int, seed: int) -> pd.DataFrame:
    return people(rows, seed)[["age", "sex", "city"]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    ledger = tmp_path_factory.mktemp("ledger") / "l.db"
    return privsynth.fit(table_of(300, 0), epsilon=1.0, declare=DECLARED, generator="copula", ledger=ledger)


class TestRecipe:
    @pytest.mark.parametrize(
        ("generator", "options"),
        [
            ("maxent", {}),
            ("maxent", {"focus": ["city", "age"]}),
            ("maxent", {"focus": []}),
            ("copula", {}),
            ("copula", {"focus": "city"}),
            ("copula", {"focus": []}),
            ("ctgan", {}),
        ],
    )
    def test_a_model_says_how_it_was_fitted(self, generator: str, options: dict[str, Any], tmp_path: Path) -> None:
        plan: Any = plan_fit(table_of(50, 0), epsilon=2.0, declare=DECLARED, generator=generator, **options)
        if generator == "ctgan":
            fitted = Fitted(generator="ctgan", config=plan.config.to_json(), schema=plan.schema,
                guarantee=plan.guarantee(plan.schema), event=event_to_json(plan.total_event), model=cast("Any", None))  # fmt: skip
        else:
            execute(plan, open_table(table_of(50, 0)).loaded()).save(tmp_path / "model")
            fitted = privsynth.load_model(tmp_path / "model")
        ours, theirs = shadowing.Recipe.of(fitted).mechanism, plan.mechanism(plan.schema)
        assert numbers(event_to_json(ours.event)) == pytest.approx(numbers(event_to_json(theirs.event)), rel=1e-9)
        assert {name: getattr(ours, name, None) for name in ("target", "features", "config")} == {
            name: getattr(theirs, name, None) for name in ("target", "features", "config")
        }

    def test_a_model_that_does_not_say_what_it_spent_is_refused(self, model: Fitted) -> None:
        with pytest.raises(ArtifactError, match="does not record"):
            shadowing.Recipe.of(replace(model, event={"type": "none"}))

    def test_a_void_guarantee_promises_nothing(self, model: Fitted) -> None:
        void = replace(model, guarantee=replace(model.guarantee, void="because"))
        assert shadowing.Recipe.of(void).promise() is None
        promise = shadowing.Recipe.of(model).promise()
        assert promise is not None
        assert promise.mu <= model.guarantee.mu * (1 + 1e-9)
        assert promise.replaced > model.guarantee.epsilon

    def test_a_baseline_is_refused_unless_its_fits_are_counted(self, model: Fitted) -> None:
        baseline = replace(model, generator="sdv-copula", config=sdv_copula().to_json())
        with pytest.raises(UsageError, match="--shadows 16"):
            shadow_audit(baseline, table_of(100, 0))
        assert shadowing.Recipe.of(baseline).promise() is None
        assert shadowing._check(baseline, 8, 0, None) == 8
        with pytest.raises(UsageError, match="too slow"):
            shadow_audit(baseline, table_of(100, 0), shadows=8, queries_fits=40)

    @pytest.mark.parametrize(
        ("options", "said"),
        [({"shadows": 3}, "4 to 256"), ({"queries_fits": 10}, "too few"), ({"time_budget": 0.0}, "time budget")],
    )
    def test_numbers_out_of_range_are_refused(self, model: Fitted, options: dict[str, Any], said: str) -> None:
        with pytest.raises(UsageError, match=said):
            shadow_audit(model, table_of(100, 0), **options)

    def test_tables_are_stacked_in_the_columns_that_both_have(self) -> None:
        one, other = (
            open_table(pd.DataFrame({"a": ["1"], "b": ["x"]})),
            open_table(pd.DataFrame({"b": ["y"], "c": [2]})),
        )
        assert stacked(one, other).rows("SELECT b FROM {table}") == [("x",), ("y",)]
        assert stacked(one, None).names == ("a", "b")


def numbers(event: dict[str, Any]) -> list[float]:
    """Return every number of an event, in order."""
    found: list[float] = []
    for value in event.values():
        for each in value if isinstance(value, list) else [value]:
            found += numbers(each) if isinstance(each, dict) else [] if isinstance(each, str) else [each]
    return found


class TestOurModels:
    def test_nothing_is_written_and_no_budget_is_spent(
        self, model: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PRIVSYNTH_LEDGER", str(tmp_path / "ledger.db"))
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        found = shadow_audit(model, table_of(300, 0), table_of(100, 1), shadows=4)
        assert list(tmp_path.rglob("*")) == []
        assert found.target is not None
        assert not found.exceeds_bound
        said = json.dumps(found.to_json(), allow_nan=False)
        assert "nothing of them may be released" in said
        assert set(json.loads(said)) == {
            "generator", "source", "shadows", "rows", "auc", "auc_ci", "tpr_at_fpr", "roc", "p_value", "bound", "exceeds_bound",
            "target", "most_vulnerable", "queries", "seconds", "limits", "warnings",
        }  # fmt: skip
        assert len(found.most_vulnerable) == 50

    def test_the_same_seed_gives_the_same_figures_but_for_the_noise_of_the_fits(self, model: Fitted) -> None:
        def figures(seed: int) -> dict[str, Any]:
            found = shadow_audit(model, table_of(300, 0), table_of(100, 1), shadows=4, seed=seed, noise=ExactAnswers())
            told = found.to_json()
            rows = [{**each, "code": None} for each in told["most_vulnerable"]]  # of a key that each result draws
            return told | {"seconds": 0, "most_vulnerable": rows}

        assert figures(3) == figures(3)
        assert figures(3) != figures(4)

    def test_without_noise_far_more_is_given_away(self) -> None:
        rng = np.random.default_rng(0)
        rows = table_of(100, 0).assign(**{f"x{at}": rng.choice(list("pqrstuv"), 100) for at in range(4)})
        wide = {"columns": {**DECLARED["columns"], **{f"x{at}": list("pqrstuv") for at in range(4)}}}
        fitted = execute(plan_fit(rows, epsilon=1.0, declare=wide, generator="copula"), open_table(rows).loaded())
        exact = shadow_audit(fitted, rows, shadows=8, noise=ExactAnswers())
        assert exact.evidence.auc > 0.65
        assert exact.evidence.p_value < 1e-9
        assert exact.exceeds_bound
        assert not shadow_audit(fitted, rows, shadows=8).exceeds_bound

    def test_units_are_those_of_the_model(self, tmp_path: Path) -> None:
        rows = table_of(200, 0).assign(person=[f"p{at // 2}" for at in range(200)])
        fitted = privsynth.fit(
            rows, epsilon=1.0, declare=DECLARED, generator="copula", unit="person", max_rows=2, ledger=tmp_path / "l.db"
        )
        assert shadow_audit(fitted, rows, shadows=4).rows == 100


class TestSyntheticSource:
    def test_without_noise_far_more_is_given_away(self) -> None:
        def wide(rows: int, seed: int) -> pd.DataFrame:
            rng = np.random.default_rng(seed + 50)
            return table_of(rows, seed).assign(**{f"x{at}": rng.choice(list("pqrstuv"), rows) for at in range(4)})

        declared = {"columns": {**DECLARED["columns"], **{f"x{at}": list("pqrstuv") for at in range(4)}}}
        rows, held = wide(800, 0), wide(800, 1)
        fitted = execute(plan_fit(rows, epsilon=100.0, declare=declared, generator="copula"), open_table(rows).loaded())
        options: dict[str, Any] = {"shadows": 8, "shadows_from": "synthetic", "synthetic": rows}
        exact = shadow_audit(fitted, rows, held, **options, noise=ExactAnswers())
        assert exact.source == "synthetic"
        assert 60 <= exact.rows <= 80
        assert exact.evidence.auc > 0.6
        assert exact.evidence.p_value < 1e-4
        assert exact.target is not None

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"shadows_from": "elsewhere"}, "'real' or 'synthetic'"),
            ({"shadows_from": "synthetic", "queries_fits": 40}, "query attack needs real rows"),
        ],
    )
    def test_what_it_cannot_be_made_from_is_refused(self, model: Fitted, options: dict[str, Any], said: str) -> None:
        with pytest.raises(UsageError, match=said):
            shadow_audit(model, table_of(100, 0), **options)

    def test_models_of_units_are_refused(self, model: Fitted) -> None:
        unit = replace(model.guarantee.unit, column="person", max_rows=2)
        of_units = replace(model, guarantee=replace(model.guarantee, unit=unit))
        with pytest.raises(UsageError, match="unit column"):
            shadow_audit(of_units, table_of(100, 0), shadows_from="synthetic")

    def test_the_command_makes_fits_of_synthetic_rows(self, tmp_path: Path) -> None:
        rows = table_of(700, 0).assign(number=range(700))
        declared = {**DECLARED, "columns": {**DECLARED["columns"], "number": {"action": "drop"}}}
        privsynth.fit(rows, epsilon=1.0, declare=declared, generator="copula", ledger=tmp_path / "l.db").save(
            tmp_path / "model"
        )
        rows.to_csv(tmp_path / "train.csv", index=False)
        given = ["--model", tmp_path / "model", "--train", tmp_path / "train.csv", "--shadows", "4"]
        outcome = CliRunner().invoke(
            cli, ["audit", *map(str, given), "--shadows-from", "synthetic", "--json", "-"], catch_exceptions=False
        )
        schema = Path(__file__).resolve().parents[1] / "schemas" / "audit.schema.json"
        jsonschema.validate(json.loads(outcome.stdout), json.loads(schema.read_text(encoding="utf-8")))
        found = json.loads(outcome.stdout)["shadows"]
        assert (found["source"], found["target"]) == ("synthetic", None)
        assert 40 <= found["rows"] <= 70
        assert not found["exceeds_bound"]


class TestCommand:
    def test_a_model_is_audited_with_shadow_fits(self, model: Fitted, tmp_path: Path) -> None:
        model.save(tmp_path / "model")
        table_of(300, 0).to_csv(tmp_path / "train.csv", index=False)
        table_of(100, 1).to_csv(tmp_path / "holdout.csv", index=False)
        given = [
            "--model",
            tmp_path / "model",
            "--train",
            tmp_path / "train.csv",
            "--holdout",
            tmp_path / "holdout.csv",
        ]
        outcome = CliRunner().invoke(cli, ["audit", *map(str, given), "--shadows", "4", "--json", "-"])
        assert outcome.exit_code == 0, outcome.output
        assert json.loads(outcome.stdout)["shadows"]["generator"] == "copula"
        assert "shadow fit 4 of 4" in outcome.stderr

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ([], "no table to audit"),
            (["--synthetic", "s.csv", "--shadows", "4"], "--model M"),
            (["--synthetic", "s.csv", "--shadows-from", "synthetic"], "--model M"),
            (["--model", "m", "--schema", "s.yaml"], "Leave --schema out"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, given: list[str], said: str) -> None:
        outcome = CliRunner().invoke(cli, ["audit", "--train", "t.csv", *given])
        assert isinstance(outcome.exception, UsageError)
        assert said in str(outcome.exception)

    def test_another_unit_than_that_of_the_model_is_refused(self, model: Fitted, tmp_path: Path) -> None:
        model.save(tmp_path / "model")
        given = ["--model", str(tmp_path / "model"), "--unit", "person"]
        outcome = CliRunner().invoke(cli, ["audit", "--train", "t.csv", *given])
        assert "not that of the model" in str(outcome.exception)
