"""Schemas of whole tables: derived under a budget, or read from the data for an owner's eyes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from privsynth.accounting import Spend, mu_of
from privsynth.derive import DeriveMechanism, undetermined, unlisted
from privsynth.generators.fakes import is_known
from privsynth.generators.structure import fulfillable
from privsynth.ledger import Ledger, default_path
from privsynth.noise import ExactAnswers, OsNoise
from privsynth.pii import ColumnFinding, scan_columns
from privsynth.plan import THRESHOLD_SHARE, spend_record
from privsynth.privacy import Budget, Unit
from privsynth.safe_harbor import under_policy
from privsynth.table.coded import check_columns
from privsynth.table.generalised import generalised
from privsynth.table.profile import Profile
from privsynth.table.source import Source
from privsynth.table.typed import text_columns
from privsynth.tableschema.io import schema_to_document
from privsynth.tableschema.model import Field, Schema


def derive_paid(
    source: Source, known: Schema, unit: Unit, budget: Budget, dataset: str, ledger: Path | str | None
) -> Schema:
    """Learn what a schema lacks under a budget, through the ledger; the schema then carries its own spend.

    Raises:
        BudgetError: the dataset's budget does not allow it.
    """
    check_columns(source, known, unit)
    names = undetermined(known)
    extra = Fraction(budget.delta) * THRESHOLD_SHARE
    mu_squared = Fraction(mu_of(budget.epsilon, float(Fraction(budget.delta) - extra) * (1 - 1e-9))) ** 2
    mechanism = DeriveMechanism.calibrate(names, Spend(mu_squared=mu_squared, delta=extra), len(unlisted(known)))
    book = Ledger(Path(ledger) if ledger is not None else default_path())
    public = json.dumps(schema_to_document(known), sort_keys=True, default=str)
    digest = hashlib.sha256(public.encode()).hexdigest()
    entry = book.reserve(dataset, mechanism.event, unit=unit, purpose="derive a schema", config_digest=digest)
    noise = OsNoise()
    seen = generalised(source, known)
    profile = Profile(seen, unit, noise.unit_key("rows of a unit"), missing=known.missing)
    derived, _ = fulfillable(under_policy(mechanism.run(profile, known, noise)))
    text = json.dumps(schema_to_document(derived), sort_keys=True, default=str)
    book.commit(entry.id, hashlib.sha256(text.encode()).hexdigest())
    return replace(derived, spend=spend_record(mechanism.event, unit, budget.delta))


def derive_unpaid(source: Source, known: Schema, unit: Unit) -> Schema:
    """Read what a schema lacks from the data, without noise; every such leaf is marked `data`, so that no fit takes it.

    Args:
        source: The table, loaded.
        known: What is known for free.
        unit: Who is protected.
    """
    names = undetermined(known)
    if not names:
        return known
    exact = ExactAnswers()
    mechanism = DeriveMechanism(names=names, form_noise=1e-3, domain_noise=1e-3, label_delta=0.1)
    profile = Profile(generalised(source, known), unit, bytes(32), missing=known.missing)
    derived = under_policy(mechanism.run(profile, known, exact))
    found = {column.name: column for column in scan_columns(text_columns(source)).columns}
    return derived.with_fields(
        _suggested(_unpaid(field), found[field.name]) if field.name in names else field for field in derived.fields
    )


def _suggested(field: Field, found: ColumnFinding) -> Field:
    """Give a column the role that a scan of its cells suggests; marked `data`, it is for the owner to declare."""
    settled = field.source("role") in ("declared", "public") or (found.role == field.role and found.role != "direct")
    if settled or found.role == "safe":
        return field
    if found.role in ("direct", "free_text", "review"):
        kind = "text" if found.role == "free_text" else "identifier"
        anew = found.action == "fake" and is_known(found.faker)
        bare = Field(name=field.name, kind=kind)
        made = {"faker": found.faker} if anew else {}  # its form or country can be that of the cells
        return bare.with_("data", kind=kind, role=found.role, action="fake" if anew else "drop", **made)
    return field.with_("data", role=found.role)


def _unpaid(field: Field) -> Field:
    provenance: dict[str, Any] = {}
    for leaf, source in field.provenance.items():
        provenance[leaf] = "data" if field.source(leaf) == "dp" else source
    return replace(field, provenance=provenance)
