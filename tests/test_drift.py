"""Two synthetic releases: what differs is named, what does not is not blamed, and no real row is needed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import privsynth as command
from jsonschema import Draft202012Validator

import privsynth
from privsynth.errors import SchemaError
from privsynth.quality.drift import drift_tables, holm, tvd_by_chance

SCHEMAS = Path(__file__).parent.parent / "schemas"


def release(rows: int, seed: int, *, shift: float = 0.0, together: float = 0.8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.normal(size=rows)
    return pd.DataFrame(
        {
            "size": size,
            "weight": together * size + np.sqrt(1 - together**2) * rng.normal(size=rows),
            "ward": np.where(rng.random(rows) < 0.5 + shift, "a", "b").astype(object),
        }
    )


def test_two_samples_of_one_model_do_not_drift() -> None:
    verdicts = [drift_tables(release(400, seed), release(300, 50 + seed), seed=seed).verdict for seed in range(6)]
    assert verdicts.count("no drift seen") >= 5
    told = drift_tables(release(400, 0), release(300, 50)).to_json()
    Draft202012Validator(json.loads((SCHEMAS / "drift.schema.json").read_text())).validate(told)
    assert told["rows"] == {"earlier": 400, "synthetic": 300}
    assert told["sentence"] == "The releases differ no more than two samples of one model."
    assert told["discriminator_auc"] < 0.6 < told["discriminator_chance"] + 0.1


def test_a_column_that_moved_comes_first() -> None:
    found = drift_tables(release(500, 0), release(500, 1, shift=0.3))
    assert found.verdict == "columns drifted"
    assert [each.name for each in found.columns if each.drifted] == ["ward"]
    assert found.columns[0].name == "ward"
    assert found.columns[0].tvd == pytest.approx(0.3, abs=0.08)
    assert found.columns[0].chance < 0.1
    assert found.sentence == "1 of 3 columns differ beyond chance: `ward`."


def test_relations_that_changed_are_seen_by_the_model_alone() -> None:
    found = drift_tables(release(1500, 0), release(1500, 1, together=-0.8))
    assert found.verdict == "relations drifted"
    assert found.discriminator_auc is not None
    assert found.discriminator_auc > 0.8
    assert "a model tells the releases apart" in found.sentence


def test_chance_is_that_of_dealing_the_rows_anew() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 4, 200), rng.integers(0, 4, 100)
    tvd, chance, _ = tvd_by_chance(one, other, 4, rng)
    counts = [np.bincount(each, minlength=4) / len(each) for each in (one, other)]
    assert tvd == pytest.approx(0.5 * np.abs(counts[0] - counts[1]).sum())
    dealt = []
    for _ in range(1000):
        both = rng.permutation(np.concatenate([one, other]))
        parts = [np.bincount(part, minlength=4) / len(part) for part in (both[:200], both[200:])]
        dealt.append(0.5 * np.abs(parts[0] - parts[1]).sum())
    assert chance == pytest.approx(np.quantile(dealt, 0.95), abs=0.02)
    small = [tvd_by_chance(rng.integers(0, 4, 200), rng.integers(0, 4, 200), 4, rng)[2] < 0.05 for _ in range(200)]
    assert np.mean(small) < 0.1
    assert tvd_by_chance(np.zeros(9, dtype=int), np.zeros(9, dtype=int), 1, rng) == (0, 0, 1)
    assert tvd_by_chance(np.zeros(300, dtype=int), np.ones(300, dtype=int), 2, rng)[2] < 1e-6


def test_holm_stops_at_the_first_that_is_not_significant() -> None:
    assert holm([0.04, 0.01, 0.03]) == [False, True, False]
    assert holm([0.01, 0.02, 0.04]) == [True, True, True]
    assert holm([]) == []


def test_tables_that_share_nothing_are_refused() -> None:
    with pytest.raises(SchemaError, match="share no column or one has no row"):
        drift_tables(release(9, 0), release(9, 1).add_prefix("x"))
    with pytest.raises(SchemaError, match="Check names and tables"):
        drift_tables(release(9, 0), release(9, 1)[:0])
    assert drift_tables(release(9, 0), release(9, 1)).discriminator_auc is None


def test_drift_is_a_function_and_part_of_evaluate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, seed in (("old", 0), ("new", 1), ("train", 2)):
        release(150, seed, shift=0.4 * (name == "new")).to_csv(f"{name}.csv", index=False)
    assert privsynth.drift("old.csv", "new.csv").verdict == "columns drifted"
    told = command(capsys, "evaluate", "--synthetic", "new.csv", "--earlier", "old.csv", "--json", "d.json")
    assert told.code == 0
    assert "1 of 3 columns differ beyond chance: `ward`." in told.out
    document = json.loads(Path("d.json").read_text("utf-8"))
    Draft202012Validator(json.loads((SCHEMAS / "drift.schema.json").read_text())).validate(document)
    both = ("--train", "train.csv", "--synthetic", "new.csv", "--earlier", "old.csv", "--protected", "ward")
    whole = command(capsys, "evaluate", *both, "--target", "size", "--target", "ward", "--json", "e.json")
    assert whole.code == 0
    assert "Drift between two releases" in whole.out
    assert "Groups of `ward` were not compared. There is no holdout to test on." in whole.out
    assert "Groups of protected attributes" not in whole.out
    found = json.loads(Path("e.json").read_text("utf-8"))
    assert found["drift"]["columns"][0]["name"] == "ward"
    assert [each["target"] for each in found["predictions"]] == ["size"] * 3 + ["ward"] * 3
    assert Path("e.json").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_compared_is_said_in_place_of_an_empty_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, seed in (("train", 0), ("synthetic", 1), ("holdout", 2)):
        release(150, seed).to_csv(f"{name}.csv", index=False)
    tables = ("evaluate", "--train", "train.csv", "--synthetic", "synthetic.csv", "--protected", "ward")
    alone = command(capsys, *tables)
    assert "beside its reference (none: give real rows with --holdout)" in alone.out
    assert "Groups of protected attributes" not in alone.out
    assert "Groups of `ward` were not compared. No target column was named." in alone.out
    held = command(capsys, *tables, "--holdout", "holdout.csv", "--target", "size").out
    assert "(the holdout; models trained on real rows)" in held
    assert "Groups of protected attributes" in held


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "There is nothing to compare the synthetic table with."),
        (("--earlier", "o.csv", "--target", "x"), "which knows no --target."),
        (("--earlier", "o.csv", "--html", "x.html"), "which knows no --html."),
        (("--train", "o.csv", "--protected", "x"), "The protected attribute `x` is no column"),
        (("--train", "o.csv", "--target", "ward", "--target", "x"), "The target `x` is no column"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    release(30, 0).to_csv("o.csv", index=False)
    outcome = command(capsys, "evaluate", "--synthetic", "o.csv", *arguments)
    assert outcome.code == 2
    assert said in outcome.err.replace("\n", " ")
