"""The story, as functions of the same names as the commands: scan, schema, fit, sample, audit, certify, evaluate, report.

The functions that take private rows from the first byte to what is released are here: `fit` plans, reserves, reads and fits; `run` does
so for a part of the table, and goes on to sample, audit, evaluate and report. The others have modules of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.artifact import verify
from privsynth.certification.run import certify
from privsynth.comparing import audit, drift, evaluate, split
from privsynth.curating import curate
from privsynth.demonstration import hospital_stays
from privsynth.fitting import Progress, dataset_name, execute, quiet, say_plan, settled
from privsynth.generators.fitted import Fitted
from privsynth.mocking import mock
from privsynth.noise import OsNoise
from privsynth.paying import check_budget, pay, watched
from privsynth.planning import plan_fit
from privsynth.privacy import Private
from privsynth.provenance import check_licence, check_terms
from privsynth.release import HOLDOUT_PERCENT, Story, check_output, write_release
from privsynth.reproduction import command_of
from privsynth.rescue import check_resumable, read_paid
from privsynth.sampling import sample
from privsynth.scanning import scan
from privsynth.schemas import check, schema
from privsynth.shadowing import shadow_audit
from privsynth.table.source import open_table, opened_once
from privsynth.table.units import others, split_units

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
    say_plan(plan, progress)
    purpose = f"fit {plan.generator}"
    with watched(plan, checkpoint, purpose, on_step, progress) as watch:
        check_budget(plan, name, ledger, watch)
        progress("reading the table")
        source = settled(plan, open_table(table, encoding=encoding))
        paid = pay(plan, source, name, ledger, purpose, watch)
        fitted = execute(plan, source, progress=progress, watch=watch)
        return paid.committed(fitted)


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
    command: str | None = None,
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
        command: What the owner's report says to do it again; by default the command line that these arguments are.
        **options: As for `plan_fit`.

    Returns:
        The owner's report as JSON values.
    """
    command = command or command_of(table, {**locals(), **options})
    name, table = dataset_name(table, dataset), opened_once(table, encoding=encoding)
    plan = plan_fit(table, epsilon=epsilon, encoding=encoding, **options)
    licence, terms = check_licence(licence), check_terms(terms)
    check_output(Path(out))
    if resume_from is not None:
        check_resumable(plan, checkpoint)
    say_plan(plan, progress)
    purpose = f"run {plan.generator}"
    with watched(plan, checkpoint, purpose, on_step, progress) as watch:
        if resume_from is None:
            check_budget(plan, name, ledger, watch)
        progress("reading the table")
        source = open_table(table, encoding=encoding).loaded()
        story = Story(
            source=source, plan=plan, out=Path(out), progress=progress, licence=licence, terms=terms, command=command
        )
        if resume_from is not None:
            key, fitted, owed = read_paid(Path(resume_from), ledger)
            return write_release(replace(story, paid=owed), fitted, key, rows=rows, seed=seed, raw=raw)
        key = watch.key("holdout", OsNoise())

        def train() -> Private[npt.NDArray[np.bool_]]:
            return others(split_units(source, plan.unit, HOLDOUT_PERCENT, key))

        paid = pay(plan, source, name, ledger, purpose, watch, train)
        fitted = execute(plan, source, keep=train(), progress=progress, watch=watch)
        return write_release(replace(story, paid=paid), fitted, key, rows=rows, seed=seed, raw=raw)


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
    check_output(Path(out))
    progress(f"simulating {rows:,} hospital admissions")
    command = command_of(
        None, {"rows": rows, "seed": seed, "epsilon": epsilon, "focus": focus, "out": out}, verb="demo"
    )
    with hospital_stays(rows, seed=seed) as stays:
        return run(**stays, epsilon=epsilon, out=out, focus=focus, progress=progress, command=command)
