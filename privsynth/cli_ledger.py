"""The commands of the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from privsynth import log
from privsynth.cli_options import JSON, LEDGER_FILE, print_json, say_problems

_LEDGER = click.option("--ledger", "path", **LEDGER_FILE)


@click.group()
def ledger() -> None:
    """Open, show and verify the ledger of what was spent."""


@ledger.command("open")
@click.option("--dataset", required=True, metavar="NAME", help="Your name for the table, or its path.")
@click.option("--epsilon", type=float, required=True, metavar="E", help="What may be spent over all time.")
@click.option("--delta", type=float, default=1e-6, show_default=True, metavar="D", help="Of that budget.")
@_LEDGER
@click.option("--replace", is_flag=True, help="Replace another limit.")
def ledger_open(dataset: str, epsilon: float, delta: float, path: str | None, replace: bool) -> None:
    """Set what may be spent on a dataset."""
    from privsynth.fitting import dataset_name
    from privsynth.ledger import Ledger, default_path
    from privsynth.privacy import Budget

    where, dataset = Path(path) if path else default_path(), dataset_name(None, dataset)
    book = Ledger(where)
    book.open(dataset, Budget(epsilon=epsilon, delta=delta), replace=replace)
    [account] = book.show(dataset)["datasets"]
    spent = f"; epsilon {account['epsilon']:.4g} of it is spent" if account["epsilon"] else ""
    log.note(f"The limit of `{dataset}` is epsilon {epsilon:g} at delta {delta:g}{spent}: {where}")


@ledger.command("show")
@click.option("--dataset", metavar="NAME", help="One dataset only.")
@_LEDGER
@JSON
def ledger_show(dataset: str | None, path: str | None, json_path: str | None) -> None:
    """Show what was spent."""
    from privsynth.fitting import dataset_name
    from privsynth.ledger import Ledger, default_path
    from privsynth.tables import print_ledger

    name = None if dataset is None else dataset_name(None, dataset)
    document = Ledger(Path(path) if path else default_path()).show(name)
    print_json(document, json_path, private=True)
    if json_path != "-":
        print_ledger(document)


@ledger.command("verify")
@click.argument("releases", nargs=-1, type=click.Path(), metavar="[DIR]...")
@_LEDGER
def ledger_verify(releases: tuple[str, ...], path: str | None) -> None:
    """Recompute the chain of entries, and find each release in it."""
    from privsynth.artifact import read_manifest
    from privsynth.ledger import Ledger, default_path

    problems = Ledger(Path(path) if path else default_path()).verify(
        [read_manifest(Path(folder)) for folder in releases]
    )
    held = f" It has {', '.join(releases)}." if releases else ""
    say_problems(problems, f"The ledger is whole.{held}")
