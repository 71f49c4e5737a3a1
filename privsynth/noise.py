"""The only place where randomness touches a release.

Counts and sums are integers; they get exact discrete Gaussian noise from OpenDP (Canonne, Kamath, Steinke, "The Discrete
Gaussian for Differential Privacy", 2020), whose random bits come from the operating system. There is no seed.

**Guarantee.** `measure` with noise multiplier z is z-noise Gaussian DP: mu = 1 / z, for any integer query of the stated L2
sensitivity. The deed has slightly more noise than the claim: variance (z * sensitivity)**2 + 2.25. The added 2.25 makes the discrete
Gaussian a randomised rounding of the continuous one up to a factor of 1 +- 3e-19 a cell; the proof is in `docs/proofs/noise.md`.

Sums of gradients are real and many: `perturbed` gives them Gaussian noise from a ChaCha20 stream whose key comes from the operating
system, and `poisson` draws who takes part in a step. What floating point leaves open there is said in `docs/proofs/dpsgd.md`.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from privsynth.errors import BudgetError
from privsynth.privacy import Private

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float32]
ROUNDING_VARIANCE = 2.25
# Noisy sums of gradients are rounded to a grid at least this many times finer than the standard deviation of their noise.
GRID = 1024


class Noise(Protocol):
    """What a mechanism may ask of randomness. Every argument but the private one is public."""

    def measure(self, values: Private[Ints], *, sensitivity: float, noise_multiplier: float) -> Ints:
        """Return noisy integers of the same shape."""
        ...

    def thresholded(
        self, counts: Private[dict[str, int]], *, sensitivity: int, noise_multiplier: float, delta: float
    ) -> dict[str, int]:
        """Return noisy counts of the keys whose noisy count is high enough."""
        ...

    def unit_key(self, purpose: str) -> bytes:
        """Return a secret key from which the coins and picks of each unit are drawn."""
        ...

    def perturbed(self, values: Private[npt.NDArray[Any]], *, clip: float, noise_multiplier: float) -> Reals:
        """Return noisy real numbers of the same shape."""
        ...

    def poisson(self, count: Private[int], probability: float) -> Private[Ints]:
        """Return the numbers of the units that take part, each by its own coin."""
        ...


class OsNoise:
    """Noise for releases: exact, unseeded, from the operating system's generator."""

    __slots__ = ()

    def measure(self, values: Private[Ints], *, sensitivity: float, noise_multiplier: float) -> Ints:
        """Add discrete Gaussian noise.

        Guarantee:
            (1 / noise_multiplier)-GDP if adding or removing one unit moves `values` by at most `sensitivity` in L2.

        Args:
            values: int64 of any public shape.
            sensitivity: L2 sensitivity of `values`, positive.
            noise_multiplier: Noise per unit of sensitivity, positive.

        Returns:
            int64 of the same shape.

        Raises:
            BudgetError: sensitivity or noise is not positive and finite.

        Source: Canonne, Kamath, Steinke 2020, theorem 2 and algorithm 3 (as in OpenDP).
        """
        exact = values.reveal()
        return exact + _discrete_gaussian(exact.size, scale_of(sensitivity, noise_multiplier)).reshape(exact.shape)

    def thresholded(
        self, counts: Private[dict[str, int]], *, sensitivity: int, noise_multiplier: float, delta: float
    ) -> dict[str, int]:
        """Add noise to the counts of keys that nobody listed and release those above a threshold.

        Guarantee:
            (1 / noise_multiplier)-GDP plus an additive `delta`: a key that only one unit holds has at most `sensitivity` rows, a
            unit holds at most `sensitivity` such keys, and each passes with at most delta / sensitivity.

        Args:
            counts: Key -> rows; keys without rows must be absent.
            sensitivity: Most rows of one unit.
            noise_multiplier: Noise per unit of sensitivity.
            delta: Additive delta of the threshold.

        Returns:
            Key -> noisy count, sorted by key, so that the order of the table does not show.

        Source: Korolova et al. 2009, "Releasing search queries and clicks privately"; the tail bound is Canonne, Kamath, Steinke
        2020, proposition 25.
        """
        exact = counts.reveal()
        keys = sorted(exact)
        threshold = threshold_of(sensitivity, noise_multiplier, delta)
        noisy = self.measure(
            Private(np.array([exact[key] for key in keys], dtype=np.int64)),
            sensitivity=sensitivity,
            noise_multiplier=noise_multiplier,
        )
        return {key: int(count) for key, count in zip(keys, noisy, strict=True) if count >= threshold}

    def unit_key(self, purpose: str) -> bytes:
        """Return 32 fresh secret bytes."""
        return hashlib.blake2b(purpose.encode(), key=secrets.token_bytes(32), digest_size=32).digest()

    def perturbed(self, values: Private[npt.NDArray[Any]], *, clip: float, noise_multiplier: float) -> Reals:
        """Add Gaussian noise to a sum of clipped vectors.

        Guarantee:
            (1 / noise_multiplier)-GDP if adding or removing one unit moves `values` by at most `clip` in L2; about a Poisson sample
            of the units, a step of `accounting.sampled_gaussian`. Up to floating point: `docs/proofs/dpsgd.md`.

        Args:
            values: float32 or float64 of any public shape, finite: the caller clips each unit's vector and makes what is not finite 0.
            clip: L2 sensitivity of `values`, positive.
            noise_multiplier: Noise per unit of sensitivity, positive.

        Returns:
            float32 of the same shape, on a public grid.

        Raises:
            BudgetError: clip or noise is not positive and finite, or (a bug of the caller) `values` are not finite.

        Source: Holohan and Braghin 2021 (arXiv 2107.10138), section 5: the sum of four draws, halved, hides the bits of each.
        """
        exact = np.asarray(values.reveal(), dtype=np.float64)
        spread = spread_of(clip, noise_multiplier)
        if not np.isfinite(exact).all():
            raise BudgetError("A sum was not clipped before its noise. This is a bug; please report it.")
        draws = _stream().standard_normal((4, exact.size)).sum(axis=0).reshape(exact.shape)
        return on_grid(exact + draws * (spread / 2), spread)

    def poisson(self, count: Private[int], probability: float) -> Private[Ints]:
        """Draw who takes part in a step: each unit by a coin of its own, whatever the others do.

        Guarantee:
            Each of the units 0 .. count - 1 takes part with at most `probability`, below it by less than 2**-53, independently.

        Args:
            count: How many units there are.
            probability: Public chance of each, above 0 and at most 1.

        Returns:
            int64[m], ascending numbers of units; m is private too, and may be 0.

        Raises:
            BudgetError: the probability is out of range.
        """
        return Private(chosen_of(_stream(), count.reveal(), probability))


