"""The command line: each command parses, calls the function of the same name, and prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from privsynth import __version__, exits, log
from privsynth.cli_audit import audit
from privsynth.cli_card import card
from privsynth.cli_certify import certify
from privsynth.cli_curate import curate
from privsynth.cli_evaluate import evaluate
from privsynth.cli_ledger import ledger
from privsynth.cli_mock import mock
from privsynth.cli_options import (
    ENCODING,
    FIT,
    FOCUS,
    JSON,
    LEDGER,
    POLICY,
    ROWS_PER_PERSON,
    TABLE,
    TERMS,
    UNIT,
    check_outputs,
    check_table_output,
    print_json,
    say_problems,
)
from privsynth.cli_progress import Bar, tell_how_to_go_on, tell_what_is_kept
from privsynth.cli_scan import scan
from privsynth.cli_verbs import Verbs, global_options
from privsynth.errors import UsageError

if TYPE_CHECKING:
    from privsynth.baseline_plan import AnyPlan


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="privsynth")
@global_options
def cli(quiet: bool, log_format: str) -> None:
    """Turn a sensitive table into a shareable one, with a stated privacy guarantee, and check it.

    \b
    privsynth demo -o demo                      everything, on a simulated hospital
    privsynth run TABLE.csv --epsilon 3 -o OUT  everything, on your table
    """
    log.begin(log.Log(form=log_format, quiet=quiet))


def _plan(table: str, options: Mapping[str, Any]) -> AnyPlan:
    from privsynth import pipeline

    unused = ("ledger", "dataset", "checkpoint")
    return pipeline.plan_fit(table, **{name: value for name, value in options.items() if name not in unused})


def _say_void(table: str, options: Mapping[str, Any]) -> None:
    """Say on the first line that there is no guarantee: of a baseline, and where the schema was read from the data."""
    if options["allow_data_dependent_schema"] or options["not_private"]:
        plan = _plan(table, options)
        if plan.void is not None:
            log.void(plan.guarantee(plan.schema).sentence())


def _required(out: str | None) -> Path:
    if out is None:
        raise UsageError("There is no place for the result. Name it with -o (only --dry-run needs none).")
    return Path(out)


@cli.command()
@click.option("-o", "--output", "out", required=True, type=click.Path(), metavar="DIR", help="Folder to make.")
@click.option("--rows", default=20_000, show_default=True, help="Simulated admissions.")
@click.option("--epsilon", default=3.0, show_default=True, help="The whole privacy budget, per patient.")
@click.option("--seed", default=0, show_default=True, help="Of the simulation.")
@FOCUS
def demo(out: str, rows: int, epsilon: float, seed: int, focus: tuple[str, ...] | None) -> None:
    """Simulate a hospital table and run everything on it."""
    from privsynth import pipeline

    report = pipeline.demo(Path(out), rows=rows, seed=seed, epsilon=epsilon, focus=focus, progress=log.stage)
    _say_done(report, out)


def _say_done(report: Any, out: str) -> None:
    click.echo(report["guarantee"]["sentence"])
    verdict = (report.get("audit") or {}).get("verdict", "not computed")
    click.echo(f"Audit: {verdict}.")
    others = "For others: " if report["dp"] else "NOT PRIVATE:"
    click.echo(f"{others} {os.path.join(out, 'release')}  (report: {os.path.join(out, 'release', 'report.html')})")
    click.echo(f"For you:     {os.path.join(out, 'owner')}  (report: {os.path.join(out, 'owner', 'report.html')})")


@cli.command()
@TABLE
@click.option("-o", "--output", "out", required=True, type=click.Path(), metavar="S.yaml", help="Schema file to write.")
@click.option("--declare", type=click.Path(), metavar="D", help="A declaration of domains in the short form.")
@click.option(
    "--epsilon", type=float, metavar="E", help="Pays for what is not declared; without it, it is marked `data`."
)
@click.option("--delta", type=float, default=1e-6, show_default=True, metavar="D", help="Of that budget.")
@UNIT
@POLICY
@LEDGER
@ENCODING
def schema(table: str, out: str, **options: Any) -> None:
    """Make a schema: declared, learned, or read from the data.

    What is neither declared nor paid for with --epsilon is read from the data and marked `data`: it is for your eyes,
    and no fit takes it.
    """
    from privsynth import pipeline
    from privsynth.files import atomic_file
    from privsynth.safe_harbor import transformations
    from privsynth.tableschema import dump_schema

    check_outputs(out, replace=False)
    made = pipeline.schema(table, **options)
    with atomic_file(Path(out), replace=False, private=bool(made.data_leaves())) as temporary:
        temporary.write_text(dump_schema(made, as_json=out.endswith(".json")), encoding="utf-8")
    log.note(f"{len(made.modelled)} of {len(made.fields)} columns would be modelled: {out}")
    for name, rule in transformations(made).items():
        log.note(f"{name} -> {rule}")
    if made.spend is not None:
        log.note(f"Learning it spent epsilon {made.spend['epsilon']:g}; every fit under it counts that in.")
    if made.data_leaves():
        log.note(
            f"{len(made.data_leaves())} statements were read from the data (source `data`); a fit refuses them. Check "
            "each one and mark it `declared`, or let --epsilon pay."
        )


@cli.command()
@click.argument("schema_path", metavar="S")
@click.argument("table", required=False)
@POLICY
@ENCODING
def check(schema_path: str, table: str | None, **options: Any) -> None:
    """Check a schema, and whether it fits a table's header."""
    from privsynth import pipeline

    notes = pipeline.check(schema_path, table, **options)
    for note in notes:
        click.echo(note)
    counted = {0: "", 1: "; 1 note"}.get(len(notes), f"; {len(notes)} notes")
    click.echo(f"The schema is well formed{counted}.")


