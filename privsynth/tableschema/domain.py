"""The public, finite domain of one coded column.

A labelled column has one code per label. A numeric column has one code per cell of a fine grid that follows from its
declared bounds alone: coarse cells at round numbers (linear steps, and decades on both sides of zero where the range is
wide), each cut into up to 60 fine cells. Cells are closed on the left. The code after the last one means missing or out
of the domain.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.tableschema.hierarchy import parents_of
from privsynth.tableschema.model import LABELLED, Field, canonical_label

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CELL_BY_CELL = 400
FINE_PARTS = 60
_LINEAR_CELLS = 64
_TABLE_CELLS = 1 << 18
_PARTS = 1 << 14
_BLOCK = 1 << 15
_MANTISSAS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
_DECADES = 4
_MOST_STEPS = 3_000


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """Codes of one column: `size` valid ones and, after them, the code that means missing or out of domain.

    Args:
        field: The schema field.
        size: Number of valid codes; `size` itself is the out-of-domain code.
        labels: Label of every code, as written in the table; None for numbers.
        edges: float64[size + 1] of numbers, left-closed cells; None for labels.
        starts: int64[c + 1] of numbers: fine cell at which each coarse cell starts; None for labels.
        parents: int64[size], the public group of every label, from 0; None without a hierarchy.
    """

    field: Field
    size: int
    labels: tuple[str, ...] | None = None
    edges: Floats | None = None
    starts: Ints | None = None
    parents: Ints | None = None

    @property
    def name(self) -> str:
        """Column name."""
        return self.field.name

    @property
    def numeric(self) -> bool:
        """Whether codes are cells of a number line."""
        return self.edges is not None

    @property
    def whole(self) -> bool:
        """Whether only whole numbers (or days, or seconds) occur."""
        return self.field.kind != "number"

    @property
    def dtype(self) -> np.dtype[np.unsignedinteger[Any]]:
        """The smallest unsigned type that holds every code."""
        return np.dtype(np.min_scalar_type(self.size))

    def encode_numbers(self, values: Floats) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Code numbers: float64[n] -> codes[n]. NaN, infinities and values out of bounds get the code `size`."""
        codes = np.empty(len(values), dtype=self.dtype)
        for start in range(0, len(values), _BLOCK):
            part = slice(start, start + _BLOCK)
            codes[part] = self._encode_block(values[part], _locator(self))
        return codes

    def _encode_block(self, values: Floats, locator: Ints) -> Ints:
        """Code a block that fits into the cache."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        low, high = self.field.bounds()
        inside = (values >= low) & (values <= high)
        clean = np.where(inside, values, low)
        if self._by_table():
            place = (np.floor(clean) - self.edges[0]).astype(np.int64)
            found = locator.take(place, mode="clip")
        else:
            found = _located(clean, self.edges, locator)
        return np.where(inside, found, self.size)

    def _by_table(self) -> bool:
        """Whether there is a table of the codes of all whole numbers."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        return self.whole and float(self.edges[-1] - self.edges[0]) <= _TABLE_CELLS

    def texts(self) -> tuple[str, ...] | None:
        """Return what each code stands for, as a schema writes it; None where a code stands for several values."""
        if self.edges is None:
            return self.labels
        if not self.whole or (np.diff(self.edges) != (self.field.step or 1)).any():
            return None
        numbers = self.edges[:-1].astype(np.int64)
        unit = {"date": "datetime64[D]", "datetime": "datetime64[s]"}.get(self.field.kind, "int64")
        return tuple(str(number) for number in numbers.astype(unit))

    def lookup(self) -> dict[str, int]:
        """Canonical label -> code."""
        return {canonical_label(label): code for code, label in enumerate(self.labels or ())}

    @classmethod
    def of(cls, field: Field) -> Domain:
        """Make the domain of a modelled field.

        Raises:
            SchemaError: the field has no labels or no bounds.
        """
        if field.kind in LABELLED:
            if field.enum is None and field.kind == "boolean":
                return cls(field, 2, labels=("false", "true"))
            if field.enum is None:
                raise SchemaError(
                    f"Column `{field.name}` has no labels. A column of kind {field.kind} needs `enum` before fitting. "
                    "List its labels, or leave the schema out and let --epsilon pay for them."
                )
            return cls(field, len(field.enum), labels=field.enum, parents=parents_of(field))
        low, high = field.bounds()
        step = field.step
        if field.increment is not None and step == field.increment:
            edges, starts = _multiples(low, high, step, whole=field.kind != "number", name=field.name)
        elif step is not None and (high - low) / step < _MOST_STEPS:
            edges, starts = _steps(low, high, step, whole=field.kind != "number")
        else:
            edges, starts = _grid(low, high, whole=field.kind != "number", name=field.name)
        return cls(field, len(edges) - 1, edges=edges, starts=starts)


