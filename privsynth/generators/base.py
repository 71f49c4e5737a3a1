"""What every generator is: a public recipe, a mechanism with concrete numbers, and a model that holds noisy answers only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

Arrays = dict[str, npt.NDArray[Any]]
BATCH_ROWS = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Synthetic rows as codes.

    Args:
        codes: Column name -> int64[n]; the domain's size means missing.
        positions: Column name -> float32[n] in [0, 1), the place within the cell, for columns of numbers.
    """

    codes: Mapping[str, npt.NDArray[np.int64]]
    positions: Mapping[str, npt.NDArray[np.float32]]

    @property
    def count(self) -> int:
        """Number of rows; none where there are no columns."""
        return len(next(iter(self.codes.values()), ()))

    def taken(self, index: Any) -> Rows:
        """Return some of the rows: those of a slice, of a mask or of row numbers."""
        return Rows(
            {name: codes[index] for name, codes in self.codes.items()},
            {name: places[index] for name, places in self.positions.items()},
        )

    def only(self, names: Iterable[str]) -> Rows:
        """Return some of the columns."""
        kept = set(names)
        return Rows(
            {name: codes for name, codes in self.codes.items() if name in kept},
            {name: places for name, places in self.positions.items() if name in kept},
        )


def gathered(batches: Iterable[Rows]) -> Rows:
    """Return batches of the same columns, at least one, as one."""
    found = list(batches)
    if len(found) == 1:
        return found[0]
    return Rows(
        {name: np.concatenate([each.codes[name] for each in found]) for name in found[0].codes},
        {name: np.concatenate([each.positions[name] for each in found]) for name in found[0].positions},
    )


def batch_sizes(rows: int) -> Iterator[int]:
    """Yield how many rows each batch has: `BATCH_ROWS`, then the rest; one batch of none for no rows."""
    yield min(rows, BATCH_ROWS)
    for start in range(BATCH_ROWS, rows, BATCH_ROWS):
        yield min(BATCH_ROWS, rows - start)


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

    def batches(self, rows: int, rng: np.random.Generator, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Draw rows in chunks of bounded memory, at least one (which may be empty).

        Args:
            rows: How many in all.
            rng: Source of randomness; the same state gives the same rows.
            columns: Draw these columns only; all by default.
        """
        ...

    def complete(self, given: Rows, rng: np.random.Generator) -> Rows:
        """Draw the columns that `given` lacks, given those that it holds; the latter come back as they are."""
        ...

    def shares(self, name: str) -> npt.NDArray[np.float64]:
        """Return float64[size + 1]: the share of every code of a column that is no sum of others; missing comes last."""
        ...

    def to_arrays(self) -> Arrays:
        """Return everything that `from_arrays` needs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a long fit has come; nothing of it was read from the table without noise.

    Args:
        done: Steps taken.
        steps: Steps in all.
        loss: Mean loss of the discriminator on rows that the generator made.
        spend: What has been spent so far, about.
    """

    done: int
    steps: int
    loss: float
    spend: Spend


class Watch(Protocol):
    """Who is told of a long fit's steps, and keeps its state: noisy answers and what follows from them, in the owner's folder."""

    def phase(self, name: str) -> None:
        """Take note that a stage begins; its name is public."""
        ...

    def stepped(self, step: Step) -> None:
        """Take note of a step."""
        ...

    def due(self, done: int) -> bool:
        """Say whether the state after so many steps is to be kept; it follows from the number and the clock alone."""
        ...

    def keep(self, state: Arrays) -> None:
        """Keep a state, instead of the one before."""
        ...

    def kept(self) -> Arrays | None:
        """Return the state to go on from, or None to begin."""
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

    def load(self, schema: Schema, arrays: Mapping[str, npt.NDArray[Any]]) -> Model:
        """Rebuild a model from `Model.to_arrays`."""
        ...
