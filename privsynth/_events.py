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
