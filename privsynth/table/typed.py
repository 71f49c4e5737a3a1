"""Tables as typed data frames, as audits and evaluations read them: numbers (dates as days) and labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.privacy import Private
from privsynth.table.cells import number_sql, truth_sql
from privsynth.table.generalised import generalised
from privsynth.table.readings import Reading
from privsynth.table.source import Source
from privsynth.table.sql import cell_sql
from privsynth.tableschema.model import NUMERIC, Field, Schema, canonical_label

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def typed_frame(
    source: Source,
    schema: Schema,
    *,
    keep: Private[npt.NDArray[np.bool_]] | None = None,
    made: bool = False,
    readings: Mapping[str, Reading] | None = None,
) -> Private[pd.DataFrame]:
    """Read the modelled columns that a table has, generalised where the schema says so.

    Args:
        source: The table.
        schema: Says which columns are compared and how their cells are read.
        keep: bool[n], rows to read, or None for all.
        made: The table is synthetic: cells of generalised columns are results of their rules already.
        readings: How the numbers of this table are spelled (`best_readings`); truth values are then left as they are spelled. None
            reads everything as the schema says.

    Returns:
        float64 columns for numbers (NaN where missing; days or seconds since 1970 of dates) and object columns of text.
    """
    import pandas as pd

    source = generalised(source, schema, made=made)
    fields = [field for field in schema.modelled if field.name in source.names]
    asked = [_expression(field, schema, number, readings) for number, field in enumerate(fields)]
    table = source.arrow(asked or ["1 AS c0"])
    mask = None if keep is None else keep.reveal()
    columns = {}
    for number, field in enumerate(fields):
        column = table.column(f"c{number}")
        values: Any = _numbers(column) if field.kind in NUMERIC else _labels(column)
        columns[field.name] = values if mask is None else values[mask]
    rows = table.num_rows if mask is None else int(mask.sum())
    return Private(pd.DataFrame(columns, index=pd.RangeIndex(rows)))


class TextColumns(Mapping[str, Any]):
    """The columns of a table as Arrow text, each read when it is asked for and kept by nobody.

    Args:
        source: The table. A file of text is read into memory once, when the first column is asked for.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        """Return one column in row order; missing cells are null."""
        from privsynth.table.sql import quoted

        if name not in self._source.names:
            raise KeyError(name)
        self._source = self._source.by_column()
        return self._source.arrow([f"{quoted(name)} AS c0"]).column(0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._source.names)

    def __len__(self) -> int:
        return len(self._source.names)


def text_columns(source: Source) -> Private[Mapping[str, Any]]:
    """Return every column as text (``pa.ChunkedArray``), for a scan; a column is read when it is looked up."""
    return Private(TextColumns(source))


def column_of(
    source: Source, name: str, *, keep: Private[npt.NDArray[np.bool_]] | None = None
) -> Private[pd.Series[Any]]:
    """Read one column as text."""
    from privsynth.table.sql import quoted

    column = source.arrow([f"{quoted(name)} AS c0"]).column("c0").to_pandas()
    return Private(column if keep is None else column[keep.reveal()].reset_index(drop=True))


def split_frames(source: Source, held: Private[npt.NDArray[np.bool_]], to: str = "pandas") -> tuple[Any, Any]:
    """Return the rows outside and inside a mask as frames of text, of the form that the owner likes."""
    import pyarrow as pa

    from privsynth.table.frames import as_form
    from privsynth.table.sql import quoted

    table = source.arrow([quoted(name) for name in source.names])
    mask = held.reveal()
    return as_form(table.filter(pa.array(~mask)), to), as_form(table.filter(pa.array(mask)), to)


def public_frame(frame: Private[pd.DataFrame]) -> pd.DataFrame:
    """Return a frame that holds no private data: that of a synthetic table."""
    return frame.reveal()


def with_columns(frame: Private[pd.DataFrame], further: Private[pd.DataFrame]) -> Private[pd.DataFrame]:
    """Return the columns of both frames of the same rows."""
    columns = further.reveal()
    return Private(frame.reveal().assign(**columns)) if len(columns.columns) else frame


def _expression(field: Field, schema: Schema, number: int, readings: Mapping[str, Reading] | None) -> str:
    if field.kind in NUMERIC:
        known = readings is not None and field.name in readings
        return f"{readings[field.name].sql if readings and known else number_sql(field, schema.missing)} AS c{number}"
    cell = cell_sql(field.name, schema.missing)
    return f"{truth_sql(cell) if field.truth and readings is None else cell} AS c{number}"


def _numbers(column: Any) -> npt.NDArray[np.float64]:
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _labels(column: Any) -> npt.NDArray[np.object_]:
    encoded = column.combine_chunks().dictionary_encode()
    texts: Sequence[str | None] = [canonical_label(text) for text in encoded.dictionary.to_pylist()]
    known = np.array([*texts, None], dtype=object)
    index = np.asarray(encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return known[index]


def text_frame(
    source: Source, names: Sequence[str], *, keep: Private[npt.NDArray[np.bool_]] | None = None
) -> Private[pd.DataFrame]:
    """Read columns as text, as they are in the table.

    Args:
        source: The table.
        names: Columns; those that the table lacks are left out.
        keep: bool[n], rows to read, or None for all.

    Returns:
        Object columns of text; missing cells are None.
    """
    import pandas as pd

    from privsynth.table.sql import quoted

    names = [name for name in names if name in source.names]
    mask = None if keep is None else keep.reveal()
    read = source.arrow([f"{quoted(name)} AS c{at}" for at, name in enumerate(names)]) if names else None
    texts = (
        {name: read.column(at).to_numpy(zero_copy_only=False) for at, name in enumerate(names)}
        if read is not None
        else {}
    )
    return Private(pd.DataFrame({name: cells if mask is None else cells[mask] for name, cells in texts.items()}))
