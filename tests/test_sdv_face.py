"""The face of SDV: its metadata, its methods and its reports, around fits that are private."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from sdv.cag import FixedCombinations, FixedIncrements, Inequality, OneHotEncoding, ProgrammableConstraint, Range
from sdv.evaluation import evaluate_quality, run_diagnostic
from sdv.metadata import Metadata
from sdv.sampling import Condition, DataFrameCondition
from sdv.single_table import GaussianCopulaSynthesizer

from privsynth import Budget, Ledger, read_schema
from privsynth.errors import ArtifactError, BudgetError, SchemaError, UsageError
from privsynth.generators import GENERATORS
from privsynth.sdv import (
    ColumnError,
    DPGaussianCopulaSynthesizer,
    DPMaxEntSynthesizer,
    load_synthesizer,
    metadata_of,
    schema_from_metadata,
)
from privsynth.sdv.frames import _moments
from privsynth.sdv.marks import mark
from privsynth.sdv.synthesizers import SYNTHESIZERS
from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions
from privsynth.tableschema import Field

OURS = [each for each in SYNTHESIZERS if each.generator in GENERATORS]
EPSILON = 20.0
LOST = "ignore:Too little could be learned"
CANARY = "canary-7f31c"


def read_back(frame: pd.DataFrame, **types: Any) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype=types or None)


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    """Simulated visits of ten columns: a key, personal data, numbers, dates, labels, truth values, gaps."""
    hospital = read_back(hospital_admissions(900, seed=3))
    names = [
        "email",
        "birth_date",
        "admission_date",
        "sex",
        "insurance",
        "creatinine",
        "length_of_stay_days",
        "charges",
    ]
    frame = hospital[names].copy()
    frame["charges"] = frame["charges"].clip(upper=200_000)
    frame.insert(0, "visit", [f"V-{number:05d}" for number in range(len(frame))])
    frame["surgery"] = np.arange(len(frame)) % 3 == 0
    return frame


PUBLIC: dict[str, dict[str, Any]] = {
    "visit": {"sdtype": "id", "regex_format": "V-[0-9]{5}", "range_is_nullable": False},
    "email": {"sdtype": "email", "pii": True, "range_is_nullable": True},
    "birth_date": {
        "sdtype": "datetime",
        "datetime_format": "%Y-%m-%d",
        "range_min": "1900-01-01",
        "range_max": "2025-12-31",
        "range_is_nullable": False,
    },
    "admission_date": {
        "sdtype": "datetime",
        "datetime_format": "%d/%m/%Y",
        "range_min": "01/01/2018",
        "range_max": "31/12/2024",
        "range_is_nullable": False,
    },
    "sex": {"sdtype": "categorical", "range_values": ["F", "M"], "range_is_nullable": False},
    "insurance": {
        "sdtype": "categorical",
        "range_values": ["Medicaid", "Medicare", "Other", "Private", "Self-pay"],
        "range_is_nullable": False,
    },
    "creatinine": {
        "sdtype": "numerical",
        "decimal_places": 2,
        "range_min": 0.1,
        "range_max": 20.0,
        "range_is_nullable": True,
    },
    "length_of_stay_days": {
        "sdtype": "numerical",
        "decimal_places": 0,
        "range_min": 0,
        "range_max": 365,
        "range_is_nullable": False,
    },
    "charges": {
        "sdtype": "numerical",
        "decimal_places": 2,
        "range_min": 0.0,
        "range_max": 200_000.0,
        "range_is_nullable": False,
    },
    "surgery": {"sdtype": "boolean", "range_is_nullable": False},
}


def metadata(columns: dict[str, dict[str, Any]] | None = None, **more: Any) -> Metadata:
    table = {"columns": columns or PUBLIC, **({} if columns else {"primary_key": "visit"}), **more}
    return Metadata.load_from_dict({"tables": {"visits": table}, "relationships": [], "METADATA_SPEC_VERSION": "V2"})


@pytest.fixture(scope="module")
def fitted(visits: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each of our synthesizers, fitted to the visits under the public metadata."""
    made = {}
    for each in OURS:
        ledger = tmp_path_factory.mktemp("face") / "ledger.db"
        made[each.generator] = each(metadata(), epsilon=EPSILON, declared_ranges=True, ledger=ledger, target="surgery")
        made[each.generator].fit({"visits": visits})
    return made


@pytest.fixture(params=[each.generator for each in OURS])
def drawn(request: pytest.FixtureRequest, fitted: dict[str, Any]) -> Any:
    fitted[request.param].reset_sampling()
    return fitted[request.param]


