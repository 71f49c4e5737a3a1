"""An audit in one paragraph: what was tried, what came of it, what would have been found, and what it cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.findings import attack_name, findings_of
from privsynth.report.wording import (
    count,
    decimal,
    dig,
    interval,
    mappings,
    number,
    p_value,
    percent,
    percent_up,
    rate,
    text,
)


def in_full(audit: Mapping[str, Any], guarantee: Mapping[str, Any] | None) -> str:
    """Return the paragraph.

    Args:
        audit: A `privsynth.audit/1` object; any part may be missing.
        guarantee: What `describe_guarantee` wrote, or None where there is none.
    """
    told = (_tried(audit), _best(audit), _reach(audit), _beyond(guarantee))
    return " ".join(each for each in told if each)


def beside_guarantee(audit: Mapping[str, Any] | None, guarantee: Mapping[str, Any] | None) -> str:
    """Hold the attacks of a leak against what the guarantee allows any attacker; nothing where there is no leak or no guarantee."""
    odds = {number(each, "false_alarms"): number(each, "at_most") for each in mappings(guarantee, "odds")}
    allowed, attacks = odds.get(0.01), mappings(audit, "attacks")
    reached = [number(each, "tpr_at_fpr", "0.01") or 0.0 for each in attacks]
    if text(audit, "verdict") != "leak" or number(guarantee, "mu") is None or allowed is None or not reached:
        return ""
    ends = [dig(each, "tpr_ci", "0.01") for each in attacks]
    least = max((number(each[0]) or 0.0 for each in ends if isinstance(each, list | tuple) and each), default=0.0)
    told = f"at 1% false alarms it allows {percent_up(allowed)}, and the best attack recognised {percent(max(reached))} of the train rows."
    if least <= allowed:
        return f"The guarantee bounds such a leak: {told}"
    return f"This is more than the guarantee allows: {told} Do not release it, and report it as a fault."


def _tried(audit: Mapping[str, Any]) -> str:
    tests = [each for each in findings_of(audit) if each.p_holm is not None]
    if not tests:
        return "No test could be run against a holdout, so nothing is shown either way."
    train, holdout = (count(number(audit, "n", f"{side}_compared")) for side in ("train", "holdout"))
    tried = f"{len(tests)} tests were tried on {train} train rows and {holdout} held-out rows."
    smallest = p_value(min(each.p_holm for each in tests if each.p_holm is not None))
    if dig(audit, "exchangeability", "differs") is True:
        return f"{tried} Train and holdout are not alike, so what they show cannot be read."
    found = [each.name.lower() for each in tests if each.outcome == "leak"]
    if not found:
        return f"{tried} None separated train rows from held-out rows beyond chance (smallest p by Holm {smallest})."
    return f"{tried} {len(found)} separated train rows from held-out rows beyond chance: {', '.join(found)}."


def _best(audit: Mapping[str, Any]) -> str:
    attacks = [each for each in mappings(audit, "attacks") if number(each, "auc") is not None]
    if not attacks:
        return ""
    best = max(attacks, key=lambda each: number(each, "tpr_at_fpr", "0.01") or 0.0)
    return (
        f"The best attack at 1% false alarms ({attack_name(best).lower()}) recognised "
        f"{percent(number(best, 'tpr_at_fpr', '0.01'))}{_ends(best, 'tpr_ci', '0.01', as_percent=True)} of the train "
        f"rows, where chance gives 1% (n = {count(number(best, 'non_members'))} held-out rows); its AUC is "
        f"{decimal(number(best, 'auc'))}{_ends(best, 'auc_ci')}, where chance gives 0.500."
    )


def _ends(found: Mapping[str, Any], *path: str, as_percent: bool = False) -> str:
    ends = interval(found, *path, as_percent=as_percent)
    return f" (95% interval {ends})" if ends else ""


def _reach(audit: Mapping[str, Any]) -> str:
    copied, outlying = (number(audit, "detectable", f"{what}_share") for what in ("copied", "outlier"))
    if copied is None or text(audit, "verdict") == "leak":
        return ""
    also = "" if outlying is None else f", and synthetic rows at {percent(outlying)} of the outliers"
    power = rate(number(audit, "detectable", "power"))
    found = f"Verbatim copies, in every compared column, of {percent(copied)} of the train rows{also}"
    return f"{found} would have been found with {power} power."


def _beyond(guarantee: Mapping[str, Any] | None) -> str:
    if guarantee is None:
        return ""
    odds = {number(each, "false_alarms"): number(each, "at_most") for each in mappings(guarantee, "odds")}
    return (
        "Stronger attackers than those tried are bounded by the guarantee alone: at 1% false alarms none recognises more "
        f"than {percent_up(odds.get(0.01))}."
    )
