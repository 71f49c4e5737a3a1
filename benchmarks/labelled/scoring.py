"""Verdicts of a scan held against labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privsynth.pii.entities import ENTITIES, lineage

from .tables import Labelled

BY_FORM: tuple[str, ...] = (
    "EMAIL_ADDRESS", "URL", "IP_ADDRESS", "MAC_ADDRESS", "UUID", "IMEI", "CREDIT_CARD", "IBAN_CODE", "LEI", "CRYPTO", "VIN",
    "SWIFT_CODE", "US_SSN", "US_MBI", "MEDICAL_LICENSE", "DE_HEALTH_INSURANCE", "UK_NINO", "IN_PAN", "IN_VOTER", "ES_NIF", "ES_NIE",
    "IT_FISCAL_CODE", "FR_NIR", "DE_SOCIAL_SECURITY", "BR_CPF", "BE_NN", "CH_AHV", "FI_PERSONAL_IDENTITY_CODE", "IE_PPS",
    "MX_CURP", "MX_RFC", "CL_RUT", "CN_RIC", "KR_RRN", "SE_PERSONNUMMER", "CZ_RC", "TH_TNIN", "SG_NRIC_FIN", "UK_NHS", "MY_NRIC",
)  # fmt: skip
"""Entities whose values show a check digit or a form of their own (the dashed forms of those that have two)."""

WITHOUT_HEADER = ("meaningless", "misleading")
BINS = 10


def shown(entity: str | None) -> str | None:
    """Return the name that a scan's JSON has for an entity."""
    return None if entity is None else (ENTITIES[entity].shown or entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One column's label beside its verdict.

    Attributes:
        column: The column.
        predicted: The entity as in the scan's JSON.
        confidence: Of that verdict.
        role: Of that verdict.
    """

    column: Labelled
    predicted: str | None
    confidence: float
    role: str

    @property
    def truth(self) -> str | None:
        """The label, as a scan's JSON would name it."""
        return shown(self.column.entity)

    @property
    def true_role(self) -> str:
        """The role that the label has."""
        return "safe" if self.column.entity is None else ENTITIES[self.column.entity].role

    @property
    def filled(self) -> int:
        """Number of filled cells."""
        return sum(cell is not None for cell in self.column.cells)

    def right(self, *, lenient: bool) -> bool:
        """Return whether the verdict is the label; a wider kind counts when ``lenient``."""
        if self.predicted == self.truth:
            return True
        wider = () if self.column.entity is None else lineage(self.column.entity)
        return lenient and self.predicted in wider

    def said(self, *, lenient: bool) -> str | None:
        """Return the verdict, as the label where it counts as right."""
        return self.truth if self.right(lenient=lenient) else self.predicted


def f_score(precision: float, recall: float, beta: float = 1.0) -> float:
    """Return F-beta; 0 when both are 0."""
    bottom = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / bottom if bottom else 0.0


def share(hits: Iterable[bool]) -> float | None:
    """Return the share of true values; None of nothing."""
    values = list(hits)
    return sum(values) / len(values) if values else None


def per_entity(judged: Sequence[Judged], *, lenient: bool) -> dict[str, dict[str, float]]:
    """Return entity -> precision, recall, f1, f2 and support; an entity that was never a label has no row."""
    labels = Counter(item.truth for item in judged)
    verdicts = Counter(item.said(lenient=lenient) for item in judged)
    hits = Counter(item.truth for item in judged if item.right(lenient=lenient))
    rows = {}
    for entity in sorted(name for name in labels if name is not None):
        precision = hits[entity] / verdicts[entity] if verdicts[entity] else 0.0
        recall = hits[entity] / labels[entity]
        rows[entity] = {
            "precision": precision,
            "recall": recall,
            "f1": f_score(precision, recall),
            "f2": f_score(precision, recall, 2.0),
            "support": labels[entity],
        }
    return rows


def averages(rows: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return weighted and macro F1, and F2 of direct identifiers weighted by their support."""
    total = sum(row["support"] for row in rows.values())
    direct = {name: row for name, row in rows.items() if ENTITIES[name].role == "direct"}
    people = sum(row["support"] for row in direct.values())
    return {
        "weighted_f1": sum(row["f1"] * row["support"] for row in rows.values()) / max(1, total),
        "macro_f1": sum(row["f1"] for row in rows.values()) / max(1, len(rows)),
        "direct_f2": sum(row["f2"] * row["support"] for row in direct.values()) / max(1, people),
    }


def calibration(judged: Sequence[Judged], *, lenient: bool) -> dict[str, Any]:
    """Return the expected calibration error of the chosen verdicts, over ten bins of confidence, and the bins."""
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for item in judged:
        bins[min(BINS - 1, int(item.confidence * BINS))].append(item)
    error, rows = 0.0, []
    for place, found in enumerate(bins):
        if not found:
            continue
        said = sum(item.confidence for item in found) / len(found)
        true = sum(item.right(lenient=lenient) for item in found) / len(found)
        error += abs(said - true) * len(found) / len(judged)
        rows.append({"from": place / BINS, "columns": len(found), "confidence": said, "right": true})
    return {"error": error, "bins": rows}


def gates(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the figures that a release of the scan is held to; all are over columns with a filled cell."""
    clear = [item for item in judged if item.column.style == "clear" and item.true_role == "direct"]
    bare = [
        item
        for item in judged
        if item.column.style in WITHOUT_HEADER and item.column.entity in BY_FORM and item.filled >= 5
    ]
    harmless = [item for item in judged if item.true_role in ("safe", "quasi", "sensitive")]
    found = [item for item in judged if item.predicted is not None]
    return {
        "direct_recall_clear_header": {
            "columns": len(clear),
            "role": share(item.role == "direct" for item in clear),
            "strict": share(item.right(lenient=False) for item in clear),
            "lenient": share(item.right(lenient=True) for item in clear),
        },
        "form_recall_without_header": {
            "columns": len(bare),
            "strict": share(item.right(lenient=False) for item in bare),
            "lenient": share(item.right(lenient=True) for item in bare),
            "missed": Counter(f"{item.truth}" for item in bare if not item.right(lenient=True)),
        },
        "false_direct_per_100": {
            "columns": len(harmless),
            "all": 100 * (share(item.role == "direct" for item in harmless) or 0.0),
            "unlabelled": 100
            * (share(item.role == "direct" for item in harmless if item.column.entity is None) or 0.0),
            "as": Counter(f"{item.column.kind}->{item.predicted}" for item in harmless if item.role == "direct"),
        },
        "calibration": {
            "all_verdicts": calibration(judged, lenient=False),
            "entities": calibration(found, lenient=False),
            "entities_lenient": calibration(found, lenient=True)["error"],
        },
        "role_accuracy": share(item.role == item.true_role for item in judged),
        "review_share": share(item.role == "review" for item in judged),
    }


def by_style(judged: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """Return style of header -> columns, right verdicts (lenient) and right roles."""
    rows: dict[str, dict[str, Any]] = {}
    for style in sorted({item.column.style for item in judged}):
        found = [item for item in judged if item.column.style == style]
        rows[style] = {
            "columns": len(found),
            "right": share(item.right(lenient=True) for item in found),
            "role": share(item.role == item.true_role for item in found),
        }
    return rows
