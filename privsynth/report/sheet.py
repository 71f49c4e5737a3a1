"""A sheet of random rows for a person to look at: one self-contained page to print, with boxes to tick and lines to write on."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from privsynth.report.page import prose
from privsynth.report.wording import dig, mappings, number, text, visible

if TYPE_CHECKING:
    from jinja2 import Environment

_LONGEST_CELL, _LONGEST_LINE = 120, 400
_LINE = ("name", "title", "kind", "allowed", "has")
_QUESTIONS = (
    "Does any row show a real person, place or event that you know?",
    "Are there values that cannot occur together?",
    "Does a column look unlike what its name says?",
)


def render_sheet(sheet: Mapping[str, Any]) -> str:
    """Render a spot check as one HTML page.

    Args:
        sheet: `title`, `file`, `rows_total`, `note`, `contains_real_rows`, `shows_real_rows` (on this sheet), `columns` (`name`, `title`,
            `kind`, `allowed`, `has`) and `rows` (`number`, `origin`, `cells` in the order of the columns); any part may be missing.

    Returns:
        The page: style inline, no script, nothing fetched; every text is escaped.
    """
    style = "\n".join(
        files("privsynth.report").joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "sheet.css")
    )
    columns = [
        {key: visible(each.get(key) or "", _LONGEST_LINE) for key in _LINE} for each in mappings(sheet, "columns")
    ]
    page = (
        _environment()
        .get_template("sheet.html.j2")
        .render(
            title=visible(dig(sheet, "title") or "Spot check"),
            file=visible(dig(sheet, "file") or "the table"),
            total=f"{int(number(sheet, 'rows_total') or 0):,}",
            note=text(sheet, "note") or "",
            warning=dig(sheet, "contains_real_rows") is True,
            shows=dig(sheet, "shows_real_rows") is True,
            columns=columns,
            rows=[_row(each, columns) for each in mappings(sheet, "rows")],
            questions=_QUESTIONS,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )
    return page.encode("utf-8", "backslashreplace").decode("utf-8")


def _row(row: Mapping[str, Any], columns: list[dict[str, str]]) -> dict[str, Any]:
    cells = dig(row, "cells")
    shown = [visible(cell, _LONGEST_CELL) for cell in cells] if isinstance(cells, list) else []
    return {
        "number": f"{int(number(row, 'number') or 0):,}",
        "origin": text(row, "origin") or "",
        "cells": [(each["name"], cell) for each, cell in zip(columns, shown, strict=False)],
    }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("privsynth.report", package_path=".")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["prose"] = prose
    return environment
