"""The released part of a maxent fit, and how rows are drawn from it. Everything here is post-processing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.base import BATCH_ROWS, Arrays, Rows, gathered
from privsynth.generators.binning import Marginal
from privsynth.generators.copula_model import Margins
from privsynth.generators.drawing import Drawing, Factors
from privsynth.generators.fine import Fine
from privsynth.generators.gaps import Gap
from privsynth.generators.latents import LatentScale
from privsynth.generators.pairs import independent
from privsynth.generators.structure import Structure
from privsynth.tableschema.model import Schema

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_CELLS = 1 << 23
_MATRIX_CELLS = 1 << 22
_LEAST_ROWS = 1 << 12
_REFERENCE_ROWS = 1 << 16


@dataclass(frozen=True, kw_only=True, eq=False)
class MaxentModel:
    """Noisy 1-way and 2-way marginals, and what follows from them.

    Args:
        schema: Says the columns and the constraints.
        marginals: Column name -> its 1-way estimates on fine groups, in column order.
        bins: Column name -> int64[g + 1], the bin of every group, missing last.
        mass: Column name -> float64[k], estimated rows of every bin.
        focuses: The columns whose tables with all others are known; the first one's classes have latent scales of their own.
        classes: int64[k], the class of every bin of the first focus; one zero without a focus.
        orders: Column name -> int64[k], its bins in latent order; not for the first focus.
        correlation: float64[classes, m, m] of the latent scores of the columns of `orders`.
        tables: (a, b) -> float64[k of a, k of b], estimated rows.
        neighbours: To how many tables of earlier columns a column is raked at most.
        structure: The constraints as a sampler sees them.
        gaps: How far apart columns are that an inequality binds, where their tables are known.
    """

    schema: Schema
    marginals: Mapping[str, Marginal]
    bins: Mapping[str, Ints]
    mass: Mapping[str, Floats]
    focuses: tuple[str, ...]
    classes: Ints
    orders: Mapping[str, Ints]
    correlation: Floats
    tables: Mapping[tuple[str, str], Floats]
    neighbours: int
    structure: Structure
    gaps: tuple[Gap, ...] = ()

    @property
    def total(self) -> float:
        """Noisy number of rows of the table."""
        return float(next(iter(self.mass.values())).sum())

    @property
    def focus(self) -> str | None:
        """The column on whose classes the latent scales depend."""
        return self.focuses[0] if self.focuses else None

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Column name -> number of bins."""
        return {name: len(mass) for name, mass in self.mass.items()}

    @cached_property
    def scale(self) -> LatentScale:
        """The latent scale of the columns without the first focus."""
        return LatentScale.of({name: self.margins(name) for name in self.orders}, self.correlation)

    def margins(self, name: str) -> Margins:
        """Return the distribution of a column's bins in each class of the first focus."""
        given = self.mass[name][None]
        if self.focus is not None:
            given = np.zeros((int(self.classes.max()) + 1, self.sizes[name]))
            np.add.at(given, self.classes, self.table(self.focus, name))
        return Margins(bins=self.bins[name], order=self.orders[name], given=given)

    @cached_property
    def _fine(self) -> dict[str, Fine]:
        return {name: Fine.of(marginal, self.bins[name]) for name, marginal in self.marginals.items()}

    def fine(self, name: str) -> Fine:
        """Return what is within the bins of a column."""
        return self._fine[name]

    @cached_property
    def _bins_of_codes(self) -> dict[str, Ints]:
        return {name: self.bins[name][marginal.group_of_code()] for name, marginal in self.marginals.items()}

    def bins_of_codes(self, name: str) -> Ints:
        """Return int64[size + 1]: the bin of every code of a column, missing last."""
        return self._bins_of_codes[name]

    def table(self, a: str, b: str) -> Floats:
        """Return the estimated rows of every pair of bins of two columns whose table is known."""
        return self.tables[a, b] if (a, b) in self.tables else self.tables[b, a].T

    @cached_property
    def _strengths(self) -> dict[frozenset[str], float]:
        total = max(self.total, 1e-9)
        return {
            frozenset(pair): float(0.5 * np.abs(table - independent(table.sum(1), table.sum(0))).sum() / total)
            for pair, table in self.tables.items()
        }

    def strength(self, a: str, b: str) -> float:
        """Return how far two columns are from independent, in total variation; 0 where their table is not known."""
        return self._strengths.get(frozenset((a, b)), 0.0)

    def shares(self, name: str) -> Floats:
        """Return float64[size + 1]: the share of every code of one column; missing comes last."""
        marginal, bins = self.marginals[name], self.bins[name]
        fine = self._fine[name]
        rows = fine.share * (self.mass[name] / max(self.mass[name].sum(), 1e-300))[bins]
        parts = np.diff(marginal.starts)
        return np.append(np.repeat(rows[:-1] / parts, parts), rows[-1])

    def order(self, first: Sequence[str] = (), names: Sequence[str] | None = None) -> list[str]:
        """Return the columns in the order in which they are drawn: those named first, the focus, then by strength."""
        wanted = list(self.marginals if names is None else names)
        found = [name for name in first if name in wanted]
        if not found and self.focus in wanted:
            found = [str(self.focus)]
        rest = [name for name in wanted if name not in found]
        near = {
            name: max((self.strength(name, other) for other in found[len(self.focuses) :]), default=0.0)
            for name in rest
        }
        reach = {name: sum(self.strength(name, other) for other in wanted if other != self.focus) for name in rest}
        while rest:
            best = max(rest, key=lambda name: (name == self.focus, near[name], reach[name]))
            rest.remove(best)
            found.append(best)
            near = {name: max(near[name], self.strength(name, best)) for name in rest}
        return found

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows.

        Args:
            rows: How many.
            rng: Source of randomness; the same state gives the same rows.
        """
        return gathered(self.batches(rows, rng))

    def batches(self, rows: int, rng: np.random.Generator, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Draw rows in chunks of bounded memory, at least one; the first is raked in full, the later ones follow it."""
        names = list(self.marginals if columns is None else self._needed(columns))
        order, learned = self.order(names=names), None
        widest = max((self.sizes[name] for name in names), default=1)
        most = max(_LEAST_ROWS, min(BATCH_ROWS, _CELLS // max(len(names), 1), _MATRIX_CELLS // widest))
        for start in range(0, max(rows, 1), most):
            drawing = Drawing(self, order, min(most, rows - start), rng, learned=learned)
            drawing.draw_all()
            learned = drawing.factors if learned is None else learned
            yield self._rows(drawing.codes, drawing.positions, columns, rng)

    def _needed(self, columns: Sequence[str]) -> list[str]:
        """Return the drawn columns from which the wanted ones follow, in column order."""
        wanted = set(columns)
        for total in self.structure.totals:
            if total.constraint.total in wanted:
                wanted |= set(total.constraint.parts)
        wanted |= {name for name in self.focuses[:1] if wanted - set(self.structure.derived)}
        return [name for name in self.marginals if name in wanted]

    def _rows(
        self,
        codes: dict[str, Ints],
        positions: dict[str, Any],
        columns: Sequence[str] | None,
        rng: np.random.Generator | None,
    ) -> Rows:
        """Add the columns that follow from others; put columns into the schema's order and rows into a random one."""
        codes, positions = dict(codes), dict(positions)
        self.structure.derive(codes, positions)
        names = [field.name for field in self.schema.modelled if field.name in codes]
        names = names if columns is None else [name for name in names if name in set(columns)]
        mixed = slice(None) if rng is None else rng.permutation(len(next(iter(codes.values()))))
        return Rows(
            {name: codes[name][mixed] for name in names},
            {name: positions[name][mixed] for name in names if name in positions},
        )

    def coarse(self, rows: int, rng: np.random.Generator) -> dict[str, Ints]:
        """Draw bins only: column name -> int64[n]."""
        drawing = Drawing(self, self.order(), rows, rng)
        drawing.draw_all(coarse=True)
        return {name: drawing.bins(name) for name in self.marginals}

    def complete(self, given: Rows, rng: np.random.Generator) -> Rows:
        """Draw the columns that `given` lacks, given those that it holds; the latter come back as they are.

        Rows of the whole table are drawn with the given columns first; the factors that make them agree with the measured tables are
        then applied to the given rows.
        """
        known = [name for name in self.marginals if name in given.codes]
        order = self.order(first=known)
        learned = self._factors(order, rng) if len(known) < len(order) else {}
        parts = []
        for start in range(0, max(given.count, 1), BATCH_ROWS):
            part = given.taken(slice(start, start + BATCH_ROWS))
            drawing = Drawing(self, order, part.count, rng, learned=learned, follow=True)
            drawing.draw_all(part)
            codes, positions = {**part.codes, **drawing.codes}, {**part.positions, **drawing.positions}
            parts.append(self._rows(codes, positions, None, None))
        return gathered(parts)

    def _factors(self, order: Sequence[str], rng: np.random.Generator) -> Factors:
        drawing = Drawing(self, order, int(min(max(self.total, _LEAST_ROWS), _REFERENCE_ROWS)), rng)
        drawing.draw_all(coarse=True)
        return drawing.factors

    def to_arrays(self) -> Arrays:
        """Return the model as named arrays."""
        from privsynth.generators.maxent_arrays import to_arrays

        return to_arrays(self)
