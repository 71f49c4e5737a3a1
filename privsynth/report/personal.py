"""Personal data, as sections of the page: what the scan found, what was done, and whether a real value was carried over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Section, Table, Tone, figure, named
from privsynth.report.wording import (
    count,
    count_columns,
    dig,
    mappings,
    names,
    number,
    percent,
    role_name,
    text,
    texts,
)

_ACRONYMS = frozenset({"US", "UK", "SSN", "IBAN", "IP", "URL", "ID", "NPI", "DEA", "MAC", "VIN", "BIC"})
_ACTIONS = {"keep": "keep", "drop": "leave out", "fake": "make anew", "generalise": "generalise"}
_COMBINATIONS_SHOWN = 15
_MARKED = ("direct", "free_text", "review", "quasi", "sensitive", "target")


def personal_data(scan: Mapping[str, Any] | None, declarations: Mapping[str, Any] | None) -> Section:
    """Return the section on personal data: what the scan found, and what was done.

    Args:
        scan: A `privsynth.scan/1` object, or None.
        declarations: What the schema states; None for a scan by itself, which can only suggest.
    """
    title, lead = (
        ("Personal data found", "A scan only advises: what is done with a column is for a schema to say.")
        if declarations is None
        else (
            "Personal data found, and what was done",
            "The scan only advises. What was done is what the schema says.",
        )
    )
    blocks: list[Block] = [Paragraph(text="The scan was not computed.", tone="warn")]
    if scan is not None:
        blocks = _found(scan, declarations)
    return Section(key="personal-data", title=title, lead=lead, blocks=blocks)


def _found(scan: Mapping[str, Any], declarations: Mapping[str, Any] | None) -> list[Block]:
    """Return what a scan found: the columns that it marks, those that it does not, and those that single rows out together."""
    stated = None
    if declarations is not None:
        stated = {text(each, "name"): each for each in mappings(declarations, "columns")}
    found = sorted(mappings(scan, "columns"), key=lambda each: _rank(dig(each, "role")))
    marked = [each for each in found if dig(each, "role") != "safe"]
    blocks: list[Block] = [_sampling(scan)]
    if marked:
        blocks.append(_findings(marked, stated, policy=dig(declarations, "policy") is not None))
    if plain := [str(dig(each, "name")) for each in found if dig(each, "role") == "safe"]:
        blocks.append(
            Paragraph(text=f"Nothing identifying was recognised in {count_columns(len(plain))}: {names(plain)}.")
        )
    if joint := mappings(scan, "quasi_identifiers"):
        blocks.append(_combinations(joint))
    return [*blocks, *(Paragraph(text=note) for note in texts(scan, "notes"))]


def carried_over(carried: Mapping[str, Any] | None) -> list[Section]:
    """Return the section on real values in the synthetic table; none where that was not looked at."""
    if carried is None:
        return []
    repeats = mappings(carried, "repeats")
    blocks: list[Block] = []
    if repeats:
        blocks.append(_repeats(repeats))
    else:
        blocks.append(Paragraph(text="No column of the synthetic table was made anew or has many labels."))
    if odd := texts(carried, "scan", "unexpected"):
        said = f"A scan of the synthetic table calls these modelled columns direct identifiers; look at them: {names(odd)}."
        blocks.append(Paragraph(text=said, tone="warn"))
    return [
        Section(
            key="carried-over",
            title="Real values in the synthetic table",
            lead="Columns made anew, and columns with many labels: how many of their values a real row has, and what chance gives.",
            blocks=blocks,
        )
    ]


def _repeats(repeats: list[Mapping[str, Any]]) -> Table:
    tones: dict[str, Tone] = {"repeats real values": "bad", "cannot tell": "warn"}
    return Table(
        caption="Repeated values",
        headers=("Column", "Different values", "Occur in real rows", "By chance", "Verdict"),
        rows=[
            [
                named(text(each, "column") or "unnamed"),
                figure(count(number(each, "synthetic_distinct"))),
                figure(count(number(each, "repeated"))),
                figure(percent(number(each, "chance_share"))),
                Cell(text=text(each, "verdict") or "not computed", tone=tones.get(text(each, "verdict") or "", "")),
            ]
            for each in repeats
        ],
    )


def said_in_a_line(scan: Mapping[str, Any]) -> str:
    """Return how many columns of each role a scan found."""
    found = [str(dig(each, "role")) for each in mappings(scan, "columns")]
    said = [f"{role_name(role)}: {found.count(role)}" for role in _MARKED if role in found]
    return ", ".join(said).capitalize() or "Nothing identifying was recognised"


def _rank(role: object) -> int:
    return _MARKED.index(str(role)) if role in _MARKED else len(_MARKED)


def _sampling(scan: Mapping[str, Any]) -> Facts:
    if dig(scan, "basis") == "names":
        return Facts(caption="Scan", facts=[("Basis", "column names only; no cell was read")])
    return Facts(
        caption="Scan",
        facts=[
            ("Rows", count(number(scan, "rows"))),
            (
                "Rows that may be of another kind and unseen, in any column, at most",
                _below(number(scan, "missed_below")),
            ),
        ],
    )


def _below(share: float | None) -> str:
    return "none: every value was tested" if share == 0 else f"{percent(share)} (95% confidence)"


def _combinations(joint: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="Columns that single out rows together",
        headers=("Columns", "Rows that nobody shares", "Smallest group"),
        rows=[
            [
                Cell(text=names(texts(each, "columns"))),
                figure(percent(number(each, "unique_share"))),
                figure(count(number(each, "smallest_k"))),
            ]
            for each in joint[:_COMBINATIONS_SHOWN]
        ],
    )


def _findings(
    found: list[Mapping[str, Any]], stated: Mapping[Any, Mapping[str, Any]] | None, *, policy: bool = False
) -> Table:
    return Table(
        caption="Columns with personal data",
        headers=("Column", "Found", "Role", "Law", "Suggestion" if stated is None else "What was done"),
        rows=[
            [
                named(text(each, "name") or "unnamed"),
                Cell(text=_entity(each), note=text(each, "reason") or ""),
                Cell(text=role_name(dig(each, "role"))),
                Cell(text=_laws(each)),
                _suggestion(each)
                if stated is None
                else _treatment(each, stated.get(text(each, "name")), policy=policy),
            ]
            for each in found
        ],
    )


def _entity(finding: Mapping[str, Any]) -> str:
    entity = text(finding, "entity")
    if entity is None:
        return "nothing recognised"
    confidence = number(finding, "confidence")
    sure = "" if confidence is None else ", over 99.9% sure" if confidence > 0.999 else f", {percent(confidence)} sure"
    words = [word if word in _ACRONYMS else word.lower() for word in (text(finding, "detail") or entity).split("_")]
    return " ".join(words) + sure


def _suggestion(finding: Mapping[str, Any]) -> Cell:
    return Cell(text=_ACTIONS.get(str(dig(finding, "action")), "not computed"), note=text(finding, "why") or "")


def _laws(finding: Mapping[str, Any]) -> str:
    named_by = (("HIPAA", "hipaa"), ("GDPR", "gdpr"), ("PCI DSS", "pci"))
    found = [f"{code} {text(finding, key)}" for code, key in named_by if text(finding, key)]
    return ", ".join(found) or "none"


def _treatment(finding: Mapping[str, Any], column: Mapping[str, Any] | None, *, policy: bool) -> Cell:
    if column is None:
        return Cell(text="left out (not in the schema)")
    done = text(column, "done") or "not computed"
    risky = (
        dig(finding, "role") in ("direct", "free_text", "review")
        and done.endswith("modelled")
        and "not modelled" not in done
    )
    if risky:
        return Cell(text=done, note="Check: the scan advises against keeping it.", tone="warn")
    letter = text(finding, "hipaa") or ""
    if policy and len(letter) == 1 and done == "modelled":
        why = "its name does not tell, the owner vouches for it, or its declaration allows nothing finer"
        return Cell(
            text=done,
            note=f"Check: Safe Harbor names what the scan found ({letter}), and it was kept: {why}.",
            tone="warn",
        )
    return Cell(text=done)
