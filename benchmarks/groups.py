"""What a budget costs groups of 10 to 1,000 rows: the tables of docs/small-groups.md and docs/epsilon.md.

python benchmarks/groups.py groups --fits 10
python benchmarks/groups.py epsilon --fits 3
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("PRIVSYNTH_LEDGER", str(Path(tempfile.gettempdir()) / "privsynth-benchmark" / "ledger.db"))

import numpy as np
import pandas as pd

import privsynth
from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions

ROWS, SIZES, COPIES = 20_000, (10, 50, 200, 1000), 4
LARGE = ("L1", "L2", "L3", "L4")
SMALL = tuple(f"G{size}{letter}" for size in SIZES for letter in "ABCD"[:COPIES])
DECLARED = {
    "target": "returned",
    "columns": {
        "clinic": [*LARGE, *SMALL],
        "returned": ["no", "yes"],
        "age": {"lower": 0, "upper": 110, "integer": True},
        "days": {"lower": 0, "upper": 120, "integer": True},
        "cost": {"lower": 0, "upper": 200_000},
        "sex": ["F", "M"],
        "insurance": ["private", "public", "none"],
        "smoker": ["no", "yes"],
        "ward": ["surgery", "medicine", "children", "births", "heart", "other"],
        "urgent": ["no", "yes"],
    },
}
GROUPED = {"large": list(LARGE), **{f"small {size}": [f"G{size}{each}" for each in "ABCD"] for size in SIZES}}
VARIANTS: dict[str, dict[str, Any]] = {
    "no privacy": {},
    "default": {},
    "focus": {"focus": ["returned", "clinic"]},
    "hierarchy": {},
}


def clinics(seed: int) -> pd.DataFrame:
    """Simulate stays; in every other small clinic patients stay twice as long, and half of them return where elsewhere 15% do."""
    rng = np.random.default_rng(seed)
    clinic = np.concatenate([np.repeat(SMALL, np.repeat(SIZES, COPIES)), np.repeat("L1", ROWS)])[:ROWS].astype(object)
    rest = clinic == "L1"
    other = np.array([name[-1] in "AC" for name in clinic])
    clinic[rest] = rng.choice(LARGE, rest.sum())
    age = np.clip(rng.normal(52, 20, ROWS), 0, 100).astype(int)
    days = np.clip(rng.gamma(2, 2.5, ROWS) * np.where(other, 2, 1) + age / 40, 0, 120).astype(int)
    returned = rng.random(ROWS) < np.where(other, 0.5, 0.15)
    table = {
        "clinic": clinic,
        "returned": np.where(returned, "yes", "no"),
        "age": age,
        "days": days,
        "cost": np.round(days * 1200 + rng.exponential(3000, ROWS), 2).clip(0, 200_000),
        "sex": rng.choice(["F", "M"], ROWS),
        "insurance": rng.choice(["private", "public", "none"], ROWS, p=[0.3, 0.6, 0.1]),
        "smoker": np.where(rng.random(ROWS) < 0.2 + 0.1 * returned, "yes", "no"),
        "ward": rng.choice(DECLARED["columns"]["ward"], ROWS),
        "urgent": np.where(rng.random(ROWS) < 0.3 + age / 400, "yes", "no"),
    }
    return pd.DataFrame(table).iloc[rng.permutation(ROWS)].reset_index(drop=True)


def fitted(table: pd.DataFrame, epsilon: float, variant: str) -> pd.DataFrame:
    """Return a sample of a new fit, as many rows as its noisy total; for "no privacy", real rows drawn with replacement."""
    if variant == "no privacy":
        return table.sample(len(table), replace=True, random_state=1)
    declared = DECLARED
    if variant == "hierarchy":
        columns = {**DECLARED["columns"], "clinic": {"labels": [*LARGE, *SMALL], "hierarchy": GROUPED}}
        declared = {**DECLARED, "columns": columns}
    return privsynth.sample(
        privsynth.fit(table, epsilon=epsilon, declare=declared, dataset="groups", **VARIANTS[variant])
    )


def figures(table: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return rows, mean days and share of returns of every small clinic."""
    found = {}
    for name in SMALL:
        own = table[table["clinic"] == name]
        found[name] = (len(own), own["days"].astype(float).mean(), (own["returned"] == "yes").mean())
    return found


def groups(fits: int) -> None:
    """Print the error of every size, epsilon and variant: median over its clinics and fits."""
    print("| variant | epsilon | rows | count off by | mean stay off by | share of returns off by | nobody left |")
    print("|---|---|---|---|---|---|---|")
    for variant in VARIANTS:
        for epsilon in (0.5, 1.0, 3.0)[: 1 if variant == "no privacy" else 3]:
            runs = []
            for number in range(fits):
                table = clinics(number)
                runs.append((figures(table), figures(fitted(table, epsilon, variant))))
            for size in SIZES:
                print(_row(variant, epsilon, size, runs), flush=True)


def _row(variant: str, epsilon: float, size: int, runs: list[Any]) -> str:
    pairs = [(true[name], found[name]) for true, found in runs for name in SMALL if name[1:-1] == str(size)]
    true, found = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    off = np.nanmedian(np.abs(found[:, :2] / true[:, :2] - 1), axis=0)
    share = np.nanmedian(np.abs(found[:, 2] - true[:, 2]))
    shown = "-" if variant == "no privacy" else f"{epsilon:g}"
    return f"| {variant} | {shown} | {size} | {off[0]:.0%} | {off[1]:.0%} | {share:.2f} | {(found[:, 0] == 0).mean():.0%} |"


def epsilons(fits: int) -> None:
    """Print how near a hospital table comes at each epsilon, protecting rows and protecting patients."""
    print(
        "| epsilon | protected | tvd1 | tvd2 | share of returns of the 5 smallest departments off by | AUC on real rows |"
    )
    print("|---|---|---|---|---|---|")
    train, holdout = privsynth.split(hospital_admissions(25_000, seed=0), unit="patient_id")
    for epsilon in (0.5, 1.0, 3.0, 10.0):
        for unit in ("row", "patient_id"):
            rows = 1 if unit == "row" else 4
            found = []
            for _ in range(fits):
                model = privsynth.fit(
                    train, epsilon=epsilon, schema=HOSPITAL_SCHEMA_PATH, unit=unit, max_rows=rows, dataset="groups"
                )
                found.append(_scores(train, privsynth.sample(model), holdout))
            middle = np.median(np.array(found), axis=0)
            print(
                f"| {epsilon:g} | {unit} | {middle[0]:.3f} | {middle[1]:.3f} | {middle[2]:.3f} | {middle[3]:.3f} |",
                flush=True,
            )


def _scores(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame) -> tuple[float, ...]:
    told = privsynth.evaluate(train, synthetic, holdout, target="readmitted_30d", schema=HOSPITAL_SCHEMA_PATH).to_json()
    smallest = train["department"].value_counts().index[-5:]
    shares = [
        table.assign(back=table["readmitted_30d"] == "yes").groupby("department")["back"].mean().reindex(smallest)
        for table in (train, synthetic)
    ]
    gap = float((shares[0] - shares[1]).abs().mean())
    return told["marginals"]["1"]["value"], told["marginals"]["2"]["value"], gap, told["prediction"]["tstr"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("groups", "epsilon"))
    parser.add_argument("--fits", type=int, default=3)
    given = parser.parse_args()
    (groups if given.what == "groups" else epsilons)(given.fits)
