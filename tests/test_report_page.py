"""The page: order, escaping, independence from the network, and patience with missing parts."""

from __future__ import annotations

import copy
import doctest
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from test_report import (
    GUARANTEE,
    REPRODUCTION,
    SCHEMA,
    SYNTHETIC,
    VOID,
    audit_example,
    evaluate_example,
    nodes,
    report,
    scan_example,
)

from privsynth.accounting import mu_of
from privsynth.errors import UsageError
from privsynth.report import render_findings, render_html, wording
from privsynth.report.blocks import TradeOff
from privsynth.report.odds import describe_guarantee
from privsynth.report.wording import percent_up
from privsynth.tableschema import Field, Schema

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "`a`{{ 7*7 }}",
    "a\u202eb\x00c\udc80",
    "&lt;b&gt;",
)
VOID_ELEMENTS = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Tags with their attributes, the visible text, and whether all elements are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["title"]):
            self.text += data

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in tags]


def page(**changes: Any) -> Page:
    return Page(render_html(report(**changes)))


def without_space(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def words(html: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def headings(html: str) -> list[str]:
    return re.findall(r"<h2[^>]*>(.*?)</h2>", html)


def test_the_order_is_verdict_guarantee_tests_gaps_personal_data_utility_reproduction() -> None:
    html = render_html(report())
    assert html.index("No leak found by the tests run") < html.index("<h2")
    assert headings(html) == [
        "The guarantee",
        "What was tested",
        "Rows recognised",
        "Outliers",
        "Distances, for context",
        "What was not tested",
        "Personal data found, and what was done",
        "How useful it is",
        "Learning from it",
        "The synthetic table",
        "Intended use and limits",
        "Decision",
        "What was declared",
        "What was spent",
        "Reproduction",
    ]
    risk = {"code": "c0de", "false_alarms": 0.01, "why": ["nearest-1"]}
    told = headings(render_html(report(audit={**audit_example(), "at_risk": [risk]})))
    assert told[5:8] == ["What was not tested", "Rows at risk", "Personal data found, and what was done"]
    assert headings(render_html(report(audience="release"))) == [
        "The guarantee",
        "What was not tested",
        "What was declared",
        "The synthetic table",
        "Intended use and limits",
        "Checking and reproduction",
    ]


def test_numbers_stand_beside_their_reference_interval_and_sample() -> None:
    text = without_space(page().text)
    for shown in (
        "AUC 0.512; 1.3% at 1% false alarms",
        "95% interval 0.497 to 0.528; 1,600 train, 400 held out",
        "AUC 0.500; 1%",
        "4 of 1,600 train rows; 95% interval 0.068% to 0.64%",
        "1 of 400 held-out rows",
        "3 of 80 outlying train rows met; 95% interval 0.80% to 10.6%",
        "1 of 20 outlying held-out rows met",
        "0.80% to 10.6%",
        "1.2% copied verbatim (20 rows), found with 95% power",
        "too few rows",
        "4.1%",
        "3.0%",
        "0.731",
        "0.763",
        "5.1%",
        "reference: 4.3%",
    ):
        assert shown in text, shown
    assert percent_up(GUARANTEE.power(0.01)) in text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("leak", "Leak found"), ("inconclusive", "Inconclusive"), ("perhaps", "No audit was computed")],
)
def test_each_verdict_has_its_words_and_a_drawing(verdict: str, words: str) -> None:
    found = page(audit=audit_example() | {"verdict": verdict})
    assert words in found.text
    assert {"class": "icon", "viewbox": "0 0 32 32", "aria-hidden": "true", "focusable": "false"} in found.named("svg")


def test_a_leak_is_held_against_what_the_guarantee_allows() -> None:
    def told(verdict: str, low: float, reached: float, **changes: Any) -> str:
        found = audit_example()
        found["attacks"][0] |= {"tpr_at_fpr": {"0.01": reached}, "tpr_ci": {"0.01": [low, 0.9]}}
        return without_space(page(audit={**found, "verdict": verdict}, **changes).text)

    allowed = percent_up(GUARANTEE.power(0.01))
    assert f"The guarantee bounds such a leak: at 1% false alarms it allows {allowed}" in told("leak", 0.011, 0.014)
    beyond = told("leak", 0.6, 0.7)
    assert "This is more than the guarantee allows" in beyond
    assert "the best attack recognised 70.0% of the train rows. Do not release it" in beyond
    for silent in (told("no leak found", 0.6, 0.7), told("leak", 0.6, 0.7, guarantee=VOID)):
        assert "bounds such a leak" not in silent
        assert "more than the guarantee allows" not in silent


