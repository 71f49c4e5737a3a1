"""What `maxent` releases is the same on neighbouring tables once the noise is, whatever it selects, focuses on or is bound by."""

from __future__ import annotations

from dataclasses import replace

import pytest
import replay_tables as tables
from replay import Asked, check, check_spend, record, replay, spend_on
from replay_tables import BASE, KEY, NAMES, PATIENTS, ROWS, base, near_patients, near_rows, source_of

from privsynth.accounting import Spend, spend_of
from privsynth.fitting import execute
from privsynth.generators.maxent import MaxentConfig
from privsynth.noise import Noise
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.table.coded import encode
from privsynth.table.source import Source
from privsynth.tableschema.constraints import FixedCombinations, Inequality
from privsynth.tableschema.model import Schema

FOUR = ("age", "cost", "ward", "died")
FIVE = ("age", "cost", "ward", "day", "died")
ALL_PAIRS = MaxentConfig()
SELECTING = MaxentConfig(pairs_per_column=0.5)
FEW_CANDIDATES = MaxentConfig(pairs_per_column=0.4, candidates_per_column=0.8, rounds=3)


def constrained(schema: Schema) -> Schema:
    """Return the schema with an order of numbers and a list of combinations."""
    pairs = (("A", "no"), ("B", "no"), ("B", "yes"), ("C", "yes"))
    listed = FixedCombinations(columns=("ward", "died"), combinations=pairs)
    return replace(schema, constraints=(listed, Inequality(low="age", high="cost")))


def grouped() -> Schema:
    """Return a schema with a column of many labels in public groups."""
    enum = ("A", "B", "C", *(f"{group}{number}" for group in "DEF" for number in range(15)))
    ward = replace(tables.FIELDS["ward"], enum=enum, hierarchy="prefix:1")
    fields = tuple(ward if name == "ward" else tables.FIELDS[name] for name in FOUR)
    return Schema(fields=fields)


CASES: dict[str, tuple[MaxentConfig, Schema]] = {
    "label as target": (SELECTING, tables.schema_of(*FIVE, target="died")),
    "number as target": (SELECTING, tables.schema_of(*FIVE, target="cost")),
    "no target": (SELECTING, tables.schema_of(*FIVE)),
    "few candidates, three rounds": (FEW_CANDIDATES, tables.schema_of(*FIVE)),
    "all pairs": (ALL_PAIRS, tables.schema_of(*FIVE, target="died")),
    "two focuses": (replace(SELECTING, focus=("age", "ward")), tables.schema_of(*FIVE)),
    "every column a focus": (replace(ALL_PAIRS, focus=FOUR), tables.schema_of(*FOUR)),
    "no focus": (replace(SELECTING, focus=()), tables.schema_of(*FIVE, target="died")),
    "constraints": (SELECTING, constrained(tables.schema_of(*FIVE))),
    "constraints on a focus": (replace(SELECTING, focus=("ward",)), constrained(tables.schema_of(*FIVE))),
    "a hierarchy": (replace(SELECTING, pairs_per_column=0.25), grouped()),
    "rules": (SELECTING, tables.generalised_of(*FIVE, target="day")),
    "two columns": (SELECTING, tables.schema_of("age", "died")),
    "two columns, one the target": (SELECTING, tables.schema_of("cost", "died", target="died")),
    "one column": (SELECTING, tables.schema_of("cost", target="cost")),
}
TURNED = ("label as target", "number as target", "constraints")


def mechanism(name: str, unit: Unit = ROWS, mu_squared: float = 25.0, holdout: bool = False) -> tables.Mechanism:
    config, schema = CASES[name]
    return tables.fit_declared(schema, unit, mu_squared=mu_squared, config=config, holdout=holdout)


@pytest.mark.parametrize(
    ("name", "mu_squared"), [*((name, 400.0) for name in CASES), ("label as target", 0.1), ("no target", 0.1)]
)
def test_a_fit_depends_on_a_row_through_the_noise_alone(name: str, mu_squared: float) -> None:
    near = list(near_rows().values())
    check(
        mechanism(name, mu_squared=mu_squared),
        base(),
        near[:: 1 if name == "label as target" and mu_squared > 1 else 5],
        both=False,
    )


@pytest.mark.parametrize("name", TURNED)
def test_a_fit_on_a_neighbour_is_what_the_table_would_have_shown(name: str) -> None:
    for near in ("first added", "last removed, the only one of its ward", "all missing", "cells 1e300"):
        replay(mechanism(name), base(), *record(mechanism(name), near_rows()[near]))


