"""Sampled Gaussian steps: what they spend, the noise and the coins that they ask for, and what a tape of them shows."""

from __future__ import annotations

import inspect
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import numpy.typing as npt
import pytest
from dp_accounting import DpEvent, NoOpDpEvent, PoissonSampledDpEvent, SelfComposedDpEvent
from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism
from hypothesis import given, settings
from hypothesis import strategies as st
from replay import Recording, Replaying, Violation, check, check_spend, record, steps_on
from scipy import stats
from scipy.special import ndtr

from privsynth import plan as plans
from privsynth._events import FailureDpEvent, SampledGaussianDpEvent
from privsynth.accounting import (
    Spend,
    composed,
    delta_of,
    event_from_json,
    event_to_json,
    failure,
    gaussian,
    sampled_gaussian,
    sampled_noise,
    spend_of,
)
from privsynth.errors import BudgetError
from privsynth.generators.maxent import MaxentConfig
from privsynth.noise import GRID, ExactAnswers, Noise, OsNoise, chosen_of, on_grid, spread_of
from privsynth.plan import Plan
from privsynth.privacy import Budget, Private, Unit
from privsynth.sampled import gaussian_curve
from privsynth.tableschema import schema_from_declaration

Floats = npt.NDArray[np.float64]
ROOT = Path(__file__).parents[1]
PROOF = ROOT / "docs" / "proofs" / "dpsgd.md"
# One false alarm in 10**9 runs; a scale that is wrong by 30% is far beyond it.
ALARM = 1e-9
# (q, z, steps), and how much larger than the best epsilon ours may be: the tail of few strong steps costs
STEPS = [
    (0.01, 1.0, 500, 1.03),
    (0.05, 2.0, 400, 1.01),
    (0.05, 4.0, 1000, 1.01),
    (0.3, 10.0, 200, 1.01),
    (0.02, 0.8, 50, 1.15),
]


def limit(q: float, z: float, steps: int) -> float:
    """Return the mu of many small steps (Bu, Dong, Long, Su 2020, corollary 5.4)."""
    return q * math.sqrt(steps * math.expm1(1 / z**2))


def mu_at(q: float, z: float, steps: int, delta: float) -> float:
    return spend_of(sampled_gaussian(q, z, steps, delta)).mu


# Against other accountants


@pytest.mark.parametrize(("q", "z", "steps", "more"), STEPS)
@pytest.mark.parametrize("delta", [1e-6, 1e-4])
def test_epsilon_is_at_most_a_little_above_the_loss_and_never_below(
    q: float, z: float, steps: int, more: float, delta: float
) -> None:
    """B28: the loss is on another grid than ours."""
    known = from_gaussian_mechanism(z, sampling_prob=q, value_discretization_interval=2e-4).self_compose(steps)
    ours = spend_of(sampled_gaussian(q, z, steps, delta / 20)).epsilon(delta)
    best = known.get_epsilon_for_delta(delta)
    assert best * 0.9995 <= ours <= best * more


@pytest.mark.filterwarnings("ignore:Optimal order")
@pytest.mark.parametrize(("q", "z", "steps", "more"), STEPS[1:])
def test_epsilon_agrees_with_opacus(q: float, z: float, steps: int, more: float) -> None:
    from opacus.accountants import PRVAccountant, RDPAccountant

    delta, error = 1e-5, 2e-3
    exact, loose = PRVAccountant(), RDPAccountant()
    exact.history = loose.history = [(z, q, steps)]
    ours = spend_of(sampled_gaussian(q, z, steps, delta / 20)).epsilon(delta)
    found = exact.get_epsilon(delta, eps_error=error)  # the upper end of theirs
    assert found - 2 * error <= ours <= found * more
    assert ours < loose.get_epsilon(delta)


