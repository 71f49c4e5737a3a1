"""Tiny ctgan fits: recipes that take a tenth of a second, surveys made by hand, tables of codes, and a noise that does what it is told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import maxent_models
import numpy as np
import numpy.typing as npt
import pytest
import replay_tables as tables
from replay import Asked, Recording, Replaying, Violation, spend_on, steps_on
from replay_tables import ROWS

from privsynth.accounting import Spend, spend_of
from privsynth.errors import PrivsynthError
from privsynth.generators import ctgan_choice, ctgan_training
from privsynth.generators.base import Arrays, Step
from privsynth.generators.ctgan import CtganConfig, CtganMechanism
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.ctgan_training import Training
from privsynth.noise import Ints, Noise, Reals
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable, encode
from privsynth.table.source import Source
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

OPTIONS: dict[str, Any] = {
    "hidden": (8,),
    "critic_hidden": (8, 8),
    "noise_width": 4,
    "warm_steps": 2,
    "warm_critic_steps": 1,
    "warm_rows": 500,
    "steps": 3,
    "most_fakes": 64,
    "device": "cpu",
}
# So short a clip shortens the gradient of every unit: sums of neighbours are then exactly one clip apart.
SHORT_CLIP = 0.01


def tiny(**more: Any) -> CtganConfig:
    """Return a recipe for tests."""
    return CtganConfig(**{**OPTIONS, **more})


def survey_of(sizes: Mapping[str, int], *, seed: int = 0, target: str | None = None) -> Any:
    """Return a survey's model, made by hand: ordered labels that depend on one another, each its own bin, and all pairs known."""
    joint = maxent_models.random_joint(tuple(sizes.values()), np.random.default_rng(seed))
    names = list(sizes)
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    schema = maxent_models.schema_of(sizes, target=target)
    return maxent_models.model_of(schema, joint, pairs, focuses=() if target is None else (target,))


def layout_of(sizes: Mapping[str, int], **more: Any) -> Layout:
    """Return the layout of such a survey."""
    return Layout(survey_of(sizes, **more))


def table_of(schema: Schema, codes: Mapping[str, Any], unit: Unit | None = None, owners: Any = None) -> CodedTable:
    """Return a table of codes."""
    domains = [Domain.of(each) for each in schema.modelled]
    kept = {each.name: np.asarray(codes[each.name]).astype(each.dtype) for each in domains}
    mine = None if owners is None else Private(np.asarray(owners, dtype=np.int64))
    return CodedTable(domains, Private(kept), unit or Unit(), owners=mine)


def mixed_schema(target: str | None = None) -> Schema:
    """Return labels, numbers and a date, some of them not required."""
    fields = (
        Field(name="age", kind="integer", minimum=0, maximum=99),
        Field(name="cost", kind="number", minimum=0, maximum=500),
        Field(name="ward", kind="categorical", enum=("A", "B", "C", "D")),
        Field(name="died", kind="boolean"),
    )
    return Schema(fields=fields, target=target)


def mixed_rows(rows: int, seed: int = 0) -> dict[str, npt.NDArray[Any]]:
    """Return codes of such rows, some of them missing, and one of the last label alone."""
    rng = np.random.default_rng(seed)
    sizes = {each.name: Domain.of(each).size for each in mixed_schema().modelled}
    codes = {name: rng.integers(0, size + 1, rows) for name, size in sizes.items()}
    codes["ward"] = np.where(codes["ward"] == 3, 0, codes["ward"])
    if rows:
        codes["ward"][-1] = 3
    return codes


@dataclass
class Told:
    """A noise whose coins are told, and whose sums come back exact or as told; it remembers what it was asked.

    Args:
        chosen: Numbers of the units of each step; all units where there are no more.
        answers: What each noisy sum is; the exact one where there are no more.
    """

    chosen: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    exact: list[Any] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def perturbed(self, values: Private[Any], *, clip: float, noise_multiplier: float) -> Reals:
        self.exact.append(np.array(values.reveal()))
        self.asked.append(("perturbed", (clip, noise_multiplier)))
        answer = self.answers.pop(0) if self.answers else self.exact[-1]
        return np.asarray(answer, dtype=np.float32)

    def poisson(self, count: Private[int], probability: float) -> Private[Ints]:
        self.asked.append(("poisson", probability))
        found = self.chosen.pop(0) if self.chosen else np.arange(count.reveal())
        return Private(np.asarray(found, dtype=np.int64))

    def unit_key(self, purpose: str) -> bytes:
        self.asked.append(("unit_key", purpose))
        return hashlib.blake2b(purpose.encode(), digest_size=32).digest()

    def measure(self, values: Private[Any], *, sensitivity: float, noise_multiplier: float) -> Ints:
        self.asked.append(("measure", (sensitivity, noise_multiplier)))
        return np.array(values.reveal())

    def thresholded(self, *_: Any, **__: Any) -> dict[str, int]:
        raise AssertionError("ctgan asks for no keys that nobody listed")


