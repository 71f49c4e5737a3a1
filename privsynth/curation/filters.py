"""The stages that leave rows out: validate, keep, drop, deduplicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from privsynth.curation.bench import Bench, fulfilled
from privsynth.curation.lot import Bools, Lot, StepResult
from privsynth.errors import SchemaError, UsageError
from privsynth.table.checked import checked, unlearned
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    import pandas as pd

_MOST_REASONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Validate:
    """Leave out the rows that do not satisfy the schema or a constraint."""

    name: ClassVar[str] = "validate"

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the rows that satisfy them.

        Raises:
            SchemaError: none does.
        """
        found = checked(lot.table, bench.schema)
        good = found.good
        why = "All rows satisfy the schema and its constraints."
        if found.reasons:
            said = [f"{what} ({rows:,})" for what, rows in list(found.reasons.items())[:_MOST_REASONS]]
            more = f"; {len(found.reasons) - _MOST_REASONS} more rules" if len(found.reasons) > _MOST_REASONS else ""
            why = f"Left out: {'; '.join(said)}{more}. A row may break several."
        if unlearned(bench.schema):
            why += f" Not checked, as its combinations are still to be learned: {'; '.join(unlearned(bench.schema))}."
        if bench.stated:
            why += f" {bench.stated}"
        if not good.any():
            raise SchemaError(f"No row satisfies the schema. {why} Is it the schema of this table?")
        kept = Lot(table=lot.table, values=found.values, origins=lot.origins)
        kept = kept if good.all() else kept.taken(good)
        return kept, StepResult(stage=self.name, rows_in=lot.count, rows_kept=kept.count, why=why, options={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Keep the rows that fulfil a condition.

    Args:
        condition: In the language of `sample --where`; a missing cell fulfils `is missing` and nothing else.
    """

    name: ClassVar[str] = "keep"
    condition: str

    def where(self) -> str:
        """Return the condition."""
        return self.condition

    def admits(self, values: Any, schema: Schema) -> Bools:
        """Return which rows fulfil it."""
        return fulfilled(self.condition, values, schema)

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the rows that fulfil it."""
        return _filtered(self, lot, self.admits(lot.values, bench.schema), "do not fulfil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Leave out the rows that fulfil a condition.

    Args:
        condition: As for `Keep`; a row with a missing cell stays, unless the condition says `is missing`.
    """

    name: ClassVar[str] = "drop"
    condition: str

    def where(self) -> None:
        """Return nothing: a condition cannot be turned round."""

    def admits(self, values: Any, schema: Schema) -> Bools:
        """Return which rows do not fulfil it."""
        return ~fulfilled(self.condition, values, schema)

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the rows that do not fulfil it."""
        return _filtered(self, lot, self.admits(lot.values, bench.schema), "fulfil")


def _filtered(stage: Keep | Drop, lot: Lot, good: Bools, what: str) -> tuple[Lot, StepResult]:
    count = int(good.sum())
    if not count:
        raise UsageError(
            f"No row is left after `{stage.name}`: all {lot.count:,} {what} `{stage.condition}`. Nothing was written; relax the rule."
        )
    why = f"{lot.count - count:,} {what} `{stage.condition}`."
    kept = lot if count == lot.count else lot.taken(good)
    options = {"condition": stage.condition}
    return kept, StepResult(stage=stage.name, rows_in=lot.count, rows_kept=count, why=why, options=options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduplicate:
    """Keep the first of rows that are equal.

    Args:
        columns: Columns that are compared; by default all that the schema models. Identifiers that are made anew are different
            in every row, so they are compared only where they are named.
    """

    name: ClassVar[str] = "deduplicate"
    columns: tuple[str, ...] | None = None

    def repeats(self, lots: tuple[Lot, ...]) -> Bools:
        """Return which rows of several lots equal an earlier one; cells are compared as they are read, missing ones as equal.

        Args:
            lots: Rows, in order.

        Raises:
            UsageError: the table lacks a column.
        """
        import pandas as pd

        names = self.columns or tuple(lots[0].values.column_names)
        lacking = [name for name in names if name not in lots[0].table.column_names]
        if lacking:
            raise UsageError(
                f"Rows are to be compared on the column `{lacking[0]}`, which the table lacks. Its columns are: "
                f"{', '.join(lots[0].table.column_names)}."
            )
        keys = pd.concat([_keys(each, names) for each in lots], ignore_index=True)
        return np.asarray(keys.duplicated().to_numpy(), dtype=np.bool_)

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:  # noqa: ARG002 - as all stages
        """Return each row once."""
        repeated = self.repeats((lot,))
        kept = lot if not repeated.any() else lot.taken(~repeated)
        on = "all modelled columns" if self.columns is None else ", ".join(f"`{name}`" for name in self.columns)
        why = f"{lot.count - kept.count:,} equal an earlier row on {on}."
        options = {"columns": None if self.columns is None else list(self.columns)}
        return kept, StepResult(stage=self.name, rows_in=lot.count, rows_kept=kept.count, why=why, options=options)


def _keys(lot: Lot, names: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    read = set(lot.values.column_names)
    return pd.DataFrame({name: _key((lot.values if name in read else lot.table).column(name)) for name in names})


def _key(column: Any) -> Any:
    """Return a column as numbers, or as objects, in which equal cells are equal, whatever else there is in the table."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        return column.combine_chunks().cast(pa.string()).to_pandas()
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.int64()).to_pandas()
    return column.to_pandas()
