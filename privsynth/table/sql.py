"""Names and texts as SQL."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def cell_sql(name: str, missing: Sequence[str] = ("",)) -> str:
    """Return SQL of a cell's text, with the tokens that mean missing as NULL."""
    tokens = [token for token in missing if token != ""]
    cell = f"nullif({quoted(name)}, '')"
    for token in tokens:
        cell = f"nullif({cell}, {literal(token)})"
    return cell
