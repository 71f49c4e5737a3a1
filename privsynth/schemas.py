"""Schemas: made from a table, and held against one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privsynth.derive import undetermined
from privsynth.fitting import dataset_name
from privsynth.given_schema import check_schema, read_any_schema
from privsynth.planning import stated
from privsynth.privacy import Budget
from privsynth.safe_harbor import under_policy
from privsynth.table.source import open_table
from privsynth.tableschema.model import Schema


def schema(
    table: Any,
    *,
    epsilon: float | None = None,
    delta: float = 1e-6,
    declare: Any = None,
    unit: str | None = None,
    max_rows: int | None = None,
    ledger: Path | str | None = None,
    dataset: str | None = None,
    safe_harbor: bool = False,
    as_of: int | None = None,
    encoding: str = "utf-8",
) -> Schema:
    """Make a schema: from a declaration, under a budget, or (without epsilon) from the data, marked so that no fit takes it.

    Args:
        table: A path or a frame.
        epsilon: Pays for what the declaration leaves open; without it such leaves are marked `data`.
        delta: Of that budget.
        declare: A declaration as a path or plain values, or None.
        unit: Column of the unit, "row", or None.
        max_rows: Rows kept of a unit.
        ledger: The ledger's file.
        dataset: Name under which this table's budget is kept.
        safe_harbor: Drop and generalise columns as HIPAA's Safe Harbor wants it; see `privsynth.safe_harbor`.
        as_of: Reference year for birth years under that policy; by default this year.
        encoding: Of CSV files.
    """
    from privsynth.derivation import derive_paid, derive_unpaid

    source = open_table(table, encoding=encoding)
    known, who = stated(source, None, declare, unit, max_rows, safe_harbor=safe_harbor, as_of=as_of)
    if not undetermined(known):
        return known
    if epsilon is None:
        return derive_unpaid(source.loaded(), known, who)
    budget = Budget(epsilon=epsilon, delta=delta)
    return derive_paid(source.loaded(), known, who, budget, dataset_name(table, dataset), ledger)


def check(
    schema: Any, table: Any = None, *, safe_harbor: bool = False, as_of: int | None = None, encoding: str = "utf-8"
) -> list[str]:
    """Read a schema, and hold it against a table's header; return what a fit under it would still lack, refuse or generalise.

    Args:
        schema: A path, plain values or a `Schema`.
        table: A path or a frame, or None.
        safe_harbor: Hold it against HIPAA's Safe Harbor too; see `privsynth.safe_harbor`.
        as_of: Reference year for birth years under that policy; by default this year.
        encoding: Of CSV files.

    Raises:
        SchemaError: the schema cannot be read, does not fit the table, or declares what the policy forbids.
    """
    source = None if table is None else open_table(table, encoding=encoding)
    return check_schema(under_policy(read_any_schema(schema), asked=safe_harbor, as_of=as_of), source)
