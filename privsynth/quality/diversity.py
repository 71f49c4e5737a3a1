"""Did the generator collapse? Repeated and distinct rows, entropy of columns, and whether real rows are covered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.quality.coding import Aligned, Codes
from privsynth.quality.discriminator import discriminate
from privsynth.quality.learners import Floats

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 20_000
FINE_BINS = 200
COLLAPSED = 0.5  # of the reference's distinct values or entropy
NEIGHBOURS = 5
COVERED_ROWS = 2_000
COVERED_LABELS = 20


def diversity(aligned: Aligned, *, seed: int) -> dict[str, Any]:
    """Measure the variety of the synthetic table beside that of train and of the holdout, on as many rows of each.

    Args:
        aligned: The tables.
        seed: Draws the rows.

    Returns:
        ``{"rows", "repeated_row_share", "distinct_row_share", "reference", "entropy_ratio", "collapsed", "coverage", "discriminator"}``.
    """
    rows = min(MAX_ROWS, *(len(table) for table in aligned.tables))
    parts = [table.sample(rows, random_state=seed).reset_index(drop=True) for table in aligned.tables]
    repeated = [_repeated(part) for part in parts]
    columns = [_column(name, [part[name] for part in parts], name in aligned.numeric) for name in aligned.columns]
    return {
        "rows": rows,
        **repeated[1],
        "reference": {"train": repeated[0], "holdout": repeated[2] if len(repeated) > 2 else None},
        "entropy_ratio": _summary(columns),
        "collapsed": [each["name"] for each in columns if _collapsed(each)],
        "coverage": coverage(aligned, seed=seed),
        "discriminator": discriminate(aligned, seed=seed),
    }


def _repeated(table: pd.DataFrame) -> dict[str, float]:
    return {
        "repeated_row_share": float(table.duplicated(keep=False).mean()),
        "distinct_row_share": float((~table.duplicated()).mean()),
    }


def _column(name: str, sides: Sequence[pd.Series[Any]], numeric: bool) -> dict[str, Any]:
    """Return entropy and number of distinct values of a column, by that of train; numbers are in up to 200 bins of train."""
    coded = _finely(sides) if numeric else _labelled(sides)
    entropies = [entropy(codes) for codes in coded]
    distinct = [len(np.unique(codes)) for codes in coded]
    held = len(sides) > 2
    return {
        "name": name,
        "value": entropies[1] / entropies[0] if entropies[0] > 0 else None,
        "reference": entropies[2] / entropies[0] if held and entropies[0] > 0 else None,
        "distinct": distinct[1],
        "distinct_train": distinct[0],
        "distinct_holdout": distinct[2] if held else None,
    }


def entropy(codes: Codes) -> float:
    """Return Shannon's entropy of the values, in nats."""
    shares = np.bincount(codes) / len(codes)
    shares = shares[shares > 0]
    return float(max(0.0, -np.sum(shares * np.log(shares))))


def _finely(sides: Sequence[pd.Series[Any]]) -> list[Codes]:
    values = [side.to_numpy(dtype=np.float64) for side in sides]
    known = values[0][~np.isnan(values[0])]
    bins = int(np.clip(len(known) // 5, 2, FINE_BINS))
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1))) if known.size else np.zeros(1)
    placed = [np.clip(np.searchsorted(edges, each, side="right"), 1, len(edges)) for each in values]
    return [np.where(np.isnan(each), 0, place).astype(np.int64) for each, place in zip(values, placed, strict=True)]


def _labelled(sides: Sequence[pd.Series[Any]]) -> list[Codes]:
    import pandas as pd

    codes, _ = pd.factorize(np.concatenate([side.to_numpy(dtype=object) for side in sides]))
    return [part.astype(np.int64) for part in np.split(codes, np.cumsum([len(side) for side in sides])[:-1])]


