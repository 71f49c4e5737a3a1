"""What the entries of one dataset add up to, and what its limit still grants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from privsynth._chain import LIMIT, UNBOUNDED, Entry, canonical, total
from privsynth.accounting import Spend, epsilon_of, mu_of, rounded_up
from privsynth.errors import BudgetError
from privsynth.privacy import Budget

DEFAULT_DELTA = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One dataset: its limit, if any, and the newest state of each of its entries."""

    dataset: str
    limit: Budget | None
    entries: tuple[Entry, ...]

    @property
    def spent(self) -> Spend:
        """All entries together, whatever their state; never below the exact sum, above it by less than 2**-256 each."""
        return total(entry.spend for entry in self.entries)

    @property
    def unbounded(self) -> bool:
        """Whether a generator that is not private has read the dataset."""
        return any(entry.event_json == canonical(UNBOUNDED) for entry in self.entries)

    def grants(self, spend: Spend) -> bool:
        """Say whether this much more is within the limit; without a limit everything is."""
        return self.limit is None or _fits(total([self.spent, spend]), self.limit)

    def remaining(self) -> float | None:
        """Return the largest epsilon (rounded down) at the limit's delta that a Gaussian look is still granted."""
        if self.limit is None:
            return None
        spent = self.spent
        room = self.limit.delta - float(spent.delta)
        if room <= 0 or not _fits(spent, self.limit):
            return 0.0
        left = mu_of(self.limit.epsilon, room) ** 2 - float(spent.mu_squared)
        return _rounded_down(epsilon_of(math.sqrt(left), self.limit.delta)) if left > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the form that `Ledger.show` gives; epsilons are null where delta cannot hold."""
        delta = self.limit.delta if self.limit else DEFAULT_DELTA
        single = [_epsilon(entry.spend, delta) for entry in self.entries]
        known = [epsilon for epsilon in single if epsilon is not None]
        units = sorted({entry.protected.sentence() for entry in self.entries})
        return {
            "dataset": self.dataset,
            "limit": {"epsilon": self.limit.epsilon, "delta": self.limit.delta} if self.limit else None,
            "delta": delta,
            "epsilon": _epsilon(self.spent, delta),
            "epsilon_sum": rounded_up(math.fsum(known)) if len(known) == len(single) else None,
            "remaining_epsilon": self.remaining(),
            "units": units,
            "note": _UNBOUNDED if self.unbounded else _MIXED_UNITS if len(units) > 1 else None,
            "entries": [entry.to_json() | {"epsilon": e} for entry, e in zip(self.entries, single, strict=True)],
        }


_MIXED_UNITS = (
    "The entries protect different units. They are composed all the same, but the composed epsilon is a promise to "
    "none of them: spend on one unit only."
)


_UNBOUNDED = (
    "A generator that is not private has read this dataset, so that no epsilon holds for all that was made of it. What the other "
    "entries promise holds for their own releases, as long as nothing of that generator is handed on."
)


def account_of(dataset: str, lines: Sequence[Entry]) -> Account:
    """Return the account of a dataset: its last limit and the newest line of each of its entries."""
    newest = {entry.id: entry for entry in lines if entry.dataset == dataset and entry.state != LIMIT}
    limits = [entry.limit for entry in lines if entry.dataset == dataset and entry.state == LIMIT]
    return Account(dataset=dataset, limit=limits[-1] if limits else None, entries=tuple(newest.values()))


def forbidden(account: Account) -> BudgetError:
    """Say that no limit allows a generator that is not private."""
    return BudgetError(
        f"Dataset `{account.dataset}` has a limit, and a generator that is not private keeps to none. Keep such a comparison in an "
        "account of its own (--dataset NAME), and hand nothing of it on."
    )


def refused(account: Account, spend: Spend) -> BudgetError:
    """Say what was asked for and what is left."""
    delta = account.limit.delta if account.limit else DEFAULT_DELTA
    alone = _epsilon(spend, delta)
    requested = "more than this delta can hold" if alone is None else f"epsilon {alone:g}"
    remaining = f"epsilon {account.remaining() or 0:g} of {account.limit.epsilon if account.limit else 0:g}"
    return BudgetError(
        f"The budget of dataset `{account.dataset}` does not allow {requested} (at delta {delta:g}): {remaining} is "
        "left. Ask for less, or raise the limit on purpose (`privsynth ledger open --replace`).",
        requested=requested,
        remaining=remaining,
    )


def _rounded_down(epsilon: float) -> float:
    if epsilon <= 1e-9:
        return 0.0
    scale = 10.0 ** (2 - math.floor(math.log10(epsilon)))
    return math.floor(epsilon * scale * (1 - 1e-9)) / scale


def _fits(spend: Spend, limit: Budget) -> bool:
    try:
        return spend.fits(limit)
    except OverflowError:  # more than a float can say
        return False


def _epsilon(spend: Spend, delta: float) -> float | None:
    try:
        return rounded_up(spend.epsilon(delta))
    except (BudgetError, OverflowError):
        return None
