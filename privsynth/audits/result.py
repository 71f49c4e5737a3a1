"""What an audit found, and how it is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from privsynth.audits.attacks import Attack
from privsynth.audits.attributes import Attributes
from privsynth.audits.carried import Carried
from privsynth.audits.copies import Copies, Overlap
from privsynth.audits.exchange import Exchangeability
from privsynth.audits.outliers import HIT_RADIUS, MIN_OUTLIERS, Outliers
from privsynth.audits.power import Detectable
from privsynth.audits.risk import Risk

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["leak", "no leak found", "inconclusive"]

FORMAT = "privsynth.audit/1"
LEVEL = 0.01
NO_OUTLIERS: dict[str, Any] = {
    "p_value": None,
    "p_holm": None,
    "hit_rate_train": None,
    "hit_rate_holdout": None,
    "scores": [],
    "strata": [],
    "synthetic_side": None,
}
CONTEXT_LABEL = (
    "Distances are shown as data-quality context and are not privacy evidence: they look the same with and without "
    "a leak of a few per cent of the rows."
)
LIMITS = (
    "An audit cannot show that stronger attackers learn nothing; only a differential-privacy guarantee bounds those. "
    "These figures were computed from private rows: they are for the owner and are not to be released."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """A verdict with its evidence.

    Args:
        verdict: `leak`, `no leak found` or `inconclusive`.
        reasons: Why, a sentence each, without any cell.
        outlier_verdict: The same words for the outliers alone.
        attacks: Membership attacks; empty when the tables could not be compared.
        copies: Exact copies; None when a table has no row or no column is shared.
        carried: Values that one real row alone has and the synthetic table shows.
        outliers: Strata of outliers.
        attributes: How well columns are guessed for train rows and for held-out rows.
        risk: The train rows that the synthetic table gives away most.
        p_holm: Holm-adjusted p-value of each test by its name (attacks, `copies`, `carried`, `outliers`, `attributes`).
        detectable: The smallest leak that would have been found.
        exchangeability: Whether train and holdout look like one population.
        overlap: Rows that train and holdout share.
        n: Row counts by table, given and compared.
        context: Median distances.
        columns_used: Compared columns.
        columns_left_out: Columns that some table lacks.
        warnings: What the reader should know, without any cell.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    outlier_verdict: Verdict
    attacks: tuple[Attack, ...]
    copies: Copies | None
    carried: Carried | None
    outliers: Outliers | None
    attributes: Attributes | None
    risk: Risk | None
    p_holm: dict[str, float]
    detectable: Detectable | None
    exchangeability: Exchangeability | None
    overlap: Overlap | None
    n: dict[str, int]
    context: dict[str, float | None]
    columns_used: tuple[str, ...]
    columns_left_out: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the audit as plain JSON values (`schemas/audit.schema.json`)."""
        return {
            "format": FORMAT,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "level": LEVEL,
            "limits": LIMITS,
            "attacks": [{**_plain(attack), "p_holm": self.p_holm.get(attack.name)} for attack in self.attacks],
            "copies": self._tested("copies", self.copies),
            "carried": self._tested("carried", self.carried),
            "outliers": {
                "verdict": self.outlier_verdict,
                "min_rows_per_side": MIN_OUTLIERS,
                "hit_radius": HIT_RADIUS,
                **(self._tested("outliers", self.outliers) or NO_OUTLIERS),
            },
            "attributes": [] if self.attributes is None else _plain(self.attributes.columns),
            "attribute_test": None if self.attributes is None else self._of_attributes(self.attributes),
            "at_risk": [] if self.risk is None else self.risk.to_json(),
            "detectable": None if self.detectable is None else _plain(self.detectable),
            "exchangeability": None
            if self.exchangeability is None
            else {**_plain(self.exchangeability), "differs": self.exchangeability.differs},
            "overlap": None if self.overlap is None else {**_plain(self.overlap), "found": self.overlap.found},
            "n": dict(self.n),
            "context": {"label": CONTEXT_LABEL, **self.context},
            "columns_used": list(self.columns_used),
            "columns_left_out": list(self.columns_left_out),
            "warnings": list(self.warnings),
        }

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        tone = {"leak": "bad", "no leak found": "good"}.get(self.verdict, "warn")
        rows = [
            [
                attack.name,
                f"{attack.auc:.3f}",
                f"{attack.tpr_at_fpr['0.01']:.1%}",
                f"{self.p_holm.get(attack.name, 1.0):.2g}",
            ]
            for attack in self.attacks
        ]
        headers = ("attack", "AUC (chance 0.5)", "at 1% false alarms", "p (Holm)")
        return card(f"Audit: {self.verdict}", tone=tone, note=" ".join((*self.reasons, LIMITS)), table=(headers, rows))

    def rows_at_risk(self) -> pd.DataFrame:
        """Return every attacked train row, most recognisable first.

        Returns:
            `code` (as on the page), `row` (its number in the train table as given, from 0), `false_alarms` (share of held-out rows
            that would be accused on as strong grounds), `why` (tests that point at it); no rows when nothing could be compared. For
            the owner only.
        """
        import pandas as pd

        columns = ["code", "row", "false_alarms", "why"]
        return pd.DataFrame(columns=columns) if self.risk is None else self.risk.to_frame()

    def _of_attributes(self, attributes: Attributes) -> dict[str, Any]:
        return {
            "p_value": attributes.p_value,
            "p_holm": self.p_holm.get("attributes"),
            "tested": len(attributes.columns),
            "untested": list(attributes.untested),
        }

    def _tested(self, name: str, finding: Copies | Carried | Outliers | None) -> dict[str, Any] | None:
        return None if finding is None else {**_plain(finding), "p_holm": self.p_holm.get(name)}


def _plain(value: Any) -> Any:
    """Dataclasses and tuples as JSON objects and arrays."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(item) for name, item in asdict(value).items()}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
