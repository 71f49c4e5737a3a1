"""Audits of the private steps of ctgan on the code that takes them: who reads every noisy sum must not learn more than is claimed.

**Two worlds.** A table, and the same with one more unit, whose clipped gradient is as long as the clip. The attacker knows all else (the
coins of the other units, the encodings, the networks) and adds up the exact log-likelihood ratio of what the steps show: of a
Gaussian shift where every unit takes part, of a mixture where a coin decides. The errors of the test at threshold 0 bound mu, and
the advantage (one minus both errors), from below with 99.9% confidence. Claimed are the event's mu, and the advantage that the exact
privacy loss (dp_accounting) allows: this one is tight for samples, where a single Gaussian curve that lies above all of a sampled
one is far above it at threshold 0.

**One run.** 1,000 canary rows with orthogonal gradients, each in the table by its own coin; one run; the attacker guesses for 200 of
them. Source: Steinke, Nasr, Jagielski 2023 (arXiv 2305.08846), theorem 5.2.

What they can show (measured on this code): the worlds tell apart noise, clip and sampling at their true size; half the noise, no clip and
shuffled batches are flagged. One run is looser: it reaches about a third of epsilon, flags a missing clip, and not half the noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from ctgan_models import layout_of, table_of, tiny
from scipy.stats import beta, binom, norm

from privsynth.accounting import gaussian, sampled_gaussian, spend_of
from privsynth.generators import ctgan_training
from privsynth.generators.clipping_units import Clipped
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.ctgan_training import Training
from privsynth.noise import OsNoise
from privsynth.privacy import Private

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.999
DELTA = 1e-5
CLIP = 0.01
KEPT = ctgan_training.clipped_gradient


@dataclass(frozen=True, kw_only=True)
class Toy:
    """What is audited.

    Args:
        rate: Sampling probability.
        noise: Noise multiplier.
        steps: Private steps of a run.
        factor: What the noise is multiplied by: below 1 for the twin that has too little.
        looser: What the clip is multiplied by: above 1 for the twin that does not clip.
        shuffled: Whether batches are those of a shuffled table.
    """

    rate: float = 1.0
    noise: float = 1.0
    steps: int = 1
    factor: float = 1.0
    looser: float = 1.0
    shuffled: bool = False

    @property
    def event(self) -> Any:
        if self.rate == 1:
            return gaussian(self.noise, self.steps)
        return sampled_gaussian(self.rate, self.noise, self.steps, DELTA)

    @property
    def advantage(self) -> float:
        """The advantage that the exact privacy loss of the claim allows."""
        from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

        once = from_gaussian_mechanism(self.noise, sampling_prob=self.rate)
        return float(once.self_compose(self.steps).get_delta_for_epsilon(0.0))


# Two worlds


class Attacker(OsNoise):
    """The noise of releases, which draws for one of two worlds and adds up what its answers say about which one it is.

    The target is the last unit. It is always in the batch that the step is given; `clipped_gradient` is asked with it and without it, and
    what the step gets is that of the world and of the target's coin.

    Args:
        toy: What is audited.
        there: Whether the target is in the table.
    """

    __slots__ = ("_batches", "_gap", "_taken", "_toy", "ratio", "there")

    def __init__(self, toy: Toy, there: bool) -> None:
        self._toy, self.there = toy, there
        self._taken, self._gap = False, np.zeros(0)
        self._batches: list[Any] = []
        self.ratio = 0.0

    def poisson(self, count: Private[int], probability: float) -> Private[Any]:
        drawn = self._shuffled(count.reveal()) if self._toy.shuffled else super().poisson(count, probability).reveal()
        target = count.reveal() - 1
        self._taken = self.there and target in drawn
        return Private(np.append(drawn[drawn != target], target))

    def _shuffled(self, count: int) -> Any:
        if not self._batches:
            parts = round(1 / self._toy.rate)
            self._batches = np.array_split(np.random.default_rng().permutation(count), parts)
        return np.sort(self._batches.pop())

    def gradient(self, network: Any, rows: Any, weights: Any, loss: Any, *, clip: float) -> Clipped:
        """Return what the world would: `clipped_gradient` of the private rows, with the target or without it."""
        both = [
            KEPT(network, rows[:n], weights[:n], loss, clip=clip * self._toy.looser) for n in (len(rows) - 1, len(rows))
        ]
        flat = [torch.cat([each.ravel() for each in part.total]).double().numpy() for part in both]
        self._gap = flat[1] - flat[0]
        return both[self._taken]

    def perturbed(self, values: Private[Any], *, clip: float, noise_multiplier: float) -> Any:
        toy = self._toy
        assert (clip, noise_multiplier) == (CLIP, toy.noise)
        answer = super().perturbed(values, clip=clip, noise_multiplier=noise_multiplier * toy.factor)
        rest = answer - (values.reveal() - self._taken * self._gap)
        scale = clip * noise_multiplier
        shown = float(rest @ self._gap - self._gap @ self._gap / 2) / scale**2
        self.ratio += shown if toy.rate == 1 else float(np.logaddexp(math.log1p(-toy.rate), math.log(toy.rate) + shown))
        return answer


@contextmanager
def instead(gradient: Callable[..., Clipped]) -> Iterator[None]:
    """Let a step take its gradient of private rows, which it asks for before that of the fakes, from elsewhere."""
    calls = [0]

    def either(*args: Any, **named: Any) -> Clipped:
        calls[0] += 1
        return (gradient if calls[0] % 2 else KEPT)(*args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ctgan_training, "clipped_gradient", either)
        yield


def world(rate: float) -> tuple[Training, UnitRows]:
    """Return small networks, and a table whose last unit has a label of its own."""
    layout = layout_of({"a": 3, "b": 4})
    rows = 4 if rate == 1 else 11
    codes = {"a": np.append(np.arange(rows) % 2, 2), "b": np.append(np.arange(rows) % 3, 3)}
    config = tiny(clip=CLIP, critic_hidden=(4,), hidden=(4,), encodings=1)
    return Training(config, layout), UnitRows(layout, table_of(layout.survey.schema, codes))


def weighed(toy: Toy, runs: int) -> Floats:
    """Return float64[2, runs]: in each world the log-likelihood ratio of each run.

    Runs follow one another: the discriminator goes on learning, so that gradients are those of many states.
    """
    found = np.empty((2, runs))
    training, units = world(toy.rate)
    for run in range(runs):
        for there in (0, 1):
            attacker = Attacker(toy, bool(there))
            with instead(attacker.gradient):
                for _ in range(toy.steps):
                    training.begin(training.done)
                    training.private_step(units, attacker, rate=toy.rate, noise_multiplier=toy.noise, divisor=8.0)
            found[there, run] = attacker.ratio
    return found


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What an audit of two worlds found: claims, lower bounds, and the best estimate of mu."""

    mu: float
    advantage: float
    least_mu: float
    least_advantage: float
    estimate: float

    @classmethod
    def of(cls, toy: Toy, runs: int) -> Audited:
        without, with_unit = weighed(toy, runs)
        wrong = (int((without > 0).sum()), int((with_unit <= 0).sum()))
        most = [beta.ppf(1 - (1 - CONFIDENCE) / 2, count + 1, runs - count) for count in wrong]
        spread = math.sqrt((without.var() + with_unit.var()) / 2)
        return cls(
            mu=spend_of(toy.event).mu,
            advantage=toy.advantage,
            least_mu=float(-norm.ppf(most[0] + DELTA) - norm.ppf(most[1] + DELTA)),
            least_advantage=float(1 - most[0] - most[1]),
            estimate=float((with_unit.mean() - without.mean()) / spread),
        )

    @property
    def leaks(self) -> bool:
        """Whether a claim is refuted."""
        return self.least_mu > self.mu or self.least_advantage > self.advantage


