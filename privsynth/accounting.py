"""How much was spent: events, their composition, and the epsilon that follows.

Every noisy answer of privsynth is a Gaussian event, so spending adds up as ``mu**2`` of Gaussian differential privacy (Dong, Roth,
Su, "Gaussian Differential Privacy", 2022), exactly and whatever the order; thresholded counts and sampled steps add their own
``delta``. ``docs/proofs/noise.md`` shows why a discrete Gaussian is as private as the continuous one claimed here,
``docs/proofs/dpsgd.md`` why steps of DP-SGD have a mu.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.errors import BudgetError
from privsynth.privacy import Budget
from privsynth.sampled import least_noise, rounded_mu

if TYPE_CHECKING:
    from dp_accounting import DpEvent

_SMALL = 0.1
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


def delta_of(epsilon: float, mu: float) -> float:
    """Return the smallest delta at which a mu-GDP mechanism is (epsilon, delta)-DP.

    Source: Balle and Wang, "Improving the Gaussian mechanism", 2018, theorem 8; Dong, Roth, Su 2022, corollary 1.
    """
    if mu <= 0:
        return 0.0
    if mu < _SMALL:
        return _delta_of_small(epsilon, mu)
    from scipy.special import log_ndtr

    a, b = float(log_ndtr(mu / 2 - epsilon / mu)), float(log_ndtr(-mu / 2 - epsilon / mu))
    gap = epsilon + b - a
    return math.exp(a) * -math.expm1(gap) if gap < 0 else 0.0


def _delta_of_small(epsilon: float, mu: float) -> float:
    """Return `delta_of` of a small mu, of which the two terms of the closed form nearly cancel, to 12 digits.

    With Mills' ratio R and the normal density f, the two are f(low) R(low) and f(low) R(high), low and high being epsilon / mu -+ mu / 2;
    and R'(t) = t R(t) - 1. So their difference is f(low) times the integral of 1 - t R(t), of Gauss and Legendre's rule here.
    """
    from scipy.special import erfcx

    low = epsilon / mu - mu / 2
    if low > 39:  # its density is below every float
        return 0.0
    at = low + mu * (1 + _NODES) / 2
    falls = 1 - at * math.sqrt(math.pi / 2) * erfcx(at / math.sqrt(2))
    return math.exp(-(low**2) / 2) / math.sqrt(2 * math.pi) * mu / 2 * float(_WEIGHTS @ falls)


def epsilon_of(mu: float, delta: float) -> float:
    """Return the smallest epsilon (within a 1e-13th, from above) at which a mu-GDP mechanism is (epsilon, delta)-DP."""
    if delta_of(0.0, mu) <= delta:
        return 0.0
    low, high = 0.0, 1.0
    while delta_of(high, mu) > delta:
        low, high = high, high * 2
        if high > 1e9:
            raise BudgetError("The privacy loss has no finite epsilon at this delta. Use more noise or a larger delta.")
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if delta_of(middle, mu) > delta else (low, middle)
    return high


def mu_of(epsilon: float, delta: float) -> float:
    """Return the largest mu (within 1e-12, from below) whose mu-GDP mechanisms are (epsilon, delta)-DP."""
    low, high = 0.0, 1.0
    while delta_of(epsilon, high) <= delta:
        low, high = high, high * 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if delta_of(epsilon, middle) <= delta else (low, middle)
    return low


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What was spent: mu**2 of Gaussian differential privacy and an additive delta, both exact fractions.

    Args:
        mu_squared: Sum of 1 / noise_multiplier**2 over all Gaussian events.
        delta: Sum of the additive deltas of thresholds and of sampled steps.
    """

    mu_squared: Fraction = Fraction(0)
    delta: Fraction = Fraction(0)

    def __add__(self, other: Spend) -> Spend:
        return Spend(mu_squared=self.mu_squared + other.mu_squared, delta=self.delta + other.delta)

    @property
    def mu(self) -> float:
        """The mu of all Gaussian events together."""
        return math.sqrt(float(self.mu_squared))

    def fits(self, budget: Budget) -> bool:
        """Say whether this spend is within an (epsilon, delta) budget."""
        return delta_of(budget.epsilon, self.mu) + float(self.delta) <= budget.delta

    def epsilon(self, delta: float) -> float:
        """Return the epsilon that holds at a delta, exact to 1e-12 from above.

        Raises:
            BudgetError: the additive deltas alone pass `delta`.
        """
        if float(self.delta) >= delta:
            raise BudgetError(
                f"Thresholds and sampled steps alone spend delta {float(self.delta):.3g}. Ask at a larger delta."
            )
        return epsilon_of(self.mu, delta - float(self.delta))


