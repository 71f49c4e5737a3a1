"""How far apart the values of two columns usually are of which one is never above the other: admission and discharge, opened and closed.

A table of bins says that most stays end in the month in which they begin, and nothing of days. But the share of stays that pass from
one bin into the next does: of all distributions of the distance that have its mean, the exponential one has the largest entropy, and its
mean follows from that share. Rows are then placed within their bins by it; what the table says of bins stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal
from privsynth.generators.lattice import Lattice

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
Singles = npt.NDArray[np.float32]
_POINTS = 32
_MEANS = 60
_BETTER_SIGMAS = 2.0
_CLEAR_SIGMAS = 3.0
_LEAST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The distance of two columns: in most rows exponential, in the rest anything.

    Args:
        low: The column that is never above the other one.
        high: The other one.
        mean: Of the exponential part, in the unit of values (of dates and moments: seconds).
        flat: Share of the rows whose distance is spread evenly over what is possible.
    """

    low: str
    high: str
    mean: float
    flat: float

    def parts(self, anchor: Floats, start: Floats, end: Floats, reach: float) -> tuple[Floats, Floats]:
        """Return the probability of stretches of the upper column, or, with all values negated, of the lower one.

        Args:
            anchor: float64[n], the known value of each row.
            start: float64, where a stretch begins, of a shape that fits `anchor`.
            end: The same, where it ends.
            reach: The largest value there is.

        Returns:
            What the exponential part adds, and what the part that is spread evenly adds.
        """
        near, far = np.maximum(start - anchor, 0.0), np.maximum(end - anchor, 0.0)
        close = np.exp(-near / self.mean) - np.exp(-far / self.mean)
        even = (far - near) / np.maximum(reach - anchor, 1e-300)
        return np.asarray((1 - self.flat) * close), np.asarray(self.flat * even)

    def chances(self, anchor: Floats, above: Stretches) -> Floats:
        """Return float64[k, l]: the share of each bin of the upper column among the rows of each bin of the lower one.

        Args:
            anchor: float64[k, p, 1], values of the lower column in each of its bins.
            above: Bins of the upper one.
        """
        close, even = self.parts(anchor, above.start, above.end, float(above.end.max()))
        found = (close + even).mean(axis=1)
        return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-300))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """The bins of a column of numbers, without that of missing cells.

    Args:
        start: float64[k], where they begin, in the unit of values.
        end: float64[k], where they end.
        unit: Distance of two written values.
    """

    start: Floats
    end: Floats
    unit: float


