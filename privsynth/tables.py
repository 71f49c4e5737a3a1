"""Findings as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def _print(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    Console(soft_wrap=False).print(table)


def _cell(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return escape(str(value))


def print_scan(name: str, scan: Mapping[str, Any]) -> None:
    """Print what a scan found, one line a column."""
    rows = [(c["name"], c["entity"], c["confidence"], c["role"], c["action"], c["reason"]) for c in scan["columns"]]
    _print(name, ("column", "entity", "confidence", "role", "action", "why"), rows)


def print_audit(audit: Mapping[str, Any]) -> None:
    """Print the verdict of an audit and the tests behind it."""
    from rich.console import Console
    from rich.markup import escape

    Console().print(f"[bold]Verdict: {escape(audit['verdict'])}.[/bold] {escape(str(audit.get('verdict_reason', '')))}")
    rows = [(a["name"], a.get("auc"), a.get("p_value"), a.get("p_holm")) for a in audit.get("attacks", ())]
    for name in ("copies", "carried", "outliers"):
        found = audit.get(name) or {}
        rows.append((name, None, found.get("p_value"), found.get("p_holm")))
    _print("Tests (AUC 0.5 is chance; p by Holm decides)", ("test", "AUC", "p", "p by Holm"), rows)


def print_evaluation(evaluate: Mapping[str, Any]) -> None:
    """Print the errors of marginals and of prediction, each beside its reference."""
    rows = [
        (f"mean error of {ways}-way marginals", found["value"], found["reference"])
        for ways, found in evaluate["marginals"].items()
    ]
    prediction = evaluate.get("prediction") or {}
    rows.append((f"prediction of {prediction.get('target')}", prediction.get("tstr"), prediction.get("trtr")))
    _print("Synthetic beside its reference (holdout; trained on real)", ("figure", "synthetic", "reference"), rows)


def print_ledger(ledger: Mapping[str, Any]) -> None:
    """Print what was spent on each dataset."""
    for account in ledger["datasets"]:
        limit = account.get("limit") or {}
        rows = [(e["id"], e["at"], e["purpose"], e["state"]) for e in account["entries"]]
        title = f"{account['dataset']}: epsilon {account['epsilon']} of {limit.get('epsilon', 'no limit')}"
        _print(title, ("entry", "day", "purpose", "state"), rows)
