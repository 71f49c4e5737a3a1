"""Two worlds of private steps of ctgan: a table, and the same with one more unit, whose clipped gradient is as long as the clip.

The attacker knows all else (the coins of the other units, the encodings, the networks) and adds up the exact log-likelihood ratio of
what the steps show: of a Gaussian shift where every unit takes part, of a mixture where a coin decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.certification.small_networks import CLIP, Steps, flat, layout_of, private_gradient, recipe, units_of
from privsynth.errors import PrivsynthError
from privsynth.generators.clipping import clipped_gradient
from privsynth.generators.clipping_units import Clipped
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.ctgan_training import Training
from privsynth.noise import Ints, OsNoise, Reals
from privsynth.privacy import Private

Floats = npt.NDArray[np.float64]
_SIZES = {"a": 3, "b": 4}
_TOLD_RUNS = 100


class Attacker(OsNoise):
    """The noise of releases, which draws for one of two worlds and adds up what its answers say about which one it is.

    The target is the last unit. It is always in the batch that the step is given; `gradient` is asked with it and without it, and
    what the step gets is that of the world and of the target's coin.

    Args:
        steps: What is attacked.
        there: Whether the target is in the table.
    """

    __slots__ = ("_batches", "_gap", "_steps", "_taken", "ratio", "there")

    def __init__(self, steps: Steps, there: bool) -> None:
        self._steps, self.there = steps, there
        self._taken, self._gap = False, np.zeros(0)
        self._batches: list[Ints] = []
        self.ratio = 0.0

    def poisson(self, count: Private[int], probability: float) -> Private[Ints]:
        """Draw who takes part, and remember whether the target would."""
        drawn = super().poisson(count, probability).reveal()
        if self._steps.shuffled:
            drawn = self._shuffled(count.reveal())
        target = count.reveal() - 1
        self._taken = self.there and target in drawn
        return Private(np.append(drawn[drawn != target], target))

    def _shuffled(self, count: int) -> Ints:
        if not self._batches:
            parts = round(1 / self._steps.rate)
            self._batches = np.array_split(np.random.default_rng().permutation(count), parts)
        return np.sort(self._batches.pop())

    def gradient(self, network: Any, rows: Any, weights: Any, loss: Any, *, clip: float) -> Clipped:
        """Return what the world would: the clipped gradients of the private rows, with the target or without it."""
        both = [
            clipped_gradient(network, rows[:n], weights[:n], loss, clip=clip * self._steps.looser)
            for n in (len(rows) - 1, len(rows))
        ]
        self._gap = flat(both[1]) - flat(both[0])
        return both[self._taken]

    def perturbed(self, values: Private[npt.NDArray[Any]], *, clip: float, noise_multiplier: float) -> Reals:
        """Return noisy sums, and note what they say about the target."""
        steps = self._steps
        if (clip, noise_multiplier) != (CLIP, steps.noise):
            raise PrivsynthError("A step was asked for other noise than it claims. This is a bug; please report it.")
        answer = super().perturbed(values, clip=clip, noise_multiplier=noise_multiplier * steps.factor)
        rest = answer - (values.reveal() - self._taken * self._gap)
        shown = float(rest @ self._gap - self._gap @ self._gap / 2) / (clip * noise_multiplier) ** 2
        mixed = np.logaddexp(math.log1p(-steps.rate), math.log(steps.rate) + shown) if steps.rate < 1 else shown
        self.ratio += float(mixed)
        return answer


def world(rate: float) -> tuple[Training, UnitRows]:
    """Return small networks, and a table whose last unit has a label of its own."""
    layout = layout_of(_SIZES)
    rows = 4 if rate == 1 else 11
    codes = {"a": np.append(np.arange(rows) % 2, 2), "b": np.append(np.arange(rows) % 3, 3)}
    return Training(recipe(critic_hidden=(4,)), layout), units_of(layout, codes)


def weighed_steps(steps: Steps, runs: int, told: Callable[[int], None] = lambda _: None) -> Floats:
    """Return float64[2, runs]: in each world the log-likelihood ratio of each run.

    Runs follow one another: the discriminator goes on learning, so that gradients are those of many states.

    Args:
        steps: What is attacked.
        runs: Of either world.
        told: Told how many runs of either world are done.
    """
    found = np.empty((2, runs))
    training, units = world(steps.rate)
    for run in range(runs):
        for there in (0, 1):
            attacker = Attacker(steps, bool(there))
            with private_gradient(attacker.gradient):
                for _ in range(steps.steps):
                    training.begin(training.done)
                    training.private_step(units, attacker, rate=steps.rate, noise_multiplier=steps.noise, divisor=8.0)
            found[there, run] = attacker.ratio
        if (run + 1) % _TOLD_RUNS == 0:
            told(run + 1)
    return found
