"""Real rows that their owner puts into a table on purpose. No guarantee covers a table that has them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.privacy import Private
from privsynth.table.checked import checked
from privsynth.table.generalised import generalised
from privsynth.table.source import Source
from privsynth.table.spelled import some_of
from privsynth.table.sql import quoted
from privsynth.tableschema.model import Schema

Bools = npt.NDArray[np.bool_]


def real_rows(source: Source, schema: Schema) -> Private[Any]:
    """Read the modelled columns of a real table, generalised where the schema says so.

    Raises:
        SchemaError: a column is missing from it.
    """
    names = [field.name for field in schema.modelled]
    lacking = [name for name in names if name not in source.names]
    if lacking:
        raise SchemaError(
            f"{source.where} lacks the column `{lacking[0]}`, which the schema models. Give the table that the schema describes."
        )
    read = generalised(source, schema).arrow([quoted(name) for name in names])
    return Private(read.rename_columns(names))


def chosen_rows(
    real: Private[Any], schema: Schema, count: int, key: bytes, admits: Callable[[Any], Bools], where: str
) -> Any:
    """Choose real rows at random among those that the schema allows, for an output that says that it contains them.

    Args:
        real: What `real_rows` returned.
        schema: Says which cells are allowed.
        count: How many rows.
        key: Secret key of the choice.
        admits: Further rules: values as in `Checked.values` -> bool[rows].
        where: How messages name the table.

    Returns:
        The values of the chosen rows, as in `Checked.values`, in their order. **Not private any more.**

    Raises:
        SchemaError: fewer rows than asked for are allowed; how many is not said.
    """
    found = checked(real.reveal(), schema)
    good = np.flatnonzero(found.good & admits(found.values))
    if len(good) < count:
        raise SchemaError(
            f"{where} has fewer than {count:,} rows that the schema and the rules allow. Ask for a smaller share of real rows."
        )
    coins = np.frombuffer(hashlib.shake_256(key).digest(8 * max(len(good), 1)), dtype=np.uint64)[: len(good)]
    return some_of(found.values, np.sort(good[np.argsort(coins, kind="stable")[:count]]))
