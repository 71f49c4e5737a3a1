"""`certify` draws from the samplers of releases, says how much noise may be missing unseen, and leaves other threads alone."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import numpy as np
import pytest

import privsynth as library
from privsynth import noise
from privsynth.accounting import mu_of
from privsynth.certification.ceilings import detectable_one_run, detectable_two_worlds
from privsynth.certification.judging import Claim, judged_guesses, judged_worlds
from privsynth.certification.result import Attack, CertifyResult, Twin
from privsynth.certification.run import steps_attack
from privsynth.certification.sampler import sampler_attack, units_apart
from privsynth.certification.small_networks import Steps
from privsynth.certification.substitutes import instead_of
from privsynth.generators import ctgan_training, maxent
from privsynth.privacy import Budget

SCHEMA = json.loads((Path(__file__).resolve().parents[1] / "schemas" / "certify.schema.json").read_text("utf-8"))
ERROR = 2.5e-4


def claim_of(epsilon: float) -> Claim:
    return Claim(mu=mu_of(epsilon, 1e-6), delta=1e-6)


@pytest.fixture
def too_little(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let both samplers of releases draw a part of their noise."""
    integers, spread = noise._discrete_gaussian, noise.spread_of

    def part(factor: float) -> None:
        monkeypatch.setattr(noise, "_discrete_gaussian", lambda count, scale: integers(count, factor * scale))
        monkeypatch.setattr(noise, "spread_of", lambda clip, multiplier: factor * spread(clip, multiplier))

    return part


# The samplers


def test_a_sampler_with_half_its_noise_is_a_violation(too_little: Callable[[float], None]) -> None:
    """The fits draw with numpy, and so show nothing of it."""
    too_little(0.5)
    found = library.certify("copula", epsilon=1, runs=10)
    assert found.verdict == "violation"
    assert [attack.name for attack in found.attacks if attack.refutes] == ["sampler"]
    assert "the attack `sampler` shows at least" in found.sentence()
    assert found.lower.epsilon > 1.5
    jsonschema.Draft202012Validator(SCHEMA).validate(found.to_json())


@pytest.mark.parametrize("real", [False, True])
@pytest.mark.parametrize("epsilon", [0.1, 1, 8])
def test_samplers_are_seen_through(epsilon: float, real: bool, too_little: Callable[[float], None]) -> None:
    claim = claim_of(epsilon)
    honest = sampler_attack(claim, ERROR, real=real)
    assert not honest.refutes
    assert honest.estimate.mu == pytest.approx(claim.mu, rel=0.05)
    assert 0.9 * claim.mu < honest.lower.mu <= claim.mu < honest.ceiling.mu
    assert 0 <= honest.epsilon_direct <= epsilon
    assert (honest.epsilon_direct > 0) == (epsilon >= 1)  # of tables one unit apart: these draws show too little of 0.1
    assert honest.detectable_noise_factor == pytest.approx(0.96, abs=0.01)
    too_little(0.9)
    assert sampler_attack(claim, ERROR, real=real).refutes


