"""Membership attacks: scores that should not tell train rows from held-out rows, and how well they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.neighbours import Neighbours
from privsynth.audits.statistics import auc_interval, bonferroni, excess_p, rank_test, rate_at, share_interval

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

NO_DISTANCE = 1e-6
TOP_ROWS = (20, 50, 100, 200)
FALSE_POSITIVE_RATES = (0.001, 0.01, 0.1)
CURVE_POINTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One number per pooled row, made without knowledge of who was in train; higher for likelier members.

    Args:
        name: Short name of the attack that uses it.
        what: One sentence that explains it.
        values: float64[pooled rows].
        aggregate: It tells how closely frequencies follow those of the train rows, and points at no row. Every table learned from
            frequencies shows some of it, private ones too, so it is shown and decides nothing.
    """

    name: str
    what: str
    values: Floats
    aggregate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """How well one score tells members from non-members.

    Args:
        name: Short name.
        what: One sentence that explains the score.
        auc: Area under the ROC curve; 0.5 is chance.
        auc_ci: Its 95% interval.
        tpr_at_fpr: By false-positive rate: the highest share of members found at no more than it, without interpolation.
        tpr_ci: The 95% intervals of those shares.
        non_members: How many non-members are behind them.
        roc: Points (false-positive rate, true-positive rate), evenly spaced on a log axis, from the first to the last.
        rank_p: One-sided p-value over all rows (Mann-Whitney).
        top: Per r: members among the r highest scores, the expected number, the p-value (hypergeometric).
        p_value: Both kinds of evidence, Bonferroni-combined.
    """

    name: str
    what: str
    auc: float
    auc_ci: tuple[float, float]
    tpr_at_fpr: dict[str, float]
    tpr_ci: dict[str, tuple[float, float]]
    non_members: int
    roc: tuple[tuple[float, float], ...]
    rank_p: float
    top: tuple[dict[str, Any], ...]
    p_value: float


def nearest_scores(found: Neighbours, k: int) -> Floats:
    """Log-ratio of the distance to other real rows over the distance to synthetic rows, mean of k neighbours.

    High when the synthetic table is closer to a row than its population is. Distances below 1e-6 count as 1e-6.

    Returns:
        float64[rows].
    """
    real, synthetic = (distances[:, :k].mean(axis=1) for distances in (found.real, found.synthetic))
    return np.asarray(np.log(np.maximum(real, NO_DISTANCE)) - np.log(np.maximum(synthetic, NO_DISTANCE)))


def measure_attack(name: str, what: str, scores: Floats, member: Flags) -> Attack:
    """Test whether members score higher than non-members, over all rows and among the highest scores.

    Args:
        name: Short name of the attack.
        what: One sentence that explains it.
        scores: float64[rows]; made without knowledge of `member`.
        member: bool[rows]; both kinds occur.

    Returns:
        The measured attack.
    """
    area, rank_p = rank_test(scores, member)
    top = tuple(_top(scores, member, r) for r in TOP_ROWS if r <= len(scores) // 4)
    members, found = int(member.sum()), {str(rate): rate_at(scores, member, rate)[0] for rate in FALSE_POSITIVE_RATES}
    return Attack(
        name=name,
        what=what,
        auc=area,
        auc_ci=auc_interval(scores, member),
        tpr_at_fpr={rate: count / members for rate, count in found.items()},
        tpr_ci={rate: share_interval(count, members) for rate, count in found.items()},
        non_members=len(member) - members,
        roc=_curve(scores, member),
        rank_p=rank_p,
        top=top,
        p_value=bonferroni([rank_p, bonferroni([float(entry["p_value"]) for entry in top])]),
    )


def _top(scores: Floats, member: Flags, r: int) -> dict[str, Any]:
    """Members among the r highest scores; rows tied with the r-th count too, so that no order of rows matters."""
    chosen = scores >= np.partition(scores, -r)[-r]
    rows, members = int(chosen.sum()), int(member[chosen].sum())
    share = float(member.mean())
    p = excess_p(member_hits=members, hits=rows, members=int(member.sum()), rows=len(member))
    return {"r": r, "rows": rows, "members": members, "expected": rows * share, "p_value": p}


def _curve(scores: Floats, member: Flags) -> tuple[tuple[float, float], ...]:
    """Return the ROC curve at up to 60 false-positive rates from one row to all rows, evenly spaced on a log axis."""
    inside, outside = np.sort(scores[member])[::-1], np.sort(scores[~member])[::-1]
    passed = np.unique(np.geomspace(1, len(outside), CURVE_POINTS).round().astype(np.int64))
    found = len(inside) - np.searchsorted(inside[::-1], outside[passed - 1], side="right")
    points = [(0.0, float(np.mean(inside > outside[0])))]
    points += [
        (float(np.mean(outside > outside[at - 1])), float(hits / len(inside)))
        for at, hits in zip(passed, found, strict=True)
    ]
    return tuple(sorted({*points, (1.0, 1.0)}))
