"""Who is protected, how much may be spent, and what was proven."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NoReturn, TypeVar

from privsynth.errors import UsageError

T = TypeVar("T")
RELATION = "add or remove one unit"
_MOST_EPSILON = 1e6
_MOST_TOLD = 40


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
        if self.epsilon > _MOST_EPSILON:
            raise UsageError(
                f"epsilon is {self.epsilon:g}, which protects nobody. Give at most {_MOST_EPSILON:g}; 1 is strong, 10 weak."
            )
        if not (isinstance(self.delta, (int, float)) and 0 < self.delta < 1):
            raise UsageError(f"delta is {self.delta!r}. It must lie between 0 and 1; the default is 1e-6.")


def _were(names: tuple[str, ...]) -> str:
    return f"{len(names)} {'was' if len(names) == 1 else 'were'}"


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
        transformed: Column -> public rule that its cells went through first, or `dropped` where the policy drops it.
        policy: Name of the policy that these follow, or None.
        listed: Names of the columns whose combinations were stated by a codebook or a declaration.
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
    transformed: Mapping[str, str] = field(default_factory=dict)
    policy: str | None = None
    listed: tuple[str, ...] = ()
    relation: str = field(default=RELATION)

    def sentence(self) -> str:
        """State the guarantee in one sentence."""
        if self.void:
            return f"NO PRIVACY GUARANTEE: {self.void}"
        how = []
        if self.declared:
            how.append(f"{_were(self.declared)} declared by the owner")
        if self.learned:
            how.append(f"{_were(self.learned)} learned within this budget")
        before = (
            f" (learning the schema beforehand, epsilon {self.spent_before:g}, is counted in)"
            if self.spent_before
            else ""
        )
        domains = f"of the column domains {' and '.join(how)}; " if how else ""
        return (
            f"Whatever else an attacker knows, this release is ({self.epsilon:g}, {_plain(self.delta)})-differentially "
            f"private for adding or removing {self.unit.sentence()}{before}; {domains}{self._lists()}{self._rules()}"
            "not covered are the declarations themselves, "
            "patterns that hold for the population as a whole, and other releases of the same data."
        )

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        if self.void:
            return card("No privacy guarantee", tone="bad", note=self.void)
        facts = [
            ("epsilon, delta", f"{self.epsilon:g}, {_plain(self.delta)}"),
            ("protected", f"{self.unit.sentence()}; {self.relation}"),
            ("best attacker at 1% false alarms", f"recognises at most {self.power(0.01):.1%}"),
        ]
        return card("Differentially private", facts, note=self.sentence())

    def _lists(self) -> str:
        """Say which combinations of values somebody vouches for: they leave as they are listed."""
        if not self.listed:
            return ""
        return f"combinations listed by a codebook or the owner: of {_told(self.listed)}; "

    def _rules(self) -> str:
        """Say which public rules cells went through first."""
        if not self.transformed:
            return ""
        told = _told([f"{name} -> {rule}" for name, rule in self.transformed.items()])
        what = (
            "Safe Harbor transformations applied (to columns; no legal advice)"
            if self.policy
            else "public rules applied"
        )
        return f"{what}: {told}; "

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
            "transformed": dict(self.transformed),
            "policy": self.policy,
            "listed": list(self.listed),
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
            transformed=dict(data.get("transformed", {})),
            policy=data.get("policy"),
            listed=tuple(data.get("listed", ())),
            relation=str(data["relation"]),
        )


def _told(names: Sequence[str]) -> str:
    """Join names, not more than a sentence can bear."""
    more = len(names) - _MOST_TOLD
    return ", ".join([*names[:_MOST_TOLD], *([f"{more} more"] if more > 0 else [])])


def _plain(delta: float) -> str:
    """Write a delta as people do: 1e-6, not 1e-06."""
    return f"{delta:g}".replace("e-0", "e-")
