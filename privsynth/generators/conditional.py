"""Rows of a model given a condition or given some of their columns: streams of batches, of bounded memory, that always end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import UsageError
from privsynth.generators.base import BATCH_ROWS, Model, Rows, gathered
from privsynth.generators.structure import Structure
from privsynth.generators.where import Conditions
from privsynth.table.given import GivenRows
from privsynth.tableschema.model import LABELLED, Schema

TRIED_ROWS = 1 << 20  # with the condition's columns alone, before rows that were found are taken again
_FIRST_ROWS = 1 << 14
_WORTH = 8  # while one row in so many fulfils the condition, whole rows are drawn and the others left out
_POOL_ROWS = 1 << 20
Decode = Callable[[Rows], Any]


class _Tally:
    """What drawn rows have shown about a condition.

    Args:
        conditions: The condition.
        columns: What is kept of rows that fulfil it, to complete them again.
        decode: Turns rows into a `pyarrow.Table`.
    """

    def __init__(self, conditions: Conditions, columns: Sequence[str], decode: Decode) -> None:
        self._conditions, self._columns, self._decode = conditions, columns, decode
        self._ever = np.zeros(len(conditions.terms), dtype=np.bool_)
        self._pool: list[Rows] = []
        self.tried = self.pooled = 0

    def kept(self, batch: Rows) -> Rows:
        """Return the rows of a batch that fulfil the condition."""
        masks = self._conditions.masks(self._decode(batch.only(self._conditions.columns)))
        self._ever |= [bool(mask.any()) for mask in masks]
        self.tried += batch.count
        found = batch.taken(np.logical_and.reduce(masks))
        if self.pooled < _POOL_ROWS:
            self._pool.append(found.only(self._columns))
            self.pooled += found.count
        return found

    def again(self, rows: int, rng: np.random.Generator) -> Iterator[Rows]:
        """Draw from the rows that were found, with replacement; their columns are those of the condition."""
        pool = gathered(self._pool)
        for start in range(0, rows, BATCH_ROWS):
            yield pool.taken(rng.integers(pool.count, size=min(BATCH_ROWS, rows - start)))

    def refusal(self) -> UsageError:
        """Say that no row fulfils the condition, and which of its terms is to blame."""
        never = [f"`{term.text}`" for term, ever in zip(self._conditions.terms, self._ever, strict=True) if not ever]
        several = f"Each of {', '.join(never)} alone holds" if len(never) > 1 else f"{''.join(never)} alone holds"
        blame = (
            f"{several} for none." if never else "Each of its terms holds for some rows, but not all for the same one."
        )
        return UsageError(
            f"The model gives this condition no mass: none of {self.tried:,} rows that it drew fulfils it. {blame} Relax the "
            "condition."
        )


def rows_where(
    model: Model, conditions: Conditions, rows: int, schema: Schema, decode: Decode, rng: np.random.Generator
) -> Iterator[Rows]:
    """Draw rows from a model's distribution given a condition.

    Rows are drawn whole, and those that fulfil the condition are kept. Where less than one in eight does, the condition's columns are
    drawn alone and the others given them (`Model.complete`). Where `TRIED_ROWS` such draws (or as many as rows are wanted, if
    that is more) do not give enough, those found are taken again, with the other columns drawn anew each time.

    Args:
        model: What is sampled.
        conditions: What all rows fulfil.
        rows: How many, 1 or more.
        schema: Says which columns follow from others.
        decode: Turns rows with some of the columns into a `pyarrow.Table`.
        rng: Source of randomness.

    Raises:
        UsageError: no row fulfils the condition; the message says which term alone has no mass, if one has.
    """
    columns = columns_behind(conditions.columns, schema)
    tally, left = _Tally(conditions, columns, decode), rows
    while left and (tally.tried < _FIRST_ROWS or (rows - left) * _WORTH >= tally.tried > 0):
        for batch in model.batches(min(BATCH_ROWS, max(4 * left, _FIRST_ROWS)), rng):
            found = tally.kept(batch).taken(slice(0, left))
            left -= found.count
            yield found
    limit = max(TRIED_ROWS, rows)
    waiting: list[Rows] = []
    while left and tally.tried < limit:
        for batch in model.batches(BATCH_ROWS, rng, columns):
            waiting.append(tally.kept(batch).taken(slice(0, left)))
            left -= waiting[-1].count
        if sum(each.count for each in waiting) >= BATCH_ROWS // 2:
            yield model.complete(gathered(waiting), rng)
            waiting = []
    if waiting and any(each.count for each in waiting):
        yield model.complete(gathered(waiting), rng)
    if left and not tally.pooled:
        raise tally.refusal()
    for again in tally.again(left, rng) if left else ():
        yield model.complete(again, rng)


def rows_given(model: Model, given: GivenRows, rng: np.random.Generator) -> Iterator[Rows]:
    """Draw the columns that given rows lack, batch after batch in their order; at least one batch, which may be empty."""
    known = Rows(given.codes, given.positions)
    if not given.codes:
        yield from model.batches(given.count, rng)
        return
    for start in range(0, max(given.count, 1), BATCH_ROWS):
        yield model.complete(known.taken(slice(start, start + BATCH_ROWS)), rng)


def columns_behind(names: Sequence[str], schema: Schema) -> tuple[str, ...]:
    """Return columns together with those that they are sums of: a sum that is drawn follows from its parts."""
    return tuple(dict.fromkeys(found for name in names for found in (name, *schema.totals.get(name, ()))))


def check_given(model: Model, given: GivenRows, schema: Schema) -> None:
    """Refuse given rows that the model cannot complete.

    Labels, and missing cells, that the model never draws are refused, as nothing follows from them; numbers are not: one that is never
    drawn lies between others that are. Rows that contradict the schema's constraints are refused too.

    Raises:
        UsageError: naming the column and the row.
    """
    sums = schema.totals
    for name in set(sums) & set(given.codes):
        lacking = [part for part in sums[name] if part not in given.codes]
        if lacking:
            raise UsageError(
                f"Column `{name}` of {given.where} is a sum, and the column `{lacking[0]}` that it adds up is not given: rows are drawn "
                "from the parts to the sum. Give all parts, or leave the sum out."
            )
    for name, codes in given.codes.items():
        if name in sums:
            continue
        shares = model.shares(name)
        missing = codes == len(shares) - 1
        never = (shares[codes] <= 0) & (missing | (schema[name].kind in LABELLED))
        if never.any():
            raise UsageError(_massless(name, given, never, missing=bool(missing[np.argmax(never)])))
    bound = {name for each in schema.constraints for name in each.columns}
    if bound & set(given.codes):
        broken = ~Structure.of(schema).completable(given.codes, given.positions)
        if broken.any():
            raise UsageError(
                f"Row {int(np.argmax(broken)) + 1} of {given.where} contradicts the constraints of the schema"
                f"{_others(broken)}. Correct these rows, or leave them out."
            )


def _massless(name: str, given: GivenRows, never: npt.NDArray[np.bool_], *, missing: bool) -> str:
    what = "a missing cell" if missing else "the label"
    return (
        f"The model gives {what} in column `{name}`, row {int(np.argmax(never)) + 1} of {given.where}, no mass"
        f"{_others(never)}: nothing follows from it. Leave such rows out, or the column, so that it is drawn."
    )


def _others(rows: npt.NDArray[np.bool_]) -> str:
    count = int(rows.sum()) - 1
    return f" (as in {count:,} more)" if count else ""
