"""The two folders that a run leaves: `release/` for others, `owner/` for the owner alone."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privsynth import __version__
from privsynth.artifact import write_manifest
from privsynth.baseline_plan import AnyPlan
from privsynth.carried import carried_over
from privsynth.datasheet import card_of, write_card
from privsynth.errors import PrivsynthError, ResourceError, UsageError
from privsynth.files import atomic_folder, json_text
from privsynth.fitting import Progress
from privsynth.generators.baselines import MARK as NOT_PRIVATE
from privsynth.generators.fitted import Fitted
from privsynth.paying import Reservation
from privsynth.report import build_report, render_html
from privsynth.reproduction import versions
from privsynth.rescue import keep_paid
from privsynth.saving import save_table
from privsynth.table.source import Source, open_table
from privsynth.table.typed import column_of, public_frame, text_columns, typed_frame
from privsynth.table.units import numbers_of, others, split_units
from privsynth.tableschema.io import dump_schema

HOLDOUT_PERCENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One run: its table, its plan and where it writes.

    Args:
        source: The table, loaded.
        plan: What was decided beforehand.
        out: The folder to make.
        progress: Told what happens.
        paid: The ledger's entry, or None where an earlier run has paid.
        licence: Of the synthetic table, as its owner states it, or None.
        terms: Tags of its terms of use.
        command: The command line that does it again, for the owner's report.
    """

    source: Source
    plan: AnyPlan
    out: Path
    progress: Progress
    paid: Reservation | None = None
    licence: str | None = None
    terms: tuple[str, ...] = ()
    command: str | None = None


def check_output(out: Path) -> None:
    """Refuse an output folder that exists or cannot be made, before any work is done.

    Raises:
        UsageError: with what to do.
    """
    if out.exists() or out.is_symlink():
        raise UsageError(f"The output folder {out} exists. Remove it, or name another one with -o.")
    if not out.absolute().parent.is_dir():
        raise UsageError(
            f"The folder {out.absolute().parent} does not exist. Make it first, or name another output with -o."
        )


def write_release(
    story: Story, fitted: Fitted, key: bytes, *, rows: int | None, seed: int | None, raw: bool
) -> dict[str, Any]:
    """Commit, sample, scan, audit, evaluate, report and write everything; when a step fails the paid model is kept.

    A model that the ledger could not record (a full disk, an interrupt) is kept as one that is still to be committed: whoever goes on with
    it commits it before anything is written. One that the ledger refused, because somebody else released what was paid, is not kept.

    Returns:
        The owner's report as JSON values.
    """
    owed = story.paid
    try:
        if owed is not None:
            fitted, owed = owed.committed(fitted), None
        with atomic_folder(story.out, private=fitted.guarantee.void is not None) as folder:
            return _write(story, fitted, key, folder, rows=rows, seed=seed, raw=raw)
    except BaseException as error:
        refused = owed is not None and isinstance(error, Exception) and not isinstance(error, ResourceError)
        kept = keep_paid(story.out, fitted, key, owed) if fitted.stored and not refused else None
        if kept is not None and isinstance(error, PrivsynthError):
            raise type(error)(
                f"{error.message} The model is paid for and kept: run again with --resume-from {kept}."
            ) from error
        raise


def _write(
    story: Story, fitted: Fitted, key: bytes, folder: Path, *, rows: int | None, seed: int | None, raw: bool
) -> dict[str, Any]:
    release, owner = folder / "release", folder / "owner"
    release.mkdir()
    owner.mkdir(mode=0o700)
    story.progress("sampling")
    synthetic = fitted.sample(rows, seed=seed)
    table = release / ("synthetic.csv" if fitted.stored else f"synthetic.{NOT_PRIVATE}.csv")
    said = fitted.provenance(synthetic.num_rows).under(story.licence, story.terms)
    save_table(synthetic, table, raw=raw, provenance=said)
    if fitted.stored:
        fitted.save(release / "model")
    (release / "schema.yaml").write_text(dump_schema(fitted.schema), encoding="utf-8")
    findings = _findings(story, fitted, key, synthetic)
    for name in ("scan", "audit", "evaluate", "carried"):
        (owner / f"{name}.json").write_text(json_text(findings[name]), encoding="utf-8")
    reports = {audience: _report(audience, story, fitted, findings, seed) for audience in ("owner", "release")}
    for audience, place in (("owner", owner), ("release", release)):
        (place / "report.json").write_text(json_text(reports[audience]), encoding="utf-8")
        (place / "report.html").write_text(render_html(reports[audience]), encoding="utf-8")
    write_card(release / "README.md", card_of(fitted, said, file=table.name))
    write_manifest(release, _manifest(story, fitted, synthetic))
    for path in owner.iterdir():
        path.chmod(0o600)
    return reports["owner"]


