"""The benchmark's result as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def figure(value: float | None) -> str:
    """Return a share with three decimals, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def asked(value: float | None, bound: float, *, most: bool = False) -> str:
    """Return a figure beside what is asked of it."""
    if value is None:
        return f"- (asked {bound:g}: no column)"
    holds = value <= bound if most else value >= bound
    return f"{value:.3f} (asked {'<=' if most else '>='} {bound:g}: {'yes' if holds else 'NO'})"


def _top(counts: Mapping[str, int], number: int = 12) -> str:
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number]
    return ", ".join(f"{name} {count}" for name, count in first) or "none"


def _gates(result: Mapping[str, Any]) -> Iterator[str]:
    gates = result["gates"]
    clear, bare, false = (
        gates[name] for name in ("direct_recall_clear_header", "form_recall_without_header", "false_direct_per_100")
    )
    errors = gates["calibration"]
    yield f"direct identifiers with a clear header, found as direct: {asked(clear['role'], 0.97)} of {clear['columns']} columns"
    yield f"    named right: strict {figure(clear['strict'])}, lenient {figure(clear['lenient'])}"
    yield f"kinds of a form or check digit without a header: {asked(bare['lenient'], 0.9)} of {bare['columns']} columns, >= 5 cells"
    yield f"    strict {figure(bare['strict'])}; missed: {_top(bare['missed'])}"
    yield f"    kinds: {' '.join(result['form_entities'])}"
    yield f"false direct identifiers per 100 columns that are none: {asked(false['all'], 1, most=True)} of {false['columns']} columns"
    yield f"    of those without a label {false['unlabelled']:.2f}; as: {_top(false['as'])}"
    yield f"calibration error of all verdicts (10 bins): {asked(errors['all_verdicts']['error'], 0.05, most=True)}"
    yield f"    of verdicts that name an entity {figure(errors['entities']['error'])}, lenient {figure(errors['entities_lenient'])}"
    for row in errors["all_verdicts"]["bins"]:
        yield f"    {row['from']:.1f}: {row['columns']:5d} columns, said {row['confidence']:.3f}, right {row['right']:.3f}"
    yield f"role right: {figure(gates['role_accuracy'])}; left for review: {figure(gates['review_share'])}"


def _entities(result: Mapping[str, Any]) -> Iterator[str]:
    strict, lenient = result["strict"], result["lenient"]
    for name, way in (("strict", strict), ("lenient", lenient)):
        yield (
            f"{name}: weighted F1 {way['weighted_f1']:.3f}, macro F1 {way['macro_f1']:.3f},"
            f" F2 of direct identifiers {way['direct_f2']:.3f}"
        )
    yield f"{'entity':28s} {'columns':>7s} {'prec.':>6s} {'recall':>6s} {'F1':>6s}   lenient F1"
    for name, row in strict["entities"].items():
        values = " ".join(f"{row[key]:6.3f}" for key in ("precision", "recall", "f1"))
        yield f"{name:28s} {row['support']:7d} {values}   {lenient['entities'][name]['f1']:.3f}"


def _beside(result: Mapping[str, Any]) -> Iterator[str]:
    beside = result["side_by_side"]
    yield f"the same {beside['columns']} columns (lenient); presidio is: {beside['method']}; {beside['seconds']:.1f} s"
    for name in ("privsynth", "presidio"):
        yield f"    {name:10s} " + ", ".join(f"{key} {figure(value)}" for key, value in beside[name].items())


def _real(result: Mapping[str, Any]) -> Iterator[str]:
    if not result["real_tables"]:
        yield "real tables: skipped, there is no folder of them"
    for name, table in result["real_tables"].items():
        yield f"real table {name}: {table['columns']} columns in {table['seconds']:.1f} s; all but these are safe:"
        for column, (entity, role, confidence) in table["verdicts"].items():
            yield f"    {column}: {entity} ({role}, {confidence:.2f})"


def lines_of(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result as lines."""
    size = result["size"]
    yield (
        f"split {result['split']}, seed {result['seed']}: {size['tables']} tables, {size['columns']} columns, {size['cells']:,} cells;"
        f" {size['seconds']:.1f} s, {size['cells_per_second']:,.0f} cells/s, {size['distinct_per_second']:,.0f} distinct values/s"
    )
    yield from (f"FAILED {text}" for text in size["failed"])
    yield from _gates(result)
    yield ""
    for style, row in result["styles"].items():
        yield f"header {style:22s} {row['columns']:5d} columns, right {figure(row['right'])}, role {figure(row['role'])}"
    yield f"columns without a value: {result['empty_columns']['columns']}, role right {figure(result['empty_columns']['role'])}"
    yield ""
    yield from _entities(result)
    if "planted" in result:
        yield ""
        for row in result["planted"]:
            yield (
                f"planted in {row['prevalence']:.1%} of {row['notes']} notes: not seen in {row['missed']:.3f} of the runs, theory"
                f" {row['theory']:.3f}; not seen though present {row['missed_though_present']:.3f}"
            )
        yield from _beside(result)
        yield from _real(result)
    for row in result.get("errors", ()):
        yield "wrong: " + " | ".join(map(str, row))