@pytest.mark.parametrize(
    "name", ["label as target", "no target", "few candidates, three rounds", "two focuses", "constraints", "rules"]
)
def test_a_fit_depends_on_a_patient_through_the_noise_alone(name: str) -> None:
    near = list(near_patients().values())
    check(mechanism(name, PATIENTS), base(), near, both=False)
    check(mechanism(name, PATIENTS), near[3], [base()], both=False)


@pytest.mark.parametrize("max_rows", [1, 3])
def test_any_number_of_rows_of_a_patient_is_within_the_sensitivity(max_rows: int) -> None:
    unit = Unit(column="patient", max_rows=max_rows)
    check(mechanism("label as target", unit, 400), base(), list(near_patients().values())[::3])


@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_a_fit_of_a_train_part_depends_on_a_unit_through_the_noise_alone(unit: Unit) -> None:
    near = list((near_patients() if unit.column else near_rows()).values())[:6:2]
    for name in ("label as target", "no target"):
        check(mechanism(name, unit, holdout=True), base(), near)


@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_tables_without_rows_and_of_one_row_are_like_any_other(unit: Unit) -> None:
    none, one = source_of([]), source_of(BASE[:1])
    other = [source_of([row]) for row in (dict.fromkeys(NAMES), dict.fromkeys(NAMES, "inf"))]
    for name in ("label as target", "few candidates, three rounds", "constraints"):
        check(mechanism(name, unit), none, [one, *other])


def test_learned_combinations_bind_a_fit_through_the_noise_alone() -> None:
    learned = FixedCombinations(columns=("ward", "died"), learn=True)
    schema = replace(tables.schema_of(*FOUR), constraints=(learned,))
    for unit in (ROWS, PATIENTS):
        plan = Plan.make(schema, unit=unit, budget=Budget(epsilon=200, delta=1e-3))
        assert plan.generator == "maxent"

        def run(source: Source, noise: Noise, plan: Plan = plan) -> object:
            return tables.shown(execute(plan, source, noise=noise))

        tape, expected = record(run, base())
        assert expected.refusal is None
        assert any(asked.kind == "thresholded" and asked.answer for asked in tape)
        near = near_patients() if unit.column else near_rows()
        for name in list(near)[::4]:
            replay(run, near[name], tape, expected)
        replay(run, base(), *record(run, list(near.values())[1]))


# The claim of the deed


def taped(name: str, unit: Unit, mu_squared: float) -> tuple[list[Asked], Spend, Spend]:
    """Return a tape, what the event claims, and what was given."""
    config, schema = CASES[name]
    given = Spend(mu_squared=mu_squared)  # type: ignore[arg-type]
    made = config.calibrate(schema, unit, given)
    tape, _ = record(lambda source, noise: made.run(source, noise), encode(base(), schema, unit, KEY))
    check_spend(tape, made.event)
    return tape, spend_of(made.event), given


@pytest.mark.parametrize("name", CASES)
def test_a_fit_spends_what_its_event_claims_and_no_more_than_given(name: str) -> None:
    for unit, mu_squared in ((ROWS, 25.0), (PATIENTS, 0.5)):
        tape, claimed, given = taped(name, unit, mu_squared)
        assert claimed.mu_squared <= given.mu_squared
        assert float(claimed.mu_squared) > float(given.mu_squared) * (1 - 1e-6)
        assert float(spend_on(tape).mu_squared) > float(claimed.mu_squared) * (1 - 1e-6), "a stage was not asked"


@pytest.mark.parametrize("name", ["label as target", "no target", "few candidates, three rounds", "two focuses"])
def test_every_round_asks_for_distances_and_its_pairs_share_its_noise(name: str) -> None:
    config, schema = CASES[name]
    made = config.calibrate(schema, ROWS, Spend(mu_squared=25))  # type: ignore[arg-type]
    tape, _ = record(lambda source, noise: made.run(source, noise), encode(base(), schema, ROWS, KEY))
    starts = [place for place, asked in enumerate(tape) if asked.public[1] == made.select_noise]
    assert len(starts) == len(made.pair_noise) == config.rounds
    for start, end, stage in zip(starts, [*starts[1:], len(tape)], made.pair_noise, strict=True):
        assert stage is not None
        asked = tape[start + 1 : end]
        assert 1 <= len(asked) <= len(tape[start].exact)
        assert tape[start].public[0] == pytest.approx(len(tape[start].exact) ** 0.5)
        for each in asked:
            assert each.public == pytest.approx((1.0, stage * len(asked) ** 0.5))
