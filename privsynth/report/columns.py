"""Columns, as sections of the page: what was found in them, what was declared, and what the synthetic table holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Section, Table, Tone, figure, named
from privsynth.report.wording import (
    count,
    count_columns,
    dig,
    mappings,
    names,
    number,
    percent,
    role_name,
    text,
    texts,
)

_SOURCES = {
    "declared": "declared by the owner",
    "public": "public codebook",
    "dp": "learned under the budget",
    "data": "read from the data: not private",
    "default": "default",
}


def declared(declarations: Mapping[str, Any]) -> Section:
    """Return the section on the schema."""
    found = mappings(declarations, "columns")
    used = [(label, number(declarations, "sources", source)) for source, label in _SOURCES.items()]
    facts = [(label[0].upper() + label[1:], count_columns(columns)) for label, columns in used if columns]
    blocks: list[Block] = [Facts(caption="Where the statements come from", facts=facts)] if facts else []
    if leaves := texts(declarations, "data_leaves"):
        blocks.append(
            Paragraph(
                text=f"Read from the data without paying for it, so there is no guarantee: {names(leaves)}.", tone="bad"
            )
        )
    if found:
        blocks.append(
            Table(
                caption="Columns as the schema states them",
                headers=("Column", "Kind", "Role", "What was done", "Source"),
                rows=[_declared_row(each) for each in found],
            )
        )
    return Section(
        key="declarations",
        title="What was declared",
        lead="The schema is public: it leaves with the release. Each statement in it has a source.",
        blocks=blocks,
    )


def _declared_row(column: Mapping[str, Any]) -> list[Cell]:
    return [
        named(text(column, "name") or "unnamed"),
        Cell(text=text(column, "kind") or "not computed"),
        Cell(text=role_name(dig(column, "role"))),
        Cell(text=text(column, "done") or "not computed"),
        _sources(column),
    ]


def _sources(column: Mapping[str, Any]) -> Cell:
    by_source: dict[str, list[str]] = {}
    stated = dig(column, "provenance")
    for leaf, source in stated.items() if isinstance(stated, Mapping) else ():
        by_source.setdefault(str(source), []).append(str(leaf))
    tone: Tone = "bad" if "data" in by_source else ""
    books = dig(column, "codebooks")
    note = ", ".join(sorted({str(name) for name in books.values()})) if isinstance(books, Mapping) else ""
    if len(by_source) == 1:
        return Cell(text=_SOURCES.get(next(iter(by_source)), "not computed"), note=note, tone=tone)
    parts = [f"{_SOURCES.get(source, source)}: {', '.join(leaves)}" for source, leaves in by_source.items()]
    return Cell(text="; ".join(parts) or "not computed", note=note, tone=tone)


NOT_IN_DOMAIN = (
    "Of a modelled column only values that the schema lists or bounds can occur. Labels that were not declared or were too rare to be "
    "learned, and numbers and dates beyond the bounds, are missing here; in a column that may not be empty other values stand "
    "in their place."
)


def made_anew(declarations: Mapping[str, Any]) -> int:
    """Count the columns that the synthetic table has and the model has not."""
    return sum((text(each, "done") or "").startswith("made anew") for each in mappings(declarations, "columns"))


def synthetic_table(synthetic: Mapping[str, Any], anew: int = 0) -> Section:
    """Return the section on the synthetic table by itself, which has some columns made anew beside those modelled."""
    found = mappings(synthetic, "by_column")
    blocks: list[Block] = [_size(synthetic, anew)]
    if found:
        blocks.append(
            Table(
                caption="Modelled columns of the synthetic table" if anew else "Columns of the synthetic table",
                headers=("Column", "Kind", "Distinct values", "Missing"),
                rows=[_drawn(each) for each in found],
                note=NOT_IN_DOMAIN,
            )
        )
    return Section(
        key="synthetic",
        title="The synthetic table",
        lead="These figures describe the released rows alone; no real row was needed for them.",
        blocks=blocks,
    )


def _size(synthetic: Mapping[str, Any], anew: int) -> Facts:
    modelled = count(number(synthetic, "columns"))
    return Facts(
        caption="Size",
        facts=[
            ("Rows", count(number(synthetic, "rows"))),
            ("Columns", f"{modelled} modelled, {count(anew)} made anew, from no real cell" if anew else modelled),
            ("Missing cells", percent(number(synthetic, "missing_share"))),
            ("Rows that occur more than once", percent(number(synthetic, "repeated_row_share"))),
        ],
    )


def _drawn(column: Mapping[str, Any]) -> list[Cell]:
    return [
        named(text(column, "name") or "unnamed"),
        Cell(text=text(column, "kind") or "not computed"),
        figure(count(number(column, "distinct"))),
        figure(percent(number(column, "missing_share"))),
    ]
