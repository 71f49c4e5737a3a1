"""A tight audit of what a fit gives away: the best attack on its noisy answers must reach its mu, and not pass it.

The attacker knows both tables and sees every noisy answer (the strongest view: all that is released follows from them). For Gaussian
noise the best test sums (answer - middle) * (difference of the exact answers) / scale**2 over the tape; the exact answers of
both tables are found by replaying the tape. Threshold and interval follow the trade-off curve of Gaussian differential privacy
(Nasr et al., "Tight auditing of differentially private machine learning", 2023).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from replay import Asked, Recording, Replaying
from scipy.stats import beta, norm

from privsynth import noise as noise_module
from privsynth.accounting import Spend, spend_of
from privsynth.generators import make_config
from privsynth.noise import OsNoise, scale_of
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

CONFIDENCE = 1e-6
SCHEMA = Schema(
    fields=(
        Field(name="a", kind="integer", minimum=0, maximum=9),
        Field(name="b", kind="categorical", enum=("x", "y", "z")),
        Field(name="c", kind="boolean"),
    ),
    target="c",
)


def world(rows: int, unit: Unit) -> CodedTable:
    """Return a small table, with the target's rows in cells of their own, in number `rows`."""
    domains = [Domain.of(field) for field in SCHEMA.modelled]
    base = {"a": [0] * 30 + [5] * 30, "b": [0] * 40 + [1] * 20, "c": [0] * 50 + [1] * 10}
    mine = {"a": 9, "b": 2, "c": 1}
    codes = {d.name: np.array(base[d.name] + [mine[d.name]] * rows).astype(d.dtype) for d in domains}
    return CodedTable(domains, Private(codes), unit)


def score(tape: list[Asked], without: list[Any], with_unit: list[Any]) -> float:
    """Return the log-likelihood ratio of the answers on a tape."""
    total = 0.0
    for asked, v0, v1 in zip(tape, without, with_unit, strict=True):
        gap = (v1 - v0).astype(np.float64)
        scale = scale_of(*asked.public)
        total += float((((asked.answer - (v0 + v1) / 2) * gap).sum()) / scale**2)
    return total


def scores(runs: int, mechanism: Any, tables: tuple[CodedTable, CodedTable], real: int) -> np.ndarray[Any, Any]:
    found = np.empty(runs)
    for run in range(runs):
        recording = Recording(noise=OsNoise())
        mechanism.run(tables[real], recording)
        other = Replaying(recording.tape)
        mechanism.run(tables[1 - real], other)
        exact = ([asked.exact for asked in recording.tape], other.exact)
        found[run] = score(recording.tape, exact[real], exact[1 - real])
    return found


def mu_at_least(world0: np.ndarray[Any, Any], world1: np.ndarray[Any, Any]) -> float:
    """Return a lower bound of mu at the confidence, from the two errors of the test whose threshold is 0."""
    errors = (int((world0 > 0).sum()), int((world1 <= 0).sum()))
    most = [beta.ppf(1 - CONFIDENCE, count + 1, len(world0) - count) for count in errors]
    return float(-norm.ppf(most[0]) - norm.ppf(most[1]))


def audited(runs: int, unit: Unit, mu: float) -> tuple[float, float, float]:
    """Return the claimed mu, a lower bound of the true one, and its best estimate."""
    mechanism = make_config("copula").calibrate(SCHEMA, unit, Spend(mu_squared=mu**2))  # type: ignore[arg-type]
    tables = (world(0, unit), world(unit.max_rows, unit))
    world0, world1 = (scores(runs, mechanism, tables, real) for real in (0, 1))
    spread = math.sqrt((world0.var() + world1.var()) / 2)
    return spend_of(mechanism.event).mu, mu_at_least(world0, world1), float((world1.mean() - world0.mean()) / spread)


def halved(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = noise_module._discrete_gaussian
    monkeypatch.setattr(noise_module, "_discrete_gaussian", lambda count, scale: drawn(count, scale / 2))


UNITS = [Unit(), Unit(column="patient", max_rows=3)]


def test_a_short_audit_tells_a_fit_from_its_twin_with_half_the_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    claimed, _, estimate = audited(80, UNITS[1], 2.0)
    assert estimate < 1.15 * claimed
    halved(monkeypatch)
    claimed, _, estimate = audited(80, UNITS[1], 2.0)
    assert estimate > 1.15 * claimed


@pytest.mark.audit
@pytest.mark.parametrize("unit", UNITS, ids=["row", "patient"])
def test_the_best_attack_reaches_the_claim_and_does_not_pass_it(unit: Unit) -> None:
    claimed, least, estimate = audited(3_000, unit, 1.0)
    assert least <= claimed
    assert 0.55 * claimed <= estimate <= claimed * 1.1  # five standard errors
    assert least > 0.3 * claimed


@pytest.mark.audit
def test_the_twin_with_half_the_noise_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    halved(monkeypatch)
    claimed, least, estimate = audited(3_000, Unit(), 1.0)
    assert least > claimed
    assert estimate > 1.2 * claimed
