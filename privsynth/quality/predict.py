"""Does a model learned from the synthetic table predict held-out rows as well as one learned from train?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from privsynth.quality.coding import MISSING, Aligned, labels
from privsynth.quality.learners import BOOSTED, LEARNERS, Floats, Learner, fitted

if TYPE_CHECKING:
    import pandas as pd

MAX_CLASSES = 10
MAX_TARGETS = 5
MIN_CLASS_ROWS = 5

TaskName: TypeAlias = Literal["binary", "multiclass", "regression"]
Metric: TypeAlias = Literal["auc", "r2"]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """How well the target is predicted on the holdout.

    Args:
        target: Name of the target column, or None.
        model: What was fitted.
        task: `binary`, `multiclass` or `regression`; None when nothing was computed.
        metric: `auc` (0.5 is chance; the mean over classes for more than two) or `r2` (0 is the mean).
        tstr: Trained on the synthetic table.
        trtr: Trained on the train table.
        reason: Why something was not computed, or None.
    """

    target: str | None
    model: str = BOOSTED.classifies
    task: TaskName | None = None
    metric: Metric | None = None
    tstr: float | None = None
    trtr: float | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values, without the model."""
        return {
            "target": self.target,
            "task": self.task,
            "metric": self.metric,
            "tstr": self.tstr,
            "trtr": self.trtr,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A target that can be predicted.

    Args:
        target: Its name.
        name: Of what kind it is.
        classes: The classes that are scored: the last of two, or all of several; empty for a number.
        features: Names of the columns that it is predicted from.
        numeric: Names of the columns that are numbers.
        tables: Train, synthetic and holdout, rows with a target value only.
    """

    target: str
    name: TaskName
    classes: tuple[str, ...]
    features: tuple[str, ...]
    numeric: frozenset[str]
    tables: tuple[pd.DataFrame, ...]

    @property
    def metric(self) -> Metric:
        """How it is scored."""
        return "r2" if self.name == "regression" else "auc"

    def score(self, outcome: Floats | None, rows: Mask | None = None) -> float | None:
        """Score what a model said of held-out rows.

        Args:
            outcome: float64[rows, scored]: predicted numbers, or chances of the scored classes; None has no score.
            rows: bool[rows], those to score, or None for all.

        Returns:
            R2, or the mean AUC over the classes that these rows have and lack; None where there is none.
        """
        from sklearn.metrics import r2_score, roc_auc_score

        if outcome is None:
            return None
        kept = np.ones(len(outcome), dtype=bool) if rows is None else rows
        truth = self.tables[2][self.target][kept]
        if self.name == "regression":
            with np.errstate(over="ignore", invalid="ignore"):
                score = float(r2_score(truth, outcome[kept, 0])) if truth.nunique() > 1 else np.nan
            return score if np.isfinite(score) else None
        found = labels(truth)
        areas = [
            float(roc_auc_score(found == name, outcome[kept, place]))
            for place, name in enumerate(self.classes)
            if 0 < np.sum(found == name) < len(found)
        ]
        return float(np.mean(areas)) if areas else None

    def outcome(self, fit_on: pd.DataFrame, learner: Learner, seed: int) -> Floats | None:
        """Fit a model and ask it about the held-out rows.

        Returns:
            float64[rows, scored], 0 for classes that the fitted rows lack; None where there is nothing to learn.
        """
        fit_on = _drawn(fit_on, learner.most_rows, seed)
        return (
            self._numbers(fit_on, learner, seed) if self.name == "regression" else self._chances(fit_on, learner, seed)
        )

    def _chances(self, fit_on: pd.DataFrame, learner: Learner, seed: int) -> Floats | None:
        answers = labels(fit_on[self.target]).astype(str)
        levels, counts = np.unique(answers, return_counts=True)
        kept = np.isin(answers, levels[counts >= MIN_CLASS_ROWS])
        if np.sum(counts >= MIN_CLASS_ROWS) < 2:
            return None
        rows, probe = learner.features(fit_on[kept], self.tables[2], self.features, self.numeric)
        model = fitted(learner.classifier(seed), rows, answers[kept])
        chances = model.predict_proba(probe)
        known = {str(name): place for place, name in enumerate(model.classes_)}
        return np.column_stack(
            [chances[:, known[name]] if name in known else np.zeros(len(probe)) for name in self.classes]
        )

    def _numbers(self, fit_on: pd.DataFrame, learner: Learner, seed: int) -> Floats | None:
        if len(fit_on) < MIN_CLASS_ROWS or len(self.tables[2]) < 2 or self.tables[2][self.target].nunique() < 2:
            return None
        rows, probe = learner.features(fit_on, self.tables[2], self.features, self.numeric)
        model = fitted(learner.regressor(seed), rows, fit_on[self.target].to_numpy(dtype=float))
        return np.asarray(model.predict(probe), dtype=np.float64)[:, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A target, what two models said of the held-out rows, and how that scores.

    Args:
        prediction: The scores.
        task: The target; None where nothing was computed.
        synthetic: float64[rows, scored], said by the model of the synthetic table; None where it learned nothing.
        train: The same of the train table.
    """

    prediction: Prediction
    task: Task | None = None
    synthetic: Floats | None = None
    train: Floats | None = None


def task_of(aligned: Aligned, target: str | None) -> Task | str:
    """Return what is to be predicted, or the reason why nothing can be.

    A numeric target with at most two distinct values in train is a class label.
    """
    missing = _reason(aligned, target)
    if missing is not None or target is None:
        return missing or ""
    tables = tuple(_with_target(table, target) for table in aligned.tables)
    train, holdout = tables[0], tables[2]
    if min(len(train), len(holdout)) == 0:
        return "No row of train or holdout has a value in the target column."
    name: TaskName = "regression"
    classes: list[str] = []
    if target not in aligned.numeric or train[target].nunique() <= 2:
        classes = sorted(set(labels(train[target])) | set(labels(holdout[target])))
        if not 2 <= len(classes) <= MAX_CLASSES:
            return f"The target has {len(classes)} classes; between 2 and {MAX_CLASSES} are compared."
        name = "binary" if len(classes) == 2 else "multiclass"
    return Task(
        target=target,
        name=name,
        classes=tuple(classes[-1:] if name == "binary" else classes),
        features=tuple(each for each in aligned.columns if each != target),
        numeric=aligned.numeric,
        tables=tables,
    )


def learn(aligned: Aligned, target: str | None, learner: Learner = BOOSTED, *, seed: int) -> Learned:
    """Train a model on the synthetic and on the train table, and test both on the holdout.

    Rows without a target value are left out; at most the learner's number of rows are fitted.

    Args:
        aligned: Train, synthetic and (needed here) holdout.
        target: Name of the target column.
        learner: What to fit; gradient-boosted trees by default.
        seed: Of the rows drawn and of the model.
    """
    task = task_of(aligned, target)
    if isinstance(task, str):
        return Learned(prediction=Prediction(target=target, model=learner.classifies, reason=task))
    outcomes = {
        name: task.outcome(task.tables[place], learner, seed) for name, place in (("synthetic", 1), ("train", 0))
    }
    scores = {name: task.score(outcome) for name, outcome in outcomes.items()}
    reasons = [
        f"A model could not be learned from the {name} table: its target hardly varies, or hardly any row has one."
        for name, score in scores.items()
        if score is None
    ]
    if scores["synthetic"] is None and task.tables[1][target].nunique() == 1:
        reasons.append(
            f"The synthetic table has one label of `{target}` only. Declare its labels before the fit (--declare or --schema), or "
            "spend more epsilon or more rows on it."
        )
    prediction = Prediction(
        target=target,
        model=learner.name(task.name),
        task=task.name,
        metric=task.metric,
        tstr=scores["synthetic"],
        trtr=scores["train"],
        reason=" ".join(reasons) or None,
    )
    return Learned(prediction=prediction, task=task, synthetic=outcomes["synthetic"], train=outcomes["train"])


def measure_predictions(
    aligned: Aligned, targets: Sequence[str], first: Learned, *, seed: int
) -> tuple[Prediction, ...]:
    """Predict each target with each kind of model.

    Args:
        aligned: The tables.
        targets: The columns; the first five are predicted.
        first: What boosted trees learned of the first one.
        seed: Of rows and models.
    """
    return tuple(
        first.prediction if (place, learner) == (0, BOOSTED) else learn(aligned, target, learner, seed=seed).prediction
        for place, target in enumerate(targets[:MAX_TARGETS])
        for learner in LEARNERS
    )


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


def _with_target(table: pd.DataFrame, target: str) -> pd.DataFrame:
    column = table[target]
    return table[np.asarray(column.notna() & (column != MISSING))]


def _drawn(table: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    return table if len(table) <= most else table.sample(most, random_state=seed)