@functools.lru_cache(maxsize=128)
def _locator(domain: Domain) -> Ints:
    """Return the code of every whole number of a domain, in order; or of the left end of each of many equal parts of it."""
    assert domain.edges is not None  # noqa: S101 - for the type checker
    edges = domain.edges
    if domain._by_table():
        cells: Ints = np.repeat(np.arange(domain.size), np.diff(edges).astype(np.int64))
        return cells
    return _searched(edges[0] + np.arange(_PARTS) * ((edges[-1] - edges[0]) / _PARTS), edges)


def _located(values: Floats, edges: Floats, locator: Ints) -> Ints:
    """Return the cell of each value: a guess from its place, set right by one where that is enough, else searched for."""
    scale = _PARTS / float(edges[-1] - edges[0])
    if not math.isfinite(scale):
        return _searched(values, edges)
    found: Ints = locator.take(((values - edges[0]) * scale).astype(np.int64), mode="clip")
    found += values >= edges.take(found + 1)
    found -= values < edges.take(found)
    found = np.clip(found, 0, len(edges) - 2)
    wrong = np.flatnonzero((values < edges.take(found)) | (values >= edges.take(found + 1)))
    found[wrong] = _searched(values[wrong], edges)
    return found


def _searched(values: Floats, edges: Floats) -> Ints:
    cells: Ints = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return cells


def _grid(low: float, high: float, *, whole: bool, name: str) -> tuple[Floats, Ints]:
    """Return fine edges and the starts of coarse cells for the closed interval [low, high]."""
    if whole:
        low, high = math.ceil(low), math.floor(high)
        if low > high:
            raise SchemaError(f"Field `{name}` has no whole number between its bounds. Correct them.")
    if high - low > 1e300:
        raise SchemaError(f"Field `{name}` spans more than 1e300. Give bounds that people would recognise.")
    if whole and high - low <= CELL_BY_CELL:
        edges = np.arange(low, high + 2, dtype=np.float64)
        return edges, np.arange(len(edges), dtype=np.int64)
    if high == low:
        return np.array([low, np.nextafter(low, np.inf)]), np.array([0, 1], dtype=np.int64)
    coarse = _coarse_edges(low, high, whole=whole)
    fine = [coarse[:1]]
    for left, right in itertools.pairwise(coarse):
        parts = int(min(FINE_PARTS, right - left)) if whole else FINE_PARTS
        inner = np.linspace(left, right, parts + 1)[1:]
        fine.append(np.unique(np.round(inner)) if whole else inner)
    return np.concatenate(fine), np.concatenate([[0], np.cumsum([len(part) for part in fine[1:]])])


def _steps(low: float, high: float, step: float, *, whole: bool) -> tuple[Floats, Ints]:
    """Return one fine cell for each multiple of a step: from it to the next one, or (not whole) half a step on both sides."""
    first, last = (round(bound / step) if not whole else math.floor(bound / step) for bound in (low, high))
    edges = (np.arange(first, last + 2, dtype=np.float64) - (0.0 if whole else 0.5)) * step
    cells = last - first + 1
    parts = 1 if cells <= CELL_BY_CELL else math.ceil(cells / _LINEAR_CELLS)
    return edges, np.unique(np.append(np.arange(0, cells, parts, dtype=np.int64), cells))


def _multiples(low: float, high: float, step: float, *, whole: bool, name: str) -> tuple[Floats, Ints]:
    """Return the grid of the multiples of a step within the bounds: cells begin at one (or, not whole, half a step before)."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if first > last:
        raise SchemaError(
            f"Field `{name}` has no multiple of {step:g} between its bounds. Correct them or the increment."
        )
    edges, starts = _grid(first, last, whole=True, name=name)
    return (edges - (0.0 if whole else 0.5)) * step, starts


def _coarse_edges(low: float, high: float, *, whole: bool) -> Floats:
    """Return round-number edges over [low, high]: linear steps, and decades where the range is wide."""
    edges = {low, *_linear_edges(low, high)}
    if low <= 0 or high / low > 50:
        edges |= {0.0, *_decade_edges(low, high, 1.0 if whole else (high - low) * 1e-4)}
    if whole:
        edges = {float(round(edge)) for edge in edges}
    end = high + 1.0 if whole else float(np.nextafter(high, np.inf))
    gap = 0.5 if whole else (high - low) * 1e-9
    inside = np.array(sorted(edge for edge in edges if low <= edge < high - gap))
    return np.append(inside[np.diff(inside, prepend=-np.inf) > gap], end)


def _linear_edges(low: float, high: float) -> list[float]:
    """Return multiples of a nice step (1, 2, 5 times a power of ten) that cut the range into at most 64 cells."""
    step = 10.0 ** math.floor(math.log10((high - low) / _LINEAR_CELLS))
    step *= next(factor for factor in (1, 2, 5, 10, 20) if (high - low) / (step * factor) <= _LINEAR_CELLS)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def _decade_edges(low: float, high: float, unit: float) -> list[float]:
    """Return round numbers of both signs, five decades down from the largest."""
    top = math.floor(math.log10(max(abs(low), abs(high))))
    sizes = [float(f"{m}e{d}") for d in range(top - _DECADES, top + 1) for m in _MANTISSAS]
    return [sign * size for size in (*sizes, unit) if size >= unit for sign in (1, -1)]
