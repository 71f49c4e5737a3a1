"""The rows that a recipe works on: as they are written, as they are read, and where each of them comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.table.spelled import joined, some_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
ORIGINS = ("synthetic", "drawn", "edge case", "real")
SYNTHETIC, DRAWN, EDGE, REAL = range(4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lot:
    """Rows under curation.

    Args:
        table: A `pyarrow.Table`, the rows as they are written.
        values: A `pyarrow.Table` of their modelled columns as they are read (`Checked.values`).
        origins: uint8[rows], the place in `ORIGINS` of where each row comes from.
    """

    table: Any
    values: Any
    origins: npt.NDArray[np.uint8]

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.origins)

    def taken(self, rows: Bools | Ints) -> Lot:
        """Return some of the rows, by a mask or by row numbers in order."""
        return Lot(table=some_of(self.table, rows), values=some_of(self.values, rows), origins=self.origins[rows])

    def with_rows(self, *others: Lot) -> Lot:
        """Return these rows and, after them, those of others."""
        every = (self, *others)
        return Lot(
            table=joined([each.table for each in every]),
            values=joined([each.values for each in every]),
            origins=np.concatenate([each.origins for each in every]),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepResult:
    """What a stage did.

    Args:
        stage: Its name in a recipe.
        rows_in: Rows before it.
        rows_kept: How many of these it kept.
        why: What was left out or added, and why, in words.
        options: What was asked of it, as JSON values.
        rows_added: Rows that it added.
        real_rows: Whether it read real rows.
        aside: Rows that it put aside (a holdout) or picked out (a spot check), or None.
        places: int64[rows picked], where they stand in the table, from 0; or None.
    """

    stage: str
    rows_in: int
    rows_kept: int
    why: str
    options: Any
    rows_added: int = 0
    real_rows: bool = False
    aside: Lot | None = None
    places: Ints | None = None

    @property
    def rows_out(self) -> int:
        """Rows after it."""
        return self.rows_kept + self.rows_added

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without rows."""
        return {
            "stage": self.stage,
            "rows_in": self.rows_in,
            "rows_kept": self.rows_kept,
            "rows_added": self.rows_added,
            "why": self.why,
            "options": self.options,
            "real_rows": self.real_rows,
        }

    def sentence(self) -> str:
        """Return it as one line."""
        added = f", {self.rows_added:,} added" if self.rows_added else ""
        return f"{self.stage}: {self.rows_kept:,} of {self.rows_in:,} rows kept{added}. {self.why}"
