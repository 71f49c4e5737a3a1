"""Accounting against an independent accountant and closed forms; what is validated and what is refused."""

from __future__ import annotations

import copy
import json
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from dp_accounting import (
    ComposedDpEvent,
    DpEvent,
    GaussianDpEvent,
    LaplaceDpEvent,
    NonPrivateDpEvent,
    NoOpDpEvent,
    PoissonSampledDpEvent,
    SelfComposedDpEvent,
    UnsupportedDpEvent,
)
from dp_accounting.pld import PLDAccountant
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth._events import ThresholdedDpEvent
from privsynth.accounting import (
    Spend,
    composed,
    delta_of,
    epsilon_of,
    event_from_json,
    event_to_json,
    gaussian,
    mu_of,
    rounded_up,
    spend_of,
    thresholded,
)
from privsynth.errors import BudgetError, UsageError
from privsynth.plan import Plan
from privsynth.privacy import RELATION, Budget, Guarantee, Private, Unit
from privsynth.tableschema import schema_from_declaration

EPSILONS = st.floats(0.01, 20)
MUS = st.floats(0.01, 8)
DELTAS = st.floats(1e-12, 0.1)
NOISES = st.floats(0.05, 1e4)


def gaussians(*multipliers: float) -> ComposedDpEvent:
    return ComposedDpEvent([GaussianDpEvent(multiplier) for multiplier in multipliers])


# Against another accountant and by hand


@pytest.mark.parametrize("multipliers", [(3.73,), (1.0,), (5.0, 7.0, 20.0), (10.0,) * 12, (0.6, 50.0)])
@pytest.mark.parametrize("delta", [1e-4, 1e-6, 1e-9])
def test_epsilon_agrees_with_the_privacy_loss_distribution(multipliers: tuple[float, ...], delta: float) -> None:
    event = gaussians(*multipliers)
    other = PLDAccountant().compose(event).get_epsilon(delta)
    ours = spend_of(event).epsilon(delta)
    assert ours <= other * (1 + 1e-9)  # theirs is rounded up on a grid
    assert ours == pytest.approx(other, rel=2e-3)


@pytest.mark.parametrize(("mu", "epsilon"), [(0.3, 0.0), (0.3, 1.0), (1.0, 0.5), (2.0, 8.0)])
def test_delta_agrees_with_the_privacy_loss_distribution_and_the_closed_form(mu: float, epsilon: float) -> None:
    from scipy.stats import norm

    closed = norm.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon) * norm.cdf(-mu / 2 - epsilon / mu)
    assert delta_of(epsilon, mu) == pytest.approx(closed, rel=1e-9)
    assert delta_of(epsilon, mu) == pytest.approx(
        PLDAccountant().compose(GaussianDpEvent(1 / mu)).get_delta(epsilon), rel=5e-3
    )


def test_known_figures() -> None:
    # Balle and Wang 2018: sigma = 3.7304 is enough for (1, 1e-5); the classical analysis asks for 4.84.
    assert 1 / mu_of(1.0, 1e-5) == pytest.approx(3.7304, abs=1e-3)
    assert delta_of(0.0, 1.0) == pytest.approx(math.erf(1 / math.sqrt(8)), rel=1e-12)
    assert epsilon_of(1e-7, 1e-6) == 0.0
    assert delta_of(1.0, 0.0) == 0.0


@pytest.mark.parametrize("mu", [1e-9, 1e-6, 3e-4, 0.0999, 0.1001])
def test_delta_of_a_small_mu_is_exact(mu: float) -> None:
    mpmath = pytest.importorskip("mpmath", reason="mpmath comes with torch")
    with mpmath.workdps(60):
        for ratio in (0.0, 1e-3, 0.5, 2.0, 6.0, 20.0, 37.0):
            loss, at = mpmath.mpf(ratio * mu), mpmath.mpf(mu)
            exact = mpmath.ncdf(at / 2 - loss / at) - mpmath.exp(loss) * mpmath.ncdf(-at / 2 - loss / at)
            assert delta_of(ratio * mu, mu) == pytest.approx(float(exact), rel=3e-12)
    assert delta_of(1e300, mu) == delta_of(50 * mu, mu) == 0


# Properties


@settings(max_examples=40)
@given(mu=MUS, delta=DELTAS)
def test_epsilon_holds_at_delta_and_a_little_less_does_not(mu: float, delta: float) -> None:
    epsilon = epsilon_of(mu, delta)
    assert delta_of(epsilon, mu) <= delta
    if epsilon > 1e-6:
        assert delta_of(epsilon * (1 - 1e-7), mu) > delta


@settings(max_examples=40)
@given(epsilon=EPSILONS, delta=DELTAS)
def test_mu_holds_within_the_budget_and_a_little_more_does_not(epsilon: float, delta: float) -> None:
    mu = mu_of(epsilon, delta)
    assert delta_of(epsilon, mu) <= delta < delta_of(epsilon, mu * (1 + 1e-7))
    assert Spend(mu_squared=Fraction(mu) ** 2 * (1 - Fraction(1, 10**12))).fits(Budget(epsilon=epsilon, delta=delta))
    assert not Spend(mu_squared=Fraction(mu) ** 2 * (1 + Fraction(1, 10**6))).fits(Budget(epsilon=epsilon, delta=delta))


