"""Fields whose cells go through a public rule: what their results can be, as far as the rule and the declarations say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from privsynth.tableschema.generalise import Rule
from privsynth.tableschema.model import LABELLED, NUMERIC, Field, Schema

_DOMAIN = ("minimum", "maximum", "enum")


def generalised_schema(schema: Schema) -> Schema:
    """Return a schema in which every generalised field describes the results of its rule; it may be applied again."""
    return schema.with_fields(generalised_field(field) for field in schema.fields)


def generalised_field(field: Field) -> Field:
    """Return a field whose kind, bounds and labels are those of its rule's results; others are returned as they are.

    A field may be declared as its cells are written (a date with dates as bounds and its format, a list of ZIP codes): its
    bounds and labels then go through the rule too, and keep their source. What follows from the rule alone is public.
    """
    rule = field.generalisation
    if rule is None:
        return field
    leaves = _labelled(field, rule) if rule.kind == "categorical" else _numeric(field, rule)
    provenance = {leaf: source for leaf, source in field.provenance.items() if leaf not in _DOMAIN}
    provenance.update({leaf: _source(field, leaf, rule) for leaf in _DOMAIN if leaves[leaf] is not None})
    for leaf in ("kind", "decimals"):
        if leaf in leaves and field.source(leaf) == "default":
            provenance[leaf] = _public(rule)
    return replace(field, **leaves, provenance=provenance, extra=_described(field, rule))


def _public(rule: Rule) -> dict[str, str]:
    return {"source": "public", "name": f"rule {rule.name}"}


def _source(field: Field, leaf: str, rule: Rule) -> Any:
    """Bounds that came of labels have the labels' source; what the field did not state is the rule's."""
    if leaf in field.provenance:
        return field.provenance[leaf]
    return field.provenance.get("enum", _public(rule)) if field.enum is not None else _public(rule)


def _described(field: Field, rule: Rule) -> Mapping[str, Any]:
    return field.extra if "description" in field.extra else {**field.extra, "description": f"Generalised: {rule.says}."}


def _labelled(field: Field, rule: Rule) -> dict[str, Any]:
    kind = field.kind if field.kind in LABELLED else "categorical"
    labels = None
    if field.enum is not None:
        found = rule.of_labels(field.enum, field.format, made=True)
        labels = tuple(sorted({label for label in found if label is not None})) or None
    return {"kind": kind, "enum": labels, "minimum": None, "maximum": None}


def _numeric(field: Field, rule: Rule) -> dict[str, Any]:
    low, high = _bounds(field, rule)
    least, most = rule.limits
    low = least if low is None else low if least is None else max(low, least)
    high = most if high is None else high if most is None else min(high, most)
    low, high = _aligned(low, rule, up=False), _aligned(high, rule, up=rule.name == "grid")
    if low is not None and high is not None and low > high:
        low, high = least, most
    bounds = {"minimum": low, "maximum": high}
    decimals = {} if rule.decimals is None else {"decimals": rule.decimals}
    return {"kind": rule.kind, "enum": None, **bounds, **decimals}


def _bounds(field: Field, rule: Rule) -> tuple[float | None, float | None]:
    """Return the smallest and largest result that the declarations allow, None where they say nothing."""
    if field.enum is not None:
        found = [float(label) for label in rule.of_labels(field.enum, field.format) if label is not None]
        return (min(found), max(found)) if found else (None, None)
    if field.kind in ("date", "datetime"):
        if not rule.counts_years:
            return None, None
        low, high = (None if bound is None else float(str(bound)[:4]) for bound in (field.minimum, field.maximum))
        return low, high
    if field.kind not in NUMERIC:
        return None, None
    low, high = (None if bound is None else field.to_number(bound) for bound in (field.minimum, field.maximum))
    return low, high


def _aligned(bound: float | None, rule: Rule, *, up: bool) -> float | None:
    """Return the result next to a bound: a multiple of the rule's step, or a whole number."""
    if bound is None:
        return None
    step = rule.step or 1.0
    count = math.ceil(bound / step - 1e-9) if up else math.floor(bound / step + 1e-9)
    return round(count * step, rule.decimals or 0) if rule.kind == "number" else int(count * step)
