"""`certify`: honest generators are not refuted, broken ones are, and what is said never promises a proof."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from command_line import privsynth

import privsynth as library
from privsynth.accounting import Spend, mu_of
from privsynth.certification import run as certification
from privsynth.certification import worlds as two_worlds
from privsynth.certification.bounds import MOST_MU, epsilon_of_scores
from privsynth.certification.judging import Claim, judged_guesses, judged_worlds
from privsynth.certification.result import CANNOT, Attack, CertifyResult, Loss, Twin
from privsynth.certification.run import certify, fits_attack, steps_attack
from privsynth.certification.small_networks import Steps
from privsynth.certification.toys import Toy
from privsynth.certification.worlds import weighed, worlds
from privsynth.errors import UsageError
from privsynth.generators.copula import CopulaConfig
from privsynth.noise import OsNoise
from privsynth.privacy import Budget, Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

SCHEMA = json.loads((Path(__file__).resolve().parents[1] / "schemas" / "certify.schema.json").read_text("utf-8"))
BUDGET = Budget(epsilon=8, delta=1e-6)
MU = mu_of(8, 1e-6)
ERROR = 5e-4
MANY = Unit(column="u", max_rows=8)


def valid(document: Any) -> Any:
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


# What is told


def attack(
    lower: float, *, estimate: float = 1.0, ceiling: float = 5.0, direct: float = 0.0, farthest: float = 0.9
) -> Attack:
    claim = Claim(mu=1.0, delta=1e-6)
    return Attack(
        name="two worlds",
        runs=100,
        claimed=claim.loss(1.0),
        lower=claim.loss(lower),
        estimate=claim.loss(estimate),
        ceiling=claim.loss(ceiling),
        expected=claim.loss(0.8),
        epsilon_direct=direct,
        farthest_mu=farthest,
    )


def result(*attacks: Attack, flagged: bool = True) -> CertifyResult:
    claim = Claim(mu=1.0, delta=1e-6)
    return CertifyResult(
        generator="maxent",
        scope="toys",
        max_rows=1,
        claimed=claim.loss(1.0),
        delta=1e-6,
        confidence=0.999,
        attacks=attacks,
        twins=(Twin(bug="half the noise", attack=attack(2.0 if flagged else 0.5)),),
    )


def test_the_verdict_follows_from_bounds_ceiling_and_twins() -> None:
    for fine in (attack(0.9), attack(0.0), attack(1.0)):
        assert result(fine).verdict == "no violation found"
        assert valid(result(fine).to_json())["reason"] is None
    for bad in (attack(1.01), attack(0.5, direct=50.0), attack(0.5, farthest=1.001)):
        found = result(attack(0.2), bad)
        assert found.verdict == "violation"
        assert found.sentence().startswith("Violation: the claim is epsilon ")
        valid(found.to_json())
    assert "farther apart" in result(attack(0.5, farthest=1.001)).sentence()
    blind = result(attack(0.1, ceiling=0.4))
    assert blind.verdict == "inconclusive"
    assert "could have shown up to" in str(valid(blind.to_json())["reason"])
    powerless = result(attack(0.9), flagged=False)
    assert powerless.verdict == "inconclusive"
    assert "no power" in str(powerless.reason)
    assert "no power" in powerless.power()


def test_the_best_attack_is_told() -> None:
    found = result(attack(0.3, estimate=0.9), attack(0.6, estimate=0.7))
    assert (found.lower.mu, found.estimate.mu) == (0.6, 0.7)
    assert result(attack(0.0, estimate=0.2), attack(0.0, estimate=0.7)).estimate.mu == 0.7


def test_the_wording_never_promises_a_proof() -> None:
    for found in (result(attack(0.9)), result(attack(0.9), flagged=False)):
        assert CANNOT in found.sentence()
        for word in ("confirmed", "proven", "verified", "safe", "guaranteed"):
            assert word not in found.sentence() + found.power()
    told = result(attack(0.9)).sentence()
    assert told.startswith("No violation found: of the claimed epsilon ")
    assert "99.9% confidence" in told
    assert "this design could have shown up to" in told


# Broken generators: each of these has to be flagged


def found_of(toy: Toy, runs: int) -> Attack:
    return fits_attack(toy, weighed(toy, runs, 3), BUDGET, ERROR)


@pytest.mark.parametrize("generator", ["copula", "maxent"])
def test_honest_fits_and_fits_without_noise(generator: str) -> None:
    toy = Toy(generator=generator, unit=MANY, mu=MU)
    honest = found_of(toy, 50)
    assert not honest.refutes
    assert honest.farthest_mu is not None
    assert 0.9 * MU < honest.farthest_mu <= MU
    silent = found_of(replace(toy, factor=0.0), 50)
    assert silent.refutes
    assert silent.lower == silent.ceiling  # the attacker is never wrong
    assert silent.estimate.mu == MOST_MU


def test_a_fit_that_spends_twice_its_epsilon_is_flagged() -> None:
    assert found_of(Toy(unit=MANY, mu=mu_of(16, 1e-6), claimed=MU), 200).refutes


def test_noise_that_is_the_same_in_every_run_is_flagged() -> None:
    """Whoever knows the noise tells the worlds apart for certain; the threshold is found in other runs than those that count."""
    seeded = found_of(Toy(generator="copula", unit=MANY, mu=mu_of(1, 1e-6), seeded=True), 80)
    assert seeded.epsilon_direct > 1.4
    assert seeded.refutes
    assert not found_of(Toy(generator="copula", unit=MANY, mu=mu_of(1, 1e-6)), 80).refutes


def test_a_clip_that_is_forgotten_is_flagged() -> None:
    steps = Steps(noise=1 / MU)
    assert steps_attack(replace(steps, looser=1e6), BUDGET, 50, ERROR).refutes
    assert not steps_attack(steps, BUDGET, 30, ERROR).refutes


def test_a_domain_that_is_read_from_the_data_is_flagged() -> None:
    """The canary holds a label of its own: where labels are read from the rows, the model's domain says whether it is there."""

    def labels_of_model(there: bool, declared: bool) -> float:
        labels = ("x", "y", "z") if declared or there else ("x", "y")
        schema = Schema(fields=(Field(name="a", kind="categorical", enum=labels, required=True),))
        codes = np.array([0, 1] * 20 + [2] * there, dtype=np.uint8)
        table = CodedTable([Domain.of(each) for each in schema.modelled], Private({"a": codes}), Unit())
        mechanism = CopulaConfig().calibrate(schema, Unit(), Spend(mu_squared=Fraction(1, 4)))
        return float(mechanism.run(table, OsNoise()).marginals["a"].domain.size)

    def epsilon(declared: bool) -> float:
        sizes = [np.array([labels_of_model(there, declared) for _ in range(60)]) for there in (False, True)]
        return epsilon_of_scores(sizes[0], sizes[1], 0.05, 1e-6)

    assert epsilon(declared=False) > 1.3  # the ceiling of 30 runs is 2.0
    assert epsilon(declared=True) == 0.0


