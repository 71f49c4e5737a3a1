"""Options that several commands share, and how commands write what they found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from privsynth import log
from privsynth.errors import LeakFound, UsageError

if TYPE_CHECKING:
    from privsynth.audits import AuditResult

TABLE = click.argument("table", type=str)
ENCODING = click.option(
    "--encoding", default="utf-8", show_default=True, help="Encoding of CSV files: utf-8 or latin-1."
)
JSON = click.option(
    "--json",
    "json_path",
    type=click.Path(),
    metavar="F|-",
    help="Write the result as JSON to a file, or to stdout with -.",
)
HTML = click.option("--html", "html_path", type=click.Path(), metavar="F", help="Write the result as one HTML page.")


def options(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def apply(command: Any) -> Any:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply


UNIT = options(
    click.option(
        "--unit",
        metavar="COL|row",
        help="Column that says whose row it is; each of its values is protected as a whole.",
    ),
    click.option(
        "--max-rows",
        type=int,
        metavar="K",
        help="Rows kept of a unit; its own coins leave out the rest  [default: the schema's, else 1]",
    ),
)
LEDGER_FILE: dict[str, Any] = {
    "type": click.Path(),
    "metavar": "F",
    "envvar": "PRIVSYNTH_LEDGER",
    "help": "The ledger's file  [default: in your data folder]",
}
LEDGER = options(
    click.option("--dataset", metavar="NAME", help="Name under which the table's budget is kept  [default: its path]"),
    click.option("--ledger", **LEDGER_FILE),
)
POLICY = options(
    click.option(
        "--hipaa-safe-harbor",
        "safe_harbor",
        is_flag=True,
        help="Drop and generalise columns as 45 CFR 164.514(b)(2)(i) wants it: dates to years, ZIP codes to three digits.",
    ),
    click.option("--as-of", type=int, metavar="YEAR", help="Year of the ages under that policy  [default: this year]"),
)


ROWS_PER_PERSON = click.option(
    "--rows-per-person",
    metavar="K|geometric:K",
    help="Give made-up people 1 to K rows each, which agree  [default: the schema's, else 1]",
)


def _focus(context: click.Context, _: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the focuses, none where --no-focus was given, or None where nothing was said."""
    none = context.meta.get(NO_FOCUS)
    if value and none:
        typed = {
            name for name in ("focus", "no_focus") if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        }
        if len(typed) != 1:  # else the other one is the project file's
            raise UsageError("Both --focus and --no-focus were given. Give one of them.")
        none = "no_focus" in typed
    return () if none else value or None


