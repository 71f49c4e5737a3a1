"""What the other columns of a table say about one: a "name" beside a birth date is a person's, one beside a price is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privsynth.pii.entities import ENTITIES, is_direct
from privsynth.pii.model import Sign

_WORDS = (
    "PERSON FIRST_NAME LAST_NAME EMAIL_ADDRESS PHONE_NUMBER DATE_OF_BIRTH GENDER AGE MARITAL_STATUS ETHNIC_GROUP RELIGION"
    " NATIONALITY OCCUPATION MEDICAL_RECORD_NUMBER HEALTH_PLAN_NUMBER US_SSN NATIONAL_ID PASSPORT STREET_ADDRESS USERNAME"
    " DIAGNOSIS MEDICATION BLOOD_TYPE SPOKEN_LANGUAGE EDUCATION_LEVEL DISABILITY"
)
_ABOUT_PEOPLE = frozenset(_WORDS.split())
_ENOUGH = 3  # columns about people that settle it; and columns of a table that can speak against it
_CLEAR = ("header.strong", "header.fair")


def _about_people(signs: Sequence[Sign]) -> bool:
    clear = any(sign.weight in _CLEAR and sign.entity in _ABOUT_PEOPLE for sign in signs)
    return clear and not any(sign.weight == "header.denied" for sign in signs)


def context_signs(headers: Mapping[str, Sequence[Sign]]) -> dict[str, list[Sign]]:
    """Return what the headers of a table say about each other.

    Args:
        headers: Column name -> signs of its header.

    Returns:
        Column name -> signs on the direct identifiers that its own header leaves open.
    """
    people = {name for name, signs in headers.items() if _about_people(signs)}
    found: dict[str, list[Sign]] = {name: [] for name in headers}
    for name, signs in headers.items():
        others = len(people - {name})
        for entity in dict.fromkeys(sign.entity for sign in signs if _open(sign)):
            if others:
                found[name].append(_sign(entity, "context.person", min(1.0, others / _ENOUGH), "about_people"))
            elif len(headers) > _ENOUGH:
                found[name].append(_sign(entity, "context.things", 1.0, "about_things"))
    return found


def _open(sign: Sign) -> bool:
    return sign.weight in ("header.ambiguous", "header.weak") and sign.entity in ENTITIES and is_direct(sign.entity)


def _sign(entity: str, weight: str, strength: float, rule: str) -> Sign:
    return Sign(source="context", entity=entity, weight=weight, strength=strength, rule=rule)
