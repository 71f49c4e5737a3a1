"""The smallest leak that an audit would have found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.audits.copies import Copies
from privsynth.audits.outliers import MIN_OUTLIERS, Outliers
from privsynth.audits.statistics import excess_p

POWER = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest planted leak that the tests would have found with 95% power.

    Args:
        copied_share: Share of all train rows copied verbatim, or None when no share would have been found.
        copied_rows: The same as a number of rows.
        outlier_share: Share of the outlying train rows (widest stratum tested) met by a synthetic row, or None.
        outlier_rows: The same as a number of rows.
    """

    copied_share: float | None
    copied_rows: int | None
    outlier_share: float | None
    outlier_rows: int | None


def smallest_detectable(copies: Copies, outliers: Outliers, *, level: float, tests: int) -> Detectable:
    """Find the smallest leak whose p-value would be under `level / tests` (the hardest step of Holm).

    A random train row copied verbatim counts when it occurs once among the real rows and is not met by chance anyway.
    Chance hits are taken from the holdout, against the audit: at their upper limit there, at their lower in train.

    Args:
        copies: The census.
        outliers: The strata.
        level: Of the whole audit.
        tests: Number of tests that share it.
    """
    unique, others, total = copies.train_unique_rows, copies.holdout_unique_rows, copies.train_rows
    found = _needed(unique, others, copies.holdout_unique, level / tests)
    free = round(unique * (1 - copies.holdout_unique / others)) if others else 0
    rows = None if found is None else _planted(found, free, total)
    tested = [stratum for stratum in outliers.strata if min(stratum.train, stratum.holdout) >= MIN_OUTLIERS]
    outlier_rows = None
    if tested:
        widest = tested[-1]
        # six tests share the outliers' part: hits and ranks of up to three strata
        outlier_rows = _needed(widest.train, widest.holdout, widest.holdout_hits, level / tests / (2 * len(tested)))
    return Detectable(
        copied_share=None if rows is None else rows / total,
        copied_rows=rows,
        outlier_share=outlier_rows / tested[-1].train if outlier_rows else None,
        outlier_rows=outlier_rows,
    )


def _needed(members: int, others: int, other_hits: int, level: float) -> int | None:
    """Fewest extra hits among `members` that reach `level`, when chance hits occur as often as among `others`."""
    if not members or not others:
        return None
    ratio = members / others
    by_chance = max(0, int(other_hits * ratio - 1.645 * ratio * other_hits**0.5))
    other_hits = min(others, int(np.ceil(other_hits + 1.645 * other_hits**0.5)))

    def significant(extra: int) -> bool:
        hits = min(members, by_chance + extra)
        p = excess_p(member_hits=hits, hits=hits + other_hits, members=members, rows=members + others)
        return p < level

    if not significant(members):
        return None
    low, high = 0, members
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if significant(middle) else (middle, high)
    return high


def _planted(needed: int, unique: int, total: int) -> int | None:
    """Fewest random rows to copy so that with 95% power `needed` of them are unique ones."""
    from scipy.stats import hypergeom

    candidates = np.arange(needed, total + 1)
    enough = np.flatnonzero(hypergeom.sf(needed - 1, total, unique, candidates) >= POWER)
    return int(candidates[enough[0]]) if len(enough) else None


def too_few_rows(train: int, holdout: int, *, level: float, tests: int) -> bool:
    """Whether even copies of a fifth of the train rows would not be found, were every row unique."""
    found = _needed(train, holdout, 0, level / tests)
    return found is None or found > 0.2 * train


def rows_needed(*, level: float, tests: int) -> int:
    """Return the fewest rows a side with which copies of a fifth of the train rows would be found."""
    rows = 5
    while too_few_rows(rows, rows, level=level, tests=tests):
        rows += 5
    return rows
