"""The distinct values of a column and how often each occurs, counted without turning cells into Python objects."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import ResourceError

if TYPE_CHECKING:
    import pyarrow as pa

_MISSING_WORDS = (
    "na n/a n.a. nan nat null none nil ? - -- --- . .. ... … – — _ unknown missing undefined #n/a <na> (null) [null] \\n"
    " #null! #value! #ref! #name? #div/0! #num!"
)
MISSING = frozenset(("", *_MISSING_WORDS.split()))
_LONGEST_MISSING = 9
_DATABASE_FROM = 20_000  # cells from which DuckDB counts and hashes faster
_LARGE_BYTES = 1 << 30  # text of this size needs 64-bit offsets
_KEY = b"privsynth scan"  # any constant: the choice of values depends on it and on the values alone
_HASH_BITS = 52  # exact in a float64
_COUNT = "SELECT v, count(*) AS n FROM given_ WHERE v IS NOT NULL GROUP BY v"
_HASH = f"SELECT hash(v, '{_KEY.decode()}') >> {64 - _HASH_BITS} AS h FROM given_"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """Distinct trimmed texts, without those that mean missing.

    Attributes:
        texts: The values, in no order that means anything.
        counts: int64[values], cells of each.
        uniform: float64[values] in (0, 1), a hash of each value: an order by it does not depend on the order of the rows.
    """

    texts: pa.Array
    counts: npt.NDArray[np.int64]
    uniform: npt.NDArray[np.float64]

    @property
    def cells(self) -> int:
        """Non-missing cells."""
        return int(self.counts.sum())


def distinct_of(cells: Any) -> Distinct:
    """Count the distinct values of a column.

    Args:
        cells: An Arrow array of any type, or any iterable of Python objects, in which None is missing.

    Returns:
        The trimmed values and their counts. Nothing in a cell can raise.

    Raises:
        ResourceError: the memory is too small.
    """
    import duckdb
    import pyarrow as pa

    column = _as_text(cells)
    try:
        return _distinct(column)
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise ResourceError(
            "There was not enough memory for the scan of a column. Free some and run it again."
        ) from None
    except (pa.ArrowInvalid, UnicodeError, duckdb.Error):  # bytes that are no UTF-8, which nobody checked before
        texts = [_python_text(cell) for cell in _binary(column)]
    return _distinct(pa.array(texts, type=pa.large_string()))


def _distinct(column: Any) -> Distinct:
    import pyarrow.compute as pc

    from privsynth.table.connection import connect

    if len(column) < _DATABASE_FROM:
        counted = pc.value_counts(column.drop_null())
        texts, counts = _present(_whole(counted.field("values")), counted.field("counts").to_numpy())
        return Distinct(texts=texts, counts=counts, uniform=_uniform(texts.to_pylist()))
    with connect() as connection:
        table = _queried(connection, column, _COUNT)
        texts, counts = _present(_whole(table.column("v")), table.column("n").to_numpy())
        hashes = _queried(connection, texts, _HASH).column("h").to_numpy()
    return Distinct(texts=texts, counts=counts, uniform=(hashes.astype(np.float64) + 0.5) / 2.0**_HASH_BITS)


def _present(values: Any, counts: npt.NDArray[np.int64]) -> tuple[Any, npt.NDArray[np.int64]]:
    """Trim the values, add up those that then coincide, and leave out what means missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(values)
    changed = pc.any(pc.not_equal(trimmed, values)).as_py()
    absent = _absent(trimmed)
    if absent.size:
        present = np.ones(len(trimmed), dtype=bool)
        present[absent] = False
        trimmed, counts = trimmed.filter(pa.array(present)), counts[present]
    if changed:
        table = pa.table({"v": trimmed, "n": counts}).group_by("v", use_threads=False).aggregate([("n", "sum")])
        trimmed, counts = _whole(table.column("v")), table.column("n_sum").to_numpy()
    return trimmed, np.asarray(counts, dtype=np.int64)


