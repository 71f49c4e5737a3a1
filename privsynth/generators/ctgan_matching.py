"""Marginal matching: pull a generator's 1-, 2- and 3-way marginals towards those of rows that were already paid for.

The generator's columns are independent given its noise z, so its joint shares are E[p(z) p(z)'] exactly, where p are its
probabilities: no row has to be drawn. The squared distance is estimated without bias by the product of two independent halves of
a batch. Targets come from rows of the survey's maximum-entropy model, so all of this is free post-processing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from privsynth.generators.ctgan_layout import Layout

if TYPE_CHECKING:
    from privsynth.generators.ctgan import CtganConfig

Bins = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
_FLOOR = 2e-3
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What the generator's marginals should be.

    Args:
        mean: float[width], expected vector of a row.
        mean_weight: float[width].
        pairs: float[groups, width, width], expected outer products: of all rows, then of the rows of each class of the focus but
            the largest, as shares of all rows.
        pair_weight: The same shape; zero where a cell says nothing.
        members: int[...] of each class after the first entry: the bins of the focus that belong to it.
    """

    mean: Tensor
    mean_weight: Tensor
    pairs: Tensor
    pair_weight: Tensor
    members: tuple[Tensor, ...]

    def loss(self, expected: Tensor) -> Tensor:
        """Return the distance of a batch: float[n, width] of probabilities and places, n even."""
        value, slope = self.measured(expected.detach())
        return value + ((expected - expected.detach()) * slope).sum()

    def measured(self, expected: Tensor) -> tuple[Tensor, Tensor]:
        """Return the distance of a batch and its slope by every entry: one product less than automatic differentiation takes."""
        half = len(expected) // 2
        parts = expected[:half], expected[half:]
        means = [part.mean(dim=0) - self.mean for part in parts]
        value = (self.mean_weight * means[0] * means[1]).sum()
        slopes = [
            (self.mean_weight * other / half).expand_as(part) for part, other in zip(parts, means[::-1], strict=True)
        ]
        for number in range(len(self.pairs)):
            inside = [self._inside(part, number) for part in parts]
            gaps = [
                (part * share).T @ part / half - self.pairs[number] for part, share in zip(parts, inside, strict=True)
            ]
            weighted = [self.pair_weight[number] * gap for gap in gaps]
            value = value + (weighted[0] * gaps[1]).sum()
            for each, part in enumerate(parts):
                pulled = part @ weighted[1 - each] / half
                slopes[each] = slopes[each] + 2 * inside[each] * pulled
                if number:
                    slopes[each][:, self.members[number - 1]] += (part * pulled).sum(dim=1, keepdim=True)
        return value, torch.cat(slopes)

    def _inside(self, expected: Tensor, number: int) -> Tensor:
        """Return float[n, 1]: with what probability each row is in a class; 1 for all rows."""
        if not number:
            return expected.new_ones(len(expected), 1)
        return expected[:, self.members[number - 1]].sum(dim=1, keepdim=True)


def matching(layout: Layout, bins: Bins, places: Matrix, config: CtganConfig, device: torch.device) -> Matching:
    """Take the targets from rows.

    Args:
        layout: Of the rows.
        bins: int[n, m], the bins of rows drawn from the survey's model.
        places: float32[n, numeric], their places.
        config: Says the weights.
        device: Where to train.
    """
    members = _members(layout)
    mean = torch.zeros(layout.width)
    pairs = torch.zeros(1 + len(members), layout.width, layout.width)
    for start in range(0, len(bins), _BLOCK):
        block = torch.from_numpy(layout.vectors(bins[start : start + _BLOCK], places[start : start + _BLOCK]))
        mean += block.sum(dim=0)
        pairs[0] += block.T @ block
        for number, group in enumerate(members):
            inside = block[block[:, group].sum(dim=1) > 0]
            pairs[number + 1] += inside.T @ inside
    rows_used = max(len(bins), 1)
    mean, pairs = mean / rows_used, pairs / rows_used
    weight = torch.stack(
        [_weights(layout, None), *(config.class_weight * _weights(layout, group) for group in members)]
    )
    shares = torch.from_numpy(layout.shares).float()
    flat = torch.cat([shares, torch.ones(layout.width - layout.bins)])
    return Matching(
        mean=mean.to(device),
        mean_weight=(config.mean_weight / len(layout.names) / (flat + _FLOOR)).to(device),
        pairs=pairs.to(device),
        pair_weight=weight.to(device),
        members=tuple(group.to(device) for group in members),
    )


def _members(layout: Layout) -> tuple[Tensor, ...]:
    """Return the places of the bins of each class of the focus but the largest."""
    survey = layout.survey
    if survey.focus is None:
        return ()
    start = layout.stretch(survey.focus).start
    mass = np.bincount(survey.classes, weights=survey.mass[survey.focus])
    return tuple(
        torch.from_numpy(np.flatnonzero(survey.classes == each) + start)
        for each in np.argsort(-mass, kind="stable")[1:]
    )


def _weights(layout: Layout, group: Tensor | None) -> Tensor:
    """Return float[width, width]: one over what independent columns would expect in a cell, averaged over pairs."""
    bins, columns = layout.bins, len(layout.names)
    shares = torch.from_numpy(layout.shares).float()
    share = 1.0 if group is None else float(shares[group].sum())
    weight = torch.ones(layout.width, layout.width)
    weight[:bins, :bins] = 1 / (shares[:, None] * shares[None] * share + _FLOOR)
    weight[:bins, bins:] = 1 / (shares[:, None] * share + _FLOOR)
    weight[bins:, :bins] = weight[:bins, bins:].T
    column = torch.from_numpy(np.concatenate([layout.column_of_bin, _columns(layout, layout.numeric)]))
    weight[column[:, None] == column[None]] = 0
    if group is not None:
        own = column == column[group[0]]
        weight[own] = 0
        weight[:, own] = 0
    return weight / max(columns * (columns - 1), 1)


def _columns(layout: Layout, names: Sequence[str]) -> Ints:
    return np.array([layout.names.index(name) for name in names], dtype=np.int64)
