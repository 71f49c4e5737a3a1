"""Every kind of column that can be made: its label, how its values come about and what they say without a header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import identifiers, national, negatives, persons
from .national import Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of column.

    Attributes:
        slug: Name of the kind in the text files.
        entity: The label; None for what names nobody.
        make: Makes one cell; None where the values are a set of the text files.
        plain: The values speak for themselves in columns whose ``form`` is below; 0 never, 1 always.
        loud: Unmistakable: these values keep their label under another kind's header.
        key: All different by nature, one value a person.
        code: A long number or code without a person: only a header tells it from a key.
        personal: Repeats with the person where people repeat.
    """

    slug: str
    entity: str | None
    make: Maker | None
    plain: float = 0.0
    loud: bool = False
    key: bool = False
    code: bool = False
    personal: bool = True


PERSONS: dict[str, tuple[str, float]] = {
    "full_name": ("PERSON", 1), "first_name": ("FIRST_NAME", 1), "last_name": ("LAST_NAME", 0.6), "email": ("EMAIL_ADDRESS", 1),
    "phone": ("PHONE_NUMBER", 0.32), "street": ("STREET_ADDRESS", 1), "url": ("URL", 1), "ip": ("IP_ADDRESS", 1),
    "mac": ("MAC_ADDRESS", 1), "username": ("USERNAME", 0), "note": ("FREE_TEXT", 1), "note_pii": ("FREE_TEXT", 1),
    "postcode": ("POSTAL_CODE", 0), "coords": ("GEO_COORDINATES", 1), "latitude": ("GEO_COORDINATES", 0),
    "longitude": ("GEO_COORDINATES", 0), "date": ("DATE_TIME", 1), "datetime": ("DATE_TIME", 1), "epoch": ("DATE_TIME", 0),
    "birth_date": ("DATE_OF_BIRTH", 0), "birth_year": ("DATE_OF_BIRTH", 0), "age": ("AGE", 0), "finances": ("FINANCES", 0),
}  # fmt: skip
IDENTIFIERS: dict[str, tuple[str, float]] = {
    "password": ("PASSWORD", 0), "device_id": ("DEVICE_ID", 0), "imei": ("IMEI", 1), "record_id": ("RECORD_ID", 0.8),
    "uuid": ("UUID", 1), "mrn": ("MEDICAL_RECORD_NUMBER", 0), "plan_no": ("HEALTH_PLAN_NUMBER", 0), "claim_no": ("CLAIM_NUMBER", 0),
    "us_mbi": ("US_MBI", 1), "us_npi": ("US_NPI", 0), "us_dea": ("MEDICAL_LICENSE", 1), "de_kvnr": ("DE_HEALTH_INSURANCE", 1),
    "au_medicare": ("AU_MEDICARE", 0), "uk_nhs": ("UK_NHS", 0.5), "card": ("CREDIT_CARD", 1), "cvv": ("CARD_CODE", 0),
    "card_expiry": ("CARD_EXPIRY", 0), "iban": ("IBAN_CODE", 1), "account_no": ("ACCOUNT_NUMBER", 0),
    "us_bank_no": ("US_BANK_NUMBER", 0), "loan_no": ("LOAN_NUMBER", 0), "crypto": ("CRYPTO", 1), "aba": ("ABA_ROUTING_NUMBER", 0),
    "bic": ("SWIFT_CODE", 1), "bank_code": ("BANK_CODE", 0), "lei": ("LEI", 1), "national_id": ("NATIONAL_ID", 0),
    "tax_id": ("TAX_ID", 0), "passport": ("PASSPORT", 0), "us_passport": ("US_PASSPORT", 0), "driver_license": ("DRIVER_LICENSE", 0),
    "us_driver_license": ("US_DRIVER_LICENSE", 0), "license_no": ("LICENSE_NUMBER", 0), "plate": ("LICENSE_PLATE", 0),
    "vin": ("VIN", 1), "vehicle_id": ("VEHICLE_ID", 0), "biometric": ("BIOMETRIC", 0), "photo": ("PHOTO", 0),
}  # fmt: skip
NATIONAL: dict[str, tuple[str, float]] = {
    "us_ssn": ("US_SSN", 0.75), "us_itin": ("US_ITIN", 0), "uk_nino": ("UK_NINO", 1), "ca_sin": ("CA_SIN", 0), "au_tfn": ("AU_TFN", 0),
    "in_aadhaar": ("IN_AADHAAR", 0), "in_pan": ("IN_PAN", 1), "in_voter": ("IN_VOTER", 1), "es_nif": ("ES_NIF", 1),
    "es_nie": ("ES_NIE", 1), "it_cf": ("IT_FISCAL_CODE", 1), "fr_nir": ("FR_NIR", 1), "de_taxid": ("DE_TAX_ID", 0),
    "de_svnr": ("DE_SOCIAL_SECURITY", 1), "de_idcard": ("DE_ID_CARD", 0), "pt_nif": ("PT_NIF", 0), "br_cpf": ("BR_CPF", 0.66),
    "nl_bsn": ("NL_BSN", 0), "be_nn": ("BE_NN", 0.5), "pl_pesel": ("PL_PESEL", 0), "se_pnr": ("SE_PERSONNUMMER", 0.5),
    "dk_cpr": ("DK_CPR", 0), "no_fnr": ("NO_FODSELSNUMMER", 0), "fi_hetu": ("FI_PERSONAL_IDENTITY_CODE", 1), "ch_ahv": ("CH_AHV", 1),
    "at_svnr": ("AT_SVNR", 0), "cz_rc": ("CZ_RC", 0.5), "ro_cnp": ("RO_CNP", 0), "bg_egn": ("BG_EGN", 0), "hr_oib": ("HR_OIB", 0),
    "ee_ik": ("EE_IK", 0), "lt_ak": ("LT_ASMENS", 0), "lv_pk": ("LV_PK", 0), "gr_amka": ("GR_AMKA", 0), "tr_tckn": ("TR_NATIONAL_ID", 0),
    "ie_pps": ("IE_PPS", 1), "mx_curp": ("MX_CURP", 1), "mx_rfc": ("MX_RFC", 1), "ar_dni": ("AR_DNI", 0), "cl_rut": ("CL_RUT", 1),
    "cn_ric": ("CN_RIC", 1), "kr_rrn": ("KR_RRN", 0.5), "jp_mynumber": ("JP_MY_NUMBER", 0), "th_pin": ("TH_TNIN", 0.5),
    "sg_nric": ("SG_NRIC_FIN", 1), "my_nric": ("MY_NRIC", 0.5), "id_nik": ("ID_NIK", 0), "za_id": ("ZA_ID_NUMBER", 0),
    "il_id": ("IL_ID", 0), "ng_nin": ("NG_NIN", 0), "ua_rnokpp": ("UA_RNOKPP", 0), "ru_inn": ("RU_INN", 0),
}  # fmt: skip
WORDS: dict[str, tuple[str | None, float]] = {
    "gender": ("GENDER", 1), "marital_status": ("MARITAL_STATUS", 1), "education": ("EDUCATION_LEVEL", 1), "occupation": ("OCCUPATION", 1),
    "organization": ("ORGANIZATION", 1), "language": ("SPOKEN_LANGUAGE", 1), "ethnicity": ("ETHNIC_GROUP", 1), "religion": ("RELIGION", 1),
    "politics": ("POLITICS", 0), "sexuality": ("SEXUALITY", 1), "union": ("UNION_MEMBERSHIP", 0), "protection": ("PROTECTION_GROUP", 0),
    "disability": ("DISABILITY", 0), "genetic": ("GENETIC", 0), "blood_type": ("BLOOD_TYPE", 1), "diagnosis": ("DIAGNOSIS", 1),
    "icd": ("DIAGNOSIS", 1), "procedure": ("PROCEDURE", 1), "cpt": ("PROCEDURE", 0), "medication": ("MEDICATION", 1),
    "health": ("HEALTH", 0), "criminal": ("CRIMINAL_RECORD", 0), "target": ("TARGET", 0), "country": ("COUNTRY", 1),
    "nationality": ("NATIONALITY", 1), "region": ("REGION", 1), "county": ("COUNTY", 0), "city": ("CITY", 1),
    "product": (None, 1), "team": (None, 1), "song": (None, 1), "species": (None, 1), "colour": (None, 1), "file_name": (None, 1),
    "currency": (None, 1), "unit": (None, 1), "status": (None, 1), "kind": (None, 1), "flag": (None, 1), "opt_in": (None, 1),
    "card_type": (None, 1), "phone_model": (None, 1), "address_type": (None, 1), "trap_label": (None, 0), "weekday": (None, 1),
    "size": (None, 1), "error_code": (None, 1), "software": (None, 1),
}  # fmt: skip
CODES = {"upc", "ean", "isbn", "sku", "cents", "order_no", "git_hash", "loinc"}
PARTLY_PLAIN = {"duration": 0.66}
LOUD = {"email", "iban", "us_ssn", "card"}
NO_KEYS = {"password", "cvv", "card_expiry", "bic", "bank_code", "aba", "photo"}
OF_ROWS = {"date", "datetime", "epoch", "note", "note_pii", "ip", "claim_no", "procedure", "cpt", "target"}


