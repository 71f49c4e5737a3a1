"""The owner's list: which train rows the synthetic table gives away most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.attacks import Score
from privsynth.audits.carried import Grades
from privsynth.audits.codes import fresh_key, row_code, with_codes
from privsynth.audits.outliers import OutlyingRows
from privsynth.audits.pool import Pool

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Keys = np.ndarray[Any, np.dtype[np.uint64]]
Places = np.ndarray[Any, np.dtype[np.int64]]

SHOWN = 50
NOTICED = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A finding about single rows that was made over all rows and not over the attacked ones alone.

    Args:
        name: Of the test.
        rows: int64: which train rows have it, by their place in the train table that was compared.
        false_alarms: Share of held-out rows that have it (as strongly), one added to the count and to their number; one
            share for all rows or float64[rows].
    """

    name: str
    rows: Places
    false_alarms: float | Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Attacked or marked train rows, from the most recognisable to the least.

    Args:
        rows: int64[rows]: their numbers in the train table as given, from 0.
        false_alarms: float64[rows]: how often a held-out row would be accused on as strong grounds: the share of held-out
            rows that score as high or higher, the smallest over all tests times their number, at most 1. One is
            added to the count and to the number of held-out rows, so it is never 0.
        why: By row: tests in which at most one held-out row in a hundred scores as high, strongest first.
        key: Of the rows' codes.
    """

    rows: Places
    false_alarms: Floats
    why: tuple[tuple[str, ...], ...]
    key: bytes = field(default_factory=fresh_key, repr=False, compare=False)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the fifty rows most at risk; rows that no test points at are left out."""
        told = zip(self.rows, self.false_alarms, self.why, strict=True)
        listed = [
            {"row": int(row), "false_alarms": float(rate), "why": list(why)}
            for row, rate, why in islice((each for each in told if each[2]), SHOWN)
        ]
        return with_codes(listed, self.key)

    def to_frame(self) -> pd.DataFrame:
        """Return all attacked train rows: `code`, `row`, `false_alarms`, `why` (names joined by a space); no cell."""
        import pandas as pd

        why = np.array([" ".join(names) for names in self.why], dtype=object)
        codes = [row_code(int(row), self.key) for row in self.rows]
        return pd.DataFrame({"code": codes, "row": self.rows, "false_alarms": self.false_alarms, "why": why})


def copied_rows(train: Keys, synthetic: Keys, holdout: Keys) -> Mark:
    """Mark the train rows that occur once among the real rows and are repeated exactly.

    Args:
        train: uint64[rows] keys of the train rows.
        synthetic: Keys of the synthetic rows.
        holdout: Keys of the held-out rows.
    """
    pool = np.concatenate([train, holdout])
    _, inverse, counts = np.unique(pool, return_inverse=True, return_counts=True)
    copied = np.isin(pool, synthetic) & (counts[inverse] == 1)
    others = int(copied[len(train) :].sum())
    return Mark(
        name="copies", rows=np.flatnonzero(copied[: len(train)]), false_alarms=(others + 1) / (len(holdout) + 1)
    )


def carried_rows(grades: Grades, train_rows: int) -> Mark:
    """Mark the train rows of which a value, or pair of labels, that no other real row has came back, where few held-out rows are like it.

    Args:
        grades: int8[train rows over held-out rows]: how telling the most telling such value is, 0 for none.
        train_rows: How many of them are train rows.
    """
    inside, outside = grades[:train_rows], np.sort(grades[train_rows:])
    higher = len(outside) - np.searchsorted(outside, inside, side="left")
    alarms = (higher + 1) / (len(outside) + 1)
    rows = np.flatnonzero((inside > 0) & (alarms <= NOTICED))
    return Mark(name="carried", rows=rows, false_alarms=alarms[rows])


def met_rows(rows: OutlyingRows, pool: Pool, *, holdout_rows: int) -> Mark:
    """Mark the outlying train rows (widest stratum of the consensus) that a synthetic row meets.

    Args:
        rows: Outliers and hits.
        pool: Where they were found.
        holdout_rows: All held-out rows: those outside the pool are no outliers.
    """
    widest = max(share for name, share in rows.chosen if name == "consensus")
    met = rows.hits & rows.chosen["consensus", widest]
    alarms = (int(met[~pool.member].sum()) + 1) / (holdout_rows + 1)
    return Mark(name="outliers", rows=pool.places[met[pool.member]], false_alarms=alarms)


def rank_rows(
    scores: Sequence[Score], marks: Sequence[Mark], member: Flags, places: Places, numbers: Places | None = None
) -> Risk:
    """Rank train rows by how few held-out rows look as much like train rows.

    Args:
        scores: Made without knowledge of `member`; a flag (0 or 1) counts as a score.
        marks: Findings over all rows.
        member: bool[pooled rows].
        places: int64[attacked train rows]: their places in the train table that was compared.
        numbers: int64[train rows compared]: their numbers in the train table as given; None when it was compared whole.

    Returns:
        The list.
    """
    rows = np.unique(np.concatenate([places, *(mark.rows for mark in marks)]))
    alarms = np.ones((len(scores) + len(marks), len(rows)))
    attacked = np.searchsorted(rows, places)
    for k, score in enumerate(scores):
        alarms[k, attacked] = _false_alarms(score.values, member)
    for k, mark in enumerate(marks, len(scores)):
        alarms[k, np.searchsorted(rows, mark.rows)] = mark.false_alarms
    smallest = np.minimum(1.0, alarms.min(axis=0) * len(alarms))
    order = np.lexsort((rows, np.log(alarms).sum(axis=0), smallest))
    alarms, rows = alarms[:, order], rows[order]
    return Risk(
        rows=rows if numbers is None else numbers[rows],
        false_alarms=smallest[order],
        why=_grounds(alarms, [*(score.name for score in scores), *(mark.name for mark in marks)]),
    )


def _grounds(alarms: Floats, names: list[str]) -> tuple[tuple[str, ...], ...]:
    """By row: the names of the tests with few false alarms, fewest first."""
    found: list[tuple[str, ...]] = [()] * alarms.shape[1]
    for at in np.flatnonzero((alarms <= NOTICED).any(axis=0)):
        found[at] = tuple(names[k] for k in np.argsort(alarms[:, at], kind="stable") if alarms[k, at] <= NOTICED)
    return tuple(found)


def _false_alarms(scores: Floats, member: Flags) -> Floats:
    """float64[train rows]: share of held-out rows that score at least as high, one added to both counts."""
    outside = np.sort(scores[~member])
    higher = len(outside) - np.searchsorted(outside, scores[member], side="left")
    return np.asarray((higher + 1) / (len(outside) + 1), dtype=np.float64)
