"""The simulated hospital table: reproducible, plausible, and inside its declared schema."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.errors import UsageError
from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions
from privsynth.tableschema import Field, Schema, read_schema

CONSTANT = [
    "medical_record_number",
    "first_name",
    "last_name",
    "ssn",
    "phone",
    "email",
    "street_address",
    "zip_code",
    "birth_date",
    "sex",
    "race_ethnicity",
    "insurance",
]
LABS = ["creatinine", "glucose", "haemoglobin", "sodium"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return hospital_admissions(20_000, seed=0)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(HOSPITAL_SCHEMA_PATH)


@pytest.fixture(scope="module")
def dates(table: pd.DataFrame) -> pd.DataFrame:
    return table[["admission_date", "discharge_date"]].apply(pd.to_datetime, format="%d/%m/%Y")


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again, other = (hospital_admissions(500, seed=seed).to_csv(index=False) for seed in (7, 7, 8))
    assert first == again
    assert first != other


@pytest.mark.parametrize("n_rows", [1, 2, 37])
def test_any_number_of_rows(n_rows: int) -> None:
    assert hospital_admissions(n_rows, seed=3).shape == (n_rows, 30)


def test_it_is_quick() -> None:
    start = time.process_time()
    hospital_admissions(20_000, seed=1)
    assert time.process_time() - start < 3


@pytest.mark.parametrize("arguments", [{"n_rows": 0}, {"n_rows": 10**8}, {"n_rows": 5, "seed": -1}])
def test_arguments_out_of_range_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="Choose another"):
        hospital_admissions(**arguments)


def test_cells_are_plain_values(table: pd.DataFrame) -> None:
    kinds = {type(cell) for name in table for cell in table[name].iloc[:2000].tolist()}
    assert kinds <= {str, int, float, type(None)}
    assert not any(isinstance(cell, float) and np.isnan(cell) for name in table for cell in table[name].tolist())


def test_patients_have_several_rows_and_constant_fields(table: pd.DataFrame) -> None:
    visits = table["patient_id"].value_counts()
    assert 1.5 < visits.mean() < 1.8
    assert 8 <= visits.max() <= 12
    assert (table.groupby("patient_id")[CONSTANT].nunique(dropna=False) == 1).all(axis=None)
    unique = table.drop_duplicates("patient_id")
    assert unique["ssn"].is_unique
    assert unique["medical_record_number"].is_unique


def test_identifiers_belong_to_nobody(table: pd.DataFrame) -> None:
    assert table["ssn"].str.fullmatch(r"9\d\d-[1-4]\d-\d{4}").all()
    assert table["email"].dropna().str.contains(r"@example\.(?:com|org|net)$").all()
    assert table["phone"].dropna().str.contains(r"555[- ]\d{4}$").all()
    assert table["zip_code"].str.fullmatch(r"\d{5}").all()
    assert table["zip_code"].str.startswith("0").mean() > 0.3


def test_dates_are_day_first_and_agree_with_the_stay(table: pd.DataFrame, dates: pd.DataFrame) -> None:
    assert table["admission_date"].str.fullmatch(r"\d\d/\d\d/\d{4}").all()
    assert (table["admission_date"].str[:2].astype(int) > 12).any()
    stay = (dates["discharge_date"] - dates["admission_date"]).dt.days
    assert (stay >= 0).all()
    assert (stay == table["length_of_stay_days"]).all()
    assert (pd.to_datetime(table["birth_date"]) <= dates["admission_date"]).all()


def test_a_later_stay_agrees_with_the_readmission_flag(table: pd.DataFrame, dates: pd.DataFrame) -> None:
    rows = dates.assign(patient=table["patient_id"], flag=table["readmitted_30d"]).sort_values(
        ["patient", "admission_date"]
    )
    gap = (rows.groupby("patient")["admission_date"].shift(-1) - rows["discharge_date"]).dt.days
    later = gap.notna()
    assert ((gap[later] <= 30) == (rows["flag"][later] == "yes")).all()


def test_diagnoses_are_skewed_and_fit_the_patient(table: pd.DataFrame) -> None:
    shares = table["icd10"].value_counts(normalize=True)
    assert len(shares) >= 40
    assert shares.iloc[0] > 10 * shares.iloc[-3]
    assert (shares < 0.002).sum() >= 3
    assert (table.loc[table["icd10"].isin(["O80", "O82"]), "sex"] == "F").all()
    assert (table.loc[table["icd10"] == "C61", "sex"] == "M").all()
    newborn = table[table["icd10"] == "Z38.00"]
    assert (pd.to_datetime(newborn["birth_date"]) == pd.to_datetime(newborn["admission_date"], format="%d/%m/%Y")).all()


def test_values_are_missing_and_not_at_random(table: pd.DataFrame) -> None:
    missing = table[[*LABS, "smoker", "email"]].isna()
    assert missing.mean().between(0.05, 0.4).all()
    short = table["length_of_stay_days"] <= 1
    for lab in LABS:
        assert missing.loc[short, lab].mean() > 1.3 * missing.loc[~short, lab].mean()


def test_values_hang_together(table: pd.DataFrame) -> None:
    numbers = table[["creatinine", "haemoglobin", "length_of_stay_days", "charges"]].astype(float)
    rank = numbers.corr("spearman")
    assert rank.loc["charges", "length_of_stay_days"] > 0.5
    assert rank.loc["creatinine", "haemoglobin"] < -0.15
    glucose = table["glucose"].astype(float).groupby(table["icd10"]).median()
    assert glucose["E10.10"] > 2 * glucose["J18.9"]


def test_charges_have_a_heavy_tail_and_outliers(table: pd.DataFrame) -> None:
    charges, creatinine = table["charges"].astype(float), table["creatinine"].astype(float)
    assert charges.mean() > 1.3 * charges.median()
    assert charges.quantile(0.99) > 6 * charges.median()
    assert charges.max() == 4_000_000
    assert creatinine.max() == 19
    assert 2 <= (charges > 1_000_000).sum() <= 10


def test_a_third_of_the_notes_name_the_patient(table: pd.DataFrame) -> None:
    noted = table[table["notes"].notna()]
    triples = zip(noted["notes"], noted["first_name"], noted["last_name"], strict=True)
    assert 0.25 < np.mean([first in note or last in note for note, first, last in triples]) < 0.45


def test_the_target_can_be_learned(table: pd.DataFrame, dates: pd.DataFrame) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    features = table[[*LABS, "systolic_bp", "num_procedures", "length_of_stay_days"]].astype(float)
    features["age"] = (dates["admission_date"] - pd.to_datetime(table["birth_date"])).dt.days
    features["icd10"] = table["icd10"].astype("category").cat.codes
    target = table["readmitted_30d"] == "yes"
    train = table["patient_id"].str[-1] < "7"
    model = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=15, categorical_features=["icd10"], random_state=0
    )
    model.fit(features[train], target[train])
    auc = roc_auc_score(target[~train], model.predict_proba(features[~train])[:, 1])
    assert 0.10 < target.mean() < 0.25
    assert 0.72 < auc < 0.82


def test_the_schema_is_the_same_file_in_both_places() -> None:
    copy = Path(__file__).parents[1] / "schemas" / "hospital_admissions.yaml"
    assert copy.read_bytes() == HOSPITAL_SCHEMA_PATH.read_bytes()


def test_the_schema_names_the_columns_and_vouches_for_all(table: pd.DataFrame, schema: Schema) -> None:
    assert schema.names == tuple(table.columns)
    assert (schema.target, schema.unit_column, schema.max_rows) == ("readmitted_30d", "patient_id", 4)
    assert schema.data_leaves() == ()
    for field in schema.fields:
        assert {field.source(leaf) for leaf in field.provenance if leaf != "hierarchy"} == {"declared"}
        assert field.modelled or field.role in ("direct", "free_text") or field.name == "discharge_date"


def test_the_faker_providers_exist(schema: Schema) -> None:
    from faker import Faker

    fake = Faker()
    for field in schema.fields:
        assert (field.faker is not None) == (field.action == "fake")
        assert field.faker is None or isinstance(getattr(fake, field.faker)(), str)


def test_cells_lie_inside_the_declared_domain(table: pd.DataFrame, schema: Schema) -> None:
    for field in schema.fields:
        assert inside(table[field.name], field).mean() > 0.99, field.name
        assert not (field.required and table[field.name].isna().any()), field.name
    assert inside(table["charges"], schema["charges"]).mean() < 1, "the outliers are outside"


def inside(column: pd.Series, field: Field) -> pd.Series:
    """Whether each cell is missing or in the domain of the field."""
    if field.enum is not None:
        return column.isna() | column.astype(str).isin(field.enum)
    if field.minimum is None:
        return pd.Series(True, index=column.index)
    if field.kind == "date":
        values = pd.to_datetime(column, format=field.format)
        return values.between(pd.Timestamp(field.minimum), pd.Timestamp(field.maximum))
    return column.isna() | column.astype(float).between(*field.bounds())
