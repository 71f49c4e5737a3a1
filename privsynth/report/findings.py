"""The tests of an audit, one by one: what each asks, what it found, what chance would give, and its p-value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from privsynth.report.wording import (
    NOT_COMPUTED,
    count,
    decimal,
    dig,
    interval,
    mappings,
    number,
    p_value,
    percent,
    text,
    visible,
)

Outcome = Literal["leak", "nothing found", "within the guarantee", "not tested", "cannot be read", "shown only"]

_ATTACKS = {
    "nearest-1": "Nearest synthetic row",
    "nearest-5": "Five nearest synthetic rows",
    "claimed": "Nearest real row of a synthetic row",
    "matched": "Cells that agree",
    "crowded": "Crowded parts of a row",
    "combined": "Three scores together",
}
_COUNTED = {
    "copies": ("Exact copies", "Are more train rows repeated exactly than held-out rows?"),
    "carried": (
        "Values of one row alone",
        "Does a value that only one real row has reappear more often when it was a train row’s?",
    ),
}
_OUTLIERS = "Do synthetic rows come nearer to the most unusual train rows than to held-out ones?"
_NAMES = _ATTACKS | {key: name for key, (name, _) in _COUNTED.items()} | {"outliers": "Outliers"}
_FEW = "too few outliers"
_SHADOWS = "Do fits of the generator with and without real rows show which rows each was made from?"
_ATTRIBUTES = "Does the synthetic table help to guess one column of a train row better than of a held-out row?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One test.

    Args:
        key: Its name in the JSON document.
        name: Its name for a reader.
        asks: What it asks, in one sentence.
        result: What it found; `sample` says on how much.
        chance: What it would have found by chance; `chance_sample` says how that is known.
        p: Before the correction for the number of tests, or None.
        p_holm: After it, or None where it was not tested.
        outcome: What came of it; it cannot be read where train and holdout are not alike.
        is_attack: It gives every row a score.
    """

    key: str
    name: str
    asks: str
    result: str = NOT_COMPUTED
    sample: str = ""
    chance: str = NOT_COMPUTED
    chance_sample: str = ""
    p: float | None = None
    p_holm: float | None = None
    outcome: Outcome = "not tested"
    is_attack: bool = False

    @property
    def found(self) -> str:
        """The result with its sample."""
        return _with(self.result, self.sample)

    @property
    def expected(self) -> str:
        """What chance gives with how that is known."""
        return _with(self.chance, self.chance_sample)

    def sentence(self) -> str:
        """Say what was found, with its reference."""
        p = f"p {p_value(self.p)}" if self.p_holm is None else f"p after Holm's correction {p_value(self.p_holm)}"
        return f"{self.name}: {self.found}; by chance {self.expected}; {p}."


def findings_of(audit: Mapping[str, Any]) -> list[Finding]:
    """Return the tests that could tell train rows from held-out ones, in a fixed order.

    Args:
        audit: A `privsynth.audit/1` object; any part may be missing.
    """
    found = [_attacked(each, audit) for each in mappings(audit, "attacks")]
    alone = number(audit, "copies", "train_rows") is not None and not number(audit, "copies", "holdout_rows")
    found += [_copies_alone(audit) if alone else _counted(audit, "copies"), _counted(audit, "carried")]
    found.append(_outliers(audit))
    if mappings(audit, "attributes"):
        found.append(_attributes(audit))
    if isinstance(dig(audit, "shadows"), Mapping):
        found.append(_shadows(audit))
    return found


def _with(figure: str, sample: str) -> str:
    """A figure with what it was found on: 3.8% of the outliers, 2% (40 of 2,000 rows)."""
    if not sample:
        return figure
    return f"{figure} {sample}" if sample.startswith("of ") and ";" not in sample else f"{figure} ({sample})"


def attack_name(attack: Mapping[str, Any]) -> str:
    """Return an attack's name for a reader."""
    return named_for_readers(text(attack, "name") or "attack")


def named_for_readers(key: str) -> str:
    """Return the name of any test for a reader; its own name where it has no other."""
    return _NAMES.get(key, key)


def rows_compared(audit: Mapping[str, Any]) -> str:
    """Say how many rows were attacked."""
    train, holdout = (number(audit, "n", f"{side}_compared") for side in ("train", "holdout"))
    return NOT_COMPUTED if train is None else f"{count(train)} train, {count(holdout)} held out"


