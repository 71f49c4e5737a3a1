"""Bugs of the literature on DP-SGD, planted in ctgan, and the checks that must catch them: see tests/test_mutants.py."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction

import pytest
import replay_tables as tables
from ctgan_models import (
    DELTA,
    PATIENTS,
    SHORT_CLIP,
    alike_uniform,
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
from replay import Recording, Violation, check, check_spend, record
from replay_tables import BASE, ROWS, source_of

from privsynth.accounting import spend_of
from privsynth.generators import ctgan_rows
from privsynth.table.source import Source

SCHEMA = tables.schema_of("age", "cost", "ward", "died", target="died")


@functools.cache
def table(name: str) -> Source:
    known = tables.neighbours_of_rows() | tables.neighbours_of_patients()
    return source_of(BASE if name == "base" else known[name])


@contextmanager
def faster(*, alike: bool = False) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        few_rows(patch)
        if alike:
            patch.setattr(ctgan_rows, "secret_uniform", alike_uniform)
        yield


def replay_ctgan() -> None:
    with faster():
        near = [table("duplicate added"), table("last removed, the only one of its ward")]
        check(fit_of(SCHEMA, ROWS), table("base"), near, both=False)
        check(fit_of(SCHEMA, ROWS, delta=Fraction(0)), table("base"), near[:1], both=False)


def replay_ctgan_of_patients() -> None:
    with faster(alike=True):
        for near, odd in (("patient of equal rows", None), ("patient of more rows, all first", 0)):
            check(fit_of(SCHEMA, PATIENTS, delta=Fraction(0)), table("base"), [table(near)], both=False, odd_unit=odd)


def spend_of_ctgan() -> None:
    with faster():
        for delta in (Fraction(0), DELTA):
            made = mechanism(SCHEMA, ROWS, delta=delta)
            if spend_of(made.event).mu_squared > 25 or spend_of(made.event).delta > delta:
                raise Violation("the event is above what was given")
            tape, _ = record(fit_of(SCHEMA, ROWS, delta=delta), table("base"))
            check_spend(tape, made.event)
            check_asked(tape, made)


def choice_of_ctgan() -> None:
    with faster():
        for best in range(3):
            check_choice(best)


def noise_for_empty_samples() -> None:
    with faster():
        config = tiny(clip=SHORT_CLIP)
        made = replace(mechanism(mixed_schema(), ROWS, config), sampling_probability=1e-12, noise_multiplier=1.0)
        recording = Recording(0)
        made.run(table_of(mixed_schema(), mixed_rows(20)), recording)
        noises = [asked for asked in recording.tape if asked.kind == "perturbed"]
        if len(noises) != config.steps or any((each.answer == each.exact).all() for each in noises):
            raise Violation("a step without units got no noise")


_NOISY = (
    "noisy = noise.perturbed(Private(total.cpu().numpy()), clip=self._config.clip, noise_multiplier=noise_multiplier)"
)
_STEP = "generators.ctgan_training:Training.private_step"
_SUMMED = "generators.ctgan_training:Training._summed"
_SUM = "total, fake = self._summed(units, noise, rate, divisor)"
_LISTENING = f"""sizes = []
    class Listening:
        def __getattr__(self, name):
            return getattr(noise, name)
        def poisson(self, *asked):
            drawn = noise.poisson(*asked)
            sizes.append(len(drawn.reveal()))
            return drawn
    {_SUM.replace("noise", "Listening()")}"""
_ROWS_OF_UNITS = "generators.ctgan_rows:UnitRows.batch"
_LEARN = "generators.ctgan_run:Run._learn"
_NEAREST = "generators.ctgan_choice:nearest"

# Name, where, what is replaced, by what, and which check must catch it.
MUTANTS: tuple[tuple[str, str, str, str, Callable[[], None]], ...] = (
    (
        "B12 ctgan: no clipping",
        _SUMMED,
        "lambda logits: functional.softplus(-logits[:, 0]),\n        clip=config.clip,",
        "lambda logits: functional.softplus(-logits[:, 0]),\n        clip=1e6,",
        replay_ctgan,
    ),
    (
        "B12 ctgan: factors that do not shorten",
        "generators.clipping_units:factors_of",
        "((1 - SLACK) * clip / lengths).clamp(max=1.0)",
        "(lengths * 0 + 1)",
        replay_ctgan,
    ),
    (
        "B27 ctgan: half the noise",
        _STEP,
        _NOISY,
        _NOISY.replace("=noise_multiplier", "=noise_multiplier / 2"),
        spend_of_ctgan,
    ),
    (
        "B09 ctgan: noise for half the clip",
        _STEP,
        _NOISY,
        _NOISY.replace("_config.clip", "_config.clip / 2"),
        replay_ctgan,
    ),
    (
        "K ctgan: noise on the first layer alone",
        _STEP,
        _NOISY,
        "first = next(self.critic.parameters()).numel()\n    noisy = np.concatenate([noise.perturbed(Private(total[:first].cpu().numpy()), "
        "clip=self._config.clip, noise_multiplier=noise_multiplier), total[first:].cpu().numpy().astype(np.float32)])",
        replay_ctgan,
    ),
    (
        "K ctgan: gradients without noise",
        _STEP,
        _NOISY,
        _NOISY + "\n    noisy = total.cpu().numpy().astype(np.float32)",
        replay_ctgan,
    ),
    (
        "B05 ctgan: the divisor counts the rows",
        _LEARN,
        "divisor=mechanism.divisor(training.layout.survey.total)",
        "divisor=mechanism.divisor(float(units.count))",
        replay_ctgan,
    ),
    (
        "B05 ctgan: the divisor is the size of the sample",
        _STEP,
        _SUM,
        _LISTENING + "\n    divisor = max(sizes[0], 1)",
        replay_ctgan,
    ),
    (
        "K ctgan: as many fakes as the sample has units",
        _SUMMED,
        "self._judged_fakes(int(np.clip(round(divisor), 64, config.most_fakes)))",
        "self._judged_fakes(max(len(weights), 2))",
        replay_ctgan,
    ),
    (
        "B06 ctgan: the sampling rate from the number of rows",
        _LEARN,
        "rate=mechanism.sampling_probability,",
        "rate=max(int(mechanism.sampling_probability * units.count) / max(units.count, 1), 1e-3),",
        replay_ctgan,
    ),
    ("B07 ctgan: one step more than claimed", _LEARN, "config.steps):", "config.steps + 1):", spend_of_ctgan),
    (
        "B19 ctgan: conditions by the frequencies of the table",
        _LEARN,
        "training.begin(number)",
        "training.layout.shares[:] = training.layout.shares * 0.5 + 0.5 * np.bincount(units._bins.ravel(), "
        "minlength=training.layout.bins) / max(units.count, 1)\n        training.begin(number)",
        replay_ctgan,
    ),
    (
        "B17 ctgan: shuffled batches of one size",
        _SUMMED,
        "chosen = noise.poisson(Private(units.count), rate)",
        "chosen = Private(np.sort(np.random.default_rng(self.done).permutation(units.count)[: int(rate * units.count)]))",
        spend_of_ctgan,
    ),
    (
        "B18 ctgan: a Poisson size, then a choice of so many",
        _SUMMED,
        "chosen = noise.poisson(Private(units.count), rate)",
        "size = len(noise.poisson(Private(units.count), rate).reveal())\n    chosen = Private(np.sort("
        "np.random.default_rng(self.done).choice(units.count, size, replace=False)))",
        replay_ctgan,
    ),
    (
        "B20 ctgan: the discriminator normalises over a batch",
        "generators.ctgan_networks:discriminator",
        "nn.LeakyReLU(_SLOPE)]",
        "nn.BatchNorm1d(out), nn.LeakyReLU(_SLOPE)]",
        replay_ctgan,
    ),
    (
        "B21 ctgan: the generator's loss sees real rows",
        _STEP,
        "self.done += 1",
        "self.done += 1\n    self._improve(self._matched() * (1 + float(total.sum())))",
        replay_ctgan,
    ),
    (
        "B23 ctgan: no noise for an empty sample",
        _STEP,
        _SUM
        + "\n    self._heard = heard(noise_multiplier * total.numel() ** 0.5 / divisor, self._config.half_heard)\n    "
        + _NOISY,
        _LISTENING + "\n    noisy = total.float().numpy()\n    if sizes[0]:\n        " + _NOISY,
        noise_for_empty_samples,
    ),
    (
        "K ctgan: each row clipped by itself",
        _SUMMED,
        "seen.reshape(*weights.shape, seen.shape[1]),\n        counted,",
        "seen.reshape(-1, 1, seen.shape[1]),\n        counted.reshape(-1, 1),",
        replay_ctgan_of_patients,
    ),
    (
        "K ctgan: rows are units",
        "generators.ctgan_rows:UnitRows.__init__",
        "owners = source.owners().reveal()",
        "owners = np.arange(len(self._bins))",
        replay_ctgan_of_patients,
    ),
    (
        "K ctgan: private rows draw public random numbers",
        _SUMMED,
        "self.judged(rows, asked, blur)",
        "self.judged(rows, asked)",
        replay_ctgan,
    ),
    (
        "K ctgan: encodings from a public seed",
        _SUMMED,
        'noise.unit_key(f"encodings of step {self.done}")',
        "bytes(32)",
        spend_of_ctgan,
    ),
    (
        "K ctgan: a unit's encodings follow from the size of the sample",
        _ROWS_OF_UNITS,
        "secret_uniform(key, (len(flat), 1 + 2 * numeric))",
        "secret_uniform(key, (1 + 2 * numeric, len(flat))).T",
        replay_ctgan,
    ),
    (
        "K ctgan: the choice looks at exact distances",
        _NEAREST,
        "return list(found)[int(",
        "every = [table for tables in found.values() for table in tables]\n    "
        "distances = source.distances(put * len(found), every).reveal()\n    return list(found)[int(",
        choice_of_ctgan,
    ),
    (
        "B14 ctgan: the choice asks without noise",
        _NEAREST,
        "distances = noise.measure(",
        "distances = (lambda private, **_: private.reveal())(",
        spend_of_ctgan,
    ),
    ("B09 ctgan: distances forget max_rows", _NEAREST, "source.unit.max_rows * ", "", replay_ctgan_of_patients),
    (
        "B09 ctgan: distances without the root of their number",
        _NEAREST,
        "math.sqrt(len(questions) * len(found))",
        "1",
        replay_ctgan,
    ),
    (
        "B14 ctgan: the choice is not accounted",
        "generators.ctgan:CtganMechanism.event",
        "*([] if choice is None else [gaussian(choice)]),",
        "",
        spend_of_ctgan,
    ),
    (
        "B14 ctgan: one step accounted for all",
        "generators.ctgan:CtganMechanism.training_event",
        "gaussian(self.noise_multiplier, self.config.steps)",
        "gaussian(self.noise_multiplier)",
        spend_of_ctgan,
    ),
    (
        "B08 ctgan: the noise of one step for all",
        "generators.ctgan:_training_noise",
        "math.sqrt(steps / mu_squared)",
        "math.sqrt(1 / mu_squared)",
        spend_of_ctgan,
    ),
    (
        "B15 ctgan: DP-SGD takes the whole",
        "generators.ctgan:CtganConfig.calibrate",
        '_training_noise(float(budget["training"])',
        "_training_noise(float(spend.mu_squared)",
        spend_of_ctgan,
    ),
)