def test_a_test_below_the_level_is_called_a_leak() -> None:
    audit = audit_example()
    audit["copies"]["p_holm"] = 0.00001
    text = without_space(page(audit=audit).text)
    assert "below 0.0001 leak" in text


@pytest.mark.parametrize("audience", ["owner", "release"])
def test_a_void_guarantee_is_the_first_line_of_everything(audience: str) -> None:
    html = render_html(report(guarantee=VOID, audience=audience))
    assert "<title>NO PRIVACY GUARANTEE" in html
    assert without_space(Page(html).text).strip().startswith("NO PRIVACY GUARANTEE The schema was read from the data.")
    assert re.search(r'<body>\s*<p class="void"', html)
    assert "Nothing here was computed from real rows" not in html
    assert "Differentially private" not in html


def test_a_release_says_what_it_is_and_marks_an_attached_verdict() -> None:
    text = page(audience="release", attach_verdict=True).text
    assert "Verdict of the owner’s audit, outside the guarantee: no leak found." in text
    assert "Nothing here was computed from real rows" in text
    assert "outside the guarantee" not in page(audience="release").text
    assert "do not release it" in page().text


def test_the_scan_is_held_against_what_was_done() -> None:
    text = without_space(page().text)
    assert "medical record number, 97.7% sure" in text
    assert "made anew, from no real cell" in text
    assert "Check: the scan advises against keeping it." in text
    assert "Nothing identifying was recognised in 1 column: died." in text
    assert "left out (not in the schema)" in page(schema=Schema(fields=())).text


@pytest.mark.parametrize("audience", ["owner", "release"])
def test_nothing_is_fetched_and_nothing_runs(audience: str) -> None:
    html = render_html(report(audience=audience))
    found = Page(html)
    assert not found.named(
        "script", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "use", "image"
    )
    for attributes in [attributes for _, attributes in found.tags]:
        for name in ("src", "href", "xlink:href", "action", "srcset", "data", "poster"):
            link = attributes.get(name)
            assert link is None or link.startswith("#") or link == "data:,"
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert "http:" not in html
    assert "https:" not in html
    style = html[html.index("<style>") : html.index("</style>")]
    assert "@import" not in style
    assert "url(" not in style
    assert "//" not in style
    policy = [each["content"] for each in found.named("meta") if each.get("http-equiv")]
    assert policy[0] is not None
    assert policy[0].startswith("default-src 'none'")


def test_the_policy_names_the_digest_of_the_style() -> None:
    import base64
    import hashlib

    html = render_html(report())
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in html or f"style-src 'sha256-{digest}'" in html


def hostile_report() -> dict[str, Any]:
    fields = tuple(Field(name=name, kind="categorical", enum=("a",)) for name in HOSTILE)
    audit = audit_example() | {
        "columns_left_out": list(HOSTILE),
        "warnings": list(HOSTILE),
        "reasons": [HOSTILE[0]],
    }
    audit["attacks"][0] |= {"name": HOSTILE[0], "what": HOSTILE[1]}
    evaluate = evaluate_example() | {
        "columns": [{"name": name, "value": 0.1, "reference": 0.2} for name in HOSTILE],
        "worst_pairs": [{"columns": list(HOSTILE[:2]), "value": 0.1, "reference": 0.2}],
        "prediction": {"target": HOSTILE[1], "metric": "auc", "tstr": 0.6, "trtr": 0.7},
    }
    found = scan_example()["columns"][0]
    scan = scan_example() | {"columns": [found | {"name": name, "reason": name, "entity": name} for name in HOSTILE]}
    return {
        "schema": Schema(fields=fields),
        "title": HOSTILE[0],
        "audit": audit,
        "evaluate": evaluate,
        "scan": scan,
        "synthetic": SYNTHETIC | {"by_column": [{"name": name} for name in HOSTILE]},
        "ledger": {"datasets": [{"dataset": HOSTILE[1], "entries": [{"purpose": HOSTILE[0]}]}]},
        "reproduction": {HOSTILE[0]: HOSTILE[1], "config": {HOSTILE[1]: HOSTILE[0]}},
        "guarantee": VOID,
    }


@pytest.mark.parametrize("audience", ["owner", "release"])
def test_hostile_names_are_text(audience: str) -> None:
    html = render_html(report(audience=audience, **hostile_report()))
    found = Page(html)
    assert not found.named("script", "img", "b")
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert "<script>alert(1)</script>" in found.text
    assert '"><img src=x onerror=alert(1)>' in found.text
    assert "{{ 7*7 }}" in found.text
    assert "a\\u202eb\\x00c\\udc80" in found.text
    assert "\u202e" not in html
    html.encode("utf-8")