def rounded_up(epsilon: float) -> float:
    """Round up to three decimals (three significant digits below 0.1), as an epsilon is reported."""
    if epsilon <= 0:
        return 0.0
    digits = 3 if epsilon >= 0.1 else 2 - math.floor(math.log10(epsilon))
    return math.ceil(epsilon * 10.0**digits) / 10.0**digits


def gaussian(noise_multiplier: float, count: int = 1) -> DpEvent:
    """Return the event of `count` Gaussian answers with this noise per unit of sensitivity."""
    from dp_accounting import GaussianDpEvent, SelfComposedDpEvent

    if not (math.isfinite(noise_multiplier) and noise_multiplier > 0):
        raise BudgetError(
            f"A noise multiplier of {noise_multiplier!r} is no protection. It must be positive and finite."
        )
    event = GaussianDpEvent(noise_multiplier)
    return event if count == 1 else SelfComposedDpEvent(event, count)


def thresholded(noise_multiplier: float, delta: float) -> DpEvent:
    """Return the event of Gaussian counts of unlisted keys, released only above a threshold that fails with `delta`."""
    from privsynth._events import ThresholdedDpEvent

    if not (math.isfinite(noise_multiplier) and noise_multiplier > 0 and 0 < delta < 1):
        raise BudgetError(
            f"A threshold with noise {noise_multiplier!r} and delta {delta!r} is no protection. Correct them."
        )
    return ThresholdedDpEvent(noise_multiplier, delta)


def sampled_gaussian(q: float, z: float, steps: int, delta: float) -> DpEvent:
    """Return the event of Gaussian answers in a row, each about a fresh Poisson sample of the units.

    Args:
        q: Probability with which each unit takes part in a step, above 0 and at most 1.
        z: Noise per clipping norm.
        steps: How many answers.
        delta: What the tail of their privacy loss may take, between 0 and 1.
    """
    from privsynth._events import SampledGaussianDpEvent

    whole = isinstance(steps, int) and not isinstance(steps, bool) and steps >= 1
    if not (whole and math.isfinite(z) and z > 0 and 0 < q <= 1 and 0 < delta < 1):
        raise BudgetError(
            f"{steps!r} steps with noise {z!r}, sampling probability {q!r} and delta {delta!r} are no protection. Correct them."
        )
    return SampledGaussianDpEvent(float(q), float(z), steps, float(delta))


def failure(delta: float) -> DpEvent:
    """Return the event of everything being revealed with probability `delta`: a delta that is set aside."""
    from privsynth._events import FailureDpEvent

    if not 0 < delta < 1:
        raise BudgetError(f"A delta of {delta!r} cannot be set aside. It must lie between 0 and 1.")
    return FailureDpEvent(float(delta))


def sampled_noise(mu_squared: Fraction | float, q: float, steps: int, delta: float) -> float:
    """Return the smallest noise multiplier (within 0.01%, from above) whose sampled steps fit a spend.

    Args:
        mu_squared: What the steps may spend, positive.
        q: Probability with which each unit takes part in a step.
        steps: How many steps.
        delta: What the tail of their privacy loss may take.

    Raises:
        BudgetError: a number is out of its range.
    """
    allowed = Fraction(mu_squared)
    if allowed <= 0:
        raise BudgetError(f"Sampled steps were given mu**2 = {float(allowed)!r} to spend. It must be positive.")
    sampled_gaussian(q, 1.0, steps, delta)
    mu = math.sqrt(float(allowed)) * (1 - 1e-12)
    return math.sqrt(steps) / mu if q == 1 else least_noise(mu, q, steps, delta)


def composed(events: Iterable[DpEvent]) -> DpEvent:
    """Return the event of all these events together."""
    from dp_accounting import ComposedDpEvent

    return ComposedDpEvent(list(events))


