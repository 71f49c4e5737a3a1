"""How columns and pairs of columns are distributed, as drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privsynth.report.charts import Heatmap, Spread, Spreads
from privsynth.report.wording import dig, mappings, number, percent, reference, text, texts, visible

_MOST_CHARTS = 60
_MOST_LABELS = 8


def spreads(evaluate: Mapping[str, Any]) -> Spreads | None:
    """Return a small chart of each column, the ones with the largest error first; None where no column has any figures."""
    columns = mappings(evaluate, "columns")
    charts = [chart for chart in map(_spread, columns[:_MOST_CHARTS]) if chart is not None]
    if not charts:
        return None
    left = len(columns) - _MOST_CHARTS
    note = f"The {left} columns with the smallest errors are in the JSON document." if left > 0 else ""
    return Spreads(
        caption="Each column in both tables, largest error first",
        charts=charts,
        note="Each chart has a scale of its own, and shows shares of all rows. Numbers are in bins; of labels the most frequent "
        f"are shown. {note}",
    )


def _spread(column: Mapping[str, Any]) -> Spread | None:
    empty = [number(column, "missing", which) or 0.0 for which in ("train", "synthetic")]
    real, made = (
        [share * (1 - gone) for share in _shares(dig(column, "chart", which))]
        for which, gone in zip(("train", "synthetic"), empty, strict=True)
    )
    if not real or len(real) != len(made):
        return None
    said = f"error {percent(number(column, 'value'))}, reference {reference(column)}"
    if max(empty) > 0:
        said += f"; missing: {percent(empty[0])} of the train rows, {percent(empty[1])} here"
    name = visible(text(column, "name") or "unnamed", 40)
    if dig(column, "chart", "kind") == "numeric":
        edges = _shares(dig(column, "chart", "edges"))
        if len(edges) != len(real) + 1:
            return None
        half = 0.5 if all(edge % 1 == 0.5 for edge in edges) else 0.0  # bins of whole numbers
        ends = (_end(column, edges[0] + half), _end(column, edges[-1] - half))
        return Spread(name=name, said=said, places=(), real=real, synthetic=made, ends=ends)
    labels = [visible(each, 40) for each in texts(column, "chart", "labels")]
    if len(labels) != len(real):
        return None
    return _of_labels(column, name, said, labels, real, made, empty)


def _of_labels(
    column: Mapping[str, Any],
    name: str,
    said: str,
    labels: list[str],
    real: list[float],
    made: list[float],
    empty: list[float],
) -> Spread:
    """Return the chart of the most frequent labels, of all others together, and of missing cells."""
    rest = [number(column, "chart", "other", which) or 0.0 for which in ("train", "synthetic")]
    rest = [share * (1 - gone) for share, gone in zip(rest, empty, strict=True)]
    rest = [more + sum(shares[_MOST_LABELS:]) for more, shares in zip(rest, (real, made), strict=True)]
    real, made, labels = real[:_MOST_LABELS], made[:_MOST_LABELS], labels[:_MOST_LABELS]
    if max(rest) > 0:
        labels, real, made = [*labels, "(others)"], [*real, rest[0]], [*made, rest[1]]
    if max(empty) > 0:
        labels, real, made = [*labels, "(missing)"], [*real, empty[0]], [*made, empty[1]]
    return Spread(name=name, said=said, places=labels, real=real, synthetic=made)


def _end(column: Mapping[str, Any], value: float) -> str:
    """Write an end of the axis: a day where the column holds days."""
    unit = (text(column, "chart", "unit") or "").split()[:1]
    if unit in (["days"], ["seconds"]):
        from datetime import UTC, datetime, timedelta

        moved = timedelta(days=value) if unit == ["days"] else timedelta(seconds=value)
        try:
            return f"{datetime(1970, 1, 1, tzinfo=UTC) + moved:%Y-%m-%d}"
        except OverflowError:
            return f"{value:.4g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def heatmap(evaluate: Mapping[str, Any]) -> Heatmap | None:
    """Return the map of the errors of all pairs; None where there are no pairs."""
    names = [visible(each, 60) for each in texts(evaluate, "pairs", "names")]
    errors = _matrix(dig(evaluate, "pairs", "errors"), len(names))
    if len(names) < 2 or errors is None:
        return None
    held = _matrix(dig(evaluate, "pairs", "reference"), len(names))
    known = [each for table in (errors, held or []) for row in table for each in row if each is not None]
    largest = max([*known, 1e-9])
    above = "above it held-out real rows, the reference" if held else "there was no holdout to draw above it"
    label = (
        f"Errors of {len(names) * (len(names) - 1) // 2} pairs of columns, the largest {percent(largest)}. Below the "
        f"diagonal the synthetic table; {above}."
    )
    return Heatmap(
        caption="Error of each pair of columns",
        names=names,
        errors=errors,
        reference=held,
        largest=largest,
        label=label,
        note=f"Below the diagonal: the synthetic table; {above}. Where both sides look alike, the table is as good as real rows.",
    )


def _matrix(found: Any, size: int) -> list[list[float | None]] | None:
    if not isinstance(found, list) or len(found) != size or not size:
        return None
    rows = [[number(each) for each in row] if isinstance(row, list) else [] for row in found]
    return rows if all(len(row) == size for row in rows) else None


def _shares(found: Any) -> list[float]:
    """Return a list of numbers, or an empty one where something else stands."""
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    values = [number(each) for each in found]
    return [each for each in values if each is not None] if None not in values else []
