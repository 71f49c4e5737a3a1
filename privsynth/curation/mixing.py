"""The stage that puts real rows into a table. It comes last, and no guarantee holds for what it makes.

Nothing else here reads real rows, on purpose. To leave out synthetic rows because of real ones (those that equal a real row, or lie near
one) tells that the real row exists: whoever knows how many rows were left out, or sees a gap, learns about it. So there is no such stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from privsynth.curation.bench import Bench
from privsynth.curation.lot import REAL, Lot, StepResult
from privsynth.errors import UsageError
from privsynth.noise import OsNoise
from privsynth.table.chosen import chosen_rows, real_rows

NO_GUARANTEE = "contains real rows: no guarantee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Add real rows, until they are a share of all.

    Args:
        share: Of the rows of the result, above 0 and below 1.
    """

    name: ClassVar[str] = "mix"
    share: float

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the rows and, after them, real ones, chosen by secrets of the operating system, whatever the seed.

        The real rows satisfy the schema and the rules. Columns that the schema makes anew are made anew for them too, and other columns
        that are not modelled stay empty.

        Raises:
            UsageError: no real table was given, or the share gives no row.
            SchemaError: the real table lacks a column, or rows.
        """
        if bench.real is None:
            raise UsageError("`mix` needs a table of real rows. Name it with --mix REAL.")
        count = round(lot.count * self.share / (1 - self.share))
        if not count:
            raise UsageError(
                f"A share of {self.share:g} real rows beside {lot.count:,} others is less than one row. Ask for a larger share."
            )
        key = OsNoise().unit_key("real rows")
        where = bench.real.where
        values = chosen_rows(real_rows(bench.real, bench.schema), bench.schema, count, key, bench.admitted, where)
        real = bench.lot_of(values, bench.made_anew(count), REAL)
        if real.count < count:
            raise UsageError("Real rows cannot be written in the form of this table. Save it as CSV or Parquet first.")
        why = f"{NO_GUARANTEE}. {count:,} rows of {where} were chosen at random and added at the end."
        options = {"share": self.share, "table": where}
        step = StepResult(
            stage=self.name,
            rows_in=lot.count,
            rows_kept=lot.count,
            rows_added=count,
            why=why,
            options=options,
            real_rows=True,
        )
        return lot.with_rows(real), step
