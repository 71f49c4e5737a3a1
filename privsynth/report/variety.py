"""Variety of the synthetic rows, as a section of the page: repeats, collapsed columns, how well a model tells them from real rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Paragraph, Section, Table, figure
from privsynth.report.wording import decimal, dig, names, number, percent, text, texts

_LEAD = "A generator that repeats itself, or that leaves kinds of rows out, can have good averages. These figures look for that."


def diversity(evaluate: Mapping[str, Any]) -> list[Section]:
    """Return the section on variety; none where it was not computed."""
    if not isinstance(dig(evaluate, "diversity"), Mapping):
        return []
    blocks: list[Block] = [_figures(evaluate)]
    collapsed = texts(evaluate, "diversity", "collapsed")
    blocks.append(
        Paragraph(text=f"Collapsed: {names(collapsed)} vary less than half as much as in the train table.", tone="warn")
        if collapsed
        else Paragraph(text="No column has collapsed to a part of its values.")
    )
    return [Section(key="diversity", title="Variety", lead=_LEAD, blocks=blocks)]


def _figures(evaluate: Mapping[str, Any]) -> Table:
    told = (
        ("Rows that occur once", "distinct_row_share", percent),
        ("Rows that occur more than once", "repeated_row_share", percent),
        ("Density (1 is like real rows)", "density", decimal),
        ("Coverage of real rows", "coverage", percent),
        ("A model tells it from real rows (AUC, 0.5 is not at all)", "discriminator", decimal),
    )
    rows = [
        [Cell(text=what), figure(write(mine)), figure("no holdout" if other is None else write(other))]
        for what, key, write in told
        if (mine := number(evaluate, "diversity", key)) is not None
        for other in [number(evaluate, "diversity", "reference", key)]
    ]
    return Table(
        caption="Variety of the rows",
        headers=("Measure", "Synthetic", "Reference (held out)"),
        rows=rows,
        note=text(evaluate, "diversity", "note") or "",
    )
