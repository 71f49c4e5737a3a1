"""Contingency tables of coded columns: one pass over the codes answers many questions.

Each column is grouped once a block, however many questions use it. Questions whose columns overlap share one joint table
of a few thousand cells, of which each answer is a marginal: counting three columns together costs little more than two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.unsignedinteger[Any]]
Chunk = Mapping[str, Codes]
Question = tuple[Sequence[str], Mapping[str, Ints] | None]
BLOCK_ROWS = 1 << 17
_JOINT_CELLS = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """A column as a question sees it.

    Args:
        name: Column name.
        size: Number of groups.
        group: Smallest unsigned integers [codes], the group of every code; None where each code is its own.
    """

    name: str
    size: int
    group: Codes | None

    @classmethod
    def of(cls, name: str, codes: int, group: Ints | None) -> Axis:
        """Make the axis of a column with this number of codes (the out-of-domain code included)."""
        if group is None:
            return cls(name, codes, None)
        size = int(group.max()) + 1
        return cls(name, size, group.astype(np.min_scalar_type(size - 1)))

    @property
    def key(self) -> tuple[str, bytes | None]:
        """What tells two axes apart."""
        return self.name, None if self.group is None else self.group.tobytes()

    def values(self, codes: Codes) -> Codes:
        """Return the group of each cell of a block."""
        return codes if self.group is None else self.group.take(codes)


def count(chunks: Iterable[Chunk], questions: Sequence[Question], codes: Mapping[str, int]) -> list[Ints]:
    """Answer questions in one pass.

    Args:
        chunks: The rows, in pieces: column name -> codes[n].
        questions: Names of columns, and the group of every code of those that are grouped.
        codes: Column name -> number of codes, the out-of-domain code included.

    Returns:
        For each question, int64 with one axis per column.
    """
    asked = [[Axis.of(name, codes[name], (groups or {}).get(name)) for name in names] for names, groups in questions]
    distinct = {axis.key: axis for axes in asked for axis in axes}
    number = {key: place for place, key in enumerate(distinct)}
    axes = list(distinct.values())
    wanted = [tuple(number[axis.key] for axis in each) for each in asked]
    tables = joint_tables({tuple(sorted(each)) for each in wanted}, [axis.size for axis in axes])
    totals = [np.zeros(math.prod(axes[each].size for each in table), dtype=np.int64) for table in tables]
    for chunk in chunks:
        _add(chunk, axes, tables, totals)
    return [marginal_of(each, axes, tables, totals) for each in wanted]


def joint_tables(wanted: Iterable[tuple[int, ...]], sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Return few sets of axes such that each wanted set lies within one; sets of more than a few thousand cells stay alone.

    Args:
        wanted: Sets of axes, as sorted tuples.
        sizes: Groups of each axis.
    """
    rest = sorted(set(wanted), key=lambda each: (-len(each), each))
    found: list[tuple[int, ...]] = []
    left = dict.fromkeys(rest)
    while left:
        table = set(next(iter(left)))
        while (better := _extended(table, left, sizes)) is not None:
            table.add(better)
        covered = [each for each in left if set(each) <= table]
        for each in covered:
            del left[each]
        found.append(tuple(sorted(table)))
    return found


def _extended(table: set[int], left: Iterable[tuple[int, ...]], sizes: Sequence[int]) -> int | None:
    """Return the axis that brings most of the sets that are left into a table, or None where none does within its cells."""
    cells = math.prod(sizes[each] for each in table)
    gains: dict[int, int] = {}
    for each in left:
        more = set(each) - table
        if len(more) == 1:
            gains[next(iter(more))] = gains.get(next(iter(more)), 0) + 1
    fitting = [each for each in gains if cells * sizes[each] <= _JOINT_CELLS]
    return max(fitting, key=lambda each: (gains[each], -sizes[each], -each), default=None)


def _add(chunk: Chunk, axes: Sequence[Axis], tables: Sequence[tuple[int, ...]], totals: Sequence[Ints]) -> None:
    rows = len(next(iter(chunk.values()))) if chunk else 0
    for start in range(0, rows, BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        block = [axis.values(chunk[axis.name][part]) for axis in axes]
        for table, total in zip(tables, totals, strict=True):
            key = _joint([block[each] for each in table], [axes[each].size for each in table], len(total))
            found = np.bincount(key)
            total[: len(found)] += found


def _joint(columns: Sequence[Codes], sizes: Sequence[int], cells: int) -> npt.NDArray[Any]:
    """Return the cell of each row in a table of these sizes, in row-major order."""
    kind: Any = np.uint16 if cells <= 1 << 16 else np.int64
    key: npt.NDArray[Any] = columns[0].astype(kind)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        key = key * kind(size) + column
    return key


def marginal_of(
    wanted: tuple[int, ...], axes: Sequence[Axis], tables: Sequence[tuple[int, ...]], totals: Sequence[Ints]
) -> Ints:
    """Return the contingency table of some axes, in their order, from the joint table that has them all.

    Args:
        wanted: Numbers of the axes.
        axes: All of them.
        tables: The joint tables, as sorted tuples of axes.
        totals: int64[cells] of each joint table, in row-major order.
    """
    place = next(place for place, table in enumerate(tables) if set(wanted) <= set(table))
    table = tables[place]
    joint = totals[place].reshape([axes[each].size for each in table])
    inside = [each for each in table if each in wanted]
    summed = joint.sum(axis=tuple(at for at, each in enumerate(table) if each not in wanted))
    return np.ascontiguousarray(summed.transpose([inside.index(each) for each in wanted]))