@pytest.mark.parametrize(("q", "z"), [(0.01, 1.0), (0.2, 0.5), (0.9, 3.0), (1e-4, 0.7)])
def test_the_exact_curve_of_one_step_is_below_the_claimed_one_at_every_epsilon(q: float, z: float) -> None:
    for delta in (1e-7, 1e-3):
        spent = spend_of(sampled_gaussian(q, z, 1, delta))
        for epsilon in [0.0, *np.geomspace(1e-4, 30, 400)]:
            bound = float(spent.delta) + (1 - float(spent.delta)) * delta_of(epsilon, spent.mu)
            assert max(one_step(q, z, epsilon)) <= bound * (1 + 1e-9) + 1e-15


def one_step(q: float, z: float, epsilon: float) -> tuple[float, float]:
    """Return the exact hockey-stick divergences of one step, of removing and of adding a unit."""
    more = (math.expm1(epsilon) + q) / q  # of the density of N(1) over that of N(0) where the loss is epsilon
    edge = z * z * math.log(more) + 0.5
    removed = (1 - q) * ndtr(-edge / z) + q * ndtr((1 - edge) / z) - math.exp(epsilon) * ndtr(-edge / z)
    less = (math.exp(-epsilon) - 1 + q) / q
    if less <= 0:
        return float(removed), 0.0
    edge = z * z * math.log(less) + 0.5
    added = ndtr(edge / z) - math.exp(epsilon) * ((1 - q) * ndtr(edge / z) + q * ndtr((edge - 1) / z))
    return float(removed), float(added)


@pytest.mark.parametrize(("q", "z", "steps"), [each[:3] for each in STEPS[1:]])
def test_the_curve_of_all_steps_is_below_the_claimed_one_and_a_smaller_mu_would_not_do(
    q: float, z: float, steps: int
) -> None:
    delta = 1e-7
    mu = mu_at(q, z, steps, delta)
    known = from_gaussian_mechanism(z, sampling_prob=q, value_discretization_interval=1e-4).self_compose(steps)
    epsilons = np.concatenate([[0.0], np.linspace(1e-3, 9 * mu, 300)])
    enough, short = (delta + (1 - delta) * gaussian_curve(epsilons, mu * factor) for factor in (1.0003, 0.998))
    removed, added = (
        np.asarray(each.get_delta_for_epsilon(list(epsilons))) for each in (known._pmf_remove, known._pmf_add)
    )
    assert (removed <= enough).all()
    assert (added <= enough).all()
    assert (removed > short).any()


def test_the_curve_of_many_is_that_of_one() -> None:
    epsilons, mu = np.linspace(0, 9, 50), 0.8
    assert gaussian_curve(epsilons, mu) == pytest.approx([delta_of(each, mu) for each in epsilons], rel=1e-12)


def test_much_noise_comes_near_the_limit_of_many_small_steps() -> None:
    for q, z, steps, more in ((0.05, 4.0, 2000, 1.01), (0.1, 10.0, 1000, 1.005), (0.05, 2.0, 400, 1.06)):
        assert limit(q, z, steps) * 0.999 < mu_at(q, z, steps, 5e-8) < limit(q, z, steps) * more


def test_the_figures_of_the_proof_are_the_true_ones() -> None:
    rows = re.findall(r"^\| ([\d.]+) \| (\d+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|", PROOF.read_text(), re.MULTILINE)
    assert len(rows) == 5
    for q, z, steps, ratio, epsilon in rows:
        spent = spend_of(sampled_gaussian(float(q), float(z), int(steps.replace(",", "")), 5e-8))
        known = limit(float(q), float(z), int(steps.replace(",", "")))
        assert spent.mu / known == pytest.approx(float(ratio), abs=1.5e-3)
        assert spent.epsilon(1e-6) == pytest.approx(float(epsilon), abs=2e-3)


# Closed forms and properties


@pytest.mark.parametrize(("z", "steps"), [(1.0, 1), (3.7, 400), (0.1, 7), (100.0, 10**7)])
def test_without_sampling_steps_are_gaussian_answers(z: float, steps: int) -> None:
    assert spend_of(sampled_gaussian(1, z, steps, 1e-7)) == spend_of(gaussian(z, steps))
    assert sampled_noise(steps / z**2, 1, steps, 1e-7) == pytest.approx(z, rel=1e-9)


