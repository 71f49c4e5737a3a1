"""Identifier columns made anew: names, addresses, numbers from Faker. They are a function of the schema and a seed, never of a cell."""

from __future__ import annotations

from collections.abc import Callable
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
PROVIDERS = (*_POOLED, *_EACH, "uuid4")


def faked(schema: Schema) -> tuple[Field, ...]:
    """Return the fields that are made anew: action `fake` with a provider that is known here."""
    return tuple(field for field in schema.fields if field.action == "fake" and field.faker in PROVIDERS)


def make_fakes(schema: Schema, rows: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return column name -> `pyarrow.Array` of text for every field that is made anew."""
    fields = faked(schema)
    if not fields:
        return {}
    from faker import Faker

    source = Faker("en_US")
    source.seed_instance(int(rng.integers(2**63)))
    return {field.name: _column(str(field.faker), rows, rng, source) for field in fields}


def _column(provider: str, rows: int, rng: np.random.Generator, source: Any) -> Any:
    import pyarrow as pa

    if provider == "uuid4":
        return pa.array(_uuids(rows, rng))
    draw: Callable[[], Any] = getattr(source, provider)
    size = min(rows, _POOL_VALUES if provider in _POOLED else _POOL_EACH)
    pool = pa.array([str(draw()).replace("\n", ", ") for _ in range(size)], type=pa.string())
    if size == rows and provider in _EACH:
        return pool
    return pool.take(pa.array(rng.integers(max(size, 1), size=rows)))


def _uuids(rows: int, rng: np.random.Generator) -> list[str]:
    import uuid

    raw = rng.bytes(16 * rows)
    return [str(uuid.UUID(bytes=raw[16 * row : 16 * row + 16], version=4)) for row in range(rows)]
