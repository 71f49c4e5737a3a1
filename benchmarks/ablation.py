"""What each part of maxent is worth: `python benchmarks/ablation.py [TABLE ...] [--fits 3] [--epsilon 1]`.

Fits every table with one part left out at a time, and prints a line for each: medians of tvd2 and tstr. Needs the folder of tables and
the scorer (`--shared`, by default ../shared).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import utility

from privsynth.generators import binning, drawing, latent, maxent, pairs, raking


@contextmanager
def recipe(**options: Any) -> Iterator[None]:
    """Fit with other settings than the default ones."""
    kept = dict(maxent.MaxentConfig.__init__.__kwdefaults__)
    maxent.MaxentConfig.__init__.__kwdefaults__.update(options)
    try:
        yield
    finally:
        maxent.MaxentConfig.__init__.__kwdefaults__.update(kept)


def first_of(excess: Any, _blur: float, cost: Any, most: int) -> list[int]:
    """Select a number of pairs that was fixed beforehand: 1.4 a column of the 4 that a table may have."""
    order = np.argsort(-(excess - cost), kind="stable")
    return [int(each) for each in order[: max(round(most * 1.4 / 4), 1)]]


def cell_by_cell(residual: Any, sigma: float) -> Any:
    """Keep what is clearly above the noise of one cell."""
    return np.where(np.abs(residual) > 3 * sigma, residual, 0.0)


def projected(counts: Any, variance: Any, _widths: Any, total: float, *_: Any) -> Any:
    """Project the noisy counts of the finest cells alone."""
    return binning.to_simplex(counts, variance, total)


def plain_draws(probabilities: Any, key: Any, _blocks: Any, _others: Any, rng: Any) -> Any:
    """Draw evenly within rows of one key, without regard to other columns."""
    mixed = rng.permutation(len(key))
    return raking.even_draws(probabilities, mixed[np.argsort(key[mixed], kind="stable")], rng)


def independent_draws(probabilities: Any, *rest: Any) -> Any:
    """Draw every row by itself."""
    ends = np.cumsum(probabilities, axis=1)
    return (ends < (rest[-1].random(len(ends)) * ends[:, -1])[:, None]).sum(axis=1)


VARIANTS: dict[str, list[Callable[[], Any]]] = {
    "everything": [],
    "without correlations: columns start from independence": [lambda: recipe(moment_share=0.0)],
    "without classes: one latent scale for all rows": [lambda: recipe(classes=1)],
    "one round of selection": [lambda: recipe(rounds=1)],
    "1.4 pairs a column, fixed": [lambda: patch.object(maxent, "worthwhile", first_of)],
    "cells thresholded, no singular-value shrinkage": [
        lambda: patch.object(pairs, "spiked", cell_by_cell),
        lambda: patch.object(latent, "spiked", cell_by_cell),
    ],
    "1-way counts projected, not smoothed": [lambda: patch.object(binning, "smoothed_cells", projected)],
    "rows balanced within keys only": [lambda: patch.object(drawing, "balanced_draws", plain_draws)],
    "rows drawn independently": [lambda: patch.object(drawing, "balanced_draws", independent_draws)],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tables", nargs="*", default=["census", "credit", "bank", "support2"])
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--fits", type=int, default=3)
    parser.add_argument("--epsilon", type=float, default=1.0)
    arguments = parser.parse_args()
    score = utility.scorer(arguments.shared)
    print("| left out |", " | ".join(f"{name} tvd2 / tstr" for name in arguments.tables), "|")
    for label, parts in VARIANTS.items():
        cells = []
        for name in arguments.tables:
            folder = arguments.shared / "data" / name
            options = utility.options_of("declared", folder, arguments.epsilon, "maxent")
            runs = []
            for _ in range(arguments.fits):
                with tempfile.TemporaryDirectory() as scratch, _all(parts):
                    runs.append(utility.one_fit(folder, score, options, Path(scratch)))
            tvd2, tstr = (statistics.median(run[figure] for run in runs) for figure in ("tvd2", "tstr"))
            cells.append(f"{tvd2:.4f} / {tstr:.3f}")
        print("|", label, "|", " | ".join(cells), "|", flush=True)


@contextmanager
def _all(parts: list[Callable[[], Any]]) -> Iterator[None]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        for part in parts:
            stack.enter_context(part())
        yield


if __name__ == "__main__":
    main()
