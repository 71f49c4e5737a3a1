"""The stages that put rows aside or pick them out: a holdout, and a sample for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from privsynth.curation.bench import Bench
from privsynth.curation.lot import Lot, StepResult
from privsynth.errors import UsageError

SHEET_ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """Put a share of the rows aside, at random; where classes were balanced, the same share of each.

    Args:
        share: Above 0 and below 1.
    """

    name: ClassVar[str] = "holdout"
    share: float

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the other rows.

        Raises:
            UsageError: one of the two parts would be empty.
        """
        classes = np.zeros(lot.count, dtype=np.int64) if bench.classes is None else bench.classes(lot)
        held = np.zeros(lot.count, dtype=np.bool_)
        order = bench.rng.permutation(lot.count)
        order = order[np.argsort(classes[order], kind="stable")]
        marks = np.floor(np.arange(lot.count + 1) * self.share + 0.5).astype(np.int64)
        held[order[np.diff(marks) > 0]] = True  # evenly along the classes, so that each gives its share
        if held.all() or not held.any():
            raise UsageError(
                f"A holdout of {self.share:g} of {lot.count:,} rows leaves one of the two parts empty. Start from more rows."
            )
        kept, aside = lot.taken(~held), lot.taken(held)
        why = f"{aside.count:,} rows were put aside at random."
        options = {"share": self.share}
        return kept, StepResult(
            stage=self.name, rows_in=lot.count, rows_kept=kept.count, why=why, options=options, aside=aside
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotCheck:
    """Pick rows at random for a person to look at; they stay in the table.

    Args:
        rows: How many.
    """

    name: ClassVar[str] = "spot_check"
    rows: int = SHEET_ROWS

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return all rows."""
        picked = np.sort(bench.rng.choice(lot.count, min(self.rows, lot.count), replace=False))
        why = f"{len(picked):,} rows were picked at random for a person to look at."
        return lot, StepResult(
            stage=self.name,
            rows_in=lot.count,
            rows_kept=lot.count,
            why=why,
            options={"rows": self.rows},
            aside=lot.taken(picked),
            places=picked,
        )
