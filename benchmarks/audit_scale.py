"""Seconds and memory of an audit by rows: `python benchmarks/audit_scale.py [--rows 40000] [--kind csv|parquet] [--time-budget S]`.

Simulates train, synthetic and holdout tables of 15 mixed columns (numbers, dates, labels of 2 to 2,000 kinds, missing cells), plants so
many verbatim copies of train rows in the synthetic table, audits the files in a process of its own, and prints the seconds by stage, the
most MiB that the process had, and what was found.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CHILD = "import sys; sys.path.insert(0, {folder!r}); from audit_scale import child; child({options!r})"


def people(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return rows of one population: correlated numbers with heavy tails, dates, common and rare labels, missing cells."""
    import pandas as pd

    base = rng.standard_normal((rows, 4))
    far = np.where(rng.random(rows) < 0.03, rng.pareto(1.5, rows) + 2, 1.0)
    day = np.datetime64("2018-01-01") + rng.integers(0, 2000, rows)

    def labels(count: int, name: str, weight: float = 1.0) -> Any:
        chance = 1 / np.arange(1, count + 1) ** weight
        names = np.array([f"{name} {number}" for number in range(count)], dtype=object)
        return names[rng.choice(count, rows, p=chance / chance.sum())]

    table = {
        "age": np.clip(np.round(50 + 18 * base[:, 0]), 0, 99),
        "income": np.round(np.exp(10 + 0.6 * base[:, 1] + 0.2 * base[:, 0]) * far, 2),
        "height cm": np.round(170 + 9 * base[:, 2], 1),
        "weight": np.round((75 + 12 * base[:, 2] + 5 * base[:, 3]) * far, 1),
        "glucose": np.where(rng.random(rows) < 0.1, np.nan, np.round(95 + 15 * np.abs(base[:, 3]) * far, 1)),
        "sodium": np.round(140 + 3 * rng.standard_normal(rows)),
        "visits": rng.poisson(2 + np.maximum(base[:, 0], 0)),
        "admitted": day.astype(str),
        "discharged": (day + rng.poisson(4, rows)).astype(str),
        "sex": np.where(base[:, 2] > 0, "m", "f"),
        "smoker": rng.random(rows) < 0.2,
        "ward": labels(12, "ward"),
        "city": labels(50, "city"),
        "code": labels(2000, "code", 1.2),
        "insurer": labels(6, "insurer", 0.5),
    }
    return pd.DataFrame(table)


def write(folder: Path, rows: int, holdout_rows: int, copied: int, kind: str) -> dict[str, Path]:
    """Write the three tables; the synthetic one repeats some train rows."""
    import pandas as pd

    rng = np.random.default_rng(0)
    paths = {}
    train = people(rows, rng)
    copies = train.sample(copied, random_state=0)
    for name in ("train", "synthetic", "holdout"):
        table = train if name == "train" else people(holdout_rows if name == "holdout" else rows, rng)
        if name == "synthetic":
            table = pd.concat([table[copied:], copies]).sample(frac=1, random_state=1)
        paths[name] = folder / f"{name}.{kind}"
        if kind == "csv":
            table.to_csv(paths[name], index=False)
        else:
            table.to_parquet(paths[name], index=False)
    return paths


def child(options: dict[str, Any]) -> None:
    """Audit the files; called in a process of its own, so that its memory is that of the audit."""
    import resource

    from privsynth import pipeline

    started = time.perf_counter()
    marks: list[tuple[str, float, float]] = []

    def say(text: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        marks.append((text, time.perf_counter() - started, peak))

    result = pipeline.audit(**options["tables"], progress=say, time_budget_seconds=options["time_budget"])
    say("done")
    for (text, begun, _), (_, ended, peak) in pairwise(marks):
        print(f"{ended - begun:8.1f} s  {peak:8.0f} MiB  {text}")
    print(json.dumps({"seconds": round(marks[-1][1], 1), "peak_mib": round(marks[-1][2]), "verdict": result.verdict}))
    print(json.dumps({"p_holm": result.p_holm, "n": result.n, "warnings": result.warnings}))


def main() -> None:
    """Read the options, write the tables, audit them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=40_000)
    options.add_argument("--holdout-rows", type=int)
    options.add_argument("--copied", type=int, default=200)
    options.add_argument("--kind", choices=["csv", "parquet"], default="parquet")
    options.add_argument("--time-budget", type=float)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder), given.rows, given.holdout_rows or given.rows, given.copied, given.kind)
        asked = {"tables": {name: str(path) for name, path in paths.items()}, "time_budget": given.time_budget}
        command = CHILD.format(folder=str(Path(__file__).parent), options=asked)
        print(f"load before: {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
        subprocess.run([sys.executable, "-c", command], check=True)
        print(f"load after: {' '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main()
