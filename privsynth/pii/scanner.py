"""The scan: header words, distinct values and the other columns, weighed into roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privsynth.errors import UsageError
from privsynth.pii.context import beside_people, context_signs, key_context
from privsynth.pii.custom import Rules
from privsynth.pii.entities import ENTITIES, Entity, lineage
from privsynth.pii.fit import fit_signs
from privsynth.pii.gazetteer import name_signs
from privsynth.pii.header import countries_of, header_signs, is_quantity
from privsynth.pii.labels import label_signs
from privsynth.pii.model import ColumnFinding, ScanResult, Sign
from privsynth.pii.ner import Names
from privsynth.pii.patterns import value_signs
from privsynth.pii.profile import Profile, profiles
from privsynth.pii.quasi import MOST_ROWS, quasi_identifiers, searched
from privsynth.pii.quasi_codes import coded
from privsynth.pii.spans import span_signs
from privsynth.pii.stand_in import with_stand_in
from privsynth.pii.uniqueness import key_signs, text_signs, unseen_signs, veto_signs
from privsynth.pii.verdict import finding
from privsynth.privacy import Private

MAX_DISTINCT = 20_000
_NO_RULES = Rules()
_FOR_THE_OWNER = "Computed from private rows without noise: for the owner only."


def signs_of(
    name: str,
    header: Sequence[Sign],
    view: Profile,
    *,
    rules: Rules = _NO_RULES,
    countries: Sequence[str] = (),
    model: Names | None = None,
) -> list[Sign]:
    """Return all that a column's header and values say, without its neighbours.

    Args:
        name: The column's name.
        header: The signs of its header.
        view: Its values.
        rules: The owner's own.
        countries: ISO codes of the countries whose numbers may occur.
        model: Finds names in text; None for none.
    """
    if not view.values:
        return list(header)
    headed = frozenset(
        wider
        for sign in header
        if sign.weight != "header.denied" and sign.entity in ENTITIES
        for wider in lineage(sign.entity)
    )
    near = tuple(dict.fromkeys((*countries_of(name), *rules.countries, *countries)))
    return [
        *header,
        *value_signs(view, headed=headed, countries=near),
        *rules.value_signs(view, name=name),
        *name_signs(view, headed=headed),
        *label_signs(view, headed=headed),
        *key_signs(view, headed, quantity=is_quantity(header)),
        *text_signs(view, headed),
        *fit_signs(view, headed),
        *veto_signs(view, headed),
        *unseen_signs(view),
        *(model.signs(view, headed=headed) if model is not None else ()),
    ]


def scan_columns(
    columns: Private[Mapping[str, Any]],
    *,
    rules: Rules | None = None,
    countries: Sequence[str] = (),
    model: Names | None = None,
    max_cells: int = MAX_DISTINCT,
    exhaustive: bool = False,
    table: str | None = None,
) -> ScanResult:
    """Find what each column of a table holds: identifiers, quasi-identifiers, sensitive facts, free text.

    The same table gives the same result. The result holds counts, rule names and shapes, no cell; it was computed from
    private rows without noise, so it is the owner's and decides nothing in a fit.

    Args:
        columns: Column name -> text cells (an Arrow array, or a sequence in which None is missing). Nothing in a cell can
            raise.
        rules: The owner's own rules; None for none.
        countries: ISO 3166 codes of countries whose numbers may occur without a header that says so.
        model: Finds names in text; None for none.
        max_cells: Distinct values of a column that the rules test at most; above it a sample of them is tested, and the
            share that may have been missed is stated. Written identifiers are searched in all of them.
        exhaustive: Test every distinct value.
        table: What the result calls the table.

    Returns:
        One finding per column, in the order of the mapping, and combinations of columns that single rows out.

    Raises:
        UsageError: ``max_cells`` is not positive.
    """
    if max_cells < 1:
        raise UsageError(
            f"`max_cells` is {max_cells}. A scan needs at least one value of a column. Give a positive number."
        )
    own = rules or _NO_RULES
    cells_of = columns.reveal()
    kinds = _kinds(own)
    headers = {name: [*header_signs(name), *own.header_signs(name)] for name in cells_of}
    around, beside = context_signs(headers), beside_people(headers)
    findings, rows = [], 0
    for name, count, view in profiles(cells_of, max_cells=max_cells, exhaustive=exhaustive):
        seen = signs_of(name, headers[name], view, rules=own, countries=countries, model=model)
        signs = [*seen, *around[name], *key_context(headers[name], seen, beside[name])]
        found = finding(name, signs, view, kinds=kinds)
        if found.role != "direct":  # what is written inside the cells of a direct identifier changes nothing
            found = finding(name, [*signs, *span_signs(view)], view, kinds=kinds)
        expected = (*countries_of(name), *own.countries, *countries)
        findings.append(own.settled(with_stand_in(found, view, expected), view))
        rows = max(rows, count)
    joint, notes = _combinations(findings, cells_of, rows)
    return ScanResult(
        columns=tuple(findings),
        basis="values",
        table=table,
        quasi_identifiers=joint,
        rows=rows,
        notes=(_FOR_THE_OWNER, *notes, *own.notes),
    )


def _kinds(rules: Rules) -> Mapping[str, Entity]:
    return ENTITIES if not rules.entities else {**ENTITIES, **rules.entities}


def _combinations(
    findings: Sequence[ColumnFinding], cells_of: Mapping[str, Any], rows: int
) -> tuple[tuple[Mapping[str, Any], ...], list[str]]:
    """Return the combinations of quasi-identifiers that single rows out, and what was left out of the search."""
    candidates = [column.name for column in findings if _singles_out(column)]
    codes = coded({name: cells_of[name] for name in candidates})
    used = searched(codes)
    notes = []
    if left_out := [name for name in candidates if name not in used]:
        notes.append(f"Not searched for combinations, as there are too many columns: {', '.join(left_out)}.")
    if rows > MOST_ROWS and used:
        notes.append(f"Combinations were counted on a sample of {MOST_ROWS:,} rows.")
    return tuple(found.to_json() for found in quasi_identifiers(codes)), notes


def _singles_out(column: ColumnFinding) -> bool:
    kind = ENTITIES.get(column.detail or column.entity or "")
    return column.role in ("quasi", "sensitive") and kind is not None and kind.singles_out


def names_only(names: Sequence[str]) -> ScanResult:
    """Find what follows from header words alone; no cell is read, so this costs no privacy.

    Args:
        names: Column names, in table order.

    Returns:
        One finding per name. A direct identifier that the words leave open has role ``review``.

    Example:
        >>> [column.role for column in names_only(["patient_id", "age", "email_opt_in"]).columns]
        ['direct', 'quasi', 'safe']
    """
    headers = {name: header_signs(name) for name in names}
    around = context_signs(headers)
    return ScanResult(
        columns=tuple(finding(name, [*headers[name], *around[name]], None) for name in names),
        basis="names",
        notes=("From column names alone: no cell was read.",),
    )
