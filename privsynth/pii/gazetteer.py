"""Person names, by lists of first and last names: no model, no download."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privsynth.pii.label_lists import LabelLists, label_lists
from privsynth.pii.labels import spread
from privsynth.pii.model import Sign
from privsynth.pii.name_grades import NEUTRAL, OTHER, Grade, NameGrader
from privsynth.pii.name_lists import name_lists
from privsynth.pii.profile import Profile
from privsynth.pii.wordlists import fold_label
from privsynth.pii.wrappers import plain_text

LOOKED_UP = 1_500  # distinct values at most
ENTITIES = ("PERSON", "FIRST_NAME", "LAST_NAME")
_TRIED = 600  # distinct values after which a column without any name is left alone
_SAMPLE = (0.0, 0.5, 0.7, 0.85, 0.95)  # strength of so many distinct values; from five on it is 1
_NOBODY_WORDS = "unknown anonymous anonyme anonym anonimo vacant unbekannt inconnu desconocido desconhecido"
_NOBODY = frozenset(_NOBODY_WORDS.split())
_LONGEST_NOBODY = 30
_NAME_SHAPE = re.compile(r"(?=.*[Aa])[Aa9.,'`\-´· &/;|()\"\n\u00a0_\u0300-\U0010ffff]{2,90}")


@dataclass(slots=True)
class _Shares:
    """Shares of the values that say something, 0 to 1 (``person``: mean grade)."""

    told: int
    person: float = 0.0
    full: float = 0.0
    shaped: float = 0.0
    first: float = 0.0
    first_clear: float = 0.0
    last: float = 0.0
    last_clear: float = 0.0
    other: float = 0.0


def _grades(values: Sequence[str], grade: Callable[[str], Grade]) -> list[Grade]:
    tried = spread(values, _TRIED)
    grades = [grade(value) for value in tried]
    hits = sum(g.person > 0 or g.first > 0 or g.last > 0 for g in grades)
    if len(tried) == len(values) or hits < 0.05 * len(grades):
        return grades
    return [grade(value) for value in spread(values, LOOKED_UP)]


def _shares(grades: Sequence[Grade]) -> _Shares:
    told = max(1, sum(not g.neutral for g in grades))

    def share(score: Callable[[Grade], float]) -> float:
        return sum(map(score, grades)) / told

    return _Shares(
        told=told,
        person=share(lambda g: g.person),
        full=share(lambda g: g.person >= 0.7),
        shaped=share(lambda g: g.person > 0),
        first=share(lambda g: g.first > 0),
        first_clear=share(lambda g: g.first),
        last=share(lambda g: g.last > 0),
        last_clear=share(lambda g: g.last),
        other=share(lambda g: g.other),
    )


def _grader(lists: LabelLists, unnamed: frozenset[str]) -> Callable[[str], Grade]:
    """Return what grades a value; those in ``unnamed`` have a shape that no name has."""
    grader = NameGrader(name_lists())

    def grade(value: str) -> Grade:
        shown = plain_text(value)
        label = fold_label(shown)
        if label in lists.neutral or (len(label) < _LONGEST_NOBODY and not _NOBODY.isdisjoint(label.split())):
            return NEUTRAL
        if shown == value and value in unnamed:
            return OTHER
        return grader.grade(shown, other=label in lists.exact)

    return grade


def _person(shares: _Shares) -> tuple[str, float] | None:
    small = shares.told < 20
    least, shaped = (0.66, 0.75) if small else (0.52, 0.6)
    person = shares.person + (0.5 * shares.first_clear if shares.full > 0.2 else 0.0)
    if person >= least and shares.shaped >= shaped and shares.other < 0.35:
        return "names.full", min(1.0, 0.6 + 0.5 * person)
    if (
        person >= 0.48 and shares.shaped >= 0.8 and shares.other < (0.21 if small else 0.15)
    ):  # half of each name is listed
        return "names.full", 0.4 + 0.6 * person
    if person >= 0.3 and shares.other < person:
        return "names.some", min(1.0, 0.5 + person)
    return None


def _one(listed: float, clear: float, other: float, *, headed: bool) -> tuple[str, float] | None:
    if listed < 0.4 or (other > 0.4 and not headed):
        return None
    sure = headed or other <= 0.2
    if sure and listed >= 0.7 and clear >= (0.35 if headed else 0.6):
        return "names.one", min(1.0, 0.3 + 0.8 * clear + (0.2 if headed else 0.0))
    return "names.some", min(1.0, 0.3 + 0.7 * clear + (0.2 if headed else 0.0))


def _signs(shares: _Shares, tested: int, headed: frozenset[str]) -> list[Sign]:
    enough = _SAMPLE[shares.told] if shares.told < len(_SAMPLE) else 1.0
    named = not headed.isdisjoint(ENTITIES)
    found = {"PERSON": _person(shares)}
    clear = max(shares.first_clear, shares.last_clear)
    if shares.person < 0.5 or clear > shares.person:
        found["FIRST_NAME"] = _one(shares.first, shares.first_clear, shares.other, headed=named)
        found["LAST_NAME"] = _one(shares.last, shares.last_clear, shares.other, headed=named)
    if found["PERSON"] and clear > shares.person:  # García López, Mary Ann: two names of one kind
        found["PERSON"] = ("names.some", shares.person)
    counts = {"PERSON": shares.shaped, "FIRST_NAME": shares.first, "LAST_NAME": shares.last}
    signs = []
    for entity, verdict in found.items():
        if verdict is not None:
            weight, strength = verdict
            hits = round(counts[entity] * shares.told)
            signs.append(_sign(entity, weight, enough * strength, tested, hits, weight.replace("names.", "names_")))
    labels = shares.other >= 0.6 and max(shares.first_clear, shares.last_clear) < 0.5
    if signs or shares.person >= 0.2 or (max(shares.first, shares.last) >= 0.2 and not labels):
        return signs
    against = enough * min(1.0, 0.35 + shares.other) * (0.5 if labels and named else 1.0)
    return [_sign(entity, "names.none", against, tested, 0, "names_none") for entity in ENTITIES]


def _sign(entity: str, weight: str, strength: float, tested: int, hits: int, rule: str) -> Sign:
    strength = round(strength, 3)
    return Sign(source="names", entity=entity, weight=weight, strength=strength, n_tested=tested, n_hit=hits, rule=rule)


def name_signs(view: Profile, *, headed: frozenset[str]) -> list[Sign]:
    """Look the values of a text column up in lists of first and last names.

    Args:
        view: The column.
        headed: Entities that the header names: one-word names count more when it names a person.

    Returns:
        At most one sign for each of PERSON, FIRST_NAME and LAST_NAME (``names.full``, ``names.one``, ``names.some``),
        or ``names.none`` for all three; nothing for a column in between, or one that is not text.
    """
    if view.kind != "text" or not view.values:
        return []
    unnamed = (members for shape, members in view.shapes.items() if not _NAME_SHAPE.fullmatch(shape))
    grades = _grades(view.values, _grader(label_lists(), frozenset(value for group in unnamed for value in group)))
    return _signs(_shares(grades), len(grades), headed)
