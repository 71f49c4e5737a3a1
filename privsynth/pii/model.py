"""What a scan finds: frozen values that hold counts, rule names and shapes, and never a cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["direct", "quasi", "sensitive", "safe", "free_text", "target", "review"]
Action: TypeAlias = Literal["keep", "drop", "fake", "generalise"]
Source: TypeAlias = Literal["header", "value", "span", "gazetteer", "recogniser", "uniqueness", "text", "veto"]

FORMAT = "privsynth.scan/1"


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
        entity: What the column holds (a key of ``entities.ENTITIES``), or None when nothing was recognised.
        confidence: Probability of the entity; without an entity, one minus that of the best candidate.
        role: As in a schema.
        action: What is suggested to the owner.
        reason: One sentence made of rule names and counts.
        laws: Provisions that name this kind of data.
        faker: Faker provider method that makes a stand-in, when ``action`` is ``fake``.
        shape: The most common shape (``AAA9999``) when at least five distinct values share it.
        cells: Non-missing cells; None in a scan of names.
        distinct: Distinct non-missing values; None in a scan of names.
        tested: Distinct values that the rules saw.
        could_be_missed: Share of distinct values that may be of another kind and unseen, at 95 %; 0 when all were seen.
        evidence: All evidence about the chosen entity, then the strongest about others.
    """

    name: str
    entity: str | None
    confidence: float
    role: Role
    action: Action
    reason: str
    laws: tuple[str, ...] = ()
    faker: str | None = None
    shape: str | None = None
    cells: int | None = None
    distinct: int | None = None
    tested: int = 0
    could_be_missed: float | None = None
    evidence: tuple[Evidence, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "name": self.name,
            "entity": self.entity,
            "confidence": round(self.confidence, 4),
            "role": self.role,
            "action": self.action,
            "reason": self.reason,
            "laws": list(self.laws),
            "faker": self.faker,
            "shape": self.shape,
            "cells": self.cells,
            "distinct": self.distinct,
            "tested": self.tested,
            "could_be_missed": self.could_be_missed,
            "evidence": [item.to_json() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """The verdicts on all columns of a table, in table order.

    Attributes:
        columns: One finding per column.
        basis: ``values`` when cells were read (then this is the owner's), ``names`` when only header words were.
        quasi_identifiers: Names of columns that single people out when combined.
        rows: Rows of the table; None for names.
        rows_tested: Rows whose value the rules saw, in the column where that is fewest; None for names.
        could_be_missed: The largest ``could_be_missed`` of a column; None for names.
    """

    columns: tuple[ColumnFinding, ...]
    basis: Literal["values", "names"]
    quasi_identifiers: tuple[str, ...] = ()
    rows: int | None = None
    rows_tested: int | None = None
    could_be_missed: float | None = None
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the result as a JSON object of format ``privsynth.scan/1`` (see ``schemas/scan.schema.json``)."""
        return {
            "format": FORMAT,
            "basis": self.basis,
            "rows": self.rows,
            "sampling": {"rows_tested": self.rows_tested, "could_be_missed": self.could_be_missed},
            "quasi_identifiers": list(self.quasi_identifiers),
            "notes": list(self.notes),
            "columns": [column.to_json() for column in self.columns],
        }

    def with_role(self, role: Role) -> tuple[str, ...]:
        """Return the names of the columns with one role, in table order."""
        return tuple(column.name for column in self.columns if column.role == role)
