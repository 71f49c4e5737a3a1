"""Synthetic codes as a table again: labels, whole numbers, dates in their format; CSV, Parquet, Arrow, JSON lines."""

from __future__ import annotations

import gzip
import io
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from privsynth.errors import UsageError
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)*|[.]\d+)([eE][+-]?\d+)?")
_NATIVE = {"date": (None, "%Y-%m-%d"), "datetime": (None, "%Y-%m-%d %H:%M:%S")}
_WRITE_ROWS = 1 << 17


def decode(
    schema: Schema, domains: Mapping[str, Domain], codes: Mapping[str, Any], positions: Mapping[str, Any]
) -> Any:
    """Turn codes into a `pyarrow.Table` with the modelled columns in the schema's order.

    Args:
        schema: Says the order of the columns.
        domains: Column name -> domain.
        codes: Column name -> int[n]; the domain's size means missing.
        positions: Column name -> float[n], the place within the cell of a number.
    """
    import pyarrow as pa

    names = [name for name in schema.names if name in codes]
    columns = [
        _labels(domains[name], codes[name])
        if domains[name].labels is not None
        else _numbers(domains[name], codes[name], positions[name])
        for name in names
    ]
    return pa.table(columns, names=names)


def _labels(domain: Domain, codes: npt.NDArray[Any]) -> Any:
    import pyarrow as pa

    labels = list(domain.labels or ())
    missing = codes >= domain.size
    if domain.field.truth:
        return pa.array(np.array([label == "true" for label in labels])[np.where(missing, 0, codes)], mask=missing)
    whole = all(is_whole(label) for label in labels)
    values = pa.array([int(label) for label in labels] if whole else labels, type=pa.int64() if whole else pa.string())
    index = pa.array(np.where(missing, 0, codes).astype(np.int32), mask=missing)
    return values.take(index)


def is_whole(label: str) -> bool:
    """Return whether a label is a whole number as it is usually written, which a column of numbers gives back as it was."""
    return label.lstrip("-").isdecimal() and len(label) < 16 and str(int(label)) == label


def _numbers(domain: Domain, codes: npt.NDArray[Any], positions: npt.NDArray[Any]) -> Any:
    import pyarrow as pa

    missing = codes >= domain.size
    values = values_of(domain, codes, positions)
    if not domain.whole:
        return pa.array(values, mask=missing)
    whole = values.astype(np.int64)
    moments = domain.field.kind in ("date", "datetime")
    return _moments(domain, whole, missing) if moments else pa.array(whole, mask=missing)


def values_of(domain: Domain, codes: npt.NDArray[Any], positions: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the numbers that codes and positions are written as (days or seconds of moments), anything where missing."""
    assert domain.edges is not None  # noqa: S101 - for the type checker
    cell = np.where(codes >= domain.size, 0, codes)
    left = domain.edges[cell]
    values: npt.NDArray[np.float64] = left + positions.astype(np.float64) * (domain.edges[cell + 1] - left)
    low, high = domain.field.bounds()
    step = domain.field.step
    if step is not None:  # a multiple of the step, wherever within its cell the value fell
        ends = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        values = (np.floor(values / step) if domain.whole else np.clip(np.round(values / step), *ends)) * step
    if domain.whole:
        low, high, values = math.ceil(low), math.floor(high), np.floor(values)
    elif (digits := decimals_of(domain)) <= 12:
        values = np.round(values, digits)
    within: npt.NDArray[np.float64] = np.clip(values, low, high) + 0.0  # no minus before zero
    return within


def decimals_of(domain: Domain) -> int:
    """Return the digits after the point that a number is written with: the declared ones, or enough for its grid."""
    if domain.field.decimals is not None:
        return domain.field.decimals
    assert domain.edges is not None  # noqa: S101 - for the type checker
    narrowest = float(np.diff(domain.edges[:-1]).min()) if domain.size > 1 else 1.0
    return int(min(max(0, 2 - math.floor(math.log10(narrowest))), 15))


def _moments(domain: Domain, whole: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]) -> Any:
    """Return dates and datetimes: as Arrow's own types, written as ISO, or as text in another format."""
    import pyarrow as pa
    import pyarrow.compute as pc

    date = domain.field.kind == "date"
    array = (
        pa.array(whole.astype(np.int32), mask=missing).cast(pa.date32())
        if date
        else pa.array(whole, mask=missing).cast(pa.timestamp("s"))
    )
    if domain.field.format in _NATIVE[domain.field.kind]:
        return array
    unique = array.dictionary_encode()
    texts = pc.strftime(unique.dictionary.cast(pa.timestamp("s")), format=domain.field.format.replace("%f", "000000"))
    return texts.cast(pa.string()).take(unique.indices)


def write_table(table: Any, path: Path, target: BinaryIO, *, raw: bool = False) -> None:
    """Write a `pyarrow.Table` in the form that the path's ending names; see `write_batches`."""
    write_batches([table], path, target, raw=raw)


def write_batches(batches: Iterable[Any], path: Path, target: BinaryIO, *, raw: bool = False) -> int:
    """Write batches of rows one after the other, in the form that the path's ending names; only one is in memory at a time.

    Args:
        batches: `pyarrow.Table`s of one schema, at least one; each becomes a row group where the form has such groups.
        path: Only its name is looked at: .csv, .tsv, .txt, .jsonl (also .gz), .parquet, .arrow, .feather; a device
            gets CSV.
        target: An open binary file.
        raw: Leave text cells that a spreadsheet would run as formulas as they are.

    Returns:
        How many rows were written.

    Raises:
        UsageError: the ending is not known.
    """
    name = path.name.lower() if not is_device(path) else "device.csv"
    if name.endswith((".csv.gz", ".tsv.gz", ".txt.gz", ".jsonl.gz", ".ndjson.gz")):
        with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=4, mtime=0, filename="") as packed:
            return write_batches(batches, Path(path.name[:-3]), packed, raw=raw)  # type: ignore[arg-type]
    if is_text(path):
        return _write_csv(batches, target, "\t" if name.endswith(".tsv") else ",", raw=raw)
    if name.endswith((".parquet", ".pq")):
        return _write_parquet(batches, target)
    if name.endswith((".arrow", ".feather", ".ipc")):
        return _write_arrow(batches, target)
    if name.endswith((".jsonl", ".ndjson")):
        return sum(_write_json_lines(table, target) for table in batches)
    raise UsageError(
        f"{path.name} has an ending that cannot be written. Use .csv, .tsv or .jsonl (also .gz), .parquet, .arrow "
        "or .feather."
    )


