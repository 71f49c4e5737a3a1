"""The released part of a copula fit, and how rows are drawn from it. Everything here is post-processing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.array_checks import correlations, fitting_arrays, permutation, require, starts_of, whole
from privsynth.generators.array_checks import rows as estimated_rows
from privsynth.generators.base import BATCH_ROWS, Arrays, Rows, batch_sizes, gathered
from privsynth.generators.binning import Marginal
from privsynth.generators.copula_given import draw_known, draw_rest, latent_interval, uniform
from privsynth.generators.copula_scale import Scale, scattered
from privsynth.tableschema.domain import Domain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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

    def shares(self, name: str) -> Floats:
        """Return float64[size + 1]: the share of every code of one column; missing comes last."""
        return self.marginals[name].shares()

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows, as `batches` does.

        Args:
            rows: How many.
            rng: Source of randomness; the same state gives the same rows.
        """
        return gathered(self.batches(rows, rng))

    def batches(self, rows: int, rng: np.random.Generator, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Draw rows in chunks; within a chunk the margins are spread evenly instead of independently.

        Args:
            rows: How many in all.
            rng: Source of randomness; the same state gives the same rows.
            columns: Draw these columns only; all by default.
        """
        names = [name for name in self.marginals if columns is None or name in columns]
        for size in batch_sizes(rows):
            yield self._chunk(size, rng, names)

    def _chunk(self, rows: int, rng: np.random.Generator, names: Sequence[str]) -> Rows:
        number = len(self.correlation)
        per_class = self._rows_of_classes(rows, rng)
        shuffle = rng.permutation(rows)
        features = [name for name in names if name != self.target]
        latent = self._latent(per_class, features, rng)
        codes, positions = {}, {}
        for name in names:
            blocks = []
            for each in range(number):
                even = (np.arange(per_class[each]) + rng.random()) / max(per_class[each], 1)
                code, place_in_cell = self._scale(name, each).sorted_codes(even)
                if name != self.target:
                    place = np.argsort(latent[each][:, features.index(name)])
                    code, place_in_cell = scattered(code, place), scattered(place_in_cell, place)
                blocks.append((code, place_in_cell))
            codes[name], place_in_cell = (np.concatenate(part)[shuffle] for part in zip(*blocks, strict=True))
            if self.marginals[name].domain.numeric:
                positions[name] = place_in_cell
        return Rows(codes, positions)

    def _rows_of_classes(self, rows: int, rng: np.random.Generator) -> Ints:
        if self.target is None:
            return np.array([rows], dtype=np.int64)
        ends = np.cumsum(self._prior())
        even = (np.arange(rows) + rng.random()) / max(rows, 1)
        return np.diff(np.searchsorted(even, np.append(0.0, [*ends[:-1], 2.0]))).astype(np.int64)

    def _prior(self) -> Floats:
        """Return float64[classes]: the probability of each class."""
        if self.target is None:
            return np.ones(1)
        marginal = self.marginals[self.target]
        mass = np.bincount(self.classes, weights=np.append(marginal.counts, marginal.missing))
        return _distribution(mass.astype(np.float64))

    def _latent(
        self, per_class: Ints, features: Sequence[str], rng: np.random.Generator
    ) -> list[npt.NDArray[np.float32]]:
        places = self._places(features)
        out = []
        for rows, every in zip(per_class, self.correlation, strict=True):
            matrix = every[np.ix_(places, places)]
            root = np.linalg.cholesky(matrix + 1e-9 * np.eye(len(matrix))).astype(np.float32)
            out.append(rng.standard_normal((int(rows), len(matrix)), dtype=np.float32) @ root.T)
        return out

    def _places(self, features: Sequence[str]) -> list[int]:
        """Return where features stand in the correlation matrices."""
        place_of = {name: place for place, name in enumerate(self.margins)}
        return [place_of[name] for name in features]

    def complete(self, given: Rows, rng: np.random.Generator) -> Rows:
        """Draw the columns that `given` lacks, given those that it holds; see `copula_given` for how.

        Only the cell of a given value counts, and not the place within it. A code that the model gives no mass is taken for its
        neighbours on the latent scale; missing cells of a column that has none are taken for unknown.

        Args:
            given: Some columns, at least one; they come back as they are.
            rng: Source of randomness.
        """
        parts = (given.taken(slice(start, start + BATCH_ROWS)) for start in range(0, max(given.count, 1), BATCH_ROWS))
        return gathered(self._completed(part, rng) for part in parts)

    def _completed(self, given: Rows, rng: np.random.Generator) -> Rows:
        known = [name for name in self.margins if name in given.codes]
        rest = [name for name in self.margins if name not in given.codes]
        names = [name for name in self.marginals if name not in given.codes]
        if not names:
            return given
        classes, scores = self._known(given, known, rng)
        codes = {name: np.empty(given.count, dtype=np.int64) for name in names}
        positions = {name: np.empty(given.count, dtype=np.float32) for name in names}
        places = self._places(known), self._places(rest)
        for each, matrix in enumerate(self.correlation):
            members = np.flatnonzero(classes == each)
            drawn = dict(zip(rest, uniform(draw_rest(scores[members], matrix, *places, rng)).T, strict=True))
            for name in names:
                u = drawn[name] if name in drawn else rng.random(len(members))
                codes[name][members], positions[name][members] = self._scale(name, each).codes(u)
        every = {**given.codes, **codes}
        numeric = {name: places for name, places in positions.items() if self.marginals[name].domain.numeric}
        return Rows({name: every[name] for name in self.marginals}, {**given.positions, **numeric})

    def _known(self, given: Rows, known: Sequence[str], rng: np.random.Generator) -> tuple[Ints, Floats]:
        """Draw the class and the latent scores of given rows."""
        classes = None
        if self.target is not None and self.target in given.codes:
            classes = self.classes[self.marginals[self.target].group_of_code()[given.codes[self.target]]]
        intervals = []
        for each in range(len(self.correlation)):
            low, high = np.empty((given.count, len(known))), np.empty((given.count, len(known)))
            for place, name in enumerate(known):
                ends = latent_interval(*self._scale(name, each).stretches())
                low[:, place], high[:, place] = (end[given.codes[name]] for end in ends)
            intervals.append((low, high))
        places = self._places(known)
        inside = self.correlation[:, places][:, :, places]
        return draw_known(self._prior(), classes, intervals, inside, rng)

    def _scale(self, name: str, each: int) -> Scale:
        """Return a column's scale in a class."""
        marginal = self.marginals[name]
        mass = np.append(marginal.counts, marginal.missing)
        if name == self.target:
            weights = _distribution(np.where(self.classes == each, mass, 0.0))
            return Scale(marginal=marginal, groups=np.arange(len(mass)), weights=weights)
        margins = self.margins[name]
        bins = margins.bins if marginal.missing > 0 else margins.bins[:-1]
        place = np.empty(len(margins.order), dtype=np.int64)
        place[margins.order] = np.arange(len(margins.order))
        groups = np.argsort(place[bins], kind="stable")
        in_bin = np.bincount(bins, weights=mass[: len(bins)], minlength=len(margins.order))
        members = np.bincount(bins, minlength=len(margins.order))
        inside = np.where(in_bin[bins] > 0, mass[: len(bins)] / np.maximum(in_bin[bins], 1e-300), 1 / members[bins])
        weights = _distribution((margins.share()[each][bins] * inside)[groups])
        return Scale(marginal=marginal, groups=groups, weights=weights)

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
        with fitting_arrays():
            return cls(**_rebuilt(domains, arrays))


def _rebuilt(domains: Sequence[Domain], arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    given = arrays["given"]
    require(given.dtype.kind in "iu" and given.ndim == 0 and -1 <= int(given) < len(domains))
    target = domains[int(given)].name if int(given) >= 0 else None
    marginals = {domain.name: _marginal(domain, arrays, number) for number, domain in enumerate(domains)}
    classes = whole(arrays["classes"], below=len(arrays["classes"]))
    number_of_classes = int(classes.max()) + 1
    require(len(classes) == (1 if target is None else marginals[target].groups + 1))
    margins = {
        domain.name: _margins(arrays, number, marginals[domain.name].groups + 1, number_of_classes)
        for number, domain in enumerate(domains)
        if domain.name != target
    }
    shape = (number_of_classes, len(margins), len(margins))
    return {
        "target": target,
        "marginals": marginals,
        "classes": classes,
        "margins": margins,
        "correlation": correlations(arrays["correlation"], shape),
    }


def _marginal(domain: Domain, arrays: Mapping[str, npt.NDArray[Any]], number: int) -> Marginal:
    counts = estimated_rows(arrays[f"{number}.counts"])
    return Marginal(
        domain=domain,
        starts=starts_of(arrays[f"{number}.starts"], domain.size, len(counts)),
        counts=counts[:-1],
        variance=np.zeros(len(counts) - 1),
        missing=float(counts[-1]),
        missing_variance=0.0,
    )


def _margins(arrays: Mapping[str, npt.NDArray[Any]], number: int, groups: int, classes: int) -> Margins:
    given = estimated_rows(arrays[f"{number}.given"], axes=2)
    bins = whole(arrays[f"{number}.bins"], below=given.shape[1])
    require(len(given) == classes and len(bins) == groups)
    return Margins(bins=bins, order=permutation(arrays[f"{number}.order"], given.shape[1]), given=given)


def _distribution(mass: Floats) -> Floats:
    total = mass.sum()
    return mass / total if total > 0 else np.full(len(mass), 1 / max(len(mass), 1))
