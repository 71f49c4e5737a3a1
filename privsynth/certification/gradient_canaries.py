"""One run of ctgan's private steps with canaries: rows with orthogonal gradients, each in the table by its own coin.

The discriminator is linear without a bias that learns, so that the gradient of a canary lies along its label as a row and as a condition:
orthogonal to that of all others, and as long as the clip. The attacker reads every noisy sum and adds up what they say of each canary.

Source: Steinke, Nasr, Jagielski 2023 (arXiv 2305.08846); gradient canaries as in Nasr et al. 2023 (arXiv 2302.07956).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.certification.small_networks import Steps, flat, layout_of, private_gradient, recipe, units_of
from privsynth.generators.clipping import clipped_gradient
from privsynth.generators.clipping_units import Clipped
from privsynth.generators.ctgan_training import Training
from privsynth.noise import OsNoise, Reals
from privsynth.privacy import Private

Floats = npt.NDArray[np.float64]
_SHARE_OF_DIVISOR = 0.4


class Reader(OsNoise):
    """The noise of releases, whose answers about canaries are added up.

    Args:
        steps: What is attacked.
        canaries: How many there are.
    """

    __slots__ = ("_real", "_steps", "scores")

    def __init__(self, steps: Steps, canaries: int) -> None:
        self._steps = steps
        self._real = np.zeros(0)
        self.scores: Floats = np.zeros(2 * canaries)

    def gradient(self, network: Any, rows: Any, weights: Any, loss: Any, *, clip: float) -> Clipped:
        """Return the clipped gradients of the private rows, and remember their sum."""
        found = clipped_gradient(network, rows, weights, loss, clip=clip * self._steps.looser)
        self._real = flat(found)
        return found

    def perturbed(self, values: Private[npt.NDArray[Any]], *, clip: float, noise_multiplier: float) -> Reals:
        """Return noisy sums, and add up what they say of the weights of each label."""
        answer = super().perturbed(values, clip=clip, noise_multiplier=noise_multiplier * self._steps.factor)
        self.scores -= answer - (values.reveal() - self._real)  # what the fakes add is known
        return answer


def canary_scores(steps: Steps, there: npt.NDArray[np.bool_]) -> Floats:
    """Return float64[m]: what the noisy sums of one run say of each canary; higher means that it is there.

    Args:
        steps: What is attacked.
        there: bool[m], the coin of each canary.
    """
    layout = layout_of({"label": len(there)})
    units = units_of(layout, {"label": np.flatnonzero(there)})
    training = Training(recipe(critic_hidden=()), layout)
    bias: Any = training.critic[-1].bias
    bias.requires_grad_(False)
    reader = Reader(steps, len(there))
    with private_gradient(reader.gradient):
        for number in range(steps.steps):
            training.begin(number)
            training.private_step(
                units,
                reader,
                rate=steps.rate,
                noise_multiplier=steps.noise,
                divisor=max(_SHARE_OF_DIVISOR * len(there), 1.0),
            )
    return reader.scores[: len(there)] + reader.scores[len(there) :]


def right_guesses(scores: Floats, there: npt.NDArray[np.bool_], guesses: int) -> int:
    """Return how many guesses are right: "there" of the highest scores, "not there" of as many of the lowest.

    Args:
        scores: float64[m], computed without looking at the coins.
        there: bool[m], the coins.
        guesses: An even number, at most m, fixed before the run.
    """
    order, half = np.argsort(scores, kind="stable"), guesses // 2
    return int((~there[order[:half]]).sum() + there[order[len(order) - half :]].sum())
