"""The document as one self-contained page: no script, no request, readable on paper and on a phone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from privsynth.errors import UsageError
from privsynth.report.blocks import Band, Block, Paragraph, Points, Section, Tone
from privsynth.report.caveats import untested_in
from privsynth.report.columns import declared, made_anew, synthetic_table
from privsynth.report.evidence import tested
from privsynth.report.exposed import AT_RISK
from privsynth.report.personal import carried_over, personal_data, said_in_a_line
from privsynth.report.protection import guarantee
from privsynth.report.record import reproduction, spending
from privsynth.report.summary import beside_guarantee
from privsynth.report.use import decision, intended_use
from privsynth.report.usefulness import said_of_pairs, utility
from privsynth.report.wording import (
    count,
    count_columns,
    delta_text,
    dig,
    mappings,
    number,
    percent,
    percent_up,
    rate,
    reference,
    text,
    texts,
    visible,
)

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_VERDICTS: dict[str, tuple[Tone, str]] = {
    "leak": ("bad", "Leak found"),
    "no leak found": ("good", "No leak found by the tests run"),
    "inconclusive": ("warn", "Inconclusive"),
}
_OWNERS = "For the owner only. This page holds figures computed from private rows; do not release it."
_RELEASED = "Part of the release. Nothing here was computed from real rows except under the guarantee."
_VOID = "Made in the form of a release, but without a guarantee. Treat it like the data that it was made from."
_TITLES = {
    "audit": "Audit of a synthetic table",
    "evaluate": "Evaluation of a synthetic table",
    "scan": "Scan for personal data",
}


def render_html(report: Mapping[str, Any]) -> str:
    """Render a report as one HTML page.

    Args:
        report: What `build_report` returned, or the same read from a file; any part may be missing.

    Returns:
        The page: styles and drawings inline, no script, nothing fetched; every text of the report is escaped.
    """
    release = dig(report, "audience") == "release"
    return _render(
        title=visible(dig(report, "title") or "Report"),
        warning=text(report, "warning"),
        reason=_void_reason(report),
        kind="Release report" if release else "Owner’s report",
        place=(_VOID if text(report, "warning") else _RELEASED) if release else _OWNERS,
        band=_band(report, release=release),
        sections=_released(report) if release else _owned(report),
    )


def render_findings(kind: str, findings: Mapping[str, Any]) -> str:
    """Render one audit, evaluation or scan as a page of its own, for the owner.

    Args:
        kind: `audit`, `evaluate` or `scan`.
        findings: The JSON object of that format; any part may be missing.

    Raises:
        UsageError: the kind is none of the three.
    """
    if kind not in _TITLES:
        raise UsageError(f"There is no page for {kind!r}. Use one of: {', '.join(_TITLES)}.")
    sections = {
        "audit": lambda: _evidence(findings, None, untested_in(findings)),
        "evaluate": lambda: utility(findings),
        "scan": lambda: [personal_data(findings, None)],
    }[kind]()
    tone, word = _VERDICTS.get(text(findings, "verdict") or "", ("plain", _TITLES[kind]))
    return _render(
        title=_TITLES[kind],
        warning=None,
        reason="",
        kind="Owner’s page",
        place=_OWNERS,
        band=Band(
            tone=tone,
            word=(said_in_a_line(findings) if kind == "scan" else said_of_pairs(findings)) or word,
            reason=" ".join(texts(findings, "reasons")),
            facts=_facts_of(kind, findings),
        ),
        sections=sections,
    )


def _facts_of(kind: str, findings: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return row counts, for an audit the smallest leak that it would have found, for an evaluation the error of pairs."""
    if kind == "scan":
        return []
    rows = "n" if kind == "audit" else "rows"
    facts = [
        (name, count(number(findings, rows, key)), "")
        for key, name in (("train", "Train rows"), ("synthetic", "Synthetic rows"), ("holdout", "Held-out rows"))
    ]
    if kind == "evaluate":
        return [*facts, _pair_error({"evaluate": findings})]
    share, power = number(findings, "detectable", "copied_share"), rate(number(findings, "detectable", "power"))
    if share is None or text(findings, "verdict") == "leak":
        return facts
    return [*facts, ("Would have been found", percent(share), f"of the train rows copied, {power} of the time")]


def _void_reason(report: Mapping[str, Any]) -> str:
    reason = text(report, "guarantee", "void") or ""
    return reason[:1].upper() + reason[1:]


