"""Inequalities between columns: how the cells of a row bound the others, so that every row can be completed in any order.

Each inequality says that a column's smallest possible value is a monotone function of another one's. Values on grids that
keep such constraints, which lead nowhere back, are closed under taking the smaller and the larger of two rows; so the values
of a column in the rows that fulfil all of them are all between its least and its greatest one, and both follow from passing
bounds along the inequalities once upwards and once downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.generators.allowed import Interval
from privsynth.generators.lattice import Lattice
from privsynth.tableschema.constraints import Inequality, Range

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """What is known of a column in some rows: bounds of its value, and where it is missing.

    Args:
        low: float64[n], smallest value.
        high: float64[n], largest value; the same where the cell is known.
        missing: bool[n].
    """

    low: Floats
    high: Floats
    missing: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """What a column may be in some rows.

    Args:
        floor: float64[n], what the columns below ask of it at least.
        ceiling: float64[n], what the columns above ask of it at most.
        fine: bool[n], whether it has such a value, or is missing.
    """

    floor: Floats
    ceiling: Floats
    fine: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """Columns that inequalities hold together, smaller ones first.

    Args:
        names: Columns, none before one that has to be below it.
        lattices: Written values of each column.
        edges: (low, high, strict) of every inequality, by the place of its upper column.
    """

    names: tuple[str, ...]
    lattices: Mapping[str, Lattice]
    edges: tuple[tuple[str, str, bool], ...]

    @classmethod
    def of(cls, constraints: Sequence[Inequality | Range], lattices: Mapping[str, Lattice]) -> Order:
        """Put the columns of connected inequalities in order.

        Raises:
            SchemaError: no row can fulfil all of them.
        """
        edges = {(low, high, each.strict) for each in constraints for low, high in each.pairs}
        names = _sorted({name for each in constraints for name in each.columns}, edges)
        place = {name: number for number, name in enumerate(names)}
        order = cls(
            names=names,
            lattices=lattices,
            edges=tuple(sorted(edges, key=lambda edge: (place[edge[1]], place[edge[0]]))),
        )
        impossible = [name for name, span in order.spans({}, 1).items() if not span.fine[0]]
        if impossible:
            raise SchemaError(
                f"No value of `{impossible[0]}` within its bounds fulfils all of: {'; '.join(each.says for each in constraints)}. "
                "Correct the bounds or the constraints."
            )
        return order

    def spans(self, given: Mapping[str, Cells], rows: int) -> dict[str, Span]:
        """Return what each column may be in each row, given what is known of some.

        A column that is not known passes on the largest value that may be written for the first of its steps, and downwards the
        smallest one for the last, so that whatever is then drawn of it leaves room for the others.
        """
        floors = self._passed(given, rows, upwards=True)
        ceilings = self._passed(given, rows, upwards=False)
        found = {}
        for name in self.names:
            floor, ceiling = floors[name], ceilings[name]
            if name in given:
                low, high = np.maximum(given[name].low, floor), np.minimum(given[name].high, ceiling)
                fine = (low <= high) | given[name].missing
            else:
                fine = self.lattices[name].above(floor) <= self.lattices[name].below(ceiling)
            found[name] = Span(floor=floor, ceiling=ceiling, fine=fine)
        return found

    def _passed(self, given: Mapping[str, Cells], rows: int, *, upwards: bool) -> dict[str, Floats]:
        """Return the bounds that reach each column from those below it (or above it)."""
        away = -np.inf if upwards else np.inf
        tightest, closer = (np.maximum, np.inf) if upwards else (np.minimum, -np.inf)
        bounds = {name: np.full(rows, away) for name in self.names}
        free = {name: cells.missing for name, cells in given.items()}
        places = {name: place for place, name in enumerate(self.names)}
        edges = self.edges if upwards else tuple(sorted(self.edges, key=lambda edge: -places[edge[0]]))
        for low, high, strict in edges:
            source, target = (low, high) if upwards else (high, low)
            value = self._end(source, given, bounds[source], upwards=upwards)
            if strict:
                value = np.nextafter(value, closer)
            value = np.where(free.get(source, False) | free.get(target, False), away, value)
            bounds[target] = tightest(bounds[target], value)
        return bounds

    def _end(self, name: str, given: Mapping[str, Cells], bound: Floats, *, upwards: bool) -> Floats:
        """Return the value of a column that bounds the next one."""
        if name in given:
            return np.maximum(given[name].low, bound) if upwards else np.minimum(given[name].high, bound)
        lattice = self.lattices[name]
        return lattice.ends(lattice.above(bound))[1] if upwards else lattice.ends(lattice.below(bound))[0]

    def known(self, codes: Mapping[str, Ints], positions: Mapping[str, Singles]) -> dict[str, Cells]:
        """Return the cells of the columns that are drawn."""
        found = {}
        for name in self.names:
            if name in codes:
                lattice = self.lattices[name]
                value = lattice.written(codes[name], positions[name])
                found[name] = Cells(low=value, high=value, missing=codes[name] >= lattice.domain.size)
        return found

    def allowed(self, name: str, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int) -> Interval:
        """Return what a column that is not drawn yet may be."""
        lattice = self.lattices[name]
        known = self.known({other: each for other, each in codes.items() if other != name}, positions)
        span = self.spans(known, rows)[name]
        low, high = lattice.within(span.floor, span.ceiling)
        return Interval(
            low=np.where(span.fine, low, 1.0),
            high=np.where(span.fine, high, 0.0),
            missing=not lattice.domain.field.required,
        )

    def completable(self, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int) -> Bools:
        """Return which rows can be completed so that all inequalities hold."""
        found = np.ones(rows, dtype=np.bool_)
        for span in self.spans(self.known(codes, positions), rows).values():
            found &= span.fine
        return found

    def possible(self, a: str, b: str, group_a: Ints, group_b: Ints) -> Bools:
        """Return which pairs of groups of two columns can occur in one row."""
        low_a, high_a, gone_a = self._ends(a, group_a)
        low_b, high_b, gone_b = self._ends(b, group_b)
        k, m = len(low_a), len(low_b)
        none, gone = np.zeros(k * m, dtype=np.bool_), np.ones(k * m, dtype=np.bool_)
        given = {}
        for name in self.names:
            lattice = self.lattices[name]
            least, most = (np.full(k * m, end) for end in lattice.extremes)
            if not lattice.domain.field.required:  # a column between them that may be missing then passes nothing on
                given[name] = Cells(low=least, high=most, missing=gone)
            elif lattice.digits is not None:  # once it is drawn, it may be any number within its bounds
                given[name] = Cells(low=least, high=most, missing=none)
        given[a] = Cells(low=np.repeat(low_a, m), high=np.repeat(high_a, m), missing=none)
        given[b] = Cells(low=np.tile(low_b, k), high=np.tile(high_b, k), missing=none)
        found = np.ones(k * m, dtype=np.bool_)
        exact = {name: replace(lattice, grain=1) for name, lattice in self.lattices.items()}
        for span in (
            replace(self, lattices=exact).spans(given, k * m).values()
        ):  # once drawn, a column is a value and no step
            found &= span.fine
        possible = found.reshape(k, m)
        if gone_a is not None:
            possible[gone_a] = not self.lattices[a].domain.field.required
        if gone_b is not None:
            possible[:, gone_b] = not self.lattices[b].domain.field.required
            if gone_a is not None and self.lattices[a].domain.field.required:
                possible[gone_a] = False
        return possible

    def _ends(self, name: str, group: Ints) -> tuple[Floats, Floats, int | None]:
        """Return the smallest and largest value of each group, and the group of missing where it is one of its own."""
        lattice = self.lattices[name]
        size, count = len(group) - 1, int(group.max()) + 1
        first, last = np.full(count, size - 1, dtype=np.int64), np.zeros(count, dtype=np.int64)
        np.minimum.at(first, group[:-1], np.arange(size))
        np.maximum.at(last, group[:-1], np.arange(size))
        start = np.zeros(count, dtype=np.float32)
        end = np.full(count, np.nextafter(np.float32(1), np.float32(0)), dtype=np.float32)
        gone = int(group[-1]) if group[-1] > group[:-1].max() else None
        return lattice.written(first, start), lattice.written(last, end), gone


def _sorted(names: set[str], edges: set[tuple[str, str, bool]]) -> tuple[str, ...]:
    """Return the names so that every edge leads forwards."""
    rest, found = sorted(names), list[str]()
    while rest:
        free = [name for name in rest if not any(high == name and low in rest for low, high, _ in edges)]
        if not free:
            raise SchemaError(f"The inequalities of `{rest[0]}` and others lead in a circle. Remove one of them.")
        found += free
        rest = [name for name in rest if name not in free]
    return tuple(found)
