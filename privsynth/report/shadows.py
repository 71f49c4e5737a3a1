"""Attacks by somebody who can rerun the generator, as a section of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Curve, Facts, Paragraph, Points, Roc, Section, Table, figure
from privsynth.report.membership import RATES, points_of
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
    texts,
)

_LEAD = (
    "The generator was fitted again and again, each time without a random half of the real rows. That shows how much "
    "each row's presence changes what comes out: a stronger attack than any on one table."
)
_LEAD_SYNTHETIC = (
    "The generator was fitted again and again to rows of the synthetic table, each time with a random half of a few real "
    "rows. That shows how much each of these rows changes what comes out, to an attacker who has no other real row."
)
MOST_LISTED = 50


def shadows(audit: Mapping[str, Any]) -> list[Section]:
    """Return the section on shadow fits; none where there were none."""
    found = dig(audit, "shadows")
    if not isinstance(found, Mapping):
        return []
    blocks: list[Block] = [*_beyond(found), _facts(found)]
    if drawing := _roc(found):
        blocks.append(drawing)
    tables = (_rates(found), _vulnerable(found), _queries(found))
    blocks += [table for table in tables if table.rows]
    if warnings := texts(found, "warnings"):
        blocks.append(Points(points=[("Notes", warnings)]))
    if limits := text(found, "limits"):
        blocks.append(Paragraph(text=limits))
    lead = _LEAD_SYNTHETIC if text(found, "source") == "synthetic" else _LEAD
    return [Section(key="shadows", title="Attacks with the generator in hand", lead=lead, blocks=blocks)]


def _beyond(found: Mapping[str, Any]) -> list[Paragraph]:
    if dig(found, "exceeds_bound") is not True:
        return []
    told = "The attack is beyond what the guarantee allows: the generator does not do what it claims."
    return [Paragraph(text=told, tone="bad", strong=True)]


def _facts(found: Mapping[str, Any]) -> Facts:
    ends = interval(found, "auc_ci")
    most = number(found, "bound", "auc")
    bound = "" if most is None else f"; the guarantee allows at most {decimal(most)}"
    facts = [
        ("Generator", f"`{text(found, 'generator') or 'unknown'}`"),
        ("Fits", count(number(found, "shadows"))),
        ("Rows attacked", count(number(found, "rows"))),
        ("AUC", f"{decimal(number(found, 'auc'))}{f' ({ends})' if ends else ''}; chance 0.500{bound}"),
        ("p", p_value(number(found, "p_value"))),
    ]
    if isinstance(dig(found, "target"), Mapping):
        own, ends = number(found, "target", "auc"), interval(found, "target", "auc_ci")
        beside = f"{ends}; chance 0.500" if ends else "chance 0.500"
        p = p_value(number(found, "target", "p_value"))
        facts.append(("The audited table itself", f"AUC {decimal(own)} ({beside}), p {p}"))
    return Facts(caption="Shadow fits", facts=facts)


def _roc(found: Mapping[str, Any]) -> Roc | None:
    points = points_of(dig(found, "roc"))
    if len(points) < 2:
        return None
    bound = [(float(allowed), most) for allowed in RATES if (most := number(found, "bound", "tpr_at_fpr", allowed))]
    reached = percent(number(found, "tpr_at_fpr", "0.01"))
    return Roc(
        curves=[Curve(name="shadow attack", points=points)],
        bound=bound,
        chance=[],
        decades=4,
        title="Rows recognised with the generator in hand, by rate of false alarms, on logarithmic axes",
        label=f"Rows recognised at 1% false alarms: {reached}; by chance 1%. The table that follows has the figures.",
        axes=("False alarms, over fits without the row", "Recognised, over fits with it"),
        remark="Both axes are logarithmic.",
    )


def _rates(found: Mapping[str, Any]) -> Table:
    rows = [
        [Cell(text="Shadow attack"), *(figure(percent(number(found, "tpr_at_fpr", each))) for each in RATES)],
        [Cell(text="By chance"), *(figure(rate(float(each))) for each in RATES)],
    ]
    if isinstance(dig(found, "bound"), Mapping):
        bounds = (figure(percent_up(number(found, "bound", "tpr_at_fpr", each))) for each in RATES)
        rows.append([Cell(text="Guarantee’s bound"), *bounds])
    return Table(
        caption="Rows recognised at fixed rates of false alarms, over all fits",
        headers=("", *(f"At {rate(float(each))} false alarms" for each in RATES)),
        rows=rows if isinstance(dig(found, "tpr_at_fpr"), Mapping) else [],
    )


def _vulnerable(found: Mapping[str, Any]) -> Table:
    listed = mappings(found, "most_vulnerable")[:MOST_LISTED]
    return Table(
        caption="Train rows whose presence shows most",
        headers=("Row", "AUC over the fits (chance 0.500)", "Separation"),
        rows=[
            [
                Cell(text=_row(each)),
                figure(decimal(number(each, "auc"))),
                figure(decimal(number(each, "score"), 2)),
            ]
            for each in listed
        ],
        note=(
            "The owner’s JSON says which row a code stands for. Separation: standard deviations between tables with "
            "the row and without it; 0 where its presence does not show."
        ),
    )


def _queries(found: Mapping[str, Any]) -> Table:
    return Table(
        caption="Single rows attacked by queries, each judged on fresh fits",
        headers=("Row", "AUC (chance 0.500)", "p", "Epsilon at least", "Could have shown", "Guarantee allows"),
        rows=[
            [
                Cell(text=_row(each), note=f"{count(number(each, 'fits'))} fits"),
                figure(decimal(number(each, "auc")), note=interval(each, "auc_ci")),
                figure(p_value(number(each, "p_value"))),
                figure(decimal(number(each, "epsilon_low"), 2)),
                figure(decimal(number(each, "epsilon_ceiling"), 2)),
                figure(_allowed(each)),
            ]
            for each in mappings(found, "queries")
        ],
        note="Epsilon between two worlds that differ in one replaced row: lower bounds with 95% confidence.",
    )


def _allowed(found: Mapping[str, Any]) -> str:
    most = number(found, "epsilon_allowed")
    return "no guarantee" if most is None else decimal(most, 2)


def _row(found: Mapping[str, Any]) -> str:
    return text(found, "code") or "unknown"
