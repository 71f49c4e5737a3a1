"""A guarantee as odds: what the best possible attacker can do under it."""

from __future__ import annotations

import math
from typing import Any

from privsynth.privacy import Guarantee
from privsynth.report.wording import percent_up

FALSE_ALARMS = (0.001, 0.01, 0.05, 0.1)
CURVE_POINTS = 64


def describe_guarantee(guarantee: Guarantee) -> dict[str, Any]:
    """Return a guarantee with the odds that it implies, as JSON values.

    Args:
        guarantee: What was proven.

    Returns:
        The guarantee's own form, and: `odds` (per rate of false alarms the largest rate of true ones, rounded up),
        `curve` (the same as points), `coin` (how often the best attacker calls a fair coin right), `in_words` and
        `not_covered`.
    """
    coin = _coin(guarantee)
    return guarantee.to_json() | {
        "odds": [
            {"false_alarms": each, "guessing": each, "at_most": _up(guarantee.power(each))} for each in FALSE_ALARMS
        ],
        "curve": [[each, _up(guarantee.power(each))] for each in _grid()],
        "coin": _up(coin),
        "in_words": _in_words(guarantee, coin),
        "not_covered": _not_covered(guarantee),
    }


def _grid() -> list[float]:
    """Shares of false alarms, denser towards both ends, where the curve bends, and down to a millionth for log axes."""
    wide = {round(0.5 - 0.5 * math.cos(math.pi * i / (CURVE_POINTS - 1)), 6) for i in range(CURVE_POINTS)}
    return sorted(wide | {float(f"{10 ** (-6 + i / 6):.2g}") for i in range(1 + 6 * 4)})


def _coin(guarantee: Guarantee) -> float:
    """How often the best attacker is right when a fair coin decided: where the curve is farthest from guessing."""
    if guarantee.void or not math.isfinite(guarantee.mu):
        return 1.0
    farthest = 0.5 * math.erfc(guarantee.mu / 2 / math.sqrt(2))
    return (1 + guarantee.power(farthest) - farthest) / 2


def _up(share: float) -> float:
    return min(1.0, math.ceil(share * 1e6) / 1e6)


def _in_words(guarantee: Guarantee, coin: float) -> str:
    unit = guarantee.unit.sentence()
    if guarantee.void:
        return (
            f"Nothing bounds what this release tells about {unit}: an attacker may recognise every one that was used "
            "without a single false alarm."
        )
    found = percent_up(guarantee.power(0.01))
    return (
        f"Take {unit}. An attacker who knows everything else, the method included, sees the release and must say "
        f"whether it was used. If false alarms are allowed for 1% of those that were not used, the best attacker "
        f"recognises at most {found} of those that were; guessing recognises 1%. Had a fair coin decided about it, the "
        f"best attacker would call the coin right at most {percent_up(coin)} of the time, where guessing is right 50% "
        "of the time."
    )


def _not_covered(guarantee: Guarantee) -> list[str]:
    points = [
        "What the owner declared: column names, kinds, ranges and lists of labels are taken to be public.",
        "What holds for the population as a whole: a pattern that shows without this unit can still be applied to it.",
        "Other releases of the same data: their privacy losses add up, and a ledger keeps the account.",
    ]
    if guarantee.unit.column is None:
        points.append("A person with several rows: each row is protected by itself, and every further row weakens it.")
    else:
        points.append("Groups of related units, such as a family: protection weakens with each member.")
    return points
