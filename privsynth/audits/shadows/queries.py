"""The query attack on single rows: worlds with and without a row, told apart by counts of synthetic rows that match it.

Source: the attack is that of Houssiau et al. 2022 (TAPAS), "targeted counting queries"; the target is chosen as by
Meeus et al. 2023, "Achilles' heels" (its mean distance to five other rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.shadows.pool import ShadowPool, Toss
from privsynth.audits.statistics import auc_interval, rank_test, share_interval

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

TARGETS = 5
QUERIES = 256
ALL_COLUMNS = 8
LEAST_FITS = 40
WORLD_UNITS = 500
LEVEL = 0.05
SUMS_WEIGHT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """How well the presence of one train row shows.

    Args:
        row: In the train table, from 0.
        outlyingness: Its mean distance to five other rows, over the median of all rows.
        fits: Fresh fits on which the attack was judged.
        auc: Area under the ROC curve on these.
        auc_ci: Its 95% interval.
        p_value: One-sided (Mann-Whitney).
        epsilon_low: With 95% confidence, at least this epsilon lies between the worlds (one row replaced by another).
        epsilon_ceiling: What this design could have shown at most.
        epsilon_allowed: What the guarantee allows between such worlds, which is two units apart; None without a guarantee.
    """

    row: int
    outlyingness: float
    fits: int
    auc: float
    auc_ci: tuple[float, float]
    p_value: float
    epsilon_low: float
    epsilon_ceiling: float
    epsilon_allowed: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "row": self.row,
            "outlyingness": self.outlyingness,
            "fits": self.fits,
            "auc": self.auc,
            "auc_ci": list(self.auc_ci),
            "p_value": self.p_value,
            "epsilon_low": self.epsilon_low,
            "epsilon_ceiling": self.epsilon_ceiling,
            "epsilon_allowed": self.epsilon_allowed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Worlds:
    """Worlds of equally many units: some random ones, and each target or another unit in its place.

    One world serves all targets: whether one is in says nothing of the others.

    Args:
        pool: The real rows.
        targets: int64[targets]: scored rows.
        inside: bool[worlds, targets]: which targets each world holds; half of the worlds each, in either half of the worlds.
        questions: bool[questions, columns]: sets of columns on which rows are matched.
        seed: Of worlds and questions.
    """

    pool: ShadowPool
    targets: Ints
    inside: Flags
    questions: Flags
    seed: int

    @classmethod
    def drawn(cls, pool: ShadowPool, fits: int, *, seed: int) -> Worlds:
        """Choose the most outlying train rows, the worlds and the questions; `fits` is made a multiple of four."""
        rng = np.random.default_rng([seed, 3])
        members = np.flatnonzero(pool.member)
        order = members[np.argsort(-pool.real[members], kind="stable")]
        _, first = np.unique(pool.owner[pool.places[order]], return_index=True)
        targets = order[np.sort(first)][:TARGETS]
        quarter = max(fits, LEAST_FITS) // 4
        half = np.repeat([True, False], quarter)
        inside = [np.concatenate([rng.permutation(half), rng.permutation(half)]) for _ in targets]
        questions = _questions(len(pool.rows.columns), rng)
        return cls(pool=pool, targets=targets, inside=np.stack(inside, axis=1), questions=questions, seed=seed)

    def world(self, number: int) -> Toss:
        """Return what a world is made from."""
        rng = np.random.default_rng([self.seed, 4, number])
        theirs = self.pool.owner[self.pool.places[self.targets]]
        units = rng.permutation(np.setdiff1d(np.unique(self.pool.owner[self.pool.usable]), theirs))
        base = min(WORLD_UNITS, len(units) // 2)
        replaced = np.flatnonzero(~self.inside[number])
        chosen = np.zeros(int(self.pool.owner.max()) + 1, dtype=np.bool_)
        chosen[units[: base + len(replaced)]] = True
        chosen[theirs[self.inside[number]]] = True
        return self.pool.chosen(chosen)

    def answers(self, table: pd.DataFrame) -> Floats:
        """Return float64[targets, questions]: how many rows of a synthetic table match each target on each set of columns."""
        codes = self.pool.cells.codes(table)
        own = self.pool.cells.codes(self.pool.rows.iloc[self.targets])
        names, sizes = list(self.pool.rows.columns), self.questions.sum(axis=1)
        wanted = self.questions.T.astype(np.float32)
        found = []
        for target in range(len(self.targets)):
            same = np.column_stack([codes[name] == own[name][target] for name in names]).astype(np.float32)
            found.append((same @ wanted == sizes).sum(axis=0))
        return np.asarray(found, dtype=np.float64)

    def measured(self, answers: Floats, allowed: float | None, delta: float) -> tuple[QueryResult, ...]:
        """Learn from the first half of the worlds and judge on the second.

        Args:
            answers: float64[worlds, targets, questions].
            allowed: Epsilon that the guarantee allows between worlds, or None.
            delta: At which it holds.
        """
        typical = max(float(np.median(self.pool.real)), 1e-12)
        return tuple(
            _measured(
                answers[:, at],
                self.inside[: len(answers), at],
                row=int(self.pool.places[row]),
                outlyingness=float(self.pool.real[row]) / typical,
                allowed=allowed,
                delta=delta,
            )
            for at, row in enumerate(self.targets)
        )


def _questions(columns: int, rng: np.random.Generator) -> Flags:
    """Return bool[questions, columns]: every set of columns where there are few, else each column, all, and random sets."""
    if columns <= ALL_COLUMNS:
        every = np.arange(1, 2**columns)
        return np.asarray((every[:, None] >> np.arange(columns)) & 1 == 1)
    sizes = rng.choice([2, 3, 4, 5], QUERIES, p=[0.4, 0.3, 0.2, 0.1])
    drawn = np.zeros((QUERIES, columns), dtype=np.bool_)
    for question, size in zip(drawn, sizes, strict=True):
        question[rng.choice(columns, size, replace=False)] = True
    fixed = np.vstack([np.eye(columns, dtype=np.bool_), np.ones((1, columns), dtype=np.bool_)])
    return np.unique(np.vstack([fixed, drawn]), axis=0)


def _measured(
    answers: Floats, inside: Flags, *, row: int, outlyingness: float, allowed: float | None, delta: float
) -> QueryResult:
    half = len(inside) // 2
    learned, scores = _classified(answers[:half], inside[:half], answers[half:])
    threshold, above = _threshold(learned, inside[:half], delta)
    truth = inside[half:]
    guessed = scores >= threshold if above else scores < threshold
    area, p_value = rank_test(scores, truth)
    return QueryResult(
        row=row,
        outlyingness=outlyingness,
        fits=len(truth),
        auc=area,
        auc_ci=auc_interval(scores, truth),
        p_value=p_value,
        epsilon_low=_epsilon_low(guessed, truth if above else ~truth, delta),
        epsilon_ceiling=_epsilon_low(truth, truth, delta),
        epsilon_allowed=allowed,
    )


def _classified(answers: Floats, inside: Flags, fresh: Floats) -> tuple[Floats, Floats]:
    """Fit a logistic regression on counts; return its cross-fitted values and those of fresh fits."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    middle, spread = answers.mean(axis=0), answers.std(axis=0)
    varied = spread > 0
    if not varied.any():
        return np.zeros(len(answers)), np.zeros(len(fresh))
    directions = _directions((answers - middle)[:, varied], middle[varied], spread[varied])
    seen, new = ((each - middle)[:, varied] @ directions for each in (answers, fresh))
    model = LogisticRegression(C=0.01, solver="newton-cholesky")
    folds = StratifiedKFold(5)
    learned = cross_val_predict(model, seen, inside, cv=folds, method="decision_function")
    return np.asarray(learned), np.asarray(model.fit(seen, inside).decision_function(new))


