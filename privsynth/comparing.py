"""Real and synthetic tables side by side: split, audit, evaluate; for tables of any vendor, on their owner's machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from privsynth.errors import ArtifactError, UsageError
from privsynth.fitting import Progress, quiet
from privsynth.given_schema import resolve_schema
from privsynth.noise import OsNoise
from privsynth.privacy import Unit
from privsynth.provenance import read_provenance
from privsynth.release import HOLDOUT_PERCENT
from privsynth.table.readings import best_readings
from privsynth.table.source import Source, open_table
from privsynth.table.typed import column_of, public_frame, text_frame, typed_frame, with_columns
from privsynth.table.units import split_units
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    from privsynth.audits import AuditResult
    from privsynth.quality import Drift, QualityResult


def split(
    table: Any,
    *,
    unit: str | None = None,
    percent: int = HOLDOUT_PERCENT,
    to: str = "pandas",
    encoding: str = "utf-8",
) -> tuple[Any, Any]:
    """Split a table into train and holdout by an independent coin of each unit.

    Args:
        table: A path or a frame.
        unit: Column that says whose row it is, or None.
        percent: Expected share of the holdout.
        to: "pandas", "polars" or "arrow": as what the rows come back.
        encoding: Of CSV files.

    Returns:
        Two frames of text.

    Raises:
        UsageError: the form is not known.
    """
    from privsynth.table.frames import check_form
    from privsynth.table.typed import split_frames

    check_form(to)
    source = open_table(table, encoding=encoding).loaded()
    return split_frames(source, split_units(source, Unit(column=unit), percent, OsNoise().unit_key("holdout")), to)


def _comparable(
    train: Any, others: Mapping[str, Any], schema: Any, encoding: str, *, repair: bool = False
) -> tuple[Schema, dict[str, Source]]:
    """Open tables and find the schema under which they are compared: the given one, or what the train table looks like."""
    from privsynth.derivation import derive_unpaid

    sources = {"train": open_table(train, encoding=encoding, repair=repair).loaded()}
    given = {name: table for name, table in others.items() if table is not None}
    sources.update({name: open_table(table, encoding=encoding, repair=repair) for name, table in given.items()})
    known = resolve_schema(sources["train"], schema, None)
    return derive_unpaid(sources["train"], known, Unit()), sources


def audit(
    train: Any,
    synthetic: Any,
    holdout: Any = None,
    *,
    schema: Any = None,
    unit: str | None = None,
    seed: int = 0,
    encoding: str = "utf-8",
    time_budget_seconds: float | None = None,
    progress: Progress = quiet,
) -> AuditResult:
    """Test whether a synthetic table of any vendor gives away rows of the table that it was made from.

    Columns may have any name and order; tables may spell dates, numbers, truth values and missing cells each in their own way.

    Args:
        train: The rows that the synthetic table was made from, as a path or a frame.
        synthetic: The synthetic table.
        holdout: Rows of the same population that its maker never saw; without them the verdict is `leak` or `inconclusive`.
        schema: Says how cells are read; by default found from the train table.
        unit: Column of train and holdout that says whose row it is; one row of each is audited. By default the schema's, if they have it.
        seed: Of the samples that the audit draws.
        encoding: Of CSV files.
        time_budget_seconds: About how long it may take: with little time fewer real rows are attacked, which the warnings say.
            Every synthetic row is searched and copies are counted over all rows in any case. None takes as long as it takes.
        progress: Told what happens, never with a number that depends on a cell.

    Raises:
        UsageError: the time budget is not positive, or the unit is no column.
    """
    from privsynth.audits import audit_tables
    from privsynth.audits.pace import Pace

    if time_budget_seconds is not None and not time_budget_seconds > 0:
        raise UsageError(
            f"A time budget of {time_budget_seconds:g} seconds is too short. Give a positive number of seconds."
        )
    pace = Pace(seconds=time_budget_seconds, tell=progress)
    progress("reading the train table")
    others = {"synthetic": synthetic, "holdout": holdout}
    known, sources = _comparable(train, others, schema, encoding, repair=True)
    real = [sources[name] for name in ("train", "holdout") if name in sources]
    unit = unit if unit is not None else _stated_unit(known, real)
    owners = {name: _owners(sources[name], unit) for name in ("train", "holdout") if name in sources}
    frames, told = _read(sources, known, progress)
    del sources["train"]
    result = audit_tables(
        frames["train"],
        public_frame(frames["synthetic"]),
        frames.get("holdout"),
        seed=seed,
        train_units=owners["train"],
        holdout_units=owners.get("holdout"),
        identifiers=frozenset(name for name in known.names if name not in {field.name for field in known.modelled}),
        pace=pace,
        sensitive=known.sensitive or None,
    )
    return replace(result, columns_left_out=_left_out(result, sources, known), warnings=(*result.warnings, *told))


def _read(sources: Mapping[str, Source], known: Schema, progress: Progress) -> tuple[dict[str, Any], list[str]]:
    """Read what is compared: columns that the schema models, each as its table spells it, and identifiers as text."""
    frames, told = {}, []
    modelled = {field.name for field in known.modelled}
    for name, source in sources.items():
        progress(f"reading the cells of {name}")
        fields = [field for field in known.modelled if field.name in source.names and field.generalisation is None]
        readings = best_readings(source, fields, known.missing)
        typed = typed_frame(source, known, made=name == "synthetic", readings=readings)
        others = [column for column in known.names if column in source.names and column not in modelled]
        frames[name] = with_columns(typed, text_frame(source, others))
        told += [
            f"Of column `{reading.name}` of the {name} table {reading.known - reading.read} of {reading.known} cells could not be "
            "read as the numbers or dates that they are in train; they count as missing."
            for reading in readings.values()
            if not reading.enough
        ]
    return frames, told


def _stated_unit(known: Schema, real: Sequence[Source]) -> str | None:
    """Return the unit's column as the schema states it, where all real tables have it."""
    column = known.unit_column
    return column if column is not None and all(column in each.names for each in real) else None


