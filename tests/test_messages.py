"""What people are told: hints that follow from public names and noisy answers only."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth.cli import _outcome
from privsynth.preflight import lost_target
from privsynth.tableschema import Field, Schema


def test_a_persons_number_without_a_unit_is_hinted_at() -> None:
    said: list[str] = []
    frame = people(300).assign(patient_nbr=range(300))
    privsynth.fit(frame, epsilon=1, declare=PEOPLE_DECLARED, progress=said.append)
    assert any("patient_nbr" in text and "--unit" in text for text in said)
    said.clear()
    privsynth.fit(frame, epsilon=1, declare=PEOPLE_DECLARED, unit="patient_nbr", progress=said.append)
    assert not any("--unit" in text for text in said)


def test_what_could_not_be_learned_is_said() -> None:
    said: list[str] = []
    frame = pd.DataFrame({"kind": ["a"] * 2999 + ["b"], "code": [f"x{i:05d}" for i in range(3000)], "n": range(3000)})
    privsynth.fit(frame, epsilon=5, delta=1e-7, progress=said.append)
    assert any(text.startswith("left out") and "code" in text for text in said)
    assert any("only one label" in text and "kind" in text for text in said)


def test_a_target_of_which_one_label_was_learned_is_said_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"n": rng.integers(0, 50, 2000), "died": ["no"] * 1998 + ["yes"] * 2, "ward": ["A", "B"] * 1000}
    )
    wanted = "of the target `died` only one label was frequent enough to be learned"
    out = tmp_path / "out"
    owner = privsynth.run(frame, epsilon=3, delta=1e-7, focus="died", out=out, progress=said.append)
    [told] = [text for text in said if "died" in text and "label" in text]
    assert told.startswith(wanted)
    assert "--declare" in told
    released = json.loads((out / "release" / "report.json").read_text("utf-8"))
    for report in (owner, released):
        [why] = [
            each["why"] for each in report["not_tested"] if each["what"] == "Prediction" and "Of the" in each["why"]
        ]
        assert why[1:] == told[1:]
    assert "The synthetic table has one label of `died` only." in owner["evaluate"]["prediction"]["reason"]
    frame.to_csv(tmp_path / "t.csv", index=False)
    synthetic = str(out / "release" / "synthetic.csv")
    table = str(tmp_path / "t.csv")
    assert (
        _outcome(["evaluate", "--train", table, "--holdout", table, "--synthetic", synthetic, "--target", "died"]) == 0
    )
    printed = capsys.readouterr()
    assert "one label of `died` only" in " ".join((printed.out + printed.err).split())


def test_a_target_whose_labels_are_declared_or_learned_is_no_cause_for_words() -> None:
    one = Field(name="x", kind="categorical", enum=("a",), provenance={"enum": {"source": "dp"}})
    assert lost_target(Schema(fields=(one,), target="x")) is not None
    for field, target in (
        (one, None),
        (replace(one, provenance={"enum": "declared"}), "x"),
        (replace(one, enum=("a", "b")), "x"),
        (replace(one, action="drop"), "x"),
    ):
        assert lost_target(Schema(fields=(field,), target=target)) is None


def test_a_limit_set_on_a_path_binds_fits_of_that_file(
    people_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(people_csv.parent)
    ledger = ["--ledger", str(tmp_path / "l.db")]
    assert _outcome(["ledger", "open", "--dataset", people_csv.name, "--epsilon", "1", *ledger]) == 0
    assert _outcome(["fit", str(people_csv), "--epsilon", "2", "-o", str(tmp_path / "m"), *ledger]) == 4
    assert _outcome(["ledger", "show", "--dataset", people_csv.name, *ledger]) == 0
    assert str(people_csv.resolve()) in capsys.readouterr().out.replace("\n", "")


def test_a_database_url_is_refused_without_its_password(capsys: pytest.CaptureFixture[str]) -> None:
    assert _outcome(["scan", "postgresql://me:secret@host/db::t"]) == 2
    assert "secret" not in capsys.readouterr().err


def test_sample_takes_a_release_folder(tmp_path: Path) -> None:
    privsynth.fit(people(300), epsilon=2, declare=PEOPLE_DECLARED).save(tmp_path / "model")
    assert len(privsynth.sample(tmp_path, 5)) == 5


def test_an_audit_takes_units() -> None:
    train, held, other = (
        people(600, seed=seed).assign(person=[f"{seed}-{i // 3}" for i in range(600)]) for seed in (1, 2, 3)
    )
    rows = privsynth.audit(train, other, held, unit="person").to_json()["n"]
    assert rows["train_compared"] == 200
    with pytest.raises(privsynth.UsageError, match="no column"):
        privsynth.audit(train, other, held, unit="nobody")


def test_a_fitted_model_says_what_it_is_in_a_line() -> None:
    assert (
        repr(privsynth.fit(people(300), epsilon=2, declare=PEOPLE_DECLARED)) == "Fitted(maxent, 9 columns, epsilon 2)"
    )
