"""What the values of each entity can be written as: generous tests of one value, for the fit of a column to its header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from privsynth.pii import dates, places
from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.rules import matches

Test = Callable[[str], bool]
is_removed = matches(
    r"[\[(<{]?(?:redacted|masked|hidden|removed|withheld|confidential|deleted|suppressed|\*+|x{3,}|#+|•+)[\])>}]?"
)
_SCIENTIFIC = matches(r"[1-9](?:[.,]\d{1,14})?E\+\d{1,2}")
_MASKED = re.compile(r"[Xx*•#]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What the values of an entity can be written as.

    Attributes:
        could: Test of a value that speaks for the entity.
        possible: Looser test: what fails it cannot be the entity; None for ``could``.
        strength: Share of ``fit.could`` that a perfect fit earns: less when any word passes.
    """

    could: Test
    possible: Test | None = None
    strength: float = 1.0


def _letters(value: str) -> int:
    return sum(letter.isalpha() for letter in value)


def _digit_count(value: str) -> int:
    return sum(letter.isdigit() for letter in value)


def _anything(_: str) -> bool:
    return True


def digits(low: int, high: int, letters: int = 4) -> Test:
    """Return a test for ``low`` to ``high`` digits and few letters, also masked or as a spreadsheet writes long numbers."""

    def test(value: str) -> bool:
        if _SCIENTIFIC(value):
            return high >= 9
        hidden = len(_MASKED.findall(value)) > 0 and 4 <= len(value) <= 40
        return hidden or (low <= _digit_count(value) <= high and _letters(value) <= letters and not _fraction(value))

    return test


_FRACTION = matches(r"[-+]?\d{1,12}[.,]\d{1,2}|-\d+|[-+]?\d*\.\d{3,}")
_NUMBER = matches(r"[-+]?(?:\d{1,3}(?:[ ,.'’]\d{3})*|\d+)(?:[.,]\d+)?(?:e[+-]?\d{1,3})?%?")


def _fraction(value: str) -> bool:
    return _FRACTION(value) and not value.endswith(
        ".0"
    )  # 17850.0 is a key that a data frame wrote beside a missing one


def _named(value: str) -> bool:
    return _letters(value) >= 2 and _digit_count(value) <= 1 and "@" not in value and len(value) <= 80


def _possible_name(value: str) -> bool:
    return (
        _letters(value) >= 1
        and _digit_count(value) <= 0.3 * len(value)
        and len(value) <= 120
        and not dates.is_date(value)
    )


def _city(value: str) -> bool:
    return _letters(value) >= 2 and _digit_count(value) <= 5 and len(value) <= 80


def _place(value: str) -> bool:
    return _letters(value) >= 2 and len(value) <= 60 and not dates.is_date(value)


def _key(value: str) -> bool:
    return 1 <= len(value) <= 64 and value.count(" ") <= 2 and not _fraction(value) and not dates.is_date(value)


def _possible_key(value: str) -> bool:
    return len(value) <= 100 and value.count(" ") <= 4 and not (_fraction(value) and not value.startswith("-"))


def _document(value: str) -> bool:
    compact = value.replace(" ", "").replace("-", "")
    plain = compact.isascii() and compact.isalnum() and 4 <= len(compact) <= 20 and any(map(str.isdigit, compact))
    return plain or digits(4, 20, letters=8)(value)


def _words(value: str) -> bool:
    return _letters(value) >= 2 and len(value) <= 120 and not dates.is_date(value)


def _word_or_code(value: str) -> bool:
    return len(value) <= 200 and not _fraction(value) and not dates.is_date(value)


_BAND = matches(
    r"[\[(]?(?:<|>|≤|≥|<=|>=|under|over|below|above)?\s?(?:1[01]\d|12[0-5]|\d{1,2})(?:\.\d+)?"
    r"(?:\s?(?:-|–|to|a|bis|à|~|,|_)\s?[<]?(?:1[01]\d|12[0-5]|\d{1,2}))?\s?"
    r"(?:\+|s|plus|and (?:over|older|above|up)|or (?:over|older|more))?[\])]?"
    r"\s?(?:y|yr|yrs|years?|year[- ]olds?|yo|y/o|months?|mos?|days?|weeks?|w|d|m|jahre?|ans|años|anni|anos|jaar)?(?: old)?\.?"
)
_AGE_WORDS = frozenset(
    [
        "child",
        "adult",
        "senior",
        "teen",
        "teenager",
        "infant",
        "baby",
        "youth",
        "elderly",
        "adolescent",
        "minor",
        "young",
        "old",
        "middle-aged",
        "newborn",
    ]
)


