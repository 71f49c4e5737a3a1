"""Utility, as a section of the page: each number beside its reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Bar, Block, Cell, Paragraph, Section, Table, figure, named
from privsynth.report.wording import count, decimal, dig, mappings, names, number, percent, reference, text, texts

_ORDERS = {"1": "Single columns", "2": "Pairs of columns", "3": "Triples of columns"}
_METRICS = {"auc": ("AUC", "0.500"), "r2": ("R²", "0.000")}
_LEAD = (
    "An error is the share of rows that would have to change for the synthetic table to show the distribution of the "
    "train table: 0% is equal. The reference is the error of held-out real rows, what an honest second sample scores."
)


def utility(evaluate: Mapping[str, Any] | None) -> Section:
    """Return the section on utility."""
    if evaluate is None:
        blocks: list[Block] = [Paragraph(text="The evaluation was not computed.", tone="warn")]
        return Section(key="utility", title="How useful it is", lead=_LEAD, blocks=blocks)
    blocks = [_means(evaluate), _prediction(evaluate), _columns(evaluate), _pairs(evaluate)]
    blocks = [block for block in blocks if not isinstance(block, Table) or block.rows]
    left_out = texts(evaluate, "columns_left_out")
    if left_out:
        blocks.append(Paragraph(text=f"Not compared, because a table lacks them: {names(left_out)}."))
    return Section(key="utility", title="How useful it is", lead=_LEAD, blocks=blocks)


def _means(evaluate: Mapping[str, Any]) -> Table:
    rows = [number(evaluate, "rows", name) for name in ("train", "synthetic", "holdout")]
    sizes = [
        f"{count(size)} {name} rows"
        for size, name in zip(rows, ("train", "synthetic", "held-out"), strict=True)
        if size is not None
    ]
    return Table(
        caption="Mean error",
        headers=("Distributions of", "Synthetic", "Reference (held out)", "Compared"),
        rows=[
            [
                Cell(text=name),
                figure(percent(number(evaluate, "marginals", order, "value"))),
                figure(reference(dig(evaluate, "marginals", order))),
                figure(count(number(evaluate, "marginals", order, "sets"))),
            ]
            for order, name in _ORDERS.items()
        ],
        note=f"{', '.join(sizes)}. The fewer rows, the larger any error, the reference's too." if sizes else "",
    )


def _prediction(evaluate: Mapping[str, Any]) -> Block:
    metric, chance = _METRICS.get(text(evaluate, "prediction", "metric") or "", ("", ""))
    if not metric:
        return Paragraph(text=f"Prediction was not computed. {text(evaluate, 'prediction', 'reason') or ''}")
    target = text(evaluate, "prediction", "target") or "the target"
    return Table(
        caption=f"Predicting `{target.replace('`', '´')}` on held-out real rows",
        headers=("Measure", "Learned from synthetic", "Reference (learned from train)", "By chance"),
        rows=[
            [
                Cell(text=metric),
                figure(decimal(number(evaluate, "prediction", "tstr"))),
                figure(decimal(number(evaluate, "prediction", "trtr"))),
                figure(chance),
            ]
        ],
        note=text(evaluate, "prediction", "reason") or "",
    )


def _columns(evaluate: Mapping[str, Any]) -> Table:
    found = mappings(evaluate, "columns")
    scale = _scale(found)
    return Table(
        caption="Error of each column, largest first",
        headers=("Column", "Error against reference", "Synthetic", "Reference"),
        rows=[
            [
                named(text(each, "name") or "unnamed"),
                Cell(bar=_bar(each, scale)),
                figure(percent(number(each, "value"))),
                figure(reference(each)),
            ]
            for each in found
        ],
        legend=True,
    )


def _pairs(evaluate: Mapping[str, Any]) -> Table:
    found = mappings(evaluate, "worst_pairs")
    scale = _scale(found)
    return Table(
        caption="The pairs of columns with the largest error",
        headers=("Pair", "Error against reference", "Synthetic", "Reference"),
        rows=[
            [
                named(" × ".join(texts(each, "columns")) or "unnamed"),
                Cell(bar=_bar(each, scale)),
                figure(percent(number(each, "value"))),
                figure(reference(each)),
            ]
            for each in found
        ],
        legend=True,
    )


def _scale(errors: list[Mapping[str, Any]]) -> float:
    return max((number(each, key) or 0.0 for each in errors for key in ("value", "reference")), default=0.0) or 1.0


def _bar(error: Mapping[str, Any], scale: float) -> Bar:
    value, mark = number(error, "value"), number(error, "reference")
    return Bar(
        value=(value or 0.0) / scale,
        mark=None if mark is None else mark / scale,
        label=f"Synthetic {percent(value)}, reference {reference(error)}",
    )
