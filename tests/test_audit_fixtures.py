"""Planted leaks, from plain to faint, and traps: what the audit must find, and what it must refuse (fixtures F1 to F6, F10 and F11)."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from audit_worlds import (
    CENSUS,
    World,
    audit,
    blurred,
    census,
    census_worlds,
    needs_census,
    planted,
    population,
    rarest,
    say,
    worlds,
)

from privsynth import pipeline
from privsynth.audits import AuditResult
from privsynth.audits.statistics import share_interval
from privsynth.tableschema.model import Field, Schema

NUMBERS = list("abcdef")
CENSUS_ROWS = 4_000
SEEDS = 20


def found(results: list[AuditResult]) -> float:
    return float(np.mean([result.verdict == "leak" for result in results]))


def outlier_p(result: AuditResult) -> float:
    assert result.outliers is not None
    assert result.outliers.p_value is not None
    return result.outliers.p_value


def median_auc(results: list[AuditResult]) -> float:
    return float(np.median([result.attacks[0].auc for result in results]))


def leaking_worlds(seed: int, rows: int, share: float) -> World:
    """Worlds in which so many of the train rows stand in the synthetic table."""
    train, synthetic, holdout = worlds(seed, rows)
    return train, planted(synthetic, train.sample(round(share * rows), random_state=seed)), holdout


KEPT_LABELS = ["last_name", "sex", "department", "insurance", "admission_type"]


def patients(rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two random tables of simulated patients, one row each, as they come from a CSV file."""
    from privsynth.simulators import hospital_admissions

    visits = hospital_admissions(6 * rows, seed=3).drop_duplicates("patient_id").sample(2 * rows, random_state=0)
    people = pd.read_csv(io.StringIO(visits.to_csv(index=False)))
    return people[:rows], people[rows:]


