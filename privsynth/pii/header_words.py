"""A header cut into words, and the words into concepts of the lexicon."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from privsynth.pii import lexicon, lexicon_cuts
from privsynth.pii import lexicon_around as around
from privsynth.pii.lexicon import ASKING, UNCUT

_LONGEST_HEADER = 200
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKS = "\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e"  # vowel signs of Hindi and Thai
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")
_EMAIL = re.compile(r"(?<![a-zA-Z])[eE][-–_ .]?[mM]ail")
# Spellings that lose their meaning when digits and full stops go.
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), written)
    for pattern, written in (
        (r"(?<![a-z])adm(?:in)?[ _-]?(?:level)?[ _-]?0", " admcountry "),
        (r"(?<![a-z])adm(?:in)?[ _-]?(?:level)?[ _-]?1", " admregion "),
        (r"(?<![a-z])adm(?:in)?[ _-]?(?:level)?[ _-]?2", " admcounty "),
        (r"(?<![a-z])adm(?:in)?[ _-]?(?:level)?[ _-]?[34]", " admcity "),
        (r"(?<![a-z])1st", " first "),
        (r"last[ _-]?4", " "),
        (r"(?<![a-z])iso[ _-]?(?:3166|a?[23])\b|alpha[ _-]?[23](?![a-z0-9])", " isocode "),
        (r"(?<![a-z])icd[ _-]?(?:9|10)[ _-]?pcs", " procedure "),
        (r"icd[ _-]?(?:9|10|11)(?:[ _-]?(?:cm|pcs|gm))?", " icd "),
        (r"(?<![a-z])hba1c|(?<![a-z])a1c", " hba "),
        (r"sha[ _-]?(?:1|256|512)|md5", " hash "),
        (r"(?<![a-z])cvv?[23]|(?<![a-z])cvc[23]", " cvv "),
        (r"(?<![a-z])brca[12]", " brca "),
        (r"spo2", " spo "),
    )
)
_DOTTED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W\d_])")
_SPELT = re.compile(r"(?<![^\W\d_])(?:[^\W\d_][_ ]){2,}[^\W\d_](?![^\W\d_])")  # d_o_b
_NUMBERED_ONLY = re.compile(
    r"\W*_?(?:[a-z]{1,2}|col|column|field|feature|feat|attr|attribute|var|variable)[\W_]*\d+", re.I
)
_ACIDITY = re.compile(r"(?<![^\W\d_])pH(?![^\W\d_])")
_MIXED = re.compile(r"(?<![a-zA-Z])(DoB|YoB|DoD|PoB|DoJ|PhD|NoK|IDs?)(?![a-z])")
_CURRENT_ACCOUNT = re.compile(r"(?<![^\W\d_])(?:[aA]/[cC]|[рР]/[сС])(?![^\W\d_])")
_ASIDE = re.compile(r"[(\[](?:required|optional|if any|if applicable|masked|encrypted|hashed)[)\]]", re.IGNORECASE)
_SEX = re.compile(r"\(?\b[mM] ?/ ?[fF](?: ?/ ?[a-zA-Z])?\b\)?")
_UNNAMED = re.compile(r"unnamed\W*\d+", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_NAMED = frozenset(("usuario", "apellidos", "los", "las"))  # "nombre" is French for number, Spanish for name
_NUMBERED = frozenset(around.NUMBERED.split())
_TIMES = frozenset(("time", "times", "zeit", "temps", "tiempo", "tempo", "tijd"))
_TOWARDS = frozenset(("in", "to", "since", "between", "spent", "until", "bis", "en", "left", "taken", "elapsed"))
_MEANING_SHORT = frozenset(("id", "ip", "dx", "px", "ph", "dt", "rx", "zip", "pc", "hp", "cp", "mi", "sn"))
_OF_STATES = frozenset(
    (
        "identity",
        "national",
        "tax",
        "tax+id",
        "insurance",
        "social",
        "citizen",
        "medicare",
        "passport",
        "dni",
        "nif",
        "personal",
        "birth",
    )
)
_BESIDE_NATIONS = frozenset(("id", "number", "code", "card", "document", "driver", "plate", "license")) | _OF_STATES
_LEADS = frozenset(("number", "num", "nums", "n", "nb", "no", "nbr", "nombre"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the words of a header mean.

    Attributes:
        concepts: Concepts of the lexicon; ``*`` for unknown words, ``%count`` and the like for words that deny.
        length: Words, small ones included.
        plural: Whether it is one word in the plural.
        unsure: Whether a word was mended, or is only a part of what was written together.
        guessed: Whether it is one short abbreviation and nothing else.
        countries: ISO codes of the countries that it names beside a number that states issue.
        rest: What follows a word for the person or the table (``pt_``, ``cust_``); None where nothing of its own does.
    """

    concepts: frozenset[str]
    length: int
    plural: bool
    unsure: bool = False
    guessed: bool = False
    countries: tuple[str, ...] = ()
    rest: Header | None = None


