"""The command `certify`: attacks on our own generators, on toy tables."""

from __future__ import annotations

import os
from typing import Any

import click

from privsynth import log
from privsynth.cli_options import JSON, check_outputs, gate, print_json

_MOST_WORKERS = 8


@click.command()
@click.option(
    "--generator", default="maxent", show_default=True, metavar="copula|maxent|ctgan", help="What is attacked."
)
@click.option("--epsilon", type=float, required=True, metavar="E", help="What a fit would claim.")
@click.option("--delta", type=float, default=1e-6, show_default=True, metavar="D", help="Of that claim.")
@click.option("--runs", type=int, metavar="N", help="Runs of each world  [default: 10,000; of ctgan 1,000]")
@click.option("--max-rows", type=int, default=1, show_default=True, metavar="K", help="Rows of a unit; not of ctgan.")
@click.option(
    "--confidence", type=float, default=0.999, show_default=True, metavar="C", help="Of all lower bounds together."
)
@JSON
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "inconclusive"]),
    help="Exit with 6 on this verdict (inconclusive: or a violation).",
)
def certify(json_path: str | None, fail_on: str | None, **options: Any) -> None:
    """Attack a generator of ours on toy tables, and its broken twins.

    The result is a lower bound of epsilon, with what this design could have shown at most. It can refute a guarantee and
    never prove one. No table of yours is read and no budget is spent.
    """
    from privsynth import pipeline

    check_outputs(json_path)
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    result = pipeline.certify(**options, workers=workers, progress=log.stage)
    print_json(result.to_json(), json_path)
    if json_path != "-":
        click.echo(result.sentence())
        click.echo(result.power())
    bad = {"violation": ("violation",), "inconclusive": ("violation", "inconclusive"), None: ()}[fail_on]
    gate(result.verdict in bad, f"The verdict is: {result.verdict}.")
