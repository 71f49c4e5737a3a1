"""What a fit costs each column is said before it begins, from the schema and the budget alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

import privsynth
from privsynth import pipeline
from privsynth.preflight import MOST_NAMED, costs, most_costly, note
from privsynth.tableschema import Domain, Field
from privsynth.tableschema.constraints import Inequality
from privsynth.tableschema.likely_order import likely_orders
from privsynth.tableschema.model import Schema

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
CODES = [f"{letter}{number:02d}" for letter in "ABCDEFGH" for number in range(100)]


@dataclass(frozen=True)
class Noisy:
    name: str
    first: float
    second: float | None = None


def labelled(name: str, size: int, **leaves: Any) -> Domain:
    return Domain.of(Field(name=name, kind="categorical", enum=tuple(CODES[:size]), **leaves))


def numbers(name: str, low: float, high: float, kind: str = "integer") -> Domain:
    return Domain.of(Field(name=name, kind=kind, minimum=low, maximum=high))


def test_columns_with_the_most_cells_come_first() -> None:
    domains = [labelled("few", 5), labelled("many", 800), numbers("stay", 0, 300)]
    found = costs(domains, [Noisy(domain.name, 20.0) for domain in domains])
    assert [(cost.name, cost.cells) for cost in found] == [("many", 800), ("stay", 301), ("few", 5)]
    assert [cost.least_rows for cost in found] == [60] * 3
    assert [cost.name for cost in most_costly(found)] == ["many", "stay"]


def test_noise_grows_with_the_rows_of_a_unit_and_shrinks_with_a_second_round() -> None:
    domain = numbers("paid", 0, 1e6, "number")
    one, ten = (costs([domain], [Noisy("paid", 20.0)], max_rows=rows)[0] for rows in (1, 10))
    both = costs([domain], [Noisy("paid", 20.0, 20.0)])[0]
    assert (one.noise, ten.noise) == (20.0, 200.0)
    assert both.noise == pytest.approx(20 / 2**0.5)
    assert both.cells == len(domain.starts) - 1  # type: ignore[arg-type]


def test_the_advice_fits_the_column() -> None:
    domains = [
        labelled("plain", 800),
        labelled("grouped", 700, hierarchy="prefix:1"),
        numbers("day", 0, 390),
        labelled("few", 9),
    ]
    found = {
        cost.name: " ".join(cost.advice) for cost in costs(domains, [Noisy(domain.name, 9.0) for domain in domains])
    }
    assert "`hierarchy`" in found["plain"]
    assert "`rule: prefix:2` on `plain`" in found["plain"]
    assert "`hierarchy`" not in found["grouped"]
    assert "prefix" not in found["grouped"]
    assert "narrow its bounds" in found["day"]
    assert "band:K" in found["day"]
    assert found["few"] == ""


def test_at_most_five_columns_are_named() -> None:
    domains = [labelled(f"c{number}", 100 + number) for number in range(20)]
    found = costs(domains, [Noisy(domain.name, 9.0) for domain in domains])
    assert len(most_costly(found)) == MOST_NAMED == 5
    said = note(found)
    assert said is not None
    assert said.count(" cells;") == 5
    assert said.count("more epsilon") == 1
    assert note(costs([labelled("few", 9)], [Noisy("few", 9.0)])) is None


@pytest.fixture
def visits() -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = pd.DataFrame({"code": CODES[:300] * 2, "age": list(range(60)) * 10, "ward": ["a", "b"] * 300})
    return frame, {"columns": {"code": CODES, "age": {"lower": 0, "upper": 99, "integer": True}, "ward": ["a", "b"]}}


def test_a_plan_names_them(visits: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    frame, declared = visits
    plan = pipeline.plan_fit(frame, epsilon=1, declare=declared).to_json()
    assert [cost["column"] for cost in plan["costly_columns"]] == ["code"]
    jsonschema.validate(plan, json.loads((SCHEMAS / "plan.schema.json").read_text()))


def test_the_table_changes_nothing_of_it(visits: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    frame, declared = visits
    all_of_it, little = (
        pipeline.plan_fit(each, epsilon=1, declare=declared).costs() for each in (frame, frame.head(3))
    )
    assert all_of_it == little


def test_more_epsilon_shows_rarer_labels(visits: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    frame, declared = visits
    least = [
        pipeline.plan_fit(frame, epsilon=epsilon, declare=declared).costs()[0].least_rows for epsilon in (0.5, 1, 4)
    ]
    assert least[0] > 1.5 * least[1] > 3 * least[2]


def test_columns_that_are_still_to_be_learned_are_passed_over(visits: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    assert pipeline.plan_fit(visits[0], epsilon=1).to_json()["costly_columns"] == []


def test_a_fit_says_it(visits: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    frame, declared = visits
    told: list[str] = []
    privsynth.fit(frame, epsilon=1, declare=declared, progress=told.append)
    assert any(line.startswith("columns that cost most: `code` (800 cells") for line in told)


def dated(*names: str, kind: str = "date", **leaves: Any) -> tuple[Field, ...]:
    ends = {"minimum": "2020-01-01", "maximum": "2024-12-31"} if kind == "date" else {"minimum": 0, "maximum": 300}
    return tuple(Field(name=name, kind=kind, **ends, **leaves) for name in names)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (dated("admission_date", "discharge_date"), [("admission_date", "discharge_date")]),
        (dated("dischargeDate", "admissionDate"), [("admissionDate", "dischargeDate")]),
        (dated("start", "other", "end"), [("start", "end")]),
        (dated("systolic_bp", "diastolic_bp", kind="integer"), [("diastolic_bp", "systolic_bp")]),
        (dated("start", "end", kind="integer"), []),  # numbers of other things bear these names too
        (dated("departure_date", "arrival_date"), []),  # of a stay and of a flight
        (dated("admission_date", "discharge_time"), []),
        ((*dated("admission_date"), *dated("discharge_date", action="drop")), []),
    ],
)
def test_columns_that_their_names_put_in_order(fields: tuple[Field, ...], found: list[tuple[str, str]]) -> None:
    assert likely_orders(Schema(fields=fields)) == found
    compared = tuple(Inequality(low=low, high=high) for low, high in found)
    assert likely_orders(Schema(fields=fields, constraints=compared)) == []


def test_a_fit_hints_once_at_columns_that_nothing_keeps_in_order(tmp_path: Path) -> None:
    days = pd.date_range("2021-01-01", periods=400).strftime("%Y-%m-%d")
    table = pd.DataFrame({"admission_date": days, "discharge_date": days[::-1]})
    told: list[str] = []
    privsynth.fit(table, epsilon=5, dataset="d", ledger=tmp_path / "l", progress=told.append)
    hints = [each for each in told if "by their names" in each]
    assert len(hints) == 1
    assert '{"type": "Inequality", "low": "admission_date", "high": "discharge_date"}' in hints[0]
    assert hints[0].endswith(" a column of that length in place of one date keeps it better than a constraint.")
    told.clear()
    limits = {"lower": 0, "upper": 300, "integer": True}
    pressures = pd.DataFrame({"diastolic_bp": [80] * 50, "systolic_bp": [120] * 50})
    declare = {"columns": dict.fromkeys(pressures.columns, limits)}
    privsynth.fit(pressures, epsilon=5, declare=declare, dataset="p", ledger=tmp_path / "l", progress=told.append)
    (hint,) = (each for each in told if "by their names" in each)
    assert "keep that length" not in hint
    bounds = {"kind": "date", "lower": "2021-01-01", "upper": "2022-12-31"}
    told.clear()
    privsynth.fit(
        table,
        epsilon=5,
        declare={
            "columns": dict.fromkeys(table.columns, bounds),
            "constraints": [{"type": "Inequality", "low": "admission_date", "high": "discharge_date"}],
        },
        dataset="d",
        ledger=tmp_path / "l",
        progress=told.append,
    )
    assert not [each for each in told if "by their names" in each]
