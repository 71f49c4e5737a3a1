"""Columns that stand aside: in them nearly every row has a value of its own, so they say nothing of distance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.statistics import two_sample_p

Keys = np.ndarray[Any, np.dtype[np.uint64]]
Cells = np.ndarray[Any, Any]

LEAST_CELLS = 20
LABEL_SHARE = 0.95
REPEATS_EXPECTED = 5.0
ORDER_LEVEL = 0.001
ORDER_CELLS = 20_000
NUMBERED = re.compile(r"(^|[\W_]|(?<=[a-z])(?=I))(id|uuid|guid|key|index|row ?id|mrn|unnamed(: ?\d+)?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """An identifier, a free text: a column read only for values that the synthetic table carries over.

    Args:
        name: Of the column.
        keys: uint64[rows] for train, holdout (if there is one) and synthetic, rows as given; 0 for missing.
        ordered: Its order tells train from holdout rows (as numbers given in order of time do), so that values carried over
            prove nothing.
    """

    name: str
    keys: tuple[Keys, ...]
    ordered: bool


def is_of_its_own(name: str, real: Sequence[Cells], *, numeric: bool) -> bool:
    """Say whether nearly all real values differ, as no more than identifiers and free text do.

    Labels: 95% of the known cells of each table. Whole numbers: all of them, although at least five repeats are expected in a
    table if so many whole numbers were drawn from so wide a range, or the column is called `id` or the like.

    Args:
        name: Of the column.
        real: The column in each real table: float64[rows] with NaN, or object[rows] of str and None.
        numeric: Which of the two.
    """
    if not numeric:
        return all(_are_own_labels(cells) for cells in real)
    least = 0.0 if NUMBERED.search(name) else REPEATS_EXPECTED
    return all(_are_numbered(cells, least) for cells in real)


def set_aside(name: str, cells: Sequence[Cells], *, numeric: bool) -> Aside:
    """Keep of a column only what tells values apart.

    Args:
        name: Of the column.
        cells: The column in train, synthetic and (if there is one) holdout.
        numeric: Whether cells are float64 or object.
    """
    train, synthetic, *holdout = cells
    return Aside(
        name=name,
        keys=tuple(_keys(part, numeric) for part in (train, *holdout, synthetic)),
        ordered=bool(holdout) and _differ_in_order(train, holdout[0], numeric),
    )


def _are_own_labels(cells: Cells) -> bool:
    import pandas as pd

    known = cells[pd.notna(cells)]
    return len(known) >= LEAST_CELLS and len(pd.unique(known)) >= LABEL_SHARE * len(known)


def _are_numbered(cells: Cells, least: float) -> bool:
    known = cells[~np.isnan(cells)]
    if len(known) < LEAST_CELLS or not np.array_equal(known, np.floor(known)):
        return False
    width = float(known.max() - known.min()) + 1
    expected = len(known) ** 2 / (2 * width)
    return expected >= least and len(np.unique(known)) == len(known)


def _keys(cells: Cells, numeric: bool) -> Keys:
    import pandas as pd

    missing = np.asarray(pd.isna(cells))
    known = np.where(missing, 0.0 if numeric else "", cells)
    found = pd.util.hash_array(known.astype(np.float64 if numeric else object), categorize=False)
    return np.where(missing, np.uint64(0), found | np.uint64(1))


def _differ_in_order(train: Cells, holdout: Cells, numeric: bool) -> bool:
    import pandas as pd

    rng = np.random.default_rng(0)
    sides = [side[~np.asarray(pd.isna(side))] for side in (train, holdout)]
    sides = [side if len(side) <= ORDER_CELLS else rng.choice(side, ORDER_CELLS, replace=False) for side in sides]
    if min(map(len, sides)) == 0:
        return True
    values = np.concatenate(sides)
    ranks = np.unique(values if numeric else values.astype(str), return_inverse=True)[1].astype(np.float64)
    return two_sample_p(ranks[: len(sides[0])], ranks[len(sides[0]) :]) < ORDER_LEVEL
