"""Privacy events that dp_accounting does not have."""

from __future__ import annotations

import attrs
from dp_accounting import DpEvent


@attrs.frozen
class ThresholdedDpEvent(DpEvent):  # type: ignore[misc]
    """Counts of keys that nobody listed, with Gaussian noise, released only where the noisy count passes a threshold.

    Args:
        noise_multiplier: Noise per unit of L2 sensitivity of the counts of all keys of one unit.
        delta: Probability that a key which only one unit holds passes the threshold, over all keys of that unit.
    """

    noise_multiplier: float
    delta: float


@attrs.frozen
class SampledGaussianDpEvent(DpEvent):  # type: ignore[misc]
    """Gaussian answers in a row, each about a fresh Poisson sample of the units: the steps of DP-SGD.

    Args:
        sampling_probability: Chance with which each unit takes part in a step, by a coin of its own.
        noise_multiplier: Noise per clipping norm of a unit.
        steps: How many answers; each may depend on the earlier ones.
        delta: What the tail of their privacy loss takes; the rest is accounted as mu (`privsynth.sampled`).
    """

    sampling_probability: float
    noise_multiplier: float
    steps: int
    delta: float


@attrs.frozen
class FailureDpEvent(DpEvent):  # type: ignore[misc]
    """Everything is revealed with probability `delta`, nothing else: what is set aside for the deltas of later answers."""

    delta: float
