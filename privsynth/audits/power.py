"""The smallest leak that an audit would have found, by planting leaks in what it measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.copies import Copies
from privsynth.audits.outliers import Outliers, OutlyingRows, Stratum
from privsynth.audits.statistics import excess_p

Flags = np.ndarray[Any, np.dtype[np.bool_]]

POWER = 0.95
PLANTINGS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest planted leak that the tests would have found in at least 95% of plantings.

    Args:
        copied_share: Share of all train rows copied verbatim, or None when no share would have been found.
        copied_rows: The same as a number of rows.
        outlier_share: Share of the outlying train rows (widest stratum tested) met by a synthetic row, or None.
        outlier_rows: The same as a number of rows.
        power: Share of 400 plantings that were found, the smaller of the two; None when neither would have been.
    """

    copied_share: float | None
    copied_rows: int | None
    outlier_share: float | None
    outlier_rows: int | None
    power: float | None


def smallest_detectable(
    copies: Copies,
    outliers: Outliers,
    rows: OutlyingRows,
    member: Flags,
    *,
    level: float,
    tests: int,
    seed: int,
) -> Detectable:
    """Plant copies of random train rows, and synthetic rows beside random outlying train rows, until they are found.

    A planting is added to what was measured, chance hits included, and is found when the p-value of the test it aims at
    (copies; hits among outliers) falls under `level / tests`, the hardest step of Holm; that other tests might find it
    too is left aside. A copied train row counts when it occurs once among the real rows and was not met anyway.

    Args:
        copies: The census.
        outliers: The strata.
        rows: Outliers row by row.
        member: bool[pooled rows].
        level: Of the whole audit.
        tests: Number of tests that share it.
        seed: Draws the plantings.
    """
    rng = np.random.default_rng(seed)
    copied, copied_power = _copied(copies, level / tests, rng)
    tested = [stratum for stratum in outliers.strata if stratum.p_value is not None]
    met, met_power, around = _met(tested, rows, member, level / tests, rng) if tested else (None, None, 0)
    powers = [power for power in (copied_power, met_power) if power is not None]
    return Detectable(
        copied_share=None if copied is None else copied / copies.train_rows,
        copied_rows=copied,
        outlier_share=None if met is None else met / around,
        outlier_rows=met,
        power=min(powers) if powers else None,
    )


def _copied(copies: Copies, level: float, rng: np.random.Generator) -> tuple[int | None, float | None]:
    """Fewest random train rows to copy, and the share of plantings of so many that are found."""
    free = copies.train_unique_rows - copies.train_unique
    needed = _needed(
        copies.train_unique_rows, copies.holdout_unique_rows, copies.train_unique, copies.holdout_unique, level
    )
    rows = None if needed is None else _planted(max(needed, 1), free, copies.train_rows)
    if needed is None or rows is None:
        return None, None
    drawn = rng.hypergeometric(free, copies.train_rows - free, rows, PLANTINGS)
    return rows, float(np.mean(drawn >= needed))


def _met(
    tested: list[Stratum], rows: OutlyingRows, member: Flags, level: float, rng: np.random.Generator
) -> tuple[int | None, float | None, int]:
    """Fewest random outlying train rows to meet, the share of plantings that are found, and how many there are.

    A row that is met counts in every stratum that holds it, by every score.
    """
    widest = [stratum for stratum in tested if stratum.score == tested[-1].score][-1]
    around = rows.chosen[widest.score, widest.share] & member
    free = np.flatnonzero(around & ~rows.hits)
    # scores, their strata, and hits and ranks within each share the outliers' part of the level
    scores = {stratum.score for stratum in tested}
    parts = {name: 2 * len(scores) * sum(stratum.score == name for stratum in tested) for name in scores}
    needed = np.array([_needed_in(stratum, level / parts[stratum.score]) for stratum in tested])
    within = np.stack([rows.chosen[stratum.score, stratum.share][free] for stratum in tested], axis=1)
    first = np.sort([_first_found(within[rng.permutation(len(free))], needed) for _ in range(PLANTINGS)])
    enough = first[int(np.ceil(POWER * PLANTINGS)) - 1]
    if not np.isfinite(enough):
        return None, None, int(around.sum())
    return int(enough), float(np.mean(first <= enough)), int(around.sum())


def _needed_in(stratum: Stratum, level: float) -> float:
    found = _needed(stratum.train, stratum.holdout, stratum.train_hits, stratum.holdout_hits, level)
    return np.inf if found is None else max(found, 1)


def _first_found(within: Flags, needed: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """How many rows, planted in this order, it takes until some stratum has the hits it needs; infinite for never."""
    found = (np.cumsum(within, axis=0) >= needed).any(axis=1)
    return float(np.argmax(found)) + 1 if found.any() else np.inf


def _needed(members: int, others: int, member_hits: int, other_hits: int, level: float) -> int | None:
    """Fewest further hits among `members` that bring the p-value under `level`; None when all would not."""
    if not members or not others:
        return None

    def significant(extra: int) -> bool:
        hits = member_hits + extra
        return excess_p(member_hits=hits, hits=hits + other_hits, members=members, rows=members + others) < level

    if not significant(members - member_hits):
        return None
    low, high = -1, members - member_hits
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if significant(middle) else (middle, high)
    return high


def _planted(needed: int, free: int, total: int) -> int | None:
    """Fewest random rows to copy so that with 95% power `needed` of them are free ones."""
    from scipy.stats import hypergeom

    def enough(rows: int) -> bool:
        return bool(hypergeom.sf(needed - 1, total, free, rows) >= POWER)

    if not enough(total):
        return None
    low, high = needed - 1, total
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def too_few_rows(train: int, holdout: int, *, level: float, tests: int) -> bool:
    """Whether even copies of a fifth of the train rows would not be found, were every row unique."""
    found = _needed(train, holdout, 0, 0, level / tests)
    return found is None or found > 0.2 * train


def rows_needed(*, level: float, tests: int) -> int:
    """Return the fewest rows a side with which copies of a fifth of the train rows would be found."""
    rows = 5
    while too_few_rows(rows, rows, level=level, tests=tests):
        rows += 5
    return rows
