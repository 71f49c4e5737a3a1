"""A shadow audit from its pool of real rows and a function that makes a synthetic table of some of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.shadows.likelihood import LEAST_SHADOWS, judge_table, learn, measure_shadows, settle
from privsynth.audits.shadows.pool import ShadowPool, Toss
from privsynth.audits.shadows.queries import QueryResult, Worlds
from privsynth.audits.shadows.result import Bound, ShadowAudit, most_vulnerable
from privsynth.audits.shadows.targets import REAL, SYNTHETIC, TargetPool

if TYPE_CHECKING:
    import pandas as pd

Make = Callable[[Toss, int], "pd.DataFrame"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is proven about one fit.

    Args:
        mu: Its Gaussian-DP parameter.
        delta: Beside it.
        replaced: Epsilon, at `replaced_delta`, between tables in which one unit is replaced by another.
        replaced_delta: At which that holds.
    """

    mu: float
    delta: float
    replaced: float
    replaced_delta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long fits have taken, and whether there is time for more."""

    budget: float | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the clock was made."""
        return time.monotonic() - self.began

    def over(self, share: float = 1.0) -> bool:
        """Say whether a share of the budget is used up."""
        return self.budget is not None and self.seconds > self.budget * share


def audit_shadows(
    pool: ShadowPool,
    make: Make,
    *,
    generator: str,
    shadows: int,
    target: pd.DataFrame | None = None,
    promise: Promise | None = None,
    queries_fits: int = 0,
    time_budget: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ShadowAudit:
    """Make shadow tables and measure what they give away.

    Args:
        pool: The real rows, all or (a `TargetPool`) those to be attacked among synthetic ones.
        make: Makes a synthetic table, as typed rows, of the rows that a toss keeps; its second argument is a seed for sampling.
        generator: Its name.
        shadows: How many tables, at least four.
        target: The table of the model under audit, or None.
        promise: What is proven about one fit, or None.
        queries_fits: Further fits for the query attack on single rows; 0 for none, else at least 40.
        time_budget: Seconds after which no further fit begins (four are made in any case), or None.
        progress: Told what happens, never with a number that depends on a cell.
    """
    clock = Clock(budget=time_budget)
    seen, coins = [], []
    for shadow in range(shadows):
        if shadow >= LEAST_SHADOWS and clock.over(0.5 if queries_fits else 1.0):
            break
        progress(f"shadow fit {shadow + 1} of {shadows}")
        toss = pool.toss(shadow)
        seen.append(pool.see(make(toss, _seed(pool, 5, shadow))))
        coins.append(toss.scored)
    weights = pool.weights(seen)
    scores = settle(np.stack([pool.scores(each, weights) for each in seen], axis=2))
    tossed = np.stack(coins, axis=1)
    evidence = measure_shadows(scores, tossed)
    judged = None
    if target is not None and len(target) and pool.comparable:
        own = settle(pool.scores(pool.see(target), weights))
        judged = judge_table(learn(scores, tossed), own, pool.member)
    queries, told = _queries(pool, make, queries_fits, promise, clock, progress)
    fewer = [] if len(seen) == shadows else [f"The time budget allowed {len(seen)} of {shadows} shadow fits."]
    return ShadowAudit(
        generator=generator,
        source=SYNTHETIC if isinstance(pool, TargetPool) else REAL,
        shadows=len(seen),
        rows=len(pool.rows),
        evidence=evidence,
        bound=None if promise is None else Bound.of(promise.mu, promise.delta, tuple(evidence.attack.tpr_at_fpr)),
        target=judged,
        most_vulnerable=most_vulnerable(pool, evidence),
        queries=queries,
        seconds=clock.seconds,
        warnings=(*pool.told, *fewer, *told),
    )


def _queries(
    pool: ShadowPool,
    make: Make,
    fits: int,
    promise: Promise | None,
    clock: Clock,
    progress: Callable[[str], None],
) -> tuple[tuple[QueryResult, ...] | None, list[str]]:
    """Run the query attack; a result needs all of its worlds, so that both halves are balanced."""
    if not fits:
        return None, []
    worlds = Worlds.drawn(pool, fits, seed=pool.seed)
    every: list[Any] = []
    for number in range(len(worlds.inside)):
        if clock.over():
            return None, [
                f"The time budget allowed {number} of {len(worlds.inside)} fits of the query attack: no result."
            ]
        if number % max(len(worlds.inside) // 10, 1) == 0:
            progress(f"query fit {number + 1} of {len(worlds.inside)}")
        every.append(worlds.answers(make(worlds.world(number), _seed(pool, 6, number))))
    allowed = None if promise is None else promise.replaced
    return worlds.measured(np.stack(every), allowed, 0.0 if promise is None else promise.replaced_delta), []


def _seed(pool: ShadowPool, purpose: int, number: int) -> int:
    return int(np.random.default_rng([pool.seed, purpose, number]).integers(2**31))
