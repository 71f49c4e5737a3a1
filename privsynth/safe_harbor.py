"""The policy `hipaa-safe-harbor`: what 45 CFR 164.514(b)(2)(i) wants removed or made coarser, as actions of a schema.

It decides from column names, from what the owner declares and from kinds that were paid for; it reads no cell, so it
changes nothing about the guarantee. It is a policy on columns: that nobody knows how to tell a person from what is left,
164.514(b)(2)(ii), is the owner's to judge.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from privsynth.errors import SchemaError, UsageError
from privsynth.pii import ColumnFinding, names_only
from privsynth.tableschema.generalise import MILITARY_AREAS, OLDEST, SMALL_AREAS
from privsynth.tableschema.generalised import generalised_field, generalised_schema
from privsynth.tableschema.model import LABELLED, NUMERIC, Field, Schema

NAME = "hipaa-safe-harbor"
LAW = "45 CFR 164.514(b)(2)(i)"
LIMITS = (
    "Safe Harbor was applied to columns by their names, declarations and kinds. Not checked: names that do not tell what a column "
    "holds, identifiers inside labels, and whether anybody knows how to tell a person from what is left (45 CFR 164.514(b)(2)(ii)). "
    "It is no legal advice."
)
_PLACES = ("GEO_COORDINATES", "CITY", "COUNTY", "STREET_ADDRESS")
_STATES = frozenset({"state", "states", "province", "prov", "bundesland", "territory"})
_PLACE_WORDS = frozenset({
    "borough", "cbsa", "commune", "district", "fips", "geocode", "geohash", "hamlet", "location", "locality", "msa", "municipality",
    "neighborhood", "neighbourhood", "parish", "place", "precinct", "sector", "suburb", "town", "township", "tract", "village", "zone",
})  # fmt: skip
_DATE_WORDS = frozenset({"day", "dow", "doy", "month", "quarter", "week", "weekday"})
_AMOUNT_WORDS = frozenset({
    "amount", "avg", "average", "count", "duration", "in", "length", "mean", "n", "num", "number", "of", "per", "rate", "since",
    "sum", "to", "total",
})  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_YEARS = (1800, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the policy wants of one column.

    Args:
        letter: Of 164.514(b)(2)(i), A to R.
        rule: Public rule whose results may stay, or None where nothing may.
        what: What the column is taken for, in words.
        sure: Whether a declared `keep` contradicts it; otherwise the owner decides.
        by_kind: Whether it follows from the column's kind and not from its name.
    """

    letter: str
    rule: str | None
    what: str
    sure: bool = True
    by_kind: bool = False


def under_policy(schema: Schema, *, asked: bool = False, as_of: int | None = None) -> Schema:
    """Return a schema under the policy, if it was asked for or the schema follows it, its generalised fields completed.

    Args:
        schema: What is known, before or after the rest was learned; it may be applied again.
        asked: Whether the policy was asked for.
        as_of: Reference year of ages, or None for the schema's or else this year.

    Raises:
        SchemaError: the owner has declared what the policy forbids.
        UsageError: a reference year without the policy, or one that cannot be.
    """
    followed = schema.policy is not None
    if as_of is not None and not (asked or followed):
        raise UsageError(
            "A reference year was given without a policy that needs it. Add --hipaa-safe-harbor, or leave --as-of out."
        )
    if as_of is not None and not 1990 <= as_of <= _YEARS[1]:
        raise UsageError(
            f"The reference year {as_of} cannot be. Give the year in which the table was made, such as --as-of 2024."
        )
    if not asked and not followed:
        return generalised_schema(schema)
    if as_of is None:
        as_of = int((schema.policy or {}).get("as_of") or datetime.datetime.now(tz=datetime.UTC).year)
    findings = names_only(schema.names).columns
    decided = [_decided(field, finding, schema, as_of) for field, finding in zip(schema.fields, findings, strict=True)]
    vouched = [field.name for field, stays in decided if stays]
    policy = {"name": NAME, "as_of": as_of, "vouched": vouched}
    return replace(generalised_schema(schema.with_fields(field for field, _ in decided)), policy=policy)


def transformations(schema: Schema) -> dict[str, str]:
    """Return column -> rule of what is generalised, and column -> `dropped` of what the policy drops."""
    found = {}
    for field in schema.fields:
        if field.generalisation is not None and field.modelled and field.name != schema.unit_column:
            found[field.name] = str(field.rule)
        elif field.action == "drop" and _names_law(field.provenance.get("action")):
            found[field.name] = "dropped"
    return found


def _names_law(source: Any) -> bool:
    return isinstance(source, Mapping) and str(source.get("name", "")).startswith(LAW)


def _decided(field: Field, finding: ColumnFinding, schema: Schema, as_of: int) -> tuple[Field, bool]:
    """Return the field under the policy, and whether it stays only because the owner vouches for it."""
    unreachable = not field.modelled and field.source("kind") != "default"
    wanted = _wanted(field, finding, as_of)
    if field.action == "drop" and field.source("action") == "default" and wanted is not None and wanted.rule is None:
        return _applied(field, wanted), False  # dropped for its name anyhow: now say by which letter
    if field.name == schema.unit_column or field.action in ("drop", "fake") or unreachable:
        return field, False
    if wanted is None or _fulfilled(field, wanted, as_of):
        return field, False
    if field.source("action") in ("declared", "public") and not _names_law(field.provenance.get("action")):
        if _vouched(field, wanted):
            return field, True
        raise SchemaError(_contradiction(field, wanted))
    return _applied(field, wanted), False


