"""Word lists: our own (``data/*.json``) and the ones that Faker ships, read on first use and folded to one spelling."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

_SPECIAL = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n",
    "ə": "e", "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "ʻ": "'", "\u00a0": " ", "\u3000": " ", "‐": "-",
    "‑": "-", "–": "-", "—": "-", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": "", "\ufeff": "", "ё": "е",
}  # fmt: skip
_LABEL_SIGNS = str.maketrans(dict.fromkeys("-_./'", " "))


class _Folded(dict[int, str]):
    """Code point -> its plain letter, worked out once per letter."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = _SPECIAL.get(letter)
        if plain is None:
            syllable = "\uac00" <= letter <= "\ud7a3"
            parts = letter if syllable else unicodedata.normalize("NFKD", letter)
            plain = "".join(part for part in parts if not unicodedata.combining(part))
        self[code] = plain
        return plain


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return the text in lower case without accents.

    Example:
        >>> fold("Łukasz MÜLLER")
        'lukasz muller'
    """
    return text.lower() if text.isascii() else text.lower().translate(_FOLDED)


def fold_label(text: str) -> str:
    """Return the text folded, with one space for each run of ``- _ . / '`` and spaces.

    Example:
        >>> fold_label("Ph.D.")
        'ph d'
    """
    folded = fold(text)
    return folded if folded.isalpha() else " ".join(folded.translate(_LABEL_SIGNS).split())


@lru_cache(maxsize=8)
def own_lists(name: str) -> dict[str, dict[str, str]]:
    """Return the lists of one data file: kind -> language -> values in one string."""
    content = json.loads((files("privsynth.pii") / "data" / f"{name}.json").read_text(encoding="utf-8"))
    return {kind: lists for kind, lists in content.items() if kind != "source"}


def split_labels(lists: dict[str, str]) -> set[str]:
    """Return the values of one kind in all languages, folded."""
    return {fold_label(value) for text in lists.values() for value in text.split("|")} - {""}


def _strings(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from _strings(value if isinstance(value, str) and len(str(key)) < 4 else key)
    elif isinstance(values, Iterable):
        for value in values:
            yield from _strings(value)


def faker_lists(
    provider: str, attribute: re.Pattern[str], *, locales: frozenset[str] | None = None
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the lists that Faker's locales of one provider hold, without making a Faker.

    Args:
        provider: ``person``, ``address``, ``job`` or ``lorem``.
        attribute: Which class attributes; the whole name must match.
        locales: Only these.

    Yields:
        Locale, attribute, and the strings of the list (or the keys of a mapping, or the last string of each pair).
    """
    package = importlib.import_module(f"faker.providers.{provider}")
    for module in pkgutil.iter_modules(package.__path__):
        if locales is not None and module.name not in locales:
            continue
        found = importlib.import_module(f"faker.providers.{provider}.{module.name}").Provider
        for name in dir(found):
            if attribute.fullmatch(name):
                values = getattr(found, name)
                if isinstance(values, (tuple, list, dict, set, frozenset)):
                    plain = not isinstance(values, dict) and all(type(value) is str for value in values)
                    yield module.name, name, list(values if plain else _strings(values))
