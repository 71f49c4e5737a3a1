"""What was not tested, said openly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.privacy import Guarantee
from privsynth.report.wording import count, dig, mappings, names, number, percent, text, texts
from privsynth.tableschema import Schema

Caveat = dict[str, str]


def always_untested(schema: Schema, guarantee: Guarantee) -> list[Caveat]:
    """Return what no test of privsynth covers; nothing here depends on a real row."""
    bound = "Nothing bounds them here." if guarantee.void else "Only the guarantee bounds them."
    found = [
        _caveat(
            "Stronger attackers", f"Attackers who train models of their own, or who can rerun the generator. {bound}"
        ),
        _caveat(
            "The saved model",
            "Attacks on the model file itself. It holds noisy answers only, no row and no exact figure.",
        ),
        _caveat(
            "Inference of single attributes",
            "Whether one attribute of a known person can be inferred, and whether rows can be linked to another table.",
        ),
        _caveat(
            "Other releases",
            "What this release tells together with other releases or publications about the same people.",
        ),
        _caveat(
            "Truth of the declarations",
            "Whether the declared ranges and labels were public, and not read from the data.",
        ),
        _caveat("The machine", "Access rights, backups, memory and timing of the computer on which it ran."),
        _caveat(
            "Other uses",
            "Fitness for a purpose that is not measured here, above all for decisions about single people.",
        ),
    ]
    if guarantee.unit.column is None:
        found.append(
            _caveat(
                "People with several rows",
                "Each row was taken as a unit of its own; rows of one person were not joined.",
            )
        )
    left_out = [each.name for each in schema.fields if each.kind in ("text", "identifier")]
    if left_out:
        found.append(
            _caveat(
                "Text and identifiers",
                f"Never modelled; dropped or made anew, so that nothing in them resembles the data: {names(left_out)}.",
            )
        )
    return found


def untested_here(
    audit: Mapping[str, Any] | None, evaluate: Mapping[str, Any] | None, scan: Mapping[str, Any] | None
) -> list[Caveat]:
    """Return what these results leave open. It depends on real rows: for the owner only."""
    return [*_of_audit(audit), *_of_evaluate(evaluate), *_of_scan(scan)]


def _of_audit(audit: Mapping[str, Any] | None) -> list[Caveat]:
    if audit is None:
        return [_caveat("Membership", "No audit was run: no attack was tried on this table.")]
    found = []
    if not number(audit, "rows", "holdout"):
        found.append(_caveat("Membership", "There was no holdout, so no attack could be compared with chance."))
    compared, total = number(audit, "rows", "train_compared"), number(audit, "rows", "train")
    if compared is not None and total is not None and compared < total:
        found.append(
            _caveat(
                "Part of the rows",
                f"Attacks were run on {count(compared)} of {count(total)} train rows, drawn at random.",
            )
        )
    thin = [
        s
        for s in mappings(audit, "outliers", "strata")
        if number(s, "p_value") is None and number(s, "share") is not None
    ]
    if thin:
        shares = ", ".join(percent(number(stratum, "share")) for stratum in thin)
        found.append(_caveat("The rarest rows", f"Too few rows to test the most outlying {shares} by themselves."))
    if columns := texts(audit, "columns_left_out"):
        found.append(_caveat("Columns outside the audit", f"Not in every table, so not compared: {names(columns)}."))
    return found


def _of_evaluate(evaluate: Mapping[str, Any] | None) -> list[Caveat]:
    if evaluate is None:
        return [_caveat("Usefulness", "No evaluation was run.")]
    found = []
    if reason := text(evaluate, "prediction", "reason"):
        found.append(_caveat("Prediction", reason))
    if columns := texts(evaluate, "columns_left_out"):
        found.append(
            _caveat("Columns outside the evaluation", f"Not in every table, so not compared: {names(columns)}.")
        )
    return found


def _of_scan(scan: Mapping[str, Any] | None) -> list[Caveat]:
    if scan is None:
        return [_caveat("Personal data in cells", "No scan was run.")]
    if dig(scan, "basis") == "names":
        return [_caveat("Personal data in cells", "The scan read column names only, no cell.")]
    missed = number(scan, "sampling", "could_be_missed")
    if missed:
        return [
            _caveat(
                "Unread cells",
                f"The scan sampled long columns: up to {percent(missed)} of the distinct values of one may be of a kind that it did not see.",
            )
        ]
    return []


def _caveat(what: str, why: str) -> Caveat:
    return {"what": what, "why": why}
