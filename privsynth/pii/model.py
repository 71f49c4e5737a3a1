"""What a scan finds: frozen values that hold counts, rule names and shapes, and never a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["direct", "quasi", "sensitive", "safe", "free_text", "target", "review"]
Action: TypeAlias = Literal["keep", "drop", "fake", "generalise"]
Source: TypeAlias = Literal[
    "header",
    "value",
    "recogniser",
    "checksum",
    "names",
    "labels",
    "uniqueness",
    "fit",
    "text",
    "span",
    "veto",
    "context",
    "ner",
]

FORMAT = "privsynth.scan/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One observation for or against an entity, before it is weighed.

    Attributes:
        source: Where it comes from.
        entity: A key of ``entities.ENTITIES``.
        weight: Name of a learned weight, a key of ``weights.json``; many rules share one.
        strength: Share of that weight, 0 to 1: less for few values or for a part of the values.
        n_tested: As in ``Evidence``.
        n_hit: As in ``Evidence``.
        rule: The rule's public name.
    """

    source: Source
    entity: str
    weight: str
    strength: float = 1.0
    n_tested: int = 0
    n_hit: int = 0
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason for or against an entity, in log-odds.

    Attributes:
        source: Where it comes from.
        entity: What it speaks for (weight > 0) or against (weight < 0).
        weight: Natural-log odds that it adds.
        n_tested: Distinct values that were looked at (cells, for ``uniqueness``); 0 for header words.
        n_hit: Distinct values that matched (the distinct ones, for ``uniqueness``; matches, for ``span``); 0 for header
            words.
        rule: The rule's public name.
    """

    source: Source
    entity: str
    weight: float
    n_tested: int = 0
    n_hit: int = 0
    rule: str

    def to_json(self) -> dict[str, Any]:
        """Return the evidence as a JSON object."""
        return {
            "source": self.source,
            "entity": self.entity,
            "weight": round(self.weight, 3),
            "n_tested": self.n_tested,
            "n_hit": self.n_hit,
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFinding:
    """The verdict on one column.

    Attributes:
        name: The column's name.
        entity: What the column holds, by presidio's name where there is one; None when nothing was recognised, and for a
            column without a value.
        detail: The narrower kind (a key of ``entities.ENTITIES``) where ``entity`` is a wider one, otherwise None.
        confidence: Probability of the entity; without an entity, probability that it is none of those we know.
        role: As in a schema.
        action: What is suggested to the owner.
        reason: The strongest evidence, made of rule names and counts.
        why: Why this action.
        hipaa: Letter of 45 CFR 164.514(b)(2)(i), ``A`` to ``R``, or None.
        gdpr: Article of Regulation (EU) 2016/679, or None.
        pci: Requirement of PCI DSS 4.0, or None.
        faker: Faker provider method that makes a stand-in, when ``action`` is ``fake``.
        shape: The most common shape (``AAA9999``) when at least five distinct values share it.
        cells: Non-missing cells; None in a scan of names.
        distinct: Distinct non-missing values; None in a scan of names.
        sampled: Distinct values that the rules saw.
        missed_below: Share of rows that may be of another kind and unseen, at 95 %; 0 when all were seen, None in a scan
            of names.
        evidence: All evidence about the chosen entity, then the strongest about others.
    """

    name: str
    entity: str | None
    confidence: float
    role: Role
    action: Action
    reason: str
    why: str = ""
    detail: str | None = None
    hipaa: str | None = None
    gdpr: str | None = None
    pci: str | None = None
    faker: str | None = None
    shape: str | None = None
    cells: int | None = None
    distinct: int | None = None
    sampled: int = 0
    missed_below: float | None = None
    evidence: tuple[Evidence, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return plain | {
            "confidence": round(self.confidence, 4),
            "evidence": [item.to_json() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """The verdicts on all columns of a table, in table order.

    Attributes:
        columns: One finding per column.
        basis: ``values`` when cells were read (then this is the owner's), ``names`` when only header words were.
        table: What the owner calls the table, or None.
        quasi_identifiers: Combinations of columns that single rows out, as JSON objects; empty for names.
        rows: Rows of the table; None for names.
        notes: What a reader must know.
    """

    columns: tuple[ColumnFinding, ...]
    basis: Literal["values", "names"]
    table: str | None = None
    quasi_identifiers: tuple[Mapping[str, Any], ...] = ()
    rows: int | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def missed_below(self) -> float | None:
        """The largest ``missed_below`` of a column; None for names."""
        return None if self.basis == "names" else max((c.missed_below or 0.0 for c in self.columns), default=0.0)

    def to_json(self) -> dict[str, Any]:
        """Return the result as a JSON object of format ``privsynth.scan/1`` (see ``schemas/scan.schema.json``)."""
        return {
            "format": FORMAT,
            "table": self.table,
            "basis": self.basis,
            "rows": self.rows,
            "missed_below": self.missed_below,
            "columns": [column.to_json() for column in self.columns],
            "quasi_identifiers": [dict(item) for item in self.quasi_identifiers],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        found = [
            [column.name, column.entity or "", column.role, f"{column.confidence:.0%}", column.action]
            for column in self.columns
            if column.role != "safe"
        ]
        title = f"Scan: {len(found)} of {len(self.columns)} columns call for attention"
        headers = ("column", "holds", "role", "sure", "suggested")
        return card(title, tone="warn" if found else "", note=" ".join(self.notes), table=(headers, found))

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Return the names of the columns with one role, in table order."""
        return tuple(column.name for column in self.columns if column.role == role)
