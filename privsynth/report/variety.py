"""Variety of the synthetic rows, as a section of the page: repeats, collapsed columns, how well a model tells them from real rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Paragraph, Section, Table, figure
from privsynth.report.wording import decimal, dig, names, number, percent, texts

_LEAD = "A generator that repeats itself, or that leaves kinds of rows out, can have good averages. These figures look for that."


def diversity(evaluate: Mapping[str, Any]) -> list[Section]:
    """Return the section on variety; none where it was not computed."""
    if not isinstance(dig(evaluate, "diversity"), Mapping):
        return []
    blocks: list[Block] = [_figures(evaluate)]
    collapsed = texts(evaluate, "diversity", "collapsed")
    blocks.append(
        Paragraph(
            text=f"Collapsed, each to less than half the variety of the train table: {names(collapsed)}.", tone="warn"
        )
        if collapsed
        else Paragraph(text="No column has collapsed to a part of its values.")
    )
    return [Section(key="diversity", title="Variety", lead=_LEAD, blocks=blocks)]


def _figures(evaluate: Mapping[str, Any]) -> Table:
    told = (
        ("Rows that occur once", ("distinct_row_share",), ("reference", "holdout", "distinct_row_share"), percent),
        ("Rows that repeat another", ("repeated_row_share",), ("reference", "holdout", "repeated_row_share"), percent),
        (
            "Entropy of columns against train, median",
            ("entropy_ratio", "median"),
            ("entropy_ratio", "reference_median"),
            decimal,
        ),
        ("Density (1: as dense as real rows)", ("coverage", "density"), ("coverage", "reference", "density"), decimal),
        ("Coverage of train rows", ("coverage", "coverage"), ("coverage", "reference", "coverage"), percent),
        (
            "A model tells them from train rows (AUC; 0.5: not at all)",
            ("discriminator", "auc"),
            ("discriminator", "reference"),
            decimal,
        ),
    )
    rows = [
        [Cell(text=what), figure(write(mine)), figure("no holdout" if other is None else write(other))]
        for what, path, compared, write in told
        if (mine := number(evaluate, "diversity", *path)) is not None
        for other in [number(evaluate, "diversity", *compared)]
    ]
    return Table(
        caption="Variety of the rows",
        headers=("Measure", "Synthetic", "Reference (held out)"),
        rows=rows,
        note="Density and coverage: Naeem et al. 2020.",
    )
