"""The guarantee, as a section of the page: a sentence, the odds it implies, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Paragraph, Points, Section, Table, TradeOff, figure
from privsynth.report.wording import dig, mappings, names, number, percent, percent_up, text, texts, visible


def guarantee(found: Mapping[str, Any]) -> Section:
    """Return the section on the guarantee, as `describe_guarantee` wrote it."""
    odds = mappings(found, "odds")
    void = text(found, "void") is not None
    blocks: list[Block] = [
        Paragraph(text=text(found, "in_words") or "not computed", tone="bad" if void else "", strong=True)
    ]
    if odds:
        blocks.append(_odds(odds))
    if curve := _curve(found):
        blocks.append(curve)
    blocks.append(_scope(found))
    return Section(key="guarantee", title="The guarantee", lead=_long(found, "sentence"), blocks=blocks)


def _long(found: Mapping[str, Any], key: str) -> str:
    value = dig(found, key)
    return visible(value, 2000) if isinstance(value, str) else "not computed"


def _odds(odds: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="The odds of the best possible attacker",
        headers=("False alarms allowed", "Guessing is right", "Any attacker is right, at most"),
        rows=[
            [
                figure(percent(number(each, "false_alarms"))),
                figure(percent(number(each, "guessing"))),
                figure(percent_up(number(each, "at_most"))),
            ]
            for each in odds
        ],
        note="Bounds are rounded up. They follow from the noise alone and hold whatever the attacker knows or tries.",
    )


def _curve(found: Mapping[str, Any]) -> TradeOff | None:
    points = [(each[0], each[1]) for each in dig(found, "curve") or [] if isinstance(each, list) and len(each) == 2]
    if len(points) < 2 or not all(isinstance(end, int | float) and 0 <= end <= 1 for point in points for end in point):
        return None
    coin = percent_up(number(found, "coin"))
    label = f"Share of true alarms by share of false alarms. Guessing lies on the diagonal; the best attacker lies above it and calls a fair coin right at most {coin} of the time."
    return TradeOff(curve=points, label=label)


def _scope(found: Mapping[str, Any]) -> Points:
    declared_names, learned = texts(found, "declared"), texts(found, "learned")
    points = [
        (
            "Declared",
            f"{names(declared_names)}. Their domains were stated by the owner or a public codebook, and cost nothing."
            if declared_names
            else "No column's domain.",
        ),
        (
            "Learned",
            f"{names(learned)}. Their domains were learned with noise, within this budget."
            if learned
            else "No column's domain.",
        ),
    ]
    points += [("Not covered", point) for point in texts(found, "not_covered")]
    return Points(points=points)
