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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """How well one score tells members from non-members.

    Args:
        name: Short name.
        what: One sentence that explains the score.
        auc: Area under the ROC curve; 0.5 is chance.
        auc_interval: Its 95% interval.
        tpr_at: Per false-positive rate: share of members found, its 95% interval, the non-members behind it.
        rank_p: One-sided p-value over all rows (Mann-Whitney).
        top: Per r: members among the r highest scores, the expected number, the p-value (hypergeometric).
        p_value: Both kinds of evidence, Bonferroni-combined.
    """

    name: str
    what: str
    auc: float
    auc_interval: tuple[float, float]
    tpr_at: dict[str, dict[str, Any]]
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
    return Attack(
        name=name,
        what=what,
        auc=area,
        auc_interval=auc_interval(scores, member),
        tpr_at={str(rate): _rate(scores, member, rate) for rate in FALSE_POSITIVE_RATES},
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


def _rate(scores: Floats, member: Flags, rate: float) -> dict[str, Any]:
    found, _ = rate_at(scores, member, rate)
    members = int(member.sum())
    low, high = share_interval(found, members)
    return {"tpr": found / members, "interval": [low, high], "n_nonmembers": int((~member).sum())}
