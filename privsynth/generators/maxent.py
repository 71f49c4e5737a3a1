"""The maximum-entropy generator: 1-way counts, tables with the focus, correlations, and the pairs that the model gets wrong.

Select, measure, generate, as in McKenna, Miklau, Sheldon, "Winning the NIST contest", 2021; but every selection is by noisy distances
(Gaussian, so that the whole run composes as Gaussian differential privacy), and rows are drawn column by column without a
junction tree, so that a pair costs nothing but its noise.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend, composed, gaussian
from privsynth.errors import SchemaError
from privsynth.generators.binning import (
    Marginal,
    MarginalPlan,
    measure_marginals,
    merged_neighbours,
    pair_bins,
    plan_marginals,
)
from privsynth.generators.copula_model import Margins
from privsynth.generators.latent import grouped, measure_correlations, ordered_bins
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.pairs import (
    Evidence,
    agreed,
    denoised,
    independent,
    merged_fit,
    sampling_distance,
    worthwhile,
)
from privsynth.generators.structure import Structure
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pair = tuple[str, str]
_ROUNDING = 1 + 1e-12
_NOISE_OF_A_CELL = 0.25
_CLEAR_SIGMAS = 6.0
_REFERENCE_ROWS = 1 << 15
_REFERENCE_SEED = 20_250_101


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
        crossed = len(_focus_pairs(names, focuses))
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


def _focus_pairs(names: Sequence[str], focuses: Sequence[str]) -> list[Pair]:
    pairs = [(focus, name) for focus in focuses for name in names if name != focus]
    return [pair for place, pair in enumerate(pairs) if pair[::-1] not in pairs[:place]]


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
        crossed = len(_focus_pairs([plan.name for plan in self.marginals], self.focuses))
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


class Survey:
    """What a run has measured so far: noisy answers, and the model that follows from them.

    Args:
        mechanism: All numbers of the run.
        source: The table.
        noise: Where the noise comes from.
    """

    def __init__(self, mechanism: MaxentMechanism, source: DataSource, noise: Noise) -> None:
        self._mechanism = mechanism
        self._config = mechanism.config
        self._source = source
        self._noise = noise
        rows = source.unit.max_rows
        found = measure_marginals(source, mechanism.marginals, noise)
        self._marginals: dict[str, Marginal] = {each.domain.name: each for each in found}
        self._total = found[0].total
        self._names = list(self._marginals)
        self._bins = {each.domain.name: pair_bins(each, bins=self._config.bins) for each in found}
        self._groups = {name: self._bins[name][self._marginals[name].group_of_code()] for name in self._names}
        self._evidence = {name: self._first_evidence(name) for name in self._names}
        self._mass = {name: each.mass(self._total) for name, each in self._evidence.items()}
        self._tables: dict[Pair, Floats] = {}
        self._rows_of_unit = rows
        self._model: MaxentModel | None = None

    def _first_evidence(self, name: str) -> Evidence:
        marginal, bins = self._marginals[name], self._bins[name]
        missing = marginal.missing_variance if marginal.missing > 0 else 0.0
        variance = np.bincount(bins, weights=np.append(marginal.variance, missing)).astype(np.float64)
        return Evidence.of(grouped(marginal, bins), variance)

    @property
    def _focus(self) -> str | None:
        return self._mechanism.focuses[0] if self._mechanism.focuses else None

    def _measured(self, pairs: Sequence[Pair], multiplier: float) -> dict[Pair, Floats]:
        """Ask for the tables of several pairs, each with this noise; their margins are evidence of the bins too."""
        questions = [([a, b], {a: self._groups[a], b: self._groups[b]}) for a, b in pairs]
        sigma = multiplier * self._rows_of_unit
        found = {}
        for (a, b), answer in zip(pairs, self._source.counts_many(questions), strict=True):
            table = self._noise.measure(answer, sensitivity=self._rows_of_unit, noise_multiplier=multiplier)
            found[a, b] = table.astype(np.float64)
            self._evidence[a].add(found[a, b].sum(axis=1), sigma**2 * table.shape[1])
            self._evidence[b].add(found[a, b].sum(axis=0), sigma**2 * table.shape[0])
        self._mass = {name: each.mass(self._total) for name, each in self._evidence.items()}
        self._tables = {pair: self._agreed(pair, table) for pair, table in self._tables.items()}
        return found

    def _agreed(self, pair: Pair, table: Floats) -> Floats:
        a, b = pair
        possible = self._mechanism.structure.possible(a, b, self._groups[a], self._groups[b])
        return agreed(table, self._mass[a], self._mass[b], passes=20, possible=possible)

    def measure_focus(self) -> None:
        """Measure every column with every focus."""
        multiplier, pairs = self._mechanism.focus_noise, _focus_pairs(self._names, self._mechanism.focuses)
        if multiplier is not None:
            for (a, b), noisy in self._measured(pairs, multiplier).items():
                sigma = multiplier * self._rows_of_unit
                expected = independent(self._mass[a], self._mass[b])
                for axis, name in enumerate((a, b)):
                    expected = merged_fit(noisy, expected, self._merged(name, sigma), sigma, axis=axis)
                self._tables[a, b] = self._agreed((a, b), denoised(noisy, expected, sigma))
        self._model = self._first_model()

    def _merged(self, name: str, sigma: float) -> Ints:
        """Return int64[k]: bins of numbers merged with their neighbours until they stand out of the noise of a table."""
        bins, mass = self._bins[name], self._mass[name]
        if not self._marginals[name].domain.numeric:
            return np.arange(len(mass))
        inside = merged_neighbours(mass[: int(bins[:-1].max()) + 1], _CLEAR_SIGMAS * sigma)
        return np.append(inside, np.arange(len(mass) - len(inside)) + inside.max() + 1)

    def _first_model(self) -> MaxentModel:
        """Return the model in which columns depend on one another through the focus alone."""
        focus, classes = self._focus, self._classes()
        features = [name for name in self._names if name != focus]
        number = int(classes.max()) + 1
        orders = {}
        for name in features:
            given = self._mass[name][None]
            if focus is not None:
                given = np.zeros((number, len(self._mass[name])))
                np.add.at(given, classes, self._tables[focus, name])
            orders[name] = ordered_bins(self._marginals[name], self._bins[name], given)
        return MaxentModel(
            schema=self._mechanism.schema,
            marginals=self._marginals,
            bins=self._bins,
            mass=self._mass,
            focuses=self._mechanism.focuses,
            classes=classes,
            orders=orders,
            correlation=np.repeat(np.eye(len(features))[None], number, axis=0),
            tables=dict(self._tables),
            neighbours=self._config.neighbours,
            structure=self._mechanism.structure,
        )

    def _classes(self) -> Ints:
        """Return the class of every bin of the first focus: neighbours of about equal rows, or the labels with most rows."""
        if self._focus is None:
            return np.zeros(1, dtype=np.int64)
        mass, most = self._mass[self._focus], self._config.classes
        if len(mass) <= most:
            return np.arange(len(mass))
        if self._marginals[self._focus].domain.numeric:
            middle = (np.cumsum(mass) - mass / 2) / max(float(mass.sum()), 1e-9)
            found = np.clip((middle * most).astype(np.int64), 0, most - 1)
        else:
            found = np.full(len(mass), most - 1)
            found[np.argsort(-mass, kind="stable")[: most - 1]] = np.arange(most - 1)
        return np.unique(found, return_inverse=True)[1].astype(np.int64)

    def model(self) -> MaxentModel:
        """Return the model that follows from all answers so far."""
        assert self._model is not None  # noqa: S101 - for the type checker
        return replace(self._model, mass=dict(self._mass), tables=dict(self._tables))

    def measure_correlations(self) -> None:
        """Measure how the columns' latent scores depend on one another in each class."""
        if self._mechanism.moment_noise is None:
            return
        model, focus = self.model(), self._focus
        margins: dict[str, Margins] = {name: model.margins(name) for name in model.orders}
        given = None if focus is None else (focus, model.classes[self._groups[focus]])
        correlation = measure_correlations(
            self._source,
            margins,
            self._marginals,
            given,
            self._noise,
            noise_multiplier=self._mechanism.moment_noise,
            score_limit=self._config.score_limit,
            radius_factor=self._config.radius_factor,
            grid=self._config.grid,
        )
        self._model = replace(model, correlation=correlation)

    def measure_pairs(self, number: int) -> None:
        """Select the pairs that the model gets most wrong, and measure their tables.

        Args:
            number: Of the round.
        """
        stage, left = self._mechanism.pair_noise[number], self._candidates()
        if stage is None or not left:
            return
        expected = self._expected(left)
        if self._mechanism.select_noise is not None:
            left = self._selected(left, expected, number)
        multiplier = stage * math.sqrt(len(left)) * _ROUNDING
        for pair, noisy in self._measured(left, multiplier).items():
            model = self._agreed(pair, expected[pair] + 1e-3)
            self._tables[pair] = self._agreed(pair, denoised(noisy, model, multiplier * self._rows_of_unit))

    def _candidates(self) -> list[Pair]:
        """Return the pairs whose tables are not known; of very many, those of the strongest correlations."""
        model = self.model()
        plain = [name for name in self._names if name not in self._mechanism.focuses]
        left = [pair for pair in itertools.combinations(plain, 2) if pair not in self._tables]
        most = math.ceil(self._config.candidates_per_column * len(self._names))
        if len(left) <= most:
            return left
        place = {name: number for number, name in enumerate(model.orders)}
        pooled = np.abs(model.scale.correlation[-1])
        strength = np.array([pooled[place[a], place[b]] for a, b in left])
        return [left[each] for each in np.sort(np.argsort(-strength, kind="stable")[:most])]

    def _expected(self, pairs: Sequence[Pair]) -> dict[Pair, Floats]:
        """Return what the model expects of some pairs: counts of rows drawn from it, scaled to the noisy total."""
        rows = int(min(max(self._total, 1), _REFERENCE_ROWS))
        drawn = self.model().coarse(rows, np.random.default_rng(_REFERENCE_SEED))
        scale = self._total / rows
        found = {}
        for a, b in pairs:
            shape = len(self._mass[a]), len(self._mass[b])
            counts = np.bincount(drawn[a] * shape[1] + drawn[b], minlength=shape[0] * shape[1])
            found[a, b] = counts.reshape(shape).astype(np.float64) * scale
        return found

    def _selected(self, pairs: Sequence[Pair], expected: Mapping[Pair, Floats], number: int) -> list[Pair]:
        """Return the pairs whose noisy distance from the model is largest beyond what sampling explains."""
        assert self._mechanism.select_noise is not None  # noqa: S101 - for the type checker
        questions = [([a, b], {a: self._groups[a], b: self._groups[b]}) for a, b in pairs]
        tables = [np.round(expected[pair]).astype(np.int64) for pair in pairs]
        distances = self._noise.measure(
            self._source.distances(questions, tables),
            sensitivity=self._rows_of_unit * math.sqrt(len(pairs)) * _ROUNDING,
            noise_multiplier=self._mechanism.select_noise,
        )
        reference = max(min(max(self._total, 1), _REFERENCE_ROWS), 1)
        excess = np.array(
            [
                distance - sampling_distance(expected[pair], self._total / reference)
                for pair, distance in zip(pairs, distances, strict=True)
            ]
        )
        blur = self._mechanism.select_noise * math.sqrt(len(pairs)) * self._rows_of_unit
        stage = (self._mechanism.pair_noise[number] or 0.0) * self._rows_of_unit
        cells = np.array([expected[pair].size for pair in pairs], dtype=np.float64)
        chosen = worthwhile(excess, blur, stage * _NOISE_OF_A_CELL * cells, self._most(number))
        return [pairs[each] for each in chosen]

    def _most(self, number: int) -> int:
        """Return how many pairs a round may select."""
        rounds, first = self._config.rounds, self._config.first_round
        share = 1.0 if rounds == 1 else first if number == 0 else (1 - first) / (rounds - 1)
        return max(round(self._config.wanted(len(self._names)) * share), 1)