def _spelled(name: str) -> str:
    text = lexicon.plain(name[:_LONGEST_HEADER])
    text = _EMAIL.sub("email", text)
    if "(" in text or "[" in text:
        text = _ASIDE.sub(" ", text)
    if "_" in text or " " in text:
        text = _SPELT.sub(lambda match: re.sub(r"[_ ]", "", match[0]), text)
    text = _ACIDITY.sub(" ", text.replace("'s", "").replace("’s", ""))
    if "." in text:
        text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    if "/" in text:
        text = _CURRENT_ACCOUNT.sub(" account ", _SEX.sub(" ", text))
    if _DIGIT.search(text):
        for pattern, written in _SPELLINGS:
            text = pattern.sub(written, text)
    return _MIXED.sub(lambda match: match[0].lower(), text)


def words_of(name: str) -> tuple[str, ...]:
    """Split a header into lower-case words without accents (see ``header.words_of``)."""
    text = _EMAIL.sub("email", lexicon.plain(name[:_LONGEST_HEADER]))
    return tuple(word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text)))


def countries_of(name: str) -> tuple[str, ...]:
    """Return the ISO codes that the words of a header imply (see ``header.countries_of``)."""
    words = [word.rstrip(lexicon_cuts.UNSURE) for word in _split(name)]
    found = [country for word in (*_cut(words), *words) for country in lexicon.COUNTRIES.get(word, ())]
    return tuple(dict.fromkeys((*read(name).countries, *found)))


def _split(name: str) -> list[str]:
    """Cut a header into words, and compounds into their parts."""
    chunks = _WORD.findall(_spelled(name))
    together = _written_as_one([chunk.lower() for chunk in chunks])
    return [
        word
        for place, chunk in enumerate(chunks)
        for word in ((chunk.lower(),) if place in together else _parts(chunk))
    ]


def _written_as_one(chunks: list[str]) -> set[int]:
    """Return the places of chunks that are one word elsewhere, so that none of them is mended."""
    return {
        place
        for first in range(len(chunks) - 1)
        for place in range(first, first + 2)
        if "".join(chunks[first : first + 2]) in lexicon.WORDS
    }


def _cut(words: list[str]) -> list[str]:
    """Join neighbours that are one word ("web site")."""
    joined: list[str] = []
    place = 0
    while place < len(words):
        size = _joined(words, place)
        joined.append("".join(words[place : place + size]) if size > 1 else words[place])
        place += size
    return joined


def _joined(words: list[str], place: int) -> int:
    """Return how many neighbours from here on are written as one word elsewhere."""
    for size in (3, 2):
        if place + size <= len(words):
            whole = "".join(words[place : place + size])
            if whole in lexicon.WORDS and len(whole) >= 4 and lexicon.WORDS[whole][0] != "thing":
                return size
    return 1


@lru_cache(maxsize=65536)
def _parts(chunk: str) -> tuple[str, ...]:
    """Return the words of one run of letters: known as a whole, cut at capitals, or cut into known words."""
    low = chunk.lower()
    if lexicon_cuts.known(low) or low in UNCUT:
        return (low,)
    pieces = tuple(word.lower() for word in _CAMEL.split(chunk))
    if len(pieces) > 1 and all(lexicon_cuts.known(piece) for piece in pieces):
        return pieces
    if whole := lexicon_cuts.cut(low):
        return whole
    if len(pieces) == 1:
        return _guessed(low)
    return tuple(
        word
        for piece in pieces
        for word in ((piece,) if lexicon_cuts.known(piece) else lexicon_cuts.cut(piece) or _guessed(piece))
    )


def _guessed(word: str) -> tuple[str, ...]:
    """Return what an unknown word was meant to be, or its parts; the word itself when that cannot be told."""
    if meant := lexicon_cuts.mended(word):
        return (meant + lexicon_cuts.UNSURE,)
    return lexicon_cuts.cut_loosely(word) or (word,)


def _content(name: str, words: list[str]) -> list[str]:
    """Drop the small words, and in a question the verbs."""
    asking = "?" in name or (bool(words) and words[0] in ASKING)
    small = lexicon.NEUTRAL | ASKING | {"is", "are", "have", "has"} if asking else lexicon.NEUTRAL
    return [word for word in words if word not in small] or words[:1] * (len(words) == 1)


def _counts(words: list[str]) -> bool:
    """Return whether a header opens like a count: number_of_visits, n_patients, nombre d'enfants."""
    if len(words) < 2:
        return False
    if words[0] == "how":
        return words[1] in ("many", "much")
    if words[0] == "nombre":
        return words[-1].endswith(("s", "x")) and not _NAMED & set(words)
    if lexicon.WORDS.get(words[0]) not in (("number",), ("number?",)):
        return False
    return (words[1] == "of" and words[0] in _LEADS) or _counted(words)


