"""The words of table headers in thirty languages, read once into tables that ``header`` looks up.

``WORDS`` maps a word (accents and case removed) to concepts, ``RULES`` a concept to the rules that begin with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from privsynth.pii import lexicon_abroad as abroad
from privsynth.pii import lexicon_around as around
from privsynth.pii import lexicon_countries as countries
from privsynth.pii import lexicon_facts as facts
from privsynth.pii import lexicon_numbers as numbers
from privsynth.pii import lexicon_persons as persons
from privsynth.pii import lexicon_rules as rules
from privsynth.pii import lexicon_short as short
from privsynth.pii.entities import ENTITIES

_LONGEST_GUESSED = 4  # letters of an abbreviation that alone may be several words: conv, proc, dist
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    | {"Ø": "O", "Ł": "L", "Đ": "D", "Æ": "AE", "Œ": "OE"}
)
_BLOCKS = (
    persons.NAMES, persons.ROLES, persons.CONTACT, persons.KEYS, numbers.NUMBERS, facts.PLACES, facts.DATES, facts.TRAITS,
    facts.HEALTH, facts.MONEY, facts.CRIME, facts.TEXT, short.SHORT, short.FURTHER, abroad.ABROAD,
)  # fmt: skip
_DENYING = (
    ("%count", around.COUNTS),
    ("%count", around.MORE),
    ("%unit", around.UNITS),
    ("%amount", around.AMOUNTS),
    ("%kind", around.KINDS),
    ("%flag", around.FLAGS),
    ("%done", around.DONE),
    ("thing", around.THINGS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one set of concepts says.

    Attributes:
        concepts: All must occur in the header.
        alone: Nothing else may occur.
        says: (entity, strength) of ``header.<strength>``; none for words that name no entity.
        name: The concepts, joined by ``+``.
    """

    concepts: frozenset[str]
    alone: bool
    says: tuple[tuple[str, str], ...]
    name: str


def plain(text: str) -> str:
    """Remove accents; letters of their own (ø, ł, ß) become their nearest plain ones."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def _lines(block: str) -> Iterator[tuple[str, list[str]]]:
    for line in block.replace("\n  ", " ").strip().splitlines():
        head, _, words = line.partition(":")
        yield head, plain(words).lower().split()


def _skeleton(word: str) -> str:
    """Return the consonants of a word as people abbreviate it: number, nmbr."""
    kept = word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou")
    return "".join(letter for place, letter in enumerate(kept) if place == 0 or letter != kept[place - 1])


def _words() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entity, words in _lines(numbers.STATE_NUMBERS):
        found |= {word: (*found.get(word, ()), f"@{entity}") for word in words}
    for head, words in _lines(around.QUALIFIERS):
        found |= {word: (head.split()[0],) for word in words}
    for block in _BLOCKS:
        for concepts, words in _lines(block):
            for word in words:
                found.setdefault(word, tuple(concepts.split("+")))
    for concept, words_of_kind in _DENYING:
        for word in plain(words_of_kind).lower().split():
            found.setdefault(word, (concept,))
    for _, words in _lines(countries.NATIONS):
        for word in words:
            if len(word) > 2:
                found.setdefault(word, ("nation",))
    by_consonants = {_skeleton(word): found[word] for word in around.ABBREVIATED.split()}
    return {word: concepts for word, concepts in by_consonants.items() if len(word) > 3} | found


def _rules() -> dict[str, tuple[Rule, ...]]:
    said: dict[tuple[frozenset[str], bool], list[tuple[str, str]]] = {}
    for head, sets in _lines(rules.RULES):
        entity, strength = head.split()
        for text in sets:
            key = (frozenset(text.lstrip("=").split("+")), text.startswith("="))
            said.setdefault(key, [])
            if entity != "-":
                said[key].append((entity, strength))
    found: dict[str, list[Rule]] = {}
    for (concepts, alone), says in said.items():
        rule = Rule(concepts=concepts, alone=alone, says=tuple(says), name="+".join(sorted(concepts)))
        found.setdefault(min(concepts), []).append(rule)
    return {concept: tuple(rows) for concept, rows in found.items()}


def _countries() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entity, words in _lines(numbers.STATE_NUMBERS):
        for word in words:
            found.setdefault(word, []).append(ENTITIES[entity].country or entity[:2])
    for country, words in _lines(numbers.COUNTRY_WORDS):
        for word in words:
            found.setdefault(word, []).append(country)
    return {word: tuple(dict.fromkeys(countries)) for word, countries in found.items()}


def _short_numbers() -> dict[str, dict[str, str]]:
    rows = ((country, [pair.split("=") for pair in pairs]) for country, pairs in _lines(countries.SHORT_NUMBERS))
    return {country: {letters: f"@{entity.upper()}" for letters, entity in pairs} for country, pairs in rows}


def _nations() -> dict[str, tuple[str, ...]]:
    return {word: (country,) for country, words in _lines(countries.NATIONS) for word in words if len(word) > 2}


WORDS = _words()
WORDS |= {f"@{entity}": (f"@{entity}",) for entity in ENTITIES}
RULES = _rules()
COUNTRIES = _countries()
NATIONS = _nations()
ISO_CODES = frozenset(country.lower() for country, _ in _lines(countries.NATIONS)) | {"uk"}
WORDLIKE = countries.WORDLIKE
NEVER_LAST = countries.NEVER_LAST
SHORT_NUMBERS = _short_numbers()
GUESSED = frozenset(word for _, words in _lines(short.SHORT) for word in words if len(word) <= _LONGEST_GUESSED)
PREFIXES = frozenset(short.PREFIXES.split())
ASKING = frozenset(around.ASKING.split())
UNCUT = frozenset(around.UNCUT.split())
NEUTRAL = frozenset(plain(around.NEUTRAL).lower().split())
QUALIFIES = {head.split()[0]: head.split()[1] for head, _ in _lines(around.QUALIFIERS)}
TIERS = rules.TIERS
HEADS = rules.HEADS
TIER = {entity: tier for tier, row in enumerate(rules.TIERS) for entity in row.split()}