def _all() -> Iterator[Kind]:
    for slug, (entity, plain) in PERSONS.items():
        yield Kind(
            slug=slug,
            entity=entity,
            make=persons.MAKERS[slug],
            plain=plain,
            loud=slug in LOUD,
            personal=slug not in OF_ROWS,
        )
    for source, makers in ((IDENTIFIERS, identifiers.MAKERS), (NATIONAL, national.MAKERS)):
        for slug, (entity, plain) in source.items():
            yield Kind(slug=slug, entity=entity, make=makers[slug], plain=plain, loud=slug in LOUD,
                       key=slug not in NO_KEYS, personal=slug not in OF_ROWS)  # fmt: skip
    for slug, (label, plain) in WORDS.items():
        personal = label is not None and slug not in OF_ROWS
        yield Kind(slug=slug, entity=label, make=None, plain=plain, personal=personal)
    for slug, make in {**negatives.MAKERS, "order_no": identifiers.MAKERS["order_no"]}.items():
        code = slug in CODES
        plain = 0.0 if code else PARTLY_PLAIN.get(slug, 1.0)
        yield Kind(slug=slug, entity=None, make=make, plain=plain, code=code, personal=False)


KINDS: dict[str, Kind] = {kind.slug: kind for kind in _all()}
PEOPLE = "record_id full_name first_name last_name email phone gender birth_date age city country postcode street"
THEMES: dict[str, tuple[str, ...]] = {
    name: tuple(slugs.split())
    for name, slugs in {
        "hospital": f"{PEOPLE} mrn plan_no diagnosis icd procedure cpt medication blood_type date datetime note note_pii lab_float"
        " lab_float measure duration ethnicity marital_status us_npi flag kind unit loinc health opt_in count temperature",
        "bank": f"{PEOPLE} account_no iban card card_type cvv card_expiry loan_no finances amount cents currency date status kind"
        " trap_label occupation us_ssn score flag percent trap_count address_type opt_in order_no",
        "staff": f"{PEOPLE} occupation organization finances education marital_status nationality union date national_id tax_id"
        " kind status score duration flag trap_label percent count",
        "customers": f"{PEOPLE} username url organization opt_in address_type phone_model card_type date datetime amount count status"
        " trap_count trap_share product score ip software kind",
        "survey": f"{PEOPLE} ethnicity religion language education protection disability region county coords note note_pii"
        " nationality health count flag score kind duration trap_count finances unit",
        "shop": "record_id uuid order_no sku ean upc isbn product amount amount cents currency count percent status kind colour size"
        " date unit weekday measure flag rank score hex_colour file_name team song",
        "machines": "device_id mac ip sensor sensor temperature measure version error_code software datetime epoch count percent"
        " status flag git_hash file_name duration record_id trap_share unit latitude longitude lab_float",
        "nature": "species colour measure measure weekday country region city date count team song rank score temperature percent"
        " latitude longitude kind unit lab_float flag size",
        "cars": f"{PEOPLE} plate vin vehicle_id driver_license plan_no claim_no amount date colour kind measure count criminal"
        " trap_count size status",
        "prediction": "age gender education marital_status occupation finances target count amount percent score kind flag"
        " measure measure ethnicity country duration rank sensor lab_float",
    }.items()
}
