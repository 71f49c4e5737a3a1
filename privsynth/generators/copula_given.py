"""Latent scores of a Gaussian copula when some columns are known: each score lies in the stretch of its cell.

The class of a row and the scores of its known columns are drawn together. In each class the scores are drawn one after the other, each
from the normal distribution given those before it, cut to the stretch of its cell; the product of the cells' probabilities along the
way is an unbiased estimate of the probability of the row's cells in that class (Geweke, Hajivassiliou and Keane; see Genz and Bretz,
"Computation of Multivariate Normal and t Probabilities", 2009, section 4.2). Of several such candidates one is kept with a probability
in proportion to that product, and a few Gibbs sweeps within its class follow. With one known column the draw is exact; with several it
tends to the exact one as `CANDIDATES` grows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CANDIDATES = 8
SWEEPS = 2
_LEAST = 1e-300
_FARTHEST = 8.2


def truncated(low: Floats, high: Floats, mean: Floats, sigma: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw from normal distributions cut to intervals.

    Args:
        low: float64[n], where the intervals begin; -inf is allowed.
        high: float64[n], where they end.
        mean: float64[n], of the uncut distributions.
        sigma: Their standard deviation.
        rng: Source of randomness.

    Returns:
        float64[n], the draws, and float64[n], the logarithms of the intervals' probabilities (bounded below).
    """
    from scipy.special import ndtr, ndtri

    begin, end = (low - mean) / sigma, (high - mean) / sigma
    upper = begin > -end  # the tails are exact on the lower side
    left, right = np.where(upper, -end, begin), np.where(upper, -begin, end)
    below = ndtr(left)
    mass = ndtr(right) - below
    draw = np.clip(ndtri(below + rng.random(len(mean)) * mass), left, right)
    draw = np.where((mass > 0) & np.isfinite(draw), draw, right)
    return mean + sigma * np.where(upper, -draw, draw), np.log(np.maximum(mass, _LEAST))


def latent_interval(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Turn stretches of the uniform scale into intervals of the latent one; one without length becomes a point."""
    from scipy.special import ndtri

    point = high <= low
    ends = ndtri(low), ndtri(high)
    begin, end = (np.where(point, np.clip(each, -_FARTHEST, _FARTHEST), each) for each in ends)
    return np.where(point, np.minimum(begin, end), begin), np.where(point, np.minimum(begin, end), end)


def uniform(scores: Floats) -> Floats:
    """Turn latent scores into places on the uniform scale."""
    from scipy.special import ndtr

    return np.asarray(ndtr(scores))


def draw_known(
    prior: Floats,
    known: Ints | None,
    intervals: Sequence[tuple[Floats, Floats]],
    correlation: Floats,
    rng: np.random.Generator,
) -> tuple[Ints, Floats]:
    """Draw the class of each row and the latent scores of its known columns.

    Args:
        prior: float64[classes], probability of each class.
        known: int64[n], the class where the target is known, or None.
        intervals: For each class float64[n, m] twice: the latent intervals of the known columns.
        correlation: float64[classes, m, m] of the known columns.
        rng: Source of randomness.

    Returns:
        int64[n], the classes, and float64[n, m], the scores.
    """
    rows, size = intervals[0][0].shape
    classes, scores = np.zeros(rows, dtype=np.int64), np.zeros((rows, size))
    best = np.full(rows, -np.inf)
    for each, share in enumerate(prior):
        members = np.arange(rows) if known is None else np.flatnonzero(known == each)
        if not len(members) or (known is None and share <= 0):
            continue
        low, high = (bound[members] for bound in intervals[each])
        for _ in range(CANDIDATES if size > 1 else 1):
            drawn, weight = _in_order(low, high, correlation[each], rng)
            weight += np.log(max(share, _LEAST)) + rng.gumbel(size=len(members))
            won = weight > best[members]
            best[members[won]], classes[members[won]], scores[members[won]] = weight[won], each, drawn[won]
    for each in range(len(prior) if size > 1 else 0):
        members = np.flatnonzero(classes == each)
        low, high = (bound[members] for bound in intervals[each])
        scores[members] = _swept(scores[members], low, high, correlation[each], rng)
    return classes, scores


def _in_order(low: Floats, high: Floats, correlation: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw the scores one after the other, those of narrow intervals first; return them and the log-probability of their cells."""
    size = len(correlation)
    width = np.clip(high, -_FARTHEST, _FARTHEST) - np.clip(low, -_FARTHEST, _FARTHEST)
    order = np.argsort(width.mean(axis=0)) if len(low) else np.arange(size)
    root = np.linalg.cholesky(_regular(correlation[np.ix_(order, order)]))
    free, scores, weight = np.zeros_like(low), np.zeros_like(low), np.zeros(len(low))
    for step, column in enumerate(order):
        mean = free[:, :step] @ root[step, :step]
        scores[:, column], mass = truncated(low[:, column], high[:, column], mean, float(root[step, step]), rng)
        free[:, step] = (scores[:, column] - mean) / root[step, step]
        weight += mass
    return scores, weight


def _swept(scores: Floats, low: Floats, high: Floats, correlation: Floats, rng: np.random.Generator) -> Floats:
    """Draw each score anew given the others, a few times over."""
    precision = np.linalg.inv(_regular(correlation))
    for _ in range(SWEEPS):
        for column in range(len(correlation)):
            own = precision[column, column]
            mean = scores[:, column] - scores @ precision[column] / own
            scores[:, column], _ = truncated(low[:, column], high[:, column], mean, float(own**-0.5), rng)
    return scores


def draw_rest(
    scores: Floats, correlation: Floats, known: Sequence[int], rest: Sequence[int], rng: np.random.Generator
) -> Floats:
    """Draw the scores of the other columns given those of the known ones.

    Args:
        scores: float64[n, m] of the known columns.
        correlation: float64[all, all] of all columns.
        known: Which of them are known.
        rest: Which are to be drawn.
        rng: Source of randomness.

    Returns:
        float64[n, len(rest)].
    """
    whole = _regular(correlation)
    across = whole[np.ix_(rest, known)]
    weights = np.linalg.solve(whole[np.ix_(known, known)], across.T) if len(known) else np.zeros((0, len(rest)))
    spread = whole[np.ix_(rest, rest)] - across @ weights
    root = np.linalg.cholesky(_regular(spread))
    return np.asarray(scores @ weights + rng.standard_normal((len(scores), len(rest))) @ root.T)


def _regular(matrix: Floats) -> Floats:
    return matrix + 1e-9 * np.eye(len(matrix))