EVERYBODY = Toy(noise=1.0)
MANY_STEPS = Toy(noise=2.0, steps=4)
SAMPLES = Toy(rate=0.5, noise=1.0, steps=4)
EPOCH = Toy(rate=0.25, noise=0.3, steps=4)


def test_a_short_audit_tells_steps_from_their_twin_without_a_clip() -> None:
    found = Audited.of(EVERYBODY, 100)
    assert not found.leaks
    assert 0.4 < found.estimate < 1.6  # four standard errors
    assert Audited.of(replace(EVERYBODY, looser=1e6), 30).estimate > 4


@pytest.mark.audit
@pytest.mark.parametrize(("toy", "runs"), [(EVERYBODY, 3_000), (MANY_STEPS, 500)], ids=["one step", "many steps"])
def test_gaussian_steps_reach_the_claimed_mu_and_do_not_pass_it(toy: Toy, runs: int) -> None:
    found = Audited.of(toy, runs)
    assert not found.leaks
    assert found.estimate == pytest.approx(found.mu, abs=4.5 / math.sqrt(runs))
    assert found.least_mu > found.mu - 12 / math.sqrt(runs)


@pytest.mark.audit
def test_sampled_steps_reach_the_claimed_advantage_and_do_not_pass_it() -> None:
    found = Audited.of(SAMPLES, 600)
    assert not found.leaks
    assert found.least_advantage > 0.4 * found.advantage  # 600 runs a world: .5 is missed once in some tens of audits
    assert found.estimate > 0.5 * found.mu


