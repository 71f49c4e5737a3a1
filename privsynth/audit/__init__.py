"""Audits: does a synthetic table give away who was in the train table?"""

from __future__ import annotations

from privsynth.audit.result import FORMAT, LEVEL, AuditResult
from privsynth.audit.verdict import audit_tables

__all__ = ["FORMAT", "LEVEL", "AuditResult", "audit_tables"]
