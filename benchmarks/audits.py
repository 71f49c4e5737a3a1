"""What an audit finds: `python benchmarks/audits.py [--shared DIR] [--parts public,power,peers,speed] [--rows 1000] [--seeds 3] [--all]`.

public: the two tables that the Synth-MIA authors published with their leaking synthetic tables. power: each score on synthetic
tables that leak in known ways (`--all` adds the scores that were measured and left out, which takes a minute a table). peers: verdicts
beside the figures of other tools on the same tables (SDMetrics). speed: seconds by score. Prints
Markdown rows; reads the folder `data` of `--shared` (by default ../shared).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from audit_leaks import LEAKS, World, world
from audit_scores import LEFT_OUT, USED

from privsynth.audits import audit_tables
from privsynth.audits.attacks import measure_attack
from privsynth.audits.pool import Pool, assemble
from privsynth.audits.result import LEVEL
from privsynth.audits.tables import align
from privsynth.privacy import Private

Floats = np.ndarray[Any, np.dtype[np.float64]]
TABLES = ("census", "credit")
OTHER_TESTS = 4
PEER_LEAKS = (
    "none (an independent draw)",
    "1% copied",
    "5% copied",
    "2% outliers, 2% noise",
    "10% copied, 4 cells redrawn",
    "all copied, noise 0.3 sd, 30% of labels redrawn",
    "10% between neighbours",
    "Bayesian network, 15 bins, 2 parents",
    "trees, 5 rows a leaf",
    "mixture, 20 rows a component",
)


def row(*cells: object) -> None:
    """Print one row of a Markdown table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def heading(*names: str) -> None:
    """Print the head of a Markdown table."""
    print()
    row(*names)
    row(*["---"] * len(names))


def pooled(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame, seed: int = 0) -> Pool:
    """Align and measure three tables as an audit does."""
    return assemble(align(train, synthetic, holdout), seed=seed, max_rows=20_000)


def show_public(shared: Path) -> None:
    """Every score on the two public tables, with all held-out rows and with the published split."""
    folder = shared / "data" / "audit"

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / name)

    insurance, outside = read("insurance/train_set.csv"), read("insurance/holdout_set.csv")
    split = outside.sample(frac=1, random_state=42)[:500]  # 250 non-members over 250 reference rows, as published
    housing = pd.concat([read("housing/non_mem.csv"), read("housing/ref.csv")], ignore_index=True)
    made = read("insurance/bayesian_network_synth_250.csv")
    worlds = {
        "insurance, 1,338 held-out rows": (insurance, made, outside, len(outside)),
        "insurance, 250 and 250 for reference": (insurance, made, split, 250),
        "housing, 400 held-out rows": (read("housing/mem.csv"), read("housing/synth.csv"), housing, 400),
        "housing, 200 and 200 for reference": (read("housing/mem.csv"), read("housing/synth.csv"), housing, 200),
    }
    heading("table", "score", "AUC (95%)", "TPR at 1% FPR", "TPR at 10% FPR", "p")
    for name, (train, synthetic, holdout, asked) in worlds.items():
        pool = pooled(train, synthetic, holdout)
        kept = np.arange(len(pool.rows)) < len(train) + asked
        for score, values in USED.items():
            found = measure_attack(score, "", values(pool)[kept], pool.member[kept])
            area = f"{found.auc:.3f} ({found.auc_ci[0]:.3f}-{found.auc_ci[1]:.3f})"
            row(
                name,
                score,
                area,
                *(f"{found.tpr_at_fpr[rate]:.3f}" for rate in ("0.01", "0.1")),
                f"{found.p_value:.0e}",
            )


