"""The noise has the distribution that it claims, on both sides, and nobody can choose it."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from privsynth import noise
from privsynth.accounting import delta_of
from privsynth.errors import BudgetError
from privsynth.noise import ROUNDING_VARIANCE, ExactAnswers, OsNoise, UnitCoins, scale_of, threshold_of
from privsynth.privacy import Private

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# One false alarm in 10**9 runs; a scale that is wrong by 30% is far beyond it.
ALARM = 1e-9


def mass(scale: float) -> tuple[Ints, Floats]:
    """Return the support and the exact mass of the discrete Gaussian."""
    reach = math.ceil(40 * scale) + 40
    support = np.arange(-reach, reach + 1)
    weight = np.exp(-(support**2) / (2 * scale**2))
    return support, weight / weight.sum()


def p_value(drawn: Ints, scale: float) -> float:
    """Return the p-value of a chi-square test of draws against the exact mass, in about 40 bins."""
    support, weight = mass(scale)
    ends = np.unique(np.round(stats.norm.ppf(np.linspace(0, 1, 42)[1:-1]) * scale).astype(np.int64))
    observed = np.bincount(np.searchsorted(ends, drawn), minlength=len(ends) + 1)
    expected = np.bincount(np.searchsorted(ends, support), weights=weight, minlength=len(ends) + 1) * len(drawn)
    keep = expected > 5
    return float(stats.chisquare(observed[keep], expected[keep] * observed[keep].sum() / expected[keep].sum()).pvalue)


def ask(count: int, *, sensitivity: float, noise_multiplier: float) -> Ints:
    zeros = Private(np.zeros(count, dtype=np.int64))
    return OsNoise().measure(zeros, sensitivity=sensitivity, noise_multiplier=noise_multiplier)


def check_both_sides(count: int, sensitivity: float, multiplier: float) -> None:
    drawn = ask(count, sensitivity=sensitivity, noise_multiplier=multiplier)
    assert drawn.dtype == np.int64
    scale = math.sqrt((sensitivity * multiplier) ** 2 + ROUNDING_VARIANCE)
    assert p_value(drawn, scale) > ALARM
    assert p_value(drawn, scale / 0.7) < ALARM
    assert p_value(drawn, scale / 1.3) < ALARM
    assert scale > 5 or p_value(drawn + 1, scale) < ALARM


@pytest.mark.parametrize(("sensitivity", "multiplier"), [(1, 0.1), (1, 3.73), (5, 2.0), (3.7, 10.0), (1, 1000.0)])
def test_the_noise_is_the_discrete_gaussian_that_was_claimed(sensitivity: float, multiplier: float) -> None:
    check_both_sides(8_000, sensitivity, multiplier)


@pytest.mark.audit
@pytest.mark.parametrize(("sensitivity", "multiplier"), [(1, 0.01), (1, 0.5), (1, 1), (2, 10.0), (1, 1000.0)])
def test_the_noise_is_the_discrete_gaussian_in_many_draws(sensitivity: float, multiplier: float) -> None:
    check_both_sides(100_000, sensitivity, multiplier)


def test_draws_do_not_depend_on_each_other() -> None:
    drawn = ask(20_000, sensitivity=1, noise_multiplier=5).astype(float)
    for lag in (1, 2, 7):
        assert abs(np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]) < 6 / math.sqrt(20_000)


def test_the_noise_is_added_in_the_shape_of_the_answer() -> None:
    exact = np.arange(12, dtype=np.int64).reshape(3, 4) * 1_000_000
    noisy = OsNoise().measure(Private(exact), sensitivity=1, noise_multiplier=1)
    assert noisy.shape == (3, 4)
    assert 0 < np.abs(noisy - exact).max() < 20
    assert OsNoise().measure(Private(np.zeros((0, 3), dtype=np.int64)), sensitivity=1, noise_multiplier=1).shape == (
        0,
        3,
    )


# The claim: as private as the continuous Gaussian


@pytest.mark.parametrize("multiplier", [0.02, 0.1, 0.3, 0.7, 1.0, 2.0, 5.0, 30.0])
def test_the_hockey_stick_of_the_exact_mass_is_below_the_claimed_curve(multiplier: float) -> None:
    for sensitivity in (1, 2, 5):
        scale = scale_of(sensitivity, multiplier)
        support, weight = mass(scale)
        for shift in range(1, sensitivity + 1):
            loss = ((support - shift) ** 2 - support**2) / (2 * scale**2)
            for epsilon in [0.0, *np.geomspace(1e-3, 50, 30)]:
                exact = math.fsum(weight * np.maximum(-np.expm1(np.minimum(epsilon - loss, 0)), 0))
                assert exact <= delta_of(epsilon, 1 / multiplier) + 1e-13


def test_without_the_rounding_variance_the_claim_would_be_false() -> None:
    support, weight = mass(0.3)
    loss = ((support - 1) ** 2 - support**2) / (2 * 0.3**2)
    exact = math.fsum(weight * np.maximum(-np.expm1(np.minimum(15.9 - loss, 0)), 0))
    assert exact > 4 * delta_of(15.9, 1 / 0.3)


def test_two_dimensions_are_below_the_curve_of_their_distance() -> None:
    scale, shift = scale_of(math.sqrt(2), 0.8), 1
    support, weight = mass(scale)
    loss = ((support - shift) ** 2 - support**2) / (2 * scale**2)
    both, joint = np.add.outer(loss, loss), np.outer(weight, weight)
    for epsilon in (0.0, 0.3, 1.0, 3.0, 8.0):
        exact = math.fsum((joint * np.maximum(-np.expm1(np.minimum(epsilon - both, 0)), 0)).ravel())
        assert exact <= delta_of(epsilon, 1 / 0.8) + 1e-13


def test_the_factor_of_the_proof_is_as_small_as_it_says() -> None:
    # Theta function by Poisson summation: its terms after the first are exp(-2 pi**2 tau**2 k**2).
    bound = 2 * sum(math.exp(-2 * math.pi**2 * ROUNDING_VARIANCE * k**2) for k in (1, 2, 3))
    assert bound < 1.1e-19
    tau = math.sqrt(ROUNDING_VARIANCE)
    for centre in np.linspace(0, 1, 11):
        total = math.fsum(math.exp(-((y - centre) ** 2) / (2 * tau**2)) for y in range(-60, 61))
        assert total == pytest.approx(tau * math.sqrt(2 * math.pi), rel=1e-15)


# Thresholds


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("multiplier", [0.1, 1.0, 5.0])
@pytest.mark.parametrize("delta", [1e-2, 1e-6, 1e-9])
def test_keys_of_one_unit_pass_with_at_most_delta(rows: int, multiplier: float, delta: float) -> None:
    least = threshold_of(rows, multiplier, delta)
    support, weight = mass(scale_of(rows, multiplier))
    for keys in range(1, rows + 1):
        most = rows - keys + 1  # one key has this many rows, each of the others one
        passes = math.fsum(weight[support + most >= least]) + (keys - 1) * math.fsum(weight[support + 1 >= least])
        assert passes <= delta


def test_keys_of_one_unit_pass_as_rarely_as_the_exact_mass_says() -> None:
    rows, multiplier, delta, keys = 2, 3.0, 0.3, 20_000
    support, weight = mass(scale_of(rows, multiplier))
    rate = math.fsum(weight[support + rows >= threshold_of(rows, multiplier, delta)])
    counts = {str(key): rows for key in range(keys)}
    seen = OsNoise().thresholded(Private(counts), sensitivity=rows, noise_multiplier=multiplier, delta=delta)
    assert abs(len(seen) - rate * keys) < 6 * math.sqrt(rate * keys)


def test_released_keys_come_sorted_with_noisy_counts() -> None:
    counts = {key: 1000 + number for number, key in enumerate(["z", "a", "ä", "M"])}
    seen = OsNoise().thresholded(Private(counts), sensitivity=1, noise_multiplier=2.0, delta=1e-6)
    assert list(seen) == ["M", "a", "z", "ä"]
    assert all(isinstance(count, int) for count in seen.values())
    assert OsNoise().thresholded(Private({}), sensitivity=1, noise_multiplier=2.0, delta=1e-6) == {}


# Nobody chooses the noise


def test_no_noise_takes_a_seed() -> None:
    for name in ("measure", "thresholded", "unit_key", "__init__"):
        assert not {"seed", "rng", "random_state"} & set(inspect.signature(getattr(OsNoise, name)).parameters)
    assert "default_rng" not in inspect.getsource(noise)


def test_two_answers_differ_and_so_do_two_keys() -> None:
    assert (ask(50, sensitivity=1, noise_multiplier=9) != ask(50, sensitivity=1, noise_multiplier=9)).any()
    assert len({OsNoise().unit_key("picks") for _ in range(5)} | {OsNoise().unit_key("holdout")}) == 6
    assert len(OsNoise().unit_key("picks")) == 32


FORK = """
import os, sys
import numpy as np
from privsynth.noise import OsNoise
from privsynth.privacy import Private

