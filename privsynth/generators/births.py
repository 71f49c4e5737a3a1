"""Birth dates, birth years and ages that agree on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from privsynth.generators.allowed import Allowed, Interval
from privsynth.table.write import values_of
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.person import PersonColumns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]
_DAY = 86_400
_INSIDE = 1e-4  # of a cell, for the rounding of positions


def ages_on(days: Ints, day: date) -> Ints:
    """Return the completed years of people on a day.

    Args:
        days: int64[n], days of birth since 1970.
        day: The day.

    Example:
        >>> ages_on(np.array([0, 364, 365]), date(2000, 12, 31)).tolist()
        [30, 30, 29]
    """
    born = days.astype("datetime64[D]")
    years = born.astype("datetime64[Y]")
    months = born.astype("datetime64[M]")
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    in_month = (born - months.astype("datetime64[D]")).astype(np.int64) + 1
    later = month * 32 + in_month > day.month * 32 + day.day
    found: Ints = day.year - (years.astype(np.int64) + 1970) - later
    return found


def born_with(ages: Ints, day: date) -> tuple[Ints, Ints]:
    """Return the first and the last day of birth of people with these ages on a day: int64[n] each, in days since 1970.

    Example:
        >>> [str(each[0].astype("datetime64[D]")) for each in born_with(np.array([30]), date(2024, 2, 29))]
        ['1993-03-01', '1994-02-28']
    """
    return _last(ages + 1, day) + 1, _last(ages, day)


def _last(ages: Ints, day: date) -> Ints:
    """Return the last day on which somebody was born who is so old: this day of that year, or the day before where it has none."""
    years = day.year - ages
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    short = (day.month == 2) & (day.day == 29) & ~leap
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (day.month - 1)
    return np.asarray(first.astype("datetime64[D]").astype(np.int64) + day.day - 1 - short)


def born_in(years: Ints) -> tuple[Ints, Ints]:
    """Return the first and the last day of years: int64[n] each, in days since 1970."""
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    after = (years - 1969).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return first, after - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Births:
    """The modelled columns that say when somebody was born, drawn so that they agree.

    Args:
        domains: Concept (`birth_date`, `birth_year`, `age`) -> domain of the column that is there.
        as_of: The day on which people have their age.
    """

    domains: Mapping[str, Domain]
    as_of: date

    @classmethod
    def of(cls, person: PersonColumns, domains: Mapping[str, Domain]) -> Births:
        """Return those of a schema; none where there is but one column."""
        found = {
            concept: domains[person.columns[concept]]
            for concept in ("birth_date", "birth_year", "age")
            if concept in person.columns
        }
        return cls(domains=found if len(found) > 1 else {}, as_of=person.as_of)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, the one that says most first."""
        return tuple(domain.name for domain in self.domains.values())

    def allowed(self, name: str, codes: Mapping[str, Ints], positions: Mapping[str, Singles], rows: int) -> Interval:
        """Return what one of the columns may be, given those of the others that are drawn; see `Structure.allowed`."""
        concept, domain = next((key, each) for key, each in self.domains.items() if each.name == name)
        low = np.full(rows, np.iinfo(np.int32).min, dtype=np.int64)
        high = np.full(rows, np.iinfo(np.int32).max, dtype=np.int64)
        for other, each in self.domains.items():
            if other == concept:
                continue
            known = np.ones(rows, dtype=np.bool_)
            if each.name in codes:
                known = codes[each.name] < each.size
                values = values_of(each, codes[each.name], positions[each.name]).astype(np.int64)
                first, last = self._days(other, each, values, values)
            else:
                ends = (np.full(rows, int(bound)) for bound in _bounds(each))
                first, last = self._days(other, each, *ends)
            low = np.where(known, np.maximum(low, first), low)
            high = np.where(known, np.minimum(high, last), high)
        return self._interval(concept, domain, low, high)

    def _days(self, concept: str, domain: Domain, least: Ints, most: Ints) -> tuple[Ints, Ints]:
        """Return the days of birth that go with values of a column."""
        if concept == "birth_date":
            scale = _DAY if domain.field.kind == "datetime" else 1
            return least // scale, most // scale
        if concept == "birth_year":
            return born_in(least)[0], born_in(most)[1]
        return born_with(most, self.as_of)[0], born_with(least, self.as_of)[1]

    def _interval(self, concept: str, domain: Domain, low: Ints, high: Ints) -> Interval:
        """Return the values of a column that go with days of birth, as codes and positions."""
        assert domain.edges is not None  # noqa: S101 - for the type checker
        scale = _DAY if domain.field.kind == "datetime" else 1
        if concept == "birth_date":
            first, after = low * scale, (high + 1) * scale
        elif concept == "birth_year":
            first, after = _years(low), _years(high) + 1
        else:
            first, after = (
                ages_on(np.clip(high, -(10**6), 10**6), self.as_of),
                ages_on(np.clip(low, -(10**6), 10**6), self.as_of) + 1,
            )
        knots = np.arange(domain.size + 1, dtype=np.float64)
        at_first = np.interp(first.astype(np.float64), domain.edges, knots)
        at_last = np.interp(after.astype(np.float64), domain.edges, knots)
        outside = (first >= domain.edges[-1]) | (after <= domain.edges[0])
        margin = _INSIDE * np.minimum(at_last - at_first, 1.0)
        return Interval(
            low=np.where(outside, 1.0, at_first + margin),
            high=np.where(outside, 0.0, at_last - margin),
            missing=not domain.field.required,
        )


def _bounds(domain: Domain) -> tuple[int, int]:
    low, high = domain.field.bounds()
    return int(np.ceil(low)), int(np.floor(high))


def _years(days: Ints) -> Ints:
    return np.clip(days, -(10**6), 10**6).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def both(structure: Allowed | None, births: Interval | None) -> Allowed | None:
    """Return what two statements leave of a column of numbers; the constraint counts where nothing is left of both."""
    if births is None or structure is None or not isinstance(structure, Interval):
        return births if structure is None else structure
    low, high = np.maximum(structure.low, births.low), np.minimum(structure.high, births.high)
    apart = low > high
    return replace(structure, low=np.where(apart, structure.low, low), high=np.where(apart, structure.high, high))
