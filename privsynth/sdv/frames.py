"""Synthetic rows as the data frame that SDV's reports take: the caller's columns in order, types that follow from the schema."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.errors import UsageError
from privsynth.sdv.marks import keys_of, told_of
from privsynth.table.write import is_whole
from privsynth.tableschema.model import LABELLED, Field, Schema

if TYPE_CHECKING:
    import pandas as pd

_ISO = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


def labels_of(field: Field) -> list[Any] | None:
    """Return the labels of a field in the type that its column comes in; None where they are not known yet."""
    if field.enum is None:
        return None
    cells, labels = told_of(field).get("cells"), list(field.enum)
    if cells == "number":
        return [float(label) for label in labels]
    if cells is None and all(is_whole(label) for label in labels):
        return [int(label) for label in labels]
    return labels


def shaped(table: Any, schema: Schema, gaps: Mapping[str, bool], start: int) -> pd.DataFrame:
    """Return drawn rows with every column of the schema.

    Columns that no generator models are filled: identifiers with values that are unique, text with nothing.

    Args:
        table: A `pyarrow.Table` with some of the columns.
        schema: Of the model.
        gaps: Column name -> whether the model can draw a missing cell there. Where the schema does not say whether cells may be
            missing, this decides between integers and floats.
        start: How many rows were drawn before, so that identifiers do not repeat.

    Raises:
        UsageError: the regex of a key has too few strings.
    """
    import pandas as pd

    rows, keys = table.num_rows, keys_of(schema)
    columns = {}
    for field in schema.fields:
        if field.name in table.column_names:
            stated = field.source("required") != "default"
            gap = not field.required if stated else gaps.get(field.name, True)
            column = _typed(table.column(field.name), field, gap=gap)
            columns[field.name] = _distinct(column) if field.name in keys else column
        else:
            columns[field.name] = _filled(field, rows, start, key=field.name in keys)
    return pd.DataFrame(columns, index=pd.RangeIndex(rows))


def _typed(column: Any, field: Field, *, gap: bool) -> Any:
    import pyarrow as pa

    if not field.modelled:
        return column.to_pandas()
    if field.kind in ("date", "datetime"):
        return _moments(column, field)
    series = column.to_pandas()
    told = told_of(field).get("cells")
    if field.kind in LABELLED:
        if pa.types.is_boolean(column.type) and gap:
            return series.astype(object)
        if pa.types.is_integer(column.type) and told == "text":
            return series.map(lambda label: str(int(label)), na_action="ignore").astype(object)
        if told == "number":
            return series.astype(np.float64)
    elif field.kind == "number":
        return series.astype(np.float64)
    return series.astype(np.float64) if gap and pa.types.is_integer(column.type) else series


def _moments(column: Any, field: Field) -> Any:
    """Return dates and moments as text in the column's format, or as numpy's where the metadata has none."""
    import pandas as pd
    import pyarrow as pa

    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    seconds = column.to_pandas() if text else column.cast(pa.timestamp("s")).to_pandas()
    if told_of(field).get("cells") == "moment":
        moments = pd.to_datetime(seconds, format=field.format)
        try:
            return moments.astype("datetime64[ns]")
        except pd.errors.OutOfBoundsDatetime:  # before 1677 or after 2262
            return moments
    if text:
        return seconds
    form = field.format or _ISO[field.kind]
    if form in _ISO.values() and not pa.types.is_timestamp(column.type):
        return column.cast(pa.string()).to_pandas()
    return seconds.dt.strftime(form).astype(object)


def _distinct(series: Any) -> Any:
    """Return the texts of a key with a number behind those that occur already."""
    again = series.groupby(series, dropna=False).cumcount()
    return series.where(again == 0, series.astype(str) + "-" + (again + 1).astype(str))


def _filled(field: Field, rows: int, start: int, *, key: bool) -> Any:
    """Return a column that no generator models."""
    if field.kind != "identifier":
        return np.full(rows, None, dtype=object)
    told = told_of(field)
    if told.get("cells") == "integer":
        return np.arange(start, start + rows, dtype=np.int64)
    if "regex_format" in told:
        return _of_regex(field.name, str(told["regex_format"]), rows, start, key=key)
    return np.array([f"id-{number:08d}" for number in range(start, start + rows)], dtype=object)


def _of_regex(name: str, regex: str, rows: int, start: int, *, key: bool) -> Sequence[str]:
    """Return strings of a regular expression in order, again from the first one where there are no more."""
    from rdt.transformers.utils import strings_from_regex  # type: ignore[import-untyped]

    strings, size = strings_from_regex(regex)
    count = max(int(min(size, 2**62)), 1)
    if key and start + rows > count:
        raise UsageError(
            f"The regex_format of the key `{name}` has {count:,} strings, and {start + rows:,} rows were drawn. Widen it, draw fewer rows, "
            "or call `reset_sampling` where earlier rows are not needed."
        )
    return list(itertools.islice(itertools.cycle(strings), start % count, start % count + rows))