def test_a_sampler_whose_noise_is_known_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No threshold that is fixed beforehand sees it; the one that is found in other draws does."""
    monkeypatch.setattr(noise, "_discrete_gaussian", lambda count, _: np.full(count, 10**6))
    found = sampler_attack(claim_of(1), ERROR)
    assert found.lower.mu == 0
    assert found.epsilon_direct > 1
    assert found.refutes


def test_the_step_attack_of_ctgan_draws_from_the_sampler(too_little: Callable[[float], None]) -> None:
    too_little(0.1)
    assert steps_attack(Steps(noise=1 / claim_of(1).mu), Budget(epsilon=1), 50, ERROR).refutes


def test_several_units_are_told_of_one() -> None:
    assert [units_apart(mu) for mu in (0.03, 0.2367, 1.0, 1.5, 40.0)] == [67, 8, 2, 1, 1]
    rng, mu, units = np.random.default_rng(1), 0.25, 8
    scores = rng.normal(-units * mu / 2, 1, 20_000), rng.normal(units * mu / 2, 1, 20_000)
    found = judged_worlds(Claim(mu=mu, delta=1e-6), *scores, 0.05, units=units)
    assert found.epsilon_direct == 0.0
    assert found.lower.mu < mu < found.estimate.mu + 3 * (found.standard_error or 0)
    assert found.standard_error == pytest.approx(math.sqrt(1e-4 + 4 / 80_000) / units, rel=0.02)


# What is told of it


def test_the_detectable_factor_is_flagged_about_half_the_time() -> None:
    claim, runs, rng = Claim(mu=1.0, delta=1e-6), 400, np.random.default_rng(3)
    factor = detectable_two_worlds(1.0, 1.0, runs, 0.01)
    assert factor is not None

    def share(part: float) -> float:
        shift = 1 / part / 2
        drawn = ((rng.normal(-shift, 1, runs), rng.normal(shift, 1, runs)) for _ in range(100))
        return float(np.mean([judged_worlds(claim, *scores, 0.01).lower.mu > 1 for scores in drawn]))

    assert 0.3 < share(factor) < 0.75
    assert share(0.8 * factor) > 0.9
    assert share(1.0) == 0.0
    assert detectable_two_worlds(1.0, 1.0, 4 * runs, 0.01) > factor  # type: ignore[operator]
    assert detectable_two_worlds(1.0, 0.8, runs, 0.01) == pytest.approx(0.8 * factor, abs=0.01)
    assert detectable_two_worlds(1.0, 1.0, 5, 0.01) is None


def test_the_detectable_factor_of_one_run() -> None:
    claim = Claim(mu=0.3, delta=1e-6)
    factor = judged_guesses(claim, 550, 1_000, 2_000, ERROR).detectable_noise_factor
    assert factor is not None
    assert 0.1 < factor < 0.6
    assert detectable_one_run(0.3, lambda _: 0.3, 1_000, 2_000, ERROR) is None
    assert judged_guesses(claim, 550, 1_000, 2_000, ERROR).standard_error is None
    assert judged_guesses(claim, 550, 1_000, 2_000, ERROR, reached=0.3).standard_error == pytest.approx(0.045, abs=1e-3)


def attack(name: str = "two worlds", **changed: Any) -> Attack:
    claim, rng = Claim(mu=1.0, delta=1e-6), np.random.default_rng(1)
    found = judged_worlds(claim, rng.normal(-0.5, 1, 400), rng.normal(0.5, 1, 400), ERROR, name=name)
    losses = {key: claim.loss(value) for key, value in changed.items() if key in ("lower", "estimate", "ceiling")}
    return replace(found, **{**changed, **losses})


def result(*attacks: Attack) -> CertifyResult:
    claim = Claim(mu=1.0, delta=1e-6)
    twin = Twin(bug="half the noise", attack=attack(lower=2.0))
    told = {"generator": "maxent", "scope": "toys", "max_rows": 1, "delta": 1e-6, "confidence": 0.999}
    return CertifyResult(claimed=claim.loss(1.0), attacks=attacks, twins=(twin,), **told)  # type: ignore[arg-type]


def test_the_sampler_is_no_headline_unless_it_refutes() -> None:
    fits, fine = attack(lower=0.4, detectable_noise_factor=0.6), attack("sampler", lower=0.95, ceiling=9.0)
    found = result(fits, replace(fine, detectable_noise_factor=0.96))
    assert (found.best, found.ceiling, found.detectable_noise_factor) == (fits, fits.ceiling, 0.6)
    assert "Noise of less than 0.60 of its due would mostly be seen, in the sampler alone of less than 0.96." in (
        found.sentence()
    )
    assert found.to_json()["detectable_noise_factor"] == 0.6
    assert result(fits, attack("sampler", lower=1.3)).lower.mu == 1.3
    assert result(attack(ceiling=0.1), fine).verdict == "inconclusive"
    assert "No lack of noise would be seen." in result(replace(fits, detectable_noise_factor=None)).sentence()


def test_an_estimate_above_the_claim_asks_for_more_runs() -> None:
    calm, loud = (attack(estimate=value, standard_error=0.1) for value in (1.29, 1.31))
    assert "above the claim" not in result(calm).sentence()
    assert "The estimate of `two worlds` is above the claim: run more." in result(calm, loud).sentence()
    assert not attack(estimate=2.0, standard_error=None).surprises
    jsonschema.Draft202012Validator(SCHEMA).validate(result(loud).to_json())


# Other threads


def test_a_substitute_counts_in_its_thread_alone_and_ends_with_it() -> None:
    module = ModuleType("toy")
    module.answer = usual = lambda: "usual"  # type: ignore[attr-defined]
    with ThreadPoolExecutor(1) as other:
        mine, theirs = (instead_of(module, "answer", lambda name=name: name) for name in ("mine", "theirs"))
        mine.__enter__()
        assert other.submit(module.answer).result() == "usual"
        other.submit(theirs.__enter__).result()
        mine.__exit__(None, None, None)  # before the later one: what is restored must not be a substitute
        assert (module.answer(), other.submit(lambda: module.answer()).result()) == ("usual", "theirs")
        other.submit(theirs.__exit__, None, None, None).result()
    assert module.answer is usual


def test_what_is_replaced_comes_back_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    for module, name in ((maxent, "Survey"), (ctgan_training, "clipped_gradient")):
        usual = getattr(module, name)
        with instead_of(module, name, print):
            assert getattr(module, name) is not usual
            with pytest.raises(KeyboardInterrupt), instead_of(module, name, interrupted):
                getattr(module, name)(1)
            getattr(module, name)()
        assert capsys.readouterr().out == "\n"  # the outer one was in use again
        assert getattr(module, name) is usual
