"""Person names, by the name lists that Faker ships: no model, no download."""

from __future__ import annotations

import importlib
import re
import unicodedata
from functools import lru_cache

from privsynth.pii import weights
from privsynth.pii.model import Evidence
from privsynth.pii.profile import Profile

_LOCALE_NAMES = "en_US en_GB en_IN de_DE fr_FR es_ES es_MX it_IT pt_PT pt_BR nl_NL pl_PL sv_SE"
LOCALES = tuple(_LOCALE_NAMES.split())
LOOKED_UP = 5_000  # distinct values at most
_FEWEST = 20  # distinct values under which a list of names cannot be told from a list of labels
_TITLES_WORDS = "mr mrs ms miss dr prof sir jr sr ii iii iv md phd dds dvm herr frau dipl ing mme mlle sra sig"
_TITLES = frozenset(_TITLES_WORDS.split())
_PARTICLES_WORDS = "de la le du del der den van von da dos di y e ter ten el al"
_PARTICLES = frozenset(_PARTICLES_WORDS.split())
_FIRM = re.compile(
    r"\b(?:inc|llc|ltd|plc|gmbh|group|sons|corp|co|kg|ag|sa|bv|spa|limited|university|hospital|and)\b|&", re.I
)
_NAME_SHAPE = re.compile(r"[Aa.,'’\-` ]{2,60}")


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def names() -> tuple[frozenset[str], frozenset[str]]:
    """Return the first and the last names of ``LOCALES``, lower case, without accents."""
    first: set[str] = set()
    last: set[str] = set()
    for locale in LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            target = (
                first if attribute.startswith("first_name") else last if attribute.startswith("last_name") else None
            )
            values = getattr(provider, attribute)
            if target is not None and not callable(values):
                target.update(_plain(str(value)) for value in values)
    return frozenset(first), frozenset(last)


def _tokens(value: str) -> list[str]:
    words = re.split(r"[\s,.]+", _plain(value))
    return [word for word in words if len(word) > 1 and word not in _TITLES and word not in _PARTICLES]


def _listed(token: str, names_: frozenset[str]) -> bool:
    return token in names_ or ("-" in token and all(part in names_ for part in token.split("-")))


def _count(values: list[str]) -> tuple[int, int, int]:
    """Return how many values are a full name, one first name, one last name."""
    first, last = names()
    full = one_first = one_last = 0
    for value in values:
        tokens = _tokens(value)
        if len(tokens) == 1:
            one_first += _listed(tokens[0], first)
            one_last += _listed(tokens[0], last)
        elif 2 <= len(tokens) <= 4 and not _FIRM.search(value):
            given = [_listed(token, first) for token in tokens]
            family = [_listed(token, last) for token in tokens]
            full += (given[0] and any(family[1:])) or (family[0] and any(given[1:]))
    return full, one_first, one_last


def name_evidence(view: Profile) -> list[Evidence]:
    """Look the values of a text column up in lists of first and last names.

    Returns:
        At most one piece of evidence for each of full, first and last name, or one against all names; nothing for a
        column with few distinct values, where "White" and "May" are labels.
    """
    if view.kind != "text" or (view.distinct < _FEWEST and view.unique_ratio < 0.5):
        return []
    shaped = [value for shape, members in view.shapes.items() if _NAME_SHAPE.fullmatch(shape) for value in members]
    tested = min(view.tested, LOOKED_UP)
    if len(shaped) < 0.4 * view.tested:
        return _against(tested) if view.distinct >= _FEWEST else []
    looked_up = shaped[:: -(-len(shaped) // LOOKED_UP)]
    scale = len(shaped) / view.tested
    full, one_first, one_last = _count(looked_up)
    share = scale / len(looked_up)
    small = min(1.0, view.distinct / 5)

    def say(entity: str, hits: int, key: str) -> Evidence:
        weight = small * weights.GAZETTEER[key]
        return Evidence(source="gazetteer", entity=entity, weight=weight, n_tested=len(looked_up), n_hit=hits, rule=key)

    found = []
    if full * share >= 0.3:
        found.append(say("PERSON_NAME", full, "full_name" if full * share >= 0.55 else "some_names"))
    entity, hits = ("FIRST_NAME", one_first) if one_first >= one_last else ("LAST_NAME", one_last)
    if hits * share >= 0.45:
        found.append(say(entity, hits, "one_name" if hits * share >= 0.75 else "some_names"))
    if not found and (full + max(one_first, one_last)) * share < 0.1:
        return _against(len(looked_up))
    return found


def _against(tested: int) -> list[Evidence]:
    weight = weights.GAZETTEER["no_names"]
    entities = ("PERSON_NAME", "FIRST_NAME", "LAST_NAME")
    return [
        Evidence(source="gazetteer", entity=entity, weight=weight, n_tested=tested, rule="no_names")
        for entity in entities
    ]