def spend_of(event: DpEvent) -> Spend:
    """Account an event.

    Raises:
        BudgetError: the event is of a type whose privacy loss is not known here; unknown never counts as free.
    """
    from dp_accounting import ComposedDpEvent, GaussianDpEvent, NoOpDpEvent, SelfComposedDpEvent

    from privsynth._events import FailureDpEvent, SampledGaussianDpEvent, ThresholdedDpEvent

    if isinstance(event, NoOpDpEvent):
        return Spend()
    if isinstance(event, SampledGaussianDpEvent):
        return _spend_of_steps(event)
    if isinstance(event, FailureDpEvent):
        return Spend(delta=Fraction(failure(event.delta).delta))
    if isinstance(event, GaussianDpEvent | ThresholdedDpEvent):
        extra = Fraction(event.delta) if isinstance(event, ThresholdedDpEvent) else Fraction(0)
        if not event.noise_multiplier > 0 or extra < 0:
            raise BudgetError(
                "An event without noise, or with a negative delta, has no finite privacy loss. Correct it."
            )
        return Spend(mu_squared=1 / Fraction(event.noise_multiplier) ** 2, delta=extra)
    if isinstance(event, ComposedDpEvent):
        total = Spend()
        for part in event.events:
            total = total + spend_of(part)
        return total
    if isinstance(event, SelfComposedDpEvent):
        if event.count < 1:
            raise BudgetError(f"An event repeated {event.count} times would give budget back. Repeat it once or more.")
        once = spend_of(event.event)
        return Spend(mu_squared=once.mu_squared * event.count, delta=once.delta * event.count)
    raise BudgetError(f"The accountant does not know the event {type(event).__name__}. It refuses rather than guess.")


def _spend_of_steps(event: Any) -> Spend:
    """Account sampled Gaussian steps; without sampling they are Gaussian answers and need no delta."""
    q, z, steps, delta = event.sampling_probability, event.noise_multiplier, event.steps, event.delta
    sampled_gaussian(q, z, steps, delta)
    mu = rounded_mu(q, z, steps, delta)
    if mu is None:
        return Spend(mu_squared=steps / Fraction(z) ** 2)
    return Spend(mu_squared=Fraction(mu) ** 2, delta=Fraction(delta))


def event_to_json(event: DpEvent) -> dict[str, Any]:
    """Write an event as JSON values."""
    from dp_accounting import ComposedDpEvent, GaussianDpEvent, NoOpDpEvent, SelfComposedDpEvent

    from privsynth._events import FailureDpEvent, SampledGaussianDpEvent, ThresholdedDpEvent

    if isinstance(event, GaussianDpEvent):
        return {"type": "gaussian", "noise_multiplier": float(event.noise_multiplier)}
    if isinstance(event, ThresholdedDpEvent):
        return {"type": "thresholded", "noise_multiplier": float(event.noise_multiplier), "delta": float(event.delta)}
    if isinstance(event, SampledGaussianDpEvent):
        return {
            "type": "sampled_gaussian",
            "sampling_probability": float(event.sampling_probability),
            "noise_multiplier": float(event.noise_multiplier),
            "steps": int(event.steps),
            "delta": float(event.delta),
        }
    if isinstance(event, FailureDpEvent):
        return {"type": "failure", "delta": float(event.delta)}
    if isinstance(event, ComposedDpEvent):
        return {"type": "composed", "events": [event_to_json(part) for part in event.events]}
    if isinstance(event, SelfComposedDpEvent):
        return {"type": "self_composed", "count": int(event.count), "event": event_to_json(event.event)}
    if isinstance(event, NoOpDpEvent):
        return {"type": "none"}
    raise BudgetError(f"The event {type(event).__name__} has no written form. It refuses rather than guess.")


def event_from_json(data: Mapping[str, Any]) -> DpEvent:
    """Read an event written by `event_to_json`.

    Raises:
        BudgetError: the type is unknown or a number is missing.
    """
    from dp_accounting import NoOpDpEvent, SelfComposedDpEvent

    try:
        match data["type"]:
            case "gaussian":
                return gaussian(float(data["noise_multiplier"]))
            case "thresholded":
                return thresholded(float(data["noise_multiplier"]), float(data["delta"]))
            case "sampled_gaussian":
                q, z = float(data["sampling_probability"]), float(data["noise_multiplier"])
                return sampled_gaussian(q, z, int(data["steps"]), float(data["delta"]))
            case "failure":
                return failure(float(data["delta"]))
            case "composed":
                return composed(event_from_json(part) for part in data["events"])
            case "self_composed":
                return SelfComposedDpEvent(event_from_json(data["event"]), int(data["count"]))
            case "none":
                return NoOpDpEvent()
    except (KeyError, TypeError, ValueError) as error:
        raise BudgetError(
            f"A recorded privacy event is incomplete ({type(error).__name__}). Restore the file."
        ) from None
    raise BudgetError(f"A recorded privacy event has the unknown type {data['type']!r}. Use the version that wrote it.")