def _age(value: str) -> bool:
    return _BAND(value) or value.lower() in _AGE_WORDS


def _label(value: str) -> bool:
    return len(value) <= 40 and not _fraction(value) and not dates.is_date(value)


def _long_label(value: str) -> bool:
    return len(value) <= 120 and not _fraction(value) and not dates.is_date(value)


def _gender(value: str) -> bool:
    return len(value) <= 25 and (not any(map(str.isdigit, value)) or len(value) == 1)


_SERIAL = matches(r"[1-5]\d{4}(?:\.\d+)?|[1-9]|[12]\d|3[01]")
_MASKED_DATE = matches(r"[\dx*/.\-]{6,10}")


def _date_possible(value: str) -> bool:
    return dates.is_dated(value) or _SERIAL(value) or dates.is_month_name(value) or _MASKED_DATE(value) or "T" in value


def _birth(value: str) -> bool:
    year = dates.year_of(value)
    return dates.is_dated(value) and (year is None or 1880 <= year <= 2035)


def _degrees(value: str) -> bool:
    if places.is_pair(value) or places.in_degrees(value) or places.is_well_known_text(value):
        return True
    return _NUMBER(value) and len(value) <= 24 and _in_range(value.replace(",", "."), 180.0)


def _in_range(value: str, high: float) -> bool:
    try:
        return abs(float(value)) <= high
    except ValueError:
        return False


def _precise(value: str) -> bool:
    return _degrees(value) and ("." in value or "," in value or "°" in value)


def _postcode(value: str) -> bool:
    plain = len(value) <= 12 and any(map(str.isdigit, value)) and _letters(value) <= 5 and not dates.is_date(value)
    return plain and not _fraction(value) and len(value) >= 3


def _expiry(value: str) -> bool:
    return (
        len(value) <= 10
        and any(map(str.isdigit, value))
        and (dates.is_dated(value) or "/" in value or "-" in value or value.isdigit())
    )


def _street(value: str) -> bool:
    return len(value) >= 5 and _letters(value) >= 3 and (any(map(str.isdigit, value)) or " " in value)


def _prose(value: str) -> bool:
    return value.count(" ") >= 2 or len(value) >= 20


def _possible_prose(value: str) -> bool:
    return _letters(value) >= 3 and not dates.is_date(value)


def _money(value: str) -> bool:
    return any(map(str.isdigit, value)) and len(value) <= 40 and not dates.is_date(value)


_ICD = matches(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,5})?|\d{3}(?:\.\d{1,2})?|\d{6,18}")


def _diagnosis(value: str) -> bool:
    return _ICD(value) or (_letters(value) >= 3 and not dates.is_date(value))


def _blood(value: str) -> bool:
    return value[:1].upper() in "ABO0+-RHNP" and len(value) <= 20 and not _fraction(value)


def _hex_id(value: str) -> bool:
    return 6 <= len(value) <= 80 and " " not in value and not _fraction(value)


def _mail(value: str) -> bool:
    return "@" in value or " at " in value or "[at]" in value or "(at)" in value


def _link(value: str) -> bool:
    return ("." in value or "/" in value) and " " not in value.strip() and not _NUMBER(value)


def _login(value: str) -> bool:
    return 2 <= len(value) <= 64 and value.count(" ") <= 1 and not _fraction(value)


def _secret(value: str) -> bool:
    return 3 <= len(value) <= 200 and value.count(" ") <= 1


def _starts(letters: int, low: int, high: int) -> Test:
    return lambda value: (
        low <= len(value.replace(" ", "")) <= high
        and (_letters(value[:letters]) == letters or _MASKED.search(value) is not None)
    )