def test_where_sampling_does_not_pay_nothing_is_claimed_for_it() -> None:
    for q, z, steps in ((0.5, 0.2, 10), (1 - 1e-9, 3.0, 50), (0.9, 0.3, 4000)):
        assert spend_of(sampled_gaussian(q, z, steps, 1e-7)) == spend_of(gaussian(z, steps))


@settings(max_examples=8, deadline=None)
@given(
    q=st.floats(1e-3, 0.9),
    z=st.floats(0.6, 30),
    steps=st.integers(1, 300),
    delta=st.floats(1e-9, 1e-3),
    by=st.floats(1, 3),
)
def test_more_noise_fewer_steps_rarer_coins_or_a_larger_delta_never_spend_more(
    q: float, z: float, steps: int, delta: float, by: float
) -> None:
    """B29: up to the discretisation, which is a thousandth."""
    spent = mu_at(q, z, steps, delta)
    assert spent <= math.sqrt(steps) / z * (1 + 1e-9)
    less = [(q, z * by, steps, delta), (q / by, z, steps, delta), (q, z, max(1, int(steps / by)), delta)]
    for each in [*less, (q, z, steps, min(delta * by, 0.5))]:
        assert mu_at(*each) <= spent * 1.002


@pytest.mark.parametrize("mu_squared", [0.0004, 0.02, 0.5, 4.0])
@pytest.mark.parametrize(("q", "steps"), [(0.01, 500), (0.2, 300)])
def test_the_noise_that_is_solved_for_fits_and_a_little_less_does_not(mu_squared: float, q: float, steps: int) -> None:
    z = sampled_noise(mu_squared, q, steps, 1e-7)
    assert spend_of(sampled_gaussian(q, z, steps, 1e-7)).mu_squared <= Fraction(mu_squared)
    assert spend_of(sampled_gaussian(q, z * 0.999, steps, 1e-7)).mu_squared > Fraction(mu_squared)


def test_steps_that_delta_covers_spend_nothing_else_and_a_small_delta_still_counts() -> None:
    assert spend_of(sampled_gaussian(1e-9, 10.0, 5, 1e-6)) == Spend(delta=Fraction(1e-6))
    assert 0 < mu_at(0.05, 4.0, 400, 1e-11) < 1.1 * limit(0.05, 4.0, 400)


def test_steps_add_up_with_all_else() -> None:
    steps, other = sampled_gaussian(0.05, 3.0, 100, 1e-7), gaussian(2.0)
    spent = spend_of(composed([steps, other, failure(2e-7)]))
    assert spent == spend_of(steps) + spend_of(other) + Spend(delta=Fraction(2e-7))
    assert spend_of(steps).delta == Fraction(1e-7)
    assert spend_of(SelfComposedDpEvent(steps, 3)).mu_squared == 3 * spend_of(steps).mu_squared
    with pytest.raises(BudgetError, match="sampled steps alone"):
        spent.epsilon(3e-7)


@pytest.mark.parametrize("event", [sampled_gaussian(0.01, 1.5, 7, 1e-8), failure(1e-9)])
def test_events_come_back_from_json_and_ledgers_may_hold_them(event: DpEvent) -> None:
    written = json.loads(json.dumps(event_to_json(event), allow_nan=False))
    assert event_from_json(written) == event
    schema = json.loads((ROOT / "schemas" / "ledger.schema.json").read_text())
    jsonschema.validate(written, {**schema["$defs"]["event"], "$defs": schema["$defs"]})


# Refusals


@pytest.mark.parametrize(
    ("q", "z", "steps", "delta"),
    [
        (0, 1, 1, 0.1), (-0.1, 1, 1, 0.1), (1.1, 1, 1, 0.1), (math.nan, 1, 1, 0.1), (0.1, 0, 1, 0.1), (0.1, -1, 1, 0.1),
        (0.1, math.nan, 1, 0.1), (0.1, math.inf, 1, 0.1), (0.1, 1, 0, 0.1), (0.1, 1, -1, 0.1), (0.1, 1, 1.5, 0.1),
        (0.1, 1, True, 0.1), (0.1, 1, 1, 0), (0.1, 1, 1, 1), (0.1, 1, 1, -0.1), (0.1, 1, 1, math.nan),
    ],
)  # fmt: skip
def test_steps_without_meaning_are_refused(q: Any, z: Any, steps: Any, delta: Any) -> None:
    with pytest.raises(BudgetError, match="no protection"):
        sampled_gaussian(q, z, steps, delta)
    with pytest.raises(BudgetError, match="no protection"):
        spend_of(SampledGaussianDpEvent(q, z, steps, delta))


