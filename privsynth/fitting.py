"""From a table and a plan to a fitted model: reserve, read, learn what is missing, fit."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend, event_from_json, event_to_json, spend_of
from privsynth.baseline_plan import AnyPlan, BaselinePlan
from privsynth.checkpoint import Told
from privsynth.derivation import derive_unpaid
from privsynth.generators import ASKED, remaining
from privsynth.generators.base import Mechanism, Model
from privsynth.generators.ctgan import CtganMechanism
from privsynth.generators.fitted import Fitted
from privsynth.generators.structure import fulfillable
from privsynth.ledger import UNBOUNDED
from privsynth.noise import Noise, OsNoise
from privsynth.plan import Plan
from privsynth.preflight import lost_target, note
from privsynth.privacy import Private, Unit
from privsynth.safe_harbor import transformations, under_policy
from privsynth.table.coded import CodedTable, encode
from privsynth.table.engines import EngineSource, EngineTable
from privsynth.table.generalised import generalised
from privsynth.table.profile import Profile
from privsynth.table.source import Source
from privsynth.table.urls import dataset_of, is_url
from privsynth.tableschema.likely_order import likely_orders
from privsynth.tableschema.model import Schema

Progress = Callable[[str], None]
_NEARLY_ALL = 0.9
_CLOSE = " Where they lie days apart, a column of that length in place of one date keeps it better than a constraint."
_PERSON = re.compile(
    r"(patient|person|customer|client|member|subject|participant|employee|user|insured|account|household)s?"
    r"[ _.-]*(id|nbr|no|nr|num|number|key|code)$",
    re.IGNORECASE,
)


def quiet(_: str) -> None:
    """Report no progress."""


def dataset_name(table: Any, dataset: str | None) -> str:
    """Return the name under which a table's budget is kept: the owner's name for it, or where it lies.

    A name that is the path of a file stands for that file, so that a limit set on `small.csv` binds a fit of `small.csv`. An address
    loses its user, its password and its options.
    """
    name = dataset if dataset is not None else table
    if isinstance(name, EngineSource) and name.address is not None:
        return name.address
    if not isinstance(name, str | os.PathLike):
        return "unnamed table"
    if is_url(name):
        return dataset_of(str(name))
    return str(Path(name).resolve()) if dataset is None or Path(name).is_file() else str(name)


def check_engine(source: Source, plan: AnyPlan) -> None:
    """Refuse, before anything is spent, what cannot be counted where a table lies; a table that is read here takes all.

    Raises:
        UsageError: as `EngineSource.check_fit`.
    """
    if isinstance(source, EngineSource):
        learns = isinstance(plan, BaselinePlan) or plan.derive is not None
        source.check_fit(plan.schema, plan.unit, plan.generator, learns=learns)


def settled(plan: AnyPlan, source: Source) -> Source:
    """Return a table of which no later read can fail for its content.

    It is read into memory where it is small or its schema has to be learned; a large file is read through once, and later batch by batch.

    Raises:
        SchemaError: the table is damaged.
    """
    if isinstance(plan, BaselinePlan) or plan.derive is not None:
        return source.loaded()
    unit = [plan.unit.column] if plan.unit.column is not None else []
    return source.settled([*(field.name for field in plan.schema.modelled), *unit])


def execute(
    plan: AnyPlan,
    source: Source,
    *,
    keep: Private[npt.NDArray[np.bool_]] | None = None,
    noise: Noise | None = None,
    progress: Progress = quiet,
    watch: Told | None = None,
) -> Fitted:
    """Do what a plan says; its spend must have been reserved.

    Args:
        plan: What to do.
        source: The table, settled.
        keep: bool[n], rows to use, or None for all.
        noise: Where noise comes from; the operating system by default.
        progress: Told what happens, never with a number that depends on a cell.
        watch: Told the steps of a long fit; keeps its state, or nothing.
    """
    noise = OsNoise() if noise is None else noise
    watch = Told(say=progress) if watch is None else watch
    if isinstance(plan, BaselinePlan):
        return _baseline(plan, source, keep, noise, progress)
    key = watch.key("rows of a unit", noise)
    schema = _completed(plan, source, key, keep, noise, progress) if watch.learned is None else watch.learned
    _say_policy(schema, progress)
    progress("coding the table")
    coded = _coded(plan, source, schema, key, keep)
    watch.begin(_spent_before(plan), None if plan.derive is None else schema, coded.keyed_digest)
    progress(f"fitting the generator {plan.generator}")
    fitted = Fitted(
        generator=plan.generator,
        config=plan.config.to_json(),
        schema=schema,
        guarantee=plan.guarantee(schema),
        event=event_to_json(plan.total_event),
        model=_model(plan.mechanism(schema), coded, noise, watch),
        generation=plan.generation,
    )
    _warn(fitted, plan.unit)
    _say_empty(fitted, progress)
    return fitted


def _coded(
    plan: Plan, source: Source, schema: Schema, key: bytes, keep: Private[npt.NDArray[np.bool_]] | None
) -> CodedTable | EngineTable:
    """Return the table's cells as codes: here, or in the engine where the table lies."""
    if isinstance(source, EngineSource):
        return source.coded(schema, plan.unit, key)
    return encode(source, schema, plan.unit, key, keep=keep, owners=plan.generator == "ctgan")


