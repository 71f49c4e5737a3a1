"""Conditions: what can be written, what it means, and that the rows are the model's own under the condition."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth import Fitted
from privsynth.errors import UsageError
from privsynth.generators import conditional
from privsynth.generators import where as conditions
from privsynth.generators.where import Conditions
from privsynth.tableschema import Field, Schema
from privsynth.tableschema.constraints import Sum

LABELS = ("Trinidad and Tobago", "R&D", "O'Brien", 'say "x"', ">50K", "<=50K", "a, (b)", "back\\slash", "12")
SCHEMA = Schema(
    fields=(
        Field(name="age", kind="integer", minimum=0, maximum=120),
        Field(name="sex", kind="categorical", enum=("F", "M")),
        Field(name="length of stay", kind="number", minimum=0, maximum=100),
        Field(name="days and nights", kind="integer", minimum=0, maximum=100),
        Field(name="place", kind="categorical", enum=LABELS),
        Field(name="p<0.05", kind="boolean"),
        Field(name="grade", kind="ordinal", enum=("low", "mid", "high")),
        Field(name="day", kind="date", minimum="2020-01-01", maximum="2020-12-31", format="%d/%m/%Y"),
        Field(name="seen", kind="datetime", minimum="2020-01-01", maximum="2020-12-31"),
        Field(name="patient", kind="identifier", action="drop"),
    )
)
TABLE = pa.table(
    {
        "age": [3, 80, None, 81],
        "sex": ["F", None, "M", "F"],
        "length of stay": [0.5, 1.5, None, 2.5],
        "days and nights": [1, 2, 3, None],
        "place": ["Trinidad and Tobago", "R&D", None, ">50K"],
        "p<0.05": [True, False, None, True],
        "grade": ["low", "mid", "high", None],
        "day": ["31/01/2020", "01/02/2020", None, "15/01/2020"],
        "seen": pa.array([0, 86_400, None, 172_800], type=pa.int64()).cast(pa.timestamp("s")),
    }
)


def test_dates_that_pandas_lacks_are_compared() -> None:
    days = Schema(
        fields=(
            Field(name="day", kind="date", minimum="1500-01-01", maximum="9999-12-31"),
            Field(name="text", kind="date", minimum="1500-01-01", maximum="9999-12-31", format="%d/%m/%Y"),
            Field(name="seen", kind="datetime", minimum="1500-01-01", maximum="9999-12-31"),
        )
    )
    known = [dt.date(1500, 1, 1), dt.date(2020, 1, 1), dt.date(9999, 12, 31), None]
    texts = [None if day is None else f"{day:%d/%m/%Y}" for day in known]
    table = pa.table({"day": known, "text": texts, "seen": pa.array(known, pa.date32()).cast(pa.timestamp("s"))})
    for name in days.names:
        assert Conditions.parse(f"{name} < 1600-01-01", days).mask(table).to_pylist() == [True, False, False, False]
        assert Conditions.parse(f"{name} >= 2020-01-01", days).mask(table).to_pylist() == [False, True, True, False]


def terms(text: str) -> list[tuple[Any, ...]]:
    return [
        (term.field.name, ("" if term.positive else "not ") + term.sign, *term.values)
        for term in Conditions.parse(text, SCHEMA).terms
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("age>=80 and sex='F'", [("age", ">=", 80), ("sex", "=", "F")]),
        ("age>=80&sex=='F'&&age<>3", [("age", ">=", 80), ("sex", "=", "F"), ("age", "!=", 3)]),
        ("sex='F'AND age>80", [("sex", "=", "F"), ("age", ">", 80)]),
        ("length of stay < 3.5", [("length of stay", "<", 3.5)]),
        ("days and nights > 3 and `days and nights` < 9", [("days and nights", ">", 3), ("days and nights", "<", 9)]),
        ("p<0.05 = TRUE and \"p<0.05\" = 1 and 'p<0.05' = 1.0", [("p<0.05", "=", "true")] * 3),
        ("place = Trinidad and Tobago and age > 5", [("place", "=", LABELS[0]), ("age", ">", 5)]),
        ("place=R&D & age<3", [("place", "=", "R&D"), ("age", "<", 3)]),
        ("place = O'Brien", [("place", "=", "O'Brien")]),
        ("place = 'O''Brien' and place = 'O\\'Brien'", [("place", "=", "O'Brien")] * 2),
        ('place = "say ""x""" and place != "say \\"x\\""', [("place", "=", LABELS[3]), ("place", "!=", LABELS[3])]),
        ("place = >50K and age=1", [("place", "=", ">50K"), ("age", "=", 1)]),
        ("place=<=50K", [("place", "=", "<=50K")]),
        ("place = a, (b)", [("place", "=", "a, (b)")]),
        ("place in ('a, (b)', >50K, 12.0)", [("place", "in", "a, (b)", ">50K", "12")]),
        ("place = 'back\\slash' and place = 'back\\\\slash'", [("place", "=", LABELS[7])] * 2),
        ("grade >= mid", [("grade", ">=", "mid")]),
        ("grade not between low and mid and age = 1", [("grade", "not between", "low", "mid"), ("age", "=", 1)]),
        ("age between 3 and 5 and sex not in (F, M)", [("age", "between", 3, 5), ("sex", "not in", "F", "M")]),
        ("age IS missing and sex is NOT null", [("age", "missing"), ("sex", "not missing")]),
        ("day < 2020-02-01 and day >= 15/01/2020", [("day", "<", 18_293), ("day", ">=", 18_276)]),
        ("seen = 2020-01-01 10:00:00", [("seen", "=", 1_577_872_800)]),
    ],
)
def test_what_can_be_written(text: str, found: list[tuple[Any, ...]]) -> None:
    assert terms(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "character 1"),
        ("age", "a comparison was expected"),
        ("age 5", r"'age 5' \(character 1\): no modelled column"),
        ("nothing = 1", "no modelled column has that name; the columns are: age, sex"),
        ("patient = 1", "no modelled column"),
        ("age > 3 and sexx = F", r"character 13\): no modelled column"),
        ("age >= 80 and", r"at its end \(character 14\): a column"),
        ("and age > 3", "no modelled column"),
        ("(age > 3)", "no modelled column"),
        ("age = 5 or sex = F", "no whole number.*join several terms by `and`"),
        ("age = old", r"'old' \(character 1\), which is no whole number"),
        ("day = 2020-13-01", "which is no date"),
        ("day = 31/13/2020", "which is no date"),
        ("seen > noon", "no date and time"),
        ("sex > F", "not ordered"),
        ("sex between F and M", "not ordered"),
        ("sex = f", "no label 'f'.*It has 'F', 'M'"),
        ("place = Trinidad", "'Trinidad and Tobago'"),
        ("place = nowhere", "and others, listed in the schema"),
        ("sex = 'F", "that quote is not closed"),
        ("sex = 'F' x", r"'x' \(character 11\): `and` or the end"),
        ("age =", r"character 6\): a value was expected"),
        ("age = and sex = F", "a value was expected"),
        ("age in 3", "a list was expected"),
        ("age in", "a list was expected"),
        ("age in (3", "the end of the list"),
        ("age in ()", "a value was expected"),
        ("age in (3,)", "a value was expected"),
        ("sex in ('F' 'M')", "`,` or `\\)` was expected"),
        ("age between 3", "`and` was expected"),
        ("age is 5", "`missing` or `null`"),
        ("age not 5", "a comparison was expected"),
        ("age not", "`in` or `between`"),
        ("age !> 3", "no modelled column"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Conditions.parse(text, SCHEMA)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("age >= 80", [1, 3]),
        ("age != 80", [0, 3]),
        ("age in (3, 81)", [0, 3]),
        ("age not in (3, 81)", [1]),
        ("age not between 4 and 80", [0, 3]),
        ("age is missing", [2]),
        ("age is not missing and sex is missing", [1]),
        ("sex = F", [0, 3]),
        ("sex != F", [2]),
        ("sex not in (M)", [0, 3]),
        ("place = Trinidad and Tobago", [0]),
        ("p<0.05 = false", [1]),
        ("grade > low", [1, 2]),
        ("grade between low and mid", [0, 1]),
        ("grade != mid", [0, 2]),
        ("day < 2020-02-01", [0, 3]),
        ("day between 2020-01-15 and 2020-01-31", [0, 3]),
        ("seen >= 1970-01-02", [1, 3]),
        ("length of stay > 1 and age > 80", [3]),
    ],
)
def test_which_rows_fulfil_it(text: str, rows: list[int]) -> None:
    found = Conditions.parse(text, SCHEMA)
    assert np.flatnonzero(found.mask(TABLE)).tolist() == rows
    assert not len(found.mask(TABLE.slice(0, 0)))


