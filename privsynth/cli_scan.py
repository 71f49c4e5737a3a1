"""The command that scans tables for personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from privsynth.cli_options import ENCODING, JSON, check_outputs, gate, print_html, print_json

if TYPE_CHECKING:
    from privsynth.pii import ScanResult

_GATES = {"direct": ("direct",), "review": ("direct", "review")}


@click.command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...")
@click.option("--schema", type=click.Path(), metavar="S", help="Your schema: columns that it settles pass --fail-on.")
@click.option(
    "--rules", type=click.Path(), metavar="R", help="Your own rules (YAML; presidio's recognisers as they are)."
)
@click.option("--country", "countries", multiple=True, metavar="CC", help="Expect numbers of this country; repeatable.")
@click.option("--ner", metavar="MODEL", help="An installed spaCy model or a model's folder, for names in text.")
@click.option("--exhaustive", is_flag=True, help="Test every distinct value.")
@JSON
@click.option(
    "--html", "html_path", type=click.Path(), metavar="F", help="Write the result of one table as an HTML page."
)
@click.option("--fail-on", type=click.Choice(list(_GATES)), help="Exit with 6 when such a column is found.")
@ENCODING
def scan(
    tables: tuple[str, ...],
    schema: str | None,
    rules: str | None,
    countries: tuple[str, ...],
    ner: str | None,
    exhaustive: bool,
    json_path: str | None,
    html_path: str | None,
    fail_on: str | None,
    encoding: str,
) -> None:
    """Find personal data, column by column, in files and folders. The findings are yours: they change no fit."""
    from privsynth import scanning
    from privsynth.errors import UsageError
    from privsynth.table.urls import shown

    check_outputs(json_path, html_path)
    places = scanning.tables_in(tables)
    if html_path is not None and len(places) > 1:
        raise UsageError(f"One page shows one table, and {len(places)} were given. Name one table with --html.")
    found = {
        shown(place): scanning.scan(
            place, rules=rules, countries=countries, ner=ner, exhaustive=exhaustive, encoding=encoding
        )
        for place in places
    }
    documents = [result.to_json() for result in found.values()]
    print_json(documents[0] if len(documents) == 1 else documents, json_path, private=True)
    print_html("scan", documents[0], html_path, private=True)
    if json_path != "-":
        _print(found)
    if fail_on is not None:
        roles = _GATES[fail_on]
        hits = sum(len(scanning.unsettled(result, roles, schema)) for result in found.values())
        columns = "1 column is" if hits == 1 else f"{hits} columns are"
        gate(
            hits > 0,
            f"{columns} {' or '.join(roles)}. Drop them, or settle them in a schema and give it with --schema.",
        )


def _print(found: dict[str, ScanResult]) -> None:
    from privsynth.tables import print_scan, print_scans

    if len(found) > 1:
        print_scans({place: result.to_json() for place, result in found.items()})
        return
    for place, result in found.items():
        print_scan(place, result.to_json())
