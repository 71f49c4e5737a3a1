"""What an audit says: the page with its drawings, the terminal, JUnit XML, and what never leaves with a release."""

from __future__ import annotations

import copy
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command_line import privsynth
from jsonschema import Draft202012Validator
from test_report import GUARANTEE, SCHEMAS, VOID, audit_example, marked, nodes, report
from test_report_browser import BROWSER, asked_by, browse
from test_report_page import HOSTILE, Page, headings, without_space

from privsynth import pipeline
from privsynth.junit import junit_xml
from privsynth.privacy import Guarantee
from privsynth.report import findings, render_findings, render_html
from privsynth.report.blocks import Curve, Roc
from privsynth.report.chance import chance_band
from privsynth.report.odds import describe_guarantee
from privsynth.report.summary import in_full
from privsynth.tables import PRIVATE_FIGURES, print_audit

ALLOWED = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}


def attribute(column: str = "age") -> dict[str, Any]:
    figures = {"train": 0.412, "holdout": 0.351, "difference": 0.061, "difference_ci": [0.031, 0.091]}
    return {
        "column": column,
        "score": "probability given to the true label",
        **figures,
        "baseline": 0.11,
        "p_value": 0.2,
    }


def shadow_example() -> dict[str, Any]:
    rates = {"0.001": 0.0021, "0.01": 0.0172, "0.1": 0.131}
    return {
        "generator": "maxent",
        "shadows": 32,
        "rows": 1900,
        "auc": 0.523,
        "auc_ci": [0.511, 0.538],
        "tpr_at_fpr": rates,
        "roc": [[0.0, 0.0], [0.001, 0.0021], [0.01, 0.0172], [0.1, 0.131], [1.0, 1.0]],
        "p_value": 0.003,
        "bound": {"auc": 0.711, "tpr_at_fpr": {"0.001": 0.0073, "0.01": 0.047, "0.1": 0.264}},
        "exceeds_bound": False,
        "target": {"auc": 0.509, "auc_ci": [0.49, 0.53], "p_value": 0.31},
        "most_vulnerable": [{"code": "00000012aa", "row": 1207, "auc": 0.61, "score": 0.42}],
        "queries": [
            {
                "code": "00000012aa",
                "row": 1207,
                "fits": 100,
                "auc": 0.6,
                "auc_ci": [0.5, 0.7],
                "p_value": 0.04,
                "epsilon_low": 0.12,
                "epsilon_ceiling": 3.1,
                "epsilon_allowed": None,
            }
        ],
        "limits": "Shadow fits read the real rows.",
        "warnings": ["Half of the rows were scored."],
    }


def full_example() -> dict[str, Any]:
    """An audit with every part that an audit can have."""
    audit = audit_example()
    stratum = audit["outliers"]["strata"][0]
    audit["outliers"]["strata"] = [stratum | {"score": name} for name in ("distance", "consensus")]
    audit["outliers"]["scores"] = [{"name": "distance", "what": "Mean distance.", "p_value": 0.31}]
    audit["outliers"]["synthetic_side"] = {"rows": 45, "real_rows": 41, "train": 33, "expected": 32.8, "p_value": 0.5}
    return audit | {
        "attributes": [attribute("age"), attribute("died")],
        "attribute_test": {"p_value": 0.4, "p_holm": 0.9, "tested": 2, "untested": ["ward"]},
        "at_risk": [{"code": "00000010ff", "row": 1041, "false_alarms": 0.0025, "why": ["nearest-1", "copies"]}],
        "shadows": shadow_example(),
    }


def leaking() -> dict[str, Any]:
    audit = full_example() | {"verdict": "leak", "reasons": ["Copies."]}
    audit["copies"] |= {"train": 60, "p_value": 1e-9, "p_holm": 5e-9}
    return audit


def unlike() -> dict[str, Any]:
    audit = leaking() | {"verdict": "inconclusive", "reasons": ["Not from one population."]}
    audit["exchangeability"] = {"p_value": 1e-7, "differs": True}
    return audit | {"shadows": None}


