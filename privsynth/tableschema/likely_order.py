"""Columns that by their names come one before the other, such as admission and discharge. It reads names and kinds alone."""

from __future__ import annotations

import re

from privsynth.tableschema.model import Schema

_MOMENTS = frozenset(("date", "datetime"))
_NUMBERS = frozenset(("integer", "number"))
_BEFORE = {
    "admission": ("discharge",),
    "admitted": ("discharged",),
    "admit": ("discharge", "disch"),
    "arrival": ("departure", "discharge"),
    "begin": ("end",),
    "birth": ("death",),
    "check in": ("check out",),
    "created": ("closed", "updated"),
    "departure": ("arrival",),
    "effective": ("expiration", "expiry"),
    "first": ("last",),
    "from": ("to", "until"),
    "hire": ("termination",),
    "hired": ("terminated",),
    "issue": ("expiry", "expiration", "maturity"),
    "open": ("close",),
    "opened": ("closed",),
    "opening": ("closing",),
    "order": ("delivery", "shipment"),
    "ordered": ("delivered", "shipped"),
    "pickup": ("dropoff",),
    "start": ("end", "stop", "finish"),
    "started": ("ended", "stopped", "finished"),
    "diastolic": ("systolic",),
    "low": ("high",),
    "lower": ("upper",),
    "min": ("max",),
    "minimum": ("maximum",),
}
_NUMBERS_ALONE = frozenset(("diastolic", "low", "lower", "min", "minimum"))


def likely_orders(schema: Schema) -> list[tuple[str, str]]:
    """Return pairs of modelled columns of which the first, by its name, is never above the second, and that no constraint compares.

    Both hold dates and moments of one kind, or, for the words of numbers, numbers. Only two names that differ in these words alone count,
    and only where they say it one way: where `departure_date` and `arrival_date` could each be the first, nothing is said.

    Args:
        schema: A completed schema.
    """
    kinds = {field.name: field.kind for field in schema.modelled if field.kind in _MOMENTS | _NUMBERS}
    spoken = {_words(name): name for name in kinds}
    compared = {
        frozenset(pair) for each in schema.constraints if each.family == "order" for pair in getattr(each, "pairs", ())
    }
    found = [
        (name, spoken[later])
        for name, kind in kinds.items()
        for later in _later(_words(name), number=kind in _NUMBERS)
        if kinds.get(spoken.get(later, "")) == kind
    ]
    return [(low, high) for low, high in found if (high, low) not in found and frozenset((low, high)) not in compared]


def _words(name: str) -> str:
    """Return the words of a name, in lower case with a space around each."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return f" {' '.join(re.split(r'[^A-Za-z0-9]+', parted)).strip().lower()} "


def _later(words: str, *, number: bool) -> list[str]:
    """Return what a column would be called that comes after one of this name."""
    return [
        words.replace(f" {word} ", f" {other} ", 1)
        for word, others in _BEFORE.items()
        if f" {word} " in words and (word in _NUMBERS_ALONE) == number
        for other in others
    ]
