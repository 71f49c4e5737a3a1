"""From bins to codes and back: what is within a bin of one column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Vector = npt.NDArray[np.float32]
_LAST_POSITION = np.float32(1 - 1e-6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fine:
    """The groups of codes in each bin of a column.

    Args:
        marginal: The column's 1-way estimates.
        groups: int64[g], the groups by bin and, within a bin, by value; the number after the last group is missing.
        ends: float64[g], bin number plus the share of the bin up to and with each group.
        start: float64[groups + 1], where each group begins within its bin.
        share: float64[groups + 1], each group's share of its bin.
    """

    marginal: Marginal
    groups: Ints
    ends: Floats
    start: Floats
    share: Floats

    @classmethod
    def of(cls, marginal: Marginal, bins: Ints) -> Fine:
        """Prepare a column.

        Args:
            marginal: Its 1-way estimates.
            bins: int64[g + 1], the bin of each group, missing last.
        """
        mass = np.append(marginal.counts, marginal.missing)
        groups = np.arange(len(mass)) if marginal.missing > 0 else np.arange(len(mass) - 1)
        groups = groups[np.argsort(bins[groups], kind="stable")]
        number = int(bins.max()) + 1
        inside = np.bincount(bins[groups], weights=mass[groups], minlength=number)
        members = np.bincount(bins[groups], minlength=number)
        of_bin = bins[groups]
        share = np.where(inside[of_bin] > 0, mass[groups] / np.maximum(inside[of_bin], 1e-300), 1 / members[of_bin])
        total = np.cumsum(share)
        first = np.concatenate([[0], np.cumsum(members)[:-1]])
        ends = of_bin + np.clip(total - (total - share)[first[of_bin]], 0, 1)
        ends[np.cumsum(members)[members > 0] - 1] = of_bin[np.cumsum(members)[members > 0] - 1] + 1.0
        start, shares = np.zeros(len(mass)), np.zeros(len(mass))
        start[groups], shares[groups] = ends - of_bin - share, share
        return cls(marginal=marginal, groups=groups, ends=ends, start=np.clip(start, 0, 1), share=shares)

    def codes(self, bins: Ints, places: Vector, rng: np.random.Generator) -> tuple[Ints, Vector]:
        """Return a code and a position within its cell for each row, spread evenly over each bin.

        Args:
            bins: int64[n].
            places: float32[n] in [0, 1): numbers are given to the rows of a bin in this order; labels at random.
            rng: Source of randomness.
        """
        numeric = self.marginal.domain.numeric
        wanted = places if numeric else rng.random(len(bins), dtype=np.float32)
        order = np.argsort(bins + wanted.astype(np.float64))
        rows = np.bincount(bins, minlength=int(self.ends[-1]) if len(self.ends) else 1)
        first = np.concatenate([[0], np.cumsum(rows)[:-1]])
        ordered = bins[order]
        even = (np.arange(len(bins)) - first[ordered] + rng.random(len(rows))[ordered]) / rows[ordered]
        found = np.minimum(
            np.searchsorted(self.ends, ordered + np.minimum(even, 1 - 1e-9), side="right"), len(self.ends) - 1
        )
        group = self.groups[found]
        within = (even - self.start[group]) / np.maximum(self.share[group], 1e-300)
        codes, positions = np.empty(len(bins), dtype=np.int64), np.empty(len(bins), dtype=np.float32)
        codes[order], positions[order] = self._cells(group, np.clip(within, 0, 1 - 1e-9))
        return codes, positions

    def _cells(self, group: Ints, within: Floats) -> tuple[Ints, Vector]:
        missing = group >= self.marginal.groups
        inside = np.where(missing, 0, group)
        parts = np.diff(self.marginal.starts)[inside]
        step = within * parts
        code = self.marginal.starts[inside] + np.minimum(step.astype(np.int64), parts - 1)
        position = np.clip(step - np.floor(step), 0, _LAST_POSITION).astype(np.float32)
        return np.where(missing, self.marginal.domain.size, code), position

    def places(self, codes: Ints, positions: Vector | None, rng: np.random.Generator) -> Vector:
        """Return float32[n] in [0, 1): the place of each code within its bin; labels without an order get random ones."""
        if positions is None or not self.marginal.domain.numeric:
            return rng.random(len(codes), dtype=np.float32)
        return self.spread(codes, positions, rng.random(len(codes)))

    def spread(self, codes: Ints, positions: Vector, missing_places: npt.NDArray[Any]) -> Vector:
        """Return float32[n] in [0, 1): the place of each number's code within its bin; of missing cells the places given."""
        group = self.marginal.group_of_code()[codes]
        missing = group >= self.marginal.groups
        inside = np.where(missing, 0, group)
        parts = np.diff(self.marginal.starts)[inside]
        within = (np.where(missing, 0, codes) - self.marginal.starts[inside] + positions) / parts
        found = self.start[inside] + self.share[inside] * within
        return np.clip(np.where(missing, missing_places, found), 0, 1 - 1e-6).astype(np.float32)
