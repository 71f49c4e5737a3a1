"""SQL that reads cells of text as what a column is coded by: the code of a label, or a number."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.table.sql import cell_sql, literal
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, canonical_label


def number_sql(field: Field, missing: Sequence[str] = ("",)) -> str:
    """Return SQL that reads a column as the number it is coded by (days of dates, seconds of datetimes), or NULL."""
    cell = cell_sql(field.name, missing)
    if field.kind in ("date", "datetime"):
        iso = f"TRY_CAST({cell} AS TIMESTAMP)"
        stated = f"try_strptime({cell}, {literal(field.format or '')})"
        read = iso if field.format is None else f"coalesce({stated}, {_iso_only(cell)})"
        # DuckDB takes `epoch` and `infinity` for moments; a moment has a digit.
        seconds = f"epoch(CASE WHEN regexp_matches({cell}, '[0-9]') THEN {read} END)"
        return f"floor({seconds} / 86400)" if field.kind == "date" else f"floor({seconds})"
    return f"TRY_CAST({cell} AS DOUBLE)"


def _iso_only(cell: str) -> str:
    return f"CASE WHEN {cell} LIKE '____-__-___%' THEN TRY_CAST({cell} AS TIMESTAMP) END"


def truth_sql(cell: str) -> str:
    """Return SQL that reads a cell as `true` or `false`, or NULL; the spellings are those of Frictionless, and 1.0 and 0.0."""
    return (
        f"CASE WHEN {cell} IN ('true', 'True', 'TRUE', '1', '1.0') THEN 'true' "
        f"WHEN {cell} IN ('false', 'False', 'FALSE', '0', '0.0') THEN 'false' END"
    )


def label_types_sql(domains: Sequence[Domain]) -> list[str]:
    """Return statements that declare the labels of each labelled column, under the names that `value_sql` uses."""
    statements = []
    for number, domain in enumerate(domains):
        if domain.labels is not None:
            labels = ", ".join(literal(canonical_label(label)) for label in domain.labels)
            statements += [f"DROP TYPE IF EXISTS labels_{number}", f"CREATE TYPE labels_{number} AS ENUM ({labels})"]
    return statements


def value_sql(domain: Domain, missing: Sequence[str], number: int) -> str:
    """Return SQL of a column's codes (labels) or numbers, under the name `c<number>`."""
    field = domain.field
    if domain.labels is None:
        return f"{number_sql(field, missing)} AS c{number}"
    cell, kind = cell_sql(field.name, missing), f"labels_{number}"
    found = f"TRY_CAST({truth_sql(cell) if field.truth else cell} AS {kind})"
    if not field.truth and any(canonical_label(label) != label or _whole(label) for label in domain.labels):
        found = f"coalesce({found}, TRY_CAST({_whole_sql(cell)} AS {kind}))"
    return f"coalesce(CAST(enum_code({found}) AS UINTEGER), {domain.size})::{_sql_type(domain)} AS c{number}"


def _whole(label: str) -> bool:
    return label.lstrip("+-").isdigit()


def _whole_sql(cell: str) -> str:
    """Return SQL of a cell's canonical label where it is a whole number in another spelling; see `canonical_label`."""
    number = f"TRY_CAST({cell} AS DOUBLE)"
    spelled = f"regexp_full_match({cell}, '[+-]?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][+-]?[0-9]+)?')"
    whole = f"{spelled} AND {number} = floor({number}) AND abs({number}) < 1e15"
    return f"CASE WHEN {whole} THEN CAST(CAST({number} AS BIGINT) AS VARCHAR) END"


def _sql_type(domain: Domain) -> str:
    return {1: "UTINYINT", 2: "USMALLINT"}.get(domain.dtype.itemsize, "UINTEGER")
