"""Reading JSON that may lack anything, and writing its values in words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

NOT_COMPUTED = "not computed"
LONGEST = 4000
LONGEST_NAME = 120
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

ROLES = {
    "direct": "direct identifier",
    "quasi": "quasi-identifier",
    "sensitive": "sensitive",
    "free_text": "free text",
    "target": "target",
    "review": "undecided",
    "safe": "other",
}


def role_name(role: object) -> str:
    """Return a role as readers know it."""
    return ROLES.get(str(role), str(role)) if role else NOT_COMPUTED


def dig(value: Any, *path: str) -> Any:
    """Follow keys through nested mappings; None where one is missing or no mapping."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def number(value: Any, *path: str) -> float | None:
    """Return a finite number, or None."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if math.isfinite(found) else None


def text(value: Any, *path: str) -> str | None:
    """Return a text that is not empty, made visible, or None."""
    found = dig(value, *path)
    return visible(found, LONGEST) if isinstance(found, str) and found.strip() else None


def texts(value: Any, *path: str) -> list[str]:
    """Return the texts of a list."""
    found = dig(value, *path)
    return (
        [visible(each, LONGEST) for each in found if isinstance(each, str)] if isinstance(found, list | tuple) else []
    )


def mappings(value: Any, *path: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list."""
    found = dig(value, *path)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def visible(value: object, longest: int = LONGEST_NAME) -> str:
    r"""Return a text in which nothing is hidden: control and direction characters as escapes, cut when very long.

    Example:
        >>> visible("age\u202e\x00")
        'age\\u202e\\x00'
    """
    found = str(value)
    found = found if len(found) <= longest else found[: longest - 1] + "…"
    return "".join(_escaped(letter) if unicodedata.category(letter) in _HIDDEN else letter for letter in found)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "backslashreplace").decode("ascii")


def count(value: float | None) -> str:
    """Write a number of things: 12,345."""
    return NOT_COMPUTED if value is None else f"{value:,.0f}"


def count_columns(columns: float | None) -> str:
    """Write a number of columns: 1 column, 20 columns."""
    return f"{count(columns)} column{'' if columns == 1 else 's'}"


def percent(share: float | None) -> str:
    """Write a share with one decimal, or two significant digits when it is small.

    Example:
        >>> percent(0.018), percent(0.00034), percent(0.0), percent(None)
        ('1.8%', '0.034%', '0%', 'not computed')
    """
    if share is None:
        return NOT_COMPUTED
    if share == 0:
        return "0%"
    size = abs(share) * 100
    decimals = 1 if size >= 1 else min(6, 1 - math.floor(math.log10(size)))
    return "100%" if share == 1 else f"{share * 100:.{decimals}f}%"


def rate(share: float | None) -> str:
    """Write a round share as it was chosen: 0.1%, 5%."""
    return NOT_COMPUTED if share is None else f"{share * 100:.6g}%"


def percent_up(share: float | None) -> str:
    """Write an upper bound as a percentage, rounded up so that it stays one.

    Example:
        >>> percent_up(0.02011), percent_up(0.00216), percent_up(1.0)
        ('2.1%', '0.22%', '100%')
    """
    if share is None:
        return NOT_COMPUTED
    size = min(1.0, max(0.0, share)) * 100
    decimals = 1 if size >= 1 else 2
    up = min(100.0, math.ceil(size * 10**decimals - 1e-7) / 10**decimals)
    return "100%" if up == 100 else f"{up:.{decimals}f}%"


def decimal(value: float | None, digits: int = 3) -> str:
    """Write a number with fixed decimals."""
    return NOT_COMPUTED if value is None else f"{value:z.{digits}f}"


def p_value(value: float | None) -> str:
    """Write a p-value."""
    if value is None:
        return NOT_COMPUTED
    return "below 0.0001" if value < 0.0001 else f"{value:.2g}"


def interval(value: Any, *path: str, as_percent: bool = False) -> str:
    """Write the ends of an interval, or nothing where there is none."""
    found = dig(value, *path)
    if not isinstance(found, list | tuple) or len(found) != 2:
        return ""
    ends = [number(end) for end in found]
    if None in ends:
        return ""
    low, high = (percent(end) if as_percent else decimal(end) for end in ends)
    return f"{low} to {high}"


def reference(value: Any) -> str:
    """Write the `reference` of an error: what held-out rows score."""
    found = number(value, "reference")
    return "no holdout" if found is None else percent(found)


def delta_text(delta: float | None) -> str:
    """Write a delta: 1e-6 and not 1e-06."""
    return "" if delta is None else "delta " + re.sub(r"e([+-])0+", r"e\1", f"{delta:g}")


def names(columns: Iterable[str], most: int = 40) -> str:
    """List column names as code, at most so many of them."""
    found = [f"`{visible(name, 80).replace('`', '´')}`" for name in columns]
    rest = f" and {len(found) - most:,} more" if len(found) > most else ""
    return ", ".join(found[:most]) + rest
