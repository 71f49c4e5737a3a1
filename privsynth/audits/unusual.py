"""The most unusual real rows of very many, found in time linear in the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.carried import Codes, joined, label_pairs
from privsynth.audits.encode import Encoding
from privsynth.audits.neighbours import encoded
from privsynth.audits.pace import Pace

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Points = np.ndarray[Any, np.dtype[np.float32]]

GROUPS = 5
GROUP_ROWS = 256
STRIPE_ROWS = 4096


def most_unusual(
    real: pd.DataFrame,
    codes: dict[str, Codes],
    numeric: frozenset[str],
    encoding: Encoding,
    rows: int,
    pace: Pace,
    *,
    seed: int,
) -> Ints:
    """Choose the rows that lie farthest from others, or have the rarest label or pair of labels; kinds are not looked at.

    Args:
        real: All real rows of both kinds.
        codes: Per column: int64[real rows and more].
        numeric: Names of the numeric columns.
        encoding: Of rows as points.
        rows: How many to choose.
        pace: Told how far it is.
        seed: Draws the rows that distances are taken to.

    Returns:
        int64[rows], ascending.
    """
    remote = _ranks(remoteness(real, encoding, pace, seed=seed))
    labels = [name for name in codes if name not in numeric]
    rare = _ranks(-rarest(codes, labels, len(real)).astype(np.float64)) if labels else remote
    chance = np.random.default_rng([seed, 3]).permutation(len(real))  # the order of rows would tell train from holdout
    order = np.lexsort((chance, -remote, -np.maximum(remote, rare)))
    return np.sort(order[:rows])


def remoteness(real: pd.DataFrame, encoding: Encoding, pace: Pace, *, seed: int) -> Floats:
    """Mean distance of each row to its nearest in five groups of 256 random rows.

    Source: Sugiyama and Borgwardt 2013 (distances to a small sample tell outliers).

    Returns:
        float64[rows].
    """
    drawn = np.random.default_rng([seed, 1]).choice(len(real), min(len(real), GROUPS * GROUP_ROWS), replace=False)
    sample = encoding.encode(real.iloc[drawn])
    place = np.full(len(real), -1)
    place[drawn] = np.arange(len(drawn))
    found, start = np.empty(len(real)), 0
    count = -(-len(real) // 50_000)
    for points in pace.watched(encoded(real, encoding.encode), "looking for unusual rows", count):
        found[start : start + len(points)] = _apart(points, sample, place[start : start + len(points)])
        start += len(points)
    return found


def rarest(codes: dict[str, Codes], labels: list[str], real_rows: int) -> Ints:
    """int64[rows]: how many real rows share the rarest label, or pair of labels, of each; missing cells are no label."""
    found = np.full(real_rows, real_rows, dtype=np.int64)
    for names in [*((name,) for name in labels), *label_pairs(labels)]:
        keys = joined([codes[name] for name in names])[:real_rows] + 1
        counts = np.bincount(keys)
        counts[0] = real_rows
        np.minimum(found, counts[keys], out=found)
    return found


def _apart(points: Points, sample: Points, place: Ints) -> Floats:
    norms, found = np.einsum("ij,ij->i", sample, sample), np.empty(len(points))
    for start in range(0, len(points), STRIPE_ROWS):
        part, own = points[start : start + STRIPE_ROWS], place[start : start + STRIPE_ROWS]
        squares = norms - 2 * (part @ sample.T)
        squares += np.einsum("ij,ij->i", part, part)[:, None]
        among = np.flatnonzero(own >= 0)
        squares[among, own[among]] = np.inf
        groups = [squares[:, at : at + GROUP_ROWS].min(axis=1) for at in range(0, len(sample), GROUP_ROWS)]
        found[start : start + STRIPE_ROWS] = np.sqrt(np.maximum(groups, 0)).mean(axis=0)
    return found


def _ranks(scores: Floats) -> Floats:
    from scipy.stats import rankdata

    return np.asarray(rankdata(scores) / len(scores), dtype=np.float64)
