"""A tight audit of `maxent`: the best attack on all noisy answers of a fit, in two worlds, against the mu that is claimed.

The machinery is that of `privsynth certify`: a table and the same with one more unit, whose rows move every answer as far as they can,
and the exact log-likelihood ratio of a run (`privsynth.certification.worlds` says how it works). Most runs draw their noise with numpy and
do their post-processing the cheaper way; fewer draw from the sampler of releases and fit as releases do.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privsynth.accounting import spend_of
from privsynth.certification.result import Attack
from privsynth.certification.run import fits_attack
from privsynth.certification.toys import COUNTED_TWICE, Toy
from privsynth.certification.worlds import Both, Floats, Weighing, weighed, worlds
from privsynth.privacy import Budget, Unit

ERROR = 1e-3
BUDGET = Budget(epsilon=1, delta=1e-6)
CORES = 2


def judged(toy: Toy, found: Floats) -> Attack:
    return fits_attack(toy, found, BUDGET, ERROR)


MANY = Unit(column="u", max_rows=8)
TOYS = {
    "row": Toy(),
    "person of many rows": Toy(unit=MANY, mu=1.0),
    "counted in two rounds": Toy(unit=MANY, mu=1.0, schema=COUNTED_TWICE),
}


@pytest.mark.parametrize("name", TOYS)
def test_every_stage_is_asked_and_reaches_what_it_claims(name: str) -> None:
    toy = TOYS[name]
    source = Both((toy.world(0), toy.world(1)), 1)
    noise = Weighing(source, toy, np.random.default_rng(0))
    toy.mechanism.run(source, noise)
    counts = 4 + (name == "counted in two rounds")
    assert len(noise.stages) >= counts + 3 + 1 + 2 * 2  # the focus, moments, two rounds of distances and of tables
    reached = np.array(noise.stages)
    assert reached[:, 1].sum() == pytest.approx(spend_of(toy.mechanism.event).mu ** 2, rel=1e-6)
    assert (reached[:, 0] <= reached[:, 1]).all()
    assert reached[:, 0].sum() > 0.85 * reached[:, 1].sum()


def test_a_short_audit_tells_a_fit_from_its_twin_with_half_the_noise() -> None:
    toy = Toy(unit=MANY, mu=2.0)
    found = judged(toy, weighed(toy, 60, 7))
    assert not found.too_far
    assert (
        0.6 * found.claimed.mu < found.estimate.mu < 1.5 * found.claimed.mu
    )  # three standard errors; the noise is seeded
    twin = Toy(unit=MANY, mu=2.0, factor=0.5)
    assert judged(twin, weighed(twin, 60, 7)).estimate.mu > 1.5 * found.claimed.mu


@pytest.mark.audit
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("name", "runs"), [("row", 50_000), ("person of many rows", 10_000), ("counted in two rounds", 10_000)]
)
def test_the_best_attack_reaches_the_claim_and_does_not_pass_it(name: str, runs: int) -> None:
    found = judged(TOYS[name], worlds(TOYS[name], runs, workers=CORES))
    assert not found.refutes
    assert found.farthest_mu is not None
    assert found.farthest_mu <= found.claimed.mu
    assert found.estimate.mu >= 0.9 * found.claimed.mu
    assert found.lower.mu >= 0.8 * found.claimed.mu


@pytest.mark.audit
@pytest.mark.parametrize("name", ["row", "person of many rows"])
def test_the_noise_of_releases_says_the_same(name: str) -> None:
    toy = replace(TOYS[name], mu=0.75, exact=True)
    found = judged(toy, worlds(toy, 3_000, quick=False, workers=CORES))
    assert not found.refutes
    assert 0.8 * found.claimed.mu <= found.estimate.mu <= 1.1 * found.claimed.mu  # four standard errors


@pytest.mark.audit
@pytest.mark.parametrize("exact", [False, True], ids=["numpy", "releases"])
def test_the_twin_with_half_the_noise_is_flagged(exact: bool) -> None:
    toy = Toy(unit=MANY, mu=1.0, factor=0.5, exact=exact)
    found = judged(toy, worlds(toy, 3_000, quick=False, workers=CORES))
    assert found.lower.mu > found.claimed.mu
    assert found.refutes
    assert found.estimate.mu > 1.7 * found.claimed.mu
