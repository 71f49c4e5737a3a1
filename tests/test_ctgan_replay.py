"""What a ctgan fit shows of a unit goes through the noise: gradients of neighbours lie within the clip, all else is equal to the bit."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import replay_tables as tables
from ctgan_models import (
    DELTA,
    PATIENTS,
    SAMPLED,
    SHORT_CLIP,
    Kept,
    alike_uniform,
    bits,
    check_asked,
    check_choice,
    few_rows,
    fit_of,
    mechanism,
    mixed_rows,
    mixed_schema,
    table_of,
    tiny,
)
from replay import Asked, Recording, Replaying, check, check_spend, record
from replay_tables import BASE, ROWS, source_of

from privsynth.accounting import spend_of
from privsynth.generators import ctgan_rows, ctgan_training
from privsynth.generators.ctgan import CtganConfig, CtganMechanism
from privsynth.noise import OsNoise
from privsynth.privacy import Unit
from privsynth.table.coded import CodedTable
from privsynth.table.source import Source

FOUR = ("age", "cost", "ward", "died")


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    few_rows(monkeypatch)


@pytest.fixture
def alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every unit draw the same encodings, so that a unit that comes first moves no other one's."""
    monkeypatch.setattr(ctgan_rows, "secret_uniform", alike_uniform)


@functools.cache
def table(name: str) -> Source:
    known = tables.neighbours_of_rows() | tables.neighbours_of_patients()
    return source_of(BASE if name == "base" else known[name])


AT_THE_END = (
    "duplicate added",
    "last removed, the only one of its ward",
    "new ward",
    "all missing",
    *(f"cells {name}" for name in ("nan", "inf", "1e300", "unknown", "10^400")),
)
CASES = {
    "label as target": tables.schema_of(*FOUR, target="died"),
    "number as target": tables.schema_of(*FOUR, target="cost"),
    "no target": tables.schema_of(*FOUR),
    "numbers alone": tables.schema_of("age", "cost", "day"),
    "labels alone": tables.schema_of("ward", "died"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fit_depends_on_a_row_through_the_noise_alone(name: str) -> None:
    near = AT_THE_END if name == "label as target" else AT_THE_END[::4]
    check(fit_of(CASES[name], ROWS), table("base"), [table(each) for each in near], both=name == "no target")


def test_without_a_delta_every_unit_takes_part_and_the_same_holds() -> None:
    fit = fit_of(CASES["label as target"], ROWS, delta=Fraction(0))
    check(fit, table("base"), [table(each) for each in AT_THE_END[:4]], both=False)


@pytest.mark.parametrize("odd", [0, 45])
@pytest.mark.usefixtures("alike")
def test_it_does_not_matter_where_in_the_table_a_row_is(odd: int) -> None:
    near = ("first added", "first removed") if odd == 0 else ("middle added", "middle removed")
    check(fit_of(CASES["no target"], ROWS), table("base"), [table(each) for each in near], odd_unit=odd)


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("patient of one row first", 0),
        ("patient of as many rows as kept", 0),
        ("patient of more rows than kept", 0),
        ("patient of more rows, all first", 0),
        ("patient removed", 0),
        ("hostile patient", 0),
        ("nobody's row added", 0),
        ("only patient of a ward removed", None),
        ("patient of equal rows", None),
    ],
)
@pytest.mark.usefixtures("alike")
def test_a_fit_depends_on_a_patient_of_three_rows_through_the_noise_alone(name: str, odd: int | None) -> None:
    check(fit_of(CASES["label as target"], PATIENTS), table("base"), [table(name)], both=odd is None, odd_unit=odd)


@pytest.mark.parametrize("near", ["only patient of a ward removed", "patient of equal rows"])
def test_a_last_patient_moves_nobodys_encodings(near: str) -> None:
    check(fit_of(CASES["no target"], PATIENTS), table("base"), [table(near)])


@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_a_table_without_rows_is_like_any_other(unit: Unit) -> None:
    others = [source_of(BASE[:1]), source_of([dict.fromkeys(tables.NAMES, "inf")])]
    check(fit_of(CASES["no target"], unit), source_of([]), others)


