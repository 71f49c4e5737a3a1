"""Attack a generator and its twins, and say what came out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from privsynth.accounting import mu_of, sampled_noise, spend_of
from privsynth.certification.ceilings import best_guesses, expected_two_worlds_mu
from privsynth.certification.judging import Claim, judged_guesses, judged_worlds, separation
from privsynth.certification.result import Attack, CertifyResult, Twin
from privsynth.certification.sampler import DRAWS, sampler_attack
from privsynth.certification.toys import Toy
from privsynth.certification.worlds import worlds
from privsynth.errors import UsageError
from privsynth.privacy import Budget, Unit

if TYPE_CHECKING:
    from privsynth.certification.small_networks import Steps

Told = Callable[[str], None]
RUNS = {"copula": 10_000, "maxent": 10_000, "ctgan": 1_000}
CONFIDENCE = 0.999
CANARIES, CANARY_STEPS, CANARY_RATE = 2_000, 10, 0.5
HALF, NO_CLIP = "half the noise", "no clip"
_ENOUGH_RUNS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_TWIN_REACH, _TWIN_MARGIN, _NO_CLIP_RUNS = 0.9, 1.3, 100
_LOOSE = 1e6
_BOUNDS = 2  # of mu, and of epsilon without a Gaussian claim
SCOPES = {
    "copula": "all noisy answers of a fit of a toy table",
    "maxent": "all noisy answers of a fit of a toy table",
    "ctgan": "the private steps of toy networks, which are given the whole budget; the survey before them is that of maxent",
}


def certify(
    generator: str = "maxent",
    *,
    epsilon: float,
    delta: float = 1e-6,
    runs: int | None = None,
    max_rows: int = 1,
    confidence: float = CONFIDENCE,
    workers: int = 1,
    progress: Told = lambda _: None,
) -> CertifyResult:
    """Attack one of our own generators on toy tables: how much of a claimed epsilon can be shown to be given away.

    No user's table goes in, and nothing is spent. It can refute a guarantee and never prove one.

    Args:
        generator: `copula`, `maxent` or `ctgan`.
        epsilon: What a fit would claim.
        delta: Of that claim.
        runs: Runs of each world; by default 10,000, of ctgan 1,000.
        max_rows: Rows of the unit that one world has more; not of ctgan.
        confidence: Probability with which all lower bounds hold together.
        workers: Processes for copula and maxent. With more than one, a script needs the usual `if __name__ == "__main__":`.
        progress: Told what happens.

    Raises:
        UsageError: an argument is out of its range.
    """
    _check(generator, runs, max_rows, confidence, workers)
    budget = Budget(epsilon=epsilon, delta=delta)
    unit, many = Unit(column="unit" if max_rows != 1 else None, max_rows=max_rows), runs or RUNS[generator]
    if generator == "ctgan":
        attacks, twins = _steps(budget, many, 1 - confidence, progress)
    else:
        toy = Toy(generator=generator, unit=unit, mu=mu_of(budget.epsilon, budget.delta))
        attacks, twins = _fits(toy, budget, many, 1 - confidence, workers, progress)
    claim = Claim(mu=mu_of(budget.epsilon, budget.delta), delta=budget.delta)
    return CertifyResult(
        generator=generator,
        scope=SCOPES[generator],
        max_rows=max_rows,
        claimed=replace(claim.loss(claim.mu), epsilon=budget.epsilon),
        delta=budget.delta,
        confidence=confidence,
        attacks=attacks,
        twins=twins,
    )


def _check(generator: str, runs: int | None, max_rows: int, confidence: float, workers: int) -> None:
    if generator not in RUNS:
        raise UsageError(f"There is no generator {generator!r} to certify. Use one of: {', '.join(RUNS)}.")
    if not 0.5 < confidence < 1:
        raise UsageError(f"The confidence is {confidence!r}. Give a number above 0.5 and below 1, such as 0.999.")
    if runs is not None and runs < 2:
        raise UsageError(f"{runs} runs of each world show nothing. Give at least 2; {RUNS[generator]:,} are usual.")
    if workers < 1:
        raise UsageError(f"{workers} worker processes cannot do it. Give at least 1.")
    if generator == "ctgan" and max_rows != 1:
        raise UsageError(
            "The steps of ctgan clip each unit as a whole, however many rows it has. Leave out --max-rows."
        )


def _fits(
    toy: Toy, budget: Budget, runs: int, error: float, workers: int, told: Told
) -> tuple[tuple[Attack, ...], tuple[Twin, ...]]:
    """Attack all noisy answers of fits, the sampler, and fits with half the noise, in as many runs as that takes."""
    error /= 2 * _BOUNDS

    def attack(each: Toy, many: int, name: str) -> Attack:
        found = worlds(each, many, workers=workers, told=_tenths(name, many, told))
        return fits_attack(each, found, budget, error)

    found = attack(toy, runs, "two worlds"), _sampler(toy.mu, budget, runs, error, told)
    few = _twin_runs(toy.mu, runs, error)
    twin = attack(replace(toy, factor=0.5), few, f"twin with {HALF}")
    return found, (Twin(bug=HALF, attack=twin),)


def _sampler(mu: float, budget: Budget, runs: int, error: float, told: Told, real: bool = False) -> Attack:
    """Attack the sampler with the noise of a single answer that spends the whole budget."""
    draws = max(DRAWS, runs)
    told(f"sampler: {draws:,} draws of each world")
    return sampler_attack(Claim(mu=mu, delta=budget.delta), error, draws=draws, real=real)


def fits_attack(
    toy: Toy, found: np.ndarray[tuple[int, ...], np.dtype[np.float64]], budget: Budget, error: float
) -> Attack:
    """Judge what `worlds` returned of a toy.

    Args:
        toy: What was attacked.
        found: float64[2, runs, 2].
        budget: What is claimed.
        error: Probability with which each bound may be too high.
    """
    claim = Claim(mu=toy.claimed or spend_of(toy.mechanism.event).mu, delta=budget.delta)
    return judged_worlds(
        claim, found[0, :, 0], found[1, :, 0], error, farthest_mu=math.sqrt(float(found[:, :, 1].max()))
    )


def _steps(budget: Budget, runs: int, error: float, told: Told) -> tuple[tuple[Attack, ...], tuple[Twin, ...]]:
    """Attack one step in two worlds, the steps of one run by canaries, and the sampler of gradients; then the twins."""
    from privsynth.certification.small_networks import Steps

    error /= 3 * _BOUNDS
    whole = mu_of(budget.epsilon, budget.delta)
    one = Steps(noise=1 / whole * (1 + 1e-12))
    beside = budget.delta / 2
    mu = mu_of(budget.epsilon, budget.delta - beside)
    noise = sampled_noise(Fraction(mu) ** 2, CANARY_RATE, CANARY_STEPS, beside)
    several = Steps(rate=CANARY_RATE, noise=noise, steps=CANARY_STEPS, delta=beside)
    attacks = (
        steps_attack(one, budget, runs, error, told),
        canary_attack(several, budget, error, told=told),
        _sampler(whole, budget, runs, error, told, real=True),
    )
    few = _twin_runs(whole, runs, error)
    twins = (
        Twin(bug=HALF, attack=steps_attack(replace(one, factor=0.5), budget, few, error, told, f"twin with {HALF}")),
        Twin(
            bug=NO_CLIP,
            attack=steps_attack(
                replace(one, looser=_LOOSE), budget, min(runs, _NO_CLIP_RUNS), error, told, f"twin with {NO_CLIP}"
            ),
        ),
    )
    return attacks, twins


def steps_attack(
    steps: Steps, budget: Budget, runs: int, error: float, told: Told = lambda _: None, name: str = "two worlds"
) -> Attack:
    """Attack private steps in two worlds.

    Args:
        steps: What is attacked.
        budget: What is claimed; only its delta counts.
        runs: Of each world.
        error: Probability with which each bound may be too high.
        told: Told what is done.
        name: Under which it is told.
    """
    from privsynth.certification.gradient_worlds import weighed_steps
    from privsynth.generators.ctgan_networks import settings

    with settings(1):
        without, with_unit = weighed_steps(steps, runs, _tenths(name, runs, told))
    claim = Claim(mu=spend_of(steps.event).mu, delta=budget.delta, beside=steps.beside)
    return judged_worlds(claim, without, with_unit, error)


def canary_attack(
    steps: Steps,
    budget: Budget,
    error: float,
    *,
    canaries: int | None = None,
    seed: int | None = None,
    told: Told = lambda _: None,
) -> Attack:
    """Attack private steps in one run with canaries.

    Args:
        steps: What is attacked.
        budget: What is claimed; only its delta counts.
        error: Probability with which each bound may be too high.
        canaries: How many rows are in the table by a coin each; by default 2,000.
        seed: Of the coins.
        told: Told what is done.
    """
    from privsynth.certification.gradient_canaries import canary_scores, right_guesses
    from privsynth.generators.ctgan_networks import settings

    canaries = CANARIES if canaries is None else canaries
    told(f"one run with {canaries:,} canaries")
    claim = Claim(mu=spend_of(steps.event).mu, delta=budget.delta, beside=steps.beside)

    def shift(factor: float) -> float:
        return steps.rate * math.sqrt(steps.steps / ((factor * steps.noise) ** 2 + steps.rate * (1 - steps.rate)))

    guesses = best_guesses(shift(1.0), canaries, error, steps.beside)
    there = np.random.default_rng(seed).random(canaries) < 0.5
    with settings(1):
        scores = canary_scores(steps, there)
    right = right_guesses(scores, there, guesses)
    reached = separation(scores[~there], scores[there])
    return judged_guesses(claim, right, guesses, canaries, error, reached=reached, reach=shift)


def _twin_runs(mu: float, runs: int, error: float) -> int:
    """Return in how many runs of each world half the noise is flagged, with a margin; all of them where that is not enough."""

    def flagged(many: int) -> bool:
        return expected_two_worlds_mu(2 * _TWIN_REACH * mu, many, error) > _TWIN_MARGIN * mu

    return next((many for many in _ENOUGH_RUNS if many < runs and flagged(many)), runs)


def _tenths(name: str, runs: int, told: Told) -> Callable[[int], None]:
    """Return what tells of every tenth of some runs."""
    last = [-1]

    def tell(done: int) -> None:
        if (tenth := done * 10 // runs) > last[0]:
            last[0] = tenth
            told(f"{name}: {done:,} of {runs:,} runs of each world")

    return tell
