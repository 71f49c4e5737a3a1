"""Bugs of other DP-GANs, by their numbers in the survey that this project began with: none of them is here.

B05, B06, B07 and the rest of the replays are in test_ctgan_replay.py; each bug is also planted in ctgan_mutants.py.
"""

from __future__ import annotations

import base64
import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ctgan_models import (
    DELTA,
    PATIENTS,
    SAMPLED,
    Kept,
    Told,
    bits,
    few_rows,
    layout_of,
    mechanism,
    mixed_rows,
    mixed_schema,
    step,
    table_of,
    tiny,
)
from replay import Recording
from replay_tables import BASE, KEY, NAMES, ROWS, schema_of, source_of

from privsynth.accounting import event_to_json, spend_of
from privsynth.generators import GENERATORS
from privsynth.generators.clipping import check_network, closed_form
from privsynth.generators.ctgan import CtganConfig
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.ctgan_training import Training
from privsynth.generators.fitted import Fitted
from privsynth.noise import OsNoise
from privsynth.privacy import Guarantee, Private
from privsynth.table.coded import encode


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    few_rows(monkeypatch)


def runs(noises: list[Any], rows: int = 60) -> list[Kept]:
    """Return what watches keep of fits of one table."""
    made, found = mechanism(mixed_schema(), ROWS), []
    for noise in noises:
        found.append(Kept())
        made.run(table_of(mixed_schema(), mixed_rows(rows)), noise, found[-1])
    return found


def test_b16_fits_differ_in_all_that_is_random_about_rows() -> None:
    """Public random numbers come from a fixed seed; coins, secrets and noise do not."""
    one, other = runs([OsNoise(), OsNoise()])
    mine, theirs = (bits(kept.states[-1]) for kept in (one, other))
    changed = {name.split(".")[0] for name in mine if mine[name] != theirs.get(name)}
    assert {"critic", "critic_moments", "generator", "average", "candidate"} <= changed
    tapes = [Recording(seed) for seed in (1, 2)]
    runs(tapes)  # type: ignore[arg-type]
    keys = [[asked.answer for asked in tape.tape if asked.kind == "unit_key"] for tape in tapes]
    assert len({*keys[0], *keys[1]}) == 2 * SAMPLED.steps
    fresh = [OsNoise().unit_key("encodings of step 0") for _ in range(3)]
    assert len(set(fresh)) == 3


def test_b16_no_state_of_a_generator_of_random_numbers_is_kept() -> None:
    (kept,) = runs([Recording(0)])
    parts = {name.split(".")[0] for name in kept.states[-1]}
    assert parts == {
        "survey", "ladder", "accuracy", "generator", "average", "critic", "generator_moments", "critic_moments", "candidate",
    }  # fmt: skip
    assert kept.states[-1]["ladder"].shape == (4,)
    assert kept.states[-1]["accuracy"].shape == (1,)
    training = Training(SAMPLED, layout_of({"a": 3, "b": 2}))
    state = b"".join(array.tobytes() for array in training.state().values())
    for random in (training._torch.get_state().numpy().tobytes(), torch.get_rng_state().numpy().tobytes()):
        assert random[:64] not in state
    assert "seed" not in {each.name for each in dataclasses.fields(CtganConfig)}


def test_b17_each_step_draws_a_sample_of_its_own_whose_size_varies() -> None:
    """A shuffled table would have batches of one size, and each unit once in an epoch."""
    drawn: list[Any] = []

    class Noting(OsNoise):
        def poisson(self, count: Private[int], probability: float) -> Private[Any]:
            drawn.append(super().poisson(count, probability).reveal())
            return Private(drawn[-1])

    made = mechanism(mixed_schema(), ROWS, tiny(steps=30, sampling_probability=0.1, candidates=1))
    made.run(table_of(mixed_schema(), mixed_rows(80)), Noting())
    sizes = [len(each) for each in drawn]
    assert len(sizes) == 30
    assert np.var(sizes) > 0.3 * 80 * 0.1 * 0.9
    epochs = [np.concatenate(drawn[start : start + 10]) for start in (0, 10, 20)]
    assert all(len(np.unique(each)) < len(each) for each in epochs)


