"""A table's cells as codes, batch by batch.

Files of text are parsed by DuckDB. Columns of Parquet keep their types: a number that is coded as a number is taken as it is, and of
everything else each value that occurs in a batch is written as text once and read like any cell of text, so that a cell gets the same
code from either kind of file.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.privacy import Unit
from privsynth.table.cells import label_types_sql, value_sql
from privsynth.table.counting import Codes
from privsynth.table.generalised import generalised
from privsynth.table.source import Source
from privsynth.table.texts import clock_seconds
from privsynth.table.units import owner_sql
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_THREADS = 4
_FEW_TEXTS = 4096
_SHORT_TEXT = 64


class Reading:
    """The modelled columns of a table under a schema.

    Args:
        source: The table, as it is: rules that make cells coarser are applied here.
        schema: Says how cells are read.
        domains: Domains of its modelled columns.
    """

    def __init__(self, source: Source, schema: Schema, domains: Sequence[Domain]) -> None:
        self._source = source
        self._schema = schema
        self._domains = tuple(domains)
        self._known: tuple[dict[str | None, int], ...] = tuple({} for _ in domains)
        self._coarser = {field.name for field in schema.generalised}
        for statement in label_types_sql(domains):
            source.execute(statement)

    def chunks(self) -> Iterator[dict[str, Codes]]:
        """Yield the codes of all rows, in order and in pieces; what does not parse or is unknown has the last code."""
        if self._source.stream is not None:
            yield from _in_threads(self._coded, self._source.stream([domain.name for domain in self._domains]))
            return
        source = generalised(self._source, self._schema)
        expressions = [value_sql(each, self._schema.missing, number) for number, each in enumerate(self._domains)]
        for batch in source.batches(expressions):
            yield {each.name: _to_codes(batch.column(number), each) for number, each in enumerate(self._domains)}

    def owners(self, unit: Unit) -> Iterator[pa.Array]:
        """Yield the unit of each row, in the order of `chunks`, as dictionary arrays of text."""
        if self._source.stream is None or unit.column is None:
            for batch in self._source.batches([owner_sql(unit)]):
                yield batch.column(0).dictionary_encode()
            return
        for batch in self._source.stream([unit.column]):
            texts, index = _distinct(batch.column(0), unit.column)
            names = self._source.beside(texts).arrow([owner_sql(unit)]).column(0).combine_chunks()
            yield _dictionary(index, names)

    def _coded(self, batch: pa.RecordBatch) -> dict[str, Codes]:
        return {
            each.name: self._column(batch.column(each.name), each, number) for number, each in enumerate(self._domains)
        }

    def _column(self, column: pa.Array, domain: Domain, number: int) -> Codes:
        """Code one column of a batch with types of its own."""
        values = None if domain.name in self._coarser else _values(column, domain, self._schema.missing)
        if values is not None:
            return domain.encode_numbers(values)
        texts, index = _distinct(column, domain.name)
        return self._read(texts, domain, number).take(index)

    def _read(self, texts: pa.Table, domain: Domain, number: int) -> Codes:
        """Code cells of text; a column of few texts asks for each of them once."""
        if len(texts) > _FEW_TEXTS:
            return self._queried(texts, domain, number)
        known, cells = self._known[number], texts.column(0).to_pylist()
        if any(cell not in known for cell in cells):
            codes = self._queried(texts, domain, number)
            if len(known) < 10 * _FEW_TEXTS:
                short = ((cell, code) for cell, code in zip(cells, codes, strict=True) if len(cell or "") < _SHORT_TEXT)
                known.update(short)
            return codes
        return np.array([known[cell] for cell in cells], dtype=domain.dtype)

    def _queried(self, texts: pa.Table, domain: Domain, number: int) -> Codes:
        source = generalised(self._source.beside(texts), self._schema)
        return _to_codes(source.arrow([value_sql(domain, self._schema.missing, number)]).column(0), domain)


def _to_codes(column: Any, domain: Domain) -> Codes:
    if domain.labels is not None:
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=domain.dtype)
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    return domain.encode_numbers(values)


def _distinct(column: pa.Array, name: str) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Return a column's values as text, each once and missing at the end, and int64[n]: which of them each cell is."""
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    index, values = None, column
    if (encoded := _encoded(column)) is not None:
        index, values = encoded.indices, encoded.dictionary
    texts = to_text_table(pa.table({name: values}))
    if index is None:
        return texts, np.arange(len(column))
    missing = pa.table({name: pa.nulls(1, type=pa.string())})
    place = index.cast(pa.int64()).fill_null(len(values))
    return pa.concat_tables([texts, missing]).combine_chunks(), np.asarray(
        place.to_numpy(zero_copy_only=False), dtype=np.int64
    )


