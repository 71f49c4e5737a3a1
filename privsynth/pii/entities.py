"""What a column can hold, and what follows from it: role, action, stand-in and the laws that name it.

Names are presidio's where presidio has one. HIPAA letters are those of 45 CFR 164.514(b)(2)(i); GDPR numbers are articles of
Regulation (EU) 2016/679; PCI numbers are requirements of PCI DSS 4.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privsynth.pii.model import Action, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of data.

    Attributes:
        role: As in a schema.
        action: What is suggested to the owner.
        why: Reason of the action, in a few words.
        faker: Faker provider method that makes a stand-in, when ``action`` is ``fake``.
        laws: Provisions that name this kind of data.
        family: Kinds that the same tests speak for or against: ``name``, ``number``, ``key``, ``date``, ``place``, ``label``.
        parent: A wider kind; what speaks for the parent speaks for this one too, once something speaks for this one.
        shown: Name in the output, where presidio has a wider one.
        singles_out: Whether it helps to single a person out when combined.
        country: ISO 3166 code of the one country that issues it, or "".
    """

    role: Role
    action: Action = "keep"
    why: str = ""
    faker: str | None = None
    laws: tuple[str, ...] = ()
    family: str = ""
    parent: str = ""
    shown: str = ""
    singles_out: bool = False
    country: str = ""

    @property
    def hipaa(self) -> str | None:
        """Letter of 45 CFR 164.514(b)(2)(i), or None."""
        return self._law("HIPAA ")

    @property
    def gdpr(self) -> str | None:
        """Article of Regulation (EU) 2016/679, or None."""
        return self._law("GDPR ")

    @property
    def pci(self) -> str | None:
        """Requirement of PCI DSS 4.0, or None."""
        return self._law("PCI DSS ")

    def _law(self, code: str) -> str | None:
        return next((law.removeprefix(code) for law in self.laws if law.startswith(code) and "PHI" not in law), None)


def _fake(provider: str, *laws: str, family: str = "", parent: str = "", shown: str = "") -> Entity:
    why = "names a person; a stand-in is a function of no cell"
    laws = (*laws, "GDPR 4(1)")
    return Entity(
        role="direct", action="fake", why=why, faker=provider, laws=laws, family=family, parent=parent, shown=shown
    )


def _drop(*laws: str, family: str = "", parent: str = "", country: str = "", why: str = "names a person") -> Entity:
    laws = (*laws, "GDPR 4(1)")
    return Entity(role="direct", action="drop", why=why, laws=laws, family=family, parent=parent, country=country)


def _quasi(*laws: str, action: Action = "keep", family: str = "", parent: str = "", why: str = "") -> Entity:
    why = why or "narrows down who it is; kept, under the guarantee"
    return Entity(role="quasi", action=action, why=why, laws=laws, singles_out=True, family=family, parent=parent)


def _sensitive(*laws: str, singles_out: bool = False, family: str = "label", parent: str = "") -> Entity:
    why = "says something sensitive; kept, under the guarantee"
    return Entity(role="sensitive", why=why, laws=laws, singles_out=singles_out, family=family, parent=parent)


