"""The values that a column of numbers or dates can be written as, in order, and the codes and positions that become each of them.

A written value is a whole multiple of the column's unit: its last decimal, its increment or the step of its rule; a day, or what
the format of a moment tells apart. Values of dates and moments are seconds, so that both can be compared.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.generators.allowed import cut
from privsynth.table.write import decimals_of, values_of
from privsynth.tableschema.domain import Domain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]
_DAY = 86_400
_RESOLUTION = 2.0**-24  # of a position near 1
# Years of two digits: POSIX reads 69 to 99 as 19.., 00 to 68 as 20..
_TWO_DIGITS = (-365 * _DAY, 36_159 * _DAY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """Written values `value(k)` for whole k from `first` to `last`, drawn with positions of 24 bits.

    Args:
        domain: The column's domain.
        unit: Distance of two written values, in the column's own numbers (days, seconds).
        digits: Decimals that values are rounded to, or None for whole numbers.
        first: Smallest k that lies within the bounds.
        last: Largest one.
        scale: Seconds of the column's own 1 where it holds dates or moments, else 1.
        margin: Units that are left free at the ends of an interval, for the rounding of positions.
        grain: Where positions are too rough to tell values apart: k in steps that they do tell apart; else 1.
    """

    domain: Domain
    unit: float
    digits: int | None
    first: int
    last: int
    scale: float
    margin: float
    grain: int

    @classmethod
    def of(cls, domain: Domain) -> Lattice:
        """Return the written values of a column.

        Raises:
            SchemaError: it is not one of numbers or dates, or what is written does not say which value it was.
        """
        field = domain.field
        if domain.edges is None:
            raise SchemaError(
                f"A constraint compares `{field.name}`, whose values are labels. Compare numbers or dates."
            )
        digits = None if domain.whole else decimals_of(domain)
        if digits is not None and digits > 12:
            raise SchemaError(
                f"A constraint binds the number `{field.name}`, which has {digits} decimals. Set `decimals` to 12 or fewer."
            )
        low, high = field.bounds()
        unit = field.step or (_unit_of_format(domain) if digits is None else 10.0**-digits)
        largest = max(abs(low), abs(high)) / unit
        if largest > 2.0**45:
            raise SchemaError(f"The bounds of `{field.name}` are too wide for its unit {unit:g}. Narrow them.")
        if digits is None:
            first, last = _whole_ends(math.ceil(low), math.floor(high), unit, stepped=field.step is not None)
        else:
            first, last = math.ceil(low / unit - 1e-9), math.floor(high / unit + 1e-9)
        if first > last:
            raise SchemaError(f"Nothing that `{field.name}` is written as lies between its bounds. Widen them.")
        scale = _DAY if field.kind == "date" else 1.0
        rough = float(np.diff(domain.edges).max()) / unit * _RESOLUTION
        return cls(
            domain=domain,
            unit=unit,
            digits=digits,
            first=first,
            last=last,
            scale=scale,
            margin=max(2 * rough, 1e-6, largest * 2.0**-50),
            grain=1 if rough <= 1 / 8 else 10 ** math.ceil(math.log10(32 * rough)),
        )

    def value(self, place: Ints) -> Floats:
        """Return what each k is written as."""
        found: Floats = np.asarray(place, dtype=np.float64)
        if self.digits is None:
            return found * (self.unit * self.scale)
        if self.domain.field.step is not None:
            return np.round(found * self.unit, self.digits) + 0.0
        return found / 10.0**self.digits + 0.0

    @property
    def extremes(self) -> tuple[float, float]:
        """The smallest and the largest value that is ever written: the bounds themselves, even where they are no multiple."""
        ends = np.array([0, self.domain.size - 1]), np.array([0, 1 - 2.0**-24], dtype=np.float32)
        least, most = self.written(*ends).tolist()
        return least, most

    @property
    def reach(self) -> int:
        """How far what is written may lie from the middle of a step, in k."""
        return self.grain // 4

    @property
    def steps(self) -> tuple[int, int]:
        """The first and the last step of `grain` within the bounds."""
        return -((-self.first - self.reach) // self.grain), (self.last - self.reach) // self.grain

    def ends(self, step: Ints) -> tuple[Floats, Floats]:
        """Return the smallest and the largest value that may be written for these steps."""
        middle = step * self.grain
        return self.value(middle - self.reach), self.value(middle + self.reach)

    def above(self, bound: Floats) -> Ints:
        """Return the first step of which nothing is written below a bound; it may pass the last one."""
        first, last = self.steps
        return np.clip(self._above(bound, self.grain, self.reach), first, last + 1)

    def below(self, bound: Floats) -> Ints:
        """Return the last step of which nothing is written above a bound; it may lie before the first one."""
        first, last = self.steps
        return np.clip(self._below(bound, self.grain, self.reach), first - 1, last)

    def _above(self, bound: Floats, grain: int, reach: int) -> Ints:
        """Return the smallest j with value(j * grain - reach) >= bound, near the bounds of the column."""
        clean = np.clip(bound, *self.value(np.array([self.first - 2 * grain, self.last + 2 * grain])))
        place = np.floor((clean / (self.unit * self.scale) + reach) / grain).astype(np.int64) - 1
        for _ in range(3):
            place += self.value(place * grain - reach) < clean
        return place

    def _below(self, bound: Floats, grain: int, reach: int) -> Ints:
        """Return the largest j with value(j * grain + reach) <= bound, near the bounds of the column."""
        clean = np.clip(bound, *self.value(np.array([self.first - 2 * grain, self.last + 2 * grain])))
        place = np.ceil((clean / (self.unit * self.scale) - reach) / grain).astype(np.int64) + 1
        for _ in range(3):
            place -= self.value(place * grain + reach) > clean
        return place

    def written(self, codes: Ints, positions: Singles) -> Floats:
        """Return what codes and positions are written as; anything where the code means missing."""
        values = values_of(self.domain, codes, positions)
        if self.digits is None and self.domain.field.step is None and self.unit != 1:
            values = np.floor(values / self.unit) * self.unit
        return values * self.scale

    def place(self, codes: Ints, positions: Singles) -> Ints:
        """Return the k of what codes and positions are written as; anything where the code means missing."""
        return np.rint(self.written(codes, positions) / (self.unit * self.scale)).astype(np.int64)

    def interval(self, first: Ints, last: Ints) -> tuple[Floats, Floats]:
        """Return the closed interval of t = code + position that is written as a k from `first` to `last`, in each row."""
        half = 0.0 if self.digits is None else 0.5
        start, stop = first.astype(np.float64) - half, last.astype(np.float64) + 1 - half
        low, high = self._at((start + self.margin) * self.unit), self._at((stop - self.margin) * self.unit)
        if self.digits is None:  # a value at which a cell begins needs no margin
            exact = self._at(start * self.unit)
            low = np.where(exact == np.floor(exact), exact, low)
        return low, high

    def within(self, floor: Floats, ceiling: Floats) -> tuple[Floats, Floats]:
        """Return the closed interval of t = code + position that is written as a value from `floor` to `ceiling`, in each row."""
        low, high = self.interval(self._above(floor, 1, 0), self._below(ceiling, 1, 0))
        least, most = self.extremes
        end = np.nextafter(float(self.domain.size), 0.0)
        return np.where(least >= floor, 0.0, low), np.where(most <= ceiling, end, high)

    def _at(self, numbers: Floats) -> Floats:
        edges = self.domain.edges
        assert edges is not None  # noqa: S101 - for the type checker
        cell = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, self.domain.size - 1)
        left = edges[cell]
        inside = np.clip((numbers - left) / (edges[cell + 1] - left), 0.0, 1.0)
        found: Floats = np.minimum(cell + inside, np.nextafter(float(self.domain.size), 0.0))
        return found

    def codes_of(self, place: Ints) -> tuple[Ints, Singles]:
        """Return codes and positions that are written as these k."""
        low, high = self.interval(place, place)
        return cut((low + high) / 2 if self.digits is not None else low)


def _whole_ends(low: int, high: int, unit: float, *, stepped: bool) -> tuple[int, int]:
    """Return the k of the ends: multiples within the bounds, or, of a coarse format, what the bounds are written as."""
    return (math.ceil(low / unit) if stepped else math.floor(low / unit)), math.floor(high / unit)


def _unit_of_format(domain: Domain) -> float:
    """Return what is told apart in writing, in the column's own numbers.

    Raises:
        SchemaError: a format leaves out a year, month or day, or one that the bounds need.
    """
    field = domain.field
    if field.kind not in ("date", "datetime") or field.format is None:
        return 1.0
    found = set(re.findall(r"%.", field.format))
    scale = _DAY if field.kind == "date" else 1
    low, high = (bound * scale for bound in field.bounds())
    year = "%Y" in found or ("%y" in found and _TWO_DIGITS[0] <= low and high < _TWO_DIGITS[1])
    day = "%j" in found or ("%d" in found and bool(found & {"%m", "%b", "%B"}))
    hour = "%H" in found or {"%I", "%p"} <= found
    if not (year and day):
        raise SchemaError(
            f"A constraint compares `{field.name}`, whose format {field.format!r} does not say which day it was. Write year "
            "(of four digits), month and day."
        )
    if field.kind == "date":
        return 1.0
    if not hour:
        return float(_DAY)
    return 3600.0 if "%M" not in found else 60.0 if "%S" not in found else 1.0
