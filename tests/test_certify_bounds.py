"""The bounds of `certify`: closed forms, an independent implementation's figures, and mechanisms whose epsilon is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom, norm

from privsynth.accounting import epsilon_of
from privsynth.certification.bounds import (
    chosen_threshold,
    epsilon_at_least,
    epsilon_of_scores,
    mu_at_least,
    one_run_epsilon,
    one_run_mu,
    one_run_p_value,
    one_run_refutes,
    share_at_most,
    wrong_at,
)
from privsynth.certification.ceilings import (
    best_guesses,
    ceiling_one_run_mu,
    ceiling_two_worlds_mu,
    expected_right,
    expected_two_worlds_mu,
)
from privsynth.errors import UsageError

# What jax_privacy 2.0.0 says (CanaryScoreAuditor.epsilon_clopper_pearson with an explicit threshold, two-sided;
# epsilon_from_gdp, its correction for several thresholds undone; at delta 1e-6 where the delta is 0).
TWO_WORLDS = [  # alarms, missed, runs, error, delta, epsilon, epsilon of mu
    (40, 31, (100, 100), 0.05, 0.0, 0.1920866925581426, 0.9230157088868391),
    (10, 25, (500, 400), 0.01, 1e-5, 3.056880308096525, 16.70070223385227),
    (0, 0, (1000, 1000), 0.001, 1e-6, 4.875684427965598, 34.19530594858958),
    (2300, 2350, (5000, 5000), 0.001, 0.0, 0.047085880828011795, 0.22346556724328334),
]
# The same of _epsilon_one_run, _epsilon_one_run_fdp (to 1e-6, at delta 1e-6 where the delta is 0) and _one_run_p_value at epsilon 1 and 2.
ONE_RUN = [  # right, guesses, canaries, error, delta, epsilon, epsilon of mu, p at 1, p at 2
    (20, 20, 20, 0.05, 0.0, 1.822715, 5.277681, 0.001901268944199412, 0.07898003177083139),
    (95, 100, 1000, 0.05, 1e-5, 2.165175, 3.323300, 0.0006639144683529011, 0.01782463464307135),
    (180, 200, 1000, 0.05, 1e-5, 1.796285, 2.901243, 0.0004362245385791604, 0.23868165509120112),
    (194, 200, 2000, 0.001, 1e-6, 2.322654, 3.247300, 6.580915071290749e-05, 0.00016077934484294714),
    (600, 1000, 5000, 0.01, 1e-6, 0.253441, 0.386813, 1.0, 1.0),
]


@pytest.mark.parametrize(("alarms", "missed", "runs", "error", "delta", "epsilon", "of_mu"), TWO_WORLDS)
def test_two_worlds_agree_with_another_implementation(
    alarms: int, missed: int, runs: tuple[int, int], error: float, delta: float, epsilon: float, of_mu: float
) -> None:
    assert epsilon_at_least(alarms, missed, runs, error, delta) == pytest.approx(epsilon, abs=1e-9)
    assert epsilon_of(mu_at_least(alarms, missed, runs, error), delta or 1e-6) == pytest.approx(of_mu, abs=1e-6)


@pytest.mark.parametrize(("right", "guesses", "canaries", "error", "delta", "epsilon", "of_mu", "p1", "p2"), ONE_RUN)
def test_one_run_agrees_with_another_implementation(
    right: int,
    guesses: int,
    canaries: int,
    error: float,
    delta: float,
    epsilon: float,
    of_mu: float,
    p1: float,
    p2: float,
) -> None:
    assert one_run_epsilon(right, guesses, canaries, error, delta) == pytest.approx(epsilon, abs=2e-6)
    assert epsilon_of(one_run_mu(right, guesses, canaries, error), delta or 1e-6) == pytest.approx(of_mu, abs=2e-6)
    assert one_run_p_value(right, guesses, canaries, 1.0, delta) == pytest.approx(p1, rel=1e-9)
    assert one_run_p_value(right, guesses, canaries, 2.0, delta) == pytest.approx(p2, rel=1e-9)


def test_the_ceilings_are_the_known_ones() -> None:
    found = [epsilon_at_least(0, 0, (runs, runs), 0.05, 0.0) for runs in (100, 500, 1000, 5000)]
    assert found == pytest.approx([3.28, 4.91, 5.60, 7.21], abs=0.006)
    found = [one_run_epsilon(right, right, right, 0.05, 0.0) for right in (20, 60, 100, 300, 1000, 3000)]
    assert found == pytest.approx([1.82, 2.97, 3.49, 4.60, 5.81, 6.91], abs=0.006)
    assert ceiling_two_worlds_mu(1000, 0.05) == pytest.approx(2 * -norm.ppf(1 - 0.025 ** (1 / 1000)))
    assert ceiling_one_run_mu(100, 1000, 0.05) > ceiling_one_run_mu(20, 1000, 0.05) > 0


def test_an_interval_of_a_share_follows_by_hand() -> None:
    assert share_at_most(0, 50, 0.05) == pytest.approx(1 - 0.05 ** (1 / 50))
    assert share_at_most(50, 50, 0.05) == 1.0
    assert binom.cdf(7, 30, share_at_most(7, 30, 0.01)) == pytest.approx(0.01)
    for count, trials, error in ((3, 2, 0.05), (-1, 5, 0.05), (0, 0, 0.05), (1, 5, 0.0)):
        with pytest.raises(UsageError, match="no interval"):
            share_at_most(count, trials, error)


def test_guesses_refute_what_they_should() -> None:
    """r of r right refute the epsilon whose power is the error; half of them right refute nothing; more of them refute more."""
    assert one_run_epsilon(100, 100, 1000, 0.05, 0.0) == pytest.approx(math.log(0.05**0.01 / (1 - 0.05**0.01)))
    assert one_run_epsilon(50, 100, 1000, 0.05, 0.0) == one_run_mu(50, 100, 1000, 0.05) == 0.0
    assert one_run_epsilon(90, 100, 1000, 0.05, 1e-5) < one_run_epsilon(90, 100, 1000, 0.05, 0.0)
    assert one_run_mu(90, 100, 1000, 0.05, 1e-5) < one_run_mu(90, 100, 1000, 0.05, 0.0)
    for bound in (one_run_epsilon, one_run_mu):
        found = [bound(right, 200, 1000, 0.05, 1e-6) for right in range(100, 201, 10)]
        assert sorted(found) == found
    assert one_run_mu(1, 1, 1, 0.6) == pytest.approx(
        norm.ppf(0.6) - norm.ppf(0.4), abs=1e-6
    )  # one coin, one guess: by hand
    assert one_run_refutes(200, 200, 1000, 0.05, 0.9)
    assert not one_run_refutes(200, 200, 1000, 0.05, 3.0)


def test_nothing_is_shown_by_guessing() -> None:
    assert mu_at_least(50, 50, (100, 100), 0.05) == epsilon_at_least(50, 50, (100, 100), 0.05, 0.0) == 0.0
    assert mu_at_least(100, 0, (100, 100), 0.05) == epsilon_at_least(100, 100, (100, 100), 0.05, 0.0) == 0.0
    assert mu_at_least(5, 5, (100, 100), 0.05, 1e-3) < mu_at_least(5, 5, (100, 100), 0.05)


def test_a_threshold_is_where_the_fewest_are_wrong() -> None:
    without, with_unit = np.array([0.0, 1.0, 2.0]), np.array([1.5, 3.0, 4.0])
    assert chosen_threshold(without, with_unit) in (1.25, 2.5)
    assert wrong_at(1.25, without, with_unit) == (1, 0)
    assert chosen_threshold(np.zeros(3), np.zeros(3)) in (-1.0, 1.0)
    assert epsilon_of_scores(np.zeros(400), np.ones(400), 0.05, 0.0) == pytest.approx(
        epsilon_at_least(0, 0, (200, 200), 0.05, 0.0)
    )
    assert epsilon_of_scores(np.zeros(1), np.ones(1), 0.05, 0.0) == 0.0


def share_below(refutes: Callable[[int], bool], rights: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Return the share of runs that do not refute the truth: their bound is not above it."""
    fine = {int(right): not refutes(int(right)) for right in np.unique(rights)}
    return float(np.mean([fine[int(right)] for right in rights]))