def test_b18_units_take_part_independently_of_one_another() -> None:
    """Sizes drawn first and units then, without replacement or from a fixed size, would make pairs of units depend on one another."""
    trials, units, q = 4000, 6, 0.3
    there = np.zeros((trials, units))
    for trial in range(trials):
        there[trial, OsNoise().poisson(Private(units), q).reveal()] = 1
    spread = q * (1 - q)
    together = (there - q).T @ (there - q) / trials
    z = together[np.triu_indices(units, 1)] / (spread / np.sqrt(trials))
    assert np.abs(z).max() < 5.5
    assert abs(there.sum(axis=1).var() / (units * spread) - 1) < 0.15
    assert np.abs(there.mean(axis=0) - q).max() < 5.5 * np.sqrt(spread / trials)


def test_b19_who_takes_part_follows_from_coins_and_no_label() -> None:
    """Conditions are chosen for rows that were drawn, not rows for conditions: a rare label makes nobody likelier."""
    layout = layout_of({"a": 3, "b": 4})
    codes = {"a": np.repeat([0, 1], [99, 1]), "b": np.zeros(100, dtype=np.int64)}
    units = UnitRows(layout, table_of(layout.survey.schema, codes))
    seen = []
    kept = units.batch
    units.batch = lambda chosen, *rest: (seen.append(chosen.reveal().tolist()), kept(chosen, *rest))[1]  # type: ignore[method-assign]
    told = [[99], [0, 1], [], list(range(100))]
    training, noise = Training(tiny(), layout), Told(chosen=list(told))
    for _ in told:
        step(training, units, noise, rate=0.3)
    assert seen == told
    assert [asked for kind, asked in noise.asked if kind == "poisson"] == [0.3] * 4
    _, _, asked, _ = units.batch(Private(np.arange(100)), 40, bytes(32))
    rare, common = asked.reshape(100, 40)[99], asked.reshape(100, 40)[:99]
    assert abs((rare < 3).mean() - 0.5) < 0.4
    assert abs((common < 3).mean() - 0.5) < 0.05  # its own bin in either column, as often


def test_b20_a_rows_judgement_is_its_own() -> None:
    """No packing, no normalisation over a batch: other rows change neither a row's logit nor its gradient."""
    training = Training(tiny(critic_hidden=(16, 16)), layout_of({"a": 3, "b": 4}))
    check_network(training.critic)
    assert closed_form(training.critic)
    rows = torch.randn(6, training.layout.width + training.layout.bins, requires_grad=True)
    logits = training.critic(rows)
    assert logits.shape == (6, 1)
    slopes = torch.autograd.grad(logits[2, 0], rows)[0]
    assert float(slopes[2].abs().sum()) > 0
    assert float(slopes[[0, 1, 3, 4, 5]].abs().sum()) == 0
    assert torch.allclose(training.critic(rows[2:3]), logits[2:3], atol=1e-6)


def test_b21_the_generator_follows_the_discriminator_and_no_row() -> None:
    """Two tables without a row in common, equal noisy sums: the generators are equal to the last bit."""
    layout = layout_of({"a": 3, "b": 4})
    size = sum(each.numel() for each in Training(tiny(), layout).critic.parameters())
    told = [np.random.default_rng(number).normal(size=size).astype(np.float32) for number in range(4)]
    found = []
    for label in (0, 2):
        codes = {"a": np.full(30, label), "b": np.full(30, label)}
        units = UnitRows(layout, table_of(layout.survey.schema, codes))
        training, noise = Training(tiny(matching_weight=0.0), layout), Told(answers=list(told))
        training.targets = _Nothing()  # type: ignore[assignment]
        for _ in told:
            step(training, units, noise)
            assert all(each.grad is None for each in training.generator.parameters()) or training.done > 1
            training.follow()
        found.append((bits(training.state()), np.stack(noise.exact)))
    assert found[0][0] == found[1][0]
    assert np.abs(found[0][1] - found[1][1]).max() > 1e-3


class _Nothing:
    """Targets that ask for nothing."""

    def loss(self, expected: Any) -> Any:
        return expected.sum() * 0