# The deed at the level of gradients


def taped(
    config: CtganConfig, coded: CodedTable, made: CtganMechanism | None = None
) -> tuple[CtganMechanism, list[Asked]]:
    made = mechanism(mixed_schema(), coded.unit, config) if made is None else made
    tape, outcome = record(lambda source, noise: made.run(source, noise), coded)
    assert outcome.refusal is None
    return made, tape


def distances(tape: list[Asked], other: list[Any]) -> list[float]:
    """Return how far the sums of two runs are apart, where a unit took part in one of them."""
    gaps = [
        float(np.linalg.norm(mine.exact - theirs))
        for mine, theirs in zip(tape, other, strict=True)
        if mine.kind == "perturbed"
    ]
    return [each for each in gaps if each > 0]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_unit_that_takes_part_moves_a_sum_by_one_clip_whatever_its_rows(rows: int) -> None:
    """With so short a clip, the distance is the clip but for its margin: the check of distances has power."""
    codes, unit = mixed_rows(30), Unit(column="u", max_rows=3)
    owners = [*range(30 - rows), *[30 - rows] * rows]
    fewer = {name: each[: 30 - rows] for name, each in codes.items()}
    config = tiny(clip=SHORT_CLIP, sampling_probability=0.5, steps=6)
    made, tape = taped(config, table_of(mixed_schema(), codes, unit, owners))
    noise = Replaying(tape)
    made.run(table_of(mixed_schema(), fewer, unit, owners[: 30 - rows]), noise)
    sums = [place for place, asked in enumerate(tape) if asked.kind != "unit_key"]
    found = distances([tape[place] for place in sums], noise.exact)
    assert 1 <= len(found) < 6
    assert max(found) <= SHORT_CLIP
    assert min(found) >= 0.998 * SHORT_CLIP


@pytest.mark.parametrize("delta", [Fraction(0), DELTA])
@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_the_steps_on_the_tape_are_those_of_the_event(unit: Unit, delta: Fraction) -> None:
    schema = CASES["label as target"]
    made = mechanism(schema, unit, delta=delta)
    tape, _ = record(fit_of(schema, unit, delta=delta), table("base"))
    check_asked(tape, made)
    check_spend(tape, made.event)


@pytest.mark.parametrize("unit", [Unit(), Unit(column="u", max_rows=3)], ids=["row", "patient"])
def test_empty_samples_get_noise_at_every_step(unit: Unit) -> None:
    config = tiny(clip=SHORT_CLIP)
    made = replace(mechanism(mixed_schema(), unit, config), sampling_probability=1e-12, noise_multiplier=1.0)
    _, tape = taped(config, table_of(mixed_schema(), mixed_rows(30), unit, range(30)), made)
    _, none = taped(config, table_of(mixed_schema(), mixed_rows(0), unit, []), made)
    for run in (tape, none):
        noises = [(asked.answer - asked.exact) / SHORT_CLIP for asked in run if asked.kind == "perturbed"]
        assert len(noises) == config.steps
        assert all(0.8 < np.std(each) < 1.25 for each in noises)
        assert all(len(each) > 100 and (each != 0).mean() > 0.98 for each in noises)  # on the grid, a few round to 0