def _directions(apart: Floats, middle: Floats, spread: Floats) -> Floats:
    """Return float64[questions, features]: each count by itself, and three sums that weigh heavily.

    More rows like the target speak for it everywhere, so that the sums need not be learned: of counts against even noise, against
    the chance of drawing rows, and against their own variance.
    """
    sums = np.column_stack([np.ones(len(middle)), 1 / (middle + 1), 1 / spread**2])
    sums *= SUMS_WEIGHT / np.maximum((apart @ sums).std(axis=0), 1e-12)
    return np.hstack([np.diag(1 / spread), sums])


def _threshold(scores: Floats, inside: Flags, delta: float) -> tuple[float, bool]:
    """Choose, on the fits that teach, the threshold and the side whose bound is best."""
    found = [(_epsilon_low(scores >= at, inside, delta), float(at), True) for at in np.unique(scores)]
    found += [(_epsilon_low(scores < at, ~inside, delta), float(at), False) for at in np.unique(scores)]
    _, at, above = max(found)
    return at, above


def _epsilon_low(guessed: Flags, truth: Flags, delta: float) -> float:
    """Return a 95% lower bound of epsilon from the rates of one test, Clopper-Pearson at half the level each; at least 0."""
    worlds, others = int(truth.sum()), int((~truth).sum())
    hit = share_interval(int(guessed[truth].sum()), worlds, level=1 - LEVEL)[0]
    alarm = share_interval(int(guessed[~truth].sum()), others, level=1 - LEVEL)[1]
    return float(max(0.0, np.log(max(hit - delta, 1e-300) / max(alarm, 1e-300))))