def _no_focus(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[NO_FOCUS] = value


NO_FOCUS = "privsynth.no_focus"
FOCUS = options(
    click.option(
        "--focus",
        metavar="COL",
        multiple=True,
        callback=_focus,
        help="Column that later models predict, or groups are compared by; may be repeated  [default: the schema's target]",
    ),
    click.option(
        "--no-focus",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_no_focus,
        help="No column is more important than the others.",
    ),
)
FIT = options(
    click.option("--epsilon", type=float, metavar="E", help="The whole privacy budget; required, but for baselines."),
    click.option(
        "--delta", type=float, default=1e-6, show_default=True, metavar="D", help="Never 1/n: it would tell n."
    ),
    click.option("--schema", type=click.Path(), metavar="S", help="A schema file (YAML or JSON)."),
    click.option("--declare", type=click.Path(), metavar="D", help="A declaration of domains in the short form."),
    UNIT,
    FOCUS,
    click.option(
        "--generator",
        default="auto",
        show_default=True,
        metavar="auto|maxent|copula|ctgan",
        help="Which generator to fit; auto chooses by the schema and says why.",
    ),
    POLICY,
    LEDGER,
    ENCODING,
    click.option(
        "--checkpoint",
        type=click.Path(),
        metavar="F",
        help="Keep the state of a long fit (ctgan) in this file; if it exists, go on from it.",
    ),
    click.option("--dry-run", is_flag=True, help="Print the budget plan and touch no private byte."),
    click.option("--allow-data-dependent-schema", is_flag=True, help="Fit without a guarantee; every output says so."),
    click.option(
        "--not-private",
        is_flag=True,
        help="Allow a baseline (sdv-copula, sdv-ctgan): no privacy at all; every output says so.",
    ),
    click.option("--epochs", type=int, metavar="N", help="Passes over the table, of sdv-ctgan  [default: 100]"),
    click.option(
        "--max-generation",
        type=int,
        metavar="K",
        help="Refuse a table that is synthetic K models deep already; 1: real tables only  [default: warn]",
    ),
)
TERMS = options(
    click.option("--licence", "--license", metavar="SPDX", help="Licence of the output, such as CC-BY-4.0."),
    click.option(
        "--terms", multiple=True, metavar="TAG", help="Terms of the output, such as research-only; may repeat."
    ),
)


def _compared(*, train: bool, synthetic: bool) -> Callable[[Any], Any]:
    return options(
        click.option(
            "--train",
            required=train,
            type=click.Path(),
            metavar="T",
            help="The real rows that the synthetic table was made from.",
        ),
        click.option(
            "--synthetic",
            required=synthetic,
            type=click.Path(),
            metavar="S",
            help="The synthetic table, of any vendor.",
        ),
        click.option(
            "--holdout",
            type=click.Path(),
            metavar="H",
            help="Real rows of the same population that its maker never saw.",
        ),
        click.option("--schema", type=click.Path(), metavar="S", help="Says how cells are read."),
        click.option("--seed", default=0, show_default=True, help="Of the samples that it draws."),
        JSON,
        HTML,
        ENCODING,
    )


COMPARED = _compared(train=False, synthetic=True)
AUDITED = _compared(train=True, synthetic=False)


def print_json(document: Any, path: str | None, *, private: bool = False) -> None:
    if path is None:
        return
    from privsynth.files import json_text

    text = json_text(document)
    if path == "-":
        click.echo(text, nl=False)
        return
    _write(text, path, private=private)


def print_html(kind: str, document: Any, path: str | None, *, private: bool = False) -> None:
    if path is None:
        return
    from privsynth.report import render_findings

    _write(render_findings(kind, document), path, private=private)


def print_junit(audit: Any, path: str | None, fail_on: str | None) -> None:
    if path is None:
        return
    from privsynth.junit import junit_xml

    _write(junit_xml(audit, fail_on=fail_on), path, private=True)


def print_rows_at_risk(found: AuditResult, path: str | None) -> None:
    if path is not None:
        _write(found.rows_at_risk().to_csv(index=False), path, private=True)


def _write(text: str, path: str, *, private: bool) -> None:
    from privsynth.files import atomic_file

    with atomic_file(Path(path), private=private) as temporary:
        temporary.write_text(text, encoding="utf-8")


def gate(failed: bool, message: str) -> None:
    if failed:
        raise LeakFound(message)


def check_outputs(*paths: str | None, replace: bool = True) -> None:
    """Refuse files that cannot be written, before any work is done."""
    from privsynth.table.urls import refuse_flattened

    for path in paths:
        if path in (None, "-"):
            continue
        if "://" in str(path):
            raise UsageError("An address was given where a file of this machine is written. Give a path.")
        refuse_flattened(Path(str(path)))
        place = Path(str(path)).absolute()
        if place.is_dir():
            raise UsageError(f"`{path}` is a folder, and a file is to be written there. Add a file name to it.")
        if not place.parent.is_dir():
            raise UsageError(f"The folder {place.parent} does not exist. Make it first, or name another output.")
        if place.exists() and not replace:
            raise UsageError(f"`{path}` exists already. Remove it, or name another file with -o.")


def check_table_output(out: str, *, overwrite: bool = False) -> None:
    """Refuse a table's file or address that cannot be written, before any work is done."""
    from privsynth.saving import check_destination
    from privsynth.table.urls import is_url

    if is_url(out):
        check_destination(out, overwrite=overwrite)
    else:
        check_table_file(out, overwrite=overwrite)


def check_table_file(out: str, *, overwrite: bool = False) -> None:
    """Refuse a table's file that cannot be written, or that is there and not privsynth's, before any work is done."""
    from privsynth.provenance import is_foreign
    from privsynth.table.write import check_output_name

    check_outputs(out)
    check_output_name(Path(out))
    if is_foreign(out) and not overwrite:
        raise UsageError(
            f"`{out}` exists, and privsynth did not write it: it could be a table that is not to be lost. Remove it, or name another file."
        )


def say_problems(problems: list[str], fine: str) -> None:
    from privsynth.errors import ArtifactError

    for problem in problems:
        log.error(problem)
    if problems:
        found = "1 problem was found" if len(problems) == 1 else f"{len(problems)} problems were found"
        raise ArtifactError(f"{found}. Restore the files from where they were made.")
    click.echo(fine)
