"""What every generator is: a public recipe, a mechanism with concrete numbers, and a model that holds noisy answers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Synthetic rows as codes.

    Args:
        codes: Column name -> int64[n]; the domain's size means missing.
        positions: Column name -> float32[n] in [0, 1), the place within the cell, for columns of numbers.
    """

    codes: Mapping[str, npt.NDArray[np.int64]]
    positions: Mapping[str, npt.NDArray[np.float32]]


@runtime_checkable
class Model(Protocol):
    """What a fit releases: noisy answers and what follows from them."""

    @property
    def total(self) -> float:
        """Noisy number of rows of the table."""
        ...

    def sample(self, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows; as post-processing it costs nothing and may be repeated."""
        ...

    def to_arrays(self) -> Arrays:
        """Return everything that `from_arrays` needs."""
        ...


@runtime_checkable
class Mechanism(Protocol):
    """A generator with all its numbers: the claim (`event`) and the deed (`run`)."""

    @property
    def event(self) -> DpEvent:
        """What a run does to the privacy of a unit."""
        ...

    def run(self, source: DataSource, noise: Noise) -> Model:
        """Ask the source through the noise and return the model."""
        ...


@runtime_checkable
class Config(Protocol):
    """A public recipe without data or budget."""

    def calibrate(self, schema: Schema, unit: Unit, spend: Spend) -> Mechanism:
        """Turn a budget into concrete noise; `spend.delta` is for thresholds and may be left."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        ...

    def load(self, domains: tuple[Domain, ...], arrays: Mapping[str, npt.NDArray[Any]]) -> Model:
        """Rebuild a model from `Model.to_arrays`."""
        ...
