"""Groups of people, as sections of the page: whether synthesis treats the small ones worse or widens a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Paragraph, Section, Table, figure
from privsynth.report.wording import count, decimal, dig, interval, mappings, number, percent, text

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
    verdict, reason = dig(attribute, "summary", "amplifies"), text(attribute, "reason")
    gaps = [number(attribute, "summary", f"selection_gap_{who}") for who in ("trtr", "tstr")]
    shown = interval(attribute, "summary", "interval", as_percent=True)
    told = (
        f"The share chosen differs by up to {percent(gaps[0])} between groups if learned from train rows, by up to "
        f"{percent(gaps[1])} if learned from synthetic rows{f' (difference {shown})' if shown else ''}."
    )
    if verdict is True:
        return Paragraph(text=f"{told} That is wider than chance explains: the table amplifies the gap.", tone="warn")
    if verdict is False:
        return Paragraph(text=f"{told} No widening beyond chance was found.")
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
            figure(count(number(evaluate, "rare", key, "count"))),
            figure(percent(number(evaluate, "rare", key, "kept"))),
            figure(_held(number(evaluate, "rare", key, "reference", "kept"), percent)),
            figure(decimal(number(evaluate, "rare", key, "ratio", "median"), 2)),
            figure(_held(number(evaluate, "rare", key, "reference", "ratio", "median"), lambda value: f"{value:.2f}")),
        ]
        for key, what in (("labels", "Labels"), ("pairs", "Pairs of labels"))
        if number(evaluate, "rare", key, "count")
    ]
    if not rows:
        return []
    table = Table(
        caption="What is rare (under 1% of the train rows, at least 5 of them)",
        headers=("What", "In train", "Occur in synthetic", "Reference", "Frequency against train, median", "Reference"),
        rows=rows,
        note="Reference: held-out rows, which are fewer. A frequency of 1 is that of the train table.",
    )
    return [table]


def _held(value: float | None, written: Callable[[float], str]) -> str:
    return "no holdout" if value is None else written(value)
