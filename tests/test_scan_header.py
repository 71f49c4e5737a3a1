"""Header words alone: languages, abbreviations, compounds and the words that deny."""

from __future__ import annotations

import pytest

from privsynth.pii import names_only
from privsynth.pii.header import words_of


def entity(name: str) -> str | None:
    return names_only([name]).columns[0].entity


def role(name: str) -> str:
    return names_only([name]).columns[0].role


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("patient_id", "MEDICAL_RECORD_NUMBER"), ("MRN", "MEDICAL_RECORD_NUMBER"), ("encounterId", "RECORD_ID"),
        ("PatientFirstName", "FIRST_NAME"), ("lname", "LAST_NAME"), ("Vorname", "FIRST_NAME"),
        ("apellidos", "LAST_NAME"), ("cognome", "LAST_NAME"), ("prénom", "FIRST_NAME"), ("achternaam", "LAST_NAME"),
        ("sobrenome", "LAST_NAME"), ("Geburtsdatum", "DATE_OF_BIRTH"), ("fecha_nacimiento", "DATE_OF_BIRTH"),
        ("date de naissance", "DATE_OF_BIRTH"), ("data_di_nascita", "DATE_OF_BIRTH"),
        ("dateofbirth", "DATE_OF_BIRTH"), ("DOB", "DATE_OF_BIRTH"), ("E-Mail", "EMAIL"), ("email_address", "EMAIL"),
        ("correo", "EMAIL"), ("Telefonnummer", "PHONE"), ("numero_telefono", "PHONE"), ("HomePhone2", "PHONE"),
        ("Straße", "STREET_ADDRESS"), ("direccion", "STREET_ADDRESS"), ("ip_address", "IP_ADDRESS"),
        ("source_ip", "IP_ADDRESS"), ("mac address", "MAC_ADDRESS"), ("PLZ", "POSTAL_CODE"),
        ("code_postal", "POSTAL_CODE"), ("ssn", "US_SSN"), ("social security number", "US_SSN"),
        ("card_number", "CREDIT_CARD"), ("cvv", "CARD_CODE"), ("acct_no", "ACCOUNT_NUMBER"),
        ("Kontonummer", "ACCOUNT_NUMBER"), ("iban", "IBAN"), ("driver_license", "DRIVER_LICENSE"),
        ("license_plate", "VEHICLE_ID"), ("passport_no", "PASSPORT"), ("member_id", "RECORD_ID"),
        ("policy_number", "HEALTH_PLAN_NUMBER"), ("cust_name_full", "PERSON_NAME"), ("Geschlecht", "SEX"),
        ("etnia", "RACE"), ("diagnosis_code", "DIAGNOSIS"), ("dx1", "DIAGNOSIS"), ("Notizen", "FREE_TEXT"),
        ("salaire", "FINANCES"), ("account_balance", "FINANCES"), ("city_of_birth", "CITY"),
        ("hospital_name", "ORGANIZATION"), ("age_group", "AGE"), ("userid", "RECORD_ID"), ("target", "TARGET"),
        ("userName", "PERSON_NAME"), ("username", "USERNAME"),
    ],
)  # fmt: skip
def test_headers_name_entities(name: str, expected: str) -> None:
    assert entity(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "email_opt_in", "card_type", "phone_count", "n_addresses", "has_phone", "state_of_health", "product_name",
        "birth_weight", "admission_type_id", "discharge_disposition_id", "admission_source_id", "number_inpatient",
        "amount", "num.co", "d.time", "resolving_loans", "license_type", "duplicate", "valid", "c1", "", "x" * 500,
        "😀", "ph", "contact", "default", "day", "bmi_index", "nombre_enfants", "price", "épaisseur", "hours_per_week",
        "account_age_days", "ip_count",
    ],
)  # fmt: skip
def test_headers_that_only_sound_like_identifiers_are_kept(name: str) -> None:
    assert role(name) in ("safe", "quasi")
    assert names_only([name]).columns[0].action == "keep"


@pytest.mark.parametrize("name", ["name", "id_zork", "license", "customer", "first"])
def test_headers_that_leave_it_open_are_for_review(name: str) -> None:
    column = names_only([name]).columns[0]
    assert (column.role, column.action) == ("review", "drop")
    assert 0.35 <= column.confidence <= 0.65


def test_names_cost_nothing_and_say_so() -> None:
    result = names_only(["age", "zip", "age"])
    assert [column.name for column in result.columns] == ["age", "zip", "age"]
    assert (result.basis, result.rows, result.rows_tested, result.could_be_missed) == ("names", None, None, None)
    assert all(column.cells is None and column.tested == 0 for column in result.columns)


def test_a_header_is_split_at_case_digits_and_signs() -> None:
    assert words_of("patientFirst_NAME2-old E-mail") == ("patient", "first", "name", "old", "email")
    assert words_of("MRNNumber") == ("mrn", "number")
    assert words_of("Größe") == ("grosse",)