def test_b22_the_clip_is_a_constant() -> None:
    recording = Recording(0)
    runs([recording])
    assert {asked.public[0] for asked in recording.tape if asked.kind == "perturbed"} == {SAMPLED.clip}
    names = {each.name for each in dataclasses.fields(CtganConfig)}
    assert not {name for name in names if "adaptive" in name or "quantile" in name}


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_b23_steps_without_units_are_steps_like_any_other(rows: int) -> None:
    """Of few units, most samples are empty: nothing fails, and every step gets its noise."""
    made = mechanism(mixed_schema(), ROWS, tiny(sampling_probability=0.001, steps=5, clip=0.01))
    kept = Kept()
    asked: list[str] = []

    class Noting(OsNoise):
        def perturbed(self, values: Private[Any], **public: float) -> Any:
            answer = super().perturbed(values, **public)  # type: ignore[arg-type]
            assert (answer != values.reveal().astype(np.float32)).mean() > 0.9
            asked.append("perturbed")
            return answer

    made.run(table_of(mixed_schema(), mixed_rows(rows)), Noting(), kept)
    assert len(asked) == len(kept.steps) == 5
    critics = [state["critic.0.weight"] for state in kept.states[1:]]
    assert all((one != other).any() for one, other in itertools.pairwise(critics))


def test_b24_nothing_else_than_dp_sgd_is_claimed_for_a_gan() -> None:
    assert not {name for name in GENERATORS if "pate" in name}
    made = mechanism(mixed_schema(), PATIENTS)
    event = made.training_event
    assert event is not None
    assert event_to_json(event)["steps"] == SAMPLED.steps
    assert spend_of(made.event).delta <= DELTA


# B25: nothing of a row is in what is kept

WORDS = {
    "ward": "ward-7f3a9cK",
    "patient": "patient-51e0bbQ",
    "age": "8071593264",
    "died": "maybe-c04d1eZ",
    "day": "2020-13-45",
}
NUMBER = 733.1875


def forms(word: str) -> set[bytes]:
    """Return how a word may be written: as it is, in UTF-16 and -32, in hexadecimal digits, in base64 at any offset."""
    plain = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")]
    found = set(plain)
    for text in plain:
        found |= {text.hex().encode(), text.hex().upper().encode()}
        for offset in range(3):
            whole = (offset + len(text)) // 3
            found.add(base64.b64encode(b"\0" * offset + text)[4 if offset else 0 : 4 * whole])
    return {form for form in found if len(form) > 5}


def number_forms(value: float) -> set[bytes]:
    raw = [np.array([value], dtype=kind).tobytes() for kind in ("<f8", ">f8")]
    return {*forms(str(value)), *raw, *(each.hex().encode() for each in raw)}


def test_the_search_finds_what_is_planted() -> None:
    for word in WORDS.values():
        for text in (word, word.encode("utf-16-le").hex()):
            assert any(form in f"xx {text}".encode() for form in forms(word))
        for offset in range(3):
            assert any(form in base64.b64encode(b"x" * offset + word.encode() + b"yyyy") for form in forms(word))
    assert any(form in np.array([1.0, NUMBER]).tobytes() for form in number_forms(NUMBER))


@pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
def test_b25_no_cell_is_in_a_saved_model_nor_in_a_kept_state(tmp_path: Path, unit: Any) -> None:
    rows = [dict(row) for row in BASE]
    rows[11] = {**rows[11], **WORDS, "cost": str(NUMBER)}
    schema, kept = schema_of("age", "cost", "ward", "day", "died", target="died"), Kept()
    made = mechanism(schema, unit, tiny(sampling_probability=1.0), DELTA)
    model = made.run(encode(source_of(rows), schema, unit, KEY, owners=True), OsNoise(), kept)
    fitted = Fitted(
        generator="ctgan",
        config=made.config.to_json(),
        schema=schema,
        guarantee=Guarantee(epsilon=1.0, delta=1e-6, unit=unit, mu=1.0),
        event=event_to_json(made.event),
        model=model,
    )
    fitted.save(tmp_path / "folder")
    fitted.save(tmp_path / "model.zip")
    every = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(every) >= 3
    for state in kept.states:
        every.append(json.dumps(sorted(state)).encode() + b"".join(array.tobytes() for array in state.values()))
        assert all(array.dtype.kind in "fiu" for array in state.values())
        assert not {len(BASE)} & {size for array in state.values() for size in array.shape}
    every.append(str(fitted.sample(300, seed=0).to_pylist()).encode())
    wanted = number_forms(NUMBER).union(*(forms(word) for word in WORDS.values()))
    assert not [form for form in wanted if any(form in each for each in every)]
    assert set(NAMES) > set(schema.names)
