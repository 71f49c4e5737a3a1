"""Small networks and label tables on which the private steps of ctgan are attacked, and what a step is let use instead of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.certification.substitutes import instead_of
from privsynth.generators import ctgan_training
from privsynth.generators.binning import Marginal
from privsynth.generators.clipping import clipped_gradient
from privsynth.generators.clipping_units import Clipped
from privsynth.generators.ctgan import CtganConfig
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.structure import Structure
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

Floats = npt.NDArray[np.float64]
CLIP = 0.01  # so short that every unit's gradient is shortened to it
_TOTAL = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Private steps of ctgan, or their twin with a bug.

    Args:
        rate: Sampling probability.
        noise: Noise multiplier that is claimed.
        steps: Private steps of a run.
        delta: What the sampling takes of the claim's delta.
        factor: What the noise is multiplied by: below 1 for the twin that has too little.
        looser: What the clip is multiplied by: above 1 for the twin that does not clip.
        shuffled: Whether batches are those of a shuffled table.
    """

    rate: float = 1.0
    noise: float = 1.0
    steps: int = 1
    delta: float = 1e-5
    factor: float = 1.0
    looser: float = 1.0
    shuffled: bool = False

    @property
    def event(self) -> DpEvent:
        """What is claimed."""
        from privsynth.accounting import gaussian, sampled_gaussian

        if self.rate == 1:
            return gaussian(self.noise, self.steps)
        return sampled_gaussian(self.rate, self.noise, self.steps, self.delta)

    @property
    def beside(self) -> float:
        """The delta beside mu: of sampled steps."""
        return 0.0 if self.rate == 1 else self.delta

    @property
    def advantage(self) -> float:
        """The advantage that the exact privacy loss of the claim allows."""
        from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

        once = from_gaussian_mechanism(self.noise, sampling_prob=self.rate)
        return float(once.self_compose(self.steps).get_delta_for_epsilon(0.0))


def recipe(**more: Any) -> CtganConfig:
    """Return a recipe of networks that are as small as they can be."""
    small = {"clip": CLIP, "hidden": (4,), "noise_width": 4, "encodings": 1, "most_fakes": 64, "device": "cpu"}
    return CtganConfig(**{**small, **more})


def layout_of(sizes: Mapping[str, int]) -> Layout:
    """Return the layout of required columns of so many labels, each its own bin; the survey behind it knows no dependence."""
    fields = (
        Field(name=name, kind="ordinal", enum=tuple(str(label) for label in range(size)), required=True)
        for name, size in sizes.items()
    )
    schema = Schema(fields=tuple(fields))
    mass = {name: np.full(size, _TOTAL / size) for name, size in sizes.items()}
    marginals = {
        name: Marginal(
            domain=Domain.of(schema[name]),
            starts=np.arange(size + 1),
            counts=mass[name],
            variance=np.zeros(size),
            missing=0.0,
            missing_variance=0.0,
        )
        for name, size in sizes.items()
    }
    return Layout(
        MaxentModel(
            schema=schema,
            marginals=marginals,
            bins={name: np.append(np.arange(size), 0) for name, size in sizes.items()},
            mass=mass,
            focuses=(),
            classes=np.zeros(1, dtype=np.int64),
            orders={name: np.arange(size) for name, size in sizes.items()},
            correlation=np.eye(len(sizes))[None],
            tables={},
            neighbours=10,
            structure=Structure.of(schema),
        )
    )


def units_of(layout: Layout, codes: Mapping[str, npt.NDArray[Any]]) -> UnitRows:
    """Return rows of labels, each a unit."""
    domains = [Domain.of(each) for each in layout.survey.schema.modelled]
    kept = {each.name: np.asarray(codes[each.name]).astype(each.dtype) for each in domains}
    return UnitRows(layout, CodedTable(domains, Private(kept), Unit()))


def flat(found: Clipped) -> Floats:
    """Return float64[parameters]: the sum of clipped gradients."""
    return np.concatenate([each.numpy().astype(np.float64).ravel() for each in found.total])


@contextmanager
def private_gradient(gradient: Callable[..., Clipped]) -> Iterator[None]:
    """Let steps take their gradient of private rows, which they ask for before that of the fakes, from elsewhere."""
    calls = [0]

    def either(*args: Any, **named: Any) -> Clipped:
        calls[0] += 1
        return (gradient if calls[0] % 2 else clipped_gradient)(*args, **named)

    with instead_of(ctgan_training, "clipped_gradient", either):
        yield
