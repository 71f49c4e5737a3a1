"""Everything that an audit measures with a holdout, before the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from privsynth.audits.attacks import Attack, measure_attack, nearest_scores
from privsynth.audits.copies import Copies, find_carried
from privsynth.audits.exchange import compare_populations
from privsynth.audits.outliers import measure_outliers
from privsynth.audits.pool import Pool
from privsynth.audits.power import rows_needed, smallest_detectable, too_few_rows
from privsynth.audits.result import LEVEL, AuditResult, Verdict
from privsynth.audits.statistics import holm
from privsynth.audits.wording import judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Findings, and the p-value of each test.

    Args:
        findings: Fields of the result by their name.
        p_values: By test.
    """

    findings: dict[str, Any]
    p_values: dict[str, float]

    def told(self, blank: AuditResult) -> AuditResult:
        """Combine the tests and put the verdict into words."""
        adjusted = dict(zip(self.p_values, holm(list(self.p_values.values())), strict=True))
        copies, tests = self.findings["copies"], len(self.p_values)
        detectable = smallest_detectable(copies, self.findings["outliers"], level=LEVEL, tests=tests)
        few = too_few_rows(copies.train_rows, copies.holdout_rows, level=LEVEL, tests=tests)
        needed = rows_needed(level=LEVEL, tests=tests) if few else None
        verdict, reasons = judge(adjusted, detectable, needed=needed)
        known = replace(blank, verdict=verdict, reasons=reasons, outlier_verdict=_of_outliers(adjusted.get("outliers")))
        found = self.findings | {"n": blank.n | self.findings["n"]}
        return replace(known, p_holm=adjusted, detectable=detectable, **found)


def gather(pool: Pool, copies: Copies) -> Evidence:
    """Run every test.

    Args:
        pool: What is compared.
        copies: The census of exact copies, over all rows.
    """
    attacks = _attacks(pool)
    carried = find_carried(pool.rows, pool.synthetic, pool.numeric, pool.member)
    outliers = measure_outliers(pool.found, pool.member)
    p_values = {attack.name: attack.p_value for attack in attacks}
    p_values |= {"copies": copies.p_value, "carried": carried.p_value}
    if outliers.p_value is not None:
        p_values["outliers"] = outliers.p_value
    return Evidence(
        findings={
            "attacks": attacks,
            "copies": copies,
            "carried": carried,
            "outliers": outliers,
            "exchangeability": compare_populations(
                pool.rows, pool.numeric, pool.member, pool.found.index, seed=pool.seed
            ),
            "context": _context(pool),
            "n": {"train_compared": int(pool.member.sum()), "holdout_compared": int((~pool.member).sum())},
        },
        p_values=p_values,
    )


def _attacks(pool: Pool) -> tuple[Attack, ...]:
    one = "The synthetic table holds a row closer to this one than the nearest other real row is."
    five = "Synthetic rows lie denser around this row than other real rows do (five neighbours)."
    return (
        measure_attack("nearest-1", one, nearest_scores(pool.found, 1), pool.member),
        measure_attack("nearest-5", five, nearest_scores(pool.found, 5), pool.member),
    )


def _context(pool: Pool) -> dict[str, float | None]:
    found, member = pool.found, pool.member
    return {
        "train_to_synthetic_median": float(np.median(found.synthetic[member, 0])),
        "holdout_to_synthetic_median": float(np.median(found.synthetic[~member, 0])),
        "real_to_real_median": float(np.median(found.real[:, 0])),
    }


def _of_outliers(p_value: float | None) -> Verdict:
    if p_value is None:
        return "inconclusive"
    return "leak" if p_value < LEVEL else "no leak found"
