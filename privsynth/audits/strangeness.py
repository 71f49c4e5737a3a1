"""How outlying a row is, by several scores that do not know which rows were in train."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]

FOREST_ROWS = 100_000
TREES = 64
MAX_PAIRS = 150
BINS_PER_UNIT = 4
FARTHEST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangeness:
    """Scores of real rows and of synthetic rows; higher is more outlying.

    Args:
        real: By score: float64[pooled rows].
        synthetic: By score: float64[synthetic rows], against the same pool.
    """

    real: dict[str, Floats]
    synthetic: dict[str, Floats]


def measure_strangeness(
    rows: pd.DataFrame, synthetic: pd.DataFrame, numeric: frozenset[str], *, seed: int
) -> Strangeness:
    """Score rows by an isolation forest and by their rarest label or pair of labels, in time linear in the rows.

    Args:
        rows: Pooled real rows (train over held-out ones; which is which is not looked at).
        synthetic: Synthetic rows to score against them.
        numeric: Names of the numeric columns.
        seed: Of the forest.

    Returns:
        The scores `forest` and `rarity`.

    Source: Liu, Ting and Zhou 2008 (isolation forest).
    """
    import pandas as pd

    both, real = pd.concat([rows, synthetic], ignore_index=True), len(rows)
    parts = features(both, numeric, real)
    codes = [_codes(part, name in numeric) for name, part in parts.items()]
    scores = {"forest": _forest(np.hstack(list(parts.values())), real, seed), "rarity": _rarity(codes, real)}
    return Strangeness(
        real={name: values[:real] for name, values in scores.items()},
        synthetic={name: values[real:] for name, values in scores.items()},
    )


def consensus(scores: list[Floats]) -> Floats:
    """Mean rank over several scores, from 0 to 1."""
    from scipy.stats import rankdata

    return np.asarray(np.mean([rankdata(values) / max(len(values), 1) for values in scores], axis=0), dtype=np.float64)


def _scaled(column: pd.Series[Any], real: int) -> Floats:
    """Numbers on a log-like scale about the middle of the pool; NaN where missing."""
    values = column.to_numpy(dtype=np.float64)
    known = values[:real][~np.isnan(values[:real])]
    if not len(known):
        return values * 0
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    spread = (high - low) / 1.349 or float(np.mean(np.abs(known - middle))) or 1.0
    with np.errstate(over="ignore"):
        return np.asarray(np.arcsinh(np.clip((values - middle) / spread, -FARTHEST, FARTHEST)))


def features(both: pd.DataFrame, numeric: frozenset[str], real: int) -> dict[str, Floats]:
    """Rows as numbers for trees, linear in the rows: whatever decides the scale is taken from the first `real` rows.

    Args:
        both: Aligned rows; those after the first `real` ones may be of another kind.
        numeric: Names of the numeric columns.
        real: Rows that the scales and frequencies are taken from.

    Returns:
        By column: float64[rows, 2]: numbers on a log-like scale and whether they are missing; labels by the rank of
        their frequency and its logarithm.
    """
    found = {}
    for name in both.columns:
        if name in numeric:
            values = _scaled(both[name], real)
            found[name] = np.column_stack([np.nan_to_num(values, nan=0.0), np.isnan(values)])
            continue
        codes = both[name].factorize(use_na_sentinel=False, sort=True)[
            0
        ]  # by name: the order of rows tells train from holdout
        counts = np.bincount(codes[:real], minlength=int(codes.max(initial=0)) + 1)
        order = np.empty(len(counts))
        order[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        found[name] = np.column_stack([order[codes], np.log(np.maximum(counts[codes], 1))])
    return found


def _codes(part: Floats, is_number: bool) -> Codes:
    """int64[rows] from 0: labels as they are, numbers in bins that are equally wide on the log-like scale."""
    first = np.round(part[:, 0] * BINS_PER_UNIT) if is_number else part[:, 0]
    missing = part[:, 1] > 0 if is_number else np.zeros(len(part), dtype=bool)
    return np.unique(np.where(missing, np.inf, first), return_inverse=True)[1].astype(np.int64)


def _forest(points: Floats, real: int, seed: int) -> Floats:
    from sklearn.ensemble import IsolationForest

    at = np.arange(real)
    if real > FOREST_ROWS:
        at = np.random.default_rng(seed).choice(real, FOREST_ROWS, replace=False)
    forest = IsolationForest(n_estimators=TREES, random_state=seed).fit(points[at])
    return np.asarray(-forest.score_samples(points), dtype=np.float64)


def _rarity(codes: list[Codes], real: int) -> Floats:
    """-log of the lowest share that a row's label, or pair of labels, has in the pool; ties by the mean over pairs."""
    pairs = list(combinations(codes, 2))
    pairs = pairs[:: max(1, -(-len(pairs) // MAX_PAIRS))]
    keys = codes + [one * (int(other.max(initial=0)) + 1) + other for one, other in pairs]
    if not keys:
        return np.zeros(0)
    rows = len(keys[0])
    rarest, total = np.zeros(rows), np.zeros(rows)
    for key in keys:
        code = key if key.max(initial=0) < 8 * rows else np.unique(key, return_inverse=True)[1]
        seen = np.bincount(code[:real], minlength=int(code.max(initial=0)) + 1)[code]
        surprise = np.log(real) - np.log(np.maximum(seen, 1))  # a row met by no real one is as rare as its copy
        rarest, total = np.maximum(rarest, surprise), total + surprise
    # counts of 1 and 2 are log 2 apart, so the mean (at most log 2n) divided by that never reverses two rarest values
    return np.asarray(rarest + total / len(keys) * 1e-6)
