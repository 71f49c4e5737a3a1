"""What a design can show at most, and what it would show of a claim that is exactly true: known before it is run."""

from __future__ import annotations

import math
from collections.abc import Callable

from privsynth.certification.bounds import mu_at_least, one_run_mu, one_run_refutes

_GUESSES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_LEAST_FACTOR, _HALVINGS = 0.01, 20


def ceiling_two_worlds_mu(runs: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu of an attacker who is never wrong, in `runs` runs of each world."""
    return mu_at_least(0, 0, (runs, runs), error, delta)


def ceiling_one_run_mu(guesses: int, canaries: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu of an attacker all of whose guesses are right."""
    return one_run_mu(guesses, guesses, canaries, error, delta)


def expected_two_worlds_mu(mu: float, runs: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu that the best attack on exactly this mu gives, where its errors are as many as expected."""
    from scipy.special import ndtr

    wrong = round(runs * float(ndtr(-mu / 2)))
    return mu_at_least(wrong, wrong, (runs, runs), error, delta)


def detectable_two_worlds(mu: float, reach: float, runs: int, error: float, delta: float = 0.0) -> float | None:
    """Return the largest factor of noise that is seen as expected: the lower bound of the best attack is above the claim.

    Args:
        mu: Of the claim.
        reach: mu of the attack where the noise is what it should be; at most the claim's.
        runs: Of either world.
        error: Probability with which the bound may be too high.
        delta: Probability with which the claim reveals everything, beside mu.

    Returns:
        From 0.01 to 1; None where less is not seen either.
    """
    return _largest_factor(lambda factor: expected_two_worlds_mu(reach / factor, runs, error, delta) > mu)


def detectable_one_run(
    mu: float, reach: Callable[[float], float], guesses: int, canaries: int, error: float, delta: float = 0.0
) -> float | None:
    """Return the largest factor of noise that is seen as expected; see `detectable_two_worlds`.

    Args:
        mu: Of the claim.
        reach: Distance of the scores of canaries that are there from those of the others, by the factor of noise.
        guesses: Fixed before the run.
        canaries: How many rows are in the table by a coin each.
        error: Probability with which the bound may be too high.
        delta: Probability with which the claim reveals everything, beside mu.
    """
    return _largest_factor(
        lambda factor: one_run_refutes(
            expected_right(reach(factor), guesses, canaries), guesses, canaries, error, mu, delta
        )
    )


def _largest_factor(seen: Callable[[float], bool]) -> float | None:
    """Return the largest factor below 1 that is seen, where all smaller ones are; None where the least is not."""
    if not seen(_LEAST_FACTOR):
        return None
    low, high = _LEAST_FACTOR, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if seen(middle) else (low, middle)
    return low


def expected_right(mu: float, guesses: int, canaries: int) -> int:
    """Return how many of the surest guesses are right as expected, where the score of a canary is N(mu, 1) if it is there, else N(0, 1).

    Half of the guesses are "there", of the highest scores, and half "not there", of the lowest.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr

    share = guesses / canaries / 2

    def taken(score: float) -> float:
        return float(ndtr(mu - score) + ndtr(-score)) / 2 - share

    least = brentq(taken, mu / 2, mu + 40)
    return min(guesses, round(guesses * float(ndtr(mu - least)) / 2 / share))


def best_guesses(mu: float, canaries: int, error: float, delta: float = 0.0) -> int:
    """Return the even number of guesses whose lower bound of mu is the largest as expected: a function of public numbers alone."""
    tried = sorted({max(2 * math.floor(canaries * share / 2), 2) for share in _GUESSES})

    def shown(guesses: int) -> float:
        return one_run_mu(expected_right(mu, guesses, canaries), guesses, canaries, error, delta)

    return max(tried, key=shown)
