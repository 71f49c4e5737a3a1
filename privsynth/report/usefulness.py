"""Utility, as a section of the page: each number beside its reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Bar, Block, Cell, Paragraph, Section, Table, figure, named
from privsynth.report.distributions import heatmap, spreads
from privsynth.report.drifting import drifted
from privsynth.report.fairness import groups
from privsynth.report.prediction import predicted
from privsynth.report.variety import diversity
from privsynth.report.wording import (
    NOT_COMPUTED,
    count,
    decimal,
    dig,
    mappings,
    names,
    number,
    percent,
    reference,
    text,
    texts,
)

_ORDERS = {"1": "Single columns", "2": "Pairs of columns", "3": "Triples of columns"}
_TITLE = "How useful it is"
_LEAD = (
    "An error is the share of rows that would have to change for the synthetic table to show the distribution of the "
    "train table: 0% is equal. The reference is the error of held-out real rows, what an honest second sample scores."
)


def utility(evaluate: Mapping[str, Any] | None) -> list[Section]:
    """Return the sections on utility: distributions, prediction, groups, diversity; one that says so where nothing was computed."""
    if evaluate is None:
        blocks: list[Block] = [Paragraph(text="The evaluation was not computed.", tone="warn")]
        return [Section(key="utility", title=_TITLE, lead=_LEAD, blocks=blocks)]
    drawn: list[Block | None] = [
        _in_words(evaluate),
        _means(evaluate),
        _worst(evaluate),
        spreads(evaluate),
        _pairs(evaluate),
        heatmap(evaluate),
        _associations(evaluate),
        _scores(evaluate),
        _columns(evaluate),
    ]
    blocks = [block for block in drawn if block is not None and (not isinstance(block, Table) or block.rows)]
    left_out = texts(evaluate, "columns_left_out")
    if left_out:
        blocks.append(Paragraph(text=f"Not compared, because a table lacks them: {names(left_out)}."))
    overview = Section(key="utility", title=_TITLE, lead=_LEAD, blocks=blocks)
    return [overview, predicted(evaluate), *groups(evaluate), *diversity(evaluate), *drifted(evaluate)]


def said_of_pairs(evaluate: Mapping[str, Any]) -> str | None:
    """Say in a line how good the table is about pairs of columns; None where that was not computed."""
    share = number(evaluate, "subsample_equivalent", "2", "share")
    if share is None:
        return None
    sample = "all train rows" if share >= 1 else f"a sample of {percent(share)} of the train rows"
    return f"About pairs of columns as good as {sample}"


def _in_words(evaluate: Mapping[str, Any]) -> Paragraph | None:
    """Say what the errors amount to: the share of the real rows that tells as much."""
    said = [
        f"{what} it is as good as {_sample(dig(evaluate, 'subsample_equivalent', order))}"
        for order, what in (("1", "about single columns"), ("2", "about pairs of columns"), ("3", "about triples"))
        if number(evaluate, "subsample_equivalent", order, "share") is not None
    ]
    if not said:
        return None
    text_of_all = f"{', '.join(said)}." if len(said) < 2 else f"{', '.join(said[:-1])}, and {said[-1]}."
    return Paragraph(text=text_of_all[0].upper() + text_of_all[1:], strong=True)


def _sample(found: Any) -> str:
    """Write a subsample: "a sample of 12% of the train rows (1,900 rows; the held-out rows are as good as 16%)"."""
    share, rows, other = number(found, "share"), number(found, "rows"), number(found, "reference")
    if share is None:
        return NOT_COMPUTED
    told = [f"{count(rows)} rows"] if rows is not None else []
    told += [f"the held-out rows are as good as {percent(other)}"] if other is not None else []
    sized = f" ({'; '.join(told)})" if told else ""
    return "all train rows" if share >= 1 else f"a sample of {percent(share)} of the train rows{sized}"


def _worst(evaluate: Mapping[str, Any]) -> Table:
    """Return the five columns that are farthest from the train table, and how far each is beyond its reference."""
    found = mappings(evaluate, "worst_columns")[:5] or mappings(evaluate, "columns")[:5]
    return Table(
        caption="The five columns with the largest error",
        headers=("Column", "Synthetic", "Reference", "Labels or range covered", "Missing: train, synthetic"),
        rows=[
            [
                named(text(each, "name") or "unnamed"),
                figure(percent(number(each, "value"))),
                figure(reference(each)),
                figure(_covered(each)),
                figure(
                    f"{percent(number(each, 'missing', 'train'))}, {percent(number(each, 'missing', 'synthetic'))}"
                    if isinstance(dig(each, "missing"), Mapping)
                    else NOT_COMPUTED
                ),
            ]
            for each in (_whole(evaluate, each) for each in found)
        ],
    )


def _whole(evaluate: Mapping[str, Any], short: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return all that is known about a column of the list of the worst ones."""
    name = text(short, "name")
    return next((each for each in mappings(evaluate, "columns") if text(each, "name") == name), short)