def _encoded(column: pa.Array) -> Any:
    """Return a column as a dictionary array, or None where its type has none."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        return column
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return None
    try:
        return column.dictionary_encode()
    except (pa.ArrowException, TypeError):  # types of extensions (UUID, JSON), and decimals of 32 and 64 bits
        return None


def _dictionary(index: npt.NDArray[np.int64], names: pa.Array) -> pa.Array:
    """Return a dictionary array without nulls among its values."""
    import pyarrow as pa

    known = names.dictionary_encode()
    return pa.DictionaryArray.from_arrays(known.indices.take(pa.array(index)), known.dictionary)


def _values(column: pa.Array, domain: Domain, missing: Sequence[str]) -> npt.NDArray[np.float64] | None:
    """Return the numbers that a column's own values stand for, NaN where missing; None where their text has to be read."""
    import pyarrow as pa

    kind, field = column.type, domain.field
    if field.kind in ("integer", "number") and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return _numbers(column, missing)
    tokens = any(character.isdigit() for token in missing for character in token)
    if field.kind in ("date", "datetime") and pa.types.is_timestamp(kind) and field.format is None and not tokens:
        try:
            seconds = _seconds(column)
        except pa.ArrowException:  # of a time zone that is not known here: its text is missing, cell by cell
            return None
        return np.floor(seconds / 86400) if field.kind == "date" else seconds
    return None


def _seconds(column: pa.Array) -> npt.NDArray[np.float64]:
    """Return moments as seconds by the clock of their own time zone, as their text has them."""
    import pyarrow as pa

    whole = clock_seconds(column).cast(pa.int64()).cast(pa.float64())
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.float64)


def _numbers(column: pa.Array, missing: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the values of a column of numbers, NaN where missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
    for token in _as_values(missing, column.type):
        equal = np.asarray(pc.fill_null(pc.equal(column, token), False).to_numpy(zero_copy_only=False), dtype=np.bool_)
        same = equal & (np.signbit(values) == np.signbit(float(token.as_py())))  # -0 is written with its sign
        values = np.where(same, np.nan, values)
    return values


def _as_values(missing: Sequence[str], kind: pa.DataType) -> list[pa.Scalar]:
    """Return the tokens for missing cells that a column of numbers may hold: those that its values are written as."""
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    found = []
    for token in missing:
        try:
            value = pa.array([int(token) if pa.types.is_integer(kind) else float(token)]).cast(kind, safe=False)
        except (ValueError, OverflowError, pa.ArrowException):
            continue
        if to_text_table(pa.table({"x": value})).column(0)[0].as_py() == token:
            found.append(value[0])
    return found


def _in_threads(action: Any, batches: Iterator[Any]) -> Iterator[Any]:
    """Yield what an action makes of each batch, in order, a few batches ahead."""
    threads = max(1, min(_MOST_THREADS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2))
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Any]] = deque()
        try:
            for batch in batches:
                ahead.append(pool.submit(action, batch))
                if len(ahead) > threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for each in ahead:
                each.cancel()
