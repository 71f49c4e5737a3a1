"""The document as one self-contained page: no script, no request, readable on paper and on a phone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from privsynth.report.blocks import Band, Block, Paragraph, Points, Section, Tone
from privsynth.report.columns import declared, personal_data, synthetic_table
from privsynth.report.evidence import tested
from privsynth.report.protection import guarantee
from privsynth.report.record import reproduction, spending
from privsynth.report.usefulness import utility
from privsynth.report.wording import count, dig, mappings, number, percent, percent_up, text, visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_VERDICTS: dict[str, tuple[Tone, str]] = {
    "leak": ("bad", "Leak found"),
    "no leak found": ("good", "No leak found by the tests run"),
    "inconclusive": ("warn", "Inconclusive"),
}
_PLACES = {
    "owner": "For the owner only. This page holds figures computed from private rows; do not release it.",
    "release": "Part of the release. Nothing here was computed from real rows except under the guarantee.",
}


def render_html(report: Mapping[str, Any]) -> str:
    """Render a report as one HTML page.

    Args:
        report: What `build_report` returned, or the same read from a file; any part may be missing.

    Returns:
        The page: styles and drawings inline, no script, nothing fetched; every text of the report is escaped.
    """
    style = files("privsynth.report").joinpath("report.css").read_text(encoding="utf-8")
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            warning=text(report, "warning"),
            title=visible(dig(report, "title") or "Report"),
            audience="release" if dig(report, "audience") == "release" else "owner",
            place=_place(report),
            band=_band(report),
            sections=_sections(report),
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )
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
    environment.filters["prose"] = _prose
    return environment


def _prose(value: str) -> Markup:
    """Escape a text, then set what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code><bdi>\1</bdi></code>", str(escape(value))))  # noqa: S704 - escaped before


def _place(report: Mapping[str, Any]) -> str:
    if dig(report, "audience") != "release":
        return _PLACES["owner"]
    if text(report, "warning"):
        return "Made in the form of a release, but without a guarantee. Treat it like the data that it was made from."
    return _PLACES["release"]


def _band(report: Mapping[str, Any]) -> Band:
    release = dig(report, "audience") == "release"
    word = text(report, "verdict", "word")
    tone, headline = _VERDICTS.get(word or "", ("", "No audit was computed"))
    reason, remark = text(report, "verdict", "reason") or "", ""
    void = text(report, "warning") is not None
    if release:
        remark = (
            f"Verdict attached by the owner, outside the guarantee: {word or 'not computed'}."
            if dig(report, "verdict", "attached")
            else ""
        )
        tone, headline = ("bad", "No guarantee") if void else ("", "Differentially private")
        reason = "No figure on this page comes from a comparison with real rows; such figures stay with the owner."
    return Band(tone=tone, word=headline, reason=reason, facts=_figures(report, release=release), remark=remark)


def _figures(report: Mapping[str, Any], *, release: bool) -> list[tuple[str, str, str]]:
    epsilon, delta = number(report, "guarantee", "epsilon"), number(report, "guarantee", "delta")
    bound = next(
        (
            number(each, "at_most")
            for each in mappings(report, "guarantee", "odds")
            if number(each, "false_alarms") == 0.01
        ),
        None,
    )
    found = [
        (
            "Epsilon",
            "none" if epsilon is None else f"{epsilon:g}",
            "" if delta is None or epsilon is None else f"delta {delta:g}",
        ),
        ("Best attacker", percent_up(bound), "recognised at 1% false alarms; guessing 1%"),
        (
            "Synthetic rows",
            count(number(report, "synthetic", "rows")),
            f"{count(number(report, 'synthetic', 'columns'))} columns",
        ),
    ]
    if not release:
        pairs = dig(report, "evaluate", "marginals", "2")
        reference = number(pairs, "reference")
        found.append(
            (
                "Error of pairs",
                percent(number(pairs, "value")),
                "no reference" if reference is None else f"held-out rows {percent(reference)}",
            )
        )
    return found


def _sections(report: Mapping[str, Any]) -> list[Section]:
    declarations = _mapping(report, "declarations")
    first, last = (
        guarantee(_mapping(report, "guarantee")),
        [declared(declarations), synthetic_table(_mapping(report, "synthetic"))],
    )
    if dig(report, "audience") == "release":
        return [first, _not_tested(report), *last, reproduction(_mapping(report, "reproduction"))]
    audit, evaluate, scan = (_optional(report, key) for key in ("audit", "evaluate", "scan"))
    middle = [
        tested(audit, mappings(report, "guarantee", "odds")),
        _not_tested(report),
        personal_data(scan, declarations),
        utility(evaluate),
    ]
    return [first, *middle, *last, spending(_mapping(report, "ledger")), reproduction(_mapping(report, "reproduction"))]


def _mapping(report: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return _optional(report, key) or {}


def _optional(report: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    found = dig(report, key)
    return found if isinstance(found, Mapping) else None


def _not_tested(report: Mapping[str, Any]) -> Section:
    found = [(text(each, "what") or "", text(each, "why") or "") for each in mappings(report, "not_tested")]
    blocks: list[Block] = (
        [Points(points=found)] if found else [Paragraph(text="The list was not computed.", tone="warn")]
    )
    return Section(
        key="not-tested",
        title="What was not tested",
        lead="An audit tells only about the attacks that it tried.",
        blocks=blocks,
    )
