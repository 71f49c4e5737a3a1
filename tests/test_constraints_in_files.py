"""Rows as they lie in a file, read by somebody else: every declared constraint holds in each of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from command_line import privsynth

from privsynth import fit
from privsynth.sdv.draws import Draws

ROOT = Path(__file__).resolve().parents[1]
ROWS = 1_000_000


def unruly(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return a table that keeps none of the constraints: a fit must not need it to."""
    document = yaml.safe_load((ROOT / "examples" / "constraints.yaml").read_text("utf-8"))
    columns = {}
    for field in document["fields"]:
        bounds = field["constraints"]
        if "enum" in bounds:
            columns[field["name"]] = rng.choice(bounds["enum"], rows)
        elif field["type"] == "date":
            days = pd.date_range(bounds["minimum"], bounds["maximum"])
            columns[field["name"]] = pd.Series(rng.choice(days, rows)).dt.strftime("%d/%m/%Y")
        else:
            drawn = rng.uniform(bounds["minimum"], bounds["maximum"], rows)
            columns[field["name"]] = np.floor(drawn) if field["type"] == "integer" else np.round(drawn, 2)
    return pd.DataFrame(columns)


def broken(table: pd.DataFrame) -> dict[str, int]:
    """Count rows that break a constraint, without anything of privsynth."""
    came, left = (pd.to_datetime(table[name], format="%d/%m/%Y") for name in ("admission", "discharge"))
    ways = table[["by_ambulance", "by_referral", "walked_in"]].astype(float)
    places = {"CT": {"Hartford", "New Haven"}, "NJ": {"Jersey City", "Newark"}, "NY": {"Albany", "New York"}}
    return {
        "order of days": int((came > left).sum()),
        "order of pressures": int((table["diastolic_bp"] >= table["systolic_bp"]).sum()),
        "one way to come": int((ways.sum(axis=1) != 1).sum()),
        "city in its state": sum(
            int(rows)
            for (state, city), rows in table.value_counts(["state", "city"]).items()
            if city not in places[state]
        ),
        "steps of the dose": int((table["dose_mg"].dropna().astype(float) % 5 != 0).sum()),
        "sum": int(((table["paid_by_insurer"] + table["paid_by_patient"] - table["charges"]).abs() > 0.005).sum()),
    }


@pytest.mark.parametrize(
    ("ending", "rows"),
    [
        ("csv", 5_000),
        pytest.param("csv", ROWS, marks=pytest.mark.integration),
        pytest.param("parquet", ROWS, marks=pytest.mark.integration),
    ],
)
def test_every_constraint_holds_in_what_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, rows: int
) -> None:
    document = yaml.safe_load((ROOT / "examples" / "constraints.yaml").read_text("utf-8"))
    listed = document["privsynth"]["constraints"]
    document["privsynth"]["constraints"] = [each for each in listed if not each.get("learn")]
    (tmp_path / "schema.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    unruly(4000, np.random.default_rng(0)).to_csv(tmp_path / "table.csv", index=False)
    asked = ("--schema", tmp_path / "schema.yaml", "--epsilon", 1, "--generator", "maxent", "-o", tmp_path / "model")
    assert privsynth(capsys, "fit", tmp_path / "table.csv", *asked, "--ledger", tmp_path / "ledger.db").code == 0
    path = tmp_path / f"rows.{ending}"
    assert privsynth(capsys, "sample", tmp_path / "model", "-n", rows, "-o", path).code == 0
    table = pd.read_csv(path) if ending == "csv" else pd.read_parquet(path)
    assert len(table) == rows
    assert set(broken(table).values()) == {0}, broken(table)
    assert min(broken(unruly(4000, np.random.default_rng(1))).values()) > 0


def test_a_sum_lacks_a_cell_where_a_part_does(tmp_path: Path) -> None:
    part = {"kind": "integer", "lower": 0, "upper": 9}
    declared = {
        "columns": {"all": {"kind": "integer", "lower": 0, "upper": 18}, "a": part, "b": part},
        "constraints": [{"type": "Sum", "total": "all", "parts": ["a", "b"]}],
    }
    table = pd.DataFrame({"all": [3] * 900, "a": [1] * 900, "b": [2] * 450 + [None] * 450}).astype("Int64")
    model = fit(table, epsilon=20, declare=declared, dataset="d", ledger=tmp_path / "l")
    frame = Draws(model).next(rows=300)
    assert (frame["all"].isna() == frame["b"].isna()).all()
    assert 0 < frame["all"].isna().sum() < 300