class TestCopies:
    """F1: a share of the train rows, verbatim."""

    def test_evidence_grows_with_the_share_of_copied_rows(self) -> None:
        shares = (0.01, 0.02, 0.05, 0.10, 1.00)
        results = [audit(*leaking_worlds(41, 600, share)) for share in shares]
        copies = [result.copies for result in results]
        assert [each.train for each in copies if each is not None] == [6, 12, 30, 60, 600]
        assert [result.verdict for result in results[1:]] == ["leak"] * 4
        for name in ("nearest-1", "copies"):
            told = [result.p_holm[name] for result in results]
            assert told == sorted(told, reverse=True)
        rates = [result.attacks[0].tpr_at_fpr["0.001"] for result in results]
        assert rates == sorted(rates)
        assert rates[-1] == 1

    def test_the_rate_without_false_alarms_is_the_copied_share(self) -> None:
        for share in (0.05, 0.10):
            attack = audit(*leaking_worlds(42, 600, share)).attacks[0]
            low, high = attack.tpr_ci["0.001"]
            assert low <= share <= high

    def test_adding_a_copy_never_lowers_the_evidence(self) -> None:
        train, synthetic, holdout = worlds(43, 300)
        counts = (0, 6, 7, 40)
        results = [audit(train, pd.concat([synthetic, train[:count]]), holdout) for count in counts]
        copies = [result.to_json()["copies"]["p_value"] for result in results]
        assert copies == sorted(copies, reverse=True)
        ranks = [result.attacks[0].rank_p for result in results]
        assert ranks == sorted(ranks, reverse=True)

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    def test_power_by_the_share_of_copied_rows(self) -> None:
        rows, power = 1_500, {}
        for share in (0.005, 0.01, 0.02, 0.05, 0.10, 1.00):
            results = [audit(*leaking_worlds(700 + seed, rows, share)) for seed in range(SEEDS)]
            power[share] = found(results)
            rate = np.mean([result.attacks[0].tpr_at_fpr["0.001"] for result in results])
            covered = np.mean(
                [
                    result.copies is not None
                    and share_interval(result.copies.train, rows)[0]
                    <= share
                    <= share_interval(result.copies.train, rows)[1]
                    for result in results
                ]
            )
            say(
                f"F1 {share:.1%} of {rows}: power {power[share]:.2f}, AUC {median_auc(results):.3f}, "
                f"TPR at 0.1% FPR {rate:.3f}, share within the interval {covered:.2f}"
            )
            assert rate == pytest.approx(share, rel=0.3, abs=0.002)
        assert min(power[share] for share in power if share >= 0.01) >= 0.95
        assert power[1.0] == 1

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @needs_census
    def test_one_per_cent_of_copies_is_found_in_the_census(self) -> None:
        results = []
        for seed in range(SEEDS):
            train, synthetic, holdout = census_worlds(seed, CENSUS_ROWS)
            copies = train.sample(CENSUS_ROWS // 100, random_state=seed)
            results.append(audit(train, planted(synthetic, copies), holdout, seed=seed))
        say(f"F1 census, 1% of {CENSUS_ROWS}: power {found(results):.2f} of {SEEDS}, AUC {median_auc(results):.4f}")
        assert found(results) >= 0.95


class TestOutliers:
    """F2: the most outlying train rows, with noise."""

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @needs_census
    @pytest.mark.parametrize("noise", [0.0, 0.02])
    def test_copied_outliers_are_found_in_the_census_where_the_overall_test_sees_nothing(self, noise: float) -> None:
        results = []
        for seed in range(SEEDS):
            train, synthetic, holdout = census_worlds(seed, CENSUS_ROWS)
            copies = blurred(rarest(train, CENSUS_ROWS // 50), noise, np.random.default_rng(seed))
            results.append(audit(train, planted(synthetic, copies), holdout, seed=seed))
        outliers = [outlier_p(result) for result in results]
        ranks = [result.attacks[0].rank_p for result in results]
        exact = [result.copies.train for result in results if result.copies is not None]
        say(
            f"F2 census, top 2% with noise {noise}: outlier p median {np.median(outliers):.1e}, largest {max(outliers):.1e}; "
            f"verdicts {found(results):.2f}, of outliers {np.mean([r.outlier_verdict == 'leak' for r in results]):.2f}; "
            f"overall rank p median {np.median(ranks):.2f}, AUC {median_auc(results):.3f}, exact copies {np.mean(exact):.1f}"
        )
        assert np.median(ranks) > 0.05
        assert max(outliers) < 1e-6
        assert noise == 0 or max(exact) <= 5  # rows whose numbers the noise happens to leave as they are


class TestNoise:
    """F3: all train rows with noise."""

    def test_the_auc_falls_with_the_noise(self) -> None:
        train, _, holdout = worlds(44, 400)
        areas = []
        for sigma in (0.01, 0.05, 0.1, 0.3, 3.0):
            noise = np.random.default_rng(44).standard_normal((len(train), len(NUMBERS)))
            spread = train[NUMBERS].quantile(0.75) - train[NUMBERS].quantile(0.25)
            noisy = train.assign(
                **{name: train[name] + sigma * spread[name] * noise[:, i] for i, name in enumerate(NUMBERS)}
            )
            areas.append(audit(train, noisy, holdout).attacks[0].auc)
        say(f"F3 noise of 0.01, 0.05, 0.1, 0.3, 3 interquartile ranges: AUC {np.round(areas, 3)}")
        assert areas == sorted(areas, reverse=True)
        assert areas[0] > 0.99
        assert areas[3] > 0.6
        assert areas[4] < 0.6


class TestShifts:
    """F4: all train rows, shifted."""

    def test_copies_with_one_shifted_column_are_found(self) -> None:
        train, _, holdout = worlds(45, 600)
        result = audit(train, train.assign(a=train["a"] + 1.5 * train["a"].std()), holdout)
        assert result.verdict == "leak"
        assert result.copies is not None
        assert result.copies.train == 0
        assert result.attacks[0].auc > 0.55

    def test_copies_with_every_number_moved_by_a_bijection_are_beyond_distances_and_the_limits_say_so(self) -> None:
        train, _, holdout = worlds(46, 600)
        moved = train.assign(**{name: -train[name] + 7 for name in [*NUMBERS, "age"]})
        result = audit(train, moved, holdout)
        assert result.attacks[0].auc < 0.6
        assert "cannot show that stronger attackers learn nothing" in result.to_json()["limits"]


class TestRare:
    """F5: labels and combinations that single rows have."""

    def test_a_label_of_one_member_is_listed_by_its_column(self) -> None:
        train, synthetic, holdout = worlds(47, 300)
        for table in (train, synthetic, holdout):
            table["ward"] = np.where(np.arange(300) % 2, "east", "west").astype(object)
        train.loc[3, "ward"] = synthetic.loc[9, "ward"] = "the only one"
        result = audit(train, synthetic, holdout)
        assert result.carried is not None
        assert result.carried.columns["ward"] == (1, 0)

    def test_a_combination_of_labels_that_one_member_has_is_listed_by_its_columns(self) -> None:
        train, synthetic, holdout = worlds(48, 300)
        for table in (train, synthetic, holdout):
            table["left"] = np.where(np.arange(300) % 2, "a", "b").astype(object)
            table["right"] = np.where(np.arange(300) % 2, "c", "d").astype(object)
        train.loc[3, "right"] = synthetic.loc[9, "right"] = "d"
        result = audit(train, synthetic, holdout)
        assert result.carried is not None
        assert result.carried.columns["left + right"] == (1, 0)

    def test_rare_labels_of_train_that_come_back_are_a_leak_though_no_row_is_copied(self) -> None:
        tables = worlds(49, 400)
        for number, table in enumerate(tables):
            own = [f"name {i} of {0 if number == 1 else number}" for i in range(400)]
            table["name"] = np.array(own, dtype=object)
        train, synthetic, holdout = tables
        result = audit(train, synthetic, holdout)
        assert result.verdict == "leak"
        assert result.p_holm["carried"] < 1e-6
        assert result.copies is not None
        assert result.copies.train == 0


class TestSecrets:
    """F6: the synthetic table keeps what goes with a train row's traits, among columns of its own."""

    def test_a_remembered_secret_is_guessed_better_for_train_rows(self) -> None:
        rng = np.random.default_rng(56)

        def people(rows: int) -> pd.DataFrame:
            traits = {f"trait {i}": rng.choice(list("abcdefgh"), rows).astype(object) for i in range(6)}
            return pd.DataFrame({**traits, "secret": rng.choice(list("uvwxyz"), rows).astype(object)})

        train, synthetic, holdout = (people(400) for _ in range(3))
        other = [f"number {i}" for i in range(8)]
        tables = [
            table.assign(**{name: rng.standard_normal(400) for name in other}) for table in (train, train, holdout)
        ]
        result = audit(*tables, sensitive=["secret"])
        assert result.attributes is not None
        secret = result.attributes.columns[0]
        assert (secret.column, secret.train > secret.holdout) == ("secret", True)
        assert secret.p_value < 1e-4
        independent = audit(tables[0], synthetic.assign(**dict.fromkeys(other, 0.0)), tables[2], sensitive=["secret"])
        assert independent.verdict == "no leak found"


class TestOddTables:
    """F10: what people have."""

    def test_ten_thousand_labels_dates_identifiers_and_unseen_labels(self) -> None:
        rng = np.random.default_rng(50)
        tables = []
        for number, rows in enumerate((300, 90, 300)):
            table = population(rows, rng)
            table["row id"] = rng.permutation(10_000)[:rows]
            table["código postal"] = [f"{code:05d}" for code in rng.integers(0, 10_000, rows)]
            table["since (when)"] = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 3_000, rows), unit="D")
            table["seen"] = rng.random(rows) < 0.5
            table["kind"] = pd.Categorical(rng.choice(["new"] if number == 1 else ["old", "older"], rows))
            table["count"] = pd.array(np.where(rng.random(rows) < 0.2, None, rng.poisson(3, rows)), dtype="Int64")
            table["nothing"] = None
            table[7] = 1.0
            tables.append(table)
        for synthetic in (tables[1], pd.concat([tables[1]] * 40, ignore_index=True)):
            result = audit(tables[0], synthetic, tables[2])
            assert result.verdict == "no leak found"
            assert {"row id", "código postal", "since (when)", "seen", "7"} <= set(result.columns_used)

    @pytest.mark.parametrize("column", ["a", "city", "sex"])
    def test_one_column_of_any_kind(self, column: str) -> None:
        train, synthetic, holdout = (table[[column]] for table in worlds(51, 300))
        assert audit(train, synthetic, holdout).verdict == "no leak found"

    def test_the_scale_of_a_number_does_not_matter_and_its_order_is_what_counts_most(self) -> None:
        train, synthetic, holdout = leaking_worlds(52, 300, 0.05)
        given = audit(train, synthetic, holdout)
        scaled = audit(*(table.assign(a=table["a"] * 1e6 + 5) for table in (train, synthetic, holdout)))
        assert scaled.p_holm == pytest.approx(given.p_holm, rel=1e-3)
        bent = audit(*(table.assign(a=np.sinh(table["a"].clip(-5, 5))) for table in (train, synthetic, holdout)))
        assert bent.verdict == given.verdict == "leak"


class TestTraps:
    """F0d, F0e and F11: tables that must be refused, or set right with a warning."""

    def test_a_synthetic_table_made_from_the_holdout_is_not_passed_in_silence(self) -> None:
        train, _, holdout = worlds(53, 300)
        result = audit(train, holdout.sample(frac=1, random_state=0), holdout)
        assert result.verdict == "inconclusive"
        assert "swapped" in " ".join(result.reasons)

    def test_part_of_train_within_the_holdout_is_told_and_no_false_leak(self) -> None:
        train, synthetic, holdout = worlds(54, 400)
        for overlap in (60, 200):
            result = audit(train, synthetic, pd.concat([holdout[overlap:], train[:overlap]]))
            assert result.verdict == "no leak found"
            assert result.overlap is not None
            assert result.overlap.dropped == overlap
            assert "not independent" in result.warnings[0]

    @pytest.mark.parametrize("side", ["train", "holdout"])
    def test_rows_repeated_on_one_side_alone_are_told_and_no_false_leak(self, side: str) -> None:
        train, synthetic, holdout = worlds(55, 600)
        repeated = {
            name: pd.concat([table[30:], table[30:60]]) for name, table in (("train", train), ("holdout", holdout))
        }
        given = {"train": train, "holdout": holdout, side: repeated[side]}
        result = audit(given["train"], synthetic, given["holdout"])
        assert result.verdict != "leak"
        assert "repeat" in " ".join(result.warnings + result.reasons)

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    def test_a_holdout_that_repeats_a_twentieth_of_its_rows_makes_no_leak(self) -> None:
        results = []
        for seed in range(SEEDS):
            train, synthetic, holdout = worlds(300 + seed, 1_500)
            results.append(audit(train, synthetic, pd.concat([holdout[75:], holdout[75:150]]), seed=seed))
        say(f"5% of the held-out rows twice: leak in {found(results):.2f}")
        assert found(results) <= 0.05

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @needs_census
    @pytest.mark.parametrize("shift", ["older people", "as many women as men", "a shuffled column"])
    def test_a_shifted_holdout_of_the_census_is_refused(self, shift: str) -> None:
        results = []
        for seed in range(10):
            train, synthetic, holdout = census_worlds(seed, CENSUS_ROWS)
            rest = census().drop(index=[*train.index, *synthetic.index])
            if shift == "older people":
                holdout = rest[rest["age"] >= 40].sample(CENSUS_ROWS, random_state=seed)
            elif shift == "as many women as men":
                parts = [part.sample(CENSUS_ROWS // 2, random_state=seed) for _, part in rest.groupby("sex")]
                holdout = pd.concat(parts)
            else:
                education = holdout["education"].sample(frac=1, random_state=seed).to_numpy()
                holdout = holdout.assign(education=education)
            results.append(audit(train, synthetic, holdout, seed=seed))
        refused = [result for result in results if "not from one population" in " ".join(result.reasons)]
        p_values = [result.exchangeability.p_value for result in results if result.exchangeability is not None]
        say(f"F0e census, {shift}: refused {len(refused)} of 10, largest p {max(p_values):.1e}")
        assert len(refused) == 10
        assert {result.verdict for result in results} == {"inconclusive"}


class TestGenerators:
    """What generators do: those with a guarantee, those without, and one that remembers some of its rows."""

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @needs_census
    @pytest.mark.parametrize("generator", ["copula", "maxent"])
    def test_private_generators_at_epsilon_one_are_hardly_ever_called_a_leak(self, generator: str) -> None:
        runs, rows, results = 60, 1_000, []
        for seed in range(runs):
            train, _, holdout = census_worlds(seed, rows)
            fitted = pipeline.fit(
                train,
                epsilon=1,
                generator=generator,
                declare=CENSUS / "domain.json",
                dataset=f"census {seed}",
            )
            names = [field.name for field in fitted.schema.modelled]
            made = pipeline.sample(fitted, rows, seed=seed)
            results.append(audit(train[names], made[names], holdout[names], seed=seed))
        leaks = sum(result.verdict == "leak" for result in results)
        p_values = [min(result.p_holm.values()) for result in results]
        say(
            f"{generator}, epsilon 1, {rows} rows of the census: leak in {leaks} of {runs}, smallest Holm p {min(p_values):.2g}, "
            f"AUC {median_auc(results):.3f}"
        )
        assert leaks <= 8

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("generator", ["sdv-copula", "sdv-ctgan"])
    def test_baselines_without_privacy_that_keep_names_are_a_leak(self, generator: str) -> None:
        train, holdout = patients(700)
        options = {"epochs": 2} if generator == "sdv-ctgan" else {}
        stated = {"kind": "declared", "role": "declared", "action": "declared", "enum": "data"}
        kept = Schema(
            fields=tuple(
                Field(
                    name=name,
                    kind="categorical",
                    role="quasi",
                    action="keep",
                    enum=tuple(sorted(train[name].unique())),
                    provenance=stated,
                )
                for name in KEPT_LABELS
            )
        )
        fitted = pipeline.fit(
            train,
            generator=generator,
            not_private=True,
            schema=kept,
            allow_data_dependent_schema=True,
            dataset="patients",
            **options,
        )
        made = pipeline.sample(fitted, len(train), seed=0)
        result = audit(train[KEPT_LABELS], made[KEPT_LABELS], holdout[KEPT_LABELS])
        assert result.carried is not None
        say(
            f"{generator} with names: {result.verdict}, carried {result.carried.train} to {result.carried.holdout}, "
            f"p {result.p_holm['carried']:.1e}, AUC {result.attacks[0].auc:.3f}"
        )
        assert result.verdict == "leak"

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    def test_sdv_by_itself_with_its_detected_metadata_is_a_leak(self) -> None:
        pytest.importorskip("sdv")
        import warnings

        train, holdout = patients(700)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sdv.metadata import Metadata
            from sdv.single_table import GaussianCopulaSynthesizer

            synthesizer = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes({"patients": train}))
            synthesizer.fit({"patients": train})
            made = synthesizer.sample(len(train))["patients"]
        result = audit(train, made, holdout)
        assert result.carried is not None
        most = max(result.carried.columns.items(), key=lambda item: item[1][0])
        say(f"SDV copula, detected metadata: {result.verdict}, p {result.p_holm['carried']:.1e}, most carried {most}")
        assert result.verdict == "leak"

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @needs_census
    @pytest.mark.parametrize("noise", [0.0, 0.02])
    def test_power_against_a_generator_that_remembers_half_a_per_cent_of_the_census(self, noise: float) -> None:
        results = []
        for seed in range(SEEDS):
            train, synthetic, holdout = census_worlds(800 + seed, CENSUS_ROWS)
            copies = blurred(train.sample(CENSUS_ROWS // 200, random_state=seed), noise, np.random.default_rng(seed))
            results.append(audit(train, planted(synthetic, copies), holdout, seed=seed))
        say(
            f"memorises 0.5% of {CENSUS_ROWS} census rows, noise {noise}: power {found(results):.2f}, AUC {median_auc(results):.3f}"
        )
        assert noise > 0 or found(results) >= 0.95

    @pytest.mark.audit
    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("noise", [0.0, 0.02])
    def test_power_against_a_generator_that_remembers_half_a_per_cent_of_20_000_rows(self, noise: float) -> None:
        results, rows = [], 20_000
        for seed in range(SEEDS):
            train, synthetic, holdout = worlds(900 + seed, rows)
            copies = blurred(train.sample(rows // 200, random_state=seed), noise, np.random.default_rng(seed))
            results.append(audit(train, planted(synthetic, copies), holdout, seed=seed, max_rows=4_000))
        say(
            f"memorises 0.5% of {rows} simulated rows, noise {noise}, 4,000 attacked a side: power {found(results):.2f}, "
            f"AUC {median_auc(results):.3f}"
        )
        assert noise > 0 or found(results) >= 0.95