def _absent(texts: Any) -> npt.NDArray[np.intp]:
    """Return the places of the texts that mean missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    short: npt.NDArray[np.intp] = np.flatnonzero(np.asarray(pc.less_equal(pc.binary_length(texts), _LONGEST_MISSING)))
    if not short.size:
        return short
    some = pc.utf8_lower(texts.take(short))
    absent = np.asarray(pc.is_in(some, value_set=pa.array(sorted(MISSING), type=texts.type)), dtype=np.bool_)
    return short[absent]


def _uniform(texts: list[str]) -> npt.NDArray[np.float64]:
    hashes = (hashlib.blake2b(text.encode(), digest_size=8, key=_KEY).digest() for text in texts)
    drawn = np.array([int.from_bytes(each, "big") >> (64 - _HASH_BITS) for each in hashes], dtype=np.float64)
    return (drawn + 0.5) / 2.0**_HASH_BITS


def chosen_of(counts: npt.NDArray[np.int64], uniform: npt.NDArray[np.float64], most: int) -> tuple[Any, int]:
    """Choose values for a test: a uniform sample of the distinct values, joined with one of the rows.

    The first orders values by their uniform number; the second by ``-log(1 - number) / count``, which draws them with
    probabilities in proportion to their counts, without replacement. Both take the first ``r``, with the largest ``r``
    whose union has at most ``most`` values. A kind of value that a share p of the distinct values has, or a share p of the rows,
    is in the union with probability 1 - (1 - p)^r at least.

    Args:
        counts: int64[values], cells of each.
        uniform: float64[values].
        most: Values at most, positive.

    Returns:
        int64[chosen] places of the chosen values, by their uniform number; and ``r``.

    Source:
        P. Efraimidis, P. Spirakis, Weighted random sampling with a reservoir (2006), for the order by rows.
    """
    if counts.size <= most:
        return np.argsort(uniform, kind="stable"), counts.size
    ranks = np.full(counts.size, most, dtype=np.int64)
    for order in (uniform, -np.log1p(-uniform) / counts):
        first = np.argpartition(order, most)[:most]
        first = first[np.argsort(order[first], kind="stable")]
        ranks[first] = np.minimum(ranks[first], np.arange(most))
    within = np.sort(ranks[ranks < most])
    drawn = int(within[most]) if within.size > most else most
    chosen = np.flatnonzero(ranks < drawn) if drawn else np.array([int(np.argmin(uniform))])
    return chosen[np.argsort(uniform[chosen], kind="stable")], max(1, drawn)


def _as_text(cells: Any) -> Any:
    """Return cells as one Arrow array or chunked array of text."""
    import pyarrow as pa

    if not isinstance(cells, pa.Array | pa.ChunkedArray):
        return pa.array(_python_texts(cells), type=pa.large_string())
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        from privsynth.table.frames import to_text_table

        cells = to_text_table(pa.table({"cells": cells})).column("cells")
    large = cells.nbytes > _LARGE_BYTES and not pa.types.is_large_string(cells.type)
    return cells.cast(pa.large_string()) if large else cells


def _binary(column: Any) -> list[bytes | None]:
    import pyarrow as pa

    large = pa.types.is_large_string(column.type)
    cells: list[bytes | None] = column.cast(pa.large_binary() if large else pa.binary()).to_pylist()
    return cells


def _python_texts(cells: Iterable[Any]) -> list[str | None]:
    return [cell if isinstance(cell, str) and cell.isascii() else _python_text(cell) for cell in cells]


def _python_text(cell: Any) -> str | None:
    """Return the text of any Python object; what is no Unicode is written as an escape, and no cell can raise."""
    if cell is None:
        return None
    try:
        text = cell if isinstance(cell, str) else _other_text(cell)
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    except Exception:  # a cell's own code may do anything
        return None


def _other_text(cell: Any) -> str:
    return bytes(cell).decode("utf-8", "backslashreplace") if isinstance(cell, bytes | bytearray) else str(cell)


def _queried(connection: Any, texts: Any, query: str) -> Any:
    """Run SQL over texts, the column ``v`` of ``given_``."""
    import pyarrow as pa

    connection.register("given_", pa.table({"v": texts}))
    return connection.sql(query).to_arrow_table()


def _whole(texts: Any) -> Any:
    """Return texts as one array."""
    import pyarrow as pa

    if not isinstance(texts, pa.ChunkedArray):
        return texts
    if texts.nbytes > _LARGE_BYTES:
        texts = texts.cast(pa.large_string())
    whole = texts.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