def alone(verdict: str = "inconclusive") -> dict[str, Any]:
    """An audit without a holdout."""
    audit = audit_example() | {"verdict": verdict, "reasons": ["There is no holdout."], "attacks": [], "carried": None}
    audit["copies"] |= {"train": 400, "holdout": 0, "holdout_rows": 0, "p_value": 1e-30, "p_holm": None}
    audit["outliers"] = {
        "verdict": "inconclusive",
        "min_rows_per_side": 50,
        "p_value": None,
        "p_holm": None,
        "strata": [],
    }
    absent = dict.fromkeys(("detectable", "exchangeability", "overlap"))
    return audit | absent | {"n": {"train": 1700, "synthetic": 900}}


def own_page(audit: dict[str, Any]) -> str:
    return without_space(Page(render_findings("audit", audit)).text)


class TestDrawing:
    def test_the_band_holds_what_chance_gives(self) -> None:
        rng, members, others = np.random.default_rng(0), 150, 120
        band = chance_band(members, others)
        at = [round(rate * others) for rate, _, _ in band]
        kept = np.zeros(len(band))
        for _ in range(600):
            scores = rng.random(members + others)
            outside = np.sort(scores[members:])[::-1]
            found = np.array([np.mean(scores[:members] > outside[min(k, others - 1)]) for k in at])
            kept += [low <= share <= high for share, (_, low, high) in zip(found, band, strict=True)]
        assert (kept / 600).min() > 0.93
        assert 0.94 < (kept / 600)[5:-5].mean() < 0.985
        assert all(low <= rate + 1e-9 and high >= rate for rate, low, high in band)

    @pytest.mark.parametrize("sizes", [(0, 5), (5, 0), (10**6, 5)])
    def test_there_is_no_band_without_rows_or_for_very_many(self, sizes: tuple[int, int]) -> None:
        assert chance_band(*sizes) == ()

    def test_axes_are_logarithmic_and_curves_are_steps(self) -> None:
        points = [(0.0, 0.02), (0.01, 0.05), (1.0, 1.0)]
        drawing = Roc(curves=[Curve(name="a", points=points)], bound=[], chance=[], decades=3, title="", label="")
        assert [share for _, _, share in drawing.ticks] == ["0.1%", "1%", "10%", "100%"]
        across = [tick[0] for tick in drawing.ticks]
        assert np.diff(across) == pytest.approx([drawing.side / 3] * 3)
        path = drawing.steps[0]
        assert path.startswith(f"M{drawing.left},")  # what is recognised without any false alarm reaches the left edge
        assert f"H{across[1]:.1f}V" in path
        assert path.endswith(f"H{across[3]:.1f}V{drawing.top:.1f}")
        assert drawing.bound_path == drawing.chance_path == ""
        assert drawing.bound_named is None

    def test_what_is_below_the_lowest_power_lies_on_the_edge(self) -> None:
        drawing = Roc(
            curves=[Curve(name="a", points=[(0.0, 0.0), (1.0, 1.0)])],
            bound=[(1e-6, 1e-5), (0.01, 0.03), (0.1, 0.2), (1.0, 1.0)],
            chance=[(0.0, 0.0, 0.01), (0.5, 0.4, 0.6)],
            decades=2,
            title="",
            label="",
        )
        bottom = drawing.top + drawing.side
        assert drawing.steps[0].startswith(f"M{drawing.left},{bottom:.1f}H{drawing.left:.1f}")
        assert drawing.bound_path.count("L") == 2
        assert drawing.chance_path.endswith("Z")
        numbers = [float(each) for each in re.findall(r"[\d.]+", drawing.chance_path)]
        assert max(numbers) <= max(bottom, drawing.left + drawing.side)

    def test_the_owner_sees_curves_chance_and_the_bound_of_the_guarantee(self) -> None:
        html = render_html(report(audit=full_example()))
        found = Page(html)
        drawn = [each.get("class") or "" for each in found.named("path", "line")]
        attacks, shadow = 2, 1
        assert sum(each.startswith("curve") for each in drawn) == 2 * (attacks + shadow)  # in the drawing and its key
        assert drawn.count("bound") == 4
        assert drawn.count("chance") == 1
        assert "guarantee’s bound" in found.text
        titles = [each.get("id") for each in found.named("title") if each.get("id")]
        assert len(titles) == 3
        assert "Share of train rows recognised at 1% false alarms. Nearest synthetic row: 1.3%" in found.text

    @pytest.mark.parametrize("guarantee", [GUARANTEE, VOID])
    def test_the_bound_is_drawn_only_where_there_is_a_guarantee(self, guarantee: Guarantee) -> None:
        html = render_html(report(guarantee=guarantee))
        assert ('class="bound"' in html) is (guarantee is GUARANTEE)
        assert "Guarantee’s bound" not in own_page(audit_example())

    def test_the_bound_reaches_down_to_a_millionth_of_false_alarms(self) -> None:
        curve = describe_guarantee(GUARANTEE)["curve"]
        assert sum(0 < x < 1e-3 for x, _ in curve) >= 10
        assert all(GUARANTEE.power(x) <= y <= GUARANTEE.power(x) + 2e-6 for x, y in curve)

    def test_an_audit_without_curves_has_no_drawing(self) -> None:
        audit = audit_example()
        for attack in audit["attacks"]:
            attack["roc"] = [[0.5, "x"], [2, 3]]
        assert "figure class" not in render_findings("audit", audit)


