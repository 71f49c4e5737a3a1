"""What each part of a generator is worth: `python benchmarks/ablation.py [TABLE ...] [--generator maxent|ctgan] [--fits 3] [--epsilon 1]`.

Fits every table with one part left out at a time, and prints a line for each: medians of tvd2, tvd3 and tstr, and seconds of a fit.
Needs the folder of tables and the scorer (`--shared`, by default ../shared).
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

from privsynth.generators import binning, ctgan, ctgan_model, drawing, latent, maxent, pairs, raking


@contextmanager
def recipe(config: Any = maxent.MaxentConfig, **options: Any) -> Iterator[None]:
    """Fit with other settings than the default ones."""
    kept = dict(config.__init__.__kwdefaults__)
    assert set(options) <= set(kept), options
    config.__init__.__kwdefaults__.update(options)
    try:
        yield
    finally:
        config.__init__.__kwdefaults__.update(kept)


def network(**options: Any) -> Callable[[], Any]:
    """Return what fits ctgan with other settings than the default ones."""
    return lambda: recipe(ctgan.CtganConfig, **options)


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


OF_CTGAN: dict[str, list[Callable[[], Any]]] = {
    "everything": [],
    "T = 0, DP-SGD's share not spent": [network(adversarial_weight=0.0, candidates=1)],
    "T = 0, DP-SGD's share given to the survey": [network(steps=0)],
    "no warm start of the generator": [network(warm_steps=0)],
    "GAN alone: no warm start, no marginal matching": [
        network(warm_steps=0, warm_critic_steps=0, matching_weight=0.0, adversarial_weight=1.0, candidates=1)
    ],
    "no warm start of the discriminator": [network(warm_critic_steps=0)],
    "no choice: the last generator": [network(candidates=1)],
    "no moving average": [network(average=0.0)],
    "one encoding a row": [network(encodings=1)],
    "no ladder: a generator step after each step": [network(most_rung=0)],
    "no conditional cross-entropy": [network(condition_weight=0.0)],
    "no 3-way matching with the focus": [network(class_weight=0.0)],
    "focus not drawn by its paid tables": [
        lambda: patch.object(ctgan_model.CtganModel, "_follow", lambda *_: None),
    ],
    "discriminator 64 x 64": [network(critic_hidden=(64, 64))],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tables", nargs="*", default=["census", "credit", "bank", "support2"])
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--fits", type=int, default=3)
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--generator", choices=["maxent", "ctgan"], default="maxent")
    parser.add_argument("--only", help="variants whose name holds this text")
    arguments = parser.parse_args()
    score = utility.scorer(arguments.shared)
    print("| left out |", " | ".join(f"{name} tvd2 / tvd3 / tstr / fit s" for name in arguments.tables), "|")
    for label, parts in (OF_CTGAN if arguments.generator == "ctgan" else VARIANTS).items():
        if arguments.only is not None and arguments.only not in label:
            continue
        cells = []
        for name in arguments.tables:
            folder = arguments.shared / "data" / name
            options = utility.options_of("declared", folder, arguments.epsilon, arguments.generator)
            runs = []
            for _ in range(arguments.fits):
                with tempfile.TemporaryDirectory() as scratch, _all(parts):
                    runs.append(utility.one_fit(folder, score, options, Path(scratch)))
            found = [
                statistics.median(run[figure] for run in runs) for figure in ("tvd2", "tvd3", "tstr", "fit_seconds")
            ]
            cells.append("{:.4f} / {:.4f} / {:.3f} / {:.0f}".format(*found))
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
