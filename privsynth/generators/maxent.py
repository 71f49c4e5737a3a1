"""The maximum-entropy generator: 1-way counts, tables with the focus, correlations, and the pairs that the model gets wrong.

Select, measure, generate, as in McKenna, Miklau, Sheldon, "Winning the NIST contest", 2021; but every selection is by noisy distances
(Gaussian, so that the whole run composes as Gaussian differential privacy), and rows are drawn column by column without a
junction tree, so that a pair costs nothing but its noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from privsynth.accounting import Spend, composed, gaussian
from privsynth.errors import SchemaError
from privsynth.generators.binning import MarginalPlan, plan_marginals
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.maxent_survey import Survey, focus_pairs
from privsynth.generators.structure import Structure
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxentConfig:
    """The recipe of a maxent fit; it holds no data and no budget.

    Args:
        focus: Columns whose tables with all others are measured; None for the schema's target.
        marginal_share: Share of mu**2 for 1-way counts.
        focus_share: Share for the tables of every column with a focus.
        moment_share: Share for the second moments of normal scores.
        select_share: Share for the distances by which pairs are selected.
        pair_share: Share for the selected pairs' tables.
        bins: Wanted bins of a numeric column in pair tables.
        classes: Most classes of the first focus with latent scales of their own.
        rounds: How often pairs are selected, each time against what the model has learned by then.
        first_round: Share of the pairs (and of their budget) of the first round.
        pairs_per_column: Most selected pairs in all rounds, for each column.
        candidates_per_column: Most candidates, for each column; those of the strongest correlations.
        neighbours: To how many tables of earlier columns a column is raked at most when rows are drawn.
        score_limit: Normal scores are clipped at this.
        radius_factor: Rows are clipped at this times the expected length of a row's scores.
        grid: Scores are rounded to 1 / grid.
    """

    focus: tuple[str, ...] | None = None
    marginal_share: float = 0.32
    focus_share: float = 0.3
    moment_share: float = 0.12
    select_share: float = 0.04
    pair_share: float = 0.4
    bins: int = 16
    classes: int = 5
    rounds: int = 2
    first_round: float = 0.7
    pairs_per_column: float = 4.0
    candidates_per_column: float = 24.0
    neighbours: int = 10
    score_limit: float = 2.5
    radius_factor: float = 1.3
    grid: int = 64

    name = "maxent"

    def __post_init__(self) -> None:
        if self.focus is not None:
            object.__setattr__(self, "focus", tuple(self.focus))

    def calibrate(self, schema: Schema, unit: Unit, spend: Spend) -> MaxentMechanism:  # noqa: ARG002 - of the protocol
        """Split mu**2 over the stages that this schema has.

        Args:
            schema: Says the columns, the constraints and the target.
            unit: Who is protected.
            spend: What the fit may spend; its additive delta is not used.

        Raises:
            SchemaError: a focus is not modelled.
        """
        structure = Structure.of(schema)
        domains = tuple(Domain.of(field) for field in schema.modelled if field.name not in structure.derived)
        names = [domain.name for domain in domains]
        focuses = self._focuses(schema, names)
        features = len(names) - min(len(focuses), 1)
        crossed = len(focus_pairs(names, focuses))
        candidates = math.comb(len(names) - len(focuses), 2)
        shares = {
            "marginals": self.marginal_share,
            "focus": self.focus_share * max(len(focuses), 1) if crossed else 0.0,
            "moments": self.moment_share if features > 1 else 0.0,
            "select": self.select_share if candidates > self.wanted(len(names)) else 0.0,
            "pairs": self.pair_share if candidates else 0.0,
        }
        whole = float(spend.mu_squared) * (1 - 1e-9) / sum(shares.values())
        budget = {stage: whole * share for stage, share in shares.items()}
        return MaxentMechanism(
            config=self,
            schema=schema,
            structure=structure,
            focuses=focuses,
            marginals=plan_marginals(domains, budget["marginals"]),
            focus_noise=_noise(budget["focus"] / max(crossed, 1)),
            moment_noise=_noise(budget["moments"]),
            select_noise=_noise(budget["select"] / self.rounds),
            pair_noise=tuple(_noise(budget["pairs"] * share) for share in self._parts(bool(budget["select"]))),
        )

    def _focuses(self, schema: Schema, names: Sequence[str]) -> tuple[str, ...]:
        wanted = self.focus
        if wanted is None:
            return () if schema.target is None or schema.target not in names else (schema.target,)
        for name in wanted:
            if name not in names:
                raise SchemaError(f"The focus `{name}` is no modelled column. The columns are: {', '.join(names)}.")
        return tuple(dict.fromkeys(wanted))

    def _parts(self, selected: bool) -> tuple[float, ...]:
        """Return the shares of the rounds; one round takes all pairs where there is nothing to select."""
        if not selected or self.rounds == 1:
            return (1.0,)
        return (self.first_round, *[(1 - self.first_round) / (self.rounds - 1)] * (self.rounds - 1))

    def wanted(self, columns: int) -> int:
        """Return how many pairs are selected in all rounds at most."""
        return max(round(self.pairs_per_column * columns), 1)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "focus": None if self.focus is None else list(self.focus)}

    def load(self, schema: Schema, arrays: Mapping[str, npt.NDArray[Any]]) -> MaxentModel:
        """Rebuild a model from its arrays."""
        from privsynth.generators.maxent_arrays import from_arrays

        return from_arrays(schema, arrays, self.neighbours)


def _noise(mu_squared: float) -> float | None:
    return math.sqrt(1 / mu_squared) if mu_squared > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxentMechanism:
    """A maxent fit with all its numbers.

    Args:
        config: The recipe.
        schema: The schema.
        structure: Its constraints.
        focuses: Columns whose tables with all others are measured.
        marginals: Noise of the 1-way counts.
        focus_noise: Noise multiplier of each table with a focus, or None.
        moment_noise: Noise multiplier of the second moments, or None.
        select_noise: Noise multiplier of all distances of one round, or None where all pairs are measured.
        pair_noise: Noise multiplier of all tables of each round.
    """

    config: MaxentConfig
    schema: Schema
    structure: Structure
    focuses: tuple[str, ...]
    marginals: tuple[MarginalPlan, ...]
    focus_noise: float | None
    moment_noise: float | None
    select_noise: float | None
    pair_noise: tuple[float | None, ...]

    @property
    def event(self) -> DpEvent:
        """Every stage of `run`, in its order; how many answers share a stage's noise may depend on earlier stages."""
        events = []
        for plan in self.marginals:
            events += [gaussian(plan.first)] + ([gaussian(plan.second)] if plan.second is not None else [])
        crossed = len(focus_pairs([plan.name for plan in self.marginals], self.focuses))
        if self.focus_noise is not None:
            events.append(gaussian(self.focus_noise, crossed))
        if self.moment_noise is not None:
            events.append(gaussian(self.moment_noise))
        for noise in self.pair_noise:
            events += [gaussian(each) for each in (self.select_noise, noise) if each is not None]
        return composed(events)

    def run(self, source: DataSource, noise: Noise) -> MaxentModel:
        """Measure 1-way counts, the focus, correlations, then in each round the pairs that the model gets most wrong."""
        survey = Survey(self, source, noise)
        survey.measure_focus()
        survey.measure_correlations()
        for number in range(len(self.pair_noise)):
            survey.measure_pairs(number)
        return survey.model()