class TestPage:
    def test_every_part_is_a_section_and_absent_parts_are_not(self) -> None:
        always = ["What was tested", "Rows recognised", "Outliers"]
        parts = ["Attributes guessed", "Attacks with the generator in hand"]
        end = ["Distances, for context", "What was not tested"]
        assert headings(render_findings("audit", full_example())) == [*always, *parts, *end, "Rows at risk"]
        empty = audit_example() | {"attributes": [], "at_risk": [], "shadows": None}
        assert headings(render_findings("audit", empty)) == always + end
        assert headings(render_findings("audit", alone())) == ["What was tested", *end]

    def test_every_number_has_its_reference(self) -> None:
        text = own_page(full_example())
        for shown in (
            "AUC 0.500; 1%",
            "By chance 0.1% 1% 10%",
            "chance 14.2; p 0.44",
            "of the outlying held-out rows, which is what chance gives",
            "held out 1 of 20",
            "33; 32.8 by chance",
            "0.412 0.351 0.061 0.031 to 0.091 0.110",
            "By chance the difference is 0",
            "0.523 (0.511 to 0.538); chance 0.500; the guarantee allows at most 0.711",
            "0.610 0.42",
            "no guarantee",
            "Not guessed, since they do not vary or were too many: ward.",
            "Nearest synthetic row, Exact copies",
            "By chance up to 4 of 1,600 train rows would stand at 0.25% or lower; listed: 1.",
            "Would have been found1.2%of the train rows copied, 95% of the time",
        ):
            assert shown in text, shown

    def test_the_paragraph_says_what_was_tried_found_and_would_have_been_found(self) -> None:
        told = in_full(audit_example(), describe_guarantee(GUARANTEE))
        assert "5 tests were tried on 1,600 train rows and 400 held-out rows. None separated" in told
        assert "recognised 1.3% (95% interval 0.70% to 2.1%)" in told
        assert "where chance gives 1% (n = 400 held-out rows)" in told
        assert "AUC is 0.512 (95% interval 0.497 to 0.528), where chance gives 0.500" in told
        assert (
            "Verbatim copies, in every compared column, of 1.2% of the train rows would have been found with 95% power"
            in told
        )
        assert "at 1% false alarms none recognises more than" in told

    def test_the_paragraph_of_a_leak_names_the_tests_and_no_smallest_leak(self) -> None:
        told = in_full(leaking(), None)
        assert "1 separated train rows from held-out rows beyond chance: exact copies." in told
        assert "would have been found" not in told
        assert "have been found" not in own_page(leaking()).lower()
        assert "guarantee" not in told

    def test_nothing_is_called_a_leak_where_train_and_holdout_are_not_alike(self) -> None:
        assert "what they show cannot be read" in in_full(unlike(), None)
        text = own_page(unlike())
        assert "cannot be read" in text
        assert "below 0.0001 leak" not in text
        assert text.count("these figures cannot be read") == 4
        assert {each.outcome for each in findings.findings_of(unlike())} == {"cannot be read"}

    @pytest.mark.parametrize(("verdict", "outcome"), [("leak", "leak"), ("inconclusive", "not tested")])
    def test_without_a_holdout_copies_stand_beside_the_repeats(self, verdict: str, outcome: str) -> None:
        copies = findings.findings_of(alone(verdict))[0]
        assert (copies.key, copies.outcome, copies.chance) == ("copies", outcome, "0.25%")
        assert "not from a holdout" in copies.chance_sample
        assert "No test could be run" in in_full(alone(verdict), None)

    def test_a_generator_beyond_its_guarantee_is_said_first(self) -> None:
        audit = full_example()
        audit["shadows"]["exceeds_bound"] = True
        assert "does not do what it claims" in own_page(audit)
        assert "does not do what it claims" not in own_page(full_example())

    def test_at_most_twenty_rows_at_risk_are_shown(self) -> None:
        rows = [{"code": f"{i:010x}", "row": i, "false_alarms": 0.01, "why": []} for i in range(60)]
        text = own_page(full_example() | {"at_risk": rows})
        assert sum(str(each["code"]) in text for each in rows) == 20

    def test_rates_below_one_held_out_row_are_said_to_be(self) -> None:
        assert "At 0.1% not one of them may pass." in own_page(audit_example())

    def test_no_damage_to_a_full_audit_stops_the_page_or_the_xml(self) -> None:
        junk: list[Any] = [None, "x", [], {}, -1, True, [1, [2]], 1e308, [{}], 0]
        for turn, path in enumerate(list(nodes(full_example()))[::6]):
            damaged = copy.deepcopy(full_example())
            inner: Any = damaged
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = junk[turn % len(junk)]
            Page(render_findings("audit", damaged))
            ET.fromstring(junit_xml(damaged))  # noqa: S314 - it is ours

    def test_hostile_names_are_text(self) -> None:
        audit = full_example()
        audit["attributes"] = [attribute(name) for name in HOSTILE]
        audit["shadows"] |= {"generator": HOSTILE[0], "warnings": list(HOSTILE)}
        audit["outliers"]["scores"] = [{"name": HOSTILE[0], "what": HOSTILE[1], "p_value": 0.1}]
        audit["at_risk"] = [{"code": "0000000001", "row": 1, "false_alarms": 0.1, "why": list(HOSTILE)}]
        found = Page(render_findings("audit", audit))
        assert not found.named("script", "img", "b")
        ET.fromstring(junit_xml(audit | {"reasons": list(HOSTILE), "verdict": "leak"}))  # noqa: S314 - it is ours