def test_the_structure_can_be_read_aloud() -> None:
    found = page()
    assert len(found.named("h1")) == len(found.named("main")) == len(found.named("nav")) == 1
    assert found.named("html") == [{"lang": "en"}]
    tables = found.named("table")
    assert len(tables) == len(found.named("caption")) > 8
    assert all(each.get("scope") in ("col", "row") for each in found.named("th"))
    anchors = {each.get("id") for _, each in found.tags if each.get("id")}
    assert len(anchors) == sum(1 for _, each in found.tags if each.get("id"))
    for _, each in found.tags:
        assert (each.get("href") or "#content")[1:] in anchors or each.get("href") == "data:,"
        assert set((each.get("aria-labelledby") or "content").split()) <= anchors
    drawings = [each for each in found.named("svg") if each.get("role") == "img"]
    assert {"Synthetic 4.1%, reference 3.0%", "Synthetic 9.3%, reference 8.1%"} <= {
        each.get("aria-label") for each in drawings
    }
    assert all(each.get("aria-label") or each.get("aria-labelledby") for each in drawings)
    assert all(each.get("aria-hidden") for each in found.named("svg") if each.get("role") != "img")


def test_the_style_covers_dark_print_narrow_and_focus() -> None:
    html = render_html(report())
    for rule in (
        "prefers-color-scheme: dark",
        "@media print",
        "@page",
        "max-width: 40rem",
        ":focus-visible",
        "tabular-nums",
    ):
        assert rule in html


@pytest.mark.parametrize("audience", ["owner", "release"])
def test_words_that_promise_too_much_do_not_occur(audience: str) -> None:
    text = page(audience=audience).text.lower()
    assert not re.search(r"\banonym|\bsafe\b|privacy score", text)


def test_a_wide_table_stays_under_two_megabytes() -> None:
    names = [f"a rather long name of a column, number {i}" for i in range(3000)]
    changes = {
        "schema": Schema(fields=tuple(Field(name=name, kind="integer") for name in names)),
        "evaluate": evaluate_example()
        | {"columns": [{"name": name, "value": 0.1, "reference": 0.2} for name in names]},
        "scan": scan_example() | {"columns": [scan_example()["columns"][0] | {"name": name} for name in names]},
        "synthetic": SYNTHETIC | {"by_column": [{"name": name, "distinct": 3} for name in names]},
    }
    html = render_html(report(**changes))
    assert len(html.encode()) < 2_000_000
    assert "2,600 more rows are in the JSON document." in html


def test_missing_parts_are_said_to_be_not_computed() -> None:
    html = render_html(
        report(
            audit=None, evaluate=None, scan=None, ledger=None, synthetic={}, reproduction={}, schema=Schema(fields=())
        )
    )
    text = Page(html).text
    for expected in ("The audit was", "The evaluation was", "The scan was", "The ledger was"):
        assert f"{expected} not computed." in text
    assert "No audit was computed" in text
    for empty in ({}, {"audit": {}, "evaluate": {}, "scan": {}, "ledger": {}}, {"audience": "release"}):
        assert "not computed" in Page(render_html(empty)).text


def test_a_ledger_that_is_only_a_head_is_shown() -> None:
    text = without_space(page(ledger={"head": "ab12", "count": 4}).text)
    assert "headab12" in text.replace(" ", "")


def test_no_damage_to_a_document_stops_the_page() -> None:
    document = report()
    junk: list[Any] = [None, "x", [], {}, -1, True, [1, [2]], 1e308, {"a": [None]}, [{}]]
    paths = list(nodes(document))
    assert len(paths) > 400
    for turn, path in enumerate(paths[::3]):
        damaged = copy.deepcopy(document)
        inner = damaged
        for key in path[:-1]:
            inner = inner[key]
        if turn % 3 or isinstance(inner, list):
            inner[path[-1]] = junk[turn % len(junk)]
        else:
            del inner[path[-1]]
        Page(render_html(damaged))


def test_no_damage_to_findings_stops_the_document() -> None:
    junk: list[Any] = [None, "x", [], {}, -1, True, [1, [2]], 1e308]
    for key, example in (("audit", audit_example()), ("evaluate", evaluate_example()), ("scan", scan_example())):
        for turn, path in enumerate(list(nodes(example))[::3]):
            damaged = copy.deepcopy(example)
            inner = damaged
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = junk[turn % len(junk)]
            report(**{key: damaged})