def _counted(words: list[str]) -> bool:
    """Return whether what follows a word for number is counted (plural, or nothing that has a number)."""
    rest = next((word for word in words[1:] if word not in lexicon.NEUTRAL), "")
    if not rest:
        return False
    if rest.endswith("s") and (rest[:-1] in lexicon.WORDS or (words[0] not in _LEADS and rest not in lexicon.WORDS)):
        return True
    concepts = lexicon.WORDS.get(rest, ("*",))
    return words[0] in _LEADS and not _NUMBERED & set(concepts) and concepts[0][0] != "@"


@lru_cache(maxsize=8192)
def read(name: str) -> Header:
    """Return what the words of a header mean."""
    if _UNNAMED.fullmatch(name):
        return Header(
            concepts=frozenset(("index" if int("".join(sign for sign in name if sign.isdigit())) == 0 else "unnamed",)),
            length=1,
            plural=False,
        )
    if _NUMBERED_ONLY.fullmatch(name) and not _known_number(name):
        return Header(concepts=frozenset(("*",)), length=1, plural=False)
    split = _split(name)
    unsure = any(word.endswith(lexicon_cuts.UNSURE) for word in split)
    words = [word.rstrip(lexicon_cuts.UNSURE) for word in split]
    whole = _read(name, words, unsure=unsure)
    if len(words) < 2 or words[0] not in lexicon.PREFIXES or _joined(words, 0) > 1:
        return whole
    return replace(whole, rest=_read(name, words[1:], unsure=unsure))


def _known_number(name: str) -> bool:
    """Return whether the letters of a header like ``X12`` mean something themselves: id1, dx2."""
    letters = "".join(_WORD.findall(name)).lower()
    return letters in _MEANING_SHORT


def _read(name: str, words: list[str], *, unsure: bool) -> Header:
    words, countries = _of_states(_cut(words))
    kept = _content(name, words)
    counts = _counts(words)
    if counts:
        kept = [word for word in kept if word not in (words[0], "many", "much")]
    concepts = {concept for word in kept for concept in lexicon.WORDS.get(lexicon_cuts.singular(word), ("*",))}
    if counts or "per" in words[1:-1]:
        concepts.add("%count")
    elif "number?" in concepts and len(kept) > 1:
        concepts = concepts - {"number?"} | {"number"}
    if "time" in concepts and _lasts(words):
        concepts = concepts - {"time"} | {"%unit"}
    if "nation" in concepts:
        concepts = concepts - {"nation"} | (set() if _numbered(concepts) else {"*"})
    single = kept[0] if len(kept) == 1 else ""
    return Header(
        concepts=frozenset(concepts),
        length=len(words),
        plural=len(single) > 4 and single.endswith("s") and single[:-1] in lexicon.WORDS,
        unsure=unsure,
        guessed=single in lexicon.GUESSED,
        countries=countries,
    )


def _numbered(concepts: set[str]) -> bool:
    return bool(concepts & _BESIDE_NATIONS) or any(concept[0] == "@" for concept in concepts)


def _lasts(words: list[str]) -> bool:
    """Return whether a time is one that something takes: time_in_hospital, time_to_event."""
    return any(word in _TIMES and after in _TOWARDS for word, after in pairwise(words))


def _of_states(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the words without codes of countries, and the countries that they name beside a number of a state."""
    kept = list(words)
    found = [country for word in words for country in lexicon.NATIONS.get(word, ())]
    for place, word in ((0, words[0]), (-1, words[-1])) if len(words) > 1 else ():
        if (
            word in lexicon.ISO_CODES
            and (place or word not in lexicon.PREFIXES)
            and word.upper() not in found
            and _is_country(word, words, last=place == -1)
        ):
            found.append("GB" if word == "uk" else word.upper())
            kept.pop(place)
            break
    for country in found:
        issued = lexicon.SHORT_NUMBERS.get(country, {})
        kept = [issued.get(word, word) for word in kept]
    return kept, tuple(found)


def _is_country(code: str, words: list[str], *, last: bool) -> bool:
    """Return whether two letters beside the other words of a header are the code of a country."""
    others = [word for word in words if word != code]
    concepts = {concept for word in others for concept in lexicon.WORDS.get(lexicon_cuts.singular(word), ("*",))}
    issued = lexicon.SHORT_NUMBERS.get(code.upper(), {})
    if code in lexicon.WORDLIKE:
        strong = concepts & _OF_STATES or any(concept[0] == "@" for concept in concepts)
        clear = code in ("us", "es", "si", "ar", "be", "de", "at", "it", "ca", "ch", "se", "sa")
        return code not in lexicon.NEVER_LAST and bool(strong) and (last or clear)
    return (
        any(word in issued for word in others)
        or bool(concepts & (_OF_STATES | {"id", "id+number"}))
        or any(concept[0] == "@" for concept in concepts)
    )
