"""Where values come from: one source of chance with a table's language, its people, and pools of Faker's words."""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

Split: TypeAlias = Literal["learn", "hold"]
T = TypeVar("T")

LOCALES: dict[Split, tuple[str, ...]] = {
    "learn": (
        "en_US", "en_US", "en_US", "en_US", "en_GB", "en_CA", "en_AU", "en_IN", "de_DE", "fr_FR", "es_ES", "es_MX",
        "it_IT", "pt_BR", "pt_PT", "nl_NL", "da_DK", "ru_RU", "ja_JP",
    ),
    "hold": (
        "en_NZ", "en_KE", "en_KE", "outside", "outside", "outside", "pl_PL", "sv_SE", "tr_TR", "ro_RO", "cs_CZ", "fi_FI",
        "hu_HU", "id_ID", "el_GR", "uk_UA",
    ),
}  # fmt: skip
HERE = Path(__file__).resolve().parent
POOL = 160
OUTSIDE = "outside"


def lines(name: str) -> list[list[str]]:
    """Return the rows of one of the text files here, split at ``|``; comments are left out."""
    text = (HERE / name).read_text(encoding="utf-8")
    rows = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [[part.strip() for part in row.split("|")] for row in rows]


def items(part: str) -> tuple[str, ...]:
    """Return the entries of a part, split at ``;``; a lone dash is none."""
    return tuple(item.strip() for item in part.split(";") if item.strip() not in ("", "-"))


@cache
def word_sets(split: Split) -> dict[str, tuple[tuple[bool, tuple[str, ...]], ...]]:
    """Return slug -> sets of values, each with whether its values speak for themselves."""
    found: dict[str, list[tuple[bool, tuple[str, ...]]]] = {}
    for slug, part in lines(f"words_{split}.txt"):
        found.setdefault(slug.removesuffix("~"), []).append((not slug.endswith("~"), items(part)))
    return {slug: tuple(sets) for slug, sets in found.items()}


@cache
def cultures() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return given and family names of cultures that Faker's lists mostly lack, for the hold split only."""
    return tuple((items(given), items(family)) for _, given, family in lines("names_hold.txt"))


@cache
def faker(locale: str) -> Any:
    """Return Faker in one locale, with what tables of people need."""
    from faker import Faker

    wanted = [f"faker.providers.{part}" for part in ("person", "address", "phone_number")]
    return Faker("en_NZ" if locale == OUTSIDE else locale, providers=wanted)


@cache
def pool(locale: str, provider: str) -> tuple[str, ...]:
    """Return distinct values of one Faker provider in one locale, the same in every run."""
    fake = faker(locale)
    fake.seed_instance(zlib.crc32(f"{locale}/{provider}".encode()))
    make = getattr(fake, provider)
    return tuple(dict.fromkeys(str(make()).replace("\n", ", ") for _ in range(POOL)))


@dataclass(slots=True)
class Person:
    """Somebody whom the cells of a row are about."""

    first: str
    last: str
    middle: str
    born: dt.date
    number: int


@dataclass(slots=True)
class Draw:
    """The state from which values are drawn.

    Attributes:
        rng: Source of chance.
        split: Learning or holding out.
        locale: Of the table.
        person: Whom the present cell is about.
        row: Number of the present row, or of the person where people repeat.
        form: Fixed within a column, in [0, 1): which of several ways of writing it keeps to.
        start: Fixed within a column: where counting starts.
        words: Values of the column, where it has a fixed set.
    """

    rng: random.Random
    split: Split
    locale: str
    person: Person = field(default_factory=lambda: Person("", "", "", dt.date(1970, 1, 1), 0))
    row: int = 0
    form: float = 0.0
    start: int = 0
    words: tuple[str, ...] = ()

    def pick(self, values: Sequence[T]) -> T:
        """Return one of the values."""
        return values[int(self.rng.random() * len(values))]

    def written(self, *ways: T) -> T:
        """Return the way of writing that this column keeps to."""
        return ways[int(self.form * len(ways))]

    def chance(self, share: float) -> bool:
        """Return True in a share of the calls."""
        return self.rng.random() < share

    def whole(self, low: int, high: int) -> int:
        """Return an integer from low to high, both included."""
        return low + int(self.rng.random() * (high - low + 1))

    def digits(self, count: int, first: str = "") -> str:
        """Return a number of digits that does not start with zero, after the given ones."""
        wanted = count - len(first)
        low = 0 if first else 10 ** (wanted - 1)
        return first + str(self.whole(low, 10**wanted - 1)).zfill(wanted)

    def letters(self, count: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> str:
        """Return letters of an alphabet."""
        return "".join(self.pick(alphabet) for _ in range(count))

    def fill(self, template: str) -> str:
        """Return the template with ``#`` digits, ``?`` capital letters, ``~`` hexadecimal digits in their places."""
        sources = {"#": "0123456789", "?": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "~": "0123456789abcdef"}
        return "".join(self.pick(sources[sign]) if sign in sources else sign for sign in template)

    def faked(self, provider: str) -> str:
        """Return a value of the locale's pool."""
        return self.pick(pool(self.locale, provider))

    def day(self, low: int = 2005, high: int = 2025) -> dt.date:
        """Return a day between two years."""
        return dt.date(low, 1, 1) + dt.timedelta(days=self.whole(0, (high - low + 1) * 365 - 1))


def people(draw: Draw, count: int) -> list[Person]:
    """Draw the people of a table."""
    found = []
    for number in range(count):
        if draw.locale == OUTSIDE:
            given, family = draw.pick(cultures())
            first, middle, last = draw.pick(given), draw.pick(given), draw.pick(family)
        else:
            first, middle, last = draw.faked("first_name"), draw.faked("first_name"), draw.faked("last_name")
        found.append(Person(first, last, middle, draw.day(1935, 2006), number))
    return found
