"""The rows that somebody wants completed: some columns of a table, coded, and as they were given."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.table.cells import number_sql, truth_sql
from privsynth.table.frames import read_frame
from privsynth.table.source import Source, open_table
from privsynth.table.sql import cell_sql, quoted
from privsynth.table.urls import is_url
from privsynth.table.write import decode
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import LABELLED, Field, Schema, canonical_label

_MOST_SHOWN = 8
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GivenRows:
    """Rows with some of their columns.

    Args:
        where: How messages name their table.
        count: Number of rows.
        codes: Name of a modelled column -> int64[n]; the domain's size means missing.
        positions: Name of a column of numbers -> float32[n] in [0, 1), the place within the cell.
        columns: Every given column as it is returned, in Arrow's types.
        texts: The columns of a file of text as they are written there; empty for other tables.
    """

    where: str
    count: int
    codes: Mapping[str, npt.NDArray[np.int64]]
    positions: Mapping[str, npt.NDArray[np.float32]]
    columns: Mapping[str, Any]
    texts: Mapping[str, Any]

    def said(self) -> dict[str, Any]:
        """Return what is said of these rows wherever they go, as JSON values."""
        return {"table": self.where, "rows": self.count, "columns": list(self.columns)}


def read_given(table: Any, schema: Schema, *, encoding: str = "utf-8") -> GivenRows:
    """Read rows that are to be completed.

    An empty cell (or a token that the schema takes for one) is given as missing; it is not filled. Columns that the schema
    knows and does not model, such as identifiers, are carried along.

    Args:
        table: A path, a pandas, polars or Arrow frame, or a `Source`.
        schema: Says how cells are read and which values a column may have.
        encoding: Of CSV files.

    Raises:
        SchemaError: a column is not in the schema, or a cell does not parse, is out of its domain, or is missing where it may not
            be; the message names the column and the row, never the cell.
    """
    if not isinstance(table, str | os.PathLike | Source):
        table = read_frame(table)  # a lazy one is computed once: its rows come in any order
    source = open_table(table, encoding=encoding)
    strangers = [name for name in source.names if name not in schema.names]
    if strangers:
        raise SchemaError(
            f"{source.where} has the column `{strangers[0]}`, which the model does not know. Leave it out, or correct its "
            f"name; the model's columns are: {', '.join(schema.names)}."
        )
    source = source.loaded()
    fields = [field for field in schema.modelled if field.name in source.names]
    texts = source.arrow([quoted(name) for name in source.names]).rename_columns(list(source.names))
    codes: dict[str, npt.NDArray[np.int64]] = {}
    positions: dict[str, npt.NDArray[np.float32]] = {}
    written = {name: texts.column(name) for name in source.names}
    columns = dict(written)
    for field in fields:
        read = _labels if field.kind in LABELLED else _numbers
        codes[field.name], places, columns[field.name] = read(source, field, schema)
        if places is not None:
            positions[field.name] = places
    typed = _as_they_are(source.path if is_url(table) else table, source.names, texts.num_rows)
    return GivenRows(
        where=source.where,
        count=texts.num_rows,
        codes=codes,
        positions=positions,
        columns=typed or columns,
        texts={} if typed else written,
    )


def _as_they_are(table: Any, names: tuple[str, ...], rows: int) -> dict[str, Any]:
    """Return the columns of a table that has types of its own; nothing for text, or where Arrow has no such type."""
    from privsynth.table.frames import as_typed

    found = None if table is None or isinstance(table, Source) else as_typed(table)
    if found is None or found.num_rows != rows:  # a stream is read once only
        return {}
    return dict(zip(names, found.columns, strict=True))


def _labels(source: Source, field: Field, schema: Schema) -> tuple[npt.NDArray[np.int64], None, Any]:
    domain = Domain.of(field)
    cell = cell_sql(field.name, schema.missing)
    read = source.arrow([f"{truth_sql(cell) if field.truth else cell} AS c0", f"{cell} IS NULL AS c1"])
    encoded = read.column(0).combine_chunks().dictionary_encode()
    known = domain.lookup()
    code_of = np.array(
        [*(known.get(canonical_label(text), domain.size) for text in encoded.dictionary.to_pylist()), domain.size],
        dtype=np.int64,
    )
    index = encoded.indices.fill_null(len(code_of) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    codes = code_of[index]
    _check(source, field, codes >= domain.size, _bools(read.column(1)))
    return codes, None, decode(schema, {field.name: domain}, {field.name: codes}, {}).column(0)


def _numbers(
    source: Source, field: Field, schema: Schema
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], Any]:
    import pyarrow as pa

    domain = Domain.of(field)
    assert domain.edges is not None  # noqa: S101 - for the type checker
    cell = cell_sql(field.name, schema.missing)
    read = source.arrow([f"{number_sql(field, schema.missing)} AS c0", f"{cell} IS NULL AS c1"])
    missing = _bools(read.column(1))
    values = np.asarray(read.column(0).to_numpy(), dtype=np.float64)
    codes = domain.encode_numbers(values).astype(np.int64)
    wrong = codes >= domain.size
    clean = np.where(wrong, domain.edges[0], values)
    if field.kind == "integer":
        wrong |= clean != np.floor(clean)
    if field.step is not None:
        wrong |= np.abs(clean / field.step - np.round(clean / field.step)) > 1e-6
    _check(source, field, wrong, missing)
    inside = np.where(missing, 0, codes)
    width = domain.edges[inside + 1] - domain.edges[inside]
    middle = 0.5 if domain.whole else 0.0  # of a whole number's own stretch, so that rounding leads back to it
    places = np.clip((clean - domain.edges[inside] + middle) / width, 0.0, 1 - 1e-6)
    places = np.where(missing, 0.0, places).astype(np.float32)
    if field.kind in ("date", "datetime"):
        column = decode(schema, {field.name: domain}, {field.name: codes}, {field.name: places}).column(0)
        column = source.arrow([f"{cell} AS c0"]).column(0) if pa.types.is_string(column.type) else column
        return codes, places, _moments(column, clean, missing)
    return codes, places, pa.array(clean.astype(np.int64) if field.kind == "integer" else clean, mask=missing)


def _moments(column: Any, values: npt.NDArray[np.float64], missing: Bools) -> Any:
    """Return dates or moments in the type that sampled ones have; those in a format of their own stay as they are written."""
    import pyarrow as pa

    if pa.types.is_string(column.type):
        return column
    whole = values.astype(np.int32 if pa.types.is_date(column.type) else np.int64)
    return pa.array(whole, mask=missing).cast(column.type)


def _bools(column: Any) -> Bools:
    return np.asarray(column.to_numpy(), dtype=np.bool_)


def _check(source: Source, field: Field, wrong: Bools, missing: Bools) -> None:
    """Refuse cells that are no value of their column."""
    rule = "is missing, and may not be" if field.required else ""
    bad = missing if field.required and bool(missing.any()) else wrong & ~missing
    if not bad.any():
        return
    first, count = int(np.argmax(bad)) + 1, int(bad.sum())
    others = f" (as in {count - 1:,} more)" if count > 1 else ""
    what = rule if rule and bad is missing else f"is no {_allowed(field)}"
    raise SchemaError(
        f"Column `{field.name}` of {source.where}: the cell in row {first} below the header{others} {what}. "
        "Correct these cells, or leave the column out so that it is drawn."
    )


def _allowed(field: Field) -> str:
    """Say in words which values a column may have."""
    if field.kind in LABELLED:
        labels = field.enum or ("true", "false")
        more = f" and {len(labels) - _MOST_SHOWN} more" if len(labels) > _MOST_SHOWN else ""
        return f"label of it: {', '.join(repr(label) for label in labels[:_MOST_SHOWN])}{more}"
    what = {"integer": "whole number", "datetime": "date and time"}.get(field.kind, field.kind)
    step = f" that is a multiple of {field.step:g}" if field.step is not None else ""
    return f"{what} from {field.minimum} to {field.maximum}{step}"
