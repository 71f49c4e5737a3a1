"""Audits: does a synthetic table give away who was in the train table?"""

from __future__ import annotations

from privsynth.audits.result import FORMAT, LEVEL, AuditResult
from privsynth.audits.verdict import audit_tables

__all__ = ["FORMAT", "LEVEL", "AuditResult", "audit_tables"]
