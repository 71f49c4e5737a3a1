"""Tables as typed data frames, as audits and evaluations read them: numbers (dates as days) and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.privacy import Private
from privsynth.table.coded import cell_sql, number_sql, truth_sql
from privsynth.table.source import Source
from privsynth.tableschema.model import NUMERIC, Field, Schema, canonical_label

if TYPE_CHECKING:
    import pandas as pd


def typed_frame(
    source: Source, schema: Schema, *, keep: Private[npt.NDArray[np.bool_]] | None = None
) -> Private[pd.DataFrame]:
    """Read the modelled columns that a table has.

    Args:
        source: The table.
        schema: Says which columns are compared and how their cells are read.
        keep: bool[n], rows to read, or None for all.

    Returns:
        float64 columns for numbers (NaN where missing; days or seconds since 1970 of dates) and object columns of text.
    """
    import pandas as pd

    fields = [field for field in schema.modelled if field.name in source.names]
    table = source.arrow([_expression(field, schema, number) for number, field in enumerate(fields)] or ["1 AS c0"])
    mask = None if keep is None else keep.reveal()
    columns = {}
    for number, field in enumerate(fields):
        column = table.column(f"c{number}")
        values: Any = _numbers(column) if field.kind in NUMERIC else _labels(column)
        columns[field.name] = values if mask is None else values[mask]
    return Private(pd.DataFrame(columns))


def text_columns(source: Source) -> Private[Mapping[str, Sequence[str | None]]]:
    """Read every column as text, for a scan."""
    from privsynth.table.sql import quoted

    table = source.arrow([quoted(name) for name in source.names])
    return Private({name: table.column(number).to_pylist() for number, name in enumerate(source.names)})


def column_of(
    source: Source, name: str, *, keep: Private[npt.NDArray[np.bool_]] | None = None
) -> Private[pd.Series[Any]]:
    """Read one column as text."""
    from privsynth.table.sql import quoted

    column = source.arrow([f"{quoted(name)} AS c0"]).column("c0").to_pandas()
    return Private(column if keep is None else column[keep.reveal()].reset_index(drop=True))


def split_frames(source: Source, held: Private[npt.NDArray[np.bool_]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows outside and inside a mask as data frames of text, for their owner."""
    from privsynth.table.sql import quoted

    frame = source.arrow([quoted(name) for name in source.names]).to_pandas()
    mask = held.reveal()
    return frame[~mask].reset_index(drop=True), frame[mask].reset_index(drop=True)


def public_frame(frame: Private[pd.DataFrame]) -> pd.DataFrame:
    """Return a frame that holds no private data: that of a synthetic table."""
    return frame.reveal()


def _expression(field: Field, schema: Schema, number: int) -> str:
    if field.kind in NUMERIC:
        return f"{number_sql(field, schema.missing)} AS c{number}"
    cell = cell_sql(field.name, schema.missing)
    return f"{truth_sql(cell) if field.truth else cell} AS c{number}"


def _numbers(column: Any) -> npt.NDArray[np.float64]:
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _labels(column: Any) -> npt.NDArray[np.object_]:
    encoded = column.combine_chunks().dictionary_encode()
    texts: Sequence[str | None] = [canonical_label(text) for text in encoded.dictionary.to_pylist()]
    known = np.array([*texts, None], dtype=object)
    index = np.asarray(encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return known[index]
