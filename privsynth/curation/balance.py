"""The stages that change shares: balance classes of rows, or ask for at least so many rows of a rare one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from privsynth.curation.bench import Bench
from privsynth.curation.lot import DRAWN, Bools, Lot, StepResult
from privsynth.errors import UsageError
from privsynth.tableschema.model import LABELLED, Schema, canonical_label

Ints = npt.NDArray[np.int64]
TOLERANCE = 0.01
_EXACT = 1e-9
_MOST_LISTED = 8
_TRIED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """A class of rows and its share.

    Args:
        says: The class in words.
        where: Its condition; None for the rows that are in no other class.
        share: Of all rows.
    """

    says: str
    where: str | None
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Give classes of rows the shares that are asked for: by drawing rows of scarce ones from the model, and leaving out others.

    Args:
        column: A column of labels; None where the classes are conditions.
        shares: Label (or condition) and its share, each once; empty for equal shares of the labels that occur. Where they add up to
            less than 1, the other rows keep the rest; where they add up to 1, the other rows are left out.
    """

    name: ClassVar[str] = "balance"
    column: str | None = None
    shares: tuple[tuple[str, float], ...] = ()

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return rows in the asked shares, those that were drawn at the end.

        With a model there are as many rows as before (or a few less, where that is what the shares need); without one as many as
        leaving rows out allows.

        Raises:
            UsageError: the shares or classes contradict each other, or cannot be reached.
        """
        wanted = self._wanted(lot, bench)
        which = _class_of(wanted, lot, bench)
        have = np.bincount(which[which >= 0], minlength=len(wanted))
        shares = np.array([each.share for each in wanted])
        if bench.model is None:
            _check_present(wanted, have)
            quotas = _quotas(shares, int(np.floor(((have + 0.5) / shares).min())), have)
        else:
            quotas = _quotas(shares, lot.count, np.full(len(have), lot.count))
        chosen = [_some(np.flatnonzero(which == at), int(quota), bench.rng) for at, quota in enumerate(quotas)]
        kept = lot.taken(np.sort(np.concatenate(chosen)))
        drawn = self._drawn(wanted, quotas - have, kept, bench)
        made = kept.with_rows(*drawn) if drawn else kept
        return made, self._result(lot, kept, made, wanted, have, quotas)

    def reached(self, lot: Lot, bench: Bench) -> dict[str, float]:
        """Return how far each class is from its share, where it is farther than `TOLERANCE`."""
        wanted = self._wanted(lot, bench)
        which = _class_of(wanted, lot, bench)
        shares = np.bincount(which[which >= 0], minlength=len(wanted)) / lot.count
        off = {each.says: float(share - each.share) for each, share in zip(wanted, shares, strict=True)}
        return {says: gap for says, gap in off.items() if abs(gap) > TOLERANCE}

    def classes(self, lot: Lot, bench: Bench) -> Ints:
        """Return int64[rows]: the class of each row, -1 for none."""
        return _class_of(self._wanted(lot, bench), lot, bench)

    def _wanted(self, lot: Lot, bench: Bench) -> list[_Share]:
        if self.column is None:
            return _checked([_Share(says=text, where=text, share=share) for text, share in self.shares])
        field = _labelled(self.column, bench.schema)
        if not self.shares:
            labels = _occurring(lot, self.column)
            equal = [(label, 1 / len(labels)) for label in labels]
            return _checked([_of_label(field.name, label, share) for label, share in equal])
        known = {canonical_label(label) for label in field.enum or ("false", "true")}
        strange = [label for label, _ in self.shares if canonical_label(label) not in known]
        if strange and (field.enum is not None or field.kind == "boolean"):
            raise UsageError(f"Column `{field.name}` has no label {strange[0]!r}. Give shares of labels of the schema.")
        return _checked([_of_label(field.name, canonical_label(label), share) for label, share in self.shares])

    def _drawn(self, wanted: list[_Share], lacking: Ints, kept: Lot, bench: Bench) -> list[Lot]:
        drawn: list[Lot] = []
        for each, rows in zip(wanted, lacking.tolist(), strict=True):
            if rows > 0:
                purpose = f"`balance` ({each.says})"
                only = (lambda values: _rest(wanted, values, bench)) if each.where is None else None
                where = self._others() if each.where is None else each.where
                drawn.append(bench.draw(purpose, where, rows, (kept, *drawn), DRAWN, only))
        return drawn

    def _others(self) -> str | None:
        """Return the condition of the rows of no named label, None where the classes are conditions."""
        if self.column is None:
            return None
        labels = ", ".join(quoted(label, "'") for label, _ in self.shares)
        return f"{quoted(self.column, '`')} not in ({labels})"

    def _result(self, lot: Lot, kept: Lot, made: Lot, wanted: list[_Share], have: Ints, quotas: Ints) -> StepResult:
        shown = [
            f"{each.says} {before:,} -> {after:,}"
            for each, before, after in zip(wanted, have.tolist(), quotas.tolist(), strict=True)
        ]
        more = f"; {len(shown) - _MOST_LISTED} more" if len(shown) > _MOST_LISTED else ""
        outside = lot.count - int(have.sum())
        left = f" {outside:,} rows are in no class and were left out." if outside else ""
        how = (
            "drawn from the model under a condition, the others left out at random"
            if made.count > kept.count
            else "left out at random"
        )
        options: dict[str, Any] = {"column": self.column, "shares": dict(self.shares) or None}
        return StepResult(
            stage=self.name,
            rows_in=lot.count,
            rows_kept=kept.count,
            rows_added=made.count - kept.count,
            why=f"{'; '.join(shown[:_MOST_LISTED])}{more}: {how}.{left}",
            options=options,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """Draw rows that fulfil a condition until there are so many.

    Args:
        condition: As for `Keep`.
        rows: How many rows are to fulfil it.
    """

    name: ClassVar[str] = "at_least"
    condition: str
    rows: int

    def apply(self, lot: Lot, bench: Bench) -> tuple[Lot, StepResult]:
        """Return the rows and, after them, those that were drawn."""
        have = int(bench.mask(self.condition, lot).sum())
        lacking = max(self.rows - have, 0)
        made = lot
        if lacking:
            made = lot.with_rows(bench.draw("`at_least`", self.condition, lacking, (lot,), DRAWN))
        why = f"{have:,} rows fulfil `{self.condition}`; {lacking:,} were drawn from the model under it."
        options = {"condition": self.condition, "rows": self.rows}
        return made, StepResult(
            stage=self.name, rows_in=lot.count, rows_kept=lot.count, rows_added=lacking, why=why, options=options
        )


def _labelled(name: str, schema: Schema) -> Any:
    found = next((field for field in schema.modelled if field.name == name), None)
    if found is None:
        raise UsageError(f"`balance` names the column `{name}`, which the schema does not model. Name another one.")
    if found.kind not in LABELLED:
        raise UsageError(
            f"Column `{name}` is a {found.kind}, which has no labels to balance. Give conditions, such as "
            f"`{name} < 40:0.5; {name} >= 40:0.5`."
        )
    return found


def _of_label(name: str, label: str, share: float) -> _Share:
    return _Share(says=label, where=equals(name, label), share=share)


def equals(name: str, label: str) -> str:
    """Return the condition that a column has a label."""
    return f"{quoted(name, '`')} = {quoted(label, chr(39))}"


def quoted(text: str, quote: str) -> str:
    """Return a name or a value in quotes, as a condition writes it."""
    return quote + text.replace("\\", "\\\\").replace(quote, quote * 2) + quote


def _occurring(lot: Lot, name: str) -> list[str]:
    column = lot.values.column(name).combine_chunks()
    codes = np.asarray(column.indices.drop_null().to_numpy(zero_copy_only=False), dtype=np.int64)
    labels = column.dictionary.to_pylist()
    found = [labels[code] for code in np.unique(codes).tolist()]
    if not found:
        raise UsageError(f"Column `{name}` has no label in any row, so there is nothing to balance. Name another one.")
    return [canonical_label(label) for label in found]


def _checked(wanted: list[_Share]) -> list[_Share]:
    """Refuse shares that cannot be; add the class of the other rows where the shares leave room for it."""
    for each in wanted:
        if not 0 < each.share <= 1:
            raise UsageError(
                f"`balance` gives `{each.says}` the share {each.share:g}. Give a number above 0 and up to 1."
            )
    names = [each.says for each in wanted]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"`balance` gives `{twice}` two shares. Give one.")
    total = sum(each.share for each in wanted)
    if total > 1 + _EXACT:
        raise UsageError(f"The shares of `balance` add up to {total:g}. Give shares that add up to 1, or to less.")
    if total < 1 - _EXACT:
        wanted = [*wanted, _Share(says="other rows", where=None, share=1 - total)]
    return wanted


def _class_of(wanted: list[_Share], lot: Lot, bench: Bench) -> Ints:
    """Return int64[rows]: the class of each row, -1 for none."""
    found = np.full(lot.count, -1, dtype=np.int64)
    for at, each in enumerate(wanted):
        if each.where is None:
            found[found < 0] = at
            continue
        rows = bench.mask(each.where, lot)
        if (found[rows] >= 0).any():
            other = wanted[int(found[rows].max())].says
            raise UsageError(
                f"Some rows are in two classes of `balance`: `{other}` and `{each.says}`. Make them exclude each other."
            )
        found[rows] = at
    return found


def _rest(wanted: list[_Share], values: Any, bench: Bench) -> Bools:
    """Return the rows that are in none of the classes that have a condition."""
    lot = Lot(table=values, values=values, origins=np.zeros(values.num_rows, dtype=np.uint8))
    return np.asarray(_class_of([each for each in wanted if each.where is not None], lot, bench) < 0)


def _check_present(wanted: list[_Share], have: Ints) -> None:
    for each, rows in zip(wanted, have.tolist(), strict=True):
        if not rows:
            raise UsageError(
                f"`balance` asks for rows of `{each.says}`, and the table has none. Rows are never invented: name a model to draw "
                "them from with --model M."
            )


def _quotas(shares: npt.NDArray[np.float64], most: int, bounds: Ints) -> Ints:
    """Return how many rows of each class there are to be: as many as can be, each share within `TOLERANCE`.

    Args:
        shares: float64[classes].
        most: Most rows in all.
        bounds: int64[classes], most rows of each class.
    """
    for rows in range(most, max(most - _TRIED, 0), -1):  # from 100 rows on, rounding alone keeps within 1%
        quotas = _rounded(shares, rows)
        near = np.abs(quotas / rows - shares) <= TOLERANCE
        if bool((near & (quotas > 0) & (quotas <= bounds)).all()):
            return quotas
    raise UsageError(
        f"The shares of `balance` cannot be reached within 1% with {most:,} rows or fewer. Start from more rows, or name a model."
    )


def _rounded(shares: npt.NDArray[np.float64], rows: int) -> Ints:
    """Return whole numbers in these shares that add up to `rows`: those with the largest remainders are rounded up."""
    exact = shares / shares.sum() * rows
    found: Ints = np.floor(exact + _EXACT).astype(np.int64)
    order = np.argsort(-(exact - found), kind="stable")
    found[order[: rows - int(found.sum())]] += 1
    return found


def _some(rows: Ints, most: int, rng: np.random.Generator) -> Ints:
    """Return at most so many of some rows, at random."""
    chosen: Ints = rng.permutation(rows)[:most]
    return chosen