@cli.command()
@TABLE
@FIT
@click.option("-o", "--output", "out", type=click.Path(), metavar="MODEL", help="Folder (or .zip) to make.")
def fit(table: str, out: str | None, dry_run: bool, ledger: str | None, dataset: str | None, **options: Any) -> None:
    """Fit a generator under differential privacy."""
    from privsynth import pipeline
    from privsynth.release import check_output

    if dry_run:
        print_json(_plan(table, options).to_json(), "-")
        return
    model = _required(out)
    check_output(model)
    if options["not_private"]:
        _plan(table, options)  # other mistakes first
        raise UsageError(
            "A baseline is not private, and its model is never stored. Use `privsynth run`, which keeps the synthetic table."
        )
    _say_void(table, options)
    with tell_how_to_go_on(options["checkpoint"]), Bar(options["delta"]) as bar:
        fitted = pipeline.fit(table, ledger=ledger, dataset=dataset, progress=bar.say, on_step=bar.step, **options)
    fitted.save(model)
    click.echo(fitted.guarantee.sentence())
    log.note(f"{model}: draw rows with `privsynth sample {model} -o OUT.csv`.")


@cli.command()
@click.argument("model", type=click.Path())
@click.option("-n", "rows", type=int, metavar="N", help="Rows  [default: the noisy number of rows]")
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(),
    metavar="OUT",
    help="Table to write: a file (its ending says how), an address, or -: CSV to stdout.",
)
@click.option("--seed", type=int, metavar="K", help="Makes the rows reproducible.")
@click.option("--where", metavar="CONDITIONS", help="Such as \"age >= 80 and sex in ('F', 'X')\".")
@click.option(
    "--given",
    type=click.Path(),
    metavar="PARTIAL",
    help="Table with some of the columns; the others are drawn for its rows.",
)
@ROWS_PER_PERSON
@click.option("--raw", is_flag=True, help="Leave CSV cells that a spreadsheet would run as formulas.")
@click.option(
    "--replace",
    "overwrite",
    is_flag=True,
    help="Replace rows of a database's table, or a file that is not privsynth's.",
)
@TERMS
@ENCODING
def sample(
    model: str,
    rows: int | None,
    out: str,
    seed: int | None,
    where: str | None,
    given: str | None,
    rows_per_person: str | None,
    raw: bool,
    overwrite: bool,
    licence: str | None,
    terms: tuple[str, ...],
    encoding: str,
) -> None:
    """Draw synthetic rows from a model, as often as you like."""
    from privsynth.generators.fitted import load_model
    from privsynth.saving import save_batches
    from privsynth.table.given import read_given
    from privsynth.table.urls import shown
    from privsynth.table.write import is_text, write_batches

    path = Path("stdout.csv" if out == "-" else out)
    if out != "-":
        check_table_output(out, overwrite=overwrite)
    fitted = load_model(model)
    if fitted.guarantee.void:
        log.void(fitted.guarantee.sentence())
    known = None if given is None else read_given(given, fitted.schema, encoding=encoding)
    said = fitted.provenance(rows, known).under(licence, terms)
    batches = fitted.batches(
        rows, seed=seed, where=where, given=known, verbatim=is_text(path), rows_per_person=rows_per_person
    )
    if known is not None:
        log.warning(f"the output contains the rows of {known.where}: not covered by the guarantee.")
    if out == "-":
        write_batches(batches, path, sys.stdout.buffer, raw=raw)
        return
    written = save_batches(batches, out, raw=raw, provenance=said, overwrite=overwrite)
    log.note(f"{written:,} rows: {shown(out)}")


