"""Where a synthetic table comes from: a manifest that goes with it, beside its file or within it."""

from __future__ import annotations

from privsynth.provenance.files import (
    MARK,
    check_sidecar,
    forget_sidecar,
    is_foreign,
    kept_on_error,
    provenance_for,
    provenance_of,
    read_provenance,
    sidecar_of,
    with_provenance,
    write_provenance,
)
from privsynth.provenance.generation import next_generation
from privsynth.provenance.model import Provenance, Step, mixed
from privsynth.provenance.terms import check_licence, check_terms

__all__ = [
    "MARK",
    "Provenance",
    "Step",
    "check_licence",
    "check_sidecar",
    "check_terms",
    "forget_sidecar",
    "is_foreign",
    "kept_on_error",
    "mixed",
    "next_generation",
    "provenance_for",
    "provenance_of",
    "read_provenance",
    "sidecar_of",
    "with_provenance",
    "write_provenance",
]
