"""How rows become vectors for the networks of `ctgan`: each column's paid bins one-hot, and the place within the bin of a number.

The bin is the mode and the place within it the scalar of "mode-specific normalisation" (Xu et al., "Modeling tabular data using
conditional GAN", 2019); both come from noisy counts instead of a mixture fitted to the table.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.maxent_model import MaxentModel

Floats = npt.NDArray[np.float64]
Bins = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where each column lies in a vector: the bins of all columns one after another, then one place for each column of numbers.

    Args:
        survey: The noisy answers that say what the bins are.
    """

    survey: MaxentModel

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(self.survey.marginals)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Number of bins of each column."""
        return tuple(self.survey.sizes[name] for name in self.names)

    @cached_property
    def starts(self) -> Ints:
        """int64[m + 1]: where each column's bins begin."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)

    @cached_property
    def numeric(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return tuple(name for name in self.names if self.survey.marginals[name].domain.numeric)

    @property
    def bins(self) -> int:
        """Number of bins of all columns together."""
        return int(self.starts[-1])

    @property
    def width(self) -> int:
        """Length of a row's vector."""
        return self.bins + len(self.numeric)

    def stretch(self, name: str) -> slice:
        """Return where a column's bins lie."""
        return self.stretches[self.names.index(name)]

    @cached_property
    def stretches(self) -> tuple[slice, ...]:
        """Where the bins of each column lie."""
        return tuple(slice(int(a), int(b)) for a, b in itertools.pairwise(self.starts))

    def place(self, name: str) -> int:
        """Return where the place of a column of numbers lies."""
        return self.bins + self.numeric.index(name)

    @cached_property
    def shares(self) -> Floats:
        """float64[bins]: the paid share of every bin of its column."""
        mass = [np.maximum(self.survey.mass[name], 0) for name in self.names]
        return np.concatenate(
            [each / each.sum() if each.sum() > 0 else np.full(len(each), 1 / len(each)) for each in mass]
        )

    @cached_property
    def column_of_bin(self) -> Ints:
        """int64[bins]: the number of each bin's column."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def asked(self) -> Floats:
        """float64[bins]: how often training asks for each bin, by the logarithm of its paid rows; sums to one over a column."""
        weight = np.log1p(self.shares * max(self.survey.total, 1.0)) + 1e-6
        sums = np.bincount(self.column_of_bin, weights=weight)
        return np.asarray(weight / sums[self.column_of_bin])

    def bins_of(self, codes: Mapping[str, npt.NDArray[Any]]) -> Bins:
        """Return int32[n, m]: where in the vector each row has its ones."""
        found = [
            self.survey.bins_of_codes(name)[codes[name]] + start
            for name, start in zip(self.names, self.starts[:-1], strict=True)
        ]
        return np.stack(found, axis=1).astype(np.int32)

    def places_of(self, codes: Mapping[str, npt.NDArray[Any]], positions: npt.NDArray[Any]) -> Matrix:
        """Return float32[n, numeric] in [-1, 1]: the place of each number within its bin.

        Args:
            codes: Column name -> codes[n].
            positions: float[n, numeric] in [0, 1), the place of each number within its cell; of missing cells, that in their bin.
        """
        found = np.empty(positions.shape, dtype=np.float32)
        for number, name in enumerate(self.numeric):
            inside = positions[:, number]
            found[:, number] = self.survey.fine(name).spread(codes[name].astype(np.int64), inside, inside) * 2 - 1
        return found

    def vectors(self, bins: Bins, places: Matrix) -> Matrix:
        """Return float32[n, width]: the vector of each row.

        Args:
            bins: As `bins_of` returns them.
            places: As `places_of` returns them.
        """
        found = np.zeros((len(bins), self.width), dtype=np.float32)
        np.put_along_axis(found[:, : self.bins], bins.astype(np.int64), 1.0, axis=1)
        found[:, self.bins :] = places
        return found
