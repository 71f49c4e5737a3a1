"""Evidence from a column as a whole: how many values repeat, how long they are, whether they fit the header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np

from privsynth.pii import weights
from privsynth.pii.entities import ENTITIES, in_family, is_direct
from privsynth.pii.model import Evidence, Source
from privsynth.pii.patterns import RULES
from privsynth.pii.profile import Profile

_ENOUGH = 20  # cells under which repetition says nothing
_LOOKED_AT = 2000  # distinct values that are compared with the header
_FEW = 30  # distinct values that look like codes
_DIRECT = tuple(entity for entity in ENTITIES if is_direct(entity) and entity not in ("FREE_TEXT", "UNKNOWN_TEXT"))
_DATES = tuple(rule for rule in RULES if rule.entity == "DATE")
_CODE = re.compile(r"(?=.*9)[Aa9\-_/.#]{4,40}")


def _say(
    view: Profile, entity: str, weight: float, rule: str, *, hits: int | None = None, veto: bool = False
) -> Evidence:
    """Evidence from repetition (distinct values of cells), or from ``hits`` of the tested values."""
    source: Source = "veto" if veto else "uniqueness"
    tested, hit = (view.cells, view.distinct) if hits is None else (min(view.tested, _LOOKED_AT), hits)
    return Evidence(source=source, entity=entity, weight=weight, n_tested=tested, n_hit=hit, rule=rule)


def _few_codes(view: Profile) -> bool:
    few = view.distinct <= _FEW or view.unique_ratio < 0.003
    return few and view.cells >= 5 * _ENOUGH and view.unique_ratio < 0.3


def _sequence(view: Profile) -> bool:
    """Return whether the column counts its rows: all different, whole, without gaps worth the name."""
    if view.kind != "integer" or view.distinct < 1.5 * _ENOUGH or view.tested < view.distinct:
        return False
    numbers = view.numbers[np.isfinite(view.numbers)]
    dense = numbers.size >= 0.99 * view.distinct and float(np.ptp(numbers)) < 1.6 * view.distinct
    return dense and view.unique_ratio >= 0.999


def _fixed_width(view: Profile) -> bool:
    longest = max((len(members) for members in view.shapes.values()), default=0)
    shape = max(view.shapes, key=lambda key: len(view.shapes[key]), default="")
    return longest >= 0.85 * view.tested and len(shape) >= 6 and _CODE.fullmatch(shape) is not None


def _long_and_different(view: Profile) -> bool:
    longest = max(map(len, view.shapes), default=0)
    return view.cells >= 50 * _ENOUGH and view.unique_ratio >= 0.999 and longest >= 6


def _coded(view: Profile) -> bool:
    """Return whether most values are one word with digits, whatever their shapes."""
    return sum(len(m) for s, m in view.shapes.items() if _CODE.fullmatch(s)) >= 0.8 * view.tested


def key_evidence(view: Profile, headed: Iterable[str], *, quantity: bool) -> list[Evidence]:
    """Say what repetition tells about keys.

    Args:
        view: The column.
        headed: Entities that the header names.
        quantity: Whether the header is an amount, a count or a kind.

    Returns:
        Evidence for or against each key that the header names; for a nameless column, evidence for a record key.
    """
    keys = [entity for entity in headed if in_family(entity, "key")]
    if keys and _few_codes(view):
        return [_say(view, entity, weights.KEY_FEW, "few_codes") for entity in keys]
    if keys and view.kind in ("integer", "text") and view.cells >= _ENOUGH:
        unique, some = view.unique_ratio >= 0.9, view.unique_ratio >= 0.02
        weight = weights.KEY_UNIQUE if unique else weights.KEY_SOME if some else 0.0
        return [_say(view, entity, weight, "all_different" if unique else "many_values") for entity in keys if weight]
    if quantity or view.cells < _ENOUGH or view.unique_ratio < 0.95:
        return []
    if _sequence(view):
        return [_say(view, "RECORD_ID", weights.SEQUENCE, "sequence")]
    if view.kind in ("integer", "text") and (_fixed_width(view) or (view.kind == "text" and _coded(view))):
        return [_say(view, "RECORD_ID", weights.CODE_SHAPE, "all_different_one_shape")]
    if view.kind == "integer" and _long_and_different(view):
        return [_say(view, "RECORD_ID", weights.LONG_NUMBER, "all_different_long_numbers")]
    return []


def _words(view: Profile) -> tuple[float, float]:
    counts = [value.count(" ") + 1 for value in view.values[:5000]]
    return float(np.median(counts)), float(np.median([len(value) for value in view.values[:5000]]))


def text_evidence(view: Profile, headed: Iterable[str]) -> list[Evidence]:
    """Say whether a text column is prose, or text that nothing explains."""
    if view.kind != "text":
        return []
    named = "FREE_TEXT" in headed
    words, length = _words(view)
    found: list[Evidence] = []

    def add(entity: str, weight: float, rule: str) -> None:
        found.append(
            Evidence(source="text", entity=entity, weight=weight, n_tested=view.tested, n_hit=view.tested, rule=rule)
        )

    varied = view.unique_ratio > 0.5 or view.distinct > 200
    if varied and (words > 6 or (length > 40 and words > 2) or length > 120):
        add("FREE_TEXT", weights.LONG_TEXT, "long_text")
    elif varied and words > 4:
        add("FREE_TEXT", weights.SOME_TEXT, "some_text")
    elif named and _few_codes(view):
        add("FREE_TEXT", weights.KEY_FEW, "few_codes")
    if view.unique_ratio > 0.5 and view.distinct >= 50:
        add("UNKNOWN_TEXT", weights.TEXT_UNIQUE, "mostly_different_text")
    return found


def _share(view: Profile, test: Callable[[str], bool]) -> float:
    sample = view.values[:_LOOKED_AT]
    return sum(map(test, sample)) / max(1, len(sample))


def _digits(low: int, high: int) -> Callable[[str], bool]:
    def test(value: str) -> bool:
        digits = sum(letter.isdigit() for letter in value)
        return low <= digits <= high and sum(letter.isalpha() for letter in value) <= 4

    return test


def _dated(value: str) -> bool:
    return any(rule.check(value) for rule in _DATES) or (len(value) == 4 and value[:2] in ("18", "19", "20"))


def _masked_or(low: int, high: int) -> Callable[[str], bool]:
    plain = _digits(low, high)
    return lambda value: plain(value) or (len(value) >= low and value[-4:].isdigit() and not value[:-4].strip("Xx*•- "))


def _named(value: str) -> bool:
    letters = sum(letter.isalpha() for letter in value)
    return letters >= 2 and not any(letter.isdigit() for letter in value)


# Looser than the rules: could the values be what the header says?
_COULD_BE: dict[str, Callable[[str], bool]] = {
    "EMAIL": lambda value: "@" in value,
    "PHONE": _digits(7, 22),
    "US_SSN": _masked_or(9, 9),
    "CREDIT_CARD": _masked_or(12, 19),
    "CARD_CODE": _digits(3, 4),
    "IBAN": lambda value: len(value) >= 14 and value[:2].isalpha(),
    "DATE_OF_BIRTH": _dated,
    "DATE": _dated,
    "POSTAL_CODE": lambda value: 3 <= len(value) <= 10 and any(letter.isdigit() for letter in value),
    "IP_ADDRESS": lambda value: value.count(".") == 3 or value.count(":") >= 2,
    "MAC_ADDRESS": lambda value: len(value) >= 12,
    "URL": lambda value: "." in value or "/" in value,
    "STREET_ADDRESS": lambda value: len(value) >= 5 and any(letter.isalpha() for letter in value),
    "NATIONAL_ID": _digits(5, 20),
    "TAX_ID": _digits(5, 20),
    "PASSPORT": _digits(5, 12),
    "CITY": _named,
    "PERSON_NAME": _named,
    "FIRST_NAME": _named,
    "LAST_NAME": _named,
}


_LOOSE = ("CITY", "STREET_ADDRESS", "PERSON_NAME", "FIRST_NAME", "LAST_NAME")  # any words pass: only a veto


def fit_evidence(view: Profile, headed: Iterable[str]) -> list[Evidence]:
    """Say whether the values could be what the header names."""
    found = []
    for entity in headed:
        test = _COULD_BE.get(entity)
        if test is None or not view.values:
            continue
        share = _share(view, test)
        if (share >= 0.8 and entity not in _LOOSE) or share < 0.2:
            weight = weights.COMPATIBLE if share >= 0.8 else weights.INCOMPATIBLE
            hits = round(share * min(view.tested, _LOOKED_AT))
            rule = "could_be" if share >= 0.8 else "cannot_be"
            found.append(_say(view, entity, weight, rule, hits=hits, veto=True))
    return found


def veto_evidence(view: Profile, headed: Iterable[str]) -> list[Evidence]:
    """Say what a column cannot be: booleans and measurements name nobody, identifiers seldom repeat."""
    if view.kind == "boolean" and view.cells >= _ENOUGH:
        return [_say(view, entity, weights.NOT_A_NUMBER_TO_CALL, "boolean", veto=True) for entity in _DIRECT]
    if view.kind == "float":
        return [_say(view, entity, weights.NOT_A_NUMBER_TO_CALL, "measurement", veto=True) for entity in _DIRECT]
    found = []
    if _few_codes(view) and view.distinct <= _FEW:
        direct = [entity for entity in headed if entity in _DIRECT and not in_family(entity, "key")]
        found += [_say(view, entity, weights.FEW_VALUES, "few_values", veto=True) for entity in direct]
    if "TARGET" in headed and view.distinct > _FEW and view.kind == "text":
        found.append(_say(view, "TARGET", weights.INCOMPATIBLE, "too_many_classes", veto=True))
    return found