def _stream() -> np.random.Generator:
    """Return a fresh stream of cryptographic random numbers: no state is kept between answers, threads or forks."""
    from randomgen import ChaCha

    return np.random.Generator(ChaCha(key=int.from_bytes(secrets.token_bytes(32), "little"), rounds=20))


def secret_uniform(key: bytes, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Return float64[shape] in [0, 1), row by row: what is random about private rows beside coins and noise.

    Independent of everything and secret as long as the key serves once.

    Args:
        key: 32 secret bytes from `Noise.unit_key`.
        shape: Rows, and numbers of each row.
    """
    from randomgen import ChaCha

    return np.random.Generator(ChaCha(key=int.from_bytes(key, "little"), rounds=20)).random(shape)


def spread_of(clip: float, noise_multiplier: float) -> float:
    """Return the standard deviation of the noise of a sum of clipped vectors."""
    for what, value in (("clipping norm", clip), ("noise multiplier", noise_multiplier)):
        if not (math.isfinite(value) and value > 0):
            raise BudgetError(f"The {what} of a noisy sum is {value!r}. It must be positive and finite.")
    spread = clip * noise_multiplier
    if not 1e-30 < spread < 1e30:
        raise BudgetError(f"The noise of a sum has the standard deviation {spread:g}. Choose another clipping norm.")
    return spread


def on_grid(noisy: npt.NDArray[np.float64], spread: float) -> Reals:
    """Round to a public grid of a power of two, far finer than the noise, far coarser than the last bits of the numbers."""
    cell = 2.0 ** (math.floor(math.log2(spread)) - math.ceil(math.log2(GRID)))
    return (np.rint(noisy / cell) * cell).astype(np.float32)


def chosen_of(coins: np.random.Generator, count: int, probability: float) -> Ints:
    """Return the numbers of the units whose coin comes up; the coin of a unit follows from its number alone."""
    if not 0 < probability <= 1:
        raise BudgetError(f"A sampling probability of {probability!r} cannot be drawn. It must be above 0, at most 1.")
    least = (
        math.floor(probability * 2.0**53) / 2.0**53
    )  # a coin is a multiple of 2**-53: rounding down never favours taking part
    return np.flatnonzero(coins.random(count) < least).astype(np.int64)


def scale_of(sensitivity: float, noise_multiplier: float) -> float:
    """Return the scale parameter of the discrete Gaussian that pays for a claim."""
    for what, value in (("sensitivity", sensitivity), ("noise multiplier", noise_multiplier)):
        if not (math.isfinite(value) and value > 0):
            raise BudgetError(f"The {what} of a noisy answer is {value!r}. It must be positive and finite.")
    scale = math.sqrt((noise_multiplier * sensitivity) ** 2 + ROUNDING_VARIANCE)
    if scale > 1e15:
        raise BudgetError("The noise that this budget asks for is larger than any table. Use a larger epsilon.")
    return scale


def threshold_of(sensitivity: int, noise_multiplier: float, delta: float) -> int:
    """Return the smallest count that is released, so that a unit's own keys pass with at most `delta` in all."""
    from scipy.special import ndtri

    if not 0 < delta < 1:
        raise BudgetError(f"The delta of a threshold is {delta!r}. It must lie between 0 and 1.")
    tail = -float(ndtri(delta / sensitivity))
    return math.ceil(sensitivity + 1 + scale_of(sensitivity, noise_multiplier) * tail)


def _discrete_gaussian(count: int, scale: float) -> Ints:
    """Draw `count` independent integers with mass proportional to exp(-x**2 / (2 scale**2))."""
    from opendp.domains import atom_domain, vector_domain
    from opendp.measurements import make_gaussian
    from opendp.metrics import l2_distance
    from opendp.mod import enable_features

    enable_features("contrib")
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    add = make_gaussian(vector_domain(atom_domain(T="i64")), l2_distance(T="f64"), scale=scale)
    return np.array(add([0] * count), dtype=np.int64)


class UnitCoins:
    """Coins and picks that are functions of a unit alone, never of its position or of other units.

    Args:
        key: Secret key from `Noise.unit_key`.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def keyed(self, names: list[bytes]) -> npt.NDArray[np.uint64]:
        """Return uint64[n, 2], 128 keyed bits of each unit name: the first half is its coin, both tell it from all others."""
        hashed = b"".join(hashlib.blake2b(name, key=self._key, digest_size=16).digest() for name in names)
        return np.frombuffer(hashed, dtype=np.uint64).reshape(-1, 2)

    def mixed(self, state: npt.NDArray[np.uint64], salt: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
        """Return keyed bits of (state, salt) pairs, vectorised (splitmix64 finaliser, Steele et al. 2014)."""
        with np.errstate(over="ignore"):
            start = np.uint64(int.from_bytes(self._key[:8], "little"))
            x = state ^ (salt.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start)
            x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed: npt.NDArray[np.uint64] = x ^ (x >> np.uint64(31))
        return mixed

    def chosen(self, bits: npt.NDArray[np.uint64], share: Fraction) -> npt.NDArray[np.bool_]:
        """Return a coin for each: True with probability `share`."""
        return bits < np.uint64(int(share * 2**64) if share < 1 else 2**64 - 1)


class ExactAnswers(OsNoise):
    """NOT PRIVATE: answers without noise, for what an owner looks at alone. Nothing that it touches may be released."""

    __slots__ = ()

    def measure(self, values: Private[Ints], *, sensitivity: float, noise_multiplier: float) -> Ints:
        """Return the exact answer; the arguments are checked all the same."""
        scale_of(sensitivity, noise_multiplier)
        return values.reveal().copy()

    def perturbed(self, values: Private[npt.NDArray[Any]], *, clip: float, noise_multiplier: float) -> Reals:
        """Return the exact answer; the arguments are checked all the same."""
        spread_of(clip, noise_multiplier)
        return np.array(values.reveal(), dtype=np.float32)
