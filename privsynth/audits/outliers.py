"""Leakage among outliers: the rows that are easiest to recognise are tested by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.attacks import nearest_scores
from privsynth.audits.neighbours import Neighbours
from privsynth.audits.statistics import bonferroni, excess_p, rank_test, share_interval

Flags = np.ndarray[Any, np.dtype[np.bool_]]

STRATA = (0.01, 0.05, 0.10)
HIT_RADIUS = 0.25
MIN_OUTLIERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The most outlying share of all real rows.

    Args:
        share: Of the pooled rows.
        train: Outliers among the train rows; `holdout` among the held-out rows.
        train_hits: Of those, met by a synthetic row within a quarter of the distance to the next real row.
        holdout_hits: The same for the holdout.
        auc: Of the nearest-neighbour score within the stratum.
        p_value: Hits (Fisher) and score (Mann-Whitney), Bonferroni-combined; None when a side has under 50 rows.
    """

    share: float
    train: int
    holdout: int
    train_hits: int
    holdout_hits: int
    train_hit_interval: tuple[float, float]
    holdout_hit_interval: tuple[float, float]
    auc: float
    hit_p: float
    rank_p: float
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """All strata and what they say together.

    Args:
        strata: From the most outlying share to the widest.
        hit_rate_train: Share of train outliers that a synthetic row meets, in the widest stratum that was tested (None when none was).
        hit_rate_holdout: The same for the holdout: what chance gives.
        p_value: Bonferroni-combined over strata; None when no stratum has 50 outliers on each side.
    """

    strata: tuple[Stratum, ...]
    hit_rate_train: float | None
    hit_rate_holdout: float | None
    p_value: float | None


def measure_outliers(found: Neighbours, member: Flags) -> Outliers:
    """Test the 1%, 5% and 10% most outlying rows (mean distance to five other real rows, of either kind).

    Args:
        found: Neighbours of every pooled row.
        member: bool[rows].
    """
    strangeness = found.real.mean(axis=1)
    hits = found.synthetic[:, 0] < HIT_RADIUS * found.real[:, 0]
    scores = nearest_scores(found, 1)
    strata = []
    for share in STRATA:
        rows = max(1, round(share * len(member)))
        chosen = strangeness >= np.partition(strangeness, -rows)[-rows]
        strata.append(_stratum(share, hits[chosen], scores[chosen], member[chosen]))
    tested = [stratum for stratum in strata if stratum.p_value is not None]
    return Outliers(
        strata=tuple(strata),
        hit_rate_train=tested[-1].train_hits / tested[-1].train if tested else None,
        hit_rate_holdout=tested[-1].holdout_hits / tested[-1].holdout if tested else None,
        p_value=bonferroni([stratum.p_value for stratum in tested if stratum.p_value is not None]) if tested else None,
    )


def _stratum(share: float, hits: Flags, scores: np.ndarray[Any, np.dtype[np.float64]], member: Flags) -> Stratum:
    train, holdout = int(member.sum()), int((~member).sum())
    train_hits, holdout_hits = int(hits[member].sum()), int(hits[~member].sum())
    area, rank_p = rank_test(scores, member)
    hit_p = excess_p(member_hits=train_hits, hits=int(hits.sum()), members=train, rows=len(member))
    return Stratum(
        share=share,
        train=train,
        holdout=holdout,
        train_hits=train_hits,
        holdout_hits=holdout_hits,
        train_hit_interval=share_interval(train_hits, train),
        holdout_hit_interval=share_interval(holdout_hits, holdout),
        auc=area,
        hit_p=hit_p,
        rank_p=rank_p,
        p_value=bonferroni([hit_p, rank_p]) if min(train, holdout) >= MIN_OUTLIERS else None,
    )