def draw():
    noise = OsNoise()
    answer = noise.measure(Private(np.zeros(40, dtype=np.int64)), sensitivity=1, noise_multiplier=100)
    return f"{answer.tolist()} {noise.unit_key('picks').hex()}"

draw()
for _ in range(3):
    sys.stdout.flush()
    if os.fork() == 0:
        print(draw(), flush=True)
        os._exit(0)
    os.wait()
print(draw())
"""


def test_forked_children_and_their_parent_draw_differently() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, timeout=120, check=True
    )
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == len(set(lines)) == 4
    assert len({line.split()[-1] for line in lines}) == 4


def test_noise_without_meaning_is_refused() -> None:
    for sensitivity, multiplier in ((0, 1), (-1, 1), (1, 0), (1, -1), (math.nan, 1), (1, math.inf)):
        with pytest.raises(BudgetError, match="positive and finite"):
            ask(1, sensitivity=sensitivity, noise_multiplier=multiplier)
    with pytest.raises(BudgetError, match="larger than any table"):
        ask(1, sensitivity=1, noise_multiplier=1e16)
    for delta in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(BudgetError, match="delta of a threshold"):
            threshold_of(1, 1.0, delta)


def test_exact_answers_are_exact_and_still_check_their_arguments() -> None:
    exact = Private(np.arange(3, dtype=np.int64))
    assert ExactAnswers().measure(exact, sensitivity=1, noise_multiplier=1).tolist() == [0, 1, 2]
    with pytest.raises(BudgetError):
        ExactAnswers().measure(exact, sensitivity=0, noise_multiplier=1)


# Coins of units


def coins(key: bytes = bytes(range(32))) -> UnitCoins:
    return UnitCoins(key)


def test_a_coin_comes_up_as_often_as_it_should() -> None:
    units = coins().keyed([str(number).encode() for number in range(20_000)])[:, 0]
    mixed = coins().mixed(units, np.arange(20_000))
    for bits in (units, mixed, coins().mixed(np.zeros(20_000, dtype=np.uint64), np.arange(20_000))):
        for share in (Fraction(1, 5), Fraction(1, 2), Fraction(99, 100)):
            heads = coins().chosen(bits, share).mean()
            assert abs(heads - float(share)) < 6 * math.sqrt(float(share * (1 - share)) / 20_000)
        assert coins().chosen(bits, Fraction(1)).all()
        assert not coins().chosen(bits, Fraction(0)).any()


@pytest.mark.parametrize(
    "drawn", [lambda c: c.keyed([b"a", b"b"]), lambda c: c.mixed(np.arange(3, dtype=np.uint64), np.arange(3))]
)
def test_coins_follow_from_key_and_unit_alone(drawn: Callable[[UnitCoins], Ints]) -> None:
    assert (drawn(coins()) == drawn(coins())).all()
    assert (drawn(coins()) != drawn(coins(bytes(32)))).all()
    assert (coins().keyed([b"a", b"b"])[1] == coins().keyed([b"x", b"y", b"b"])[2]).all()
