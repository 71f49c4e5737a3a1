"""The audit: three tables in, a verdict with its evidence out.

The order of the argument: rows that train and holdout share are set aside; what is left must look like one population
(otherwise no verdict); then, were the generator blind to who was in train, every score computed without the labels
would rank train and held-out rows alike. That makes each p-value exact: the encoding, the reference distances and the
outlier strata are taken from the pooled rows, each row measured against all others, and labels are looked at last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.attacks import Attack, measure_attack, nearest_scores
from privsynth.audits.copies import (
    COPY_LEVEL_ALONE,
    Copies,
    Overlap,
    count_copies,
    count_copies_alone,
    exchangeable_part,
    find_carried,
    find_overlap,
)
from privsynth.audits.encode import fit_encoding
from privsynth.audits.exchange import compare_populations
from privsynth.audits.neighbours import Neighbours, find_neighbours
from privsynth.audits.outliers import measure_outliers
from privsynth.audits.power import Detectable, smallest_detectable, too_few_rows
from privsynth.audits.result import LEVEL, AuditResult, Verdict
from privsynth.audits.statistics import holm
from privsynth.audits.tables import Tables, align, row_keys
from privsynth.audits.units import one_row_per_unit
from privsynth.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from privsynth.privacy import Private

Flags = np.ndarray[Any, np.dtype[np.bool_]]

MIN_ROWS = 20
MEANING = {
    "nearest-1": "distance to the nearest synthetic row",
    "nearest-5": "density of synthetic rows around a row",
    "copies": "exact copies of rows",
    "carried": "values that a single real row has",
    "outliers": "rows close to outliers",
}


def audit_tables(
    train: Private[pd.DataFrame],
    synthetic: pd.DataFrame,
    holdout: Private[pd.DataFrame] | None,
    *,
    seed: int = 0,
    max_rows: int = 20_000,
    train_units: Private[pd.Series[Any]] | None = None,
    holdout_units: Private[pd.Series[Any]] | None = None,
) -> AuditResult:
    """Test whether a synthetic table gives away which rows its generator was fitted on.

    Args:
        train: Rows the generator was fitted on, without identifiers.
        synthetic: Rows it drew; searched whole.
        holdout: Rows of the same population that it never saw. Without them the verdict can only be `leak` (gross
            copying) or `inconclusive`.
        seed: Draws the sample of rows to attack and the codes of columns with very many labels.
        max_rows: Most rows of train, and of the holdout, that are attacked; exact copies are counted over all rows.
        train_units: The unit of each train row, when a unit may have several rows: one row of each is audited (rows of
            one unit resemble each other, which would look like two populations).
        holdout_units: The unit of each held-out row.

    Returns:
        The verdict and its evidence. Five tests share the level 0.01 (Holm).

    Raises:
        UsageError: `max_rows` is under 20.
    """
    if max_rows < MIN_ROWS:
        raise UsageError(f"An audit attacks at least {MIN_ROWS} rows a side, not {max_rows}. Raise `max_rows`.")
    members, others = train.reveal(), None if holdout is None else holdout.reveal()
    given = {"train": len(members), "synthetic": len(synthetic)} | ({} if others is None else {"holdout": len(others)})
    told: tuple[str, ...] = ()
    if train_units is not None:
        outside = None if holdout_units is None else holdout_units.reveal()
        members, others, told = one_row_per_unit(members, train_units.reveal(), others, outside, seed=seed)
    aligned = align(members, synthetic, others)
    blank = _blank(aligned, given, told)
    if not aligned.columns:
        return replace(blank, verdict_reason="The tables have no column in common, so nothing could be compared.")
    empty = [name for name in ("train", "synthetic", "holdout") if blank.rows.get(name) == 0]
    if empty:
        return replace(blank, verdict_reason=f"There is no row in: {', '.join(empty)}. Nothing could be compared.")
    if aligned.holdout is None:
        return _alone(aligned, blank, "There is no holdout to compare with. Give rows that the generator never saw.")
    return _with_holdout(aligned, blank, seed=seed, max_rows=max_rows)


def _with_holdout(given: Tables, blank: AuditResult, *, seed: int, max_rows: int) -> AuditResult:
    tables, overlap = _without_overlap(given, seed)
    holdout = tables.holdout
    assert holdout is not None  # noqa: S101 - for the type checker
    blank = replace(blank, overlap=overlap, warnings=blank.warnings + _overlap_warning(overlap))
    if overlap.same_table:
        return _alone(given, blank, "Train and holdout are the same rows. Give rows that the generator never saw.")
    if min(len(tables.train), len(holdout)) < MIN_ROWS:
        reason = f"Fewer than {MIN_ROWS} rows of train or holdout are left to compare. Give a larger holdout."
        return _alone(given, blank, reason)
    keys = [row_keys(table, tables.numeric) for table in (tables.train, tables.synthetic, holdout)]
    evidence = _attack(tables, count_copies(*keys), seed=seed, max_rows=max_rows)
    result = evidence.told(blank)
    exchangeability = result.exchangeability
    if exchangeability is not None and exchangeability.differs:
        reason = (
            f"Train and holdout are not from one population (two-sample test, {_p(exchangeability.p_value)}), so no "
            "attack on them can be read. Give a holdout drawn at random from the same rows; where a person has several "
            "rows, name the units."
        )
        return _alone(given, replace(result, outlier_verdict="inconclusive", detectable=None), reason)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """Everything measured with a holdout, before the verdict."""

    findings: dict[str, Any]
    attacks: tuple[Attack, ...]
    p_values: dict[str, float]
    context: dict[str, float | None]
    compared: dict[str, int]

    def told(self, blank: AuditResult) -> AuditResult:
        """Combine the tests and put the verdict into words."""
        adjusted = dict(zip(self.p_values, holm(list(self.p_values.values())), strict=True))
        copies: Copies = self.findings["copies"]
        tests = len(self.p_values)
        detectable = smallest_detectable(copies, self.findings["outliers"], level=LEVEL, tests=tests)
        few = too_few_rows(copies.train_rows, copies.holdout_rows, level=LEVEL, tests=tests)
        verdict, reason = _verdict(adjusted, detectable, few=few)
        outlier_p = adjusted.get("outliers")
        outlier_verdict: Verdict = (
            "inconclusive" if outlier_p is None else "leak" if outlier_p < LEVEL else "no leak found"
        )
        return replace(
            blank,
            verdict=verdict,
            verdict_reason=reason,
            outlier_verdict=outlier_verdict,
            attacks=self.attacks,
            p_holm=adjusted,
            detectable=detectable,
            rows=blank.rows | self.compared,
            context=self.context,
            **self.findings,
        )


def _attack(tables: Tables, copies: Copies, *, seed: int, max_rows: int) -> _Evidence:
    import pandas as pd

    rng = np.random.default_rng(seed)
    sides = [_sampled(table, max_rows, rng) for table in (tables.train, tables.holdout) if table is not None]
    pool = pd.concat(sides, ignore_index=True)
    member = np.arange(len(pool)) < len(sides[0])
    encoding = fit_encoding([pool, tables.synthetic], tables.numeric, seed=seed)
    found = find_neighbours(encoding.encode(pool), tables.synthetic, encoding.encode)
    attacks = _attacks(found, member)
    carried = find_carried(tables, pool, member)
    outliers = measure_outliers(found, member)
    p_values = {attack.name: attack.p_value for attack in attacks}
    p_values |= {"copies": copies.p_value, "carried": carried.p_value}
    if outliers.p_value is not None:
        p_values["outliers"] = outliers.p_value
    return _Evidence(
        findings={
            "copies": copies,
            "carried": carried,
            "outliers": outliers,
            "exchangeability": compare_populations(pool, tables.numeric, member, found.index, seed=seed),
        },
        attacks=attacks,
        p_values=p_values,
        context={
            "train_to_synthetic_median": float(np.median(found.synthetic[member, 0])),
            "holdout_to_synthetic_median": float(np.median(found.synthetic[~member, 0])),
            "real_to_real_median": float(np.median(found.real[:, 0])),
        },
        compared={"train_compared": len(sides[0]), "holdout_compared": len(sides[1])},
    )


def _attacks(found: Neighbours, member: Flags) -> tuple[Attack, ...]:
    one = "The synthetic table holds a row closer to this one than the nearest other real row is."
    five = "Synthetic rows lie denser around this row than other real rows do (five neighbours)."
    return (
        measure_attack("nearest-1", one, nearest_scores(found, 1), member),
        measure_attack("nearest-5", five, nearest_scores(found, 5), member),
    )


def _verdict(adjusted: dict[str, float], detectable: Detectable, *, few: bool) -> tuple[Verdict, str]:
    smallest = min(adjusted.values())
    if smallest < LEVEL:
        proofs = ", ".join(f"{MEANING[name]} ({_p(p)})" for name, p in adjusted.items() if p < LEVEL)
        return "leak", (
            f"The synthetic table favours train rows over held-out rows in: {proofs}; p after Holm's correction for "
            f"{len(adjusted)} tests."
        )
    beyond = f"None of {len(adjusted)} tests told train rows from held-out rows (smallest Holm p {smallest:.2g})"
    if few:
        return (
            "inconclusive",
            f"{beyond}, but copies of a fifth of the train rows could have been missed: too few rows.",
        )
    if detectable.share is None:
        return "no leak found", (
            f"{beyond}. Hardly any row is unique among the real rows, so a copied row points at nobody and copying "
            "could not be told from chance."
        )
    outliers = (
        "" if detectable.outlier_share is None else f", or of {_percent(detectable.outlier_share)} of the outliers"
    )
    return "no leak found", (
        f"{beyond}. Verbatim copies of {_percent(detectable.share)} of the train rows{outliers} would have been found "
        "with 95% power."
    )


def _alone(tables: Tables, known: AuditResult, reason: str) -> AuditResult:
    """The verdict when there is nothing to compare with: a leak only when copying is gross."""
    keys = [row_keys(table, tables.numeric) for table in (tables.train, tables.synthetic)]
    census = count_copies_alone(*keys)
    copies = known.copies or census
    if census.p_value >= COPY_LEVEL_ALONE:
        return replace(known, verdict="inconclusive", verdict_reason=reason, copies=copies)
    found = (
        f"{census.train} of {census.train_rows} train rows are repeated exactly, where about {census.expected:.0f} "
        "would be by chance."
    )
    return replace(known, verdict="leak", verdict_reason=f"{found} {reason}", copies=census)


def _without_overlap(tables: Tables, seed: int) -> tuple[Tables, Overlap]:
    assert tables.holdout is not None  # noqa: S101 - for the type checker
    train, holdout = (row_keys(table, tables.numeric) for table in (tables.train, tables.holdout))
    overlap = find_overlap(train, holdout, seed=seed)
    if not overlap.found:
        return tables, overlap
    keep_train, keep_holdout = exchangeable_part(train, holdout)
    kept = replace(tables, train=tables.train[keep_train], holdout=tables.holdout[keep_holdout])
    return kept, replace(overlap, dropped=int((~keep_holdout).sum()))


def _overlap_warning(overlap: Overlap) -> tuple[str, ...]:
    if not overlap.found:
        return ()
    return (
        f"{overlap.holdout_rows_in_train} held-out rows are also train rows (about {overlap.expected:.0f} would be by "
        "chance): the holdout is not independent. They were left out, and with them train rows that occur twice.",
    )


def _blank(tables: Tables, rows: dict[str, int], warnings: tuple[str, ...]) -> AuditResult:
    return AuditResult(
        verdict="inconclusive",
        verdict_reason="",
        outlier_verdict="inconclusive",
        attacks=(),
        copies=None,
        carried=None,
        outliers=None,
        p_holm={},
        detectable=None,
        exchangeability=None,
        overlap=None,
        rows=rows,
        context={
            "train_to_synthetic_median": None,
            "holdout_to_synthetic_median": None,
            "real_to_real_median": None,
        },
        columns_used=tables.columns,
        columns_left_out=tables.left_out,
        warnings=warnings + tables.shape_warnings,
    )


def _sampled(table: pd.DataFrame, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    return table if len(table) <= rows else table.iloc[np.sort(rng.choice(len(table), rows, replace=False))]


def _p(p_value: float) -> str:
    return f"p {p_value:.1g}" if p_value > 1e-300 else "p below 1e-300"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%"
