"""A total and its parts: parts are drawn so that the total stays within its bounds, and the total follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.generators.allowed import Interval
from privsynth.generators.lattice import Lattice
from privsynth.tableschema.constraints import Sum

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Total:
    """One sum; all its columns are written in the same unit.

    Args:
        constraint: Says which columns.
        lattices: Written values of each of them.
    """

    constraint: Sum
    lattices: Mapping[str, Lattice]

    @property
    def names(self) -> tuple[str, ...]:
        """The total and its parts."""
        return self.constraint.columns

    @classmethod
    def of(cls, constraint: Sum, lattices: Mapping[str, Lattice]) -> Total:
        """Check a sum.

        Raises:
            SchemaError: its columns differ in unit, or no sum of the parts lies within the bounds of the total.
        """
        own = {name: lattices[name] for name in constraint.columns}
        total = own[constraint.total]
        for name, lattice in own.items():
            if lattice.grain > 1:
                raise SchemaError(
                    f"The bounds of `{name}` are too wide for its unit {lattice.unit:g} to be added up exactly ({constraint.says}). "
                    "Narrow them, or set fewer `decimals`."
                )
            if lattice.unit != total.unit or lattice.digits != total.digits:
                raise SchemaError(
                    f"The constraint {constraint.says} adds `{name}`, in units of {lattice.unit:g}, to `{constraint.total}`, in units "
                    f"of {total.unit:g}. Give them the same kind, `decimals` and increments."
                )
        found = cls(constraint=constraint, lattices=own)
        low, high = (sum(getattr(own[part], end) for part in constraint.parts) for end in ("first", "last"))
        if low > total.last or high < total.first:
            raise SchemaError(
                f"The constraint {constraint.says} cannot hold: no sum of its parts lies within the bounds of "
                f"`{constraint.total}`. Correct the bounds."
            )
        return found

    def _spans(
        self, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int
    ) -> tuple[dict[str, tuple[Ints, Ints]], Bools]:
        """Return smallest and largest k of every column as far as it is known, and which rows the sum binds."""
        bound = np.ones(rows, dtype=np.bool_)
        found = {}
        for name, lattice in self.lattices.items():
            if name in codes:
                place = lattice.place(codes[name], positions[name])
                bound &= codes[name] < lattice.domain.size
                found[name] = (place, place)
            else:
                found[name] = (np.full(rows, lattice.first), np.full(rows, lattice.last))
        return found, bound

    def _limits(self, name: str, spans: Mapping[str, tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
        """Return what a column may be, given the others: the total is the sum, a part is what others leave of it."""
        total, parts = self.constraint.total, self.constraint.parts
        low = sum((spans[part][0] for part in parts if part != name), start=np.zeros(1, dtype=np.int64))
        high = sum((spans[part][1] for part in parts if part != name), start=np.zeros(1, dtype=np.int64))
        if name == total:
            return low, high
        return spans[total][0] - high, spans[total][1] - low

    def allowed(self, name: str, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int) -> Interval:
        """Return what a column that is not drawn yet may be."""
        lattice = self.lattices[name]
        spans, bound = self._spans({other: each for other, each in codes.items() if other != name}, positions, rows)
        low, high = self._limits(name, spans)
        first = np.where(bound, np.maximum(low, lattice.first), lattice.first)
        last = np.where(bound, np.minimum(high, lattice.last), lattice.last)
        start, stop = lattice.interval(np.minimum(first, lattice.last), np.maximum(last, lattice.first))
        none = first > last
        return Interval(
            low=np.where(none, 1.0, start), high=np.where(none, 0.0, stop), missing=not lattice.domain.field.required
        )

    def completable(self, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int) -> Bools:
        """Return which rows can be completed so that the sum holds."""
        spans, bound = self._spans(codes, positions, rows)
        low, high = self._limits(self.constraint.total, spans)
        least, most = spans[self.constraint.total]
        return np.asarray(~bound | ((low <= most) & (high >= least)))

    def derive(self, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int) -> tuple[Ints, Singles]:
        """Return codes and positions of the total; where a part is missing, so is the total, or the rest is added up."""
        lattice = self.lattices[self.constraint.total]
        spans, bound = self._spans({part: codes[part] for part in self.constraint.parts}, positions, rows)
        known = {
            part: np.where(codes[part] < self.lattices[part].domain.size, spans[part][0], 0)
            for part in self.constraint.parts
        }
        place = np.clip(sum(known.values()), lattice.first, lattice.last)
        code, position = lattice.codes_of(np.asarray(place))
        if lattice.domain.field.required:
            return code, position
        return np.where(bound, code, lattice.domain.size), np.where(bound, position, np.float32(0))

    def possible(self, a: str, b: str, group_a: Ints, group_b: Ints) -> Bools:
        """Return which pairs of groups of two columns can occur in one row."""
        ends = [self._ends(a, group_a), self._ends(b, group_b)]
        rows = len(ends[0][0]) * len(ends[1][0])
        spans, _ = self._spans({}, {}, rows)
        shape = (len(ends[0][0]), len(ends[1][0]))
        for name, (low, high), axis in ((a, ends[0], 0), (b, ends[1], 1)):
            spread = [np.repeat(end, shape[1]) if axis == 0 else np.tile(end, shape[0]) for end in (low, high)]
            spans[name] = (spread[0], spread[1])
        low, high = self._limits(self.constraint.total, spans)
        least, most = spans[self.constraint.total]
        free = not all(self.lattices[name].domain.field.required for name in self.names if name not in (a, b))
        found = np.asarray(free | (low <= most) & (high >= least)).reshape(shape)
        for axis, (name, group) in enumerate(((a, group_a), (b, group_b))):
            if group[-1] > group[:-1].max():
                found[(group[-1],) if axis == 0 else (slice(None), group[-1])] = not self.lattices[
                    name
                ].domain.field.required
        return found

    def _ends(self, name: str, group: Ints) -> tuple[Ints, Ints]:
        lattice = self.lattices[name]
        size, count = len(group) - 1, int(group.max()) + 1
        first, last = np.full(count, size - 1, dtype=np.int64), np.zeros(count, dtype=np.int64)
        np.minimum.at(first, group[:-1], np.arange(size))
        np.maximum.at(last, group[:-1], np.arange(size))
        end = np.nextafter(np.float32(1), np.float32(0))
        return lattice.place(first, np.zeros(count, dtype=np.float32)), lattice.place(last, np.full(count, end))
