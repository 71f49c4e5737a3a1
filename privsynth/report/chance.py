"""Where ROC curves run by chance alone."""

from __future__ import annotations

from functools import lru_cache

_POINTS = 40
_OUTSIDE = 0.05
_MOST = 100_000


@lru_cache(maxsize=8)
def chance_band(members: int, non_members: int) -> tuple[tuple[float, float, float], ...]:
    """Return what 95% of curves keep to at each rate of false alarms, were every row alike to the attack.

    The members ahead of the non-member in place k + 1 are then beta-binomial (m, k + 1, n - k). Without ties; the
    rates are taken one at a time, so a whole curve leaves the band more often than one time in twenty.

    Args:
        members: Train rows attacked, m.
        non_members: Held-out rows attacked, n.

    Returns:
        Per rate k / n: the rate, the lower and the upper share of members; empty without rows of either kind.

    Source: order statistics of exchangeable scores; the law is the negative hypergeometric one.
    """
    import numpy as np
    from scipy.special import betaln, gammaln

    if members < 1 or non_members < 1 or max(members, non_members) > _MOST:
        return ()
    passed = np.unique(np.geomspace(1, non_members, _POINTS).round().astype(np.int64)) - 1
    ahead = np.arange(members + 1)
    ways = gammaln(members + 1) - gammaln(ahead + 1) - gammaln(members - ahead + 1)
    found = []
    for k in passed:
        a, b = k + 1, non_members - k
        law = np.cumsum(np.exp(ways + betaln(ahead + a, members - ahead + b) - betaln(a, b)))
        low, high = (int(np.searchsorted(law, tail)) for tail in (_OUTSIDE / 2, 1 - _OUTSIDE / 2))
        found.append((float(k / non_members), low / members, min(members, high) / members))
    return tuple(found)
