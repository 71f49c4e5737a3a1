"""The examples of jobs run as they stand: the night's script, the scheduler's functions, dbt's hook, and the gate of a release."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import yaml
from command_line import DECLARED, small_table
from command_line import privsynth as run_here

import privsynth
from privsynth.privacy import Budget

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def load(name: str) -> ModuleType:
    """Import an example the way a script beside it would."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES)
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return load("card_accounts").card_accounts(600, seed=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, accounts: pd.DataFrame) -> Path:
    folder = tmp_path_factory.mktemp("models")
    train = accounts.iloc[: len(accounts) // 2]
    schema = load("card_accounts").SCHEMA
    fitted = privsynth.fit(train, epsilon=3, schema=schema, ledger=folder / "ledger.db", dataset="accounts")
    fitted.save(folder / "m")
    return folder / "m"


@pytest.fixture
def shell(tmp_path: Path) -> Any:
    """Return what runs a script with this interpreter's `privsynth` on its path, as cron would: no terminal."""
    own = tmp_path / "bin"
    own.mkdir()
    (own / "privsynth").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m privsynth.cli "$@"\n')
    (own / "privsynth").chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PRIVSYNTH_LOG_FORMAT"}
    environment["PATH"] = f"{own}{os.pathsep}{environment['PATH']}"

    def run(*words: Any, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(word) for word in words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment | more, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_the_night_leaves_a_new_table_or_the_last_good_one(shell: Any, model: Path, tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    night = ("sh", EXAMPLES / "nightly_cron.sh")
    first = shell(*night, model, tables)
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    days = {f"{day:%Y-%m-%d}.parquet" for day in (datetime.now(UTC), pd.Timestamp.now(UTC))}
    assert {path.name for path in tables.iterdir()} - days == {"latest.parquet"}
    rows = (tables / "latest.parquet").read_bytes()
    assert len(pd.read_parquet(tables / "latest.parquet")) > 100
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in model.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes()[:-1])
    failed = shell(*night, damaged, tables)
    assert failed.returncode == 5
    assert failed.stderr.splitlines()[-1] == "The model is damaged: restore it from where it was made."
    assert (tables / "latest.parquet").read_bytes() == rows


def test_a_task_that_is_tried_again_changes_nothing(model: Path, tmp_path: Path) -> None:
    task = load("airflow_task")
    out = tmp_path / "o.parquet"
    assert task.refresh(str(model), str(out), rows=50, seed="20260131") == str(out)
    first = out.read_bytes()
    task.refresh(str(model), str(out), rows=50, seed="20260131")
    assert out.read_bytes() == first
    task.refresh(str(model), str(out), rows=50, seed="20260201")
    assert out.read_bytes() != first
    with pytest.raises(privsynth.ArtifactError):
        task.refresh(str(tmp_path), str(out))


def test_a_refit_needs_a_limit_and_is_paid_once(
    accounts: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task, ledger, table = load("airflow_task"), tmp_path / "ledger.db", tmp_path / "t.csv"
    accounts.to_csv(table, index=False)
    arguments = ["refit", str(table), str(tmp_path / "models" / "m"), "--epsilon", "1", "--ledger", str(ledger)]
    assert task.main(arguments) == 4
    assert "No limit is set." in capsys.readouterr().err
    book = privsynth.Ledger(ledger)
    book.open(task.DATASET, Budget(epsilon=1.4, delta=1e-6))
    assert [task.main(arguments), task.main(arguments)] == [0, 0]
    (account,) = book.show(task.DATASET)["datasets"]
    assert account["epsilon"] == pytest.approx(1, abs=1e-6)
    assert task.main([*arguments[:2], str(tmp_path / "m2"), *arguments[3:]]) == 4, "a second fit passes the limit"
    assert not (tmp_path / "m2").exists()
    assert task.main(["refresh", str(tmp_path / "models" / "m"), str(tmp_path / "o.parquet"), "--rows", "20"]) == 0
    assert len(pd.read_parquet(tmp_path / "o.parquet")) == 20


def test_dbt_publishes_what_passes_the_audit(shell: Any, accounts: pd.DataFrame, model: Path, tmp_path: Path) -> None:
    import duckdb

    half, published = len(accounts) // 2, tmp_path / "published.parquet"
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        for name, rows in {"train": accounts.iloc[:half], "holdout": accounts.iloc[half:]}.items():
            assert len(rows)
            warehouse.sql(f"CREATE TABLE {name} AS SELECT * FROM rows")  # noqa: S608 - names of ours
    hook = ("sh", EXAMPLES / "dbt_post_hook.sh", "duckdb:///warehouse.duckdb", "train", "holdout")
    unknown = shell(*hook, model, published, "no such column")
    assert (unknown.returncode, published.exists()) == (2, False)
    done = shell(*hook, model, published, "customer_id")
    assert done.returncode == 0, done.stderr
    assert published.exists()
    assert not list(tmp_path.glob(".draft*"))
    audit = json.loads((tmp_path / "published.parquet.audit.json").read_text("utf-8"))
    assert audit["verdict"] in ("no leak found", "inconclusive")


def lines_of(job: dict[str, Any]) -> list[list[str]]:
    """Return the words of each line that a step runs, but for the installation."""
    runs = [step["run"] for step in job["steps"] if "run" in step and not step["run"].startswith("pip ")]
    return [shlex.split(os.path.expandvars(line)) for run in runs for line in run.splitlines()]


def test_the_action_releases_what_passes_the_audit(
    capsys: pytest.CaptureFixture[str],
    accounts: pd.DataFrame,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    action = yaml.safe_load((EXAMPLES / "github_action.yaml").read_text("utf-8"))
    (job,) = action["jobs"].values()
    monkeypatch.chdir(tmp_path)
    halves = {"TRAIN": accounts.iloc[: len(accounts) // 2], "HOLDOUT": accounts.iloc[len(accounts) // 2 :]}
    for name, rows in halves.items():
        rows.to_csv(f"{name}.csv", index=False)
        monkeypatch.setenv(name, f"{name}.csv")
    monkeypatch.setenv("MODEL", str(model))
    monkeypatch.setenv("UNIT", "customer_id")
    assert set(job["env"]) == {"MODEL", "UNIT", *halves}
    lines = lines_of(job)
    assert [words[:2] for words in lines if words[0] == "privsynth"] == [
        ["privsynth", verb] for verb in ("verify", "sample", "audit")
    ]
    for words in lines:
        if words[0] != "privsynth":
            assert words == ["mkdir", "-p", "owner"]
            (tmp_path / "owner").mkdir()
            continue
        done = run_here(capsys, *words[1:])
        assert done.code == 0, done.err
    assert (tmp_path / "owner" / "audit.xml").read_text("utf-8").startswith("<?xml")
    (uploaded,) = [step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    assert (tmp_path / uploaded).is_file()
    (tmp_path / uploaded).write_bytes((tmp_path / "TRAIN.csv").read_bytes())
    assert run_here(capsys, *lines[-1][1:]).code == 6, "the real rows themselves"


@pytest.mark.parametrize("generator", ["maxent", "copula"])
def test_the_fits_of_the_plan_go_into_the_limit_and_no_further_one(tmp_path: Path, generator: str) -> None:
    """docs/etl.md: four fits at epsilon 0.475 stay within epsilon 1."""
    (tmp_path / "t.csv").write_text(small_table(200))
    book = privsynth.Ledger(tmp_path / "ledger.db")
    book.open("people", Budget(epsilon=1.0, delta=1e-6))
    asked = {"epsilon": 0.475, "declare": DECLARED, "generator": generator, "ledger": book.path, "dataset": "people"}
    for _ in range(4):
        privsynth.fit(tmp_path / "t.csv", **asked)
    with pytest.raises(privsynth.BudgetError):
        privsynth.fit(tmp_path / "t.csv", **asked | {"epsilon": 0.05})


@pytest.mark.integration
def test_spark_draws_the_same_rows_from_the_same_seed(shell: Any, model: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    job = (sys.executable, EXAMPLES / "spark_job.py", model)
    local = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_MASTER": "local[2]"}
    for name in ("one", "two"):
        done = shell(*job, name, 1000, 3, **local)
        assert done.returncode == 0, done.stderr
    one, two = (pd.read_parquet(tmp_path / name) for name in ("one", "two"))
    assert len(one) == 1000
    order = list(one.columns)
    pd.testing.assert_frame_equal(*(frame.sort_values(order, ignore_index=True) for frame in (one, two)))
    assert shell(sys.executable, EXAMPLES / "spark_job.py", tmp_path, "three", **local).returncode == 5
