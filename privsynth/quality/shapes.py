"""Single columns as they look: shares in common bins or labels, coverage of ranges and labels, missing cells.

A label or a number is shown only where ten real rows have it: a chart never spells what few people have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.quality.coding import MISSING, Aligned
from privsynth.quality.learners import Floats

if TYPE_CHECKING:
    import pandas as pd

CHART_BINS = 24
CHART_LABELS = 20
SHOWN_ROWS = 10
TAIL = 0.005  # of the real values on either side is beyond the inner edges
WHOLE = 50  # whole numbers a bin from which it does not matter that some bins hold one more
CROWDED = 0.5  # share of the real values in one bin of equal width from which bins are quantiles
TABLES = ("train", "synthetic", "holdout")


def column_shapes(aligned: Aligned, kinds: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Describe each column of all tables on common bins or labels.

    Args:
        aligned: The tables; train and holdout decide on bins and labels.
        kinds: Kinds of the columns in the schema: a chart of `date` counts days since 1970, one of `datetime` seconds.

    Returns:
        By column: ``{"chart", "coverage", "missing"}``.
    """
    units = {"date": "days since 1970", "datetime": "seconds since 1970"}
    found = {}
    for name in aligned.columns:
        columns = [table[name] for table in aligned.tables]
        if name in aligned.numeric:
            values = [column.to_numpy(dtype=np.float64) for column in columns]
            chart = {**numeric_chart(values), "unit": units.get((kinds or {}).get(name, ""))}
            found[name] = {"chart": chart, "coverage": _range_coverage(values), "missing": _missing(values)}
        else:
            gone = [np.asarray(column == MISSING) for column in columns]
            missing = _by_table([float(each.mean()) for each in gone])
            found[name] = {"chart": label_chart(columns), "coverage": _label_coverage(columns), "missing": missing}
    return found


def numeric_chart(values: Sequence[Floats]) -> dict[str, Any]:
    """Return shares in common bins, of the values that are there; values beyond the outer edges count in the outer bins.

    A number with at most 24 different real values has a bin for each that ten real rows have. Others have 24 bins of equal width
    between the 0.5 % and 99.5 % quantiles of the real rows, or of equal frequency where one of those bins would hold half of the real
    rows or more; the edges are rounded to a hundredth of the width of all bins. Bins of whole numbers hold as many of them each, so that
    none stays empty for lying between two.

    Args:
        values: float64[rows] of train, synthetic and perhaps the holdout; NaN where missing.
    """
    known = [each[~np.isnan(each)] for each in values]
    edges = bin_edges(np.concatenate([known[0], *known[2:]]))
    shares = [_shares(each, edges) for each in known]
    return {"kind": "numeric", "edges": edges.tolist(), **_by_table(shares)}


def bin_edges(real: Floats) -> Floats:
    """Return ascending edges of at most 24 bins for these values."""
    if not real.size:
        return np.array([0.0, 1.0])
    different, times = np.unique(real, return_counts=True)
    few, different = len(different) <= CHART_BINS, different[times >= SHOWN_ROWS]
    if few and len(different):
        between = (different[:-1] + different[1:]) / 2
        half = float(np.min(np.diff(different))) / 2 if len(different) > 1 else 0.5
        return _ascending(np.concatenate([[different[0] - half], between, [different[-1] + half]]))
    low, high = np.quantile(real, [TAIL, 1 - TAIL])
    grain = 10.0 ** np.floor(np.log10(max(float(high - low), 1e-300))) / 10
    low, high = np.floor(low / grain) * grain, np.ceil(high / grain) * grain
    even = _even_edges(real, float(low), float(high))
    if low < high and np.max(_shares(real, _ascending(even))) < CROWDED:
        return _ascending(even)
    return _ascending(
        np.round(np.quantile(real, np.linspace(TAIL, 1 - TAIL, CHART_BINS + 1)) / grain * 10) * grain / 10
    )


def _even_edges(real: Floats, low: float, high: float) -> Floats:
    """Return edges of bins of equal width; of whole numbers in a narrow range, halves, with as many of them in each bin."""
    if high - low <= WHOLE * CHART_BINS and bool(np.all(real == np.round(real))):
        width = np.ceil((high - low + 1) / CHART_BINS)
        return np.asarray(low - 0.5 + width * np.arange(np.ceil((high - low + 1) / width) + 1), dtype=np.float64)
    return np.linspace(low, high, CHART_BINS + 1)


def _ascending(edges: Floats) -> Floats:
    edges = np.unique(edges[np.isfinite(edges)])
    if len(edges) > 1:
        return edges
    at = float(edges[0]) if len(edges) else 0.0
    width = max(1.0, abs(at) * 1e-6)
    return np.array([at - width, at + width])


def _shares(values: Floats, edges: Floats) -> list[float]:
    bins = len(edges) - 1
    if not values.size:
        return [0.0] * bins
    placed = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bins - 1)
    return [float(share) for share in np.bincount(placed, minlength=bins) / len(values)]


def label_chart(columns: Sequence[pd.Series[Any]]) -> dict[str, Any]:
    """Return the shares of the 20 most frequent labels that ten train rows have, of the cells that are there, and of all others."""
    counts = [column[column != MISSING].value_counts() for column in columns]
    shares = [each / max(each.sum(), 1) for each in counts]
    often = counts[0][counts[0] >= SHOWN_ROWS]
    ordered = sorted(often.items(), key=lambda item: (-item[1], item[0]))
    shown = [str(label) for label, _ in ordered[:CHART_LABELS]]
    listed = [[float(each.get(label, 0.0)) for label in shown] for each in shares]
    others = [max(0.0, 1.0 - sum(found)) if len(each) else 0.0 for each, found in zip(shares, listed, strict=True)]
    return {"kind": "categorical", "labels": shown, **_by_table(listed), "other": _by_table(others)}


def _range_coverage(values: Sequence[Floats]) -> dict[str, float | None]:
    """Return the share of the range of train that lies within the range of the synthetic table and of the holdout."""
    ranges = [(float(known.min()), float(known.max())) if known.size else None for known in map(_known, values)]
    covered = [_covered(ranges[0], each) for each in ranges[1:]]
    return {"range": covered[0], "labels": None, "reference": covered[1] if len(covered) > 1 else None}


def _covered(real: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    if real is None:
        return None
    if other is None:
        return 0.0
    if real[0] == real[1]:
        return float(other[0] <= real[0] <= other[1])
    inside = min(real[1], other[1]) / 2 - max(real[0], other[0]) / 2  # halves: the widest range is no infinity
    return float(np.clip(inside / (real[1] / 2 - real[0] / 2), 0.0, 1.0))


def _label_coverage(columns: Sequence[pd.Series[Any]]) -> dict[str, float | None]:
    """Return the share of the labels of train that occur in the synthetic table and in the holdout."""
    found = [set(column[column != MISSING].unique()) for column in columns]
    covered = [len(found[0] & each) / len(found[0]) if found[0] else None for each in found[1:]]
    return {"range": None, "labels": covered[0], "reference": covered[1] if len(covered) > 1 else None}


def _missing(values: Sequence[Floats]) -> dict[str, Any]:
    return _by_table([float(np.isnan(each).mean()) for each in values])


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _by_table(found: Sequence[Any]) -> dict[str, Any]:
    """Name what was found of train, synthetic and holdout; without a holdout its entry is None."""
    return dict(zip(TABLES, [*found, None][:3], strict=True))
