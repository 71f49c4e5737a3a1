"""Evidence from the words of a header alone; it reads no cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from privsynth.pii import lexicon, weights
from privsynth.pii.entities import ENTITIES, is_direct
from privsynth.pii.model import Evidence

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HYPHENATED = re.compile(r"[eE][- ][mM]ail")
_WORD = re.compile(r"[^\W\d_]+")
_ALSO_DENIED = ("DATE_OF_BIRTH", "POSTAL_CODE", "DATE", "ORGANIZATION")
_LONGEST_HEADER = 200
_LONGEST_COMPOUND = 40
_SEGMENTS = sorted((word for word in lexicon.WORDS if len(word) >= 4), key=len, reverse=True)
_SHORT_ENDS = ("id", "no", "nr", "num")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(name: str) -> tuple[str, ...]:
    """Split a header into lower-case words without accents.

    Example:
        >>> words_of("PatientFirst_Name2")
        ('patient', 'first', 'name')
    """
    text = (
        _plain(name[:_LONGEST_HEADER]).replace("e-mail", "email").replace("E-Mail", "email").replace("E-mail", "email")
    )
    return tuple(word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text)))


@lru_cache(maxsize=4096)
def _segments(word: str) -> tuple[str, ...]:
    """Cut a compound ("patientid", "telefonnummer") into known words; () when it cannot be cut entirely."""
    if word in lexicon.WORDS or word in lexicon.NEGATIVE or word in _SHORT_ENDS or word in lexicon.STOP_WORDS:
        return (word,)
    if len(word) > _LONGEST_COMPOUND:
        return ()
    for known in _SEGMENTS:
        if word.startswith(known):
            rest = word[len(known) :].removeprefix("of")
            tail = _segments(rest) if len(rest) >= 4 or rest in _SHORT_ENDS else ()
            if tail:
                return (known, *tail)
    return ()


def _concepts(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the concepts of a header in order, and the words that count against identifiers."""
    known = [word for word in words if word not in lexicon.STOP_WORDS]
    pieces = [piece for word in known for piece in (_segments(word) or (word,))]
    pieces = [piece for piece in pieces if piece not in lexicon.STOP_WORDS]
    against: list[str] = [piece for piece in pieces if piece in lexicon.NEGATIVE]
    concepts: list[str] = []
    for place, piece in enumerate(pieces):
        if place == 0 and len(pieces) > 1 and piece in lexicon.COUNT_FIRST:
            against.append(piece)
        else:
            concepts.extend(lexicon.WORDS.get(piece, () if piece in lexicon.NEGATIVE else ("?",)))
    return concepts, against


def _evidence(entity: str, weight: float, rule: str) -> Evidence:
    return Evidence(source="header", entity=entity, weight=weight, rule=rule)


def _spoken_for(concepts: list[str]) -> list[Evidence]:
    """Match the rules, longest first; each concept serves one rule."""
    left, whole, found = set(concepts), frozenset(concepts), []
    for wanted, alone, entity, strength in lexicon.RULES:
        if wanted <= left and (not alone or whole == wanted):
            left -= wanted
            if entity:
                found.append(_evidence(entity, weights.HEADER[strength], "+".join(sorted(wanted))))
    return found


def header_evidence(name: str) -> list[Evidence]:
    """Return what the words of a header say, for and against entities.

    Args:
        name: The header, any text.

    Returns:
        Evidence whose ``rule`` names concepts of the lexicon. A word such as ``count`` or ``type`` brings evidence
        against every direct identifier.
    """
    concepts, against = _concepts(words_of(name))
    found = _spoken_for(concepts)
    if against:
        found += [_evidence(e, weights.HEADER_NEGATIVE, "count_kind_or_amount") for e in ENTITIES if _denied(e)]
    if lexicon.NOT_A_PERSON & set(concepts) and not {"first", "last", "full"} & set(concepts):
        names = [entity for entity, row in ENTITIES.items() if row.family == "name"]
        found += [_evidence(entity, weights.HEADER_NOT_A_PERSON, "thing_or_place") for entity in names]
    return found


def _denied(entity: str) -> bool:
    return (is_direct(entity) and entity != "UNKNOWN_TEXT") or entity in (
        "DATE_OF_BIRTH",
        "POSTAL_CODE",
        "DATE",
        "ORGANIZATION",
    )


def is_quantity(evidence: Iterable[Evidence]) -> bool:
    """Return whether header evidence holds a word of amount, count or kind."""
    return any(item.rule == "count_kind_or_amount" for item in evidence)
