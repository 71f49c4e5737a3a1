"""The principal diagnoses that the simulated hospital treats, and what each one does to a stay."""

from __future__ import annotations

from typing import Final, NamedTuple


class Diagnosis(NamedTuple):
    """One ICD-10-CM code with the assumptions of the simulator (invented, in a plausible order of size).

    Attributes:
        code: ICD-10-CM code.
        phrase: How a note names it.
        department: Where it is usually treated.
        share: Relative frequency at the typical age.
        age: Typical age in years; `spread` is its standard deviation.
        sex: "F", "M" or "" for both.
        stay: Typical stay in days (median).
        cost: Charges relative to a plain medical stay.
        readmission: Shift of the log-odds of readmission within 30 days.
        elective: Probability that the admission was planned.
        recurs: Probability that a later stay of the patient has the same diagnosis.
    """

    code: str
    phrase: str
    department: str
    share: float
    age: float
    spread: float
    sex: str
    stay: float
    cost: float
    readmission: float
    elective: float
    recurs: float


DIAGNOSES: Final = (
    Diagnosis("I50.9", "heart failure", "Cardiology", 9.0, 76, 12, "", 5.0, 1.1, 1.5, 0.05, 0.7),
    Diagnosis("I21.4", "non-ST elevation infarction", "Cardiology", 4.5, 68, 12, "", 3.5, 2.6, 0.2, 0.02, 0.2),
    Diagnosis("I48.91", "atrial fibrillation", "Cardiology", 4.0, 72, 12, "", 2.5, 1.0, 0.2, 0.15, 0.5),
    Diagnosis("I25.10", "coronary disease", "Cardiology", 3.5, 67, 11, "", 3.0, 2.9, -0.3, 0.60, 0.3),
    Diagnosis("I10", "hypertension", "Internal Medicine", 2.0, 62, 15, "", 1.8, 0.7, -0.5, 0.10, 0.3),
    Diagnosis("I63.9", "ischaemic stroke", "Neurology", 4.0, 73, 12, "", 5.5, 1.8, 0.1, 0.01, 0.2),
    Diagnosis("G45.9", "transient ischaemic attack", "Neurology", 1.4, 70, 12, "", 1.6, 0.9, -0.4, 0.02, 0.2),
    Diagnosis("G40.909", "epilepsy", "Neurology", 0.9, 35, 24, "", 2.4, 1.0, 0.4, 0.10, 0.7),
    Diagnosis("G12.21", "amyotrophic lateral sclerosis", "Neurology", 0.12, 64, 9, "", 7.0, 1.5, 0.8, 0.2, 0.9),
    Diagnosis("J18.9", "pneumonia", "Pulmonology", 6.0, 70, 18, "", 4.2, 1.0, 0.3, 0.01, 0.2),
    Diagnosis("J44.1", "COPD exacerbation", "Pulmonology", 5.0, 70, 10, "", 4.0, 0.9, 1.1, 0.02, 0.8),
    Diagnosis("J45.901", "asthma exacerbation", "Pulmonology", 1.1, 14, 16, "", 2.0, 0.7, -0.1, 0.02, 0.6),
    Diagnosis("J96.01", "acute respiratory failure", "Intensive Care", 2.0, 68, 15, "", 7.0, 2.4, 0.7, 0.01, 0.3),
    Diagnosis("E84.0", "cystic fibrosis", "Pulmonology", 0.15, 22, 9, "", 9.0, 2.0, 1.4, 0.3, 0.95),
    Diagnosis("A41.9", "sepsis", "Intensive Care", 6.5, 70, 17, "", 7.0, 2.1, 0.6, 0.0, 0.2),
    Diagnosis("N17.9", "acute kidney injury", "Nephrology", 3.5, 71, 14, "", 4.5, 1.1, 0.6, 0.01, 0.3),
    Diagnosis("N18.6", "end-stage renal disease", "Nephrology", 2.0, 63, 14, "", 4.5, 1.6, 1.4, 0.25, 0.85),
    Diagnosis("N39.0", "urinary tract infection", "Internal Medicine", 3.0, 74, 18, "", 3.2, 0.7, 0.1, 0.01, 0.3),
    Diagnosis("E11.65", "type 2 diabetes, high glucose", "Endocrinology", 3.0, 60, 13, "", 3.0, 0.8, 0.5, 0.05, 0.6),
    Diagnosis("E11.9", "type 2 diabetes", "Endocrinology", 2.0, 62, 13, "", 2.2, 0.7, 0.0, 0.10, 0.5),
    Diagnosis("E10.10", "diabetic ketoacidosis", "Endocrinology", 0.6, 29, 14, "", 3.0, 1.1, 0.7, 0.0, 0.7),
    Diagnosis("E87.1", "hyponatraemia", "Internal Medicine", 1.2, 73, 14, "", 3.2, 0.8, 0.4, 0.0, 0.3),
    Diagnosis("D64.9", "anaemia", "Internal Medicine", 1.8, 70, 17, "", 2.6, 0.8, 0.6, 0.05, 0.4),
    Diagnosis("D57.1", "sickle-cell disease", "Internal Medicine", 0.3, 24, 12, "", 4.5, 1.0, 1.6, 0.05, 0.95),
    Diagnosis("K35.80", "acute appendicitis", "Surgery", 1.6, 27, 14, "", 1.8, 1.5, -1.0, 0.0, 0.0),
    Diagnosis("K80.20", "gallstones", "Surgery", 2.0, 50, 16, "", 1.9, 1.6, -0.9, 0.55, 0.0),
    Diagnosis("K85.90", "acute pancreatitis", "Surgery", 1.6, 52, 16, "", 4.2, 1.1, 0.4, 0.0, 0.3),
    Diagnosis("K92.2", "gastrointestinal bleeding", "Internal Medicine", 2.2, 69, 15, "", 3.5, 1.1, 0.3, 0.01, 0.3),
    Diagnosis("K56.609", "intestinal obstruction", "Surgery", 1.6, 65, 16, "", 4.5, 1.3, 0.2, 0.02, 0.3),
    Diagnosis("S72.001A", "hip fracture", "Orthopaedics", 2.6, 82, 8, "", 5.5, 2.2, 0.1, 0.0, 0.0),
    Diagnosis("M17.11", "osteoarthritis of the knee", "Orthopaedics", 4.0, 67, 8, "", 2.2, 2.3, -1.3, 0.97, 0.1),
    Diagnosis("M16.11", "osteoarthritis of the hip", "Orthopaedics", 2.6, 66, 9, "", 2.2, 2.4, -1.2, 0.97, 0.1),
    Diagnosis("C34.90", "lung cancer", "Oncology", 1.2, 69, 9, "", 6.0, 2.0, 1.1, 0.45, 0.9),
    Diagnosis("C50.919", "breast cancer", "Oncology", 1.2, 60, 12, "F", 2.2, 1.9, -0.2, 0.90, 0.7),
    Diagnosis("C18.9", "colon cancer", "Oncology", 1.0, 68, 11, "", 6.0, 2.3, 0.4, 0.70, 0.6),
    Diagnosis("C61", "prostate cancer", "Oncology", 0.9, 69, 7, "M", 2.0, 1.9, -0.6, 0.95, 0.4),
    Diagnosis("C92.00", "acute myeloid leukaemia", "Oncology", 0.15, 62, 15, "", 18.0, 4.0, 1.8, 0.2, 0.95),
    Diagnosis("O80", "delivery", "Obstetrics", 26.0, 30, 5, "F", 2.0, 0.7, -1.8, 0.30, 0.2),
    Diagnosis("O82", "caesarean delivery", "Obstetrics", 11.0, 32, 5, "F", 3.2, 1.2, -1.4, 0.50, 0.4),
    Diagnosis("Z38.00", "newborn", "Neonatology", 400.0, 0, 0.01, "", 2.0, 0.4, -1.5, 0.0, 0.0),
    Diagnosis("F32.9", "depression", "Psychiatry", 1.8, 38, 16, "", 6.0, 0.8, 0.3, 0.15, 0.7),
    Diagnosis("F10.239", "alcohol withdrawal", "Psychiatry", 1.5, 48, 12, "", 3.5, 0.8, 0.9, 0.02, 0.7),
    Diagnosis("L03.115", "cellulitis", "Internal Medicine", 2.0, 58, 18, "", 3.2, 0.7, -0.2, 0.01, 0.3),
    Diagnosis("B20", "HIV disease", "Internal Medicine", 0.12, 46, 12, "", 6.0, 1.6, 0.9, 0.05, 0.9),
)
"""Forty-four codes, skewed: deliveries and heart failure are common, four codes are rare."""
