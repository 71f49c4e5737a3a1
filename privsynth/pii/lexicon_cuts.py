"""Compounds cut into words that the lexicon knows, and slips of one letter mended."""

from __future__ import annotations

from functools import lru_cache

from privsynth.pii import lexicon
from privsynth.pii import lexicon_around as around

UNSURE = "~"  # ends a word that was mended, or that is only a part of a compound
_LONGEST_COMPOUND = 40
_LONGEST_WORD = 24
_SHORTEST_MENDED = 6
_SHORTEST_LOOSE = 7
_MOST_UNKNOWN = 4  # letters of a compound that no word explains
_FIRST_SHORT = frozenset(around.FIRST_SHORT.split())
_LAST_SHORT = frozenset(around.LAST_SHORT.split())
_JOINERS = frozenset(around.JOINERS.split())
_SHORT_CORE = frozenset(around.SHORT_CORE.split())
_NO_SLIPS = frozenset(around.NO_SLIPS.split())
_SHORT_STEMS = frozenset(
    (
        "vin",
        "mrn",
        "pan",
        "cvv",
        "dea",
        "hic",
        "lic",
        "dni",
        "nif",
        "lei",
        "veh",
        "aba",
        "ssn",
        "mac",
        "sin",
        "gps",
        "eth",
        "btc",
    )
)
_AGED = frozenset(("person", "patient", "relative", "household", "professional"))
_NUMBER_ENDS = frozenset(("number", "no", "nr", "num", "nbr", "nummer", "id"))
_OF_NUMBERS = frozenset(
    ("number", "id", "code", "identity", "personal", "national", "insurance", "medicare", "tax", "birth")
)


def known(word: str) -> bool:
    """Return whether the lexicon holds a word."""
    return word in lexicon.NEUTRAL or singular(word) in lexicon.WORDS


def singular(word: str) -> str:
    """Return the word without an English plural, when that makes it known."""
    if word in lexicon.WORDS or len(word) <= 4 or not word.endswith("s"):
        return word
    return next((word[:-cut] for cut in (1, 2) if word[:-cut] in lexicon.WORDS), word)


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(1, len(word))}


@lru_cache(maxsize=1)
def _slips() -> dict[str, tuple[str, ...]]:
    """Return each known word with one letter left out -> the words that it may be."""
    found: dict[str, list[str]] = {}
    for word in sorted(lexicon.WORDS):
        if word in _SHORT_CORE or (len(word) >= _SHORTEST_MENDED and word.isascii()):
            for form in (word, *_shortened(word)):
                found.setdefault(form, []).append(word)
    return {form: tuple(words) for form, words in found.items()}


def _one_slip(typed: str, meant: str) -> bool:
    """Return whether two letters were swapped, one was left out, or one doubled; never the first, nor the last added or dropped."""
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    if start == 0 or start == min(len(typed), len(meant)):
        return 0 < start < len(typed) and typed[start] == typed[start - 1]
    left, right = typed[start:], meant[start:]
    if len(left) == len(right):
        return len(left) > 1 and left[0] == right[1] and left[1] == right[0] and left[2:] == right[2:]
    if len(left) == len(right) + 1:
        return left[1:] == right and left[0] == typed[start - 1]
    return len(left) + 1 == len(right) and left == right[1:]


@lru_cache(maxsize=65536)
def mended(word: str) -> str:
    """Return the known word that was meant by one with a single slip; "" when none or too short to tell.

    Words of four and five letters are mended only when they are core words and letters were swapped or doubled.
    """
    size = len(word)
    if size < 4 or not word.isascii() or word in _NO_SLIPS or word in lexicon.UNCUT:
        return ""
    slips = _slips()
    found = [meant for form in (word, *_shortened(word)) for meant in slips.get(form, ()) if _one_slip(word, meant)]
    if size < _SHORTEST_MENDED:
        found = [meant for meant in found if meant in _SHORT_CORE and _swapped_or_doubled(word, meant)]
    else:
        found = [meant for meant in found if len(meant) >= _SHORTEST_MENDED or size == len(meant) + 1]
    return min(found, key=lambda meant: (abs(len(meant) - size), meant), default="")


def _swapped_or_doubled(typed: str, meant: str) -> bool:
    if len(typed) == len(meant):
        return sorted(typed) == sorted(meant)
    return len(typed) > len(meant)


def _strict_piece(word: str, start: int, end: int, size: int) -> bool:
    """Return whether a part of a compound counts as a word: four letters, or a short one where such stand."""
    part = word[start:end]
    if len(part) >= 4 or not part.isascii():
        return part in lexicon.WORDS and (len(part) >= 2 or size == 2)
    if start == 0:
        return part in _FIRST_SHORT or part in _SHORT_STEMS or _issued(part)
    return (end == size and part in _LAST_SHORT) or (end < size and part in _JOINERS)


