"""The two domains that it is made for, end to end through the command line: a hospital's table and a bank's.

The real tables beside the repository are used where they are, else simulated ones.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from privsynth.cli import cli
from privsynth.simulators import hospital_admissions
from privsynth.tableschema import read_schema

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
EXAMPLES = Path(__file__).parents[1] / "examples"
ROWS = 1_500
MOST_BYTES = 2_000_000
STAYS = (
    *("encounter_id", "patient_nbr", "race", "gender", "age", "admission_type_id", "time_in_hospital"),
    *("num_lab_procedures", "number_inpatient", "diag_1", "A1Cresult", "insulin", "readmitted"),
)


DECLARED = {
    "target": "readmitted_30d",
    "columns": {
        "sex": ["F", "M"],
        "admission_type": ["Elective", "Emergency", "Newborn", "Urgent"],
        "charges": {"lower": 0, "upper": 500_000, "decimals": 2},
        "num_procedures": {"lower": 0, "upper": 12, "integer": True},
        "readmitted_30d": ["no", "yes"],
    },
}


@dataclass(frozen=True)
class Domain:
    """A table, how it is run, and what has to come out."""

    table: pd.DataFrame
    options: tuple[str, ...]
    identifiers: tuple[str, ...]
    unit: str | None
    target: str


def from_file(name: str) -> pd.DataFrame:
    rows = pd.read_csv(DATA / name / "train.csv.gz", dtype=str, keep_default_na=False, nrows=ROWS)
    return rows.rename(columns=str)


def hospital(folder: Path) -> Domain:
    policy = ("--hipaa-safe-harbor", "--as-of", "2024")
    if (DATA / "diabetes").is_dir():
        domain = json.loads((DATA / "diabetes" / "domain.json").read_text())
        domain["columns"] = {name: each for name, each in domain["columns"].items() if name in STAYS}
        (folder / "domain.json").write_text(json.dumps(domain))
        unit = ("--unit", "patient_nbr", "--max-rows", "3")
        return Domain(
            from_file("diabetes")[list(STAYS)],
            ("--declare", str(folder / "domain.json"), *unit, *policy),
            ("encounter_id", "patient_nbr"),
            "patient_nbr",
            "readmitted",
        )
    unit = ("--unit", "patient_id", "--max-rows", "4")
    identifiers = ("patient_id", "ssn", "medical_record_number", "email")
    (folder / "domain.json").write_text(json.dumps(DECLARED))
    declared = ("--declare", str(folder / "domain.json"))
    return Domain(hospital_admissions(ROWS), (*declared, *unit, *policy), identifiers, "patient_id", "readmitted_30d")


def bank(_: Path) -> Domain:
    if (DATA / "credit").is_dir():
        declared = ("--declare", str(DATA / "credit" / "domain.json"))
        target = str(json.loads((DATA / "credit" / "domain.json").read_text())["target"])
        return Domain(from_file("credit"), declared, (), None, target)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES)
        accounts = importlib.import_module("card_accounts")
    unit = ("--unit", "customer_id", "--max-rows", "4")
    table = accounts.card_accounts(ROWS)
    return Domain(table, ("--schema", str(accounts.SCHEMA), *unit), ("iban", "card_number"), "customer_id", "default")


def said(*arguments: str, folder: Path) -> str:
    result = CliRunner().invoke(cli, list(arguments), env={**os.environ, "XDG_DATA_HOME": str(folder)})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("domain", [hospital, bank], ids=["healthcare", "finance"])
def test_a_domain_runs_from_its_table_to_a_release_that_verifies(
    domain: Callable[[Path], Domain], tmp_path: Path
) -> None:
    it = domain(tmp_path)
    it.table.to_csv(tmp_path / "table.csv", index=False)
    out = tmp_path / "out"
    common = ("--ledger", str(tmp_path / "ledger.db"), "--dataset", "domain")
    said("run", str(tmp_path / "table.csv"), "--epsilon", "3", *it.options, *common, "-o", str(out), folder=tmp_path)
    assert "as it was written" in said("verify", str(out / "release"), folder=tmp_path)

    report = json.loads((out / "owner" / "report.json").read_text())
    guarantee = report["guarantee"]
    assert guarantee["epsilon"] <= 3
    assert guarantee["unit"]["column"] == it.unit
    assert report["audit"]["verdict"] in ("no leak found", "inconclusive")
    assert report["evaluate"]["prediction"]["target"] == it.target
    assert 0.4 < report["evaluate"]["prediction"]["tstr"] <= 1
    if "--hipaa-safe-harbor" in it.options:
        assert report["declarations"]["policy"] is not None

    synthetic = pd.read_csv(out / "release" / "synthetic.csv", dtype=str)
    assert len(synthetic) > ROWS / 2
    for name in it.identifiers:
        assert name not in synthetic or not set(synthetic[name].dropna()) & set(it.table[name].dropna())
    for place in ("owner", "release"):
        assert (out / place / "report.html").stat().st_size < MOST_BYTES


def test_ready_made_schemas_are_complete() -> None:
    for path in sorted((Path(__file__).parents[1] / "schemas").glob("*.yaml")):
        schema = read_schema(path)
        assert schema.target is not None
        assert not schema.data_leaves()