@cli.command()
@TABLE
@FIT
@click.option("-o", "--output", "out", type=click.Path(), metavar="DIR", help="Folder to make.")
@click.option("-n", "rows", type=int, metavar="N", help="Synthetic rows  [default: the noisy number of rows]")
@click.option("--seed", type=int, metavar="K", help="Of sampling; a fit takes no seed.")
@click.option("--raw", is_flag=True, help="Leave CSV cells that a spreadsheet would run as formulas.")
@click.option("--resume-from", type=click.Path(), metavar="DIR", help="What a failed run kept; its model is paid for.")
@TERMS
@JSON
def run(table: str, out: str | None, dry_run: bool, json_path: str | None, **options: Any) -> None:
    """Do all of it: scan, schema, fit, sample, audit, report."""
    from privsynth import pipeline

    extra = ("rows", "seed", "raw", "resume_from", "licence", "terms")
    planned = {name: value for name, value in options.items() if name not in extra}
    if dry_run:
        print_json(_plan(table, planned).to_json(), "-")
        return
    folder = _required(out)
    check_outputs(json_path)
    _say_void(table, planned)
    with tell_what_is_kept(folder), tell_how_to_go_on(options["checkpoint"]), Bar(options["delta"]) as bar:
        report = pipeline.run(table, out=folder, progress=bar.say, on_step=bar.step, **options)
    print_json(report, json_path, private=True)
    if json_path != "-":
        _say_done(report, str(folder))


@cli.command()
@click.argument("folder", type=click.Path(), metavar="DIR")
def verify(folder: str) -> None:
    """Recompute every digest of a release folder or a model."""
    from privsynth import pipeline

    say_problems(pipeline.verify(folder), "Every file is as it was written.")


cli.add_command(audit)
cli.add_command(card)
cli.add_command(certify)
cli.add_command(curate)
cli.add_command(evaluate)
cli.add_command(ledger)
cli.add_command(mock)
cli.add_command(scan)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the code that the outcome means."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin on a busy machine take many times longer
    exits.obey_sigterm()
    code = _outcome(arguments)
    exits.close_stdout()
    sys.exit(code)


def _outcome(arguments: list[str] | None) -> int:
    return exits.code_of(lambda: cli.main(arguments, prog_name="privsynth", standalone_mode=False))


if __name__ == "__main__":
    main()
