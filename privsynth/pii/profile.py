"""One column as the detectors see it: its distinct values, cut and grouped by shape, and what a sample of them may miss."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from privsynth.pii.distinct import Distinct, chosen_of, distinct_of
from privsynth.pii.wrappers import all_unwrapped

if TYPE_CHECKING:
    import pyarrow as pa

Kind: TypeAlias = Literal["empty", "boolean", "integer", "float", "text"]

LONGEST_CELL = 2000  # characters of a cell that detectors look at; spans are searched in all of it
LONGEST_SHAPE = 64
SHARED_BY = 5  # distinct values that must share a shape before it is reported
UNSEEN = 0.05  # probability with which a statement about a sample may fail
_NUMBERS = 0.98  # share of numbers in a column of numbers
_BOOLEAN_WORDS = "0 1 yes no y n true false t f on off ja nein nej oui non si sí não sim да нет tak nie 是 否"
_BOOLEAN = frozenset(_BOOLEAN_WORDS.split())
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"([+-]?\d+)\.0*", re.ASCII)
_POWER = re.compile(r"[+-]?\d+\.?\d*[eE]\+?\d{1,2}", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_GROUPED_BY_DOTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))", re.ASCII)
_LONGEST_NUMBER = 400
_EXACT = 2.0**53
_ASCII = str.maketrans(
    dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")
    | dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a")
    | dict.fromkeys("0123456789", "9")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One column as the detectors see it.

    Attributes:
        cells: Non-missing cells.
        distinct: Distinct non-missing values (after trimming).
        values: The distinct values that are tested: trimmed, cut to ``LONGEST_CELL``, without footnote marks, tags and
            brackets around them (``wrappers.unwrapped``), in an order that depends on nothing
            but the values, so that any first part of them is a sample too. In a column of numbers they are written
            plainly: "1,234.50" as "1234.50", "7.0" as "7".
        texts: All distinct values, whole (the full scan for written identifiers).
        shapes: Shape -> tested values of that shape.
        kind: What the values are written as.
        numbers: float64 of ``values`` when the kind is a number (NaN for another value), otherwise empty.
        cells_tested: Cells whose value is among ``values``.
        could_be_missed: Share of distinct values that may be of another kind and unseen, at 95 %; 0 when all were seen.
        rows_could_be_missed: Share of the non-missing cells that may hold such values.
    """

    cells: int
    distinct: int
    values: tuple[str, ...]
    texts: pa.Array
    shapes: dict[str, list[str]]
    kind: Kind
    numbers: npt.NDArray[np.float64]
    cells_tested: int
    could_be_missed: float
    rows_could_be_missed: float

    @property
    def unique_ratio(self) -> float:
        """Distinct values per non-missing cell; 0 for an empty column."""
        return self.distinct / self.cells if self.cells else 0.0

    @property
    def tested(self) -> int:
        """Distinct values that are tested."""
        return len(self.values)


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


def missed_at_most(seen: int) -> float:
    """Return the share of a population of which none may be among ``seen`` draws with probability ``UNSEEN``.

    The rule is exact: ``(1 - share) ** seen == UNSEEN``.

    Example:
        >>> round(missed_at_most(2995), 5)
        0.001
    """
    return 1.0 - float(UNSEEN ** (1.0 / seen)) if seen else 1.0


def profile(cells: Any, *, max_cells: int, exhaustive: bool) -> Profile:
    """Profile one column.

    Args:
        cells: An Arrow array or chunked array (of text, or of any type), or an iterable of Python objects; None is missing.
        max_cells: Distinct values to test at most. Of more, a sample is tested (``distinct.chosen_of``): the same for the
            same values, whatever the order of the rows.
        exhaustive: Test them all.

    Returns:
        The profile. It holds cells: it stays inside the scan. Nothing in a cell can raise.
    """
    found = distinct_of(cells)
    number = len(found.texts)
    places, drawn = chosen_of(found.counts, found.uniform, number if exhaustive else max_cells)
    kind, values = _kind(all_unwrapped(_cut(found, places)), number)
    shapes: dict[str, list[str]] = {}
    for value in values:
        shapes.setdefault(shape_of(value), []).append(value)
    missed = 0.0 if places.size == number else missed_at_most(drawn)
    return Profile(
        cells=found.cells,
        distinct=number,
        values=tuple(values),
        texts=found.texts,
        shapes=shapes,
        kind=kind,
        numbers=_numbers(kind, values),
        cells_tested=int(found.counts[places].sum()),
        could_be_missed=missed,
        rows_could_be_missed=missed,
    )


