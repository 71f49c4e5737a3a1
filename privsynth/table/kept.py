"""How many rows of a synthetic table break each declared constraint: what is written is looked at, not what was drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.tableschema.constraint_checks import label_of, truth_values
from privsynth.tableschema.constraints import (
    Constraint,
    FixedCombinations,
    FixedIncrements,
    Inequality,
    OneHotEncoding,
    Range,
)
from privsynth.tableschema.model import LABELLED, Field, Schema

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def broken_rows(table: Any, schema: Schema) -> dict[str, int]:
    """Count the rows that break each constraint whose columns the table has.

    Args:
        table: A `pyarrow.Table` as it is sampled or as a written file is read again: dates and numbers may be text.
        schema: Says the constraints, and the formats of dates.

    Returns:
        The constraint in words -> rows; 0 where all rows keep it.
    """
    return {says: int(rows.sum()) for says, rows in breaking_rows(table, schema).items()}


def breaking_rows(table: Any, schema: Schema) -> dict[str, Bools]:
    """Return which rows break each constraint whose columns the table has.

    Args:
        table: As for `broken_rows`.
        schema: As for `broken_rows`.

    Returns:
        The constraint in words -> bool[rows].
    """
    found = {}
    for constraint in schema.constraints:
        if all(name in table.column_names for name in constraint.columns):
            fields = {name: schema[name] for name in constraint.columns}
            found[constraint.says] = _broken(table, constraint, fields)
    return found


def _broken(table: Any, constraint: Constraint, fields: Mapping[str, Field]) -> Bools:
    if isinstance(constraint, FixedCombinations | OneHotEncoding):
        return _unlisted(table, constraint, fields)
    values = {name: _values(table.column(name), field) for name, field in fields.items()}
    broken = np.zeros(table.num_rows, dtype=np.bool_)
    if isinstance(constraint, Inequality | Range):
        for low, high in constraint.pairs:  # a comparison with NaN is never true
            broken |= values[low] >= values[high] if constraint.strict else values[low] > values[high]
    elif isinstance(constraint, FixedIncrements):
        count = values[constraint.column] / constraint.increment
        broken |= np.abs(count - np.round(count)) > 1e-9 * np.maximum(np.abs(count), 1)
    else:
        total = values[constraint.total]
        gap = np.abs(sum(values[part] for part in constraint.parts) - total)
        broken |= gap > 1e-9 * np.maximum(np.abs(total), 1)
    return broken


def _values(column: Any, field: Field) -> Floats:
    """Return numbers, or seconds since 1970 of dates and moments; NaN where missing or unreadable."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        encoded = column.combine_chunks().dictionary_encode()
        known = [_read(text, field) for text in encoded.dictionary.to_pylist()]
        index = np.asarray(encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False), dtype=np.int64)
        return np.array([*known, math.nan])[index]
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = pc.cast(pc.cast(column, pa.timestamp("s")), pa.int64())
    found: Floats = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return found


def _read(text: str, field: Field) -> float:
    try:
        if field.kind not in ("date", "datetime"):
            return float(text)
        moment = datetime.strptime(text, field.format) if field.format else datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    return moment.replace(tzinfo=UTC).timestamp()


def _unlisted(table: Any, constraint: FixedCombinations | OneHotEncoding, fields: Mapping[str, Field]) -> Bools:
    """Return the rows whose present cells occur together in no combination."""
    names = constraint.columns
    cells = [_texts(table.column(name), fields[name]) for name in names]
    rows: dict[tuple[str | None, ...], list[int]] = {}
    distinct, which = np.unique(np.stack([code for _, code in cells], axis=1), axis=0, return_inverse=True)
    for number, codes in enumerate(distinct.tolist()):
        rows.setdefault(tuple(cells[place][0][code] for place, code in enumerate(codes)), []).append(number)
    broken = np.zeros(len(distinct), dtype=np.bool_)
    projections: dict[tuple[int, ...], set[tuple[str, ...]]] = {}
    listed = _listed(constraint, fields)
    for row, numbers in rows.items():
        here = tuple(place for place, cell in enumerate(row) if cell is not None)
        if here not in projections:
            projections[here] = {tuple(each[place] for place in here) for each in listed}
        broken[numbers] = tuple(row[place] for place in here) not in projections[here]
    return np.asarray(broken[which.ravel()])


def _listed(constraint: FixedCombinations | OneHotEncoding, fields: Mapping[str, Field]) -> list[tuple[str, ...]]:
    names = constraint.columns
    if isinstance(constraint, OneHotEncoding):
        ends = [[_told(fields[name], text) for text in truth_values(fields[name], constraint)] for name in names]
        return [tuple(end[int(place == one)] for place, end in enumerate(ends)) for one in range(len(names))]
    return [
        tuple(_told(fields[name], text) for name, text in zip(names, row, strict=True))
        for row in constraint.combinations or ()
    ]


def _told(field: Field, text: str) -> str:
    """Return one spelling of all that mean the same cell."""
    if field.kind in LABELLED:
        return label_of(field, text)
    number = _read(text, field)
    if math.isnan(number) and field.kind in ("date", "datetime"):  # a schema writes ISO, whatever the format of cells
        number = _read(text, replace(field, format=None))
    return text if math.isnan(number) else repr(number)


def _texts(column: Any, field: Field) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """Return the distinct cells of a column, None for missing, and the place of every row's among them."""
    import pyarrow as pa

    plain = column.combine_chunks()
    if pa.types.is_boolean(plain.type):
        plain = plain.cast(pa.string() if field.kind in LABELLED else pa.int8())
    encoded = plain if pa.types.is_dictionary(plain.type) else plain.dictionary_encode()
    texts = ["" if cell is None else str(cell) for cell in encoded.dictionary.to_pylist()]
    known = [_told(field, text) if text else None for text in texts]
    index = np.asarray(encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return [*known, None], index