def _model(mechanism: Mechanism, coded: CodedTable | EngineTable, noise: Noise, watch: Told) -> Model:
    """Run a mechanism; one that takes long tells its steps."""
    if isinstance(mechanism, CtganMechanism) and isinstance(coded, CodedTable):
        return mechanism.run(coded, noise, watch)
    return mechanism.run(coded, noise)


def _completed(
    plan: Plan,
    source: Source,
    key: bytes,
    keep: Private[npt.NDArray[np.bool_]] | None,
    noise: Noise,
    progress: Progress,
) -> Schema:
    """Return the plan's schema, with what it lacks learned under the budget."""
    schema = plan.schema
    if plan.derive is None:
        return schema
    progress("learning the schema under the budget")
    profile = Profile(generalised(source, schema), plan.unit, key, missing=schema.missing, keep=keep)
    learned = under_policy(plan.completed(plan.derive.run(profile, schema, noise)))
    schema, unkept = fulfillable(learned)
    for told in (
        *_lost(schema, plan.derive.names),
        *unkept,
        *_unfocused(plan, schema),
        *_unordered(schema, plan.schema),
    ):
        progress(told)
    return schema


def _spent_before(plan: Plan) -> Spend:
    """Return what was spent before the generator is fitted: on the schema."""
    before = Spend() if plan.schema.spend is None else spend_of(event_from_json(plan.schema.spend["event"]))
    return before if plan.derive is None else before + spend_of(plan.derive.event)


def _baseline(
    plan: BaselinePlan,
    source: Source,
    keep: Private[npt.NDArray[np.bool_]] | None,
    noise: Noise,
    progress: Progress,
) -> Fitted:
    """Fit a generator that is not private; what the schema lacks is read from all of the table."""
    schema = derive_unpaid(source, plan.schema, plan.unit)
    progress("coding the table")
    coded = encode(source, schema, plan.unit, noise.unit_key("rows of a unit"), keep=keep)
    progress(f"training {plan.generator}, which is NOT PRIVATE")
    return Fitted(
        generator=plan.generator,
        config=plan.config.to_json(),
        schema=schema,
        guarantee=plan.guarantee(schema),
        event=UNBOUNDED,
        model=plan.mechanism(schema).run(coded, noise),
        generation=plan.generation,
    )


def _lost(schema: Schema, learned: Sequence[str]) -> list[str]:
    """Say what the budget could not learn; all of it follows from noisy answers."""
    ours = [
        field
        for field in schema.fields
        if field.source("action") not in ("declared", "public") and field.name != schema.unit_column
    ]
    left_out = [field.name for field in ours if not field.modelled and field.action != "fake"]
    single = [name for name in learned if schema[name].modelled and len(schema[name].enum or ("", "")) == 1]
    notes = []
    if (told := lost_target(schema)) is not None:
        notes.append(told)
        single = [name for name in single if name != schema.target]
    if left_out:
        why = "they look like identifiers or text, or too little of them could be learned"
        notes.append(f"left out, because {why}: {', '.join(left_out)}. Declare those that you need.")
    if single:
        notes.append(
            f"only one label was frequent enough to be learned of: {', '.join(single)}. Declare their labels to keep the others."
        )
    return notes


