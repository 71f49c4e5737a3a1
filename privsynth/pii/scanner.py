"""The scan: header words and distinct values of each column, weighed into roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privsynth.errors import UsageError
from privsynth.pii.columns import fit_evidence, key_evidence, text_evidence, veto_evidence
from privsynth.pii.entities import ENTITIES
from privsynth.pii.gazetteer import name_evidence
from privsynth.pii.header import header_evidence, is_quantity
from privsynth.pii.model import ColumnFinding, Evidence, ScanResult
from privsynth.pii.patterns import value_evidence
from privsynth.pii.profile import Profile, profile
from privsynth.pii.recognisers import recogniser_evidence
from privsynth.pii.spans import span_evidence
from privsynth.pii.verdict import finding
from privsynth.privacy import Private


def _evidence(name: str, view: Profile) -> list[Evidence]:
    header = header_evidence(name)
    headed = list(dict.fromkeys(item.entity for item in header if item.weight > 0))
    if not view.values:
        return header
    return [
        *header,
        *value_evidence(view),
        *name_evidence(view),
        *recogniser_evidence(view, headed),
        *key_evidence(view, headed, quantity=is_quantity(header)),
        *text_evidence(view, headed),
        *fit_evidence(view, headed),
        *veto_evidence(view, headed),
        *span_evidence(view),
    ]


def _singles_out(column: ColumnFinding) -> bool:
    return column.role in ("quasi", "sensitive") and column.entity is not None and ENTITIES[column.entity].singles_out


def scan_columns(
    columns: Private[Mapping[str, Sequence[str | None]]], *, max_cells: int = 20_000, exhaustive: bool = False
) -> ScanResult:
    """Find what each column of a table holds: identifiers, quasi-identifiers, sensitive facts, free text.

    The same table gives the same result. The result holds counts, rule names and shapes, no cell; it was computed from
    private rows without noise, so it is the owner's and decides nothing in a fit.

    Args:
        columns: Column name -> text cells (None is missing), as read from a file. Nothing in a cell can raise.
        max_cells: Distinct values of a column that the rules test at most. Above it every k-th distinct value is
            tested, and the share that may have been missed is stated. Written e-mail addresses, phone, social
            security, card and account numbers are searched in all of them.
        exhaustive: Test every distinct value.

    Returns:
        One finding per column, in the order of the mapping.

    Raises:
        UsageError: ``max_cells`` is not positive.
    """
    if max_cells < 1:
        raise UsageError(
            f"`max_cells` is {max_cells}. A scan needs at least one value of a column. Give a positive number."
        )
    findings, rows, tested = [], 0, []
    for name, cells in columns.reveal().items():
        view = profile(cells, max_cells=max_cells, exhaustive=exhaustive)
        findings.append(finding(name, _evidence(name, view), view))
        rows = max(rows, len(cells))
        tested.append(len(cells) - view.cells + view.cells_tested)
    return ScanResult(
        columns=tuple(findings),
        basis="values",
        quasi_identifiers=tuple(column.name for column in findings if _singles_out(column)),
        rows=rows,
        rows_tested=min(tested, default=0),
        could_be_missed=max((column.could_be_missed or 0.0 for column in findings), default=0.0),
        notes=("Computed from private rows without noise: for the owner only.",),
    )


def names_only(names: Sequence[str]) -> ScanResult:
    """Find what follows from header words alone; no cell is read, so this costs no privacy.

    Args:
        names: Column names, in table order.

    Returns:
        One finding per name. A direct identifier that the words leave open has role ``review``.

    Example:
        >>> [column.role for column in names_only(["patient_id", "age", "email_opt_in", "name"]).columns]
        ['direct', 'quasi', 'safe', 'review']
    """
    findings = tuple(finding(name, header_evidence(name), None) for name in names)
    return ScanResult(
        columns=findings,
        basis="names",
        quasi_identifiers=tuple(column.name for column in findings if _singles_out(column)),
        notes=("From column names alone: no cell was read.",),
    )
