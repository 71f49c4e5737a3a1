"""Numbers that a register issues, by how they are written: DOIs, ISBNs, digests, prefixed and grouped codes, random tokens.

They tell a key from five cells, where "all values differ" tells little.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from privsynth.pii import checks, dates
from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.model import Sign
from privsynth.pii.profile import Profile, shape_of
from privsynth.pii.rules import matches, strided

_LOOKED_AT = 200  # values
_CODES = "code.shape"  # the weight of codes, which many catalogues of things have too
_LEAST_SHARE = 0.75
_LONGEST_CODE = 100
_SCALE = 2.0  # values of which each is telling: 0.92 at five, 0.39 at one
_BLOCKING = frozenset(("number", "place", "date", "text"))  # families of numbers that are written like that too
_HEALTH = frozenset(("DIAGNOSIS", "MEDICATION", "PROCEDURE", "HEALTH"))
_TRANSITIONS = 4  # between capitals, small letters and digits
_WRITTEN = re.compile(r"[A-Z]?[a-z]+")
_MOST_WRITTEN = 0.28  # of a token is one word: "iPhone12ProMax" is none
_SHORTEST_TOKEN = 9
_AMOUNTS = "usd eur gbp inr rs r chf cad aud jpy cny brl mxn zar aed tel fax ph phone mob no nr q fy cy h"
_NO_PREFIX = frozenset(_AMOUNTS.split())

# Numbers of books and papers: of things, in public registers.
_published = matches(
    r"(?:doi:\s?)?10\.\d{4,9}/\S{2,120}|urn:(?!uuid)[a-z0-9\-]{2,32}:\S{2,120}|ark:/?\d{5}/\S+|arxiv:\d{4}\.\d{4,5}(?:v\d+)?|hdl:\S+/\S+"
)
# Keys of documents, digests (which may hide a person) and ORCIDs (which are persons).
_known = matches(r"(?:[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64})|\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_hex = matches(r"[0-9a-f]{24,64}")
_prefixed = re.compile(r"([A-Za-z]{1,6})[-_ ]?([0-9]{5,14})(?:[-_/.]?[A-Za-z0-9]{1,2})?")
_grouped = matches(r"(?=.*[a-z])(?=(?:.*\d){5})[a-z0-9]{1,14}(?:[-_/:][a-z0-9]{1,14}){1,6}")
_numbered_by_year = matches(r"(?:19|20)\d\d[/\-]\d{5,9}|\d{5,9}[/\-](?:19|20)\d\d")
_token = matches(r"[a-z0-9][a-z0-9_\-]{8,63}")
_measured = matches(r".*\d(?:mm|cm|km|kg|mg|ml|gb|mb|kb|hz|px|x\d+).*|\d{4}-\d\d?-\d\d?t.*|\d+-?[a-z]{3}-?\d+")


def _transitions(value: str) -> int:
    kinds = ["9" if sign.isdigit() else "A" if sign.isupper() else "a" for sign in value if sign.isalnum()]
    return sum(one != other for one, other in pairwise(kinds))


def is_token(value: str) -> bool:
    """Return whether a value is drawn letters and digits in one word: they change more often than in a name or a product.

    Example:
        >>> is_token("6f807x0ima9a1j3VPbc7VN"), is_token("iPhone12ProMax")
        (True, False)
    """
    if len(value) < _SHORTEST_TOKEN or not _token(value) or not any(map(str.isdigit, value)):
        return False
    word = max(map(len, _WRITTEN.findall(value)), default=0)
    return _transitions(value) >= max(_TRANSITIONS, len(value) // 6) and word <= max(2, _MOST_WRITTEN * len(value))


def is_isbn(value: str) -> bool:
    """Return whether a value is the number of a book: ISBN-13, or ISBN-10 with its check digit."""
    compact = value.replace("-", "").replace(" ", "").upper()
    if len(compact) == 13 and compact.isdigit():
        return compact.startswith(("978", "979")) and checks.ean(compact)
    if len(compact) != 10 or not compact[:9].isdigit() or not (compact[9].isdigit() or compact[9] == "X"):
        return False
    figures = [*map(int, compact[:9]), 10 if compact[9] == "X" else int(compact[9])]
    return sum(place * figure for place, figure in zip(range(10, 0, -1), figures, strict=True)) % 11 == 0


def _is_known(value: str) -> bool:
    if _hex(value):
        return any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and _known(value)
    return _known(value)


def _is_prefixed(value: str) -> bool:
    found = _prefixed.fullmatch(value)
    return found is not None and found[1].lower() not in _NO_PREFIX


def _is_grouped(value: str) -> bool:
    if len(value) > _LONGEST_CODE:
        return False
    return (_grouped(value) and not _measured(value) and not dates.is_dated(value)) or _numbered_by_year(value)


def _alike(values: Sequence[str]) -> bool:
    """Return whether codes come from one register: most share a prefix, a shape, or are all long."""
    prefixes = Counter(found[0] for value in values if (found := re.match(r"[A-Za-z]+", value)))
    shapes = Counter(map(shape_of, values))
    most = max([0, *prefixes.values(), *shapes.values()])
    return most >= 0.6 * len(values) or all(sum(map(str.isdigit, value)) >= 6 for value in values)


def _said(weight: str, share: float, tested: int, rule: str, entity: str = "RECORD_ID") -> Sign:
    strength = share * (1.0 - math.exp(-tested / _SCALE))
    return Sign(
        source="value",
        entity=entity,
        weight=weight,
        strength=round(strength, 4),
        n_tested=tested,
        n_hit=round(share * tested),
        rule=rule,
    )


def _asked(view: Profile, headed: Collection[str]) -> bool:
    if view.kind not in ("integer", "text") or not view.values:
        return False
    others = {entity for entity in headed if "RECORD_ID" not in lineage(entity)}
    return not any(ENTITIES[entity].family in _BLOCKING or entity in _HEALTH for entity in others)


def written_key_signs(view: Profile, headed: Collection[str]) -> list[Sign]:
    """Say whether the values are written as keys are.

    Args:
        view: The column.
        headed: Entities that the header names: where it names another kind of number, a place or a date, nothing is said.

    Returns:
        At most one sign: for the number of a book or a paper, or for codes that a register of records has.
    """
    if not _asked(view, headed):
        return []
    values = strided(view.values, _LOOKED_AT)
    books = sum(is_isbn(value) or _published(value) for value in values) / len(values)
    if books >= _LEAST_SHARE and len(values) >= 2:
        return [_said("value.form", books, len(values), "shape.publication", "REGISTER_NUMBER")]
    if view.kind == "integer":
        return []
    known = sum(map(_is_known, values)) / len(values)
    if known >= _LEAST_SHARE:
        return [_said(_CODES, known, len(values), "shape.digest")]
    coded = [
        value for value in values if _is_known(value) or is_token(value) or _is_prefixed(value) or _is_grouped(value)
    ]
    share = len(coded) / len(values)
    if share < _LEAST_SHARE or view.unique_ratio < 0.5 or not _alike(coded):
        tokens = sum(map(is_token, values)) / len(values)
        return [_said(_CODES, tokens, len(values), "shape.token")] if tokens >= _LEAST_SHARE else []
    return [_said(_CODES, share, len(values), "shape.code")]
