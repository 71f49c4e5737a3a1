"""Which columns single people out when combined: exact counts over all subsets of up to three columns.

All of it is computed from private rows without noise. It is unpaid: for the owner's report only, and it decides nothing in
a fit. A row that is unique in the table is *sample-unique*: other people outside the table may share its values, so it need
not be unique in the population; and with every row of a population, it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

LEAST = 0.01  # share of rows that a combination, and each column of it, must single out
SHOWN = 50  # combinations that are returned at most
MOST_ROWS = 1_000_000  # rows above which a uniform sample of that many is counted
_DENSE = 2  # keys per row up to which counting beats sorting

Codes = npt.NDArray[np.int64]
_Counts: TypeAlias = dict[
    tuple[int, ...], tuple[int, int, int]
]  # subset -> unique rows, distinct groups, smallest group


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """How far a set of columns tells rows apart.

    Attributes:
        columns: Names, in the order of the table.
        unique_share: ``unique_rows`` of ``rows``.
        unique_rows: Rows that no other row equals in all these columns.
        smallest_k: Rows of the smallest group of equal rows (the k of k-anonymity).
        distinct: Groups of equal rows.
        rows: Rows that were counted: all, or those of a uniform sample (then ``unique_share`` is an upper bound of
            what all rows give).
    """

    columns: tuple[str, ...]
    unique_share: float
    unique_rows: int
    smallest_k: int
    distinct: int
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Return the combination as a JSON object."""
        return {
            "columns": list(self.columns),
            "unique_share": round(self.unique_share, 6),
            "unique_rows": self.unique_rows,
            "smallest_k": self.smallest_k,
            "distinct": self.distinct,
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """Rows grouped by some columns, less the rows that are already alone.

    Attributes:
        rows: Numbers of the rows that share their group, or None for all rows.
        ids: Dense number of the group of each of them.
        size: Number of these groups.
        alone: Rows that were left out because they are unique.
    """

    rows: npt.NDArray[np.intp] | None
    ids: Codes
    size: int
    alone: int


def _dense(codes: Codes) -> tuple[Codes, int]:
    """Renumber codes from 0 without gaps, so that no key of two columns can overflow int64."""
    codes = np.asarray(codes, dtype=np.int64)
    if not codes.size:
        return codes, 0
    low, high = int(codes.min()), int(codes.max())
    if high - low < max(1024, 4 * codes.size):
        used = np.zeros(high - low + 1, dtype=np.bool_)
        used[codes - low] = True
        places = np.cumsum(used, dtype=np.int64) - 1
        return places[codes - low], int(places[-1]) + 1
    levels, inverse = np.unique(codes, return_inverse=True)
    return inverse.astype(np.int64, copy=False), len(levels)


def _keys(groups: _Groups, codes: Codes, size: int) -> tuple[Codes, int]:
    """Radix keys of groups and one more column (both dense: the product is at most rows squared), and their bound."""
    part = codes if groups.rows is None else codes[groups.rows]
    bound = groups.size * size
    keys = groups.ids * size + part
    return (keys if bound >= 2**31 else keys.astype(np.int32)), bound


def _edges(ordered: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Mark where a new key begins in sorted keys, and the end: bool[keys + 1]."""
    edges = np.empty(ordered.size + 1, dtype=np.bool_)
    edges[0] = edges[-1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=edges[1:-1])
    return edges


def _census(keys: npt.NDArray[Any], bound: int) -> tuple[int, int, int]:
    """Return the keys that occur once, the distinct keys, and the smallest count."""
    if not keys.size:
        return 0, 0, 0
    if bound <= _DENSE * keys.size:
        counts = np.bincount(keys, minlength=1)
        counts = counts[counts > 0]
        return int(np.count_nonzero(counts == 1)), int(counts.size), int(counts.min())
    edges = _edges(np.sort(keys))
    once, distinct = int(np.count_nonzero(edges[:-1] & edges[1:])), int(np.count_nonzero(edges)) - 1
    return once, distinct, 1 if once else int(np.diff(np.flatnonzero(edges)).min())


def _refined(groups: _Groups, codes: Codes, size: int) -> _Groups:
    """Split groups by one more column, and leave out the rows that are alone now: they stay alone."""
    keys, bound = _keys(groups, codes, size)
    if bound <= _DENSE * keys.size:
        shared = np.bincount(keys, minlength=1) > 1
        kept = np.flatnonzero(shared[keys])
        ids, number = (np.cumsum(shared, dtype=np.int64) - 1)[keys[kept]], int(np.count_nonzero(shared))
    else:
        kept, ids, number = _sorted_groups(keys, bound)
    rows = kept if groups.rows is None else groups.rows[kept]
    return _Groups(rows=rows, ids=ids, size=number, alone=groups.alone + keys.size - kept.size)


def _sorted_groups(keys: npt.NDArray[Any], bound: int) -> tuple[npt.NDArray[np.intp], Codes, int]:
    """Return places, dense group numbers and number of the groups of two and more keys, in the order of the keys."""
    bits = int(keys.size).bit_length()
    if bound.bit_length() + bits < 64:  # one sort of key and place together is several times faster than an argsort
        packed = np.sort((keys.astype(np.int64) << bits) | np.arange(keys.size))
        places, ordered = packed & ((1 << bits) - 1), packed >> bits
    else:
        places = np.argsort(keys, kind="stable")
        ordered = keys[places]
    edges = _edges(ordered)
    shared = ~(edges[:-1] & edges[1:])
    first = edges[:-1][shared]
    ids = np.cumsum(first, dtype=np.int64) - 1
    return places[shared].astype(np.intp, copy=False), ids, int(np.count_nonzero(first))


def _counted(groups: _Groups, codes: Codes, size: int, rows: int) -> tuple[int, int, int]:
    """Return unique rows, distinct groups and the smallest group after splitting by one more column."""
    keys, bound = _keys(groups, codes, size)
    once, distinct, least = _census(keys, bound)
    return once + groups.alone, distinct + groups.alone, 1 if groups.alone else (least if rows else 0)


@dataclass(frozen=True, slots=True)
class _Search:
    """All subsets of up to ``largest`` columns, given as dense codes with their number."""

    columns: Sequence[tuple[Codes, int]]
    rows: int
    largest: int

    def _is_open(self, subset: tuple[int, ...], unique: int) -> bool:
        """Say whether a further column is looked at: not when so few rows are left that it cannot add ``LEAST``."""
        return len(subset) < self.largest and unique < (1 - LEAST) * self.rows

    def extend(self, prefix: tuple[int, ...], groups: _Groups) -> _Counts:
        """Count each extension of a prefix by a later column, and theirs in turn."""
        found: _Counts = {}
        for place in range(prefix[-1] + 1 if prefix else 0, len(self.columns)):
            subset = (*prefix, place)
            found[subset] = _counted(groups, *self.columns[place], self.rows)
            if prefix and self._is_open(subset, found[subset][0]):
                found |= self.extend(subset, _refined(groups, *self.columns[place]))
        return found

    def everything(self) -> _Counts:
        """Count the single columns, then what extends each, in one thread a processor."""
        every = _Groups(rows=None, ids=np.zeros(self.rows, dtype=np.int64), size=1, alone=0)
        found = self.extend((), every)
        first = [subset for subset, counts in found.items() if self._is_open(subset, counts[0])]
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            for part in pool.map(lambda one: self.extend(one, _refined(every, *self.columns[one[0]])), first):
                found |= part
        return found


def _sampled(rows: int, most_rows: int) -> npt.NDArray[np.intp] | None:
    """Choose rows uniformly by a fixed hash of their number (splitmix64), so that the same table gives the same result."""
    if rows <= most_rows:
        return None
    with np.errstate(over="ignore"):
        mixed = np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return np.sort(np.argpartition(mixed, most_rows)[:most_rows])


def searched(codes: Mapping[str, Codes], *, most_columns: int = 20) -> tuple[str, ...]:
    """Return the columns that are searched: all, or of too many those with the most distinct values, in table order."""
    if len(codes) <= most_columns:
        return tuple(codes)
    sizes = {name: _dense(column)[1] for name, column in codes.items()}
    chosen = set(sorted(codes, key=lambda name: -sizes[name])[:most_columns])
    return tuple(name for name in codes if name in chosen)


def _minimal(found: _Counts, rows: int) -> list[tuple[int, ...]]:
    """Keep the subsets of which every column singles out more than ``LEAST`` of the rows in addition."""

    def before(subset: tuple[int, ...]) -> float:
        parts = combinations(subset, len(subset) - 1)
        return max((found[part][0] if part in found else rows for part in parts if part), default=0)

    return [subset for subset, (unique, _, _) in found.items() if unique - before(subset) > LEAST * rows]


def _shown(
    kept: Iterable[tuple[int, ...]], unique: Mapping[tuple[int, ...], int], largest: int
) -> list[tuple[int, ...]]:
    """Sort by number of columns, then by share; of more than ``SHOWN``, keep the strongest of each size."""
    ordered = sorted(kept, key=lambda subset: (len(subset), -unique[subset], subset))
    if len(ordered) <= SHOWN:
        return ordered
    sizes = [[subset for subset in ordered if len(subset) == size] for size in range(1, largest + 1)]
    quota, chosen = SHOWN // largest, set[tuple[int, ...]]()
    for members in sizes:
        chosen.update(members[:quota])
    rest = [subset for subset in ordered if subset not in chosen]
    chosen.update(rest[: SHOWN - len(chosen)])
    return [subset for subset in ordered if subset in chosen]


def quasi_identifiers(
    codes: Mapping[str, Codes], *, largest: int = 3, most_columns: int = 20, most_rows: int = MOST_ROWS
) -> tuple[Combination, ...]:
    """Find the sets of columns that single out rows: exact counts, no noise.

    For the owner's report only: unpaid. A row that is unique here is unique in the sample; whether it is unique in the
    population is not known.

    Args:
        codes: Column name -> int64[rows], equal values with equal codes (see ``coded``); any integers do.
        largest: Most columns of a set.
        most_columns: Of more columns, those with the most distinct values are searched (see ``searched``).
        most_rows: Of more rows, a uniform sample of so many is counted; ``Combination.rows`` states it, and shares are
            then upper bounds.

    Returns:
        Minimal sets: those of which each column adds more than 1 % of the rows to the unique ones (so a set is left out when
        a part of it does nearly the same, and all supersets of a key are). Sorted by number of columns, then by share;
        50 at most, with room for each size.

    Example:
        >>> import numpy as np
        >>> sex, ward = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
        >>> [found.columns for found in quasi_identifiers({"sex": sex, "ward": ward})]
        [('sex', 'ward')]
    """
    names = searched(codes, most_columns=most_columns)
    rows = len(codes[names[0]]) if names else 0
    if rows == 0 or largest < 1:
        return ()
    chosen = _sampled(rows, most_rows)
    columns = [_dense(codes[name] if chosen is None else codes[name][chosen]) for name in names]
    rows = rows if chosen is None else len(chosen)
    largest = min(largest, len(columns))
    found = _Search(columns, rows, largest).everything()
    kept = _minimal(found, rows)
    return tuple(
        Combination(
            columns=tuple(names[place] for place in subset),
            unique_share=found[subset][0] / rows,
            unique_rows=found[subset][0],
            smallest_k=found[subset][2],
            distinct=found[subset][1],
            rows=rows,
        )
        for subset in _shown(kept, {subset: counts[0] for subset, counts in found.items()}, largest)
    )
