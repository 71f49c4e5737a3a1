"""A guarantee as odds: what the best possible attacker can do under it."""

from __future__ import annotations

import math
from typing import Any

from privsynth.privacy import Guarantee
from privsynth.report.wording import percent, percent_up

FALSE_ALARMS = (0.001, 0.01, 0.05, 0.1)
CURVE_POINTS = 64


def describe_guarantee(guarantee: Guarantee) -> dict[str, Any]:
    """Return a guarantee with the odds that it implies, as JSON values.

    Args:
        guarantee: What was proven.

    Returns:
        The guarantee's own form, and: `odds` (per rate of false alarms the largest rate of true ones, rounded up),
        `curve` (the same as points), `coin` (how often the best attacker calls a fair coin right), `in_words`, `not_covered`.
    """
    coin = _coin(guarantee)
    return guarantee.to_json() | {
        "odds": [
            {"false_alarms": rate, "guessing": rate, "at_most": _up(guarantee.power(rate))} for rate in FALSE_ALARMS
        ],
        "curve": [[rate, _up(guarantee.power(rate))] for rate in _grid()],
        "coin": _up(coin),
        "in_words": _in_words(guarantee, coin),
        "not_covered": _not_covered(guarantee),
    }


def _grid() -> list[float]:
    """Shares of false alarms, denser towards both ends, where the curve bends."""
    return [round(0.5 - 0.5 * math.cos(math.pi * i / (CURVE_POINTS - 1)), 6) for i in range(CURVE_POINTS)]


def _coin(guarantee: Guarantee) -> float:
    """How often the best attacker is right when a fair coin decided: where the curve is farthest from guessing."""
    if guarantee.void or not math.isfinite(guarantee.mu):
        return 1.0
    rate = 0.5 * math.erfc(guarantee.mu / 2 / math.sqrt(2))
    return (1 + guarantee.power(rate) - rate) / 2


def _up(share: float) -> float:
    return min(1.0, math.ceil(share * 1e6) / 1e6)


def _in_words(guarantee: Guarantee, coin: float) -> str:
    unit = guarantee.unit.sentence()
    if guarantee.void:
        return (
            f"Nothing bounds what this release tells about {unit}: an attacker may recognise every one that was used "
            "without a single false alarm."
        )
    return (
        f"Take {unit}. An attacker who knows everything else, the method included, sees the release and must say whether "
        f"it was used. Whoever allows false alarms for {percent(0.01)} of those that were not used recognises at most "
        f"{percent_up(guarantee.power(0.01))} of those that were; guessing recognises {percent(0.01)}. Had a fair coin "
        f"decided about it, the attacker would call the coin right at most {percent_up(coin)} of the time, where guessing "
        "is right 50% of the time."
    )


def _not_covered(guarantee: Guarantee) -> list[str]:
    points = [
        "What the owner declared: column names, kinds, ranges and lists of labels are taken to be public.",
        "What holds for the population as a whole: a pattern that would show without this unit may be learned and applied to it.",
        "Other releases of the same data: their epsilons add up, and a ledger keeps the account.",
    ]
    if guarantee.unit.column is None:
        points.append(
            "A person with several rows: each row is protected by itself, so protection weakens with every further row."
        )
    else:
        points.append("Groups of related units, such as a family: protection weakens with each member.")
    return points
