"""Utility figures against their definitions, and on odd tables."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from privsynth.errors import SchemaError
from privsynth.privacy import Private
from privsynth.quality import QualityResult, evaluate_tables, synthetic_only
from privsynth.quality.coding import Coded
from privsynth.quality.marginals import measure_marginals

SCHEMA = json.loads((Path(__file__).parent.parent / "schemas" / "evaluate.schema.json").read_text())
SCORER = Path(__file__).parent.parent.parent / "shared" / "bench" / "score.py"


def patients(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = np.round(np.clip(rng.normal(60, 15, rows), 18, 99))
    ward = rng.choice(np.array(["A", "B", "C"], dtype=object), rows, p=[0.6, 0.3, 0.1])
    risk = (age - 60) / 10 + (ward == "C") * 2 + rng.standard_normal(rows)
    table = pd.DataFrame({"age": age, "ward": ward, "cost": np.exp(risk + rng.standard_normal(rows))})
    table["died"] = np.where(risk > 1, "yes", "no").astype(object)
    table.loc[rng.random(rows) < 0.1, "cost"] = np.nan
    return table


def evaluate(
    train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame | None, target: str | None = None
) -> tuple[QualityResult, dict[str, Any]]:
    """Evaluate, and check on the way that the JSON fits its schema and holds no NaN."""
    private = None if holdout is None else Private(holdout)
    result = evaluate_tables(Private(train), synthetic, private, target=target)
    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    Draft202012Validator(SCHEMA).validate(told)
    return result, told


def test_a_copy_has_no_error_and_shuffled_columns_have_pair_errors_only() -> None:
    train, holdout = patients(800, 0), patients(400, 1)
    _, copied = evaluate(train, train, holdout)
    assert [copied["marginals"][order]["value"] for order in "123"] == [0, 0, 0]
    shuffled = train.assign(died=np.random.default_rng(0).permutation(train["died"].to_numpy()))
    _, told = evaluate(train, shuffled, holdout)
    assert told["marginals"]["1"]["value"] == 0
    assert told["marginals"]["2"]["value"] > 0.05
    assert "died" in told["worst_pairs"][0]["columns"]
    assert told["marginals"]["1"]["reference"] == copied["marginals"]["1"]["reference"] > 0
    assert [told["marginals"][order]["sets"] for order in "123"] == [4, 6, 4]


def test_a_marginal_error_is_the_total_variation_distance() -> None:
    train = pd.DataFrame({"x": np.array(["a"] * 6 + ["b"] * 4, dtype=object)})
    synthetic = pd.DataFrame({"x": np.array(["a"] * 2 + ["b"] * 4 + ["new"] * 2 + [None] * 2, dtype=object)})
    _, told = evaluate(train, synthetic, None)
    assert told["worst_columns"] == [
        {"name": "x", "kind": "categorical", "value": pytest.approx(0.4), "reference": None}
    ]
    assert told["marginals"]["2"] == {"sets": 0, "value": None, "reference": None}


def test_very_many_cells_give_the_same_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    codes = tuple({name: rng.integers(0, 20, 500) for name in "abc"} for _ in range(3))
    coded = Coded(codes=codes, sizes=dict.fromkeys("abc", 20))
    dense = measure_marginals(coded, "abc", seed=0)
    monkeypatch.setattr("privsynth.quality.marginals.DENSE_CELLS", 10)
    sparse = measure_marginals(coded, "abc", seed=0)
    for order in (1, 2, 3):
        one, other = dense.means[order], sparse.means[order]
        assert one is not None
        assert other is not None
        assert (one.value, one.reference) == pytest.approx((other.value, other.reference))


def test_many_columns_are_met_by_random_pairs_and_triples() -> None:
    rng = np.random.default_rng(0)
    names = [f"c{i}" for i in range(110)]
    codes = tuple({name: rng.integers(0, 2, 20) for name in names} for _ in range(2))
    found = measure_marginals(Coded(codes=codes, sizes=dict.fromkeys(names, 2)), names, seed=0)
    assert found.counted == {1: 110, 2: 5000, 3: 300}


def test_the_worst_five_columns_come_first() -> None:
    rng = np.random.default_rng(0)
    train = pd.DataFrame(rng.standard_normal((400, 8)), columns=list("abcdefgh"))
    synthetic = train + np.arange(8)[::-1] * 0.3
    _, told = evaluate(train, synthetic, None)
    assert [column["name"] for column in told["worst_columns"]] == list("abcde")
    assert len(told["columns"]) == 8


def test_prediction_tells_a_good_synthetic_table_from_a_shuffled_one() -> None:
    train, holdout = patients(300, 2), patients(300, 3)
    good, _ = evaluate(train, patients(300, 4), holdout, "died")
    shuffled = train.assign(died=np.random.default_rng(0).permutation(train["died"].to_numpy()))
    bad, _ = evaluate(train, shuffled, holdout, "died")
    assert (good.prediction.task, good.prediction.metric) == ("binary", "auc")
    assert good.prediction.tstr is not None
    assert bad.prediction.tstr is not None
    assert good.prediction.tstr > 0.8 > 0.65 > bad.prediction.tstr
    assert good.prediction.trtr == bad.prediction.trtr


def test_prediction_of_several_classes_and_of_a_number() -> None:
    train, synthetic, holdout = patients(150, 5), patients(150, 6), patients(100, 7)
    several, _ = evaluate(train, synthetic, holdout, "ward")
    assert several.prediction.task == "multiclass"
    number, _ = evaluate(train, synthetic, holdout, "age")
    assert (number.prediction.task, number.prediction.metric) == ("regression", "r2")
    assert number.prediction.tstr is not None
    assert number.prediction.tstr > 0.2
    coded = [table.assign(died=(table["died"] == "yes").astype(float)) for table in (train, synthetic, holdout)]
    binary, _ = evaluate(*coded, "died")
    assert binary.prediction.task == "binary"


@pytest.mark.parametrize(
    ("target", "with_holdout", "reason"),
    [
        (None, True, "No target"),
        ("other", True, "not in every table"),
        ("died", False, "no holdout"),
        ("name", True, "classes"),
        ("void", True, "No row"),
    ],
)
def test_what_is_not_predicted_has_a_reason(target: str | None, with_holdout: bool, reason: str) -> None:
    tables = [
        patients(60, seed).assign(name=[f"n{i}" for i in range(60)], void=pd.Series([None] * 60, dtype=object))
        for seed in range(3)
    ]
    result, _ = evaluate(tables[0], tables[1], tables[2] if with_holdout else None, target)
    assert result.prediction.tstr is None
    assert result.prediction.trtr is None
    assert reason in str(result.prediction.reason)


def test_a_single_column_predicts_nothing() -> None:
    table = patients(60, 0)[["died"]]
    result, _ = evaluate(table, table, table, "died")
    assert "no column to predict" in str(result.prediction.reason)


def test_a_synthetic_target_without_variation_is_not_scored() -> None:
    train, holdout = patients(200, 8), patients(100, 9)
    for target, constant in (("died", "no"), ("age", np.nan)):
        result, _ = evaluate(train, train.assign(**{target: constant}), holdout, target)
        assert result.prediction.tstr is None
        assert result.prediction.trtr is not None
        assert "synthetic table" in str(result.prediction.reason)


def test_odd_tables_are_met_without_error() -> None:
    tables = [patients(50, seed) for seed in range(3)]
    for number, table in enumerate(tables):
        table["empty"] = np.nan
        table["nothing"] = pd.Series([None] * 50, dtype=object)
        table["flag"] = np.arange(50) % 2 == 0
        table["label"] = [f"{i + number}" for i in range(50)]
        table["far"] = [np.inf, 1e300, *range(48)]
    tables[1]["age"] = tables[1]["age"].astype(str)
    _, told = evaluate(tables[0].assign(extra=1), tables[1].drop(columns="ward"), tables[2], "flag")
    assert told["columns_left_out"] == ["extra", "ward"]
    assert {column["name"]: column["kind"] for column in told["columns"]}["age"] == "numeric"


def test_tables_that_cannot_be_compared_are_refused() -> None:
    table = patients(20, 0)
    with pytest.raises(SchemaError, match="no column in common"):
        evaluate_tables(Private(table), table.add_prefix("x"), None)
    with pytest.raises(SchemaError, match="synthetic"):
        evaluate_tables(Private(table), table[:0], None)


def test_synthetic_only_needs_no_real_row() -> None:
    table = pd.DataFrame({"x": [1.0, np.nan, 2.0, 2.0], "y": np.array(["a", "b", "c", "c"], dtype=object)})
    assert synthetic_only(table) == {
        "rows": 4,
        "columns": 2,
        "missing_share": 0.125,
        "repeated_row_share": 0.5,
        "by_column": [
            {"name": "x", "kind": "numeric", "missing_share": 0.25, "distinct": 2},
            {"name": "y", "kind": "categorical", "missing_share": 0.0, "distinct": 3},
        ],
    }
    assert synthetic_only(table[:0])["rows"] == 0
    assert synthetic_only(pd.DataFrame())["columns"] == 0


@pytest.mark.skipif(not SCORER.exists(), reason="the scorer is not on this machine")
def test_the_figures_equal_the_scorer(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    train, synthetic, holdout = patients(500, 10), patients(400, 11), patients(250, 12)
    labels = {"ward": ["A", "B", "C"], "died": ["no", "yes"]}
    domain = {name: labels.get(name, {"lower": 0, "upper": 1e9}) for name in train.columns}
    (tmp_path / "domain.json").write_text(json.dumps({"target": "died", "columns": domain}))
    for name, table in (("train", train), ("holdout", holdout), ("synthetic", synthetic)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    theirs = scorer.score(tmp_path, str(tmp_path / "synthetic.csv"))
    ours, told = evaluate(train, synthetic, holdout, "died")
    for order in "123":
        assert told["marginals"][order]["value"] == pytest.approx(theirs[f"tvd{order}"], abs=1e-4)
        assert told["marginals"][order]["reference"] == pytest.approx(theirs[f"floor{order}"], abs=1e-4)
    assert ours.prediction.tstr == pytest.approx(theirs["tstr"], abs=1e-4)
    assert ours.prediction.trtr == pytest.approx(theirs["trtr"], abs=1e-4)
