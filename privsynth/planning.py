"""What a fit with certain arguments would do and spend, decided before any private byte is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from privsynth.baseline_plan import AnyPlan, BaselinePlan, check_privacy
from privsynth.fitting import check_engine
from privsynth.given_schema import resolve_schema
from privsynth.plan import Plan, unit_of
from privsynth.privacy import Budget, Unit
from privsynth.provenance import next_generation
from privsynth.safe_harbor import under_policy
from privsynth.table.coded import check_columns
from privsynth.table.source import Source, open_table
from privsynth.tableschema.model import Schema


def plan_fit(
    table: Any,
    *,
    epsilon: float | None = None,
    delta: float = 1e-6,
    schema: Any = None,
    declare: Any = None,
    unit: str | None = None,
    max_rows: int | None = None,
    focus: str | Sequence[str] | None = None,
    generator: str = "auto",
    allow_data_dependent_schema: bool = False,
    safe_harbor: bool = False,
    as_of: int | None = None,
    not_private: bool = False,
    epochs: int | None = None,
    max_generation: int | None = None,
    encoding: str = "utf-8",
) -> AnyPlan:
    """Say what `fit` with these arguments would do and spend; only the header is read.

    Args:
        table: A path or a frame.
        epsilon: The whole budget; only a baseline has none.
        delta: Of that budget.
        schema: A schema as a path, plain values or itself, or None.
        declare: A declaration as a path or plain values, or None.
        unit: Column of the unit, "row", or None for what the schema says.
        max_rows: Rows kept of a unit.
        focus: Columns that later models predict or that groups are compared by: their tables with all others are measured. A
            name, several, an empty list for none; by default the schema's target. The first becomes the target, unless the target
            is among them.
        generator: Name of the generator, or "auto".
        allow_data_dependent_schema: Fit without a guarantee under a schema that was read from the data.
        safe_harbor: Drop and generalise columns as HIPAA's Safe Harbor wants it; see `privsynth.safe_harbor`.
        as_of: Reference year for birth years under that policy; by default this year.
        not_private: Fit a baseline (`sdv-copula`, `sdv-ctgan`), which has no guarantee and no budget.
        epochs: Passes over the table, of `sdv-ctgan`.
        max_generation: Refuse a model that would be of a deeper generation: 1 allows models of real tables alone. By default, a model
            of a synthetic table is warned of.
        encoding: Of CSV files.

    Raises:
        SchemaError: the schema does not fit the header, or declares what the policy forbids.
        UsageError: the arguments contradict each other.
    """
    check_privacy(generator, not_private=not_private, epsilon=epsilon, delta=delta, epochs=epochs)
    budget = None if epsilon is None else Budget(epsilon=epsilon, delta=delta)
    source = open_table(table, encoding=encoding)
    known, who = stated(source, schema, declare, unit, max_rows, safe_harbor=safe_harbor, as_of=as_of)
    plan: AnyPlan
    if budget is None:
        plan = BaselinePlan.make(known, unit=who, generator=generator, focus=focus, epochs=epochs)
    else:
        plan = Plan.make(
            known,
            unit=who,
            budget=budget,
            generator=generator,
            focus=focus,
            allow_data_dependent_schema=allow_data_dependent_schema,
        )
    check_columns(source, plan.schema, plan.unit)
    check_engine(source, plan)
    return replace(plan, generation=next_generation(source.origin(table), source.names, max_generation))


def stated(
    source: Source,
    schema: Any,
    declare: Any,
    unit: str | None,
    max_rows: int | None,
    *,
    safe_harbor: bool,
    as_of: int | None,
) -> tuple[Schema, Unit]:
    """Return what is known of a table for free, under the policy that was asked for, and who is protected; arguments as of `plan_fit`."""
    known = resolve_schema(source, schema, declare)
    who = unit_of(known, unit, max_rows)
    known = replace(known, unit_column=who.column, max_rows=who.max_rows)
    return under_policy(known, asked=safe_harbor, as_of=as_of), who
