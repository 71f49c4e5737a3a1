"""Tables in which a protected unit has several rows: one row of each unit is audited, so that rows are independent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.tableschema.model import canonical_label

if TYPE_CHECKING:
    import pandas as pd


SHARED_UNITS = 0.10


def one_row_per_unit(
    train: pd.DataFrame,
    train_units: pd.Series[Any],
    holdout: pd.DataFrame | None,
    holdout_units: pd.Series[Any] | None,
    *,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame | None, tuple[str, ...]]:
    """Keep one random row of each unit, and no held-out row of a unit that train has.

    Args:
        train: Train rows.
        train_units: The unit of each train row, in the same order; a missing unit is a unit of its own row.
        holdout: Held-out rows, or None.
        holdout_units: The unit of each held-out row; None leaves the holdout as it is.
        seed: Chooses the rows.

    Returns:
        The thinned train and holdout tables, and what the reader should know.
    """
    rng = np.random.default_rng(seed)
    train_units, holdout_units = _spelled(train_units), None if holdout_units is None else _spelled(holdout_units)
    kept_train = train[_first_of_each(train_units, rng)]
    told = [f"One row of each unit was audited: {len(kept_train):,} of {len(train):,} train rows."]
    if holdout is None or holdout_units is None:
        return kept_train, holdout, tuple(told)
    shared = np.asarray(holdout_units.isin(train_units.dropna()))
    if shared.any():
        told.append(f"{int(shared.sum())} held-out rows belong to units that train has; they were left out.")
        told += _split_by_rows(train_units, holdout_units)
    return kept_train, holdout[_first_of_each(holdout_units, rng) & ~shared], tuple(told)


def _first_of_each(units: pd.Series[Any], rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.bool_]]:
    order = rng.permutation(len(units))
    repeated = np.asarray(units.iloc[order].duplicated() & units.iloc[order].notna())
    kept = np.zeros(len(units), dtype=bool)
    kept[order] = ~repeated
    return kept


def _spelled(units: pd.Series[Any]) -> pd.Series[Any]:
    """The units as text, 7, 7.0 and "7" alike: a column with a gap is written as 7.0 by some tools."""
    import pandas as pd

    codes, levels = units.factorize()
    names = np.array([*(canonical_label(level) for level in levels), None], dtype=object)
    return pd.Series(names[codes], index=units.index, dtype=object)


def _split_by_rows(inside: pd.Series[Any], outside: pd.Series[Any]) -> list[str]:
    """Say so where more than a tenth of all units have rows on both sides; a missing unit is a unit of its own row.

    A unit of many rows nearly always has one in train, so the holdout keeps units of few rows, which may be other people.
    """
    mine, theirs = set(inside.dropna()), set(outside.dropna())
    every, shared = len(mine | theirs) + int(inside.isna().sum() + outside.isna().sum()), len(mine & theirs)
    if shared <= SHARED_UNITS * every:
        return []
    return [
        f"Train and holdout were split by rows, not by units: {100 * shared / every:.2g}% of the units are on both sides, and the "
        "held-out ones that are not have few rows and may be of another kind. Split by units."
    ]
