"""What was spent and how to do it again, as sections of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Section, Table, figure
from privsynth.report.wording import delta_text, mappings, number, text, visible


def spending(ledger: Mapping[str, Any]) -> Section:
    """Return the section on the ledger: all accounts, or one."""
    accounts = mappings(ledger, "datasets") or ([ledger] if "entries" in ledger else [])
    blocks: list[Block] = []
    if not accounts and ledger:
        blocks.append(Facts(caption="The ledger", facts=_stated(ledger)))
    for account in accounts:
        blocks.append(_account(account))
        if entries := mappings(account, "entries"):
            blocks.append(_entries(entries))
    return Section(
        key="ledger",
        title="What was spent",
        lead="Every noisy look at the data is recorded before it happens, and never given back.",
        blocks=blocks or [Paragraph(text="The ledger was not computed.", tone="warn")],
    )


def _account(account: Mapping[str, Any]) -> Facts:
    limit = number(account, "limit", "epsilon")
    return Facts(
        caption=f"Account {text(account, 'dataset') or ''}",
        facts=[
            ("Spent, composed", _epsilon(number(account, "epsilon"), number(account, "delta"))),
            ("Limit", "none set" if limit is None else _epsilon(limit, number(account, "limit", "delta"))),
            ("Remaining", _epsilon(number(account, "remaining_epsilon"), None) if limit is not None else "no limit"),
            *([("Note", note)] if (note := text(account, "note")) else []),
        ],
    )


def _epsilon(epsilon: float | None, delta: float | None) -> str:
    return (
        "not computed"
        if epsilon is None
        else f"epsilon {epsilon:g}" + ("" if delta is None else f" at {delta_text(delta)}")
    )


def _entries(entries: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="Entries",
        headers=("Purpose", "State", "When", "Epsilon alone"),
        rows=[
            [
                Cell(text=text(each, "purpose") or "not stated"),
                Cell(text=text(each, "state") or "not computed"),
                Cell(text=text(each, "at") or "not computed"),
                figure("not computed" if number(each, "epsilon") is None else f"{number(each, 'epsilon'):g}"),
            ]
            for each in entries
        ],
    )


def reproduction(found: Mapping[str, Any]) -> Section:
    """Return the section on how to do it again."""
    facts = _stated(found)
    lead = "A fit takes no seed, since its noise must not be repeated; sampling takes one, so rows can be drawn again."
    blocks: list[Block] = [Facts(caption="The run", facts=facts)] if facts else [Paragraph(text="Nothing was stated.")]
    return Section(key="reproduction", title="Reproduction", lead=lead, blocks=blocks)


def _written(value: Any) -> str:
    if isinstance(value, str):
        return visible(value, 2000)
    return visible(json.dumps(value, ensure_ascii=False), 4000) if isinstance(value, dict | list) else visible(value)


def _stated(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(visible(key, 80).replace("_", " "), _written(value)) for key, value in found.items()]
