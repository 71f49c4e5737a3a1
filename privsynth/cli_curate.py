"""The command `curate`: what follows generation, stage by stage."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from privsynth import log
from privsynth.cli_options import ENCODING, JSON, check_outputs, check_table_file, options, print_json
from privsynth.errors import UsageError

if TYPE_CHECKING:
    from privsynth.curation import Curated

STAGES = options(
    click.option(
        "--recipe", type=click.Path(), metavar="R.yaml", help="The stages below as a file, in place of options."
    ),
    click.option(
        "--keep",
        multiple=True,
        metavar="CONDITION",
        help='Keep rows that fulfil it, such as "age >= 18"; may be repeated.',
    ),
    click.option("--drop", multiple=True, metavar="CONDITION", help="Leave out rows that fulfil it; may be repeated."),
    click.option("--deduplicate", is_flag=True, help="Keep the first of rows that are equal in all modelled columns."),
    click.option(
        "--deduplicate-on", multiple=True, metavar="COL", help="Compare rows on this column; may be repeated."
    ),
    click.option(
        "--balance",
        metavar="SHARES",
        help="COL (equal shares), COL=F:0.5,M:0.5, or conditions: age < 40:0.5; age >= 40:0.5.",
    ),
    click.option(
        "--at-least",
        multiple=True,
        metavar="CONDITION:N",
        help='Draw rows until N fulfil it, such as "region = isles:500"; may be repeated.',
    ),
    click.option(
        "--edge-cases",
        type=int,
        metavar="N",
        help="Add N rows at the ends of numbers and of rare labels, from the model.",
    ),
    click.option("--holdout", type=float, metavar="SHARE", help="Put this share of the rows into a second file."),
)


@click.command()
@click.argument("synthetic", type=click.Path())
@click.option("--schema", type=click.Path(), metavar="S", help="What every row has to satisfy  [default: the model's]")
@click.option("--model", type=click.Path(), metavar="M", help="The model of the table, to draw further rows from.")
@click.option("-o", "--output", "out", required=True, type=click.Path(), metavar="OUT", help="Table to write.")
@STAGES
@click.option(
    "--holdout-output", type=click.Path(), metavar="F", help="Where the holdout goes  [default: OUT.holdout.ending]"
)
@click.option(
    "--spot-check",
    "sheet",
    type=click.Path(),
    metavar="F.html",
    help="Write a sheet of random rows for a person to check.",
)
@click.option("--spot-check-rows", type=int, metavar="N", help="Rows of that sheet  [default: 50]")
@click.option(
    "--mix",
    type=click.Path(),
    metavar="REAL",
    help="Add real rows of this table: no guarantee holds then, and every output says so.",
)
@click.option("--mix-share", type=float, metavar="SHARE", help="Share of real rows in OUT.")
@click.option("--origin", metavar="COL", help="Add a column that says where each row comes from.")
@click.option("--seed", type=int, metavar="K", help="Makes it reproducible, but for the choice of real rows.")
@click.option("--raw", is_flag=True, help="Leave CSV cells that a spreadsheet would run as formulas.")
@JSON
@ENCODING
def curate(
    synthetic: str,
    out: str,
    holdout_output: str | None,
    sheet: str | None,
    spot_check_rows: int | None,
    deduplicate: bool,
    deduplicate_on: tuple[str, ...],
    raw: bool,
    json_path: str | None,
    **options: Any,
) -> None:
    """Filter, balance, split and spot-check a synthetic table.

    Every stage says how many rows it kept and why. Only --mix reads real rows; all else stays covered by the guarantee.
    """
    from privsynth import pipeline
    from privsynth.curating import holdout_beside, save_curated, spot_check_sheet
    from privsynth.files import atomic_file
    from privsynth.table.write import check_output_name

    if deduplicate and deduplicate_on:
        raise UsageError("Both --deduplicate and --deduplicate-on were given. Give one of them.")
    if spot_check_rows is not None and sheet is None:
        raise UsageError("--spot-check-rows was given without a sheet. Name its file with --spot-check F.html.")
    held = holdout_output or str(holdout_beside(out))
    _check_places(synthetic, options["mix"], out, held, sheet, json_path)
    check_output_name(Path(held))
    for path in (out, held) if holdout_output is not None or options["holdout"] is not None else (out,):
        check_table_file(path)
    found = pipeline.curate(
        synthetic,
        deduplicate=deduplicate_on or deduplicate,
        spot_check=False if sheet is None else True if spot_check_rows is None else spot_check_rows,
        progress=_say,
        **options,
    )
    if found.spot_check is not None and sheet is None:
        raise UsageError("The recipe has a spot check, and its sheet has no file. Name it with --spot-check F.html.")
    save_curated(found, out, holdout=held, raw=raw)
    if sheet is not None:
        with atomic_file(Path(sheet), private=found.had_real_rows) as temporary:
            temporary.write_text(spot_check_sheet(found, Path(out).name), encoding="utf-8")
    print_json(found.to_json(), json_path, private=found.contains_real_rows)
    _say_done(found, out, held, sheet)


def _check_places(
    synthetic: str, real: str | None, out: str, held: str, sheet: str | None, json_path: str | None
) -> None:
    """Refuse outputs that cannot be written, that overwrite each other, or that overwrite what is read."""
    check_outputs(out, held, sheet, json_path)
    places = [os.path.realpath(path) for path in (out, held, sheet, json_path) if path not in (None, "-")]
    twice = next((path for path in places if places.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"Two outputs are to be written to {twice}. Name another one.")
    for path in (synthetic, real):
        if path is not None and "://" not in path and os.path.realpath(path) in places:
            raise UsageError(f"The output {path} is the table that is read. Name another one with -o.")


def _say(text: str) -> None:
    from privsynth.curation import NO_GUARANTEE

    (log.void if text == NO_GUARANTEE else log.note)(text)


def _say_done(found: Curated, out: str, held: str, sheet: str | None) -> None:
    log.note(f"{found.lot.count:,} rows: {out}")
    if found.held is not None:
        log.note(f"{found.held.count:,} rows of the holdout: {held}")
    if sheet is not None:
        log.note(f"To check by a person: {sheet}")
