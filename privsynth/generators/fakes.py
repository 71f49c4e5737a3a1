"""Identifier columns made anew: names, addresses, numbers from Faker. They are a function of the schema and a seed, never of a cell.

A stand-in is written `provider`, `locale:provider` (`de_DE:phone_number`) or `pattern:SHAPE`, where A and a stand for any letter and 9
for any digit (`pattern:MRN-999999` keeps the hyphen and draws letters for M, R and N too: all letters are drawn).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from privsynth.tableschema.model import Field, Schema

# Providers whose values repeat in real tables are drawn from a pool; the others are drawn for each row.
_POOLED = (
    "address", "city", "company", "country", "first_name", "first_name_female", "first_name_male", "job", "last_name", "name",
    "name_female", "name_male", "postcode", "state", "street_address",
)  # fmt: skip
_EACH = (
    "ascii_safe_email", "bban", "credit_card_number", "email", "iban", "invalid_ssn", "ipv4_private", "license_plate",
    "mac_address", "passport_number", "phone_number", "safe_email", "url", "user_name",
)  # fmt: skip
_POOL_VALUES = 2_000
_POOL_EACH = 20_000
_LONGEST_PATTERN = 64
_SETS = {"A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz", "9": "0123456789"}
PROVIDERS = (*_POOLED, *_EACH, "uuid4")


def is_known(stand_in: str | None) -> bool:
    """Return whether a stand-in can be made: its locale has its provider, or its pattern is short."""
    locale, _, provider = (stand_in or "").rpartition(":")
    if locale == "pattern":
        return 0 < len(provider) <= _LONGEST_PATTERN
    if provider not in PROVIDERS:
        return False
    if not locale:
        return True
    from faker.config import AVAILABLE_LOCALES

    return locale in AVAILABLE_LOCALES and _draws(locale, provider)


@cache
def _draws(locale: str, provider: str) -> bool:
    """Return whether a locale has a provider: not every one has states, or numbers like a US social security number."""
    from faker import Faker

    if provider == "uuid4":
        return True
    try:
        getattr(Faker(locale), provider)()
    except AttributeError:  # the provider is missing, or a part that it is made of
        return False
    return True


def faked(schema: Schema) -> tuple[Field, ...]:
    """Return the fields that are made anew: action `fake` with a stand-in that is known here."""
    return tuple(field for field in schema.fields if field.action == "fake" and is_known(field.faker))


class Fakes:
    """The columns that are made anew, drawn batch after batch; values that repeat come from pools that are drawn once.

    Args:
        schema: Says which columns, and how.
        rows: How many rows there will be in all.
        rng: Source of randomness.
    """

    def __init__(self, schema: Schema, rows: int, rng: np.random.Generator) -> None:
        self._fields = faked(schema)
        self._rows, self._rng = rows, rng
        self._sources: dict[str, Any] = {}
        self._seed = int(rng.integers(2**63)) if self._fields else 0
        self._pools: dict[str, Any] = {}
        self._made = 0

    def next(self, rows: int) -> dict[str, Any]:
        """Return column name -> `pyarrow.Array` of text for the next rows."""
        made = {field.name: self._column(field.name, str(field.faker), rows) for field in self._fields}
        self._made += rows
        return made

    def _column(self, name: str, stand_in: str, rows: int) -> Any:
        import pyarrow as pa

        locale, _, provider = stand_in.rpartition(":")
        if locale == "pattern":
            return pa.array(_patterned(provider, rows, self._rng), type=pa.string())
        if provider == "uuid4":
            return pa.array(_uuids(rows, self._rng), type=pa.string())
        if name not in self._pools:
            self._pools[name] = self._pool(locale or "en_US", provider)
        pool = self._pools[name]
        if len(pool) == self._rows and provider in _EACH:
            return pool.slice(self._made, rows)
        return pool.take(pa.array(self._rng.integers(max(len(pool), 1), size=rows)))

    def _pool(self, locale: str, provider: str) -> Any:
        import pyarrow as pa

        draw: Callable[[], Any] = getattr(_source(locale, self._sources, self._seed), provider)
        size = min(self._rows, _POOL_VALUES if provider in _POOLED else _POOL_EACH)
        return pa.array([str(draw()).replace("\n", ", ") for _ in range(size)], type=pa.string())


def _source(locale: str, sources: dict[str, Any], seed: int) -> Any:
    """Return the Faker of a locale; each locale has one, with one seed."""
    if locale not in sources:
        from faker import Faker

        sources[locale] = Faker(locale)
        sources[locale].seed_instance(seed)
    return sources[locale]


def _patterned(shape: str, rows: int, rng: np.random.Generator) -> list[str]:
    """Draw texts of one shape: any letter for a letter (of its case), any digit for a digit, other signs as they are."""
    signs = np.empty((rows, len(shape)), dtype="U1")
    for place, sign in enumerate(shape):
        letters = _SETS.get("A" if sign.isupper() else "a" if sign.isalpha() else "9" if sign.isdigit() else "", sign)
        signs[:, place] = np.array(list(letters))[rng.integers(len(letters), size=rows)]
    return ["".join(row) for row in signs.tolist()]


def _uuids(rows: int, rng: np.random.Generator) -> list[str]:
    import uuid

    raw = rng.bytes(16 * rows)
    return [str(uuid.UUID(bytes=raw[16 * row : 16 * row + 16], version=4)) for row in range(rows)]
