"""Rows whose value of a required column lies outside its domain: counted apart in tables of two columns, then shared out.

A required column gets no missing cell, so a model has no bin for such rows. Counted with one of the bins they would look like its
values; dropped, they would be lacking from the other column. So they have a cell of their own in what is asked, where the 1-way counts
say that there are any, and are given to the bins in proportion afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """How one column is asked for together with others.

    Args:
        groups: int64[size + 1], the cell of every code: its bin, or the cell after the last bin for what lies outside a required
            column's domain.
        share: float64[k], the share of each bin among the rows inside.
        outside: Share of the rows outside; 0 where they have no cell of their own.
    """

    groups: Ints
    share: Floats
    outside: float

    @classmethod
    def of(cls, marginal: Marginal, bins: Ints) -> Asked:
        """Say how to ask for a column.

        Args:
            marginal: Its 1-way estimates.
            bins: int64[g + 1], the bin of each group, missing last.
        """
        groups, number = bins[marginal.group_of_code()], int(bins.max()) + 1
        mass = np.bincount(bins, weights=np.append(marginal.counts, marginal.missing), minlength=number)
        if marginal.outside > 0:
            groups[-1] = number
        total = float(mass.sum())
        share = mass / total if total > 0 else np.full(number, 1 / number)
        return cls(groups=groups, share=share, outside=marginal.outside / total if total > 0 else 0.0)

    @property
    def cells(self) -> int:
        """How many cells the column has in an answer."""
        return len(self.share) + (self.outside > 0)

    def shared_out(self, table: Floats, axis: int) -> Floats:
        """Give the counts of the cell outside to the bins, in proportion; the sums over this axis stay.

        Args:
            table: Counts with `cells` entries on the axis.
            axis: Of this column.
        """
        if self.outside == 0:
            return table
        turned = np.moveaxis(table, axis, 0)
        return np.moveaxis(turned[:-1] + np.multiply.outer(self.share, turned[-1]), 0, axis)

    def set_apart(self, table: Floats, axis: int) -> Floats:
        """Return what an answer is expected to be where a model expects this table of bins: the rows outside have a cell again."""
        if self.outside == 0:
            return table
        turned = np.moveaxis(table, axis, 0)
        parts = [turned * (1 - self.outside), turned.sum(axis=0, keepdims=True) * self.outside]
        return np.moveaxis(np.concatenate(parts), 0, axis)
