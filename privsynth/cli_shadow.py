"""The options of `audit` for models of ours: shadow fits of their recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from privsynth.cli_options import options
from privsynth.errors import UsageError

if TYPE_CHECKING:
    from privsynth.audits import AuditResult

SHADOWS = options(
    click.option(
        "--model",
        type=click.Path(),
        metavar="M",
        help="A model of ours: audited by fits of its recipe on random halves.",
    ),
    click.option("--shadows", type=int, metavar="K", help="How many such fits, with --model  [default: 16]"),
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


def audited(
    *,
    model: str | None,
    shadows: int | None,
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
        if shadows is not None or queries_fits:
            raise UsageError("Shadow fits were asked for without a model to fit again. Name it with --model M.")
        result = pipeline.audit(**compared, progress=_say)
        on_result(result)
        return result.to_json()
    return _with_model(model, shadows, queries_fits, on_result, compared)


def _with_model(
    model: str,
    shadows: int | None,
    queries_fits: int,
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
        shadows=shadows,
        queries_fits=queries_fits,
        time_budget=seconds,
        seed=seed,
        encoding=tables["encoding"],
        progress=_say,
    )
    result = pipeline.audit(**tables, progress=_say)
    on_result(result)
    return joined(result.to_json(), found)


def _say(text: str) -> None:
    click.echo(f"  {text} ...", err=True)
