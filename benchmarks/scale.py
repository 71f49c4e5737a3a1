"""Seconds and memory of a fit by rows: `python benchmarks/scale.py [--rows 1,10,100] [--generator maxent] [--shared DIR] [--unit]`.

Tiles a table of 15 columns (the census table if it is there, else simulated admissions) to so many million rows of Parquet in a
temporary folder, fits it in a process of its own, and prints the seconds of the whole command, seconds per million rows, and the most
memory that the process had. With `--unit` every third row belongs to the same person and at most 2 rows of a person are used.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MILLION = 1_000_000
CHILD = "from privsynth.cli import main; main()"


def sample(shared: Path, scratch: Path) -> tuple[Path, dict[str, object]]:
    """Return a small CSV file of 15 columns and their declaration."""
    census = shared / "data" / "census"
    if census.is_dir():
        return census / "train.csv.gz", json.loads((census / "domain.json").read_text(encoding="utf-8"))
    from privsynth.simulators import hospital_admissions

    frame = hospital_admissions(50_000, seed=0)
    columns: dict[str, object] = {}
    for name in frame.columns:
        values = frame[name].dropna()
        if values.dtype.kind in "if":
            whole = bool((values == values.round()).all())
            columns[name] = {"lower": float(values.min()), "upper": float(values.max()), "integer": whole}
        elif values.nunique() <= 50:
            columns[name] = sorted(map(str, values.unique()))
    chosen = dict(list(columns.items())[:15])
    path = scratch / "sample.csv"
    frame[list(chosen)].to_csv(path, index=False)
    return path, {"columns": chosen}


def tiled(path: Path, columns: list[str], rows: int, out: Path) -> None:
    """Write a table of so many rows as Parquet with types of its own."""
    import duckdb

    names = ", ".join(f'"{name}"' for name in columns)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE small AS SELECT {names} FROM read_csv('{path}', sample_size=-1)")  # noqa: S608
        [(size,)] = connection.execute("SELECT count(*) FROM small").fetchall()
        connection.execute(
            f"COPY (SELECT small.*, CAST(hash(rowid, tile) % {rows // 3} AS INTEGER) AS person FROM small, "  # noqa: S608
            f"range({rows // size + 1}) AS tiles(tile) LIMIT {rows}) TO '{out}' (FORMAT parquet)"
        )


def fitted(table: Path, declaration: Path, generator: str, unit: bool) -> tuple[float, float]:
    """Fit in a process of its own; return its seconds and its most GiB."""
    command = [
        sys.executable,
        "-c",
        CHILD,
        "fit",
        str(table),
        "--epsilon",
        "1",
        "--delta",
        "1e-11",
        "--generator",
        generator,
    ]
    command += [
        "--declare",
        str(declaration),
        "-o",
        str(table.parent / "model"),
        "--ledger",
        str(table.parent / "ledger"),
    ]
    command += ["--unit", "person", "--max-rows", "2"] if unit else []
    start = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, child.returncode
    return time.perf_counter() - start, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--rows", default="1,10,100", help="millions, with commas")
    parser.add_argument("--generator", default="maxent")
    parser.add_argument("--unit", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for millions in (int(each) for each in arguments.rows.split(",")):
            scratch = Path(name) / str(millions)
            scratch.mkdir()
            path, declared = sample(arguments.shared, scratch)
            columns = declared["columns"]
            assert isinstance(columns, dict)
            table, declaration = scratch / "table.parquet", scratch / "declaration.json"
            declaration.write_text(json.dumps({**declared, "columns": {**columns, "person": {"kind": "identifier"}}}))
            # In a process of its own: a process counts the memory of the one that started it as its own.
            maker = multiprocessing.get_context("spawn").Process(
                target=tiled, args=(path, list(columns), millions * MILLION, table)
            )
            maker.start()
            maker.join()
            seconds, memory = fitted(table, declaration, arguments.generator, arguments.unit)
            print(
                f"{millions:>4} million rows x {len(columns)} columns ({table.stat().st_size / 2**30:.2f} GiB): "
                f"{seconds:6.1f} s, {seconds / millions:5.2f} s a million, at most {memory:.2f} GiB",
                flush=True,
            )
            table.unlink()


if __name__ == "__main__":
    main()
