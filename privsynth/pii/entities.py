"""What a column can hold, and what follows from it: role, action, stand-in and the laws that name it."""

from __future__ import annotations

from dataclasses import dataclass

from privsynth.pii.model import Action, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of data. ``family`` groups kinds that the same tests speak for or against."""

    role: Role
    action: Action = "keep"
    faker: str | None = None
    laws: tuple[str, ...] = ()
    family: str = ""
    singles_out: bool = False


def _fake(provider: str, *laws: str, family: str = "") -> Entity:
    return Entity(role="direct", action="fake", faker=provider, laws=(*laws, "GDPR 4(1)"), family=family)


def _drop(*laws: str, family: str = "") -> Entity:
    return Entity(role="direct", action="drop", laws=(*laws, "GDPR 4(1)"), family=family)


def _quasi(*laws: str, action: Action = "keep") -> Entity:
    return Entity(role="quasi", action=action, laws=laws, singles_out=True)


def _sensitive(*laws: str, singles_out: bool = False) -> Entity:
    return Entity(role="sensitive", laws=laws, singles_out=singles_out)


# HIPAA letters are those of 45 CFR 164.514(b)(2)(i).
ENTITIES: dict[str, Entity] = {
    "PERSON_NAME": _fake("name", "HIPAA A", family="name"),
    "FIRST_NAME": _fake("first_name", "HIPAA A", family="name"),
    "LAST_NAME": _fake("last_name", "HIPAA A", family="name"),
    "EMAIL": _fake("email", "HIPAA F"),
    "PHONE": _fake("phone_number", "HIPAA D", family="number"),
    "STREET_ADDRESS": _fake("street_address", "HIPAA B"),
    "US_SSN": _fake("invalid_ssn", "HIPAA G", family="number"),
    "NATIONAL_ID": _drop("HIPAA R", "GDPR 87", family="number"),
    "TAX_ID": _drop("HIPAA R", family="number"),
    "PASSPORT": _fake("passport_number", "HIPAA K", family="number"),
    "DRIVER_LICENSE": _drop("HIPAA K", family="number"),
    "LICENSE_NUMBER": _drop("HIPAA K", family="number"),
    "MEDICAL_RECORD_NUMBER": _fake("uuid4", "HIPAA H", family="key"),
    "HEALTH_PLAN_NUMBER": _fake("uuid4", "HIPAA I", family="key"),
    "ACCOUNT_NUMBER": _fake("bban", "HIPAA J", family="key"),
    "RECORD_ID": _fake("uuid4", "HIPAA R", family="key"),
    "IBAN": _fake("iban", "HIPAA J", family="number"),
    "CREDIT_CARD": _fake("credit_card_number", "HIPAA J", "PCI DSS 3.5", family="number"),
    "CARD_CODE": _drop("PCI DSS 3.3", family="number"),
    "VEHICLE_ID": _fake("license_plate", "HIPAA L", family="number"),
    "DEVICE_ID": _fake("uuid4", "HIPAA M", family="key"),
    "MAC_ADDRESS": _fake("mac_address", "HIPAA M"),
    "URL": _fake("url", "HIPAA N"),
    "IP_ADDRESS": _fake("ipv4_private", "HIPAA O"),
    "BIOMETRIC": _drop("HIPAA P", "GDPR 9(1)"),
    "PHOTO": _drop("HIPAA Q"),
    "USERNAME": _fake("user_name", "HIPAA R", family="key"),
    "PASSWORD": _drop("GDPR 32"),
    "CRYPTO_ADDRESS": _drop("HIPAA J"),
    "FREE_TEXT": Entity(role="free_text", action="drop", laws=("HIPAA R", "GDPR 4(1)")),
    "UNKNOWN_TEXT": Entity(role="review", action="drop"),
    "DATE_OF_BIRTH": _quasi("HIPAA C", "GDPR 4(1)", action="generalise"),
    "POSTAL_CODE": _quasi("HIPAA B", action="generalise"),
    "COORDINATES": _quasi("HIPAA B", action="generalise"),
    "DATE": _quasi("HIPAA C"),
    "AGE": _quasi("HIPAA C"),
    "CITY": _quasi("HIPAA B"),
    "COUNTY": _quasi("HIPAA B"),
    "REGION": _quasi(),
    "COUNTRY": _quasi(),
    "SEX": _quasi(),
    "NATIONALITY": _quasi(),
    "MARITAL_STATUS": _quasi(),
    "EDUCATION": _quasi(),
    "OCCUPATION": _quasi(),
    "ORGANIZATION": _quasi(),
    "BANK_CODE": _quasi(),
    "RACE": _sensitive("GDPR 9(1)", singles_out=True),
    "RELIGION": _sensitive("GDPR 9(1)", singles_out=True),
    "POLITICS": _sensitive("GDPR 9(1)"),
    "SEXUALITY": _sensitive("GDPR 9(1)"),
    "UNION_MEMBERSHIP": _sensitive("GDPR 9(1)"),
    "GENETIC": _sensitive("GDPR 9(1)"),
    "DIAGNOSIS": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "PROCEDURE": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "MEDICATION": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "HEALTH": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "CRIMINAL_RECORD": _sensitive("GDPR 10"),
    "FINANCES": _sensitive(),
    "TARGET": Entity(role="target"),
}


def is_direct(entity: str) -> bool:
    """Return whether the entity names a person by itself (or may, as text can)."""
    return ENTITIES[entity].role in ("direct", "review")


def in_family(entity: str, family: str) -> bool:
    """Return whether the entity belongs to one family of tests."""
    return ENTITIES[entity].family == family
