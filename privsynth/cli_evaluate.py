"""The command `evaluate`: a synthetic table beside the real one, or beside an earlier release."""

from __future__ import annotations

from typing import Any

import click

from privsynth import log
from privsynth.cli_options import COMPARED, check_outputs, print_html, print_json
from privsynth.errors import UsageError


@click.command()
@COMPARED
@click.option(
    "--target",
    metavar="COL",
    multiple=True,
    help="Column that models predict; may be repeated  [default: the schema's]",
)
@click.option(
    "--protected",
    metavar="COL",
    multiple=True,
    help="Column whose groups are compared; may be repeated  [default: those that the schema marks]",
)
@click.option(
    "--earlier", type=click.Path(), metavar="OLD", help="A former synthetic table, for drift; needs no --train."
)
def evaluate(
    train: str | None,
    json_path: str | None,
    html_path: str | None,
    target: tuple[str, ...],
    protected: tuple[str, ...],
    **options: Any,
) -> None:
    """Compare a synthetic table with the real one, figure by figure."""
    check_outputs(json_path, html_path)
    if train is None:
        _drift(json_path, html_path, {**options, "target": target, "protected": protected})
        return
    from privsynth import pipeline
    from privsynth.tables import print_evaluation

    result = pipeline.evaluate(train, target=target or None, protected=protected or None, **options).to_json()
    print_json(result, json_path, private=True)
    print_html("evaluate", result, html_path, private=True)
    if json_path != "-":
        print_evaluation(result)


def _drift(json_path: str | None, html_path: str | None, options: dict[str, Any]) -> None:
    """Compare two synthetic tables alone: what comes out may be shared, unless one of them contains real rows."""
    from privsynth import pipeline
    from privsynth.tables import print_drift

    if options["earlier"] is None:
        raise UsageError(
            "There is nothing to compare the synthetic table with. Name the real rows with --train, or a former synthetic "
            "table with --earlier."
        )
    given = {"--holdout": options["holdout"], "--target": options["target"], "--protected": options["protected"]}
    unused = [name for name, value in {**given, "--html": html_path}.items() if value]
    if unused:
        raise UsageError(
            f"Without --train only drift is measured, which knows no {unused[0]}. Add --train, or leave it out."
        )
    shared = {name: options[name] for name in ("schema", "seed", "encoding")}
    found = pipeline.drift(options["earlier"], options["synthetic"], **shared)
    result = found.to_json()
    if found.real_rows:
        log.void(result["limits"])
    print_json(result, json_path, private=found.real_rows)
    if json_path != "-":
        print_drift(result)
