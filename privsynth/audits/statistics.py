"""The statistics of an audit: exact or conservative, one-sided (members score higher), never NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

DOUBTED = 0.05
SKEWED = 0.05


def rank_test(scores: Floats, member: Flags) -> tuple[float, float]:
    """Mann-Whitney test that members score higher.

    Args:
        scores: float64[rows].
        member: bool[rows]; both kinds occur.

    Returns:
        The area under the ROC curve (ties count half) and the one-sided p-value (exact for few rows without ties; an upper
        bound where ties skew it).
    """
    from scipy.stats import mannwhitneyu

    inside, outside = scores[member], scores[~member]
    if not len(inside) or not len(outside) or np.ptp(scores) == 0:
        return 0.5, 1.0
    result = mannwhitneyu(inside, outside, alternative="greater")
    p = float(min(1.0, result.pvalue))
    if p < DOUBTED:
        p = max(p, _skewed_p(scores, member))
    return float(result.statistic) / (len(inside) * len(outside)), p


def _skewed_p(scores: Floats, member: Flags) -> float:
    """Bound the chance of so high ranks of members where ties make it larger than the normal law says; else 0.

    Many ties and sides of unequal size skew the rank sum: two marked rows of 1,100 that are both among 100 held-out ones lie four
    standard deviations out and happen once in 120 times. The rank sum of the smaller side is no more spread than that of as
    many draws with replacement, whose Chernoff bound holds exactly.

    Source: Hoeffding 1963, sections 3 and 6.
    """
    from scipy.optimize import minimize_scalar
    from scipy.stats import rankdata

    rows, members = len(scores), int(member.sum())
    ranks = rankdata(scores)
    ranks = (ranks - ranks.mean()) / ranks.std()
    lean = float((ranks**3).mean()) * (rows - 2 * members) / rows * np.sqrt(rows / (members * (rows - members)))
    if lean < SKEWED:
        return 0.0
    drawn, values = (members, ranks[member]) if 2 * members <= rows else (rows - members, -ranks[~member])
    every, reached = (ranks if 2 * members <= rows else -ranks), float(values.sum())
    most = every.max()

    def exponent(rate: float) -> float:
        return float(drawn * (np.log(np.mean(np.exp(rate * (every - most)))) + rate * most) - rate * reached)

    found = minimize_scalar(exponent, bounds=(0.0, 50.0), method="bounded")
    return float(np.exp(min(0.0, found.fun)))


def two_sample_p(inside: Floats, outside: Floats) -> float:
    """Kolmogorov-Smirnov test that two samples differ, by its asymptotic law; 1 where either has fewer than two values.

    Args:
        inside: float64[rows] without NaN.
        outside: The other sample.
    """
    from scipy.stats import ks_2samp

    if min(len(inside), len(outside)) < 2:  # the law divides by zero for two samples of one value
        return 1.0
    return float(ks_2samp(inside, outside, method="asymp").pvalue)


def auc_interval(scores: Floats, member: Flags, *, level: float = 0.95) -> tuple[float, float]:
    """DeLong interval of the area under the ROC curve, clipped to [0, 1].

    Args:
        scores: float64[rows].
        member: bool[rows].
        level: Coverage.

    Returns:
        Lower and upper end; (0, 1) when a side has fewer than two rows.

    Source: DeLong, DeLong and Clarke-Pearson 1988, in the fast form of Sun and Xu 2014.
    """
    from scipy.stats import norm, rankdata

    inside, outside = scores[member], scores[~member]
    if len(inside) < 2 or len(outside) < 2:
        return 0.0, 1.0
    pooled = rankdata(np.concatenate([inside, outside]))
    wins = (pooled[: len(inside)] - rankdata(inside)) / len(outside)
    losses = 1 - (pooled[len(inside) :] - rankdata(outside)) / len(inside)
    error = float(np.sqrt(np.var(wins, ddof=1) / len(inside) + np.var(losses, ddof=1) / len(outside)))
    half = float(norm.ppf((1 + level) / 2)) * error
    area = float(np.mean(wins))
    return max(0.0, area - half), min(1.0, area + half)


def share_interval(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a share; (0, 1) without trials."""
    from scipy.stats import beta

    if trials == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(beta.ppf(tail, successes, trials - successes + 1))
    high = 1.0 if successes == trials else float(beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def excess_p(*, member_hits: int, hits: int, members: int, rows: int) -> float:
    """Chance that at least `member_hits` of `hits` marked rows are members, were membership handed out at random.

    The hypergeometric tail; for two groups it is Fisher's one-sided exact test.

    Args:
        member_hits: Marked members.
        hits: Marked rows.
        members: Members.
        rows: All rows.

    Returns:
        A p-value in (0, 1]; 1 without hits.
    """
    from scipy.stats import hypergeom

    if hits == 0 or members == 0 or members == rows:
        return 1.0
    return float(min(1.0, max(hypergeom.sf(member_hits - 1, rows, members, hits), 0.0)))


def rate_at(scores: Floats, member: Flags, false_positive_rate: float) -> tuple[int, int]:
    """Members above the threshold that at most `false_positive_rate` of the non-members pass; no interpolation.

    Returns:
        Members found and non-members passed.
    """
    outside = np.sort(scores[~member])[::-1]
    allowed = int(np.floor(false_positive_rate * len(outside) + 1e-9))
    threshold = outside[min(allowed, len(outside) - 1)]
    return int(np.sum(scores[member] > threshold)), int(np.sum(outside > threshold))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment; each result is at least its raw p-value.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    adjusted, worst = [1.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[int(i)] = worst
    return adjusted


def bonferroni(p_values: Sequence[float]) -> float:
    """The smallest p-value times their number, at most 1; 1 when there is none."""
    return min(1.0, len(p_values) * min(p_values)) if p_values else 1.0
