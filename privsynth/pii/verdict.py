"""From evidence to a verdict: add log-odds, pick the entity, name the role and the action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privsynth.pii import weights
from privsynth.pii.entities import ENTITIES, is_direct
from privsynth.pii.model import Action, ColumnFinding, Evidence, Role
from privsynth.pii.profile import Profile, common_shape

_OTHERS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a column is taken for."""

    entity: str | None
    confidence: float
    role: Role
    action: Action
    reason: str
    faker: str | None = None
    laws: tuple[str, ...] = ()


def log_odds(evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return the log-odds of each entity that some evidence speaks for."""
    sums: dict[str, float] = {}
    for item in evidence:
        sums[item.entity] = sums.get(item.entity, weights.PRIOR) + item.weight
    spoken_for = {item.entity for item in evidence if item.weight > 0}
    return {entity: value for entity, value in sums.items() if entity in spoken_for}


def _merged(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Let a birth header take over the evidence that the values are dates; a name header that they are other names."""
    headed = {item.entity for item in evidence if item.source == "header" and item.weight > 0}
    moved = list(evidence)
    for general, special in _TAKES_OVER:
        if special in headed:
            moved = [_as(item, special) if item.entity == general else item for item in moved]
    return moved


_TAKES_OVER = (
    ("DATE", "DATE_OF_BIRTH"),
    ("RECORD_ID", "MEDICAL_RECORD_NUMBER"),
    ("RECORD_ID", "ACCOUNT_NUMBER"),
    ("RECORD_ID", "HEALTH_PLAN_NUMBER"),
    ("RECORD_ID", "DEVICE_ID"),
    ("RECORD_ID", "USERNAME"),
    ("FIRST_NAME", "LAST_NAME"),
    ("LAST_NAME", "FIRST_NAME"),
)


def _as(item: Evidence, entity: str) -> Evidence:
    return Evidence(
        source=item.source, entity=entity, weight=item.weight, n_tested=item.n_tested, n_hit=item.n_hit, rule=item.rule
    )


_WORDS = {
    "could_be": "values of a possible form",
    "cannot_be": "values of an impossible form",
    "many_values": "many different values",
    "few_values": "few different values",
    "all_different": "nearly all values differ",
    "all_different_one_shape": "nearly all values differ and share one shape",
    "all_different_long_numbers": "nearly all values are different long numbers",
    "one_name": "a name of the name lists",
    "full_name": "names of the name lists, first and last",
    "no_names": "no name of the name lists",
    "some_names": "some names of the name lists",
    "phone_written": "written as phone numbers",
    "street_like": "like a street address",
    "too_many_classes": "too many different values for a class",
}


def _reason(evidence: Sequence[Evidence], entity: str) -> str:
    lines = sorted(
        (item for item in evidence if item.entity == entity and item.weight), key=lambda item: -abs(item.weight)
    )
    return "; ".join(_sentence(item) for item in lines[:3]) or "nothing was recognised"


def _sentence(item: Evidence) -> str:
    sign = "" if item.weight > 0 else "against: "
    if item.source == "header":
        return f"{sign}header words {item.rule}"
    if item.source in ("uniqueness", "veto"):
        return f"{sign}{_in_words(item.rule)} ({item.n_hit} of {item.n_tested})"
    return f"{sign}{_in_words(item.rule)} in {item.n_hit} of {item.n_tested} distinct values"


def _in_words(rule: str) -> str:
    return _WORDS.get(rule, rule.replace("_", " "))


def _of_entity(evidence: Sequence[Evidence], entity: str, confidence: float) -> Verdict:
    row, reason = ENTITIES[entity], _reason(evidence, entity)
    if is_direct(entity) and confidence < weights.REVIEW_HIGH:
        return Verdict(
            entity=entity,
            confidence=confidence,
            role="review",
            action="drop",
            reason=f"unclear: {reason}",
            laws=row.laws,
        )
    return Verdict(
        entity=entity,
        confidence=confidence,
        role=row.role,
        action=row.action,
        reason=reason,
        faker=row.faker,
        laws=row.laws,
    )


def judge(evidence: Sequence[Evidence]) -> tuple[Verdict, list[Evidence]]:
    """Weigh the evidence on one column.

    Args:
        evidence: All of it.

    Returns:
        The verdict, and the evidence behind it (about the chosen entity, then the strongest about others).
    """
    merged = _merged(evidence)
    odds = log_odds(merged)
    best = max(odds, key=lambda entity: (odds[entity], entity != "UNKNOWN_TEXT", entity), default=None)
    confidence = weights.confidence(odds[best]) if best is not None else weights.confidence(weights.PRIOR)
    if best is not None and confidence >= weights.REVIEW_LOW:
        verdict = _of_entity(merged, best, confidence)
    else:
        verdict = Verdict(
            entity=None, confidence=1 - confidence, role="safe", action="keep", reason="nothing was recognised"
        )
    return _contaminated(verdict, merged), _shown(merged, best, odds)


def _contaminated(verdict: Verdict, evidence: Sequence[Evidence]) -> Verdict:
    """Turn "keep" into "review" when some cells hold a written identifier."""
    spans = [item for item in evidence if item.source == "span"]
    if not spans or verdict.action == "drop" or verdict.role in ("direct", "free_text", "review"):
        return verdict
    worst = max(spans, key=lambda item: item.n_hit)
    return Verdict(
        entity=worst.entity,
        confidence=0.5,
        role="review",
        action="drop",
        reason=f"{_sentence(worst)}, in a column that is otherwise {verdict.entity or 'unremarkable'}",
        laws=ENTITIES[worst.entity].laws,
    )


def _shown(evidence: Sequence[Evidence], best: str | None, odds: dict[str, float]) -> list[Evidence]:
    """Evidence for the report: all about the best entity, then the strongest about other candidates, then spans."""
    about = [item for item in evidence if item.entity == best and item.source != "span"]
    others = [item for item in evidence if item.entity != best and item.entity in odds and item.source != "span"]
    others.sort(key=lambda item: -abs(item.weight))
    return [*about, *others[:_OTHERS_SHOWN], *(item for item in evidence if item.source == "span")]


def finding(name: str, evidence: Sequence[Evidence], view: Profile | None) -> ColumnFinding:
    """Return the verdict on one column with its figures; ``view`` is None when only the header is known."""
    verdict, shown = judge(evidence)
    return ColumnFinding(
        name=name,
        entity=verdict.entity,
        confidence=verdict.confidence,
        role=verdict.role,
        action=verdict.action,
        reason=verdict.reason,
        laws=verdict.laws,
        faker=verdict.faker,
        shape=None if view is None else common_shape(view),
        cells=None if view is None else view.cells,
        distinct=None if view is None else view.distinct,
        tested=0 if view is None else view.tested,
        could_be_missed=None if view is None else view.could_be_missed,
        evidence=tuple(shown),
    )
