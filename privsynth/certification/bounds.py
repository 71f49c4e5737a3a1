"""Lower bounds of mu and epsilon from how often an attacker was wrong.

Every bound here holds with the stated error whatever the attack was: a better attack makes it larger, never invalid. A threshold or a
number of guesses has to be chosen before the runs that are counted, or on other runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from privsynth.errors import UsageError

Floats = npt.NDArray[np.float64]
_MOST_EPSILON, MOST_MU = 100.0, 40.0
_HALVINGS = 45


def share_at_most(count: int, trials: int, error: float) -> float:
    """Return the upper bound of a share of which `count` in `trials` were seen.

    Args:
        count: How often it happened.
        trials: Independent trials.
        error: Probability with which the bound may be too low.

    Source: Clopper and Pearson 1934, one-sided.
    """
    from scipy.special import betaincinv

    if not (0 <= count <= trials and trials >= 1 and 0 < error < 1):
        raise UsageError(f"{count} of {trials} with error {error!r} has no interval. Give at least one trial.")
    return 1.0 if count == trials else float(betaincinv(count + 1, trials - count, 1 - error))


def mu_at_least(alarms: int, missed: int, runs: tuple[int, int], error: float, delta: float = 0.0) -> float:
    """Return the lower bound of mu that two error counts of one test refute everything below of.

    Args:
        alarms: Runs of the world without the unit that the test took for the other.
        missed: Runs of the world with the unit that it took for the other.
        runs: Runs of either world.
        error: Probability with which the bound may be too high.
        delta: Probability with which the claim reveals everything, beside mu.

    Returns:
        mu, at least 0. No mechanism that is mu-GDP beside `delta` has smaller errors, so that this is below its mu but for `error`.

    Source: Nasr et al. 2023, "Tight auditing of differentially private machine learning", section 4 (from Dong, Roth, Su 2022).
    """
    from scipy.special import ndtri

    parts = [share_at_most(count, n, error / 2) for count, n in zip((alarms, missed), runs, strict=True)]
    bad = [float(ndtri(min(part / (1 - delta), 1.0))) for part in parts]
    return max(-sum(bad), 0.0) if all(math.isfinite(each) for each in bad) else 0.0


def epsilon_at_least(alarms: int, missed: int, runs: tuple[int, int], error: float, delta: float) -> float:
    """Return the lower bound of epsilon at a delta, of a mechanism of any kind; see `mu_at_least`.

    Source: Jagielski, Ullman, Oprea 2020, "Auditing differentially private machine learning", with both directions.
    """
    first, second = (share_at_most(count, n, error / 2) for count, n in zip((alarms, missed), runs, strict=True))
    found = [
        math.log(gained / wrong)
        for gained, wrong in ((1 - second - delta, first), (1 - first - delta, second))
        if gained > 0
    ]
    return max([*found, 0.0])


def wrong_at(threshold: float, without: Floats, with_unit: Floats) -> tuple[int, int]:
    """Return the false alarms and misses of the test that says "with" above a threshold."""
    return int((without > threshold).sum()), int((with_unit <= threshold).sum())


def chosen_threshold(without: Floats, with_unit: Floats) -> float:
    """Return the threshold with the fewest errors in all, half-way between two scores."""
    order = np.unique(np.concatenate([without, with_unit]))
    middles = np.concatenate([order[:1] - 1, (order[1:] + order[:-1]) / 2, order[-1:] + 1])
    alarms = len(without) - np.searchsorted(np.sort(without), middles, side="right")
    missed = np.searchsorted(np.sort(with_unit), middles, side="right")
    return float(middles[np.argmin(alarms / len(without) + missed / len(with_unit))])


def epsilon_of_scores(without: Floats, with_unit: Floats, error: float, delta: float) -> float:
    """Return `epsilon_at_least` of the second half of the scores, at the threshold that was best in the first half.

    Args:
        without: float64[n], what an attack said of runs without the unit; higher means "with".
        with_unit: float64[m], the same of runs with it.
        error: Probability with which the bound may be too high.
        delta: Of the claim.
    """
    half = len(without) // 2, len(with_unit) // 2
    if min(half) < 1:
        return 0.0
    threshold = chosen_threshold(without[: half[0]], with_unit[: half[1]])
    wrong = wrong_at(threshold, without[half[0] :], with_unit[half[1] :])
    return epsilon_at_least(*wrong, (len(without) - half[0], len(with_unit) - half[1]), error, delta)


def one_run_p_value(right: int, guesses: int, canaries: int, epsilon: float, delta: float) -> float:
    """Return how likely so many right guesses are at most, under (epsilon, delta).

    P[at least v of r guesses are right] is at most P[B >= v] + 2 m delta max_i P[v - i <= B < v] / i, where B is binomial of r and
    1 / (1 + exp(-epsilon)).

    Args:
        right: v, how many guesses were right.
        guesses: r, fixed before the run, or by the scores alone.
        canaries: m, each in the table by a fair coin of its own.
        epsilon: Of the claim.
        delta: Of the claim.

    Source: Steinke, Nasr, Jagielski 2023 (arXiv 2305.08846), theorem 5.2.
    """
    from scipy.stats import binom

    likely = 1 / (1 + math.exp(-epsilon))
    surely = float(binom.sf(right - 1, guesses, likely))
    if not delta:
        return surely
    steps = np.arange(1, right + 1)
    below = np.cumsum(binom.pmf(right - steps, guesses, likely)) / steps
    return min(surely + 2 * canaries * delta * float(below.max(initial=0.0)), 1.0)


def one_run_epsilon(right: int, guesses: int, canaries: int, error: float, delta: float) -> float:
    """Return the largest epsilon that so many right guesses refute at a delta; see `one_run_p_value`."""
    return _largest(lambda epsilon: one_run_p_value(right, guesses, canaries, epsilon, delta) <= error, _MOST_EPSILON)


def one_run_refutes(right: int, guesses: int, canaries: int, error: float, mu: float, delta: float = 0.0) -> bool:
    """Say whether so many right guesses refute a mu beside a delta.

    Let p_j be the chance of j right guesses. For a set of outcomes "at least i right, guess number k among them", flipping the coin of k
    makes that guess wrong; so r_i = sum over j >= i of j p_j / m and h_i = sum over j >= i of (r - j) p_j / m obey
    r_(i+1) <= F(h_i), with F the largest power at a level. If P[at least v right] were `error`, then r_0 + h_0 would be at least
    what the loop finds; it is r / m.

    Args:
        right: v, how many guesses were right.
        guesses: r, fixed before the run, or by the scores alone.
        canaries: m, each in the table by a fair coin of its own.
        error: Probability with which a true claim may be refuted.
        mu: Of the claim.
        delta: Probability with which the claim reveals everything, beside mu.

    Source: Mahloujifar, Melis, Chaudhuri 2025, "Auditing f-differential privacy in one run" (arXiv 2410.22235), algorithm 3.
    """
    from scipy.special import ndtr, ndtri

    seen, unseen = error * right / canaries, error * (guesses - right) / canaries
    for place in range(right - 1, -1, -1):
        shown = (seen - delta) / (1 - delta)
        needed = float(ndtr(ndtri(min(shown, 1.0)) - mu)) if shown > 0 else 0.0
        if needed <= unseen:  # then nothing changes any more
            break
        seen, unseen = min(seen + place / (guesses - place) * (needed - unseen), 1.0), needed
    return seen + unseen > guesses / canaries


def one_run_mu(right: int, guesses: int, canaries: int, error: float, delta: float = 0.0) -> float:
    """Return the largest mu that so many right guesses refute; see `one_run_refutes`."""
    return _largest(lambda mu: one_run_refutes(right, guesses, canaries, error, mu, delta), MOST_MU)


def _largest(refuted: Callable[[float], bool], most: float) -> float:
    """Return the largest number at which something holds that holds below it: 0 where it never does, `most` where it always does."""
    if not refuted(0.0):
        return 0.0
    if refuted(most):
        return most
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if refuted(middle) else (low, middle)
    return low
