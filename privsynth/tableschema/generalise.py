"""Public rules that make a cell coarser before it is coded: a date becomes its year, a ZIP code its area, an age above 89 becomes 90.

A rule is one SQL expression over the text of one cell (DuckDB). It looks at no other cell and no other row, none of its
parts can raise, and a text that it cannot read becomes missing. So it costs no privacy, and whatever is proven about the
table of generalised cells holds for the table of real ones: rows stay rows, and neighbours stay neighbours.

| rule | what stays of a cell | kind |
|---|---|---|
| `year` | the year of a date or moment; a bare year | integer |
| `decade` | the first year of its decade | integer |
| `month` | the month, 1 to 12; days and months that can be mistaken for each other need the field's `format` | integer |
| `birth_year_90:Y` | the year of birth; Y - 90 stands for that year or any earlier one | integer |
| `age_90` | whole years of age; 90 stands for 90 or more; of a band such as `[70-80)` its lower end | integer |
| `zip3` | the first three digits of a US ZIP code; `000` stands for all areas of few people | categorical |
| `prefix:N` | the first N letters and digits, in capitals; a shorter text is missing | categorical |
| `band:K` | the lower end of a band of K whole numbers | integer |
| `grid:S` | the nearest multiple of S, such as 0.1 degrees | number |

Every rule leaves its own results as they are, apart from `zip3`, which takes `601` for a ZIP code of Puerto Rico that
was read as a number; `made=True` says that cells are results already.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from privsynth.errors import SchemaError

# Areas of three digits with 20,000 people or fewer by the 2010 Census: "Guidance Regarding Methods for De-identification of
# Protected Health Information in Accordance with the HIPAA Privacy Rule", US Department of Health and Human Services, 26 November 2012.
SMALL_AREAS = (
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893",
)  # fmt: skip
# Military post abroad and at sea: the Census counts nobody in these areas, so none of them can be shown to be large.
MILITARY_AREAS = (*(f"{area:03d}" for area in range(90, 99)), "340", *(str(area) for area in range(962, 967)))
OLDEST = 90
_LONGEST_LIFE = 150
_MANY = 1e12
_YEARS = (1800, 2200)
_ARGUMENTS = {
    "birth_year_90": "a year",
    "prefix": "a whole number from 1 to 20",
    "band": "a whole number above 1",
    "grid": "a number above 0",
}
NAMES = ("year", "decade", "month", "birth_year_90", "age_90", "zip3", "prefix", "band", "grid")
_WRITTEN = ("year", "decade", "month", "birth_year_90:YEAR", "age_90", "zip3", "prefix:N", "band:K", "grid:STEP")

_TIME = r"(?:[T ,]+[0-9:.,+Z -]*(?:[AaPp]\.?[Mm]\.?)?[A-Z ]{0,5})?"
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_WORD_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR_FORMS = (
    rf"^(\d{{4}})(?:[-/.]{_MONTH}(?:[-/.]{_DAY}{_TIME})?|\.0+)?$",
    rf"^\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](\d{{4}}){_TIME}$",
    r"^((?:1[89]|20|21)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?:T?\d{4,6}Z?)?$",
    rf"(?i)^[^0-9]{{0,12}}(?:\d{{1,2}}(?:st|nd|rd|th)?[ ,.-]+)?{_WORD_MONTH}[ ,.-]+(?:\d{{1,2}}(?:st|nd|rd|th)?[ ,.-]+)?(\d{{4}}){_TIME}$",
)
_MONTH_FORMS = (
    rf"^\d{{4}}[-/.]({_MONTH})(?:[-/.]{_DAY}{_TIME})?$",
    r"^(?:1[89]|20|21)\d\d(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?:T?\d{4,6}Z?)?$",
    rf"^({_MONTH})(?:\.0+)?$",
)
_AGE_PLAIN = r"^(\d{1,3}(?:\.\d*)?) *(?:y|yr|yrs|year|years)?\.?(?: *old)?$"
_AGE_LOWER_END = (
    r"^[\[(]? *(?:>=|from)? *(\d{1,3}) *(?:\+|(?:or|and) (?:older|over|above|more|up)|(?:-|to|,|:) *\d{1,3} *[\])]?)?$"
)
_AGE_ABOVE = r"^(?:>|over|above|older than) *(\d{1,3})$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One public rule.

    Args:
        name: One of `NAMES`.
        argument: Year, length, width or step, where the rule takes one.

    Example:
        >>> Rule.parse("band:5").says
        'bands of 5, each written as its lower end'
    """

    name: str
    argument: float | None = None

    @classmethod
    def parse(cls, text: str, field: str = "") -> Rule:
        """Read a rule as a schema writes it.

        Args:
            text: Such as `year` or `band:5`.
            field: Name of the field, for messages.

        Raises:
            SchemaError: there is no such rule, or its argument is missing or wrong.
        """
        name, _, given = text.partition(":")
        of = f" of field `{field}`" if field else ""
        if name not in NAMES or bool(given) != (name in _ARGUMENTS):
            raise SchemaError(f"The rule {text!r}{of} is not known. Use one of: {', '.join(_WRITTEN)}.")
        if not given:
            return cls(name=name)
        whole = name != "grid"
        number = float(given) if re.fullmatch(r"\d{1,9}" if whole else r"\d{0,9}\.?\d{1,9}", given) else math.nan
        low, high = {"birth_year_90": (1990, _YEARS[1]), "prefix": (1, 20), "band": (2, 1e9), "grid": (1e-9, 1e9)}[name]
        if not low <= number <= high:
            raise SchemaError(f"The rule {text!r}{of} has a wrong argument. Give {_ARGUMENTS[name]} after the colon.")
        return cls(name=name, argument=int(number) if whole else number)

    @property
    def kind(self) -> str:
        """Kind of the column once it is generalised."""
        return {"zip3": "categorical", "prefix": "categorical", "grid": "number"}.get(self.name, "integer")

    @property
    def counts_years(self) -> bool:
        """Whether results are years."""
        return self.name in ("year", "decade", "birth_year_90")

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """Smallest and largest result, where the rule itself sets them."""
        year = int(self.argument or 0)
        return {"age_90": (0, OLDEST), "month": (1, 12), "birth_year_90": (year - OLDEST, year)}.get(
            self.name, (None, None)
        )

    @property
    def step(self) -> float | None:
        """Results are whole multiples of this, or None where they are any of their kind."""
        return {"decade": 10.0, "band": self.argument, "grid": self.argument}.get(self.name)

    @property
    def decimals(self) -> int | None:
        """Digits after the point that a result needs."""
        if self.name != "grid":
            return None
        return len(f"{self.argument:.9f}".rstrip("0").partition(".")[2])

    @property
    def says(self) -> str:
        """What stays of a cell, in words."""
        argument = f"{self.argument:g}" if self.argument is not None else ""
        first = int(self.argument or 0) - OLDEST
        return {
            "year": "the year alone",
            "decade": "the decade, written as its first year",
            "month": "the month alone",
            "birth_year_90": f"the year of birth; {first} stands for {first} or earlier (ages of {OLDEST} or more)",
            "age_90": f"whole years of age; {OLDEST} stands for {OLDEST} or more",
            "zip3": "the first three digits of a ZIP code; 000 stands for all areas of 20,000 people or fewer",
            "prefix": f"the first {argument} letters and digits",
            "band": f"bands of {argument}, each written as its lower end",
            "grid": f"multiples of {argument}, the nearest one",
        }[self.name]

    def sql(self, cell: str, written: str | None = None, *, made: bool = False) -> str:
        """Return SQL of the generalised text of a cell, or NULL; it never raises.

        Args:
            cell: SQL of the cell's text, NULL where missing.
            written: strptime format of the cells, for dates.
            made: The cells are results of this rule already, or of another maker.
        """
        text = f"trim({cell})"
        if self.name == "month":
            return _whole(_first([_stamped("month", text, written), *_extracts(text, _MONTH_FORMS)]))
        if self.counts_years:
            return self._year_sql(text, written)
        if self.name == "age_90":
            return _age_sql(text)
        if self.name == "zip3":
            return _zip_sql(text, made=made)
        if self.name == "prefix":
            plain = f"upper(regexp_replace({cell}, '[^0-9A-Za-z]', '', 'g'))"
            length = int(self.argument or 1)
            return f"CASE WHEN length({plain}) >= {length} THEN substr({plain}, 1, {length}) END"
        return self._multiple_sql(f"TRY_CAST({text} AS DOUBLE)")

    def _year_sql(self, text: str, written: str | None) -> str:
        year = f"TRY_CAST({_first([_stamped('year', text, written), *_extracts(text, _YEAR_FORMS)])} AS INTEGER)"
        if self.name == "decade":
            return f"CAST({year} // 10 * 10 AS VARCHAR)"
        if self.name == "birth_year_90":
            last = int(self.argument or 0)
            if "%y" in (
                written or ""
            ):  # nobody was born after the reference year: such a year is one of the century before
                year = f"CASE WHEN {year} > {last} THEN {year} - 100 ELSE {year} END"
            return f"CASE WHEN {year} BETWEEN {_YEARS[0]} AND {last} THEN CAST(greatest({year}, {last - OLDEST}) AS VARCHAR) END"
        return f"CAST({year} AS VARCHAR)"

    def _multiple_sql(self, number: str) -> str:
        if self.name == "band":
            width = int(self.argument or 1)
            lower = f"CAST(TRY_CAST(floor({number} / {width}) * {width} AS BIGINT) AS VARCHAR)"
        else:
            lower = f"CAST(round(round({number} / {self.argument!r}) * {self.argument!r}, {self.decimals}) + 0.0 AS VARCHAR)"
        return f"CASE WHEN isfinite({number}) AND abs({number}) < {_MANY:.0f} THEN {lower} END"

    def of_labels(self, labels: Sequence[str], written: str | None = None, *, made: bool = False) -> list[str | None]:
        """Return what becomes of declared labels: one result each, None where it is missing."""
        import duckdb

        with duckdb.connect() as connection:
            statement = (
                f"SELECT {self.sql('label', written, made=made)} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS label)"  # noqa: S608
            )
            return [row[0] for row in connection.execute(statement, [list(labels)]).fetchall()]


