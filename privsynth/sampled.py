"""How private steps of DP-SGD are: Gaussian answers about Poisson samples, as one mu and one delta that add up with all else.

A sampled Gaussian answer is no Gaussian one: its privacy loss has a heavier tail. `sampled_mu` returns the smallest mu such that T
such answers are no worse than "reveal everything with probability delta, else give one answer of mu-Gaussian DP", at every
epsilon and in both directions. ``docs/proofs/dpsgd.md`` shows why such pairs of (mu, delta) add up exactly.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from privsynth.errors import BudgetError

Floats = npt.NDArray[np.float64]
# The grid of privacy losses: cells this many times narrower than the spread of one step's loss, and not more of them than this.
_FINE, _CELLS = 16.0, 20_000.0
# The share of delta that goes into what the numbers leave out: tails cut off, and rounding of the Fourier transform.
_CUT, _ROUNDING = 1e-4, 2.0**-47
_LEAST_NOISE, _MOST_MU = 0.25, 30.0
_TOLERANCE = 2e-5


def sampled_mu(q: float, z: float, steps: int, delta: float) -> float | None:
    """Return the mu that `steps` sampled Gaussian answers are worth beside a delta, from above.

    Guarantee:
        For neighbours P, Q (add or remove one unit) and every epsilon, H(P, Q) <= delta + (1 - delta) * G, where H is the
        hockey-stick divergence at exp(epsilon) of the answers and G that of N(mu, 1) and N(0, 1).

    Args:
        q: Probability with which each unit takes part in a step.
        z: Noise per clipping norm.
        steps: How many steps.
        delta: What the tail of the privacy loss may take.

    Returns:
        mu, at most 0.002% above the best that the discretised loss allows; None where forgetting the sampling is as good, which
        is sqrt(steps) / z and needs no delta.

    Source: Koskela, Jälkö, Honkela 2020 and Doroshenko et al. 2022, "Connect the dots" (dp_accounting) for the losses;
    Zhu, Dong, Wang 2022, theorems 10 and 11, for dominating pairs; Dong, Roth, Su 2022 for mu.
    """
    plain = math.sqrt(steps) / z
    if q == 1 or z < _LEAST_NOISE or min(plain, q * math.sqrt(steps * math.expm1(1 / z**2))) > _MOST_MU:
        return None
    margin = steps * _ROUNDING
    if margin > delta / 2:
        raise BudgetError(
            f"A delta of {delta:g} for {steps} sampled steps is below what the accountant can resolve. Use a larger delta."
        )
    mu = max(_least_mu(tail, delta, margin, plain) for tail in _tails(q, z, steps, delta))
    return mu if mu < plain else None


class _Tail(NamedTuple):
    """The hockey-stick curve of one direction, from a discretised privacy loss: losses ascend, sums run from each of them on.

    Args:
        losses: float64[n].
        mass: float64[n + 1], mass at this loss and above.
        log_other: float64[n + 1], log of the sum of exp(-loss) * mass, the same under the neighbour.
        infinite: Mass of infinite loss, all that was cut off in it.
    """

    losses: Floats
    mass: Floats
    log_other: Floats
    infinite: float

    def at(self, epsilon: Floats) -> Floats:
        """Return H(exp(epsilon))."""
        place = np.searchsorted(self.losses, epsilon, side="right")
        return np.asarray(self.infinite + self.mass[place] - np.exp(epsilon + self.log_other[place]))


def _tails(q: float, z: float, steps: int, delta: float) -> list[_Tail]:
    """Return the curves of removing and of adding a unit."""
    from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

    kept = math.log(delta * _CUT / steps)
    once = from_gaussian_mechanism(
        z, sampling_prob=q, value_discretization_interval=_cell(q, z, kept), log_mass_truncation_bound=kept
    )
    return [_tail(each.to_dense_pmf().self_compose(steps, delta * _CUT)) for each in (once._pmf_remove, once._pmf_add)]


def _cell(q: float, z: float, log_tail: float) -> float:
    """Return how wide a cell of the grid of losses is: a share of the spread of one step's loss, coarser where that is too many."""
    x = np.linspace(-10, 10, 2001)
    weight = np.exp(-(x**2) / 2)
    loss = np.log1p(q * np.expm1(np.minimum((x - 0.5 / z) / z, 600.0)))
    mean = np.average(loss, weights=weight)
    spread = math.sqrt(np.average((loss - mean) ** 2, weights=weight))
    reach = math.sqrt(-2 * log_tail)
    width = math.log1p(q * math.expm1(min((reach + 0.5 / z) / z, 600.0))) - math.log1p(-q)
    return max(spread / _FINE, width / _CELLS)


