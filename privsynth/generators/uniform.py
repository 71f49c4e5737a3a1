"""A model of the schema alone: every value that a column may have is as likely as any other. No table was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.generators.allowed import Allowed, Interval
from privsynth.generators.base import Arrays, Rows, batch_sizes, gathered
from privsynth.generators.births import Births, both
from privsynth.generators.structure import Structure
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema
from privsynth.tableschema.person import person_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UniformModel:
    """What a schema says, as a model: labels alike, numbers even between their bounds, constraints kept in every row.

    Args:
        schema: Says the columns and the constraints.
        domains: Column name -> its domain, in column order.
        missing: Share of missing cells where the schema allows them.
        structure: The constraints as a sampler sees them.
        births: Columns that say when somebody was born, drawn so that they agree.
        rows: What `total` says.
    """

    schema: Schema
    domains: Mapping[str, Domain]
    missing: float
    structure: Structure
    births: Births
    rows: int

    @classmethod
    def of(cls, schema: Schema, rows: int, missing: float) -> UniformModel:
        """Make the model of a completed schema.

        Raises:
            SchemaError: a column has no bounds or labels, or a constraint cannot be kept.
        """
        domains = {field.name: Domain.of(field) for field in schema.modelled}
        births = Births.of(person_of(schema), domains)
        return cls(
            schema=schema, domains=domains, missing=missing, structure=Structure.of(schema), births=births, rows=rows
        )

    @property
    def total(self) -> float:
        """How many rows were asked for."""
        return float(self.rows)

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows."""
        return gathered(self.batches(rows, rng))

    def batches(self, rows: int, rng: np.random.Generator, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Draw rows in chunks of bounded memory, at least one (which may be empty); all columns, or these."""
        for size in batch_sizes(rows):
            yield self._drawn(Rows({}, {}), size, rng, columns)

    def complete(self, given: Rows, rng: np.random.Generator) -> Rows:
        """Draw the columns that `given` lacks, given those that it holds; the latter come back as they are."""
        return self._drawn(given, given.count, rng, None)

    def shares(self, name: str) -> Floats:
        """Return float64[size + 1]: the share of every code of one column; missing comes last."""
        weights = self._weights(name)
        missing = 0.0 if self.domains[name].field.required else self.missing
        return np.append(weights / weights.sum() * (1 - missing), missing)

    def to_arrays(self) -> Arrays:
        """Return nothing: it all follows from the schema."""
        return {}

    def _weights(self, name: str) -> Floats:
        """Return float64[size]: labels alike, cells of numbers by their width within the bounds."""
        domain = self.domains[name]
        if domain.edges is None:
            return np.ones(domain.size)
        low, high = domain.field.bounds()
        ends = np.clip(domain.edges, low, high + 1 if domain.whole else np.nextafter(high, np.inf))
        widths = np.diff(ends if domain.field.step is None else domain.edges)
        return widths if widths.sum() > 0 else np.ones(domain.size)

    def _drawn(self, given: Rows, rows: int, rng: np.random.Generator, columns: Sequence[str] | None) -> Rows:
        codes, positions = dict(given.codes), dict(given.positions)
        wanted = set(self.domains) if columns is None else set(columns)
        for total in self.structure.totals:
            wanted |= set(total.constraint.parts) if total.constraint.total in wanted else set()
        derived = set(self.structure.derived)
        agreeing = [name for name in self.births.names if name in wanted]
        for name in (*agreeing, *(name for name in self.domains if name in wanted and name not in agreeing)):
            if name not in codes and name not in derived:
                codes[name], places = self._column(name, codes, positions, rows, rng)
                if self.domains[name].numeric:
                    positions[name] = places
        self.structure.derive(codes, positions)
        names = [name for name in self.domains if name in codes and (columns is None or name in set(columns))]
        return Rows(
            {name: codes[name] for name in names}, {name: positions[name] for name in names if name in positions}
        )

    def _column(
        self,
        name: str,
        codes: Mapping[str, Ints],
        positions: Mapping[str, Singles],
        rows: int,
        rng: np.random.Generator,
    ) -> tuple[Ints, Singles]:
        """Draw one column given those that are there."""
        uniform, coin = rng.random((2, rows))
        domain, share = self.domains[name], 0.0 if self.domains[name].field.required else self.missing
        group = np.append(np.zeros(domain.size, dtype=np.int64), 1)
        allowed: Allowed | None = self.structure.allowed(name, codes, positions, rows)
        if name in self.births.names:
            allowed = both(allowed, self.births.allowed(name, codes, positions, rows))
        if allowed is None and domain.numeric:
            ends = np.zeros(rows), np.full(rows, np.nextafter(float(domain.size), 0.0))
            allowed = Interval(low=ends[0], high=ends[1], missing=not domain.field.required)
        if allowed is None:
            found = np.minimum((uniform * domain.size).astype(np.int64), domain.size - 1)
            return np.where(coin < share, domain.size, found), np.zeros(rows, dtype=np.float32)
        possible = allowed.groups(group)
        chosen = ((coin < share) & possible[:, 1]) | ~possible[:, 0]
        return allowed.draw(self._weights(name), group, chosen.astype(np.int64), uniform)