@pytest.mark.parametrize("kind", ["audit", "evaluate", "scan"])
def test_findings_have_a_page_of_their_own(kind: str) -> None:
    example = {"audit": audit_example, "evaluate": evaluate_example, "scan": scan_example}[kind]()
    text = Page(render_findings(kind, example)).text
    assert {"audit": "AUC 0.512; 1.3% at 1% false alarms", "evaluate": "0.731", "scan": "97.7% sure"}[kind] in text
    assert "do not release it" in text
    assert "Decision" not in text
    Page(render_findings(kind, {}))


def test_an_evaluation_shows_the_drift_since_an_earlier_release_and_says_how_good_the_table_is() -> None:
    columns = [
        {"name": HOSTILE[0], "tvd": 0.2, "chance": 0.03, "p_value": 0.005, "drifted": True},
        {"name": "age", "tvd": 0.01, "chance": 0.02, "p_value": 0.5, "drifted": False},
    ]
    drift = {
        "rows": {"earlier": 1200, "synthetic": 900},
        "columns": columns,
        "discriminator_auc": 0.64,
        "discriminator_chance": 0.511,
        "sentence": "1 of 2 columns differ beyond chance: `age`.",
    }
    equivalent = {"2": {"share": 0.123, "rows": 209, "reference": 0.2}}
    html = render_findings("evaluate", {**evaluate_example(), "drift": drift, "subsample_equivalent": equivalent})
    assert headings(html)[-1] == "Drift since the earlier release"
    text = without_space(Page(html).text)
    for said in (
        "1 of 2 columns differ",
        "0.200 0.030 yes",
        "0.010 0.020 no",
        "1,200 rows",
        "AUC of 0.640; 95% below 0.511",
    ):
        assert said in text, said
    assert "<script>" not in html
    assert "About pairs of columns as good as a sample of 12.3% of the train rows" in text
    assert "Error of pairs5.1%" in text
    plain = render_findings("evaluate", evaluate_example())
    assert "Drift" not in plain
    assert "as good as" not in plain


def test_other_findings_have_no_page() -> None:
    with pytest.raises(UsageError, match="ledger"):
        render_findings("ledger", {})


def test_the_document_read_from_a_file_gives_the_same_page() -> None:
    document = report()
    assert render_html(json.loads(json.dumps(document))) == render_html(document)
    assert REPRODUCTION["command"] in render_html(document)


@pytest.mark.parametrize("epsilon", [0.01, 0.5, 2.9, 3.0, 3.2, 4.0, 8.0, 60.0])
def test_the_name_of_the_curve_stays_inside_the_drawing(epsilon: float) -> None:
    told = describe_guarantee(replace(GUARANTEE, epsilon=epsilon, mu=mu_of(epsilon, 1e-6)))
    across, down, anchor = TradeOff(curve=[(x, y) for x, y in told["curve"]], label="").named
    left = across - 92 if anchor == "end" else across  # as wide as Chromium draws it
    assert 49 <= left <= 215
    assert 20 < down < 150


def test_the_examples_in_the_wording_hold() -> None:
    assert doctest.testmod(wording).failed == 0


def test_what_was_done_to_the_data_is_told_once_with_how_often() -> None:
    look = {"type": "gaussian", "noise_multiplier": 25.946279209574683}
    cut = {"type": "thresholded", "noise_multiplier": 25.9, "delta": 4.7e-09}
    inner = {"type": "composed", "events": [look, cut, look]}
    event = {"type": "composed", "events": [inner, {"type": "self_composed", "count": 1000, "event": look}]}
    page = words(render_html(report(reproduction={"event": event})))
    assert "1,002 × gaussian (noise multiplier 25.95); thresholded (noise multiplier 25.9, delta 4.7e-09)" in page
    assert "event odd" in words(render_html(report(reproduction={"event": "odd"})))


def test_a_release_says_how_to_check_it() -> None:
    assert "privsynth verify FOLDER" in words(render_html(report(audience="release")))
    assert "privsynth verify FOLDER" not in words(render_html(report()))


def test_columns_made_anew_are_counted_beside_those_modelled() -> None:
    stand_in = Field(name="nickname", kind="text", role="direct", action="fake", faker="first_name")
    for audience in ("owner", "release"):
        page = words(render_html(report(audience=audience, schema=replace(SCHEMA, fields=(*SCHEMA.fields, stand_in)))))
        assert "3 columns modelled, 2 made anew" in page
        assert "3 modelled, 2 made anew, from no real cell" in page
        bare = replace(SCHEMA, fields=SCHEMA.fields[1:], unit_column=None)
        assert "made anew" not in words(render_html(report(audience=audience, schema=bare))).replace("or made anew", "")


def test_no_zero_has_a_sign() -> None:
    assert [wording.decimal(value) for value in (-0.0004, 0.0, -0.0006)] == ["0.000", "0.000", "-0.001"]