def story(synthesizer: Any, frame: pd.DataFrame) -> dict[str, Any]:
    """Do what a script does with a synthesizer of SDV; return what has to be the same for every one."""
    synthesizer.fit({"visits": frame})
    first = synthesizer.sample(num_rows=60)
    synthesizer.reset_sampling()
    again = synthesizer.sample(60, batch_size=30, max_tries_per_batch=50)
    wanted = [Condition({"sex": "F"}, num_rows=4), Condition({"insurance": "Medicare", "sex": "M"}, num_rows=3)]
    wanted.append(DataFrameCondition(pd.DataFrame({"sex": ["M", "F"]})))
    given = synthesizer.sample_from_conditions(wanted, batch_size=10)["visits"]
    known = frame[["sex", "length_of_stay_days"]].head(5)
    completed = synthesizer.sample_remaining_columns(known)["visits"]
    errors = []
    for wrong in (
        lambda: synthesizer.sample_from_conditions([Condition({"shoe_size": 42}, num_rows=1)]),
        lambda: synthesizer.sample_remaining_columns(pd.DataFrame({"shoe_size": [42]})),
        lambda: synthesizer.sample_from_conditions([Condition({"visit": "V-00001"}, num_rows=1)]),
    ):
        with pytest.raises(ValueError) as found:
            wrong()
        errors.append("shoe_size" in str(found.value) or "visit" in str(found.value))
    parameters = synthesizer.get_parameters()
    return {
        "tables": (type(first), list(first), type(first["visits"])),
        "columns": list(first["visits"].columns),
        "types": list(map(str, first["visits"].dtypes)),
        "shape": (first["visits"].shape, again["visits"].shape, given.shape, completed.shape),
        "index": first["visits"].index.tolist() == list(range(60)),
        "key": bool(first["visits"]["visit"].is_unique),
        "conditions": (given["sex"].tolist(), given["insurance"].tolist().count("Medicare") >= 3),
        "known": [completed[name].tolist() == known[name].tolist() for name in known],
        "errors": errors,
        "metadata": synthesizer.get_metadata().to_dict() == metadata().to_dict(),
        "parameters": (parameters["enforce_min_max_values"], parameters["enforce_rounding"], "metadata" in parameters),
        "absent": synthesizer.validate({"visits": frame}),
    }


@pytest.fixture(scope="module")
def of_sdv(visits: pd.DataFrame) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return story(GaussianCopulaSynthesizer(metadata(), enforce_rounding=True), visits)


@pytest.mark.parametrize("ours", OURS)
def test_the_same_script_runs(ours: Any, visits: pd.DataFrame, of_sdv: dict[str, Any], tmp_path: Path) -> None:
    made = ours(metadata(), enforce_rounding=True, epsilon=EPSILON, declared_ranges=True, ledger=tmp_path / "l.db")
    assert story(made, visits) == of_sdv


def test_diagnosis_and_quality(drawn: Any, visits: pd.DataFrame) -> None:
    synthetic = drawn.sample(500)
    found = run_diagnostic({"visits": visits}, synthetic, metadata(), verbose=False).get_properties()
    scores = found.set_index("Property")["Score"]
    assert scores["Data Validity"] == 1.0
    assert scores["Data Structure"] == 1.0
    assert evaluate_quality({"visits": visits}, synthetic, metadata(), verbose=False).get_score() > 0.75


