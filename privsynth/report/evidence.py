"""What was tested, as sections of the page: each result beside its chance level and its sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Points, Section, Table, figure
from privsynth.report.wording import (
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
    text,
    texts,
)

_ATTACKS = {"nearest-1": "Nearest synthetic row", "nearest-5": "Five nearest synthetic rows"}
_RATES = ("0.001", "0.01", "0.1")


def tested(audit: Mapping[str, Any] | None, odds: list[Mapping[str, Any]]) -> Section:
    """Return the section on the audit."""
    lead = "Each test asks whether the synthetic table treats rows that the generator saw otherwise than rows that it never saw."
    if audit is None:
        return Section(
            key="tested",
            title="What was tested",
            lead=lead,
            blocks=[Paragraph(text="The audit was not computed.", tone="warn")],
        )
    blocks: list[Block] = [_sizes(audit), _tests(audit)]
    blocks += [table for table in (_rates(audit, odds), _surest(audit), _outliers(audit)) if table.rows]
    blocks += [_reach(audit), *_warnings(audit), _context(audit)]
    if limits := text(audit, "limits"):
        blocks.append(Paragraph(text=limits))
    return Section(key="tested", title="What was tested", lead=lead, blocks=blocks)


def _sizes(audit: Mapping[str, Any]) -> Facts:
    rows = {
        name: number(audit, "rows", name)
        for name in ("train", "holdout", "synthetic", "train_compared", "holdout_compared")
    }
    compared = f"{count(rows['train_compared'])} train, {count(rows['holdout_compared'])} held out"
    return Facts(
        caption="Samples",
        facts=[
            ("Train rows", count(rows["train"])),
            ("Held-out rows", count(rows["holdout"])),
            ("Synthetic rows", count(rows["synthetic"])),
            ("Rows attacked", compared),
            ("Columns compared", count(float(len(texts(audit, "columns_used"))))),
            ("False `leak` allowed over all tests", percent(number(audit, "level"))),
        ],
    )


def _tests(audit: Mapping[str, Any]) -> Table:
    level = number(audit, "level")
    rows = [_attack(each, audit, level) for each in mappings(audit, "attacks")]
    rows += [
        _copied(
            audit,
            level,
            key="copies",
            name="Exact copies",
            of="rows",
            asks="Are more train rows repeated exactly than held-out rows?",
        ),
        _copied(
            audit,
            level,
            key="carried",
            name="Values of one row alone",
            of="rows",
            asks="Does a value that only one real row has reappear more often when it was a train row's?",
        ),
        [
            Cell(
                text="Outliers",
                note="Do synthetic rows come nearer to the most unusual train rows than to held-out ones?",
            ),
            Cell(text="see the table of outliers"),
            Cell(text="held-out outliers"),
            *_outcome(audit, "outliers", level),
        ],
    ]
    return Table(
        caption="Tests, each with what chance would give",
        headers=("Test", "Result", "By chance", "p, corrected", "Outcome"),
        rows=rows,
        note="p is corrected for the number of tests (Holm). A test that finds nothing does not prove that there is nothing.",
    )


def _attack(attack: Mapping[str, Any], audit: Mapping[str, Any], level: float | None) -> list[Cell]:
    name = text(attack, "name") or "attack"
    sample = f"{count(number(audit, 'rows', 'train_compared'))} train against {count(number(audit, 'rows', 'holdout_compared'))} held-out rows"
    return [
        Cell(text=_ATTACKS.get(name, name), note=text(attack, "what") or ""),
        Cell(
            text=f"AUC {decimal(number(attack, 'auc'))}",
            note="; ".join(filter(None, (interval(attack, "auc_interval"), sample))),
        ),
        Cell(text="AUC 0.500"),
        *_outcome(attack, None, level),
    ]


def _copied(audit: Mapping[str, Any], level: float | None, *, key: str, name: str, of: str, asks: str) -> list[Cell]:
    sides = [_share_of(audit, key, side, of) for side in ("train", "holdout")]
    return [
        Cell(text=name, note=asks),
        Cell(text=f"train: {sides[0]}"),
        Cell(text=f"held out: {sides[1]}"),
        *_outcome(audit, key, level),
    ]


def _share_of(audit: Mapping[str, Any], key: str, side: str, of: str) -> str:
    hits, total = number(audit, key, side), number(audit, key, f"{side}_rows")
    share = f" ({percent(hits / total)})" if hits is not None and total else ""
    return f"{count(hits)} of {count(total)} {of}{share}" if hits is not None else count(None)


def _outcome(found: Mapping[str, Any], key: str | None, level: float | None) -> list[Cell]:
    p = number(found, "p_holm") if key is None else number(found, key, "p_holm")
    if p is None or level is None:
        return [figure(p_value(p)), Cell(text="not computed")]
    return [figure(p_value(p)), Cell(text="leak", tone="bad") if p < level else Cell(text="nothing found", tone="good")]


def _rates(audit: Mapping[str, Any], odds: list[Mapping[str, Any]]) -> Table:
    bounds = {number(each, "false_alarms"): number(each, "at_most") for each in odds}
    rows = []
    for attack in mappings(audit, "attacks"):
        for rate in _RATES:
            found = dig(attack, "tpr_at", rate)
            name = text(attack, "name") or "attack"
            rows.append(
                [
                    Cell(text=_ATTACKS.get(name, name)),
                    figure(percent(float(rate))),
                    figure(percent(number(found, "tpr")), note=interval(found, "interval", as_percent=True)),
                    figure(percent(float(rate))),
                    figure(percent_up(bounds.get(float(rate)))),
                    figure(count(number(found, "n_nonmembers"))),
                ]
            )
    return Table(
        caption="Train rows recognised at fixed rates of false alarms",
        headers=("Test", "False alarms", "Recognised", "By chance", "Bound of the guarantee", "Held-out rows"),
        rows=rows,
        note="The bound holds for every attacker, these two included. A rate below one in the number of held-out rows cannot be resolved.",
    )


def _surest(audit: Mapping[str, Any]) -> Table:
    rows = [
        [
            Cell(text=_ATTACKS.get(text(attack, "name") or "", text(attack, "name") or "attack")),
            figure(count(number(top, "rows"))),
            figure(count(number(top, "members"))),
            figure(decimal(number(top, "expected"), 1)),
            figure(p_value(number(top, "p_value"))),
        ]
        for attack in mappings(audit, "attacks")
        for top in mappings(attack, "top")
    ]
    return Table(
        caption="The rows that each test is surest of",
        headers=("Test", "Surest rows", "Train rows among them", "By chance", "p"),
        rows=rows,
        note="A leak of a few rows shows here first, where an average over all rows hides it.",
    )


def _outliers(audit: Mapping[str, Any]) -> Table:
    rows = [
        [
            Cell(text=f"Most outlying {percent(number(stratum, 'share'))}"),
            *(_hits(stratum, side) for side in ("train", "holdout")),
            figure(decimal(number(stratum, "auc"))),
            figure(p_value(number(stratum, "p_value")) if number(stratum, "p_value") is not None else "too few rows"),
        ]
        for stratum in mappings(audit, "outliers", "strata")
    ]
    word = text(audit, "outliers", "verdict")
    return Table(
        caption="Outliers: how often a synthetic row comes closer than any other real row",
        headers=("Stratum", "Train rows met", "Held-out rows met", "AUC (chance 0.500)", "p"),
        rows=rows,
        note=f"Verdict on the outliers alone: {word}." if word else "",
    )


def _hits(stratum: Mapping[str, Any], side: str) -> Cell:
    hits, total = number(stratum, f"{side}_hits"), number(stratum, side)
    return figure(f"{count(hits)} of {count(total)}", note=interval(stratum, f"{side}_hit_interval", as_percent=True))


def _reach(audit: Mapping[str, Any]) -> Facts:
    found = dig(audit, "smallest_detectable")
    power = percent(number(found, "power"))
    return Facts(
        caption="What these tests can tell",
        facts=[
            (
                "Smallest leak found for certain",
                f"copies of {_amount(found, 'share', 'rows', 'train rows')}, found with {power} power"
                if found
                else "not computed",
            ),
            ("Smallest leak among outliers", _amount(found, "outlier_share", "outlier_rows", "outlying train rows")),
            ("Train and holdout alike", _alike(audit)),
            ("Rows in both train and holdout", _overlap(audit)),
        ],
    )


def _amount(found: Any, share: str, rows: str, of: str) -> str:
    if number(found, share) is None:
        return "not computed"
    return f"{percent(number(found, share))} of the {of} ({count(number(found, rows))})"


def _alike(audit: Mapping[str, Any]) -> str:
    p = number(audit, "exchangeability", "p_value")
    if p is None:
        return "not computed"
    return f"{'no: they differ' if dig(audit, 'exchangeability', 'differs') else 'yes: no difference found'} (p {p_value(p)})"


def _overlap(audit: Mapping[str, Any]) -> str:
    shared = number(audit, "overlap", "holdout_rows_in_train")
    if shared is None:
        return "not computed"
    return f"{count(shared)} ({decimal(number(audit, 'overlap', 'expected'), 1)} expected), {count(number(audit, 'overlap', 'dropped'))} set aside"


def _warnings(audit: Mapping[str, Any]) -> list[Block]:
    found = texts(audit, "warnings")
    return [Points(points=[("Note", warning) for warning in found])] if found else []


def _context(audit: Mapping[str, Any]) -> Facts:
    median = {
        key: decimal(number(audit, "context", f"{key}_median"))
        for key in ("train_to_synthetic", "holdout_to_synthetic", "real_to_real")
    }
    left_out = texts(audit, "columns_left_out")
    return Facts(
        caption="Distances, as context; they are no evidence about privacy",
        facts=[
            ("Train row to nearest synthetic row, median", median["train_to_synthetic"]),
            ("Held-out row to nearest synthetic row, median", median["holdout_to_synthetic"]),
            ("Real row to nearest other real row, median", median["real_to_real"]),
            ("Columns left out", names(left_out) if left_out else "none"),
        ],
    )
