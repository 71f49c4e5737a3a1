"""Findings as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

PRIVATE_FIGURES = "These figures were computed from private rows and are private themselves."
_WIDE = 200
_COMBINATIONS = 10  # shown on a terminal
_STATES = {
    "reserved": "reserved (counts as spent)",
    "resumed": "resumed (counts as spent)",
    "aborted-counted": "aborted (counts as spent)",
}


def _console() -> Console:
    """Return a console that is as wide as the terminal, and wide enough for every line where there is none."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=_WIDE, highlight=False)


def _print(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console = _console()
    with console.capture() as captured:
        console.print(f"[bold]{_cell(title)}[/bold]", soft_wrap=True)
        console.print(table)
    console.out("\n".join(line.rstrip() for line in captured.get().splitlines()), highlight=False)


def _cell(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return escape(str(value))


def print_scan(name: str, scan: Mapping[str, Any]) -> None:
    """Print what a scan found: a line a column, combinations that single rows out, and what was not tested."""
    rows = [
        (
            c["name"],
            c["detail"] or c["entity"],
            c["confidence"] if c["entity"] else None,
            _role(c["role"]),
            c["action"],
            c["hipaa"],
            c["reason"],
        )
        for c in scan["columns"]
    ]
    _print(name, ("column", "entity", "confidence", "role", "action", "HIPAA", "why"), rows)
    joint = [
        (" + ".join(each["columns"]), f"{each['unique_share']:.1%}", each["smallest_k"])
        for each in scan["quasi_identifiers"][:_COMBINATIONS]
    ]
    if joint:
        _print("Columns that single out rows together", ("columns", "rows nobody shares", "smallest group"), joint)
    if scan["missed_below"]:
        said = (
            f"Long columns were sampled: in each, under {scan['missed_below']:.2%} of the rows may hold a kind not seen"
        )
        _console().print(f"{said} (95% confidence). Test all with --exhaustive.", soft_wrap=True)


def print_scans(scans: Mapping[str, Mapping[str, Any]]) -> None:
    """Print one line for each of several tables."""
    roles = ("direct", "review", "free_text", "quasi", "sensitive")
    rows = []
    for name, scan in scans.items():
        found = [column["role"] for column in scan["columns"]]
        direct = [column["name"] for column in scan["columns"] if column["role"] == "direct"]
        rows.append((name, scan["rows"], len(found), *(found.count(role) for role in roles), ", ".join(direct) or None))
    _print(f"{len(scans)} tables", ("table", "rows", "columns", *map(_role, roles), "direct columns"), rows)


def _role(role: str) -> str:
    return {"safe": "other", "free_text": "free text"}.get(role, role)


def print_audit(audit: Mapping[str, Any]) -> None:
    """Print the verdict of an audit, the tests behind it with what chance gives, and whom the figures are for."""
    from rich.markup import escape

    console = _console()

    def say(text: str) -> None:
        console.print(text, soft_wrap=not console.is_terminal)

    say(f"[bold]Verdict: {escape(audit['verdict'])}.[/bold] {escape(' '.join(audit['reasons']))}")
    _print(
        "Tests (p by Holm decides)",
        ("test", "found", "by chance", "p", "p by Holm", "outcome"),
        _tested(audit),
    )
    if audit.get("shadows"):
        _print(
            "Shadow fits (AUC 0.5 is chance)",
            ("generator", "fits", "rows", "AUC", "at 1% false alarms", "p"),
            [_shadows(audit["shadows"])],
        )
    for note in (*audit.get("warnings", ()), *_at_risk(audit), PRIVATE_FIGURES):
        say(escape(note))


def _tested(audit: Mapping[str, Any]) -> list[tuple[object, ...]]:
    from privsynth.report.findings import findings_of

    return [
        (each.key, each.result if each.is_attack else each.found, each.expected, each.p, each.p_holm, each.outcome)
        for each in findings_of(audit)
    ]


def _shadows(found: Mapping[str, Any]) -> tuple[object, ...]:
    rates = found.get("tpr_at_fpr") or {}
    return (found["generator"], found["shadows"], found["rows"], found["auc"], rates.get("0.01"), found["p_value"])


def _at_risk(audit: Mapping[str, Any]) -> list[str]:
    rows = len(audit.get("at_risk") or ())
    told = "1 row at risk is" if rows == 1 else f"{rows} rows at risk are"
    return [f"{told} listed in the JSON and HTML documents, all with --rows-at-risk."] if rows else []


def print_evaluation(evaluate: Mapping[str, Any]) -> None:
    """Print the errors of marginals and of prediction, each beside its reference."""
    rows: list[tuple[object, ...]] = [
        (f"mean error of {ways}-way marginals", found["value"], found["reference"])
        for ways, found in evaluate["marginals"].items()
    ]
    prediction = evaluate.get("prediction") or {}
    if prediction.get("tstr") is not None:
        rows.append((f"prediction of {prediction['target']}", prediction.get("tstr"), prediction.get("trtr")))
    rows += _further(evaluate)
    held = (evaluate.get("rows") or {}).get("holdout")
    reference = "(the holdout; models trained on real rows)" if held else "(none: give real rows with --holdout)"
    _print(f"Synthetic beside its reference {reference}", ("figure", "synthetic", "reference"), rows)
    if prediction.get("target") is not None and prediction.get("tstr") is None and prediction.get("reason"):
        from rich.markup import escape

        console = _console()
        console.print(escape(prediction["reason"]), soft_wrap=not console.is_terminal)
    _groups(evaluate.get("groups") or ())
    if evaluate.get("drift"):
        print_drift(evaluate["drift"])


# Figures further down the document: what they are called, where they are, and where their references are.
_FURTHER = (
    ("as good as this share of train, 1-way", "subsample_equivalent/1/share", "subsample_equivalent/1/reference"),
    ("as good as this share of train, 2-way", "subsample_equivalent/2/share", "subsample_equivalent/2/reference"),
    ("as good as this share of train, 3-way", "subsample_equivalent/3/share", "subsample_equivalent/3/reference"),
    ("mean difference of rank correlations", "correlations/mean_difference", "correlations/reference"),
    ("rare labels kept", "rare/labels/kept", "rare/labels/reference/kept"),
    ("told from train by a model (AUC)", "diversity/discriminator/auc", "diversity/discriminator/reference"),
    ("sdmetrics quality", "sdmetrics/quality/score", "sdmetrics/reference/quality/score"),
    ("sdmetrics diagnostic", "sdmetrics/diagnostic/score", "sdmetrics/reference/diagnostic/score"),
)


def _further(evaluate: Mapping[str, Any]) -> list[tuple[object, ...]]:
    rows = [(name, _at(evaluate, value), _at(evaluate, reference)) for name, value, reference in _FURTHER]
    return [row for row in rows if row[1] is not None]


def _at(document: Mapping[str, Any], path: str) -> Any:
    found: Any = document
    for key in path.split("/"):
        found = (found or {}).get(key)
    return found


def _groups(groups: Sequence[Mapping[str, Any]]) -> None:
    rows: list[tuple[object, ...]] = []
    bare: list[str] = []
    for each in groups:
        summary = each.get("summary") or {}
        grown = None if summary.get("amplifies") is None else "yes" if summary["amplifies"] else "not beyond chance"
        worst = summary.get("worst_drop") or {}
        gaps = (summary.get("selection_gap_tstr"), summary.get("selection_gap_trtr"))
        figures = (*gaps, grown, worst.get("label"), worst.get("drop"))
        if all(figure is None for figure in figures):
            bare.append(f"Groups of `{each['column']}` were not compared. {each.get('reason') or ''}".rstrip())
        else:
            rows.append((each["column"], *figures))
    if rows:
        headers = (
            "attribute",
            "selection gap",
            "reference",
            "wider than learned from train",
            "worst group",
            "its drop",
        )
        _print("Groups of protected attributes", headers, rows)
    for line in bare:
        _console().print(_cell(line), soft_wrap=True)


def print_drift(drift: Mapping[str, Any]) -> None:
    """Print how two synthetic releases differ, each figure beside chance."""
    rows: list[tuple[object, ...]] = [
        (each["name"], each["tvd"], each["chance"], "yes" if each["drifted"] else "no") for each in drift["columns"]
    ]
    rows.append(("all columns (AUC of a model)", drift["discriminator_auc"], drift["discriminator_chance"], None))
    _print("Drift between two releases", ("column", "distance", "by chance (95%)", "drifted"), rows)
    _console().print(drift["sentence"], soft_wrap=True)


def print_ledger(ledger: Mapping[str, Any]) -> None:
    """Print what was spent on each dataset."""
    if not ledger["datasets"]:
        _console().print("Nothing was spent and no limit was set.")
    for account in ledger["datasets"]:
        limit = account.get("limit") or {}
        allowed = f"of {limit['epsilon']:g}" if limit else "(no limit is set)"
        rows = [
            (
                e["id"],
                e["at"],
                e["purpose"],
                e["unit"]["column"] or "row",
                e["epsilon"],
                _STATES.get(e["state"], e["state"]),
            )
            for e in account["entries"]
        ]
        _print(
            f"{account['dataset']}: epsilon {_cell(account['epsilon'])} spent {allowed}",
            ("entry", "day", "purpose", "unit", "epsilon alone", "state"),
            rows,
        )
        if account["note"]:
            _console().print(account["note"])