@pytest.mark.audit
@pytest.mark.parametrize(
    ("twin", "runs"),
    [
        (replace(EVERYBODY, factor=0.5), 300),
        (replace(EVERYBODY, looser=1e6), 60),
        (replace(SAMPLES, factor=0.5), 300),
        (replace(SAMPLES, looser=1e6), 100),
        (replace(EPOCH, shuffled=True), 300),
    ],
    ids=["half the noise", "no clip", "half the noise of samples", "no clip of samples", "shuffled"],
)
def test_a_twin_is_flagged(twin: Toy, runs: int) -> None:
    assert Audited.of(twin, runs).leaks


@pytest.mark.audit
def test_the_honest_one_of_the_shuffled_twin_is_not_flagged() -> None:
    found = Audited.of(EPOCH, 200)
    assert not found.leaks
    assert found.least_advantage > 0.4 * found.advantage


# One run


CANARIES, GUESSES = 1_000, 200


@dataclass
class Reader(OsNoise):
    """The noise of releases, whose answers about canaries are added up.

    Args:
        factor: What the noise is multiplied by.
        looser: What the clip is multiplied by.
        scores: float64[2 * canaries], the sum of what all noisy sums say of the weights of each label, as a row and as a condition.
    """

    factor: float = 1.0
    looser: float = 1.0
    scores: Floats = field(default_factory=lambda: np.zeros(2 * CANARIES))
    real: Any = None

    def gradient(self, network: Any, rows: Any, weights: Any, loss: Any, *, clip: float) -> Clipped:
        found = KEPT(network, rows, weights, loss, clip=clip * self.looser)
        self.real = torch.cat([each.ravel() for each in found.total]).double().numpy()
        return found

    def perturbed(self, values: Private[Any], *, clip: float, noise_multiplier: float) -> Any:
        answer = super().perturbed(values, clip=clip, noise_multiplier=noise_multiplier * self.factor)
        self.scores -= answer - (values.reveal() - self.real)  # what the fakes add is known
        return answer


def canaries() -> Layout:
    """Return the layout of one column, in which each label is a canary."""
    return layout_of({"label": CANARIES})