_TO_YEAR = "only its year may stay under Safe Harbor"
_ENTITIES: dict[str, Entity] = {
    # names
    "PERSON": _fake("name", "HIPAA A", family="name"),
    "FIRST_NAME": _fake("first_name", "HIPAA A", family="name", parent="PERSON", shown="PERSON"),
    "LAST_NAME": _fake("last_name", "HIPAA A", family="name", parent="PERSON", shown="PERSON"),
    # contact and online
    "EMAIL_ADDRESS": _fake("email", "HIPAA F"),
    "PHONE_NUMBER": _fake("phone_number", "HIPAA D", family="number"),
    "STREET_ADDRESS": _fake("street_address", "HIPAA B", family="place"),
    "URL": _fake("url", "HIPAA N"),
    "IP_ADDRESS": _fake("ipv4_private", "HIPAA O"),
    "MAC_ADDRESS": _fake("mac_address", "HIPAA M"),
    "USERNAME": _fake("user_name", "HIPAA R", family="key"),
    "PASSWORD": _drop("GDPR 32", why="opens an account"),
    "DEVICE_ID": _fake("uuid4", "HIPAA M", family="key"),
    "IMEI": _drop("HIPAA M", family="number", parent="DEVICE_ID"),
    # keys
    "RECORD_ID": _fake("uuid4", "HIPAA R", family="key"),
    "UUID": _fake("uuid4", "HIPAA R", family="key", parent="RECORD_ID"),
    "REGISTER_NUMBER": Entity(role="safe", why="a number of a thing", family="key", shown="RECORD_ID"),
    # health
    "MEDICAL_RECORD_NUMBER": _fake("uuid4", "HIPAA H", family="key", parent="RECORD_ID"),
    "HEALTH_PLAN_NUMBER": _fake("uuid4", "HIPAA I", family="key", parent="RECORD_ID"),
    "CLAIM_NUMBER": _fake("uuid4", "HIPAA J", family="key", parent="RECORD_ID"),
    "US_MBI": _drop("HIPAA I", family="number", parent="HEALTH_PLAN_NUMBER", country="US"),
    "US_NPI": _drop("HIPAA K", family="number", parent="LICENSE_NUMBER", country="US"),
    "MEDICAL_LICENSE": _drop("HIPAA K", family="number", parent="LICENSE_NUMBER", country="US"),
    "DE_HEALTH_INSURANCE": _drop("HIPAA I", family="number", parent="HEALTH_PLAN_NUMBER", country="DE"),
    "AU_MEDICARE": _drop("HIPAA I", family="number", parent="HEALTH_PLAN_NUMBER", country="AU"),
    "UK_NHS": _drop("HIPAA H", family="number", parent="MEDICAL_RECORD_NUMBER", country="GB"),
    # finance
    "CREDIT_CARD": _fake("credit_card_number", "HIPAA J", "PCI DSS 3.5", family="number"),
    "CARD_CODE": _drop("PCI DSS 3.3", family="number", why="may not be stored at all"),
    "CARD_EXPIRY": _drop("PCI DSS 3.3", family="date", why="card data"),
    "IBAN_CODE": _fake("iban", "HIPAA J", family="number", parent="ACCOUNT_NUMBER"),
    "ACCOUNT_NUMBER": _fake("bban", "HIPAA J", family="key", parent="RECORD_ID"),
    "US_BANK_NUMBER": _drop("HIPAA J", family="number", parent="ACCOUNT_NUMBER", country="US"),
    "LOAN_NUMBER": _fake("uuid4", "HIPAA J", family="key", parent="RECORD_ID"),
    "CRYPTO": _drop("HIPAA J"),
    "ABA_ROUTING_NUMBER": _quasi(family="number", parent="BANK_CODE"),
    "SWIFT_CODE": _quasi(family="number", parent="BANK_CODE"),
    "BANK_CODE": _quasi(family="label"),
    "LEI": _quasi(family="number", parent="ORGANIZATION"),
    # papers, vehicles, bodies
    "NATIONAL_ID": _drop("HIPAA R", "GDPR 87", family="number"),
    "TAX_ID": _drop("HIPAA R", "GDPR 87", family="number"),
    "PASSPORT": _fake("passport_number", "HIPAA K", family="number"),
    "US_PASSPORT": _fake("passport_number", "HIPAA K", family="number", parent="PASSPORT"),
    "DRIVER_LICENSE": _drop("HIPAA K", family="number"),
    "US_DRIVER_LICENSE": _drop("HIPAA K", family="number", parent="DRIVER_LICENSE", country="US"),
    "LICENSE_NUMBER": _drop("HIPAA K", family="number"),
    "LICENSE_PLATE": _fake("license_plate", "HIPAA L", family="number", parent="VEHICLE_ID"),
    "VIN": _drop("HIPAA L", family="number", parent="VEHICLE_ID"),
    "VEHICLE_ID": _fake("license_plate", "HIPAA L", family="number"),
    "BIOMETRIC": _drop("HIPAA P", "GDPR 9(1)"),
    "PHOTO": _drop("HIPAA Q"),
    # text
    "FREE_TEXT": Entity(
        role="free_text", action="drop", why="text can hold anything", laws=("HIPAA R", "GDPR 4(1)"), family="text"
    ),
    # places and times
    "POSTAL_CODE": _quasi(
        "HIPAA B", action="generalise", family="place", why="three digits may stay under Safe Harbor"
    ),
    "GEO_COORDINATES": _quasi("HIPAA B", action="generalise", why="points to a house"),
    "CITY": _quasi("HIPAA B", family="place"),
    "COUNTY": _quasi("HIPAA B", family="place"),
    "REGION": _quasi(family="place"),
    "COUNTRY": _quasi(family="place"),
    "DATE_TIME": _quasi("HIPAA C", action="generalise", family="date", why=_TO_YEAR),
    "DATE_OF_BIRTH": _quasi(
        "HIPAA C", "GDPR 4(1)", action="generalise", family="date", parent="DATE_TIME", why=_TO_YEAR
    ),
    "AGE": _quasi("HIPAA C", action="generalise", why="ages above 89 become one group under Safe Harbor"),
    # people
    "GENDER": _quasi(family="label"),
    "NATIONALITY": _quasi(family="label"),
    "MARITAL_STATUS": _quasi(family="label"),
    "EDUCATION_LEVEL": _quasi(family="label"),
    "OCCUPATION": _quasi(family="label"),
    "ORGANIZATION": _quasi(family="label"),
    "SPOKEN_LANGUAGE": _quasi(family="label"),
    "ETHNIC_GROUP": _sensitive("GDPR 9(1)", singles_out=True),
    "RELIGION": _sensitive("GDPR 9(1)", singles_out=True),
    "POLITICS": _sensitive("GDPR 9(1)"),
    "SEXUALITY": _sensitive("GDPR 9(1)"),
    "UNION_MEMBERSHIP": _sensitive("GDPR 9(1)"),
    "PROTECTION_GROUP": _sensitive("GDPR 9(1)", singles_out=True),
    "DISABILITY": _sensitive("GDPR 9(1)", "HIPAA PHI", singles_out=True),
    "GENETIC": _sensitive("GDPR 9(1)"),
    "BLOOD_TYPE": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "DIAGNOSIS": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "PROCEDURE": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "MEDICATION": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "HEALTH": _sensitive("GDPR 9(1)", "HIPAA PHI"),
    "CRIMINAL_RECORD": _sensitive("GDPR 10"),
    "FINANCES": _sensitive(family=""),
    "TARGET": Entity(role="target", why="what a model is to predict"),
}

