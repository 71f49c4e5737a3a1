"""First and last names of Faker's person locales and our own, with how widely each is used, and words that veto them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from privsynth.pii.wordlists import faker_lists, fold, own_lists

_FIRST = re.compile(r"first_(?:names|kana_names|romanized_names).*")
_LAST = re.compile(r"(?:male_|female_|unisex_)?last_(?:names|kana_names|romanized_names).*|middle_names.*")
_BOTH = re.compile(f"{_FIRST.pattern}|{_LAST.pattern}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})
_HAS_UMLAUT = re.compile("[äöüßåøæ]")
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэі", "abvgdeziyklmnoprstufyei", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
    | {"є": "ye", "ї": "yi", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj", "џ": "dz", "ѓ": "gj", "ќ": "kj", "ѕ": "dz"}
)
_GREEK = str.maketrans(
    dict(zip("αβγδεζηικλμνοπρσςτυφω", "avgdeziiklmnoprsstyfo", strict=True))
    | {"θ": "th", "ξ": "x", "χ": "ch", "ψ": "ps"}
)
_SLAVIC = frozenset(["ru", "uk", "bg", "mk", "pl", "cs", "sk", "sl", "hr", "lv", "lt", "own"])
_PAIRS = (
    ("ski", "ska"), ("cki", "cka"), ("ny", "na"), ("ov", "ova"), ("ev", "eva"), ("in", "ina"), ("sky", "skaya"),
    ("ский", "ская"), ("ов", "ова"), ("ев", "ева"), ("ин", "ина"), ("ський", "ська"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLists:
    """Names and words, folded.

    Attributes:
        first: First name -> number of languages that list it.
        last: Last name -> number of languages that list it.
        ends: Ends of surnames.
        words: Common words: a name that is one of them counts less.
        company_ends: Words at the end of a name of a firm.
        vetoes: Words that a name of a person has nowhere.
        place_first: Words at the beginning of a name of a place.
        place_last: Words at the end of a name of a place or a street.
        particles: Small words within names.
        titles: Words before names.
        suffixes: Words after names.
    """

    first: dict[str, int]
    last: dict[str, int]
    ends: tuple[str, ...]
    words: frozenset[str]
    company_ends: frozenset[str]
    vetoes: frozenset[str]
    place_first: frozenset[str]
    place_last: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]
    suffixes: frozenset[str]


@lru_cache(maxsize=1)
def _particles() -> frozenset[str]:
    return frozenset(own_lists("words")["particles"]["all"].split())


def _spellings(value: str, language: str) -> set[str]:
    """Return the folded words of a listed name, in the ways that it is written."""
    if value.isascii() and value.isalpha():
        return {value.lower()}
    found = set()
    particles = _particles()
    for word in fold(value).replace(",", " ").split():
        if word not in particles and (len(word) > 1 or not word.isascii()):
            found.add(word.strip(".'"))
    if _HAS_UMLAUT.search(value.lower()):
        found |= {word for word in value.lower().translate(_UMLAUTS).split() if word.isascii()}
    if language in ("ru", "uk", "bg", "mk"):
        latin = {word.translate(_CYRILLIC) for word in found}
        found |= latin | {word[:-2] + end for word in latin if word.endswith("iy") for end in ("y", "i")}
    elif language == "el":
        found |= {word.translate(_GREEK) for word in found}
    return found - {""}


def _paired(names: Iterable[str]) -> set[str]:
    """Return the surnames with those of the other gender."""
    found = set(names)
    for name in tuple(found):
        for he, she in _PAIRS:
            if name.endswith(she):
                found.add(name[: -len(she)] + he)
            elif name.endswith(he):
                found.add(name[: -len(he)] + she)
    return found


def _ranks(by_language: dict[str, set[str]]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for names in by_language.values():
        for name in names:
            ranks[name] = ranks.get(name, 0) + 1
    return ranks


def _listed() -> tuple[dict[str, int], dict[str, int]]:
    first: dict[str, set[str]] = {}
    last: dict[str, set[str]] = {}
    raw: dict[tuple[bool, str], set[str]] = {}
    for locale, attribute, values in faker_lists("person", _BOTH):
        raw.setdefault((attribute.startswith("first"), locale[:2]), set()).update(values)
    for (given, language), held in raw.items():
        for value in held:
            if "{" not in value:
                (first if given else last).setdefault(language, set()).update(_spellings(value, language))
    for target, kind in ((first, "first"), (last, "last")):
        for group, text in own_lists("names")[kind].items():
            target["own " + group] = {word.rpartition("-")[2] for word in fold(text).split()} - _particles()
    for language in last.keys() & _SLAVIC:
        last[language] = _paired(last[language])
    return _ranks(first), _ranks(last)


@lru_cache(maxsize=1)
def name_lists() -> NameLists:
    """Return names and words; they are read on the first call."""
    first, last = _listed()
    own = {kind: fold(lists["all"]) for kind, lists in own_lists("words").items()}
    words = set(own["things"].split()) | set(own["colours"].split("|")) | set(own["calendar"].split("|"))
    for _, _, values in faker_lists("lorem", re.compile("word_list"), locales=frozenset(("en_US", "fr_FR", "de_DE"))):
        words.update(fold(value) for value in values)
    company = set(own["company_words"].split())
    places = {*own["place_last"].split(), *own["street"].split()}
    words |= company | places
    return NameLists(
        first=first,
        last=last,
        ends=tuple(own["surname_ends"].split()),
        words=frozenset(words),
        company_ends=frozenset(own["company_ends"].split()) - {"ag", "as", "ad", "co", "se", "sa", "sl", "cv", "kk"}
        | frozenset(("co.", "s.a.", "a.s.", "a/s")),
        vetoes=frozenset(company - last.keys() - first.keys()),
        place_first=frozenset(own["place_first"].split()),
        place_last=frozenset(places - last.keys()),
        particles=_particles(),
        titles=frozenset(own["titles"].split()),
        suffixes=frozenset(own["suffixes"].split()),
    )