def _issued(part: str) -> bool:
    return len(part) >= 3 and lexicon.WORDS.get(part, ("",))[0][:1] == "@"


@lru_cache(maxsize=65536)
def cut(word: str) -> tuple[str, ...]:
    """Cut a compound ("patientid", "telefonnummer") into the fewest known words; () when it cannot be cut entirely."""
    size = len(word)
    if size < 4 - 2 * (not word.isascii()) or size > _LONGEST_COMPOUND or word in lexicon.UNCUT:
        return ()
    best: list[tuple[str, ...] | None] = [()] + [None] * size
    for end in range(1, size + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            before = best[start]
            if before is None or not _strict_piece(word, start, end, size):
                continue
            longer = best[end]
            if longer is None or len(before) + 1 < len(longer):
                best[end] = (*before, word[start:end])
    found = best[size] or ()
    if len(found) < 2 or (found[-1] == "age" and not _AGED & set(lexicon.WORDS.get(found[0], ()))):
        return ()
    return found


def _cost(word: str, start: int, end: int, size: int) -> tuple[float, str] | None:
    """Return what reading a part as a word costs, and the word; None when it is none."""
    part = word[start:end]
    length = end - start
    if length >= 4:
        if part in lexicon.WORDS or part in lexicon.NEUTRAL:
            return 1.0 + 0.1 * (length == 4), part
        if length > _SHORTEST_MENDED and (meant := mended(part)):
            return 2.6, meant + UNSURE
        return None
    if length == 3 and (part in _LAST_SHORT or part in _SHORT_STEMS or (part == "tax" and end < size)):
        return 1.4, part
    if length == 3 and _issued(part) and (start == 0 or end == size or word[end:] in _NUMBER_ENDS):
        return 1.4, part
    if length == 2 and start > 0 and (part in ("id", "no", "nr") or (part == "ip" and end == size)):
        return 1.6, part
    if length == 2 and (start == 0 or end == size) and part in lexicon.ISO_CODES and part not in lexicon.NEVER_LAST:
        return 1.9, part
    return None


@lru_cache(maxsize=65536)
def cut_loosely(word: str) -> tuple[str, ...]:
    """Cut a compound at the least cost, with slips and a rest of few letters that no word explains; () when that fails.

    A mended word and the rest end with ``UNSURE``. Two words at least must be known, or one beside a country's code.
    """
    size = len(word)
    if size < 5 or size > _LONGEST_COMPOUND or not word.isascii() or word in lexicon.UNCUT or word in _NO_SLIPS:
        return ()
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * size
    for end in range(2, size + 1):
        for start in range(max(0, end - _LONGEST_WORD), end - 1):
            before = best[start]
            step = _cost(word, start, end, size) if before is not None else None
            if before is None or step is None:
                continue
            total = before[0] + step[0]
            there = best[end]
            if there is None or total < there[0]:
                best[end] = (total, (*before[1], step[1]))
    whole = best[size]
    if whole is not None and _sensible(whole[1]):
        return whole[1]
    if size < _SHORTEST_LOOSE + _MOST_UNKNOWN:
        return ()
    rests = [(row[0], row[1]) for row in best[-1 - _MOST_UNKNOWN : -1] if row is not None and len(row[1]) >= 2]
    parts = min(rests, default=(0.0, ()))[1]
    return (
        (*parts, "rest" + UNSURE)
        if parts and _sensible(parts) and all(len(part) > 4 and part[-1] != UNSURE for part in parts)
        else ()
    )


def _sensible(parts: tuple[str, ...]) -> bool:
    """Return whether a cutting is more than chance: few short parts, and a code of a country only beside a number."""
    mends = sum(part.endswith(UNSURE) for part in parts)
    if len(parts) < 2 or mends > 1 or parts[-1] == "age":
        return False
    concepts = {concept for part in parts for concept in lexicon.WORDS.get(singular(part.rstrip(UNSURE)), ())}
    numbered = bool(_OF_NUMBERS & concepts) or any(concept[0] == "@" for concept in concepts)
    coded = [part for part in (parts[0], parts[-1]) if len(part) == 2 and part not in ("id", "no", "nr", "ip")]
    long = [part for part in parts if len(part.rstrip(UNSURE)) >= 4]
    issued = bool((_OF_NUMBERS - {"number", "code"}) & concepts) or any(concept[0] == "@" for concept in concepts)
    return (not coded or (issued and not mends)) and (len(long) * 2 >= len(parts) or numbered)