def test_one_run_is_judged_by_the_claim() -> None:
    claim = Claim(mu=1.5, delta=1e-6, beside=5e-7)
    fine, bad = (judged_guesses(claim, right, 400, 2_000, ERROR) for right in (380, 400))
    assert not fine.refutes
    assert fine.estimate == fine.lower
    assert bad.lower == bad.ceiling
    assert judged_guesses(replace(claim, mu=0.3), 380, 400, 2_000, ERROR).refutes
    judged = judged_worlds(claim, np.zeros(50), np.zeros(50), ERROR)
    assert (judged.lower.mu, judged.estimate.mu) == (0.0, 0.0)


# The whole of it


@pytest.fixture
def few_canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certification, "CANARIES", 200)


def test_the_whole_is_a_library_function() -> None:
    told: list[str] = []
    found = library.certify("copula", epsilon=8, runs=120, max_rows=8, progress=told.append)
    assert found.verdict == "no violation found"
    assert 0 < found.lower.epsilon <= 8 < found.ceiling.epsilon
    assert [twin.bug for twin in found.twins if twin.flagged] == ["half the noise"]
    assert valid(found.to_json())["claimed"] == {"mu": pytest.approx(MU), "epsilon": 8, "delta": 1e-6}
    assert told[-1] == "twin with half the noise: 120 of 120 runs of each world"
    assert {"two worlds: 120 of 120 runs of each world", "sampler: 20,000 draws of each world"} < set(told)