def _unfocused(plan: Plan, schema: Schema) -> list[str]:
    """Say which focus turned out to be no column that is modelled; it follows from noisy answers."""
    lost = [name for name in plan.focus or () if name not in (remaining(plan.focus, schema) or ())]
    return [f"no focus after all, because it is not modelled: {', '.join(lost)}."] if lost else []


def _unordered(schema: Schema, known: Schema | None = None) -> list[str]:
    """Hint at columns whose names say that one comes before the other, where no constraint keeps it so.

    Args:
        schema: To look at.
        known: A part of it of which that has been said already.
    """
    said = [] if known is None else likely_orders(known)
    pairs = [pair for pair in likely_orders(schema) if pair not in said]
    if not pairs:
        return []
    named = ", ".join(f"`{low}` before `{high}`" for low, high in pairs)
    wanted = json.dumps({"type": "Inequality", "low": pairs[0][0], "high": pairs[0][1]}, ensure_ascii=False)
    return [
        f"by their names, {named}: nothing keeps it so. Declare what always holds, such as the constraint {wanted}."
        f"{_CLOSE if schema[pairs[0][0]].kind in ('date', 'datetime') else ''}"
    ]


def say_plan(plan: AnyPlan, progress: Progress) -> None:
    """Say what was chosen, a hint at the unit, and what costs most: before anything is spent, and of public facts alone."""
    say_choice(plan, progress)
    say_unit(plan, progress)
    for told in _unordered(plan.schema):
        progress(told)
    say_cost(plan, progress)


def say_choice(plan: AnyPlan, progress: Progress) -> None:
    """Name the generator, why it is this one, and its focus; all of it follows from public facts."""
    found = plan.focuses
    focus = f"focus: {', '.join(found)}" if found else "no focus"
    if plan.generator == "copula" and plan.focus == () and found:
        focus = f"it is always conditional on a column, and takes `{found[0]}` where none is named"
    why = "" if plan.why == ASKED else f", because {plan.why}"
    progress(f"generator {plan.generator}{why}; {focus}.")


def say_unit(plan: AnyPlan, progress: Progress) -> None:
    """Hint at a unit where rows are protected one by one and a column's name looks like a person's number."""
    by_row = plan.unit.column is None and not isinstance(plan, BaselinePlan)
    found = [name for name in plan.schema.names if _PERSON.search(name)] if by_row else []
    if found:
        progress(
            f"note: each row is protected by itself, and `{found[0]}` looks like a person's number; to protect people instead, "
            f"use --unit {found[0]} --max-rows K."
        )


def say_cost(plan: AnyPlan, progress: Progress) -> None:
    """Name the columns that cost most and what would help, where something would; all of it follows from the schema and the budget."""
    told = note(plan.costs())
    if told is not None:
        progress(told)


def _say_policy(schema: Schema, progress: Progress) -> None:
    if schema.policy is not None:
        told = ", ".join(f"{name} -> {rule}" for name, rule in transformations(schema).items()) or "none"
        progress(f"Safe Harbor transformations applied: {told}.")


def _say_empty(fitted: Fitted, progress: Progress) -> None:
    if empty := _empty(fitted):
        progress(
            f"nearly all cells are missing, in the model and so in every table that it draws: {', '.join(empty)}. Compare their declared "
            "format, bounds and labels with those of the table."
        )


def _empty(fitted: Fitted) -> list[str]:
    """Return the columns that the model, which is noisy already, has hardly any value of."""
    measured = [field.name for field in fitted.schema.modelled if field.name not in fitted.schema.totals]
    return [name for name in measured if fitted.model.shares(name)[-1] > _NEARLY_ALL]


def _warn(fitted: Fitted, unit: Unit) -> None:
    """Warn where delta is large for the noisy number of units."""
    units = fitted.model.total / unit.max_rows
    if fitted.guarantee.delta * units > 0.01:
        warnings.warn(
            f"delta {fitted.guarantee.delta:g} times the noisy number of units ({units:,.0f}) is above 0.01. A delta bounds the "
            "chance that a unit's protection fails outright; with so many units use a smaller one, such as "
            f"--delta {0.001 / units:.0e}.",
            stacklevel=3,
        )
