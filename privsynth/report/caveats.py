"""What was not tested, said openly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.preflight import lost_target
from privsynth.privacy import Guarantee
from privsynth.report.wording import count, dig, mappings, names, number, percent, rate, text, texts
from privsynth.safe_harbor import LIMITS
from privsynth.tableschema import Schema
from privsynth.tableschema.model import UNMODELLED

Caveat = dict[str, str]

_GENERAL = (
    ("Linkage", "Whether rows can be linked to another table, and what several columns together tell about a person."),
    ("Other releases", "What this table tells together with other releases or publications about the same people."),
    ("The machine", "Access rights, backups, memory and timing of the computer on which it ran."),
    ("Other uses", "Fitness for a purpose that is not measured, above all for decisions about single people."),
)


def always_untested(schema: Schema, guarantee: Guarantee) -> list[Caveat]:
    """Return what no test of privsynth covers; nothing here depends on a real row."""
    bound = "Nothing bounds them here." if guarantee.void else "Only the guarantee bounds them."
    held = "" if guarantee.void else " It holds noisy answers only: no row, no exact figure."
    found = [
        _caveat("Stronger attackers", f"Attackers who train models of their own, or who rerun the generator. {bound}"),
        _caveat("The saved model", f"Attacks on the model file itself.{held}"),
        *(_caveat(what, why) for what, why in _GENERAL),
        _caveat(
            "Truth of the declarations", "Whether declared ranges and labels were public, and not read from the data."
        ),
    ]
    if (lost := lost_target(schema)) is not None:
        found.insert(0, _caveat("Prediction", lost[0].upper() + lost[1:]))
    if guarantee.unit.column is None:
        why = "Each row was taken as a unit of its own; the rows of one person were not joined."
        found.append(_caveat("People with several rows", why))
    if schema.policy is not None:
        found.append(_caveat("Safe Harbor", f"{LIMITS}{_vouched(schema.policy)}"))
    left_out = [each.name for each in schema.fields if each.kind in UNMODELLED]
    if left_out:
        why = f"Never modelled: dropped, or made anew from no real cell. {names(left_out)}."
        found.append(_caveat("Text and identifiers", why))
    return found


def _vouched(policy: Mapping[str, Any]) -> str:
    kept = texts(policy, "vouched")
    return f" Kept because the owner vouches for it, against its name: {names(kept)}." if kept else ""


def untested_here(
    audit: Mapping[str, Any] | None, evaluate: Mapping[str, Any] | None, scan: Mapping[str, Any] | None
) -> list[Caveat]:
    """Return what these results leave open. It depends on real rows: for the owner only."""
    return [*_of_audit(audit), *_of_evaluate(evaluate), *_of_scan(scan)]


def untested_in(audit: Mapping[str, Any]) -> list[Caveat]:
    """Return what an audit of tables from any maker leaves open."""
    stronger = "Attackers who train models of their own, or who hold the generator. Only a guarantee would bound them."
    return [*_of_audit(audit), _caveat("Stronger attackers", stronger), *(_caveat(what, why) for what, why in _GENERAL)]


def _of_audit(audit: Mapping[str, Any] | None) -> list[Caveat]:
    if audit is None:
        return [_caveat("Membership", "No audit was run: no attack was tried on this table.")]
    found = []
    if not number(audit, "n", "holdout"):
        found.append(_caveat("Membership", "There was no holdout, so no attack could be compared with chance."))
    compared, total = number(audit, "n", "train_compared"), number(audit, "n", "train")
    if compared is not None and total is not None and compared < total:
        why = f"Attacks were run on {count(compared)} of {count(total)} train rows, drawn at random."
        found.append(_caveat("Part of the rows", why))
    strata = [each for each in mappings(audit, "outliers", "strata") if number(each, "p_value") is None]
    if strata:
        shares = ", ".join(dict.fromkeys(rate(number(each, "share")) for each in strata))
        found.append(_caveat("The rarest rows", f"Too few rows to test the most outlying {shares} by themselves."))
    if not mappings(audit, "attributes"):
        found.append(_caveat("Inference", "Whether one attribute of a known person can be inferred from the others."))
    if columns := texts(audit, "columns_left_out"):
        found.append(_caveat("Columns outside the audit", f"Not in every table, so not compared: {names(columns)}."))
    return found


def _of_evaluate(evaluate: Mapping[str, Any] | None) -> list[Caveat]:
    if evaluate is None:
        return [_caveat("Usefulness", "No evaluation was run.")]
    reason = text(evaluate, "prediction", "reason")
    return [_caveat("Prediction", reason)] if reason else []


def _of_scan(scan: Mapping[str, Any] | None) -> list[Caveat]:
    if scan is None:
        return [_caveat("Personal data in cells", "No scan was run.")]
    if dig(scan, "basis") == "names":
        return [_caveat("Personal data in cells", "The scan read column names only, no cell.")]
    missed = number(scan, "missed_below")
    if not missed:
        return []
    why = f"Long columns were sampled: up to {percent(missed)} of their rows may hold a kind of value not seen."
    return [_caveat("Unread cells", why)]


def _caveat(what: str, why: str) -> Caveat:
    return {"what": what, "why": why}
