"""What a design can show at most, and what it would show of a claim that is exactly true: known before it is run."""

from __future__ import annotations

import math

from privsynth.certification.bounds import epsilon_at_least, mu_at_least, one_run_epsilon, one_run_mu

_GUESSES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)


def ceiling_two_worlds_mu(runs: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu of an attacker who is never wrong, in `runs` runs of each world."""
    return mu_at_least(0, 0, (runs, runs), error, delta)


def ceiling_two_worlds_epsilon(runs: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of epsilon of an attacker who is never wrong, in `runs` runs of each world."""
    return epsilon_at_least(0, 0, (runs, runs), error, delta)


def ceiling_one_run_epsilon(guesses: int, canaries: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of epsilon of an attacker all of whose guesses are right."""
    return one_run_epsilon(guesses, guesses, canaries, error, delta)


def ceiling_one_run_mu(guesses: int, canaries: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu of an attacker all of whose guesses are right."""
    return one_run_mu(guesses, guesses, canaries, error, delta)


def expected_two_worlds_mu(mu: float, runs: int, error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu that the best attack on exactly this mu gives, where its errors are as many as expected."""
    from scipy.special import ndtr

    wrong = round(runs * float(ndtr(-mu / 2)))
    return mu_at_least(wrong, wrong, (runs, runs), error, delta)


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
