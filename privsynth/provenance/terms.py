"""Licence and terms of use of an output, as its owner states them: public values that are written as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privsynth.errors import UsageError

_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+:()-]{0,199}")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+#?=&%@~-]{0,199}")


def check_licence(licence: str | None) -> str | None:
    """Return a licence as it is stated, an SPDX identifier or expression, or None where nothing is stated.

    Raises:
        UsageError: it is none.

    Example:
        >>> check_licence("CC-BY-4.0")
        'CC-BY-4.0'
    """
    if licence is not None and not (isinstance(licence, str) and _LICENCE.fullmatch(licence)):
        raise UsageError(
            f"The licence {ascii(licence)[:80]} is no SPDX identifier. Give one such as CC-BY-4.0, CC0-1.0 or LicenseRef-MyTerms."
        )
    return licence


def check_terms(terms: str | Iterable[str]) -> tuple[str, ...]:
    """Return tags of the terms of use, each once and in the order given.

    Raises:
        UsageError: one is no tag.

    Example:
        >>> check_terms(["research-only", "no-reidentification", "research-only"])
        ('research-only', 'no-reidentification')
    """
    found = (terms,) if isinstance(terms, str) else tuple(terms)
    for tag in found:
        if not (isinstance(tag, str) and _TAG.fullmatch(tag)):
            raise UsageError(
                f"{ascii(tag)[:80]} is no tag of terms. Give one word without blanks, such as research-only, or a web address."
            )
    return tuple(dict.fromkeys(found))
