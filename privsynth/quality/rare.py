"""What becomes of rare groups: labels, and pairs of labels, that few of the train rows have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from privsynth.quality.coding import Aligned, Coded, Codes
from privsynth.quality.learners import Floats
from privsynth.quality.marginals import joint_counts, joint_keys

RARE_SHARE = 0.01
RARE_ROWS = 5
MAX_PAIRS = 300


def rare_groups(aligned: Aligned, coded: Coded, names: Sequence[str], *, seed: int) -> dict[str, Any]:
    """Say how many labels (and pairs of labels) with 5 rows of train and more, but under 1 % of them, are kept, and how often.

    Args:
        aligned: Says which columns are numbers; they are left out.
        coded: Codes of the tables.
        names: Columns to look at.
        seed: Draws 300 pairs of columns where there are more.

    Returns:
        ``{"labels", "pairs"}``, each ``{"count", "columns" or "column_pairs", "kept", "expected", "ratio", "reference", "reason"}``:
        `kept` is the share that occurs in the synthetic table, `expected` the share that would in an honest sample of as many rows,
        1 - (1 - p)^m on average, `ratio` the quartiles of the share in synthetic divided by the share in train.
    """
    labelled = [name for name in names if name not in aligned.numeric]
    pairs = list(combinations(labelled, 2))
    if len(pairs) > MAX_PAIRS:
        chosen = np.random.default_rng(seed).choice(len(pairs), MAX_PAIRS, replace=False)
        pairs = [pairs[place] for place in sorted(chosen)]
    return {
        "labels": {"columns": len(labelled), **_fidelity(coded, [(name,) for name in labelled])},
        "pairs": {"column_pairs": len(pairs), **_fidelity(coded, pairs)},
    }


def _fidelity(coded: Coded, sets: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    found = list(_rare_cells(coded, sets))
    counts = [np.concatenate([cells[place] for cells in found]) for place in range(len(coded.codes))] if found else []
    if not counts or not len(counts[0]):
        nothing = {"count": 0, "kept": None, "expected": None, "ratio": None, "reference": None}
        return {**nothing, "reason": "No label has so few rows."}
    rows = [len(next(iter(codes.values()))) for codes in coded.codes]
    told = [_kept(counts[0] / rows[0], each, size) for each, size in zip(counts[1:], rows[1:], strict=True)]
    reference = told[1] if len(told) > 1 else None
    return {"count": len(counts[0]), **told[0], "reference": reference, "reason": None}


def _rare_cells(coded: Coded, sets: Sequence[tuple[str, ...]]) -> Iterator[list[Codes]]:
    """Yield, for each set of columns, the rows of each table in the cells that are rare in train."""
    for names in sets:
        sizes = [coded.sizes[name] for name in names]
        keys = [joint_keys([codes[name] for name in names], sizes) for codes in coded.codes]
        counts = joint_counts(keys, prod(sizes))
        rare = (counts[0] >= RARE_ROWS) & (counts[0] < RARE_SHARE * len(keys[0]))
        yield [each[rare] for each in counts]


def _kept(shares: Floats, counts: Codes, rows: int) -> dict[str, Any]:
    quartiles = np.quantile(counts / rows / shares, [0.25, 0.5, 0.75])
    return {
        "kept": float(np.mean(counts > 0)),
        "expected": float(np.mean(-np.expm1(rows * np.log1p(-shares)))),
        "ratio": dict(zip(("q1", "median", "q3"), quartiles.tolist(), strict=True)),
    }