@pytest.mark.integration
@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")
class TestBrowser:
    def test_the_page_fits_a_phone_and_asks_for_nothing(self, tmp_path: Path) -> None:
        html = render_findings("audit", full_example())
        dom, asked = asked_by(
            tmp_path, html, "--virtual-time-budget=4000", "--dump-dom", "http://page.test/measure.html"
        )
        found = re.search(r"width (\d+) height (\d+)", dom)
        assert found is not None
        assert int(found[1]) == 360
        assert {each.split("/")[-1] for each in asked} <= {"measure.html", "report.html", "favicon.ico"}

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_the_curves_can_be_seen_in_both_schemes(self, scheme: str, tmp_path: Path) -> None:
        """A picture with the curves is another than one without them."""
        page, picture = tmp_path / "report.html", tmp_path / "report.png"
        pictures = []
        for html in (
            render_findings("audit", full_example()),
            without_curves(render_findings("audit", full_example())),
        ):
            page.write_text(html, encoding="utf-8")
            colours = f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}"
            browse(tmp_path / "profile", colours, "--window-size=900,3500", f"--screenshot={picture}", page.as_uri())
            pictures.append(picture.read_bytes())
        assert pictures[0] != pictures[1]


def without_curves(html: str) -> str:
    return re.sub(r'<path class="curve[^>]*>', "", html)