# Numbers that one state issues to a person. Country codes are ISO 3166.
_OF_PERSONS = (
    "US_SSN US_ITIN UK_NINO CA_SIN AU_TFN IN_AADHAAR IN_PAN IN_VOTER ES_NIF ES_NIE IT_FISCAL_CODE FR_NIR DE_TAX_ID"
    " DE_SOCIAL_SECURITY DE_ID_CARD PT_NIF BR_CPF NL_BSN BE_NN PL_PESEL SE_PERSONNUMMER DK_CPR NO_FODSELSNUMMER"
    " FI_PERSONAL_IDENTITY_CODE CH_AHV AT_SVNR CZ_RC RO_CNP BG_EGN HR_OIB EE_IK LT_ASMENS LV_PK GR_AMKA TR_NATIONAL_ID"
    " IE_PPS MX_CURP MX_RFC AR_DNI CL_RUT CN_RIC KR_RRN JP_MY_NUMBER TH_TNIN SG_NRIC_FIN MY_NRIC ID_NIK ZA_ID_NUMBER IL_ID"
    " NG_NIN UA_RNOKPP RU_INN"
)  # fmt: skip
_TAXES = ("US_ITIN", "AU_TFN", "IN_PAN", "DE_TAX_ID", "PT_NIF", "MX_RFC", "UA_RNOKPP", "RU_INN")


def _issued(name: str) -> Entity:
    country = "GB" if name.startswith("UK_") else name[:2]
    parent = "TAX_ID" if name in _TAXES else "NATIONAL_ID"
    if name == "US_SSN":
        return _fake("invalid_ssn", "HIPAA G", family="number", parent=parent)
    return _drop("HIPAA R", "GDPR 87", family="number", parent=parent, country=country)


ENTITIES: dict[str, Entity] = _ENTITIES | {name: _issued(name) for name in _OF_PERSONS.split()}


def is_direct(entity: str) -> bool:
    """Return whether the entity names a person by itself."""
    return ENTITIES[entity].role == "direct"


def in_family(entity: str, family: str) -> bool:
    """Return whether the entity belongs to one family of tests."""
    return ENTITIES[entity].family == family


def lineage(entity: str, kinds: Mapping[str, Entity] = ENTITIES) -> tuple[str, ...]:
    """Return the entity and all wider kinds, narrowest first.

    Example:
        >>> lineage("US_MBI")
        ('US_MBI', 'HEALTH_PLAN_NUMBER', 'RECORD_ID')
    """
    found = [entity]
    while parent := kinds[found[-1]].parent:
        found.append(parent)
    return tuple(found)
