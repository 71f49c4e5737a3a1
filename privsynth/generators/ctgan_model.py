"""A ctgan model: the noisy answers of its survey, and the weights of a generator that DP-SGD trained. Sampling needs no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.array_checks import fitting_arrays, require
from privsynth.generators.base import BATCH_ROWS, Arrays, Rows, gathered
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.maxent_arrays import from_arrays
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.raking import Agreement, Members, even_draws, normalise, raked
from privsynth.tableschema.model import Schema
from privsynth.threads import one_thread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
_SURVEY = "survey."
_CELLS = 1 << 24
_POOL = 1 << 13
_GIVEN_ROWS = 1 << 10
_TRIES = 16
_PASSES = 3
_MOST = 50.0
_TINY = 1e-12
_REFERENCE_ROWS = 1 << 14
_REFERENCE_SEED = 20_261_121
_LEAST_CHANCE = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A linear layer, the normalisation after it folded in.

    Args:
        weight: float32[out, in].
        bias: float32[out].
    """

    weight: Matrix
    bias: npt.NDArray[np.float32]

    def __call__(self, came: Matrix) -> Matrix:
        with np.errstate(invalid="ignore"):  # BLAS sets the flag for what lies beside a narrow matrix
            return np.asarray(came @ self.weight.T + self.bias, dtype=np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class CtganModel:
    """A trained generator.

    Args:
        survey: The noisy 1-way and 2-way counts from which training started.
        layers: Residual blocks, then the last layer.
    """

    survey: MaxentModel
    layers: tuple[Layer, ...]

    @property
    def total(self) -> float:
        """Noisy number of rows of the table."""
        return self.survey.total

    @property
    def schema(self) -> Schema:
        """The schema."""
        return self.survey.schema

    @cached_property
    def layout(self) -> Layout:
        """Where each column lies in a row's vector."""
        return Layout(self.survey)

    def shares(self, name: str) -> Floats:
        """Return float64[size + 1]: the share of every code of one column; missing comes last."""
        return self.survey.shares(name)

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows.

        Args:
            rows: How many.
            rng: Source of randomness; the same state gives the same rows.
        """
        return gathered(self.batches(rows, rng))

    def batches(self, rows: int, rng: np.random.Generator, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Draw rows in chunks of bounded memory, at least one."""
        most = max(1 << 10, min(BATCH_ROWS, _CELLS // self.layout.width))
        wanted = [name for name in self.layout.names if columns is None or name in set(columns)]
        for start in range(0, max(rows, 1), most):
            count = min(most, rows - start)
            with one_thread():
                out = self.outputs(count, rng)
                drawn = self._drawn(out, wanted, rng)
                yield self._decoded({name: drawn[name] for name in wanted}, out, rng)

    def outputs(self, rows: int, rng: np.random.Generator) -> Matrix:
        """Return float32[rows, width]: for fresh noise, probabilities of all bins and places in [-1, 1]."""
        layout = self.layout
        came = np.zeros((rows, self.layers[0].weight.shape[1]), dtype=np.float32)
        noise = came.shape[1] - layout.bins
        came[:, :noise] = rng.standard_normal((rows, noise), dtype=np.float32)
        came[np.arange(rows), noise + conditions(layout, layout.shares, rows, rng)] = 1
        for layer in self.layers[:-1]:
            came = np.concatenate([np.maximum(layer(came), 0), came], axis=1)
        out = self.layers[-1](came)
        for start, stop in zip(layout.starts, layout.starts[1:], strict=False):
            part = out[:, start:stop]
            part -= part.max(axis=1, keepdims=True)
            np.exp(part, out=part)
            part /= part.sum(axis=1, keepdims=True)
        out[:, layout.bins :] = np.tanh(out[:, layout.bins :])
        return out

    @property
    def _focus(self) -> str | None:
        return self.survey.focus

    def _drawn(self, out: Matrix, wanted: Sequence[str], rng: np.random.Generator) -> dict[str, Ints]:
        """Draw the bins of columns, the focus last: it goes by all others."""
        needed = self.layout.names if self._focus in wanted else wanted
        drawn = {name: self._bins(out, name, rng) for name in needed if name != self._focus}
        if self._focus is not None and self._focus in wanted:
            self._follow(out, drawn)
            drawn[self._focus] = self._bins(out, self._focus, rng)
        return drawn

    def _follow(self, out: Matrix, drawn: Mapping[str, Ints]) -> None:
        """Turn the probabilities of the focus, in place, towards its paid tables with the other columns."""
        assert self._focus is not None  # noqa: S101 - for the type checker
        stretch = self.layout.stretch(self._focus)
        chances = np.maximum(out[:, stretch], _LEAST_CHANCE)
        for name, factor in self._factors.items():
            chances *= factor[drawn[name]]
            normalise(chances)
        out[:, stretch] = chances

    @cached_property
    def _factors(self) -> dict[str, Matrix]:
        """Column -> float32[k, k of the focus]: what makes the focus of fresh rows agree with its paid tables (raking)."""
        if self._focus is None:
            return {}
        rng = np.random.default_rng(_REFERENCE_SEED)
        out = self.outputs(_REFERENCE_ROWS, rng)
        names = [name for name in self.layout.names if name != self._focus]
        agreements = []
        for name in names:
            table = np.maximum(self.survey.table(name, self._focus), 0)
            share = (table / max(table.sum(), _TINY) * len(out)).astype(np.float32)
            agreements.append(Agreement(members=Members.of(self._bins(out, name, rng), len(table)), table=share))
        chances = np.maximum(out[:, self.layout.stretch(self._focus)], _LEAST_CHANCE)
        return dict(zip(names, raked(chances, agreements, _PASSES), strict=True))

    def _bins(self, out: Matrix, name: str, rng: np.random.Generator) -> Ints:
        """Draw a column's bins, evenly, so that they add up to its paid counts."""
        stretch = self.layout.stretch(name)
        chances = np.maximum(out[:, stretch], _LEAST_CHANCE)
        wanted = self.layout.shares[stretch] * len(chances)
        chances[:, wanted <= 0] = 0
        for _ in range(_PASSES):
            chances /= np.maximum(chances.sum(axis=1, keepdims=True), _TINY)
            chances *= np.clip((wanted + _TINY) / (chances.sum(axis=0) + _TINY), 0, _MOST).astype(np.float32)
        return even_draws(chances, rng.permutation(len(chances)), rng)

    def _decoded(self, bins: Mapping[str, Ints], out: Matrix, rng: np.random.Generator) -> Rows:
        codes, positions = {}, {}
        for name, drawn in bins.items():
            numeric = name in self.layout.numeric
            places = (out[:, self.layout.place(name)] + 1) / 2 if numeric else np.zeros(len(drawn), dtype=np.float32)
            codes[name], within = self.survey.fine(name).codes(drawn, np.clip(places, 0, 1 - 1e-6), rng)
            if numeric:
                positions[name] = within
        return Rows(codes, positions)

    def complete(self, given: Rows, rng: np.random.Generator) -> Rows:
        """Draw the columns that `given` lacks, given those that it holds; the latter come back as they are.

        The generator's columns are independent given its noise, so a row's noise is drawn from a pool by how likely the given values
        are under each (importance resampling); the other columns follow from that noise. Of a given number its bin counts.
        """
        known = [name for name in self.layout.names if name in given.codes]
        rest = [name for name in self.layout.names if name not in given.codes]
        if not rest:
            return given
        if not known:
            return self.sample(0, rng)
        pool = self.outputs(min(_POOL, max(1 << 10, _CELLS // self.layout.width)), rng)
        parts = []
        for start in range(0, max(given.count, 1), _GIVEN_ROWS):
            part = given.taken(slice(start, start + _GIVEN_ROWS))
            with one_thread():
                drawn = self._decoded(*self._rest(part, known, pool, rng), rng)
            codes, places = {**part.codes, **drawn.codes}, {**part.positions, **drawn.positions}
            parts.append(Rows({name: codes[name] for name in self.layout.names}, places))
        return gathered(parts)

    def _rest(
        self, given: Rows, known: Sequence[str], pool: Matrix, rng: np.random.Generator
    ) -> tuple[dict[str, Ints], Matrix]:
        """Draw the bins of the columns that are not given; return them and the generator's outputs behind them.

        Where the focus is given, several rows are drawn for each, and one is kept by how well the given value goes with it.
        """
        rest = [name for name in self.layout.names if name not in known]
        times = _TRIES if self._focus in known else 1
        given = given.taken(np.repeat(np.arange(given.count), times))
        out = self._likely(given, known, pool, rng)
        bins = {name: self._free(out, name, rng) for name in rest if name != self._focus}
        every = {**bins, **{name: self.survey.bins_of_codes(name)[given.codes[name]] for name in known}}
        if self._focus in rest:
            self._follow(out, every)
            bins[str(self._focus)] = self._free(out, str(self._focus), rng)
        if times == 1:
            return bins, out
        row, value = np.arange(given.count), every[str(self._focus)]
        stretch = self.layout.stretch(str(self._focus))
        before = np.maximum(out[row, stretch.start + value], _LEAST_CHANCE)
        self._follow(out, every)
        ends = np.cumsum((out[row, stretch.start + value] / before + _TINY).reshape(-1, times), axis=1)
        kept = (ends < rng.random((len(ends), 1)) * ends[:, -1:]).sum(axis=1).clip(0, times - 1)
        kept = np.arange(len(ends)) * times + kept
        return {name: each[kept] for name, each in bins.items()}, out[kept]

    def _likely(self, given: Rows, known: Sequence[str], pool: Matrix, rng: np.random.Generator) -> Matrix:
        """Return float32[n, width]: for each row, one of a pool of outputs: one that makes what is given likely."""
        bins = np.stack([self.survey.bins_of_codes(name)[given.codes[name]] for name in known], axis=1)
        kinds, kind = np.unique(bins, axis=0, return_inverse=True)
        ends = np.empty((len(kinds), len(pool)), dtype=np.float32)
        score = np.zeros_like(ends)
        for number, name in enumerate(known):
            chances = np.log(np.maximum(pool[:, self.layout.stretch(name)], _LEAST_CHANCE))
            score += np.ascontiguousarray(chances.T)[kinds[:, number]]
        score -= score.max(axis=1, keepdims=True)
        np.cumsum(np.exp(score), axis=1, out=ends)
        found = np.empty(given.count, dtype=np.int64)
        for row, each in enumerate(kind.reshape(-1)):
            found[row] = np.searchsorted(ends[each], rng.random() * ends[each, -1])
        return pool[np.minimum(found, len(pool) - 1)]

    def _free(self, out: Matrix, name: str, rng: np.random.Generator) -> Ints:
        """Draw a column's bins by their probabilities alone."""
        stretch = self.layout.stretch(name)
        chances = np.where(self.layout.shares[stretch] > 0, np.maximum(out[:, stretch], _LEAST_CHANCE), 0)
        ends = np.cumsum(chances, axis=1)
        return np.asarray((ends < rng.random((len(out), 1)) * ends[:, -1:]).sum(axis=1), dtype=np.int64)

    def to_arrays(self) -> Arrays:
        """Return the model as named arrays."""
        out = survey_arrays(self.survey)
        for number, layer in enumerate(self.layers):
            out[f"layers.{number}.weight"], out[f"layers.{number}.bias"] = layer.weight, layer.bias
        return out

    @classmethod
    def from_arrays(
        cls, schema: Schema, arrays: Mapping[str, npt.NDArray[Any]], neighbours: int, blocks: int
    ) -> CtganModel:
        """Rebuild a model.

        Raises:
            ArtifactError: an array is missing or does not fit the schema.
        """
        model = survey_of(schema, arrays, neighbours)
        with fitting_arrays():
            layers = tuple(
                Layer(arrays[f"layers.{number}.weight"], arrays[f"layers.{number}.bias"])
                for number in range(blocks + 1)
            )
            _check(layers, Layout(model))
            return cls(survey=model, layers=layers)


def survey_arrays(survey: MaxentModel) -> Arrays:
    """Return the arrays of a survey under the names that they have beside a generator's."""
    return {_SURVEY + name: array for name, array in survey.to_arrays().items()}


def survey_of(schema: Schema, arrays: Mapping[str, npt.NDArray[Any]], neighbours: int) -> MaxentModel:
    """Rebuild the survey from arrays among which are those of `survey_arrays`.

    Raises:
        ArtifactError: an array is missing or does not fit the schema.
    """
    own = {name.removeprefix(_SURVEY): array for name, array in arrays.items() if name.startswith(_SURVEY)}
    return from_arrays(schema, own, neighbours)


def _check(layers: Sequence[Layer], layout: Layout) -> None:
    """Raise ValueError unless the layers fit one another and the rows."""
    wide = layers[0].weight.shape[1]
    require(wide > layout.bins)
    for number, layer in enumerate(layers):
        for array in (layer.weight, layer.bias):
            require(array.dtype == np.float32 and bool(np.isfinite(array).all()))
        require(layer.weight.ndim == 2 and layer.bias.shape == layer.weight.shape[:1] and layer.weight.shape[1] == wide)
        wide += len(layer.bias)
        require(number < len(layers) - 1 or len(layer.bias) == layout.width)


def conditions(layout: Layout, shares: Floats, rows: int, rng: np.random.Generator) -> Ints:
    """Return int64[rows]: for each row a column, evenly, and a bin of it by its share, as a place among all bins.

    Args:
        layout: Of the rows.
        shares: float64[bins], summing to one over each column.
        rows: How many.
        rng: Source of randomness.
    """
    columns = len(layout.sizes)
    column = (rng.permutation(rows) + rng.integers(columns)) % columns
    ends = np.cumsum(shares) / columns
    first = np.concatenate([[0.0], ends])[layout.starts[:-1]]
    wanted = first[column] + rng.random(rows) / columns * (1 - 1e-9)
    found = np.searchsorted(ends, wanted, side="right")
    return np.asarray(np.clip(found, layout.starts[column], layout.starts[column + 1] - 1), dtype=np.int64)


def own_conditions(bins: npt.NDArray[Any], uniform: npt.NDArray[Any]) -> Ints:
    """Return int64[n]: each row's own bin in a random column.

    Args:
        bins: int[n, m], its bins.
        uniform: float[n] in [0, 1), which says the column.
    """
    column = np.minimum((uniform * bins.shape[1]).astype(np.int64), bins.shape[1] - 1)
    return np.asarray(bins[np.arange(len(bins)), column], dtype=np.int64)
