"""DP-CTGAN: a conditional GAN whose discriminator alone sees the table, through DP-SGD.

A survey (that of `maxent`) measures noisy 1-way and 2-way counts; the generator is trained on them first, for free. Then the
discriminator takes steps on Poisson samples of units, one clipped gradient each, and the generator follows it without losing the
measured marginals. At the end noisy distances choose between the generator before, during and after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from privsynth.accounting import Spend, composed, gaussian, sampled_gaussian, sampled_noise
from privsynth.errors import UsageError
from privsynth.generators.base import Watch
from privsynth.generators.binning import MarginalPlan
from privsynth.generators.maxent import MaxentConfig, MaxentMechanism
from privsynth.noise import Noise
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource, RowSource
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from dp_accounting import DpEvent

    from privsynth.generators.ctgan_model import CtganModel


LEAST_DELTA = 1e-13  # a step's: below it, sampled steps cannot be accounted, and every unit takes part in each


_RANGES: dict[str, tuple[float, float]] = {
    "survey_share": (1e-6, 1e6),
    "choice_share": (1e-6, 1e6),
    "training_share": (1e-6, 1e6),
    "steps": (0, 1_000_000),
    "sampling_probability": (1e-9, 1),
    "clip": (1e-9, 1e9),
    "encodings": (1, 1_000),
    "hidden": (1, 100_000),
    "critic_hidden": (1, 100_000),
    "noise_width": (1, 100_000),
    "warm_steps": (0, 10_000_000),
    "warm_critic_steps": (0, 10_000_000),
    "warm_rows": (1, 1_000_000_000),
    "learning_rate": (1e-12, 1e3),
    "critic_learning_rate": (1e-12, 1e3),
    "adversarial_rate": (1e-12, 1e3),
    "adversarial_weight": (0, 1e9),
    "half_heard": (1e-9, 1e9),
    "matching_weight": (0, 1e9),
    "mean_weight": (0, 1e9),
    "class_weight": (0, 1e9),
    "condition_weight": (0, 1e9),
    "average": (0, 1 - 1e-9),
    "most_rung": (0, 6),
    "most_fakes": (64, 1_000_000),
    "candidates": (1, 100),
    "threads": (1, 4096),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CtganConfig:
    """The recipe of a ctgan fit; it holds no data and no budget.

    Args:
        focus: Columns whose tables with all others are measured; None for the schema's target.
        survey_share: Share of mu**2 for the survey.
        choice_share: Share for the distances that choose the generator to release.
        training_share: Share for DP-SGD.
        steps: Private steps of the discriminator.
        sampling_probability: Probability with which each unit takes part in a step; 1 where no delta is there to spend.
        clip: Largest length of a unit's gradient.
        encodings: How often each row of a unit occurs in its gradient, differently conditioned.
        hidden: Widths of the generator's residual blocks.
        critic_hidden: Widths of the discriminator's layers.
        noise_width: Length of the generator's noise.
        warm_steps: Steps of the generator on the survey's marginals.
        warm_critic_steps: Steps of the discriminator on rows of the survey's model.
        warm_rows: Rows drawn from the survey's model.
        learning_rate: Of the generator's warm start.
        critic_learning_rate: Of the discriminator.
        adversarial_rate: Learning rate of the generator beside DP-SGD.
        adversarial_weight: Weight of the discriminator's judgement in the generator's loss.
        half_heard: Length of a step's noise, in clipping norms after the division, at which that weight is halved.
        matching_weight: Weight of the marginals in it.
        mean_weight: Weight of the 1-way marginals beside the mean over pairs.
        class_weight: Weight of the pairs within each class of the focus beside those of all rows.
        condition_weight: Weight of the conditional cross-entropy in it.
        average: Memory of the generator's moving average; 0 for none.
        most_rung: Highest rung of the ladder of discriminator steps for one of the generator.
        most_fakes: Most fakes a step.
        candidates: Generators between which is chosen: before DP-SGD, then at equal distances up to its end.
        threads: Threads of torch.
        device: `auto`, `cpu` or `cuda`.
    """

    focus: tuple[str, ...] | None = None
    survey_share: float = 0.46
    choice_share: float = 0.04
    training_share: float = 0.5
    steps: int = 400
    sampling_probability: float = 0.05
    clip: float = 10.0
    encodings: int = 2
    hidden: tuple[int, ...] = (256, 256)
    critic_hidden: tuple[int, ...] = (256, 256)
    noise_width: int = 128
    warm_steps: int = 1500
    warm_critic_steps: int = 50
    warm_rows: int = 200_000
    learning_rate: float = 2e-3
    critic_learning_rate: float = 5e-4
    adversarial_rate: float = 1e-3
    adversarial_weight: float = 1.0
    half_heard: float = 0.3
    matching_weight: float = 1.0
    mean_weight: float = 3.0
    class_weight: float = 2.0
    condition_weight: float = 0.01
    average: float = 0.998
    most_rung: int = 1
    most_fakes: int = 1024
    candidates: int = 3
    threads: int = 1
    device: str = "auto"

    name = "ctgan"
    delta_share = Fraction(1, 100)

    def __post_init__(self) -> None:
        for name in ("focus", "hidden", "critic_hidden"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else tuple(value))
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(least <= each <= most for each in numbers):
                raise UsageError(f"`{name}` of ctgan is {value!r}. Give a number from {least:g} to {most:g}.")
        if self.device not in ("auto", "cpu", "cuda"):
            raise UsageError(f"`device` of ctgan is {self.device!r}. Give auto, cpu or cuda.")

    def calibrate(self, schema: Schema, unit: Unit, spend: Spend) -> CtganMechanism:
        """Split mu**2 over the survey, the choice and DP-SGD.

        Args:
            schema: Says the columns and the target.
            unit: Who is protected.
            spend: What the fit may spend; its delta is what the sampling of units may take.

        Raises:
            SchemaError: a focus is not modelled.
        """
        shares = {
            "survey": self.survey_share,
            "choice": self.choice_share if self.candidates > 1 and self.steps else 0.0,
            "training": self.training_share if self.steps else 0.0,
        }
        whole = float(spend.mu_squared) * (1 - 1e-9) / sum(shares.values())
        budget = {stage: Fraction(whole * share) for stage, share in shares.items()}
        sampled = float(spend.delta) > LEAST_DELTA * self.steps > 0
        rate = self.sampling_probability if sampled else 1.0
        delta = _at_most(spend.delta) if sampled else 0.0
        return CtganMechanism(
            config=self,
            max_rows=unit.max_rows,
            survey=MaxentConfig(focus=self.focus).calibrate(schema, unit, Spend(mu_squared=budget["survey"])),
            sampling_probability=rate,
            noise_multiplier=_training_noise(float(budget["training"]), rate, self.steps, delta),
            delta=delta,
            choice_noise=1 / math.sqrt(budget["choice"]) if budget["choice"] else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def load(self, schema: Schema, arrays: Mapping[str, npt.NDArray[Any]]) -> CtganModel:
        """Rebuild a model from its arrays."""
        from privsynth.generators.ctgan_model import CtganModel

        return CtganModel.from_arrays(schema, arrays, MaxentConfig().neighbours, len(self.hidden))


def _at_most(exact: Fraction) -> float:
    """Return the largest floating-point number that is not above an exact one."""
    near = float(exact)
    return math.nextafter(near, 0.0) if Fraction(near) > exact else near


def _training_noise(mu_squared: float, rate: float, steps: int, delta: float) -> float | None:
    if not mu_squared:
        return None
    return sampled_noise(mu_squared, rate, steps, delta) if delta else math.sqrt(steps / mu_squared) * (1 + 1e-12)


@dataclass(frozen=True, slots=True, kw_only=True)
class CtganMechanism:
    """A ctgan fit with all its numbers.

    Args:
        config: The recipe.
        max_rows: Most rows of a unit.
        survey: The noisy counts.
        sampling_probability: Probability with which each unit takes part in a step.
        noise_multiplier: Noise of a step per clipping norm, or None where there is no DP-SGD.
        delta: What the sampling may take.
        choice_noise: Noise multiplier of all distances, or None.
    """

    config: CtganConfig
    max_rows: int
    survey: MaxentMechanism
    sampling_probability: float
    noise_multiplier: float | None
    delta: float
    choice_noise: float | None

    @property
    def marginals(self) -> tuple[MarginalPlan, ...]:
        """Noise of the 1-way counts."""
        return self.survey.marginals

    @property
    def focuses(self) -> tuple[str, ...]:
        """Columns whose tables with all others are measured."""
        return self.survey.focuses

    @property
    def training_event(self) -> DpEvent | None:
        """What DP-SGD does, or None where there is none."""
        if self.noise_multiplier is None:
            return None
        if self.sampling_probability == 1:
            return gaussian(self.noise_multiplier, self.config.steps)
        return sampled_gaussian(self.sampling_probability, self.noise_multiplier, self.config.steps, self.delta)

    @property
    def event(self) -> DpEvent:
        """The survey, the steps of DP-SGD, and the choice."""
        training, choice = self.training_event, self.choice_noise
        return composed(
            [
                self.survey.event,
                *([] if training is None else [training]),
                *([] if choice is None else [gaussian(choice)]),
            ]
        )

    def divisor(self, total: float) -> float:
        """Return by what a step's noisy sum is divided: as many units as would hold the rows that are expected in a step.

        A unit's loss is the sum over its rows divided by how many it may have, so this makes the mean over rows.

        Args:
            total: Noisy number of rows.
        """
        return max(self.sampling_probability * total / self.max_rows, 1.0)

    def run(self, source: DataSource, noise: Noise, watch: Watch | None = None) -> CtganModel:
        """Survey, warm up, take the private steps, choose.

        Args:
            source: The table.
            noise: Where coins and noise come from.
            watch: Who is told of the steps and keeps the state, or None.

        Raises:
            UsageError: the source has no rows to train on.
        """
        if not isinstance(source, RowSource):
            raise UsageError(
                "The generator ctgan trains on rows, and this source answers counts only. Use --generator maxent."
            )
        from privsynth.generators.ctgan_run import Run

        return Run(self, source, noise, watch).model()
