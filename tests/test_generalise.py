"""Rules that make cells coarser: what they leave, that nothing raises, and that everything downstream sees results only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
import yaml
from replay import Recording
from replay_tables import HOSTILE

import privsynth
from privsynth import fitting
from privsynth.errors import SchemaError
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.table.coded import encode
from privsynth.table.source import open_table
from privsynth.table.typed import typed_frame
from privsynth.tableschema import Domain, Field, Schema, dump_schema, schema_from_document, schema_to_document
from privsynth.tableschema.generalise import MILITARY_AREAS, SMALL_AREAS, Rule
from privsynth.tableschema.generalised import generalised_field, generalised_schema

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
EVERY = (
    "year",
    "decade",
    "month",
    "birth_year_90:2024",
    "age_90",
    "zip3",
    "prefix:3",
    "band:10",
    "grid:0.1",
    "grid:2.5",
)
WRITTEN = (
    "2020-05-01", "2020-05-01T10:00:00+02:00", "31/12/1999", "12 Mar 2020", "20200131", "1984", "7", "93", "[70-80)", "90+", ">89",
    "02139", "2139", "501", "021391234", "MA 02139-1234", "E11.9", "12.345", "-0.04", "89.97", "true", " 5 ",
)  # fmt: skip


def left(rule: str, cell: str | None, written: str | None = None, **more: Any) -> str | None:
    return Rule.parse(rule).of_labels([cell], written, **more)[0]  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("rule", "results"),
    [
        (
            "year",
            {
                "2020-05-01": "2020",
                "2020-05-01 10:00:00.5Z": "2020",
                "2020-05-01T23:59:59+02:00": "2020",
                "1/2/1984": "1984",
                "13.12.1999 10:00 PM": "1999",
                "2020/1/31": "2020",
                "20200131": "2020",
                "20200131T101500Z": "2020",
                "1984": "1984",
                "1984.0": "1984",
                "12-MAR-2020": "2020",
                "March 12th, 2020": "2020",
                "Tue, 12 Mar 2020 10:00:00 GMT": "2020",
                "2020-13-01": None,
                "01/02/84": None,
                "84": None,
                "epoch": None,
                "infinity": None,
                "294247-01-10": None,
                "x": None,
            },
        ),
        ("decade", {"1984-02-03": "1980", "1990": "1990", "x": None}),
        ("month", {"2020-05-01": "5", "202011": "11", "5": "5", "13": None, "05/06/2020": None}),
        ("birth_year_90:2026", {"1920-01-01": "1936", "1936": "1936", "1937": "1937", "2027": None, "1700": None}),
        (
            "age_90",
            {
                "0": "0",
                "89.9": "89",
                "90": "90",
                "104": "90",
                "[70-80)": "70",
                "[90-100)": "90",
                "85 - 95": "85",
                "90+": "90",
                ">89": "90",
                "90 or older": "90",
                "45 years": "45",
                "999": None,
                "-1": None,
                "nan": None,
            },
        ),
        (
            "zip3",
            {
                "02139": "021",
                "2139": "021",
                "2139.0": "021",
                "501": "005",
                "601": "006",
                "02139-1234": "021",
                "2139-1234": "021",
                "021391234": "021",
                "21391234": "021",
                "MA 02139": "021",
                "03601": "000",
                "3601": "000",
                "09012": "000",
                "59": None,
                "K1A 0B1": None,
                "SW1A 1AA": None,
            },
        ),
        ("prefix:3", {"sw1a 1aa": "SW1", "E11.9": "E11", "ab": None}),
        ("band:10", {"47": "40", "47.9": "40", "-3": "-10", "1e300": None, "nan": None}),
        ("grid:0.1", {"12.3456": "12.3", "-0.04": "0.0", "inf": None}),
    ],
)
def test_a_rule_leaves_what_it_says(rule: str, results: dict[str, str | None]) -> None:
    found = Rule.parse(rule).of_labels(list(results))
    assert dict(zip(results, found, strict=True)) == results


def test_areas_of_few_people_become_one() -> None:
    assert len(SMALL_AREAS) == 17
    codes = [f"{area}01" for area in (*SMALL_AREAS, *MILITARY_AREAS)]
    assert set(Rule.parse("zip3").of_labels(codes)) == {"000"}
    every = Rule.parse("zip3").of_labels([f"{area:03d}99" for area in range(1000)])
    assert len(set(every) - {"000"}) == 1000 - 1 - len(SMALL_AREAS) - len(MILITARY_AREAS)


def test_formats_that_are_stated_are_read() -> None:
    assert left("year", "01/02/84", "%m/%d/%y") == "1984"
    assert left("month", "05/06/2020", "%d/%m/%Y") == "6"
    assert left("birth_year_90:2026", "01/02/45", "%m/%d/%y") == "1945"  # nobody is born in 2045
    assert left("year", "epoch", "%Y-%m-%d") is None


@pytest.mark.parametrize("rule", EVERY)
@pytest.mark.parametrize("written", [None, "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S"])
def test_no_cell_can_raise_and_results_stay_as_they_are(rule: str, written: str | None) -> None:
    cells = [*HOSTILE.values(), *WRITTEN, None]
    found = Rule.parse(rule).of_labels(cells, written)  # type: ignore[arg-type]
    results = sorted({each for each in found if each is not None})
    assert results
    assert Rule.parse(rule).of_labels(results, written, made=True) == results
    low, high = Rule.parse(rule).limits
    assert all((low is None or low <= float(each)) and (high is None or float(each) <= high) for each in results)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "years",
        "year:2",
        "prefix",
        "prefix:0",
        "prefix:x",
        "band:1",
        "band:1.5",
        "grid:0",
        "grid:-1",
        "grid:.",
        "birth_year_90:26",
    ],
)
def test_a_rule_that_is_none_is_refused_with_the_name_of_its_field(rule: str) -> None:
    with pytest.raises(SchemaError, match="`x`"):
        Field(name="x", kind="integer", action="generalise", rule=rule)
    with pytest.raises(SchemaError):
        schema_from_document({"fields": [{"name": "x", "privsynth": {"action": "generalise", "rule": rule}}]})


# Schemas


def of(rule: str, **leaves: Any) -> Field:
    given = {"role": "quasi", "action": "generalise", "rule": rule, **leaves}
    return Field(name="x", provenance={leaf: "declared" for leaf in given if given[leaf] is not None}, **given)


def test_a_field_declared_as_its_cells_are_written_describes_results_in_the_end() -> None:
    day = generalised_field(of("year", kind="date", format="%d/%m/%Y", minimum="2015-03-01", maximum="2024-12-31"))
    assert (day.kind, day.minimum, day.maximum, day.format) == ("integer", 2015, 2024, "%d/%m/%Y")
    assert day.source("minimum") == "declared"
    age = generalised_field(of("age_90", kind="integer", minimum=18, maximum=120))
    assert (age.minimum, age.maximum) == (18, 90)
    assert "90 stands for 90 or more" in age.extra["description"]
    assert generalised_field(of("age_90", kind="categorical", enum=("[0-10)", "[10-20)", "[90-100)"))).maximum == 90
    area = generalised_field(of("zip3", kind="categorical", enum=("02139", "02140", "03601", "K1A 0B1")))
    assert area.enum == ("000", "021")
    band = generalised_field(of("band:5", kind="integer", minimum=18, maximum=99))
    assert (band.minimum, band.maximum) == (15, 95)
    grid = generalised_field(of("grid:0.1", kind="number", minimum=-1.23, maximum=1.23))
    assert (grid.minimum, grid.maximum, grid.decimals) == (-1.3, 1.3, 1)
    born = generalised_field(of("birth_year_90:2024", kind="date"))
    assert (born.minimum, born.maximum, born.source("minimum")) == (1934, 2024, "declared" if born.enum else "public")
    unknown = generalised_field(Field(name="x", kind="text", action="generalise", rule="prefix:2"))
    assert (unknown.kind, unknown.source("kind")) == ("categorical", "public")


@pytest.mark.parametrize("rule", EVERY)
@pytest.mark.parametrize("kind", ["integer", "number", "date", "categorical", "text"])
def test_completing_a_field_twice_is_as_once_and_the_file_is_read_back(rule: str, kind: str) -> None:
    bounds = {"integer": (3, 117), "number": (0.07, 99.9), "date": ("1901-01-01", "2020-12-31")}.get(kind, (None, None))
    field = of(rule, kind=kind, minimum=bounds[0], maximum=bounds[1], enum=WRITTEN if kind == "categorical" else None)
    once = generalised_field(field)
    assert generalised_field(once) == once
    assert once.kind == Rule.parse(rule).kind or once.kind == kind
    schema = Schema(fields=(once,), policy={"name": "hipaa-safe-harbor", "as_of": 2024, "vouched": []})
    form = json.loads((SCHEMAS / "table_schema.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(json.loads(json.dumps(schema_to_document(schema))))
    assert schema_from_document(yaml.safe_load(dump_schema(schema))) == schema
    assert schema_from_document(json.loads(dump_schema(schema, as_json=True))) == schema


@pytest.mark.parametrize("policy", [3, {"name": "gdpr", "as_of": 2024}, {"name": "hipaa-safe-harbor"}])
def test_a_policy_that_is_none_is_refused(policy: Any) -> None:
    with pytest.raises(SchemaError, match="policy"):
        schema_from_document({"fields": [], "privsynth": {"policy": policy}})


@pytest.mark.parametrize(
    ("leaves", "told"),
    [
        ({"action": "generalise"}, "no rule says how"),
        ({"rule": "age_90"}, "not to be generalised"),
        ({"rule": "year", "action": "generalise", "maximum": 20.5}, "none of that rule's results"),
    ],
)
def test_a_plan_refuses_what_would_be_stated_and_not_done(leaves: dict[str, Any], told: str) -> None:
    field = Field(name="x", kind="integer", provenance={"kind": "declared"}, **{"minimum": 0, "maximum": 120, **leaves})
    with pytest.raises(SchemaError, match=told):
        Plan.make(Schema(fields=(field,)), unit=Unit(), budget=Budget(epsilon=1))


# Tables


def frame(rows: int = 3000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 3000, rows), unit="D")
    return pd.DataFrame({
        "age": rng.integers(60, 105, rows),
        "day": days.strftime("%d/%m/%Y"),
        "zip": [f"{code}" for code in rng.choice([2139, 2140, 10001, 3601, 60606], rows)],
        "lat": rng.normal(40, 2, rows).round(5),
        "cost": rng.integers(0, 500, rows),
        "code": rng.choice(["E11.9", "e11.2", "I10", "J45.1"], rows),
    })  # fmt: skip


FIELDS = {
    "age": of("age_90", kind="integer", minimum=0, maximum=120),
    "day": of("year", kind="date", minimum="2010-01-01", maximum="2026-12-31", format="%d/%m/%Y"),
    "zip": of("zip3", kind="categorical", enum=("02139", "10001", "60606", "03601")),
    "lat": of("grid:0.5", kind="number", minimum=24, maximum=50),
    "cost": of("band:50", kind="integer", minimum=0, maximum=500),
    "code": of("prefix:3", kind="categorical", enum=("E11", "I10", "J45")),
}


def declared(*names: str) -> Schema:
    from dataclasses import replace

    return generalised_schema(Schema(fields=tuple(replace(FIELDS[name], name=name) for name in names or FIELDS)))


def test_cells_are_coded_after_the_rule() -> None:
    table = pd.DataFrame({"age": ["89", "97", "x"], "zip": ["2139", "03601", None], "day": ["31/12/2019", "2019", ""]})
    coded = encode(open_table(table), declared("age", "zip", "day"), Unit(), bytes(32))
    assert np.flatnonzero(coded.counts(["age"]).reveal()).tolist() == [89, 90, 91]
    assert coded.counts(["zip"]).reveal().tolist() == [1, 1, 0, 0, 1]  # 000, 021, 100, 606, missing
    assert coded.counts(["day"]).reveal()[[9, 17]].tolist() == [2, 1]


def test_a_stepped_domain_has_one_cell_for_each_result() -> None:
    for rule, low, high, size in (("band:50", 0, 500, 11), ("decade", 1900, 2020, 13), ("grid:0.1", -90, 90, 1801)):
        kind = Rule.parse(rule).kind
        domain = Domain.of(generalised_field(of(rule, kind=kind, minimum=low, maximum=high)))
        assert domain.size == size
        step = Rule.parse(rule).step or 1
        values = np.round(np.arange(round(low / step), round(high / step) + 1) * step, 9)
        assert domain.encode_numbers(values).tolist() == list(range(size))
    wide = Domain.of(generalised_field(of("band:2", kind="integer", minimum=0, maximum=10**8)))
    assert wide.size < 10_000


def test_a_model_gives_results_only_and_says_so(tmp_path: Path) -> None:
    real = frame()
    model = privsynth.fit(real, epsilon=20, schema=declared())
    made = privsynth.sample(model, 4000, seed=1)
    assert made["age"].max() == 90
    assert abs((made["age"] == 90).mean() - (real["age"] >= 90).mean()) < 0.05
    assert made["day"].dropna().between(2015, 2023).mean() > 0.99
    assert set(made["zip"].dropna()) <= {"000", "021", "100", "606"}
    assert set((made["lat"].dropna() * 2) % 1) == {0}
    assert set(made["cost"].dropna() % 50) == {0}
    assert set(made["code"].dropna()) == {"E11", "I10", "J45"}
    assert "public rules applied: age -> age_90, day -> year, zip -> zip3" in model.guarantee.sentence()
    model.save(tmp_path / "model")
    again = privsynth.load_model(tmp_path / "model")
    assert again.guarantee == model.guarantee
    assert again.schema == model.schema
    assert privsynth.sample(again, 9, seed=3, where="age >= 90")["age"].eq(90).all()


def test_what_a_schema_leaves_open_is_learned_of_results() -> None:
    fields = tuple(
        Field(name=name, kind="text", action="generalise", rule=field.rule) for name, field in FIELDS.items()
    )
    model = privsynth.fit(frame(6000), epsilon=60, schema=Schema(fields=fields))
    schema = model.schema
    assert set(schema["zip"].enum or ()) == {"000", "021", "100", "606"}
    assert set(schema["code"].enum or ()) == {"E11", "I10", "J45"}
    assert (schema["day"].minimum, schema["day"].maximum, schema["day"].source("minimum")) == (2015, 2023, "dp")
    assert (schema["age"].minimum, schema["age"].maximum, schema["age"].source("maximum")) == (0, 90, "public")
    assert float(schema["cost"].maximum or 1) % 50 == 0
    assert schema.learned() == ("day", "zip", "lat", "cost", "code")


def test_real_rows_are_compared_after_the_rule_and_synthetic_ones_as_they_are() -> None:
    schema = declared("age", "zip", "day")
    real = pd.DataFrame({"age": ["99", "45"], "zip": ["601", "02139"], "day": ["31/12/2019", "01/02/2020"]})
    made = pd.DataFrame({"age": [90, 45], "zip": ["601", "021"], "day": [2019, 2020]})
    assert typed_frame(open_table(real), schema).reveal().to_dict("list") == {
        "age": [90.0, 45.0],
        "zip": ["006", "021"],
        "day": [2019.0, 2020.0],
    }
    found = typed_frame(open_table(made), schema, made=True).reveal()
    assert found.to_dict("list") == {"age": [90.0, 45.0], "zip": ["601", "021"], "day": [2019.0, 2020.0]}


def test_audit_and_evaluation_compare_like_with_like(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        fitting, "OsNoise", lambda: Recording(1)
    )  # one noise: one verdict in a hundred is wrong by chance
    real, schema = frame(1200), declared("age", "zip", "day", "code")
    made = privsynth.sample(privsynth.fit(real, epsilon=3, schema=schema), 1200, seed=1)
    found = privsynth.evaluate(real, made, frame(1200, 5), schema=schema).to_json()
    assert found["marginals"]["1"]["value"] < 0.1
    assert privsynth.audit(real, made, frame(1200, 5), schema=schema).to_json()["verdict"] != "leak"
