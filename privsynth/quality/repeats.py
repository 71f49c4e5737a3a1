"""Do the values of a synthetic column come from the real one? A count of repeated values, beside what chance gives.

Meant for columns that should hold no real value at all (names, addresses, numbers of persons and records) and for text with
many different values. It is computed from private rows without noise: for the owner, unpaid, never released. No value is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from privsynth.errors import UsageError
from privsynth.quality.chance import excess_by_count, expected_overlap, gross_chance
from privsynth.table.columns import decided_numeric
from privsynth.tableschema.model import canonical_label

if TYPE_CHECKING:
    import pandas as pd

    from privsynth.privacy import Private

LEVEL = 0.01  # of the p-value by Holm
MANY = 50  # distinct real values from which a column is looked at when none are named
MANY_SHARE = 0.05  # ... and their share of the rows

Verdict: TypeAlias = Literal["repeats real values", "no more than chance", "cannot tell"]
Basis: TypeAlias = Literal["holdout", "domain", "declared labels", "halves of train"]
Counts: TypeAlias = dict[str, int]
_Domain: TypeAlias = int | Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How many distinct values of one synthetic column occur in the real column.

    Attributes:
        column: Its name.
        synthetic_distinct: Distinct synthetic values, without missing; case and blanks do not count.
        repeated: Those that occur in the train column.
        chance_share: Share that would be repeated had the generator never seen the train rows; None when unknown.
        p_value: Chance of so many repeated values in that case; None when nothing could be tested.
        p_holm: The same by Holm over all columns.
        basis: What chance was judged by.
        verdict: What follows.
    """

    column: str
    synthetic_distinct: int
    repeated: int
    chance_share: float | None
    p_value: float | None
    p_holm: float | None = None
    basis: Basis | None
    verdict: Verdict = "cannot tell"

    @property
    def repeated_share(self) -> float:
        """Share of the synthetic values that are repeated; 0 without values."""
        return self.repeated / self.synthetic_distinct if self.synthetic_distinct else 0.0

    def sentence(self) -> str:
        """Say it in one sentence, without a value."""
        if not self.synthetic_distinct:
            return f"`{self.column}` holds no synthetic value."
        found = (
            f"{self.repeated} of {self.synthetic_distinct} different synthetic values of `{self.column}` "
            f"({self.repeated_share:.1%}) occur in the real column"
        )
        chance = (
            "" if self.chance_share is None else f"; {_SOURCES[self.basis]} about {self.chance_share:.1%} by chance"
        )
        return f"{found}{chance}: {_ENDS[self.verdict]}."

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "column": self.column,
            "synthetic_distinct": self.synthetic_distinct,
            "repeated": self.repeated,
            "repeated_share": self.repeated_share,
            "chance_share": self.chance_share,
            "p_value": self.p_value,
            "p_holm": self.p_holm,
            "basis": self.basis,
            "verdict": self.verdict,
            "sentence": self.sentence(),
        }


_SOURCES: dict[Basis | None, str] = {
    "holdout": "held-out rows let expect",
    "domain": "the declared domain lets expect",
    "declared labels": "the declared labels let expect",
    "halves of train": "two halves of the real rows share",
    None: "",
}
_ENDS: dict[Verdict, str] = {
    "repeats real values": "real values were carried over",
    "no more than chance": "no more than chance",
    "cannot tell": "whether that is chance cannot be told",
}


def repeats(
    train: Private[pd.DataFrame],
    synthetic: pd.DataFrame,
    holdout: Private[pd.DataFrame] | None,
    columns: Sequence[str] | None = None,
    *,
    domains: Mapping[str, _Domain] | None = None,
    seed: int = 0,
) -> list[Repeat]:
    """Count repeated values and judge them against chance.

    With a holdout: among values that occur only in train or only in the holdout, equally often, those of train should be no
    likelier to be met in the synthetic column (exact test, hypergeometric within each number of occurrences). So a
    generator that makes values up from any list that it did not learn is not blamed for common names.
    Without one: from the number of possible values that the schema declares (exact binomial test); labels that it
    lists are public and count as chance. With neither: from the values that two random halves of train share, doubled, so
    that only a gross excess is found.

    Args:
        train: The real rows.
        synthetic: The rows made from them.
        holdout: Rows of the same population that the generator never saw, or None.
        columns: Names to look at; those that a table lacks are left out. None means columns with many real values.
        domains: Name -> number of possible values (``10**7`` for seven digits), or the declared labels.
        seed: Draws the halves.

    Returns:
        One finding per column, in the order asked for.

    Raises:
        UsageError: a domain has no possible value.
    """
    from privsynth.audits.statistics import holm

    real, held = train.reveal(), None if holdout is None else holdout.reveal()
    names = [name for name in (_many(real) if columns is None else columns) if name in real and name in synthetic]
    found, smallest = [], []
    for name in names:
        known, made = _counts(real[name]), _counts(synthetic[name])
        apart = _counts(held[name]) if held is not None and name in held else None
        chance = _chance(name, known, made, apart, (domains or {}).get(name), seed)
        found.append(_judged(name, known, made, chance))
        smallest.append(chance.smallest)
    adjusted = holm([1.0 if repeat.p_value is None else repeat.p_value for repeat in found])
    return [
        replace(
            repeat,
            p_holm=None if repeat.p_value is None else p_holm,
            verdict=_verdict(repeat, p_holm, least * len(found)),
        )
        for repeat, p_holm, least in zip(found, adjusted, smallest, strict=True)
    ]


