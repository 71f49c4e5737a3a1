"""The Gaussian copula, conditional on the target.

Within each class of the target, every column has its own noisy marginal and the columns' normal scores have a noisy
correlation. The recipe of second moments instead of rank correlations follows from Li, Xiong, Jiang, "Differentially private
synthesization of multi-dimensional data using copula functions", 2014, whose Kendall's tau needs about six times the noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend, composed, gaussian
from privsynth.generators.binning import Marginal, MarginalPlan, measure_marginals, plan_marginals
from privsynth.generators.copula_model import CopulaModel, Margins
from privsynth.generators.latent import grouped, measure_correlations, ordered_bins
from privsynth.generators.merging import coarse_bins
from privsynth.generators.outside import Asked
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_PIVOT_VALUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CopulaConfig:
    """The recipe of a copula fit; it holds no data and no budget.

    Args:
        marginal_share: Share of mu**2 for 1-way counts.
        target_share: Share for the counts of every column with the target.
        moment_share: Share for the second moments of normal scores.
        bins: Wanted bins of a numeric column in counts with the target.
        target_bins: Wanted classes of a numeric target.
        score_limit: Normal scores are clipped at this.
        radius_factor: Rows are clipped at this times the expected length of a row's scores.
        grid: Scores are rounded to 1 / grid.
    """

    marginal_share: float = 0.5
    target_share: float = 0.2
    moment_share: float = 0.3
    bins: int = 20
    target_bins: int = 5
    score_limit: float = 2.5
    radius_factor: float = 1.5
    grid: int = 64

    name = "copula"

    def calibrate(self, schema: Schema, unit: Unit, spend: Spend) -> CopulaMechanism:  # noqa: ARG002 - of the protocol
        """Split mu**2 over the stages that this schema has.

        Args:
            schema: Says the columns and the target.
            unit: Who is protected.
            spend: What the fit may spend; its additive delta is not used.
        """
        domains = tuple(Domain.of(field) for field in schema.modelled)
        names = [domain.name for domain in domains]
        target = schema.target if schema.target in names else _pivot(domains)
        features = tuple(name for name in names if name != target)
        shares = {
            "marginals": self.marginal_share,
            "target": self.target_share if target and features else 0.0,
            "moments": self.moment_share if len(features) > 1 else 0.0,
        }
        budget = {
            stage: float(spend.mu_squared) * (1 - 1e-9) * share / sum(shares.values())
            for stage, share in shares.items()
        }
        return CopulaMechanism(
            config=self,
            target=target,
            features=features,
            marginals=plan_marginals(domains, budget["marginals"]),
            target_noise=math.sqrt(len(features) / budget["target"]) if budget["target"] else None,
            moment_noise=math.sqrt(1 / budget["moments"]) if budget["moments"] else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        return asdict(self)

    def load(self, schema: Schema, arrays: Mapping[str, npt.NDArray[Any]]) -> CopulaModel:
        """Rebuild a model from its arrays."""
        return CopulaModel.from_arrays(tuple(Domain.of(field) for field in schema.modelled), arrays)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopulaMechanism:
    """A copula fit with all its numbers.

    Args:
        config: The recipe.
        target: Column on which the others are conditioned, or None.
        features: The other columns.
        marginals: Noise of the 1-way counts.
        target_noise: Noise multiplier of each count of a feature with the target, or None without a target.
        moment_noise: Noise multiplier of the second moments, or None with fewer than two features.
    """

    config: CopulaConfig
    target: str | None
    features: tuple[str, ...]
    marginals: tuple[MarginalPlan, ...]
    target_noise: float | None
    moment_noise: float | None

    @property
    def event(self) -> DpEvent:
        """Every noisy answer of `run`, in its order."""
        events = []
        for plan in self.marginals:
            events += [gaussian(plan.first)] + ([gaussian(plan.second)] if plan.second is not None else [])
        if self.target_noise is not None:
            events.append(gaussian(self.target_noise, len(self.features)))
        if self.moment_noise is not None:
            events.append(gaussian(self.moment_noise))
        return composed(events)

    def run(self, source: DataSource, noise: Noise) -> CopulaModel:
        """Measure marginals, then each feature with the target, then the moments of scores; all else is post-processing."""
        found = {each.domain.name: each for each in measure_marginals(source, self.marginals, noise)}
        classes = self._classes(found, source.unit.max_rows)
        margins = {name: self._margins(source, found[name], classes, found, noise) for name in self.features}
        correlation = self._correlation(source, margins, classes, found, noise)
        return CopulaModel(
            target=self.target,
            marginals=found,
            classes=classes,
            margins=margins,
            correlation=correlation,
        )

    def _classes(self, found: Mapping[str, Marginal], max_rows: int) -> Ints:
        """Return the class of every group of the target (missing last); one class without a target."""
        if self.target is None:
            return np.zeros(1, dtype=np.int64)
        if self.target_noise is None:
            return np.zeros(found[self.target].groups + 1, dtype=np.int64)
        return coarse_bins(found[self.target], bins=self.config.target_bins, floor=6 * self.target_noise * max_rows)

    def _margins(
        self, source: DataSource, marginal: Marginal, classes: Ints, found: Mapping[str, Marginal], noise: Noise
    ) -> Margins:
        """Measure one feature with the target and order its bins."""
        if self.target is None or self.target_noise is None:
            bins = np.append(np.arange(marginal.groups), marginal.groups if marginal.missing > 0 else 0)
            mass = grouped(marginal, bins)
            return Margins(bins=bins, order=np.arange(len(mass)), given=mass[None, :])
        sigma = self.target_noise * source.unit.max_rows
        bins = coarse_bins(marginal, bins=self.config.bins, floor=6 * sigma)
        target = found[self.target]
        column, of_target = Asked.of(marginal, bins), Asked.of(target, classes)
        groups = {marginal.domain.name: column.groups, self.target: of_target.groups}
        counts = noise.measure(
            source.counts([self.target, marginal.domain.name], groups),
            sensitivity=source.unit.max_rows,
            noise_multiplier=self.target_noise,
        )
        table = column.shared_out(of_target.shared_out(counts.astype(np.float64), 0), 1)
        given = _fitted(table, sigma, grouped(target, classes), grouped(marginal, bins))
        return Margins(bins=bins, order=ordered_bins(marginal, bins, given), given=given)

    def _correlation(
        self,
        source: DataSource,
        margins: Mapping[str, Margins],
        classes: Ints,
        found: Mapping[str, Marginal],
        noise: Noise,
    ) -> Floats:
        """Measure the second moments of the features' normal scores in each class; return correlation matrices."""
        number, size = int(classes.max()) + 1, len(self.features)
        identity = np.repeat(np.eye(size)[None], number, axis=0)
        if self.moment_noise is None:
            return identity
        given = None if self.target is None else (self.target, Asked.of(found[self.target], classes))
        return measure_correlations(
            source,
            margins,
            found,
            given,
            noise,
            noise_multiplier=self.moment_noise,
            score_limit=self.config.score_limit,
            radius_factor=self.config.radius_factor,
            grid=self.config.grid,
        )


def _pivot(domains: Sequence[Domain]) -> str | None:
    """Return the column to condition on where no target is named: the last with a few values, where tables keep theirs."""
    few = [domain.name for domain in domains if 2 <= domain.size <= _PIVOT_VALUES]
    return few[-1] if few else None


def _fitted(counts: Floats, sigma: float, rows: Floats, columns: Floats) -> Floats:
    """Return a table that agrees with both marginals and departs from independence only where the noise allows to say so."""
    independent = np.outer(rows, columns) / max(rows.sum(), 1e-9)
    residual = counts - independent
    fitted = np.clip(independent + np.where(np.abs(residual) > sigma, residual, 0.0), 1e-6, None)
    for _ in range(50):
        fitted *= (rows / np.maximum(fitted.sum(axis=1), 1e-12))[:, None]
        fitted *= columns / np.maximum(fitted.sum(axis=0), 1e-12)
    return np.asarray(fitted)
