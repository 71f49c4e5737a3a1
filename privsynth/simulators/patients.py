"""The simulated patients: who they are (invented) and what shapes their stays (latent)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]

# ZIP codes around the hospital, busiest first: mostly New Jersey and Connecticut, hence the leading zeros.
CATCHMENT: Final = (
    "07030", "07302", "07306", "10001", "07104", "07105", "10025", "07087", "07047", "10032",
    "06902", "07503", "07011", "10467", "07601", "06830", "07052", "10301", "07740", "08901",
    "06510", "08618", "10701", "06604", "07960", "11201", "08102", "06810", "07450", "11368",
    "08540", "10954", "06880", "07920", "12550", "08753", "06360", "10509", "08401", "07826",
)  # fmt: skip
AREA_CODES: Final = ("201", "203", "212", "551", "609", "646", "732", "845", "862", "908", "914", "973")
RACES: Final = ("White", "Black", "Hispanic", "Asian", "Other", "Native American")
RACE_SHARES: Final = (0.565, 0.165, 0.165, 0.07, 0.03, 0.005)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patients:
    """Invented people.

    Attributes:
        columns: Patient-constant columns by name, each object[k].
        age: Age in years at the first admission, float64[k].
        female: bool[k].
        smoker: bool[k].
        body_mass: Usual body mass index in kg/m2, float64[k].
        frailty: Latent poor health, standard scale, float64[k].
        deprivation: Latent poverty of the ZIP code in [-1, 1], float64[k].
    """

    columns: dict[str, Texts]
    age: Floats
    female: Flags
    smoker: Flags
    body_mass: Floats
    frailty: Floats
    deprivation: Floats


def draw_patients(rng: np.random.Generator, frailty: Floats) -> Patients:
    """Invent one patient for each frailty.

    Args:
        rng: The simulator's generator.
        frailty: float64[k], standard scale.

    Returns:
        k patients.
    """
    size = len(frailty)
    age = _ages(rng, frailty)
    female = rng.random(size) < np.where((age > 16) & (age < 45), 0.66, 0.5)
    smoker = (age > 15) & (rng.random(size) < 0.17 + 0.05 * (frailty > 0.5))
    zip_rank = _skewed_choice(rng, size, 1 / np.arange(4.0, 4.0 + len(CATCHMENT)))
    deprivation = np.sin(2.4 * zip_rank)  # fixed by the ZIP code, without a trend over the ranks
    body_mass = np.where(age < 18, 15.5 + 0.42 * age, 27.0 + 1.4 * deprivation)
    body_mass += np.where(age < 18, 1.5, 5.0) * (rng.gamma(4.0, 0.5, size) - 2.0)
    names = _names(rng, female)
    columns = _identifiers(rng, size) | names | _contacts(rng, names, age)
    columns["zip_code"] = np.array(CATCHMENT, dtype=object)[zip_rank]
    columns["sex"] = np.where(female, "F", "M").astype(object)
    races = np.array(RACES, dtype=object)[_skewed_choice(rng, size, np.array(RACE_SHARES))]
    columns["race_ethnicity"] = blank(races, rng.random(size) < 0.03)
    columns["insurance"] = _payers(rng, age, deprivation)
    return Patients(
        columns=columns,
        age=age,
        female=female,
        smoker=smoker,
        body_mass=np.clip(body_mass, 11, 68),
        frailty=frailty,
        deprivation=deprivation,
    )


def blank(values: NDArray[Any], missing: Flags) -> Texts:
    """Return `values` as objects with None where `missing`.

    Args:
        values: Any array[n].
        missing: bool[n].
    """
    cells: Texts = values.astype(object)
    cells[missing] = None
    return cells


def _skewed_choice(rng: np.random.Generator, size: int, weights: NDArray[np.floating[Any]]) -> Integers:
    return rng.choice(len(weights), size=size, p=weights / weights.sum()).astype(np.int64)


def _ages(rng: np.random.Generator, frailty: Floats) -> Floats:
    """Newborns, children, people of child-bearing age and a large old group; the frail are older."""
    size = len(frailty)
    group = rng.choice(4, size=size, p=[0.06, 0.06, 0.26, 0.62])
    old = 64 + 17 * rng.standard_normal(size) + 3 * frailty
    child, adult = rng.uniform(0.1, 18, size), rng.normal(31, 6, size)
    age: Floats = np.select([group == 0, group == 1, group == 2], [np.zeros(size), child, adult], old)
    return np.asarray(np.clip(age, 0.0, 103.0), dtype=np.float64)


def _identifiers(rng: np.random.Generator, size: int) -> dict[str, Texts]:
    """Unique numbers; the social security numbers are 9xx-1x to 9xx-4x, issued neither as SSN nor as ITIN."""
    patient = rng.choice(10**7, size, replace=False)
    record = rng.choice(9 * 10**7, size, replace=False) + 10**7
    security = rng.choice(100 * 40 * 10**4, size, replace=False)
    digits = zip(900 + security // 400_000, 10 + security // 10_000 % 40, security % 10_000, strict=True)
    return {
        "patient_id": np.array([f"P{number:07d}" for number in patient], dtype=object),
        "medical_record_number": np.array([f"MRN-{number}" for number in record], dtype=object),
        "ssn": np.array([f"{area}-{group}-{serial:04d}" for area, group, serial in digits], dtype=object),
    }


def _names(rng: np.random.Generator, female: Flags) -> dict[str, Texts]:
    """First and last names by the frequencies of Faker's US lists."""
    from faker.providers.person.en_US import Provider

    def draw(table: dict[str, float]) -> Texts:
        chosen = _skewed_choice(rng, len(female), np.array(list(table.values())))
        return np.array(list(table), dtype=object)[chosen]

    first = np.where(female, draw(Provider.first_names_female), draw(Provider.first_names_male))
    return {"first_name": first, "last_name": draw(Provider.last_names)}


