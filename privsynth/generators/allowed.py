"""Which values a column may take in each row, given the cells that the row has: an interval of numbers, or a choice of codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]
Placed = Callable[[Floats, Floats, Floats], Floats]
_LAST_POSITION = np.nextafter(np.float32(1), np.float32(0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interval:
    """Rows may take a number whose t = code + position lies in a closed interval.

    Args:
        low: float64[n], smallest t of each row; above `high` where nothing but missing is left.
        high: float64[n], largest one, below the domain's size.
        missing: Whether the cell may be missing instead.
    """

    low: Floats
    high: Floats
    missing: bool

    def groups(self, group: Ints) -> Bools:
        """Return which groups are possible in each row.

        Args:
            group: int64[size + 1], the group of every code, neighbours together; the last one is that of missing.

        Returns:
            bool[n, groups].
        """
        size, count = len(group) - 1, int(group.max()) + 1
        first, stop = np.full(count, size, dtype=np.int64), np.zeros(count, dtype=np.int64)
        np.minimum.at(first, group[:-1], np.arange(size))
        np.maximum.at(stop, group[:-1], np.arange(1, size + 1))
        empty = self.low > self.high
        found = (self.low[:, None] < stop) & (self.high[:, None] >= first) & ~empty[:, None]
        if count > group[:-1].max() + 1:
            found[:, group[-1]] = self.missing
        return np.asarray(found)

    def draw(
        self, weights: Floats, group: Ints, chosen: Ints, uniform: Floats, placed: Placed | None = None
    ) -> tuple[Ints, Singles]:
        """Draw a code and a position within the chosen group and the interval of each row.

        Args:
            weights: float64[size], how often each code occurs; within a code all positions are alike.
            group: As of `groups`.
            chosen: int64[n], a possible group of each row.
            uniform: float64[n] in [0, 1).
            placed: Moves what was drawn evenly, given the ends of each row; None leaves it.

        Returns:
            int64[n] codes and float32[n] positions; the code `size` where the group is that of missing.
        """
        size = len(group) - 1
        order = np.arange(size)
        first = np.full(int(group.max()) + 1, size, dtype=np.int64)
        stop = np.zeros(len(first), dtype=np.int64)
        np.minimum.at(first, group[:-1], order)
        np.maximum.at(stop, group[:-1], order + 1)
        gone = (chosen == group[-1]) & (group[-1] > group[:-1].max()) & self.missing
        last = np.nextafter(stop[chosen].astype(np.float64), 0.0)
        low, high = np.maximum(self.low, first[chosen]), np.minimum(self.high, last)
        apart = low > high  # a group that is not possible: the constraint counts, not the group
        low, high = np.where(apart, self.low, low), np.where(apart, self.high, high)
        at = _between(weights, low, high, uniform)
        at = at if placed is None else placed(at, low, np.maximum(low, high))
        codes, positions = cut(np.clip(at, low, np.maximum(low, high)))
        gone |= self.low > self.high
        return np.where(gone, size, codes), np.where(gone, np.float32(0), positions)


def _between(weights: Floats, low: Floats, high: Floats, uniform: Floats) -> Floats:
    """Draw t from [low, high] in proportion to the weights of the codes, and evenly where they are all nothing."""
    knots = np.arange(len(weights) + 1, dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(np.maximum(weights, 0.0))])
    below, above = np.interp(low, knots, total), np.interp(high, knots, total)
    aim = below + uniform * (above - below)
    code = np.clip(np.searchsorted(total, aim, side="right") - 1, 0, len(weights) - 1)
    width = total[code + 1] - total[code]
    inside = np.divide(aim - total[code], width, out=np.zeros_like(aim), where=width > 0)
    found: Floats = np.where(above > below, code + inside, low + uniform * (high - low))
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """Rows may take one of a few codes; rows alike in what they may take are one class.

    Args:
        size: Number of valid codes of the column.
        starts: int64[c + 1], where the codes of each class begin.
        codes: int64[m], the codes of all classes one after another, each class in order.
        row_class: int64[n], the class of each row.
        missing: Whether the cell may be missing instead.
    """

    size: int
    starts: Ints
    codes: Ints
    row_class: Ints
    missing: bool

    @property
    def masks(self) -> Bools:
        """bool[c, size + 1]: the codes that each class may take, missing last."""
        found = np.zeros((len(self.starts) - 1, self.size + 1), dtype=np.bool_)
        found[self._classes(), self.codes] = True
        found[:, self.size] = self.missing
        return found

    def _classes(self) -> Ints:
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def groups(self, group: Ints) -> Bools:
        """Return which groups are possible in each row, as `Interval.groups` does; groups may be of any codes."""
        count = int(group.max()) + 1
        found = np.zeros((len(self.starts) - 1, count), dtype=np.bool_)
        found[self._classes(), group[self.codes]] = True
        if count > group[:-1].max() + 1:
            found[:, group[-1]] = self.missing
        return np.asarray(found[self.row_class])

    def draw(
        self,
        weights: Floats,
        group: Ints,
        chosen: Ints,
        uniform: Floats,
        placed: Placed | None = None,  # noqa: ARG002 - of the protocol
    ) -> tuple[Ints, Singles]:
        """Draw a code of the chosen group that the row may take; see `Interval.draw`. Positions are 0."""
        count = int(group.max()) + 1
        key = self._classes() * count + group[self.codes]
        order = np.argsort(key, kind="stable")
        key, codes = key[order], self.codes[order]
        weight = np.maximum(weights[codes], 0.0)
        inside = np.bincount(key, weights=weight, minlength=1)[key] if len(key) else weight
        weight = np.where(inside > 0, weight / np.where(inside > 0, inside, 1.0), 1.0)  # alike where nothing is known
        total = np.concatenate([[0.0], np.cumsum(weight)])
        gone = (chosen == group[-1]) & (group[-1] > group[:-1].max()) & self.missing
        wanted = self.row_class * count + chosen
        first, stop = np.searchsorted(key, wanted, side="left"), np.searchsorted(key, wanted, side="right")
        apart = first == stop  # a group that is not possible: the constraint counts, not the group
        first = np.where(apart, np.searchsorted(key, self.row_class * count, side="left"), first)
        stop = np.where(apart, np.searchsorted(key, (self.row_class + 1) * count, side="left"), stop)
        aim = total[first] + uniform * (total[stop] - total[first])
        place = np.clip(np.searchsorted(total, aim, side="right") - 1, first, np.maximum(stop - 1, first))
        found = codes[np.minimum(place, len(codes) - 1)] if len(codes) else np.zeros(len(chosen), dtype=np.int64)
        gone |= first == stop
        return np.where(gone, self.size, found), np.zeros(len(chosen), dtype=np.float32)


Allowed = Interval | Choice


def cut(at: Floats) -> tuple[Ints, Singles]:
    """Return the code and the position of t = code + position."""
    code = np.floor(at)
    return code.astype(np.int64), np.minimum((at - code).astype(np.float32), _LAST_POSITION)