def profiles(columns: Mapping[str, Any], *, max_cells: int, exhaustive: bool) -> Iterator[tuple[str, int, Profile]]:
    """Profile the columns of a table, each while the caller works on the one before: two are in memory at most.

    Args:
        columns: Name -> cells, as for ``profile``; each is looked up once, in order, by one other thread.
        max_cells: As for ``profile``.
        exhaustive: As for ``profile``.

    Yields:
        The name, the number of rows and the profile of each column.
    """

    def read(name: str) -> tuple[str, int, Profile]:
        cells = columns[name]
        return name, len(cells), profile(cells, max_cells=max_cells, exhaustive=exhaustive)

    names = list(columns)
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(read, names[0]) if names else None
        for name in [*names[1:], None]:
            if ahead is not None:
                done = ahead.result()
                ahead = None if name is None else pool.submit(read, name)
                yield done


def _cut(found: Distinct, places: npt.NDArray[np.int64]) -> list[str]:
    """Return the chosen values as Python texts, cut to ``LONGEST_CELL``."""
    import pyarrow.compute as pc

    texts = found.texts.take(places)
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > LONGEST_CELL:
        texts = pc.utf8_slice_codeunits(texts, 0, LONGEST_CELL)
    cut: list[str] = texts.to_pylist()
    return cut


def _kind(values: list[str], distinct: int) -> tuple[Kind, list[str]]:
    """Return how the values are written, and the values; numbers plainly."""
    if not values:
        return "empty", []
    if distinct <= 2 and all(value.lower() in _BOOLEAN for value in values):
        return "boolean", values
    plain = [_plain(value) for value in values]
    if sum(value is not None for value in plain) < _NUMBERS * len(values):
        return "text", values
    written = [value if number is None else number for value, number in zip(values, plain, strict=True)]
    fractions = sum("." in value or "e" in value or "E" in value for value in written)
    return ("float" if fractions > (1 - _NUMBERS) * len(written) else "integer"), written


def _plain(value: str) -> str | None:
    """Return a number without signs of grouping, with a decimal point, whole numbers without one; None for another text.

    Example:
        >>> [_plain(text) for text in ("1.234,50", "1,234", "7.0", "4.5e3", "12/7")]
        ['1234.50', '1234', '7', '4500', None]
    """
    if len(value) > _LONGEST_NUMBER:
        return None
    if "," in value:
        if _GROUPED.fullmatch(value):
            value = value.replace(",", "")
        elif _GROUPED_BY_DOTS.fullmatch(value) or _COMMA.fullmatch(value):
            value = value.replace(".", "").replace(",", ".")
    if _NUMBER.fullmatch(value) is None:
        return None
    if whole := _WHOLE.fullmatch(value):
        return whole[1]
    if _POWER.fullmatch(value) and (number := float(value)).is_integer() and abs(number) < _EXACT:
        return str(int(number))
    return value


def _numbers(kind: Kind, values: Sequence[str]) -> npt.NDArray[np.float64]:
    if kind not in ("integer", "float"):
        return np.empty(0)
    return np.array([float(value) if _NUMBER.fullmatch(value) else np.nan for value in values])


def common_shape(view: Profile) -> str | None:
    """Return the shape that most tested values share, when at least ``SHARED_BY`` of them do."""
    if not view.shapes:
        return None
    shape, members = max(view.shapes.items(), key=lambda item: (len(item[1]), item[0]))
    return shape if len(members) >= SHARED_BY else None
