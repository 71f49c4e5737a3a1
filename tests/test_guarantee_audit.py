"""A tight audit of what a fit of `copula` gives away: the best attack on its noisy answers must reach its mu, and not pass it.

The attacker knows both tables and sees every noisy answer (the strongest view: all that is released follows from them). For Gaussian
noise the best test sums (answer - middle) * (difference of the exact answers) / scale**2 over the answers. Threshold and interval
follow the trade-off curve of Gaussian differential privacy (Nasr et al., "Tight auditing of differentially private machine
learning", 2023). The machinery is that of `privsynth certify`.
"""

from __future__ import annotations

import pytest

from privsynth import noise as noise_module
from privsynth.certification.result import Attack
from privsynth.certification.run import fits_attack
from privsynth.certification.toys import Toy
from privsynth.certification.worlds import worlds
from privsynth.privacy import Budget, Unit

ERROR = 1e-6
BUDGET = Budget(epsilon=1, delta=1e-6)
UNITS = [Unit(), Unit(column="patient", max_rows=3)]
CORES = 2


def audited(runs: int, unit: Unit, mu: float, *, workers: int = 1, error: float = ERROR, **more: bool) -> Attack:
    """Return what an audit finds: the noise is that of releases unless `more` says otherwise."""
    toy = Toy(generator="copula", unit=unit, mu=mu, **{"exact": True, **more})
    return fits_attack(toy, worlds(toy, runs, workers=workers), BUDGET, error)


def halved(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = noise_module._discrete_gaussian
    monkeypatch.setattr(noise_module, "_discrete_gaussian", lambda count, scale: drawn(count, scale / 2))


def test_a_short_audit_tells_a_fit_from_its_twin_with_half_the_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    found = audited(80, UNITS[1], 2.0)
    assert found.estimate.mu < 1.3 * found.claimed.mu  # 3.5 standard errors above an honest one, 4.7 below the twin
    assert not found.too_far
    halved(monkeypatch)
    found = audited(80, UNITS[1], 2.0)
    assert found.estimate.mu > 1.3 * found.claimed.mu


@pytest.mark.audit
@pytest.mark.parametrize("unit", UNITS, ids=["row", "patient"])
def test_the_best_attack_reaches_the_claim_and_does_not_pass_it(unit: Unit) -> None:
    found = audited(3_000, unit, 1.0)
    assert not found.refutes
    assert 0.75 * found.claimed.mu <= found.estimate.mu <= found.claimed.mu * 1.1  # five standard errors
    assert found.lower.mu > 0.4 * found.claimed.mu


@pytest.mark.audit
@pytest.mark.timeout(1800)
def test_many_runs_reach_nine_tenths_of_the_claim() -> None:
    found = audited(50_000, UNITS[0], 0.5, workers=CORES, error=1e-3, exact=False)
    assert not found.refutes
    assert found.estimate.mu >= 0.9 * found.claimed.mu
    assert found.lower.mu >= 0.8 * found.claimed.mu


@pytest.mark.audit
def test_the_twin_with_half_the_noise_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    halved(monkeypatch)
    found = audited(3_000, Unit(), 1.0)
    assert found.refutes
    assert found.lower.mu > found.claimed.mu
    assert found.estimate.mu > 1.2 * found.claimed.mu
