"""Listed combinations of cells: what a column may be, given any of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.generators.allowed import Choice
from privsynth.tableschema.constraint_checks import label_of, truth_values
from privsynth.tableschema.constraints import MAX_COMBINATIONS, FixedCombinations, OneHotEncoding
from privsynth.tableschema.domain import Domain

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Combinations:
    """All combinations of the codes of some columns.

    Args:
        domains: The columns.
        codes: int64[m, columns], one combination a row, none of them twice.
    """

    domains: tuple[Domain, ...]
    codes: Ints

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(domain.name for domain in self.domains)

    @classmethod
    def of(
        cls, constraints: Sequence[FixedCombinations | OneHotEncoding], domains: Mapping[str, Domain]
    ) -> Combinations:
        """Return the combinations that fulfil all of some constraints that share columns.

        Raises:
            SchemaError: there is none, or too many.
        """
        found = cls._listed(constraints[0], domains)
        for number, constraint in enumerate(constraints[1:], start=2):
            found = found._joined(cls._listed(constraint, domains))
            if not 0 < len(found.codes) <= MAX_COMBINATIONS:
                many = "no combination" if len(found.codes) == 0 else f"more than {MAX_COMBINATIONS:,} combinations"
                raise SchemaError(
                    f"These constraints share columns and leave {many}: "
                    f"{'; '.join(each.says for each in constraints[:number])}. Correct or remove one of them."
                )
        return found

    @classmethod
    def _listed(cls, constraint: FixedCombinations | OneHotEncoding, domains: Mapping[str, Domain]) -> Combinations:
        own = tuple(domains[name] for name in constraint.columns)
        if isinstance(constraint, OneHotEncoding):
            ends = [_codes_of(domain, truth_values(domain.field, constraint), constraint) for domain in own]
            off, on = np.array(ends, dtype=np.int64).T
            return cls(domains=own, codes=np.where(np.eye(len(own), dtype=np.bool_), on, off))
        if constraint.combinations is None:
            raise SchemaError(f"The combinations of {constraint.says} are not learned yet. Fit with a budget first.")
        columns = [
            _codes_of(domain, [row[place] for row in constraint.combinations], constraint)
            for place, domain in enumerate(own)
        ]
        return cls(domains=own, codes=np.unique(np.array(columns, dtype=np.int64).T, axis=0))

    def _joined(self, other: Combinations) -> Combinations:
        """Return the combinations of both lists that agree on the columns that both have."""
        shared = [name for name in self.names if name in other.names]
        left, right, _ = _numbered(
            [self._column(name) for name in shared],
            [other._column(name) for name in shared],
            [self._domain(name).size for name in shared],
        )
        order = np.argsort(right, kind="stable")
        first, stop = (np.searchsorted(right[order], left, side=side) for side in ("left", "right"))
        times = np.where(left >= 0, stop - first, 0)
        if times.sum() > MAX_COMBINATIONS:
            return Combinations(domains=self.domains, codes=np.zeros((MAX_COMBINATIONS + 1, 1), dtype=np.int64))
        mine = np.repeat(np.arange(len(left)), times)
        theirs = order[np.repeat(first, times) + np.arange(len(mine)) - np.repeat(np.cumsum(times) - times, times)]
        new = [name for name in other.names if name not in shared]
        columns = [self.codes[mine], *(other._column(name)[theirs][:, None] for name in new)]
        extra = tuple(domain for domain in other.domains if domain.name in new)
        return Combinations(domains=self.domains + extra, codes=np.concatenate(columns, axis=1))

    def _column(self, name: str) -> Ints:
        return np.asarray(self.codes[:, self.names.index(name)])

    def _domain(self, name: str) -> Domain:
        return self.domains[self.names.index(name)]

    def allowed(self, name: str, codes: Mapping[str, Ints], rows: int) -> Choice:
        """Return what a column that is not drawn yet may be: what occurs together with the present cells of the row."""
        domain = self._domain(name)
        own = self._column(name)
        row_class = np.zeros(rows, dtype=np.int64)
        parts, classes = list[Ints](), 0
        for pattern, index in self._patterns(codes, rows, leave=name):
            keys, found, count = self._keys(pattern, codes, index)
            pairs = np.unique(keys * (domain.size + 1) + own)
            parts.append(pairs + classes * (domain.size + 1))
            row_class[index] = np.where(found >= 0, found, count) + classes
            classes += count + 1  # the last one may be nothing
        pairs = np.concatenate(parts)
        starts = np.searchsorted(pairs, np.arange(classes + 1) * (domain.size + 1))
        return Choice(
            size=domain.size,
            starts=starts.astype(np.int64),
            codes=pairs % (domain.size + 1),
            row_class=row_class,
            missing=not domain.field.required,
        )

    def completable(self, codes: Mapping[str, Ints], rows: int) -> Bools:
        """Return which rows have present cells that occur together in a combination."""
        fine = np.ones(rows, dtype=np.bool_)
        for pattern, index in self._patterns(codes, rows):
            fine[index] = self._keys(pattern, codes, index)[1] >= 0
        return fine

    def _patterns(self, codes: Mapping[str, Ints], rows: int, leave: str = "") -> list[tuple[list[str], Ints]]:
        """Return (columns that are present, row numbers) for each pattern of missing cells among the drawn columns."""
        drawn = [name for name in self.names if name in codes and name != leave]
        if not drawn or rows == 0:
            return [([], np.arange(rows))]
        present = np.stack([codes[name] < self._domain(name).size for name in drawn], axis=1)
        if present.all():
            return [(drawn, np.arange(rows))]
        kinds, which = np.unique(present, axis=0, return_inverse=True)
        return [
            ([name for name, here in zip(drawn, kind, strict=True) if here], np.flatnonzero(which.ravel() == number))
            for number, kind in enumerate(kinds)
        ]

    def _keys(self, names: Sequence[str], codes: Mapping[str, Ints], index: Ints) -> tuple[Ints, Ints, int]:
        """Number what the combinations have in some columns, and find each row among them (-1 where it is not)."""
        if not names:
            return np.zeros(len(self.codes), dtype=np.int64), np.zeros(len(index), dtype=np.int64), 1
        return _numbered(
            [self._column(name) for name in names],
            [codes[name][index] for name in names],
            [self._domain(name).size for name in names],
        )

    def possible(self, a: str, b: str, group_a: Ints, group_b: Ints) -> Bools:
        """Return which pairs of groups of two columns can occur in one row."""
        found = np.zeros((int(group_a.max()) + 1, int(group_b.max()) + 1), dtype=np.bool_)
        one, other = self._column(a), self._column(b)
        found[group_a[one], group_b[other]] = True
        gone_a, gone_b = group_a[-1] > group_a[:-1].max(), group_b[-1] > group_b[:-1].max()
        free_a, free_b = not self._domain(a).field.required, not self._domain(b).field.required
        if gone_a and free_a:
            found[group_a[-1], group_b[other]] = True
        if gone_b and free_b:
            found[group_a[one], group_b[-1]] = True
        if gone_a and gone_b:
            found[group_a[-1], group_b[-1]] = free_a and free_b
        return found


def _numbered(known: Sequence[Ints], asked: Sequence[Ints], sizes: Sequence[int]) -> tuple[Ints, Ints, int]:
    """Number the distinct rows of `known` and find the rows of `asked` among them.

    Args:
        known: One int64[m] for each column.
        asked: One int64[n] for each column.
        sizes: Number of codes of each column.

    Returns:
        int64[m] numbers of the known rows, int64[n] those of the asked rows (-1 where unknown), and how many there are.
    """
    number, found = np.zeros(len(known[0]), dtype=np.int64), np.zeros(len(asked[0]), dtype=np.int64)
    count = 1
    for mine, theirs, size in zip(known, asked, sizes, strict=True):
        pair, wanted = number * (size + 1) + mine, found * (size + 1) + theirs
        distinct, number = np.unique(pair, return_inverse=True)
        count = len(distinct)
        place = np.minimum(np.searchsorted(distinct, wanted), max(count - 1, 0))
        found = np.where((found >= 0) & (distinct[place] == wanted), place, -1)
    return number.ravel(), found, count


def _codes_of(domain: Domain, texts: Sequence[str], constraint: FixedCombinations | OneHotEncoding) -> list[int]:
    """Return the codes of listed texts.

    Raises:
        SchemaError: the column has no such value, or several values share a code.
    """
    values = domain.texts()
    if values is None:
        raise SchemaError(
            f"The constraint {constraint.says} binds `{domain.name}`, which has too many values to be combined. Give it the "
            "kind categorical and its labels."
        )
    field = domain.field

    def meant(text: str) -> str | float:
        return field.to_number(text) if domain.labels is None else label_of(field, text)

    lookup = {meant(value): code for code, value in enumerate(values)}
    known = {text: lookup.get(meant(text), domain.size) for text in dict.fromkeys(texts)}
    foreign = next((text for text, code in known.items() if code >= domain.size), None)
    if foreign is not None:
        raise SchemaError(
            f"The constraint {constraint.says} lists {foreign!r}, which `{domain.name}` cannot be. Correct it."
        )
    return [known[text] for text in texts]
