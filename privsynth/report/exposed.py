"""Who and what is exposed most, as sections of the page: outliers, attributes, rows at risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Section, Table, Tone, figure, named
from privsynth.report.findings import named_for_readers
from privsynth.report.wording import (
    NOT_COMPUTED,
    count,
    decimal,
    dig,
    interval,
    mappings,
    names,
    number,
    p_value,
    percent,
    rate,
    text,
    texts,
)

_OUTLIERS_LEAD = (
    "Unusual rows are the easiest to recognise and the first to be memorised, so they are tested by themselves. How "
    "unusual a row is, is measured against all real rows, train or held out."
)
_ATTRIBUTES_LEAD = (
    "One column is guessed from all others with the help of the synthetic table. What works as well for held-out rows "
    "is knowledge about the population; only the difference is a leak about train rows."
)
_RISK_LEAD = (
    "Train rows that the attacks recognise at the lowest rates of false alarms. Each is named by a keyed code; the audit’s "
    "JSON says which row it stands for. No cell is shown. Chance alone puts some rows here."
)
_TONES: dict[str, Tone] = {"leak": "bad", "inconclusive": "warn"}
_MAIN_SCORE = "consensus"
AT_RISK = "at-risk"
MOST_AT_RISK = 20


def outliers(audit: Mapping[str, Any]) -> list[Section]:
    """Return the section on the outliers; none where no stratum was formed."""
    strata = mappings(audit, "outliers", "strata")
    if not strata:
        return []
    main = [each for each in strata if text(each, "score") in (None, _MAIN_SCORE)]
    blocks: list[Block] = [_verdict(audit), _strata(main or strata)]
    if scores := mappings(audit, "outliers", "scores"):
        blocks.append(_by_score(scores, strata))
    if isinstance(dig(audit, "outliers", "synthetic_side"), Mapping):
        blocks.append(_synthetic_side(audit))
    return [Section(key="outliers", title="Outliers", lead=_OUTLIERS_LEAD, blocks=blocks)]


def _verdict(audit: Mapping[str, Any]) -> Paragraph:
    word = text(audit, "outliers", "verdict") or NOT_COMPUTED
    train, holdout = (number(audit, "outliers", f"hit_rate_{side}") for side in ("train", "holdout"))
    least = count(number(audit, "outliers", "min_rows_per_side"))
    if train is None:
        told = f"It takes {least} outliers a side; there are fewer."
    else:
        told = (
            f"A synthetic row comes very close to {percent(train)} of the outlying train rows, and to "
            f"{percent(holdout)} of the outlying held-out rows, which is what chance gives."
        )
    return Paragraph(text=f"Verdict on the outliers alone: {word}. {told}", tone=_TONES.get(word, "plain"))


def _strata(strata: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="How often a synthetic row comes much closer than any other real row",
        headers=("Stratum", "Train rows (95% interval)", "Held-out rows (95% interval)", "AUC (chance 0.500)", "p"),
        rows=[_stratum(each) for each in strata],
        note="Each p covers the hits and the ranks of its stratum, and is not corrected for the number of strata.",
    )


def _by_score(scores: list[Mapping[str, Any]], strata: list[Mapping[str, Any]]) -> Table:
    shares = sorted({share for each in strata if (share := number(each, "share"))})
    cells = {(text(each, "score"), number(each, "share")): each for each in strata}
    return Table(
        caption="Rows met, by each score of how unusual a row is",
        headers=("Score", *(f"Most outlying {rate(share)}" for share in shares), "p"),
        rows=[
            [
                Cell(text=(text(each, "name") or "").capitalize(), note=text(each, "what") or ""),
                *(_both_sides(cells.get((text(each, "name"), share))) for share in shares),
                figure(_p_or_few(number(each, "p_value"))),
            ]
            for each in scores
        ],
        note="The verdict uses all scores. These p are corrected for the strata of a score, not for the number of scores.",
    )


def _both_sides(stratum: Mapping[str, Any] | None) -> Cell:
    if stratum is None:
        return figure(NOT_COMPUTED)
    train, holdout = (
        f"{count(number(stratum, f'{side}_hits'))} of {count(number(stratum, side))}" for side in ("train", "holdout")
    )
    return figure(train, note=f"held out {holdout}")


def _p_or_few(p: float | None) -> str:
    return "too few rows" if p is None else p_value(p)


def _synthetic_side(audit: Mapping[str, Any]) -> Facts:
    def counted(key: str) -> str:
        return count(number(audit, "outliers", "synthetic_side", key))

    expected = decimal(number(audit, "outliers", "synthetic_side", "expected"), 1)
    p = p_value(number(audit, "outliers", "synthetic_side", "p_value"))
    return Facts(
        caption="The other way round: whose rows the outlying synthetic rows resemble (not part of the verdict)",
        facts=[
            ("Outlying synthetic rows", counted("rows")),
            ("Real rows nearest to them", counted("real_rows")),
            ("Train rows among those", f"{counted('train')}; {expected} by chance (p {p})"),
        ],
    )


def _stratum(stratum: Mapping[str, Any]) -> list[Cell]:
    return [
        Cell(text=f"Most outlying {rate(number(stratum, 'share'))}"),
        *(_hits(stratum, side) for side in ("train", "holdout")),
        figure(decimal(number(stratum, "auc"))),
        figure(_p_or_few(number(stratum, "p_value"))),
    ]


def _hits(stratum: Mapping[str, Any], side: str) -> Cell:
    hits, total = number(stratum, f"{side}_hits"), number(stratum, side)
    return figure(f"{count(hits)} of {count(total)}", note=interval(stratum, f"{side}_hit_interval", as_percent=True))


def attributes(audit: Mapping[str, Any]) -> list[Section]:
    """Return the section on inferred attributes; none where none was tried."""
    tried = mappings(audit, "attributes")
    if not tried:
        return []
    table = Table(
        caption="How well each column is guessed from the others",
        headers=("Column", "Train rows", "Held-out rows", "Difference (95% interval)", "Knowing nothing", "p"),
        rows=[_attribute(each) for each in tried],
        note=_scored(tried),
    )
    blocks: list[Block] = [table]
    if untested := texts(audit, "attribute_test", "untested"):
        blocks.append(Paragraph(text=f"Not guessed, since they do not vary or were too many: {names(untested)}."))
    return [Section(key="attributes", title="Attributes guessed", lead=_ATTRIBUTES_LEAD, blocks=blocks)]


def _scored(tried: list[Mapping[str, Any]]) -> str:
    score = text(tried[0], "score")
    told = f"Figures: {score}. " if score else ""
    return (
        f"{told}By chance the difference is 0. Knowing nothing: the same for whoever only knows the column’s shares in "
        "the synthetic table. p is not corrected for the number of columns."
    )


def _attribute(found: Mapping[str, Any]) -> list[Cell]:
    return [
        named(str(dig(found, "column") or "")),
        *(figure(decimal(number(found, side))) for side in ("train", "holdout")),
        figure(decimal(number(found, "difference")), note=interval(found, "difference_ci")),
        figure(decimal(number(found, "baseline"))),
        figure(p_value(number(found, "p_value"))),
    ]


def at_risk(audit: Mapping[str, Any]) -> list[Section]:
    """Return the section on single rows, for the owner alone; none where none is listed."""
    listed = mappings(audit, "at_risk")
    if not listed:
        return []
    table = Table(
        caption="Train rows at risk",
        headers=("Row", "False alarms", "Why"),
        rows=[
            [
                Cell(text=_row(each)),
                figure(percent(number(each, "false_alarms"))),
                Cell(text=", ".join(named_for_readers(why) for why in texts(each, "why")) or "no single attack"),
            ]
            for each in listed[:MOST_AT_RISK]
        ],
        note=f"False alarms: how often a held-out row would be accused on as strong grounds.{_by_chance(audit, listed)}"
        f"{_others(listed)}",
    )
    return [Section(key=AT_RISK, title="Rows at risk", lead=_RISK_LEAD, blocks=[table])]


def _others(listed: list[Mapping[str, Any]]) -> str:
    left = len(listed) - MOST_AT_RISK
    return f" {count(float(left))} more are in the JSON document." if left > 0 else ""


def _by_chance(audit: Mapping[str, Any], listed: list[Mapping[str, Any]]) -> str:
    """Say how many rows would stand as high by chance: that share of the train rows, at most."""
    rows = number(audit, "n", "train_compared")
    rates = [each for each in (number(found, "false_alarms") for found in listed[:MOST_AT_RISK]) if each is not None]
    if rows is None or not rates:
        return ""
    most = f"{count(max(rates) * rows)} of {count(rows)} train rows"
    return f" By chance up to {most} would stand at {percent(max(rates))} or lower; listed: {count(float(len(rates)))}."


def _row(found: Mapping[str, Any]) -> str:
    return text(found, "code") or NOT_COMPUTED
