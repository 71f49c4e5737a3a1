"""What a generator asks of a table, as few queries of an engine: counts of many tables at once, and sums of products of scores.

Each row is turned into a few small whole numbers (groups of codes), and of these into one number for each joint table that is asked
for: the cell of that table that the row is in. The engine counts how often each number occurs. So one pass over the table answers
many questions, and what leaves the engine is a count for each cell, never a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from privsynth.errors import UsageError
from privsynth.table.counting import Axis, Question, joint_tables, marginal_of
from privsynth.table.engines_cells import fenced
from privsynth.table.expressions import steps

Ints = npt.NDArray[np.int64]
_MOST_PLACES = 3000  # comparisons in one query
_MOST_TABLES = 64
_MOST_CELLS = 1 << 22
_MOST_PAIRS = 400
_EXACT = 1 << 43


class Coding(Protocol):
    """A table in an engine, as the questions see it."""

    @property
    def dialect(self) -> str:
        """The dialect of the engine."""
        ...

    def selected(self, groups: Sequence[tuple[str, Ints | None]]) -> Any:
        """Return an expression of the groups of codes, one column each, named c0, c1, ..."""
        ...

    def run(self, expression: Any) -> Any:
        """Return what an expression evaluates to, as an Arrow table."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Joint:
    """Questions that are answered from joint tables of these axes."""

    axes: tuple[Axis, ...]
    groups: tuple[tuple[str, Ints | None], ...]
    wanted: tuple[tuple[int, ...], ...]
    tables: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, questions: Sequence[Question], codes: Mapping[str, int]) -> _Joint:
        asked = [
            [(Axis.of(name, codes[name], (groups or {}).get(name)), (groups or {}).get(name)) for name in names]
            for names, groups in questions
        ]
        distinct = {axis.key: (axis, group) for each in asked for axis, group in each}
        number = {key: place for place, key in enumerate(distinct)}
        axes = tuple(axis for axis, _ in distinct.values())
        wanted = tuple(tuple(number[axis.key] for axis, _ in each) for each in asked)
        tables = joint_tables({tuple(sorted(each)) for each in wanted}, [axis.size for axis in axes])
        return cls(axes, tuple((axis.name, group) for axis, group in distinct.values()), wanted, tuple(tables))

    def cells(self, table: tuple[int, ...]) -> int:
        return math.prod(self.axes[each].size for each in table)

    def places(self, axis: int) -> int:
        name_group = self.groups[axis][1]
        return self.axes[axis].size if name_group is None else int((np.diff(name_group) != 0).sum()) + 1

    def queries(self) -> Iterator[list[int]]:
        """Yield the tables of each query: as many as make one of bounded size."""
        part: list[int] = []
        for place in range(len(self.tables)):
            if part and self._too_many([*part, place]):
                yield part
                part = []
            part.append(place)
        if part:
            yield part

    def _too_many(self, part: Sequence[int]) -> bool:
        axes = {axis for place in part for axis in self.tables[place]}
        cells = sum(self.cells(self.tables[place]) for place in part)
        return len(part) > _MOST_TABLES or cells > _MOST_CELLS or sum(map(self.places, axes)) > _MOST_PLACES


def counts_many(data: Coding, questions: Sequence[Question], codes: Mapping[str, int]) -> list[Ints]:
    """Answer questions by few queries.

    Args:
        data: The table.
        questions: As for `CodedTable.counts_many`.
        codes: Column name -> number of codes, the out-of-domain code included.

    Returns:
        For each question, int64 with one axis per column.
    """
    joint = _Joint.of(questions, codes)
    totals: list[Ints] = [np.zeros(0, dtype=np.int64)] * len(joint.tables)
    for part in joint.queries():
        for place, total in zip(part, _totals(data, joint, part), strict=True):
            totals[place] = total
    return [marginal_of(each, joint.axes, joint.tables, totals) for each in joint.wanted]


def _totals(data: Coding, joint: _Joint, part: Sequence[int]) -> list[Ints]:
    import ibis

    used = sorted({axis for place in part for axis in joint.tables[place]})
    column = {axis: f"c{number}" for number, axis in enumerate(used)}
    rows = data.selected([joint.groups[axis] for axis in used])
    start, keys, ends = 0, [], []
    for place in part:
        key: Any = ibis.literal(0, "int64")
        for number, axis in enumerate(joint.tables[place]):
            code = rows[column[axis]].cast("int64")
            key = code if number == 0 else key * joint.axes[axis].size + code
        keys.append(key + start if start else key)
        start += joint.cells(joint.tables[place])
        ends.append(start)
    cells = rows.select(cell_=keys[0]) if len(keys) == 1 else rows.select(cell_=ibis.array(keys).unnest())
    found = data.run(cells.group_by("cell_").agg(rows_=cells.count()))
    total = np.zeros(start, dtype=np.int64)
    np.add.at(total, _column(found, "cell_"), _column(found, "rows_"))
    return np.split(total, ends[:-1])


