"""Prediction on held-out rows, as a section of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Paragraph, Section, Table, figure
from privsynth.report.wording import decimal, mappings, number, percent, text

_METRICS = {"auc": ("AUC", "0.500"), "r2": ("R²", "0.000")}
_LEAD = (
    "A model is learned from the synthetic rows and asked about held-out real rows; beside it stands one that was learned "
    "from the train rows. If both do as well, the synthetic table is as good for learning this."
)


def predicted(evaluate: Mapping[str, Any]) -> Section:
    """Return the section on prediction: each model and target beside what train rows give and what chance gives."""
    tried = mappings(evaluate, "predictions") or [
        each for each in [evaluate.get("prediction")] if isinstance(each, Mapping) and each.get("metric")
    ]
    blocks: list[Block] = [
        _of_target(target, tried) for target in dict.fromkeys(text(each, "target") for each in tried)
    ]
    share = number(evaluate, "subsample_equivalent", "tstr", "share")
    if share is not None and share < 1:
        bound = text(evaluate, "subsample_equivalent", "tstr", "bound")
        worth = f"{f'{bound} ' if bound else ''}a sample of {percent(share)} of the train rows"
        blocks.append(Paragraph(text=f"For the first target and boosted trees the synthetic table is worth {worth}."))
    if not tried:
        reason = text(evaluate, "prediction", "reason") or ""
        blocks = [Paragraph(text=f"Prediction was not computed. {reason}")]
    return Section(key="prediction", title="Learning from it", lead=_LEAD, blocks=blocks)


def _of_target(target: str | None, tried: list[Mapping[str, Any]]) -> Table:
    mine = [each for each in tried if text(each, "target") == target]
    reasons = [reason for each in mine if (reason := text(each, "reason"))]
    return Table(
        caption=f"Predicting `{(target or 'the target').replace('`', '´')}` on held-out real rows",
        headers=("Model", "Measure", "Learned from synthetic", "Reference (learned from train)", "By chance"),
        rows=[_row(each) for each in mine],
        note=" ".join(dict.fromkeys(reasons)),
    )


def _row(found: Mapping[str, Any]) -> list[Cell]:
    metric, chance = _METRICS.get(text(found, "metric") or "", ("not computed", ""))
    return [
        Cell(text=(text(found, "model") or "boosted trees").capitalize()),
        Cell(text=metric),
        figure(decimal(number(found, "tstr"))),
        figure(decimal(number(found, "trtr"))),
        figure(chance),
    ]
