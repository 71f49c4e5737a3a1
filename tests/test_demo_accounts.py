"""The finance example: its simulator, its schema and its ETL script."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

import privsynth
from privsynth.tableschema import Schema, read_schema

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> ModuleType:
    """Import an example the way a script beside it would."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES)
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return load("card_accounts").card_accounts(10_000, seed=0)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(load("card_accounts").SCHEMA)


def test_the_same_seed_gives_the_same_bytes() -> None:
    simulate = load("card_accounts").card_accounts
    first, again, other = (simulate(300, seed=seed).to_csv(index=False) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert simulate(1).shape == (1, 18)


def test_numbers_are_valid_but_belong_to_no_bank(table: pd.DataFrame) -> None:
    luhn_digit = load("card_accounts").luhn_digit
    assert luhn_digit("7992739871") == "3"
    assert all(card[-1] == luhn_digit(card[:-1]) for card in table["card_number"])
    assert table["card_number"].str.fullmatch(r"400000\d{10}").all()
    assert all(int(iban[4:] + "1314" + iban[2:4]) % 97 == 1 for iban in table["iban"])
    assert table["iban"].str.fullmatch(r"DE\d\d000\d{15}").all()


def test_customers_have_several_accounts_and_constant_fields(table: pd.DataFrame) -> None:
    accounts = table["customer_id"].value_counts()
    assert 1.1 < accounts.mean() < 1.5
    assert 3 <= accounts.max() <= 4
    constant = table.groupby("customer_id")[["name", "email", "age", "region"]].nunique(dropna=False)
    assert (constant == 1).all(axis=None)


def test_cells_lie_inside_the_declared_domain(table: pd.DataFrame, schema: Schema) -> None:
    assert schema.names == tuple(table.columns)
    assert (schema.target, schema.unit_column, schema.max_rows) == ("default", "customer_id", 4)
    assert schema.data_leaves() == ()
    for field in schema.fields:
        cells = table[field.name].dropna()
        assert not field.required or len(cells) == len(table), field.name
        if field.enum is not None:
            assert set(cells.astype(str)) <= set(field.enum), field.name
        elif field.kind == "date":
            assert cells.between(str(field.minimum), str(field.maximum)).all(), field.name
        elif field.minimum is not None:
            assert cells.astype(float).between(*field.bounds()).mean() > 0.99, field.name


def test_loans_are_missing_together_and_some_values_are_extreme(table: pd.DataFrame) -> None:
    loan = table[["loan_amount", "loan_purpose", "interest_rate"]].isna()
    assert loan.nunique(axis=1).eq(1).all()
    assert 0.4 < loan["loan_amount"].mean() < 0.7
    assert table["income"].astype(float).max() == 9_500_000


def test_the_target_can_be_learned(table: pd.DataFrame) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    features = table[["utilisation", "n_late_payments", "income", "months_on_book", "age"]].astype(float)
    target, train = table["default"].astype(int), table["customer_id"].str[-1] < "7"
    model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=8, random_state=0).fit(
        features[train], target[train]
    )
    assert 0.03 < target.mean() < 0.1
    assert roc_auc_score(target[~train], model.predict_proba(features[~train])[:, 1]) > 0.68


@pytest.mark.parametrize(("verdict", "code"), [("leak", 6), ("no leak found", 0), ("inconclusive", 0)])
def test_the_etl_script_writes_unless_a_leak_is_found(
    verdict: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = load("card_accounts").card_accounts(50)
    model = SimpleNamespace(guarantee=SimpleNamespace(sentence=lambda: "One customer is protected."))
    monkeypatch.setattr(privsynth, "split", lambda table, unit=None: (rows, rows), raising=False)
    monkeypatch.setattr(privsynth, "fit", lambda table, **_: model, raising=False)
    monkeypatch.setattr(privsynth, "sample", lambda model: rows, raising=False)
    monkeypatch.setattr(privsynth, "audit", lambda *_, **__: SimpleNamespace(verdict=verdict), raising=False)
    output = tmp_path / "synthetic.parquet"
    assert load("etl").main(["-o", str(output)]) == code
    assert output.exists() == (code == 0)
    assert "One customer is protected." in capsys.readouterr().out


@pytest.mark.integration
def test_the_etl_script_runs_for_real(tmp_path: Path) -> None:
    import subprocess

    output = tmp_path / "synthetic.parquet"
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "etl.py"), "-o", str(output)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert len(pd.read_parquet(output)) > 1000
