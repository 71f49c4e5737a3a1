"""The guarantee, as a section of the page: a sentence, the odds it implies, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Beside, Block, Paragraph, Points, Section, Table, TradeOff, figure
from privsynth.report.wording import NOT_COMPUTED, dig, mappings, names, number, percent_up, rate, text, texts


def guarantee(found: Mapping[str, Any]) -> Section:
    """Return the section on the guarantee, as `describe_guarantee` wrote it."""
    void = text(found, "void") is not None
    blocks: list[Block] = [
        Paragraph(text=text(found, "in_words") or NOT_COMPUTED, strong=True),
        Paragraph(text=text(found, "sentence") or NOT_COMPUTED, tone="bad" if void else "plain"),
    ]
    odds, curve = _odds(mappings(found, "odds"), void=void), _curve(found)
    if odds.rows and curve is not None:
        blocks.append(Beside(table=odds, drawing=curve))
    elif odds.rows:
        blocks.append(odds)
    blocks.append(_scope(found))
    return Section(key="guarantee", title="The guarantee", lead="", blocks=blocks)


def _odds(odds: list[Mapping[str, Any]], *, void: bool) -> Table:
    source = "They follow from the noise alone and hold whatever the attacker knows or tries."
    return Table(
        caption="The odds of the best possible attacker",
        headers=("False alarms allowed", "Right by guessing", "Right at most"),
        rows=[
            [
                figure(rate(number(each, "false_alarms"))),
                figure(rate(number(each, "guessing"))),
                figure(percent_up(number(each, "at_most"))),
            ]
            for each in odds
        ],
        note="Without a guarantee nothing is bounded." if void else f"Bounds are rounded up. {source}",
    )


def _curve(found: Mapping[str, Any]) -> TradeOff | None:
    listed = dig(found, "curve")
    pairs = [each for each in listed if isinstance(each, list) and len(each) == 2] if isinstance(listed, list) else []
    points = [(number(x), number(y)) for x, y in pairs]
    within = [(x, y) for x, y in points if x is not None and y is not None and 0 <= x <= 1 and 0 <= y <= 1]
    if len(within) < 2:
        return None
    label = (
        "True alarms by false alarms. Guessing lies on the diagonal; the best attacker lies above it and calls a fair "
        f"coin right at most {percent_up(number(found, 'coin'))} of the time."
    )
    return TradeOff(curve=within, label=label)


def _scope(found: Mapping[str, Any]) -> Points:
    stated, learned = texts(found, "declared"), texts(found, "learned")
    vouched = f"{names(stated)}. The owner or a public codebook states what they can hold; that costs nothing."
    paid = f"{names(learned)}. What they can hold was learned with noise, within this budget."
    points = [
        ("Declared", [vouched if stated else "No column."]),
        ("Learned", [paid if learned else "No column."]),
        ("Not covered", texts(found, "not_covered") or [NOT_COMPUTED]),
    ]
    return Points(points=points)
