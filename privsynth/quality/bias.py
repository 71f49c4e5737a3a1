"""Is the gap between groups wider when a model is learned from the synthetic table? Selections, and their bootstrap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from privsynth.quality.learners import BOOSTED, Floats
from privsynth.quality.predict import Task

RESAMPLES = 1_000
LEAST_ROWS = 50
TAIL = 0.025
METHOD = (
    "Each model selects the same number of held-out rows, the share of train with the positive outcome, by its prediction. The gap is the "
    "largest selection rate of a group less the smallest. The interval of the difference (95%, basic bootstrap) counts the "
    "draw of held-out rows, and what two models learned from halves of train differ by."
)


def selected(outcome: Floats, share: float) -> Floats:
    """Return the weight with which each row is selected when the given share of them is, those of the highest outcome.

    Args:
        outcome: float64[rows]; equal outcomes at the border share the places that are left.
        share: Of the rows.

    Returns:
        float64[rows] from 0 to 1, with the mean `share`.
    """
    places = share * len(outcome)
    _, inverse, counts = np.unique(-outcome, return_inverse=True, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.asarray(np.clip((places - before) / counts, 0.0, 1.0)[inverse], dtype=np.float64)


def half_fits(task: Task, seed: int) -> Iterator[Floats]:
    """Yield what models of two random halves of train say of the held-out rows, float64[rows] each."""
    train = task.tables[0]
    order = np.random.default_rng(seed).permutation(len(train))
    for half in np.array_split(order, 2):
        outcome = task.outcome(train.iloc[half], BOOSTED, seed)
        if outcome is not None:
            yield outcome[:, 0]


def amplification(
    groups: Any, synthetic: Floats, train: Floats, halves: Sequence[Floats], *, seed: int
) -> dict[str, Any]:
    """Compare the gap between the groups' selection rates under two models.

    Args:
        groups: object[rows], the group of each held-out row; groups of under 50 rows are left out.
        synthetic: float64[rows], selections of the model of the synthetic table.
        train: The same of the model of train.
        halves: The same of two models of halves of train; none counts no noise of learning.
        seed: Of the bootstrap.

    Returns:
        ``{"selection_gap_tstr", "selection_gap_trtr", "difference", "interval", "amplifies"}``; all None with fewer than two groups.
    """
    names, counts = np.unique(groups.astype(str), return_counts=True)
    names = names[counts >= LEAST_ROWS]
    if len(names) < 2:
        keys = ("selection_gap_tstr", "selection_gap_trtr", "difference", "interval", "amplifies")
        return dict.fromkeys(keys)
    inside = [groups == name for name in names]
    rates = [np.array([side[rows].mean() for rows in inside]) for side in (synthetic, train)]
    gaps = [float(np.ptp(rate)) for rate in rates]
    drawn = _resampled(inside, (synthetic, train), _noise_of_learning(inside, halves), seed)
    low, high = np.quantile(drawn, [TAIL, 1 - TAIL])
    difference = gaps[0] - gaps[1]
    interval = [float(2 * difference - high), float(2 * difference - low)]
    return {
        "selection_gap_tstr": gaps[0],
        "selection_gap_trtr": gaps[1],
        "difference": difference,
        "interval": interval,
        "amplifies": interval[0] > 0,
    }


def _noise_of_learning(inside: Sequence[Any], halves: Sequence[Floats]) -> Floats:
    """Return, by group, how much the selection rate of a model of half of train varies (standard deviation)."""
    if len(halves) < 2:
        return np.zeros(len(inside))
    apart = np.array([halves[0][rows].mean() - halves[1][rows].mean() for rows in inside])
    return np.full(len(inside), float(np.sqrt(np.mean(apart**2) / 2)))


def _resampled(inside: Sequence[Any], sides: Sequence[Floats], noise: Floats, seed: int) -> Floats:
    """Return the difference of the two gaps on resampled rows, float64[RESAMPLES]."""
    rng = np.random.default_rng(seed)
    means = np.empty((2, len(inside), RESAMPLES))
    for place, rows in enumerate(inside):
        pairs, counts = np.unique(np.column_stack([side[rows] for side in sides]), axis=0, return_counts=True)
        drawn = rng.multinomial(counts.sum(), counts / counts.sum(), size=RESAMPLES)
        means[:, place] = (drawn @ pairs / counts.sum()).T
    means += rng.standard_normal(means.shape) * noise[None, :, None]
    gaps = np.ptp(means, axis=1)
    return np.asarray(gaps[0] - gaps[1], dtype=np.float64)
