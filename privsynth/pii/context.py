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
    beside = beside_people(headers)
    found: dict[str, list[Sign]] = {name: [] for name in headers}
    for name, signs in headers.items():
        others = beside[name]
        for entity in dict.fromkeys(sign.entity for sign in signs if _open(sign)):
            if others:
                found[name].append(_sign(entity, "context.person", min(1.0, others / _ENOUGH), "about_people"))
            elif len(headers) > _ENOUGH:
                found[name].append(_sign(entity, "context.things", 1.0, "about_things"))
    return found


def beside_people(headers: Mapping[str, Sequence[Sign]]) -> dict[str, int]:
    """Return column name -> how many other columns are about people, by their headers."""
    people = {name for name, signs in headers.items() if _about_people(signs)}
    return {name: len(people - {name}) for name in headers}


def key_context(header: Sequence[Sign], signs: Sequence[Sign], others: int) -> list[Sign]:
    """Say that codes which never repeat, under a header that nobody understands, are keys where other columns are about people.

    45 CFR 164.514(b)(2)(i)(R) counts any other unique number or code as an identifier.

    Args:
        header: Signs of the header.
        signs: Signs of the values.
        others: Other columns about people.
    """
    coded = any(sign.weight in ("key.shape", "key.long") for sign in signs)
    if header or others < 2 or not coded:
        return []
    return [_sign("RECORD_ID", "context.key", min(1.0, others / _ENOUGH), "about_people")]


def _open(sign: Sign) -> bool:
    return sign.weight in ("header.ambiguous", "header.weak") and sign.entity in ENTITIES and is_direct(sign.entity)


def _sign(entity: str, weight: str, strength: float, rule: str) -> Sign:
    return Sign(source="context", entity=entity, weight=weight, strength=strength, rule=rule)