def _render(*, sections: Sequence[Section], **values: Any) -> str:
    style = files("privsynth.report").joinpath("report.css").read_text(encoding="utf-8")
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = _environment().get_template("report.html.j2")
    page = template.render(sections=sections, style=style, style_hash=style_hash, **values)
    return page.encode("utf-8", "backslashreplace").decode("utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("privsynth.report", package_path="."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    return environment


def prose(value: str) -> Markup:
    """Escape a text, then set what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code><bdi>\1</bdi></code>", str(escape(value))))  # noqa: S704 - escaped before


def _band(report: Mapping[str, Any], *, release: bool) -> Band:
    word = text(report, "verdict", "word")
    if not release:
        tone, headline = _VERDICTS.get(word or "", ("plain", "No audit was computed"))
        reason = text(report, "verdict", "reason") or ""
        remark = beside_guarantee(_optional(report, "audit"), _optional(report, "guarantee"))
        return Band(
            tone=tone, word=headline, reason=reason, facts=[*_figures(report), _pair_error(report)], remark=remark
        )
    attached = dig(report, "verdict", "attached") is True
    void = text(report, "warning") is not None
    return Band(
        tone="bad" if void else "plain",
        word="No guarantee" if void else "Differentially private",
        reason="No figure on this page comes from a comparison with real rows; such figures stay with the owner.",
        remark=f"Verdict of the owner’s audit, outside the guarantee: {word or 'not computed'}." if attached else "",
        facts=_figures(report),
    )


def _figures(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    epsilon, delta = number(report, "guarantee", "epsilon"), number(report, "guarantee", "delta")
    odds = {number(each, "false_alarms"): number(each, "at_most") for each in mappings(report, "guarantee", "odds")}
    columns = count_columns(number(report, "synthetic", "columns"))
    if anew := made_anew(_mapping(report, "declarations")):
        columns += f" modelled, {count(anew)} made anew"
    return [
        ("Epsilon", "none", "") if epsilon is None else ("Epsilon", f"{epsilon:g}", delta_text(delta)),
        ("Best attacker, at most", percent_up(odds.get(0.01)), "recognised at 1% false alarms; guessing 1%"),
        ("Synthetic rows", count(number(report, "synthetic", "rows")), columns),
    ]


def _pair_error(report: Mapping[str, Any]) -> tuple[str, str, str]:
    pairs = dig(report, "evaluate", "marginals", "2")
    return "Error of pairs", percent(number(pairs, "value")), f"reference: {reference(pairs)}"


def _owned(report: Mapping[str, Any]) -> list[Section]:
    declarations = _mapping(report, "declarations")
    return [
        guarantee(_mapping(report, "guarantee")),
        *_evidence(_optional(report, "audit"), _optional(report, "guarantee"), mappings(report, "not_tested")),
        personal_data(_optional(report, "scan"), declarations),
        *carried_over(_optional(report, "carried")),
        *utility(_optional(report, "evaluate")),
        synthetic_table(_mapping(report, "synthetic"), made_anew(_mapping(report, "declarations"))),
        intended_use(report, release=False),
        decision(),
        declared(declarations),
        spending(_mapping(report, "ledger")),
        reproduction(_mapping(report, "reproduction")),
    ]


def _released(report: Mapping[str, Any]) -> list[Section]:
    return [
        guarantee(_mapping(report, "guarantee")),
        _untested(mappings(report, "not_tested")),
        declared(_mapping(report, "declarations")),
        synthetic_table(_mapping(report, "synthetic"), made_anew(_mapping(report, "declarations"))),
        intended_use(report, release=True),
        reproduction(_mapping(report, "reproduction"), release=True),
    ]


def _mapping(report: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return _optional(report, key) or {}


def _optional(report: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    found = dig(report, key)
    return found if isinstance(found, Mapping) else None


def _evidence(
    audit: Mapping[str, Any] | None, guarantee: Mapping[str, Any] | None, untested: Sequence[Mapping[str, Any]]
) -> list[Section]:
    """Return what was tested, then what was not, then the rows most at risk."""
    found = tested(audit, guarantee)
    risk = [each for each in found if each.key == AT_RISK]
    return [*(each for each in found if each.key != AT_RISK), _untested(untested), *risk]


def _untested(caveats: Sequence[Mapping[str, Any]]) -> Section:
    points = [(text(each, "what") or "", [text(each, "why") or ""]) for each in caveats]
    blocks: list[Block] = (
        [Points(points=points)] if points else [Paragraph(text="The list was not computed.", tone="warn")]
    )
    lead = "A test tells only about the attacks that it tries."
    return Section(key="not-tested", title="What was not tested", lead=lead, blocks=blocks)
