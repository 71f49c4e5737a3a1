"""The membership scores of an audit, each of the pool and the synthetic table alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.audits.attacks import Score, nearest_scores
from privsynth.audits.cells import code_cells, matched_scores
from privsynth.audits.crowding import crowded_scores
from privsynth.audits.mutual import claimed_scores
from privsynth.audits.pool import Pool
from privsynth.audits.strangeness import consensus

Floats = np.ndarray[Any, np.dtype[np.float64]]


def membership_scores(pool: Pool) -> tuple[Score, ...]:
    """Score every pooled row in six ways; `docs/audits.md` says what each of them adds.

    Args:
        pool: What is compared; its labels are not read.

    Returns:
        The scores. `crowded` is the one aggregate. `combined`, the mean rank of nearest-1, claimed and matched, is the one to
        quote when one is wanted.
    """
    one, five = nearest_scores(pool.found, 1), nearest_scores(pool.found, 5)
    ours, alike, dense = claimed(pool), matched(pool), crowded(pool)
    told = {
        "nearest-1": ("The synthetic table holds a row closer to this one than the nearest other real row is.", one),
        "nearest-5": ("Synthetic rows lie denser around this row than other real rows do (five neighbours).", five),
        "claimed": ("A synthetic row lies closer to this row than to any other real row.", ours),
        "matched": (
            "A synthetic row shares more cells with this row, and rarer ones, than with any other real row.",
            alike,
        ),
        "crowded": (
            "Parts of this row, of one to three columns, are more frequent among synthetic than real rows.",
            dense,
        ),
        "combined": (
            "The mean rank by nearest synthetic row, nearest real row of a synthetic row, and cells that agree.",
            consensus([one, ours, alike]),
        ),
    }
    return tuple(
        Score(name=name, what=what, values=values, aggregate=name == "crowded") for name, (what, values) in told.items()
    )


def claimed(pool: Pool) -> Floats:
    """Whose row each near synthetic row is: `claimed_scores` of a pool."""
    found = pool.found
    return claimed_scores(pool.points, pool.synthetic, pool.encoding.encode, found.synthetic, found.synthetic_index)


def matched(pool: Pool) -> Floats:
    """Cells in common with one synthetic row: `matched_scores` of a pool."""
    return matched_scores(code_cells(pool.rows, pool.synthetic, pool.numeric), seed=pool.seed)


def crowded(pool: Pool) -> Floats:
    """Counts in cells of few columns: `crowded_scores` of a pool."""
    return crowded_scores(pool.rows, pool.synthetic, pool.numeric, seed=pool.seed)