def _attacked(attack: Mapping[str, Any], audit: Mapping[str, Any]) -> Finding:
    ends = interval(attack, "auc_ci")
    sample = [f"AUC’s 95% interval {ends}"] if ends else []
    few = number(attack, "tpr_at_fpr", "0.01")
    return Finding(
        key=text(attack, "name") or "attack",
        name=attack_name(attack),
        asks=text(attack, "what") or "",
        result=f"AUC {decimal(number(attack, 'auc'))}; {percent(few)} at 1% false alarms",
        sample="; ".join([*sample, rows_compared(audit)]),
        chance="AUC 0.500; 1%",
        p=number(attack, "p_value"),
        p_holm=number(attack, "p_holm"),
        outcome=_outcome_of_attack(audit, attack),
        is_attack=True,
    )


def _counted(audit: Mapping[str, Any], key: str) -> Finding:
    name, asks = _COUNTED[key]
    train, holdout = (_share_of(audit, key, side) for side in ("train", "holdout"))
    return Finding(
        key=key,
        name=name,
        asks=asks,
        result=train[0],
        sample=train[1] + _interval_of(audit, key) + _most_telling(audit, key),
        chance=holdout[0],
        chance_sample=holdout[1],
        p=number(audit, key, "p_value"),
        p_holm=number(audit, key, "p_holm"),
        outcome=_outcome(audit, number(audit, key, "p_holm")),
    )


def _copies_alone(audit: Mapping[str, Any]) -> Finding:
    """Copies counted without a holdout: chance is judged by the repeats within each table."""
    leak = text(audit, "verdict") == "leak"
    train = _share_of(audit, "copies", "train")
    expected, rows = number(audit, "copies", "expected"), number(audit, "copies", "train_rows")
    return Finding(
        key="copies",
        name=_COUNTED["copies"][0],
        asks="Are more train rows repeated exactly than the repeats within each table explain?",
        result=train[0],
        sample=train[1],
        chance=percent(expected / rows) if expected is not None and rows else NOT_COMPUTED,
        chance_sample="from repeats within each table, not from a holdout",
        p=number(audit, "copies", "p_value"),
        outcome="leak" if leak else "not tested",
    )


def _outcome_of_attack(audit: Mapping[str, Any], attack: Mapping[str, Any]) -> Outcome:
    decides_nothing = number(attack, "p_holm") is None and number(attack, "p_value") is not None
    return "shown only" if decides_nothing else _outcome(audit, number(attack, "p_holm"))


def _outcome(audit: Mapping[str, Any], p_holm: float | None) -> Outcome:
    level = number(audit, "level")
    if p_holm is None or level is None:
        return "not tested"
    if dig(audit, "exchangeability", "differs") is True:
        return "cannot be read"
    return "leak" if p_holm < level else "nothing found"


def _share_of(audit: Mapping[str, Any], key: str, side: str) -> tuple[str, str]:
    hits, total = number(audit, key, side), number(audit, key, f"{side}_rows")
    name = "train" if side == "train" else "held-out"
    if hits is None or not total:
        return NOT_COMPUTED, ""
    return percent(hits / total), f"{count(hits)} of {count(total)} {name} rows"


def _interval_of(audit: Mapping[str, Any], key: str) -> str:
    """Write the 95% interval of the share of the train rows."""
    from privsynth.audits.statistics import share_interval

    hits, total = number(audit, key, "train"), number(audit, key, "train_rows")
    if hits is None or not total or not 0 <= hits <= total:
        return ""
    return "; 95% interval {} to {}".format(*map(percent, share_interval(int(hits), int(total))))


def _most_telling(audit: Mapping[str, Any], key: str) -> str:
    """Name the column, or pair, that a leak of single values shows in: over all columns together chance may hide it."""
    from privsynth.audits.statistics import excess_p

    columns = dig(audit, key, "columns")
    members, others = (int(number(audit, key, f"{side}_rows") or 0) for side in ("train", "holdout"))
    p_holm = number(audit, key, "p_holm")
    if not isinstance(columns, Mapping) or not columns or p_holm is None or p_holm >= (number(audit, "level") or 0):
        return ""

    def chance(of: str) -> float:
        hits, rest = columns[of]
        return excess_p(member_hits=hits, hits=hits + rest, members=members, rows=members + others)

    most = min(columns, key=chance)
    train, holdout = columns[most]
    return f"; most telling `{visible(most)}`: {count(train)} train, {count(holdout)} held out"


