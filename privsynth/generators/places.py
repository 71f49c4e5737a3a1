"""Places of made-up people: records of a city, its state, a postcode and telephone numbers, so that an address agrees with itself.

What agrees depends on the locale. `en_US`: Faker's made-up cities, each in a state, with a ZIP code and an area code of that state.
`de_DE` and `fr_FR`: real cities with their state (region), the postcode of their centre, and telephone numbers of the city or zone.
Others: a city, state and postcode that Faker draws are kept together, and need not lie in each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.place_facts import (
    COUNTRIES,
    FICTIONAL_PHONES,
    FRANCE,
    FRENCH_PHONES,
    GERMANY,
    OWN_NAMES,
    UNITED_STATES,
    US_PHONE,
)
from privsynth.tableschema.person import folded

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
_CITIES_A_STATE = 20
_OTHERS = 400
_LOCALE_OF = {folded(name): locale for locale, names in COUNTRIES.items() for name in names.split()}
_LISTED = {"de_DE": GERMANY, "fr_FR": FRANCE}
WITH_STATES = ("de_DE", "en_US", "fr_FR")


def locale_of(country: str) -> str | None:
    """Return the locale of a country by its name or code, None where it is not known here."""
    return _LOCALE_OF.get(folded(country))


def country_of(locale: str, fake: Any) -> str:
    """Return the country of a locale, as its people call it where that is known here."""
    if locale in OWN_NAMES:
        return OWN_NAMES[locale]
    try:
        return str(fake.current_country())
    except (AttributeError, ValueError):
        return str(fake.country())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Homes:
    """Where people live: object[n] of texts each.

    Args:
        city: Name of the city.
        state: Name of the state or region, empty where the locale has none.
        abbreviation: The state's short form, or its name.
        postcode: Its digits or letters.
        phone: Form of a telephone number that nobody has, # for a digit; empty where none is known.
    """

    city: Texts
    state: Texts
    abbreviation: Texts
    postcode: Texts
    phone: Texts

    def taken(self, index: Ints) -> Homes:
        """Return some of them, in this order."""
        return Homes(
            city=self.city[index],
            state=self.state[index],
            abbreviation=self.abbreviation[index],
            postcode=self.postcode[index],
            phone=self.phone[index],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """The records of a locale.

    Args:
        homes: One of each place.
        ranges: State -> first and last ZIP code of each range, where they are known.
    """

    homes: Homes
    ranges: Mapping[str, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, locale: str, fake: Any) -> Places:
        """Make the records of a locale: the same for the same seed.

        Args:
            locale: Such as en_US.
            fake: Faker of that locale, seeded.
        """
        if locale == "en_US":
            return cls(homes=_homes(_american(fake)), ranges=_zip_ranges())
        if locale in _LISTED:
            rows = [(*line.split("|"), "")[:4] for line in _LISTED[locale].splitlines()]
            return cls(
                homes=_homes([(city, state, state, code, _phone(locale, own)) for city, state, code, own in rows]),
                ranges={},
            )
        return cls(homes=_homes(_drawn(fake)), ranges={})

    def homes_of(self, known: Mapping[str, Texts], uniform: Floats, digits: Floats) -> Homes:
        """Return a home for each person that agrees with what is known of it.

        A postcode, or a city, has one record: all people there share the others' cells.

        Args:
            known: `postcode`, `city`, `state` -> object[n] of labels, None where missing.
            uniform: float64[n] in [0, 1), which of the places that agree.
            digits: float64[n] in [0, 1), the digits of a postcode that are not known.
        """
        columns = [known[name] for name in ("postcode", "city", "state") if name in known]
        if not columns:
            return self.homes.taken((uniform * len(self.homes.city)).astype(np.int64))
        keys: dict[tuple[Any, ...], int] = {}
        group = np.array([keys.setdefault(key, len(keys)) for key in zip(*columns, strict=True)], dtype=np.int64)
        names = [name for name in ("postcode", "city", "state") if name in known]
        found = [self._matching(**dict(zip(names, key, strict=True))) for key in keys]
        starts = np.concatenate([[0], np.cumsum([len(each) for each in found])]).astype(np.int64)
        counts = np.diff(starts)[group]
        record = np.concatenate([*found, np.zeros(0, dtype=np.int64)])[
            starts[:-1][group] + (uniform * counts).astype(np.int64)
        ]
        return self._with(self.homes.taken(record), known, digits)

    def _with(self, homes: Homes, known: Mapping[str, Texts], digits: Floats) -> Homes:
        """Put what is known into homes; a postcode of which only the first digits are known is completed."""
        there = {name: np.array([each is not None for each in column], dtype=bool) for name, column in known.items()}
        city = np.where(there["city"], known["city"], homes.city) if "city" in known else homes.city
        if "postcode" not in known:
            return Homes(
                city=city,
                state=homes.state,
                abbreviation=homes.abbreviation,
                postcode=homes.postcode,
                phone=homes.phone,
            )
        wide = max(len(each) for each in self.homes.postcode[:1]) if len(self.homes.postcode) else 0
        postcode = np.array(
            [
                _completed(label, wide, share) if label is not None else own
                for label, own, share in zip(known["postcode"], homes.postcode, digits.tolist(), strict=True)
            ],
            dtype=object,
        )
        return Homes(
            city=city, state=homes.state, abbreviation=homes.abbreviation, postcode=postcode, phone=homes.phone
        )

    def _matching(self, postcode: str | None = None, city: str | None = None, state: str | None = None) -> Ints:
        """Return the records that agree with labels: of a postcode or a city one, always the same."""
        pool = np.arange(len(self.homes.city))
        if state is not None:
            pool = self._kept(pool, self._of_state(state))
        if city is not None:
            pool = self._kept(pool, self._by_city.get(folded(city), _NONE))
        if postcode is not None:
            pool = self._near(pool, postcode, anywhere=state is None)
        if city is None and postcode is None:
            return pool
        place = zlib.crc32(f"{postcode}|{city}".encode()) % len(pool)
        return pool[place : place + 1]

    @staticmethod
    def _kept(pool: Ints, wanted: Ints) -> Ints:
        found = np.intersect1d(pool, wanted)
        return found if len(found) else pool

    def _of_state(self, state: str) -> Ints:
        return self._by_state.get(folded(state), _NONE)

    def _near(self, pool: Ints, postcode: str, *, anywhere: bool) -> Ints:
        """Return the records of the state that a postcode lies in, or those whose postcodes begin with the most of its signs."""
        begin = "".join(sign for sign in postcode if sign.isalnum())
        if self.ranges:
            return self._kept(pool, self._of_state(self._state_of(begin))) if anywhere else pool
        alike = np.array([_shared(begin, self.homes.postcode[place]) for place in pool])
        found: Ints = pool[alike == alike.max()]
        return found

    def _state_of(self, digits: str) -> str:
        """Return the state whose postcodes begin so, or nothing."""
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            return ""
        digits = digits[:5] if len(digits) != 4 else f"0{digits}"  # a number lost its leading zero
        low = int(digits.ljust(5, "0"))
        high = int(digits.ljust(5, "9"))
        near = ((state, each) for state, ranges in self.ranges.items() for each in ranges)
        return next((state for state, (first, last) in near if low <= last and first <= high), "")

    @cached_property
    def _by_state(self) -> dict[str, Ints]:
        return _index(self.homes.state) | _index(self.homes.abbreviation)

    @cached_property
    def _by_city(self) -> dict[str, Ints]:
        return _index(self.homes.city)


_NONE: Ints = np.zeros(0, dtype=np.int64)


def _index(texts: Texts) -> dict[str, Ints]:
    found: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        found.setdefault(folded(text), []).append(place)
    return {text: np.array(places, dtype=np.int64) for text, places in found.items()}


def _shared(a: str, b: str) -> int:
    """Return how many signs two texts begin with alike."""
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _completed(label: str, wide: int, share: float) -> str:
    """Return a postcode whose last digits, where only the first are known, are made up."""
    digits = label.rstrip("*xX")
    lacking = wide - len(digits)
    if lacking <= 0 or not digits.isdigit() or len(digits) == 4:
        return label
    return f"{digits}{int(share * 10**lacking):0{lacking}d}"


def _homes(rows: Sequence[tuple[str, str, str, str, str]]) -> Homes:
    columns = [np.array(column, dtype=object) for column in zip(*rows, strict=True)]
    return Homes(**dict(zip(("city", "state", "abbreviation", "postcode", "phone"), columns, strict=True)))


def _zip_ranges() -> dict[str, tuple[tuple[int, int], ...]]:
    """Return the ranges of ZIP codes of each state."""
    found = {}
    for line in UNITED_STATES.splitlines():
        short, _, _, prefixes = line.split("|")
        ends = [each.split("-") for each in prefixes.split()]
        found[short] = tuple((int(first) * 100, int(last) * 100 + 99) for first, last in ends)
    return found


def _american(fake: Any) -> list[tuple[str, str, str, str, str]]:
    """Make cities of each state, each with a ZIP code and an area code of the state."""
    rows, ranges = [], _zip_ranges()
    for line in UNITED_STATES.splitlines():
        short, state, areas, _ = line.split("|")
        low, high = max(ranges[short], key=lambda each: each[1] - each[0])
        codes = fake.random_sample(range(low, high + 1), length=_CITIES_A_STATE)
        area = fake.random_elements(areas.split(), length=_CITIES_A_STATE)
        rows += [
            (str(fake.city()), state, short, f"{code:05d}", US_PHONE.format(area=own))
            for code, own in zip(codes, area, strict=True)
        ]
    return rows


def _phone(locale: str, own: str) -> str:
    if locale == "fr_FR":
        return FRENCH_PHONES[int(own) - 1]
    return own


def _drawn(fake: Any) -> list[tuple[str, str, str, str, str]]:
    """Draw records from a locale's Faker; what it does not have is empty."""
    has = {name: _provider(fake, name) for name in ("city", "state", "postcode")}
    rows = []
    for _ in range(_OTHERS):
        city, state, code = (str(draw()) if draw is not None else "" for draw in has.values())
        rows.append((city, state, state, code, ""))
    return rows


def _provider(fake: Any, name: str) -> Callable[[], Any] | None:
    try:
        draw: Callable[[], Any] = getattr(fake, name)
        draw()
    except AttributeError:
        return None
    return draw


def phone_forms(locale: str) -> tuple[str, ...]:
    """Return forms of numbers of a locale that nobody has, for places without their own; none where there are none."""
    return FICTIONAL_PHONES.get(locale, ())
