"""What the table is meant for and where it ends, and the lines to sign, as sections of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Points, Section, Signature
from privsynth.report.wording import count, mappings, names, number, percent, reference, text, texts

_GOOD_FOR = (
    "Describing the population, comparing groups of some size, teaching, developing and testing software, trying out an "
    "analysis before asking for access to the real rows."
)
_NOT_FOR = (
    "Decisions about single people: no row is a person. Figures that will be published: check them on the real rows, or ask "
    "for a count under differential privacy. Rare combinations, sequences of events, and links between rows of one person."
)
_LEFT_BEHIND = "The guarantee does not end: it holds whatever becomes of the table. Rows may be drawn anew at no cost."
_FAR = 2.0
_LEAST = 0.01


def intended_use(report: Mapping[str, Any], *, release: bool) -> Section:
    """Return the section on intended use and limits; that of a release says nothing that was computed from real rows."""
    points: list[tuple[str, list[str]]] = [("Good for", [_GOOD_FOR]), ("Not for", [_NOT_FOR])]
    if target := text(report, "declarations", "target"):
        points.append(("Made to predict", [f"`{target.replace('`', '´')}`: its tables with all others were measured."]))
    if not release:
        points += _weak(report)
    if number(report, "guarantee", "epsilon") is not None:
        points.append(("Keeping it", [_LEFT_BEHIND]))
    blocks: list[Block] = [Points(points=points)]
    lead = "What such a table can be used for. The owner may set further terms."
    return Section(key="use", title="Intended use and limits", lead=lead, blocks=blocks)


def _weak(report: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the columns whose error is far beyond what an honest second sample has, in words."""
    columns = mappings(report, "evaluate", "columns")
    far = [
        each
        for each in columns
        if (value := number(each, "value")) is not None
        and (other := number(each, "reference")) is not None
        and value > max(_FAR * other, other + _LEAST)
    ]
    if not columns:
        return []
    if not far:
        return [("Weak columns", ["None: no column errs twice as much as held-out real rows do."])]
    told = [
        f"{names([text(each, 'name') or 'unnamed'])}: error {percent(number(each, 'value'))}, reference {reference(each)}."
        for each in far[:5]
    ]
    rest = [f"And {count(float(len(far) - 5))} more."] if len(far) > 5 else []
    collapsed = texts(report, "evaluate", "diversity", "collapsed")
    return [("Weak columns", [*told, *rest, *([f"Collapsed: {names(collapsed)}."] if collapsed else [])])]


def decision() -> Section:
    """Return the lines on which the owner's officer decides and signs."""
    return Section(
        key="decision",
        title="Decision",
        lead="To withhold a release because of an audit, or to make it because of one, is outside the guarantee.",
        blocks=[
            Signature(lines=("Purpose and recipient", "Decision and conditions", "Name and role", "Date and signature"))
        ],
    )