@settings(max_examples=40)
@given(mu=MUS, delta=DELTAS, more=st.floats(1.001, 3))
def test_more_noise_never_spends_more(mu: float, delta: float, more: float) -> None:
    assert epsilon_of(mu, delta) <= epsilon_of(mu * more, delta)
    assert epsilon_of(mu, min(delta * more, 0.5)) <= epsilon_of(mu, delta)
    assert delta_of(1.0, mu) <= delta_of(1.0, mu * more)
    assert spend_of(gaussian(1 / mu * more)).mu_squared < spend_of(gaussian(1 / mu)).mu_squared


@settings(max_examples=40)
@given(epsilon=st.floats(1e-6, 1e4))
def test_a_reported_epsilon_is_rounded_up_to_at_most_one_unit_of_its_last_digit(epsilon: float) -> None:
    told = rounded_up(epsilon)
    step = 10.0 ** (-3 if epsilon >= 0.1 else math.floor(math.log10(epsilon)) - 2)
    assert epsilon * (1 - 1e-15) <= told <= (epsilon + step) * (1 + 1e-9)
    assert rounded_up(0.0) == rounded_up(-1.0) == 0.0


@pytest.mark.parametrize("epsilon", [0.001, 0.002, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.3, 0.7, 1, 2.5, 3, 10, 50])
@pytest.mark.parametrize("delta", [1e-5, 1e-6, 1e-9])
def test_a_budget_that_is_spent_is_reported_as_it_was_asked_for(epsilon: float, delta: float) -> None:
    kinds = {"a": {"kind": "boolean"}, "b": {"kind": "categorical"}}
    for columns in ({"a": kinds["a"]}, kinds):
        schema = schema_from_declaration({"columns": columns}, list(columns))
        plan = Plan.make(schema, unit=Unit(), budget=Budget(epsilon=epsilon, delta=delta))
        assert plan.guarantee_of_schema().epsilon == epsilon
        assert spend_of(plan.total_event).epsilon(delta) <= epsilon


@settings(max_examples=40)
@given(noises=st.lists(NOISES, min_size=1, max_size=6), delta=DELTAS)
def test_spends_add_up_exactly_whatever_the_order_and_nesting(noises: list[float], delta: float) -> None:
    parts = [gaussian(noise) for noise in noises]
    spent = spend_of(composed(parts))
    assert spent.mu_squared == sum((1 / Fraction(noise) ** 2 for noise in noises), Fraction(0))
    assert spend_of(composed([composed(parts[:2]), composed(reversed(parts[2:]))])) == spent
    assert sum((spend_of(part) for part in parts), Spend()) == spent
    assert spend_of(gaussian(noises[0], 7)).mu_squared == 7 * spend_of(parts[0]).mu_squared
    assert spend_of(composed([*parts, thresholded(noises[0], delta)])) == spent + spend_of(
        thresholded(noises[0], delta)
    )


_LEAVES = st.one_of(
    st.builds(gaussian, NOISES),
    st.builds(thresholded, NOISES, DELTAS),
    st.just(NoOpDpEvent()),
    st.builds(gaussian, NOISES, st.integers(2, 9)),
)
EVENTS = st.recursive(
    _LEAVES,
    lambda each: st.one_of(
        st.builds(composed, st.lists(each, max_size=4)), st.builds(SelfComposedDpEvent, each, st.integers(1, 5))
    ),
    max_leaves=8,
)


@settings(max_examples=40)
@given(event=EVENTS)
def test_an_event_comes_back_from_json_as_it_was(event: DpEvent) -> None:
    written = json.loads(json.dumps(event_to_json(event), allow_nan=False))
    assert event_from_json(written) == event
    assert spend_of(event_from_json(written)) == spend_of(event)


def test_thresholds_take_their_delta_from_that_of_the_whole() -> None:
    spent = spend_of(composed([gaussian(4.0), thresholded(4.0, 1e-7), thresholded(4.0, 2e-7)]))
    assert float(spent.delta) == pytest.approx(3e-7)
    assert float(spent.mu_squared) == 3 / 16
    assert spent.epsilon(1e-6) == epsilon_of(spent.mu, 1e-6 - float(spent.delta)) > epsilon_of(spent.mu, 1e-6)
    with pytest.raises(BudgetError, match="Thresholds and sampled steps alone"):
        spent.epsilon(3e-7)


# Refusals


@pytest.mark.parametrize(
    "event",
    [
        LaplaceDpEvent(1.0),
        NonPrivateDpEvent(),
        UnsupportedDpEvent(),
        PoissonSampledDpEvent(0.01, GaussianDpEvent(1.0)),
        DpEvent(),
        "gaussian",
    ],
)
def test_unknown_events_are_refused_wherever_they_stand(event: Any) -> None:
    for nested in (event, composed([gaussian(1.0), event]), SelfComposedDpEvent(event, 2)):
        with pytest.raises(BudgetError, match="refuses rather than guess"):
            spend_of(nested)
        with pytest.raises(BudgetError, match="refuses rather than guess"):
            event_to_json(nested)


