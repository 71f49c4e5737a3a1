"""The scan against labelled columns: `python benchmarks/scan.py [--tables 60] [--seed 1] [--split hold|learn] [--columns-only] [--json]`.

The columns are made by `benchmarks/labelled`; those of `hold` share no locale, header or set of values with those of `learn`, from
which the weights of the scan are learned. Columns without a filled cell are scored apart, by role. "Lenient" counts a wider
kind as right (NATIONAL_ID for a Spanish NIF). Real tables are read from `--shared` when it is there.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from labelled import Labelled, columns
from labelled.draw import Draw, people
from labelled.persons import plain_note, planted
from labelled.rivals import presidio
from labelled.scoring import BY_FORM, Judged, averages, by_style, gates, per_entity, share
from labelled.texts import lines_of

import privsynth

TABLES = ("census", "credit", "bank", "diabetes", "support2")
READ_ROWS = 5_000
RIVAL_COLUMNS = 300
PLANT_RUNS = 20
NOTES = 500


def frame_of(table: Sequence[Labelled]) -> pd.DataFrame:
    return pd.DataFrame({column.name: pd.Series(list(column.cells), dtype=object) for column in table})


def scan_tables(tables: Sequence[Sequence[Labelled]]) -> tuple[list[Judged], dict[str, Any]]:
    privsynth.scan(pd.DataFrame({"warm": ["up"]}))
    judged, failed, seconds, cells, distinct = [], [], 0.0, 0, 0
    for table in tables:
        frame = frame_of(table)
        start = time.perf_counter()
        try:
            found = privsynth.scan(frame).to_json()["columns"]
        except Exception as problem:
            failed.append(f"{table[0].table}: {type(problem).__name__}: {problem}")
            continue
        seconds += time.perf_counter() - start
        cells += frame.size
        for column, verdict in zip(table, found, strict=True):
            distinct += len({cell for cell in column.cells if cell is not None})
            judged.append(
                Judged(
                    column=column,
                    predicted=verdict["entity"],
                    confidence=verdict["confidence"],
                    role=verdict["role"],
                )
            )
    speed = {
        "seconds": seconds,
        "cells_per_second": cells / (seconds or 1),
        "distinct_per_second": distinct / (seconds or 1),
    }
    return judged, {"tables": len(tables), "columns": len(judged), "cells": cells, **speed, "failed": failed}


def found_in_text(verdict: dict[str, Any]) -> bool:
    """Return whether a verdict says that something was found within the cells."""
    spans = any(item["source"] == "span" and item["n_hit"] > 0 for item in verdict["evidence"])
    return spans or verdict["role"] == "direct"


def planted_notes(seed: int) -> list[dict[str, float]]:
    """Miss rate of identifiers planted in a share of the notes, beside that of a scan that sees every plant."""
    rows = []
    for prevalence in (0.0, 0.001, 0.01, 0.1):
        missed, theirs = 0, 0
        for run in range(PLANT_RUNS):
            draw = Draw(random.Random(f"{seed}/{prevalence}/{run}"), "hold", "pl_PL")  # noqa: S311
            cells, plants = [], 0
            for person in people(draw, NOTES):
                draw.person, here = person, draw.chance(prevalence)
                plants += here
                cells.append(f"{plain_note(draw)} {planted(draw)}" if here else plain_note(draw))
            (verdict,) = privsynth.scan(pd.DataFrame({"narrative": cells})).to_json()["columns"]
            seen = found_in_text(verdict)
            missed += not seen
            theirs += not seen and plants > 0
        rows.append(
            {
                "prevalence": prevalence,
                "notes": NOTES,
                "missed": missed / PLANT_RUNS,
                "theory": (1 - prevalence) ** NOTES,
                "missed_though_present": theirs / PLANT_RUNS,
            }
        )
    return rows


def real_tables(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in TABLES:
        path = shared / "data" / name / "train.csv.gz"
        if not path.is_file():
            continue
        frame = pd.read_csv(path, dtype=str, nrows=READ_ROWS, keep_default_na=False, na_values=[""])
        start = time.perf_counter()
        verdicts = privsynth.scan(frame).to_json()["columns"]
        found[name] = {
            "columns": len(verdicts),
            "seconds": time.perf_counter() - start,
            "verdicts": {v["name"]: [v["entity"], v["role"], v["confidence"]] for v in verdicts if v["role"] != "safe"},
        }
    return found


def side_by_side(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    """Both scans on the same columns: a share of the labels that either can name."""
    order = list(judged)
    random.Random(seed).shuffle(order)  # noqa: S311
    ours = order[:RIVAL_COLUMNS]
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method, theirs = presidio([item.column for item in ours])
    return {
        "method": method,
        "columns": len(ours),
        "seconds": time.perf_counter() - start,
        "presidio": short(theirs),
        "privsynth": short(ours),
    }


def short(judged: Sequence[Judged]) -> dict[str, Any]:
    harmless = [item for item in judged if item.true_role != "direct"]
    return {
        **averages(per_entity(judged, lenient=True)),
        "direct_found": share(item.role == "direct" for item in judged if item.true_role == "direct"),
        "false_direct_per_100": 100 * (share(item.role == "direct" for item in harmless) or 0.0),
        "right": share(item.right(lenient=True) for item in judged),
    }


def measured(arguments: argparse.Namespace) -> dict[str, Any]:
    tables = list(columns(arguments.split, seed=arguments.seed, tables=arguments.tables))
    judged, size = scan_tables(tables)
    filled = [item for item in judged if item.filled]
    empty = [item for item in judged if not item.filled]
    strict, lenient = (per_entity(filled, lenient=way) for way in (False, True))
    result: dict[str, Any] = {
        "split": arguments.split,
        "seed": arguments.seed,
        "size": size,
        "gates": gates(filled),
        "form_entities": BY_FORM,
        "strict": {**averages(strict), "entities": strict},
        "lenient": {**averages(lenient), "entities": lenient},
        "styles": by_style(judged),
        "empty_columns": {"columns": len(empty), "role": share(item.role == item.true_role for item in empty)},
    }
    if arguments.errors:
        result["errors"] = [
            [
                item.column.name,
                item.column.kind,
                item.column.style,
                item.truth,
                item.predicted,
                round(item.confidence, 3),
                item.role,
            ]
            for item in filled
            if not item.right(lenient=True)
        ]
    if not arguments.columns_only:
        result["planted"] = planted_notes(arguments.seed)
        result["side_by_side"] = side_by_side(filled, arguments.seed)
        result["real_tables"] = real_tables(arguments.shared)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=("hold", "learn"), default="hold")
    parser.add_argument("--columns-only", action="store_true", help="no notes, no other scan, no real tables")
    parser.add_argument("--errors", action="store_true", help="list every wrong verdict")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    arguments = parser.parse_args()
    result = measured(arguments)
    text = json.dumps(result, indent=1, ensure_ascii=False) if arguments.json else "\n".join(lines_of(result))
    print(text)


if __name__ == "__main__":
    main()
