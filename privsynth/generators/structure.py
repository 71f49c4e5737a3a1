"""The declared constraints as a sampler sees them that draws one column after another, in any order and without going back.

Before a column is drawn, `allowed` says what it may be in each row so that the row can still be completed: whatever is drawn from
it, no later column is left without a value. So constraints are structural zeros of the drawing; nothing is drawn and thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.generators.allowed import Allowed
from privsynth.generators.combinations import Combinations
from privsynth.generators.lattice import Lattice
from privsynth.generators.order import Order
from privsynth.generators.sums import Total
from privsynth.tableschema.constraint_checks import check_constraints
from privsynth.tableschema.constraints import (
    Constraint,
    FixedCombinations,
    Inequality,
    OneHotEncoding,
    Range,
    Sum,
)
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]
C = TypeVar("C", bound=Constraint)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Structure:
    """What the constraints of a schema mean for drawing.

    Args:
        schema: Where they are declared.
        orders: Connected inequalities.
        lists: Connected combinations.
        totals: Sums.
    """

    schema: Schema
    orders: tuple[Order, ...] = ()
    lists: tuple[Combinations, ...] = ()
    totals: tuple[Total, ...] = ()

    @classmethod
    def of(cls, schema: Schema) -> Structure:
        """Make the structure of a completed schema.

        Raises:
            SchemaError: a constraint does not fit the fields, cannot be fulfilled, or cannot be combined with another one.
        """
        check_constraints(schema)
        fields = {field.name: field for field in schema.modelled}
        bound = {name for each in schema.constraints for name in each.columns}
        domains = {name: Domain.of(fields[name]) for name in schema.names if name in bound and name in fields}
        lost = sorted(bound - set(domains))
        if lost:
            raise SchemaError(
                f"A constraint binds the column `{lost[0]}`, which is not modelled. Remove the constraint."
            )
        ordered = [each for each in schema.constraints if isinstance(each, Inequality | Range)]
        listed = [each for each in schema.constraints if isinstance(each, FixedCombinations | OneHotEncoding)]
        sums = [each for each in schema.constraints if isinstance(each, Sum)]
        numbers = {name for each in (*ordered, *sums) for name in each.columns}
        lattices = {name: Lattice.of(domains[name]) for name in domains if name in numbers}
        return cls(
            schema=schema,
            orders=tuple(Order.of(group, lattices) for group in _connected(ordered)),
            lists=tuple(Combinations.of(group, domains) for group in _connected(listed)),
            totals=tuple(Total.of(each, lattices) for each in sums),
        )

    @property
    def _numbers(self) -> tuple[Order | Total, ...]:
        return (*self.orders, *self.totals)

    @property
    def _parts(self) -> tuple[Order | Total | Combinations, ...]:
        return (*self.orders, *self.totals, *self.lists)

    @property
    def empty(self) -> bool:
        """Whether nothing binds the drawing."""
        return not self._parts

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are bound together with others."""
        return frozenset(name for part in self._parts for name in part.names)

    @property
    def derived(self) -> tuple[str, ...]:
        """Columns that follow from others, and so are neither measured nor drawn."""
        return tuple(total.constraint.total for total in self.totals)

    def allowed(
        self, name: str, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int | None = None
    ) -> Allowed | None:
        """Return what a column may be in each row so that the row can still be completed.

        Rows whose given cells contradict each other (see `completable`) are left with nothing but missing.

        Args:
            name: The column that is drawn next.
            codes: Column name -> int64[n] of the columns drawn so far, others than `name`.
            positions: Column name -> float32[n] of those that hold numbers.
            rows: n, where no column is drawn yet.

        Returns:
            An `Interval` or a `Choice`, or None where any value will do.
        """
        count = len(next(iter(codes.values()))) if codes else (1 if rows is None else rows)
        for part in self._numbers:
            if name in part.names:
                return part.allowed(name, codes, positions, count)
        for listed in self.lists:
            if name in listed.names:
                return listed.allowed(name, codes, count)
        return None

    def completable(self, codes: Mapping[str, Ints], positions: Mapping[str, Singles]) -> Bools:
        """Return bool[n]: the rows whose cells do not contradict the constraints; what `allowed` leads to never does."""
        rows = len(next(iter(codes.values()))) if codes else 0
        found = np.ones(rows, dtype=np.bool_)
        for part in self._numbers:
            found &= part.completable(codes, positions, rows)
        for listed in self.lists:
            found &= listed.completable(codes, rows)
        return found

    def derive(self, codes: dict[str, Ints], positions: dict[str, Singles]) -> None:
        """Add the columns that follow from others, where all of the others are there and they are not."""
        for total in self.totals:
            name, parts = total.constraint.total, total.constraint.parts
            if name not in codes and all(part in codes for part in parts):
                codes[name], positions[name] = total.derive(codes, positions, len(codes[parts[0]]))

    def possible(self, a: str, b: str, group_a: Ints, group_b: Ints) -> Bools | None:
        """Return which pairs of groups of two columns can occur in one row, None where any can.

        Args:
            a: One column.
            b: Another one.
            group_a: int64[size + 1], the group of every code, missing last; of numbers, neighbours together. Where missing has
                no group of its own it is taken not to occur.
            group_b: The same of the other column.

        Returns:
            bool[groups of a, groups of b].
        """
        for part in self._parts:
            if a in part.names and b in part.names:
                return part.possible(a, b, group_a, group_b)
        return None

    def holds(self, table: Any) -> dict[str, int]:
        """Return how many rows of a decoded table break each constraint; see `privsynth.table.kept`."""
        from privsynth.table.kept import broken_rows

        return broken_rows(table, self.schema)


def _connected(constraints: Iterable[C]) -> list[list[C]]:
    """Return the constraints in groups that share no column, each group so that every one shares a column with an earlier one."""
    rest, groups = list(constraints), list[list[C]]()
    while rest:
        group, names = [rest[0]], set(rest[0].columns)
        rest = rest[1:]
        while near := next((each for each in rest if names & set(each.columns)), None):
            group.append(near)
            names |= set(near.columns)
            rest.remove(near)
        groups.append(group)
    return groups


def check_known(schema: Schema, unknown: Collection[str]) -> None:
    """Refuse constraints that cannot be kept, as far as that is known before anything is learned.

    Args:
        schema: What is known.
        unknown: Columns whose kind, bounds or labels are still to be learned.

    Raises:
        SchemaError: the message names the constraint.
    """
    check_constraints(schema)
    known = [
        each
        for each in schema.constraints
        if not (isinstance(each, FixedCombinations) and each.combinations is None)
        and not set(unknown) & set(each.columns)
    ]
    Structure.of(replace(schema, constraints=tuple(known)))


def fulfillable(schema: Schema) -> tuple[Schema, tuple[str, ...]]:
    """Leave out the constraints that do not fit what was learned of their columns.

    Args:
        schema: A completed schema; all that was learned of it was paid for.

    Returns:
        The schema with the constraints that can be kept, and why each of the others cannot.
    """
    kept, notes = list[Constraint](), list[str]()
    for constraint in schema.constraints:
        tried = replace(schema, constraints=(*kept, constraint))
        try:
            Structure.of(tried)
        except SchemaError as error:
            notes.append(f"the constraint {constraint.says} is left out: {error.message}")
        else:
            kept.append(constraint)
    return (replace(schema, constraints=tuple(kept)) if notes else schema), tuple(notes)