def _verdict(repeat: Repeat, p_holm: float, smallest: float) -> Verdict:
    """Decide by Holm's p-value; ``smallest`` is the least p-value that so many hits could have given."""
    if repeat.p_value is not None and p_holm <= LEVEL:
        return "repeats real values"
    if repeat.repeated == 0 or smallest <= LEVEL:
        return "no more than chance"
    return "cannot tell"


def _counts(column: pd.Series[Any]) -> Counts:
    """Count the cells of each value that is not missing; case and blanks do not make another value."""
    codes, levels = column.factorize()
    sizes = np.bincount(codes[codes >= 0], minlength=len(levels))
    counts: Counts = {}
    for level, size in zip(levels, sizes.tolist(), strict=True):
        text = _plain(level)
        if text:
            counts[text] = counts.get(text, 0) + size
    return counts


def _many(real: pd.DataFrame) -> list[str]:
    """Return the columns with many different values that are not measured numbers."""
    found = []
    for name in real.columns:
        column = real[name]
        distinct = int(column.nunique())
        measured = decided_numeric([column]) and bool((column.dropna() % 1 != 0).any())
        if distinct > MANY and distinct > MANY_SHARE * len(column) and not measured:
            found.append(str(name))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chance:
    """What was expected of one column: ``smallest`` is the least p-value that could have come out."""

    basis: Basis | None = None
    share: float | None = None
    p_value: float | None = None
    smallest: float = 1.0


def _judged(name: str, train: Counts, synthetic: Counts, chance: _Chance) -> Repeat:
    return Repeat(
        column=name,
        synthetic_distinct=len(synthetic),
        repeated=_shared(train, synthetic),
        chance_share=chance.share,
        p_value=chance.p_value,
        basis=chance.basis,
    )


def _chance(
    name: str, train: Counts, synthetic: Counts, holdout: Counts | None, domain: _Domain | None, seed: int
) -> _Chance:
    """Judge one column by the best basis that there is."""
    if not synthetic:
        return _Chance()
    if holdout:
        p_value, smallest = excess_by_count(train, holdout, synthetic)
        share = expected_overlap(train, holdout, synthetic)
        return _Chance(basis="holdout", share=share, p_value=p_value, smallest=smallest)
    if isinstance(domain, int):
        share = _declared_share(name, len(train), domain)
        p_value = _binomial_tail(train, synthetic, share)
        return _Chance(basis="domain", share=share, p_value=p_value, smallest=share ** len(synthetic))
    if domain is not None:
        return _of_labels(train, synthetic, domain)
    if not train:
        return _Chance()
    limit, share = gross_chance(train, seed=seed)
    p_value, few = _binomial_tail(train, synthetic, limit), _shared(train, synthetic) <= share * len(synthetic)
    return _Chance(basis="halves of train", share=share, p_value=p_value, smallest=0.0 if few else 1.0)


def _shared(train: Counts, synthetic: Counts) -> int:
    return len(synthetic.keys() & train.keys())


def _of_labels(train: Counts, synthetic: Counts, domain: Collection[str]) -> _Chance:
    """Labels that the schema lists are public, so repeating them gives nothing away; of others nothing is known."""
    labels = {_plain(label) for label in domain}
    shared = synthetic.keys() & train.keys()
    share = len(shared & labels) / len(synthetic)
    known = shared <= labels
    return _Chance(basis="declared labels", share=share, p_value=1.0 if known else None, smallest=0.0 if known else 1.0)


def _plain(label: object) -> str:
    return " ".join(canonical_label(label).casefold().split())


def _declared_share(name: str, real: int, possible: int) -> float:
    if possible < 1:
        raise UsageError(
            f"The domain of `{name}` has {possible} possible values. Give the number of values that the column can hold."
        )
    return min(1.0, real / possible)


def _binomial_tail(train: Counts, synthetic: Counts, chance: float) -> float:
    """Return the chance of so many repeated values and more."""
    from scipy.stats import binom

    return float(min(1.0, binom.sf(_shared(train, synthetic) - 1, len(synthetic), chance)))