def test_nothing_public_about_a_step_follows_from_the_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate, noise and divisor are those of the tape, whether it is replayed on n rows, on n - 1, or on none of its units."""
    seen: list[dict[str, float]] = []
    kept = ctgan_training.Training.private_step

    def spied(self: Any, units: Any, noise: Any, **public: float) -> None:
        seen.append({**public, "fakes": float(len(self._judged_fakes(64)[0]))})
        self.begin(self.done)
        kept(self, units, noise, **public)

    monkeypatch.setattr(ctgan_training.Training, "private_step", spied)
    schema, config = mixed_schema(), SAMPLED
    made, tape = taped(config, table_of(schema, mixed_rows(40)))
    made.run(table_of(schema, {name: each[:-1] for name, each in mixed_rows(40).items()}), Replaying(tape))
    assert len(seen) == 2 * config.steps
    assert seen[: config.steps] == seen[config.steps :]
    assert {each["rate"] for each in seen} == {config.sampling_probability}
    total = made.run(table_of(schema, mixed_rows(40)), Replaying(tape)).total
    assert {each["divisor"] for each in seen} == {max(config.sampling_probability * total, 1.0)}


def test_the_divisor_counts_the_units_that_would_hold_the_noisy_rows() -> None:
    made = mechanism(mixed_schema(), PATIENTS)
    assert made.divisor(3000.0) == pytest.approx(0.4 * 1000)
    assert made.divisor(0.0) == made.divisor(-5.0) == 1.0


@pytest.mark.parametrize("best", [0, 1, 2])
def test_the_noisy_distances_alone_choose(best: int) -> None:
    check_choice(best)


# Going on


@pytest.mark.parametrize("delta", [Fraction(0), DELTA])
def test_a_run_that_was_cut_off_goes_on_to_the_same_bits(delta: Fraction) -> None:
    schema, kept = mixed_schema("died"), Kept()
    made = mechanism(schema, ROWS, replace(SAMPLED, steps=5), delta)
    coded, recording = table_of(schema, mixed_rows(60)), Recording(3)
    whole = bits(made.run(coded, recording, kept).to_arrays())
    assert len(kept.states) == 7  # the survey, the warm start, five steps
    starts = [place for place, asked in enumerate(recording.tape) if asked.kind == "poisson"]
    ends = [starts[0], *starts, len(recording.tape) - 1]
    for number, state in enumerate(kept.states):
        resumed = Kept(start=state)
        again = made.run(coded, Replaying(recording.tape[ends[number] :]), resumed)
        assert bits(again.to_arrays()) == whole, number
        assert [step.done for step in resumed.steps] == list(range(max(number, 1), 6))
        assert [bits(each) for each in resumed.states] == [bits(each) for each in kept.states[number + 1 :]]


def test_a_resumed_run_draws_fresh_noise_and_no_question_twice() -> None:
    schema, kept = mixed_schema(), Kept()
    made = mechanism(schema, ROWS, SAMPLED)
    coded = table_of(schema, mixed_rows(40))
    made.run(coded, OsNoise(), kept)
    tapes = []
    for _ in range(2):
        recording = Recording(noise=OsNoise())
        recording.perturbed = _drawn(recording)  # type: ignore[method-assign]
        made.run(coded, recording, Kept(start=kept.states[3]))
        tapes.append(recording.tape)
    kinds = [[asked.kind for asked in tape] for tape in tapes]
    assert kinds[0] == kinds[1] == ["poisson", "unit_key", "perturbed"] * 2 + ["measure"]
    one, other = ([asked.answer for asked in tape if asked.kind == "perturbed"] for tape in tapes)
    assert all((mine != theirs).mean() > 0.9 for mine, theirs in zip(one, other, strict=True))


def _drawn(recording: Recording) -> Callable[..., Any]:
    """Return noise of releases that is written on the tape all the same."""

    def perturbed(values: Any, *, clip: float, noise_multiplier: float) -> Any:
        answer = OsNoise().perturbed(values, clip=clip, noise_multiplier=noise_multiplier)
        recording.tape.append(Asked("perturbed", (clip, noise_multiplier), values.reveal(), answer))
        return answer

    return perturbed


def test_what_is_told_of_steps_follows_from_the_tape() -> None:
    """Losses and spends that a watch is told are equal on neighbours under equal noise."""
    schema = mixed_schema()
    made = mechanism(schema, ROWS, SAMPLED)
    recording, one, other = Recording(0), Kept(), Kept()
    made.run(table_of(schema, mixed_rows(40)), recording, one)
    fewer = {name: each[:-1] for name, each in mixed_rows(40).items()}
    made.run(table_of(schema, fewer), Replaying(recording.tape), other)
    assert one.steps == other.steps
    assert one.phases == other.phases
    assert [bits(each) for each in one.states] == [bits(each) for each in other.states]
    assert all(math.isfinite(step.loss) for step in one.steps)
    assert one.steps[-1].spend.mu_squared <= spend_of(made.event).mu_squared