def _tail(pmf: Any) -> _Tail:
    """Read a privacy loss distribution of dp_accounting; mass below 0, which is rounding, counts as 0."""
    losses = (np.arange(pmf.size) + pmf._lower_loss) * pmf._discretization
    mass = np.maximum(pmf._probs, 0.0)
    with np.errstate(divide="ignore"):
        log_other = np.logaddexp.accumulate((np.log(mass) - losses)[::-1])[::-1]
    return _Tail(
        losses,
        np.append(np.cumsum(mass[::-1])[::-1], 0.0),
        np.append(log_other, -np.inf),
        float(pmf._infinity_mass),
    )


def _least_mu(tail: _Tail, delta: float, margin: float, most: float) -> float:
    """Return the smallest mu whose curve, raised by delta, is nowhere below that of `tail`, from above.

    Both curves fall, so that on an interval the one is at most its left end and the other at least its right end. Intervals where
    this does not suffice are split.
    """

    def wanted(epsilon: Floats) -> Floats:
        return np.asarray((tail.at(epsilon) + margin - delta) / (1 - delta))

    top = max(float(tail.losses[-1]), 0.0)
    ends = np.linspace(0.0, top, 1025)
    left, right, need = ends[:-1], ends[1:], wanted(ends)
    if need[-1] > 0:  # what is left beyond the largest loss no Gaussian curve can bear
        return most
    need = need[:-1]
    mu = 0.0
    while (live := need > 0).any():
        left, right, need = left[live], right[live], need[live]
        short = gaussian_curve(left, mu) < need if mu else need > 0
        if right[0] - left[0] < 1e-9 * top:  # as good as it gets: take the right ends for the left ones
            return max(mu, float(_mu_at(right, need, most).max()))
        if short.any():
            mu = max(mu, float(_mu_at(left[short], need[short], most).max()) * (1 + _TOLERANCE))
        if mu >= most:
            return most
        open_ = gaussian_curve(right, mu) < need
        inner = left[open_, None] + (right - left)[open_, None] * (np.arange(9) / 8)
        left, right = inner[:, :-1].ravel(), inner[:, 1:].ravel()
        need = wanted(left)
    return mu


def _mu_at(epsilon: Floats, wanted: Floats, most: float) -> Floats:
    """Return the smallest mu whose curve reaches `wanted` at each epsilon, from above; `most` where none below it does."""
    low, high = np.full(len(epsilon), 1e-12), np.full(len(epsilon), most)
    for _ in range(40):
        middle = np.sqrt(low * high)
        enough = gaussian_curve(epsilon, middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def gaussian_curve(epsilon: Floats, mu: Floats | float) -> Floats:
    """Return `accounting.delta_of` of many at once."""
    from scipy.special import log_ndtr

    a, b = log_ndtr(mu / 2 - epsilon / mu), log_ndtr(-mu / 2 - epsilon / mu)
    return np.asarray(np.exp(a) * -np.expm1(np.minimum(epsilon + b - a, 0.0)))


@lru_cache(maxsize=256)
def rounded_mu(q: float, z: float, steps: int, delta: float) -> float | None:
    """Return `sampled_mu` rounded up to 20 binary digits, so that machines whose last digits differ agree."""
    mu = sampled_mu(q, z, steps, delta)
    if not mu:
        return mu
    unit = 2.0 ** (math.floor(math.log2(mu)) - 20)
    return math.ceil(mu * (1 + 1e-9) / unit) * unit


def least_noise(mu: float, q: float, steps: int, delta: float) -> float:
    """Return the smallest noise (within 0.01%, from above) whose steps are worth at most mu, by false position (Illinois) on logarithms."""

    def excess(z: float) -> float:
        found = rounded_mu(q, z, steps, delta)
        return math.log(max(math.sqrt(steps) / z if found is None else found, 1e-12) / mu)

    high = math.sqrt(steps) / mu * (1 + 2e-6)
    low = min(high, 1 / math.sqrt(math.log1p((mu / q) ** 2 / steps))) if q < 1 else high
    above, below = excess(low), -2e-6
    while above > 0 and (z := low * math.exp(above + 0.02)) < high:  # more noise, until it is enough
        if (found := excess(z)) <= 0:
            high, below = z, found
            break
        low, above = z, found
    while above <= 0:
        high, below = low, above
        low *= 0.7
        above = excess(low)
    kept = 0
    while high > low * (1 + 1e-4):
        z = low * (high / low) ** min(max(above / (above - below), 0.02), 0.98)
        found = excess(z)
        if found <= 0:
            high, below, above, kept = z, found, above / (2 if kept < 0 else 1), -1
        else:
            low, above, below, kept = z, found, below / (2 if kept > 0 else 1), 1
    return high