_DOCUMENT = Fit(could=_document, possible=lambda value: len(value) <= 40 and not _fraction(value), strength=0.8)
_LABEL = Fit(could=_label, possible=_long_label, strength=0.4)
_NAME = Fit(could=_named, possible=_possible_name, strength=0.5)
_KEY = Fit(could=_key, possible=_possible_key, strength=0.6)
_CODE = Fit(could=_words, possible=_word_or_code, strength=0.5)
_CONDITION = Fit(could=_diagnosis, possible=lambda value: len(value) <= 2000 and not dates.is_date(value), strength=0.6)
_FITS: dict[str, Fit] = {
    "EMAIL_ADDRESS": Fit(could=_mail),
    "PHONE_NUMBER": Fit(could=digits(6, 22, letters=12), possible=digits(4, 60, letters=30)),
    "STREET_ADDRESS": Fit(could=_street, possible=lambda value: _letters(value) >= 2, strength=0.7),
    "URL": Fit(could=_link),
    "IP_ADDRESS": Fit(could=lambda value: value.count(".") == 3 or value.count(":") >= 2),
    "MAC_ADDRESS": Fit(could=matches(r"[0-9a-fx*:.\- ]{11,30}")),
    "USERNAME": Fit(could=_login, strength=0.6),
    "PASSWORD": Fit(could=_secret, strength=0.6),
    "DEVICE_ID": Fit(could=_hex_id, possible=_possible_key, strength=0.7),
    "IMEI": Fit(could=digits(14, 17), possible=digits(13, 20)),
    "UUID": Fit(could=_hex_id, possible=_possible_key),
    "CREDIT_CARD": Fit(could=digits(12, 19), possible=digits(4, 19)),
    "CARD_CODE": Fit(could=digits(1, 4, letters=0), possible=digits(1, 4)),
    "CARD_EXPIRY": Fit(could=_expiry),
    "IBAN_CODE": Fit(could=_starts(2, 14, 40), possible=lambda value: any(map(str.isdigit, value)) and len(value) >= 8),
    "SWIFT_CODE": Fit(could=_starts(4, 8, 11), possible=lambda value: 6 <= len(value) <= 14),
    "ABA_ROUTING_NUMBER": Fit(could=digits(7, 9), possible=digits(6, 11)),
    "BANK_CODE": Fit(could=_key, strength=0.5),
    "LEI": Fit(could=_starts(0, 20, 20)),
    "CRYPTO": Fit(could=lambda value: 20 <= len(value) <= 110 and " " not in value),
    "US_SSN": Fit(could=digits(8, 9, letters=0), possible=digits(4, 12)),
    "US_NPI": Fit(could=digits(10, 10, letters=0), possible=digits(9, 11)),
    "US_MBI": Fit(could=_document, possible=_possible_key),
    "VIN": Fit(
        could=lambda value: len(value) == 17 and " " not in value, possible=lambda value: 11 <= len(value) <= 20
    ),
    "LICENSE_PLATE": Fit(could=lambda value: 2 <= len(value) <= 12 and not _fraction(value), strength=0.7),
    "VEHICLE_ID": Fit(could=_key, strength=0.6),
    "POSTAL_CODE": Fit(
        could=_postcode,
        possible=lambda value: len(value) <= 40 and any(map(str.isdigit, value)) and not _fraction(value),
    ),
    "GEO_COORDINATES": Fit(could=_precise, possible=_degrees),
    "DATE_OF_BIRTH": Fit(could=_birth, possible=_date_possible),
    "DATE_TIME": Fit(could=dates.is_dated, possible=_date_possible),
    "AGE": Fit(could=_age, possible=lambda value: len(value) <= 40 and not dates.is_date(value)),
    "GENDER": Fit(could=_gender, possible=_label),
    "FREE_TEXT": Fit(could=_prose, possible=_possible_prose, strength=0.6),
    "ORGANIZATION": Fit(could=_words, possible=lambda value: _letters(value) >= 1, strength=0.5),
    "OCCUPATION": _CODE,
    "FINANCES": Fit(could=_money, possible=_anything, strength=0.5),
    "DIAGNOSIS": _CONDITION,
    "BLOOD_TYPE": Fit(could=_blood),
    "CITY": Fit(could=_city, possible=lambda value: _letters(value) >= 2, strength=0.5),
    "COUNTY": Fit(could=_place, possible=_word_or_code, strength=0.5),
    "REGION": Fit(could=_place, possible=_word_or_code, strength=0.5),
    "COUNTRY": Fit(could=_place, possible=_word_or_code, strength=0.5),
    "BIOMETRIC": Fit(could=_secret, possible=_anything, strength=0.3),
    "PHOTO": Fit(could=lambda value: "." in value or "/" in value, possible=lambda value: len(value) > 3, strength=0.8),
}
FITS = (
    _FITS
    | dict.fromkeys(("PERSON", "FIRST_NAME", "LAST_NAME"), _NAME)
    | dict.fromkeys(("HEALTH", "MEDICATION", "PROCEDURE"), _CONDITION)
)
_BY_FAMILY = {"key": _KEY, "label": _LABEL, "number": _DOCUMENT}
_DOCUMENTS = ("NATIONAL_ID", "TAX_ID", "PASSPORT", "DRIVER_LICENSE", "LICENSE_NUMBER", "HEALTH_PLAN_NUMBER")


def fit_of(entity: str) -> Fit | None:
    """Return how an entity can be written: its own tests, those of a wider kind, or those of its family."""
    for name in lineage(entity):
        if name in FITS:
            return FITS[name]
        if name in _DOCUMENTS:
            return _DOCUMENT
    return _BY_FAMILY.get(ENTITIES[entity].family)