def _summary(columns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found = {key: [each[key] for each in columns if each[key] is not None] for key in ("value", "reference")}
    return {
        "median": float(np.median(found["value"])) if found["value"] else None,
        "smallest": min(found["value"], default=None),
        "reference_median": float(np.median(found["reference"])) if found["reference"] else None,
        "columns": list(columns),
        "reason": None if found["value"] else "No column of train has more than one value.",
    }


def _collapsed(column: dict[str, Any]) -> bool:
    """Say whether entropy or distinct values are under half of the reference's: the holdout, or train without one."""
    if column["value"] is None:
        return False
    distinct = column["distinct_train"] if column["distinct_holdout"] is None else column["distinct_holdout"]
    share = 1.0 if column["reference"] is None else column["reference"]
    return bool(column["value"] < COLLAPSED * share or column["distinct"] < COLLAPSED * distinct)


def coverage(aligned: Aligned, *, seed: int) -> dict[str, Any]:
    """Return density and coverage of the real rows by the synthetic ones.

    Each of up to 2,000 train rows has a ball that reaches to its fifth neighbour among them. Coverage is the share of balls with a
    synthetic row in it; density the number of balls around a synthetic row, on average, by five. Both have a reference: the
    holdout's. Numbers are their ranks in train, labels (the 20 most frequent) indicators.

    Source: Naeem et al. 2020, Reliable Fidelity and Diversity Metrics for Generative Models (ICML).
    """
    rows = min(COVERED_ROWS, *(len(table) for table in aligned.tables))
    nothing = {"density": None, "coverage": None, "reference": None, "rows": rows}
    if rows <= NEIGHBOURS:
        return {**nothing, "reason": f"There are fewer than {NEIGHBOURS + 1} rows."}
    parts = [table.sample(rows, random_state=seed) for table in aligned.tables]
    points = _points(parts, aligned)
    found = [density_and_coverage(points[0], each) for each in points[1:]]
    return {**found[0], "reference": found[1] if len(found) > 1 else None, "rows": rows, "reason": None}


def density_and_coverage(real: Floats, other: Floats, neighbours: int = NEIGHBOURS) -> dict[str, float]:
    """Return how densely and how widely points lie among real ones.

    Args:
        real: float64[n, d].
        other: float64[m, d].
        neighbours: k, fewer than n.
    """
    from sklearn.metrics import pairwise_distances

    radii = np.partition(pairwise_distances(real), neighbours, axis=1)[:, neighbours]
    inside = pairwise_distances(real, other) <= radii[:, None]
    return {
        "density": float(inside.sum(axis=0).mean() / neighbours),
        "coverage": float(inside.any(axis=1).mean()),
    }


def _points(parts: Sequence[pd.DataFrame], aligned: Aligned) -> list[Floats]:
    columns: list[list[Floats]] = [[] for _ in parts]
    for name in aligned.columns:
        sides = [part[name] for part in parts]
        found = _ranks(sides) if name in aligned.numeric else _indicators(sides)
        for own, each in zip(columns, found, strict=True):
            own.append(each)
    return [np.hstack(each) for each in columns]


def _ranks(sides: Sequence[pd.Series[Any]]) -> list[Floats]:
    """Return the place of each number among those of train (0 to 1), and whether it is missing."""
    values = [side.to_numpy(dtype=np.float64) for side in sides]
    known = np.sort(values[0][~np.isnan(values[0])])
    found = []
    for each in values:
        low, high = (np.searchsorted(known, each, side=side) for side in ("left", "right"))
        place = (low + high) / (2 * max(1, len(known)))
        gone = np.isnan(each)
        found.append(np.column_stack([np.where(gone, 0.5, place), gone * np.sqrt(0.5)]))
    return found


def _indicators(sides: Sequence[pd.Series[Any]]) -> list[Floats]:
    import pandas as pd

    levels = pd.Index(sides[0].value_counts().index[:COVERED_LABELS])
    codes = [levels.get_indexer(pd.Index(side)) for side in sides]
    return [(code[:, None] == np.arange(-1, len(levels))[None, :]) * np.sqrt(0.5) for code in codes]