class TestRelease:
    @pytest.mark.parametrize("attach", [False, True])
    def test_a_release_holds_the_verdict_word_at_most(self, attach: bool) -> None:
        seen: list[Any] = []
        audit = marked(full_example(), seen)
        assert len(seen) > 120
        document = report(audience="release", attach_verdict=attach, audit=audit)
        told, page = json.dumps(document), render_html(document)
        for mark in seen:
            assert str(mark) not in told
            assert str(mark) not in page
        assert document["verdict"]["word"] == ("no leak found" if attach else None)
        assert document["verdict"]["outside_guarantee"] is True
        text = Page(page).text
        assert ("outside the guarantee: no leak found" in text) is attach
        for title in ("Rows at risk", "Rows recognised", "Attributes guessed", "Outliers"):
            assert title not in text

    def test_the_owner_has_all_of_it(self) -> None:
        page = without_space(Page(render_html(report(audit=full_example()))).text)
        assert "00000010ff" in page
        assert "1041" not in page
        assert "00000012aa" in page
        assert "1207" not in page


class TestJunit:
    @pytest.mark.parametrize("audit", [full_example(), leaking(), unlike(), alone(), alone("leak"), {}])
    @pytest.mark.parametrize("gate", [None, "leak", "inconclusive"])
    def test_the_form_is_junit_and_the_counts_agree(self, audit: dict[str, Any], gate: str | None) -> None:
        root = ET.fromstring(junit_xml(audit, fail_on=gate))  # noqa: S314 - it is ours
        (suite,) = root
        assert (root.tag, suite.tag, suite.get("name")) == ("testsuites", "testsuite", "privsynth audit")
        for element in root.iter():
            assert set(element.attrib) == ALLOWED[element.tag]
        assert [child.tag for child in suite] == ["properties"] + ["testcase"] * (len(suite) - 1)
        for each in (root, suite):
            assert each.get("tests") == str(len(suite.findall("testcase")))
            for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                assert each.get(name) == str(len(suite.findall(f"testcase/{tag}")))
        names = [case.get("name") for case in suite.findall("testcase")]
        assert len(names) == len(set(names))
        red = int(suite.get("failures") or 0) + int(suite.get("errors") or 0) > 0
        stopped = {"leak": True, "inconclusive": gate == "inconclusive"}.get(
            audit.get("verdict", "inconclusive"), False
        )
        assert red is stopped

    def test_a_leak_fails_with_its_sentence(self) -> None:
        found = troubles(leaking())
        assert found["verdict"] == ("failure", "Copies.")
        kind, why = found["copies"]
        assert kind == "failure"
        assert "60 of 1,600 train rows" in why
        assert "by chance 0.25% (1 of 400 held-out rows)" in why
        assert "below 0.0001" in why
        assert set(found) == {"verdict", "copies"}
        guessed = leaking()
        guessed["attribute_test"]["p_holm"] = 0.001
        assert (
            "`age` guessed 0.412 (of 1,600 train rows; the strongest of 2 columns; 95% interval"
            in troubles(guessed)["attributes"][1]
        )

    @pytest.mark.parametrize(
        ("part", "trouble", "outcome"),
        [
            ({}, None, "within the guarantee"),
            ({"exceeds_bound": True}, "failure", "leak"),
            ({"bound": None, "exceeds_bound": None, "p_value": 1e-9}, "failure", "leak"),
            ({"bound": None, "exceeds_bound": None, "p_value": 0.2}, None, "nothing found"),
            ({"p_value": None}, "skipped", "not tested"),
        ],
    )
    def test_shadow_fits_fail_where_nothing_allows_what_they_show(
        self, part: dict[str, Any], trouble: str | None, outcome: str
    ) -> None:
        audit = full_example()
        audit["shadows"] |= part
        assert troubles(audit).get("shadows", (None, ""))[0] == trouble
        assert findings.findings_of(audit)[-1].outcome == outcome
        assert outcome in own_page(audit)

    def test_what_could_not_be_tested_is_skipped(self) -> None:
        found = troubles(alone())
        assert {kind for kind, _ in found.values()} == {"skipped"}
        assert list(found) == ["verdict", "copies", "carried", "outliers", "exchangeability", "overlap"]
        few = audit_example()
        few["outliers"]["p_holm"] = None
        assert troubles(few)["outliers"] == ("skipped", "It takes 30 outliers a side.")

    def test_a_gate_on_inconclusive_makes_an_error_of_a_missing_verdict(self) -> None:
        assert troubles(unlike())["exchangeability"][0] == "skipped"
        found = troubles(unlike(), "inconclusive")
        assert found["verdict"] == ("error", "Not from one population.")
        assert found["exchangeability"][0] == "error"
        assert found["copies"][0] == "skipped"
        same = unlike() | {"overlap": {"holdout_rows_in_train": 400, "same_table": True}}
        assert troubles(same, "inconclusive")["overlap"] == ("error", "Train and holdout are the same rows.")

    def test_properties_are_row_counts_and_versions(self) -> None:
        root = ET.fromstring(junit_xml(full_example()))  # noqa: S314 - it is ours
        found = {each.get("name"): each.get("value") for each in root.iter("property")}
        assert found.items() >= {"n.train": "1700", "n.holdout_compared": "400", "verdict": "no leak found"}.items()
        assert {"privsynth", "python", "numpy", "detectable.copied_share"} <= set(found)