def test_deltas_and_spends_without_meaning_are_refused() -> None:
    for delta in (0, 1, -1e-9, math.nan):
        with pytest.raises(BudgetError, match="set aside"):
            failure(delta)
        with pytest.raises(BudgetError, match="set aside"):
            spend_of(FailureDpEvent(delta))
        with pytest.raises(BudgetError, match="no protection"):
            sampled_noise(0.1, 0.1, 10, delta)
    for spent in (0, -1):
        with pytest.raises(BudgetError, match="must be positive"):
            sampled_noise(spent, 0.1, 10, 1e-6)
    with pytest.raises(BudgetError, match="can resolve"):
        spend_of(sampled_gaussian(0.01, 1.0, 10**6, 1e-9))


def test_events_that_are_not_ours_stay_unknown() -> None:
    """B17: sampling that the accountant has no word for is not free."""
    for event in (
        PoissonSampledDpEvent(0.1, gaussian(2.0)),
        composed([NoOpDpEvent(), PoissonSampledDpEvent(0.1, gaussian(2.0))]),
    ):
        with pytest.raises(BudgetError, match="PoissonSampled"):
            spend_of(event)
        with pytest.raises(BudgetError, match="PoissonSampled"):
            event_to_json(event)
    whole = {
        "type": "sampled_gaussian",
        "sampling_probability": 0.1,
        "noise_multiplier": 1.0,
        "steps": 2,
        "delta": 1e-6,
    }
    broken = [{k: v for k, v in whole.items() if k != gone} for gone in ("sampling_probability", "steps", "delta")]
    for written in (
        *broken,
        {**whole, "steps": 0},
        {**whole, "delta": "x"},
        {"type": "failure"},
        {"type": "failure", "delta": 2},
    ):
        with pytest.raises(BudgetError):
            event_from_json(written)


# Plans


class Tailed(MaxentConfig):
    """A recipe that asks for a part of delta."""

    delta_share = Fraction(1, 20)


@pytest.mark.parametrize("learn", [True, False])
def test_a_plan_sets_delta_aside_for_a_recipe_that_asks_for_it(monkeypatch: pytest.MonkeyPatch, learn: bool) -> None:
    columns = {"a": {"kind": "categorical"} if learn else ["x", "y"], "b": ["p", "q"]}
    schema = schema_from_declaration({"columns": columns}, list(columns))
    budget = Budget(epsilon=1, delta=1e-5)
    plain = Plan.make(schema, unit=Unit(), budget=budget, generator="maxent")
    assert plain.generator_spend.delta == 0
    assert '"failure"' not in json.dumps(event_to_json(plain.event))
    monkeypatch.setattr(plans, "focused_config", lambda name, focus: Tailed())
    plan = Plan.make(schema, unit=Unit(), budget=budget, generator="maxent")
    reserved = spend_of(plan.event)
    assert plan.generator_spend.delta == Fraction(1e-5 / 20)
    assert reserved.delta == spend_of(plain.event).delta + Fraction(1e-5 / 20)
    assert reserved.fits(budget)
    assert reserved.mu_squared < spend_of(plain.event).mu_squared
    assert plan.guarantee_of_schema().epsilon == 1.0
    assert event_from_json(event_to_json(plan.event)) == plan.event
    calibrated = plan.mechanism(schema) if not learn else None
    assert calibrated is None or spend_of(calibrated.event).mu_squared <= reserved.mu_squared


