"""Rows drawn column by column: each column given all earlier ones, by the largest entropy that agrees with the measured pairs.

A column starts from what the latent normal scale says of it given the earlier columns, has structural zeros where a declared
constraint leaves no value, and is raked to every measured table that it has with an earlier column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from privsynth.generators.allowed import Placed
from privsynth.generators.base import Rows
from privsynth.generators.gaps import Pull, stretches
from privsynth.generators.latents import Latents
from privsynth.generators.raking import (
    Agreement,
    Members,
    apply_factors,
    balanced_draws,
    blocks_of,
    even_draws,
    normalise,
    raked,
)
from privsynth.threads import one_thread

if TYPE_CHECKING:
    from privsynth.generators.maxent_model import MaxentModel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Factors = dict[str, tuple[tuple[str, ...], list[Matrix]]]
_FIRST_PASSES = 5
_LATER_PASSES = 1
_BALANCED = 20
_LEAST_PRIOR = 1e-7


class Drawing:
    """Rows that are being drawn.

    Args:
        model: Noisy answers.
        order: The columns in the order in which they are drawn.
        rows: How many.
        rng: Source of randomness.
        learned: Column -> factors that an earlier drawing in the same order has found.
        follow: Only apply the learned factors, because these rows are not a sample of the whole table.
    """

    def __init__(
        self,
        model: MaxentModel,
        order: Sequence[str],
        rows: int,
        rng: np.random.Generator,
        *,
        learned: Factors | None = None,
        follow: bool = False,
    ) -> None:
        self._model = model
        self._order = tuple(order)
        self._rows = rows
        self._rng = rng
        self._learned = learned
        self._follow = follow
        self._members: dict[str, Members] = {}
        self._latents = Latents(model.scale, [name for name in order if name != model.focus], rows)
        self._blocks = blocks_of(rows, rng)
        self._in_blocks: dict[str, list[Members]] = {}
        self.factors: Factors = {}
        self.codes: dict[str, Ints] = {}
        self.positions: dict[str, Vector] = {}

    def draw_all(self, given: Rows | None = None, *, coarse: bool = False) -> None:
        """Draw the columns in their order, and take those that are given as they are."""
        with one_thread():
            for name in self._order:
                if given is not None and name in given.codes:
                    self.give(name, given.codes[name], given.positions.get(name))
                else:
                    self.draw(name, coarse=coarse)

    def give(self, name: str, codes: Ints, positions: Vector | None) -> None:
        """Take a column as it is."""
        bins = self._model.bins_of_codes(name)[codes]
        self.codes[name] = codes
        if positions is not None:
            self.positions[name] = positions
        self._members[name] = Members.of(bins, self._model.sizes[name])
        if name == self._model.focus:
            self._latents.classify(self._model.classes[bins])
        else:
            self._latents.give(name, bins, self._model.fine(name).places(codes, positions, self._rng))

    def draw(self, name: str, *, coarse: bool = False) -> None:
        """Draw a column given all that are there.

        Args:
            name: The column.
            coarse: Only its bins are wanted.
        """
        model = self._model
        allowed = None if coarse else model.structure.allowed(name, self.codes, self.positions, self._rows)
        pull = None if coarse else self._pull(name)
        probabilities = self._probabilities(name)
        if pull is not None and not self._follow:
            near = pull.weights(stretches(model.marginals[name], model.bins[name], pull.lattice))
            probabilities[:, : near.shape[1]] *= near
        if allowed is not None:
            possible = allowed.groups(model.bins_of_codes(name))
            probabilities *= possible
            stuck = ~(probabilities.max(axis=1, initial=0) > 0)
            probabilities[stuck] = possible[stuck]
        neighbours = self._neighbours(name)
        self._rake(name, probabilities, neighbours)
        bins = self._bins(probabilities, neighbours, coarse=coarse)
        if not self._members:
            bins = np.sort(bins)
        self._members[name] = Members.of(bins, model.sizes[name])
        if name == model.focus:
            self._latents.classify(model.classes[bins])
            places = self._rng.random(self._rows, dtype=np.float32)
        else:
            places = self._latents.draw(name, bins, self._rng)
        if coarse:
            return
        if allowed is None:
            codes, positions = model.fine(name).codes(bins, places, self._rng)
        else:
            weights = model.shares(name)[:-1]
            uniform = self._rng.random(self._rows)
            codes, positions = allowed.draw(weights, model.bins_of_codes(name), bins, uniform, self._placed(pull))
        self.codes[name] = codes
        if model.marginals[name].domain.numeric:
            self.positions[name] = positions.astype(np.float32)

    def _pull(self, name: str) -> Pull | None:
        lattices = {each: lattice for order in self._model.structure.orders for each, lattice in order.lattices.items()}
        return Pull.of(name, self._model.gaps, lattices, self.codes, self.positions)

    def _placed(self, pull: Pull | None) -> Placed | None:
        """Return how values are placed within their bins, or None for evenly."""
        if pull is None:
            return None
        uniform, coin = self._rng.random(self._rows), self._rng.random(self._rows)
        return lambda even, low, high: pull.drawn(even, low, high, uniform, coin)

    def bins(self, name: str) -> Ints:
        """Return int64[n], the bin of each row."""
        return self._members[name].bins.astype(np.int64)

    def _probabilities(self, name: str) -> Matrix:
        if name == self._model.focus:
            mass = self._model.mass[name]
            share = mass / mass.sum() if mass.sum() > 0 else np.full(len(mass), 1 / len(mass))
            return np.tile(np.maximum(share, _LEAST_PRIOR).astype(np.float32), (self._rows, 1))
        return self._latents.prior(name)

    def _neighbours(self, name: str) -> list[str]:
        """Return earlier columns whose tables with this one are known, the strongest last, and the focus after them."""
        strength = {other: self._model.strength(name, other) for other in self._members}
        found = sorted((other for other in strength if strength[other] > 0), key=lambda other: strength[other])
        ranked = [other for other in found if other not in self._model.focuses][-self._model.neighbours :]
        return ranked + [other for other in found if other in self._model.focuses]

    def _rake(self, name: str, probabilities: Matrix, neighbours: Sequence[str]) -> None:
        model, members = self._model, [self._members[other] for other in neighbours]
        if not members:
            members = [Members.of(np.zeros(self._rows, dtype=np.int64), 1)]
        if self._learned is not None and name in self._learned:
            apply_factors(probabilities, members, self._learned[name][1])
        if self._follow:
            normalise(probabilities)
            return
        scale = self._rows / max(model.total, 1e-9)
        tables = [model.table(other, name) for other in neighbours] or [model.mass[name][None, :]]
        agreements = [
            Agreement(members=each, table=(table * scale).astype(np.float32))
            for each, table in zip(members, tables, strict=True)
        ]
        found = raked(probabilities, agreements, _FIRST_PASSES if self._learned is None else _LATER_PASSES)
        self.factors[name] = (tuple(neighbours), found)

    def _bins(self, probabilities: Matrix, neighbours: Sequence[str], *, coarse: bool) -> Ints:
        """Draw the bins evenly within the rows that are alike in the focus and in the strongest neighbours."""
        key = np.zeros(self._rows, dtype=np.int64)
        room = np.iinfo(np.uint16).max
        for other in reversed(neighbours):
            if room < self._members[other].number:
                break
            room //= self._members[other].number
            key = key * self._members[other].number + self._members[other].bins
        if coarse:
            random = self._rng.permutation(self._rows)
            return even_draws(
                probabilities, random[np.argsort(key[random].astype(np.uint16), kind="stable")], self._rng
            )
        others = self._block_members(neighbours)
        return balanced_draws(probabilities, key.astype(np.uint16), self._blocks, others, self._rng)

    def _block_members(self, neighbours: Sequence[str]) -> list[list[Members]]:
        """Return the rows of each bin in each block, of the columns whose tables are known and of the latest others."""
        for name, members in self._members.items():
            if name not in self._in_blocks and members.number > 1:
                bins = [members.bins[block].astype(np.int64) for block in self._blocks]
                self._in_blocks[name] = [Members.of(each, members.number) for each in bins]
        plain = [name for name in self._in_blocks if name not in neighbours]
        wanted = {*neighbours, *plain[-max(_BALANCED - len(neighbours), 1) :]}
        return [members for name, members in self._in_blocks.items() if name in wanted]
