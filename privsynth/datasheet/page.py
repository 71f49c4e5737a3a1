"""The card of a dataset as Markdown, with a head in YAML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from privsynth.privacy import Guarantee
from privsynth.provenance import Provenance
from privsynth.report.columns import NOT_IN_DOMAIN
from privsynth.report.odds import describe_guarantee
from privsynth.report.wording import percent_up, rate
from privsynth.tableschema.model import LABELLED, Field, Schema

_MOST_LABELS = 8
_LONGEST = 60
_SIGNS = re.compile(r"([\\`*_{}\[\]<>|#~$])")
_SOURCES = {
    "declared": "declared",
    "public": "public codebook",
    "dp": "learned",
    "data": "read from the data: NOT PRIVATE",
}
# Licences that the Hugging Face Hub knows by an identifier of its own; all others are "other" there.
_HUB = {
    name.lower(): name.lower()
    for name in (
        "Apache-2.0", "MIT", "BSD-3-Clause", "GPL-3.0", "CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0",
        "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "CC-BY-ND-4.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0",
        "CDLA-Sharing-1.0",
    )
} | {"odbl-1.0": "odbl", "odc-by-1.0": "odc-by", "pddl-1.0": "pddl"}  # fmt: skip
_SIZES = ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"),
          (1e8, "10M<n<100M"), (1e9, "100M<n<1B"))  # fmt: skip


def markdown(schema: Schema, guarantee: Guarantee, provenance: Provenance, file: str | None) -> str:
    """Return the card of a synthetic table.

    Args:
        schema: Of the table.
        guarantee: What was proven about its model.
        provenance: The table's manifest.
        file: Name of the table's file beside the card, or None.
    """
    parts = [
        *_head(provenance, file),
        "# Synthetic table",
        *([f"**{_prose(provenance.note)}**"] if not provenance.covered else []),
        *_what(schema, provenance, file),
        *_guarantee(guarantee, provenance),
        *_columns(schema),
        *_making(schema, guarantee, provenance),
        *_use(),
        *_limits(guarantee, provenance),
        *_terms(provenance),
        *_check(provenance, file),
    ]
    return "\n\n".join(parts) + "\n"


def _head(provenance: Provenance, file: str | None) -> list[str]:
    import yaml

    tags = ["synthetic", "tabular", "privsynth"]
    tags += ["differential-privacy"] if provenance.covered else []
    head: dict[str, Any] = {"pretty_name": "Synthetic table", "tags": tags}
    if provenance.licence is not None:
        known = _HUB.get(provenance.licence.lower())
        head |= {"license": known} if known else {"license": "other", "license_name": provenance.licence}
    if provenance.rows is not None:
        head["size_categories"] = [next((name for most, name in _SIZES if provenance.rows < most), "n>1B")]
    if file is not None:
        head["configs"] = [{"config_name": "default", "data_files": file}]
    return ["---\n" + yaml.safe_dump(head, sort_keys=False, allow_unicode=True).rstrip() + "\n---"]


def _what(schema: Schema, provenance: Provenance, file: str | None) -> list[str]:
    columns = sum(_in_table(field, schema) for field in schema.fields)
    rows = "Rows" if provenance.rows is None else f"{provenance.rows:,} rows"
    where = "" if file is None else f" (`{file}`)"
    made = (
        "made by a generative model"
        if provenance.generator is None
        else f"made by the generator {provenance.generator}"
    )
    real = (
        "Some of its rows, or cells of them, were given by somebody and are not made up."
        if provenance.contains_real_rows
        else "Every row was drawn from the model; none was taken from the original table."
    )
    return [
        "## What it is",
        f"{rows} in {columns} columns{where}, {made}. {real} {_depth(provenance)}",
    ]


def _depth(provenance: Provenance) -> str:
    depth = provenance.generation
    if depth is None:
        return "How many models lie between it and real rows is not known."
    if depth <= 1:
        return "Its model was fitted to a real table (generation 1)."
    return (
        f"**{depth} models lie between it and real rows (generation {depth}):** errors of each are in it, and add up."
    )


def _guarantee(guarantee: Guarantee, provenance: Provenance) -> list[str]:
    told = describe_guarantee(guarantee)
    parts = ["## The guarantee", _prose(told["sentence"]), _prose(told["in_words"])]
    if guarantee.void is None:
        rows = [
            [rate(each["false_alarms"]), rate(each["guessing"]), percent_up(each["at_most"])] for each in told["odds"]
        ]
        parts.append(_table(("False alarms allowed", "Right by guessing", "Right at most"), rows))
    if provenance.steps and guarantee.void is None and provenance.covered:
        parts.append("What was done to the rows afterwards looked at no real row, and leaves the guarantee as it is.")
    return [*parts, "Not covered:", _points(told["not_covered"])]


def _columns(schema: Schema) -> list[str]:
    made = [field for field in schema.fields if _in_table(field, schema)]
    out = [_code(field.name) for field in schema.fields if not _in_table(field, schema)]
    rows = [[_code(field.name), field.kind, _domain(field), _source(field)] for field in made]
    parts = ["## Columns", _table(("Column", "Kind", "Values", "Values are"), rows)]
    return [*parts, f"Left out of the table: {', '.join(out)}."] if out else parts


def _in_table(field: Field, schema: Schema) -> bool:
    return field.action == "fake" or (field.modelled and field.name != schema.unit_column)


def _domain(field: Field) -> str:
    if field.action == "fake":
        return f"stand-ins ({_plain(field.faker or '')}), made up without looking at any cell"
    if field.kind in LABELLED:
        labels = field.enum or (("true", "false") if field.kind == "boolean" else ())
        more = f" and {len(labels) - _MOST_LABELS:,} more" if len(labels) > _MOST_LABELS else ""
        return ", ".join(_plain(label) for label in labels[:_MOST_LABELS]) + more
    unit = {"date": "dates ", "datetime": "moments "}.get(field.kind, "")
    return f"{unit}{_bound(field.minimum)} to {_bound(field.maximum)}"


def _bound(value: Any) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else _plain(value)


def _source(field: Field) -> str:
    leaves = ("faker",) if field.action == "fake" else ("enum",) if field.kind in LABELLED else ("minimum", "maximum")
    found = {_SOURCES.get(field.source(leaf), "stated by default") for leaf in leaves}
    return "; ".join(sorted(found))


def _making(schema: Schema, guarantee: Guarantee, provenance: Provenance) -> list[str]:
    known = f"{len(guarantee.declared)} declared, {len(guarantee.learned)} learned"
    steps = [f"Which values a column may have was fixed first ({known})."]
    generator = "A generator" if provenance.generator is None else f"The generator {provenance.generator}"
    deeper = provenance.generation is not None and provenance.generation > 1
    steps.append(f"{generator} was fitted to {'a synthetic' if deeper else 'the original'} table.")
    steps.append("Rows were drawn from it. Drawing reads no real row.")
    if provenance.given is not None:
        steps.append(
            f"Rows of {_plain(provenance.given['table'])} were completed; their own cells are in the table as they were."
        )
    steps += [
        f"{_plain(step.stage)}: {step.rows_kept:,} of {step.rows_in:,} rows kept{_why(step.why)}."
        for step in provenance.steps
    ]
    held = [_plain(each.says) for each in schema.constraints]
    rules = [f"Every row keeps: {'; '.join(held)}."] if held else []
    return ["## How it was made", "\n".join(f"{n}. {step}" for n, step in enumerate(steps, start=1)), *rules]


def _why(why: str) -> str:
    return f" ({_plain(why)})" if why else ""


def _use() -> list[str]:
    fit = [
        "Developing and testing programs, queries and reports that later run on the original table.",
        "Teaching, and exploring which questions the original table could answer.",
        "Training models, if they are compared with ones of real rows before anybody relies on them.",
    ]
    unfit = "Not for decisions about single people, nor for findings that are reported without a look at the original table."
    return ["## Intended use", _points(fit), unfit]


def _limits(guarantee: Guarantee, provenance: Provenance) -> list[str]:
    points = ["Relations between several columns hold roughly; rare groups and rare combinations are the least exact."]
    if guarantee.void is None:
        points.append("Noise was added for the guarantee: a smaller epsilon protects more and blurs more.")
    points.append(NOT_IN_DOMAIN)
    if provenance.generation is None or provenance.generation > 1:
        points.append("It is a model of a synthetic table. Prefer one of generation 1 where there is one.")
    points.append("A model of this table would be of a deeper generation, and worse. `privsynth fit` warns of that.")
    points.append(
        "How close it is to the original table, and what attacks find, is in its owner's report, which is not released."
    )
    return ["## Limits", _points(points)]


def _terms(provenance: Provenance) -> list[str]:
    licence = (
        "No licence is stated: ask its owner before you use it."
        if provenance.licence is None
        else f"Licence: {_plain(provenance.licence)}."
    )
    terms = [f"Terms: {', '.join(_code(tag) for tag in provenance.terms)}."] if provenance.terms else []
    return ["## Licence and terms", licence, *terms]


def _check(provenance: Provenance, file: str | None) -> list[str]:
    parts = ["## Checking and citing"]
    if file is not None:
        parts.append("`privsynth verify` on this folder recomputes the digest of every file in it (`manifest.json`).")
    digest = "" if provenance.model_digest is None else f", model {provenance.model_digest}"
    parts.append(f"Cite it as: synthetic table, {_plain(provenance.made_by)}{digest}.")
    return parts


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _points(points: Sequence[str]) -> str:
    return "\n".join(f"- {_prose(point)}" for point in points)


def _plain(text: object) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    shown = "".join(each if each.isprintable() else " " for each in str(text))
    return _SIGNS.sub(r"\\\1", shown.replace("&", "&amp;"))


def _prose(text: str) -> str:
    """Return a text in which what stands between backticks is code, and all else is shown as it is."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(_code(part) if place % 2 else _plain(part) for place, part in enumerate(parts))


def _code(name: str) -> str:
    """Return a name as code, short, in a cell of a table or in a line."""
    shown = "".join(each if each.isprintable() and each not in "`|" else " " for each in name[:_LONGEST])
    return f"`{shown}`" if shown.strip() else "(no name)"
