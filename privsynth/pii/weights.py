"""Weights of the scan, in natural-log odds, learned on generated columns; and what a share of hits is worth.

``weights.json`` is written by ``benchmarks/scan_weights.py``; nothing in it was learned from anybody's table.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

REVIEW_LOW, REVIEW_HIGH = 0.35, 0.65  # a direct identifier between these is for the owner to review


@lru_cache(maxsize=1)
def learned() -> Mapping[str, float]:
    """Return the name of each weight with its natural-log odds."""
    text = resources.files("privsynth.pii").joinpath("weights.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def ramp(share: float, low: float = 0.3, high: float = 0.8) -> float:
    """Return 0 below ``low``, 1 above ``high``, linear between."""
    return max(0.0, min(1.0, (share - low) / (high - low)))


def above_chance(n: int, hits: int, chance: float) -> float:
    """Return the log-likelihood ratio of ``hits`` of ``n`` against a binomial with rate ``chance``.

    It is 0 when the hits are no more than chance brings: a tenth of all numbers passes a Luhn check.
    """
    if n == 0 or hits / n <= chance:
        return 0.0
    share = hits / n
    misses = 0.0 if share == 1.0 else (1 - share) * math.log((1 - share) / (1 - chance))
    return n * (share * math.log(share / chance) + misses)