def _covered(column: Mapping[str, Any]) -> str:
    for key in ("range", "labels"):
        share = number(column, "coverage", key)
        if share is not None:
            return percent(share)
    return NOT_COMPUTED


def _associations(evaluate: Mapping[str, Any]) -> Table:
    rows = []
    for path, what in (
        (("correlations",), "Correlation of numbers (Spearman)"),
        (("correlations", "associations"), "Association of columns of any kind"),
    ):
        if (mean := number(evaluate, *path, "mean_difference")) is not None:
            other = number(evaluate, *path, "reference")
            rows.append(
                [Cell(text=what), figure(decimal(mean)), figure("no holdout" if other is None else decimal(other))]
            )
    return Table(
        caption="Mean difference of the strength of association between columns",
        headers=("Measure (0 to 1)", "Synthetic", "Reference (held out)"),
        rows=rows,
        note=text(evaluate, "correlations", "associations", "measure") or "",
    )


def _scores(evaluate: Mapping[str, Any]) -> Table:
    """Return the scores of SDMetrics, which readers may know from elsewhere."""

    def scored(part: str, *path: str) -> list[Cell]:
        mine, other = number(evaluate, "sdmetrics", *path), number(evaluate, "sdmetrics", "reference", *path)
        told = "no holdout" if other is None else percent(other)
        return [Cell(text=part), figure(percent(mine)), figure(told)]

    parts = (
        ("Quality", ("quality", "score")),
        ("Column shapes", ("quality", "column_shapes")),
        ("Column pair trends", ("quality", "column_pair_trends")),
        ("Diagnostic", ("diagnostic", "score")),
    )
    version = text(evaluate, "sdmetrics", "version")
    return Table(
        caption="The scores of SDMetrics" + (f" {version}" if version else ""),
        headers=("Score (100% is best)", "Synthetic", "Reference (held out)"),
        rows=[scored(name, *path) for name, path in parts if number(evaluate, "sdmetrics", *path) is not None],
    )


def _means(evaluate: Mapping[str, Any]) -> Table:
    rows = [number(evaluate, "rows", name) for name in ("train", "synthetic", "holdout")]
    sizes = [
        f"{count(size)} {name} rows"
        for size, name in zip(rows, ("train", "synthetic", "held-out"), strict=True)
        if size is not None
    ]
    return Table(
        caption="Mean error",
        headers=("Distributions of", "Synthetic", "Reference (held out)", "As good as a sample of", "Compared"),
        rows=[
            [
                Cell(text=name),
                figure(percent(number(evaluate, "marginals", order, "value"))),
                figure(reference(dig(evaluate, "marginals", order))),
                figure(_share(number(evaluate, "subsample_equivalent", order, "share"))),
                figure(count(number(evaluate, "marginals", order, "sets"))),
            ]
            for order, name in _ORDERS.items()
        ],
        note=f"{', '.join(sizes)}. The fewer rows, the larger any error, the reference's too." if sizes else "",
    )


def _share(share: float | None) -> str:
    return NOT_COMPUTED if share is None else f"{percent(share)} of the train rows"


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
