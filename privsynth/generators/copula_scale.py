"""One column on the uniform scale of a copula: which stretch of it belongs to which code, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """The groups of one column in one class, side by side on [0, 1).

    Args:
        marginal: Says which codes a group has.
        groups: int64[g], the groups in their order on the scale; the number after the last group is that of missing cells.
        weights: float64[g], the length of each group's stretch; they sum to 1.
    """

    marginal: Marginal
    groups: Ints
    weights: Floats

    def sorted_codes(self, u: Floats) -> tuple[Ints, npt.NDArray[np.float32]]:
        """Return the code at each of the sorted places `u`, and the position within its cell."""
        ends = np.cumsum(self.weights)
        ends[-1] = 2.0
        found = np.repeat(np.arange(len(ends)), np.diff(np.searchsorted(u, np.append(0.0, ends))))
        return self._coded(u, found, ends)

    def codes(self, u: Floats) -> tuple[Ints, npt.NDArray[np.float32]]:
        """Return the code at each place, in any order, and the position within its cell."""
        ends = np.cumsum(self.weights)
        last = int(np.flatnonzero(self.weights > 0)[-1])
        found = np.minimum(np.searchsorted(ends, u, side="right"), last)
        return self._coded(u, found, ends)

    def _coded(self, u: Floats, found: Ints, ends: Floats) -> tuple[Ints, npt.NDArray[np.float32]]:
        start = np.append(0.0, ends[:-1])
        within = np.clip((u - start[found]) / np.maximum(self.weights[found], 1e-300), 0.0, 1 - 1e-9)
        group = self.groups[found]
        missing = group >= self.marginal.groups
        inside = np.where(missing, 0, group)
        parts = np.diff(self.marginal.starts)[inside]
        step = within * parts
        code = self.marginal.starts[inside] + np.minimum(step.astype(np.int64), parts - 1)
        position = np.clip(step - np.floor(step), 0, 1 - 1e-6).astype(np.float32)
        return np.where(missing, self.marginal.domain.size, code), position

    def stretches(self) -> tuple[Floats, Floats]:
        """Return float64[size + 1] twice: where the stretch of every code begins and ends.

        A code that the scale gives no mass has a stretch without length; missing cells that it does not know have all of it, so
        that they say nothing.
        """
        starts, parts = self.marginal.starts, np.diff(self.marginal.starts)
        begin, length = np.zeros(self.marginal.groups + 1), np.zeros(self.marginal.groups + 1)
        length[-1] = 1.0
        begin[self.groups] = np.append(0.0, np.cumsum(self.weights)[:-1])
        length[self.groups] = self.weights
        group = self.marginal.group_of_code()
        place = np.append(np.arange(starts[-1]) - starts[group[:-1]], 0)
        step = length[group] / np.append(parts, 1)[group]
        low = begin[group] + place * step
        return np.clip(low, 0.0, 1.0), np.clip(low + step, 0.0, 1.0)


def scattered(values: npt.NDArray[Any], place: Ints) -> npt.NDArray[Any]:
    """Return an array whose element at `place[i]` is `values[i]`."""
    out = np.empty_like(values)
    out[place] = values
    return out