def test_the_command_certifies_ctgan(capsys: pytest.CaptureFixture[str], tmp_path: Path, few_canaries: None) -> None:
    arguments = ("certify", "--generator", "ctgan", "--epsilon", 8, "--runs", 50)
    outcome = privsynth(capsys, *arguments, "--json", tmp_path / "c.json", "--fail-on", "violation")
    assert outcome.code == 0
    document = valid(json.loads((tmp_path / "c.json").read_text("utf-8")))
    assert outcome.out.splitlines() == [document["sentence"], document["power"]]
    assert [each["name"] for each in document["attacks"]] == ["two worlds", "one run", "sampler"]
    assert {each["bug"]: each["flagged"] for each in document["twins"]}["no clip"]
    assert "one run with 200 canaries" in outcome.err


def test_gates_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("certify", "--generator", "copula", "--epsilon", 0.5, "--runs", 20, "--json", "-")
    outcome = privsynth(capsys, *arguments, "--fail-on", "violation")
    assert outcome.code == 0
    assert valid(json.loads(outcome.out))["verdict"] == "inconclusive"
    outcome = privsynth(capsys, *arguments, "--fail-on", "inconclusive")
    assert outcome.code == 6
    assert "The verdict is: inconclusive." in outcome.err


def test_two_workers_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_worlds, "_PART_RUNS", 10)
    told: list[int] = []
    toy = Toy(generator="copula", unit=MANY, mu=MU)
    with ThreadPoolExecutor(1) as threads:  # as a server would call it
        beside = threads.submit(worlds, toy, 21, workers=2, told=told.append).result()
    np.testing.assert_array_equal(worlds(toy, 21), beside)
    assert told == [10, 20, 21]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"generator": "sdv-copula"}, "no generator"),
        ({"generator": "maxent", "confidence": 1.0}, "confidence"),
        ({"generator": "maxent", "runs": 1}, "show nothing"),
        ({"generator": "maxent", "workers": 0}, "worker"),
        ({"generator": "ctgan", "max_rows": 3}, "--max-rows"),
        ({"generator": "maxent", "max_rows": 0}, "max_rows"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        certify(**arguments, epsilon=1)


def test_twins_take_as_many_runs_as_flag_them() -> None:
    found = [certification._twin_runs(mu_of(epsilon, 1e-6), 50_000, ERROR) for epsilon in (8, 3, 1, 0.5, 0.1)]
    assert all(few <= more for few, more in itertools.pairwise(found))
    assert found[0] == 500
    assert found[-1] == 50_000
    assert Loss(mu=1.0, epsilon=2.0).to_json() == {"mu": 1.0, "epsilon": 2.0}


@pytest.mark.audit
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("generator", "epsilon"), [("copula", 1), ("maxent", 1), ("ctgan", 8)])
def test_certification_with_the_usual_runs(generator: str, epsilon: float) -> None:
    found = certify(generator, epsilon=epsilon, workers=2)
    assert found.verdict == "no violation found"
    assert all(twin.flagged for twin in found.twins)
    assert found.lower.epsilon > 0.25 * epsilon