def show_power(shared: Path, rows: int, seeds: int, scores: dict[str, Callable[[Pool], Floats]]) -> None:
    """Median AUC of each score, and in how many runs its p-value is under the level that Holm leaves it at first."""
    level = LEVEL / (len(USED) + OTHER_TESTS)
    for table in TABLES:
        heading(f"{table}, {rows} rows a side: AUC (found in {seeds} runs)", *scores)
        for leak, make in LEAKS.items():
            found = [_measured(make(world(shared / "data" / table, rows, seed)), seed, scores) for seed in range(seeds)]
            cells = []
            for name in scores:
                areas, p_values = zip(*(run[name] for run in found), strict=True)
                cells.append(f"{np.median(areas):.3f} ({sum(p < level for p in p_values)})")
            row(leak, *cells)


def _measured(given: World, seed: int, scores: dict[str, Callable[[Pool], Floats]]) -> dict[str, tuple[float, float]]:
    pool = pooled(given.train, given.synthetic, given.holdout, seed)
    attacks = (measure_attack(name, "", score(pool), pool.member) for name, score in scores.items())
    return {attack.name: (attack.auc, attack.p_value) for attack in attacks}


def show_peers(shared: Path, rows: int) -> None:
    """Verdicts beside what other tools print about the same tables."""
    heading(
        f"census, {rows} rows a side",
        "privsynth",
        "outliers",
        "SDMetrics DCROverfittingProtection",
        "SDMetrics DCRBaselineProtection",
    )
    for leak in PEER_LEAKS:
        given = LEAKS[leak](world(shared / "data" / "census", rows, 0))
        ours = audit_tables(Private(given.train), given.synthetic, Private(given.holdout))
        names = [name for name, p in ours.p_holm.items() if p < LEVEL]
        told = f"{ours.verdict}{': ' + ', '.join(names) if names else ''}"
        row(leak, told, ours.outlier_verdict, *_sdmetrics(given))


def _sdmetrics(given: World) -> Iterable[str]:
    """Score from 0 (worst) to 1 and what it is made of; all rows."""
    try:
        from sdmetrics.single_table import DCRBaselineProtection, DCROverfittingProtection
    except ImportError:
        return ("not installed", "not installed")
    kinds = {name: {"sdtype": "numerical" if name in given.numbers else "categorical"} for name in given.train}
    metadata = {"tables": {"table": {"columns": kinds}}}
    fit = DCROverfittingProtection.compute_breakdown(given.train, given.synthetic, given.holdout, metadata, "table")
    share = fit["synthetic_data_percentages"]["closer_to_training"]
    baseline = DCRBaselineProtection.compute_breakdown(given.train, given.synthetic, metadata, "table")
    return f"{fit['score']:.3f} ({100 * share:.1f}% closer to train)", f"{baseline['score']:.3f}"


def show_speed(rows: int) -> None:
    """Seconds of each score on simulated tables of 15 columns, all drawn rows attacked; the distances come first."""
    from audit_scale import people

    rng = np.random.default_rng(0)
    tables = align(people(rows, rng), people(rows, rng), people(rows, rng))
    pools: list[Pool] = []
    steps: dict[str, Callable[[], object]] = {
        "encoding and distances": lambda: pools.append(assemble(tables, seed=0, max_rows=20_000))
    }
    steps |= {name: partial(_score_first, score, pools) for name, score in USED.items() if name != "combined"}
    heading(f"step, {rows} rows a table", "seconds", "of all cores")
    for name, step in steps.items():
        begun, spent = time.perf_counter(), time.process_time()
        step()
        row(name, f"{time.perf_counter() - begun:.1f}", f"{time.process_time() - spent:.1f}")


def _score_first(score: Callable[[Pool], Floats], pools: list[Pool]) -> Floats:
    return score(pools[0])


def main() -> None:
    """Read the options and print the parts."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    options.add_argument("--parts", default="public,power,peers,speed")
    options.add_argument("--rows", type=int, default=1_000)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--all", action="store_true")
    given = options.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "public": lambda: show_public(given.shared),
        "power": lambda: show_power(given.shared, given.rows, given.seeds, USED | (LEFT_OUT if given.all else {})),
        "peers": lambda: show_peers(given.shared, given.rows),
        "speed": lambda: show_speed(given.rows),
    }
    for name in given.parts.split(","):
        parts[name.strip()]()


if __name__ == "__main__":
    main()
