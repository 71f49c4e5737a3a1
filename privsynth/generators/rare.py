"""Bins of labels: a label with few rows shares a bin with others of its public group, or with all others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_MOST_PARENTS = 60


def merged_rare(counts: Floats, least: float, parents: Ints | None = None) -> Ints:
    """Merge labels into bins that have enough rows.

    A label with more than `least` rows has a bin of its own. The others share one bin per parent where these together have more than
    `least` (of very many, the largest); the rest share the last bin. Where no label and no parent has enough, the largest label has a
    bin of its own.

    Args:
        counts: float64[g], estimated rows of every label.
        least: Fewest rows that a bin should have; the last one may have fewer.
        parents: int64[g], the public group of every label, from 0; all are of one group by default.

    Returns:
        int64[g], the bin of every label; bins are numbered from 0 without gaps, own bins first.
    """
    rare = ~(counts > least)
    found = np.cumsum(~rare) - 1
    own = int((~rare).sum())
    if parents is None:
        parents = np.zeros(len(counts), dtype=np.int64)
    together = np.bincount(parents[rare], weights=counts[rare], minlength=int(parents.max(initial=0)) + 1)
    enough = together > least
    if enough.sum() > _MOST_PARENTS:
        enough = together > np.sort(together)[-_MOST_PARENTS - 1]
    if own == 0 and not enough.any():
        rare[int(np.argmax(counts))] = False
        own, found = 1, np.zeros(len(counts), dtype=np.int64)
    bin_of_parent = np.where(enough, own + np.cumsum(enough) - 1, own + int(enough.sum()))
    return np.where(rare, bin_of_parent[parents], found).astype(np.int64)