def one_run(toy: Toy, seed: int) -> float:
    """Return the lower bound of epsilon, with 95% confidence, of one run with canaries that are there by a coin.

    The discriminator is linear without a bias that learns, so that the gradient of a canary lies along its label as a row and as a
    condition: orthogonal to that of all others, and as long as the clip.
    """
    layout, there = canaries(), np.random.default_rng(seed).random(CANARIES) < 0.5
    units = UnitRows(layout, table_of(layout.survey.schema, {"label": np.flatnonzero(there)}))
    training = Training(tiny(clip=CLIP, critic_hidden=(), hidden=(4,), encodings=1), layout)
    training.critic[-1].bias.requires_grad_(False)
    reader = Reader(factor=toy.factor, looser=toy.looser)
    with instead(reader.gradient):
        for number in range(toy.steps):
            training.begin(number)
            training.private_step(units, reader, rate=toy.rate, noise_multiplier=toy.noise, divisor=400.0)
    score = reader.scores[:CANARIES] + reader.scores[CANARIES:]
    order = np.argsort(score)
    right = int((~there[order[: GUESSES // 2]]).sum() + there[order[-GUESSES // 2 :]].sum())
    return epsilon_of_guesses(right, GUESSES, CANARIES, delta_of(toy), 0.05)


def epsilon_of_guesses(right: int, guesses: int, canaries: int, delta: float, error: float) -> float:
    """Return the largest epsilon that so many right guesses refute at a delta.

    Under (epsilon, delta), P[at least v of r guesses are right] is at most P[B >= v] + 2 m delta max_i P[v - i <= B < v] / i, where B is
    binomial of r and 1 / (1 + exp(-epsilon)) (theorem 5.2).
    """

    def chance(epsilon: float) -> float:
        likely = 1 / (1 + math.exp(-epsilon))
        below = np.cumsum(binom.pmf(right - np.arange(1, right + 1), guesses, likely)) / np.arange(1, right + 1)
        return float(binom.sf(right - 1, guesses, likely) + 2 * canaries * delta * below.max(initial=0.0))

    low, high = 0.0, 20.0
    if chance(0.0) > error:
        return 0.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) <= error else (low, middle)
    return low


ONE_RUN = Toy(noise=6.0, steps=20)
ONE_SAMPLED_RUN = Toy(rate=0.2, noise=1.8, steps=20)


def delta_of(toy: Toy) -> float:
    """Return the delta at which a run is judged: sampled steps take DELTA of it for themselves."""
    return DELTA if toy.rate == 1 else 2 * DELTA


def claimed(toy: Toy) -> float:
    return spend_of(toy.event).epsilon(delta_of(toy))


def test_guesses_refute_what_they_should() -> None:
    """Figures that follow by hand: r of r right refute the epsilon whose power is the error; half of them right refute nothing."""
    assert epsilon_of_guesses(100, 100, 1000, 0.0, 0.05) == pytest.approx(math.log(0.05**0.01 / (1 - 0.05**0.01)))
    assert epsilon_of_guesses(50, 100, 1000, 0.0, 0.05) == 0.0
    assert epsilon_of_guesses(90, 100, 1000, 1e-5, 0.05) < epsilon_of_guesses(90, 100, 1000, 0.0, 0.05)
    found = [epsilon_of_guesses(right, 200, 1000, 1e-5, 0.05) for right in range(100, 201, 10)]
    assert sorted(found) == found
    rng, true = np.random.default_rng(0), 1.2
    rights = rng.binomial(200, 1 / (1 + math.exp(-true)), 2000)  # randomised response is as private as it says
    above = {right: epsilon_of_guesses(int(right), 200, 1000, 0.0, 0.05) > true for right in set(rights.tolist())}
    assert 0.01 < np.mean([above[right] for right in rights.tolist()]) < 0.07


def test_a_short_run_with_canaries_stays_below_its_epsilon() -> None:
    found = one_run(replace(ONE_RUN, noise=1.0, steps=2), 0)
    assert 0.1 < found <= claimed(replace(ONE_RUN, noise=1.0, steps=2))


@pytest.mark.audit
@pytest.mark.parametrize("toy", [ONE_RUN, ONE_SAMPLED_RUN], ids=["everybody", "samples"])
def test_one_run_stays_below_the_claimed_epsilon(toy: Toy) -> None:
    found = [one_run(toy, seed) for seed in range(5)]
    assert max(found) <= claimed(toy)
    assert np.mean(found) > 0.1 * claimed(toy)


@pytest.mark.audit
@pytest.mark.parametrize("toy", [ONE_RUN, ONE_SAMPLED_RUN], ids=["everybody", "samples"])
def test_one_run_without_a_clip_is_flagged(toy: Toy) -> None:
    assert min(one_run(replace(toy, looser=1e6), seed) for seed in range(3)) > claimed(toy)
