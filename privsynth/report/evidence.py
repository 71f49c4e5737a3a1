"""What was tested, as sections of the page: each result beside its chance level and its sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Points, Section, Table, Tone, figure
from privsynth.report.exposed import at_risk, attributes, outliers
from privsynth.report.findings import Finding, findings_of, rows_compared
from privsynth.report.membership import recognised
from privsynth.report.shadows import shadows
from privsynth.report.summary import in_full
from privsynth.report.wording import (
    NOT_COMPUTED,
    count,
    decimal,
    dig,
    names,
    number,
    p_value,
    percent,
    rate,
    text,
    texts,
)

_TITLE = "What was tested"
_LEAD = "Each test asks whether the synthetic table tells rows that the generator saw from rows that it never saw."
_HOLM = "p is corrected for the number of tests (Holm). A test that finds nothing does not prove that there is nothing."
_DISTANCES = (
    "Distances are no evidence about privacy: they look the same with and without a leak of a few per cent of the rows. "
    "They are shown because people ask for them."
)
_UNLIKE = "Train and holdout are not alike, so these figures cannot be read: they tell populations apart, not leaks."
_TONES: dict[str, Tone] = {"leak": "bad", "nothing found": "good", "within the guarantee": "good"}


def tested(audit: Mapping[str, Any] | None, guarantee: Mapping[str, Any] | None) -> list[Section]:
    """Return the sections on an audit.

    Args:
        audit: A `privsynth.audit/1` object, or None.
        guarantee: What `describe_guarantee` wrote, or None where there is none to compare with.
    """
    if audit is None:
        blocks: list[Block] = [Paragraph(text="The audit was not computed.", tone="warn")]
        return [Section(key="tested", title=_TITLE, lead=_LEAD, blocks=blocks)]
    proven = guarantee if number(guarantee, "mu") is not None else None
    compared = [*recognised(audit, proven), *outliers(audit), *attributes(audit), *at_risk(audit)]
    if dig(audit, "exchangeability", "differs") is True:
        compared = [replace(each, blocks=[Paragraph(text=_UNLIKE, tone="warn"), *each.blocks]) for each in compared]
    return [_overview(audit, proven), *compared, *shadows(audit), _distances(audit)]


def _overview(audit: Mapping[str, Any], guarantee: Mapping[str, Any] | None) -> Section:
    blocks: list[Block] = [Paragraph(text=in_full(audit, guarantee)), _tests(audit)]
    if text(audit, "verdict") != "leak":
        blocks.append(_reach(audit))
    blocks.append(_sizes(audit))
    if warnings := texts(audit, "warnings"):
        blocks.append(Points(points=[("Notes", warnings)]))
    if limits := text(audit, "limits"):
        blocks.append(Paragraph(text=limits))
    return Section(key="tested", title=_TITLE, lead=_LEAD, blocks=blocks)


def _sizes(audit: Mapping[str, Any]) -> Facts:
    left_out = texts(audit, "columns_left_out")
    return Facts(
        caption="Samples",
        facts=[
            ("Train rows", count(number(audit, "n", "train"))),
            ("Held-out rows", count(number(audit, "n", "holdout"))),
            ("Synthetic rows", count(number(audit, "n", "synthetic"))),
            ("Rows attacked", rows_compared(audit)),
            ("Columns compared", count(float(len(texts(audit, "columns_used"))))),
            ("Columns left out", names(left_out) if left_out else "none"),
            ("Train and holdout look alike", _alike(audit)),
            ("Rows in both train and holdout", _overlap(audit)),
            ("Chance of a false `leak`, all tests together", f"at most {rate(number(audit, 'level'))}"),
        ],
    )


def _tests(audit: Mapping[str, Any]) -> Table:
    return Table(
        caption="Tests, each with what chance would give",
        headers=("Test", "Result", "By chance", "p (Holm)", "Outcome"),
        rows=[_test(each) for each in findings_of(audit)],
        note=_HOLM,
    )


def _test(test: Finding) -> list[Cell]:
    return [
        Cell(text=test.name, note=test.asks),
        Cell(text=test.result, note=test.sample),
        Cell(text=test.chance, note=test.chance_sample),
        figure(p_value(test.p), note="by itself")
        if test.p_holm is None and test.p is not None
        else figure(p_value(test.p_holm)),
        Cell(text=test.outcome, tone=_TONES.get(test.outcome, "")),
    ]


def _reach(audit: Mapping[str, Any]) -> Facts:
    found = dig(audit, "detectable")
    return Facts(
        caption="The smallest leak that these tests would have found",
        facts=[
            ("Among all train rows", _amount(found, "copied_share", "copied_rows", "copied verbatim")),
            ("Among outlying train rows", _amount(found, "outlier_share", "outlier_rows", "met by a synthetic row")),
        ],
    )


def _amount(found: Any, share: str, rows: str, what: str) -> str:
    if number(found, share) is None:
        return NOT_COMPUTED
    power = rate(number(found, "power"))
    return f"{percent(number(found, share))} {what} ({count(number(found, rows))} rows), found with {power} power"


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


def _distances(audit: Mapping[str, Any]) -> Section:
    facts = Facts(
        caption="Median distances",
        facts=[
            ("Train to nearest synthetic row", decimal(number(audit, "context", "train_to_synthetic_median"))),
            ("Held-out to nearest synthetic row", decimal(number(audit, "context", "holdout_to_synthetic_median"))),
            ("Real to nearest other real row", decimal(number(audit, "context", "real_to_real_median"))),
        ],
    )
    return Section(key="distances", title="Distances, for context", lead=_DISTANCES, blocks=[facts])
