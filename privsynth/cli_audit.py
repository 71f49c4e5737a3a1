"""The command `audit`: a synthetic table of any maker, and models of ours by shadow fits of their recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from privsynth import log
from privsynth.cli_options import (
    AUDITED,
    check_outputs,
    gate,
    options,
    print_html,
    print_json,
    print_junit,
    print_rows_at_risk,
)
from privsynth.errors import UsageError

if TYPE_CHECKING:
    from privsynth.audits import AuditResult

SHADOWS = options(
    click.option(
        "--model",
        type=click.Path(),
        metavar="M",
        help="A model of ours: audited by fits of its recipe with and without real rows.",
    ),
    click.option("--shadows", type=int, metavar="K", help="How many such fits, with --model  [default: 16]"),
    click.option(
        "--shadows-from",
        type=click.Choice(["real", "synthetic"]),
        default="real",
        show_default=True,
        help="Rows for such fits: halves of the real ones, or the synthetic ones and a few real ones that are attacked.",
    ),
    click.option(
        "--queries-fits",
        type=int,
        default=0,
        show_default=True,
        metavar="N",
        help="Further fits that attack the five most outlying rows; 0 for none.",
    ),
    click.option(
        "--time-budget",
        "time_budget_seconds",
        type=float,
        metavar="SECONDS",
        help="About how long to take: fewer real rows are attacked, never fewer synthetic rows searched; fits get half of it.",
    ),
)


@click.command()
@AUDITED
@SHADOWS
@click.option(
    "--unit",
    metavar="COL",
    help="Column that says whose row it is; one row of each is audited  [default: the schema's]",
)
@click.option(
    "--fail-on",
    type=click.Choice(["leak", "inconclusive"]),
    help="Exit with 6 on this verdict (inconclusive: or a leak).",
)
@click.option(
    "--junit", "junit_path", type=click.Path(), metavar="F", help="Write the tests as JUnit XML, for build servers."
)
@click.option(
    "--rows-at-risk",
    "rows_path",
    type=click.Path(),
    metavar="F.csv",
    help="Write the numbers of the train rows that it gives away most; for the owner only.",
)
def audit(
    json_path: str | None,
    html_path: str | None,
    junit_path: str | None,
    rows_path: str | None,
    fail_on: str | None,
    **options: Any,
) -> None:
    """Test whether a synthetic table gives away rows of the real one.

    What it prints and writes was computed from private rows: keep it as you keep those. Files get mode 0600.
    """
    from privsynth.tables import PRIVATE_FIGURES, print_audit

    check_outputs(json_path, html_path, junit_path, rows_path)
    result = _audited(**options, on_result=lambda found: print_rows_at_risk(found, rows_path))
    print_json(result, json_path, private=True)
    print_html("audit", result, html_path, private=True)
    print_junit(result, junit_path, fail_on)
    if json_path == "-":
        log.note(PRIVATE_FIGURES)
    else:
        print_audit(result)
    bad = {"leak": ("leak",), "inconclusive": ("leak", "inconclusive"), None: ()}[fail_on]
    gate(result["verdict"] in bad, f"The verdict is: {result['verdict']}.")


def _audited(
    *,
    model: str | None,
    shadows: int | None,
    shadows_from: str,
    queries_fits: int,
    on_result: Callable[[AuditResult], None],
    **compared: Any,
) -> dict[str, Any]:
    """Return the audit of a table as JSON values, with shadow fits where a model was named; `on_result` sees it first."""
    from privsynth import pipeline

    if model is None:
        if compared["synthetic"] is None:
            raise UsageError(
                "There is no table to audit. Give one with --synthetic S, or a model of ours with --model M."
            )
        if shadows is not None or shadows_from != "real" or queries_fits:
            raise UsageError("Shadow fits were asked for without a model to fit again. Name it with --model M.")
        result = pipeline.audit(**compared, progress=log.stage)
        on_result(result)
        return result.to_json()
    asked = {"shadows": shadows, "shadows_from": shadows_from, "queries_fits": queries_fits}
    return _with_model(model, asked, on_result, compared)


def _with_model(
    model: str,
    asked: dict[str, Any],
    on_result: Callable[[AuditResult], None],
    compared: dict[str, Any],
) -> dict[str, Any]:
    from privsynth import pipeline
    from privsynth.audits.shadows.result import joined
    from privsynth.generators.fitted import load_model

    if compared["schema"] is not None:
        raise UsageError("A schema was given beside a model, which has its own. Leave --schema out.")
    fitted = load_model(model)
    unit = fitted.guarantee.unit.column
    if compared["unit"] not in (None, unit):
        raise UsageError("The unit is not that of the model. Leave --unit out.")
    seed = compared["seed"]
    table = pipeline.sample(fitted, seed=seed) if compared["synthetic"] is None else compared["synthetic"]
    seconds = None if compared["time_budget_seconds"] is None else compared["time_budget_seconds"] / 2
    given = {"schema": fitted.schema, "unit": unit, "synthetic": table, "time_budget_seconds": seconds}
    tables = {**compared, **given}
    found = pipeline.shadow_audit(
        fitted,
        tables["train"],
        tables["holdout"],
        synthetic=table,
        **asked,
        time_budget=seconds,
        seed=seed,
        encoding=tables["encoding"],
        progress=log.stage,
    )
    result = pipeline.audit(**tables, progress=log.stage)
    on_result(result)
    return joined(result.to_json(), found)