def _findings(story: Story, fitted: Fitted, key: bytes, synthetic: Any) -> dict[str, Any]:
    """Compute the owner's findings: scan, audit and evaluation; and the synthetic table's own figures."""
    from privsynth.pii import scan_columns
    from privsynth.quality import synthetic_only

    held = split_units(story.source, story.plan.unit, HOLDOUT_PERCENT, key)
    train = typed_frame(story.source, fitted.schema, keep=others(held))
    holdout = typed_frame(story.source, fitted.schema, keep=held)
    made = public_frame(typed_frame(open_table(synthetic), fitted.schema, made=True))
    story.progress("scanning for personal data")
    scan = scan_columns(text_columns(story.source)).to_json()
    carried = carried_over(story.source, synthetic, fitted.schema, held)
    story.progress("auditing")
    audit = _audited(story, fitted, held, (train, made, holdout))
    story.progress("evaluating")
    return {
        "scan": scan,
        "carried": carried,
        "audit": audit,
        "evaluate": _evaluated(fitted, (train, made, holdout)),
        "synthetic": synthetic_only(made),
    }


def _audited(story: Story, fitted: Fitted, held: Any, tables: tuple[Any, Any, Any]) -> dict[str, Any]:
    from privsynth.audits import audit_tables

    owners = _owners(story, held)
    return audit_tables(
        *tables,
        train_units=owners[0],
        holdout_units=owners[1],
        train_numbers=numbers_of(others(held)),
        sensitive=fitted.schema.sensitive or None,
    ).to_json()


def _evaluated(fitted: Fitted, tables: tuple[Any, Any, Any]) -> dict[str, Any]:
    from privsynth.quality import evaluate_tables, protected_columns

    return evaluate_tables(
        *tables,
        target=_target(fitted),
        protected=protected_columns(fitted.schema),
        kinds={field.name: field.kind for field in fitted.schema.modelled},
    ).to_json()


def _owners(story: Story, held: Any) -> tuple[Any, Any]:
    """Return whose row each train and each holdout row is, or nothing where each row is its own unit."""
    column = story.plan.unit.column
    if column is None:
        return None, None
    return column_of(story.source, column, keep=others(held)), column_of(story.source, column, keep=held)


def _target(fitted: Fitted) -> str | None:
    names = [field.name for field in fitted.schema.modelled]
    return fitted.schema.target if fitted.schema.target in names else None


def _report(
    audience: Any, story: Story, fitted: Fitted, findings: Mapping[str, Any], seed: int | None
) -> dict[str, Any]:
    ours = audience == "owner"
    return build_report(
        audience=audience,
        guarantee=fitted.guarantee,
        schema=fitted.schema,
        audit=findings["audit"] if ours else None,
        evaluate=findings["evaluate"] if ours else None,
        scan=findings["scan"] if ours else None,
        carried=findings["carried"] if ours else None,
        synthetic=findings["synthetic"],
        ledger=story.paid.account() if ours and story.paid is not None else None,
        reproduction=_reproduction(story, fitted, seed),
        title="Synthetic table",
    )


def _because(story: Story, fitted: Fitted) -> dict[str, str]:
    """Return why the generator is this one, where it is the planned one: a resumed model may be of another."""
    return {"generator_because": story.plan.why} if story.plan.generator == fitted.generator else {}


def _reproduction(story: Story, fitted: Fitted, seed: int | None = None) -> dict[str, Any]:
    import numpy as np

    return {
        **({"command": story.command} if story.command is not None else {}),
        "privsynth": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "packages": versions(),
        "generator": fitted.generator,
        **_because(story, fitted),
        "config": dict(fitted.config),
        "event": dict(fitted.event),
        "holdout": f"each unit by its own coin, {HOLDOUT_PERCENT}% on average, kept out of training",
        "seed": "none: rows were drawn with coins of the operating system" if seed is None else seed,
        **({"model_digest": fitted.digest()} if fitted.stored else {}),
    }


def _manifest(story: Story, fitted: Fitted, synthetic: Any) -> dict[str, Any]:
    return {
        "dp": fitted.guarantee.void is None,
        "generator": fitted.generator,
        **_because(story, fitted),
        "guarantee": fitted.guarantee.to_json(),
        "model_digest": fitted.digest() if fitted.stored else None,
        "ledger": dict(fitted.ledger),
        "generation": fitted.generation,
        "licence": story.licence,
        "terms": list(story.terms),
        "rows": synthetic.num_rows,
        "columns": synthetic.column_names,
    }
