"""From the scores of an attack to what it found."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.accounting import epsilon_of
from privsynth.certification.bounds import (
    MOST_MU,
    epsilon_of_scores,
    mu_at_least,
    one_run_epsilon,
    one_run_mu,
    wrong_at,
)
from privsynth.certification.ceilings import (
    ceiling_one_run_mu,
    ceiling_two_worlds_mu,
    detectable_one_run,
    detectable_two_worlds,
    expected_right,
    expected_two_worlds_mu,
)
from privsynth.certification.result import Attack, Loss

Floats = npt.NDArray[np.float64]
TWO_WORLDS, ONE_RUN = "two worlds", "one run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is claimed of what is attacked.

    Args:
        mu: Of Gaussian differential privacy.
        delta: At which epsilon is told.
        beside: Probability with which everything is revealed, beside mu; part of `delta`.
    """

    mu: float
    delta: float
    beside: float = 0.0

    def loss(self, mu: float) -> Loss:
        """Return a mu with the epsilon that follows from it."""
        return Loss(mu=mu, epsilon=epsilon_of(mu, self.delta - self.beside))


def separation(without: Floats, with_unit: Floats) -> float:
    """Return the distance of the means of two sets of scores in standard deviations, from 0 to `MOST_MU`."""
    spread = math.sqrt((without.var() + with_unit.var()) / 2)
    gap = float(with_unit.mean() - without.mean())
    return min(gap / max(spread, gap / MOST_MU), MOST_MU) if gap > 0 else 0.0


def standard_error(distance: float, without: int, with_unit: int) -> float:
    """Return the standard error of a `separation` of so many scores of both kinds, each normal."""
    return math.sqrt(1 / without + 1 / with_unit + distance**2 / (2 * (without + with_unit)))


def judged_worlds(
    claim: Claim,
    without: Floats,
    with_unit: Floats,
    error: float,
    *,
    farthest_mu: float | None = None,
    name: str = TWO_WORLDS,
    units: int = 1,
) -> Attack:
    """Return what log-likelihood ratios of two worlds show.

    mu is bounded from the errors of the test whose threshold is 0, which is fixed beforehand; the epsilon of a mechanism of any kind from
    the second half of the scores, at the threshold that is best in the first one.

    Args:
        claim: What is claimed.
        without: float64[n], of runs without the unit.
        with_unit: float64[n], of runs with it.
        error: Probability with which each of the two bounds may be too high.
        farthest_mu: Largest mu of a single run, by the distances of its exact answers.
        name: Of the attack.
        units: How many units one world has more; what is found of mu is told of one of them. Where there are several, there may be
            no delta beside mu, and epsilon is not bounded directly.
    """
    runs, beside, whole = (len(without), len(with_unit)), claim.beside, claim.mu * units
    few, reached = min(runs), separation(without, with_unit)
    reach = whole if farthest_mu is None else min(farthest_mu, whole)
    return Attack(
        name=name,
        runs=few,
        claimed=claim.loss(claim.mu),
        lower=claim.loss(mu_at_least(*wrong_at(0.0, without, with_unit), runs, error, beside) / units),
        estimate=claim.loss(reached / units),
        standard_error=standard_error(reached, *runs) / units,
        ceiling=claim.loss(ceiling_two_worlds_mu(few, error, beside) / units),
        expected=claim.loss(expected_two_worlds_mu(whole, few, error, beside) / units),
        detectable_noise_factor=detectable_two_worlds(whole, reach, few, error, beside),
        epsilon_direct=epsilon_of_scores(without, with_unit, error, claim.delta) if units == 1 else 0.0,
        farthest_mu=farthest_mu,
    )


def judged_guesses(
    claim: Claim,
    right: int,
    guesses: int,
    canaries: int,
    error: float,
    *,
    reached: float | None = None,
    reach: Callable[[float], float] | None = None,
) -> Attack:
    """Return what right guesses in one run show.

    Args:
        claim: What is claimed.
        right: How many guesses were right.
        guesses: How many there were, fixed before the run.
        canaries: How many rows were in the table by a coin each.
        error: Probability with which each of the two bounds may be too high.
        reached: Distance of the scores of canaries that are there from those of the others, in standard deviations.
        reach: What it would be as expected, by the factor of noise; None for that of a Gaussian claim.
    """
    most = ceiling_one_run_mu(guesses, canaries, error, claim.beside)
    lower = one_run_mu(right, guesses, canaries, error, claim.beside)
    honest = one_run_mu(expected_right(claim.mu, guesses, canaries), guesses, canaries, error, claim.beside)
    return Attack(
        name=ONE_RUN,
        runs=1,
        canaries=canaries,
        guesses=guesses,
        claimed=claim.loss(claim.mu),
        lower=claim.loss(lower),
        estimate=claim.loss(lower if reached is None else reached),
        standard_error=None if reached is None else standard_error(reached, canaries // 2, canaries - canaries // 2),
        ceiling=claim.loss(most),
        expected=claim.loss(honest),
        detectable_noise_factor=detectable_one_run(
            claim.mu, reach or (lambda factor: claim.mu / factor), guesses, canaries, error, claim.beside
        ),
        epsilon_direct=one_run_epsilon(right, guesses, canaries, error, claim.delta),
    )
