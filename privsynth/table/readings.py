"""How the cells of tables by different hands are read alike: the spelling of dates and numbers that suits each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from privsynth.table.cells import number_sql
from privsynth.table.source import Source
from privsynth.table.sql import cell_sql, literal, quoted
from privsynth.tableschema.model import NUMERIC, Field

DATE_FORMATS: tuple[str, ...] = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%Y",
)
DATE_FORMATS += ("%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d/%m/%y", "%m/%d/%y")
TIMES = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
ENOUGH = 0.5
TRIED_ROWS = 5_000
NO_CELL = ("na", "n/a", "#n/a", "n.a.", "<na>", "nan", "nat", "null", "none", "nil", "missing", "?", "-", "--", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one column of one table is read.

    Args:
        name: Of the column.
        sql: Of its cells as numbers.
        known: Cells that are not missing.
        read: Those of them that could be read.
    """

    name: str
    sql: str
    known: int
    read: int

    @property
    def enough(self) -> bool:
        """Whether half of the cells could be read."""
        return self.read >= ENOUGH * self.known


def best_readings(source: Source, fields: Sequence[Field], missing: Sequence[str]) -> dict[str, Reading]:
    """Find how the numbers and dates of a table are spelled: as the schema says, or where that fails for half, as reads most.

    Args:
        source: The table.
        fields: Columns of it; those that hold labels are passed over.
        missing: Cell texts that mean missing.
    """
    fields = [field for field in fields if field.kind in NUMERIC]
    stated = [number_sql(field, missing) for field in fields]
    asked = [sql for field, own in zip(fields, stated, strict=True) for sql in (_known(field, missing), own)]
    counts = _counts(source, asked)
    found = {}
    for at, field in enumerate(fields):
        known, read = counts[2 * at : 2 * at + 2]
        reading = Reading(name=field.name, sql=stated[at], known=known, read=read)
        found[field.name] = reading if reading.enough else _other(source, field, missing, reading)
    return found


def _other(source: Source, field: Field, missing: Sequence[str], stated: Reading) -> Reading:
    ways = _dates(field, missing) if field.kind in ("date", "datetime") else _numbers(field, missing)
    counts = _counts(source, ways, field.name)
    best = max(range(len(ways)), key=lambda at: counts[at])
    [read] = _counts(source, [ways[best]])
    return replace(stated, sql=ways[best], read=read) if read > stated.read else stated


def _dates(field: Field, missing: Sequence[str]) -> list[str]:
    formats = [date + time for time in TIMES for date in DATE_FORMATS]
    return [number_sql(replace(field, format=form), missing) for form in formats] + [
        number_sql(replace(field, format=None), missing)
    ]


def _numbers(field: Field, missing: Sequence[str]) -> list[str]:
    """Decimal points and decimal commas, with thousands in threes; signs of currency and spaces are left out."""
    cell = f"regexp_replace({cell_sql(field.name, missing)}, '[^0-9eE+.,-]', '', 'g')"
    points = f"regexp_full_match({cell}, '[+-]?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]+)([.][0-9]*)?')"
    commas = f"regexp_full_match({cell}, '[+-]?([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]*)?')"
    return [
        f"CASE WHEN {points} THEN TRY_CAST(replace({cell}, ',', '') AS DOUBLE) END",
        f"CASE WHEN {commas} THEN TRY_CAST(replace(replace({cell}, '.', ''), ',', '.') AS DOUBLE) END",
    ]


def _known(field: Field, missing: Sequence[str]) -> str:
    cell = cell_sql(field.name, missing)
    return f"CASE WHEN lower(trim({cell})) IN ({', '.join(map(literal, NO_CELL))}) THEN NULL ELSE {cell} END"


def _counts(source: Source, expressions: Sequence[str], column: str | None = None) -> list[int]:
    """Count the cells that expressions read; with a column, among its first cells."""
    if not expressions:
        return []
    few = "{table}"
    if column:
        few = f"(SELECT {quoted(column)} FROM {{table}} WHERE {quoted(column)} IS NOT NULL LIMIT {TRIED_ROWS})"  # noqa: S608
    [row] = source.rows(f"SELECT {', '.join(f'count({sql})' for sql in expressions)} FROM {few}")  # noqa: S608 - names are quoted
    return [int(count) for count in row]
