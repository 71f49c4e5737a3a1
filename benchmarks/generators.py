"""Generators side by side: `python benchmarks/generators.py [TABLE ...] [--epsilons 0.3 1 3 10] [--fits 5] [--generators G ...]
[--peers dpmm-mst dpmm-aim smartnoise-mst ...] [--limit 300] [--runs FILE] [--docs DIR] [--only-draw]`.

Each fit is a process of its own with the domain of `domain.json` declared and delta 1e-5, so that seconds and peak memory compare;
its rows are scored by `bench/score.py` of the folder of tables (`--shared`, by default ../shared). Peers are installed with pip into
environments of their own under `--cache`. `--runs` keeps one JSON line a run and skips the runs that it has; `--docs` gets
`generators.md` and `generators.svg`, drawn from all runs of the file. One line a run is printed.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path

from generating.chart import drawing
from generating.figures import FIGURES
from generating.page import page
from generating.peers import PEERS
from generating.runs import Record, Run, append, is_settled, key, perform, read_records

from privsynth.generators import GENERATORS

TABLES = ("census", "credit", "bank", "diabetes", "support2")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", default=list(TABLES))
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--epsilons", type=float, nargs="+", default=[0.3, 1.0, 3.0, 10.0])
    parser.add_argument("--fits", type=int, default=5, help="fits of each of our generators")
    parser.add_argument("--generators", nargs="*", default=sorted(GENERATORS, reverse=True), choices=sorted(GENERATORS))
    parser.add_argument("--peers", nargs="*", default=[], choices=PEERS)
    parser.add_argument("--peer-fits", type=int, default=1, help="fits of each peer")
    parser.add_argument("--limit", type=float, default=300, help="seconds for fitting and sampling")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "privsynth-peers")
    parser.add_argument("--runs", type=Path, help="JSON lines: read, and added to")
    parser.add_argument("--docs", type=Path, help="folder for generators.md and generators.svg")
    parser.add_argument("--only-draw", action="store_true", help="write the docs from --runs and run nothing")
    return parser.parse_args()


def wanted(arguments: argparse.Namespace) -> list[Run]:
    """The runs in the order of doing: every generator on every table once, before any is repeated."""
    counts = dict.fromkeys(arguments.generators, arguments.fits) | dict.fromkeys(arguments.peers, arguments.peer_fits)
    repeats = range(1, max(counts.values(), default=0) + 1)
    return [
        Run(table=table, generator=generator, epsilon=epsilon, number=number)
        for number, table, epsilon, generator in itertools.product(
            repeats, arguments.tables, arguments.epsilons, counts
        )
        if number <= counts[generator]
    ]


def line(record: Record) -> str:
    figures = "  ".join(f"{name} {record[name]:g}" for name in FIGURES if name in record)
    start = f"{record['table']} {record['generator']} epsilon {record['epsilon']:g} fit {record['number']}"
    return f"{start}: {figures if record['status'] == 'done' else record['status']}"


def carry_out(runs: Sequence[Run], arguments: argparse.Namespace, records: list[Record]) -> None:
    scorer = arguments.shared / "bench" / "score.py"
    for run in runs:
        if is_settled(run, records, arguments.limit):
            continue
        folder = arguments.shared / "data" / run.table
        record = perform(run, folder=folder, scorer=scorer, cache=arguments.cache, limit=arguments.limit)
        print(line(record), flush=True)
        if arguments.runs:
            append(arguments.runs, record)
        records[:] = [other for other in records if key(other) != run] + [record]


def main() -> None:
    arguments = options()
    records = read_records(arguments.runs) if arguments.runs else []
    if not arguments.only_draw:
        carry_out(wanted(arguments), arguments, records)
    if arguments.docs:
        arguments.docs.mkdir(parents=True, exist_ok=True)
        (arguments.docs / "generators.md").write_text(page(records), encoding="utf-8")
        (arguments.docs / "generators.svg").write_text(drawing(records), encoding="utf-8")


if __name__ == "__main__":
    main()
