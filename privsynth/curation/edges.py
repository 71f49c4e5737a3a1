"""Edge-case rows: the ends of numbers and rare labels, as far as a model gives them mass.

What counts as an end or as rare follows from the schema's public bounds and labels and from the model's own paid marginals. No real
row is looked at, so these rows are covered by the model's guarantee, and they repeat nobody: a rare label comes with columns that the
model draws for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from privsynth.curation.balance import equals, quoted
from privsynth.curation.bench import Bench
from privsynth.curation.lot import EDGE, Lot, StepResult
from privsynth.errors import UsageError

if TYPE_CHECKING:
    from privsynth.generators.fitted import Fitted
    from privsynth.tableschema.domain import Domain

END_SHARE = 0.005
RARE_SHARE = 0.02
_LEAST_SHARE = 1e-4
_MOST_OF_AN_END = 0.1
_RARE_LABELS = 5
_POOL_ROWS = 1 << 15
_PASSES = 2
_PURPOSE = "`edge_cases`"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeCases:
    """Add rows at the ends of numbers, and of rare labels, spread evenly over these edges.

    Args:
        rows: How many rows.
    """

    name: ClassVar[str] = "edge_cases"
    rows: int

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the rows and, after them, the edge cases.

        Raises:
            UsageError: the model has no edges, or gives none of them any row.
        """
        edges = edges_of(bench.drawing(_PURPOSE))
        if not edges:
            raise UsageError("The model has no edges: no column of numbers has thin ends, and no label is rare.")
        edges = [edges[at] for at in bench.rng.permutation(len(edges))]
        found, reached = self._found(edges, lot, bench)
        if sum(each.count for each in found) < self.rows:
            raise UsageError(
                f"The model gives {sum(each.count for each in found):,} edge cases that satisfy the rules, and {self.rows:,} were asked "
                "for. Ask for fewer, or relax the rules."
            )
        made = lot.with_rows(*found)
        why = (
            f"{reached} edges: the lowest or highest {END_SHARE:.1%} of a column of numbers, or a label (or a gap) that under "
            f"{RARE_SHARE:.0%} of the rows have; by the model's noisy marginals, within the schema's bounds."
        )
        options = {"rows": self.rows}
        return made, StepResult(
            stage=self.name, rows_in=lot.count, rows_kept=lot.count, rows_added=self.rows, why=why, options=options
        )

    def _found(self, edges: list[str], lot: Lot, bench: Bench) -> tuple[list[Lot], int]:
        """Return as many rows as there are to be, and how many edges they are at.

        They come from one pool, and are drawn where it is too thin; what some edges cannot give, the others do.
        """
        pool = bench.sampled(_PURPOSE, None, _POOL_ROWS, EDGE)
        masks = {edge: bench.mask(edge, pool) for edge in edges}
        reachable = [edge for edge in edges if masks[edge].any()]  # the others have next to no mass under the rules
        free = np.ones(pool.count, dtype=np.bool_)
        found: list[Lot] = []
        left, reached = self.rows, set[str]()
        for _ in range(_PASSES):
            for at, edge in enumerate(reachable):
                share = -(-left // (len(reachable) - at))
                rows = np.sort(bench.rng.permutation(np.flatnonzero(free & masks[edge]))[:share])
                free[rows] = False
                here = [bench.distinct_from(pool.taken(rows), (lot, *found))]
                if share > here[0].count:
                    here += _drawn(edge, share - here[0].count, (lot, *found, *here), bench)
                found += [each for each in here if each.count]
                count = sum(each.count for each in here)
                left, reached = left - count, reached | ({edge} if count else set())
        return found, len(reached)


def _drawn(edge: str, rows: int, beside: tuple[Lot, ...], bench: Bench) -> list[Lot]:
    """Draw rows at one edge; none where the model gives it no mass under the rules."""
    try:
        return [bench.draw(_PURPOSE, edge, rows, beside, EDGE)]
    except UsageError:
        return []


def edges_of(model: Fitted) -> list[str]:
    """Return the edges of a model as conditions, in the order of its columns."""
    found: list[str] = []
    for domain in model.domains:
        if domain.name not in model.schema.totals:
            shares = np.maximum(model.model.shares(domain.name), 0)
            shares = shares / max(float(shares.sum()), 1e-300)
            found += _gap(domain, float(shares[-1]))
            found += _ends(domain, shares[:-1]) if domain.numeric else _rare(domain, shares[:-1])
    return found


def _gap(domain: Domain, share: float) -> list[str]:
    rare = _LEAST_SHARE <= share < RARE_SHARE and not domain.field.required
    return [f"{quoted(domain.name, '`')} is missing"] if rare else []


def _rare(domain: Domain, shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[str]:
    labels = domain.labels or ()
    order = [int(at) for at in np.argsort(shares, kind="stable") if _LEAST_SHARE <= shares[at] < RARE_SHARE]
    return [equals(domain.name, labels[at]) for at in order[:_RARE_LABELS]]


def _ends(domain: Domain, shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[str]:
    """Return conditions of the thin ends of a column of numbers."""
    assert domain.edges is not None  # noqa: S101 - for the type checker
    below, name = np.cumsum(shares), quoted(domain.name, "`")
    above = np.cumsum(shares[::-1])[::-1]
    if not below[-1] > 0:
        return []
    low = int(np.argmax(below >= END_SHARE * below[-1]))
    high = len(shares) - 1 - int(np.argmax(above[::-1] >= END_SHARE * below[-1]))
    found = []
    if below[low] <= _MOST_OF_AN_END * below[-1]:
        found.append(f"{name} < {_value(domain, float(domain.edges[low + 1]))}")
    if above[high] <= _MOST_OF_AN_END * below[-1]:
        found.append(f"{name} >= {_value(domain, float(domain.edges[high]))}")
    return found


def _value(domain: Domain, number: float) -> str:
    """Return a number as a condition writes it."""
    unit = {"date": "datetime64[D]", "datetime": "datetime64[s]"}.get(domain.field.kind)
    if unit is None:
        return repr(int(number)) if number == int(number) else repr(number)
    return quoted(str(np.array(int(number)).astype(unit)).replace("T", " "), "'")