def test_a_mechanism_that_asks_for_more_delta_than_was_set_aside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = schema_from_declaration({"columns": {"b": ["p", "q"]}}, ["b"])

    @dataclass
    class Asking:
        event: DpEvent

    asked = [sampled_gaussian(0.01, 50.0, 10, 5e-7), sampled_gaussian(0.01, 50.0, 10, 6e-7), gaussian(0.1)]
    tailed = Tailed()
    monkeypatch.setattr(plans, "focused_config", lambda name, focus: tailed)
    plan = Plan.make(schema, unit=Unit(), budget=Budget(epsilon=1, delta=1e-5), generator="maxent")
    for event, fits in zip(asked, (True, False, False), strict=True):
        monkeypatch.setattr(Tailed, "calibrate", lambda self, *_, event=event: Asking(event))
        if fits:
            assert plan.mechanism(schema).event == event
        else:
            with pytest.raises(BudgetError, match="more than its share"):
                plan.mechanism(schema)


# Noise of sums


def ask(values: Any, *, clip: float = 1.0, z: float = 1.0) -> npt.NDArray[np.float32]:
    return OsNoise().perturbed(Private(values), clip=clip, noise_multiplier=z)


@pytest.mark.parametrize(("clip", "z"), [(1.0, 1.0), (0.37, 5.0), (1e-3, 0.9), (40.0, 100.0)])
def test_the_noise_of_sums_is_the_gaussian_that_was_claimed(clip: float, z: float) -> None:
    drawn = ask(np.zeros((200, 100), dtype=np.float32), clip=clip, z=z)
    assert (drawn.dtype, drawn.shape) == (np.float32, (200, 100))
    scaled = drawn.ravel().astype(np.float64) / (clip * z)
    assert stats.kstest(scaled, "norm").pvalue > ALARM
    for factor in (0.7, 1.3):
        assert stats.kstest(scaled * factor, "norm").pvalue < ALARM
        degrees = len(scaled)
        assert stats.chi2.sf((scaled**2).sum() * factor**2, degrees) < ALARM or factor < 1
        assert stats.chi2.cdf((scaled**2).sum() * factor**2, degrees) < ALARM or factor > 1
    for lag in (1, 2, 4):
        assert abs(np.corrcoef(scaled[:-lag], scaled[lag:])[0, 1]) < 6 / math.sqrt(len(scaled))


def test_the_noise_is_added_and_only_a_public_grid_shows() -> None:
    """B27: the last bits of a noisy number do not tell what the noise was added to."""
    for exact in (np.zeros(500), np.full(500, 1e6 / 3), np.full(500, math.pi, dtype=np.float32)):
        noisy = ask(exact, clip=0.7, z=3.0).astype(np.float64)
        assert 0.5 < np.abs(noisy - exact).mean() < 3
        cells = noisy * (GRID / 2.0)  # the largest power of two below 2.1 is 2
        assert (cells == np.rint(cells)).all()
    assert on_grid(np.array([0.1234567]), 1.0)[0] == np.float32(round(0.1234567 * 1024) / 1024)


def test_sums_without_meaning_are_refused_in_words_that_show_nothing() -> None:
    for clip, z in ((0, 1), (-1, 1), (1, 0), (1, math.nan), (math.inf, 1)):
        for noise in (OsNoise(), ExactAnswers()):
            with pytest.raises(BudgetError, match="positive and finite"):
                noise.perturbed(Private(np.zeros(2)), clip=clip, noise_multiplier=z)
    with pytest.raises(BudgetError, match="clipping norm"):
        spread_of(1e-20, 1e-20)
    told = set()
    for worst in (math.nan, math.inf, -math.inf):
        with pytest.raises(BudgetError) as caught:
            ask(np.array([1.0, worst, 1234.5]))
        told.add(str(caught.value))
    assert len(told) == 1
    assert "1234" not in told.pop()
    assert ExactAnswers().perturbed(Private(np.arange(3.0)), clip=1, noise_multiplier=1).tolist() == [0, 1, 2]


def test_an_empty_batch_gets_noise_at_every_step() -> None:
    """B23, and B16: no two answers are alike."""
    zeros = np.zeros(30, dtype=np.float32)
    answers = [ask(zeros) for _ in range(20)]
    assert all((answer != 0).sum() > 25 for answer in answers)
    assert len({answer.tobytes() for answer in answers}) == 20
    assert len(OsNoise().poisson(Private(0), 0.5).reveal()) == 0


