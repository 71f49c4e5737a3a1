"""Audits of the private steps of ctgan on the code that takes them: who reads every noisy sum must not learn more than is claimed.

**Two worlds.** A table, and the same with one more unit, whose clipped gradient is as long as the clip
(`privsynth.certification.gradient_worlds`). The errors of the test at threshold 0 bound mu, and the advantage (one minus both errors),
from below with 99.9% confidence. Claimed are the event's mu, and the advantage that the exact privacy loss (dp_accounting) allows: this
one is tight for samples, where a single Gaussian curve that lies above all of a sampled one is far above it at threshold 0.

**One run.** Canary rows with orthogonal gradients, each in the table by its own coin (`privsynth.certification.gradient_canaries`);
one run; the attacker guesses for some of them.

What they can show (measured on this code): the worlds tell apart noise, clip and sampling at their true size; half the noise, no clip and
shuffled batches are flagged. One run is looser: it reaches about a third of epsilon, flags a missing clip, and not half the noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from privsynth.accounting import mu_of, sampled_noise, spend_of
from privsynth.certification.bounds import one_run_epsilon, share_at_most, wrong_at
from privsynth.certification.gradient_canaries import canary_scores, right_guesses
from privsynth.certification.gradient_worlds import weighed_steps
from privsynth.certification.judging import Claim, judged_worlds
from privsynth.certification.result import Attack
from privsynth.certification.run import canary_attack
from privsynth.certification.small_networks import Steps
from privsynth.privacy import Budget

ERROR = 1e-3


# Two worlds


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What an audit of two worlds found: of mu, and of the advantage."""

    attack: Attack
    advantage: float
    least_advantage: float

    @classmethod
    def of(cls, steps: Steps, runs: int) -> Audited:
        without, with_unit = weighed_steps(steps, runs)
        claim = Claim(mu=spend_of(steps.event).mu, delta=2 * steps.delta, beside=steps.beside)
        return cls(
            attack=judged_worlds(claim, without, with_unit, ERROR),
            advantage=steps.advantage,
            least_advantage=1
            - sum(share_at_most(count, runs, ERROR / 2) for count in wrong_at(0.0, without, with_unit)),
        )

    @property
    def leaks(self) -> bool:
        """Whether a claim is refuted."""
        return self.attack.refutes or self.least_advantage > self.advantage


EVERYBODY = Steps(noise=1.0)
MANY_STEPS = Steps(noise=2.0, steps=4)
SAMPLES = Steps(rate=0.5, noise=1.0, steps=4)
EPOCH = Steps(rate=0.25, noise=0.3, steps=4)


def test_a_short_audit_tells_steps_from_their_twin_without_a_clip() -> None:
    found = Audited.of(EVERYBODY, 100)
    assert not found.leaks
    assert 0.4 < found.attack.estimate.mu < 1.6  # four standard errors
    assert Audited.of(replace(EVERYBODY, looser=1e6), 30).leaks


@pytest.mark.audit
@pytest.mark.parametrize(("steps", "runs"), [(EVERYBODY, 3_000), (MANY_STEPS, 500)], ids=["one step", "many steps"])
def test_gaussian_steps_reach_the_claimed_mu_and_do_not_pass_it(steps: Steps, runs: int) -> None:
    """At mu 1 the estimate's standard error is 1.5 / sqrt(runs).

    Of the bound: it lies 8.6 / sqrt(runs) below mu with a standard error of 1.86 / sqrt(runs). The margins are 3.7 and 4 of these: an
    honest run misses one of them less than once in 3,000.
    """
    found = Audited.of(steps, runs)
    assert not found.leaks
    assert found.attack.estimate.mu == pytest.approx(found.attack.claimed.mu, abs=5.5 / math.sqrt(runs))
    assert found.attack.lower.mu > found.attack.claimed.mu - 16 / math.sqrt(runs)


def honest_misses(alarmed: float, missed: float, runs: int, least: float) -> float:
    """Return how often the lower bound of the advantage of honest steps is not above `least`: two binomial counts, exactly.

    Args:
        alarmed: Probability of a false alarm.
        missed: Probability of a miss.
        runs: Of each world.
        least: Of the advantage.
    """
    from scipy.stats import beta, binom

    counts = np.arange(runs)
    most = np.append(beta.ppf(1 - ERROR / 2, counts + 1, runs - counts), 1.0)
    at_most = np.searchsorted(most, 1 - least - most)  # so few misses leave the bound above `least`
    above = binom.cdf(at_most - 1, runs, missed)
    return float(1 - binom.pmf(np.arange(runs + 1), runs, alarmed) @ above)