def _owners(source: Source, unit: str | None) -> Any:
    if unit is None:
        return None
    if unit not in source.names:
        raise UsageError(
            f"The unit `{unit}` is no column of {source.where}. Its columns are: {', '.join(source.names)}."
        )
    return column_of(source, unit)


def _left_out(result: AuditResult, sources: Mapping[str, Source], known: Schema) -> tuple[str, ...]:
    """Return the columns that some table lacks."""
    named: list[set[str]] = [set(known.names), *(set(source.names) for source in sources.values())]
    return tuple(sorted({*result.columns_left_out, *(named[0].union(*named[1:]) - named[0].intersection(*named[1:]))}))


def evaluate(
    train: Any,
    synthetic: Any,
    holdout: Any = None,
    *,
    target: str | Sequence[str] | None = None,
    protected: Sequence[str] | None = None,
    earlier: Any = None,
    schema: Any = None,
    seed: int = 0,
    encoding: str = "utf-8",
) -> QualityResult:
    """Compare a synthetic table with the real one, every figure beside that of the holdout.

    Args:
        train: The real rows, as a path or a frame.
        synthetic: The synthetic table.
        holdout: Further real rows of the same population.
        target: Column that models predict, or several; by default the schema's.
        protected: Columns whose groups are compared; by default those that the schema marks, or its sensitive labels.
        earlier: A former synthetic table; how the two differ is told too.
        schema: Says how cells are read; by default found from the train table.
        seed: Of samples and models.
        encoding: Of CSV files.

    Raises:
        UsageError: a target or a protected attribute is no column.
    """
    from privsynth.quality import evaluate_tables, protected_columns

    others = {"synthetic": synthetic, "holdout": holdout, "earlier": earlier}
    known, sources = _comparable(train, others, schema, encoding)
    targets = _named("target", [target] if isinstance(target, str) else target, known)
    asked = _named("protected attribute", [protected] if isinstance(protected, str) else protected, known)
    made = ("synthetic", "earlier")
    frames = {name: typed_frame(source, known, made=name in made) for name, source in sources.items()}
    return evaluate_tables(
        frames["train"],
        public_frame(frames["synthetic"]),
        frames.get("holdout"),
        target=targets or known.target,
        protected=protected_columns(known, asked),
        kinds={field.name: field.kind for field in known.modelled},
        earlier=public_frame(frames["earlier"]) if "earlier" in frames else None,
        seed=seed,
    )


def _named(what: str, asked: Sequence[str] | None, known: Schema) -> list[str]:
    for name in asked or ():
        if name not in known.names:
            raise UsageError(
                f"The {what} `{name}` is no column of the table. Its columns are: {', '.join(known.names)}."
            )
    return list(asked or ())


def drift(old: Any, new: Any, *, schema: Any = None, seed: int = 0, encoding: str = "utf-8") -> Drift:
    """Compare two synthetic releases, column by column and as a whole, with chance beside it.

    No real row is needed, so the result may be released with the tables, unless one of them is said to contain real rows.

    Args:
        old: The earlier synthetic table, as a path or a frame.
        new: The later one.
        schema: Says how cells are read; by default found from the earlier table.
        seed: Of permutations and models.
        encoding: Of CSV files.
    """
    from privsynth.quality import drift_tables

    known, sources = _comparable(old, {"new": new}, schema, encoding)
    frames = {name: public_frame(typed_frame(source, known, made=True)) for name, source in sources.items()}
    found = drift_tables(frames["train"], frames["new"], seed=seed)
    return replace(found, real_rows=_has_real_rows(old) or _has_real_rows(new))


def _has_real_rows(table: Any) -> bool:
    """Return whether a table is said to contain real rows; a manifest that cannot be read says nothing."""
    try:
        said = read_provenance(table)
    except ArtifactError:
        return False
    return said is not None and said.contains_real_rows
