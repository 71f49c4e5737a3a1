"""Who is protected, how much may be spent, and what was proven.

Every noisy answer of privsynth is a Gaussian event, so spending adds up as ``mu**2`` of Gaussian differential
privacy (Dong, Roth, Su, "Gaussian Differential Privacy", 2022), exactly and whatever the order; thresholded counts add
their own ``delta``. ``docs/proofs/noise.md`` shows why a discrete Gaussian is as private as the continuous one claimed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from privsynth.errors import BudgetError, UsageError

if TYPE_CHECKING:
    from dp_accounting import DpEvent

T = TypeVar("T")
RELATION = "add or remove one unit"


class Private(Generic[T]):
    """Private data in transit: it can be handed on and, in a few modules, revealed; nothing else.

    It has no length, no iteration, no equality, no truth value and cannot be copied or serialised, so that no
    control flow and no message can depend on it by accident.

    Example:
        >>> Private([1, 2, 3])
        <private>
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the data. Only table, engines, noise, scan, quality, audit and ctgan may call this (a test counts)."""
        return self._value

    def __repr__(self) -> str:
        return "<private>"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("Private data has no length, truth value, equality, iteration or serial form.")

    __len__ = __iter__ = __bool__ = __getitem__ = __contains__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse
    __reduce__ = __reduce_ex__ = __copy__ = __deepcopy__ = _refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Who is protected: one row, or all rows of one value of a column.

    Args:
        column: Name of the column that says whose row it is, or None where each row is a unit of its own.
        max_rows: At most this many rows of a unit are used; the rest is left out by that unit's own coins.
    """

    column: str | None = None
    max_rows: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.max_rows, bool) or not isinstance(self.max_rows, int) or self.max_rows < 1:
            raise UsageError(f"max_rows is {self.max_rows!r}. It is the number of rows kept of a unit; give 1 or more.")
        if self.column is None and self.max_rows != 1:
            raise UsageError(
                "max_rows is above 1 but each row is its own unit. Name the column of the unit (--unit COL)."
            )

    def sentence(self) -> str:
        """Say who is protected, as the object of a sentence."""
        if self.column is None:
            return "one row"
        return f"all rows of one value of `{self.column}` (at most {self.max_rows} of them are used)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent: an (epsilon, delta) pair.

    Raises:
        UsageError: epsilon is not a positive finite number, or delta is not between 0 and 1.
    """

    epsilon: float
    delta: float = 1e-6

    def __post_init__(self) -> None:
        if not (isinstance(self.epsilon, (int, float)) and math.isfinite(self.epsilon) and self.epsilon > 0):
            raise UsageError(
                f"epsilon is {self.epsilon!r}. The privacy budget must be a positive number; try --epsilon 1."
            )
        if not (isinstance(self.delta, (int, float)) and 0 < self.delta < 1):
            raise UsageError(f"delta is {self.delta!r}. It must lie between 0 and 1; the default is 1e-6.")


def delta_of(epsilon: float, mu: float) -> float:
    """Return the smallest delta at which a mu-GDP mechanism is (epsilon, delta)-DP.

    Source: Balle and Wang, "Improving the Gaussian mechanism", 2018, theorem 8; Dong, Roth, Su 2022, corollary 1.
    """
    if mu <= 0:
        return 0.0
    from scipy.special import log_ndtr

    a, b = float(log_ndtr(mu / 2 - epsilon / mu)), float(log_ndtr(-mu / 2 - epsilon / mu))
    gap = epsilon + b - a
    return math.exp(a) * -math.expm1(gap) if gap < 0 else 0.0


def epsilon_of(mu: float, delta: float) -> float:
    """Return the smallest epsilon (within 1e-12, from above) at which a mu-GDP mechanism is (epsilon, delta)-DP."""
    if delta_of(0.0, mu) <= delta:
        return 0.0
    low, high = 0.0, 1.0
    while delta_of(high, mu) > delta:
        low, high = high, high * 2
        if high > 1e9:
            raise BudgetError("The privacy loss has no finite epsilon at this delta. Use more noise or a larger delta.")
    while high - low > 1e-12 * max(1.0, high):
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
        delta: Sum of the additive deltas of thresholds.
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
            raise BudgetError(f"The thresholds alone spend delta {float(self.delta):.3g}. Ask at a larger delta.")
        return epsilon_of(self.mu, delta - float(self.delta))


def rounded_up(epsilon: float) -> float:
    """Round up to three decimals (three significant digits below 0.1), as an epsilon is reported."""
    if epsilon <= 0:
        return 0.0
    digits = 3 if epsilon >= 0.1 else 2 - math.floor(math.log10(epsilon))
    return math.ceil(epsilon * 10.0**digits * (1 - 1e-9)) / 10.0**digits


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

    return ThresholdedDpEvent(noise_multiplier, delta)


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

    from privsynth._events import ThresholdedDpEvent

    if isinstance(event, NoOpDpEvent):
        return Spend()
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


def event_to_json(event: DpEvent) -> dict[str, Any]:
    """Write an event as JSON values."""
    from dp_accounting import ComposedDpEvent, GaussianDpEvent, NoOpDpEvent, SelfComposedDpEvent

    from privsynth._events import ThresholdedDpEvent

    if isinstance(event, GaussianDpEvent):
        return {"type": "gaussian", "noise_multiplier": float(event.noise_multiplier)}
    if isinstance(event, ThresholdedDpEvent):
        return {"type": "thresholded", "noise_multiplier": float(event.noise_multiplier), "delta": float(event.delta)}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """What was proven about a release.

    Args:
        epsilon: Rounded up; infinite where the guarantee is void.
        delta: At which epsilon holds.
        unit: Who is protected.
        mu: The Gaussian-DP parameter of all events together, for the odds that it implies.
        declared: Names of the columns whose domain was declared or public.
        learned: Names of the columns whose domain was learned under the budget.
        void: Why there is no guarantee (`data` leaves were allowed), or None.
        spent_before: Epsilon of the schema's own derivation that is part of `epsilon`, or 0.
    """

    epsilon: float
    delta: float
    unit: Unit
    mu: float
    declared: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    void: str | None = None
    spent_before: float = 0.0
    relation: str = field(default=RELATION)

    def sentence(self) -> str:
        """State the guarantee in one sentence."""
        if self.void:
            return f"NO PRIVACY GUARANTEE: {self.void}"
        how = []
        if self.declared:
            how.append(f"{len(self.declared)} were declared by the owner")
        if self.learned:
            how.append(f"{len(self.learned)} were learned within this budget")
        before = (
            f" (learning the schema beforehand, epsilon {self.spent_before:g}, is counted in)"
            if self.spent_before
            else ""
        )
        domains = f"of the column domains {' and '.join(how)}; " if how else ""
        return (
            f"Whatever else an attacker knows, this release is ({self.epsilon:g}, {_plain(self.delta)})-differentially "
            f"private for adding or removing {self.unit.sentence()}{before}; {domains}not covered are the declarations "
            "themselves, patterns that hold for the population as a whole, and other releases of the same data."
        )

    def power(self, false_alarms: float) -> float:
        """Return the best share of true alarms of any attacker who allows this share of false alarms."""
        from scipy.special import ndtr, ndtri

        if self.void:
            return 1.0
        return float(min(1.0, ndtr(ndtri(false_alarms) + self.mu) + self.delta))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that manifests and reports carry."""
        return {
            "epsilon": None if self.void else self.epsilon,
            "delta": self.delta,
            "relation": self.relation,
            "unit": {"column": self.unit.column, "max_rows": self.unit.max_rows},
            "mu": None if self.void else self.mu,
            "declared": list(self.declared),
            "learned": list(self.learned),
            "void": self.void,
            "spent_before": self.spent_before,
            "sentence": self.sentence(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Guarantee:
        """Read the form that `to_json` writes."""
        return cls(
            epsilon=math.inf if data["epsilon"] is None else float(data["epsilon"]),
            delta=float(data["delta"]),
            unit=Unit(column=data["unit"]["column"], max_rows=int(data["unit"]["max_rows"])),
            mu=math.inf if data["mu"] is None else float(data["mu"]),
            declared=tuple(data["declared"]),
            learned=tuple(data["learned"]),
            void=data["void"],
            spent_before=float(data["spent_before"]),
            relation=str(data["relation"]),
        )


def _plain(delta: float) -> str:
    """Write a delta as people do: 1e-6, not 1e-06."""
    return f"{delta:g}".replace("e-0", "e-")
