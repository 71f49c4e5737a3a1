"""Latent normal scores of rows whose columns are drawn one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.generators.copula_model import Margins
from privsynth.generators.latent import pooled_correlation
from privsynth.generators.raking import product

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Part = slice | Ints
_LEAST_PRIOR = np.float32(1e-7)
_LEAST_STRETCH = np.float32(1e-7)
_FARTHEST = 5.2
_PLAIN = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatentScale:
    """Where each bin of each column lies on the latent scale, and how the scales depend on one another.

    Regimes are the classes of the focus and, last, all rows together.

    Args:
        features: The columns.
        orders: Column name -> int64[k], its bins in latent order.
        ends: Column name -> float32[regimes, k + 1], cumulative share of the bins in latent order.
        correlation: float64[regimes, m, m].
    """

    features: tuple[str, ...]
    orders: Mapping[str, Ints]
    ends: Mapping[str, Matrix]
    correlation: Floats

    @classmethod
    def of(cls, margins: Mapping[str, Margins], correlation: Floats) -> LatentScale:
        """Prepare the scale from each class's margins and correlations."""
        pooled = pooled_correlation(correlation, list(margins.values()))
        return cls(
            features=tuple(margins),
            orders={name: each.order for name, each in margins.items()},
            ends={name: _ends(each) for name, each in margins.items()},
            correlation=np.concatenate([correlation, pooled[None]]),
        )


def _ends(margins: Margins) -> Matrix:
    mass = np.vstack([margins.share(), _share(margins.given.sum(axis=0))])[:, margins.order]
    mass = np.maximum(mass, 1e-9)
    mass /= mass.sum(axis=1, keepdims=True)
    ends = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)
    ends[:, -1] = 1.0
    return ends.astype(np.float32)


def _share(mass: Floats) -> Floats:
    total = mass.sum()
    return mass / total if total > 0 else np.full(len(mass), 1 / len(mass))


class Latents:
    """The scores of the columns that are there, kept as independent innovations.

    Args:
        scale: Of the model.
        order: The columns in the order in which they come.
        rows: How many.
    """

    def __init__(self, scale: LatentScale, order: Sequence[str], rows: int) -> None:
        from scipy.special import ndtri

        self._scale = scale
        self._places = [scale.features.index(name) for name in order]
        self._edges = {name: ndtri(scale.ends[name]) for name in order}
        self._ranks = {name: np.argsort(scale.orders[name]) for name in order}
        self._innovations = np.zeros((rows, len(self._places)), dtype=np.float32)
        self._known: list[tuple[str, Ints, Vector]] = []
        self._mean = np.zeros(rows, dtype=np.float32)
        self._below = np.zeros((rows, 1), dtype=np.float32)
        self._parts: list[tuple[int, Part]] = [(len(scale.correlation) - 1, slice(0, rows))]
        self._roots: dict[int, Matrix] = {}

    def classify(self, classes: Ints) -> None:
        """Say the class of each row; the scores that are there are taken anew on the scale of their class."""
        number = len(self._scale.correlation) - 1
        if (np.diff(classes) >= 0).all():
            ends = np.searchsorted(classes, np.arange(number + 1))
            self._parts = [(each, slice(int(ends[each]), int(ends[each + 1]))) for each in range(number)]
        else:
            self._parts = [(each, np.flatnonzero(classes == each)) for each in range(number)]
        known, self._known = self._known, []
        for name, ranks, places in known:
            self._take(name, ranks, places)

    def prior(self, name: str) -> Matrix:
        """Return float32[n, k]: the probability of each bin of the next column given the scores that are there."""
        from scipy.special import ndtr

        column, edges = len(self._known), self._edges[name]
        self._below = np.empty((len(self._mean), edges.shape[1]), dtype=np.float32)
        for regime, part in self._parts:
            mean, root = self._expected(regime, part, column)
            if 1 - root**2 > _PLAIN:
                self._mean[part] = mean
                self._below[part] = ndtr((edges[regime] - mean[:, None]) * np.float32(1 / root))
            else:
                self._mean[part] = 0
                self._below[part] = self._scale.ends[name][regime]
        return np.maximum(np.diff(self._below, axis=1), _LEAST_PRIOR)[:, self._ranks[name]]

    def draw(self, name: str, bins: Ints, rng: np.random.Generator) -> Vector:
        """Draw the scores of the column whose `prior` was asked last, within the stretches of the bins drawn.

        Returns:
            float32[n] in [0, 1): the place of each score within its bin's stretch, on the uniform scale.
        """
        from scipy.special import ndtr, ndtri

        ranks, row = self._ranks[name][bins], np.arange(len(bins))
        low, high = self._below[row, ranks], self._below[row, ranks + 1]
        uniform = low + (high - low) * rng.random(len(bins), dtype=np.float32)
        own = np.clip(ndtri(uniform), -_FARTHEST, _FARTHEST)
        self._innovations[:, len(self._known)] = own
        places = np.empty(len(bins), dtype=np.float32)
        for regime, part in self._parts:
            root = self._root(regime)[len(self._known), len(self._known)]
            score = self._mean[part] + (root if 1 - root**2 > _PLAIN else np.float32(1)) * own[part]
            start = self._scale.ends[name][regime][ranks[part]]
            stretch = self._scale.ends[name][regime][ranks[part] + 1] - start
            places[part] = (ndtr(score) - start) / np.maximum(stretch, _LEAST_STRETCH)
        places = np.clip(places, 0, np.float32(1 - 1e-6))
        self._known.append((name, ranks, places))
        return places

    def give(self, name: str, bins: Ints, places: Vector) -> None:
        """Take a column as it is: its bins and the places within their stretches."""
        self._take(name, self._ranks[name][bins], places)

    def _take(self, name: str, ranks: Ints, places: Vector) -> None:
        from scipy.special import ndtri

        column = len(self._known)
        for regime, part in self._parts:
            mean, root = self._expected(regime, part, column)
            ends = self._scale.ends[name][regime]
            start = ends[ranks[part]]
            score = ndtri(start + places[part] * (ends[ranks[part] + 1] - start))
            self._innovations[part, column] = np.clip((score - mean) / root, -_FARTHEST, _FARTHEST)
        self._known.append((name, ranks, places))

    def _expected(self, regime: int, part: Part, column: int) -> tuple[Vector, np.float32]:
        """Return the mean of a column's score given the earlier ones, and its standard deviation."""
        root = self._root(regime)
        return product(self._innovations[part, :column], root[column, :column]), root[column, column]

    def _root(self, regime: int) -> Matrix:
        if regime not in self._roots:
            matrix = self._scale.correlation[regime][np.ix_(self._places, self._places)]
            self._roots[regime] = np.linalg.cholesky(matrix + 1e-9 * np.eye(len(matrix))).astype(np.float32)
        return self._roots[regime]
