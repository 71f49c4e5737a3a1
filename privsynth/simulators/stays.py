"""The simulated stays: diagnosis, severity, laboratory values, charges and readmission of each admission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from privsynth.simulators.diagnoses import DIAGNOSES
from privsynth.simulators.patients import Flags, Floats, Integers, Patients, Texts, blank

CODES: Final = tuple(diagnosis.code for diagnosis in DIAGNOSES)
ONCE: Final = np.array([diagnosis.department in ("Obstetrics", "Neonatology") for diagnosis in DIAGNOSES])
DEPARTMENTS: Final = tuple(sorted({diagnosis.department for diagnosis in DIAGNOSES}))
ADMISSION_TYPES: Final = ("Emergency", "Urgent", "Elective", "Newborn")

# What a diagnosis adds to a laboratory value or blood pressure (creatinine and glucose: on the log scale).
SHIFTS: Final[dict[str, dict[str, float]]] = {
    "creatinine": {"N17.9": 0.9, "N18.6": 1.8, "A41.9": 0.3, "I50.9": 0.22, "E11.65": 0.15, "E11.9": 0.1},
    "glucose": {"E11.65": 0.85, "E11.9": 0.35, "E10.10": 1.4, "A41.9": 0.15, "K85.90": 0.15},
    "haemoglobin": {"D64.9": -4.5, "K92.2": -3.5, "D57.1": -5.0, "C92.00": -4.5, "C34.90": -1.5, "S72.001A": -1.5},
    "sodium": {"E87.1": -14.0, "I50.9": -1.5, "E10.10": -2.0},
    "systolic_bp": {"I10": 28.0, "I63.9": 22.0, "A41.9": -26.0, "K92.2": -12.0, "N18.6": 14.0},
}
# Laboratory value: how readily it is left out, and its decimals.
ORDERED: Final = {"creatinine": (0.5, 2), "glucose": (1.0, 0), "haemoglobin": (0.55, 1), "sodium": (0.6, 0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Simulated admissions.

    Attributes:
        columns: Columns of the stays by name, each [n].
        days: Length of stay in days, int64[n].
        readmitted: Readmission within 30 days of discharge, bool[n].
        phrase: The diagnosis in words, object[n].
    """

    columns: dict[str, NDArray[Any]]
    days: Integers
    readmitted: Flags
    phrase: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What the rest of a stay follows from; every array has one entry a stay."""

    owner: Integers  # the patient's index
    age: Floats
    code: Integers  # index into DIAGNOSES
    severity: Floats
    planned: Flags
    days: Integers

    def shift(self, column: str) -> Floats:
        return np.array([SHIFTS[column].get(code, 0.0) for code in CODES])[self.code]

    def trait(self, name: str) -> Floats:
        return _trait(name)[self.code]

    def text(self, name: str) -> Texts:
        return np.array([getattr(diagnosis, name) for diagnosis in DIAGNOSES], dtype=object)[self.code]


def draw_stays(rng: np.random.Generator, patients: Patients, owner: Integers, ordinal: Integers) -> Stays:
    """Simulate the admissions of `patients`.

    Args:
        rng: The simulator's generator.
        patients: k people.
        owner: Index of the patient of each stay, ascending, int64[n].
        ordinal: Number of earlier stays of that patient in the table, int64[n].

    Returns:
        n stays.
    """
    course = _course(rng, patients, owner, ordinal)
    labs = _labs(rng, patients, course)
    vitals = _vitals(rng, patients, course)
    procedures = rng.poisson(0.3 + 0.45 * np.log1p(course.days) + 0.9 * np.maximum(course.trait("cost") - 1, 0))
    readmitted = rng.random(len(owner)) < _readmission(rng, patients, course, labs, ordinal)
    columns: dict[str, NDArray[Any]] = _setting(rng, course)
    columns |= _recorded(rng, course, labs, vitals)
    columns["num_procedures"] = np.minimum(procedures, 30)
    columns["length_of_stay_days"] = course.days
    columns["charges"] = _charges(rng, course, procedures)
    columns["smoker"] = blank(
        np.where(patients.smoker[owner], "yes", "no"),
        (course.age < 12) | (rng.random(len(owner)) < np.where(course.planned, 0.05, 0.14)),
    )
    columns["readmitted_30d"] = np.where(readmitted, "yes", "no").astype(object)
    return Stays(columns=columns, days=course.days, readmitted=readmitted, phrase=course.text("phrase"))


def _course(rng: np.random.Generator, patients: Patients, owner: Integers, ordinal: Integers) -> _Course:
    age = patients.age[owner] + 0.4 * ordinal
    code = _diagnose(rng, patients, owner, ordinal, age)
    severity = 0.6 * patients.frailty[owner] + 0.8 * rng.standard_normal(len(owner)) + 0.25 * (age - 55) / 20
    planned = rng.random(len(owner)) < _trait("elective")[code]
    stay = _trait("stay")[code] * np.exp(0.28 * severity + 0.45 * rng.standard_normal(len(owner)))
    days = np.clip(np.rint(stay - 0.25), 0, 150).astype(np.int64)
    return _Course(owner=owner, age=age, code=code, severity=severity, planned=planned, days=days)


def _trait(name: str) -> Floats:
    return np.array([getattr(diagnosis, name) for diagnosis in DIAGNOSES], dtype=np.float64)


def _diagnose(
    rng: np.random.Generator, patients: Patients, owner: Integers, ordinal: Integers, age: Floats
) -> Integers:
    """Draw a code by age, sex, weight and smoking; chronic diseases come back; nobody is born or delivers twice."""
    distance = (age[:, None] - _trait("age")) / _trait("spread")
    weights = _trait("share") * np.exp(-0.5 * distance**2) + 1e-12
    sex = np.array([diagnosis.sex for diagnosis in DIAGNOSES])
    female = patients.female[owner][:, None]
    weights *= np.where(female, sex != "M", sex != "F")
    weights *= ~(ONCE & (ordinal[:, None] > 0))
    endocrine = np.array([code.startswith("E11") for code in CODES])
    weights *= np.exp(0.07 * (patients.body_mass[owner][:, None] - 28) * endocrine)
    smoking = np.array([code in ("J44.1", "C34.90") for code in CODES])
    weights *= np.where(smoking & patients.smoker[owner][:, None], 4.0, 1.0)
    ladder = np.cumsum(weights, axis=1)
    fresh = (ladder < rng.random(len(owner))[:, None] * ladder[:, -1:]).sum(axis=1)
    first = fresh[np.flatnonzero(ordinal == 0)][owner]
    again = (ordinal > 0) & (rng.random(len(owner)) < _trait("recurs")[first])
    return np.asarray(np.where(again, first, fresh), dtype=np.int64)


def _labs(rng: np.random.Generator, patients: Patients, course: _Course) -> dict[str, Floats]:
    """Creatinine (mg/dL), glucose (mg/dL), haemoglobin (g/dL) and sodium (mmol/L), measured or not."""
    noise = rng.standard_normal((4, len(course.owner)))
    male, adult = ~patients.female[course.owner], course.age >= 18
    usual = np.where(adult, 0.78 + 0.16 * male + 0.004 * (course.age - 50), 0.3 + 0.025 * course.age)
    creatinine = usual * np.exp(course.shift("creatinine") + 0.12 * course.severity + 0.20 * noise[0])
    body_mass = patients.body_mass[course.owner]
    log_ratio = course.shift("glucose") + 0.05 * course.severity + 0.006 * (body_mass - 27) + 0.16 * noise[1]
    glucose = 102 * np.exp(log_ratio)
    haemoglobin = 13.4 + 1.2 * male - 0.55 * course.severity - 0.9 * np.log(np.maximum(creatinine, 0.8))
    haemoglobin += course.shift("haemoglobin") + 1.2 * noise[2]
    sodium = 139.5 - 0.9 * course.severity - 0.016 * (glucose - 100) + course.shift("sodium") + 2.6 * noise[3]
    return {
        "creatinine": np.clip(creatinine, 0.1, 18),
        "glucose": np.clip(glucose, 30, 900),
        "haemoglobin": np.clip(haemoglobin, 3.5, 20),
        "sodium": np.clip(sodium, 108, 165),
    }


def _vitals(rng: np.random.Generator, patients: Patients, course: _Course) -> dict[str, Floats]:
    noise = rng.standard_normal((2, len(course.owner)))
    usual = np.where(course.age >= 18, 121 + 0.25 * (course.age - 40), 88 + 1.4 * course.age)
    body_mass = patients.body_mass[course.owner]
    pressure = usual + 0.5 * (body_mass - 27) + course.shift("systolic_bp") - 4 * course.severity + 15 * noise[0]
    return {"systolic_bp": np.clip(pressure, 52, 250), "bmi": np.clip(body_mass + 0.6 * noise[1], 10, 75)}


def _readmission(
    rng: np.random.Generator, patients: Patients, course: _Course, labs: dict[str, Floats], ordinal: Integers
) -> Floats:
    """The probability of readmission: age, stay, diagnosis and laboratory values, with two interactions."""
    renal = np.log(np.maximum(labs["creatinine"], 0.7))
    logit = -2.6 + 0.62 * course.trait("readmission") + 0.26 * (course.age - 60) / 20
    logit += 0.35 * np.log1p(course.days / 4) + 0.30 * renal + 0.15 * np.maximum(renal, 0) * (course.age > 75)
    logit += 0.14 * np.maximum(12.5 - labs["haemoglobin"], 0) + 0.06 * np.maximum(136 - labs["sodium"], 0)
    logit += 0.25 * patients.frailty[course.owner] + 0.15 * np.minimum(ordinal, 4)
    logit += 0.4 * ((course.age > 70) & (course.days >= 7)) + 0.3 * rng.standard_normal(len(course.owner))
    return 1 / (1 + np.exp(-logit))


def _setting(rng: np.random.Generator, course: _Course) -> dict[str, NDArray[Any]]:
    """Department, admission type and code; the very ill may lie in intensive care, some in internal medicine."""
    department, chance = course.text("department"), rng.random(len(course.owner))
    ward = ~np.isin(department, ("Obstetrics", "Neonatology", "Psychiatry"))
    department[ward & (chance < 0.05)] = "Internal Medicine"
    department[ward & ~course.planned & (chance > 0.6) & (course.severity > 1.9)] = "Intensive Care"
    kind = np.where(rng.random(len(course.owner)) < 0.72 + 0.08 * course.severity, "Emergency", "Urgent")
    kind = np.where(course.planned, "Elective", kind)
    kind = np.where(course.text("department") == "Neonatology", "Newborn", kind)
    return {"department": department, "admission_type": kind.astype(object), "icd10": course.text("code")}


def _recorded(
    rng: np.random.Generator, course: _Course, labs: dict[str, Floats], vitals: dict[str, Floats]
) -> dict[str, NDArray[Any]]:
    """Round the measurements and leave out what nobody ordered: the fitter the patient, the more is missing."""
    size = len(course.owner)
    chart = np.clip(0.30 - 0.16 * course.severity + 0.15 * course.planned - 0.02 * course.days, 0.01, 0.9)
    undrawn = rng.random(size) < 0.25 * chart  # no blood taken at all
    columns: dict[str, NDArray[Any]] = {}
    for name, (factor, digits) in ORDERED.items():
        measured = labs[name].round(digits) if digits else np.rint(labs[name]).astype(np.int64)
        columns[name] = blank(measured, undrawn | (rng.random(size) < factor * chart))
    columns["systolic_bp"] = blank(np.rint(vitals["systolic_bp"]).astype(np.int64), rng.random(size) < 0.02)
    columns["bmi"] = blank(vitals["bmi"].round(1), rng.random(size) < np.where(course.planned, 0.04, 0.12))
    return columns


def _charges(rng: np.random.Generator, course: _Course, procedures: Integers) -> Floats:
    """Log-normal charges in US dollars that grow with days, procedures and the diagnosis."""
    log_charge = 8.55 + 0.62 * np.log1p(course.days) + 0.75 * np.log(course.trait("cost")) + 0.09 * procedures
    spread = 0.42 * rng.standard_normal(len(course.owner)) + 0.05 * course.severity
    tail = (rng.random(len(course.owner)) < 0.03) * rng.exponential(0.6, len(course.owner))
    return np.exp(log_charge + spread + tail).round(2)
