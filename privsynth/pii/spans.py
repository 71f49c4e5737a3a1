"""Written identifiers inside other text: every distinct value is searched, sampled or not.

The patterns run in Arrow over whole columns (RE2); only values that they match become Python texts, for further checks.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from privsynth.pii.model import Sign
from privsynth.pii.profile import Profile
from privsynth.pii.span_rules import EMAIL, FORMED, NAMED, PERSON, PLAIN_VALUE, Span, any_of

_ENOUGH_TRIES = 20  # values of the form of a checked number, from which chance explains some passes
_SIGMAS = 3.0
_MANY = 50_000  # values from which threads pay
_THREADS = 2


def span_signs(view: Profile) -> list[Sign]:
    """Search all distinct values of a column for identifiers written inside them.

    Returns:
        Signs of strength 0, with the number of distinct values that hold one: they do not say what the column is. A number
        whose check passes no more often than by chance is not told.
    """
    import pyarrow.compute as pc

    if view.kind in ("empty", "boolean"):
        return []
    texts = _texts(view)
    numbered = _matching(texts, r"\d\d")
    searches = [(EMAIL, texts.filter(pc.match_substring(texts, "@"))), (PERSON, texts)]
    for spans in (FORMED, NAMED):
        matched = _matching(numbered, any_of(spans))
        searches += [(span, matched) for span in spans]
    with ThreadPoolExecutor(_THREADS if len(texts) > _MANY else 1) as pool:
        hits = list(pool.map(lambda search: _hits(*search), searches))
    return [_said(span, found, view) for (span, _), found in zip(searches, hits, strict=True) if found]


def _texts(view: Profile) -> Any:
    """Return the values that a span can be in; a column of plain numbers has few, and a card number that stands there alone is a value."""
    plain = view.kind != "text" or all(shape[:1] in "9+-." and "9" in shape for shape in list(view.shapes)[:50])
    return _matching(view.texts, PLAIN_VALUE, invert=True) if plain else view.texts


def _matching(texts: Any, pattern: str, *, invert: bool = False) -> Any:
    import pyarrow.compute as pc

    matched = pc.match_substring_regex(texts, pattern)
    return texts.filter(pc.invert(matched) if invert else matched)


def _hits(span: Span, texts: Any) -> int:
    """Return how many of the texts hold the identifier."""
    import pyarrow.compute as pc

    if not len(texts):
        return 0
    matched = pc.match_substring_regex(texts, span.pattern, ignore_case=span.any_case)
    if span.check is None:
        return pc.sum(matched).as_py() or 0
    tried = texts.filter(matched).to_pylist()
    passed = sum(map(span.check, tried))
    expected = span.chance * len(tried)
    likely = expected + _SIGMAS * (expected * (1 - span.chance)) ** 0.5
    return 0 if expected and len(tried) >= _ENOUGH_TRIES and passed <= likely else passed


def _said(span: Span, hits: int, view: Profile) -> Sign:
    return Sign(
        source="span",
        entity=span.entity,
        weight="span",
        strength=0.0,
        n_tested=view.distinct,
        n_hit=hits,
        rule=span.rule,
    )
