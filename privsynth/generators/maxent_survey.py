"""What a maxent run measures, in its order, and what follows: the focus, correlations, and the pairs that the model gets most wrong.

Selection is by noisy distances (see `MaxentMechanism.event`, which states each stage's spend).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal, measure_marginals
from privsynth.generators.copula_model import Margins
from privsynth.generators.gaps import Bound, Gap, stretches
from privsynth.generators.latent import grouped, measure_correlations, ordered_bins
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.merging import merged_neighbours, pair_bins
from privsynth.generators.outside import Asked
from privsynth.generators.pairs import (
    Evidence,
    agreed,
    denoised,
    independent,
    merged_fit,
    sampling_distance,
    worthwhile,
)
from privsynth.noise import Noise
from privsynth.table.coded import DataSource

if TYPE_CHECKING:
    from privsynth.generators.maxent import MaxentMechanism

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pair = tuple[str, str]
_ROUNDING = 1 + 1e-12
_NOISE_OF_A_CELL = 0.25
_CLEAR_SIGMAS = 6.0
_REFERENCE_ROWS = 1 << 15
_REFERENCE_SEED = 20_250_101


def focus_pairs(names: Sequence[str], focuses: Sequence[str]) -> list[Pair]:
    """Return every pair of a focus and another column, once."""
    pairs = [(focus, name) for focus in focuses for name in names if name != focus]
    return [pair for place, pair in enumerate(pairs) if pair[::-1] not in pairs[:place]]


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
        self._asked = {name: Asked.of(self._marginals[name], self._bins[name]) for name in self._names}
        self._evidence = {name: self._first_evidence(name) for name in self._names}
        self._mass = {name: each.mass(self._total) for name, each in self._evidence.items()}
        self._tables: dict[Pair, Floats] = {}
        self._bound = self._bounds()
        self._gaps: dict[frozenset[str], Gap] = {}
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
        sigma = multiplier * self._rows_of_unit
        found = {}
        for (a, b), answer in zip(pairs, self._source.counts_many(self._questions(pairs)), strict=True):
            table = self._noise.measure(answer, sensitivity=self._rows_of_unit, noise_multiplier=multiplier)
            found[a, b] = self._asked[b].shared_out(self._asked[a].shared_out(table.astype(np.float64), 0), 1)
            self._evidence[a].add(found[a, b].sum(axis=1), sigma**2 * table.shape[1])
            self._evidence[b].add(found[a, b].sum(axis=0), sigma**2 * table.shape[0])
        self._mass = {name: each.mass(self._total) for name, each in self._evidence.items()}
        self._tables = {pair: self._agreed(pair, table) for pair, table in self._tables.items()}
        return found

    def _questions(self, pairs: Sequence[Pair]) -> list[tuple[list[str], dict[str, Ints]]]:
        return [([a, b], {a: self._asked[a].groups, b: self._asked[b].groups}) for a, b in pairs]

    def _agreed(self, pair: Pair, table: Floats) -> Floats:
        a, b = pair
        possible = self._mechanism.structure.possible(a, b, self._groups[a], self._groups[b])
        return agreed(table, self._mass[a], self._mass[b], passes=20, possible=possible)

    def measure_focus(self) -> None:
        """Measure every column with every focus."""
        multiplier, pairs = self._mechanism.focus_noise, focus_pairs(self._names, self._mechanism.focuses)
        if multiplier is not None:
            for (a, b), noisy in self._measured(pairs, multiplier).items():
                sigma = multiplier * self._rows_of_unit
                expected = self._near((a, b), noisy, independent(self._mass[a], self._mass[b]), sigma)
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
        return replace(self._model, mass=dict(self._mass), tables=dict(self._tables), gaps=tuple(self._gaps.values()))

    def measure_correlations(self) -> None:
        """Measure how the columns' latent scores depend on one another in each class."""
        if self._mechanism.moment_noise is None:
            return
        model, focus = self.model(), self._focus
        margins: dict[str, Margins] = {name: model.margins(name) for name in model.orders}
        given = None
        if focus is not None:
            given = focus, Asked.of(self._marginals[focus], model.classes[self._bins[focus]])
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
            sigma = multiplier * self._rows_of_unit
            model = self._near(pair, noisy, self._agreed(pair, expected[pair] + 1e-3), sigma)
            self._tables[pair] = self._agreed(pair, denoised(noisy, model, sigma))

    def _bounds(self) -> dict[frozenset[str], Bound]:
        """Return the pairs of columns of which one is never above the other."""
        found = {}
        for order in self._mechanism.structure.orders:
            bins = {
                name: stretches(self._marginals[name], self._bins[name], lattice)
                for name, lattice in order.lattices.items()
                if name in self._marginals
            }
            for low, high, _ in order.edges:
                if low in bins and high in bins:
                    found[frozenset((low, high))] = Bound(low=low, high=high, below=bins[low], above=bins[high])
        return found

    def _near(self, pair: Pair, noisy: Floats, expected: Floats, sigma: float) -> Floats:
        """Return what is expected of a table; where an inequality binds its columns, what the gap between them makes of it."""
        bound = self._bound.get(frozenset(pair))
        if bound is None:
            return expected
        turned = pair != (bound.low, bound.high)
        counts, before = (noisy.T, expected.T) if turned else (noisy, expected)
        gap, found = bound.fitted(counts, before, sigma)
        if gap is not None:
            self._gaps[frozenset(pair)] = gap
        return found.T if turned else found

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
        tables = [
            np.round(self._asked[b].set_apart(self._asked[a].set_apart(expected[a, b], 0), 1)).astype(np.int64)
            for a, b in pairs
        ]
        distances = self._noise.measure(
            self._source.distances(self._questions(pairs), tables),
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
