"""Does a model learned from the synthetic table predict held-out rows as well as one learned from train?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from privsynth.quality.coding import MISSING, Aligned, labels

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Labels = np.ndarray[Any, np.dtype[np.object_]]

MAX_CLASSES = 10
MAX_FIT_ROWS = 100_000
MIN_CLASS_ROWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """How well the target is predicted on the holdout.

    Args:
        target: Name of the target column, or None.
        task: `binary`, `multiclass` or `regression`; None when nothing was computed.
        metric: `auc` (0.5 is chance; the mean over classes for more than two) or `r2` (0 is the mean).
        tstr: Trained on the synthetic table.
        trtr: Trained on the train table.
        reason: Why something was not computed, or None.
    """

    target: str | None
    task: Literal["binary", "multiclass", "regression"] | None = None
    metric: Literal["auc", "r2"] | None = None
    tstr: float | None = None
    trtr: float | None = None
    reason: str | None = None


def measure_prediction(aligned: Aligned, target: str | None, *, seed: int) -> Prediction:
    """Train gradient-boosted trees on the synthetic and on the train table, and test both on the holdout.

    Rows without a target value are left out; at most 100,000 rows are fitted. A numeric target with at most two
    distinct values in train is a class label.

    Args:
        aligned: Train, synthetic and (needed here) holdout.
        target: Name of the target column.
        seed: Of the rows drawn and of the trees.
    """
    missing = _reason(aligned, target)
    if missing is not None or target is None:
        return Prediction(target=target, reason=missing)
    train, synthetic, holdout = (_with_target(table, target) for table in aligned.tables)
    if min(len(train), len(holdout)) == 0:
        return Prediction(target=target, reason="No row of train or holdout has a value in the target column.")
    if target in aligned.numeric and train[target].nunique() > 2:
        fits = [_r2(_drawn(table, seed), holdout, aligned, target, seed) for table in (synthetic, train)]
        return _told(target, "regression", "r2", fits)
    classes = sorted(set(labels(train[target])) | set(labels(holdout[target])))
    if not 2 <= len(classes) <= MAX_CLASSES:
        return Prediction(
            target=target, reason=f"The target has {len(classes)} classes; between 2 and {MAX_CLASSES} are compared."
        )
    scored = classes[-1:] if len(classes) == 2 else classes
    fits = [_auc(_drawn(table, seed), holdout, aligned, target, scored, seed) for table in (synthetic, train)]
    return _told(target, "binary" if len(classes) == 2 else "multiclass", "auc", fits)


def _reason(aligned: Aligned, target: str | None) -> str | None:
    if target is None:
        return "No target column was named."
    if target not in aligned.columns:
        return f"Column `{target}` is not in every table."
    if len(aligned.columns) < 2:
        return "There is no column to predict the target from."
    if len(aligned.tables) < 3:
        return "There is no holdout to test on. Give rows that the generator never saw."
    return None


def _told(
    target: str,
    task: Literal["binary", "multiclass", "regression"],
    metric: Literal["auc", "r2"],
    fits: list[float | None],
) -> Prediction:
    reasons = [
        f"A model could not be learned from the {name} table: its target hardly varies, or hardly any row has one."
        for name, fit in zip(("synthetic", "train"), fits, strict=True)
        if fit is None
    ]
    return Prediction(
        target=target, task=task, metric=metric, tstr=fits[0], trtr=fits[1], reason=" ".join(reasons) or None
    )


def _auc(
    fit_on: pd.DataFrame, test: pd.DataFrame, aligned: Aligned, target: str, classes: list[str], seed: int
) -> float | None:
    """Mean AUC over the classes that the holdout has; a class that the fitted rows lack scores 0.5."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    answers = labels(fit_on[target])
    levels, counts = np.unique(answers.astype(str), return_counts=True)
    kept = np.isin(answers.astype(str), levels[counts >= MIN_CLASS_ROWS])
    if np.sum(counts >= MIN_CLASS_ROWS) < 2:
        return None
    rows, probe = _matrices(fit_on[kept], test, aligned, target)
    model = HistGradientBoostingClassifier(random_state=seed).fit(rows, answers[kept].astype(str))
    chances = model.predict_proba(probe)
    known = {str(name): i for i, name in enumerate(model.classes_)}
    truth = labels(test[target])
    areas = [
        float(roc_auc_score(truth == name, chances[:, known[name]])) if name in known else 0.5
        for name in classes
        if 0 < np.sum(truth == name) < len(truth)
    ]
    return float(np.mean(areas)) if areas else None


def _r2(fit_on: pd.DataFrame, test: pd.DataFrame, aligned: Aligned, target: str, seed: int) -> float | None:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.metrics import r2_score

    if len(fit_on) < MIN_CLASS_ROWS or len(test) < 2 or test[target].nunique() < 2:
        return None
    rows, probe = _matrices(fit_on, test, aligned, target)
    model = HistGradientBoostingRegressor(random_state=seed).fit(rows, fit_on[target].to_numpy(dtype=float))
    return float(r2_score(test[target].to_numpy(dtype=float), model.predict(probe)))


def _matrices(fit_on: pd.DataFrame, test: pd.DataFrame, aligned: Aligned, target: str) -> tuple[Floats, Floats]:
    """Features of both tables; labels as their rank among the fitted table's labels, unknown ones missing."""
    import pandas as pd

    fitted, tested = [], []
    for name in aligned.columns:
        if name == target:
            continue
        sides = [table[name] for table in (fit_on, test)]
        if name in aligned.numeric:
            columns = [side.to_numpy(dtype=np.float64) for side in sides]
        else:
            levels = pd.Index(sorted(sides[0].unique()))
            codes = [levels.get_indexer(pd.Index(side)).astype(np.float64) for side in sides]
            columns = [np.where(code < 0, np.nan, code) for code in codes]
        fitted.append(columns[0])
        tested.append(columns[1])
    return np.column_stack(fitted), np.column_stack(tested)


def _with_target(table: pd.DataFrame, target: str) -> pd.DataFrame:
    column = table[target]
    return table[np.asarray(column.notna() & (column != MISSING))]


def _drawn(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    return table if len(table) <= MAX_FIT_ROWS else table.sample(MAX_FIT_ROWS, random_state=seed)
