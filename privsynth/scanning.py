"""The scan of a table: what its columns hold, with the owner's own rules."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.errors import UsageError
from privsynth.given_schema import read_any_schema
from privsynth.table.frames import TYPED_ENDINGS
from privsynth.table.source import CSV_ENDINGS, JSON_ENDINGS, open_table
from privsynth.table.typed import text_columns
from privsynth.table.urls import name_of

if TYPE_CHECKING:
    from privsynth.pii import ColumnFinding, ScanResult

READABLE = (*CSV_ENDINGS, *JSON_ENDINGS, *TYPED_ENDINGS)


def scan(
    table: Any,
    *,
    rules: str | os.PathLike[str] | None = None,
    countries: Sequence[str] = (),
    ner: str | None = None,
    exhaustive: bool = False,
    encoding: str = "utf-8",
) -> ScanResult:
    """Find personal data, column by column; the findings are the owner's and change no fit.

    Args:
        table: A path or a frame.
        rules: A YAML file of the owner's own rules (see ``schemas/scan_rules.schema.json``).
        countries: ISO 3166 codes of countries whose numbers may occur without a header that says so, such as `DE`.
        ner: An installed spaCy model, or the folder of a spaCy or transformers model, for names in text; never downloaded.
        exhaustive: Test every distinct value.
        encoding: Of CSV files.

    Returns:
        One finding per column, and combinations of columns that single rows out.

    Raises:
        SchemaError: the rules cannot be read.
        TableError: the table cannot be read.
        UsageError: the model is not installed, or a country is unknown.
    """
    from privsynth.pii import open_model, read_rules, scan_columns

    _check_countries(countries)
    own = read_rules(Path(rules)) if rules is not None else None
    model = open_model(ner) if ner is not None else None
    source = open_table(table, encoding=encoding, repair=True)
    return scan_columns(
        text_columns(source),
        rules=own,
        countries=countries,
        model=model,
        exhaustive=exhaustive,
        table=name_of(table) if isinstance(table, str | os.PathLike) else None,
    )


def _check_countries(countries: Sequence[str]) -> None:
    if not countries:
        return
    import phonenumbers

    unknown = [code for code in countries if code.upper() not in phonenumbers.SUPPORTED_REGIONS]
    if unknown:
        raise UsageError(
            f"The country {', '.join(unknown)} is not known. Give two letters of ISO 3166, such as DE or US."
        )


def unsettled(result: ScanResult, roles: Collection[str], schema: Any = None) -> list[ColumnFinding]:
    """Return the columns of these roles that no schema settles.

    Args:
        result: A scan.
        roles: Roles that matter, such as `direct`.
        schema: The owner's schema (itself, a path or plain values): a column that it drops, makes anew or generalises,
            or whose role it declares, is settled.
    """
    known = None if schema is None else read_any_schema(schema)

    def settled(name: str) -> bool:
        if known is None or name not in known.names:
            return False
        field = known[name]
        return field.action != "keep" or field.source("role") in ("declared", "public")

    return [column for column in result.columns if column.role in roles and not settled(column.name)]


def tables_in(places: Sequence[str]) -> list[str]:
    """Return the tables that places name: files as they are, folders by the tables that lie in them.

    Raises:
        UsageError: a folder holds no table.
    """
    found: list[str] = []
    for place in places:
        folder = Path(place)
        if not folder.is_dir():
            found.append(place)
            continue
        inside = sorted(str(path) for path in folder.rglob("*") if _is_table(path))
        if not inside:
            raise UsageError(f"The folder `{place}` holds no table. Tables end with: {', '.join(READABLE)}.")
        found += inside
    return list(dict.fromkeys(found))


def _is_table(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.name.lower().endswith(READABLE)
