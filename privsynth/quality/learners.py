"""The models that learn a target from a table: boosted trees, a linear model, a random forest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.threads import muted

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Features = Callable[["pd.DataFrame", "pd.DataFrame", Sequence[str], frozenset[str]], tuple[Floats, Floats]]

MAX_FIT_ROWS = 100_000
MAX_SLOW_FIT_ROWS = 10_000
FOREST_TREES = 50
COMMON_LABELS = 20  # of a column that get an indicator of their own
FAR = 5.0  # standard deviations beyond which a linear model sees no difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One family of models.

    Args:
        classifies: Its name where the target has classes.
        regresses: Its name where the target is a number.
        most_rows: Rows fitted at most; a random part of more.
        features: Makes the features of fitted and tested rows.
        classifier: Makes a model with `predict_proba`, from a seed.
        regressor: Makes a model with `predict`, from a seed.
    """

    classifies: str
    regresses: str
    most_rows: int
    features: Features
    classifier: Callable[[int], Any]
    regressor: Callable[[int], Any]

    def name(self, task: str) -> str:
        """Return what it is called for a task."""
        return self.regresses if task == "regression" else self.classifies


def ranked(
    fit_on: pd.DataFrame, test: pd.DataFrame, columns: Sequence[str], numeric: frozenset[str]
) -> tuple[Floats, Floats]:
    """Return features of both tables; labels as their rank among the fitted table's labels, unknown ones missing."""
    import pandas as pd

    fitted, tested = [], []
    for name in columns:
        sides = [table[name] for table in (fit_on, test)]
        if name in numeric:
            found = [side.to_numpy(dtype=np.float64) for side in sides]
        else:
            levels = pd.Index(sorted(sides[0].unique()))
            codes = [levels.get_indexer(pd.Index(side)).astype(np.float64) for side in sides]
            found = [np.where(code < 0, np.nan, code) for code in codes]
        fitted.append(found[0])
        tested.append(found[1])
    return np.column_stack(fitted), np.column_stack(tested)


def placed(
    fit_on: pd.DataFrame, test: pd.DataFrame, columns: Sequence[str], numeric: frozenset[str]
) -> tuple[Floats, Floats]:
    """Return the same with numbers as their places among the fitted ones: forests take single precision."""
    sides = ranked(fit_on, test, columns, numeric)
    for place, name in enumerate(columns):
        if name in numeric:
            known = np.sort(sides[0][:, place])[: np.count_nonzero(~np.isnan(sides[0][:, place]))]
            for side in sides:
                gone = np.isnan(side[:, place])
                side[:, place] = np.where(gone, np.nan, np.searchsorted(known, side[:, place]))
    return sides


def indicated(
    fit_on: pd.DataFrame, test: pd.DataFrame, columns: Sequence[str], numeric: frozenset[str]
) -> tuple[Floats, Floats]:
    """Return standardised numbers, indicators of missing numbers and of the 20 most frequent labels of each column."""
    parts: tuple[list[Floats], list[Floats]] = ([], [])
    for name in columns:
        sides = [table[name] for table in (fit_on, test)]
        for part, found in zip(parts, _standardised(sides) if name in numeric else _indicators(sides), strict=True):
            part.append(found)
    return np.hstack(parts[0]), np.hstack(parts[1])


def _standardised(sides: Sequence[pd.Series[Any]]) -> list[Floats]:
    values = [side.to_numpy(dtype=np.float64) for side in sides]
    known = values[0][~np.isnan(values[0])]
    with np.errstate(over="ignore", invalid="ignore"):  # a column may hold 1e300
        middle, spread = (float(np.median(known)), float(np.std(known))) if known.size else (0.0, 1.0)
    spread = spread if np.isfinite(spread) and spread > 0 else 1.0
    return [
        np.column_stack(
            [np.clip((np.where(np.isnan(side), middle, side) - middle) / spread, -FAR, FAR), np.isnan(side)]
        )
        for side in values
    ]


def _indicators(sides: Sequence[pd.Series[Any]]) -> list[Floats]:
    import pandas as pd

    levels = pd.Index(sides[0].value_counts().index[:COMMON_LABELS])
    codes = [levels.get_indexer(pd.Index(side)) for side in sides]
    return [(code[:, None] == np.arange(len(levels))[None, :]).astype(np.float64) for code in codes]


def fitted(model: Any, rows: Floats, answers: Any) -> Any:
    """Fit a model; that a linear one stopped before it converged is no news to anybody."""
    with muted(), np.errstate(all="ignore"):
        return model.fit(rows, answers)


def _boosted_classifier(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=seed)


def _boosted_regressor(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=seed)


def _logistic(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=200, tol=1e-3, random_state=seed)


def _ridge(seed: int) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=1.0, random_state=seed)


def _forest_classifier(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=FOREST_TREES, min_samples_leaf=5, random_state=seed)


def _forest_regressor(seed: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(n_estimators=FOREST_TREES, min_samples_leaf=5, max_features=1 / 3, random_state=seed)


BOOSTED = Learner(
    classifies="boosted trees",
    regresses="boosted trees",
    most_rows=MAX_FIT_ROWS,
    features=ranked,
    classifier=_boosted_classifier,
    regressor=_boosted_regressor,
)
LINEAR = Learner(
    classifies="logistic regression",
    regresses="ridge",
    most_rows=MAX_SLOW_FIT_ROWS,
    features=indicated,
    classifier=_logistic,
    regressor=_ridge,
)
FOREST = Learner(
    classifies="random forest",
    regresses="random forest",
    most_rows=MAX_SLOW_FIT_ROWS,
    features=placed,
    classifier=_forest_classifier,
    regressor=_forest_regressor,
)
LEARNERS = (BOOSTED, LINEAR, FOREST)
