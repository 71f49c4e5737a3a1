"""Signs from a column as a whole: how many values repeat, whether they are prose, what they cannot be."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from statistics import median

import numpy as np

from privsynth.pii.entities import ENTITIES, in_family, is_direct
from privsynth.pii.key_forms import written_key_signs
from privsynth.pii.model import Sign, Source
from privsynth.pii.posterior import UNSEEN
from privsynth.pii.profile import Profile

_CELLS = 8.0  # scale of 1 - exp(-n / scale): 0.46 at five cells, 0.92 at twenty
_CELLS_UNNAMED = 20.0  # the same where no header speaks: five different codes are little
_CELLS_LONG = 400.0
_VALUES = 3.0  # of values of which each is telling: 0.81 at five
_FEW = 30  # distinct values that look like codes
_MANY_CELLS = 100  # from which few values are telling however long they are
_SHORT_CODE = 3  # letters of a code that may repeat in a small sample
_LOOKED_AT = 2000  # distinct values that are looked at one by one
_LONG = 60  # characters from which repeated text is prose and no label
_AGAIN = 0.8  # what repeated prose counts
_RECORDS = 0.95  # share of different values of a key without a header
_YEARS = (1900.0, 2100.0)
_DIRECT = tuple(entity for entity in ENTITIES if is_direct(entity))
_CODE = re.compile(r"(?=.*9)[Aa9\-_/.#:]{4,40}")
_NO_KEY = re.compile(  # dates, times, amounts, measures and versions
    r"9{1,4}([-/.])(?:9{1,2}|[Aa]{3})\1?9{1,4}.*|9{1,2}:9{1,2}.*|[+-]?9*[.,]9+%?|9+[Aa]{1,3}|9{1,3}(?:\.9{1,3})+"
)
_CASELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*[.,;:!?)]*")


def _grown(number: float, scale: float) -> float:
    """Return a strength that grows from 0 to 1 with the number of cells or values."""
    return 1.0 - math.exp(-number / scale)


def _repetition(
    view: Profile, entity: str, weight: str, strength: float, rule: str, source: Source = "uniqueness"
) -> Sign:
    return Sign(
        source=source,
        entity=entity,
        weight=weight,
        strength=max(0.0, min(1.0, strength)),
        n_tested=view.cells,
        n_hit=view.distinct,
        rule=rule,
    )


def _few_codes(view: Profile) -> float:
    """Return how surely the column is a handful of codes: 0 to 1."""
    if not view.values:
        return 0.0
    if view.cells >= _MANY_CELLS:
        few = view.distinct <= _FEW or view.unique_ratio < 0.003
        return 1.0 if few and view.unique_ratio < 0.3 else 0.0
    repeats = view.cells - view.distinct
    short = median(map(len, view.values)) <= _SHORT_CODE
    return _grown(repeats, _CELLS) if short and view.unique_ratio <= 0.5 else 0.0


def _sequence(view: Profile) -> bool:
    """Return whether the column counts its rows: all different, whole, without gaps worth the name."""
    numbers = view.numbers[np.isfinite(view.numbers)]
    if view.kind != "integer" or view.unique_ratio < 0.999 or numbers.size < max(3, 0.99 * view.tested):
        return False
    low, high = float(numbers.min()), float(numbers.max())
    return high - low < 1.6 * view.distinct and not (_YEARS[0] <= low and high <= _YEARS[1])


def _fixed_width(view: Profile) -> bool:
    shape = max(view.shapes, key=lambda key: (len(view.shapes[key]), key))
    common = len(view.shapes[shape]) >= 0.85 * view.tested
    return common and len(shape) >= 6 and _CODE.fullmatch(shape) is not None and _NO_KEY.fullmatch(shape) is None


def _coded(view: Profile) -> bool:
    """Return whether most values are one word with letters and digits, whatever their shapes."""
    coded = (
        len(members)
        for shape, members in view.shapes.items()
        if _CODE.fullmatch(shape) and _NO_KEY.fullmatch(shape) is None
    )
    return sum(coded) >= 0.8 * view.tested


def _one_word(view: Profile) -> bool:
    """Return whether most values are one word or have digits: other texts are no keys."""
    one = (len(members) for shape, members in view.shapes.items() if " " not in shape or "9" in shape)
    return sum(one) >= 0.5 * view.tested


def key_signs(view: Profile, headed: Collection[str], *, quantity: bool) -> list[Sign]:
    """Say what repetition tells about keys.

    Args:
        view: The column.
        headed: Entities that the header names, wider kinds included.
        quantity: Whether the header is an amount, a count or a kind.

    Returns:
        Signs for or against each key that the header names; for a column that names none, signs for a record key.
    """
    if not view.cells:
        return []
    keys = [entity for entity in headed if in_family(entity, "key")]
    if keys and (few := _few_codes(view)):
        return [_repetition(view, entity, "key.few", few, "few_codes") for entity in keys]
    if keys:
        return [*_named_key(view, keys), *written_key_signs(view, headed)]
    if quantity or view.unique_ratio < _RECORDS or view.kind not in ("integer", "text"):
        return []
    return [*_unnamed_key(view), *written_key_signs(view, headed)]


def _named_key(view: Profile, keys: Iterable[str]) -> list[Sign]:
    if view.kind not in ("integer", "text") or not _one_word(view):
        return []
    weight = "key.unique" if view.unique_ratio >= 0.9 else "key.some" if view.unique_ratio >= 0.02 else ""
    rule = "all_different" if weight == "key.unique" else "many_values"
    strength = _grown(view.cells, _CELLS)
    return [_repetition(view, entity, weight, strength, rule) for entity in keys if weight]


def _unnamed_key(view: Profile) -> list[Sign]:
    strength = _grown(view.cells, _CELLS_UNNAMED)
    if _sequence(view):
        return [_repetition(view, "RECORD_ID", "key.sequence", strength, "sequence")]
    if _fixed_width(view) or (view.kind == "text" and _coded(view)):
        return [_repetition(view, "RECORD_ID", "key.shape", strength, "all_different_one_shape")]
    if view.kind == "integer" and max(map(len, view.shapes)) >= 6 and view.unique_ratio >= 0.999:
        long = _grown(view.cells, _CELLS_LONG)
        return [_repetition(view, "RECORD_ID", "key.long", long, "all_different_long_numbers")]
    return []


def _words(value: str) -> float:
    """Return the number of words; two signs of a script without spaces count as one."""
    return value.count(" ") + 1 + len(_CASELESS.findall(value)) / 2


def _in_sentence(value: str) -> float:
    """Return how much a value reads like a sentence: its share of words, after the first, that begin in lower case."""
    if _CASELESS.search(value):
        return 1.0
    words = value.split()
    if value.upper() == value:  # capitals only: it cannot be told
        return 0.5 if sum(_WORD.fullmatch(word) is not None for word in words) > 0.6 * len(words) else 0.0
    rest = words[1:]
    return sum(word[0].islower() and _WORD.fullmatch(word) is not None for word in rest) / max(1, len(rest))


def _is_blob(value: str) -> bool:
    """Return whether a value is JSON, XML or a list, and no prose."""
    if value[:1] + value[-1:] in ("{}", "[]", "<>"):
        return True
    parts = sum(map(value.count, ",;|\t"))
    return parts >= 2 and parts >= 0.6 * (value.count(" ") or parts)


def text_signs(view: Profile, headed: Collection[str]) -> list[Sign]:
    """Say whether a text column is prose.

    Args:
        view: The column.
        headed: Entities that the header names.

    Returns:
        Signs for free text: ``text.long`` for prose, ``text.some`` for short remarks and for long blobs that nobody can
        vouch for; ``key.few`` against it where a header says text and the cells are a handful of labels.
    """
    if view.kind != "text":
        return []
    if "FREE_TEXT" in headed and (few := _few_codes(view)):
        return [_repetition(view, "FREE_TEXT", "key.few", few, "few_codes", "text")]
    repeated = view.unique_ratio <= 0.5 and view.distinct <= 200
    sample = view.values[:_LOOKED_AT]
    length, words = median(map(len, sample)), median(map(_words, sample))
    blobs = sum(map(_is_blob, sample)) > 0.5 * len(sample)
    prose = min(1.0, 2.0 * float(np.mean([_in_sentence(value) for value in sample])))
    weight, share, rule = _reading(length, words, prose, blobs=blobs)
    if not share or (repeated and (weight != "text.long" or length < _LONG)):
        return []
    if repeated:
        share, rule = share * _AGAIN, "repeated_long_text"
    strength = share * _grown(view.tested, _VALUES)
    hits = len(sample)
    return [
        Sign(source="text", entity="FREE_TEXT", weight=weight, strength=strength, n_tested=hits, n_hit=hits, rule=rule)
    ]


def _reading(length: float, words: float, prose: float, *, blobs: bool) -> tuple[str, float, str]:
    """Return the weight, its share and the rule that follow from the median length and words and the share of sentences."""
    if blobs:
        return "text.some", 0.8 if length > 120 else 0.0, "long_blob"
    if words > 6 or (length > 40 and words > 4):
        return (
            ("text.long", prose, "long_text")
            if prose >= 0.4
            else ("text.some", max(prose, 0.5 * (length > 80)), "some_text")
        )
    if words >= 2:
        return "text.some", prose * min(1.0, words / 4), "some_text"
    return "", 0.0, ""


def veto_signs(view: Profile, headed: Collection[str]) -> list[Sign]:
    """Say what a column cannot be: booleans and measurements name nobody, identifiers seldom repeat.

    Args:
        view: The column.
        headed: Entities that the header names: what a header says of a number is doubted by half only.

    Returns:
        Signs against direct identifiers; none against places, dates or amounts.
    """
    if view.kind == "boolean":
        strength = _grown(view.cells, _CELLS)
        return [_repetition(view, entity, "veto.boolean", strength, "boolean", "veto") for entity in _DIRECT]
    if view.kind == "float":
        return _measured(view, headed)
    found = []
    if view.distinct <= _FEW and (few := _few_codes(view)):
        direct = [entity for entity in headed if entity in _DIRECT and not in_family(entity, "key")]
        found += [_repetition(view, entity, "veto.few", few, "few_values", "veto") for entity in direct]
    if "TARGET" in headed and view.distinct > _FEW and view.kind == "text":
        found.append(_repetition(view, "TARGET", "fit.cannot", 1.0, "too_many_classes", "veto"))
    return found


def _measured(view: Profile, headed: Collection[str]) -> list[Sign]:
    """Say that a measurement is no identifier; where a header names one, only if most numbers have a fraction."""
    finite = view.numbers[np.isfinite(view.numbers)]
    continuous = finite.size > 0 and float(np.mean(finite != np.floor(finite))) > 0.5
    strength = _grown(view.tested, _VALUES)
    found = []
    for entity in _DIRECT:
        share = (0.5 if continuous else 0.0) if entity in headed else 1.0
        if share:
            found.append(_repetition(view, entity, "veto.float", share * strength, "measurement", "veto"))
    return found


def unseen_signs(view: Profile) -> list[Sign]:
    """Say how much room a column leaves for a kind that no rule knows: different texts more than numbers or few labels."""
    if view.kind in ("boolean", "float", "empty"):
        weight, rule = "unseen.measure", "measurement"
    elif view.kind == "integer":
        weight, rule = "unseen.number", "whole_numbers"
    else:
        weight, rule = "unseen.text", "text"
    strength = view.unique_ratio if view.kind in ("text", "integer") else 1.0
    return [_repetition(view, UNSEEN, weight, strength, rule, "text")]
