"""What each stage of a fit spends, read off the numbers of its mechanism: from the schema and the budget alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from privsynth.accounting import spend_of
from privsynth.generators.base import Mechanism
from privsynth.generators.binning import MarginalPlan
from privsynth.generators.copula import CopulaMechanism
from privsynth.generators.ctgan import CtganMechanism
from privsynth.generators.maxent import MaxentMechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a fit.

    Args:
        name: What it measures.
        mu_squared: What it spends.
        share: Of all that the fit spends.
    """

    name: str
    mu_squared: float
    share: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"stage": self.name, "mu": self.mu_squared**0.5, "share": round(self.share, 4)}


def stages_of(mechanism: Mechanism) -> tuple[Stage, ...]:
    """Return the stages of a fit that spend something, in the order in which they run."""
    found: dict[str, float] = {}
    if isinstance(mechanism, MaxentMechanism):
        found = _of_maxent(mechanism)
    elif isinstance(mechanism, CtganMechanism):
        found = _of_ctgan(mechanism)
    elif isinstance(mechanism, CopulaMechanism):
        found = _of_copula(mechanism)
    whole = sum(found.values())
    return tuple(Stage(name=name, mu_squared=spent, share=spent / whole) for name, spent in found.items() if spent > 0)


def focuses_of(mechanism: Mechanism) -> tuple[str, ...]:
    """Return the columns whose tables with all others a fit measures: any number for maxent, at most one for the copula."""
    if isinstance(mechanism, CopulaMechanism):
        return () if mechanism.target is None else (mechanism.target,)
    return mechanism.focuses if isinstance(mechanism, MaxentMechanism | CtganMechanism) else ()


def _of_maxent(mechanism: MaxentMechanism) -> dict[str, float]:
    names = {plan.name for plan in mechanism.marginals}
    crossed = len({frozenset((focus, name)) for focus in mechanism.focuses for name in names - {focus}})
    return {
        "1-way counts": _marginals(mechanism.marginals),
        "tables with the focus": _spent(mechanism.focus_noise, crossed),
        "correlations": _spent(mechanism.moment_noise),
        "selection of pairs": _spent(mechanism.select_noise, len(mechanism.pair_noise)),
        "tables of pairs": sum(_spent(noise) for noise in mechanism.pair_noise),
    }


def _of_ctgan(mechanism: CtganMechanism) -> dict[str, float]:
    event = mechanism.training_event
    return {
        **_of_maxent(mechanism.survey),
        "DP-SGD": 0.0 if event is None else float(spend_of(event).mu_squared),
        "choice of a generator": _spent(mechanism.choice_noise),
    }


def _of_copula(mechanism: CopulaMechanism) -> dict[str, float]:
    return {
        "1-way counts": _marginals(mechanism.marginals),
        "tables with the target": _spent(mechanism.target_noise, len(mechanism.features)),
        "correlations": _spent(mechanism.moment_noise),
    }


def _marginals(plans: tuple[MarginalPlan, ...]) -> float:
    return sum(_spent(plan.first) + _spent(plan.second) for plan in plans)


def _spent(noise_multiplier: float | None, answers: int = 1) -> float:
    return 0.0 if noise_multiplier is None else answers / noise_multiplier**2
