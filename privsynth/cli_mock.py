"""The command that makes rows from a schema alone."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from privsynth import log
from privsynth.cli_options import ROWS_PER_PERSON, TERMS, check_table_file


@click.command()
@click.argument("schema_path", metavar="S", type=click.Path())
@click.option("-n", "rows", type=click.IntRange(min=0), required=True, metavar="N", help="Rows to make.")
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(),
    metavar="OUT",
    help="Table to write; its ending says how (-: CSV to stdout).",
)
@click.option("--seed", type=int, metavar="K", help="Makes the rows reproducible.")
@click.option(
    "--missing",
    type=float,
    default=0.05,
    show_default=True,
    metavar="SHARE",
    help="Share of missing cells in columns that are not `required`.",
)
@click.option("--where", metavar="CONDITIONS", help="Such as \"age >= 80 and sex in ('F', 'X')\".")
@ROWS_PER_PERSON
@click.option("--raw", is_flag=True, help="Leave CSV cells that a spreadsheet would run as formulas.")
@click.option("--allow-data-dependent-schema", is_flag=True, help="Take what was read from data; every output says so.")
@TERMS
def mock(
    schema_path: str,
    rows: int,
    out: str,
    seed: int | None,
    missing: float,
    where: str | None,
    rows_per_person: str | None,
    raw: bool,
    allow_data_dependent_schema: bool,
    licence: str | None,
    terms: tuple[str, ...],
) -> None:
    """Make rows from a schema alone: no data are read (epsilon 0)."""
    from privsynth.mocking import Mock
    from privsynth.saving import save_batches
    from privsynth.table.write import write_batches

    path = Path("stdout.csv" if out == "-" else out)
    if out != "-":
        check_table_file(out)
    made = Mock.of(schema_path, missing=missing, allow_data_dependent_schema=allow_data_dependent_schema)
    said = made.provenance(rows).under(licence, terms)
    if made.void:
        log.void(made.sentence())
    batches = made.batches(rows, seed=seed, where=where, rows_per_person=rows_per_person)
    if made.left_out:
        log.note(f"Left out, as the schema has no stand-in for them: {', '.join(made.left_out)}.")
    if made.unknown:
        log.note(f"Not kept, as only a fit would learn them: {'; '.join(made.unknown)}.")
    if out == "-":
        write_batches(batches, path, sys.stdout.buffer, raw=raw)
        return
    written = save_batches(batches, path, raw=raw, provenance=said)
    log.note(f"{written:,} rows: {out}. {'' if made.void else made.sentence()}".rstrip())