def _outliers(audit: Mapping[str, Any]) -> Finding:
    train, holdout = (number(audit, "outliers", f"hit_rate_{side}") for side in ("train", "holdout"))
    missing = _FEW if mappings(audit, "outliers", "strata") else NOT_COMPUTED
    return Finding(
        key="outliers",
        name="Outliers",
        asks=_OUTLIERS,
        result=missing if train is None else percent(train),
        sample="" if train is None else _outliers_met(audit, "train", train),
        chance=missing if holdout is None else percent(holdout),
        chance_sample="" if holdout is None else _outliers_met(audit, "holdout", holdout),
        p=number(audit, "outliers", "p_value"),
        p_holm=number(audit, "outliers", "p_holm"),
        outcome=_outcome(audit, number(audit, "outliers", "p_holm")),
    )


def _outliers_met(audit: Mapping[str, Any], side: str, share: float) -> str:
    """Write how many outliers a share is of, with its 95% interval: those of the widest stratum that was tested."""
    named = "outlying train rows" if side == "train" else "outlying held-out rows"
    for each in reversed(mappings(audit, "outliers", "strata")):
        hits, rows = number(each, f"{side}_hits"), number(each, side)
        if text(each, "score") in (None, "consensus") and hits is not None and rows and abs(hits / rows - share) < 1e-9:
            ends = interval(each, f"{side}_hit_interval", as_percent=True) if side == "train" else ""
            return f"{count(hits)} of {count(rows)} {named} met" + (f"; 95% interval {ends}" if ends else "")
    return f"of the {named} met"


def _attributes(audit: Mapping[str, Any]) -> Finding:
    tried = mappings(audit, "attributes")
    most = tried[0] if tried else {}
    columns = f"the strongest of {len(tried)} columns" if len(tried) > 1 else "the only column"
    return Finding(
        key="attributes",
        name="Attributes",
        asks=_ATTRIBUTES,
        result=f"`{visible(dig(most, 'column') or '')}` guessed {decimal(number(most, 'train'))}",
        sample=f"of {_guessed(audit, 'train')}train rows; {columns}{_ahead(most)}",
        chance=decimal(number(most, "holdout")),
        chance_sample=f"of {_guessed(audit, 'holdout')}held-out rows",
        p=number(audit, "attribute_test", "p_value"),
        p_holm=number(audit, "attribute_test", "p_holm"),
        outcome=_outcome(audit, number(audit, "attribute_test", "p_holm")),
    )


def _guessed(audit: Mapping[str, Any], side: str) -> str:
    """Write how many rows of a side were guessed; nothing where a random part of both sides was."""
    from privsynth.audits.attributes import MOST_ROWS

    rows = {each: number(audit, "n", f"{each}_compared") for each in ("train", "holdout")}
    known = [each for each in rows.values() if each is not None]
    return f"{count(rows[side])} " if len(known) == 2 and sum(known) <= MOST_ROWS else ""


def _ahead(most: Any) -> str:
    ends = interval(most, "difference_ci")
    return f"; 95% interval of the difference {ends}" if ends else ""


def _shadows(audit: Mapping[str, Any]) -> Finding:
    """Shadow fits; they take no part in Holm's correction."""
    ends, fits = interval(audit, "shadows", "auc_ci"), count(number(audit, "shadows", "shadows"))
    few, auc = number(audit, "shadows", "tpr_at_fpr", "0.01"), number(audit, "shadows", "auc")
    most = number(audit, "shadows", "bound", "auc")
    return Finding(
        key="shadows",
        name="Shadow fits",
        asks=_SHADOWS,
        result=f"AUC {decimal(auc)}; {percent(few)} at 1% false alarms",
        sample="; ".join([*([f"AUC’s 95% interval {ends}"] if ends else []), f"{fits} fits"]),
        chance="AUC 0.500; 1%",
        chance_sample="" if most is None else f"the guarantee allows AUC {decimal(most)}",
        p=number(audit, "shadows", "p_value"),
        outcome=_outcome_of_shadows(audit),
        is_attack=True,
    )


def _outcome_of_shadows(audit: Mapping[str, Any]) -> Outcome:
    from privsynth.audits.shadows.result import UNBOUNDED_LEVEL

    p = number(audit, "shadows", "p_value")
    if dig(audit, "shadows", "exceeds_bound") is True:
        return "leak"
    if p is None:
        return "not tested"
    if isinstance(dig(audit, "shadows", "bound"), Mapping):
        return "within the guarantee"
    return "leak" if p < UNBOUNDED_LEVEL else "nothing found"
