"""What holds between the columns of every row: declared by the owner, listed in a codebook, or bought; never learned for free.

| constraint | what holds | SDV has it |
|---|---|---|
| `Inequality` | `low` <= `high` (or <), two numbers or two dates | yes |
| `Range` | `low` <= `middle` <= `high` (or <) | yes |
| `FixedCombinations` | the cells of some columns occur together in a listed combination | yes |
| `FixedIncrements` | a number is a multiple of an increment | yes |
| `OneHotEncoding` | exactly one of some columns is 1 (or true), the others 0 | yes |
| `Sum` | `total` is the sum of its `parts` | no |

A constraint speaks of the cells that are present: a missing cell is compared with nothing. A comparison binds whenever both of its
sides are present; the present cells of a combination have to occur together in a listed one; a sum binds where nothing is missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from privsynth.errors import SchemaError

MAX_COMBINATIONS = 1_000_000
Source = str | Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """One column is never above another one.

    Args:
        low: Column of the smaller value.
        high: Column of the larger value.
        strict: Whether equal values are ruled out.
        source: Where the statement comes from, as of any leaf of a field.
    """

    type: ClassVar[str] = "Inequality"
    family: ClassVar[str] = "order"
    low: str
    high: str
    strict: bool = False
    source: Source = "declared"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it binds."""
        return self.low, self.high

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The (low, high) pairs that it compares."""
        return ((self.low, self.high),)

    @property
    def says(self) -> str:
        """Itself in words, one form for each constraint."""
        return f"Inequality {self.low} {'<' if self.strict else '<='} {self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One column lies between two others.

    Args:
        low: Column of the smallest value.
        middle: Column of the value between.
        high: Column of the largest value.
        strict: Whether equal values are ruled out.
        source: Where the statement comes from.
    """

    type: ClassVar[str] = "Range"
    family: ClassVar[str] = "order"
    low: str
    middle: str
    high: str
    strict: bool = False
    source: Source = "declared"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it binds."""
        return self.low, self.middle, self.high

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The (low, high) pairs that it compares."""
        return (self.low, self.middle), (self.middle, self.high), (self.low, self.high)

    @property
    def says(self) -> str:
        """Itself in words."""
        sign = "<" if self.strict else "<="
        return f"Range {self.low} {sign} {self.middle} {sign} {self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCombinations:
    """The cells of some columns occur together in one of the listed combinations.

    Args:
        columns: Two or more columns of labels, or of few whole numbers.
        combinations: One text for each column in each combination; None where they are still to be learned.
        learn: Whether thresholded counts, paid for, list them where they are None.
        source: Where the list comes from.
    """

    type: ClassVar[str] = "FixedCombinations"
    family: ClassVar[str] = "combinations"
    columns: tuple[str, ...]
    combinations: tuple[tuple[str, ...], ...] | None = None
    learn: bool = False
    source: Source = "declared"

    @property
    def says(self) -> str:
        """Itself in words."""
        return f"FixedCombinations {', '.join(self.columns)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedIncrements:
    """A number is a whole multiple of an increment.

    Args:
        column: The column.
        increment: What its values are multiples of, above 0.
        source: Where the statement comes from.
    """

    type: ClassVar[str] = "FixedIncrements"
    family: ClassVar[str] = "increments"
    column: str
    increment: float
    source: Source = "declared"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it binds."""
        return (self.column,)

    @property
    def says(self) -> str:
        """Itself in words."""
        return f"FixedIncrements {self.column} by {self.increment:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneHotEncoding:
    """Exactly one of some columns is 1 (true, yes); the others are 0 (false, no).

    Args:
        columns: Two or more columns of 0 and 1, or of two labels that mean true and false.
        source: Where the statement comes from.
    """

    type: ClassVar[str] = "OneHotEncoding"
    family: ClassVar[str] = "combinations"
    columns: tuple[str, ...]
    source: Source = "declared"

    @property
    def says(self) -> str:
        """Itself in words."""
        return f"OneHotEncoding {', '.join(self.columns)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One column is the sum of others. It is not measured: rows get it from the parts that they have.

    Args:
        total: Column of the sum.
        parts: Two or more columns that are added up.
        source: Where the statement comes from.
    """

    type: ClassVar[str] = "Sum"
    family: ClassVar[str] = "sum"
    total: str
    parts: tuple[str, ...]
    source: Source = "declared"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it binds."""
        return self.total, *self.parts

    @property
    def says(self) -> str:
        """Itself in words."""
        return f"Sum {self.total} = {' + '.join(self.parts)}"


Constraint = Inequality | Range | FixedCombinations | FixedIncrements | OneHotEncoding | Sum
TYPES: Mapping[str, type[Constraint]] = {
    each.type: each for each in (Inequality, Range, FixedCombinations, FixedIncrements, OneHotEncoding, Sum)
}


def source_of(constraint: Constraint) -> str:
    """Return where a constraint comes from: one of the sources of a leaf."""
    given = constraint.source
    return str(given.get("source", "default")) if isinstance(given, Mapping) else given


def checked_shape(constraint: Constraint) -> Constraint:
    """Return a constraint that is well formed by itself.

    Raises:
        SchemaError: it names a column twice, too few columns, or a value that cannot be.
    """
    names = constraint.columns
    if not all(isinstance(name, str) and name for name in names):
        raise SchemaError(f"A constraint {constraint.type} names a column that is no text. Give names of columns.")
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise SchemaError(f"The constraint {constraint.says} names `{twice[0]}` twice. Name each column once.")
    few = isinstance(constraint, FixedCombinations | OneHotEncoding) and len(names) < 2
    if few or (isinstance(constraint, Sum) and len(constraint.parts) < 2):
        raise SchemaError(f"The constraint {constraint.says} needs two columns or more. Add one, or remove it.")
    if isinstance(constraint, FixedIncrements):
        step = constraint.increment
        if isinstance(step, bool) or not isinstance(step, int | float) or not (math.isfinite(step) and step > 0):
            raise SchemaError(f"The constraint {constraint.says} has no increment above 0. Give a number.")
    if isinstance(constraint, FixedCombinations):
        _checked_list(constraint)
    return constraint


def _checked_list(constraint: FixedCombinations) -> None:
    rows = constraint.combinations
    if rows is None:
        if not constraint.learn:
            raise SchemaError(
                f"The constraint {constraint.says} lists no combination. Give `combinations` or a `codebook`, or `learn: true` "
                "to let the budget pay for them."
            )
        return
    if not 0 < len(rows) <= MAX_COMBINATIONS:
        raise SchemaError(
            f"The constraint {constraint.says} lists {len(rows)} combinations. Give between 1 and {MAX_COMBINATIONS:,}."
        )
    wrong = next((row for row in rows if len(row) != len(constraint.columns)), None)
    if wrong is not None:
        raise SchemaError(
            f"The constraint {constraint.says} lists a combination of {len(wrong)} values, which has not one value for each of its "
            f"{len(constraint.columns)} columns. Correct it."
        )
