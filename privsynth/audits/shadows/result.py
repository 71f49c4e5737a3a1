"""What a shadow audit found, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privsynth.audits.attacks import Attack
from privsynth.audits.codes import fresh_key, with_codes
from privsynth.audits.shadows.likelihood import ShadowEvidence
from privsynth.audits.shadows.pool import ShadowPool
from privsynth.audits.shadows.queries import QueryResult
from privsynth.audits.shadows.targets import REAL, SYNTHETIC

MOST_LISTED = 50
UNBOUNDED_LEVEL = 0.001
_KNOWN = {
    REAL: "the recipe and very many real rows",
    SYNTHETIC: (
        "the recipe, the synthetic table and the attacked rows, a random few. What that table shows of a row, fits on it show too, which "
        "may hide it: that the table itself tells nothing here is no sign that it gives nothing away"
    ),
}


def limits_of(source: str) -> str:
    """Return what shadow fits on real or synthetic rows cannot show."""
    return (
        "Shadow fits read real rows as often as there are fits and charge no ledger: nothing of them may be released, and no shadow "
        "model or table was written to a file. These figures are for the owner alone. They show what one attacker gained who knows "
        f"{_KNOWN[source]}; only a differential-privacy guarantee bounds all attackers. The schema was taken as it is, so what "
        "learning it gave away is not seen here."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a guarantee allows an attacker of one shadow fit at most: area under the ROC curve, rate by false-positive rate."""

    auc: float
    tpr_at_fpr: dict[str, float]

    @classmethod
    def of(cls, mu: float, delta: float, rates: tuple[str, ...]) -> Bound:
        """Return the bound of mu-Gaussian DP with an additive delta; it holds for rows together as for each alone.

        Source: Dong, Roth and Su 2022, "Gaussian differential privacy", definition 2.6; its trade-off curve is concave, so
        that a mean over rows and tables keeps below it.
        """
        from scipy.stats import norm

        most = {rate: min(1.0, float(norm.cdf(norm.ppf(float(rate)) + mu)) + delta) for rate in rates}
        return cls(auc=min(1.0, float(norm.cdf(mu / np.sqrt(2))) + delta), tpr_at_fpr=most)

    def exceeded(self, evidence: ShadowEvidence) -> bool:
        """Say whether the 99.9% intervals of a finding lie above the bound."""
        low = evidence.tpr_low
        return evidence.auc_low > self.auc or any(low[rate] > most for rate, most in self.tpr_at_fpr.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowAudit:
    """What shadow fits of a model's recipe gave away.

    Args:
        generator: Name of the generator.
        source: What shadow tables were made from beside the scored rows: `real` rows, or `synthetic` rows of the released table.
        shadows: How many tables were made.
        rows: Real rows that were scored.
        evidence: How well the tables told who was in them.
        bound: What the guarantee of such a fit allows, or None where there is none.
        target: How well the model's own table tells train rows from held-out rows, or None where it cannot be tested.
        most_vulnerable: The train rows whose presence shows most; `row` counts from 0.
        queries: The query attack on single rows, or None where it was not asked for.
        seconds: Time that the fits took.
        warnings: What the reader should know, without any cell.
        key: Of the codes of rows.
    """

    generator: str
    source: str
    shadows: int
    rows: int
    evidence: ShadowEvidence
    bound: Bound | None
    target: Attack | None
    most_vulnerable: tuple[dict[str, Any], ...]
    queries: tuple[QueryResult, ...] | None
    seconds: float
    warnings: tuple[str, ...]
    key: bytes = field(default_factory=fresh_key, repr=False, compare=False)

    @property
    def exceeds_bound(self) -> bool | None:
        """Whether a finding is beyond what the guarantee allows, which a correct generator never is; None without one."""
        return None if self.bound is None else self.bound.exceeded(self.evidence)

    def to_json(self) -> dict[str, Any]:
        """Return the part `shadows` of an audit as plain JSON values."""
        attack = self.evidence.attack
        return {
            "generator": self.generator,
            "source": self.source,
            "shadows": self.shadows,
            "rows": self.rows,
            "auc": self.evidence.auc,
            "auc_ci": list(self.evidence.auc_ci),
            "tpr_at_fpr": dict(attack.tpr_at_fpr),
            "roc": [list(point) for point in attack.roc],
            "p_value": self.evidence.p_value,
            "bound": None if self.bound is None else {"auc": self.bound.auc, "tpr_at_fpr": dict(self.bound.tpr_at_fpr)},
            "exceeds_bound": self.exceeds_bound,
            "target": None if self.target is None else _told(self.target),
            "most_vulnerable": with_codes(self.most_vulnerable, self.key),
            "queries": None
            if self.queries is None
            else with_codes((each.to_json() for each in self.queries), self.key),
            "seconds": round(self.seconds, 1),
            "limits": limits_of(self.source),
            "warnings": list(self.warnings),
        }


def joined(audit: Mapping[str, Any], found: ShadowAudit) -> dict[str, Any]:
    """Return an audit as JSON values with what shadow fits found beside it; they make it a leak where nothing allows what they show.

    That a guarantee is exceeded is a leak; that shadow tables tell at all who was in them is one where there is no guarantee. What a
    guarantee allows is none, however many fits make it visible.
    """
    document = {**audit, "shadows": found.to_json()}
    if found.exceeds_bound:
        reason = (
            f"Shadow fits of {found.generator} give away more than its guarantee allows: it does not do what it claims."
        )
    elif found.bound is None and found.evidence.p_value < UNBOUNDED_LEVEL:
        reason = f"Shadow fits of {found.generator}, which has no guarantee, give away who was in them."
    else:
        return document
    return document | {"verdict": "leak", "reasons": [reason, *audit["reasons"]]}


def most_vulnerable(pool: ShadowPool, evidence: ShadowEvidence) -> tuple[dict[str, Any], ...]:
    """List the train rows whose presence shows most, at most fifty."""
    rows = np.flatnonzero(pool.member)
    first = rows[np.argsort(-evidence.separation[rows], kind="stable")][:MOST_LISTED]
    return tuple(
        {
            "row": int(pool.places[row]),
            "auc": float(evidence.row_auc[row]),
            "score": float(evidence.separation[row]),
        }
        for row in first
    )


def _told(attack: Attack) -> dict[str, Any]:
    return {
        "name": attack.name,
        "auc": attack.auc,
        "auc_ci": list(attack.auc_ci),
        "tpr_at_fpr": dict(attack.tpr_at_fpr),
        "p_value": attack.p_value,
        "non_members": attack.non_members,
    }
