"""Audits on planted leaks and on tables without one (fixtures F0 to F2, F5, F10 and F11)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from audit_worlds import SHARED, audit, outlying, worlds

from privsynth.audits import audit_tables
from privsynth.errors import UsageError
from privsynth.privacy import Private


def without_codes(document: dict[str, Any]) -> dict[str, Any]:
    """An audit as JSON without the codes of rows, which have a fresh key each time."""
    rows = [{name: value for name, value in each.items() if name != "code"} for each in document["at_risk"]]
    return {**document, "at_risk": rows}


class TestNoLeak:
    def test_independent_tables_are_rarely_called_a_leak(self) -> None:
        results = [audit(*worlds(seed, 200)) for seed in range(8)]
        assert sum(result.verdict == "leak" for result in results) <= 1
        p_values = [attack.rank_p for result in results for attack in result.attacks]
        assert 0.3 < np.mean(p_values) < 0.7

    def test_more_train_rows_than_held_out_ones_are_no_leak(self) -> None:
        results = [audit(*worlds(seed, 150, train_rows=600)) for seed in range(4)]
        assert sum(result.verdict == "leak" for result in results) == 0
        assert abs(np.mean([result.attacks[0].auc for result in results]) - 0.5) < 0.03

    def test_rows_that_everybody_shares_are_no_leak(self) -> None:
        rng = np.random.default_rng(0)
        tables = [pd.DataFrame(rng.integers(0, 2, (400, 3)).astype(str), columns=list("abc")) for _ in range(3)]
        result = audit(*(table.astype(object) for table in tables))
        assert result.verdict == "no leak found"
        assert result.copies is not None
        assert result.copies.train == 400
        assert "unique" in " ".join(result.reasons)

    def test_a_verdict_without_leak_names_the_smallest_leak_it_would_have_found(self) -> None:
        result = audit(*worlds(1, 1000))
        assert result.verdict == "no leak found"
        assert result.detectable is not None
        assert result.detectable.copied_share is not None
        assert result.detectable.copied_share <= 0.012
        assert "95% power" in " ".join(result.reasons)


class TestLeak:
    def test_the_smallest_detectable_leak_is_detected(self) -> None:
        for seed in range(1):
            train, synthetic, holdout = worlds(seed, 500)
            found = audit(train, synthetic, holdout).detectable
            assert found is not None
            assert found.copied_rows is not None
            leaking = pd.concat([synthetic, train.sample(found.copied_rows, random_state=seed)])
            assert audit(train, leaking, holdout).verdict == "leak"

    def test_one_per_cent_of_copied_rows_is_a_leak_that_the_auc_does_not_show(self) -> None:
        train, synthetic, holdout = worlds(3, 1500)
        result = audit(train, pd.concat([synthetic[15:], train.sample(15, random_state=0)]), holdout)
        assert result.verdict == "leak"
        assert result.copies is not None
        assert (result.copies.train, result.copies.holdout) == (15, 0)
        assert result.attacks[0].auc_ci[0] < 0.5 < result.attacks[0].auc_ci[1]

    def test_outliers_with_two_per_cent_noise_are_a_leak_among_outliers(self) -> None:
        rng = np.random.default_rng(5)
        train, synthetic, holdout = worlds(4, 1500)
        copies = outlying(train, 30).copy()
        for name in "abcdef":
            copies[name] *= 1 + 0.02 * rng.standard_normal(len(copies))
        result = audit(train, pd.concat([synthetic[30:], copies]), holdout)
        assert result.verdict == result.outlier_verdict == "leak"
        assert result.outliers is not None
        assert result.outliers.p_value is not None
        assert result.outliers.p_value < 1e-5
        assert result.copies is not None
        assert result.copies.train == 0

    def test_noisy_copies_of_all_rows_are_ranked_by_the_nearest_neighbour(self) -> None:
        rng = np.random.default_rng(6)
        train, _, holdout = worlds(5, 300)
        noisy = train.assign(**{name: train[name] * (1 + 0.1 * rng.standard_normal(300)) for name in "abcdef"})
        result = audit(train, noisy, holdout)
        assert result.verdict == "leak"
        assert result.attacks[0].auc > 0.95
        assert result.attacks[0].tpr_at_fpr["0.01"] > 0.5

    def test_a_copy_of_train_is_the_plainest_leak(self) -> None:
        train, _, holdout = worlds(6, 300)
        result = audit(train, train, holdout)
        assert result.verdict == "leak"
        assert result.attacks[0].auc == 1
        assert result.attacks[0].tpr_at_fpr["0.001"] == 1

    def test_values_of_a_single_row_that_come_back_are_listed_by_column(self) -> None:
        train, synthetic, holdout = worlds(7, 200)
        for table in (train, synthetic, holdout):
            table["place"] = "a town"
        train.loc[0, "place"] = synthetic.loc[5, "place"] = "a hamlet"
        holdout.loc[0, "place"] = "a farm"
        carried = audit(train, synthetic, holdout).carried
        assert carried is not None
        assert carried.columns["place"] == (1, 0)

    @pytest.mark.skipif(not (SHARED / "audit").exists(), reason="the public fixtures are not on this machine")
    def test_the_public_fixtures_leak(self) -> None:
        def read(path: str) -> pd.DataFrame:
            return pd.read_csv(SHARED / "audit" / path)

        insurance = audit(
            read("insurance/train_set.csv"),
            read("insurance/bayesian_network_synth_250.csv"),
            read("insurance/holdout_set.csv").drop_duplicates(),  # the file repeats a quarter of its rows at its end
        )
        holdout = pd.concat([read("housing/non_mem.csv"), read("housing/ref.csv")])
        housing = audit(read("housing/mem.csv"), read("housing/synth.csv"), holdout)
        assert insurance.verdict == housing.verdict == "leak"
        assert insurance.attacks[0].auc > 0.70
        assert housing.attacks[0].auc > 0.73


class TestHoldout:
    def test_a_holdout_that_is_the_train_table_is_refused(self) -> None:
        train, synthetic, _ = worlds(8, 200)
        result = audit(train, synthetic, train.sample(frac=1, random_state=0))
        assert result.verdict == "inconclusive"
        assert "same rows" in " ".join(result.reasons)

    def test_shared_rows_are_dropped_with_a_warning_and_the_rest_is_judged(self) -> None:
        train, synthetic, holdout = worlds(9, 600)
        overlapping = pd.concat([holdout[60:], train[:60]])
        private = audit(train, synthetic, overlapping)
        assert private.verdict == "no leak found"
        assert private.overlap is not None
        assert private.overlap.dropped == 60
        assert "not independent" in private.warnings[0]
        assert audit(train, train, overlapping).verdict == "leak"

    def test_a_holdout_that_holds_all_of_train_is_still_judged_on_the_rest(self) -> None:
        train, synthetic, holdout = worlds(10, 400)
        assert audit(train, synthetic, pd.concat([holdout, train])).verdict == "no leak found"

    def test_a_holdout_inside_train_leaves_nothing_to_compare(self) -> None:
        train, synthetic, _ = worlds(11, 400)
        result = audit(train, synthetic, train[:200])
        assert result.verdict == "inconclusive"
        assert "Fewer than 20" in " ".join(result.reasons)

    def test_a_holdout_from_another_population_is_refused(self) -> None:
        train, synthetic, holdout = worlds(12, 400)
        result = audit(train, synthetic, holdout.assign(a=holdout["a"] + 0.8))
        assert result.verdict == "inconclusive"
        assert "one population" in " ".join(result.reasons)
        assert result.detectable is None
        assert result.exchangeability is not None
        assert result.exchangeability.column == "a"

    def test_a_shift_that_no_single_column_shows_is_found_by_the_neighbours(self) -> None:
        train, synthetic, holdout = worlds(13, 600)
        shuffled = holdout.assign(a=np.random.default_rng(0).permutation(holdout["a"]))
        result = audit(train, synthetic, shuffled)
        assert result.verdict == "inconclusive"
        assert result.exchangeability is not None
        assert result.exchangeability.neighbour_p < 1e-3 < result.exchangeability.column_p

    def test_rows_of_one_unit_are_thinned_to_one_each(self) -> None:
        train, synthetic, holdout = worlds(25, 200)
        tables = [pd.concat([table, table.assign(a=table["a"] + 0.01)]) for table in (train, holdout)]
        assert audit(tables[0], synthetic, tables[1]).verdict == "inconclusive"
        units = [Private(pd.Series([*range(start, start + 200)] * 2)) for start in (0, 190)]
        privates = [Private(table) for table in tables]
        result = audit_tables(privates[0], synthetic, privates[1], train_units=units[0], holdout_units=units[1])
        assert result.verdict == "no leak found"
        assert result.n == {
            "train": 400,
            "synthetic": 200,
            "holdout": 400,
            "train_compared": 200,
            "holdout_compared": 190,
        }
        assert "20 held-out rows belong to units that train has" in result.warnings[1]
        alone = audit_tables(privates[0], synthetic, None, train_units=units[0])
        assert "200 of 400" in alone.warnings[0]

    def test_rows_without_a_unit_are_units_of_their_own(self) -> None:
        train, synthetic, holdout = worlds(26, 100)
        missing = Private(pd.Series([None] * 100, dtype=object))
        result = audit_tables(Private(train), synthetic, Private(holdout), train_units=missing, holdout_units=missing)
        assert (result.n["train_compared"], result.n["holdout_compared"]) == (100, 100)

    def test_without_a_holdout_only_gross_copying_can_be_called(self) -> None:
        train, synthetic, _ = worlds(14, 400)
        private = audit(train, synthetic, None)
        assert private.verdict == private.outlier_verdict == "inconclusive"
        assert private.attacks == ()
        leaking = audit(train, pd.concat([synthetic, train[:100]]), None)
        assert leaking.verdict == "leak"
        assert "100 of 400" in " ".join(leaking.reasons)

    def test_without_a_holdout_rows_that_repeat_by_chance_are_not_called(self) -> None:
        rng = np.random.default_rng(0)
        tables = [pd.DataFrame(rng.integers(0, 9, (400, 3)).astype(float), columns=list("abc")) for _ in range(2)]
        assert audit(tables[0], tables[1], None).verdict == "inconclusive"


class TestTables:
    def test_odd_columns_are_met_without_error(self) -> None:
        train, synthetic, holdout = worlds(15, 120)
        for number, table in enumerate((train, synthetic, holdout)):
            table["empty"] = np.nan
            table["nothing"] = pd.Series([None] * 120, dtype=object)
            table["same"] = 1.0
            table["naïve name (%)"] = [None, *np.arange(119.0)]
            table["many"] = [f"label {i + 60 * number}" for i in range(120)]
            table["flag"] = np.arange(120) % 2 == 0
            table["broken"] = "\ud800 half a pair"
            table["far"] = [np.inf, -np.inf, 1e300, -1e300, *np.arange(116.0)]
        result = audit(train, synthetic, holdout)
        assert {"empty", "naïve name (%)", "flag"} <= set(result.columns_used)

    def test_columns_that_a_table_lacks_are_listed(self) -> None:
        train, synthetic, holdout = worlds(16, 100)
        result = audit(train.assign(extra=1.0), synthetic.drop(columns="a"), holdout)
        assert result.columns_left_out == ("a", "extra")
        assert "a" not in result.columns_used

    def test_a_column_of_two_kinds_is_compared_as_the_holdout_has_it(self) -> None:
        train, synthetic, holdout = worlds(17, 100)
        as_text = audit(train, synthetic.assign(age=synthetic["age"].astype(int).astype(str)), holdout)
        assert "`age`" in as_text.warnings[0]
        assert "numbers" in as_text.warnings[0]
        audit(train, synthetic, holdout.assign(age="old"))
        audit(train.assign(age="young"), synthetic, holdout)

    @pytest.mark.parametrize("rows", [0, 1, 2, 5, 19])
    def test_very_few_rows_are_inconclusive(self, rows: int) -> None:
        train, synthetic, holdout = worlds(18, 100)
        for tables in ((train[:rows], synthetic, holdout), (train, synthetic, holdout[:rows])):
            assert audit(*tables).verdict == "inconclusive"
        few = audit(train, synthetic[:rows], holdout)
        assert few.verdict == ("inconclusive" if rows == 0 else "no leak found")
        assert audit(train[:rows], synthetic[:rows], None).verdict == "inconclusive"

    def test_too_small_a_sample_is_refused(self) -> None:
        train, synthetic, holdout = worlds(19, 50)
        with pytest.raises(UsageError, match="at least 20"):
            audit(train, synthetic, holdout, max_rows=19)

    def test_no_common_column_is_inconclusive(self) -> None:
        train, synthetic, holdout = worlds(19, 50)
        result = audit(train, synthetic.add_prefix("x"), holdout)
        assert result.verdict == "inconclusive"
        assert "no column in common" in " ".join(result.reasons)

    def test_one_column_is_enough(self) -> None:
        train, synthetic, holdout = worlds(20, 150)
        assert audit(train[["a"]], synthetic[["a"]], holdout[["a"]]).verdict == "no leak found"
        assert audit(train[["a"]], train[["a"]], holdout[["a"]]).verdict == "leak"

    def test_order_of_rows_and_columns_and_the_call_do_not_matter(self) -> None:
        train, synthetic, holdout = worlds(21, 200)
        given = without_codes(audit(train, synthetic, holdout).to_json())
        assert without_codes(audit(train, synthetic, holdout).to_json()) == given
        turned = [
            table.sample(frac=1, random_state=1)[list(table.columns)[::-1]] for table in (train, synthetic, holdout)
        ]
        again = audit(*turned).to_json()
        for one, other in zip(given["attacks"], again["attacks"], strict=True):
            assert one["p_value"] == pytest.approx(other["p_value"], rel=1e-6)
        assert given["copies"] == again["copies"]
        assert given["carried"] == again["carried"]

    def test_large_tables_are_sampled_but_copies_are_counted_over_all_rows(self) -> None:
        train, synthetic, holdout = worlds(22, 900)
        result = audit(train, pd.concat([synthetic, train[:50]]), holdout, max_rows=200)
        assert result.n["train_compared"] == result.n["holdout_compared"] == 200
        assert result.copies is not None
        assert result.copies.train == 50
        assert result.verdict == "leak"

    def test_a_column_drawn_from_the_train_values_themselves_is_a_leak(self) -> None:
        train, synthetic, holdout = worlds(24, 300)
        result = audit(train, synthetic.assign(a=train["a"].sample(300, random_state=0).to_numpy()), holdout)
        assert result.verdict == "leak"
        assert "values that a single real row has" in " ".join(result.reasons)
        assert result.carried is not None
        assert result.carried.columns == result.carried.columns | {"a": (300, 0)}

    def test_no_cell_is_in_the_result(self) -> None:
        train, synthetic, holdout = worlds(23, 100)
        train["city"] = "CANARY-7731"
        train["age"] = 77317731.0
        told = json.dumps(audit(train, pd.concat([synthetic, train]), holdout).to_json())
        assert "7731" not in told


def test_the_verdict_writes_shares_as_the_report_does_and_says_how_sure_it_is() -> None:
    from privsynth.audits.power import Detectable
    from privsynth.audits.wording import judge

    found = Detectable(copied_share=0.01254, copied_rows=31, outlier_share=0.16863, outlier_rows=43, power=1.0)
    _, reasons = judge({"matched": 0.5}, found, needed=None)
    assert reasons[1].endswith(
        "of 1.3% of the train rows, or of 16.9% of the outliers would have been found with at least 95% power."
    )
