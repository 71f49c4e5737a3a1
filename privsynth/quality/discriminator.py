"""Can a model tell two tables apart? The classifier two-sample test, beside what it finds between two real tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.quality.coding import Aligned
from privsynth.quality.learners import BOOSTED, Floats, fitted

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 5_000
LEAST_ROWS = 20


def discriminate(aligned: Aligned, *, seed: int) -> dict[str, Any]:
    """Return how well boosted trees tell the synthetic table from train, and the holdout from train.

    Args:
        aligned: The tables; at most 5,000 rows of each, as many of all.
        seed: Draws rows and halves.

    Returns:
        ``{"auc", "reference", "rows", "reason"}``: 0.5 cannot tell, 1 always can.

    Source: Lopez-Paz and Oquab 2017, Revisiting Classifier Two-Sample Tests (ICLR).
    """
    rows = min(MAX_ROWS, *(len(table) for table in aligned.tables))
    if rows < LEAST_ROWS:
        return {"auc": None, "reference": None, "rows": rows, "reason": f"There are fewer than {LEAST_ROWS} rows."}
    parts = [table.sample(rows, random_state=seed) for table in aligned.tables]
    found = [auc(chances(parts[0], part, aligned, seed=seed), rows) for part in parts[1:]]
    return {"auc": found[0], "reference": found[1] if len(found) > 1 else None, "rows": rows, "reason": None}


def chances(
    one: pd.DataFrame, other: pd.DataFrame, aligned: Aligned, *, seed: int
) -> list[tuple[Floats, np.ndarray[Any, np.dtype[np.bool_]]]]:
    """Fit on one half of both tables' rows and ask about the other half, both ways.

    Returns:
        For each half: float64[rows], the chance of being of the second table, and bool[rows], whether it is.
    """
    import pandas as pd

    both = pd.concat([one, other], ignore_index=True)
    truth = np.repeat([False, True], [len(one), len(other)])
    order = np.random.default_rng(seed).permutation(len(both))
    halves = (order[: len(order) // 2], order[len(order) // 2 :])
    found = []
    for learned, asked in (halves, halves[::-1]):
        rows, probe = BOOSTED.features(both.iloc[learned], both.iloc[asked], aligned.columns, aligned.numeric)
        model = fitted(BOOSTED.classifier(seed), rows, truth[learned])
        found.append((np.asarray(model.predict_proba(probe)[:, 1], dtype=np.float64), truth[asked]))
    return found


def auc(found: Sequence[tuple[Floats, Any]], rows: int) -> float | None:
    """Return the mean AUC over the halves; None where a half has rows of one table only."""
    from sklearn.metrics import roc_auc_score

    areas = [float(roc_auc_score(truth, chance)) for chance, truth in found if 0 < truth.sum() < len(truth)]
    return float(np.mean(areas)) if areas and rows else None