def _contacts(rng: np.random.Generator, names: dict[str, Texts], age: Floats) -> dict[str, Texts]:
    """Phone (exchange 555), e-mail (reserved domains) and street; some are missing."""
    from faker.providers.address.en_US import Provider as Address
    from faker.providers.person.en_US import Provider as Person

    size = len(age)
    area = np.array(AREA_CODES, dtype=object)[rng.integers(len(AREA_CODES), size=size)]
    phones = [
        (f"({code}) 555-{line:04d}", f"{code}-555-{line:04d}", f"+1 {code} 555 {line:04d}")[style]
        for code, line, style in zip(area, rng.integers(10**4, size=size), rng.integers(3, size=size), strict=True)
    ]
    domains = np.array(["example.com", "example.org", "example.net"], dtype=object)[rng.integers(3, size=size)]
    emails = [
        f"{first.lower()}.{last.lower()}{number}@{domain}"
        for first, last, number, domain in zip(
            names["first_name"], names["last_name"], rng.integers(1, 100, size=size), domains, strict=True
        )
    ]
    roads, suffixes = list(Person.last_names), Address.street_suffixes
    streets = [
        f"{number} {roads[road]} {suffixes[suffix]}" + (f" Apt. {flat}" if flat < 100 else "")
        for number, road, suffix, flat in zip(
            rng.integers(1, 4000, size=size),
            rng.integers(len(roads), size=size),
            rng.integers(len(suffixes), size=size),
            rng.integers(1, 320, size=size),
            strict=True,
        )
    ]
    no_email = rng.random(size) < 0.08 + 0.3 * (age > 75)
    return {
        "phone": blank(np.array(phones, dtype=object), rng.random(size) < 0.03),
        "email": blank(np.array(emails, dtype=object), no_email),
        "street_address": np.array(streets, dtype=object),
    }


def _payers(rng: np.random.Generator, age: Floats, deprivation: Floats) -> Texts:
    """Who pays: mostly Medicare from 65 on; Medicaid follows the deprivation of the ZIP code."""
    size = len(age)
    poor = rng.random(size) < 0.24 + 0.18 * deprivation
    young = np.where(poor, "Medicaid", rng.choice(["Private", "Self-pay", "Other"], size, p=[0.87, 0.08, 0.05]))
    old = rng.choice(["Medicare", "Private", "Medicaid"], size, p=[0.84, 0.13, 0.03])
    return np.where(age >= 65, old, young).astype(object)
