"""What a person who looks at rows is told about each column: what the schema allows, and what the table has."""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.curation.lot import Lot
from privsynth.tableschema.model import LABELLED, Field, Schema

_MOST_LABELS = 6


def cells_of(table: Any) -> list[list[str]]:
    """Return the rows of a `pyarrow.Table` as text; a missing cell is empty."""
    from privsynth.table.frames import to_text_table

    columns = [column.to_pylist() for column in to_text_table(table).columns]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def column_lines(lot: Lot, schema: Schema) -> list[dict[str, str]]:
    """Return for each column of a table its name, kind, what the schema allows and what the rows have, in words."""
    return [_line(name, lot, schema) for name in lot.table.column_names]


def _line(name: str, lot: Lot, schema: Schema) -> dict[str, str]:
    field = schema[name]
    title = str(field.extra.get("title") or "")
    if name not in lot.values.column_names:
        how = "made anew for every row" if field.action == "fake" else "not modelled"
        return {"name": name, "title": title, "kind": field.kind, "allowed": "", "has": how}
    column = lot.values.column(name).combine_chunks()
    missing = column.null_count / max(len(column), 1)
    gaps = "no gaps" if not missing else f"{missing:.1%} missing"
    has = _labels(column) if field.kind in LABELLED else _range(lot.table.column(name), column)
    return {"name": name, "title": title, "kind": field.kind, "allowed": _allowed(field), "has": f"{has}; {gaps}"}


def _allowed(field: Field) -> str:
    if field.kind in LABELLED:
        return "any label" if field.enum is None else f"{len(field.enum)} labels"
    step = "" if field.step is None else f", multiples of {field.step:g}"
    low = "any" if field.minimum is None else str(field.minimum)
    return f"{low} to {'any' if field.maximum is None else field.maximum}{step}"


def _labels(column: Any) -> str:
    codes = np.asarray(column.indices.drop_null().to_numpy(zero_copy_only=False), dtype=np.int64)
    counts = np.bincount(codes, minlength=len(column.dictionary))
    order = np.argsort(-counts, kind="stable")
    names = column.dictionary.to_pylist()
    shown = [f"{names[at]} {counts[at] / max(len(codes), 1):.0%}" for at in order[:_MOST_LABELS] if counts[at]]
    left = int((counts > 0).sum()) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


def _range(written: Any, column: Any) -> str:
    """Return the smallest, the middle and the largest value, as they are written."""
    import pyarrow as pa

    known = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    if not len(known):
        return "nothing"
    order = known[np.argsort(column.to_numpy(zero_copy_only=False)[known], kind="stable")]
    ends = written.take(pa.array(order[[0, len(order) // 2, -1]]))
    low, middle, high = (row[0] for row in cells_of(pa.table({"c": ends})))
    return f"{low} to {high}, middle {middle}"
