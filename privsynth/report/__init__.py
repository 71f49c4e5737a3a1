"""The report: one JSON document and one self-contained page, for the owner or for the release."""

from __future__ import annotations

from privsynth.report.document import FORMAT, build_report
from privsynth.report.page import render_findings, render_html

__all__ = ["FORMAT", "build_report", "render_findings", "render_html"]
