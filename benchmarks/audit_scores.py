"""Membership scores of a pool: those that an audit uses, and others from the literature that were measured and left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from privsynth.audits.attacks import nearest_scores
from privsynth.audits.pool import Pool
from privsynth.audits.scores import claimed, crowded, matched
from privsynth.audits.strangeness import consensus

Floats = np.ndarray[Any, np.dtype[np.float64]]
FOLDS = 5


def combined(pool: Pool) -> Floats:
    """Mean rank of nearest-1, claimed and matched."""
    return consensus([nearest_scores(pool.found, 1), claimed(pool), matched(pool)])


def boosted(pool: Pool) -> Floats:
    """Logit of a gradient-boosted classifier of synthetic against real rows, cross-fitted over five folds of the pool."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    real, made, labels = _ordinal(pool)
    return _cross_fitted(
        real,
        made,
        pool.seed,
        lambda x, y: HistGradientBoostingClassifier(
            categorical_features=labels, class_weight="balanced", early_stopping=False, random_state=0
        ).fit(x, y),
    )


def forest(pool: Pool) -> Floats:
    """Share of synthetic votes in 200 extremely randomised trees grown to single rows, cross-fitted."""
    from sklearn.ensemble import ExtraTreesClassifier

    real, made, _ = _ordinal(pool)
    real, made = (np.nan_to_num(table, nan=-1e9) for table in (real, made))
    return _cross_fitted(
        real, made, pool.seed, lambda x, y: ExtraTreesClassifier(200, class_weight="balanced", random_state=0).fit(x, y)
    )


def kernels(pool: Pool) -> Floats:
    """Log-density ratio of two kernel estimates in ten principal components, Silverman's width (DOMIAS)."""
    from scipy.spatial.distance import cdist
    from sklearn.decomposition import PCA

    made = pool.encoding.encode(pool.synthetic)
    axes = PCA(min(10, made.shape[1]), random_state=0).fit(np.vstack([pool.points, made]))
    real, made = axes.transform(pool.points), axes.transform(made)
    spread, width = np.maximum(real.std(axis=0), 1e-9), real.shape[1]

    def density(others: Floats, itself: bool) -> Floats:
        wide = spread * (len(others) * (width + 2) / 4) ** (-1 / (width + 4))
        exponent = -0.5 * cdist(real / wide, others / wide, "sqeuclidean")
        if itself:
            np.fill_diagonal(exponent, -np.inf)
        return np.asarray(np.logaddexp.reduce(exponent, axis=1) - np.log(wide).sum())

    return density(made, itself=False) - density(real, itself=True)


def gain(pool: Pool) -> Floats:
    """Gen-LRA in closed form: what adding a row to a kernel estimate of the pool adds to the likelihood of its 20 nearest
    synthetic rows; the width is the distance of each to its fifth real row."""
    from sklearn.neighbors import NearestNeighbors

    made = pool.encoding.encode(pool.synthetic)
    distance, near = (
        NearestNeighbors(n_neighbors=min(20, len(made)), algorithm="brute").fit(made).kneighbors(pool.points)
    )
    others, which = NearestNeighbors(n_neighbors=11, algorithm="brute").fit(pool.points).kneighbors(made)
    wide = np.maximum(others[:, 5], 1e-6)[near]
    apart = np.where(which[near] == np.arange(len(distance))[:, None, None], np.inf, others[near])[:, :, :10]
    rest = np.logaddexp.reduce(-0.5 * (apart / wide[:, :, None]) ** 2, axis=2)
    return np.asarray(np.logaddexp(0, -0.5 * (distance / wide) ** 2 - rest).sum(axis=1))


def residuals(pool: Pool) -> Floats:
    """How much better boosted models of each column fitted to the synthetic rows predict a row's cells than models
    fitted to other real rows (EPT), summed over columns; errors of numbers in ranks, on a log scale."""
    real, made, labels = _ordinal(pool)
    fold, total = _folds(len(real), pool.seed, 3), np.zeros(len(real))
    for at in range(real.shape[1]):
        rest = [other for other in range(real.shape[1]) if other != at]
        kinds = [place for place, other in enumerate(rest) if other in labels]
        is_label = at in labels or len(np.unique(real[:, at])) <= 5
        cells = real[:, at] if is_label else np.searchsorted(np.sort(real[:, at]), real[:, at]) / len(real)
        drawn = made[:, at] if is_label else np.searchsorted(np.sort(real[:, at]), made[:, at]) / len(real)
        theirs = _losses(made[:, rest], drawn, real[:, rest], cells, kinds, is_label)
        for part in range(3):
            out = fold == part
            ours = _losses(real[~out][:, rest], cells[~out], real[out][:, rest], cells[out], kinds, is_label)
            total[out] += ours - theirs[out]
    return total


USED: dict[str, Callable[[Pool], Floats]] = {
    "nearest-1": lambda pool: nearest_scores(pool.found, 1),
    "nearest-5": lambda pool: nearest_scores(pool.found, 5),
    "claimed": claimed,
    "matched": matched,
    "crowded": crowded,
    "combined": combined,
}
LEFT_OUT: dict[str, Callable[[Pool], Floats]] = {
    "boosted ratio": boosted,
    "PCA-KDE ratio": kernels,
    "Gen-LRA": gain,
    "random forest": forest,
    "column residuals": residuals,
}


def _ordinal(pool: Pool) -> tuple[Floats, Floats, list[int]]:
    """Numbers as they are, labels by the rank of their frequency (at most 255 of them); real, synthetic, label columns."""
    both = pd.concat([pool.rows, pool.synthetic], ignore_index=True)
    table = np.empty(both.shape)
    for at, name in enumerate(both.columns):
        ranks = {label: min(rank, 254) for rank, label in enumerate(both[name].value_counts().index)}
        table[:, at] = both[name] if name in pool.numeric else both[name].map(ranks).astype(float)
    labels = [at for at, name in enumerate(both.columns) if name not in pool.numeric]
    return table[: len(pool.rows)], table[len(pool.rows) :], labels


def _folds(rows: int, seed: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.random.default_rng(seed).permutation(rows) % count


def _cross_fitted(real: Floats, made: Floats, seed: int, fit: Callable[[Floats, Floats], Any]) -> Floats:
    fold, scores = _folds(len(real), seed, FOLDS), np.empty(len(real))
    for part in range(FOLDS):
        others = real[fold != part]
        kind = np.r_[np.ones(len(made)), np.zeros(len(others))]
        scores[fold == part] = fit(np.vstack([made, others]), kind).predict_proba(real[fold == part])[:, 1]
    return scores


def _losses(seen: Floats, told: Floats, asked: Floats, truth: Floats, labels: list[int], is_label: bool) -> Floats:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    settings: dict[str, Any] = {"max_leaf_nodes": 15, "categorical_features": labels, "early_stopping": False}
    if not is_label:
        model = HistGradientBoostingRegressor(max_iter=40, random_state=0, **settings).fit(seen, told)
        return np.asarray(np.log(np.abs(model.predict(asked) - truth) + 0.01))
    told, truth = (np.clip(np.nan_to_num(values, nan=21), 0, 21) for values in (told, truth))
    if len(np.unique(told)) < 2:
        return np.zeros(len(truth))
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0, **settings).fit(seen, told)
    chance = pd.DataFrame(model.predict_proba(asked), columns=model.classes_).reindex(
        columns=np.arange(22.0), fill_value=0
    )
    return -np.log(np.maximum(chance.to_numpy()[np.arange(len(truth)), truth.astype(int)], 1e-3))
