"""The distinct values of one column, cut and grouped by shape, so that rules see each value and each shape once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Kind: TypeAlias = Literal["empty", "boolean", "integer", "float", "text"]

LONGEST_CELL = 2000  # characters of a cell that rules look at
LONGEST_SHAPE = 64
SHARED_BY = 5  # distinct values that must share a shape before it is reported
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?", "-", "--", ".", "unknown", "nil", "#n/a", "<na>"))
_BOOLEAN_WORDS = "0 1 yes no y n true false t f ja nein oui non si m w"
_BOOLEAN = frozenset(_BOOLEAN_WORDS.split())
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"([+-]?\d+)\.0*", re.ASCII)
_ASCII = str.maketrans(
    dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")
    | dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a")
    | dict.fromkeys("0123456789", "9")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One column as the rules see it.

    Attributes:
        cells: Non-missing cells.
        distinct: Distinct non-missing values (after trimming).
        values: The distinct values that are tested: trimmed, cut to ``LONGEST_CELL``; whole floats as integers.
        spans: All distinct values in one string (the full scan for written identifiers).
        shapes: Shape -> tested values of that shape.
        kind: What the values are written as.
        numbers: float64 of ``values`` when the kind is a number, otherwise empty.
        cells_tested: Cells whose value is among ``values``.
    """

    cells: int
    distinct: int
    values: tuple[str, ...]
    spans: str
    shapes: dict[str, list[str]]
    kind: Kind
    numbers: npt.NDArray[np.float64]
    cells_tested: int

    @property
    def unique_ratio(self) -> float:
        """Distinct values per non-missing cell; 0 for an empty column."""
        return self.distinct / self.cells if self.cells else 0.0

    @property
    def tested(self) -> int:
        """Distinct values that are tested."""
        return len(self.values)

    @property
    def could_be_missed(self) -> float:
        """Prevalence that the sample of distinct values may have missed at 95 %: the rule of three."""
        return 0.0 if self.tested == self.distinct else min(1.0, 3.0 / max(1, self.tested))


def shape_of(value: str) -> str:
    """Return the shape of a value: letters become A or a, digits 9, other signs stay.

    Example:
        >>> shape_of("MRN-00417")
        'AAA-99999'
    """
    value = value[:LONGEST_SHAPE]
    if value.isascii():
        return value.translate(_ASCII)
    return "".join(_shape_letter(letter) for letter in value)


def _shape_letter(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter.isalpha():
        return "A" if letter.isupper() else "a"
    return letter


def _distinct(cells: Iterable[object]) -> Counter[str]:
    """Count the non-missing values; anything that is not text is written as text."""
    raw = Counter(cell if isinstance(cell, str) else str(cell) for cell in cells if cell is not None)
    counts: Counter[str] = Counter()
    for value, number in raw.items():
        trimmed = value[:LONGEST_CELL].strip() if len(value) > LONGEST_CELL else value.strip()
        if len(trimmed) > 8 or trimmed.lower() not in _MISSING:
            counts[trimmed] += number
    return counts


def _without_zeros(value: str) -> str:
    match = _WHOLE.fullmatch(value)
    return value if match is None else match.group(1)


def _kind(values: Sequence[str], distinct: int) -> tuple[Kind, list[str]]:
    """Return how the values are written, and the values with "1.0" as "1" in an integer column."""
    if not values:
        return "empty", []
    if distinct <= 2 and all(value.lower() in _BOOLEAN for value in values):
        return "boolean", list(values)
    if sum(_NUMBER.fullmatch(value) is not None for value in values) < 0.98 * len(values):
        return "text", list(values)
    whole = [_without_zeros(value) for value in values]
    fractions = sum("." in value or "e" in value or "E" in value for value in whole)
    return ("float", list(values)) if fractions > 0.02 * len(whole) else ("integer", whole)


def _numbers(kind: Kind, values: Sequence[str]) -> npt.NDArray[np.float64]:
    if kind not in ("integer", "float"):
        return np.empty(0)
    return np.array([float(value) if _NUMBER.fullmatch(value) else np.nan for value in values])


def profile(cells: Iterable[object], *, max_cells: int, exhaustive: bool) -> Profile:
    """Profile one column.

    Args:
        cells: Text cells; None is missing.
        max_cells: Distinct values to test at most; above it every k-th distinct value, in order of appearance.
        exhaustive: Test them all.

    Returns:
        The profile. It holds cells: it stays inside the scan.
    """
    counts = _distinct(cells)
    order = list(counts)
    stride = 1 if exhaustive else -(-len(order) // max_cells) or 1
    chosen = order[::stride]
    kind, values = _kind(chosen, len(order))
    shapes: dict[str, list[str]] = {}
    for value in values:
        shapes.setdefault(shape_of(value), []).append(value)
    return Profile(
        cells=sum(counts.values()),
        distinct=len(order),
        values=tuple(values),
        spans="\n".join(order) if kind == "text" else "",
        shapes=shapes,
        kind=kind,
        numbers=_numbers(kind, values),
        cells_tested=sum(counts[value] for value in chosen),
    )


def common_shape(view: Profile) -> str | None:
    """Return the shape that most tested values share, when at least ``SHARED_BY`` of them do."""
    if not view.shapes:
        return None
    shape, members = max(view.shapes.items(), key=lambda item: (len(item[1]), item[0]))
    return shape if len(members) >= SHARED_BY else None