@pytest.mark.integration
@pytest.mark.parametrize("ours", OURS)
def test_the_whole_hospital_under_its_codebook(ours: Any, tmp_path: Path) -> None:
    frame = read_back(hospital_admissions(3000), zip_code=str)
    public = metadata_of(read_schema(HOSPITAL_SCHEMA_PATH), "admissions")
    made = ours(
        public,
        epsilon=3,
        unit="patient_id",
        max_rows=3,
        declared_ranges=True,
        ledger=tmp_path / "l.db",
        locales=["de_DE"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.fit({"admissions": frame})
    found = run_diagnostic({"admissions": frame}, made.sample(), public, verbose=False)
    assert found.get_score() == 1.0


@pytest.mark.integration
def test_the_example_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(HOSPITAL_SCHEMA_PATH.parents[2] / "examples"))
    import from_sdv

    with warnings.catch_warnings():
        from_sdv.main(["--rows", "600"])
    said = capsys.readouterr().out
    assert said.count("diagnosis 1.00") == 2
    assert "differentially private" in said


def test_a_column_of_its_own_is_unique_over_calls(drawn: Any) -> None:
    first, second = drawn.sample(30)["visits"], drawn.sample(20)["visits"]
    assert pd.concat([first, second])["visit"].is_unique
    assert first["visit"].str.fullmatch("V-[0-9]{5}").all()
    assert not first.drop(columns="visit").head(20).equals(second.drop(columns="visit"))
    drawn.reset_sampling()
    assert_frame_equal(drawn.sample(30)["visits"], first)
    drawn.reset_sampling(seed=5)
    assert not drawn.sample(30)["visits"].equals(first)


def test_the_default_is_the_noisy_total(drawn: Any, visits: pd.DataFrame) -> None:
    assert abs(len(drawn.sample()["visits"]) - len(visits)) < 60


def test_a_saved_synthesizer_draws_the_same_rows(drawn: Any, tmp_path: Path) -> None:
    expected = drawn.sample(40)["visits"]
    for name in ("model", "model.zip"):
        drawn.save(tmp_path / name)
        loaded = type(drawn).load(tmp_path / name)
        assert_frame_equal(loaded.sample(40)["visits"], expected)
        assert type(load_synthesizer(tmp_path / name)) is type(drawn)
    assert loaded.guarantee == drawn.guarantee
    assert loaded.get_metadata().to_dict() == metadata().to_dict()
    assert loaded.get_parameters()["epsilon"] <= EPSILON
    other = next(each for each in SYNTHESIZERS if each is not type(drawn))
    with pytest.raises(ArtifactError, match="load_synthesizer"):
        other.load(tmp_path / "model")
    with pytest.raises(UsageError, match="exists"):
        drawn.save(tmp_path / "model")


def test_rows_are_written_too(drawn: Any, tmp_path: Path) -> None:
    frame = drawn.sample(25, output_folder_path=tmp_path / "out")["visits"]
    read = pd.read_csv(tmp_path / "out" / "visits.csv")
    assert read["visit"].tolist() == frame["visit"].tolist()
    assert read.columns.tolist() == frame.columns.tolist()
    with pytest.raises(UsageError, match="exists"):
        drawn.sample(5, output_folder_path=tmp_path / "out")


def test_completed_rows_say_that_they_are_not_covered(drawn: Any, visits: pd.DataFrame) -> None:
    found = drawn.sample_remaining_columns(visits[["sex", "visit"]].head(4))["visits"]
    assert found.attrs["privsynth"]["covered_by_the_guarantee"] is False
    assert found["visit"].tolist() == visits["visit"].head(4).tolist()


def test_a_missing_value_can_be_asked_for(drawn: Any) -> None:
    found = drawn.sample_from_conditions([Condition({"creatinine": None}, num_rows=6)])["visits"]
    assert found["creatinine"].isna().all()


def changed(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Neighbours that change what detection says: of keys, ranges, labels, gaps and types."""
    row = frame.tail(1).assign(charges=987_654.5, insurance=CANARY, creatinine=np.nan)
    twice = frame.head(1)  # its number is no longer unique
    text = frame.tail(1).assign(length_of_stay_days=CANARY)
    return [pd.concat([frame, each], ignore_index=True) for each in (row, twice, text)]


@pytest.mark.parametrize("detection", [{}, {"infer_sdtypes": False}, {"infer_keys": None}])
def test_what_detection_reads_changes_no_plan(visits: pd.DataFrame, detection: dict[str, Any]) -> None:
    table = visits.rename(columns={"visit": "folio"}).assign(number=np.arange(len(visits)) * 7, city="Leeds")
    found = [Metadata.detect_from_dataframes({"visits": each}, **detection) for each in (table, *changed(table))]
    assert len({str(each.to_dict()) for each in found}) > (0 if detection else 2)
    schemas = [schema_from_metadata(each) for each in found]
    assert all(schema == schemas[0] for schema in schemas)
    plans = [DPMaxEntSynthesizer(each, epsilon=1).plan({"visits": table}).digest() for each in found]
    assert len(set(plans)) == 1


def test_detection_of_a_key_among_personal_data_changes_no_plan() -> None:
    unique = pd.DataFrame({"email": [f"{n}@example.org" for n in range(20)], "height": [1.5, 1.6] * 10})
    twice = pd.concat([unique, unique.head(1)], ignore_index=True)
    for detection in ({}, {"infer_sdtypes": False}):
        found = [Metadata.detect_from_dataframes({"people": each}, **detection) for each in (unique, twice)]
        assert found[0].to_dict() != found[1].to_dict()
        assert schema_from_metadata(found[0]) == schema_from_metadata(found[1])


def key_removed(found: Metadata) -> None:
    if "primary_key" in found.to_dict()["tables"]["visits"]:
        found.remove_primary_key()


def key_moved(found: Metadata) -> None:
    key_removed(found)
    found.update_column("sex", sdtype="id")
    found.set_primary_key("sex")


def key_left(found: Metadata) -> None:
    """Leave the metadata as it was detected."""


@pytest.mark.parametrize("then", [key_left, key_removed, key_moved])
@pytest.mark.parametrize("detection", [{}, {"infer_sdtypes": False}])
def test_the_mark_that_a_detected_key_leaves_changes_no_plan(then: Any, detection: dict[str, Any]) -> None:
    table = pd.DataFrame({"score": np.arange(60), "email": "a@b.c", "sex": ["F", "M"] * 30, "visit_id": [1, 2] * 30})
    schemas, keys, plans = [], [], []
    for each in (table, pd.concat([table, table.head(1)], ignore_index=True)):
        found = Metadata.detect_from_dataframes({"visits": each}, **detection)
        keys.append(found.to_dict()["tables"]["visits"].get("primary_key"))
        then(found)
        schemas.append(schema_from_metadata(found))
        plans.append(DPMaxEntSynthesizer(found, epsilon=1).plan({"visits": table}).digest())
    assert keys == ["score", None]  # what detection read from the rows
    assert schemas[0] == schemas[1]
    assert plans[0] == plans[1]
    assert [schemas[0][name].kind == "identifier" for name in table] == [False, True, False, True]


def test_a_key_that_was_detected_over_two_tables_changes_no_plan() -> None:
    visits = pd.DataFrame({"visit": np.arange(200), "num": np.arange(200) % 50, "height": [1.5, 1.6] * 100})
    wards = pd.DataFrame({"num": np.arange(60), "beds": np.arange(60) % 7})
    schemas, marks = [], []
    for each in (wards, pd.concat([wards, wards.head(1)], ignore_index=True)):
        both = Metadata.detect_from_dataframes({"visits": visits, "wards": each}).to_dict()
        marks.append(both["tables"]["visits"]["columns"]["num"]["sdtype"])
        schemas.append(schema_from_metadata({"tables": {"visits": both["tables"]["visits"]}}))
    assert (marks[0], marks[1] == "id") == ("id", False)
    assert schemas[0] == schemas[1]


@pytest.mark.filterwarnings(LOST)
def test_no_cell_is_in_what_is_saved(visits: pd.DataFrame, tmp_path: Path) -> None:
    table = visits.copy()
    for name in ("visit", "email", "insurance"):
        table.loc[5, name] = CANARY
    table.loc[5, "charges"] = 987654.25
    detected = Metadata.detect_from_dataframes({"visits": table})
    assert CANARY in str(detected.to_dict())
    for each in OURS:
        made = each(detected, epsilon=EPSILON, ledger=tmp_path / "l.db")
        made.fit({"visits": table})
        folder = tmp_path / each.generator
        made.save(folder)
        rows = made.sample(200, output_folder_path=folder)["visits"]
        assert list(rows.columns) == list(table.columns)
        for path in folder.iterdir():
            assert CANARY.encode() not in path.read_bytes(), path.name
            assert b"987654.25" not in path.read_bytes(), path.name
        assert "learned within this budget" in made.guarantee.sentence()


def test_metadata_goes_there_and_back() -> None:
    public = metadata()
    schema = schema_from_metadata(public, declared_ranges=True)
    assert metadata_of(schema).to_dict() == public.to_dict()
    assert set(schema.declared()) == set(PUBLIC) - {"visit", "email"}
    hospital = read_schema(HOSPITAL_SCHEMA_PATH)
    there = metadata_of(hospital, "admissions")
    there.validate()
    back = schema_from_metadata(there, declared_ranges=True)
    assert metadata_of(back).to_dict() == there.to_dict()
    assert {field.name for field in back.modelled} == {field.name for field in hospital.modelled}


MORE = {
    "grade": {"sdtype": "ordinal", "range_values": [3, 1, 2], "range_is_nullable": True},
    "code": {"sdtype": "categorical", "range_values": ["1", "2"], "range_is_nullable": False},
    "rate": {"sdtype": "categorical", "range_values": [0.5, 1.0], "range_is_nullable": False},
    "truth": {"sdtype": "categorical", "range_values": [True, False], "range_is_nullable": False},
    "moment": {
        "sdtype": "datetime",
        "range_min": "2020-01-01 00:00:00",
        "range_max": "2020-12-31 23:59:59",
        "range_is_nullable": False,
    },
    "minute": {
        "sdtype": "datetime",
        "datetime_format": "%d.%m.%Y %H:%M",
        "range_min": "01.01.2020 00:00",
        "range_max": "31.12.2020 23:59",
        "range_is_nullable": False,
    },
    "iban": {"sdtype": "iban", "pii": True},
    "folder": {"sdtype": "id"},
}


def test_types_come_back_as_they_were_listed(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = 400
    seconds = pd.to_timedelta(rng.integers(0, 300 * 86_400, rows), unit="s")
    frame = pd.DataFrame({
        "grade": rng.choice([1.0, 2.0, 3.0, np.nan], rows),
        "code": rng.choice(["1", "2"], rows),
        "rate": rng.choice([0.5, 1.0], rows),
        "truth": rng.random(rows) < 0.4,
        "moment": pd.Timestamp("2020-01-01") + seconds,
        "minute": (pd.Timestamp("2020-01-01") + seconds).strftime("%d.%m.%Y %H:%M"),
        "iban": "DE00",
        "folder": np.arange(rows),
    })  # fmt: skip
    public = metadata(MORE)
    assert metadata_of(schema_from_metadata(public, declared_ranges=True)).to_dict() == public.to_dict()
    declare = {"columns": {"folder": {"kind": "identifier", "integer": True}}}
    made = DPMaxEntSynthesizer(
        public, epsilon=EPSILON, declared_ranges=True, declare=declare, locales="de_DE", ledger=tmp_path / "l.db"
    )
    made.fit(frame)
    found = made.sample(300)
    assert list(map(str, found["visits"].dtypes)) == list(map(str, frame.dtypes))
    scores = run_diagnostic({"visits": frame}, found, public, verbose=False)
    assert scores.get_score() == 1.0
    assert found["visits"]["iban"].str.startswith("DE").all()
    assert found["visits"]["grade"].isna().any()


def test_only_types_can_be_vouched_for() -> None:
    schema = schema_from_metadata(metadata(), declared_types=True)
    assert (schema["charges"].kind, schema["charges"].decimals, schema["charges"].maximum) == ("number", 2, None)
    assert (schema["sex"].kind, schema["sex"].enum, schema["sex"].source("kind")) == ("categorical", None, "declared")
    assert schema["birth_date"].source("kind") == "declared"
    assert schema["visit"].action == "drop"
    made = DPMaxEntSynthesizer(metadata(), epsilon=1, declared_types=True)
    columns = list(PUBLIC)
    plan = made.plan(pd.DataFrame(columns=columns))
    assert "sex" in plan.derive.names  # type: ignore[union-attr]
    assert "visit" not in plan.derive.names  # type: ignore[union-attr]


def test_marks_of_the_caller_are_kept_without_a_word() -> None:
    columns = {
        "x1": {"sdtype": "id"},
        "x1 id": {"sdtype": "id"},
        "x2": {"sdtype": "first_name", "pii": True},
        "x3": {"sdtype": "city", "pii": False},
        "email": {"sdtype": "categorical"},
        "x4": {"sdtype": "numerical", "range_min": 3, "range_max": 5},
    }
    schema = schema_from_metadata(metadata(columns))
    assert [schema[name].action for name in ("x1 id", "x2", "x3", "email")] == ["drop", "fake", "keep", "fake"]
    assert schema["x1"].kind != "identifier"  # detection marks any unique column so: see `declared_types` and `declare`
    assert schema_from_metadata(metadata(columns), declared_types=True)["x1"].kind == "identifier"
    declare = {"columns": {"x1": {"kind": "identifier"}}}
    plan = DPMaxEntSynthesizer(metadata(columns), epsilon=1, declare=declare).plan(pd.DataFrame(columns=list(columns)))
    assert plan.schema["x1"].kind == "identifier"
    assert (schema["x4"].minimum, schema["x4"].source("kind")) == (None, "default")
    assert schema.data_leaves() == ()


@pytest.mark.filterwarnings(LOST)
def test_a_declaration_speaks_for_its_columns_only(visits: pd.DataFrame, tmp_path: Path) -> None:
    declare = {
        "target": "sex",
        "columns": {"sex": ["F", "M"], "charges": {"lower": 0, "upper": 200_000, "decimals": 2}},
    }
    made = DPMaxEntSynthesizer(
        Metadata.detect_from_dataframes({"visits": visits}), epsilon=EPSILON, declare=declare, ledger=tmp_path / "l.db"
    )
    made.fit({"visits": visits})
    assert {"sex", "charges"} <= set(made.guarantee.declared)
    assert "insurance" in made.guarantee.learned
    assert list(made.sample(9)["visits"].columns) == list(visits.columns)
    with pytest.raises(SchemaError, match="shoe_size"):
        DPMaxEntSynthesizer(metadata(), epsilon=1, declare={"columns": {"shoe_size": ["a"]}})
    with pytest.raises(SchemaError, match="no mapping"):
        DPMaxEntSynthesizer(metadata(), epsilon=1, declare=["sex"])


def test_columns_come_in_the_order_of_the_frame(visits: pd.DataFrame, tmp_path: Path) -> None:
    turned = visits[visits.columns[::-1]]
    made = DPGaussianCopulaSynthesizer(metadata(), epsilon=EPSILON, declared_ranges=True, ledger=tmp_path / "l.db")
    made.fit({"visits": turned})
    assert list(made.sample(5)["visits"].columns) == list(turned.columns)
    numbered = pd.DataFrame({0: ["a", "b"] * 50, 1: ["c", "c"] * 50})
    columns = {
        "0": {"sdtype": "categorical", "range_values": ["a", "b"]},
        "1": {"sdtype": "categorical", "range_values": ["c", "d"]},
    }
    made = DPGaussianCopulaSynthesizer(
        metadata(columns), epsilon=EPSILON, declared_ranges=True, ledger=tmp_path / "l.db"
    )
    made.fit({"visits": numbered})
    assert list(made.sample(5)["visits"].columns) == [0, 1]
    assert list(numbered.columns) == [0, 1]


def test_constraints_of_sdv_hold(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    low, size = rng.integers(0, 50, 500), rng.integers(0, 40, 500)
    state = rng.choice(["CT", "NY"], 500)
    kind = rng.integers(0, 2, 500)
    frame = pd.DataFrame({
        "low": low, "middle": low + size, "high": low + 2 * size, "first": low, "last": low + size, "dose": 5 * rng.integers(0, 9, 500),
        "state": state, "city": np.where(state == "CT", "Hartford", "Albany"), "inpatient": kind, "outpatient": 1 - kind,
    })  # fmt: skip
    whole = {"sdtype": "numerical", "decimal_places": 0, "range_is_nullable": False}
    columns: dict[str, dict[str, Any]] = {
        name: {**whole, "range_min": 0, "range_max": 200} for name in ("low", "middle", "high", "first", "last", "dose")
    }
    columns |= {name: {"sdtype": "categorical", "range_values": [0, 1]} for name in ("inpatient", "outpatient")}
    columns |= {"state": {"sdtype": "categorical", "range_values": ["CT", "NY"]}}
    columns |= {"city": {"sdtype": "categorical", "range_values": ["Albany", "Hartford"]}}
    constraints = [
        Range("low", "middle", "high", strict_boundaries=False),
        Inequality("first", "last"),
        FixedIncrements("dose", 5),
        FixedCombinations(["state", "city"]),
        OneHotEncoding(["inpatient", "outpatient"]),
    ]
    made = DPMaxEntSynthesizer(metadata(columns), epsilon=EPSILON, declared_ranges=True, ledger=tmp_path / "l.db")
    made.add_constraints(constraints[:3])
    made.add_constraints(constraints[3:])
    assert len(made.get_constraints()) == 5
    made.fit({"visits": frame})
    rows = made.sample(400)["visits"]
    assert (rows["low"] <= rows["middle"]).all()
    assert (rows["middle"] <= rows["high"]).all()
    assert (rows["first"] <= rows["last"]).all()
    assert (rows["dose"] % 5 == 0).all()
    assert set(zip(rows["state"], rows["city"], strict=True)) <= {("CT", "Hartford"), ("NY", "Albany")}
    assert (rows["inpatient"].astype(int) + rows["outpatient"].astype(int) == 1).all()
    with pytest.raises(UsageError, match="fitted already"):
        made.add_constraints(constraints)


def test_constraints_that_cannot_be_kept_are_refused() -> None:
    class Programmed(ProgrammableConstraint):
        pass

    made = DPGaussianCopulaSynthesizer(metadata(), epsilon=1, declared_ranges=True)
    with pytest.raises(UsageError, match="DPMaxEntSynthesizer"):
        made.add_constraints([Inequality("birth_date", "admission_date")])
    made.add_constraints([FixedIncrements("charges", 5)])
    with pytest.raises(UsageError, match=r"sdv\.cag"):
        made.add_constraints([Programmed()])
    with pytest.raises(UsageError, match="list"):
        made.add_constraints(Inequality("birth_date", "admission_date"))
    with pytest.raises(SchemaError, match="shoe_size"):
        made.add_constraints([{"type": "FixedIncrements", "column": "shoe_size", "increment": 1}])


TWO = {"tables": {"a": {"columns": {"x": {"sdtype": "id"}}}, "b": {"columns": {"y": {"sdtype": "id"}}}}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (TWO, "2 tables"),
        ({"columns": {"x": {"sdtype": "id"}}, "sequence_key": "x"}, "sequence"),
        ({"columns": {"x": {"sdtype": "datetime"}}, "sequence_index": "x"}, "sequence"),
        ({"columns": {"x": {"sdtype": "id"}, "y": {"sdtype": "id"}}, "primary_key": ["x", "y"]}, "several columns"),
        ({"tables": {"a": {"columns": {}}}}, "no column"),
        ({}, "no table"),
        (None, "no table"),
    ],
)
def test_metadata_that_no_single_table_has_is_refused(given: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        schema_from_metadata(given)


def test_a_range_that_cannot_be_read_is_refused() -> None:
    columns = {"x": {"sdtype": "datetime", "datetime_format": "%Y", "range_min": "today"}}
    with pytest.raises(SchemaError, match="datetime_format"):
        schema_from_metadata({"columns": columns}, declared_ranges=True)


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"enforce_min_max_values": False}, "declare="),
        ({"enforce_rounding": False}, "decimals"),
        ({"default_distribution": "norm"}, "Leave it out"),
        ({"numerical_distributions": {"charges": "norm"}}, "Leave it out"),
        ({"epochs": 300}, "budget"),
        ({"enable_gpu": False}, "environment"),
        ({"shoe_size": 42}, "no keyword"),
        ({"delta": 2.0}, "delta"),
    ],
)
def test_keywords_that_cannot_be_honoured_are_refused(keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        DPGaussianCopulaSynthesizer(metadata(), epsilon=1, **keywords)


def test_keywords_that_ask_for_what_is_done_anyway_are_taken() -> None:
    of_sdv: dict[str, Any] = {"enforce_min_max_values": True, "enforce_rounding": True, "numerical_distributions": {}}
    made = DPGaussianCopulaSynthesizer(metadata(), epsilon=1, default_distribution=None, enable_gpu=True, **of_sdv)
    assert made.get_parameters()["epsilon"] == 1
    assert made.get_metadata(version="modified").to_dict() == metadata().to_dict()
    assert "not fitted" in repr(made)
    with pytest.raises(UsageError, match="version"):
        made.get_metadata("newest")


def test_a_synthesizer_that_is_not_fitted_says_so(tmp_path: Path) -> None:
    made = DPMaxEntSynthesizer(metadata(), epsilon=1)
    for call in (made.sample, made.reset_sampling, lambda: made.save(tmp_path / "m"), lambda: made.guarantee):
        with pytest.raises(UsageError, match="not fitted"):
            call()
    for name in ("preprocess", "get_loss_values"):
        with pytest.raises(AttributeError, match="budget"):
            getattr(made, name)
    with pytest.raises(AttributeError, match="shoe_size"):
        made.shoe_size  # noqa: B018


def test_data_that_does_not_fit_is_refused_without_a_cell(visits: pd.DataFrame) -> None:
    made = DPMaxEntSynthesizer(metadata(), epsilon=1)
    wrong = visits.assign(sex=CANARY)
    for data, said in (
        ({"others": wrong}, "others"),
        ({"visits": wrong, "others": wrong}, "others"),
        ({"visits": [CANARY]}, "list"),
        ({"visits": wrong.drop(columns="charges")}, "charges"),
        ({"visits": wrong.assign(shoe_size=CANARY)}, "shoe_size"),
    ):
        for call in (made.fit, made.validate, made.plan):
            with pytest.raises(UsageError, match=said) as found:
                call(data)
            assert CANARY not in str(found.value)


def test_arguments_of_sampling_are_checked(drawn: Any) -> None:
    for call, said in (
        (lambda: drawn.sample(5, main_table_name="others"), "others"),
        (lambda: drawn.sample(-1), "-1 rows"),
        (lambda: drawn.sample(5, batch_size=0), "batch_size"),
        (lambda: drawn.reset_sampling(-1), "negative"),
        (lambda: drawn.sample_from_conditions([]), "no condition"),
        (lambda: drawn.sample_from_conditions([{"sex": "F"}]), "no condition"),
        (lambda: drawn.sample_remaining_columns([1]), "DataFrame"),
        (lambda: drawn.sample_remaining_columns(pd.DataFrame()), "No column"),
    ):
        with pytest.raises(UsageError, match=said):
            call()
    with pytest.raises(SchemaError, match="insurance"):
        drawn.sample_from_conditions([Condition({"insurance": CANARY}, num_rows=1)])


def test_a_key_has_as_many_strings_as_its_form(tmp_path: Path) -> None:
    columns = {
        "x": {"sdtype": "categorical", "range_values": ["a", "b"]},
        "y": {"sdtype": "id", "regex_format": "[0-9]{2}"},
    }
    for key, rows in (("y", 100), (None, 150)):
        public = metadata(columns, **({"primary_key": key} if key else {}))
        made = DPMaxEntSynthesizer(public, epsilon=EPSILON, declared_ranges=True, ledger=tmp_path / "l.db")
        made.fit(pd.DataFrame({"x": ["a", "b"] * 40, "y": "00"}))
        assert made.sample(rows)["visits"]["y"].nunique() == 100
        if key:
            with pytest.raises(UsageError, match="regex_format"):
                made.sample(1)


def test_the_table_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    columns = {"x": {"sdtype": "categorical", "range_values": ["a", "b"]}}
    public = Metadata.load_from_dict({"tables": {"../x": {"columns": columns}}, "relationships": []})
    made = DPMaxEntSynthesizer(public, epsilon=EPSILON, declared_ranges=True, ledger=tmp_path / "l.db")
    made.fit(pd.DataFrame({"x": ["a", "b"] * 40}))
    with pytest.raises(UsageError, match="path"):
        made.sample(3, output_folder_path=tmp_path / "out")


def test_the_ledger_is_kept(visits: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    made = DPGaussianCopulaSynthesizer(
        metadata(), epsilon=1, declared_ranges=True, ledger=path, dataset="visits of 2024"
    )
    made.fit({"visits": visits})
    account = Ledger(path).show("visits of 2024")["datasets"][0]
    assert account["dataset"] == "visits of 2024"
    assert 0.9 < account["epsilon"] <= 1.0
    assert made.guarantee.epsilon <= 1.0
    Ledger(path).open("small", Budget(epsilon=0.5))
    small = DPGaussianCopulaSynthesizer(metadata(), epsilon=1, declared_ranges=True, ledger=path, dataset="small")
    with pytest.raises(BudgetError):
        small.fit({"visits": visits})


@pytest.mark.parametrize("cells", ["moment", None])
@pytest.mark.parametrize("form", [None, "%d/%m/%Y"])
def test_dates_that_pandas_lacks_are_drawn(cells: str | None, form: str | None) -> None:
    field = Field(name="x", kind="date", format=form, minimum="1500-01-01", maximum="9999-12-31")
    field = mark(field, cells=cells)
    days = pa.array([dt.date(1500, 2, 3), dt.date(9999, 12, 31), None])
    found = _moments(pa.chunked_array([days]), field)
    texts = ["1500-02-03", "9999-12-31"] if form is None or cells else ["03/02/1500", "31/12/9999"]
    assert [str(cell)[:10] for cell in found[:2]] == texts
    assert found.isna()[2]


def test_columns_that_were_not_learned_are_named(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"gloss": [f"{CANARY}-{number}" for number in range(300)], "colour": ["red", "blue", "green"] * 100}
    )
    made = DPMaxEntSynthesizer(Metadata.detect_from_dataframes({"t": frame}), epsilon=EPSILON, ledger=tmp_path / "l.db")
    with pytest.warns(UserWarning, match="gloss") as found:
        made.fit({"t": frame})
    assert all(CANARY not in str(each.message) for each in found)
    rows = made.sample(50)["t"]
    assert rows["gloss"].is_unique
    assert set(rows["colour"]) <= {"red", "blue", "green"}


def test_a_repeated_key_of_personal_data_is_told_apart() -> None:
    from privsynth.sdv.frames import _distinct

    assert _distinct(pd.Series(["a", "b", "a", "a"])).tolist() == ["a", "b", "a-2", "a-3"]


def test_a_unit_of_several_rows(visits: pd.DataFrame, tmp_path: Path) -> None:
    frame = visits.assign(patient_id=[f"P{number // 3}" for number in range(len(visits))])
    columns = {**PUBLIC, "patient_id": {"sdtype": "id"}}
    made = DPGaussianCopulaSynthesizer(
        metadata(columns),
        epsilon=EPSILON,
        declared_ranges=True,
        unit="patient_id",
        max_rows=3,
        ledger=tmp_path / "l.db",
    )
    made.fit({"visits": frame})
    assert "patient_id" in made.guarantee.sentence()
    assert made.sample(40)["visits"]["patient_id"].is_unique


def test_an_error_of_a_column_is_one_of_values_too() -> None:
    assert issubclass(ColumnError, UsageError)
    assert issubclass(ColumnError, ValueError)