@dataclass
class Kept:
    """A watch that keeps every state and goes on from one.

    Args:
        start: The state to go on from, or None to begin.
    """

    start: Arrays | None = None
    states: list[Arrays] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)

    def phase(self, name: str) -> None:
        self.phases.append(name)

    def stepped(self, step: Step) -> None:
        self.steps.append(step)

    def due(self, done: int) -> bool:
        return True

    def keep(self, state: Arrays) -> None:
        self.states.append({name: array.copy() for name, array in state.items()})

    def kept(self) -> Arrays | None:
        return self.start


def step(training: Training, units: UnitRows, noise: Any, **more: Any) -> None:
    """Take the next private step."""
    training.begin(training.done)
    training.private_step(units, noise, **{"rate": 0.5, "noise_multiplier": 1.0, "divisor": 20.0, **more})


def bits(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Return arrays as something with equality."""
    return {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in arrays.items()}


def numbers_of(layers: Sequence[Any]) -> npt.NDArray[np.float32]:
    """Return all weights of layers in a row."""
    return np.concatenate([np.concatenate([layer.weight.ravel(), layer.bias.ravel()]) for layer in layers])


# Replays and their checks

PATIENTS = Unit(column="patient", max_rows=3)
SAMPLED = tiny(clip=SHORT_CLIP, sampling_probability=0.4, steps=4)
DELTA = Fraction(1, 1000)


def few_rows(patch: pytest.MonkeyPatch) -> None:
    """Let training and the choice look at few fakes, for speed."""
    patch.setattr(ctgan_training, "_MOST_BATCH", 256)
    patch.setattr(ctgan_choice, "_ROWS", 1 << 10)


def alike_uniform(key: bytes, shape: tuple[int, int]) -> Any:
    return np.tile(np.random.default_rng(list(key)).random((1, shape[1])), (shape[0], 1))


def mechanism(
    schema: Schema, unit: Unit, config: CtganConfig = SAMPLED, delta: Fraction = DELTA, mu_squared: int = 25
) -> CtganMechanism:
    return config.calibrate(schema, unit, Spend(mu_squared=Fraction(mu_squared), delta=delta))


def fit_of(schema: Schema, unit: Unit, **more: Any) -> tables.Mechanism:
    """Return the coding and fitting of a schema: the model, all candidates with the last state, and what a watch is told."""
    made = mechanism(schema, unit, **more)

    def run(source: Source, noise: Noise) -> Any:
        coded = encode(source, schema, unit, noise.unit_key("rows of a unit"), owners=True)
        try:
            kept = Kept()
            model = made.run(coded, noise, kept)
            return bits(model.to_arrays()), bits(kept.states[-1]), tuple(kept.steps)
        except PrivsynthError as error:
            raise Violation(f"refused: {error}") from error

    return run


def check_asked(tape: list[Asked], made: CtganMechanism) -> None:
    """Compare what was asked with what is claimed: no more, no less, and fresh secrets for each step.

    Raises:
        Violation: they differ.
    """
    steps, event = made.config.steps, made.training_event
    wanted = {(made.sampling_probability, made.noise_multiplier): steps}
    if dict(steps_on(tape)) != wanted or getattr(event, "steps", steps) != steps:
        raise Violation(f"steps on the tape are {dict(steps_on(tape))}, claimed are {wanted}")
    kinds = Counter(asked.kind for asked in tape)
    keys = {asked.public for asked in tape if asked.kind == "unit_key" and "step" in asked.public[0]}
    if kinds["poisson"] != steps or len(keys) != steps:
        raise Violation("a step draws no sample of its own, or has no secret of its own")
    if {asked.public[0] for asked in tape if asked.kind == "perturbed"} != {made.config.clip}:
        raise Violation("the clip is not that of the recipe")
    spent, claimed = spend_on(tape, made.event), spend_of(made.event)
    if not float(spent.mu_squared) > float(claimed.mu_squared) * (1 - 1e-6):
        raise Violation("something that is paid for is not asked through the noise")


def check_choice(best: int) -> None:
    """Turn the last answer of a tape in favour of a candidate: it must be the one that comes out.

    Raises:
        Violation: it is not.
    """
    schema, kept = mixed_schema(), Kept()
    made = mechanism(schema, ROWS, replace(SAMPLED, candidates=3, adversarial_rate=0.05))
    coded, recording = table_of(schema, mixed_rows(40)), Recording(0)
    made.run(coded, recording, kept)
    last = recording.tape[-1]
    if last.kind != "measure" or last.public[1] != made.choice_noise:
        raise Violation("the choice was not asked for through the noise")
    turned = np.full(last.answer.shape, 1000)
    turned.reshape(3, -1)[best] = 10
    found = made.run(coded, Replaying([*recording.tape[:-1], replace(last, answer=turned)]))
    candidates = [
        np.concatenate([kept.states[-1][f"candidate.{number}.{place}.weight"].ravel() for place in (0, 1)])
        for number in range(3)
    ]
    assert len({each.tobytes() for each in candidates}) == 3
    chosen = np.concatenate([layer.weight.ravel() for layer in found.layers])
    if chosen.tobytes() != candidates[best].tobytes():
        raise Violation("something else than the noisy distances chose")
