"""Attribute inference with a control: does the synthetic table tell more about train rows than about held-out ones?

A model that has seen synthetic rows only guesses a column from the others. What it guesses well for every row of the
population is knowledge about the population; what it guesses better for train rows was memorised.

Source: the difference between train and held-out rows is the attribute advantage of Yeom et al. 2018.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.pool import Pool
from privsynth.audits.statistics import bonferroni, rank_test
from privsynth.audits.strangeness import features

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

MOST_COLUMNS = 20
MOST_ROWS = 20_000
MOST_LABELS = 20
BINS = 10
SMALL_ROWS = 5_000
TREES = 20
SCORE = "probability given to the true label (of a number: to its tenth)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """How much better a column is guessed for train rows than for held-out rows.

    Args:
        column: Its name.
        score: What `train`, `holdout` and `baseline` are.
        train: Mean score of train rows, 0 to 1; `holdout` of held-out rows.
        difference: Train less holdout; 0 is chance.
        difference_ci: Its 95% interval.
        baseline: Mean score of all real rows, were each guessed by the column's shares in the synthetic table.
        p_value: Of higher scores among train rows (Mann-Whitney, one-sided).
    """

    column: str
    score: str
    train: float
    holdout: float
    difference: float
    difference_ci: tuple[float, float]
    baseline: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """All columns that were guessed.

    Args:
        columns: From the largest difference in terms of p-values to the smallest.
        untested: Names of columns that were not guessed: they do not vary, there were more than twenty, or time was short.
        p_value: Bonferroni-combined; None when no column could be guessed.
    """

    columns: tuple[Attribute, ...]
    untested: tuple[str, ...]
    p_value: float | None


def measure_attributes(pool: Pool, *, sensitive: Sequence[str] | None = None) -> Attributes:
    """Guess columns of the pooled rows by models of the synthetic table, and compare train with held-out rows.

    Each model is a forest of extremely randomised trees grown to single rows, which remembers what it has seen:
    most memorised secrets show in it where gradient boosting smooths them away.

    Args:
        pool: What is compared; at most 20,000 of its rows and of the synthetic rows are used.
        sensitive: Columns worth protecting; None takes all. Of more than twenty, those that vary most are taken.

    Returns:
        The attributes.

    Source: Geurts, Ernst and Wehenkel 2006 (the trees).
    """
    import pandas as pd

    rng = np.random.default_rng(pool.seed)
    made, real = (_some(len(table), rng) for table in (pool.synthetic, pool.rows))
    member = pool.member[real]
    both = pd.concat([pool.synthetic.iloc[made], pool.rows.iloc[real]], ignore_index=True)
    targets = {name: _classes(both[name], name in pool.numeric, len(made)) for name in both.columns}
    asked = [name for name in both.columns if sensitive is None or name in sensitive]
    varied = sorted(
        (name for name in asked if _spread(targets[name][: len(made)]) > 0), key=lambda n: -_spread(targets[n])
    )
    chosen = [] if member.all() or not member.any() else varied[:MOST_COLUMNS]
    parts = features(both, pool.numeric, len(made))
    found = []
    for name in pool.pace.watched(chosen if len(parts) > 1 else [], "guessing columns", len(chosen)):
        if pool.pace.left_seconds > 0:
            found.append(_measure(name, parts, targets[name], member, pool.seed))
    return Attributes(
        columns=tuple(sorted(found, key=lambda each: each.p_value)),
        untested=tuple(name for name in asked if name not in {each.column for each in found}),
        p_value=bonferroni([each.p_value for each in found]) if found else None,
    )


def _some(rows: int, rng: np.random.Generator) -> Codes:
    return np.arange(rows) if rows <= MOST_ROWS else np.sort(rng.choice(rows, MOST_ROWS, replace=False))


def _classes(column: pd.Series[Any], is_number: bool, made: int) -> Codes:
    """int64[rows]: labels (the twenty most frequent, and the rest as one), or tenths of the synthetic numbers; missing is a class."""
    if is_number:
        values = column.to_numpy(dtype=np.float64)
        known = values[:made][~np.isnan(values[:made])]
        edges = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.zeros(0)
        return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right")).astype(np.int64)
    codes = column.factorize(use_na_sentinel=False, sort=True)[0]
    counts = np.bincount(codes)
    kept = np.argsort(-counts, kind="stable")[:MOST_LABELS]
    return np.where(np.isin(codes, kept), codes, len(counts)).astype(np.int64)


def _spread(classes: Codes) -> float:
    """Chance that two rows differ."""
    return float(1 - np.sum((np.bincount(classes) / len(classes)) ** 2)) if len(np.unique(classes)) > 1 else 0.0


def _measure(column: str, parts: dict[str, Floats], classes: Codes, member: Flags, seed: int) -> Attribute:
    made = len(classes) - len(member)
    points = np.hstack([part for name, part in parts.items() if name != column]).astype(np.float32)
    scores = _guessed(points, classes, made, seed)
    shares = np.bincount(classes[:made], minlength=int(classes.max()) + 1) / made
    inside, outside = scores[member], scores[~member]
    difference = float(inside.mean() - outside.mean())
    half = 1.96 * float(np.sqrt(inside.var() / len(inside) + outside.var() / len(outside)))
    return Attribute(
        column=column,
        score=SCORE,
        train=float(inside.mean()),
        holdout=float(outside.mean()),
        difference=difference,
        difference_ci=(max(-1.0, difference - half), min(1.0, difference + half)),
        baseline=float(shares[classes[made:]].mean()),
        p_value=rank_test(scores, member)[1],
    )


def _guessed(points: np.ndarray[Any, np.dtype[np.float32]], classes: Codes, made: int, seed: int) -> Floats:
    """float64[real rows]: probability of the true class by a model of the first `made` rows."""
    from sklearn.ensemble import ExtraTreesClassifier

    workers = None if made <= SMALL_ROWS else -1
    model = ExtraTreesClassifier(n_estimators=TREES, random_state=seed, n_jobs=workers)
    model.fit(points[:made], classes[:made])
    given = model.predict_proba(points[made:])
    place = np.searchsorted(model.classes_, classes[made:])
    place = np.minimum(place, len(model.classes_) - 1)
    known = model.classes_[place] == classes[made:]
    return np.asarray(np.where(known, given[np.arange(len(given)), place], 0.0), dtype=np.float64)
