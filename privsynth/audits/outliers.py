"""Leakage among outliers: the rows that are easiest to recognise are tested by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.attacks import nearest_scores
from privsynth.audits.pool import Pool
from privsynth.audits.statistics import bonferroni, excess_p, rank_test, share_interval
from privsynth.audits.strangeness import consensus, measure_strangeness

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.int64]]

STRATA = (0.01, 0.05, 0.10)
HIT_RADIUS = 0.25
MIN_OUTLIERS = 50
SYNTHETIC_ROWS = 20_000
SYNTHETIC_SHARE = 0.05
SCORES = {
    "distance": "Mean distance to the five nearest other real rows.",
    "forest": "How soon an isolation forest of the real rows separates the row.",
    "rarity": "How rare the row's rarest label, or pair of labels (numbers in bins), is among the real rows.",
    "consensus": "Mean rank by the other three scores.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The most outlying share of all real rows by one score.

    Args:
        score: Which score of outlyingness.
        share: Of the pooled rows.
        train: Outliers among the train rows; `holdout` among the held-out rows.
        train_hits: Of those, met by a synthetic row within a quarter of the distance to the next real row.
        holdout_hits: The same for the holdout.
        auc: Of the nearest-neighbour score within the stratum.
        p_value: Hits (Fisher) and score (Mann-Whitney), Bonferroni-combined; None when a side has under 50 rows.
    """

    score: str
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
class SyntheticSide:
    """The most outlying synthetic rows, and whose they resemble. It is shown beside the verdict and is not part of it.

    Args:
        rows: Outlying synthetic rows looked at.
        real_rows: Different real rows that are nearest to them (of train or held out; several synthetic rows may share one).
        train: Train rows among those.
        expected: Train rows among them by chance.
        p_value: Of the excess (hypergeometric over the different real rows).
    """

    rows: int
    real_rows: int
    train: int
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """All strata and what they say together.

    Args:
        scores: By score: what it is, and the p-value over its strata (None when none was tested).
        strata: By score, from the most outlying share to the widest.
        hit_rate_train: Share of train outliers that a synthetic row meets, in the widest tested stratum of the
            consensus (None when none was).
        hit_rate_holdout: The same for the holdout: what chance gives.
        synthetic_side: The view from the outliers of the synthetic table.
        p_value: Bonferroni-combined over scores and strata; None when no stratum has 50 outliers on each side.
    """

    scores: tuple[dict[str, Any], ...]
    strata: tuple[Stratum, ...]
    hit_rate_train: float | None
    hit_rate_holdout: float | None
    synthetic_side: SyntheticSide
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlyingRows:
    """Outliers and hits, row by row, found without knowledge of who was in train.

    Args:
        chosen: By score and share: bool[pooled rows] in the stratum.
        hits: bool[pooled rows]: met by a synthetic row within a quarter of the distance to the next real row.
        scores: float64[pooled rows]: the nearest-neighbour score.
        nearest: int64: the different pooled rows that are nearest to the outlying synthetic rows.
        looked: Outlying synthetic rows behind `nearest`.
    """

    chosen: dict[tuple[str, float], Flags]
    hits: Flags
    scores: Floats
    nearest: Places
    looked: int


def find_outliers(pool: Pool) -> OutlyingRows:
    """Find the 1%, 5% and 10% most outlying of all real rows by each score.

    Args:
        pool: Real rows: all that are compared, or the most unusual of them (`share` says which part of all they are).
            `member` is not read.
    """
    made = len(pool.synthetic)
    at = np.arange(made)
    if made > SYNTHETIC_ROWS:
        at = np.sort(np.random.default_rng(pool.seed).choice(made, SYNTHETIC_ROWS, replace=False))
    found = measure_strangeness(pool.rows, pool.synthetic.iloc[at], pool.numeric, seed=pool.seed)
    scores = {"distance": pool.found.real.mean(axis=1), **found.real}
    scores["consensus"] = consensus(list(scores.values()))
    total = round(len(pool.member) / pool.share)
    outlying = _highest(consensus(list(found.synthetic.values())), round(SYNTHETIC_SHARE * len(at)))
    looked = at[np.flatnonzero(outlying)[:SYNTHETIC_ROWS]]
    return OutlyingRows(
        chosen={
            (name, share): _highest(scores[name], min(len(pool.member), round(share * total)))
            for name in SCORES
            for share in _shares(pool.share)
        },
        hits=pool.found.synthetic[:, 0] < HIT_RADIUS * pool.found.real[:, 0],
        scores=nearest_scores(pool.found, 1),
        nearest=_nearest_real(pool, looked),
        looked=len(looked),
    )


def measure_outliers(rows: OutlyingRows, member: Flags) -> Outliers:
    """Test whether synthetic rows are nearer to outlying train rows than to outlying held-out rows.

    Args:
        rows: Outliers and hits.
        member: bool[pooled rows].
    """
    strata = tuple(
        _stratum(score, share, rows.hits[chosen], rows.scores[chosen], member[chosen])
        for (score, share), chosen in rows.chosen.items()
    )
    tested = {name: [s for s in strata if s.score == name and s.p_value is not None] for name in SCORES}
    by_score = {name: bonferroni([s.p_value for s in found if s.p_value is not None]) for name, found in tested.items()}
    known = [p for name, p in by_score.items() if tested[name]]
    widest = tested["consensus"][-1] if tested["consensus"] else None
    return Outliers(
        scores=tuple(
            {"name": name, "what": what, "p_value": by_score[name] if tested[name] else None}
            for name, what in SCORES.items()
        ),
        strata=strata,
        hit_rate_train=widest.train_hits / widest.train if widest else None,
        hit_rate_holdout=widest.holdout_hits / widest.holdout if widest else None,
        synthetic_side=_synthetic_side(rows, member),
        p_value=bonferroni(known) if known else None,
    )


def _shares(most: float) -> tuple[float, ...]:
    """Return the shares of all real rows that a pool of their most outlying part can give."""
    return tuple(share for share in STRATA if share <= 1.001 * most) or (most,)


def _highest(scores: Floats, rows: int) -> Flags:
    """bool[scores]: the highest ones; those tied with the last count too."""
    return np.asarray(scores >= np.partition(scores, -max(1, rows))[-max(1, rows)], dtype=bool)


def _nearest_real(pool: Pool, looked: Places) -> Places:
    """The different pooled rows that are nearest to synthetic rows."""
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(pool.points)
    found = search.kneighbors(pool.encoding.encode(pool.synthetic.iloc[looked]), return_distance=False)
    return np.unique(found[:, 0]).astype(np.int64)


def _synthetic_side(rows: OutlyingRows, member: Flags) -> SyntheticSide:
    """Count train rows among the nearest ones.

    Which rows are nearest does not depend on the labels, and each counts once: were the labels handed out at random,
    the number of train rows among them would be hypergeometric.
    """
    train = int(member[rows.nearest].sum())
    return SyntheticSide(
        rows=rows.looked,
        real_rows=len(rows.nearest),
        train=train,
        expected=len(rows.nearest) * float(member.mean()),
        p_value=excess_p(member_hits=train, hits=len(rows.nearest), members=int(member.sum()), rows=len(member)),
    )


def _stratum(score: str, share: float, hits: Flags, scores: Floats, member: Flags) -> Stratum:
    train, holdout = int(member.sum()), int((~member).sum())
    train_hits, holdout_hits = int(hits[member].sum()), int(hits[~member].sum())
    area, rank_p = rank_test(scores, member)
    hit_p = excess_p(member_hits=train_hits, hits=int(hits.sum()), members=train, rows=len(member))
    return Stratum(
        score=score,
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
