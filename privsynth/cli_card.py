"""The command `card`."""

from __future__ import annotations

from pathlib import Path

import click

from privsynth.cli_options import check_outputs


@click.command()
@click.argument("source", type=click.Path(), metavar="RELEASE|MODEL")
@click.option("-o", "--output", "out", type=click.Path(), metavar="CARD.md", help="File to write  [default: stdout]")
def card(source: str, out: str | None) -> None:
    """Write a page of Markdown about a release or a model."""
    from privsynth.datasheet import card as card_of
    from privsynth.files import atomic_file

    check_outputs(out)
    page = card_of(source)
    if out in (None, "-"):
        click.echo(page, nl=False)
        return
    with atomic_file(Path(str(out))) as temporary:
        temporary.write_text(page, encoding="utf-8")