def _column(found: Any, name: str) -> Ints:
    return np.asarray(found.column(name).to_numpy(zero_copy_only=False), dtype=np.int64)


def moments(data: Coding, scores: Mapping[str, Ints], *, radius: int, given: tuple[str, Ints] | None) -> Ints:
    """Answer what `CodedTable.moments` answers, by the same arithmetic.

    A row's score vector z with |z| > radius becomes trunc(z * (radius / |z|)). That is never longer than the radius in an engine whose
    multiplication, division and root together err by less than one part in 10**14 (IEEE 754: by one in 10**15): a component that came
    out as a whole number k too large would need z * radius / |z| below k by less than k / 10**14, and then the whole number
    (k |z|)**2 - (z radius)**2, which is at least 1, would be below 2 (k |z|)**2 / 10**14 < 1. `_EXACT` sees to the last step.

    Args:
        data: The table.
        scores: As there.
        radius: As there.
        given: As there.

    Raises:
        UsageError: the scores are so large that the argument above does not hold.
    """
    names = list(scores)
    groups = next(iter(scores.values())).shape[0]
    largest = sum(int(np.abs(each).max()) ** 2 for each in scores.values())
    if max((int(np.abs(each).max()) ** 2 for each in scores.values()), default=0) * largest >= _EXACT:
        raise UsageError("The scores are too large to be shortened exactly in an engine. Use a coarser grid.")
    rows = _scores(data, scores, given)
    rows = fenced(_shortened(rows, len(names), radius), data.dialect)
    upper = np.triu_indices(len(names), k=1)
    total = np.zeros((groups, len(upper[0])), dtype=np.int64)
    for start in range(0, len(upper[0]), _MOST_PAIRS):
        part = range(start, min(start + _MOST_PAIRS, len(upper[0])))
        sums = {f"p{at}": (rows[f"z{upper[0][at]}"] * rows[f"z{upper[1][at]}"]).sum().cast("int64") for at in part}
        found = data.run(rows.group_by("class_").agg(**sums))
        for at in part:
            np.add.at(total[:, at], _column(found, "class_"), _column(found, f"p{at}"))
    return total


def _scores(data: Coding, scores: Mapping[str, Ints], given: tuple[str, Ints] | None) -> Any:
    """Return an expression of each row's class (`class_`) and its scores there (z0, z1, ...)."""
    import ibis

    distinct = {name: np.unique(each, axis=1, return_inverse=True) for name, each in scores.items()}
    asked: list[tuple[str, Ints | None]] = [(name, place.reshape(-1)) for name, (_, place) in distinct.items()]
    if given is not None:
        asked.append((given[0], given[1]))
    rows = data.selected(asked)
    group = ibis.literal(0, "int32") if given is None else rows[f"c{len(scores)}"]
    cell = {f"k{at}": group * score.shape[1] + rows[f"c{at}"] for at, (score, _) in enumerate(distinct.values())}
    rows = fenced(rows.select(class_=group, **cell), data.dialect)
    flat = [score.reshape(-1) for score, _ in distinct.values()]
    columns = {
        f"z{at}": steps(rows[f"k{at}"], range(1, len(each)), each, ibis.literal).cast("int64")
        for at, each in enumerate(flat)
    }
    return fenced(rows.select("class_", **columns), data.dialect)


def _shortened(rows: Any, columns: int, radius: int) -> Any:
    """Return the rows with score vectors no longer than the radius."""
    import ibis

    def score(number: int) -> Any:
        return rows[f"z{number}"]

    square = sum((score(number) * score(number) for number in range(columns)), start=ibis.literal(0, "int64"))
    rows = rows.mutate(square_=square)
    long = (rows.square_ > radius**2).ifelse(rows.square_, None).cast("float64")
    rows = rows.mutate(factor_=ibis.literal(radius).cast("float64") / long.sqrt())

    def shortened(number: int) -> Any:
        length = (score(number).cast("float64").abs() * rows.factor_).floor().cast("int64")
        return ibis.coalesce((score(number) < 0).ifelse(-length, length), score(number))

    return rows.select("class_", **{f"z{number}": shortened(number) for number in range(columns)})