def test_randomised_response_is_as_private_as_it_says() -> None:
    """Each canary's coin is told truly with probability e^epsilon / (1 + e^epsilon): the bound is below, and comes near with more."""
    rng, true = np.random.default_rng(0), 1.2
    reached = []
    for canaries in (100, 1_000, 10_000):
        rights = rng.binomial(canaries, 1 / (1 + math.exp(-true)), 1_000)

        def refutes(right: int, canaries: int = canaries) -> bool:
            return one_run_p_value(right, canaries, canaries, true, 0.0) <= 0.05

        assert 0.93 < share_below(refutes, rights) < 0.99  # 95%: three standard errors, and the steps of a count
        reached.append(one_run_epsilon(int(np.median(rights)), canaries, canaries, 0.05, 0.0) / true)
    assert reached == sorted(reached)
    assert reached[-1] > 0.95


def test_a_gaussian_mechanism_has_the_mu_that_it_has() -> None:
    """The bound is below the true mu in at least 95% of audits, and at least 0.9 of it with 5,000 runs a world."""
    rng, mu, runs = np.random.default_rng(1), 1.0, 5_000
    alarms, missed = (rng.binomial(runs, norm.cdf(-mu / 2), 2_000) for _ in range(2))
    found = np.array([mu_at_least(a, b, (runs, runs), 0.05) for a, b in zip(alarms, missed, strict=True)])
    assert (found <= mu).mean() > 0.95
    assert np.median(found) > 0.9 * mu
    assert np.median(found) == pytest.approx(expected_two_worlds_mu(mu, runs, 0.05), abs=0.01)
    scores = rng.normal(0, 1, runs), rng.normal(mu, 1, runs)
    assert 0 < epsilon_of_scores(*scores, 0.05, 1e-5) < epsilon_of(mu, 1e-5)


@pytest.mark.parametrize("mu", [0.5, 1.5])
def test_gaussian_canaries_have_the_mu_that_they_have(mu: float) -> None:
    rng, canaries, error = np.random.default_rng(2), 1_000, 0.05
    guesses = best_guesses(mu, canaries, error)
    assert guesses % 2 == 0
    rights = []
    for _ in range(200):
        there = rng.random(canaries) < 0.5
        order = np.argsort(rng.normal(mu * there, 1))
        rights.append((~there[order[: guesses // 2]]).sum() + there[order[-guesses // 2 :]].sum())
    assert np.mean(rights) == pytest.approx(expected_right(mu, guesses, canaries), abs=2)
    assert (
        share_below(lambda right: one_run_refutes(right, guesses, canaries, error, mu), np.array(rights)) == 1.0
    )  # it is loose
    median = int(np.median(rights))
    by_epsilon = one_run_epsilon(median, guesses, canaries, error, 1e-6)
    assert by_epsilon < epsilon_of(one_run_mu(median, guesses, canaries, error), 1e-6) < epsilon_of(mu, 1e-6)
    assert by_epsilon > 0.2 * epsilon_of(mu, 1e-6)
