"""The report document: what it says to the owner, and what it never lets out with a release."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from privsynth.accounting import mu_of
from privsynth.errors import UsageError
from privsynth.privacy import Guarantee, Private, Unit
from privsynth.report import FORMAT, build_report, render_html
from privsynth.tableschema import Field, Schema

SCHEMAS = Path(__file__).parent.parent / "schemas"
SCHEMA = Schema(
    fields=(
        Field(name="patient", kind="identifier", role="direct", action="fake", provenance={"kind": "declared"}),
        Field(
            name="age",
            kind="integer",
            role="quasi",
            minimum=0,
            maximum=120,
            provenance={"minimum": "dp", "kind": "declared"},
        ),
        Field(
            name="diagnosis",
            kind="categorical",
            role="sensitive",
            enum=("A", "B"),
            provenance={"kind": "declared", "enum": {"source": "public", "name": "ICD-10"}},
        ),
        Field(name="note", kind="text", role="free_text", action="drop"),
        Field(name="died", kind="boolean", role="target"),
    ),
    target="died",
    unit_column="patient",
    max_rows=3,
)
GUARANTEE = Guarantee(
    epsilon=1.0,
    delta=1e-6,
    unit=Unit(column="patient", max_rows=3),
    mu=mu_of(1.0, 1e-6),
    declared=("diagnosis", "died"),
    learned=("age",),
)
VOID = Guarantee(epsilon=math.inf, delta=1e-6, unit=Unit(), mu=math.inf, void="the schema was read from the data.")
SYNTHETIC = {
    "rows": 900,
    "columns": 3,
    "missing_share": 0.02,
    "repeated_row_share": 0.0,
    "by_column": [
        {"name": name, "kind": "numeric", "missing_share": 0.02, "distinct": 7} for name in ("age", "diagnosis", "died")
    ],
}
REPRODUCTION = {
    "version": "0.1.0",
    "generator": "copula",
    "command": "privsynth run private-cohort.csv",
    "table": "/srv/private-cohort.csv",
}


def audit_example() -> dict[str, Any]:
    rates = ("0.001", "0.01", "0.1")
    attack = {
        "name": "nearest-1",
        "what": "The synthetic table holds a row closer to this one than the nearest other real row is.",
        "auc": 0.5123,
        "auc_ci": [0.4967, 0.5279],
        "tpr_at_fpr": dict.fromkeys(rates, 0.013),
        "tpr_ci": {rate: [0.007, 0.021] for rate in rates},
        "non_members": 400,
        "roc": [[0.0, 0.0], [0.01, 0.013], [0.1, 0.12], [1.0, 1.0]],
        "rank_p": 0.31,
        "top": [{"r": 20, "rows": 20, "members": 15, "expected": 14.2, "p_value": 0.44}],
        "p_value": 0.3,
        "p_holm": 0.9,
    }
    counted = {"train": 4, "train_rows": 1600, "holdout": 1, "holdout_rows": 400, "p_value": 0.7, "p_holm": 0.9}
    stratum = {
        "score": "consensus",
        "share": 0.05,
        "train": 80,
        "holdout": 20,
        "train_hits": 3,
        "holdout_hits": 1,
        "train_hit_interval": [0.008, 0.106],
        "holdout_hit_interval": [0.001, 0.249],
        "auc": 0.52,
        "hit_p": 0.8,
        "rank_p": 0.6,
        "p_value": None,
    }
    return {
        "format": "privsynth.audit/1",
        "verdict": "no leak found",
        "reasons": ["None of 5 tests told train rows from held-out rows (smallest Holm p 0.9)."],
        "level": 0.01,
        "limits": "An audit cannot show that stronger attackers learn nothing.",
        "attacks": [attack, {**attack, "name": "nearest-5"}],
        "copies": {
            **counted,
            "train_unique": 4,
            "train_unique_rows": 1500,
            "holdout_unique": 1,
            "holdout_unique_rows": 380,
        }
        | {"synthetic": 5, "expected": 4.0},
        "carried": {**counted, "columns": {"age": [3, 1]}},
        "outliers": {
            "verdict": "no leak found",
            "min_rows_per_side": 30,
            "hit_radius": 0.25,
            "scores": [{"name": "consensus", "what": "Mean rank by the other three scores.", "p_value": None}],
            "synthetic_side": None,
            "hit_rate_train": 0.0375,
            "hit_rate_holdout": 0.05,
            "strata": [stratum],
            "p_value": 0.6,
            "p_holm": 0.9,
        },
        "attributes": [],
        "attribute_test": None,
        "at_risk": [],
        "detectable": {
            "power": 0.95,
            "copied_share": 0.0125,
            "copied_rows": 20,
            "outlier_share": None,
            "outlier_rows": None,
        },
        "exchangeability": {"p_value": 0.47, "column_p": 0.5, "column": "age", "neighbour_p": 0.4, "differs": False},
        "overlap": {
            "holdout_rows_in_train": 2,
            "expected": 2.2,
            "p_value": 0.6,
            "same_table": False,
            "dropped": 0,
            "found": False,
        },
        "n": {"train": 1700, "synthetic": 900, "holdout": 400, "train_compared": 1600, "holdout_compared": 400},
        "context": {
            "label": "context",
            "train_to_synthetic_median": 1.234,
            "holdout_to_synthetic_median": 1.235,
            "real_to_real_median": 1.198,
        },
        "columns_used": ["age", "diagnosis", "died"],
        "columns_left_out": ["note"],
        "warnings": ["One row of each unit was audited."],
    }


def evaluate_example() -> dict[str, Any]:
    columns = [
        {"name": "age", "kind": "numeric", "value": 0.0412, "reference": 0.0301},
        {"name": "died", "kind": "categorical", "value": 0.0101, "reference": 0.0202},
    ]
    return {
        "format": "privsynth.evaluate/1",
        "limits": "For the owner.",
        "rows": {"train": 1700, "synthetic": 900, "holdout": 400},
        "marginals": {order: {"sets": 3, "value": 0.0512, "reference": 0.0433} for order in "123"},
        "columns": columns,
        "worst_columns": columns,
        "worst_pairs": [{"columns": ["age", "died"], "value": 0.0933, "reference": 0.0811}],
        "prediction": {
            "target": "died",
            "task": "binary",
            "metric": "auc",
            "tstr": 0.7311,
            "trtr": 0.7633,
            "reason": None,
        },
        "columns_used": ["age", "diagnosis", "died"],
        "columns_left_out": [],
    }


def scan_example() -> dict[str, Any]:
    def column(name: str, entity: str | None, role: str, action: str) -> dict[str, Any]:
        return {
            "name": name,
            "entity": entity,
            "confidence": 0.9771,
            "role": role,
            "action": action,
            "reason": "header words; all_different (1693 of 1700)",
            "why": "names a person",
            "detail": None,
            "hipaa": "H",
            "gdpr": "4(1)",
            "pci": None,
            "faker": None,
            "shape": None,
            "cells": 1697,
            "distinct": 1693,
            "sampled": 1693,
            "missed_below": 0.0,
            "evidence": [],
        }

    return {
        "format": "privsynth.scan/1",
        "table": "admissions.csv",
        "basis": "values",
        "rows": 1700,
        "missed_below": 0.0015,
        "quasi_identifiers": [
            {
                "columns": ["age", "ward"],
                "unique_share": 0.0412,
                "unique_rows": 70,
                "smallest_k": 1,
                "distinct": 310,
                "rows": 1700,
            }
        ],
        "notes": ["Computed from private rows without noise: for the owner only."],
        "columns": [
            column("patient", "MEDICAL_RECORD_NUMBER", "direct", "fake"),
            column("age", "AGE", "direct", "drop"),
            column("died", None, "safe", "keep"),
        ],
    }


def ledger_example() -> dict[str, Any]:
    entry = {"purpose": "fit copula", "state": "committed", "at": "2026-11-20T09:13:02Z", "epsilon": 0.98}
    account = {"dataset": "private-cohort", "limit": {"epsilon": 3.0, "delta": 1e-6}, "delta": 1e-6, "epsilon": 1.0}
    return {
        "format": "privsynth.ledger/1",
        "datasets": [{**account, "remaining_epsilon": 1.943, "note": None, "entries": [entry]}],
    }


def report(**changes: Any) -> dict[str, Any]:
    """Build a report from the examples, and check on the way that it is JSON and fits its schema."""
    given: dict[str, Any] = {
        "audience": "owner",
        "guarantee": GUARANTEE,
        "schema": SCHEMA,
        "audit": audit_example(),
        "evaluate": evaluate_example(),
        "scan": scan_example(),
        "synthetic": SYNTHETIC,
        "ledger": ledger_example(),
        "reproduction": REPRODUCTION,
        "title": "Hospital admissions",
    }
    document = build_report(**(given | changes))
    told = json.loads(json.dumps(document, allow_nan=False))
    assert told == document
    Draft202012Validator(json.loads((SCHEMAS / "report.schema.json").read_text())).validate(told)
    return document


def marked(value: Any, seen: list[Any], path: tuple[Any, ...] = ()) -> Any:
    """The same object with every number and text replaced by one that occurs nowhere else."""
    if isinstance(value, dict):
        return {key: marked(item, seen, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item, seen, (*path, i)) for i, item in enumerate(value)]
    if isinstance(value, bool) or value is None or path[-1:] == ("verdict",) or path == ("format",):
        return value
    mark: Any = f"canary{len(seen):04d}"
    if isinstance(value, int | float):
        mark = 7_310_000 + len(seen) if isinstance(value, int) else round(0.73190000 + len(seen) * 1e-6, 8)
    seen.append(mark)
    return mark


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all values inside a document, outermost first."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from nodes(item, (*path, key))


@pytest.mark.parametrize("name", ["audit", "evaluate", "scan"])
def test_the_examples_here_are_of_the_documented_form(name: str) -> None:
    example = {"audit": audit_example, "evaluate": evaluate_example, "scan": scan_example}[name]()
    Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text())).validate(example)


def test_the_owner_gets_everything() -> None:
    document = report()
    assert document["format"] == FORMAT == "privsynth.report/1"
    assert document["warning"] is None
    assert document["verdict"] == {
        "word": "no leak found",
        "reason": audit_example()["reasons"][0],
        "attached": True,
        "outside_guarantee": True,
    }
    assert document["audit"] == audit_example()
    assert document["evaluate"]["columns"][0]["reference"] == 0.0301
    assert document["reproduction"] == REPRODUCTION
    assert document["guarantee"]["sentence"] == GUARANTEE.sentence()


def test_the_odds_follow_from_the_guarantee_and_are_rounded_up() -> None:
    told = report()["guarantee"]
    assert [each["false_alarms"] for each in told["odds"]] == [0.001, 0.01, 0.05, 0.1]
    for each in told["odds"]:
        power = GUARANTEE.power(each["false_alarms"])
        assert power <= each["at_most"] <= power + 2e-6
        assert each["guessing"] == each["false_alarms"]
    advantage = max(GUARANTEE.power(rate) - rate for rate in np.linspace(0.01, 0.99, 99))
    assert told["coin"] == pytest.approx((1 + advantage) / 2, abs=1e-4)
    assert all(y >= x for x, y in told["curve"])
    assert [point[0] for point in told["curve"]] == sorted(point[0] for point in told["curve"])
    assert "at most 1.9% of those" in told["in_words"]


def test_a_void_guarantee_bounds_nothing_and_warns_first() -> None:
    document = report(guarantee=VOID)
    assert list(document)[:2] == ["format", "warning"]
    assert document["warning"].startswith("NO PRIVACY GUARANTEE")
    assert document["guarantee"]["epsilon"] is None
    assert {each["at_most"] for each in document["guarantee"]["odds"]} == {1.0}
    assert document["guarantee"]["coin"] == 1.0


@pytest.mark.parametrize("attach", [False, True])
def test_a_release_does_not_depend_on_what_was_computed_from_real_rows(attach: bool) -> None:
    seen: list[Any] = []
    private = {
        "audit": marked(audit_example(), seen),
        "evaluate": marked(evaluate_example(), seen),
        "scan": marked(scan_example(), seen),
        "ledger": marked(ledger_example(), seen),
    }
    assert len(seen) > 150
    given = report(audience="release", attach_verdict=attach, **private)
    without = report(audience="release", attach_verdict=attach, **dict.fromkeys(private))
    if attach:
        assert given["verdict"].pop("word") == "no leak found"
        assert without["verdict"].pop("word") is None
    assert given == without
    page = render_html(given | {"verdict": {"word": "no leak found", "attached": attach}})
    for mark in seen:
        assert str(mark) not in json.dumps(given), mark
        assert str(mark) not in page, mark
        assert not isinstance(mark, int) or f"{mark:,}" not in page
        assert not isinstance(mark, float) or "73.2%" not in page
    assert not {"audit", "evaluate", "scan", "ledger"} & set(given)


def test_a_release_leaves_out_private_facts_of_the_run_and_unknown_synthetic_figures() -> None:
    figures = SYNTHETIC | {"train_rows": 1700, "by_column": [{"name": "age", "train_mean": 61.2345, "distinct": 7}]}
    document = report(audience="release", synthetic=figures)
    assert document["reproduction"] == {"version": "0.1.0", "generator": "copula"}
    assert document["synthetic"]["by_column"] == [{"name": "age", "distinct": 7}]
    assert "private-cohort" not in json.dumps(document) + render_html(document)
    assert "61.2345" not in json.dumps(document)
    assert "train_rows" not in document["synthetic"]


def test_an_attached_verdict_is_only_one_of_the_three_words() -> None:
    assert report(audience="release")["verdict"]["word"] is None
    attached = report(audience="release", attach_verdict=True)["verdict"]
    assert attached == {"word": "no leak found", "reason": None, "attached": True, "outside_guarantee": True}
    crafted = {"verdict": "leak of patient 17"}
    assert report(audience="release", attach_verdict=True, audit=crafted)["verdict"]["word"] is None


def test_another_audience_is_refused() -> None:
    with pytest.raises(UsageError, match="audience"):
        report(audience="public")


def test_declarations_say_what_was_done_and_where_each_statement_comes_from() -> None:
    told = report(audience="release")["declarations"]
    assert [each["done"] for each in told["columns"]] == [
        "made anew, from no real cell",
        "modelled",
        "modelled",
        "dropped",
        "modelled",
    ]
    age, diagnosis = told["columns"][1], told["columns"][2]
    assert age["provenance"] == {"kind": "declared", "role": "default", "action": "default", "minimum": "dp"}
    assert diagnosis["codebooks"] == {"enum": "ICD-10"}
    assert told["sources"] == {"declared": 3, "public": 1, "dp": 1, "data": 0, "default": 5}
    assert "enum" not in diagnosis


def test_columns_that_reach_no_model_say_why() -> None:
    fields = (
        Field(name="whose", kind="categorical", enum=("a",)),
        Field(name="free", kind="text", role="safe"),
        Field(name="open", kind="integer", role="review"),
        Field(name="coarse", kind="integer", action="generalise", provenance={"minimum": "data"}),
    )
    told = report(schema=Schema(fields=fields, unit_column="whose"))["declarations"]
    assert [each["done"] for each in told["columns"]] == [
        "says whose row it is; not modelled",
        "left out (kind text)",
        "left out (role review)",
        "generalised by a public rule, then modelled",
    ]
    assert told["data_leaves"] == ["coarse.minimum"]


def test_what_was_not_tested_is_said_to_both_and_the_gaps_of_this_audit_to_the_owner() -> None:
    owner = {each["what"] for each in report()["not_tested"]}
    release = {each["what"] for each in report(audience="release")["not_tested"]}
    assert release < owner
    assert owner - release == {
        "Part of the rows",
        "The rarest rows",
        "Inference",
        "Columns outside the audit",
        "Unread cells",
    }
    assert "Stronger attackers" in release
    nothing = [each["why"] for each in report(audit=None, evaluate=None, scan=None)["not_tested"]]
    assert nothing[:3] == [
        "No audit was run: no attack was tried on this table.",
        "No evaluation was run.",
        "No scan was run.",
    ]
    untargeted = evaluate_example() | {"prediction": {"reason": "No target column was named."}}
    named = report(audit={"rows": {}}, evaluate=untargeted, scan={"basis": "names"}, guarantee=VOID)["not_tested"]
    reasons = " ".join(each["why"] for each in named)
    for expected in ("no holdout", "No target column", "column names only", "Nothing bounds them", "not joined"):
        assert expected in reasons


def test_values_that_json_has_not_become_plain() -> None:
    odd = {
        "config": {"a": math.nan, "b": np.float64(0.5), "c": (1, {2})},
        "table": Path("x.csv"),
        "key": Private("secret"),
    }
    told = report(reproduction=odd)["reproduction"]
    assert told == {"config": {"a": None, "b": 0.5, "c": [1, [2]]}, "table": "x.csv", "key": "<private>"}
