"""An audit as JUnit XML, the form in which build servers read tests."""

from __future__ import annotations

import platform
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from privsynth import __version__
from privsynth.report.findings import Finding, findings_of
from privsynth.report.wording import count, dig, number, p_value, text, texts

Trouble = Literal["", "failure", "error", "skipped"]

_SUITE = "privsynth audit"
_CLASS = "privsynth.audit"
_NO_HOLDOUT = "There is no holdout to compare with."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case: its name, and what is the matter with it in one sentence.

    Args:
        name: As in the JSON document.
        trouble: `failure` is a leak, `error` what a gate refuses without one, `skipped` what could not be tested.
        why: The sentence; empty where all is well.
    """

    name: str
    trouble: Trouble = ""
    why: str = ""


def junit_xml(audit: Mapping[str, Any], *, fail_on: str | None = None) -> str:
    """Return an audit as one suite: its verdict, and a case for each test.

    The case `verdict` is red exactly when `--fail-on` would end with 6, or on a leak where no gate was set. The file
    holds figures computed from private rows and column names, and no cell.

    Args:
        audit: A `privsynth.audit/1` object; any part may be missing.
        fail_on: The gate, `leak` or `inconclusive`. With `inconclusive`, what keeps a verdict back is an error.

    Returns:
        XML of one `testsuites` element, in the form that Jenkins, GitLab and GitHub actions read.
    """
    cases = [_verdict(audit, fail_on), *(_tested(each, audit) for each in findings_of(audit))]
    cases += [_alike(audit, fail_on), _overlap(audit, fail_on)]
    counted = {"tests": str(len(cases))}
    for name, trouble in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counted[name] = str(sum(case.trouble == trouble for case in cases))
    root = ET.Element("testsuites", {"name": "privsynth", **counted})
    suite = ET.SubElement(root, "testsuite", {"name": _SUITE, **counted})
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(audit).items():
        ET.SubElement(properties, "property", {"name": name, "value": value})
    for case in cases:
        element = ET.SubElement(suite, "testcase", {"classname": _CLASS, "name": case.name})
        if case.trouble:
            ET.SubElement(element, case.trouble, _told(case)).text = None if case.trouble == "skipped" else case.why
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _told(case: Case) -> dict[str, str]:
    kind = {"failure": {"type": "leak"}, "error": {"type": "inconclusive"}}
    return {"message": case.why, **kind.get(case.trouble, {})}


def _verdict(audit: Mapping[str, Any], fail_on: str | None) -> Case:
    word = text(audit, "verdict")
    why = " ".join(texts(audit, "reasons"))
    if word == "leak":
        return Case(name="verdict", trouble="failure", why=why)
    if word == "no leak found":
        return Case(name="verdict")
    return Case(name="verdict", trouble=_refused(fail_on), why=why or "There is no verdict.")


def _refused(fail_on: str | None) -> Trouble:
    return "error" if fail_on == "inconclusive" else "skipped"


def _tested(found: Finding, audit: Mapping[str, Any]) -> Case:
    if found.outcome == "leak":
        return Case(name=found.key, trouble="failure", why=found.sentence())
    if found.outcome in ("nothing found", "within the guarantee", "shown only"):
        return Case(name=found.key)
    if found.outcome == "cannot be read":
        return Case(name=found.key, trouble="skipped", why="Train and holdout are not alike, so it cannot be read.")
    few = f"It takes {count(number(audit, 'outliers', 'min_rows_per_side'))} outliers a side."
    why = few if found.key == "outliers" else "It could not be tested."
    return Case(name=found.key, trouble="skipped", why=why if number(audit, "n", "holdout_compared") else _NO_HOLDOUT)


def _alike(audit: Mapping[str, Any], fail_on: str | None) -> Case:
    p = number(audit, "exchangeability", "p_value")
    if p is None:
        return Case(name="exchangeability", trouble="skipped", why=_NO_HOLDOUT)
    if dig(audit, "exchangeability", "differs") is not True:
        return Case(name="exchangeability")
    why = f"Train and holdout are not from one population (p {p_value(p)}), so no attack on them can be read."
    return Case(name="exchangeability", trouble=_refused(fail_on), why=why)


def _overlap(audit: Mapping[str, Any], fail_on: str | None) -> Case:
    shared = number(audit, "overlap", "holdout_rows_in_train")
    if shared is None:
        return Case(name="overlap", trouble="skipped", why=_NO_HOLDOUT)
    if dig(audit, "overlap", "same_table") is not True:
        return Case(name="overlap")
    return Case(name="overlap", trouble=_refused(fail_on), why="Train and holdout are the same rows.")


def _properties(audit: Mapping[str, Any]) -> dict[str, str]:
    """Return row counts, what the verdict was, and versions."""
    import numpy as np

    counts = dig(audit, "n")
    rows = {f"n.{name}": f"{value:.0f}" for name in counts or () if (value := number(counts, str(name))) is not None}
    stated = {name: text(audit, name) or "" for name in ("format", "verdict")}
    detectable = {
        f"detectable.{name}": f"{value:g}"
        for name in ("copied_share", "outlier_share")
        if (value := number(audit, "detectable", name)) is not None
    }
    versions = {"privsynth": __version__, "python": platform.python_version(), "numpy": np.__version__}
    return {**stated, **rows, **detectable, **versions}
