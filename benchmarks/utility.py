"""Utility of fits on real tables: `python benchmarks/utility.py [TABLE ...] [--fits 5] [--epsilon 1] [--generator G]
[--mode declared|derived|unit]`.

Needs the folder of tables and the scorer (`--shared`, by default ../shared). Prints one line a table: medians over the fits,
the spread in brackets, and the seconds of `fit` (reading and coding included) and of sampling as many rows, inside the process.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import privsynth

FIGURES = ("tvd1", "tvd2", "tvd3", "tstr", "fit_seconds", "sample_seconds")


def scorer(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", shared / "bench" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options_of(mode: str, folder: Path, epsilon: float, generator: str) -> dict[str, Any]:
    always = {"epsilon": epsilon, "delta": 1e-5, "generator": generator}
    if mode == "derived":
        return always
    unit = {"unit": "patient_nbr", "max_rows": 3} if mode == "unit" else {}
    return {**always, "declare": folder / "domain.json", **unit}


def one_fit(folder: Path, score: Any, options: dict[str, Any], scratch: Path) -> dict[str, float]:
    start = time.perf_counter()
    model = privsynth.fit(folder / "train.csv.gz", ledger=scratch / "ledger.db", dataset="bench", **options)
    fitted = time.perf_counter()
    rows = len(score.read(folder / "train.csv.gz"))
    reading = time.perf_counter()
    table = model.sample(rows)
    sampled = time.perf_counter()
    path = scratch / "synthetic.csv"
    frame = table.to_pandas()
    for name in json.loads((folder / "domain.json").read_text())["columns"]:
        if name not in frame:
            frame[name] = None
    frame.to_csv(path, index=False)
    return {**score.score(folder, path), "fit_seconds": fitted - start, "sample_seconds": sampled - reading}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", default=["census", "credit", "bank"])
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--fits", type=int, default=5)
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--generator", default="auto")
    parser.add_argument("--mode", choices=("declared", "derived", "unit"), default="declared")
    arguments = parser.parse_args()
    score = scorer(arguments.shared)
    for name in arguments.tables:
        folder = arguments.shared / "data" / name
        options = options_of(arguments.mode, folder, arguments.epsilon, arguments.generator)
        with tempfile.TemporaryDirectory() as scratch:
            runs = [one_fit(folder, score, options, Path(scratch)) for _ in range(arguments.fits)]
        parts = []
        for figure in FIGURES:
            values = [run[figure] for run in runs]
            parts.append(f"{figure} {statistics.median(values):.4f} [{min(values):.4f}, {max(values):.4f}]")
        print(
            f"{name} {arguments.generator} {arguments.mode} epsilon {arguments.epsilon:g}:",
            "  ".join(parts),
            flush=True,
        )


if __name__ == "__main__":
    main()
