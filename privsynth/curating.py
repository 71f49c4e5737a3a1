"""Curate: what follows generation, from a table and a recipe to a table that can be handed on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from privsynth.curation import (
    NO_GUARANTEE,
    SHEET_ROWS,
    AtLeast,
    Balance,
    Bench,
    Curated,
    Deduplicate,
    Drop,
    EdgeCases,
    Holdout,
    Keep,
    Lot,
    Mix,
    Recipe,
    SpotCheck,
    Stage,
    StepResult,
    Validate,
    at_least_of,
    balance_of,
    blank,
    curated,
    steps_said,
)
from privsynth.curation.columns import cells_of, column_lines
from privsynth.curation.lot import ORIGINS, REAL
from privsynth.errors import UsageError
from privsynth.fitting import Progress, quiet
from privsynth.generators.fitted import Fitted, load_model
from privsynth.given_schema import read_any_schema
from privsynth.provenance import Provenance, mixed, provenance_for
from privsynth.saving import save_batches
from privsynth.table.checked import check_header
from privsynth.table.source import Source, open_table
from privsynth.table.spelled import Form
from privsynth.table.written import read_written
from privsynth.tableschema.generalised import generalised_schema
from privsynth.tableschema.model import LABELLED, Schema

REPEATED = "What is said of a guarantee is repeated from the manifest that came with the table; rows cannot show whether it is true."

MORE_ROWS = "The table has more rows than its manifest is about. Where the others come from is not known, so no guarantee is repeated."


def curate(
    table: Any,
    *,
    schema: Any = None,
    model: Fitted | Path | str | None = None,
    recipe: Any = None,
    keep: str | Sequence[str] = (),
    drop: str | Sequence[str] = (),
    deduplicate: bool | str | Sequence[str] = False,
    balance: str | Mapping[str, Any] | Balance | None = None,
    at_least: str | Sequence[str] | Mapping[str, int] = (),
    edge_cases: int | None = None,
    holdout: float | None = None,
    spot_check: bool | int = False,
    mix: Any = None,
    mix_share: float | None = None,
    origin: str | None = None,
    seed: int | None = None,
    encoding: str = "utf-8",
    progress: Progress = quiet,
) -> Curated:
    """Do what follows generation: validate, filter, deduplicate, balance, add edge cases, hold out, spot-check, mix.

    Guarantee:
        Without `mix` nothing private is read, so the result is post-processing: what is proven about the table and the model
        holds for it. Its shares may no longer be those of the population, which its provenance says. With `mix` no guarantee holds.

    Args:
        table: A synthetic table as a path or a frame. Every kept row satisfies the schema and its constraints.
        schema: A schema as a path, plain values or itself; by default that of the model.
        model: A model to draw further rows from, or the path of one. Without it rows are left out and never invented.
        recipe: A `Recipe`, its path or its plain values, in place of the stages below.
        keep: Conditions that every row fulfils, as for `sample(where=)`.
        drop: Conditions that no row fulfils.
        deduplicate: Whether to keep the first of equal rows; or the columns on which they are compared.
        balance: A column (equal shares of its labels), `sex=F:0.5,M:0.5`, `age < 40:0.5; age >= 40:0.5`, the same as
            `{"sex": {"F": 0.5, "M": 0.5}}`, or a `Balance`.
        at_least: `region = isles:500`, several of them, or `{"region = isles": 500}`.
        edge_cases: How many rows at the ends of numbers and of rare labels to add, from the model.
        holdout: Share of the rows to put aside.
        spot_check: How many rows to pick for a person to look at; True for 50.
        mix: A table of real rows, as a path or a frame.
        mix_share: Share of real rows in the result.
        origin: Name of a further column that says where each row comes from: synthetic, drawn, edge case, real.
        seed: Makes it reproducible, but for the choice of real rows.
        encoding: Of CSV files.
        progress: Told what each stage did.

    Returns:
        The table, what was put aside, and what each stage did.

    Raises:
        UsageError: the options contradict each other, or a stage cannot do what is asked.
        SchemaError: the table does not fit the schema, or no row satisfies it.

    Example:
        >>> clean = curate("synthetic.csv", schema="schema.yaml", deduplicate=True, balance="sex")  # doctest: +SKIP
        >>> clean.to_pandas()  # doctest: +SKIP
    """
    fitted = load_model(model) if isinstance(model, str | os.PathLike) else model
    if schema is None and fitted is None:
        raise UsageError(
            "There is neither a schema nor a model. Name the schema that the table has to satisfy with --schema S."
        )
    known = fitted.schema if schema is None and fitted is not None else generalised_schema(read_any_schema(schema))
    if not known.modelled:
        raise UsageError(
            "The schema models no column, so there is nothing to check rows by. Give the schema of the table."
        )
    asked = {
        "keep": keep, "drop": drop, "deduplicate": deduplicate, "balance": balance, "at_least": at_least,
        "edge_cases": edge_cases, "holdout": holdout, "spot_check": spot_check,
    }  # fmt: skip
    recipe = _recipe(recipe, asked, known, mix, mix_share)
    if seed is not None and seed < 0:
        raise UsageError(f"The seed {seed} is negative. Give 0 or more.")
    return _curated(table, recipe, known, fitted, mix, origin, seed, encoding, progress)


def _curated(
    table: Any,
    recipe: Recipe,
    schema: Schema,
    fitted: Fitted | None,
    mix: Any,
    origin: str | None,
    seed: int | None,
    encoding: str,
    progress: Progress,
) -> Curated:
    rows, where = read_written(table, encoding=encoding)
    check_header(rows.column_names, schema, where)
    said = _said_of(table, rows.column_names)
    if said.rows is not None and said.rows < rows.num_rows:
        progress(MORE_ROWS)
        said = replace(said, generation=None, dp=said.dp and None, guarantee=None)
    if recipe.has(Mix) or said.contains_real_rows:
        progress(NO_GUARANTEE)
    if origin is not None and origin in rows.column_names:
        raise UsageError(
            f"The column `{origin}` is to say where rows come from, and {where} has one of that name. Name another."
        )
    bench = _bench(recipe, rows, schema, fitted, None if mix is None else open_table(mix, encoding=encoding), seed)
    bench = replace(bench, stated=_stated(said))

    def provenance(lot: Lot, steps: Sequence[StepResult]) -> Provenance:
        return _provenance(said, fitted, lot, steps)

    lot = blank(rows, rows.select([]))
    return curated(
        lot,
        recipe,
        bench,
        provenance,
        progress=progress,
        seed=seed,
        origin=origin,
        had_real_rows=said.contains_real_rows,
    )


def _bench(
    recipe: Recipe, rows: Any, schema: Schema, fitted: Fitted | None, real: Source | None, seed: int | None
) -> Bench:
    bench = Bench(
        schema=schema,
        form=Form.of(rows, schema),
        rng=np.random.default_rng(seed),
        model=fitted,
        rules=tuple(stage for stage in recipe.stages if isinstance(stage, Keep | Drop)),
        distinct=next((stage for stage in recipe.stages if isinstance(stage, Deduplicate)), None),
        real=real,
    )
    _check_conditions(recipe, bench)
    return bench if recipe.balance is None else replace(bench, classes=_classes(recipe.balance, bench))


def _classes(balance: Balance, bench: Bench) -> Any:
    return lambda lot: balance.classes(lot, bench)


def _check_conditions(recipe: Recipe, bench: Bench) -> None:
    """Read all conditions before any row is looked at."""
    for stage in recipe.stages:
        if isinstance(stage, Keep | Drop | AtLeast):
            bench.conditions(stage.condition)


def _said_of(table: Any, columns: Sequence[str]) -> Provenance:
    """Return what is said about the table; where nothing is, that nobody knows. No guarantee is about columns that came later."""
    said = provenance_for(table, columns) or Provenance(generation=None)
    return said if set(columns) <= set(said.columns) else replace(said, dp=said.dp and None, guarantee=None)


def _stated(said: Provenance) -> str:
    """Return what has to be known about a guarantee that came with a table: nobody can see from rows whether it is true."""
    return REPEATED if said.dp or said.guarantee is not None else ""


def _provenance(said: Provenance, fitted: Fitted | None, lot: Lot, steps: Sequence[StepResult]) -> Provenance:
    """Return what is said after some steps: rows of the model and real rows change what holds."""
    parts: list[Provenance | None] = [said]
    if fitted is not None and any(step.rows_added for step in steps if not step.real_rows):
        parts.append(fitted.provenance())
    if any(step.real_rows for step in steps):
        parts.append(None)
    names = tuple(lot.table.column_names)
    found = said if len(parts) == 1 else replace(mixed(parts, names), steps=said.steps, given=said.given)
    return found.after(*steps_said(steps), columns=names)


def _recipe(recipe: Any, asked: Mapping[str, Any], schema: Schema, mix: Any, mix_share: float | None) -> Recipe:
    """Return the stages that were asked for, by a recipe or one by one."""
    given = [
        name
        for name, value in asked.items()
        if value is not None and value is not False and value not in ((), [], {}, "")
    ]
    if recipe is not None and set(given) - {"spot_check"}:
        raise UsageError(f"Both a recipe and `{given[0]}` were given. Put it into the recipe, or leave the recipe out.")
    if (mix is None) != (mix_share is None):
        raise UsageError(
            "Real rows need a table and a share of the result: give both --mix REAL and --mix-share SHARE."
        )
    stages = list(Recipe.read(recipe).stages) if recipe is not None else _stages(asked, schema)
    spot_check = asked["spot_check"]
    if spot_check is not False and spot_check is not None and not any(isinstance(each, SpotCheck) for each in stages):
        stages.append(SpotCheck(rows=SHEET_ROWS if spot_check is True else spot_check))
    return Recipe(stages=(*stages, *([] if mix_share is None else [Mix(share=mix_share)])))


def _stages(asked: Mapping[str, Any], schema: Schema) -> list[Stage]:
    """Return the stages in the order of the pipeline."""
    stages: list[Stage] = [Validate()]
    stages += [Keep(condition=each) for each in _several(asked["keep"])]
    stages += [Drop(condition=each) for each in _several(asked["drop"])]
    if asked["deduplicate"]:
        on = asked["deduplicate"]
        stages.append(Deduplicate(columns=None if on is True else tuple(_several(on))))
    if asked["balance"] is not None:
        stages.append(_balance(asked["balance"], schema))
    least = asked["at_least"]
    if isinstance(least, Mapping):
        stages += [AtLeast(condition=condition, rows=rows) for condition, rows in least.items()]
    else:
        stages += [at_least_of(each) for each in _several(least)]
    if asked["edge_cases"] is not None:
        stages.append(EdgeCases(rows=asked["edge_cases"]))
    if asked["holdout"] is not None:
        stages.append(Holdout(share=asked["holdout"]))
    return stages


def _several(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _balance(given: str | Mapping[str, Any] | Balance, schema: Schema) -> Balance:
    if isinstance(given, Balance):
        return given
    if isinstance(given, str):
        return balance_of(given, [field.name for field in schema.modelled if field.kind in LABELLED])
    if len(given) == 1 and isinstance(next(iter(given.values())), Mapping):
        ((column, shares),) = given.items()
        return Balance(column=column, shares=tuple((str(label), share) for label, share in shares.items()))
    return Balance(shares=tuple((str(condition), share) for condition, share in given.items()))


def save_curated(found: Curated, out: Path | str, *, holdout: Path | str | None = None, raw: bool = False) -> None:
    """Write a curated table, and its holdout if it has one, each complete or not at all.

    What the provenance says goes with them: within Parquet and Arrow files, beside others as `OUT.manifest.json`. A table that
    contains real rows gets mode 0600.

    Args:
        found: What `curate` returned.
        out: The file; its ending says how it is written.
        holdout: The file of the holdout; by default `holdout_beside(out)`.
        raw: Leave text cells that a spreadsheet would run as formulas as they are.
    """
    out = Path(out)
    if found.holdout is not None and found.held_provenance is not None:
        save_batches([found.holdout], Path(holdout or holdout_beside(out)), raw=raw)
    save_batches([found.table], out, raw=raw)


def spot_check_sheet(found: Curated, file: str = "the table") -> str:
    """Return the spot check of a curated table as one HTML page to print: its rows with check boxes, and a line for each column.

    Args:
        found: What `curate` returned, with a spot check.
        file: Name of the table's file.

    Raises:
        UsageError: there was no spot check.
    """
    from privsynth.report.sheet import render_sheet

    step = found.spot_check
    if step is None or step.aside is None or step.places is None:
        raise UsageError("No rows were picked for a person to look at. Ask for a spot check.")
    rows = cells_of(step.aside.table)
    synthetic = found.lot.taken(np.flatnonzero(found.lot.origins != REAL))
    return render_sheet(
        {
            "title": f"Spot check of {file}",
            "file": file,
            "rows_total": found.lot.count,
            "note": found.provenance.note,
            "contains_real_rows": found.contains_real_rows,
            "shows_real_rows": found.had_real_rows,
            "columns": column_lines(synthetic, found.schema),
            "rows": [
                {"number": int(place) + 1, "origin": ORIGINS[origin], "cells": cells}
                for place, origin, cells in zip(step.places, step.aside.origins, rows, strict=True)
            ],
        }
    )


def holdout_beside(out: Path | str) -> Path:
    """Return where a holdout is written unless told: beside the table, `.holdout` put before its ending.

    Example:
        >>> holdout_beside("made/synthetic.csv.gz").as_posix()
        'made/synthetic.holdout.csv.gz'
    """
    path = Path(out)
    stem, dot, ending = path.name.partition(".")
    return path.with_name(f"{stem}.holdout{dot}{ending}")
