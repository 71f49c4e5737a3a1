"""Columns as they occur in the wild: a header, five cells, what they hold. Written by hand, from no table; no value is a person's.

A line is `entity | header | cell | cell ...`; `-` is no entity; an empty cell is missing. Several entities separated by `/` are all right.
"""

from __future__ import annotations

from pathlib import Path

_COLUMNS = Path(__file__).parent / "wild_columns.txt"


def wild_columns() -> list[tuple[str, list[str | None], tuple[str | None, ...]]]:
    """Return header, five cells, and the entities that are right (None is no entity)."""
    found = []
    for line in _COLUMNS.read_text(encoding="utf-8").splitlines()[1:]:
        entity, header, *cells = (part.strip() for part in line.split("|"))
        right = tuple(None if each == "-" else each for each in entity.split("/"))
        found.append((header, [cell or None for cell in cells], right))
    return found
