"""How values show themselves in a notebook: a small card of HTML, in the colours of the notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_FRAME = "border:1px solid #8884;border-left:4px solid {colour};border-radius:6px;padding:.6em .9em;margin:.3em 0;max-width:52em"
_COLOURS = {"good": "#17603d", "bad": "#a01f1c", "warn": "#b07a10", "": "#0e5a6d"}
_MOST_ROWS = 12


def card(
    title: str,
    facts: Sequence[tuple[str, str]] = (),
    *,
    tone: str = "",
    note: str = "",
    table: tuple[Sequence[str], Sequence[Sequence[str]]] | None = None,
) -> str:
    """Return a card as HTML; every text is escaped, nothing is fetched and nothing runs.

    Args:
        title: The one thing to know.
        facts: Names with values.
        tone: `good`, `bad`, `warn` or nothing; the words say the same.
        note: What else should be known.
        table: Headers and rows; at most a dozen rows are shown.

    Example:
        >>> "<script>" in card("<script>")
        False
    """
    frame = _FRAME.format(colour=_COLOURS.get(tone, _COLOURS[""]))
    lines = "".join(
        f"<tr><td style='opacity:.7'>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in facts
    )
    parts = [f"<div style='font-weight:600'>{escape(title)}</div>"]
    parts += [f"<table style='margin:.4em 0;text-align:left'>{lines}</table>"] if facts else []
    parts += [_table(*table)] if table is not None and table[1] else []
    parts += [f"<div style='opacity:.75;font-size:.9em'>{escape(note)}</div>"] if note else []
    return f"<div style='{frame}'>{''.join(parts)}</div>"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th style='text-align:left'>{escape(each)}</th>" for each in headers)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows[:_MOST_ROWS]
    )
    left = len(rows) - _MOST_ROWS
    more = f"<tr><td colspan='{len(headers)}' style='opacity:.7'>and {left} more</td></tr>" if left > 0 else ""
    return f"<table style='margin:.4em 0'><thead><tr>{head}</tr></thead><tbody>{body}{more}</tbody></table>"
