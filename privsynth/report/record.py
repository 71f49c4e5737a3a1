"""What was spent and how to do it again, as sections of the page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from privsynth.report.blocks import Block, Cell, Facts, Paragraph, Section, Table, figure
from privsynth.report.wording import delta_text, dig, mappings, number, text, visible


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


_CHECK = (
    "To check the files: `privsynth verify FOLDER`, with the folder that holds this page, recomputes the digest of each and "
    "compares it with `manifest.json`, which also states the day, the version and the licence. "
    "Whoever changes a file can change the manifest too: ask the owner for the manifest's `digest`, and compare."
)


def reproduction(found: Mapping[str, Any], *, release: bool = False) -> Section:
    """Return the section on how to do it again, and in a release on how to check it."""
    facts = _stated(found)
    lead = "A fit takes no seed, since its noise must not be repeated; sampling takes one, so rows can be drawn again."
    blocks: list[Block] = [Facts(caption="The run", facts=facts)] if facts else [Paragraph(text="Nothing was stated.")]
    if release:
        blocks.insert(0, Paragraph(text=_CHECK))
    return Section(
        key="reproduction", title="Checking and reproduction" if release else "Reproduction", lead=lead, blocks=blocks
    )


def _written(value: Any) -> str:
    if isinstance(value, str):
        return visible(value, 2000)
    return visible(json.dumps(value, ensure_ascii=False), 4000) if isinstance(value, dict | list) else visible(value)


def _stated(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(visible(key, 80).replace("_", " "), _WRITTEN.get(key, _written)(value)) for key, value in found.items()]


def _packages(found: Any) -> str:
    """Write packages with their versions as a list."""
    return (
        ", ".join(f"{visible(key, 80)} {_written(value)}" for key, value in found.items())
        if isinstance(found, Mapping)
        else _written(found)
    )


def _event(event: Any) -> str:
    """Write what was done to the data: each kind of noisy look once, with how often; the JSON document has the order."""
    often: Counter[str] = Counter()
    for look, times in _looks(event):
        often[look] += times
    return "; ".join(f"{times:,} × {look}" if times > 1 else look for look, times in often.items()) or _written(event)


def _command(found: Any) -> str:
    """Write a command as code."""
    return f"`{_written(found).replace('`', '´')}`"


_WRITTEN: dict[str, Callable[[Any], str]] = {"command": _command, "event": _event, "packages": _packages}


def _looks(event: Any, times: int = 1) -> Iterator[tuple[str, int]]:
    inner, count = dig(event, "event"), number(event, "count")
    if text(event, "type") == "composed":
        for part in mappings(event, "events"):
            yield from _looks(part, times)
    elif text(event, "type") == "self_composed" and isinstance(inner, Mapping) and count is not None:
        yield from _looks(inner, times * int(count))
    elif isinstance(event, Mapping):
        told = ", ".join(
            f"{str(key).replace('_', ' ')} {f'{value:.4g}' if isinstance(value, float) else _written(value)}"
            for key, value in event.items()
            if key != "type"
        )
        kind = (text(event, "type") or "event").replace("_", " ")
        yield visible(f"{kind} ({told})" if told else kind, 2000), times
