"""Seconds of the steps that must be quick: `python benchmarks/speed.py [--shared DIR] [--repeats 3]`.

Reads and codes 2,000,000 rows x 15 columns of CSV (the census table repeated), fits it, samples 1,000,000 rows into CSV and Parquet, and
starts the command line. Prints the minimum, median and maximum of each; the machine's other load shows in the spread.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from privsynth.generators import make_config
from privsynth.generators.fitted import Fitted
from privsynth.noise import OsNoise
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.saving import save_table
from privsynth.table.coded import CodedTable, encode
from privsynth.table.source import open_table
from privsynth.tableschema import read_declaration


def timed(label: str, repeats: int, action: Callable[[], object]) -> None:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    print(f"{label}: {min(seconds):.2f} / {statistics.median(seconds):.2f} / {max(seconds):.2f} s", flush=True)


def big_table(folder: Path, scratch: Path) -> Path:
    frame = pd.read_csv(folder / "train.csv.gz", keep_default_na=False, na_values=[""])
    path = scratch / "big.csv"
    pd.concat([frame] * (2_000_000 // len(frame) + 1)).head(2_000_000).to_csv(path, index=False)
    return path


def read_and_code(path: Path, declaration: Path) -> CodedTable:
    source = open_table(path)
    return encode(source, read_declaration(declaration, source.names), Unit(), bytes(32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    folder = arguments.shared / "data" / "census"
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        path = big_table(folder, scratch)
        timed(
            "read and code 2,000,000 x 15 of CSV",
            arguments.repeats,
            lambda: read_and_code(path, folder / "domain.json"),
        )
        coded = read_and_code(path, folder / "domain.json")
        schema = read_declaration(folder / "domain.json", open_table(path).names)
        plan = Plan.make(schema, unit=Unit(), budget=Budget(epsilon=1, delta=1e-9))
        timed(
            "fit the copula on 2,000,000 coded rows",
            arguments.repeats,
            lambda: plan.mechanism(schema).run(coded, OsNoise()),
        )
        fitted = Fitted(
            generator="copula",
            config=make_config("copula").to_json(),
            schema=schema,
            guarantee=plan.guarantee(schema),
            event={},
            model=plan.mechanism(schema).run(coded, OsNoise()),
        )
        for ending in ("csv", "parquet"):
            out = scratch / f"out.{ending}"
            timed(
                f"sample 1,000,000 rows into {ending}",
                arguments.repeats,
                lambda out=out: save_table(fitted.sample(1_000_000), out),
            )
    command = [sys.executable, "-m", "privsynth.cli", "--help"]
    timed("privsynth --help", arguments.repeats, lambda: subprocess.run(command, check=True, capture_output=True))


if __name__ == "__main__":
    main()