def test_its_columns_are_named_once() -> None:
    assert Conditions.parse("age > 1 and sex = F and age < 9", SCHEMA).columns == ("age", "sex")


@pytest.fixture(scope="module")
def model() -> Fitted:
    return privsynth.fit(people(4000), epsilon=30, delta=1e-6, declare=PEOPLE_DECLARED, generator="copula")


def medians(frame: pd.DataFrame) -> list[float]:
    return [frame[name].median() for name in ("age", "schooling", "income")] + [
        (frame["outcome"] == "yes").mean(),
        (frame["region"] == "north").mean(),
        (frame["gain"] > 0).mean(),
    ]


@pytest.mark.parametrize("way", ["whole rows", "condition first", "found rows again"])
def test_rows_have_the_distribution_of_rejection(model: Fitted, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    if way != "whole rows":
        monkeypatch.setattr(conditional, "_FIRST_ROWS", 0)
    if way == "found rows again":
        monkeypatch.setattr(conditional, "TRIED_ROWS", 1)
        monkeypatch.setattr(conditional, "BATCH_ROWS", 3000)
    where = "schooling >= 13 and outcome = yes"
    made = privsynth.sample(model, 4000, seed=1, where=where)
    assert len(made) == 4000
    assert (made["schooling"] >= 13).all()
    assert (made["outcome"] == "yes").all()
    whole = privsynth.sample(model, 100_000, seed=2)
    kept = whole[(whole["schooling"] >= 13) & (whole["outcome"] == "yes")]
    assert medians(made) == pytest.approx(medians(kept), rel=0.03, abs=0.05)
    assert abs(kept["income"].median() / whole["income"].median() - 1) > 0.05, "the condition changes something"
    again = privsynth.sample(model, 4000, seed=1, where=where)
    pd.testing.assert_frame_equal(made, again)


def test_a_rare_condition_is_met(model: Fitted) -> None:
    made = privsynth.sample(model, 300, seed=1, where="age between 70 and 71 and region = north and gain > 30000")
    assert len(made) == 300
    assert made["age"].between(70, 71).all()
    assert (made["gain"] > 30_000).all()
    assert made["income"].nunique() > 200


def test_no_rows_need_no_mass(model: Fitted) -> None:
    made = privsynth.sample(model, 0, where="age > 119 and age < 3")
    assert (len(made), list(made.columns)) == (0, list(PEOPLE_DECLARED["columns"]))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("age > 120 and region = north", "`age > 120` alone holds for none"),
        ("age < 20 and age > 60", "but not all for the same one"),
        ("age > 120 and age < 0", "Each of `age > 120`, `age < 0` alone holds for none"),
    ],
)
def test_a_condition_without_mass_ends_with_a_message(
    model: Fitted, monkeypatch: pytest.MonkeyPatch, where: str, said: str
) -> None:
    monkeypatch.setattr(conditional, "TRIED_ROWS", 1)
    monkeypatch.setattr(conditions, "_check_reach", lambda *_: None)  # so that a term has no mass for sure
    with pytest.raises(UsageError, match=r"no mass: none of .* rows") as error:
        privsynth.sample(model, 5, where=where)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "age > 120",
        "age >= 121",
        "age < 0",
        "age <= -1",
        "age = 121",
        "age in (121, 500)",
        "age between 121 and 130",
        "age between -5 and -1",
        "age between 50 and 40",
        "age not between 0 and 120",
        "length of stay > 100",
        "day > 2020-12-31",
        "day < 2020-01-01",
        "seen = 2021-01-01 10:00:00",
    ],
)
def test_a_condition_that_no_value_can_reach_is_refused_at_once(text: str) -> None:
    with pytest.raises(UsageError, match=r"character 13\) holds for no value of"):
        Conditions.parse(f"sex = F and {text}", SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "age >= 120",
        "age <= 0",
        "age != 121",
        "age in (120, 500)",
        "age between 120 and 130",
        "age not between 0 and 119",
        "age not in (500)",
        "age < 1",
        "age > 119",
        "day >= 2020-12-31",
        "age is missing",
        "length of stay = 100",
    ],
)
def test_a_condition_that_a_bound_fulfils_is_taken(text: str) -> None:
    assert len(Conditions.parse(text, SCHEMA).terms) == 1


