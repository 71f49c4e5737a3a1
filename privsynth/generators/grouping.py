"""Rows of made-up people: several rows of one person agree in what does not change about a person."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from privsynth.errors import UsageError
from privsynth.generators.base import BATCH_ROWS, Model, Rows, gathered
from privsynth.generators.conditional import Decode, columns_behind, rows_where
from privsynth.generators.where import Conditions
from privsynth.tableschema.model import Schema
from privsynth.tableschema.person import RowsPerPerson, person_of

Ints = npt.NDArray[np.int64]


def group_sizes(law: RowsPerPerson, rows: int, rng: np.random.Generator) -> Ints:
    """Draw how many rows each person has, so that they are `rows` in all: int64[people]; the last one may be cut short."""
    even = law.law == "uniform"
    sizes = rng.integers(1, law.most + 1, size=rows) if even else np.minimum(rng.geometric(0.5, size=rows), law.most)
    ends = np.cumsum(sizes)
    people = int(np.searchsorted(ends, rows)) + 1 if rows else 0
    sizes = sizes[:people]
    sizes[people - 1 :] -= ends[people - 1 : people] - rows
    return np.asarray(sizes, dtype=np.int64)


def constant_columns(schema: Schema) -> tuple[str, ...]:
    """Return the modelled columns that are the same in all rows of a person, in column order, with those that they follow from."""
    person = person_of(schema)
    modelled = [field.name for field in schema.modelled]
    wanted = {*person.columns.values(), *person.constant}
    found = set(columns_behind([name for name in modelled if name in wanted], schema))
    return tuple(name for name in modelled if name in found)


def rows_of_people(
    model: Model,
    schema: Schema,
    law: RowsPerPerson,
    rows: int,
    rng: np.random.Generator,
    *,
    conditions: Conditions | None = None,
    decode: Decode,
) -> Iterator[tuple[Rows, Ints]]:
    """Draw rows of people, batch after batch, at least one; no person is in two of them.

    What does not change about a person is drawn once for each, the other columns for each row given it (`Model.complete`). Nothing of
    it was measured: how many rows a person has is declared, and rows of one person are otherwise as independent as any.

    Args:
        model: What is sampled.
        schema: Says what does not change about a person.
        law: How many rows a person has.
        rows: How many in all.
        rng: Source of randomness.
        conditions: What all people fulfil, or None.
        decode: Turns rows with some of the columns into a `pyarrow.Table`.

    Yields:
        The rows in random order, and int64[n], the person of each.

    Raises:
        UsageError: the conditions speak of columns that change from row to row.
    """
    constant = constant_columns(schema)
    if conditions is not None:
        check_conditions(conditions, constant)
    for start in range(0, max(rows, 1), BATCH_ROWS):
        sizes = group_sizes(law, min(BATCH_ROWS, rows - start), rng)
        people = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        if not constant or not len(people):
            yield gathered(model.batches(len(people), rng)), _in_order(people)
            continue
        if conditions is None:
            found = gathered(model.batches(len(sizes), rng, constant))
        else:
            found = gathered(
                each.only(constant) for each in rows_where(model, conditions, len(sizes), schema, decode, rng)
            )
        yield model.complete(found.taken(people), rng), _in_order(people)


def check_conditions(conditions: Conditions, constant: tuple[str, ...]) -> None:
    """Refuse conditions on columns that differ between the rows of a person.

    Raises:
        UsageError: naming the column.
    """
    changing = [name for name in conditions.columns if name not in constant]
    if changing:
        raise UsageError(
            f"The condition on `{changing[0]}` speaks of single rows, and people are to have several rows. Leave out the condition, or "
            "give each person one row (rows per person: 1)."
        )


def _in_order(people: Ints) -> Ints:
    """Number people by their first row."""
    _, first, number = np.unique(people, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[number], dtype=np.int64)
