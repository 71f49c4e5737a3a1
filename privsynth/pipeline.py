"""The story, as functions of the same names as the commands: scan, schema, fit, sample, audit, certify, evaluate, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.baseline_plan import AnyPlan, BaselinePlan, check_privacy
from privsynth.certification.run import certify
from privsynth.comparing import audit, drift, evaluate, split
from privsynth.curating import curate
from privsynth.derive import undetermined
from privsynth.errors import UsageError
from privsynth.fitting import (
    Progress,
    check_engine,
    dataset_name,
    execute,
    quiet,
    read_any_schema,
    resolve_schema,
    say_choice,
    say_cost,
    say_unit,
    settled,
)
from privsynth.generators.fitted import Fitted, load_model
from privsynth.mocking import mock
from privsynth.noise import OsNoise
from privsynth.paying import pay, watched
from privsynth.plan import Plan, unit_of
from privsynth.privacy import Budget, Private
from privsynth.provenance import check_licence, check_terms, next_generation, with_provenance
from privsynth.release import HOLDOUT_PERCENT, Story, check_output, demo_ledger, read_paid, write_release
from privsynth.safe_harbor import under_policy
from privsynth.scanning import scan
from privsynth.shadowing import shadow_audit
from privsynth.table.coded import check_columns
from privsynth.table.frames import as_form, check_form
from privsynth.table.source import open_table, opened_once
from privsynth.table.units import others, split_units
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from privsynth.checkpoint import OnStep


__all__ = [
    "audit",
    "certify",
    "check",
    "curate",
    "demo",
    "drift",
    "evaluate",
    "fit",
    "mock",
    "plan_fit",
    "run",
    "sample",
    "scan",
    "schema",
    "shadow_audit",
    "split",
    "verify",
]


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
    known = resolve_schema(source, schema, declare)
    who = unit_of(known, unit, max_rows)
    known = replace(known, unit_column=who.column, max_rows=who.max_rows)
    known = under_policy(known, asked=safe_harbor, as_of=as_of)
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


def fit(
    table: Any,
    *,
    ledger: Path | str | None = None,
    dataset: str | None = None,
    encoding: str = "utf-8",
    progress: Progress = quiet,
    checkpoint: Path | str | None = None,
    on_step: OnStep | None = None,
    **options: Any,
) -> Fitted:
    """Fit a generator under differential privacy.

    Guarantee:
        The result is (epsilon, delta)-DP for adding or removing one unit; `result.guarantee.sentence()` says all of it.

    Args:
        table: A path or a frame.
        ledger: The ledger's file; by default the owner's.
        dataset: Name under which this table's budget is kept; by default its path.
        encoding: Of CSV files.
        progress: Told what happens.
        checkpoint: File that keeps the state of a long fit (`ctgan`), removed at its end. If it exists, the fit goes on from it.
        on_step: Told every step of a long fit.
        **options: `epsilon`, `delta`, `schema`, `declare`, `unit`, `max_rows`, `focus`, `generator`,
            `allow_data_dependent_schema`, `safe_harbor`, `as_of`, `not_private`, `epochs`, `max_generation`, as for `plan_fit`.

    Raises:
        UsageError, SchemaError, BudgetError: before anything is spent.

    Example:
        >>> from privsynth.simulators import hospital_admissions
        >>> model = fit(hospital_admissions(500), epsilon=3, unit="patient_id", max_rows=4, ledger="trial.db")  # doctest: +SKIP
        >>> synthetic = sample(model)  # doctest: +SKIP
    """
    name, table = dataset_name(table, dataset), opened_once(table, encoding=encoding)
    plan = plan_fit(table, encoding=encoding, **options)
    say_choice(plan, progress)
    say_unit(plan, progress)
    say_cost(plan, progress)
    purpose = f"fit {plan.generator}"
    with watched(plan, checkpoint, purpose, on_step, progress) as watch:
        progress("reading the table")
        source = settled(plan, open_table(table, encoding=encoding))
        paid = pay(plan, source, name, ledger, purpose, watch)
        fitted = execute(plan, source, progress=progress, watch=watch)
        return paid.committed(fitted)


def sample(
    model: Fitted | Path | str,
    n: int | None = None,
    *,
    seed: int | None = None,
    where: str | None = None,
    given: Any = None,
    rows_per_person: int | str | None = None,
    licence: str | None = None,
    terms: Sequence[str] = (),
    to: str = "pandas",
    encoding: str = "utf-8",
) -> Any:
    """Draw synthetic rows from a model; it may be repeated and costs nothing.

    Args:
        model: A fitted model or the path of a saved one.
        n: Rows; by default the noisy number of rows of the table.
        seed: Makes the rows reproducible.
        where: Conditions such as ``age >= 80 and sex in ('F', 'X')``.
        given: A path or a frame with some of the columns: the others are drawn for its rows, which come back as they are. The
            guarantee does not cover such a result.
        rows_per_person: Give made-up people several rows: 4 for 1 to 4 of them, or `geometric:4`; by default what the schema says.
        licence: Of the result, as an SPDX identifier; not stated by default.
        terms: Tags of its terms of use.
        to: "pandas", "polars" or "arrow": as what the rows come back.
        encoding: Of a CSV file of given rows.

    Returns:
        The rows; `attrs["privsynth"]` (of pandas, and the metadata of Arrow) says where they come from (`schemas/provenance.schema.json`).
    """
    from privsynth.table.given import read_given

    fitted = model if isinstance(model, Fitted) else load_model(model)
    known = None if given is None else read_given(given, fitted.schema, encoding=encoding)
    check_form(to)
    drawn = fitted.sample(n, seed=seed, where=where, given=known, rows_per_person=rows_per_person)
    said = fitted.provenance(drawn.num_rows, known).under(licence, terms)
    return as_form(with_provenance(drawn, said), to)


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
    known = resolve_schema(source, None, declare)
    who = unit_of(known, unit, max_rows)
    known = replace(known, unit_column=who.column, max_rows=who.max_rows)
    known = under_policy(known, asked=safe_harbor, as_of=as_of)
    if not undetermined(known):
        return known
    if epsilon is None:
        return derive_unpaid(source.loaded(), known, who)
    budget = Budget(epsilon=epsilon, delta=delta)
    return derive_paid(source.loaded(), known, who, budget, dataset_name(table, dataset), ledger)


def run(
    table: Any,
    *,
    epsilon: float | None = None,
    out: Path | str,
    rows: int | None = None,
    seed: int | None = None,
    ledger: Path | str | None = None,
    dataset: str | None = None,
    resume_from: Path | str | None = None,
    encoding: str = "utf-8",
    progress: Progress = quiet,
    raw: bool = False,
    licence: str | None = None,
    terms: Sequence[str] = (),
    checkpoint: Path | str | None = None,
    on_step: OnStep | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Do all of it: scan, learn the schema, fit, sample, audit, report; leave a complete folder or none.

    Args:
        table: A path or a frame.
        epsilon: The whole budget; only a baseline has none.
        out: Folder to make: `release/` for others, `owner/` for the owner alone.
        rows: Synthetic rows; by default the noisy number of rows of the train part.
        seed: Of sampling.
        ledger: The ledger's file.
        dataset: Name under which this table's budget is kept.
        resume_from: Folder that a failed run left; its model was paid for and costs nothing more.
        encoding: Of CSV files.
        progress: Told what happens.
        raw: Leave text cells that a spreadsheet would run as they are.
        licence: Of the synthetic table, as an SPDX identifier; not stated by default.
        terms: Tags of its terms of use.
        checkpoint: As for `fit`.
        on_step: As for `fit`.
        **options: As for `plan_fit`.

    Returns:
        The owner's report as JSON values.
    """
    name, table = dataset_name(table, dataset), opened_once(table, encoding=encoding)
    plan = plan_fit(table, epsilon=epsilon, encoding=encoding, **options)
    licence, terms = check_licence(licence), check_terms(terms)
    check_output(Path(out))
    if resume_from is not None and isinstance(plan, BaselinePlan):
        raise UsageError(f"A run of {plan.generator} keeps no model, so there is none to resume from. Run it again.")
    if resume_from is not None and checkpoint is not None:
        raise UsageError("A paid model and a checkpoint were given to go on from. Give one of them.")
    say_choice(plan, progress)
    say_unit(plan, progress)
    say_cost(plan, progress)
    progress("reading the table")
    source = open_table(table, encoding=encoding).loaded()
    story = Story(source=source, plan=plan, out=Path(out), progress=progress, licence=licence, terms=terms)
    if resume_from is not None:
        key, fitted, owed = read_paid(Path(resume_from), ledger)
        return write_release(replace(story, paid=owed), fitted, key, rows=rows, seed=seed, raw=raw)
    purpose = f"run {plan.generator}"
    with watched(plan, checkpoint, purpose, on_step, progress) as watch:
        key = watch.key("holdout", OsNoise())

        def train() -> Private[npt.NDArray[np.bool_]]:
            return others(split_units(source, plan.unit, HOLDOUT_PERCENT, key))

        paid = pay(plan, source, name, ledger, purpose, watch, train)
        fitted = execute(plan, source, keep=train(), progress=progress, watch=watch)
        return write_release(replace(story, paid=paid), fitted, key, rows=rows, seed=seed, raw=raw)


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
    from privsynth.fitting import check_schema

    source = None if table is None else open_table(table, encoding=encoding)
    return check_schema(under_policy(read_any_schema(schema), asked=safe_harbor, as_of=as_of), source)


