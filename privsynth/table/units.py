"""Whose row a row is: at most so many rows of a unit, and holdouts, by coins that follow from the unit alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import ResourceError
from privsynth.noise import UnitCoins
from privsynth.privacy import Private, Unit
from privsynth.table.source import Source
from privsynth.table.sql import literal, quoted, short_sql

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_PART_ROWS = 1 << 21


def owner_sql(unit: Unit) -> str:
    """Return SQL of the unit that a row belongs to, as the column `unit_`."""
    return "CAST(0 AS UTINYINT) AS unit_" if unit.column is None else f"{short_sql(quoted(unit.column))} AS unit_"


def rows_used(owners: Any, unit: Unit, key: bytes, keep: Private[Bools] | None) -> Bools:
    """Return which rows of `keep` are used so that no unit has more than `max_rows` of them.

    Args:
        owners: Arrow array of each row's unit, or such arrays of the parts of a table, in order. Of these, 17 bytes a row are kept.
        unit: Who is protected.
        key: Secret key of the coins.
        keep: bool[n], or None for all.

    Raises:
        ResourceError: there are not as many rows as `keep` has.
    """
    if unit.column is None:
        return np.ones(len(owners), dtype=np.bool_) if keep is None else keep.reveal()
    return rows_and_units(owners, unit, key, keep, number=False)[0]


def rows_and_units(
    owners: Any, unit: Unit, key: bytes, keep: Private[Bools] | None, *, number: bool = True
) -> tuple[Bools, Ints]:
    """Return which rows are used, as `rows_used` does, and whose each of these is.

    Args:
        owners: As for `rows_used`.
        unit: Who is protected, by a column.
        key: Secret key of the coins.
        keep: bool[n], or None for all.
        number: Whether to number the units; without it, the second answer is empty.

    Returns:
        bool[n], and int64[used]: a number of the unit of each used row, from 0 in the order of the units' first used rows. A row
        without a unit has a number of its own.

    Raises:
        ResourceError: there are not as many rows as `keep` has.
    """
    coins = UnitCoins(key)
    found = [_identities(part, coins) for part in _parts(owners)]
    names = np.concatenate([np.zeros((0, 2), dtype=np.uint64), *(each[0] for each in found)])
    nobody = np.concatenate([np.zeros(0, dtype=np.bool_), *(each[1] for each in found)])
    del found
    used = np.ones(len(nobody), dtype=np.bool_) if keep is None else keep.reveal()
    if len(used) != len(nobody):
        raise ResourceError("The table changed while it was read. Let nothing write to it, and run it again.")
    used = used & (nobody | _bounded(names, used & ~nobody, unit, coins))
    return used, _by_first_row(names[used], nobody[used]) if number else np.zeros(0, dtype=np.int64)


def _by_first_row(names: npt.NDArray[np.uint64], nobody: Bools) -> Ints:
    """Return a number of each row's unit, from 0 in the order of the units' first rows; rows without a unit have their own."""
    first = np.arange(len(names))
    known = np.flatnonzero(~nobody)
    bits, rest = names[known].T
    same = np.lexsort((rest, bits))  # stable: rows of a unit stay in order
    rows, owner = known[same], _numbered(bits[same], rest[same])
    first[rows] = rows[np.searchsorted(owner, owner)]
    return np.asarray(np.cumsum(first == np.arange(len(names)))[first] - 1, dtype=np.int64)


def _parts(owners: Any) -> Iterable[Any]:
    if hasattr(owners, "iterchunks"):
        return owners.iterchunks()  # type: ignore[no-any-return]
    return [owners] if hasattr(owners, "buffers") else owners


def _identities(owners: Any, coins: UnitCoins) -> tuple[npt.NDArray[np.uint64], Bools]:
    """Return uint64[n, 2] that stand for the units, and bool[n] where there is none."""
    encoded = owners if hasattr(owners, "dictionary") else owners.dictionary_encode()
    names = coins.keyed([(text or "").encode("utf-8") for text in encoded.dictionary.to_pylist()])
    index = np.asarray(encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.concatenate([names, np.zeros((1, 2), dtype=np.uint64)])[index], index == len(names)


def _bounded(names: npt.NDArray[np.uint64], used: Bools, unit: Unit, coins: UnitCoins) -> Bools:
    """Return the used rows that are kept so that no unit has more than `max_rows`."""
    kept = np.zeros(len(used), dtype=np.bool_)
    for rows in _split(names[:, 0], used):
        bits, rest = names[rows].T
        same = np.lexsort((rest, bits))  # stable: rows of a unit stay in order
        owner = _numbered(bits[same], rest[same])
        ordinal = _occurrence(owner)
        priority = coins.mixed(bits[same], ordinal)
        order = np.lexsort((priority, owner))
        kept[rows[same[order]]] = _occurrence(owner[order]) < unit.max_rows
    return kept


def _split(bits: npt.NDArray[np.uint64], used: Bools) -> Iterator[Ints]:
    """Yield the used rows in parts of bounded size that hold all rows of a unit or none; a unit's part follows from its bits."""
    shift = np.uint64(64 - max(len(used) // _PART_ROWS, 0).bit_length())
    if shift == 64:
        yield np.flatnonzero(used)
        return
    part = (bits >> shift).astype(np.uint16)
    for each in range(1 << int(64 - shift)):
        yield np.flatnonzero(used & (part == each))


def _numbered(bits: npt.NDArray[np.uint64], rest: npt.NDArray[np.uint64]) -> Ints:
    """Return a number for each run of equal pairs."""
    new = np.ones(len(bits), dtype=np.bool_)
    new[1:] = (bits[1:] != bits[:-1]) | (rest[1:] != rest[:-1])
    return np.cumsum(new)


def _occurrence(values: Ints) -> Ints:
    """Return for each element how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]]) if len(ranked) else np.zeros(0, dtype=np.bool_)
    start = np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    out = np.empty(len(values), dtype=np.int64)
    out[order] = np.arange(len(ranked)) - start
    return out


def split_units(source: Source, unit: Unit, share_percent: int, key: bytes) -> Private[Bools]:
    """Draw a holdout by an independent coin of each unit (each row without a unit column).

    A row's coin is a function of its own content and of how many equal rows stand before it, so that another row never moves it.

    Args:
        source: The table.
        unit: Who is protected.
        share_percent: Expected share of units in the holdout.
        key: Secret key of the coins.

    Returns:
        bool[n]: True where a row is in the holdout.
    """
    from fractions import Fraction

    expressions = [f"{_keyed_hash(source.names, key)} AS row_"]
    if unit.column is not None:
        expressions += [f"{quoted(unit.column)} IS NULL AS nobody_", f"{_keyed_hash([unit.column], key)} AS owner_"]
    table = source.arrow(expressions)
    rows = np.asarray(table.column("row_").to_numpy(), dtype=np.uint64)
    coins = UnitCoins(key)
    own = coins.mixed(rows, _occurrence(rows.view(np.int64)))
    if unit.column is not None:
        owners = np.asarray(table.column("owner_").to_numpy(), dtype=np.uint64)
        shared = coins.mixed(owners, np.full(len(owners), 2**32))
        own = np.where(np.asarray(table.column("nobody_").to_numpy(zero_copy_only=False), dtype=np.bool_), own, shared)
    return Private(coins.chosen(own, Fraction(share_percent, 100)))


def _keyed_hash(names: Sequence[str], key: bytes) -> str:
    """Return SQL of 64 bits of a row's cells under a secret key, so that nobody can plant rows that collide with another's."""
    cells = ", ".join(f"coalesce(concat(length({quoted(name)}), ':', {quoted(name)}), '-')" for name in names)
    return f"CAST(concat('0x', substr(sha256(concat({literal(key.hex())}, {cells})), 1, 16)) AS UBIGINT)"


def numbers_of(mask: Private[Bools]) -> Private[Ints]:
    """Return the numbers, from 0, of the rows that a mask keeps."""
    return Private(np.flatnonzero(mask.reveal()).astype(np.int64))


def others(mask: Private[Bools]) -> Private[Bools]:
    """Return the rows that a mask leaves out."""
    return Private(~mask.reveal())
