"""Written identifiers inside other text: every distinct value is searched, sampled or not."""

from __future__ import annotations

import re
from collections.abc import Callable

from privsynth.pii.model import Evidence
from privsynth.pii.patterns import card, iban
from privsynth.pii.profile import Profile

_Check = Callable[[str], bool]
# Narrow enough that one match in a million cells is worth a look: name, entity, a sign that must occur, pattern, check
_SPANS: tuple[tuple[str, str, str, re.Pattern[str], _Check | None], ...] = (
    ("email_inside", "EMAIL", "@",
     re.compile(r"[\w.+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,6}\.[A-Za-z]{2,24}"), None),
    ("ssn_inside", "US_SSN", "-",
     re.compile(r"(?<![\d\-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d\-])"), None),
    ("phone_inside", "PHONE", "",
     re.compile(r"(?<![\w.\-])(?:\+1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d([\-.]))\d{3}[\-.]\d{4}(?![\d\-])"), None),
    ("iban_inside", "IBAN", "",
     re.compile(r"(?<!\w)[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"), iban),
    ("card_inside", "CREDIT_CARD", "", re.compile(r"(?<![\d\-])\d{4}([ \-])\d{4}\1\d{4}\1\d{4}(?![\d\-])"), card),
)  # fmt: skip


def span_evidence(view: Profile) -> list[Evidence]:
    """Search all distinct values of a text column for identifiers written inside them.

    Returns:
        Evidence of weight 0 with the number of matches: it does not say what the column is, only that it holds some.
    """
    found = []
    for rule, entity, sign, pattern, check in _SPANS:
        if view.spans and sign in view.spans:
            matches = pattern.finditer(view.spans)
            hits = sum(1 for match in matches if check is None or check(match.group()))
            if hits:
                found.append(
                    Evidence(source="span", entity=entity, weight=0.0, n_tested=view.distinct, n_hit=hits, rule=rule)
                )
    return found
