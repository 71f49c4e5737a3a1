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
    tokens = sorted({"", *missing})
    if tokens == [""]:
        return f"nullif({quoted(name)}, '')"
    return f"CASE WHEN {quoted(name)} IN ({', '.join(map(literal, tokens))}) THEN NULL ELSE {quoted(name)} END"


def short_sql(cell: str) -> str:
    """Return SQL of a cell's text, or of its beginning and a digest where it is long; different texts stay different.

    Arrow columns hold 2 GB of text: without this, one long cell more would decide whether a table can be read.
    """
    return f"CASE WHEN length({cell}) > 256 THEN concat(substr({cell}, 1, 200), sha256({cell})) ELSE {cell} END"
