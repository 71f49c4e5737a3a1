"""What was tested, as a section of the page: each result beside its chance level and its sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Points, Section, Table, figure
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
    percent_up,
    rate,
    text,
    texts,
)

_ATTACKS = {"nearest-1": "Nearest synthetic row", "nearest-5": "Five nearest synthetic rows"}
_RATES = ("0.001", "0.01", "0.1")
_TITLE = "What was tested"
_LEAD = "Each test asks whether the synthetic table tells rows that the generator saw from rows that it never saw."
_COUNTED = {
    "copies": ("Exact copies", "Are more train rows repeated exactly than held-out rows?"),
    "carried": (
        "Values of one row alone",
        "Does a value that only one real row has reappear more often when it was a train row’s?",
    ),
}
_OUTLIERS = "Do synthetic rows come nearer to the most unusual train rows than to held-out ones?"
_HOLM = "p is corrected for the number of tests (Holm). A test that finds nothing does not prove that there is nothing."


def tested(audit: Mapping[str, Any] | None, odds: list[Mapping[str, Any]]) -> Section:
    """Return the section on an audit.

    Args:
        audit: A `privsynth.audit/1` object, or None.
        odds: What the guarantee allows at each rate of false alarms; empty where there is none to compare with.
    """
    if audit is None:
        blocks: list[Block] = [Paragraph(text="The audit was not computed.", tone="warn")]
        return Section(key="tested", title=_TITLE, lead=_LEAD, blocks=blocks)
    tables = (_rates(audit, odds), _surest(audit), _outliers(audit))
    blocks = [_sizes(audit), _tests(audit), *(table for table in tables if table.rows), _reach(audit)]
    if warnings := texts(audit, "warnings"):
        blocks.append(Points(points=[("Notes", warnings)]))
    blocks.append(_context(audit))
    if limits := text(audit, "limits"):
        blocks.append(Paragraph(text=limits))
    return Section(key="tested", title=_TITLE, lead=_LEAD, blocks=blocks)


def _sizes(audit: Mapping[str, Any]) -> Facts:
    return Facts(
        caption="Samples",
        facts=[
            ("Train rows", count(number(audit, "n", "train"))),
            ("Held-out rows", count(number(audit, "n", "holdout"))),
            ("Synthetic rows", count(number(audit, "n", "synthetic"))),
            ("Rows attacked", _compared(audit)),
            ("Columns compared", count(float(len(texts(audit, "columns_used"))))),
            ("Chance of a false `leak`, all tests together", rate(number(audit, "level"))),
        ],
    )


def _compared(audit: Mapping[str, Any]) -> str:
    train, holdout = (number(audit, "n", f"{side}_compared") for side in ("train", "holdout"))
    return NOT_COMPUTED if train is None else f"{count(train)} train, {count(holdout)} held out"


def _tests(audit: Mapping[str, Any]) -> Table:
    level = number(audit, "level")
    outliers = [
        Cell(text="Outliers", note=_OUTLIERS),
        Cell(text="see the table of outliers"),
        Cell(text="held-out outliers"),
    ]
    return Table(
        caption="Tests, each with what chance would give",
        headers=("Test", "Result", "By chance", "p (Holm)", "Outcome"),
        rows=[
            *([*_attacked(each, audit), *_outcome(each, level)] for each in mappings(audit, "attacks")),
            *([*_counted(audit, key), *_outcome(dig(audit, key), level)] for key in _COUNTED),
            [*outliers, *_outcome(dig(audit, "outliers"), level)],
        ],
        note=_HOLM,
    )


def _attack_name(attack: Mapping[str, Any]) -> str:
    name = text(attack, "name") or "attack"
    return _ATTACKS.get(name, name)


def _attacked(attack: Mapping[str, Any], audit: Mapping[str, Any]) -> list[Cell]:
    ends = interval(attack, "auc_ci")
    sample = [f"95% interval {ends}"] if ends else []
    return [
        Cell(text=_attack_name(attack), note=text(attack, "what") or ""),
        Cell(text=f"AUC {decimal(number(attack, 'auc'))}", note="; ".join([*sample, _compared(audit)])),
        Cell(text="AUC 0.500"),
    ]


def _counted(audit: Mapping[str, Any], key: str) -> list[Cell]:
    name, asks = _COUNTED[key]
    train, holdout = (_share_of(audit, key, side) for side in ("train", "holdout"))
    return [Cell(text=name, note=asks), Cell(text=train[0], note=train[1]), Cell(text=holdout[0], note=holdout[1])]


def _share_of(audit: Mapping[str, Any], key: str, side: str) -> tuple[str, str]:
    hits, total = number(audit, key, side), number(audit, key, f"{side}_rows")
    name = "train" if side == "train" else "held-out"
    if hits is None or not total:
        return NOT_COMPUTED, f"of the {name} rows"
    return percent(hits / total), f"{count(hits)} of {count(total)} {name} rows"


def _outcome(found: Any, level: float | None) -> list[Cell]:
    p = number(found, "p_holm")
    if p is None or level is None:
        return [figure(p_value(p)), Cell(text=NOT_COMPUTED)]
    return [figure(p_value(p)), Cell(text="leak", tone="bad") if p < level else Cell(text="nothing found", tone="good")]


def _rates(audit: Mapping[str, Any], odds: list[Mapping[str, Any]]) -> Table:
    bounds = {number(each, "false_alarms"): number(each, "at_most") for each in odds}
    headers = ["Test", "False alarms", "Recognised (95% interval)", "By chance", "Held-out rows"]
    rows = []
    for attack in mappings(audit, "attacks"):
        for allowed in _RATES:
            cells = [
                Cell(text=_attack_name(attack)),
                figure(rate(float(allowed))),
                figure(
                    percent(number(attack, "tpr_at_fpr", allowed)),
                    note=interval(attack, "tpr_ci", allowed, as_percent=True),
                ),
                figure(rate(float(allowed))),
                figure(count(number(attack, "non_members"))),
            ]
            rows.append([*cells, figure(percent_up(bounds.get(float(allowed))))] if odds else cells)
    bound = "The guarantee’s bound holds for every attacker, these included. " if odds else ""
    return Table(
        caption="Train rows recognised at fixed rates of false alarms",
        headers=[*headers, "Guarantee’s bound"] if odds else headers,
        rows=rows,
        note=f"{bound}A rate below one in the number of held-out rows cannot be resolved.",
    )


def _surest(audit: Mapping[str, Any]) -> Table:
    return Table(
        caption="The rows that each test is surest of",
        headers=("Test", "Surest rows", "Train rows among them", "By chance", "p"),
        rows=[
            [
                Cell(text=_attack_name(attack)),
                figure(count(number(top, "rows"))),
                figure(count(number(top, "members"))),
                figure(decimal(number(top, "expected"), 1)),
                figure(p_value(number(top, "p_value"))),
            ]
            for attack in mappings(audit, "attacks")
            for top in mappings(attack, "top")
        ],
        note="A leak of a few rows shows here first; an average over all rows hides it. These p are not corrected.",
    )


def _outliers(audit: Mapping[str, Any]) -> Table:
    word = text(audit, "outliers", "verdict")
    return Table(
        caption="Outliers: how often a synthetic row comes closer than any other real row",
        headers=("Stratum", "Train rows (95% interval)", "Held-out rows (95% interval)", "AUC (chance 0.500)", "p"),
        rows=[_stratum(each) for each in mappings(audit, "outliers", "strata")],
        note=f"Verdict on the outliers alone: {word}." if word else "",
    )


def _stratum(stratum: Mapping[str, Any]) -> list[Cell]:
    p = number(stratum, "p_value")
    return [
        Cell(text=f"Most outlying {rate(number(stratum, 'share'))}"),
        *(_hits(stratum, side) for side in ("train", "holdout")),
        figure(decimal(number(stratum, "auc"))),
        figure("too few rows" if p is None else p_value(p)),
    ]


def _hits(stratum: Mapping[str, Any], side: str) -> Cell:
    hits, total = number(stratum, f"{side}_hits"), number(stratum, side)
    return figure(f"{count(hits)} of {count(total)}", note=interval(stratum, f"{side}_hit_interval", as_percent=True))


def _reach(audit: Mapping[str, Any]) -> Facts:
    found = dig(audit, "detectable")
    return Facts(
        caption="What these tests would have found",
        facts=[
            ("Smallest leak, of all train rows", _amount(found, "copied_share", "copied_rows")),
            ("Smallest leak, of outlying train rows", _amount(found, "outlier_share", "outlier_rows")),
            ("Train and holdout look alike", _alike(audit)),
            ("Rows in both train and holdout", _overlap(audit)),
        ],
    )


def _amount(found: Any, share: str, rows: str) -> str:
    if number(found, share) is None:
        return NOT_COMPUTED
    power = rate(number(found, "power"))
    return f"{percent(number(found, share))} copied ({count(number(found, rows))} rows), found with {power} power"


def _alike(audit: Mapping[str, Any]) -> str:
    p = number(audit, "exchangeability", "p_value")
    if p is None:
        return NOT_COMPUTED
    return (
        f"{'no, they differ' if dig(audit, 'exchangeability', 'differs') else 'no difference found'} (p {p_value(p)})"
    )


def _overlap(audit: Mapping[str, Any]) -> str:
    shared = number(audit, "overlap", "holdout_rows_in_train")
    if shared is None:
        return NOT_COMPUTED
    expected, dropped = number(audit, "overlap", "expected"), number(audit, "overlap", "dropped")
    return f"{count(shared)}, {decimal(expected, 1)} expected; {count(dropped)} set aside"


def _context(audit: Mapping[str, Any]) -> Facts:
    left_out = texts(audit, "columns_left_out")
    return Facts(
        caption="Context: median distances, which are no evidence about privacy",
        facts=[
            ("Train to nearest synthetic row", decimal(number(audit, "context", "train_to_synthetic_median"))),
            ("Held-out to nearest synthetic row", decimal(number(audit, "context", "holdout_to_synthetic_median"))),
            ("Real to nearest other real row", decimal(number(audit, "context", "real_to_real_median"))),
            ("Columns left out", names(left_out) if left_out else "none"),
        ],
    )
