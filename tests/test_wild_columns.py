"""Five cells and a name, as in public tables: the classes that the scan reads from them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.header import header_signs
from privsynth.pii.profile import profile
from privsynth.pii.scanner import signs_of
from privsynth.pii.verdict import finding

COLUMNS = Path(__file__).parent / "wild_columns_2.txt"
LEAST_F1 = 0.93
MEDICAL = {"DIAGNOSIS", "MEDICATION", "PROCEDURE", "HEALTH", "GENETIC"}
CLASSES = {
    "IP_ADDRESS", "AGE", "CREDIT_CARD", "DATE_OF_BIRTH", "DISABILITY", "EDUCATION_LEVEL", "EMAIL_ADDRESS", "ETHNIC_GROUP",
    "GENDER", "RECORD_ID", "GEO_COORDINATES", "MARITAL_STATUS", "OCCUPATION", "ORGANIZATION", "PERSON", "PHONE_NUMBER",
    "PROTECTION_GROUP", "RELIGION", "SEXUALITY", "SPOKEN_LANGUAGE", "STREET_ADDRESS", "URL", "IBAN_CODE", "PASSPORT",
    "SWIFT_CODE", "POSTAL_CODE",
}  # fmt: skip


def columns() -> list[tuple[str, str, list[str | None]]]:
    lines = [line for line in COLUMNS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    rows = [[part.strip() for part in line.split("|")] for line in lines]
    return [(right, name, [cell or None for cell in cells]) for right, name, *cells in rows]


def class_of(entity: str | None) -> str:
    """Return the class of an entity: numbers that a register issues are identifiers, places and dates are none."""
    if entity is None:
        return "NONE"
    if entity in MEDICAL:
        return "MEDICAL"
    if entity == "USERNAME":
        return "PERSON"
    kind = next((wider for wider in lineage(entity) if wider in CLASSES), None)
    if kind is not None:
        return kind
    return "RECORD_ID" if ENTITIES[entity].family in ("number", "key") else "NONE"


def weighted_f1(pairs: list[tuple[str, str]]) -> float:
    right, said, both = (
        Counter(a for a, _ in pairs),
        Counter(b for _, b in pairs),
        Counter(a for a, b in pairs if a == b),
    )
    return sum(n * 2 * both[kind] / (n + said[kind]) for kind, n in right.items()) / len(pairs)


def test_columns_of_public_tables_are_read_right() -> None:
    pairs = []
    for right, name, cells in columns():
        view = profile(cells, max_cells=100, exhaustive=False)
        found = finding(name, signs_of(name, header_signs(name), view), view)
        pairs.append((right, class_of(found.entity)))
    assert len(pairs) > 500
    assert weighted_f1(pairs) > LEAST_F1
