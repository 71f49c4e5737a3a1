"""Who was recognised, as a section of the page: ROC curves, rates at few false alarms, the surest rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from privsynth.report.blocks import Block, Cell, Curve, Paragraph, Roc, Section, Table, figure
from privsynth.report.chance import chance_band
from privsynth.report.findings import attack_name
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
)

RATES = ("0.001", "0.01", "0.1")
_LEAD = (
    "An attack gives every real row a score. Rows above a threshold are called train rows; held-out rows above it are "
    "false alarms. Few false alarms are what matters: whoever is recognised there is recognised surely."
)
_UNSEEN = 6


def recognised(audit: Mapping[str, Any], guarantee: Mapping[str, Any] | None) -> list[Section]:
    """Return the section on the attacks; none where none was run.

    Args:
        audit: A `privsynth.audit/1` object.
        guarantee: What `describe_guarantee` wrote, to hold the attacks against; None where there is no guarantee.
    """
    attacks = mappings(audit, "attacks")
    if not attacks:
        return []
    blocks: list[Block] = []
    if drawing := roc(attacks, audit, guarantee):
        blocks.append(drawing)
    blocks += [table for table in (_rates(attacks, guarantee), _surest(attacks)) if table.rows]
    if guarantee is not None:
        bound = "The guarantee’s bound holds for every attacker, those included that were not tried."
        blocks.append(Paragraph(text=bound))
    return [Section(key="recognised", title="Rows recognised", lead=_LEAD, blocks=blocks)]


def points_of(listed: Any) -> list[tuple[float, float]]:
    """Return the points of a curve that are shares, in rising order."""
    pairs = [each for each in listed if isinstance(each, list | tuple) and len(each) == 2] if _listed(listed) else []
    points = [(number(x), number(y)) for x, y in pairs]
    return sorted((x, y) for x, y in points if x is not None and y is not None and 0 <= x <= 1 and 0 <= y <= 1)


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple)


def roc(
    attacks: Sequence[Mapping[str, Any]], audit: Mapping[str, Any], guarantee: Mapping[str, Any] | None
) -> Roc | None:
    """Return the drawing of the attacks' curves, or None where there is nothing to draw."""
    curves = [Curve(name=attack_name(each), points=points_of(dig(each, "roc"))) for each in attacks]
    curves = [curve for curve in curves if len(curve.points) > 1][:_UNSEEN]
    if not curves:
        return None
    outside = max((number(each, "non_members") or 0.0 for each in attacks), default=0.0)
    inside = number(audit, "n", "train_compared") or 0.0
    bound = points_of(dig(guarantee, "curve"))
    return Roc(
        curves=curves,
        bound=bound,
        chance=chance_band(int(inside), int(outside)),
        decades=_decades(outside),
        title="Train rows recognised by rate of false alarms, on logarithmic axes",
        label=_in_words(attacks, bound=bool(bound)),
        remark=_remark(outside, bound=bool(bound)),
    )


def _decades(rows: float) -> int:
    """Powers of ten down to one row of so many: from two to six."""
    return min(6, max(2, math.ceil(math.log10(rows) - 1e-9))) if rows >= 1 else 3


def _in_words(attacks: Sequence[Mapping[str, Any]], *, bound: bool) -> str:
    told = [f"{attack_name(each)}: {percent(number(each, 'tpr_at_fpr', '0.01'))}" for each in attacks]
    end = " The guarantee’s bound on any attacker is drawn above." if bound else ""
    return (
        f"Share of train rows recognised at 1% false alarms. {'; '.join(told)}; by chance: 1%. Chance is the diagonal."
        f"{end} The table that follows has the figures."
    )


def _remark(rows: float, *, bound: bool) -> str:
    if rows < 1:
        return "Both axes are logarithmic."
    above = " Of so few rows chance may carry it above the bound there." if bound else ""
    return (
        f"Both axes are logarithmic. One held-out row is {percent(1 / rows)}: left of that there is no false alarm at "
        f"all, and a curve shows the share recognised without any.{above}"
    )


def _rates(attacks: Sequence[Mapping[str, Any]], guarantee: Mapping[str, Any] | None) -> Table:
    rows = [[Cell(text=attack_name(each)), *(_recognised(each, allowed) for allowed in RATES)] for each in attacks]
    rows.append([Cell(text="By chance"), *(figure(rate(float(allowed))) for allowed in RATES)])
    if guarantee is not None:
        most = {number(each, "false_alarms"): number(each, "at_most") for each in mappings(guarantee, "odds")}
        bounds = [figure(percent_up(most.get(float(allowed)))) for allowed in RATES]
        rows.append([Cell(text="Guarantee’s bound"), *bounds])
    outside = max((number(each, "non_members") or 0.0 for each in attacks), default=0.0)
    return Table(
        caption="Train rows recognised at fixed rates of false alarms (95% intervals)",
        headers=("Attack", *(f"At {rate(float(allowed))} false alarms" for allowed in RATES)),
        rows=rows,
        note=f"False alarms are shares of {count(outside)} held-out rows. No rate is interpolated.{_none_at(outside)}",
    )


def _none_at(rows: float) -> str:
    """Say which rates are below one row."""
    below = [rate(float(each)) for each in RATES if float(each) * rows < 1]
    return f" At {' and '.join(below)} not one of them may pass." if below and rows else ""


def _recognised(attack: Mapping[str, Any], allowed: str) -> Cell:
    ends = interval(attack, "tpr_ci", allowed, as_percent=True)
    return figure(percent(number(attack, "tpr_at_fpr", allowed)), note=ends)


def _surest(attacks: Sequence[Mapping[str, Any]]) -> Table:
    sizes = sorted({size for each in attacks for top in mappings(each, "top") if (size := number(top, "r"))})
    rows = []
    for attack in attacks:
        tops = {number(top, "r"): top for top in mappings(attack, "top")}
        rows.append([Cell(text=attack_name(attack)), *(_among(tops.get(size)) for size in sizes)])
    return Table(
        caption="Train rows among the rows that each attack is surest of",
        headers=("Attack", *(f"Surest {count(size)}" for size in sizes)),
        rows=rows if sizes else [],
        note="A leak of a few rows shows here first; an average over all rows hides it. These p are not corrected.",
    )


def _among(top: Mapping[str, Any] | None) -> Cell:
    if top is None:
        return figure("too few rows")
    p = number(top, "p_value")
    note = f"chance {decimal(number(top, 'expected'), 1)}; p {p_value(p)}"
    return figure(f"{count(number(top, 'members'))} of {count(number(top, 'rows'))}", note=note)
