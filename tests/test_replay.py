"""What a release shows is the same on neighbouring tables once the noise is: nothing goes round the noise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import replay_tables as tables
from replay import Recording, Replaying, Violation, check, check_spend, record, replay, spend_on
from replay_tables import BASE, HOSTILE, NAMES, PATIENTS, ROWS, base, near_patients, near_rows, source_of

from privsynth.accounting import Spend, spend_of
from privsynth.derive import undetermined
from privsynth.generators import binning, make_config
from privsynth.privacy import Private, Unit
from privsynth.table.coded import encode
from privsynth.table.profile import Profile
from privsynth.table.units import rows_used, split_units
from privsynth.tableschema.generalised import generalised_field
from privsynth.tableschema.model import Field, Schema

FITS = {
    "label as target": tables.schema_of("age", "cost", "ward", "died", target="died"),
    "number as target": tables.schema_of("age", "cost", "ward", "day", target="cost"),
    "no target": tables.schema_of("age", "cost", "ward", "day"),
    "two columns": tables.schema_of("age", "died"),
    "two columns, one the target": tables.schema_of("cost", "died", target="died"),
    "one label": tables.schema_of("ward"),
    "one number": tables.schema_of("cost"),
}


@pytest.mark.parametrize(
    ("name", "mu_squared"), [*((name, 400.0) for name in FITS), ("label as target", 0.1), ("no target", 0.1)]
)
def test_a_fit_depends_on_a_row_through_the_noise_alone(name: str, mu_squared: float) -> None:
    mechanism = tables.fit_declared(FITS[name], ROWS, mu_squared=mu_squared)
    near = list(near_rows().values())
    check(mechanism, base(), near[:: 1 if name in ("label as target", "number as target") else 3], both=False)
    check(mechanism, near[5], [base()])


@pytest.mark.parametrize("name", ["label as target", "no target"])
def test_a_fit_depends_on_a_patient_through_the_noise_alone(name: str) -> None:
    check(tables.fit_declared(FITS[name], PATIENTS), base(), near_patients().values())


@pytest.mark.parametrize("max_rows", [1, 3])
def test_any_number_of_rows_of_a_patient_is_within_the_sensitivity(max_rows: int) -> None:
    unit = Unit(column="patient", max_rows=max_rows)
    check(
        tables.fit_declared(FITS["label as target"], unit, mu_squared=400), base(), list(near_patients().values())[::2]
    )


def test_a_derived_schema_depends_on_a_row_through_the_noise_alone() -> None:
    mechanism = tables.derive_of(ROWS)
    _, expected = record(mechanism, base())
    kinds = {field["name"]: field["privsynth"]["kind"] for field in expected.result["fields"]}
    assert kinds == {
        "patient": "identifier",
        "age": "integer",
        "cost": "number",
        "ward": "categorical",
        "day": "date",
        "died": "boolean",
    }
    check(mechanism, base(), list(near_rows().values())[1::4], both=False)
    check(mechanism, near_rows()["cells nan"], [base()])


def test_a_derived_schema_depends_on_a_patient_through_the_noise_alone() -> None:
    near = near_patients()
    check(tables.derive_of(PATIENTS, mu_squared=900), base(), near.values(), both=False)
    check(tables.derive_of(PATIENTS, mu_squared=900), near["patient of more rows than kept"], [base()])


def test_the_whole_fit_depends_on_a_row_through_the_noise_alone() -> None:
    mechanism = tables.execute_of(ROWS)
    _, expected = record(mechanism, base())
    assert expected.refusal is None
    check(mechanism, base(), list(near_rows().values())[::4], both=False)
    for name in ("first added", "last removed, the only one of its ward", "cells 1e300", "cells infinity", "new ward"):
        replay(mechanism, base(), *record(mechanism, near_rows()[name]))


@pytest.mark.parametrize("target", ["day", None])
def test_a_fit_of_generalised_columns_depends_on_a_row_through_the_noise_alone(target: str | None) -> None:
    schema = tables.generalised_of("age", "cost", "ward", "day", "died", target=target)
    mechanism = tables.fit_declared(schema, ROWS, mu_squared=400)
    near = list(near_rows().values())
    check(mechanism, base(), near[:: 1 if target else 3], both=False)
    check(mechanism, near[5], [base()])
    check(tables.fit_declared(schema, PATIENTS), base(), list(near_patients().values())[::3], both=False)


def test_learning_what_rules_leave_depends_on_a_row_through_the_noise_alone() -> None:
    mechanism = tables.execute_of(ROWS, rules=True)
    tape, expected = record(mechanism, base())
    assert expected.refusal is None
    for name in ("middle added", "new ward", "cells infinity", "cells year 294247", "cells formula"):
        replay(mechanism, near_rows()[name], tape, expected)
    for name in ("first added", "cells 1e300"):
        replay(mechanism, base(), *record(mechanism, near_rows()[name]))
    check(
        tables.execute_of(PATIENTS, epsilon=600, rules=True), base(), [near_patients()["hostile patient"]], both=False
    )


def test_the_whole_fit_of_a_train_part_depends_on_a_patient_through_the_noise_alone() -> None:
    check(
        tables.execute_of(PATIENTS, epsilon=600, holdout=True), base(), list(near_patients().values())[::2], both=False
    )
    check(tables.execute_of(ROWS, holdout=True), base(), list(near_rows().values())[:6:2])


@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_tables_without_rows_and_of_one_row_are_like_any_other(unit: Unit) -> None:
    none, one = source_of([]), source_of(BASE[:1])
    others = [source_of([row]) for row in (BASE[-1], dict.fromkeys(NAMES), dict.fromkeys(NAMES, "inf"))]
    for name in ("label as target", "no target", "one number"):
        check(tables.fit_declared(FITS[name], unit), none, [one, *others])
    check(tables.derive_of(unit), none, [one, *others], both=False)
    check(tables.execute_of(unit, epsilon=1), none, [one, others[-1]])


# The claim of the deed


@pytest.mark.parametrize("name", FITS)
def test_a_fit_spends_what_its_event_claims_and_no_more_than_given(name: str) -> None:
    given = Spend(mu_squared=25)  # type: ignore[arg-type]
    mechanism: Any = make_config("copula").calibrate(FITS[name], ROWS, given)
    tape, _ = record(lambda source, noise: mechanism.run(source, noise), encode(base(), FITS[name], ROWS, tables.KEY))
    check_spend(tape, mechanism.event)
    assert spend_on(tape) == spend_of(mechanism.event)
    assert float(given.mu_squared) * (1 - 1e-6) < float(spend_of(mechanism.event).mu_squared) <= given.mu_squared


@pytest.mark.parametrize("holdout", [False, True])
def test_the_whole_fit_spends_no_more_than_was_reserved(holdout: bool) -> None:
    for unit, epsilon in ((ROWS, 150.0), (PATIENTS, 20.0), (ROWS, 1.0)):
        plan = tables.plan_of(unit, epsilon=epsilon)
        tape, _ = record(tables.execute_of(unit, epsilon=epsilon, holdout=holdout), base())
        check_spend(tape, plan.event)
        assert spend_of(plan.total_event).fits(plan.budget)


# Picks and coins


def test_the_rows_kept_of_a_patient_do_not_move_when_others_come_or_go() -> None:
    mine = [{**BASE[5], "patient": "me", "age": str(age)} for age in range(20, 30)]
    alone = _kept(mine, Unit(column="patient", max_rows=3))
    assert sum(alone.values()) == 3
    for before in (
        BASE,
        BASE[:1],
        [{**row, "patient": None} for row in BASE],
        [{**row, "patient": "you"} for row in BASE],
    ):
        mixed = [row for pair in zip(before, mine, strict=False) for row in pair] + mine[len(before) :]
        for rows in ([*before, *mine], [*mine, *before], mixed):
            assert _kept(rows, Unit(column="patient", max_rows=3)) == alone


def _kept(rows: list[tables.Row], unit: Unit) -> Counter[str | None]:
    """Return the ages of the kept rows of the patient `me`."""
    source = source_of(rows)
    owners = source.arrow(['"patient" AS unit_']).column("unit_")
    used = rows_used(owners, unit, tables.KEY, None)
    return Counter(row["age"] for row, keep in zip(rows, used, strict=True) if keep and row["patient"] == "me")


def test_no_patient_keeps_more_rows_than_allowed_and_nobodys_rows_stay() -> None:
    rows = [{**BASE[5], "patient": name} for name in ["a"] * 9 + ["b"] * 2 + [None] * 5 + ["c"]]
    owners = source_of(rows).arrow(['"patient" AS unit_']).column("unit_")
    for keep in (None, Private(np.arange(17) % 2 == 0)):
        used = rows_used(owners, Unit(column="patient", max_rows=2), tables.KEY, keep)
        kept = Counter(row["patient"] for row, take in zip(rows, used, strict=True) if take)
        present = Counter(
            row["patient"]
            for row, take in zip(rows, used | True if keep is None else keep.reveal(), strict=True)
            if take
        )
        assert kept == {name: count if name is None else min(count, 2) for name, count in present.items()}


def test_which_rows_are_kept_is_random_and_even() -> None:
    rows = [{**BASE[5], "patient": "me", "age": str(age)} for age in range(20, 24)]
    owners = source_of(rows).arrow(['"patient" AS unit_']).column("unit_")
    drawn = sum(
        rows_used(owners, Unit(column="patient", max_rows=1), key.to_bytes(32, "big"), None).astype(int)
        for key in range(1000)
    )
    assert drawn.sum() == 1000
    assert (abs(drawn - 250) < 5 * np.sqrt(1000 * 3 / 16)).all()


@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_a_coin_of_the_holdout_does_not_move_when_others_come_or_go(unit: Unit) -> None:
    expected = _held(BASE, unit)
    near = tables.neighbours_of_patients() if unit.column else tables.neighbours_of_rows()
    for name, rows in near.items():
        found = _held(rows, unit)
        changed = (found - expected) + (expected - found)
        owners = {dict(row)["patient"] for row in changed}
        assert len(owners) <= 1, name
        assert unit.column or changed.total() <= 1, name


def _held(rows: list[tables.Row], unit: Unit) -> Counter[tuple[tuple[str, str | None], ...]]:
    held = split_units(source_of(rows), unit, 50, tables.KEY).reveal()
    return Counter(tuple(row.items()) for row, take in zip(rows, held, strict=True) if take)


# Cells


@pytest.mark.parametrize("kind", ["integer", "number", "date", "datetime", "categorical", "boolean"])
def test_no_cell_can_raise_and_every_cell_counts_once(kind: str) -> None:
    cells = [
        *HOSTILE.values(),
        "1",
        "2020-01-01",
        "2020-01-01 10:00:00",
        "true",
        "12:00",
        "1e15",
        "9.3e18",
        "epoch",
        "now",
        " 7 ",
        "1_000",
    ]
    source = source_of([{"age": cell} for cell in cells])
    limits: dict[str, Any] = {
        "integer": {"minimum": 0, "maximum": 1e12},
        "number": {"minimum": -1e9, "maximum": 1e9},
        "categorical": {"enum": ("1", "2.0", "²")},
    }.get(kind, {})
    if kind in ("date", "datetime"):
        limits = {"minimum": "1900-01-01", "maximum": "2100-01-01"}
    for rule in ("year", "age_90", "zip3", "prefix:2", "band:10", "grid:0.1", "month", "birth_year_90:2024"):
        coarse = tables.generalised_of("age").fields[0].with_(rule=rule, kind="text", minimum=None, maximum=None)
        limits_of = {"zip3": ("000",), "prefix:2": ("NA",)}
        made = generalised_field(coarse.with_(enum=limits_of.get(rule)))
        if rule not in limits_of:
            made = made.with_(minimum=0 if made.minimum is None else made.minimum, maximum=made.maximum or 3000)
        coded = encode(source, Schema(fields=(made,)), ROWS, tables.KEY)
        assert coded.counts(["age"]).reveal().sum() == len(cells)
    for pattern in (None, "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S") if kind in ("date", "datetime") else (None,):
        field = Field(name="age", kind=kind, format=pattern, **limits)
        coded = encode(source, Schema(fields=(field,)), ROWS, tables.KEY)
        assert coded.counts(["age"]).reveal().sum() == len(cells)
        profile = Profile(source, ROWS, tables.KEY)
        assert profile.forms("age").reveal().sum() == len(cells)
        if kind in ("integer", "number"):
            assert profile.magnitudes(field).reveal().sum() == len(cells)
        if kind in ("date", "datetime"):
            assert profile.years(field).reveal().sum() == len(cells)


# The test-bed itself


def test_a_tape_that_is_longer_shorter_or_different_is_a_violation() -> None:
    def asks(count: int, sensitivity: float = 1.0, size: int = 2) -> Any:
        def run(_: object, noise: Any) -> None:
            for _number in range(count):
                noise.measure(Private(np.zeros(size, dtype=np.int64)), sensitivity=sensitivity, noise_multiplier=1.0)

        return run

    tape, outcome = record(asks(2), None)
    replay(asks(2), None, tape, outcome)
    for other, told in (
        (asks(1), "not asked"),
        (asks(3), "after the last"),
        (asks(2, 2.0), "public"),
        (asks(2, 1.0, 3), "shape"),
    ):
        with pytest.raises(Violation, match=told):
            replay(other, None, tape, outcome)


def test_floats_and_foreign_keys_are_violations() -> None:
    recording = Recording()
    recording.measure(Private(np.zeros(1, dtype=np.int64)), sensitivity=1, noise_multiplier=1)
    with pytest.raises(Violation, match="whole numbers"):
        Replaying(recording.tape).measure(Private(np.zeros(1)), sensitivity=1, noise_multiplier=1)  # type: ignore[arg-type]
    recording = Recording()
    recording.thresholded(Private({"a": 99, "b": 1}), sensitivity=1, noise_multiplier=0.1, delta=1e-6)
    for counts, told in (({"b": 1}, "distance"), ({"a": 99, "b": 1, "c": 0}, "without rows")):
        with pytest.raises(Violation, match=told):
            Replaying(recording.tape).thresholded(Private(counts), sensitivity=1, noise_multiplier=0.1, delta=1e-6)


def test_cells_are_smoothed_twice_at_most_and_in_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []

    def fit(table: float, noise: Any) -> float:
        return float(binning.smoothed_cells(np.array([table]), np.ones(1), np.ones(1), 1.0)[0])

    monkeypatch.setattr(binning, "smoothed_cells", lambda counts, *_: calls.append(counts[0]) or counts.copy())
    check(fit, 5.0, [5.0] * 4, both=False)
    assert calls == [5.0] * 2
    with pytest.raises(Violation, match="output depends"):
        check(fit, 5.0, [5.0, 6.0], both=False)
    monkeypatch.setattr(binning, "smoothed_cells", lambda *_: calls.append(0.0) or np.array([float(len(calls))]))
    with pytest.raises(Violation, match="in two ways"):
        check(fit, 5.0, [5.0], both=False)


def test_the_base_table_is_learned_and_not_only_noise() -> None:
    assert set(undetermined(tables.plan_of(ROWS).schema)) == {"age", "cost", "ward", "died"}