RUNS_OF_SAMPLES = 1_000


def test_honest_steps_fail_the_audit_of_samples_less_than_once_in_1000() -> None:
    """The best test of SAMPLES at threshold 0 has the errors 0.270 and 0.350 (4 million draws), of which the claimed advantage follows."""
    wrong = (0.2702, 0.3497)
    assert 1 - sum(wrong) == pytest.approx(SAMPLES.advantage, abs=1e-3)
    assert honest_misses(*wrong, RUNS_OF_SAMPLES, 0.5 * SAMPLES.advantage) < 1e-4
    assert honest_misses(*wrong, 600, 0.5 * SAMPLES.advantage) == pytest.approx(0.015, abs=0.003)


@pytest.mark.audit
def test_sampled_steps_reach_the_claimed_advantage_and_do_not_pass_it() -> None:
    """With 1,000 runs a world the bound is 0.281 on average, with a standard deviation of 0.021; half of the claim is 0.190.

    An honest run misses that once in 80,000 (with 600 runs: 0.251, 0.028, and once in 67). The test above computes this.
    """
    found = Audited.of(SAMPLES, RUNS_OF_SAMPLES)
    assert not found.leaks
    assert found.least_advantage > 0.5 * found.advantage
    assert found.attack.estimate.mu > 0.5 * found.attack.claimed.mu


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
def test_a_twin_is_flagged(twin: Steps, runs: int) -> None:
    assert Audited.of(twin, runs).leaks


@pytest.mark.audit
def test_the_honest_one_of_the_shuffled_twin_is_not_flagged() -> None:
    found = Audited.of(EPOCH, 200)
    assert not found.leaks
    assert (
        found.least_advantage > 0.4 * found.advantage
    )  # the bound is 0.401 on average, deviation 0.042: missed once in 20,000


# One run


CANARIES, GUESSES = 1_000, 200
ONE_RUN = Steps(noise=6.0, steps=20)
ONE_SAMPLED_RUN = Steps(rate=0.2, noise=1.8, steps=20)


def delta_of(steps: Steps) -> float:
    """Return the delta at which a run is judged: sampled steps take some of it for themselves."""
    return steps.delta + steps.beside


def claimed(steps: Steps) -> float:
    return spend_of(steps.event).epsilon(delta_of(steps))


def one_run(steps: Steps, seed: int) -> float:
    """Return the lower bound of epsilon, with 95% confidence, of one run with canaries that are there by a coin."""
    there = np.random.default_rng(seed).random(CANARIES) < 0.5
    right = right_guesses(canary_scores(steps, there), there, GUESSES)
    return one_run_epsilon(right, GUESSES, CANARIES, 0.05, delta_of(steps))


def test_a_short_run_with_canaries_stays_below_its_epsilon() -> None:
    short = replace(ONE_RUN, noise=1.0, steps=2)
    assert 0.1 < one_run(short, 0) <= claimed(short)


@pytest.mark.audit
@pytest.mark.parametrize("steps", [ONE_RUN, ONE_SAMPLED_RUN], ids=["everybody", "samples"])
def test_one_run_stays_below_the_claimed_epsilon(steps: Steps) -> None:
    found = [one_run(steps, seed) for seed in range(5)]
    assert max(found) <= claimed(steps)
    assert np.mean(found) > 0.1 * claimed(steps)


@pytest.mark.audit
@pytest.mark.parametrize("steps", [ONE_RUN, ONE_SAMPLED_RUN], ids=["everybody", "samples"])
def test_one_run_without_a_clip_is_flagged(steps: Steps) -> None:
    assert min(one_run(replace(steps, looser=1e6), seed) for seed in range(3)) > claimed(steps)


@pytest.mark.parametrize("rate", [1.0, 0.5], ids=["everybody", "samples"])
def test_one_run_at_epsilon_8_shows_more_than_1_and_not_more_than_8(rate: float) -> None:
    budget, steps, beside = Budget(epsilon=8, delta=1e-6), 10, 5e-7
    mu = mu_of(8, budget.delta - beside * (rate < 1))
    noise = math.sqrt(steps) / mu if rate == 1 else sampled_noise(mu**2, rate, steps, beside)  # type: ignore[arg-type]
    found = canary_attack(Steps(rate=rate, noise=noise, steps=steps, delta=beside), budget, ERROR / 2)
    assert found.claimed.epsilon == pytest.approx(8, rel=1e-3)
    assert 1 < found.lower.epsilon <= 8
    assert 0.7 < found.epsilon_direct <= found.lower.epsilon  # theorem 5.2, which knows nothing of Gaussian noise
    assert found.lower.epsilon <= found.ceiling.epsilon
