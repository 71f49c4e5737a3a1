"""Identifier columns made anew: names, addresses, numbers from Faker. They are a function of the schema and a seed, never of a cell.

A stand-in is written `provider`, `locale:provider` (`de_DE:phone_number`) or `pattern:SHAPE`, where A and a stand for any letter and 9
for any digit (`pattern:MRN-999999` keeps the hyphen and draws letters for M, R and N too: all letters are drawn).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.base import Rows
from privsynth.generators.personae import DEFAULT_LOCALE, PERSONAL, Personae
from privsynth.generators.places import WITH_STATES
from privsynth.table.write import values_of
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema
from privsynth.tableschema.person import person_of

# Providers whose values repeat in real tables are drawn from a pool; the others are drawn for each row. People have their own ones.
_POOLED = ("company", "job")
_EACH = (
    "bban", "credit_card_number", "iban", "invalid_ssn", "ipv4_private", "license_plate", "mac_address", "passport_number", "url",
)  # fmt: skip
_OF_PERSON = ("company", "invalid_ssn", "job", "license_plate", "passport_number")
_POOL_VALUES = 2_000
_POOL_EACH = 20_000
_LONGEST_PATTERN = 64
_SETS = {"A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz", "9": "0123456789"}
PROVIDERS = tuple(sorted((*PERSONAL, *_POOLED, *_EACH, "uuid4")))


def is_known(stand_in: str | None) -> bool:
    """Return whether a stand-in can be made: its locale has its provider, or its pattern is short."""
    locale, _, provider = (stand_in or "").rpartition(":")
    if locale == "pattern":
        return 0 < len(provider) <= _LONGEST_PATTERN
    if provider not in PROVIDERS or (provider == "state_abbr" and locale not in ("", "en_US")):
        return False
    if not locale:
        return True
    from faker.config import AVAILABLE_LOCALES

    return locale in AVAILABLE_LOCALES and _draws(locale, provider)


@cache
def _draws(locale: str, provider: str) -> bool:
    """Return whether a locale has a provider: not every one has states, or numbers like a US social security number."""
    from faker import Faker

    if provider in ("date_of_birth", "sex", "uuid4") or (provider == "state" and locale in WITH_STATES):
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

    Columns that say who a person is agree with each other and with the modelled ones (see `personae`); they, the unit's column and
    what the schema declares constant are the same in all rows of a person.

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
        self._made: dict[str, int] = {}
        self._person = person_of(schema)
        self._domains = (
            {name: Domain.of(schema[name]) for name in self._person.columns.values()} if self._fields else {}
        )
        parts = {field.name: str(field.faker).rpartition(":") for field in self._fields}
        personal = {
            field.name: (parts[field.name][0], parts[field.name][2], field)
            for field in self._fields
            if parts[field.name][2] in PERSONAL and parts[field.name][0] != "pattern"
        }
        constant = {str(schema.unit_column), *self._person.constant}
        self._of_person = {
            name for name, (_, _, provider) in parts.items() if provider in _OF_PERSON or name in constant
        }
        self._personae = Personae(self._person, personal, rows, rng.spawn(1)[0]) if personal else None
        self._personal = frozenset(personal)

    def next(self, batch: int | Rows, people: npt.NDArray[np.int64] | None = None) -> dict[str, Any]:
        """Return column name -> `pyarrow.Array` of text for the next rows.

        Args:
            batch: The rows with their modelled columns, or how many there are.
            people: int64[n], the person of each row, counted from 0 without gaps; by default each row is a person.
        """
        rows = batch if isinstance(batch, int) else batch.count
        first = np.arange(rows) if people is None else np.unique(people, return_index=True)[1]
        made = self._people(batch, first)
        for field in self._fields:
            if field.name not in self._personal:
                count = len(first) if field.name in self._of_person else rows
                made[field.name] = self._column(field.name, str(field.faker), count)
        if people is None:
            return made
        repeated = self._personal | self._of_person
        return {name: column.take(people) if name in repeated else column for name, column in made.items()}

    def _people(self, batch: int | Rows, first: npt.NDArray[np.int64]) -> dict[str, Any]:
        """Make the columns that say who a person is, given the modelled cells of each person's first row."""
        if self._personae is None:
            return {}
        labels, numbers = dict[str, Any](), dict[str, Any]()
        columns = {} if isinstance(batch, int) else self._person.columns
        for concept, name in columns.items():
            domain, codes = self._domains[name], batch.codes[name][first]  # type: ignore[union-attr]
            if domain.labels is not None:
                labels[concept] = np.array([*domain.labels, None], dtype=object)[codes]
                continue
            values = values_of(domain, codes, batch.positions[name][first])  # type: ignore[union-attr]
            scale = 86_400 if domain.field.kind == "datetime" else 1
            numbers[concept] = np.where(codes >= domain.size, np.nan, np.floor(values / scale))
        return self._personae.next(len(first), labels, numbers)

    def _column(self, name: str, stand_in: str, rows: int) -> Any:
        import pyarrow as pa

        locale, _, provider = stand_in.rpartition(":")
        if locale == "pattern":
            return pa.array(_patterned(provider, rows, self._rng), type=pa.string())
        if provider == "uuid4":
            return pa.array(_uuids(rows, self._rng), type=pa.string())
        if name not in self._pools:
            self._pools[name] = self._pool(locale or self._person.locale or DEFAULT_LOCALE, provider)
        pool, start = self._pools[name], self._made.get(name, 0)
        self._made[name] = start + rows
        if len(pool) == self._rows and provider in _EACH:
            return pool.slice(start, rows)
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
