"""Groups of people, as sections of the page: whether synthesis treats the small ones worse or widens a gap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Paragraph, Section, Table, figure
from privsynth.report.wording import count, decimal, dig, mappings, number, percent, text

_LEAD = (
    "Noise hits small groups hardest. Each group is compared with itself in the train table, and what a model that was "
    "learned from synthetic rows does to it with what one does that was learned from train rows."
)


def groups(evaluate: Mapping[str, Any]) -> list[Section]:
    """Return the section on groups and rare labels; none where neither was looked at."""
    blocks: list[Block] = []
    for each in mappings(evaluate, "groups"):
        blocks += _attribute(each)
    if isinstance(dig(evaluate, "rare"), Mapping):
        blocks += _rare(evaluate)
    return [Section(key="groups", title="Groups and rare cases", lead=_LEAD, blocks=blocks)] if blocks else []


def _attribute(attribute: Mapping[str, Any]) -> list[Block]:
    name = (text(attribute, "column") or "unnamed").replace("`", "´")
    table = Table(
        caption=f"Groups by `{name}`",
        headers=(
            "Group",
            "Share: train",
            "Synthetic",
            "Prediction: from train",
            "From synthetic",
            "Chosen: from train",
            "From synthetic",
        ),
        rows=[_group(each) for each in mappings(attribute, "groups")],
        note="Prediction: AUC (or R²) within the group. Chosen: share that the model takes for the positive class.",
    )
    return [table, _amplified(attribute)] if table.rows else [_amplified(attribute)]


def _amplified(attribute: Mapping[str, Any]) -> Paragraph:
    verdict, reason = dig(attribute, "amplifies"), text(attribute, "reason")
    if verdict is True:
        told = "The gap between groups is wider with the synthetic table than chance explains."
        return Paragraph(text=f"{told} Do not use it for decisions about these groups.", tone="warn")
    if verdict is False:
        return Paragraph(text="No widening of the gap between groups beyond chance was found.")
    return Paragraph(text=f"Whether the gap between groups widens was not computed. {reason or ''}")


def _group(group: Mapping[str, Any]) -> list[Cell]:
    return [
        Cell(text=text(group, "label") or "(missing)", note=f"{count(number(group, 'rows_holdout'))} held out"),
        figure(percent(number(group, "share_train"))),
        figure(percent(number(group, "share_synthetic"))),
        figure(decimal(number(group, "trtr"))),
        figure(decimal(number(group, "tstr"))),
        figure(percent(number(group, "selection_rate_trtr"))),
        figure(percent(number(group, "selection_rate_tstr"))),
    ]


def _rare(evaluate: Mapping[str, Any]) -> list[Block]:
    rows = [
        [
            Cell(text=what),
            figure(count(number(evaluate, "rare", key, "found"))),
            figure(percent(number(evaluate, "rare", key, "kept_share"))),
            figure(percent(number(evaluate, "rare", key, "reference"))),
            figure(decimal(number(evaluate, "rare", key, "ratio_median"), 2)),
        ]
        for key, what in (("labels", "Labels"), ("pairs", "Pairs of labels"))
        if number(evaluate, "rare", key, "found")
    ]
    if not rows:
        return []
    table = Table(
        caption="What is rare (under 1% of the train rows, at least 5 of them)",
        headers=("What", "In train", "Occur in synthetic", "Occur in held out", "Frequency against train (median)"),
        rows=rows,
    )
    return [table]
