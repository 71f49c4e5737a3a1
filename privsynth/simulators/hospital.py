"""The simulated hospital table, step by step: visits, people, stays, calendar, notes, outliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from privsynth.errors import UsageError
from privsynth.simulators.notes import write_notes
from privsynth.simulators.patients import Floats, Integers, Patients, draw_patients
from privsynth.simulators.stays import Stays, draw_stays

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "patient_id", "medical_record_number", "first_name", "last_name", "ssn", "phone", "email", "street_address",
    "zip_code", "birth_date", "sex", "race_ethnicity", "insurance", "admission_date", "discharge_date", "department",
    "admission_type", "icd10", "creatinine", "glucose", "haemoglobin", "sodium", "systolic_bp", "bmi",
    "num_procedures", "length_of_stay_days", "charges", "smoker", "readmitted_30d", "notes",
)  # fmt: skip
FIRST_DAY: Final = np.datetime64("2018-01-01")
LAST_DAY: Final = np.datetime64("2024-12-31")
MAX_VISITS: Final = 12
MAX_ROWS: Final = 1_000_000


def hospital_admissions(n_rows: int = 20_000, *, seed: int = 0) -> pd.DataFrame:
    """Simulate the admissions of a hospital: several rows a patient, direct identifiers, gaps, outliers.

    Nobody in it exists: names come from Faker's lists, numbers from ranges that are not issued. The same seed gives
    the same table (with the same versions of numpy and Faker).

    Args:
        n_rows: Number of admissions, 1 to 1,000,000.
        seed: Seed of the simulator, at least 0.

    Returns:
        A frame of `n_rows` x 30 whose cells are strings, integers, floats or None, by admission date.

    Raises:
        UsageError: `n_rows` or `seed` is out of range.
    """
    import pandas as pd

    if not 1 <= n_rows <= MAX_ROWS:
        raise UsageError(f"n_rows of the demo is {n_rows}. It must lie between 1 and {MAX_ROWS:,}. Choose another.")
    if seed < 0:
        raise UsageError(f"The seed of the demo is {seed}. It must not be negative. Choose another.")
    rng = np.random.default_rng(seed)
    frailty, owner, ordinal = _visits(rng, n_rows)
    patients = draw_patients(rng, frailty)
    stays = draw_stays(rng, patients, owner, ordinal)
    columns: dict[str, NDArray[Any]] = {name: values[owner] for name, values in patients.columns.items()}
    columns |= stays.columns
    admitted, calendar = _calendar(rng, patients, stays, owner, ordinal)
    columns |= calendar
    columns["notes"] = write_notes(rng, columns, stays.phrase)
    _plant_outliers(rng, columns)
    by_date = np.argsort(admitted, kind="stable")
    return pd.DataFrame({name: columns[name][by_date] for name in COLUMNS})


def _visits(rng: np.random.Generator, n_rows: int) -> tuple[Floats, Integers, Integers]:
    """Draw latent frailty[k] and, for each row, its patient and the number of that patient's earlier rows."""
    health = rng.gamma(0.55, 1.0, n_rows)  # more patients than needed: the rows end after n_rows
    visits = np.minimum(1 + rng.poisson(1.1 * health), MAX_VISITS)
    owner = np.repeat(np.arange(n_rows), visits)[:n_rows]
    size = int(owner[-1]) + 1
    starts = np.searchsorted(owner, np.arange(size))
    frailty = (health[:size] - 0.55) / 0.74
    return frailty, owner, np.arange(n_rows) - starts[owner]


def _calendar(
    rng: np.random.Generator, patients: Patients, stays: Stays, owner: Integers, ordinal: Integers
) -> tuple[NDArray[np.datetime64], dict[str, NDArray[Any]]]:
    """Lay out the stays in time; a later row starts within 30 days exactly when the earlier one says so."""
    later = 31 + np.minimum(rng.exponential(75, len(owner)), 160)
    gap = np.where(stays.readmitted, rng.integers(1, 31, len(owner)), later)
    step = stays.days + gap.astype(np.int64)
    elapsed = np.cumsum(step) - step
    first_row = np.flatnonzero(ordinal == 0)
    offset = elapsed - elapsed[first_row][owner]
    total = np.zeros(len(first_row), dtype=np.int64)
    np.maximum.at(total, owner, offset + stays.days)
    window = int((LAST_DAY - FIRST_DAY) / np.timedelta64(1, "D"))
    start = (rng.random(len(first_row)) * np.maximum(window - total, 0)).astype(np.int64)
    admitted = FIRST_DAY + start[owner] + offset
    born = FIRST_DAY + start - np.rint(patients.age * 365.25).astype(np.int64)
    return admitted, {
        "birth_date": _written(born, "%Y-%m-%d")[owner],
        "admission_date": _written(admitted, "%d/%m/%Y"),
        "discharge_date": _written(admitted + stays.days, "%d/%m/%Y"),
    }


def _written(days: NDArray[np.datetime64], style: str) -> NDArray[np.object_]:
    import pandas as pd

    return np.asarray(pd.Series(days).dt.strftime(style).to_numpy(dtype=object))


def _plant_outliers(rng: np.random.Generator, columns: dict[str, NDArray[Any]]) -> None:
    """Put a few values in that nobody else has: the rows that an attacker looks for first."""
    rows = rng.permutation(len(columns["charges"]))
    count = min(len(rows), max(1, len(rows) // 5_000))
    columns["charges"][rows[:count]] = np.append(4_000_000.0, rng.uniform(1.2e6, 3.9e6, count - 1).round(2))
    rows = rng.permutation(rows)
    columns["creatinine"][rows[:count]] = np.append(19.0, rng.uniform(14, 18.9, count - 1).round(2))
    rows = rng.permutation(rows)
    columns["bmi"][rows[:count]] = rng.uniform(69, 78, count).round(1)
