"""Public lists of personal names and of words that are also something else, read from the providers that Faker ships."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_NAMES = {"first": ("first_", "middle_names"), "last": ("last_", "unisex_last_names", "male_last_names")}
# Providers (and parts of the names of their lists) whose words are no evidence for a person.
_OTHER_WORDS = {
    "color": ("all_colors", "safe_colors"),
    "lorem": ("word_list",),
    "address": ("cities", "city_names", "states", "provinces", "regions", "countries", "counties", "departments"),
    "date_time": ("day_names", "month_names"),
    "job": ("jobs",),
}
_WORDS = (
    "white black brown gray grey green blue red pink violet rose amber ruby jade pearl gold silver north south east west "
    "spring summer autumn winter january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday day morning night young old long short small little big rich "
    "poor strong sharp good best hope faith grace joy honor major minor rank king prince bishop pope knight page bond bell "
    "will grant bill cash price banks bank rich mark art miles dean chase case key max min post church hall house park hill "
    "field wood woods stone rock snow rain frost lane street brook brooks rivers lake ford lincoln bentley mercedes austin "
    "royce morgan jordan israel georgia virginia carolina dakota chad paris florence london sydney victoria madison "
    "charlotte jackson houston dallas denver orlando phoenix savannah brooklyn chelsea lyon cherry olive apple berry rice "
    "pepper fish fox wolf bear hawk swan love noble head hand foot bone cook baker carpenter mason taylor miller fisher "
    "hunter gardener shepherd cooper potter weaver porter butler clerk normal other none unknown yes no true false male "
    "female son an so do in he my no van de la gross klein lang kurz jung alt schwarz weiss braun rot sommer herbst "
    "nan visa ward room site type level grade zone group unit bed lab plan tier class stage arm cohort item sample section "
    "alpha beta gamma delta epsilon theta kappa lambda sigma omega"
)
# Words with which names of places begin; they name nobody.
_OF_PLACES = frozenset(
    [
        "san",
        "santa",
        "santo",
        "saint",
        "sankt",
        "st",
        "new",
        "fort",
        "port",
        "los",
        "las",
        "lake",
        "north",
        "south",
        "east",
        "west",
        "la",
        "le",
        "el",
        "mount",
        "grand",
        "big",
        "little",
        "glen",
        "bad",
        "sao",
        "são",
        "villa",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLists:
    """Single words as they are written in the lists.

    Args:
        first: First names.
        last: Last names.
        other: Words that are something else too: colours, months, places, trades, everyday words.
    """

    first: frozenset[str]
    last: frozenset[str]
    other: frozenset[str]


@cache
def name_lists() -> NameLists:
    """Read the lists of all languages; about a second the first time.

    Returns:
        The lists; a name of several words counts with each word of three or more letters.

    Source: the provider modules of the Faker package that is installed.
    """
    found = {kind: frozenset(_words("person", starts)) for kind, starts in _NAMES.items()}
    found = {kind: frozenset(word for word in words if word.lower() not in _OF_PLACES) for kind, words in found.items()}
    found["last"] |= {f"{word[:-1]}a" for word in found["last"] if word.endswith(("ski", "cki"))}  # Polish, of women
    other = {text for provider, parts in _OTHER_WORDS.items() for text in _texts(provider, parts) if " " not in text}
    return NameLists(first=found["first"], last=found["last"], other=frozenset(other | set(_WORDS.split())))


def _words(provider: str, starts: tuple[str, ...]) -> Iterator[str]:
    for text in _texts(provider, starts):
        whole = text.strip()
        parts = whole.replace(",", " ").split()
        yield from (part for part in parts if len(parts) == 1 or len(part) > 2)


def _texts(provider: str, starts: tuple[str, ...]) -> Iterator[str]:
    package = importlib.import_module(f"faker.providers.{provider}")
    modules = [package, *(importlib.import_module(f"{package.__name__}.{each.name}") for each in _locales(package))]
    for module in modules:
        for name, values in vars(module.Provider).items():
            if name.lower().startswith(starts) and not callable(values):
                yield from _strings(values)


def _locales(package: Any) -> Iterable[pkgutil.ModuleInfo]:
    return (each for each in pkgutil.iter_modules(package.__path__) if each.ispkg)


def _strings(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        yield from _strings(
            [*values, *values.values()] if all(isinstance(v, str) for v in values.values()) else list(values)
        )
    elif isinstance(values, list | tuple | set | frozenset):
        for value in values:
            yield from _strings(value)
