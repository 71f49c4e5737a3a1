"""The released part of a copula fit, and how rows are drawn from it. Everything here is post-processing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import ArtifactError
from privsynth.generators.base import Arrays, Rows
from privsynth.generators.binning import Marginal
from privsynth.tableschema.domain import Domain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_CHUNK_ROWS = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margins:
    """One feature's distribution in each class of the target.

    Args:
        bins: int64[g + 1], the bin of each group of codes, missing last.
        order: int64[b], the bins in the order of the latent scale.
        given: float64[classes, b], estimated rows.
    """

    bins: Ints
    order: Ints
    given: Floats

    def share(self) -> Floats:
        """Return float64[classes, b]: the probability of each bin in each class."""
        total = self.given.sum(axis=1, keepdims=True)
        return np.asarray(np.where(total > 0, self.given / np.maximum(total, 1e-300), 1 / self.given.shape[1]))


def normal_scores(margins: Margins) -> Floats:
    """Return float64[classes, b]: the mean of a standard normal over each bin's stretch of the latent scale."""
    from scipy.special import ndtri

    share = np.maximum(margins.share()[:, margins.order], 1e-12)
    share /= share.sum(axis=1, keepdims=True)
    ends = np.clip(np.cumsum(share, axis=1), 0, 1)
    ends = np.concatenate([np.zeros((len(ends), 1)), ends[:, :-1], np.ones((len(ends), 1))], axis=1)
    density = np.exp(-0.5 * np.clip(ndtri(ends), -40, 40) ** 2) / np.sqrt(2 * np.pi)
    scores = np.empty_like(share)
    scores[:, margins.order] = (density[:, :-1] - density[:, 1:]) / share
    return np.clip(scores, -8, 8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CopulaModel:
    """Noisy marginals, class-conditional margins and correlations.

    Args:
        target: Name of the conditioning column, or None.
        marginals: Column name -> its 1-way estimates, in column order.
        classes: int64[g + 1], the class of every group of the target; one zero without a target.
        margins: Feature name -> its distribution in each class.
        correlation: float64[classes, m, m] of the features' latent scores.
    """

    target: str | None
    marginals: Mapping[str, Marginal]
    classes: Ints
    margins: Mapping[str, Margins]
    correlation: Floats

    @property
    def total(self) -> float:
        """Noisy number of rows of the table."""
        return next(iter(self.marginals.values())).total

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows in chunks; within a chunk the margins are spread evenly instead of independently.

        Args:
            rows: How many.
            rng: Source of randomness; the same state gives the same rows.
        """
        chunks = [self._chunk(min(_CHUNK_ROWS, rows - start), rng) for start in range(0, rows, _CHUNK_ROWS)]
        if not chunks:
            chunks = [self._chunk(0, rng)]
        return Rows(
            {name: np.concatenate([chunk.codes[name] for chunk in chunks]) for name in self.marginals},
            {name: np.concatenate([chunk.positions[name] for chunk in chunks]) for name in chunks[0].positions},
        )

    def _chunk(self, rows: int, rng: np.random.Generator) -> Rows:
        number = len(self.correlation)
        per_class = self._rows_of_classes(rows, rng)
        shuffle = rng.permutation(rows)
        latent = self._latent(per_class, rng)
        column_of = {name: number_of for number_of, name in enumerate(self.margins)}
        codes, positions = {}, {}
        for name, marginal in self.marginals.items():
            blocks = []
            for each in range(number):
                even = (np.arange(per_class[each]) + rng.random()) / max(per_class[each], 1)
                group, within = _inverse_of_sorted(even, *self._weights(name, each))
                if name != self.target:
                    place = np.argsort(latent[each][:, column_of[name]])
                    group, within = _scattered(group, place), _scattered(within, place)
                blocks.append((group, within))
            group, within = (np.concatenate(part)[shuffle] for part in zip(*blocks, strict=True))
            codes[name], place_in_cell = _code(marginal, group, within)
            if marginal.domain.numeric:
                positions[name] = place_in_cell
        return Rows(codes, positions)

    def _rows_of_classes(self, rows: int, rng: np.random.Generator) -> Ints:
        if self.target is None:
            return np.array([rows], dtype=np.int64)
        marginal = self.marginals[self.target]
        mass = np.bincount(self.classes, weights=np.append(marginal.counts, marginal.missing)).astype(np.float64)
        ends = np.cumsum(_distribution(mass))
        even = (np.arange(rows) + rng.random()) / max(rows, 1)
        return np.diff(np.searchsorted(even, np.append(0.0, [*ends[:-1], 2.0]))).astype(np.int64)

    def _latent(self, per_class: Ints, rng: np.random.Generator) -> list[npt.NDArray[np.float32]]:
        out = []
        for rows, matrix in zip(per_class, self.correlation, strict=True):
            root = np.linalg.cholesky(matrix + 1e-9 * np.eye(len(matrix))).astype(np.float32)
            out.append(rng.standard_normal((int(rows), len(matrix)), dtype=np.float32) @ root.T)
        return out

    def _weights(self, name: str, each: int) -> tuple[Ints, Floats]:
        """Return the groups of a column in latent order (missing is the last number) and their probabilities in a class."""
        marginal = self.marginals[name]
        mass = np.append(marginal.counts, marginal.missing)
        if name == self.target:
            return np.arange(len(mass)), _distribution(np.where(self.classes == each, mass, 0.0))
        margins = self.margins[name]
        bins = margins.bins if marginal.missing > 0 else margins.bins[:-1]
        place = np.empty(len(margins.order), dtype=np.int64)
        place[margins.order] = np.arange(len(margins.order))
        groups = np.argsort(place[bins], kind="stable")
        in_bin = np.bincount(bins, weights=mass[: len(bins)], minlength=len(margins.order))
        members = np.bincount(bins, minlength=len(margins.order))
        inside = np.where(in_bin[bins] > 0, mass[: len(bins)] / np.maximum(in_bin[bins], 1e-300), 1 / members[bins])
        return groups, _distribution((margins.share()[each][bins] * inside)[groups])

    def to_arrays(self) -> Arrays:
        """Return the model as named arrays."""
        names = list(self.marginals)
        given = np.array(-1 if self.target is None else names.index(self.target))
        out: Arrays = {"given": given, "classes": self.classes, "correlation": self.correlation}
        for number, (name, marginal) in enumerate(self.marginals.items()):
            out[f"{number}.starts"] = marginal.starts
            out[f"{number}.counts"] = np.append(marginal.counts, marginal.missing)
            if name in self.margins:
                margins = self.margins[name]
                out.update(
                    {f"{number}.bins": margins.bins, f"{number}.order": margins.order, f"{number}.given": margins.given}
                )
        return out

    @classmethod
    def from_arrays(cls, domains: tuple[Domain, ...], arrays: Mapping[str, npt.NDArray[Any]]) -> CopulaModel:
        """Rebuild a model.

        Raises:
            ArtifactError: an array is missing or does not fit the schema.
        """
        marginals, margins = {}, {}
        try:
            given = int(arrays["given"])
            _require(-1 <= given < len(domains))
            target = domains[given].name if given >= 0 else None
            for number, domain in enumerate(domains):
                starts, counts = (
                    arrays[f"{number}.starts"].astype(np.int64),
                    arrays[f"{number}.counts"].astype(np.float64),
                )
                _require(
                    len(starts) == len(counts)
                    and starts[0] == 0
                    and starts[-1] == domain.size
                    and bool((np.diff(starts) > 0).all())
                )
                _require(bool(np.isfinite(counts).all()) and bool((counts >= 0).all()))
                marginals[domain.name] = Marginal(
                    domain=domain,
                    starts=starts,
                    counts=counts[:-1],
                    variance=np.zeros(len(counts) - 1),
                    missing=float(counts[-1]),
                    missing_variance=0.0,
                )
                if domain.name != target:
                    margins[domain.name] = Margins(
                        bins=arrays[f"{number}.bins"].astype(np.int64),
                        order=arrays[f"{number}.order"].astype(np.int64),
                        given=arrays[f"{number}.given"].astype(np.float64),
                    )
                    _require_margins(margins[domain.name], len(counts), arrays["correlation"])
            classes, correlation = arrays["classes"].astype(np.int64), arrays["correlation"].astype(np.float64)
            _require(
                correlation.shape == (int(classes.max()) + 1, len(margins), len(margins))
                and bool(np.isfinite(correlation).all())
            )
        except (KeyError, IndexError, ValueError) as error:
            raise ArtifactError(
                f"The model's arrays do not fit its schema ({type(error).__name__}). Fit or copy it again."
            ) from None
        return cls(target=target, marginals=marginals, classes=classes, margins=margins, correlation=correlation)


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("an array does not fit")


def _require_margins(margins: Margins, groups: int, correlation: npt.NDArray[Any]) -> None:
    number = len(margins.order)
    _require(margins.given.shape == (len(correlation), number) and len(margins.bins) == groups)
    _require(
        bool((np.sort(margins.order) == np.arange(number)).all())
        and margins.bins.min() >= 0
        and int(margins.bins.max()) < number
    )
    _require(bool(np.isfinite(margins.given).all()) and bool((margins.given >= 0).all()))


def _distribution(mass: Floats) -> Floats:
    total = mass.sum()
    return mass / total if total > 0 else np.full(len(mass), 1 / max(len(mass), 1))


def _inverse_of_sorted(u: Floats, groups: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Return the group at each of the sorted quantiles `u` and the place within it."""
    ends = np.cumsum(weights)
    ends[-1] = 2.0
    counts = np.diff(np.searchsorted(u, np.append(0.0, ends)))
    ends[-1] = 1.0
    found = np.repeat(np.arange(len(groups)), counts)
    start = np.append(0.0, ends[:-1])
    within = (u - start[found]) / np.maximum(weights[found], 1e-300)
    return groups[found], np.clip(within, 0.0, 1 - 1e-9)


def _scattered(values: npt.NDArray[Any], place: Ints) -> npt.NDArray[Any]:
    out = np.empty_like(values)
    out[place] = values
    return out


def _code(marginal: Marginal, group: Ints, within: Floats) -> tuple[Ints, npt.NDArray[np.float32]]:
    """Return the code within a group of equally wide cells and the place in the cell; missing gets the last code."""
    missing = group >= marginal.groups
    inside = np.where(missing, 0, group)
    parts = np.diff(marginal.starts)[inside]
    step = within * parts
    code = marginal.starts[inside] + np.minimum(step.astype(np.int64), parts - 1)
    position = np.clip(step - np.floor(step), 0, 1 - 1e-6).astype(np.float32)
    return np.where(missing, marginal.domain.size, code), position