def troubles(audit: dict[str, Any], gate: str | None = None) -> dict[str, tuple[str, str]]:
    """Cases in which something is the matter: what, and why."""
    root = ET.fromstring(junit_xml(audit, fail_on=gate))  # noqa: S314 - it is ours
    cases = [(str(case.get("name")), case[0]) for case in root.iter("testcase") if len(case)]
    return {name: (trouble.tag, str(trouble.get("message"))) for name, trouble in cases}


class TestCommand:
    @pytest.fixture
    def told(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """What the audit is going to say."""
        document = full_example()
        rows = pd.DataFrame({"row": [1041], "false_alarms": [0.0025], "why": ["nearest-1 copies"]})
        result = SimpleNamespace(to_json=lambda: document, rows_at_risk=lambda: rows)
        monkeypatch.setattr(pipeline, "audit", lambda **_: result)
        return document

    @pytest.mark.parametrize(
        ("verdict", "gate", "code"),
        [
            ("leak", "leak", 6),
            ("leak", "inconclusive", 6),
            ("leak", None, 0),
            ("inconclusive", "leak", 0),
            ("inconclusive", "inconclusive", 6),
            ("inconclusive", None, 0),
            ("no leak found", "leak", 0),
            ("no leak found", "inconclusive", 0),
        ],
    )
    def test_gates(
        self,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
        told: dict[str, Any],
        verdict: str,
        gate: str | None,
        code: int,
    ) -> None:
        told["verdict"] = verdict
        place = tmp_path / "audit.xml"
        arguments = ["audit", "--train", "t", "--synthetic", "s", "--junit", place]
        found = privsynth(capsys, *arguments, *(["--fail-on", gate] if gate else []))
        assert found.code == code
        assert (f"The verdict is: {verdict}." in found.err) is (code == 6)
        assert place.stat().st_mode & 0o777 == 0o600  # written also where the gate fails
        ET.parse(place)  # noqa: S314 - it is ours

    def test_files_are_private_and_the_owner_is_told_once(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, told: dict[str, Any]
    ) -> None:
        places = {name: tmp_path / f"a.{name}" for name in ("json", "html", "junit", "rows-at-risk")}
        options = [part for name, place in places.items() for part in (f"--{name}", place)]
        found = privsynth(capsys, "audit", "--train", "t", "--synthetic", "s", *options)
        assert found.code == 0
        assert {place.stat().st_mode & 0o777 for place in places.values()} == {0o600}
        assert json.loads(places["json"].read_text("utf-8")) == told
        assert places["rows-at-risk"].read_text("utf-8") == "row,false_alarms,why\n1041,0.0025,nearest-1 copies\n"
        assert (found.out + found.err).count(PRIVATE_FIGURES) == 1
        assert found.out.rstrip().endswith(PRIVATE_FIGURES)

    def test_json_on_stdout_is_alone_there(self, capsys: pytest.CaptureFixture[str], told: dict[str, Any]) -> None:
        found = privsynth(capsys, "audit", "--train", "t", "--synthetic", "s", "--json", "-")
        assert json.loads(found.out) == told
        assert found.err == PRIVATE_FIGURES + "\n"

    def test_a_folder_that_is_not_there_is_said_before_any_work(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, told: dict[str, Any]
    ) -> None:
        place = tmp_path / "none" / "a.xml"
        assert privsynth(capsys, "audit", "--train", "t", "--synthetic", "s", "--junit", place).code == 2

    def test_the_terminal_shows_the_references(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_audit(leaking())
        lines = capsys.readouterr().out.splitlines()
        (copies,) = [line for line in lines if line.startswith("copies")]
        assert "60 of 1,600 train rows" in copies
        assert "1 of 400 held-out rows" in copies
        assert copies.rstrip().endswith("leak")
        (nearest,) = [line for line in lines if line.startswith("nearest-1")]
        assert "AUC 0.512; 1.3% at 1% false alarms" in nearest
        assert "AUC 0.500; 1%" in nearest
        text = "\n".join(lines)
        assert "One row of each unit was audited." in text
        assert "1 row at risk is listed" in text
        assert "maxent" in text
        assert lines[-1] == PRIVATE_FIGURES

    def test_the_terminal_without_a_holdout(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_audit(alone("leak"))
        told = capsys.readouterr().out
        assert "from repeats within each table" in told
        assert "Shadow fits" not in told
        assert "at risk" not in told


def test_a_leak_from_files_is_told_alike_everywhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    names = [f"{letter}=odd name" for letter in "abcd"]
    train, synthetic, holdout = (pd.DataFrame(rng.standard_normal((160, 4)), columns=names).round(9) for _ in range(3))
    copied = [3, 17, 40, 55, 81, 90, 102, 120, 133, 134, 140, 141, 150, 157, 159]
    synthetic.iloc[: len(copied)] = train.iloc[copied]
    for name, table in (("train", train), ("synthetic", synthetic), ("holdout", holdout)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    tables = [part for name in ("train", "synthetic", "holdout") for part in (f"--{name}", tmp_path / f"{name}.csv")]
    places = {name: tmp_path / f"a.{name}" for name in ("json", "html", "junit", "rows-at-risk")}
    outputs = [part for name, place in places.items() for part in (f"--{name}", place)]
    found = privsynth(capsys, "audit", *tables, *outputs, "--fail-on", "leak")
    assert found.code == 6
    assert found.out.startswith("Verdict: leak.")
    audit = json.loads(places["json"].read_text("utf-8"))
    Draft202012Validator(json.loads((SCHEMAS / "audit.schema.json").read_text())).validate(audit)
    page = without_space(Page(render_findings("audit", audit)).text)
    assert page == without_space(Page(places["html"].read_text("utf-8")).text)
    assert "15 of 160 train rows" in page
    assert troubles(audit)["copies"][0] == "failure"
    assert places["junit"].read_text("utf-8") == junit_xml(audit, fail_on="leak")
    rows = pd.read_csv(places["rows-at-risk"])
    assert set(rows["row"][: len(copied)]) == set(copied)
    told = "".join(place.read_text("utf-8") for place in places.values()) + found.out
    assert not [value for value in train.to_numpy().ravel() if f"{value:.9f}".lstrip("-") in told]


def test_a_leak_of_values_names_the_column_that_shows_it() -> None:
    """Over all columns together the shares may be alike, and a reader would not see why it is a leak."""
    audit = audit_example()
    audit["carried"] |= {"columns": {"age": [40, 12], "iban": [30, 0]}, "p_holm": 1e-4}
    (told,) = (each for each in findings.findings_of(audit) if each.key == "carried")
    assert told.outcome == "leak"
    assert told.found.endswith("; most telling `iban`: 30 train, 0 held out)")
    audit["carried"]["p_holm"] = 0.5
    (told,) = (each for each in findings.findings_of(audit) if each.key == "carried")
    assert "iban" not in told.found


def test_a_curve_above_the_bound_is_explained() -> None:
    audit = audit_example()
    audit["attacks"][0] |= {"roc": [[0.0, 0.004], [0.5, 0.5], [1.0, 1.0]], "non_members": 400}
    explained = "Of so few rows chance may carry it above the bound there."
    assert explained in without_space(Page(render_html(report(audit=audit))).text)
    assert explained not in without_space(Page(render_findings("audit", audit)).text)
