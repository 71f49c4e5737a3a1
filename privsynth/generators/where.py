"""Conditions on synthetic rows: `age >= 80 and sex = Female`.

Labels are compared as text, those of ordinal columns in their declared order; numbers, dates and moments by value. A missing cell
fulfils `is missing` and nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError, UsageError
from privsynth.generators.where_text import Reader, Written
from privsynth.table.texts import clock_seconds
from privsynth.tableschema.model import LABELLED, Field, Schema, canonical_label

Mask = npt.NDArray[np.bool_]
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_TRUE, _FALSE = ("true", "True", "TRUE", "1", "1.0"), ("false", "False", "FALSE", "0", "0.0")
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a column.

    Args:
        field: The column.
        sign: One of = != < <= > >=, or in, between, missing.
        values: Numbers, or labels in their canonical form.
        positive: False where the comparison must not hold.
        text: How it was written.
    """

    field: Field
    sign: str
    values: tuple[float | str, ...]
    positive: bool
    text: str

    def mask(self, column: Any) -> Mask:
        """Return bool[n]: which cells of a decoded Arrow column fulfil it."""
        missing = np.asarray(column.is_null().to_numpy(), dtype=np.bool_)
        if self.sign == "missing":
            return missing if self.positive else ~missing
        if self.field.kind in LABELLED:
            hit = self._labels(column)
        else:
            hit = self._compared(_as_numbers(self.field, column), [float(value) for value in self.values])
        return np.asarray(~missing & (hit == self.positive))

    def _labels(self, column: Any) -> Mask:
        encoded = column.combine_chunks().dictionary_encode()
        known = [canonical_label(cell) for cell in encoded.dictionary.to_pylist()]
        if self.sign in ("<", "<=", ">", ">=", "between"):
            order = {canonical_label(label): place for place, label in enumerate(self.field.enum or ())}
            places = np.array([order.get(label, -1) for label in known], dtype=np.float64)
            hits = self._compared(places, [order[str(value)] for value in self.values])
        else:
            wanted = set(self.values)
            hits = np.array([(label in wanted) != (self.sign == "!=") for label in known], dtype=np.bool_)
        index = np.asarray(encoded.indices.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
        return hits[index] if len(hits) else np.zeros(len(index), dtype=np.bool_)

    def _compared(self, numbers: npt.NDArray[np.float64], values: Sequence[float]) -> Mask:
        if self.sign == "in":
            return np.isin(numbers, np.asarray(values))
        if self.sign == "between":
            return np.asarray((numbers >= values[0]) & (numbers <= values[1]))
        return np.asarray(_OPERATORS[self.sign](numbers, values[0]), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Terms that must all hold."""

    terms: tuple[Term, ...]

    @classmethod
    def parse(cls, text: str, schema: Schema) -> Conditions:
        """Read terms joined by `and`; see `where_text` for the language.

        Raises:
            UsageError: a term cannot be read, names no modelled column, or asks for a value that the column cannot have.
        """
        fields = {field.name: field for field in schema.modelled}
        written = Reader(text, fields).terms()
        labels = {name: _labels_of(fields[name]) for name in {each.name for each in written}}
        sums = schema.totals  # which have the bounds of their parts
        terms = tuple(_term(fields[each.name], each, labels[each.name]) for each in written)
        for term, each in zip(terms, written, strict=True):
            if term.field.name not in sums:
                _check_reach(term, each.place)
        return cls(terms)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the terms are about, each once."""
        return tuple(dict.fromkeys(term.field.name for term in self.terms))

    def mask(self, table: Any) -> Any:
        """Return which rows of a decoded `pyarrow.Table` fulfil all terms, as a `pyarrow.Array`."""
        import pyarrow as pa

        return pa.array(np.logical_and.reduce(self.masks(table)))

    def masks(self, table: Any) -> list[Mask]:
        """Return for each term which rows of a decoded `pyarrow.Table` fulfil it."""
        return [term.mask(table.column(term.field.name)) for term in self.terms]


def _check_reach(term: Term, place: int) -> None:
    """Refuse a term that no value within a column's bounds fulfils; they are public."""
    field = term.field
    if field.kind in LABELLED or term.sign == "missing" or field.minimum is None or field.maximum is None:
        return
    low, high = field.bounds()
    values = [float(value) for value in term.values]
    if not term.positive:
        never = term.sign == "between" and values[0] <= low and high <= values[1]
    else:
        never = {
            "<": values[0] <= low,
            "<=": values[0] < low,
            ">": values[0] >= high,
            ">=": values[0] > high,
            "!=": low == high == values[0],
            "between": max(values[0], low) > min(values[-1], high),
        }.get(term.sign, not any(low <= value <= high for value in values))
    if never:
        raise UsageError(
            f"The condition `{term.text}` (character {place}) holds for no value of `{field.name}`, which lies between {field.minimum} "
            f"and {field.maximum}. Correct it."
        )


def _labels_of(field: Field) -> dict[str, None]:
    """Return the canonical labels of a labelled field, in their order."""
    given = field.enum or ("false", "true") if field.kind in LABELLED else ()
    return dict.fromkeys(map(canonical_label, given))


def _term(field: Field, written: Written, labels: Mapping[str, None]) -> Term:
    ordered = written.sign in ("<", "<=", ">", ">=", "between")
    if field.kind in LABELLED:
        if ordered and (field.kind != "ordinal" or field.enum is None):
            raise UsageError(
                f"Column `{field.name}` has labels, which are not ordered (character {written.place}). Use =, != or in."
            )
        values: list[float | str] = [_label(field, value, written.place, labels) for value in written.values]
    else:
        values = [_number(field, value, written.place) for value in written.values]
    return Term(field, written.sign, tuple(values), written.positive, written.text)


def _label(field: Field, value: str, place: int, labels: Mapping[str, None]) -> str:
    wanted = canonical_label(value)
    if field.truth and wanted not in labels:
        wanted = "true" if value in _TRUE else "false" if value in _FALSE else wanted
    if wanted in labels:
        return wanted
    from difflib import get_close_matches

    near = get_close_matches(wanted, labels, n=_MOST_SHOWN) or list(labels)[:_MOST_SHOWN]
    more = " and others, listed in the schema" if len(labels) > len(near) else ""
    shown = ", ".join(repr(label) for label in near)
    raise UsageError(f"Column `{field.name}` has no label {value!r} (character {place}). It has {shown}{more}.")


def _number(field: Field, value: str, place: int) -> float:
    try:
        return field.to_number(value)
    except SchemaError:
        pass
    try:
        if field.kind in ("date", "datetime") and field.format is not None:
            return field.to_number(datetime.strptime(value, field.format).isoformat(" "))
    except ValueError:
        pass
    what = {"integer": "whole number", "datetime": "date and time"}.get(field.kind, field.kind)
    raise UsageError(
        f"Column `{field.name}` is compared with {value!r} (character {place}), which is no {what}. Give one, and join "
        "several terms by `and`."
    )


def _as_numbers(field: Field, column: Any) -> npt.NDArray[np.float64]:
    """Return float64[n]: the numbers that a decoded column is coded by (days of dates, seconds of moments), NaN where missing."""
    if field.kind not in ("date", "datetime"):
        return np.asarray(column.to_pandas().to_numpy(dtype=np.float64, na_value=np.nan))
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        known = clock_seconds(column).cast(pa.int64()).cast(pa.float64())
        seconds = np.asarray(known.to_numpy(zero_copy_only=False) if isinstance(known, pa.Array) else known.to_numpy())
    else:
        encoded = column.combine_chunks().dictionary_encode()
        read = np.array([_seconds_of(cell, field) for cell in encoded.dictionary.to_pylist()] + [np.nan])
        seconds = read[encoded.indices.fill_null(len(read) - 1).to_numpy(zero_copy_only=False)]
    return np.asarray(np.floor(seconds / 86400) if field.kind == "date" else seconds)


def _seconds_of(cell: str, field: Field) -> float:
    try:
        moment = datetime.strptime(cell, field.format) if field.format else datetime.fromisoformat(cell)
    except ValueError:
        return np.nan
    return (moment - datetime(1970, 1, 1)).total_seconds()
