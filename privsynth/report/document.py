"""The report as one JSON document; what may not leave with a release is never put into one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from privsynth.errors import UsageError
from privsynth.privacy import Guarantee
from privsynth.report.caveats import always_untested, untested_here
from privsynth.report.odds import describe_guarantee
from privsynth.report.wording import dig, texts
from privsynth.tableschema import Field, Schema
from privsynth.tableschema.model import LEAVES, SOURCES, UNMODELLED

FORMAT = "privsynth.report/1"
VERDICTS = ("leak", "no leak found", "inconclusive")
RELEASED_SYNTHETIC = ("rows", "columns", "missing_share", "repeated_row_share")
RELEASED_COLUMN = ("name", "kind", "missing_share", "distinct")
RELEASED_REPRODUCTION = (
    "privsynth",
    "version",
    "python",
    "numpy",
    "packages",
    "generator",
    "generator_because",
    "config",
    "budget",
    "event",
    "holdout",
    "seed",
    "day",
    "schema_digest",
    "model_digest",
    "synthetic_digest",
    "verify",
    "licence",
)
"""Keys of `reproduction` that a release carries: no command line, path, dataset name or digest of a private table."""


def build_report(
    *,
    audience: Literal["owner", "release"],
    guarantee: Guarantee,
    schema: Schema,
    audit: Mapping[str, Any] | None,
    evaluate: Mapping[str, Any] | None,
    scan: Mapping[str, Any] | None,
    synthetic: Mapping[str, Any],
    ledger: Mapping[str, Any] | None,
    reproduction: Mapping[str, Any],
    title: str,
    carried: Mapping[str, Any] | None = None,
    attach_verdict: bool = False,
) -> dict[str, Any]:
    """Put everything that a report says into one JSON document (`schemas/report.schema.json`).

    Guarantee: a document for the `release` is a function of the guarantee, the schema, the synthetic table and public
    facts of the run. What was computed from real rows is left out even when it is given; only the verdict's word may be
    attached, and it is then marked as outside the guarantee.

    Args:
        audience: `owner`, or `release` for what leaves.
        guarantee: What was proven.
        schema: What was declared or learned about the table.
        audit: A `privsynth.audit/1` object, or None; any part may be missing.
        evaluate: A `privsynth.evaluate/1` object, or None.
        scan: A `privsynth.scan/1` object, or None.
        synthetic: Figures of the synthetic table alone, as `privsynth.quality.synthetic_only` gives them.
        ledger: What `Ledger.show` gives, or None.
        reproduction: Facts of the run. A release carries only `RELEASED_REPRODUCTION` of them.
        title: Heading of the report.
        carried: A `privsynth.carried/1` object, or None.
        attach_verdict: Attach the audit's verdict word to a release.

    Returns:
        JSON values: no NaN, no infinity.

    Raises:
        UsageError: the audience is neither of the two.
    """
    if audience not in ("owner", "release"):
        raise UsageError(f"The audience of a report is {audience!r}. Use 'owner' or 'release'.")
    owner = audience == "owner"
    document: dict[str, Any] = {
        "format": FORMAT,
        "warning": guarantee.sentence() if guarantee.void else None,
        "dp": guarantee.void is None,
        "audience": audience,
        "title": title,
        "verdict": _verdict(audit, audience, attach=owner or attach_verdict),
        "guarantee": describe_guarantee(guarantee),
        "declarations": _declarations(schema),
        "not_tested": always_untested(schema, guarantee),
        "synthetic": _synthetic(synthetic),
        "reproduction": {key: value for key, value in reproduction.items() if owner or key in RELEASED_REPRODUCTION},
    }
    if owner:
        document["not_tested"] = untested_here(audit, evaluate, scan) + document["not_tested"]
        document |= {
            "audit": _without_rows(audit),
            "evaluate": evaluate,
            "scan": scan,
            "carried": carried,
            "ledger": ledger,
        }
    plain: dict[str, Any] = _plain(document)
    return plain


def _without_rows(value: Any) -> Any:
    """Return an audit whose rows at risk go by their codes alone; `audit.json` says which rows these are."""
    if isinstance(value, Mapping):
        coded = "code" in value and "row" in value
        return {key: _without_rows(item) for key, item in value.items() if not (coded and key == "row")}
    return [_without_rows(item) for item in value] if isinstance(value, list) else value


def _verdict(audit: Mapping[str, Any] | None, audience: str, *, attach: bool) -> dict[str, Any]:
    word = dig(audit, "verdict") if attach else None
    return {
        "word": word if word in VERDICTS else None,
        "reason": " ".join(texts(audit, "reasons")) or None if audience == "owner" else None,
        "attached": attach,
        "outside_guarantee": True,
    }


def _declarations(schema: Schema) -> dict[str, Any]:
    columns = [_column(each, schema) for each in schema.fields]
    return {
        "target": schema.target,
        "unit": {"column": schema.unit_column, "max_rows": schema.max_rows},
        "policy": dict(schema.policy) if schema.policy else None,
        "data_leaves": list(schema.data_leaves()),
        "sources": {source: sum(source in each["provenance"].values() for each in columns) for source in SOURCES},
        "columns": columns,
    }


def _column(field: Field, schema: Schema) -> dict[str, Any]:
    stated = [leaf for leaf in LEAVES if leaf in ("kind", "role", "action") or leaf in field.provenance]
    codebooks = {
        leaf: dig(field.provenance, leaf, "name")
        for leaf in stated
        if dig(field.provenance, leaf, "source") == "public"
    }
    return {
        "name": field.name,
        "kind": field.kind,
        "role": field.role,
        "action": field.action,
        "rule": field.rule if field.action == "generalise" else None,
        "done": _done(field, schema),
        "provenance": {leaf: field.source(leaf) for leaf in stated},
        "codebooks": {leaf: name for leaf, name in codebooks.items() if isinstance(name, str)},
    }


def _done(field: Field, schema: Schema) -> str:
    if field.action == "fake":
        return "made anew, from no real cell"
    if field.action == "drop":
        law = dig(field.provenance, "action", "name")
        return f"dropped ({law})" if schema.policy and isinstance(law, str) else "dropped"
    if field.name == schema.unit_column:
        return "says whose row it is; not modelled"
    if not field.modelled:
        why = f"kind {field.kind}" if field.kind in UNMODELLED else f"role {field.role}"
        return f"left out ({why})"
    if field.action != "generalise":
        return "modelled"
    rule = field.generalisation
    return "generalised by a public rule, then modelled" + ("" if rule is None else f" ({field.rule}: {rule.says})")


def _synthetic(figures: Mapping[str, Any]) -> dict[str, Any]:
    columns = figures.get("by_column")
    known = [each for each in columns if isinstance(each, Mapping)] if isinstance(columns, list | tuple) else []
    return {key: figures[key] for key in RELEASED_SYNTHETIC if key in figures} | {
        "by_column": [{key: each[key] for key in RELEASED_COLUMN if key in each} for each in known]
    }


def _plain(value: Any) -> Any:
    """JSON values: NaN and infinities become null, tuples lists, NumPy numbers Python's, anything else its text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return _plain(value.item())
    return str(value)