@pytest.mark.parametrize(
    "event",
    [
        GaussianDpEvent(0.0),
        GaussianDpEvent(-1.0),
        GaussianDpEvent(math.nan),
        ThresholdedDpEvent(1.0, -1e-9),
        ThresholdedDpEvent(0.0, 0.1),
    ],
)
def test_events_without_noise_are_refused(event: DpEvent) -> None:
    with pytest.raises(BudgetError, match="no finite privacy loss"):
        spend_of(event)


def test_events_that_would_give_budget_back_are_refused() -> None:
    for count in (0, -1):
        with pytest.raises((BudgetError, ValueError)):
            spend_of(SelfComposedDpEvent(gaussian(1.0), count))
    for multiplier in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(BudgetError, match="no protection"):
            gaussian(multiplier)


@pytest.mark.parametrize(
    "written",
    [
        {}, {"type": "laplace"}, {"type": "gaussian"}, {"type": "gaussian", "noise_multiplier": "x"},
        {"type": "gaussian", "noise_multiplier": 0},
        {"type": "composed"}, {"type": "composed", "events": [3]}, {"type": "composed", "events": 3}, {"type": "self_composed", "count": 2},
        {"type": "thresholded", "noise_multiplier": 1.0}, {"type": None},
    ],
)  # fmt: skip
def test_broken_records_are_refused(written: dict[str, Any]) -> None:
    with pytest.raises(BudgetError):
        event_from_json(written)


@pytest.mark.parametrize(
    ("epsilon", "delta"),
    [
        (0, 1e-6),
        (-1, 1e-6),
        (math.nan, 1e-6),
        (math.inf, 1e-6),
        ("1", 1e-6),
        (1, 0),
        (1, 1),
        (1, -1e-9),
        (1, math.nan),
        (1, None),
    ],
)
def test_budgets_without_meaning_are_refused(epsilon: Any, delta: Any) -> None:
    with pytest.raises(UsageError):
        Budget(epsilon=epsilon, delta=delta)


def test_units_without_meaning_are_refused() -> None:
    for rows in (0, -1, 1.5, "2", True):
        with pytest.raises(UsageError, match="max_rows"):
            Unit(column="patient", max_rows=rows)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="Name the column"):
        Unit(max_rows=2)
    assert Unit().sentence() == "one row"
    assert "at most 3" in Unit(column="patient", max_rows=3).sentence()


# Private data and guarantees


def test_private_data_shows_nothing_and_goes_nowhere() -> None:
    private = Private([1, 2, "secret"])
    assert repr(private) == str(private) == f"{private}" == "<private>"
    for use in (
        len, iter, bool, hash, list, pickle.dumps, copy.copy, copy.deepcopy, json.dumps, lambda p: p == p, lambda p: p != [1],
        lambda p: p[0], lambda p: 1 in p, lambda p: p < p, lambda p: p + p, float, int,
    ):  # fmt: skip
        with pytest.raises(TypeError):
            use(private)
    assert "secret" not in repr(vars(type(private)))
    assert private.reveal() == [1, 2, "secret"]


def _guarantee(**changes: Any) -> Guarantee:
    known: dict[str, Any] = {"epsilon": 1.0, "delta": 1e-6, "unit": Unit(column="patient", max_rows=2), "mu": 0.2}
    return Guarantee(**{**known, **changes})


def test_a_guarantee_says_who_how_much_and_under_which_relation() -> None:
    told = _guarantee(declared=("a",), learned=("b", "c")).sentence()
    for part in (
        "(1, 1e-6)",
        "adding or removing",
        "`patient`",
        "at most 2",
        "1 was declared",
        "2 were learned",
        "not covered",
    ):
        assert part in told
    assert _guarantee().relation == RELATION == _guarantee().to_json()["relation"]
    void = _guarantee(void="the schema was read from the data")
    assert void.sentence().startswith("NO PRIVACY GUARANTEE")
    assert void.power(0.05) == 1.0


@pytest.mark.parametrize("void", [None, "because"])
def test_a_guarantee_comes_back_from_json(void: str | None) -> None:
    there = _guarantee(void=void, declared=("a",), spent_before=0.5)
    back = Guarantee.from_json(json.loads(json.dumps(there.to_json(), allow_nan=False)))
    assert back.to_json() == there.to_json()
    assert back.to_json()["epsilon"] == (None if void else 1.0)


def test_the_power_of_an_attack_is_that_of_two_gaussians() -> None:
    from scipy.stats import norm

    for alarms in (0.001, 0.05, 0.5):
        assert _guarantee(mu=1.0).power(alarms) == pytest.approx(norm.cdf(norm.ppf(alarms) + 1) + 1e-6)
    rng = np.random.default_rng(0)
    best = (rng.normal(1.0, 1.0, 200_000) > norm.ppf(0.95)).mean()
    assert _guarantee(mu=1.0).power(0.05) == pytest.approx(best, abs=0.005)