def stretches(marginal: Marginal, bins: Ints, lattice: Lattice) -> Stretches:
    """Return the bins of a column of numbers.

    Args:
        marginal: The column.
        bins: int64[g + 1], the bin of every group, missing last.
        lattice: Its written values.
    """
    assert marginal.domain.edges is not None  # noqa: S101 - for the type checker
    edges, inside = marginal.domain.edges[marginal.starts] * lattice.scale, bins[:-1]
    start, end = np.full(int(inside.max()) + 1, np.inf), np.full(int(inside.max()) + 1, -np.inf)
    np.minimum.at(start, inside, edges[:-1])
    np.maximum.at(end, inside, edges[1:])
    return Stretches(start=start, end=end, unit=lattice.unit * lattice.scale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bound:
    """Two columns of which one is never above the other, with their bins.

    Args:
        low: The lower column.
        high: The upper one.
        below: Bins of the lower one.
        above: Bins of the upper one.
    """

    low: str
    high: str
    below: Stretches
    above: Stretches

    def fitted(self, counts: Floats, expected: Floats, sigma: float) -> tuple[Gap | None, Floats]:
        """Return the gap that fits noisy counts best, by least squares, and the table that it expects.

        Within its bins the lower column is taken to be even. The first cells are those of bins of numbers; what is said of missing cells
        stays as it is.

        Args:
            counts: float64[k, l], noisy rows in each pair of bins.
            expected: float64[k, l], what is expected of them without a gap.
            sigma: Standard deviation of the noise. A flat part that it explains is left out.

        Returns:
            No gap, and the table as it was, where none is clearly better.
        """
        inside = np.s_[: len(self.below.start), : len(self.above.start)]
        noisy, found = counts[inside], expected.copy()
        best, least = None, float(((noisy - found[inside]) ** 2).sum()) - (_BETTER_SIGMAS * sigma) ** 2
        for gap, table in self._tried(noisy, expected[inside].sum(axis=1), sigma):
            miss = float(((noisy - table) ** 2).sum())
            if miss < least:
                best, least, found[inside] = gap, miss, table
        return best, found

    def _tried(self, noisy: Floats, rows: Floats, sigma: float) -> Iterator[tuple[Gap, Floats]]:
        """Yield gaps of many means, each with its best flat part, and the rows that they expect."""
        places = (np.arange(_POINTS) + 0.5) / _POINTS
        anchor = (self.below.start[:, None] + (self.below.end - self.below.start)[:, None] * places)[:, :, None]
        fine = min(self.below.unit, self.above.unit)
        wide = max(float(self.above.end.max() - self.below.start.min()), fine)
        even = rows[:, None] * self._gap(wide, 1.0).chances(anchor, self.above)
        for mean in np.geomspace(max(fine, wide * 1e-9), max(wide, fine), _MEANS):
            close = rows[:, None] * self._gap(float(mean), 0.0).chances(anchor, self.above)
            towards = even - close
            size = float((towards**2).sum())
            flat = float(np.clip((towards * (noisy - close)).sum() / max(size, 1e-300), 0.0, 1.0))
            flat = flat if flat * math.sqrt(size) > _CLEAR_SIGMAS * sigma else 0.0
            yield self._gap(float(mean), flat), close + flat * towards

    def _gap(self, mean: float, flat: float) -> Gap:
        return Gap(low=self.low, high=self.high, mean=mean, flat=flat)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pull:
    """What the known cells of a column say of where another one lies in each row.

    Args:
        gap: Of the two columns.
        lattice: Of the column that is drawn.
        anchor: float64[n], the values of the known column; negated where the drawn one is the lower one.
        known: bool[n], where they are there.
        sign: 1 where the drawn column is the upper one, else -1.
    """

    gap: Gap
    lattice: Lattice
    anchor: Floats
    known: Bools
    sign: int

    @classmethod
    def of(
        cls,
        name: str,
        gaps: Iterable[Gap],
        lattices: Mapping[str, Lattice],
        codes: Mapping[str, Ints],
        positions: Mapping[str, Singles],
    ) -> Pull | None:
        """Return the pull of the nearest column that is known, or None.

        Args:
            name: The column that is drawn.
            gaps: Of the model.
            lattices: Of the columns that inequalities bind.
            codes: Column name -> int64[n], what is known.
            positions: Column name -> float32[n].
        """
        near = [
            gap for gap in gaps if (gap.high == name and gap.low in codes) or (gap.low == name and gap.high in codes)
        ]
        if not near:
            return None
        gap = min(near, key=lambda each: each.mean)
        other, sign = (gap.low, 1) if gap.high == name else (gap.high, -1)
        values = lattices[other].written(codes[other], positions[other])
        known = codes[other] < lattices[other].domain.size
        return cls(gap=gap, lattice=lattices[name], anchor=sign * values, known=known, sign=sign)

    def weights(self, bins: Stretches) -> Matrix:
        """Return float32[n, k]: how likely each bin of the column that is drawn is."""
        low, high = (bins.start, bins.end) if self.sign > 0 else (-bins.end, -bins.start)
        close, even = self.gap.parts(self.anchor[:, None], low, high, float(high.max()))
        found = np.where(self.known[:, None], np.maximum(close + even, _LEAST), 1.0)
        return found.astype(np.float32)

    def drawn(self, even: Floats, low: Floats, high: Floats, uniform: Floats, coin: Floats) -> Floats:
        """Draw t = code + position between two ends by the gap.

        Args:
            even: float64[n], t as it was drawn without the gap: kept where the other column says nothing.
            low: float64[n], smallest t.
            high: float64[n], largest t.
            uniform: float64[n] in [0, 1).
            coin: float64[n] in [0, 1): whether a row is one of the exponential part.
        """
        edges = self.lattice.domain.edges
        assert edges is not None  # noqa: S101 - for the type checker
        values, knots = edges * self.lattice.scale, np.arange(len(edges), dtype=np.float64)
        ends = (np.interp(each, knots, values) * self.sign for each in (low, high))
        start, end = ends if self.sign > 0 else tuple(ends)[::-1]
        start, end = np.maximum(start, self.anchor), np.maximum(end, self.anchor)
        close, spread = self.gap.parts(self.anchor, start, end, float(np.max(values * self.sign)))
        flat = np.divide(spread, close + spread, out=np.ones_like(close), where=close + spread > 0)
        room = -np.expm1(-(end - start) / self.gap.mean)
        at = start - self.gap.mean * np.log1p(-uniform * room)
        found = np.interp(self.sign * at, values, knots)
        return np.where(self.known & (coin >= flat), np.clip(found, low, high), even)