def _wanted(field: Field, finding: ColumnFinding, as_of: int) -> Wanted | None:
    entity, words = finding.entity, frozenset(word.lower() for word in _WORD.findall(field.name))
    if entity == "DATE_OF_BIRTH":
        return Wanted(letter="C", rule=f"birth_year_90:{as_of}", what="a date of birth")
    if field.kind in ("date", "datetime") and field.source("kind") != "default":
        return Wanted(letter="C", rule="year", what=f"a {field.kind}", by_kind=True)
    if entity == "DATE_TIME":
        return Wanted(letter="C", rule="year", what="a date or time")
    if entity == "AGE":
        return Wanted(letter="C", rule="age_90", what="an age")
    if entity == "POSTAL_CODE":
        return Wanted(letter="B", rule="zip3", what="a postal code")
    if entity in _PLACES:
        return Wanted(letter="B", rule=None, what="a place smaller than a state")
    if finding.role in ("direct", "free_text"):
        what = "an identifier" if finding.role == "direct" else "text that can hold anything"
        return Wanted(letter=finding.hipaa or "R", rule=None, what=what)
    if finding.role == "review":
        return Wanted(letter=finding.hipaa or "R", rule=None, what="what may be an identifier", sure=False)
    return _by_words(entity, words)


def _by_words(entity: str | None, words: frozenset[str]) -> Wanted | None:
    """Return what single words of a name speak for; here a declared `keep` decides."""
    if entity == "REGION" and not words & _STATES:
        return Wanted(letter="B", rule=None, what="a region that may be smaller than a state", sure=False)
    if entity == "ORGANIZATION":
        return Wanted(letter="A", rule=None, what="what may name an employer", sure=False)
    if words & _PLACE_WORDS and not words & _AMOUNT_WORDS:
        return Wanted(letter="B", rule=None, what="a place that may be smaller than a state", sure=False)
    if words & _DATE_WORDS and not words & _AMOUNT_WORDS:
        return Wanted(letter="C", rule=None, what="a part of a date", sure=False)
    return None


def _fulfilled(field: Field, wanted: Wanted, as_of: int) -> bool:
    """Say whether a field already lets through only what the policy allows: by its rule, or by its bounds or labels."""
    rule = field.generalisation
    if rule is not None:
        exact = {"year": ("year", "decade", "birth_year_90"), None: ()}.get(
            wanted.rule, ((wanted.rule or "").partition(":")[0],)
        )
        return rule.name in exact and (rule.name != "birth_year_90" or (rule.argument or 0) >= as_of)
    if wanted.rule is None or (field.kind in NUMERIC and (field.minimum is None or field.maximum is None)):
        return False
    if field.kind in LABELLED:
        return field.enum is not None and all(_label_may_stay(label, wanted.rule) for label in field.enum)
    if field.kind not in ("integer", "number"):
        return False
    low, high = field.bounds()
    if wanted.rule == "age_90":
        return high < OLDEST
    if field.kind == "integer" and wanted.rule != "zip3":
        return low >= (_YEARS[0] if wanted.rule == "year" else as_of - OLDEST + 1) and high <= _YEARS[1]
    return False


def _label_may_stay(label: str, rule: str) -> bool:
    if rule == "age_90":  # the last band may begin at 90 and have no end
        top = re.fullmatch(r"\D*90\D*", label) and re.search(r"\+|>=|older|over|above|more", label)
        return bool(top) or all(int(number) < OLDEST for number in re.findall(r"\d+", label))
    if rule == "zip3":
        return re.fullmatch(r"\d{3}", label) is not None and label not in (*SMALL_AREAS, *MILITARY_AREAS)
    return rule == "year" and re.fullmatch(r"(?:1[89]|20|21)\d\d", label) is not None


def _vouched(field: Field, wanted: Wanted) -> bool:
    """Say whether the owner may decide: a name that only suggests, or a column declared to be `safe` against its name."""
    if field.action != "keep" or wanted.by_kind:
        return False
    return not wanted.sure or (field.role == "safe" and field.source("role") in ("declared", "public"))


def _contradiction(field: Field, wanted: Wanted) -> str:
    done = "kept" if field.action == "keep" else f"generalised by the rule `{field.rule}`"
    allowed = "nothing of it may stay" if wanted.rule is None else f"only what the rule `{wanted.rule}` leaves may stay"
    remedy = "action: drop" if wanted.rule is None else f"action: generalise, rule: {wanted.rule}"
    known = (
        " If it is something else, declare `role: safe` too." if field.action == "keep" and not wanted.by_kind else ""
    )
    return (
        f"Column `{field.name}` is declared to be {done}, but it is taken for {wanted.what}, and under Safe Harbor ({LAW}"
        f"({wanted.letter})) {allowed}. Set `{remedy}`, or leave the policy out.{known}"
    )


def _applied(field: Field, wanted: Wanted) -> Field:
    paid = field.provenance.get("kind") if wanted.by_kind and field.source("kind") in ("dp", "data") else None
    source = paid or {"source": "public", "name": f"{LAW}({wanted.letter})"}
    if wanted.rule is None:
        return field.with_(source, action="drop")
    return generalised_field(field.with_(source, action="generalise", rule=wanted.rule))
