"""Toy tables on which one unit moves the answers as far as it can, and the twins of a fit that have a planted bug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.accounting import Spend
from privsynth.generators.copula import CopulaConfig, CopulaMechanism
from privsynth.generators.maxent import MaxentConfig, MaxentMechanism
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

if TYPE_CHECKING:
    from privsynth.table.counting import Question

_LABELS = ("0", "1", "2")
LABELLED = Schema(
    fields=tuple(Field(name=name, kind="ordinal", enum=_LABELS, required=True) for name in "abcd"), target="a"
)
COUNTED_TWICE = Schema(
    fields=(*LABELLED.fields[:3], Field(name="d", kind="integer", minimum=0, maximum=1_000, required=True)), target="a"
)
ROW = Unit()
_ROWS = 200
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """A fit of a toy table, or its twin with a bug.

    Args:
        generator: `copula` or `maxent`.
        schema: Four columns.
        unit: Who is protected.
        mu: What the fit may spend.
        claimed: What the fit says that it spends; None for the truth.
        exact: Whether noise comes from the sampler of releases instead of numpy's, which is faster.
        factor: What the noise is multiplied by: below 1 for the twin that has too little.
        seeded: Whether all runs draw the same noise.
    """

    generator: str = "maxent"
    schema: Schema = LABELLED
    unit: Unit = ROW
    mu: float = 0.5
    claimed: float | None = None
    exact: bool = False
    factor: float = 1.0
    seeded: bool = False

    @property
    def mechanism(self) -> CopulaMechanism | MaxentMechanism:
        """The fit with all its numbers; of maxent, one that has fewer pairs to measure than there are, so that it selects."""
        spend = Spend(mu_squared=Fraction(self.mu) ** 2)
        if self.generator == "copula":
            return CopulaConfig().calibrate(self.schema, self.unit, spend)
        return MaxentConfig(pairs_per_column=0.5).calibrate(self.schema, self.unit, spend)

    def world(self, units: int, rows: int = _ROWS) -> CodedTable:
        """Return random rows, none of them with a first label, and all rows of `units` more units, that have nothing else.

        Their rows stand together in one cell of every table, the distance of a pair moves by one for each of them, and their scores
        lie near the corner at which the moments' sensitivity is reached.
        """
        rng = np.random.default_rng(_SEED)
        codes = {}
        for domain in map(Domain.of, self.schema.modelled):
            drawn = rng.integers(1, domain.size, rows) if domain.numeric else rng.choice([1, 2], rows, p=[0.7, 0.3])
            mine = np.zeros(units * self.unit.max_rows, dtype=np.int64)
            codes[domain.name] = np.concatenate([drawn, mine]).astype(domain.dtype)
        return Remembering([Domain.of(each) for each in self.schema.modelled], Private(codes), self.unit)


class Remembering(CodedTable):
    """A table that counts the same question once, however many runs ask it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._known: dict[Any, Private[Any]] = {}

    def counts_many(self, questions: Sequence[Question]) -> list[Private[Any]]:
        """Return the contingency tables of several questions."""
        found = []
        for names, groups in questions:
            key = tuple(
                (name, None if groups is None or name not in groups else groups[name].tobytes()) for name in names
            )
            if key not in self._known:
                self._known[key] = super().counts_many([(names, groups)])[0]
            found.append(self._known[key])
        return found