def verify(folder: Path | str) -> list[str]:
    """Recompute every digest of a release folder or a model; return what is wrong with it."""
    from privsynth.artifact import verify_folder

    if (Path(folder) / "release" / "manifest.json").is_file():
        folder = Path(folder) / "release"
    return verify_folder(Path(folder))


def demo(
    out: Path | str,
    *,
    rows: int = 20_000,
    seed: int = 0,
    epsilon: float = 3.0,
    focus: str | Sequence[str] | None = None,
    progress: Progress = quiet,
) -> dict[str, Any]:
    """Simulate a hospital's admissions and run everything on them, per patient.

    Args:
        out: Folder to make.
        rows: Simulated admissions.
        seed: Of the simulation.
        epsilon: The whole budget.
        focus: As for `plan_fit`; by default whether a patient came back within 30 days.
        progress: Told what happens.
    """
    from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions

    check_output(Path(out))
    progress(f"simulating {rows:,} hospital admissions")
    table = hospital_admissions(rows, seed=seed)
    with demo_ledger() as ledger:
        return run(
            table,
            epsilon=epsilon,
            out=out,
            schema=HOSPITAL_SCHEMA_PATH,
            focus=focus,
            ledger=ledger,
            dataset="hospital demo",
            progress=progress,
        )