def is_text(path: Path) -> bool:
    """Return whether a table is written there as delimited text, in which every cell is as it is spelled."""
    return is_device(path) or path.name.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".txt"))


def keeps_metadata(path: Path) -> bool:
    """Return whether the form that a path's ending names has room for what is said about a table."""
    return path.name.lower().endswith((".parquet", ".pq", ".arrow", ".feather", ".ipc"))


def _write_parquet(batches: Iterable[Any], target: BinaryIO) -> int:
    import pyarrow.parquet as pq

    first, rest = _first(batches)
    with pq.ParquetWriter(target, first.schema) as writer:
        return sum(_written(writer, table) for table in rest)


def _write_arrow(batches: Iterable[Any], target: BinaryIO) -> int:
    import pyarrow as pa

    first, rest = _first(batches)
    with pa.ipc.new_file(target, first.schema) as writer:
        return sum(_written(writer, table) for table in rest)


def _first(batches: Iterable[Any]) -> tuple[Any, Iterable[Any]]:
    """Return the first batch, and all of them."""
    each = iter(batches)
    first = next(each)
    return first, itertools.chain([first], each)


def _written(writer: Any, table: Any) -> int:
    writer.write_table(table)
    return int(table.num_rows)


def is_device(path: Path) -> bool:
    """Return whether a path is a pipe or a device."""
    return path.exists() and not (path.is_file() or path.is_dir())


def check_output_name(path: Path) -> None:
    """Refuse an output whose ending cannot be written, before any work is done."""
    import pyarrow as pa

    write_table(pa.table({"a": [1]}), path, io.BytesIO())


def _write_csv(batches: Iterable[Any], target: BinaryIO, delimiter: str, *, raw: bool) -> int:
    """Write CSV with quotes where a text needs them and, up to the first batch with such a text, nowhere else."""
    import pyarrow as pa
    import pyarrow.csv as pc

    rows, style = 0, "none"
    for number, table in enumerate(batches):
        columns = [_text_and_quotes(table.column(place), delimiter, raw=raw) for place in range(table.num_columns)]
        style = "needed" if any(quotes for _, quotes in columns) else style
        options = pc.WriteOptions(
            include_header=False, delimiter=delimiter, quoting_style=style, batch_size=_WRITE_ROWS
        )
        if number == 0:
            target.write(_csv_header(table.column_names, delimiter, raw=raw))
        named = pa.table([column for column, _ in columns], names=table.column_names)
        pc.write_csv(named, target, write_options=options)
        rows += table.num_rows
    return rows


def _csv_header(names: Sequence[str], delimiter: str, *, raw: bool) -> bytes:
    cells = [name if raw else _neutral(name) for name in names]
    structural = {delimiter, '"', "\r", "\n"}
    quoted = [cell if structural.isdisjoint(cell) else '"' + cell.replace('"', '""') + '"' for cell in cells]
    return (delimiter.join(quoted) + "\n").encode("utf-8")


def _text_and_quotes(column: Any, delimiter: str, *, raw: bool) -> tuple[Any, bool]:
    """Return a column ready for CSV, its text neutral unless `raw`, and whether a text of it needs quotes."""
    import pyarrow as pa

    if not pa.types.is_string(column.type):
        return column, False
    encoded = column.combine_chunks().dictionary_encode()
    given = encoded.dictionary.to_pylist()
    texts = given if raw else [_neutral(text) for text in given]
    structural = {delimiter, '"', "\r", "\n"}
    quotes = any(not text or not structural.isdisjoint(text) for text in texts)
    return (column if texts == given else pa.array(texts, type=pa.string()).take(encoded.indices)), quotes


def _neutral(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run (OWASP, "CSV injection"); numbers stay."""
    return "'" + text if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _write_json_lines(table: Any, target: BinaryIO) -> int:
    import json

    for batch in table.to_batches(max_chunksize=_WRITE_ROWS):
        rows = batch.to_pylist()
        target.write("".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows).encode("utf-8"))
    return int(table.num_rows)
