"""Groups of a column merged into bins, so that the noise of counts in two dimensions does not drown them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal
from privsynth.generators.rare import merged_rare

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_MOST_LABELS = 120
_SEEN_SIGMAS = 3.0
_BIN_SIGMAS = 5.0
_ENOUGH_BINS = 0.75
_MOST_SKEW = 8


def pair_bins(marginal: Marginal, *, bins: int) -> Ints:
    """Merge groups into bins for pair tables: about `bins` of a number (more where one group holds most rows), labels that stand out.

    Args:
        marginal: The column's 1-way estimates.
        bins: Wanted number of bins of a number.

    Returns:
        As `coarse_bins`.
    """
    sigma = math.sqrt(float(np.median(marginal.variance)))
    if not marginal.domain.numeric:
        least = float(np.sort(marginal.counts)[-_MOST_LABELS]) if marginal.groups > _MOST_LABELS else 0.0
        return coarse_bins(marginal, bins=bins, floor=2 * max(_SEEN_SIGMAS * sigma, least))
    found, wanted = coarse_bins(marginal, bins=bins, floor=_BIN_SIGMAS * sigma), float(bins)
    while found.max() + 1 < _ENOUGH_BINS * bins and wanted < _MOST_SKEW * bins:
        wanted *= 1.5
        found = coarse_bins(marginal, bins=math.ceil(wanted), floor=_BIN_SIGMAS * sigma)
    return found


def coarse_bins(marginal: Marginal, *, bins: int, floor: float) -> Ints:
    """Merge groups into bins for counts in two dimensions.

    Numbers: neighbours are merged to about total / bins rows, at least `floor`; a group that is heavy alone stays alone. Labels: those
    with fewer rows than half the floor share one bin. Missing has its own bin where it was found, and else joins bin 0.

    Args:
        marginal: The column's 1-way estimates.
        bins: Wanted number of bins of a number.
        floor: Fewest rows that a bin should have, so that the noise of later counts does not drown it.

    Returns:
        int64[g + 1]: the bin of every group, missing last; bins are numbered from 0 without gaps.
    """
    if marginal.domain.numeric:
        inside = _merged(marginal.counts, max(marginal.total / bins, floor), floor)
    else:
        inside = merged_rare(marginal.counts, floor / 2, marginal.domain.parents)
    return np.append(inside, inside.max() + 1 if marginal.missing > 0 else 0)


def merged_neighbours(counts: Floats, least: float) -> Ints:
    """Merge neighbours until each bin has about `least` rows; return int64[g], the bin of each."""
    return _merged(counts, least, least)


def _merged(counts: Floats, target: float, floor: float) -> Ints:
    found, current, mass = np.zeros(len(counts), dtype=np.int64), 0, 0.0
    for group, count in enumerate(counts):
        if mass > floor / 2 and count > max(0.8 * target, floor):
            current, mass = current + 1, 0.0
        found[group] = current
        mass += count
        if mass > target:
            current, mass = current + 1, 0.0
    found = np.unique(found, return_inverse=True)[1]
    last = found == found.max()
    if found.max() > 0 and counts[last].sum() < target / 2:
        found[last] -= 1
    return found
