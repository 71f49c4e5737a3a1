"""Made-up people: names, birth dates, addresses, e-mail and telephone numbers that agree with each other and with modelled columns.

Each attribute is a function of the schema, of modelled cells (which are synthetic) and of a stream of random numbers of its own, so
that one more column changes no other one.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.births import ages_on, born_in, born_with
from privsynth.generators.places import Homes, Places, country_of, locale_of, phone_forms
from privsynth.tableschema.model import Field
from privsynth.tableschema.person import PersonColumns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
PERSONAL = (
    "address", "ascii_safe_email", "city", "country", "date_of_birth", "email", "first_name", "first_name_female",
    "first_name_male", "last_name", "name", "name_female", "name_male", "phone_number", "postcode", "safe_email", "sex", "state",
    "state_abbr", "street_address", "user_name",
)  # fmt: skip
DEFAULT_LOCALE = "en_US"
_NAMED = ("name", "first", "last", "email", "user")
_STREAMS = (
    "sex", "first_name", "last_name", "user form", "user number", "postbox", "place", "postcode", "street", "phone", "phone form",
    "birth",
)  # fmt: skip
_POOL = 2_000
_POSTBOXES = ("example.com", "example.net", "example.org")  # RFC 2606
_FAMILY_FIRST = {"hu_HU": " ", "ja_JP": " ", "ko_KR": "", "vi_VN": " ", "zh_CN": "", "zh_TW": ""}
_YOUNGEST, _OLDEST = 0, 99


class Personae:
    """People of one schema, made batch after batch.

    Args:
        person: What the schema says about people.
        fields: The columns that are made anew and belong to a person, with a locale and a provider each.
        rows: How many people there will be at most, for the size of pools.
        rng: Source of randomness; each attribute gets a stream of its own.
    """

    def __init__(
        self, person: PersonColumns, fields: Mapping[str, tuple[str, str, Field]], rows: int, rng: np.random.Generator
    ) -> None:
        self._person, self._fields, self._seed = person, fields, int(rng.integers(2**63))
        self._size = max(min(rows, _POOL), 1)
        self._home = _home(person, fields)
        self._streams = dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))
        self._kept: dict[tuple[str, str], Any] = {}

    def next(self, count: int, labels: Mapping[str, Texts], numbers: Mapping[str, Floats]) -> dict[str, Any]:
        """Return column -> `pyarrow.Array` of text for the next people.

        Args:
            count: How many, n.
            labels: Concept (`sex`, `postcode`, `city`, `state`, `country`) -> object[n], None where missing.
            numbers: Concept (`birth_date`, `birth_year`, `age`) -> float64[n], NaN where missing; dates in days since 1970.
        """
        import pyarrow as pa

        batch = _Batch(self, count, labels, numbers)
        return {
            name: pa.array(batch.text(locale, provider, field), type=pa.string())
            for name, (locale, provider, field) in self._fields.items()
        }

    @property
    def person(self) -> PersonColumns:
        """What the schema says about people."""
        return self._person

    @property
    def home(self) -> str:
        """The locale of stand-ins that name none."""
        return self._home

    @property
    def providers(self) -> frozenset[str]:
        """What is made."""
        return frozenset(provider for _, provider, _ in self._fields.values())

    def uniform(self, name: str, count: int) -> Floats:
        """Return float64[count], the next random numbers of one attribute."""
        return self._streams[name].random(count)

    def kept(self, locale: str, name: str, make: Callable[[Any], Any]) -> Any:
        """Return what is made once for a locale, from a Faker that is seeded for it alone."""
        if (locale, name) not in self._kept:
            from faker import Faker

            fake = Faker(locale)
            fake.seed_instance(zlib.crc32(f"{self._seed} {locale} {name}".encode()))
            self._kept[locale, name] = make(fake)
        return self._kept[locale, name]

    def pool(self, locale: str, provider: str) -> Texts:
        """Return values of a provider, drawn once."""
        draws = (provider, provider.removesuffix("_female").removesuffix("_male"))

        def make(fake: Any) -> Texts:
            draw = next(getattr(fake, name) for name in draws if hasattr(fake, name))
            return np.array([str(draw()).replace("\n", ", ") for _ in range(self._size)], dtype=object)

        found: Texts = self.kept(locale, provider, make)
        return found

    def places(self, locale: str) -> Places:
        """Return the places of a locale."""
        found: Places = self.kept(locale, "places", lambda fake: Places.of(locale, fake))
        return found


def _home(person: PersonColumns, fields: Mapping[str, tuple[str, str, Field]]) -> str:
    """Return the locale of stand-ins that name none: the declared one, else that of a name, else of any other column."""
    stated = [(locale, provider) for locale, provider, _ in fields.values() if locale]
    names = [locale for locale, provider in stated if any(part in provider for part in _NAMED)]
    return person.locale or next(iter([*names, *(locale for locale, _ in stated)]), DEFAULT_LOCALE)


class _Batch:
    """Some people, each attribute made when it is first asked for."""

    def __init__(self, maker: Personae, count: int, labels: Mapping[str, Texts], numbers: Mapping[str, Floats]) -> None:
        self._maker, self._count, self._labels, self._numbers = maker, count, labels, numbers
        self._uniform: dict[str, Floats] = {}
        self._homes: dict[str, Homes] = {}
        self._sex: Ints | None = None

    def text(self, locale: str, provider: str, field: Field) -> Texts:
        """Return object[n], one column; people of several countries get the texts of their own ones."""
        if provider == "sex":
            return self._sex_labels(field)
        if provider == "date_of_birth":
            return self._birth_texts(field)
        if locale or "country" not in self._labels:
            return self._of_locale(locale or self._maker.home, provider)
        homes = [locale_of(each) if each is not None else None for each in self._labels["country"]]
        own = np.array([each or self._maker.home for each in homes], dtype=object)
        found = np.empty(self._count, dtype=object)
        for each in sorted(set(own.tolist())):
            found[own == each] = self._of_locale(each, provider)[own == each]
        return found

    def _of_locale(self, locale: str, provider: str) -> Texts:
        if provider in ("first_name", "last_name", "name"):
            return self._name(locale, provider)
        if provider.endswith(("_female", "_male")):
            return self._name(locale, provider.rsplit("_", 1)[0], int(provider.endswith("_male")))
        if provider in ("email", "ascii_safe_email", "safe_email", "user_name"):
            users = self._users(locale)
            if provider == "user_name":
                return users
            boxes = self._picked(np.array(_POSTBOXES, dtype=object), "postbox")
            return _joined("{}@{}", users, boxes)
        if provider == "phone_number":
            return self._phones(locale)
        return self._address(locale, provider)

    def _u(self, name: str) -> Floats:
        if name not in self._uniform:
            self._uniform[name] = self._maker.uniform(name, self._count)
        return self._uniform[name]

    def _picked(self, pool: Texts, name: str) -> Texts:
        return pool[(self._u(name) * len(pool)).astype(np.int64)]

    def sex(self) -> Ints:
        """Return int64[n]: 0 female, 1 male, 2 neither or not said; by a coin where no modelled column says it."""
        if self._sex is None:
            coin = (self._u("sex") * 2).astype(np.int64)
            only = {name.rsplit("_", 1)[1] for name in self._maker.providers if name.endswith(("_female", "_male"))}
            if "sex" in self._labels:
                labels = sorted({each for each in self._labels["sex"] if each is not None})
                code = dict(zip(labels, self._maker.person.sexes(labels), strict=True))
                self._sex = np.array([code.get(each, 2) for each in self._labels["sex"]], dtype=np.int64)
            else:
                self._sex = np.full(self._count, int("male" in only)) if len(only) == 1 else coin
        return self._sex

    def _gender(self, fixed: int | None = None) -> Ints:
        """Return int64[n], 0 or 1: which names a person has; by a coin where the sex is neither."""
        if fixed is not None:
            return np.full(self._count, fixed)
        sex = self.sex()
        return np.where(sex == 2, (self._u("sex") * 2).astype(np.int64), sex)

    def _parts(self, locale: str, gender: Ints, which: str) -> Texts:
        """Return first or last names of the right pool."""
        female, male = (self._picked(self._maker.pool(locale, f"{which}_{sex}"), which) for sex in ("female", "male"))
        return np.where(gender == 0, female, male)

    def _name(self, locale: str, provider: str, fixed: int | None = None) -> Texts:
        gender = self._gender(fixed)
        if provider != "name":
            return self._parts(locale, gender, provider)
        first, last = self._parts(locale, gender, "first_name"), self._parts(locale, gender, "last_name")
        if locale in _FAMILY_FIRST:
            return _joined(f"{{}}{_FAMILY_FIRST[locale]}{{}}", last, first)
        return _joined("{} {}", first, last)

    def _users(self, locale: str) -> Texts:
        """Return user names that contain the last name: maria.lopez, mlopez61, maria.lopez417."""
        gender = self._gender()
        plain = {
            text: _plain(text, locale) for which in ("first_name", "last_name") for text in self._pools(locale, which)
        }
        first = [plain[name] for name in self._parts(locale, gender, "first_name")]
        last = [plain[name] for name in self._parts(locale, gender, "last_name")]
        form, number = (self._u("user form") * 4).astype(np.int64), (self._u("user number") * 990).astype(np.int64) + 10
        found = [
            f"{a}.{b}" if kind == 0 else f"{a}.{b}{digits}" if kind < 3 else f"{a[:1]}{b}{digits}"
            for a, b, kind, digits in zip(first, last, form.tolist(), number.tolist(), strict=True)
        ]
        return np.array(found, dtype=object)

    def _pools(self, locale: str, which: str) -> set[str]:
        return {text for sex in ("female", "male") for text in self._maker.pool(locale, f"{which}_{sex}")}

    def _home_of(self, locale: str) -> Homes:
        if locale not in self._homes:
            known = {name: self._labels[name] for name in ("postcode", "city", "state") if name in self._labels}
            self._homes[locale] = self._maker.places(locale).homes_of(known, self._u("place"), self._u("postcode"))
        return self._homes[locale]

    def _address(self, locale: str, provider: str) -> Texts:
        home = self._home_of(locale)
        if provider == "country":
            return np.full(
                self._count, self._maker.kept(locale, "country", lambda fake: country_of(locale, fake)), dtype=object
            )
        if provider in ("city", "postcode", "state"):
            found: Texts = getattr(home, provider)
            return found
        if provider == "state_abbr":
            return home.abbreviation
        streets = self._picked(self._maker.pool(locale, "street_address"), "street")
        if provider == "street_address":
            return streets
        if locale == "en_US":
            return _joined("{}, {}, {} {}", streets, home.city, home.abbreviation, home.postcode)
        return _joined("{}, {} {}", streets, home.postcode, home.city)

    def _phones(self, locale: str) -> Texts:
        """Return numbers of the place that nobody has; where none are known, Faker's of the locale."""
        forms = self._home_of(locale).phone
        general = phone_forms(locale)
        if general:
            forms = np.where(forms == "", self._picked(np.array(general, dtype=object), "phone form"), forms)
        elif not len(forms) or (forms == "").any():
            return self._picked(self._maker.pool(locale, "phone_number"), "phone")
        digits = (self._u("phone") * 10**8).astype(np.int64)
        return np.array(
            [_filled(form, number) for form, number in zip(forms, digits.tolist(), strict=True)], dtype=object
        )

    def _sex_labels(self, field: Field) -> Texts:
        """Return the sex in the field's own words, or as female, male and other."""
        own = list(field.enum or ())
        meaning = self._maker.person.sexes(own)
        words = [next((a for a, b in zip(own, meaning, strict=True) if b == sex), None) for sex in range(3)]
        said = np.array(
            [own or word for own, word in zip(words, ("female", "male", "other"), strict=True)], dtype=object
        )
        return said[self.sex()]

    def birth_days(self) -> Ints:
        """Return int64[n], days of birth since 1970 that agree with the modelled birth date, year and age."""
        as_of = self._maker.person.as_of
        low, high = (
            born_with(np.full(self._count, _OLDEST), as_of)[0],
            born_with(np.full(self._count, _YOUNGEST), as_of)[1],
        )
        for concept, range_of in (("age", lambda ages: born_with(ages, as_of)), ("birth_year", born_in)):
            if concept in self._numbers:
                known = ~np.isnan(self._numbers[concept])
                first, last = range_of(np.where(known, self._numbers[concept], 0).astype(np.int64))
                apart = (np.maximum(low, first) > np.minimum(high, last)) & known  # the columns contradict each other
                low = np.where(known, np.where(apart, first, np.maximum(low, first)), low)
                high = np.where(known, np.where(apart, last, np.minimum(high, last)), high)
        days = low + (self._u("birth") * (high - low + 1)).astype(np.int64)
        if "birth_date" in self._numbers:
            known = ~np.isnan(self._numbers["birth_date"])
            days = np.where(known, np.where(known, self._numbers["birth_date"], 0).astype(np.int64), days)
        return days

    def _birth_texts(self, field: Field) -> Texts:
        days, place = np.unique(self.birth_days(), return_inverse=True)
        dates = [date(1970, 1, 1) + timedelta(days=day) for day in days.tolist()]
        texts = [each.strftime(field.format) if field.format else each.isoformat() for each in dates]
        return np.array(texts, dtype=object)[place]


def _joined(form: str, *parts: Texts) -> Texts:
    return np.array([form.format(*each) for each in zip(*parts, strict=True)], dtype=object)


def _filled(form: str, digits: int) -> str:
    """Put digits into the # of a form."""
    found = []
    for sign in form:
        if sign == "#":
            digits, last = divmod(digits, 10)
            sign = str(last)
        found.append(sign)
    return "".join(found)


def _plain(name: str, locale: str) -> str:
    """Return a name as it stands in an e-mail address: ASCII letters and digits, German umlauts as two letters."""
    from faker.decode import unidecode

    if locale.startswith("de_"):
        for sign, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")):
            name = name.replace(sign, two)
    letters = "".join(sign for sign in unidecode(name) if sign.isascii() and sign.isalnum()).lower()
    return letters or "person"


__all__ = ["DEFAULT_LOCALE", "PERSONAL", "Personae", "ages_on"]
