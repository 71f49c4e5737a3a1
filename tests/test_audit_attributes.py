"""Attribute inference: what a model of the synthetic table guesses better for train rows than for held-out ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from audit_worlds import audit, say, share_under, two_errors, worlds

from privsynth.audits import attributes as module
from privsynth.audits import audit_tables
from privsynth.audits.attributes import Attributes, measure_attributes
from privsynth.audits.pool import assemble
from privsynth.audits.tables import align
from privsynth.privacy import Private

QUASI = ["a", "b", "age", "sex", "city"]
HELD = [*QUASI, "secret", "amount"]
World = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def secretive(seed: int, rows: int) -> World:
    """Independent tables with a secret and an amount that nothing tells."""
    rng = np.random.default_rng([seed, 3])
    letters = np.array(list("uvwxy"), dtype=object)
    train, synthetic, holdout = (
        table.assign(secret=rng.choice(letters, rows), amount=rng.random(rows)) for table in worlds(seed, rows)
    )
    return train, synthetic, holdout


def memorised(seed: int, rows: int, share: float = 1.0) -> World:
    """Synthetic rows whose quasi-identifiers and secret are a train row's; all other columns are independent."""
    train, synthetic, holdout = secretive(seed, rows)
    taken = np.random.default_rng([seed, 4]).permutation(rows)[: int(share * rows)]
    made = synthetic.copy()
    made.loc[: len(taken) - 1, HELD] = train.loc[taken, HELD].to_numpy()
    return train, made.infer_objects(), holdout


def guesses(tables: World, sensitive: list[str] | None = None) -> Attributes:
    return measure_attributes(assemble(align(*tables), seed=0, max_rows=20_000), sensitive=sensitive)


def test_a_memorised_secret_is_found_and_named_first() -> None:
    found = guesses(memorised(0, 600), ["secret", "f"])
    secret = found.columns[0]
    assert secret.column == "secret"
    assert secret.p_value < 1e-6
    assert found.p_value == pytest.approx(2 * secret.p_value)
    assert secret.difference == pytest.approx(secret.train - secret.holdout)
    assert 0 < secret.difference_ci[0] < secret.difference < secret.difference_ci[1]
    assert abs(secret.holdout - secret.baseline) < 0.03
    assert secret.baseline == pytest.approx(0.2, abs=0.03)


def test_what_the_population_tells_is_no_leak() -> None:
    train, synthetic, holdout = (table.assign(same=table["city"]) for table in worlds(1, 400))
    same = guesses((train, synthetic, holdout), ["same"]).columns[0]
    assert min(same.train, same.holdout) > 0.5 > 4 * same.baseline
    assert same.p_value > 0.001
    assert same.difference_ci[0] < 0 < same.difference_ci[1]


def test_an_audit_tells_it_in_a_section_of_its_own_and_counts_it() -> None:
    train, synthetic, holdout = memorised(2, 500)
    result = audit_tables(Private(train), synthetic, Private(holdout), sensitive=["secret"])
    told = result.to_json()
    assert result.verdict == "leak"
    assert "columns guessed from the others" in " ".join(told["reasons"])
    assert [each["column"] for each in told["attributes"]] == ["secret"]
    assert told["attribute_test"]["p_holm"] >= told["attribute_test"]["p_value"]
    assert told["attribute_test"]["tested"] == 1
    blank = audit(train, synthetic, None).to_json()
    assert blank["attributes"] == []
    assert blank["attribute_test"] is None


def test_numbers_are_guessed_by_their_tenth() -> None:
    found = guesses(memorised(3, 600), ["amount"]).columns[0]
    assert found.p_value < 1e-6
    assert found.baseline == pytest.approx(0.1, abs=0.01)
    assert abs(found.holdout - 0.1) < 0.02 < found.difference


def test_columns_that_cannot_be_guessed_are_named() -> None:
    rng = np.random.default_rng(4)
    tables = [pd.DataFrame(rng.random((150, 24)), columns=[f"x{i:02}" for i in range(24)]) for _ in range(3)]
    train, synthetic, holdout = (table.assign(same="a", empty=np.nan) for table in tables)
    found = guesses((train, synthetic, holdout), [f"x{i:02}" for i in range(22)] + ["same", "empty"])
    assert len(found.columns) == module.MOST_COLUMNS
    assert {"same", "empty"} < set(found.untested)
    assert len(found.untested) == 4
    alone = guesses((train[["x00"]], synthetic[["x00"]], holdout[["x00"]]))
    assert alone.p_value is None
    assert alone.untested == ("x00",)


def test_labels_that_the_synthetic_table_lacks_have_no_chance_and_raise_nothing() -> None:
    train, synthetic, holdout = secretive(5, 120)
    found = guesses((train, synthetic[synthetic["secret"] != "u"], holdout), ["secret"]).columns[0]
    assert 0 <= found.train < 0.25
    many = [table.assign(secret=[f"s{i % 60}" for i in range(len(table))]) for table in (train, synthetic, holdout)]
    assert guesses((many[0], many[1], many[2]), ["secret"]).columns[0].baseline < 0.6


def test_large_tables_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 150)
    found = guesses(memorised(6, 400), ["secret"])
    assert len(found.columns) == 1


def null_p_values(seeds: range, rows: int) -> list[float]:
    return [guesses(secretive(seed, rows), ["secret" if seed % 2 else "a"]).columns[0].p_value for seed in seeds]


def test_without_a_leak_p_values_are_not_too_small() -> None:
    found = null_p_values(range(30), 150)
    assert len(found) == 30
    for level in (0.05, 0.2):
        assert share_under(found, level) <= two_errors(level, len(found))


@pytest.mark.audit
def test_without_a_leak_p_values_are_uniform_in_many_runs() -> None:
    from scipy.stats import kstest

    found = null_p_values(range(200), 300)
    assert kstest(found, "uniform").pvalue > 0.01
    assert share_under(found, 0.05) <= two_errors(0.05, len(found))


@pytest.mark.audit
@pytest.mark.parametrize(("share", "least"), [(1.0, 1.0), (0.3, 0.8)])
def test_the_power_against_memorised_secrets(share: float, least: float) -> None:
    found = [guesses(memorised(seed, 1_500, share), ["secret"]).p_value for seed in range(10)]
    power = float(np.mean([p is not None and p < 0.01 / 6 for p in found]))
    say(f"secrets of {100 * share:.0f}% of 1,500 train rows memorised: found in {100 * power:.0f}% of runs")
    assert power >= least
