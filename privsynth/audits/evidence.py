"""Everything that an audit measures with a holdout, before the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from privsynth.audits.attacks import measure_attack
from privsynth.audits.attributes import measure_attributes
from privsynth.audits.copies import Copies
from privsynth.audits.exchange import compare_populations
from privsynth.audits.outliers import OutlyingRows, find_outliers, measure_outliers
from privsynth.audits.pool import Pool
from privsynth.audits.power import rows_needed, smallest_detectable, too_few_rows
from privsynth.audits.result import LEVEL, AuditResult, Verdict
from privsynth.audits.risk import carried_rows, copied_rows, met_rows, rank_rows
from privsynth.audits.scores import membership_scores
from privsynth.audits.statistics import holm
from privsynth.audits.wording import judge

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Keys = np.ndarray[Any, np.dtype[np.uint64]]
Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Findings, and the p-value of each test.

    Args:
        findings: Fields of the result by their name.
        p_values: By test.
        outlying: Outliers row by row.
        member: bool[rows of the pool that outliers are taken from].
        seed: Draws the plantings.
    """

    findings: dict[str, Any]
    p_values: dict[str, float]
    outlying: OutlyingRows
    member: Flags
    seed: int

    def told(self, blank: AuditResult) -> AuditResult:
        """Combine the tests and put the verdict into words."""
        adjusted = dict(zip(self.p_values, holm(list(self.p_values.values())), strict=True))
        copies, tests = self.findings["copies"], len(self.p_values)
        detectable = smallest_detectable(
            copies, self.findings["outliers"], self.outlying, self.member, level=LEVEL, tests=tests, seed=self.seed
        )
        few = too_few_rows(copies.train_rows, copies.holdout_rows, level=LEVEL, tests=tests)
        needed = rows_needed(level=LEVEL, tests=tests) if few else None
        verdict, reasons = judge(adjusted, detectable, needed=needed)
        known = replace(blank, verdict=verdict, reasons=reasons, outlier_verdict=_of_outliers(adjusted.get("outliers")))
        found = self.findings | {"n": blank.n | self.findings["n"]}
        return replace(known, p_holm=adjusted, detectable=detectable, **found)


def gather(
    pool: Pool,
    copies: Copies,
    *,
    keys: Sequence[Keys],
    numbers: Places,
    sensitive: Sequence[str] | None = None,
) -> Evidence:
    """Run every test.

    Args:
        pool: What is attacked.
        copies: The census of exact copies, over all rows.
        keys: Row keys of train, of the synthetic table and of the holdout, over all rows.
        numbers: int64[train rows compared]: their numbers in the train table as given.
        sensitive: Columns whose inference is tested; None for all.
    """
    scores, unusual = membership_scores(pool), pool.outlying or pool
    attacks = tuple(measure_attack(score.name, score.what, score.values, pool.member) for score in scores)
    pointing = tuple(score for score in scores if not score.aggregate)
    outlying = find_outliers(unusual)
    outliers = measure_outliers(outlying, unusual.member)
    attributes = measure_attributes(pool, sensitive=sensitive)
    deciding = {score.name for score in pointing}
    p_values: dict[str, float | None] = {each.name: each.p_value for each in attacks if each.name in deciding}
    p_values |= {"copies": copies.p_value, "carried": pool.carried.p_value}
    p_values |= {"outliers": outliers.p_value, "attributes": attributes.p_value}
    marks = (
        copied_rows(*keys),
        carried_rows(pool.grades, len(keys[0])),
        met_rows(outlying, unusual, holdout_rows=len(keys[2])),
    )
    findings = {
        "attacks": attacks,
        "copies": copies,
        "carried": pool.carried,
        "outliers": outliers,
        "attributes": attributes,
        "risk": rank_rows(pointing, marks, pool.member, pool.places, numbers),
        "exchangeability": compare_populations(pool.rows, pool.numeric, pool.member, pool.found.index, seed=pool.seed),
        "context": _context(pool),
        "n": {"train_compared": int(pool.member.sum()), "holdout_compared": int((~pool.member).sum())},
    }
    tested = {name: p for name, p in p_values.items() if p is not None}
    return Evidence(findings=findings, p_values=tested, outlying=outlying, member=unusual.member, seed=pool.seed)


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