def test_a_sum_has_other_values_than_its_own_bounds() -> None:
    fields = tuple(Field(name=name, kind="integer", minimum=0, maximum=9) for name in "tab")
    schema = Schema(fields=fields, constraints=(Sum(total="t", parts=("a", "b")),))
    assert Conditions.parse("t > 9", schema).columns == ("t",)


@pytest.mark.parametrize(
    "text",
    [
        "z in (" + ",".join(f"L{n}" for n in range(1_000)) + ")",
        "i in (" + ",".join(map(str, range(100_000))) + ")",
        " and ".join(["i >= 0"] * 3_000),
        " and ".join(["z = L1"] * 3_000),
        "z = " + " and ".join(["x"] * 20_000),
        "x " * 100_000,
        "z = '" + "y" * 1_000_000 + "'",
        "z = nothing",
    ],
    ids=["labels", "numbers", "terms", "labelled terms", "a value with and", "words", "a long quote", "no label"],
)
def test_a_long_condition_is_read_or_refused_in_a_moment(text: str) -> None:
    fields = (
        Field(name="z", kind="categorical", enum=tuple(f"L{n}" for n in range(50_000))),
        Field(name="i", kind="integer", minimum=0, maximum=10**6),
    )
    began = time.process_time()
    with suppress(UsageError):
        Conditions.parse(text, Schema(fields=fields))
    assert time.process_time() - began < 4


def test_streamed_rows_are_those_of_one_table(model: Fitted) -> None:
    for where in (None, "age > 40"):
        parts = list(model.batches(140_000, seed=4, where=where))
        assert len(parts) > 1
        assert pa.concat_tables(parts).equals(model.sample(140_000, seed=4, where=where))
