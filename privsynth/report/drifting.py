"""How a synthetic table differs from an earlier one, as a section of the page: each distance beside what chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Paragraph, Section, Table, figure, named
from privsynth.report.wording import NOT_COMPUTED, count, decimal, dig, mappings, number, text

_TITLE = "Drift since the earlier release"
_LEAD = (
    "How the synthetic table differs from an earlier one, and what two samples of one model would differ by. Two fits of the same rows "
    "differ by more, because each has noise of its own."
)


def drifted(evaluate: Mapping[str, Any]) -> list[Section]:
    """Return the section on drift; none where no earlier table was given."""
    found = dig(evaluate, "drift")
    if not isinstance(found, Mapping):
        return []
    blocks: list[Block] = [Paragraph(text=text(found, "sentence") or NOT_COMPUTED, strong=True)]
    if rows := [_column(each) for each in mappings(found, "columns")]:
        blocks.append(
            Table(
                caption="Distance of each column",
                headers=("Column", "Distance", "By chance, 95% below", "Beyond chance"),
                rows=rows,
                note=_sizes(found),
            )
        )
    if (auc := number(found, "discriminator_auc")) is not None:
        chance = decimal(number(found, "discriminator_chance"))
        blocks.append(
            Paragraph(text=f"A model tells them apart with an AUC of {decimal(auc)}; 95% below {chance} by chance.")
        )
    return [Section(key="drift", title=_TITLE, lead=_LEAD, blocks=blocks)]


def _column(found: Mapping[str, Any]) -> list[Cell]:
    moved = dig(found, "drifted")
    return [
        named(text(found, "name") or "unnamed"),
        figure(decimal(number(found, "tvd"))),
        figure(decimal(number(found, "chance"))),
        Cell(text="yes", tone="warn") if moved is True else Cell(text="no" if moved is False else NOT_COMPUTED),
    ]


def _sizes(found: Mapping[str, Any]) -> str:
    earlier, rows = number(found, "rows", "earlier"), number(found, "rows", "synthetic")
    return f"Total-variation distance; {count(earlier)} rows in the earlier table, {count(rows)} in this one."
