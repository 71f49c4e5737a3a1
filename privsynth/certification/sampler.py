"""The samplers of releases themselves: many noisy answers about two tables, told apart one by one.

Fits of a toy draw their noise with numpy, so that they say nothing about the sampler; steps of ctgan draw from theirs too seldom to see
that a third of the noise is missing. Here nothing else is drawn from. What is mu-GDP of one unit is (k mu)-GDP of k units (Dong, Roth,
Su 2022, theorem 4), and a test is sharpest where it is wrong in every sixth draw; so the two tables lie that many units apart, and what
is shown of all of them is divided by their number. The epsilon of a mechanism of any kind is bounded by tables one unit apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from privsynth.certification.bounds import epsilon_of_scores
from privsynth.certification.judging import Claim, judged_worlds
from privsynth.certification.result import SAMPLER, Attack
from privsynth.noise import Noise, OsNoise
from privsynth.privacy import Private

Floats = npt.NDArray[np.float64]
DRAWS = 20_000
_SENSITIVITY = 100
_SHARPEST = 2.0  # mu between the two tables


def units_apart(mu: float) -> int:
    """Return how many units the two tables lie apart, at least 1, so that they are about as far apart as a test sees best."""
    return max(round(_SHARPEST / mu), 1)


def sampler_attack(
    claim: Claim, error: float, *, draws: int = DRAWS, real: bool = False, noise: Noise | None = None
) -> Attack:
    """Attack the sampler of noisy answers.

    Args:
        claim: What an answer claims of one unit.
        error: Probability with which each bound may be too high.
        draws: Of each table.
        real: Whether it is the sampler of sums of gradients, instead of that of counts.
        noise: Where it comes from; by default, from where releases have it.
    """
    units, source = units_apart(claim.mu), OsNoise() if noise is None else noise
    without, with_one = (_drawn(source, place * _SENSITIVITY, claim.mu, draws, real) for place in (0, 1))
    with_all = with_one if units == 1 else _drawn(source, units * _SENSITIVITY, claim.mu, draws, real)
    middle = units * _SENSITIVITY / 2
    found = judged_worlds(claim, without - middle, with_all - middle, error, name=SAMPLER, units=units)
    return replace(found, epsilon_direct=epsilon_of_scores(without, with_one, error, claim.delta))


def _drawn(source: Noise, value: int, mu: float, draws: int, real: bool) -> Floats:
    """Return float64[draws]: noisy answers about a value that one unit moves by at most `_SENSITIVITY`."""
    if real:
        exact = Private(np.full(draws, float(value)))
        return source.perturbed(exact, clip=_SENSITIVITY, noise_multiplier=1 / mu).astype(np.float64)
    counts = Private(np.full(draws, value, dtype=np.int64))
    return source.measure(counts, sensitivity=_SENSITIVITY, noise_multiplier=1 / mu).astype(np.float64)