def test_no_noise_takes_a_seed() -> None:
    for name in ("perturbed", "poisson"):
        for of in (Noise, OsNoise, ExactAnswers):
            assert not {"seed", "rng", "random_state"} & set(inspect.signature(getattr(of, name)).parameters)


FORK = """
import os, sys
import numpy as np
from privsynth.noise import OsNoise
from privsynth.privacy import Private

noise = OsNoise()
def draw():
    answer = noise.perturbed(Private(np.zeros(9)), clip=1.0, noise_multiplier=1.0)
    return f"{answer.tolist()}|{noise.poisson(Private(200), 0.5).reveal().tolist()}"

draw()
for _ in range(2):
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
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for part in (0, 1):
        assert len({line.split("|")[part] for line in lines}) == 3


# Coins


def included(draw: Callable[[], npt.NDArray[np.int64]], trials: int, units: int) -> Floats:
    """Return float64[units, units]: the covariance of taking part, in standard errors from that of independent coins."""
    taken = np.zeros((trials, units))
    for row in taken:
        row[draw()] = 1.0
    centred = taken - taken.mean(axis=0)
    return np.asarray(centred.T @ centred / np.sqrt(np.outer(*[(centred**2).sum(axis=0)] * 2)) * math.sqrt(trials))


def test_units_take_part_independently_and_as_often_as_they_should() -> None:
    """B18: and a batch of a fixed size would be seen."""
    units, q, trials = 10, 0.2, 10_000
    noise, rng = OsNoise(), np.random.default_rng(1)
    pairs = np.triu_indices(units, 1)
    found = included(lambda: noise.poisson(Private(units), q).reveal(), trials, units)[pairs]
    assert np.abs(found).max() < 5
    twin = included(lambda: rng.choice(units, int(q * units), replace=False), trials, units)[pairs]
    assert np.abs(twin).max() > 5
    sizes = np.array([len(noise.poisson(Private(400), q).reveal()) for _ in range(2000)])
    assert abs(sizes.mean() - 80) < 6 * math.sqrt(400 * q * (1 - q) / 2000)
    assert 0.8 < sizes.var() / (400 * q * (1 - q)) < 1.2


def test_samples_are_ascending_numbers_and_private() -> None:
    sample = OsNoise().poisson(Private(1000), 0.3)
    assert repr(sample) == "<private>"
    numbers = sample.reveal()
    assert numbers.dtype == np.int64
    assert (np.diff(numbers) > 0).all()
    assert (numbers[0] >= 0, numbers[-1] < 1000) == (True, True)
    assert len(OsNoise().poisson(Private(1000), 1.0).reveal()) == 1000
    assert len(OsNoise().poisson(Private(1000), 1e-15).reveal()) == 0
    for probability in (0.0, -0.1, 1.1, math.nan):
        with pytest.raises(BudgetError, match="sampling probability"):
            OsNoise().poisson(Private(3), probability)


def test_a_coin_is_never_more_likely_than_was_claimed() -> None:
    class Coins:
        def __init__(self, coin: Fraction) -> None:
            self.coin = float(coin)

        def random(self, count: int) -> Floats:
            return np.full(count, self.coin)

    for q in (0.01, 0.3, 1 / 3, 0.7, 1e-9):
        least = math.floor(Fraction(q) * 2**53)
        assert Fraction(least, 2**53) <= Fraction(q)
        assert len(chosen_of(Coins(Fraction(least, 2**53)), 1, q)) == 0  # type: ignore[arg-type]
        assert len(chosen_of(Coins(Fraction(least - 1, 2**53)), 1, q)) == 1  # type: ignore[arg-type]


# On a tape


@dataclass(frozen=True)
class Descent:
    """Steps of clipped sums about samples of units, with what may be wrong with them."""

    steps: int = 6
    rate: float = 0.5
    z: float = 2.0
    clipped: bool = True
    by_size: bool = False
    skips_empty: bool = False
    shuffles: bool = False
    twice: bool = False

    @property
    def event(self) -> DpEvent:
        return sampled_gaussian(self.rate, self.z, 6, 1e-6)

    def __call__(self, table: Floats, noise: Noise) -> Any:
        point = np.zeros(table.shape[1])
        for step in range(self.steps):
            chosen = noise.poisson(Private(len(table)), self.rate).reveal()
            if self.skips_empty and not len(chosen):
                continue
            pulls = np.nan_to_num(table[chosen] - point, posinf=1e9, neginf=-1e9)
            if self.shuffles:
                pulls = pulls * np.random.default_rng(step).choice([-1, 1], len(pulls))[:, None]
            length = np.maximum(np.linalg.norm(pulls, axis=1, keepdims=True), 1.0)
            total = (pulls / length if self.clipped else pulls).sum(axis=0)
            for _ in range(1 + self.twice):
                noisy = noise.perturbed(Private(total), clip=1.0, noise_multiplier=self.z)
            point = point + noisy / (len(chosen) + 1 if self.by_size else 10.0)
        return point.tobytes()


TABLE = np.random.default_rng(5).normal(size=(20, 4)) * 3
LONGER = np.vstack([TABLE, [1e6, math.nan, -math.inf, 3.0]])


def test_honest_steps_pass_the_replay_and_spend_what_they_say() -> None:
    check(Descent(), TABLE, [TABLE[:-1], LONGER, TABLE])
    for unit in (0, 7):
        check(Descent(), TABLE, [np.delete(TABLE, unit, axis=0)], odd_unit=unit)
    tape, _ = record(Descent(), TABLE)
    check_spend(tape, composed([gaussian(3.0), Descent().event]))
    assert steps_on(tape) == {(0.5, 2.0): 6}


def test_an_honest_run_on_an_empty_table_asks_the_same() -> None:
    check(Descent(), TABLE[:0], [TABLE[:1]])


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (Descent(clipped=False), "sensitivity"),
        (Descent(by_size=True), "sensitivity|output depends"),
        (Descent(shuffles=True), "sensitivity"),
    ],
)
def test_broken_steps_are_caught(broken: Descent, found: str) -> None:
    """B05: the size of a batch as a divisor; B12: not clipped; and public signs by the place in a batch."""

    def some_neighbours() -> None:
        for unit in (0, 1, 2, 3):
            check(broken, TABLE, [np.delete(TABLE, unit, axis=0)], odd_unit=unit)

    with pytest.raises(Violation, match=found):
        some_neighbours()


def test_a_step_without_noise_for_an_empty_batch_is_caught() -> None:
    with pytest.raises(Violation, match="control flow"):
        check(Descent(skips_empty=True, steps=30), TABLE[:1], [TABLE[:0]])


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (Descent(steps=7), "mu"),
        (Descent(twice=True), "mu"),
        (Descent(rate=0.6), "not in the event"),
        (Descent(z=1.9), "not in the event"),
    ],
)
def test_a_tape_that_spends_more_than_was_said_is_caught(broken: Descent, found: str) -> None:
    """B06: another rate; B07: a step too many; B08: another noise."""
    tape, _ = record(broken, TABLE)
    with pytest.raises(Violation, match=found):
        check_spend(tape, Descent().event)


def test_what_is_no_sum_of_the_same_shape_is_caught() -> None:
    tape = Recording()
    tape.perturbed(Private(np.zeros(3)), clip=1.0, noise_multiplier=1.0)
    for values in (np.zeros(4), np.zeros(3, dtype=np.int64), np.array([0, 0, math.nan]), np.array([0, 0, 1.1])):
        with pytest.raises(Violation):
            Replaying(tape.tape).perturbed(Private(values), clip=1.0, noise_multiplier=1.0)
    Replaying(tape.tape).perturbed(Private(np.array([0, 0, 1.0])), clip=1.0, noise_multiplier=1.0)
    tape.poisson(Private(5), 0.5)
    with pytest.raises(Violation, match="more than one"):
        Replaying(tape.tape, place=1).poisson(Private(7), 0.5)