def _first(expressions: Sequence[str | None]) -> str:
    return f"coalesce({', '.join(each for each in expressions if each is not None)})"


def _extracts(text: str, patterns: Sequence[str]) -> list[str]:
    return [f"nullif(regexp_extract({text}, {_literal(pattern)}, 1), '')" for pattern in patterns]


def _stamped(part: str, text: str, written: str | None) -> str | None:
    """Return SQL of a part of a moment in a stated format; a moment has a digit (DuckDB takes `epoch` for one)."""
    if written is None:
        return None
    moment = f"try_strptime({text}, {_literal(written)})"
    return f"CASE WHEN regexp_matches({text}, '[0-9]') THEN CAST({part}({moment}) AS VARCHAR) END"


def _whole(text: str) -> str:
    return f"CAST(TRY_CAST({text} AS INTEGER) AS VARCHAR)"


def _age_sql(text: str) -> str:
    lower = f"lower({text})"
    plain, end, above = (f"TRY_CAST({each} AS DOUBLE)" for each in _extracts(lower, (_AGE_PLAIN, _AGE_LOWER_END, _AGE_ABOVE)))  # fmt: skip
    years = f"floor(coalesce({plain}, {end}, {above} + 1))"
    return f"CASE WHEN {years} <= {_LONGEST_LIFE} THEN CAST(CAST(least({years}, {OLDEST}) AS INTEGER) AS VARCHAR) END"


def _zip_sql(text: str, *, made: bool) -> str:
    code = f"regexp_replace({text}, '[.]0+$|^[A-Z]{{2}}[ -]+', '', 'g')"
    same = f"WHEN regexp_full_match({code}, '\\d{{3}}') THEN {code} " if made else ""
    full = (
        f"CASE {same}WHEN regexp_full_match({code}, '\\d{{3,5}}') THEN lpad({code}, 5, '0') "
        f"WHEN regexp_full_match({code}, '\\d{{7,9}}') THEN lpad({code}, 9, '0') "
        f"WHEN regexp_full_match({code}, '\\d{{3,5}} ?[- ] ?(?:\\d{{4}})?') THEN lpad(regexp_extract({code}, '^\\d+'), 5, '0') END"
    )
    area = f"substr({full}, 1, 3)"
    small = ", ".join(_literal(each) for each in (*SMALL_AREAS, *MILITARY_AREAS))
    return f"CASE WHEN {area} IN ({small}) THEN '000' ELSE {area} END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
