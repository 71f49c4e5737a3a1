"""The audit: three tables in, a verdict with its evidence out.

The order of the argument: rows that train and holdout share are set aside; what is left must look like one population
(otherwise no verdict); then, were the generator blind to who was in train, every score computed without the labels
would rank train and held-out rows alike. That makes each p-value exact: the encoding, the reference distances and the
outlier strata are taken from the pooled rows, each row measured against all others, and labels are looked at last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.alike import chance_alike
from privsynth.audits.copies import (
    COPY_LEVEL_ALONE,
    Overlap,
    count_copies,
    count_copies_alone,
    exchangeable_part,
    find_overlap,
    uneven_repeats,
)
from privsynth.audits.evidence import gather
from privsynth.audits.pace import Pace
from privsynth.audits.pool import assemble
from privsynth.audits.result import AuditResult
from privsynth.audits.statistics import bonferroni, excess_p
from privsynth.audits.tables import Tables, align, row_keys
from privsynth.audits.units import one_row_per_unit
from privsynth.audits.wording import in_words
from privsynth.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from privsynth.privacy import Private

MIN_ROWS = 20
SWAPPED_LEVEL = 0.001


def audit_tables(
    train: Private[pd.DataFrame],
    synthetic: pd.DataFrame,
    holdout: Private[pd.DataFrame] | None,
    *,
    seed: int = 0,
    max_rows: int = 20_000,
    train_units: Private[pd.Series[Any]] | None = None,
    holdout_units: Private[pd.Series[Any]] | None = None,
    train_numbers: Private[np.ndarray[Any, np.dtype[np.int64]]] | None = None,
    sensitive: Sequence[str] | None = None,
    identifiers: frozenset[str] = frozenset(),
    pace: Pace | None = None,
) -> AuditResult:
    """Test whether a synthetic table gives away which rows its generator was fitted on.

    Args:
        train: Rows the generator was fitted on.
        synthetic: Rows it drew; searched whole.
        holdout: Rows of the same population that it never saw. Without them the verdict can only be `leak` (gross
            copying) or `inconclusive`.
        seed: Draws the sample of rows to attack and the codes of columns with very many labels.
        max_rows: Most rows of train, and of the holdout, that are attacked; exact copies are counted over all rows.
        train_units: The unit of each train row, when a unit may have several rows: one row of each is audited (rows of
            one unit resemble each other, which would look like two populations).
        holdout_units: The unit of each held-out row.
        train_numbers: Numbers by which rows at risk are called; None counts the train rows from 0.
        sensitive: Columns whose inference is tested; None for all (at most twenty are).
        identifiers: Columns that are known to name somebody, and free texts: they are read for values carried over alone.
        pace: How long it may take (copies are counted in any case), and whom to tell how far it is.

    Returns:
        The verdict and its evidence. All tests share the level 0.01 (Holm).

    Raises:
        UsageError: `max_rows` is under 20.
    """
    if max_rows < MIN_ROWS:
        raise UsageError(f"An audit attacks at least {MIN_ROWS} rows a side, not {max_rows}. Raise `max_rows`.")
    members, others = train.reveal(), None if holdout is None else holdout.reveal()
    members = members.set_axis(range(len(members)) if train_numbers is None else train_numbers.reveal(), axis=0)
    given = {"train": len(members), "synthetic": len(synthetic)} | ({} if others is None else {"holdout": len(others)})
    told: tuple[str, ...] = ()
    if train_units is not None:
        outside = None if holdout_units is None else holdout_units.reveal()
        members, others, told = one_row_per_unit(members, train_units.reveal(), others, outside, seed=seed)
    aligned = align(members, synthetic, others, identifiers=identifiers)
    blank = _blank(aligned, given, told)
    if not aligned.columns:
        return replace(blank, reasons=("The tables have no column in common, so nothing could be compared.",))
    empty = [name for name in ("train", "synthetic", "holdout") if blank.n.get(name) == 0]
    if empty:
        return replace(blank, reasons=(f"There is no row in: {', '.join(empty)}. Nothing could be compared.",))
    if aligned.holdout is None:
        return _alone(aligned, blank, "There is no holdout to compare with. Give rows that the generator never saw.")
    numbers = members.index.to_numpy(dtype=np.int64)
    return _with_holdout(
        aligned, blank, numbers, seed=seed, max_rows=max_rows, sensitive=sensitive, pace=pace or Pace()
    )


def _with_holdout(
    given: Tables,
    blank: AuditResult,
    numbers: np.ndarray[Any, np.dtype[np.int64]],
    *,
    seed: int,
    max_rows: int,
    sensitive: Sequence[str] | None,
    pace: Pace,
) -> AuditResult:
    pace.tell("counting copies")
    tables, overlap = _without_overlap(given, seed)
    tables, repeated = _without_repeats(tables)
    holdout = tables.holdout
    assert holdout is not None  # noqa: S101 - for the type checker
    blank = replace(blank, overlap=overlap, warnings=blank.warnings + _overlap_warning(overlap) + repeated)
    if overlap.same_table:
        return _alone(given, blank, "Train and holdout are the same rows. Give rows that the generator never saw.")
    if min(len(tables.train), len(holdout)) < MIN_ROWS:
        reason = f"Fewer than {MIN_ROWS} rows of train or holdout are left to compare. Give a larger holdout."
        return _alone(given, blank, reason)
    keys = [row_keys(table, tables.numeric) for table in (tables.train, tables.synthetic, holdout)]
    copies = count_copies(*keys)
    pool = assemble(tables, seed=seed, max_rows=max_rows, pace=pace)
    blank = replace(blank, warnings=blank.warnings + pool.told)
    pace.tell("attacking")
    numbers = numbers[tables.train.index.to_numpy()]
    result = gather(pool, copies, keys=keys, numbers=numbers, sensitive=sensitive).told(blank)
    exchangeability = result.exchangeability
    if exchangeability is not None and exchangeability.differs:
        column = exchangeability.most_different
        where = "" if column is None else f", most clearly in `{column}`"
        reason = (
            f"Train and holdout are not from one population (two-sample test, {in_words(exchangeability.p_value)}{where}), so no "
            "attack on them can be read. Give a holdout drawn at random from the same rows; where a person has several "
            "rows, name the units."
        )
        return _alone(given, replace(result, outlier_verdict="inconclusive", detectable=None, risk=None), reason)
    return _doubted(result)


def _doubted(result: AuditResult) -> AuditResult:
    """The same, or no verdict where the synthetic table favours the held-out rows."""
    copies, nearest = result.copies, result.attacks[0]
    assert copies is not None  # noqa: S101 - for the type checker
    p = excess_p(
        member_hits=copies.holdout_unique,
        hits=copies.holdout_unique + copies.train_unique,
        members=copies.holdout_unique_rows,
        rows=copies.holdout_unique_rows + copies.train_unique_rows,
    )
    p = bonferroni([p, 1 - nearest.rank_p if nearest.auc < 0.5 else 1.0])
    if result.verdict == "leak" or p >= SWAPPED_LEVEL:
        return result
    reason = (
        f"The synthetic table favours held-out rows over train rows ({in_words(p)}). Perhaps train and holdout were swapped, "
        "or the generator saw the holdout, or synthetic rows near train rows were taken out (which tells of them too)."
    )
    return replace(result, verdict="inconclusive", outlier_verdict="inconclusive", reasons=(reason,), detectable=None)


def _alone(tables: Tables, known: AuditResult, reason: str) -> AuditResult:
    """The verdict when there is nothing to compare with: a leak only when copying is gross."""
    keys = [row_keys(table, tables.numeric) for table in (tables.train, tables.synthetic)]
    alike = max(chance_alike(table, tables.numeric) for table in (tables.train, tables.synthetic))
    census = count_copies_alone(*keys, alike=alike)
    copies = known.copies or census
    if census.p_value >= COPY_LEVEL_ALONE:
        return replace(known, verdict="inconclusive", reasons=(reason,), copies=copies)
    found = (
        f"{census.train} of {census.train_rows} train rows are repeated exactly, where about {census.expected:.0f} "
        "would be by chance."
    )
    return replace(known, verdict="leak", reasons=(found, reason), copies=census)


def _without_overlap(tables: Tables, seed: int) -> tuple[Tables, Overlap]:
    assert tables.holdout is not None  # noqa: S101 - for the type checker
    train, holdout = (row_keys(table, tables.numeric) for table in (tables.train, tables.holdout))
    overlap = find_overlap(train, holdout, seed=seed)
    if not overlap.found:
        return tables, overlap
    keep_train, keep_holdout = exchangeable_part(train, holdout)
    kept = replace(tables, train=tables.train[keep_train], holdout=tables.holdout[keep_holdout])
    return kept, replace(overlap, dropped=int((~keep_holdout).sum()))


def _without_repeats(tables: Tables) -> tuple[Tables, tuple[str, ...]]:
    assert tables.holdout is not None  # noqa: S101 - for the type checker
    kept = uneven_repeats(*(row_keys(table, tables.numeric) for table in (tables.train, tables.holdout)))
    if kept is None:
        return tables, ()
    left_out = sum(int((~part).sum()) for part in kept)
    told = f"Rows repeat in one of train and holdout more often than in the other: {left_out} rows that recur were left out."
    return replace(tables, train=tables.train[kept[0]], holdout=tables.holdout[kept[1]]), (told,)


def _overlap_warning(overlap: Overlap) -> tuple[str, ...]:
    if not overlap.found:
        return ()
    return (
        f"{overlap.holdout_rows_in_train} held-out rows are also train rows (about {overlap.expected:.0f} would be by "
        "chance): the holdout is not independent. They were left out, and with them train rows that occur twice "
        "(where rows repeat anyway, all that do).",
    )


def _blank(tables: Tables, rows: dict[str, int], warnings: tuple[str, ...]) -> AuditResult:
    return AuditResult(
        verdict="inconclusive",
        reasons=(),
        outlier_verdict="inconclusive",
        attacks=(),
        copies=None,
        carried=None,
        outliers=None,
        attributes=None,
        risk=None,
        p_holm={},
        detectable=None,
        exchangeability=None,
        overlap=None,
        n=rows,
        context={
            "train_to_synthetic_median": None,
            "holdout_to_synthetic_median": None,
            "real_to_real_median": None,
        },
        columns_used=tables.taking_part,
        columns_left_out=tables.left_out,
        warnings=warnings + tables.shape_warnings,
    )
