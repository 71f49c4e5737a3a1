"""As good as which share of the real rows? The size of a random part of train that errs as much as a synthetic table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from privsynth.quality.coding import Codes
from privsynth.quality.learners import BOOSTED, Floats
from privsynth.quality.marginals import Marginals, Spectrum
from privsynth.quality.predict import Learned, Task

SHARES = (0.01, 0.03, 0.1, 0.3)  # of train, fitted for the share of a prediction
DRAWS = (3, 2, 1, 1)  # fits of each
LEAST_ROWS = 50
METHOD = (
    "The share of the train rows whose random part (drawn without replacement) is expected to have the same mean error against all of "
    "train; exact, by the mean deviation of the hypergeometric distribution. A fresh sample as large as train stands at a third."
)
TSTR_METHOD = (
    "Boosted trees fitted on random parts of train and scored on the holdout; the score is made monotone (isotonic regression) and "
    "interpolated in the logarithm of the share."
)


def expected_error(spectrum: Spectrum, drawn: int) -> float:
    """Return the expected mean total-variation distance between a random part of the train rows and all of them.

    A cell with K of N rows has X of a part's m rows, hypergeometric; its mean deviation is
    E|X - mK/N| = 2 (v + 1) (N - K - m + v + 1) / N * P(X = v + 1), with v the whole part of mK/N. The distance of a marginal is
    half the sum over its cells of that divided by m.

    Args:
        spectrum: How often the cells of the marginals occur in train.
        drawn: m, from 1 to N.

    Source: Diaconis and Zabell 1991, Closed form summation for classical distributions; that subsamples are a yardstick is the idea of
        SDNist (Task et al. 2023, NIST).
    """
    deviations = mean_deviation(spectrum.counts, spectrum.rows, drawn)
    return float(0.5 * np.sum(spectrum.cells * deviations) / drawn / spectrum.sets)


def mean_deviation(counts: Codes, rows: int, drawn: int) -> Floats:
    """Return the mean absolute deviation of hypergeometric numbers, one for each count of marked rows.

    Args:
        counts: int64[k], marked rows.
        rows: All rows.
        drawn: Rows drawn without replacement.
    """
    from scipy.special import gammaln

    marked = counts.astype(np.float64)
    above = np.floor(drawn * counts / rows) + 1
    left = rows - marked - drawn + above
    able = (above <= np.minimum(marked, drawn)) & (left >= 0)
    at, of, others = above[able], marked[able], left[able]

    def log_choose(n: Any, k: Any) -> Any:
        return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

    log_chance = log_choose(of, at) + log_choose(rows - of, drawn - at) - log_choose(rows, drawn)
    found = np.zeros(len(marked))
    found[able] = 2 * at * others / rows * np.exp(log_chance)
    return found


def rows_like(spectrum: Spectrum, error: float) -> int:
    """Return the size of the smallest random part of train that is expected to err no more than this, at least one row."""
    low, high = 1, spectrum.rows
    while low < high:
        middle = (low + high) // 2
        if expected_error(spectrum, middle) <= error:
            high = middle
        else:
            low = middle + 1
    return low


def marginal_equivalents(marginals: Marginals) -> dict[str, Any]:
    """Return, by order of the marginals, the share and number of train rows that err as much as the synthetic table.

    Returns:
        By "1", "2", "3": ``{"share", "rows", "reference", "reason"}``, where the reference is the share of the holdout.
    """
    return {str(order): _equivalent(marginals, order) for order in (1, 2, 3)}


def _equivalent(marginals: Marginals, order: int) -> dict[str, Any]:
    mean, spectrum = marginals.means[order], marginals.spectra[order]
    if mean is None:
        return {"share": None, "rows": None, "reference": None, "reason": "There are too few columns."}
    rows = rows_like(spectrum, mean.value)
    reference = None if mean.reference is None else rows_like(spectrum, mean.reference) / spectrum.rows
    return {"share": rows / spectrum.rows, "rows": rows, "reference": reference, "reason": None}


def prediction_equivalent(learned: Learned, *, seed: int) -> dict[str, Any]:
    """Return the share of train rows from which boosted trees learn as much as from the synthetic table.

    Args:
        learned: What they learned of a target from all rows of both.
        seed: Draws the parts.

    Returns:
        ``{"share", "rows", "bound", "curve", "reason"}``: the bound says where the share is only "at most" or "at least" this one, the
        curve is a list of ``{"share", "rows", "score"}``.
    """
    tstr, trtr, task = learned.prediction.tstr, learned.prediction.trtr, learned.task
    if tstr is None or trtr is None or task is None:
        return {"share": None, "rows": None, "bound": None, "curve": [], "reason": learned.prediction.reason}
    curve = [*_curve(task, seed), {"share": 1.0, "rows": len(task.tables[0]), "score": trtr}]
    share, bound = _share_of(curve, tstr)
    rows = max(1, round(share * len(task.tables[0])))
    return {"share": share, "rows": rows, "bound": bound, "curve": curve, "reason": None}


def _curve(task: Task, seed: int) -> list[dict[str, float]]:
    train = task.tables[0]
    found = []
    for share, draws in zip(SHARES, DRAWS, strict=True):
        rows = round(share * len(train))
        if rows < LEAST_ROWS:
            continue
        parts = [train.sample(rows, random_state=seed + draw) for draw in range(draws)]
        scores = [task.score(task.outcome(part, BOOSTED, seed)) for part in parts]
        known = [score for score in scores if score is not None]
        if known:
            found.append({"share": share, "rows": rows, "score": float(np.mean(known))})
    return found


def _share_of(curve: list[dict[str, float]], score: float) -> tuple[float, str | None]:
    """Return the share at which a rising curve reaches a score, and whether it is a bound only."""
    from sklearn.isotonic import isotonic_regression

    shares = np.log([each["share"] for each in curve])
    scores = np.asarray(isotonic_regression(np.array([each["score"] for each in curve])))
    if score >= scores[-1]:
        return 1.0, "at least"
    if score <= scores[0]:
        return float(np.exp(shares[0])), "at most"
    after = int(np.searchsorted(scores, score, side="left"))
    step = (score - scores[after - 1]) / (scores[after] - scores[after - 1])
    return float(np.exp(shares[after - 1] + step * (shares[after] - shares[after - 1]))), None


def subsample_equivalents(marginals: Marginals, learned: Learned, *, seed: int) -> Mapping[str, Any]:
    """Return all of them as JSON values, with how they were found."""
    return {
        **marginal_equivalents(marginals),
        "tstr": prediction_equivalent(learned, seed=seed),
        "method": METHOD,
        "tstr_method": TSTR_METHOD,
        "source": "SDNist's yardstick (Task et al. 2023, NIST); Diaconis and Zabell 1991 for the formula.",
    }
